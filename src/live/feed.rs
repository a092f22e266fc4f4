//! The change feed: tells subscribers which zones changed, never what the change was.
//!
//! Promises: after a zone's last change every subscriber to it is woken and, reading the zone then,
//! finds the newest state; changes that come close together melt into one. Memory is one bit a zone
//! and subscriber, however slow the subscriber is: there is no queue that could grow or overflow.
//! Each change has a version, so that who comes back can be told what changed while away
//! ([`Feed::changed_at`]): one word a zone, since of a zone only its newest state counts.
//!
//! Two stages, so that the stream's worker pays the same whether one or ten thousand are listening:
//! the worker sets a bit per changed zone ([`Feed::mark`]); [`Feed::run`] takes those bits at most
//! once per pace and sets them for the zone's subscribers. Until somebody subscribes a batch costs
//! the worker one fence and one load. Dear: subscribing and dropping a subscription (a map entry
//! for each zone it names).

use super::bits::DirtyBits;
use crate::domain::ZoneIx;
use crate::registry::city::City;
use dashmap::DashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, fence};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Why a subscription was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    #[error("the hub serves at most {0} change subscriptions at a time")]
    Full(usize),
}

/// Which zones a subscriber wants to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneFilter {
    /// Every zone, those added later included.
    All,
    /// These; what is named twice counts once, what the city does not have is never heard of.
    Some(Vec<ZoneIx>),
}

/// The hub's change feed.
pub struct Feed {
    /// Zones changed since the last round; set by the workers, taken by [`Feed::run`].
    changed: DirtyBits,
    /// Workers ring it for the first change of a round; only `run` listens.
    bell: Notify,
    /// There is a new picture of the city since the last round.
    city_changed: AtomicBool,
    /// Rung by [`Feed::run`] for it; whoever follows places listens.
    city_bell: Notify,
    /// Somebody has subscribed at some time. Workers look here first. Never unset: the version that
    /// a subscriber left with stays good only if changes are noted on while nobody listens.
    watched: AtomicBool,
    /// By zone: the version of its last change; 0 for none since somebody first subscribed.
    changed_at: Box<[AtomicU64]>,
    /// Changes up to this version have been handed on.
    version: AtomicU64,
    /// How many subscribe.
    count: AtomicUsize,
    limit: usize,
    next_id: AtomicU64,
    /// Who listens to a zone, and at which of its own bits.
    by_zone: DashMap<ZoneIx, Vec<Listener>, ahash::RandomState>,
    /// Who listens to all of them; keyed by subscription.
    to_all: DashMap<u64, Arc<Inbox>, ahash::RandomState>,
}

struct Listener {
    inbox: Arc<Inbox>,
    bit: u32,
}

/// One subscriber's bits.
struct Inbox {
    id: u64,
    dirty: DirtyBits,
    /// Rung by `run` when a bit is newly set; only the [`Dirty`] listens.
    bell: Notify,
}

impl Inbox {
    fn mark(&self, bit: u32) {
        // A bit that was already set has rung the bell, and its subscriber has yet to take it.
        if self.dirty.set(bit) {
            self.bell.notify_one();
        }
    }
}

impl Feed {
    pub(super) fn new(zone_capacity: u32, limit: usize) -> Self {
        Self {
            changed: DirtyBits::new(zone_capacity),
            bell: Notify::new(),
            city_changed: AtomicBool::new(false),
            city_bell: Notify::new(),
            watched: AtomicBool::new(false),
            changed_at: bytemuck::allocation::zeroed_slice_box(zone_capacity as usize),
            version: AtomicU64::new(1),
            count: AtomicUsize::new(0),
            limit,
            next_id: AtomicU64::new(0),
            by_zone: DashMap::default(),
            to_all: DashMap::default(),
        }
    }

    /// Notes that `zones` changed. To be called after their new state has been stored. Does not
    /// block; a zone beyond the capacity is left out (it has no state to read either).
    #[inline]
    pub(super) fn mark(&self, zones: impl Iterator<Item = ZoneIx>) {
        // Pairs with the fence in `subscribe`. Without it the flag could be read before the state
        // is visible to a subscriber that is just beginning: it would read the old state and we
        // would see nobody to tell.
        fence(SeqCst);
        if !self.watched.load(Relaxed) {
            return;
        }
        let mut last = None;
        let mut news = false;
        for zone in zones {
            // Batches come sorted into runs of one zone; the state of the whole batch is already
            // stored.
            if last.replace(zone) != Some(zone) {
                news |= self.changed.set(zone.0);
            }
        }
        if news {
            self.bell.notify_one();
        }
    }

    /// Notes that there is a new picture of the city. To be called once it can be had.
    pub fn city_changed(&self) {
        self.city_changed.store(true, SeqCst);
        self.bell.notify_one();
    }

    /// The next time that somebody says so. Make it, then look at the picture, then wait: so none is
    /// missed. Several that come close together are one.
    pub fn next_city(&self) -> Notified<'_> {
        self.city_bell.notified()
    }

    /// Begins a subscription. All its zones count as changed to begin with, so that a subscriber
    /// needs no separate first reading. `All` includes zones added later.
    ///
    /// # Errors
    /// When the limit of subscriptions is reached.
    pub fn subscribe(self: &Arc<Self>, city: &City, zones: ZoneFilter) -> Result<Dirty, FeedError> {
        let taken = self
            .count
            .fetch_update(SeqCst, SeqCst, |n| (n < self.limit).then_some(n + 1));
        taken.map_err(|_| FeedError::Full(self.limit))?;
        self.watched.store(true, SeqCst);
        let id = self.next_id.fetch_add(1, Relaxed);
        let known = city.zone_count().min(self.changed.len());
        let named = match zones {
            ZoneFilter::All => None,
            ZoneFilter::Some(mut zones) => {
                zones.retain(|z| z.0 < known);
                zones.sort_unstable();
                zones.dedup();
                Some(zones.into_boxed_slice())
            }
        };
        let bits = named
            .as_ref()
            .map_or(self.changed.len(), |zones| zones.len() as u32);
        let inbox = Arc::new(Inbox {
            id,
            dirty: DirtyBits::new(bits),
            bell: Notify::new(),
        });
        match &named {
            None => drop(self.to_all.insert(id, Arc::clone(&inbox))),
            Some(zones) => {
                self.listen(&inbox, zones);
            }
        }
        // From here on every change is marked; what was stored before is visible. See `mark`.
        fence(SeqCst);
        inbox
            .dirty
            .set_first(named.as_ref().map_or(known, |zones| zones.len() as u32));
        Ok(Dirty {
            feed: Arc::clone(self),
            inbox,
            named,
        })
    }

    fn listen(&self, inbox: &Arc<Inbox>, zones: &[ZoneIx]) {
        for (bit, zone) in (0..).zip(zones) {
            let inbox = Arc::clone(inbox);
            let mut listeners = self.by_zone.entry(*zone).or_default();
            listeners.push(Listener { inbox, bit });
        }
    }

    fn unlisten(&self, id: u64, zones: &[ZoneIx]) {
        for zone in zones {
            // Emptied entries go, or a client that asks for ever new zones would leave them behind.
            self.by_zone.remove_if_mut(zone, |_, listeners| {
                listeners.retain(|l| l.inbox.id != id);
                listeners.is_empty()
            });
        }
    }

    /// Changes up to this version have reached their subscribers' [`Dirty`] sets. At least 1, and
    /// only ever grows; it means nothing to another process.
    pub fn version(&self) -> u64 {
        self.version.load(Acquire)
    }

    /// The version of a zone's last change. Whoever took everything up to a version has missed the
    /// zones that are above it, and nothing else: see [`Feed::version`]. A change not handed on yet
    /// does not show here.
    pub fn changed_at(&self, zone: ZoneIx) -> u64 {
        self.changed_at
            .get(zone.at())
            .map_or(0, |v| v.load(Acquire))
    }

    /// How many subscribe now.
    pub fn subscribers(&self) -> usize {
        self.count.load(Relaxed)
    }

    /// Hands changes on to subscribers, at most one round per `pace`: a zone that changes all the
    /// time wakes its subscribers that often and no oftener. Never returns; dropping the future
    /// between rounds loses nothing, as the next call finds the bits still set. Run one at a time.
    pub async fn run(&self, pace: Duration) {
        loop {
            if !self.changed.any() && !self.city_changed.load(SeqCst) {
                self.bell.notified().await;
            }
            self.hand_on();
            tokio::time::sleep(pace).await;
        }
    }

    /// One round: every bit set by the workers is set for the zone's listeners.
    fn hand_on(&self) {
        let mut version = self.version.load(Relaxed);
        self.changed.take(|zone| {
            version += 1;
            // Before the listeners are looked up: one that subscribes too late to be among them
            // finds it here.
            self.changed_at[zone as usize].store(version, Release);
            if let Some(listeners) = self.by_zone.get(&ZoneIx(zone)) {
                for to in listeners.iter() {
                    to.inbox.mark(to.bit);
                }
            }
            for inbox in &self.to_all {
                inbox.mark(zone);
            }
        });
        // After all marks, so that whoever reads it finds them.
        self.version.store(version, Release);
        if self.city_changed.swap(false, SeqCst) {
            self.city_bell.notify_waiters();
        }
    }
}

/// One subscription. Dropping it ends it.
pub struct Dirty {
    feed: Arc<Feed>,
    inbox: Arc<Inbox>,
    /// The zone of each bit; `None` where bit and zone are one.
    named: Option<Box<[ZoneIx]>>,
}

impl Dirty {
    /// Waits until a zone has changed. Safe to cancel.
    pub async fn wait(&mut self) {
        while !self.inbox.dirty.any() {
            self.inbox.bell.notified().await;
        }
    }

    /// Whether it hears of a zone.
    pub fn follows(&self, zone: ZoneIx) -> bool {
        let named = self.named.as_ref();
        named.is_none_or(|zones| zones.binary_search(&zone).is_ok())
    }

    /// The zones it hears of, ascending; `None`: all.
    pub fn zones(&self) -> Option<&[ZoneIx]> {
        self.named.as_deref()
    }

    /// Hears of these from now on, and of no others. What has changed and was not taken yet stays to
    /// be taken; zones that it has not heard of before do not count as changed. One that hears of all
    /// is left as it is. Dear as a subscription is.
    pub fn follow(&mut self, mut zones: Vec<ZoneIx>) {
        let Some(before) = self.named.take() else {
            return;
        };
        zones.retain(|z| z.0 < self.feed.changed.len());
        zones.sort_unstable();
        zones.dedup();
        let inbox = Arc::new(Inbox {
            id: self.feed.next_id.fetch_add(1, Relaxed),
            dirty: DirtyBits::new(zones.len() as u32),
            bell: Notify::new(),
        });
        self.feed.listen(&inbox, &zones);
        // Once it no longer listens nothing is marked there any more: what is, is taken over.
        self.feed.unlisten(self.inbox.id, &before);
        self.inbox.dirty.take(|bit| {
            if let Ok(at) = zones.binary_search(&before[bit as usize]) {
                inbox.dirty.set(at as u32);
            }
        });
        self.inbox = inbox;
        self.named = Some(zones.into_boxed_slice());
    }

    /// Appends the zones that changed since the last call, ascending, and forgets them. What the
    /// live view says of them after this call is at least as new as the changes this call took. A
    /// zone may be newer than the city the subscription was made with: look it up in a city taken
    /// after this call.
    pub fn take(&mut self, into: &mut Vec<ZoneIx>) {
        let named = self.named.as_deref();
        self.inbox
            .dirty
            .take(|bit| into.push(named.map_or(ZoneIx(bit), |zones| zones[bit as usize])));
    }
}

impl Drop for Dirty {
    fn drop(&mut self) {
        match &self.named {
            None => drop(self.feed.to_all.remove(&self.inbox.id)),
            Some(zones) => self.feed.unlisten(self.inbox.id, zones),
        }
        self.feed.count.fetch_sub(1, SeqCst);
    }
}

#[cfg(test)]
mod tests;
