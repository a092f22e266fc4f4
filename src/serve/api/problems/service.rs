//! How well operators deal with what is reported.
//!
//! Of the authority and the operators of the configuration everybody may know; of the owners of private
//! zones they themselves, and who watches over the city.

use super::{ProblemsState, schema};
use crate::domain::Millis;
use crate::problems::ServiceFigures;
use crate::serve::http::auth::Reader;
use crate::serve::http::caller::Caller;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::sight::Eyes;
use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const DAY_MS: u64 = 86_400_000;

/// Of how many days, where the question does not say.
const DAYS: u64 = 90;

pub(super) fn routes() -> OpenApiRouter<Arc<ProblemsState>> {
    OpenApiRouter::new()
        .routes(routes!(operators_service))
        .routes(routes!(operator_service))
}

/// How well the authority and each operator deal with what is reported.
///
/// Shares, times and means of fewer than ten are null.
#[utoipa::path(
    get, path = "/v1/operators", tag = "problems",
    params(schema::ServiceQuery),
    responses(
        (status = 200, description = "One a row", body = schema::OperatorsService),
        problems::BadParameter, problems::NotNow,
    )
)]
async fn operators_service(
    _: Reader,
    State(own): State<Arc<ProblemsState>>,
    uri: Uri,
) -> Result<Json<schema::OperatorsService>, ApiError> {
    let since = own.since(&uri)?;
    let mut operators = Vec::new();
    for name in own.public() {
        let figures = own.problems.service(name, since).await?;
        operators.push(shown(name, &figures));
    }
    let since = since.to_string();
    Ok(Json(schema::OperatorsService { since, operators }))
}

/// How well one operator deals with what is reported.
///
/// The share that is closed in time, the middle of the times that it takes, and the mean of the ratings of
/// those who reported: each of ten at least, or null.
#[utoipa::path(
    get, path = "/v1/operators/{operator}/service", tag = "problems",
    params(("operator" = String, Path, description = "Its name, as problems tell it"), schema::ServiceQuery),
    responses(
        (status = 200, description = "How it does", body = schema::OperatorServed),
        problems::BadParameter, problems::NoSuchOperator, problems::NotNow,
    )
)]
async fn operator_service(
    _: Reader,
    State(own): State<Arc<ProblemsState>>,
    caller: Caller,
    Id(name): Id,
    uri: Uri,
) -> Result<Json<schema::OperatorServed>, ApiError> {
    let since = own.since(&uri)?;
    let known = own
        .public()
        .find(|known| known.to_lowercase() == name.to_lowercase());
    let may = match Eyes::of(&caller) {
        Eyes::All => true,
        Eyes::Partner(partner) => *partner == *name,
        Eyes::Public => false,
    };
    let figures = own.problems.service(known.unwrap_or(&name), since).await?;
    // Nobody that has ever had anything to do here.
    let is_blank = figures == ServiceFigures::default();
    match known {
        Some(known) => Ok(Json(shown(known, &figures))),
        None if may && !is_blank => Ok(Json(shown(&name, &figures))),
        None => Err(ApiError::NotFound(format!(
            "there is no operator {}",
            quoted(&name)
        ))),
    }
}

impl ProblemsState {
    fn since(&self, uri: &Uri) -> Result<Millis, ApiError> {
        let p = Params::read(uri.query(), &["days"])?;
        let days = p.number("days", 1..=365_u64)?.unwrap_or(DAYS);
        let now = self.reads.clock.now();
        Ok(Millis(now.0.saturating_sub(days * DAY_MS)))
    }

    /// Of whom everybody may know.
    fn public(&self) -> impl Iterator<Item = &str> {
        let operators = self.problems.operators().iter();
        let authority = &*self.problems.config().authority;
        std::iter::once(authority).chain(operators.map(|of| &*of.name))
    }
}

fn shown(operator: &str, of: &ServiceFigures) -> schema::OperatorServed {
    let rounded = |x: f64| (x * 1000.0).round() / 1000.0;
    schema::OperatorServed {
        operator: operator.to_owned(),
        open: of.open,
        overdue: of.overdue,
        closed: of.closed,
        on_time: of.on_time.map(rounded),
        median_resolve_s: of.median_ms.map(|ms| ms / 1000),
        ratings: of.ratings,
        mean_rating: of.mean_rating.map(rounded),
    }
}
