//! One client's side of the change feed: waits for changes to what it follows, and writes them as
//! events.
//!
//! The order of things is what makes resuming exact. Before the changed zones are taken, the feed's
//! version is read: every zone at or below it is among those taken, or was told before. Zones are
//! told by rising version, each event with the version that is complete once it has been read. A
//! zone is read when its event is written, so it is never older than its id; changed since, it
//! comes again. What comes and goes with the city itself is `moves`' part.

use super::bays::KnownBays;
use super::body::{NextBytes, Telling};
use super::id::{NOT_ALL_YET, ResumeFrom};
use super::orders::OrderNews;
use super::private_zones::PrivateZones;
use super::selection::Scope;
use super::{StreamShare, Streams};
use crate::domain::{Pass, ZoneIx};
use crate::live::Dirty;
use crate::registry::city::City;
use crate::serve::docs::schema::ResyncReason;
use crate::serve::sight::{Eyes, Sight};
use crate::serve::told_in::ToldIn;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A comment is sent after so long a silence, so that proxies keep the connection and a dead one is
/// found.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
pub(super) const COMMENT: &[u8] = b": still here\n\n";

/// Sent first: how long a client waits before it connects again, ms.
pub(super) const PRELUDE: &[u8] = b"retry: 2000\n\n";

/// A client is told up to so many bytes of changes a second; the more it was just told, the longer
/// changes gather before it is told again. A lone change is never held back.
const BYTES_PER_S: u32 = 2 << 20;

/// How much it may be told at once before that.
const AT_ONCE: Duration = Duration::from_millis(50);

/// See the module.
pub(super) struct Follower {
    pub(super) place: StreamShare,
    pub(super) dirty: Dirty,
    /// Of the key it was opened with.
    pass: Option<Pass>,
    pub(super) phase: Phase,
    /// What is to be told; the next is the last, changes come by falling version.
    pub(super) pending: Vec<ToTell>,
    /// The client knows every change up to this.
    pub(super) complete: u64,
    /// The client knows all that came and went up to this picture of the city.
    pub(super) told_picture: u64,
    /// Up to this one it is told or pending.
    pub(super) taken_up: u64,
    /// What left sight up to this one it has never known, or been told of in another stream.
    pub(super) since: u64,
    pub(super) bays: Option<KnownBays>,
    /// Zones are told with what is expected of them.
    pub(super) forecast: bool,
    pub(super) scope: Scope,
    pub(super) told_in: ToldIn,
    pub(super) private: PrivateZones,
    orders: OrderNews,
    /// Whose eyes it is told for.
    pub(super) eyes: Eyes,
    /// All is being told for the first time, to a client that knows nothing.
    pub(super) opening: bool,
    spoke: Instant,
    /// When what was told will have been paid for by [`BYTES_PER_S`].
    paid: Instant,
}

pub(super) enum Phase {
    /// Nothing has been sent yet.
    Begin(ResumeFrom),
    Follow,
    /// More has come into what is followed than one may follow.
    TooMuch,
}

/// One thing to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ToTell {
    /// A zone that has changed, with its bays; this version is complete then.
    Zone(u64, ZoneIx),
    /// A zone that the client knows and that may have left sight.
    Again(ZoneIx),
    /// What has changed of a zone's bays.
    Bays(ZoneIx),
    /// Those of its bays that are gone.
    GoneBays(ZoneIx),
    /// Nothing: all that came and went up to this picture has been told.
    Picture(u64),
}

impl ToTell {
    fn complete(&mut self, with: u64) {
        if let Self::Zone(version, _) = self {
            *version = with;
        }
    }

    /// Whether it is a zone as such.
    pub(super) fn is_first_of(self, zone: ZoneIx) -> bool {
        matches!(self, Self::Zone(_, its) if its == zone)
    }
}

impl Telling for Follower {
    fn step(mut self: Box<Self>) -> NextBytes<Self> {
        Box::pin(async move { self.next().await.map(|out| (out.into(), self)) })
    }
}

impl Follower {
    pub(super) fn new(
        place: StreamShare,
        (dirty, pass, eyes): (Dirty, Option<Pass>, Eyes),
        held: ResumeFrom,
        (with_bays, forecast, scope, told_in): (bool, bool, Scope, ToldIn),
        picture: u64,
    ) -> Self {
        let now = Instant::now();
        let orders = OrderNews::new(place.streams.reads.orders.book());
        let bays = with_bays.then(KnownBays::default);
        let pending = Vec::new();
        let complete = NOT_ALL_YET;
        Self {
            place,
            dirty,
            pass,
            phase: Phase::Begin(held),
            pending,
            complete,
            told_picture: picture,
            taken_up: picture,
            since: picture,
            bays,
            forecast,
            scope,
            told_in,
            private: PrivateZones::default(),
            orders,
            eyes,
            opening: true,
            spoke: now,
            paid: now,
        }
    }

    pub(super) fn streams(&self) -> &Arc<Streams> {
        &self.place.streams
    }

    fn may_go_on(&self) -> bool {
        let clock = &self.streams().reads.clock;
        self.pass.as_ref().is_none_or(|p| p.is_good(clock.now()))
    }

    /// The next bytes for the client; `None` when the hub stops, or its key is good no more.
    async fn next(&mut self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        while out.is_empty() {
            if *self.streams().closed.borrow() || !self.may_go_on() {
                return None;
            }
            if let Phase::TooMuch = self.phase {
                // Who comes back is told so.
                return None;
            }
            if let Phase::Begin(held) = self.phase {
                self.begin(held, &mut out);
            } else if self.pending.is_empty() {
                match self.wait().await {
                    Woken::Changed => _ = self.take(),
                    Woken::City => {}
                    Woken::Orders => self.tell_orders(&mut out),
                    Woken::Silent => out.extend_from_slice(COMMENT),
                    Woken::Closed => return None,
                }
            }
            self.tell(&mut out);
        }
        self.spoke = Instant::now();
        let cost = Duration::from_secs(1) * out.len() as u32 / BYTES_PER_S;
        self.paid = self.paid.max(self.spoke) + cost;
        Some(out)
    }

    fn begin(&mut self, held: ResumeFrom, out: &mut Vec<u8>) {
        self.phase = Phase::Follow;
        out.extend_from_slice(PRELUDE);
        let dirty = &self.dirty;
        let standing = self.orders.standing(|zone| dirty.follows(zone));
        self.write_orders(out, &standing);
        let complete = self.take();
        if let ResumeFrom::UpTo(mark) = held {
            let city = Arc::clone(&self.streams().reads.registry.city());
            if !self.may_have_lost_sight(&city, mark.version) && self.go_on_from(&city, mark) {
                return;
            }
            self.resync(out, ResyncReason::OutOfSight);
        } else if let ResumeFrom::Unusable(reason) = held {
            self.resync(out, reason);
        }
        self.leave_out_unseen();
        // Zones that have never changed are among these: only the last one makes it everything.
        if self.pending.is_empty() {
            self.complete = complete;
            self.opening = false;
        }
        if let Some((last, before)) = self.pending.split_first_mut() {
            last.complete(complete);
            for due in before {
                due.complete(NOT_ALL_YET);
            }
        }
    }

    /// Of zones that are not seen a client that knows nothing is told nothing; the last zone must be one
    /// that is told.
    fn leave_out_unseen(&mut self) {
        let streams = Arc::clone(self.streams());
        let city = streams.reads.registry.city();
        let sight = Sight::new(&streams.reads, &city, &self.eyes);
        let private = &mut self.private;
        self.pending.retain(|due| match due {
            ToTell::Zone(_, zone) if !sight.sees_zone(*zone) => {
                private.unseen(*zone, false);
                false
            }
            _ => true,
        });
    }

    /// Whether bays that the client knows may have left its sight since `version`: which they were is
    /// not known here, and all that are out of sight must not be named.
    fn may_have_lost_sight(&self, city: &City, version: u64) -> bool {
        if self.bays.is_none() {
            return false;
        }
        let reads = &self.streams().reads;
        let sight = Sight::new(reads, city, &self.eyes);
        let changed = |zone| reads.live.feed().changed_at(zone) > version;
        self.pending.iter().any(|due| match due {
            ToTell::Zone(_, zone) => changed(*zone) && sight.is_shut(*zone),
            _ => false,
        })
    }

    fn tell_orders(&mut self, out: &mut Vec<u8>) {
        let dirty = &self.dirty;
        let news = self.orders.take(|zone| dirty.follows(zone));
        self.write_orders(out, &news);
    }

    async fn wait(&mut self) -> Woken {
        let mut closed = self.place.streams.closed.clone();
        let due = self
            .paid
            .checked_sub(AT_ONCE)
            .filter(|due| *due > Instant::now());
        let dirty = &mut self.dirty;
        let orders = &mut self.orders;
        let reads = &self.place.streams.reads;
        let city = reads.live.feed().next_city();
        let is_new = reads.registry.city().picture() != self.taken_up;
        let changed = async move {
            if let Some(due) = due {
                tokio::time::sleep_until(due).await;
            }
            if is_new {
                return Woken::City;
            }
            tokio::select! {
                biased;
                () = dirty.wait() => Woken::Changed,
                () = city => Woken::City,
            }
        };
        tokio::select! {
            // A change that is there comes before a heartbeat that is due.
            biased;
            // A sender that is gone means the same.
            _ = closed.wait_for(|c| *c) => Woken::Closed,
            () = orders.changed() => Woken::Orders,
            woken = changed => woken,
            () = tokio::time::sleep_until(self.spoke + HEARTBEAT) => Woken::Silent,
        }
    }

    /// Takes what changed, and gives the version that is complete once all of it has been told. See
    /// the module for why in this order.
    fn take(&mut self) -> u64 {
        let feed = self.place.streams.reads.live.feed();
        let complete = feed.version();
        let mut zones = Vec::new();
        self.dirty.take(&mut zones);
        self.pending = zones
            .into_iter()
            .map(|zone| ToTell::Zone(feed.changed_at(zone).min(complete), zone))
            .collect();
        self.pending.sort_unstable_by(|a, b| b.cmp(a));
        complete
    }
}

enum Woken {
    Changed,
    /// There may be a new picture of it.
    City,
    /// An order of the authority has changed.
    Orders,
    Silent,
    Closed,
}
