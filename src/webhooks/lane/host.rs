//! What all endpoints' lanes have in common, and the log of what they told beside facts.

use super::AttemptPermits;
use crate::domain::{Clock, UsageKind, ZoneIx};
use crate::health::Health;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::partners::Keys;
use crate::registry::Registry;
use crate::store::{DeliveryRow, Store};
use crate::webhooks::entities::EntityEyes;
use crate::webhooks::notified::NotifiedBook;
use crate::webhooks::places::{SeenZone, ZoneEyes};
use crate::webhooks::send::{PostReply, Poster};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::Notify;

/// Rows of the log that wait to be written, of all endpoints; what is beyond is not kept.
const MOST_LOGGED: usize = 10_000;

/// What all lanes have in common.
pub(in crate::webhooks) struct LaneHost {
    pub(in crate::webhooks) store: Store,
    pub(in crate::webhooks) registry: Arc<Registry>,
    pub(in crate::webhooks) live: Arc<Live>,
    /// Who sees; until then no zone is.
    pub(in crate::webhooks) eyes: OnceLock<Arc<dyn ZoneEyes>>,
    /// Who knows what subscriptions are about; until then none is told.
    pub(in crate::webhooks) entities: OnceLock<Arc<dyn EntityEyes>>,
    pub(in crate::webhooks) notified: NotifiedBook,
    pub(in crate::webhooks) clock: Arc<dyn Clock>,
    pub(in crate::webhooks) health: Arc<Health>,
    pub(in crate::webhooks) metrics: Arc<Metrics>,
    pub(in crate::webhooks) keys: Arc<Keys>,
    pub(in crate::webhooks) poster: Arc<Poster>,
    pub(in crate::webhooks) permits: AttemptPermits,
    /// Zones that one may follow, facts that are kept of one.
    pub(in crate::webhooks) most: (usize, u32),
    pub(in crate::webhooks) log: DeliveryLog,
    /// Rung when an endpoint has been disabled.
    pub(in crate::webhooks) changed: Arc<Notify>,
}

impl LaneHost {
    /// Counts an attempt: for the operator, and for whose endpoint it is.
    pub(in crate::webhooks) fn attempted(&self, partner: &str, reply: &PostReply) {
        self.metrics.webhooks.attempted(reply.outcome(), reply.took);
        let kind = match reply.why {
            None => UsageKind::WebhooksDelivered,
            Some(_) => UsageKind::WebhooksFailed,
        };
        self.keys.webhooks_of(partner).count(kind, 1);
    }

    pub(super) fn look(&self, partner: &str, zone: ZoneIx) -> Option<SeenZone> {
        self.eyes.get()?.look(partner, zone)
    }
}

/// What was told beside facts, until it is written.
#[derive(Default)]
pub(in crate::webhooks) struct DeliveryLog(Mutex<Vec<(i64, DeliveryRow)>>);

impl DeliveryLog {
    pub(in crate::webhooks) fn add(&self, endpoint: i64, row: DeliveryRow) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.len() < MOST_LOGGED {
            rows.push((endpoint, row));
        }
    }

    pub(in crate::webhooks) fn take(&self) -> Vec<(i64, DeliveryRow)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
