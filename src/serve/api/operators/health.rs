//! For operators and their machines: alive, ready, metrics.

use super::schema;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::serve::http::listen::is_operators;
use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What these routes need.
pub(in crate::serve) struct HealthState {
    pub(in crate::serve) health: Arc<Health>,
    pub(in crate::serve) metrics: Arc<Metrics>,
    /// Whether operators have a listener of their own: others then learn no more than the status.
    pub(in crate::serve) apart: bool,
}

impl HealthState {
    pub(in crate::serve) const fn new(
        health: Arc<Health>,
        metrics: Arc<Metrics>,
        apart: bool,
    ) -> Self {
        Self {
            health,
            metrics,
            apart,
        }
    }
}

pub(in crate::serve) fn routes(health_state: Arc<HealthState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(livez))
        .routes(routes!(readyz))
        .routes(routes!(metrics))
        .with_state(health_state)
}

/// Whether the process answers at all.
///
/// No part of the hub is asked: a machine that gets no answer may restart the process. Whether it
/// should be sent traffic says `/readyz`.
#[utoipa::path(get, path = "/livez", tag = "operators", responses((status = 200, description = "Alive", body = schema::Alive)))]
async fn livez() -> Json<schema::Alive> {
    Json(schema::Alive { alive: true })
}

/// Whether the hub should be sent traffic, and if not, why not.
///
/// Where operators have a listener of their own, reasons and notes are told there only.
#[utoipa::path(
    get, path = "/readyz", tag = "operators",
    responses(
        (status = 200, description = "Ready", body = schema::Ready),
        (status = 503, description = "Not ready, with the reasons", body = schema::Ready),
    )
)]
async fn readyz(State(own): State<Arc<HealthState>>, told: Extensions) -> Response {
    let reasons = own.health.reasons();
    let ready = reasons.is_empty();
    let is_told = !own.apart || is_operators(&told);
    let reasons = reasons.into_iter().filter(|_| is_told);
    let reasons = reasons
        .map(|(part, reason)| schema::NotReady {
            part: part.to_owned(),
            reason,
        })
        .collect();
    let notes = own.health.notes().into_iter().filter(|_| is_told);
    let notes = notes
        .map(|(part, note)| schema::HealthNote {
            part: part.to_owned(),
            note,
        })
        .collect();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(schema::Ready {
            ready,
            reasons,
            notes,
        }),
    )
        .into_response()
}

/// Metrics in the Prometheus text format.
///
/// Names begin with `bayhub_`. Where operators have a listener of their own they are told there only.
#[utoipa::path(
    get, path = "/metrics", tag = "operators",
    responses((status = 200, description = "Prometheus text format 0.0.4", body = String, content_type = "text/plain"))
)]
async fn metrics(State(own): State<Arc<HealthState>>) -> Response {
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        own.metrics.render(),
    )
        .into_response()
}
