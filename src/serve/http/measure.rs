//! Around every request: a time limit, a name, its quota, what is packed on the wire, who may keep
//! the answer, which pages may ask, and what metrics and log say of it. Routes are named by their
//! pattern, never by the raw path: an id in a label would make one series a bay, and a path may hold
//! a calendar's secret.

use super::account_key;
use super::address_key;
use super::auth::Doorman;
use super::bom;
use super::caching;
use super::cds_problem;
use super::cors;
use super::encoding;
use super::error::ApiError;
use super::language;
use super::listen;
use super::open_report;
use super::problem_answer::Cause;
use super::quota::QuotaDesk;
use super::request_id::{RequestIds, X_REQUEST_ID};
use super::routes::{Patience, Route, Routes};
use crate::domain::Millis;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::webhooks::ATTEMPT_WITHIN;
use axum::extract::{MatchedPath, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tower::{Layer, Service};

/// What a call takes beside the answer that it waits for.
const BESIDES: Duration = Duration::from_secs(5);

/// See the module. A layer of its own, as axum's functions as layers copy all that lies below for
/// each request.
#[derive(Clone)]
pub(in crate::serve) struct Measure(Arc<Inner>);

struct Inner {
    routes: Routes,
    metrics: Arc<Metrics>,
    limit: Duration,
    ids: RequestIds,
    quota: QuotaDesk,
}

impl Measure {
    /// `began`: when the hub began to answer.
    pub(in crate::serve) fn new(
        routes: Routes,
        metrics: Arc<Metrics>,
        limit: Duration,
        began: Millis,
        (doorman, limits): (Doorman, Arc<Limits>),
    ) -> Self {
        let ids = RequestIds::new(began);
        Self(Arc::new(Inner {
            routes,
            quota: QuotaDesk::new(doorman, limits, metrics.clone()),
            metrics,
            limit,
            ids,
        }))
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

    fn call(&mut self, mut request: Request) -> Self::Future {
        let began = Instant::now();
        address_key::take(&mut request);
        account_key::take(&mut request);
        let pattern = request.extensions().get::<MatchedPath>().cloned();
        let route = self
            .own
            .0
            .routes
            .of(pattern.as_ref().map(MatchedPath::as_str));
        let kept = route.kept;
        let for_pages = route.for_pages;
        let limit = self.own.0.limit_of(route);
        let keyed = request.headers().contains_key(AUTHORIZATION);
        let method = request.method().clone();
        let own = self.own.clone();
        let id = own.0.ids.of(request.headers());
        let language = language::preferred(request.headers());
        let of_cds = cds_problem::CdsAsked::of(&request);
        let of_report = open_report::OpenAsked::of(&request);
        let marked = if route.tells_csv {
            bom::take(&mut request)
        } else {
            Ok(false)
        };
        let with_mark = matches!(marked, Ok(true));
        let (counted, told) = own.0.quota.ask(&mut request);
        let wish = encoding::wished(request.headers());
        let is_hidden = route.for_operators && !listen::is_operators(request.extensions());
        let asked = told.map(|told| {
            let answer = if is_hidden {
                Err(ApiError::no_such_path().into_response())
            } else if route.for_pages && cors::is_preflight(&request) {
                Err(cors::preflight(route))
            } else {
                let request = marked.and_then(|_| encoding::unpack(request));
                let request = request.map_err(IntoResponse::into_response);
                request.map(|request| self.below.call(request))
            };
            (told, answer)
        });
        Box::pin(async move {
            let mut answer = match asked {
                Ok((told, answer)) => {
                    let mut answer = match answer {
                        Ok(answer) => own.0.in_time(answer, limit).await,
                        Err(at_once) => at_once,
                    };
                    told.write(answer.headers_mut());
                    answer
                }
                Err(refusal) => *refusal,
            };
            if with_mark {
                answer = bom::put(answer);
            }
            let status = answer.status();
            caching::complete(status, answer.headers_mut(), kept, keyed);
            if for_pages {
                cors::open(answer.headers_mut());
            }
            let answer = match of_cds {
                Some(asked) => asked.tell(answer).await,
                None => answer,
            };
            let answer = match of_report {
                Some(asked) => asked.tell(answer).await,
                None => answer,
            };
            let answer = language::tell(answer, language).await;
            let mut answer = encoding::pack(answer, wish).await;
            let route = pattern.as_ref().map_or("none", MatchedPath::as_str);
            own.0.count(route, &answer, began.elapsed());
            log(&id, &method, route, &answer);
            answer.headers_mut().insert(X_REQUEST_ID, id);
            Ok(match counted {
                Some(counted) => counted.answered(answer),
                None => answer,
            })
        })
    }
}

impl Inner {
    /// How long an answer of that route may take.
    fn limit_of(&self, route: &Route) -> Duration {
        if route.patience == Patience::AsOthersTake {
            return self.limit.max(ATTEMPT_WITHIN + BESIDES);
        }
        self.limit
    }

    /// The answer, or that it took too long.
    async fn in_time(
        &self,
        answer: impl Future<Output = Result<Response, Infallible>>,
        limit: Duration,
    ) -> Response {
        match tokio::time::timeout(limit, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(never)) => match never {},
            Err(_) => given_up(limit).into_response(),
        }
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

fn given_up(limit: Duration) -> ApiError {
    ApiError::Unavailable(format!(
        "this took more than {} s and was given up; whether it was done is not known",
        limit.as_secs()
    ))
}

/// Says which requests failed through no fault of the caller's. That a hub is not ready is said by
/// its parts, once, and not with every look at `/readyz`.
fn log(id: &HeaderValue, method: &Method, route: &str, answer: &Response) {
    let status = answer.status();
    let request = id.to_str().unwrap_or_default();
    // A standard's client that tries what is not offered is no fault.
    let is_fault = status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED;
    if is_fault && route != "/readyz" {
        let cause = answer.extensions().get::<Cause>();
        let cause = cause.map_or("", |c| &c.0);
        tracing::warn!(request, %method, route, status = status.as_u16(), cause, "HTTP error");
    } else {
        tracing::debug!(request, %method, route, status = status.as_u16(), "HTTP");
    }
}
