//! Partners' webhooks: who tells them, and by whose certificates endpoints are trusted.

use super::{Failure, Shared};
use crate::config::Config;
use crate::domain::SourceIx;
use crate::ingest::gate::Ledger;
use crate::ingest::mqtt_client::tls;
use crate::live::Live;
use crate::partners::{Issuer, Keys};
use crate::registry::Registry;
use crate::store::Store;
use crate::webhooks::{
    DispatchParts, Dispatcher, EntityPush, Poster, SilentSource, SourceEyes, WebhookDesk,
};
use std::sync::Arc;

/// Who tells, to be run once it is known who sees, and whom partners ask.
pub(super) fn open(
    store: Store,
    (ledger, keys, issuer): (Arc<Ledger>, Arc<Keys>, &Issuer),
    config: &Config,
    shared: &Shared,
) -> Result<(Dispatcher, Arc<WebhookDesk>), Failure> {
    let tls = tls::settings_as(None, None).inspect_err(|why| {
        // A hub that tells nobody by https is a hub all the same.
        tracing::warn!(why, "webhooks trust no certificate");
    });
    let poster = Poster::new(tls.ok(), config.webhooks.loopback);
    let poster = poster.map_err(|why| Failure::Config(format!("webhooks: {why}")))?;
    let dispatcher = Dispatcher::new(DispatchParts {
        store,
        registry: shared.registry.clone(),
        live: shared.live.clone(),
        clock: shared.clock.clone(),
        metrics: shared.metrics.clone(),
        health: shared.health.clone(),
        poster: Arc::new(poster),
        keys,
        suspended: issuer.suspended(),
        sources: Arc::new(LapsedSources {
            live: shared.live.clone(),
            registry: shared.registry.clone(),
            ledger,
        }),
        config: config.webhooks.clone(),
    });
    let desk = WebhookDesk::new(config.webhooks.clone(), &dispatcher);
    Ok((dispatcher, Arc::new(desk)))
}

/// Who pushes into the city's own context brokers, to be run once it is known who sees.
pub(super) fn pushes(config: &Config, desk: &WebhookDesk) -> Result<Vec<EntityPush>, Failure> {
    if config.ngsi.is_empty() {
        return Ok(Vec::new());
    }
    let tls = tls::settings_as(None, None).inspect_err(|why| {
        tracing::warn!(why, "pushes into context brokers trust no certificate");
    });
    let poster = Poster::for_operator(tls.ok());
    let poster = poster.map_err(|why| Failure::Config(format!("ngsi: {why}")))?;
    Ok(desk.pushes(&config.ngsi, &Arc::new(poster)))
}

/// Sources whose word has lapsed, as the stream says, and whose they are, as the gate has heard them.
struct LapsedSources {
    live: Arc<Live>,
    registry: Arc<Registry>,
    ledger: Arc<Ledger>,
}

impl SourceEyes for LapsedSources {
    fn silent(&self) -> Vec<SilentSource> {
        let mut silent = Vec::new();
        let mut from = SourceIx(0);
        while let Some(source) = self.live.next_suspect(from) {
            from = SourceIx(source.0 + 1);
            let dead = self.live.suspected(source, 0).dead;
            // Whose it is is known once it was heard since the start.
            let partner = self.ledger.of(source).and_then(|sent| sent.partner);
            let id = self.registry.source_id(source);
            if let (Some(dead), Some(partner), Some(id)) = (dead, partner, id) {
                silent.push(SilentSource {
                    id,
                    partner,
                    since: dead.since,
                });
            }
        }
        silent
    }
}
