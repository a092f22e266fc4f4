//! How good the data of operators and partners were in a month: what an authority grades by.
//!
//! A partner reads its own row, of which others learn nothing; who watches over the city reads all.
//! Ratios are taken here, of sums; what nothing is known of is null.

use super::schema;
use crate::domain::{Calendar, TimeZone};
use crate::history::csv::field;
use crate::partners::{IssueError, QualityKind, QualityOf, QualityRow, UsageBook, month_of};
use crate::serve::http::auth::{Doorman, KeyHolder};
use crate::serve::http::error::ApiError;
use crate::serve::http::negotiate::{by_accept, csv, takes_csv};
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use std::fmt::Write as _;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What this route needs.
pub(in crate::serve) struct QualityState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) usage: Arc<UsageBook>,
    /// Whose months are meant.
    pub(in crate::serve) calendar: Calendar,
}

impl FromRef<Arc<QualityState>> for Doorman {
    fn from_ref(own: &Arc<QualityState>) -> Self {
        own.doorman.clone()
    }
}

pub(in crate::serve) fn routes(quality_state: Arc<QualityState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(quality))
        .with_state(quality_state)
}

/// A month of operators, or of partners.
#[derive(Serialize, ToSchema)]
struct QualityTold {
    #[schema(format = DateTime)]
    at: String,
    month: String,
    /// By whose clock the month begins and ends: an IANA name.
    time_zone: &'static str,
    /// `operator` or `partner`.
    by: &'static str,
    /// By name; nobody of whom nothing is known.
    rows: Vec<QualityMonth>,
}

/// How good the data of one operator or partner were.
#[derive(Serialize, ToSchema)]
struct QualityMonth {
    name: String,
    /// Looks that were taken at it, one every five minutes while the hub ran.
    samples: u64,
    /// On average an operator's car parks and streets, or a partner's sensors and gates; null: no
    /// look was taken.
    #[schema(required)]
    members: Option<f64>,
    /// The share of those that were heard within the last 24 hours.
    #[schema(required)]
    connected: Option<f64>,
    /// Of connected ones, the share of places of which something was known, or of sources that were
    /// not silent.
    #[schema(required)]
    online: Option<f64>,
    /// Reports that came and were taken; null: of an operator that is not known.
    #[schema(required)]
    accepted: Option<u64>,
    /// The share of these that spoke of a time five minutes or more before they came.
    #[schema(required)]
    late: Option<f64>,
    /// The share of all reports that was turned away.
    #[schema(required)]
    refused: Option<f64>,
}

impl QualityMonth {
    fn of(row: QualityRow, by: QualityOf) -> Self {
        use QualityKind::{Accepted, Connected, Late, Members, Online, Refused, Samples, Watched};
        let share = |part, whole: &[QualityKind]| row.share(part, whole).map(rounded);
        let sends = by == QualityOf::Partner;
        Self {
            samples: row.sum(Samples),
            members: share(Members, &[Samples]),
            connected: share(Connected, &[Members]),
            online: share(Online, &[Watched]),
            accepted: sends.then(|| row.sum(Accepted)),
            late: share(Late, &[Accepted]),
            refused: share(Refused, &[Accepted, Refused]),
            name: row.name,
        }
    }
}

/// To a ten thousandth.
fn rounded(x: f64) -> f64 {
    (x * 10_000.0).round() / 10_000.0
}

/// How good the data of each operator or partner were in a month: connected, online, late, refused.
///
/// With the scope `monitor` or `admin` all are told, with any other key its own partner alone. A
/// month of which nothing is known has no rows.
#[utoipa::path(
    get, path = "/v1/quality", tag = "authority", security(("key" = [])),
    params(schema::QualityQuery),
    responses(
        (status = 200, description = "A row each", content(
            (QualityTold = "application/json"), (String = "text/csv"))),
        problems::BadParameter, problems::Keyed, problems::NotInThatFormat, problems::Unreadable,
    )
)]
async fn quality(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<QualityState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let as_csv = takes_csv(&headers)?;
    let p = Params::read(uri.query(), &["month", "by"])?;
    let by = p.one_of("by", QualityOf::parse, QualityOf::list)?;
    let by = by.unwrap_or(QualityOf::Partner);
    let sees_all = grant.scopes.oversee();
    if !sees_all && by == QualityOf::Operator {
        let why =
            "operators are told to keys with the scope monitor or admin, and the key has neither";
        return Err(ApiError::Forbidden(why.to_owned()));
    }
    let now = own.doorman.clock.now();
    let month = month(p.text("month"), month_of(own.calendar, now))?;
    let name = (!sees_all).then_some(&*grant.partner);
    let found = own.usage.quality(by, name, month).await;
    let rows = found.map_err(IssueError::Store)?;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| QualityMonth::of(row, by))
        .collect();
    let month = format!("{:04}-{:02}", month / 12, month % 12 + 1);
    Ok(by_accept(if as_csv {
        csv(lines(&month, by, &rows))
    } else {
        Json(QualityTold {
            at: now.to_string(),
            month,
            time_zone: own.calendar.name(),
            by: by.name(),
            rows,
        })
        .into_response()
    }))
}

/// In months since the year 0; not one that lies ahead.
fn month(text: Option<&str>, now: u64) -> Result<u64, ApiError> {
    let Some(text) = text else {
        return Ok(now);
    };
    let read = TimeZone::month_number(text).filter(|month| *month >= 1970 * 12);
    let asked = read.ok_or_else(|| {
        let said = quoted(text);
        ApiError::bad(
            "month",
            format!("month must be a month such as 2026-11, not {said}"),
        )
    })?;
    if asked > now {
        return Err(ApiError::bad(
            "month",
            format!("month lies ahead: {}", quoted(text)),
        ));
    }
    Ok(asked)
}

fn lines(month: &str, by: QualityOf, rows: &[QualityMonth]) -> String {
    fn cell<T: std::fmt::Display>(value: Option<T>) -> String {
        value.map(|v| v.to_string()).unwrap_or_default()
    }
    let mut out =
        "month,by,name,samples,members,connected,online,accepted,late,refused\r\n".to_owned();
    for row in rows {
        let shares = [row.members, row.connected, row.online].map(cell);
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "{month},{by},{},{},{},{},{},{}\r\n",
            field(&row.name),
            row.samples,
            shares.join(","),
            cell(row.accepted),
            cell(row.late),
            cell(row.refused),
        );
    }
    out
}
