//! A simulated parking city that publishes over MQTT, with dialled-in faults and a ground-truth
//! log.
//!
//! | file | what it does |
//! |---|---|
//! | `areas`, `place`, `layout` | Singapore's planning areas, coordinates, where bays lie |
//! | `grid`, `streets` | where streets run and zones are built; the streets as lines with names |
//! | `city`, `generate`, `geojson` | zones and bays: made up, written, read back |
//! | `demand` | when cars come and how long they stay |
//! | `plan` | lamp posts, gates, apps, and the connections they share |
//! | `sim` | the pure core: `step(now)` gives messages, breaks and true changes |
//! | `faults`, `message` | what goes wrong on the way; the JSON on the wire |
//! | `sharing` | a day of shared private bays, booked at a hub over HTTP |
//! | `link`, `run`, `truth`, `stats` | MQTT, the loop that drives it all, the log, the counters |
//! | `past` | the same loop through time that has passed, as fast as a hub takes it |
//!
//! It shares no code with the hub, so that a mistake in one cannot hide the same mistake in the
//! other.
//!
//! **Speed.** At `speed` N the city lives N times faster: cars come, stay and leave N times as
//! often. Reports still carry the wall-clock time at which they were made (plus the source's skew),
//! because a hub refuses reports from the future, and lamp posts still look every `sample_s`
//! seconds of wall-clock time. So speed makes the city livelier; it does not shift its time stamps.

mod areas;
mod city;
mod clock;
mod demand;
mod faults;
mod generate;
mod geojson;
mod grid;
mod layout;
mod link;
mod message;
mod past;
mod place;
mod plan;
mod run;
mod sharing;
mod sim;
mod stats;
mod streets;
mod truth;

pub use city::{Bay, BayKind, City, Zone, ZoneKind, is_valid_id};
pub use clock::{Clock, wall_clock};
pub use faults::{Faults, Happened};
pub use generate::{CityParams, MAX_BAYS};
pub use geojson::LoadError;
pub use message::{Message, Topic};
pub use past::live_through;
pub use place::Place;
pub use plan::{Plan, PlanParams, Source, SourceKind};
pub use run::{Passwords, SimConfig, SimError, run, run_on};
pub use sharing::{
    District, DistrictParams, Driver, Figures, Hub, Moves, Offered, Outcome, Parked, Purpose,
    SharingError, book, table, without_sharing,
};
pub use sim::{Change, Outbox, Sim, SimParams};
pub use stats::{Stats, Summary};
pub use streets::Street;
pub use truth::TruthLog;
