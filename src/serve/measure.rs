//! Around every request: a time limit, and what the metrics say of it. Routes are named by their pattern, never by the
//! raw path: an id in a label would make one series a bay.

use super::error::ApiError;
use crate::metrics::Metrics;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// See the module.
#[derive(Clone)]
pub(super) struct Measure(Arc<Inner>);

struct Inner {
    metrics: Arc<Metrics>,
    limit: Duration,
}

impl Measure {
    pub(super) fn new(metrics: Arc<Metrics>, limit: Duration) -> Self {
        Self(Arc::new(Inner { metrics, limit }))
    }
}

pub(super) async fn measure(State(own): State<Measure>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let answer = match tokio::time::timeout(own.0.limit, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => ApiError::Unavailable(format!(
            "this took more than {} s and was given up; whether it was done is not known",
            own.0.limit.as_secs()
        ))
        .into_response(),
    };
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let metrics = &own.0.metrics;
    metrics.http_seconds.with_label_values(&[route]).observe(began.elapsed().as_secs_f64());
    metrics.http_responses.with_label_values(&[route, answer.status().as_str()]).inc();
    answer
}
