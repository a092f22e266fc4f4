//! The field's own words: bays, zones, sources, observations, occupancy, and what may be refused.
//!
//! Promises: no I/O, no async, no clock, no outside service. Everything here can be tested by
//! calling it. These types are what rooms hand to each other; wire formats live at the edges
//! (`ingest/codec`, `serve`).

pub mod account;
pub mod area;
pub mod availability;
pub mod bay;
pub mod calendar;
pub mod cancelling;
pub mod change;
pub mod closure;
pub mod contributor;
pub mod count;
pub mod credit;
pub mod crs;
pub mod currency;
pub mod drop_list;
pub mod fault;
pub mod flexible;
pub mod geo;
pub mod id;
pub mod observation;
pub mod offer;
pub mod order;
pub mod overstay;
pub mod pool;
pub mod presence;
pub mod price;
pub mod problem;
pub mod public_name;
pub mod reach;
pub mod realm;
pub mod redact;
pub mod refusal;
pub mod reservation;
mod self_named;
pub mod settled;
pub mod shard;
pub mod source;
pub mod span;
pub mod suspicion;
pub mod time;
pub mod time_format;
pub mod time_zone;
pub mod turnover;
pub mod usage;
pub mod visit;
mod vocabulary;
pub mod weekly;
pub mod workdays;
pub mod zone;

pub use account::KeyAccount;
pub use area::{Area, AreaFault, HeldRemit, IdPattern, NamedArea, Remit, SharedRemit, Standing};
pub use availability::Availability;
pub use bay::{BayIx, BayKind, BayStatus, KindSet};
pub use calendar::{Calendar, WallTime};
pub use cancelling::CancelRule;
pub use change::{AppEvidence, BayView, CountEvidence, Expected, ReadModel, ZoneTally};
pub use closure::{Closing, ClosureBook, Closures, NoClosures, closed_at, closed_in};
pub use contributor::{ByStanding, CONTRIBUTOR_LEN, Reliability, Weighed, Whose};
pub use count::{BaySubset, CountObservation, CountOf, CountShares, CountState, CountWord};
pub use crs::Crs;
pub use currency::Currency;
pub use drop_list::{DropList, DropListFault};
pub use fault::FaultKind;
pub use flexible::FlexRule;
pub use geo::{BBox, LatLon};
pub use observation::{
    Afterwards, Backing, Batch, Claim, Observation, Parcel, Receipt, Submission,
};
pub use offer::{Offer, OfferState, Rules};
pub use order::{
    Affects, Confirmation, Order, OrderKind, OrderState, OrderTarget, Severity, Texts,
};
pub use overstay::LeaveRule;
pub use pool::Pool;
pub use presence::Presence;
pub use price::Price;
pub use problem::{ProblemCode, ProblemState};
pub use reach::Reach;
pub use realm::Realm;
pub use redact::Excerpt;
pub use refusal::{Door, Reason, Refusal, Refused};
pub use reservation::due::{BaySight, Due, Risk};
pub use reservation::{Promise, Reservation, ReservationEvent, ReservationState, Vehicle};
pub use self_named::SelfNamed;
pub use settled::{AmendmentLength, AmendmentLog, RecentTurnover, SettledSink};
pub use shard::{SHARDS, in_shard, owner, shard_of, zones_of};
pub use source::{Pass, SourceIx, SourceKind, Speaker, Staleness};
pub use span::Span;
pub use suspicion::{DoubtedBays, Doubtful, StuckWhy, Suspect, Suspicion, WordsMoved};
pub use time::{Clock, Millis, TimeOfDay};
pub use time_format::{TimeFormat, WallOddity};
pub use time_zone::TimeZone;
pub use turnover::{
    Basis, Corrections, CountedWindow, SettledHour, Stays, Sums, Tally, Window, WindowRow,
};
pub use usage::{CallClass, CallOutcome, LATE_MS, Usage, UsageKind};
pub use visit::{SourceKinds, Visit, VisitChange};
pub(crate) use vocabulary::vocabulary;
pub use weekly::Weekly;
pub use workdays::Workdays;
pub use zone::{ForecastBasis, ZoneIx, ZoneKind};
