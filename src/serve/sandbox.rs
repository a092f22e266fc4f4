//! Which hub answers a request: the hub itself or, for a key of the sandbox, the sandbox beside it.
//!
//! Promises: chosen before anything of a request is counted or looked up, so that nothing of the
//! sandbox is in what the hub counts but the connection itself; a caller without exactly one such key
//! is the hub's own. What the sandbox answers is made by its own threads, and their panic is its own.
//! Dear: a look at one header a request.

use super::http::account_key;
use super::http::auth::bearer;
use super::http::cors;
use super::http::error::ApiError;
use super::http::quota::ConnectionShare;
use crate::domain::realm::is_test_key;
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Request};
use axum::response::{IntoResponse as _, Response};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tower::util::Either;
use tower::{BoxError, Service, ServiceExt as _};

/// Where the sandbox's API is, while it answers. Locks are held for a look.
#[derive(Default)]
pub struct SandboxApi(RwLock<Option<(Router, Handle)>>);

impl SandboxApi {
    /// Requests with a key of the sandbox go to `api` from now on, on its threads.
    pub fn open(&self, api: Router, threads: Handle) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((api, threads));
    }

    /// They are told to come again later.
    pub fn close(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A hub's API, and that of the sandbox beside it.
#[derive(Clone)]
pub struct Answerer {
    own: Either<Router, InSandbox>,
    sandbox: Option<Either<Router, InSandbox>>,
}

impl Answerer {
    #[must_use]
    pub fn new(own: Router, sandbox: Option<Arc<SandboxApi>>) -> Self {
        Self {
            own: Either::Left(own),
            sandbox: sandbox.map(|api| Either::Right(InSandbox(api))),
        }
    }
}

impl From<Router> for Answerer {
    /// Of a hub without a sandbox.
    fn from(own: Router) -> Self {
        Self::new(own, None)
    }
}

/// Whether a request shows a key of the sandbox, and no other.
fn is_for_sandbox(headers: &HeaderMap) -> bool {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (Some(one), None) = (given.next(), given.next()) else {
        return false;
    };
    let key = one.to_str().ok().and_then(bearer);
    key.is_some_and(|key| is_test_key(key.as_bytes()))
}

impl<B> Service<Request<B>> for Answerer
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = <Either<Router, InSandbox> as Service<Request<B>>>::Future;

    /// Both are always ready.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        account_key::take(&mut request);
        match &mut self.sandbox {
            Some(sandbox) if is_for_sandbox(request.headers()) => sandbox.call(request),
            _ => self.own.call(request),
        }
    }
}

/// The sandbox's API on the sandbox's threads.
#[derive(Clone)]
pub struct InSandbox(Arc<SandboxApi>);

impl<B> Service<Request<B>> for InSandbox
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut request = request.map(Body::new);
        // The connection stays its address's: the sandbox's keys are nobody in the hub's shares.
        request.extensions_mut().remove::<ConnectionShare>();
        let open = self.0.0.read().unwrap_or_else(PoisonError::into_inner);
        let answered = open
            .as_ref()
            .map(|(api, threads)| PendingAnswer(threads.spawn(api.clone().oneshot(request))));
        drop(open);
        Box::pin(async move {
            let answer = match answered {
                Some(mut pending) => (&mut pending.0).await,
                None => return Ok(away()),
            };
            Ok(answer.map_or_else(|_| away(), |Ok(answer)| answer))
        })
    }
}

/// An answer in the making; given up with the connection that waits for it.
struct PendingAnswer(JoinHandle<Result<Response, Infallible>>);

impl Drop for PendingAnswer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a caller with a key of the sandbox is told while there is none.
fn away() -> Response {
    let why = "the sandbox does not answer now; the hub itself does";
    let mut answer = ApiError::Unavailable(why.to_owned()).into_response();
    cors::open(answer.headers_mut());
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use axum::routing::get;

    async fn asked(answerer: &Answerer, keys: &[&str]) -> (StatusCode, String) {
        let mut request = Request::builder().uri("/who");
        for key in keys {
            request = request.header(AUTHORIZATION, *key);
        }
        let request = request.body(Body::empty()).unwrap();
        let answer = answerer.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), 1000).await;
        (status, String::from_utf8(body.unwrap().to_vec()).unwrap())
    }

    fn says(who: &'static str) -> Router {
        Router::new().route("/who", get(move || async move { who }))
    }

    #[tokio::test]
    async fn exactly_one_key_of_the_sandbox_leads_there_and_nothing_else_does() {
        let api = Arc::new(SandboxApi::default());
        let answerer = Answerer::new(says("city"), Some(api.clone()));
        api.open(says("sandbox"), Handle::current());
        for keys in [
            &["Bearer bh_test_x"][..],
            &["bearer  bh_test_x"],
            &["BEARER bh_test_"],
        ] {
            assert_eq!(asked(&answerer, keys).await.1, "sandbox", "{keys:?}");
        }
        for keys in [
            &[][..],
            &["Bearer bh_live_x"],
            &["Bearer BH_TEST_x"],
            &["Bearer bh_test"],
            &["Basic bh_test_x"],
            &["bh_test_x"],
            &["Bearer bh_test_x", "Bearer bh_test_x"],
            &["Bearer bh_test_x", "Bearer bh_live_x"],
            &["Bearer bh_live_x", "Bearer bh_test_x"],
        ] {
            assert_eq!(asked(&answerer, keys).await.1, "city", "{keys:?}");
        }
    }

    #[tokio::test]
    async fn a_sandbox_that_is_away_or_fails_is_said_to_be_and_the_city_answers() {
        let api = Arc::new(SandboxApi::default());
        let answerer = Answerer::new(says("city"), Some(api.clone()));
        let test = ["Bearer bh_test_x"];
        let (status, said) = asked(&answerer, &test).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(said.contains("the sandbox does not answer now"), "{said}");
        let fails = get(|| async { unreachable!("planted") as &'static str });
        api.open(Router::new().route("/who", fails), Handle::current());
        assert_eq!(asked(&answerer, &test).await.0, status);
        assert_eq!(asked(&answerer, &[]).await.1, "city");
        api.open(says("sandbox"), Handle::current());
        api.close();
        assert_eq!(asked(&answerer, &test).await.0, status);
        let alone = Answerer::from(says("city"));
        assert_eq!(asked(&alone, &test).await.1, "city", "there is none");
    }
}
