//! What is told of problems to those who deal with them.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use crate::schema::{ProblemCode, ProblemState};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct WorkQuery {
    /// Absent: what is open, by when it is due. A state that is over lists the last first.
    #[param(inline)]
    state: Option<ProblemState>,
    /// Of this service code alone.
    #[param(inline)]
    code: Option<ProblemCode>,
    /// true: only what is or was late.
    overdue: Option<bool>,
    /// true: what is over, whatever became of it.
    closed: Option<bool>,
    /// Problems of a page. 100 if it is absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A page of problems.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ProblemList {
    #[schema(format = DateTime)]
    pub(super) at: String,
    pub(super) problems: Vec<ProblemShown>,
    #[schema(required)]
    pub(super) next: Option<String>,
}

/// A problem as those see it who deal with it.
#[derive(Clone, Serialize, ToSchema)]
pub(in crate::serve) struct ProblemShown {
    pub(super) id: String,
    #[schema(value_type = ProblemCode)]
    pub(super) code: &'static str,
    #[schema(value_type = ProblemState)]
    pub(super) state: &'static str,
    /// It was not dealt with in time.
    pub(super) overdue: bool,
    /// Whoever is responsible.
    pub(super) operator: String,
    #[schema(required)]
    pub(super) bay: Option<String>,
    #[schema(required)]
    pub(super) zone: Option<String>,
    #[schema(required)]
    pub(super) address: Option<String>,
    #[schema(required)]
    pub(super) lat: Option<f64>,
    #[schema(required)]
    pub(super) lon: Option<f64>,
    pub(super) description: String,
    #[schema(required)]
    pub(super) media_url: Option<String>,
    /// How often it was reported.
    pub(super) votes: i64,
    /// What was said of it last.
    #[schema(required)]
    pub(super) notice: Option<String>,
    #[schema(required)]
    pub(super) duplicate_of: Option<String>,
    #[schema(format = DateTime)]
    pub(super) reported_at: String,
    #[schema(format = DateTime)]
    pub(super) changed_at: String,
    #[schema(format = DateTime)]
    pub(super) expected_at: String,
    #[schema(required, format = DateTime)]
    pub(super) closed_at: Option<String>,
}

/// A problem with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ProblemDetail {
    pub(super) problem: ProblemShown,
    /// What was said of it, the last hundred.
    pub(super) history: Vec<ProblemNotice>,
    /// The first twenty of those who reported it; empty for who is not responsible for it.
    pub(super) reports: Vec<ProblemReport>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ProblemNotice {
    #[schema(format = DateTime)]
    pub(super) at: String,
    #[schema(value_type = ProblemState)]
    pub(super) state: &'static str,
    #[schema(required)]
    pub(super) notice: Option<String>,
    /// The partner whose key said it.
    #[schema(required)]
    pub(super) by: Option<String>,
}

/// What one person said. Contact, plate and words are gone 30 days after the end.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ProblemReport {
    #[schema(format = DateTime)]
    pub(super) at: String,
    pub(super) description: String,
    #[schema(required)]
    pub(super) email: Option<String>,
    #[schema(required)]
    pub(super) phone: Option<String>,
    #[schema(required)]
    pub(super) plate: Option<String>,
    /// From 1 to 5.
    #[schema(required)]
    pub(super) rating: Option<u8>,
}

/// What is said of a problem: a state, a notice, or both.
#[derive(ToSchema)]
pub(in crate::serve) struct ProblemSays {
    /// What it is from now on. Steps may be left out; none leads back.
    state: Option<ProblemState>,
    /// At most 500 characters, without HTML: everybody reads it.
    notice: Option<String>,
    /// With `duplicate`: the id of the other.
    duplicate_of: Option<String>,
}

/// How somebody thinks that it was dealt with.
#[derive(ToSchema)]
pub(in crate::serve) struct RatingGiven {
    /// `rating_token` of the report.
    token: String,
    #[schema(minimum = 1, maximum = 5)]
    rating: u8,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct ServiceQuery {
    /// Of how many days back. 90 if it is absent.
    #[param(minimum = 1, maximum = 365)]
    days: Option<u32>,
}

/// How well operators deal with problems.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct OperatorsService {
    #[schema(format = DateTime)]
    pub(super) since: String,
    pub(super) operators: Vec<OperatorServed>,
}

/// How well one does. What fewer than ten would tell is null.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct OperatorServed {
    pub(super) operator: String,
    /// Problems that are open now.
    pub(super) open: u64,
    /// Of those, late ones.
    pub(super) overdue: u64,
    /// Closed since then, duplicates left out.
    pub(super) closed: u64,
    /// Which part of those, and of the late ones, was closed in time.
    #[schema(required)]
    pub(super) on_time: Option<f64>,
    /// The middle of the times from the report to the end, s.
    #[schema(required)]
    pub(super) median_resolve_s: Option<u64>,
    /// How many have rated, in tens.
    pub(super) ratings: u64,
    /// From 1 to 5, in halves.
    #[schema(required)]
    pub(super) mean_rating: Option<f64>,
}
