//! NGSI-LD (ETSI GS CIM 009) with Smart Data Models: bays and zones as entities of a context source,
//! for cities' brokers.
//!
//! Promises: what is asked is honoured or refused; what the caller does not see is not there; no entity
//! is written. Dear: a question by more than types is a walk over all entities of these, a few at a time.

mod asker;
mod context;
mod entities;
mod entity;
mod facts;
mod fault;
mod geo;
mod lists;
mod look;
mod q;
mod schema;
mod selection;
mod subscriptions;
mod terms;
mod walk;
mod watching;
mod wish;
mod write;

pub(in crate::serve) use asker::CONTEXT as CONTEXT_PATH;
pub(in crate::serve) use context::routes as context_routes;

use crate::serve::http::auth::Doorman;
use crate::serve::http::error::ApiError;
use crate::serve::state::ReadState;
use crate::webhooks::WebhookDesk;
use axum::extract::FromRef;
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use fault::NgsiFault;
use look::EntityLook;
use std::sync::Arc;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;
use watching::SightOfEntities;

/// Walks that are made at a time.
const WALKS: usize = 4;

/// What these routes need.
pub(in crate::serve) struct NgsiState {
    look: Arc<EntityLook>,
    walks: Arc<Semaphore>,
    /// Keeps subscriptions.
    desk: Arc<WebhookDesk>,
}

impl NgsiState {
    /// Subscriptions are told what readers see.
    pub(in crate::serve) fn new(reads: Arc<ReadState>, desk: Arc<WebhookDesk>) -> Self {
        let look = Arc::new(EntityLook::new(reads));
        desk.see_entities_with(Arc::new(SightOfEntities(look.clone())));
        Self {
            look,
            walks: Arc::new(Semaphore::new(WALKS)),
            desk,
        }
    }
}

impl FromRef<Arc<NgsiState>> for Doorman {
    fn from_ref(own: &Arc<NgsiState>) -> Self {
        own.look.reads.doorman.clone()
    }
}

pub(in crate::serve) fn routes(own: Arc<NgsiState>) -> OpenApiRouter {
    let described = entities::routes()
        .merge(lists::routes())
        .merge(subscriptions::routes())
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
