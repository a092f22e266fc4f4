//! What a partner's reports were worth, for itself; and all partners', for administrators.
//!
//! A partner is found by the key alone, so nobody reads another's. A day is told once it is settled, which
//! is when nothing that comes late can change it any more.

use super::credit_schema::{self as schema, CreditAll, CreditTold};
use crate::partners::IssueError;
use crate::partners::credit::CreditBook;
use crate::serve::http::auth::{Admin, Doorman, KeyHolder};
use crate::serve::http::error::ApiError;
use crate::serve::http::negotiate::{by_accept, csv, takes_csv};
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What these routes need.
pub(in crate::serve) struct CreditState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) book: CreditBook,
}

impl FromRef<Arc<CreditState>> for Doorman {
    fn from_ref(own: &Arc<CreditState>) -> Self {
        own.doorman.clone()
    }
}

pub(super) fn routes(credit_state: Arc<CreditState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(own_credit))
        .routes(routes!(all_credit))
        .with_state(credit_state)
}

/// What your reports were worth, day by day, and what that makes of your quota.
///
/// With any key of the partner. Where the hub did not know, you told it, and sensors later agreed: that
/// raises what you may read and search a minute, up to tenfold; where they disagreed, it falls. The last 28
/// days that are settled, and up to 100 reports of them as they came out. As CSV the days, or with
/// `table=samples` the reports.
#[utoipa::path(
    get, path = "/v1/partners/me/credit", tag = "partners", security(("key" = [])),
    params(schema::CreditQuery),
    responses(
        (status = 200, description = "Credit by day, and samples", content(
            (CreditTold = "application/json"), (String = "text/csv"))),
        problems::BadParameter, problems::NoKey, problems::NotInThatFormat, problems::Unreadable,
    )
)]
async fn own_credit(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<CreditState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let p = Params::read(uri.query(), &["table"])?;
    let tables = [("days", false), ("samples", true)];
    let of = |name: &str| tables.into_iter().find(|(n, _)| *n == name);
    let table = p.one_of("table", of, || "days, samples".to_owned())?;
    let as_csv = takes_csv(&headers)?;
    let now = own.doorman.clock.now();
    let answer = own.book.of(&grant.partner, now).await;
    let answer = answer.map_err(IssueError::Store)?;
    Ok(by_accept(match table {
        Some((_, true)) if as_csv => csv(schema::samples_csv(&answer.samples)),
        _ if as_csv => csv(schema::days_csv(&answer.days)),
        _ => Json(CreditTold::new(&grant.partner, now, &answer)).into_response(),
    }))
}

/// What every partner's reports were worth, day by day.
///
/// The last 28 days that are settled, newest first; as a partner sees its own at
/// `/v1/partners/me/credit`.
#[utoipa::path(
    get, path = "/v1/admin/credit", tag = "operators", security(("key" = ["admin"])),
    params(schema::CreditPartner),
    responses(
        (status = 200, description = "Credit by day and partner", content(
            (CreditAll = "application/json"), (String = "text/csv"))),
        problems::BadParameter, problems::Keyed, problems::NotInThatFormat, problems::Unreadable,
    )
)]
async fn all_credit(
    _: Admin,
    State(own): State<Arc<CreditState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let p = Params::read(uri.query(), &["partner"])?;
    let as_csv = takes_csv(&headers)?;
    let now = own.doorman.clock.now();
    let days = own.book.days(p.text("partner"), now).await;
    let days = days.map_err(IssueError::Store)?;
    Ok(by_accept(if as_csv {
        csv(schema::days_csv(&days))
    } else {
        Json(CreditAll::new(now, &days)).into_response()
    }))
}
