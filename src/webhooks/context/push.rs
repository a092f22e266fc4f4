//! What everybody sees is pushed into a city's own context broker.
//!
//! Promises: one call is under way at a time, of 100 entities at most; changes that come together are one;
//! after a start, and after any call that failed, everything is told anew, so that the broker ends up with
//! what is so. What nobody knows any more is taken back from it: an update alone would leave the last
//! number standing there. Dear: a start tells each entity once.

use super::push_config::PushConfig;
use super::retry::pause_ms;
use crate::domain::{Millis, ZoneIx};
use crate::health::Part;
use crate::live::{Dirty, ZoneFilter};
use crate::webhooks::entities::{EntityWatch, SeenEntity};
use crate::webhooks::lane::LaneHost;
use crate::webhooks::send::{PostReply, Poster, StateNote};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Entities of one call.
const AT_ONCE: usize = 100;

/// Changes are looked at so often at most.
const LOOK: Duration = Duration::from_millis(500);

/// Between two tries to follow the feed.
const AGAIN: Duration = Duration::from_secs(5);

/// A broker that takes nothing for so long is noted in the hub's health, ms.
const NOTED_MS: u64 = 60_000;

/// Takes entities whose attributes are to stay as the broker has them, but for those that are told.
const UPDATE: &str = "upsert?options=update";

/// Takes attributes back.
const MERGE: &str = "merge";

/// Puts entities in place of what is there, for brokers that take nothing back.
const REPLACE: &str = "upsert";

#[derive(Default)]
struct PushBatch {
    json: Vec<u8>,
    told: Vec<(u64, u64)>,
    /// Those of which something is to be taken back: what, and as they are.
    lost: Vec<(Vec<u8>, Vec<u8>)>,
}

/// See the module. To be run once it is known who sees.
pub struct EntityPush {
    config: PushConfig,
    nth: usize,
    headers: Vec<(String, String)>,
    host: Arc<LaneHost>,
    poster: Arc<Poster>,
    due: BTreeSet<ZoneIx>,
    /// By entity, what was told of it.
    known: HashMap<u64, u64, ahash::RandomState>,
    failed: u32,
    failing_since: Option<Millis>,
}

impl EntityPush {
    /// `poster` reaches what the operator names, wherever that is.
    pub(in crate::webhooks) fn new(
        (nth, config): (usize, PushConfig),
        host: Arc<LaneHost>,
        poster: Arc<Poster>,
    ) -> Self {
        Self {
            headers: config.headers(),
            config,
            nth,
            host,
            poster,
            due: BTreeSet::new(),
            known: HashMap::default(),
            failed: 0,
            failing_since: None,
        }
    }

    /// Pushes until `closed` says so.
    pub async fn run(mut self, mut closed: watch::Receiver<bool>) {
        tokio::select! {
            _ = closed.wait_for(|c| *c) => {}
            () = self.push() => {}
        }
    }

    async fn push(&mut self) {
        let Some((watch, mut dirty)) = self.begin().await else {
            return;
        };
        loop {
            if self.due.is_empty() {
                dirty.wait().await;
            }
            let mut zones = Vec::new();
            dirty.take(&mut zones);
            self.due.extend(zones);
            if let Err(reply) = self.round(&*watch).await {
                self.missed(&reply).await;
                let city = self.host.registry.city();
                self.due.extend(city.zones().map(|(zone, _)| zone));
                self.known.clear();
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Follows what changes, as soon as there is room; `None`: the configuration names no such types.
    async fn begin(&self) -> Option<(Box<dyn EntityWatch>, Dirty)> {
        loop {
            if let Some(eyes) = self.host.entities.get() {
                let watch = eyes.watch_public(&self.config.types).inspect_err(|why| {
                    tracing::error!(why, nth = self.nth, "[[ngsi]] is not pushed");
                });
                let watch = watch.ok()?;
                let city = self.host.registry.city();
                match self.host.live.feed().subscribe(&city, ZoneFilter::All) {
                    Ok(dirty) => return Some((watch, dirty)),
                    Err(e) => tracing::warn!(error = %e, "a context broker hears of no zones"),
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Tells all that is due.
    async fn round(&mut self, watch: &dyn EntityWatch) -> Result<(), PostReply> {
        while let Some(zone) = self.due.first().copied() {
            let mut batches = Vec::new();
            let mut next = Some(zone);
            while let Some(zone) = next {
                self.due.remove(&zone);
                self.gather(watch, zone, &mut batches);
                let count: usize = batches.iter().map(|b: &PushBatch| b.told.len()).sum();
                next = self.due.first().copied().filter(|_| count < AT_ONCE);
            }
            for batch in batches {
                self.tell(batch).await?;
            }
        }
        Ok(())
    }

    fn gather(&self, watch: &dyn EntityWatch, zone: ZoneIx, batches: &mut Vec<PushBatch>) {
        watch.look(zone, &mut |seen: SeenEntity<'_>| {
            if self.known.get(&seen.key) == Some(&seen.digest) {
                return;
            }
            if batches.last().is_none_or(|b| b.told.len() >= AT_ONCE) {
                batches.push(PushBatch::default());
            }
            if let Some(batch) = batches.last_mut() {
                join(&mut batch.json, seen.json);
                batch.told.push((seen.key, seen.digest));
                if !seen.nulls.is_empty() {
                    let lost = (seen.nulls.to_vec(), seen.json.to_vec());
                    batch.lost.push(lost);
                }
            }
        });
    }

    async fn tell(&mut self, batch: PushBatch) -> Result<(), PostReply> {
        self.call(UPDATE, &batch.json).await?;
        if !batch.lost.is_empty() {
            let mut nulls = Vec::new();
            let mut whole = Vec::new();
            for (lost, json) in &batch.lost {
                join(&mut nulls, lost);
                join(&mut whole, json);
            }
            if let Err(reply) = self.call(MERGE, &nulls).await {
                // One that does not know that call has the entity replaced.
                let is_unknown = matches!(reply.status, Some(400 | 404 | 405 | 422 | 501));
                if !is_unknown {
                    return Err(reply);
                }
                self.call(REPLACE, &whole).await?;
            }
        }
        let metrics = &self.host.metrics.webhooks;
        metrics.pushed.inc_by(batch.told.len() as u64);
        self.known.extend(batch.told);
        self.well();
        Ok(())
    }

    async fn call(&self, operation: &str, entities: &[u8]) -> Result<(), PostReply> {
        let note = StateNote {
            url: self.config.call(operation),
            headers: self.headers.clone(),
            body: [b"[", entities, b"]"].concat(),
        };
        let reply = self.poster.note(note, self.host.clock.now()).await;
        self.host.metrics.webhooks.push_called(reply.outcome());
        if reply.why.is_none() {
            return Ok(());
        }
        Err(reply)
    }

    fn well(&mut self) {
        if self.failing_since.take().is_some() {
            tracing::info!(nth = self.nth, "a context broker takes entities again");
            self.host.metrics.webhooks.push_failing.dec();
            self.host.health.no_note(Part::ContextBrokers);
        }
        self.failed = 0;
    }

    /// Waits after a call that failed.
    async fn missed(&mut self, reply: &PostReply) {
        let now = self.host.clock.now();
        let why = reply.why.as_deref().unwrap_or_default();
        if self.failing_since.is_none() {
            tracing::warn!(nth = self.nth, why, "a context broker takes no entities");
            self.host.metrics.webhooks.push_failing.inc();
        }
        let since = *self.failing_since.get_or_insert(now);
        self.failed = self.failed.saturating_add(1);
        if now.since(since) >= NOTED_MS {
            let nth = self.nth;
            let note = format!("ngsi[{nth}] takes no entities since {since}: {why}");
            self.host.health.note(Part::ContextBrokers, note);
        }
        let wait = pause_ms(self.failed, rand::random(), reply.retry_after_ms);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

/// Adds one to a list.
fn join(list: &mut Vec<u8>, json: &[u8]) {
    if !list.is_empty() {
        list.push(b',');
    }
    list.extend_from_slice(json);
}
