//! How full a zone will be: the forecast alone, for a time up to four hours ahead.

use super::bays::ahead;
use crate::forecast::FURTHEST_MS;
use crate::schema;
use crate::serve::formats::ForecastTold;
use crate::serve::http::auth::Reader;
use crate::serve::http::caller::Caller;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::sight::{Eyes, Sight};
use crate::serve::state::ReadState;
use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How full a zone will be.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ZoneForecast {
    zone: String,
    /// The time that it is of.
    #[schema(format = DateTime)]
    at: String,
    /// Share of bays that are expected to be occupied; null: nothing can be said.
    #[schema(required, minimum = 0, maximum = 1)]
    occupancy: Option<f64>,
    /// One time in ten it is below this.
    #[schema(required, minimum = 0, maximum = 1)]
    p10: Option<f64>,
    /// One time in ten it is above this.
    #[schema(required, minimum = 0, maximum = 1)]
    p90: Option<f64>,
    /// Bays that are expected to be vacant; null also where nobody says how many there are.
    #[schema(required)]
    vacant: Option<u32>,
    /// How likely at least one is.
    #[schema(required, minimum = 0, maximum = 1)]
    p_any_vacant: Option<f64>,
    /// What it rests on; null: nothing, and then nothing is said.
    #[schema(required, value_type = Option<schema::ForecastBasis>)]
    basis: Option<&'static str>,
}

pub(in crate::serve) fn routes() -> OpenApiRouter<Arc<ReadState>> {
    OpenApiRouter::new().routes(routes!(forecast))
}

/// How full a zone will be.
///
/// Learnt from what was settled, and moved to how full the zone is now. `basis` says what it rests on:
/// `profile` is how full the zone usually is then, `persistence` that it stays as it is, since too
/// little was seen of it yet. Where neither can be said every number is null, and so is `basis`. Eight
/// times in ten what comes lies between `p10` and `p90`.
#[utoipa::path(
    get, path = "/v1/zones/{zone}/forecast", tag = "drivers",
    params(
        ("zone" = String, Path, description = "The zone's id"),
        (
            "at" = Option<String>, Query, format = DateTime,
            description = "When, up to 4 hours ahead; without it now"
        ),
    ),
    responses(
        (status = 200, description = "What is expected", body = ZoneForecast),
        problems::BadParameter, problems::NoSuchZone,
    )
)]
async fn forecast(
    _: Reader,
    caller: Caller,
    State(own): State<Arc<ReadState>>,
    Id(id): Id,
    uri: Uri,
) -> Result<Json<ZoneForecast>, ApiError> {
    let p = Params::read(uri.query(), &["at"])?;
    let now = own.clock.now();
    let asked = p.time("at")?;
    let ahead_ms = ahead("at", asked, now, FURTHEST_MS)?;
    let found = own.registry.zone_called(&id);
    let city = own.registry.city();
    let atlas = own.atlases.of(&city);
    let eyes = Eyes::of(&caller);
    let sight = Sight::new(&own, &city, &eyes);
    let seen = found.and_then(|zone| Some((zone, sight.zone(&atlas, zone)?)));
    let (zone, told) =
        seen.ok_or_else(|| ApiError::NotFound(format!("there is no zone {}", quoted(&id))))?;
    let at = (now, ahead_ms);
    let then = ForecastTold::of(&own.forecasts.now(), zone, &told.tally, at);
    Ok(Json(ZoneForecast {
        zone: told.zone.spec.id.clone(),
        at: asked.map_or(then.at, |at| at.to_string()),
        occupancy: then.occupancy,
        p10: then.p10,
        p90: then.p90,
        vacant: then.vacant,
        p_any_vacant: then.p_any_vacant,
        basis: then.basis,
    }))
}
