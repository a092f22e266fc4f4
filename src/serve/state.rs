//! States that several groups of routes and streams share. The others stand with their routes.

use super::atlas::Atlases;
use super::http::auth::Doorman;
use super::told_in::PublicCrs;
use crate::domain::{Clock, Crs};
use crate::forecast::Forecasts;
use crate::ingest::connector::Feeds;
use crate::live::Live;
use crate::orders::OrderDesk;
use crate::registry::Registry;
use crate::sharing::Desk;
use axum::extract::FromRef;
use std::sync::Arc;

/// What the public reads need.
pub(in crate::serve) struct ReadState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) registry: Arc<Registry>,
    pub(in crate::serve) live: Arc<Live>,
    pub(in crate::serve) forecasts: Arc<Forecasts>,
    /// Knows whose a bay is.
    pub(in crate::serve) desk: Arc<Desk>,
    /// Orders of the authority.
    pub(in crate::serve) orders: Arc<OrderDesk>,
    /// Know whom to name beside what they say.
    pub(in crate::serve) feeds: Arc<Feeds>,
    pub(in crate::serve) clock: Arc<dyn Clock>,
    pub(in crate::serve) atlases: Atlases,
    /// In which coordinates places are told, and meant, where the caller does not say.
    pub(in crate::serve) public_crs: Option<Crs>,
}

impl FromRef<Arc<ReadState>> for Doorman {
    fn from_ref(reads: &Arc<ReadState>) -> Self {
        reads.doorman.clone()
    }
}

/// What the routes of shared bays need, those of the businesses and of booking apps.
pub(in crate::serve) struct SharingState {
    /// Where else there is room.
    pub(in crate::serve) reads: Arc<ReadState>,
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) registry: Arc<Registry>,
    pub(in crate::serve) desk: Arc<Desk>,
    /// As [`ReadState::public_crs`].
    pub(in crate::serve) public_crs: Option<Crs>,
}

impl FromRef<Arc<SharingState>> for PublicCrs {
    fn from_ref(sharing_state: &Arc<SharingState>) -> Self {
        Self(sharing_state.public_crs)
    }
}

impl FromRef<Arc<SharingState>> for Doorman {
    fn from_ref(sharing_state: &Arc<SharingState>) -> Self {
        sharing_state.doorman.clone()
    }
}
