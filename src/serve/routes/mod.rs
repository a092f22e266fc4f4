//! One file per group of routes; each says who may call it by its handlers' arguments.

pub(super) mod admin;
pub(super) mod authority;
mod bays;
pub(super) mod bookings;
pub(super) mod cds;
pub(super) mod devices;
pub(super) mod document;
pub(super) mod extract;
pub(super) mod health;
pub(super) mod keys;
pub(super) mod messages;
pub(super) mod offers;
pub(super) mod owners;
pub(super) mod page;
pub(super) mod quarantine;
pub(super) mod reports;
pub(super) mod settlement;
pub(super) mod sources;
pub(super) mod stream;
pub(super) mod turnover;
pub(super) mod uplinks;
mod zones;

use super::atlas::Atlases;
use super::auth::Doorman;
use super::body;
use crate::domain::Clock;
use crate::live::Live;
use crate::registry::Registry;
use crate::sharing::Desk;
use axum::extract::{DefaultBodyLimit, FromRef};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// What the public reads need.
pub(super) struct Reads {
    pub(super) doorman: Doorman,
    pub(super) registry: Arc<Registry>,
    pub(super) live: Arc<Live>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) atlases: Atlases,
}

impl FromRef<Arc<Reads>> for Doorman {
    fn from_ref(reads: &Arc<Reads>) -> Self {
        reads.doorman.clone()
    }
}

/// What the routes of shared bays need.
pub(super) struct Market {
    pub(super) doorman: Doorman,
    pub(super) registry: Arc<Registry>,
    pub(super) desk: Arc<Desk>,
}

impl FromRef<Arc<Market>> for Doorman {
    fn from_ref(market: &Arc<Market>) -> Self {
        market.doorman.clone()
    }
}

/// Offers, bookings and what they come to.
pub(super) fn market(market: Arc<Market>) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(offers::routes())
        .merge(bookings::routes())
        .merge(settlement::routes())
        .merge(owners::routes())
        .layer(DefaultBodyLimit::max(body::MAX))
        .with_state(market)
}

/// Bays and zones.
pub(super) fn reads(reads: Arc<Reads>) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(bays::routes())
        .merge(zones::routes())
        .with_state(reads)
}
