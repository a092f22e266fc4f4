//! Reports and uplinks over HTTP, and what becomes of them.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use crate::schema::{BayKind, BayState, CountState, Reason};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// A report: `bays`, or one bay flat.
#[derive(ToSchema)]
pub(in crate::serve) struct Report {
    /// Who saw it; the key must be allowed to speak for it.
    source: String,
    /// When it was seen; absent: now.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// A feed of states: when it was last seen that it still is so, where `at` is of the change.
    #[schema(format = DateTime)]
    seen: Option<String>,
    /// The source's own running number.
    seq: Option<u64>,
    /// Up to 1,000.
    bays: Option<Vec<ReportBay>>,
    /// In place of `bays`.
    bay: Option<String>,
    state: Option<BayState>,
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
    /// An app's: whom it speaks for, by its own opaque name. Hashed on arrival, never kept.
    #[schema(min_length = 1, max_length = 64)]
    contributor: Option<String>,
}

#[derive(ToSchema)]
pub(in crate::serve) struct ReportBay {
    bay: String,
    state: BayState,
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
    /// Where it differs from the report's.
    #[schema(format = DateTime)]
    at: Option<String>,
    seq: Option<u64>,
    #[schema(min_length = 1, max_length = 64)]
    contributor: Option<String>,
}

/// Counts: `counts`, or one zone flat.
#[derive(ToSchema)]
pub(in crate::serve) struct Counts {
    /// Who counted; the key must be allowed to speak for it.
    source: String,
    /// When it was counted; absent: now.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// Up to 1,000.
    counts: Option<Vec<CountItem>>,
    /// In place of `counts`.
    zone: Option<String>,
    vacant: Option<i64>,
    occupied: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000)]
    capacity: Option<u32>,
    kind: Option<BayKind>,
    state: Option<CountState>,
    /// Of its bays, those that are accessible; likewise the next two.
    accessible: Option<SomeCounted>,
    ev_charging: Option<SomeCounted>,
    reservable: Option<SomeCounted>,
}

/// A count of some of the bays.
#[derive(ToSchema)]
pub(in crate::serve) struct SomeCounted {
    vacant: Option<i64>,
    /// In place of `vacant`.
    occupied: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000)]
    capacity: Option<u32>,
}

#[derive(ToSchema)]
pub(in crate::serve) struct CountItem {
    zone: String,
    vacant: Option<i64>,
    /// In place of `vacant`.
    occupied: Option<i64>,
    /// Absent: as the registry has it, else as was said last.
    #[schema(minimum = 0, maximum = 1_000_000)]
    capacity: Option<u32>,
    /// Absent: car.
    kind: Option<BayKind>,
    /// Absent: open. If it is not, no number is needed.
    state: Option<CountState>,
    accessible: Option<SomeCounted>,
    ev_charging: Option<SomeCounted>,
    /// Those that can be reserved with whoever runs the car park.
    reservable: Option<SomeCounted>,
    /// Where it differs from the message's.
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// What came of a partner's app reports as evidence.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Contributions {
    pub(in crate::serve) partner: String,
    #[schema(format = DateTime)]
    pub(in crate::serve) at: String,
    /// Contributors that sensors have shown to be right, and often enough.
    pub(in crate::serve) proven_contributors: u32,
    /// The last 1, 7 and 30 days.
    pub(in crate::serve) periods: Vec<ContributionsPeriod>,
}

/// Some days, today included.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ContributionsPeriod {
    pub(in crate::serve) days: u32,
    /// Bays that were reported and taken in.
    pub(in crate::serve) reports: u64,
    /// Of them, those that counted as evidence.
    pub(in crate::serve) counted: u64,
    /// Of them, those whose contributor had said too much: 6 at once count, and 12 an hour.
    pub(in crate::serve) throttled: u64,
    /// Of those that counted, those that a sensor could judge.
    pub(in crate::serve) judged: u64,
    /// Of what was judged and said to be occupied, what was; null: nothing was judged.
    #[schema(required)]
    pub(in crate::serve) right_occupied: Option<f64>,
    /// The same of vacant.
    #[schema(required)]
    pub(in crate::serve) right_vacant: Option<f64>,
    /// Of those that counted: how much one moves the log-odds of a bay, in nat.
    #[schema(required)]
    pub(in crate::serve) mean_weight: Option<f64>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct UplinkQuery {
    /// Which network server this is; not needed where the key is for one only.
    source: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct EventQuery {
    /// What happened; absent: up. ChirpStack adds it by itself.
    event: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "read by the derive only")]
pub(in crate::serve) struct PushQuery {
    /// Of a feed whose sender is known by it; the configuration may call it otherwise.
    #[param(format = Password)]
    secret: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "read by the derive only")]
pub(in crate::serve) struct ProbeQuery {
    /// Which network server this is; not needed where the key is for one only.
    source: Option<String>,
    /// Is told back.
    msg: Option<String>,
    /// OneNET's own random text.
    nonce: Option<String>,
    /// base64(md5(token + nonce + msg)).
    signature: Option<String>,
}

/// What became of a report; all of it is on disk.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Accepted {
    pub(in crate::serve) accepted: usize,
    pub(in crate::serve) refused: Vec<Refused>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Refused {
    /// Position in `bays`.
    pub(in crate::serve) index: u32,
    #[schema(value_type = Reason)]
    pub(in crate::serve) reason: String,
    pub(in crate::serve) detail: String,
}
