//! One subscription's way out.
//!
//! Promises: one notification is under way at a time; what is sent was read after the notification before
//! had come back. What was not taken is due again, and read anew. Dear: a look at each entity of a zone
//! that has changed.

use super::retry::pause_ms;
use crate::domain::{Millis, ZoneIx};
use crate::live::{Dirty, ZoneFilter};
use crate::store::{SubscriptionRow, SubscriptionTold};
use crate::webhooks::entities::{EntityWatch, SeenEntity};
use crate::webhooks::lane::{LaneHost, PostStanding};
use crate::webhooks::send::{PostReply, StateNote};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// Changes are looked at so often at most: what comes together is told together.
const LOOK: Duration = Duration::from_millis(200);

/// However long nothing is due, it is looked whether the subscription has expired.
const AGAIN: Duration = Duration::from_secs(5);

/// Entities of one notification.
const AT_ONCE: usize = 200;

/// Entities of which it is remembered what was told.
const REMEMBERED: usize = 50_000;

/// Who takes nothing for so long is told no more, ms: three days.
const GIVEN_UP_MS: u64 = 3 * 24 * 3_600_000;

/// Entities as they are to be sent, some of them.
#[derive(Default)]
struct Batch {
    json: Vec<u8>,
    told: Vec<(u64, u64)>,
}

/// See the module.
pub(super) struct SubscriptionLane {
    host: Arc<LaneHost>,
    row: Arc<SubscriptionRow>,
    watch: Box<dyn EntityWatch>,
    headers: Vec<(String, String)>,
    dirty: Dirty,
    picture: u64,
    due: BTreeSet<ZoneIx>,
    /// By entity, what was told of it.
    known: HashMap<u64, u64, ahash::RandomState>,
    told: SubscriptionTold,
    failed: u32,
    failing_since: Option<Millis>,
}

impl SubscriptionLane {
    /// `None`: it cannot be read, or too many follow already; it is tried again later.
    pub(super) fn new(host: Arc<LaneHost>, row: Arc<SubscriptionRow>) -> Option<Self> {
        let eyes = host.entities.get()?;
        let watch = eyes.watch(&row).inspect_err(|why| {
            tracing::warn!(
                subscription = row.name,
                why,
                "a subscription cannot be read"
            );
        });
        let watch = watch.ok()?;
        let city = host.registry.city();
        let filter = watch.zones().map_or(ZoneFilter::All, ZoneFilter::Some);
        let dirty = host.live.feed().subscribe(&city, filter).inspect_err(|e| {
            tracing::warn!(error = %e, "a subscription hears of no zones");
        });
        let mut headers: Vec<(String, String)> =
            serde_json::from_str(&row.headers).unwrap_or_default();
        headers.extend(watch.headers());
        Some(Self {
            dirty: dirty.ok()?,
            picture: city.picture(),
            told: host.notified.of(row.id).unwrap_or(row.told),
            host,
            row,
            watch,
            headers,
            due: BTreeSet::new(),
            known: HashMap::default(),
            failed: 0,
            failing_since: None,
        })
    }

    fn now(&self) -> Millis {
        self.host.clock.now()
    }

    fn has_expired(&self) -> bool {
        let until = self.row.expires_at;
        until.is_some_and(|until| until <= self.now())
    }

    /// Tells until it is dropped, has expired, or the endpoint is given up.
    pub(super) async fn run(mut self) {
        while !self.has_expired() {
            if self.due.is_empty() && !self.hear().await {
                continue;
            }
            self.take();
            if !self.round().await {
                return;
            }
            self.rest().await;
        }
    }

    /// Waits for something to tell; false: nothing has come, or it is to be looked again.
    async fn hear(&mut self) -> bool {
        if self.row.every_s.is_some() {
            return true;
        }
        tokio::time::timeout(AGAIN, self.dirty.wait()).await.is_ok()
    }

    /// Takes in which zones have changed; of one that is told on time all are due.
    fn take(&mut self) {
        let city = self.host.registry.city();
        if city.picture() != self.picture {
            self.picture = city.picture();
            if let Some(zones) = self.watch.zones() {
                self.dirty.follow(zones);
            }
        }
        let mut zones = Vec::new();
        self.dirty.take(&mut zones);
        if self.row.every_s.is_some() {
            self.forget();
            zones = self
                .watch
                .zones()
                .unwrap_or_else(|| city.zones().map(|(zone, _)| zone).collect());
        }
        self.due.extend(zones);
    }

    /// Until the next round.
    async fn rest(&self) {
        let pace = Duration::from_secs(self.row.pace_s.into()).max(LOOK);
        let pace = match self.row.every_s {
            Some(s) => Duration::from_secs(s.into()),
            None => pace,
        };
        let left = self.row.expires_at.map(|until| until.since(self.now()));
        let left = left.map_or(pace, Duration::from_millis);
        tokio::time::sleep(pace.min(left)).await;
    }

    /// Tells all that is due; false: the endpoint is told nothing any more.
    async fn round(&mut self) -> bool {
        while let Some(zone) = self.due.first().copied() {
            let mut batches = Vec::new();
            let mut zones = Vec::new();
            let mut next = Some(zone);
            // Small zones share a notification; a large one may need several.
            while let Some(zone) = next {
                self.due.remove(&zone);
                zones.push(zone);
                self.gather(zone, &mut batches);
                let has_room = batches.len() < 2 && count(&batches) < AT_ONCE;
                next = self.due.first().copied().filter(|_| has_room);
            }
            for batch in batches {
                let reply = self.send(&batch).await;
                if reply.why.is_none() {
                    self.remember(batch);
                    continue;
                }
                self.due.extend(zones);
                return self.pause(&reply).await;
            }
            if self.has_expired() {
                break;
            }
        }
        true
    }

    /// Looks at a zone, and puts what is news of it into batches.
    fn gather(&self, zone: ZoneIx, batches: &mut Vec<Batch>) {
        self.watch.look(zone, &mut |seen: SeenEntity<'_>| {
            if self.known.get(&seen.key) == Some(&seen.digest) {
                return;
            }
            if batches.last().is_none_or(|b| b.told.len() >= AT_ONCE) {
                batches.push(Batch::default());
            }
            if let Some(batch) = batches.last_mut() {
                if !batch.told.is_empty() {
                    batch.json.push(b',');
                }
                batch.json.extend_from_slice(seen.json);
                batch.told.push((seen.key, seen.digest));
            }
        });
    }

    fn remember(&mut self, batch: Batch) {
        for (key, digest) in batch.told {
            let may_be = self.known.contains_key(&key)
                || self.known.len() < REMEMBERED && self.host.notified.remembers();
            if may_be {
                self.known.insert(key, digest);
            }
        }
    }

    fn forget(&mut self) {
        self.host.notified.forget(self.known.len());
        self.known.clear();
    }

    async fn send(&mut self, batch: &Batch) -> PostReply {
        let standing = match (self.failed, self.told.last_success) {
            (0, Some(_)) => PostStanding::Well,
            (0, None) => PostStanding::New,
            _ => PostStanding::Failing,
        };
        let permit = self.host.permits.take(standing).await;
        let now = self.now();
        let body = self.watch.notification(&self.row.name, &batch.json, now);
        let note = StateNote {
            url: self.row.url.clone(),
            headers: self.headers.clone(),
            body,
        };
        let reply = self.host.poster.note(note, now).await;
        drop(permit);
        self.host.attempted(&self.row.partner, &reply);
        self.told.times_sent += 1;
        self.told.last_notification = Some(now);
        if reply.why.is_none() {
            self.told.last_success = Some(now);
            self.failed = 0;
            self.failing_since = None;
        } else {
            self.told.times_failed += 1;
            self.told.last_failure = Some(now);
            self.failed = self.failed.saturating_add(1);
            self.failing_since = self.failing_since.or(Some(now));
        }
        self.host.notified.note(self.row.id, self.told);
        reply
    }

    /// Waits after an attempt that failed; false: it was the last.
    async fn pause(&self, reply: &PostReply) -> bool {
        let now = self.now();
        let why = reply.why.as_deref().unwrap_or_default();
        let since = self.failing_since.unwrap_or(now);
        let why = match reply.status {
            Some(410) => format!("gone: {why}"),
            _ if now.since(since) > GIVEN_UP_MS => {
                format!("nothing was taken for three days; the last: {why}")
            }
            _ => {
                let wait = pause_ms(self.failed, rand::random(), reply.retry_after_ms);
                tokio::time::sleep(Duration::from_millis(wait)).await;
                return true;
            }
        };
        let done = self.host.store.pause_subscription(self.row.id, &why).await;
        match done {
            Ok(()) => tracing::info!(
                subscription = self.row.name,
                why,
                "a subscription is paused"
            ),
            // The next start finds it active, tries again and pauses it then.
            Err(e) => tracing::warn!(error = %e, "a subscription stays active"),
        }
        self.host.changed.notify_one();
        false
    }
}

impl Drop for SubscriptionLane {
    fn drop(&mut self) {
        self.forget();
    }
}

fn count(batches: &[Batch]) -> usize {
    batches.iter().map(|batch| batch.told.len()).sum()
}
