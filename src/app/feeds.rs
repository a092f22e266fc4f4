//! Feeds: who they are, where their zones go, and when their clock starts. Adapters only; no rule
//! lives here.

use super::{Failure, Shared};
use crate::config::Config;
use crate::domain::{Clock, KeyAccount, Pass, SharedRemit, Speaker, Standing};
use crate::inbox::InboxSender;
use crate::ingest::connector::{self, Credits, FeedConfig, FeedHost, Feeds, Fetchers, ZoneMaker};
use crate::ingest::gate::Gate;
use crate::live::Live;
use crate::partners;
use crate::registry::Registry;
use crate::registry::city::ZoneSpec;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Everything that can be said against `[[feeds]]` without asking one.
pub(super) fn check(feeds: &[FeedConfig]) -> Result<(), Failure> {
    Feeds::check(feeds).map_err(Failure::Config)
}

/// The feeds, their sources enrolled. Waits for the disk.
pub(super) fn open(
    config: &Config,
    shared: &Shared,
    gate: &Arc<Gate>,
    journal: &InboxSender,
) -> Result<Arc<Feeds>, Failure> {
    if config.feeds.is_empty() {
        return Ok(Arc::new(Feeds::none()));
    }
    let zones = Registrar {
        registry: shared.registry.clone(),
        live: shared.live.clone(),
        clock: shared.clock.clone(),
        one: Mutex::default(),
    };
    let credits = Credits::new(shared.live.zone_capacity(), config.feeds.len());
    let host = FeedHost {
        gate: gate.clone(),
        registry: shared.registry.clone(),
        journal: journal.clone(),
        metrics: shared.metrics.clone(),
        health: shared.health.clone(),
        clock: shared.clock.clone(),
        zones: Arc::new(zones),
        credits: Arc::new(credits),
    };
    let feeds = Feeds::new(&config.feeds, &host, |feed| speaker(feed, &shared.registry));
    feeds.map(Arc::new).map_err(Failure::Config)
}

fn speaker(feed: &FeedConfig, registry: &Registry) -> Result<Speaker, String> {
    let says = |e: String| format!("feeds: {:?}: {e}", feed.name);
    let id = feed.source();
    let source = match registry.source(&id) {
        Some((source, kind)) if kind == feed.kind => source,
        _ => registry
            .enrol_source(&id, feed.kind)
            .map_err(|e| says(e.to_string()))?,
    };
    let area = feed.area.clone().unwrap_or_default();
    // An operator has vouched for it, as for the keys of the configuration.
    let remit = partners::remit(area, Standing::Trusted, &format!("feed:{}", feed.name));
    Ok(Speaker {
        source,
        kind: feed.kind,
        id: id.into(),
        pass: Pass::default(),
        uplinks: false,
        remit: SharedRemit::new(remit),
        // The operator's own: nobody's share.
        account: KeyAccount::default(),
    })
}

/// Starts the clock. No feed holds up the hub: one that is away is asked again for ever.
pub(super) fn start(
    feeds: &Arc<Feeds>,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<(), Failure> {
    if feeds.all().is_empty() {
        return Ok(());
    }
    let fetchers = Fetchers::new(feeds).map_err(Failure::Config)?;
    let spread = rand::random::<f64>;
    tasks.spawn(connector::run(
        fetchers,
        feeds.clone(),
        spread,
        closed.clone(),
    ));
    Ok(())
}

/// Puts the zones of feeds into the registry, as an administrator does.
struct Registrar {
    registry: Arc<Registry>,
    live: Arc<Live>,
    clock: Arc<dyn Clock>,
    /// One feed's at a time.
    one: Mutex<()>,
}

impl ZoneMaker for Registrar {
    fn room(&self) -> usize {
        let taken = self.registry.city().zone_count();
        self.live.zone_capacity().saturating_sub(taken) as usize
    }

    fn put(&self, zones: Vec<ZoneSpec>) -> Result<(), String> {
        let _one = self.one.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |zone: &&ZoneSpec| self.registry.zone_called(&zone.id).is_none();
        if zones.iter().filter(is_new).count() > self.room() {
            return Err("there is no room for its zones until a restart".to_owned());
        }
        let put = self.registry.put_zones_at(zones, self.clock.now());
        put.map_err(|e| e.to_string())?;
        self.live.link_parts(&self.registry.city());
        self.live.feed().city_changed();
        Ok(())
    }
}
