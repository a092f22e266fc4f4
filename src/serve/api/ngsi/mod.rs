//! NGSI-LD (ETSI GS CIM 009) with Smart Data Models: bays and zones as entities of a context source,
//! for cities' brokers.
//!
//! Promises: what is asked is honoured or refused; what the caller does not see is not there; nothing is
//! written. Dear: a question by more than types is a walk over all entities of these, a few at a time.

mod asker;
mod context;
mod entities;
mod entity;
mod facts;
mod fault;
mod geo;
mod lists;
mod q;
mod schema;
mod selection;
mod terms;
mod walk;
mod write;

pub(in crate::serve) use asker::CONTEXT as CONTEXT_PATH;
pub(in crate::serve) use context::routes as context_routes;

use crate::serve::http::auth::Doorman;
use crate::serve::http::error::ApiError;
use crate::serve::state::ReadState;
use axum::extract::FromRef;
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use facts::FactsBook;
use fault::NgsiFault;
use std::sync::Arc;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;

/// Walks that are made at a time.
const WALKS: usize = 4;

/// What these routes need.
pub(in crate::serve) struct NgsiState {
    reads: Arc<ReadState>,
    facts: FactsBook,
    walks: Arc<Semaphore>,
}

impl NgsiState {
    pub(in crate::serve) fn new(reads: Arc<ReadState>) -> Self {
        Self {
            reads,
            facts: FactsBook::default(),
            walks: Arc::new(Semaphore::new(WALKS)),
        }
    }
}

impl FromRef<Arc<NgsiState>> for Doorman {
    fn from_ref(own: &Arc<NgsiState>) -> Self {
        own.reads.doorman.clone()
    }
}

pub(in crate::serve) fn routes(own: Arc<NgsiState>) -> OpenApiRouter {
    let described = entities::routes()
        .merge(lists::routes())
        .route("/ngsi-ld/v1/{*rest}", any(elsewhere))
        .with_state(own);
    let (calls, description) = described.split_for_parts();
    let calls = calls.method_not_allowed_fallback(async || fault::not_written());
    let mut all = OpenApiRouter::from(calls);
    *all.get_openapi_mut() = description;
    all
}

/// What else brokers have: not here.
async fn elsewhere(method: Method) -> Response {
    if method == Method::GET || method == Method::HEAD {
        let e = ApiError::NotFound("there is nothing at this path".to_owned());
        return NgsiFault::from(e).into_response();
    }
    fault::never_written()
}
