//! Around every request: a time limit, and what the metrics say of it. Routes are named by their
//! pattern, never by the raw path: an id in a label would make one series a bay.

use super::error::ApiError;
use crate::metrics::Metrics;
use axum::extract::{MatchedPath, Request};
use axum::response::{IntoResponse as _, Response};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tower::{Layer, Service};

/// See the module. A layer of its own, as axum's functions as layers copy all that lies below for
/// each request.
#[derive(Clone)]
pub(in crate::serve) struct Measure(Arc<Inner>);

struct Inner {
    metrics: Arc<Metrics>,
    limit: Duration,
}

impl Measure {
    pub(in crate::serve) fn new(metrics: Arc<Metrics>, limit: Duration) -> Self {
        Self(Arc::new(Inner { metrics, limit }))
    }
}

impl<S> Layer<S> for Measure {
    type Service = Measured<S>;

    fn layer(&self, below: S) -> Measured<S> {
        Measured {
            own: self.clone(),
            below,
        }
    }
}

/// What lies below, measured.
#[derive(Clone)]
pub(in crate::serve) struct Measured<S> {
    own: Measure,
    below: S,
}

impl<S> Service<Request> for Measured<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.below.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let began = Instant::now();
        let route = request.extensions().get::<MatchedPath>().cloned();
        let own = self.own.clone();
        let answer = self.below.call(request);
        Box::pin(async move {
            let answer = match tokio::time::timeout(own.0.limit, answer).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(never)) => match never {},
                Err(_) => own.0.given_up().into_response(),
            };
            own.0.count(
                route.as_ref().map_or("none", MatchedPath::as_str),
                &answer,
                began.elapsed(),
            );
            Ok(answer)
        })
    }
}

impl Inner {
    fn given_up(&self) -> ApiError {
        ApiError::Unavailable(format!(
            "this took more than {} s and was given up; whether it was done is not known",
            self.limit.as_secs()
        ))
    }

    fn count(&self, route: &str, answer: &Response, took: Duration) {
        self.metrics
            .http_seconds
            .with_label_values(&[route])
            .observe(took.as_secs_f64());
        self.metrics
            .http_responses
            .with_label_values(&[route, answer.status().as_str()])
            .inc();
    }
}
