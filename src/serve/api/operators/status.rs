//! For everybody: whether the hub is well, how long each part has been, and when each door last took
//! something. Why a part is not well stands in `/readyz`, which operators may keep to themselves.

use super::health::HealthState;
use crate::health::Part;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes(health_state: Arc<HealthState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(status))
        .with_state(health_state)
}

/// How the hub is, and has been.
#[derive(Serialize, ToSchema)]
struct HubStatus {
    /// Whether all parts are well now.
    up: bool,
    /// When it was looked last; each 10 s.
    #[schema(required, format = DateTime)]
    at: Option<String>,
    /// Since when this process looks.
    #[schema(required, format = DateTime)]
    since: Option<String>,
    /// The first day of which anything is known, at most 90 ago; null: none is.
    #[schema(required, format = Date)]
    known_since: Option<String>,
    parts: Vec<PartStatus>,
    doors: Vec<DoorStatus>,
}

/// A part of the hub.
#[derive(Serialize, ToSchema)]
struct PartStatus {
    part: String,
    up: bool,
    /// The days of which something is known, the oldest first.
    days: Vec<DayStatus>,
}

/// A day in UTC. Of what is missing to its length nothing is known: no hub ran, or nobody looked.
#[derive(Serialize, ToSchema)]
struct DayStatus {
    #[schema(format = Date)]
    date: String,
    up_s: u64,
    down_s: u64,
}

/// A door that reports come in by.
#[derive(Serialize, ToSchema)]
struct DoorStatus {
    /// mqtt, http, or feed: what the hub itself asks for.
    door: String,
    /// Reports taken since this process began, one a bay or zone.
    accepted: u64,
    /// When it was last seen to take some, to 10 s; null: not since this process began.
    #[schema(required, format = DateTime)]
    heard_at: Option<String>,
}

/// Whether the hub is well, and how long each part has been.
///
/// For people there is `/status`. Seconds are counted each 10 s while the hub runs and kept for 90 days; of the
/// time in which it did not run nothing is said. Whether a load balancer should send traffic says `/readyz`.
#[utoipa::path(
    get, path = "/v1/status", tag = "operators", security(()),
    responses((status = 200, description = "Now, and by day", body = HubStatus))
)]
async fn status(State(own): State<Arc<HealthState>>) -> Json<HubStatus> {
    let unwell = own.health.reasons();
    let uptime = &own.health.uptime;
    let days = uptime.days();
    let parts = Part::ALL.into_iter().map(|part| {
        let name = part.name();
        let of_part = days.iter().filter_map(|(date, parts)| {
            let seen = parts.get(name)?;
            Some(DayStatus {
                date: date.clone(),
                up_s: seen.up_ms / 1000,
                down_s: seen.down_ms / 1000,
            })
        });
        PartStatus {
            part: name.to_owned(),
            up: !unwell.iter().any(|(part, _)| *part == name),
            days: of_part.collect(),
        }
    });
    let doors = uptime.doors().into_iter().map(|(door, seen)| DoorStatus {
        door: door.to_owned(),
        accepted: seen.accepted,
        heard_at: seen.heard_at.map(|at| at.to_string()),
    });
    let looks = uptime.looks();
    Json(HubStatus {
        up: unwell.is_empty(),
        at: looks.map(|(_, last)| last.to_string()),
        since: looks.map(|(first, _)| first.to_string()),
        known_since: days.keys().next().cloned(),
        parts: parts.collect(),
        doors: doors.collect(),
    })
}
