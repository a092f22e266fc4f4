//! Reports and uplinks over HTTP, and what becomes of them.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use crate::schema::{BayState, Reason};
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
    /// The source's own running number.
    seq: Option<u64>,
    /// Up to 1,000.
    bays: Option<Vec<ReportBay>>,
    /// In place of `bays`.
    bay: Option<String>,
    state: Option<BayState>,
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
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
