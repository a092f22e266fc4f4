//! Feeds in the place of others that apps read today: who changes one address reads this hub. Beside
//! them, made alike, the same city for Prometheus (`prometheus`).
//!
//! Promises: all tell the city as everybody sees it, whoever asks. What is stale is not told as if it
//! were live: its row, or its live members, are left out. Never are more vacant than there are.
//! Refusals have the members of the feed that is replaced beside those of a problem.

mod datagovsg;
mod datamall;
mod lots;
mod parkapi;
mod prometheus;
mod refusal;
pub(in crate::serve) mod schema;

use crate::domain::Calendar;
use crate::serve::feed::FeedDesk;
use crate::serve::http::auth::Doorman;
use crate::serve::state::ReadState;
use axum::extract::FromRef;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// What these routes need.
pub(in crate::serve) struct CompatState {
    pub(in crate::serve) reads: Arc<ReadState>,
    pub(in crate::serve) desk: FeedDesk,
    /// The place whose clocks are meant where times have no offset.
    pub(in crate::serve) calendar: Calendar,
}

impl FromRef<Arc<CompatState>> for Doorman {
    fn from_ref(own: &Arc<CompatState>) -> Self {
        own.reads.doorman.clone()
    }
}

/// What anybody may ask where reads are public.
pub(in crate::serve) fn routes(compat_state: Arc<CompatState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(datagovsg::routes())
        .merge(parkapi::routes())
        .merge(prometheus::routes())
        .with_state(compat_state)
}

/// What always needs a key, as it does at the feed that is replaced.
pub(in crate::serve) fn keyed_routes(compat_state: Arc<CompatState>) -> OpenApiRouter {
    datamall::routes().with_state(compat_state)
}

/// What a zone is called in a feed: by its alias that begins with `prefix`, without that; `None`
/// where it has none.
fn called(own: &ReadState, id: &str, prefix: &str) -> Option<String> {
    let aliases = own.registry.zone_aliases(id);
    let name = aliases.iter().find_map(|alias| alias.strip_prefix(prefix));
    name.filter(|name| !name.is_empty()).map(ToOwned::to_owned)
}
