//! What came of a partner's app reports as evidence. A partner is told its own sums, never of a
//! single contributor.

use super::schema::{Contributions, ContributionsPeriod};
use crate::partners::{ContributionFigures, ContributorDesk};
use crate::serve::http::auth::{DataPartner, Doorman};
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::Uri;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What this route needs.
pub(in crate::serve) struct ContributionsState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) contributors: Arc<ContributorDesk>,
}

impl FromRef<Arc<ContributionsState>> for Doorman {
    fn from_ref(own: &Arc<ContributionsState>) -> Self {
        own.doorman.clone()
    }
}

pub(in crate::serve) fn routes(state: Arc<ContributionsState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(contributions))
        .with_state(state)
}

/// What came of the app reports of the caller's partner, over the last 1, 7 and 30 days.
///
/// Days are UTC's; today is one of them. Reports are judged within minutes of their coming in, and
/// only where a sensor can tell.
#[utoipa::path(
    get, path = "/v1/contributions/mine", tag = "data partners", security(("key" = ["report"]), ("key" = ["partner"])),
    responses(
        (status = 200, description = "Sums over all contributors of the partner", body = Contributions),
        problems::BadParameter, problems::Keyed,
    )
)]
async fn contributions(
    DataPartner(grant): DataPartner,
    State(own): State<Arc<ContributionsState>>,
    uri: Uri,
) -> Result<Json<Contributions>, ApiError> {
    Params::read(uri.query(), &[])?;
    let now = own.doorman.clock.now();
    let ContributionFigures {
        proven_contributors,
        periods,
    } = own.contributors.figures(&grant.partner, now);
    let shown = periods.into_iter().map(|p| ContributionsPeriod {
        days: p.days,
        reports: p.reports,
        counted: p.counted,
        throttled: p.throttled,
        judged: p.judged,
        right_occupied: p.right_occupied.map(rounded),
        right_vacant: p.right_vacant.map(rounded),
        mean_weight: p.mean_weight.map(rounded),
    });
    let told = Contributions {
        partner: grant.partner.to_string(),
        at: now.to_string(),
        proven_contributors,
        periods: shown.collect(),
    };
    Ok(Json(told))
}

/// To a thousandth.
fn rounded(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}
