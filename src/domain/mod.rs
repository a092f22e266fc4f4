//! The field's own words: bays, zones, sources, observations, occupancy, and what may be refused.
//!
//! Promises: no I/O, no async, no clock, no outside service. Everything here can be tested by calling it.
//! These types are what rooms hand to each other; wire formats live at the edges (`ingest/codec`, `serve`).

pub mod bay;
pub mod calendar;
pub mod change;
pub mod geo;
pub mod id;
pub mod observation;
pub mod refusal;
pub mod settled;
pub mod source;
pub mod time;
pub mod turnover;
pub mod visit;
pub mod zone;

pub use bay::{BayIx, BayKind, BayStatus};
pub use calendar::{Calendar, WallTime};
pub use change::{BayView, ReadModel, ZoneTally};
pub use geo::{BBox, LatLon};
pub use observation::{Afterwards, Batch, Claim, CountObservation, Observation, Parcel, Receipt, Submission, Topic};
pub use refusal::{Door, Reason, Refusal};
pub use settled::{KeptLength, KeptReports, RecentTurnover, SettledSink};
pub use source::{Pass, SourceIx, SourceKind, Speaker};
pub use time::{Clock, Millis};
pub use turnover::{Corrections, SettledHour, Stays, Sums, Window, WindowRow};
pub use visit::{SourceKinds, Visit, VisitChange};
pub use zone::{ZoneIx, ZoneKind};
