//! One client's side of the change feed: waits for changes to what it follows, and writes them as
//! events.
//!
//! The order of things is what makes resuming exact. Before the changed zones are taken, the feed's
//! version is read: every zone at or below it is among those taken, or was told before. Zones are
//! told by rising version, each event with the version that is complete once it has been read. A
//! zone is read when its event is written, so it is never older than its id; changed since, it
//! comes again.

use super::bays::{BayNews, KnownBays};
use super::body::{NextBytes, Telling};
use super::id::{NOT_ALL_YET, ResumeFrom, write as write_id};
use super::private_zones::PrivateZones;
use super::{StreamShare, Streams};
use crate::domain::{Pass, ZoneIx};
use crate::live::{Dirty, is_private};
use crate::registry::city::City;
use crate::serve::atlas::Atlas;
use crate::serve::docs::schema::{BayGone, Gone, Resync, ResyncReason};
use crate::serve::formats::{self, JSON};
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

/// One frame ends when it has grown beyond this; hyper holds a few at a time.
const FRAME: usize = 16 * 1024;

/// What an event takes, roughly.
const EVENT: usize = 480;

/// A client is told up to so many bytes of changes a second; the more it was just told, the longer
/// changes gather before it is told again. A lone change is never held back.
const BYTES_PER_S: u32 = 2 << 20;

/// How much it may be told at once before that.
const AT_ONCE: Duration = Duration::from_millis(50);

/// See the module.
pub(super) struct Follower {
    place: StreamShare,
    dirty: Dirty,
    /// Of the key it was opened with.
    pass: Option<Pass>,
    phase: Phase,
    /// What is to be told, by falling version, so that the next is the last.
    pending: Vec<(u64, ZoneIx)>,
    /// The client knows everything up to this.
    complete: u64,
    bays: Option<KnownBays>,
    told_in: ToldIn,
    private: PrivateZones,
    /// Whose eyes it is told for.
    eyes: Eyes,
    /// All is being told for the first time, to a client that knows nothing.
    opening: bool,
    spoke: Instant,
    /// When what was told will have been paid for by [`BYTES_PER_S`].
    paid: Instant,
}

enum Phase {
    /// Nothing has been sent yet.
    Begin(ResumeFrom),
    Follow,
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
        (with_bays, told_in): (bool, ToldIn),
    ) -> Self {
        let now = Instant::now();
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
            bays,
            told_in,
            private: PrivateZones::default(),
            eyes,
            opening: true,
            spoke: now,
            paid: now,
        }
    }

    fn streams(&self) -> &Arc<Streams> {
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
            if let Phase::Begin(held) = self.phase {
                self.begin(held, &mut out);
            } else if self.pending.is_empty() {
                match self.wait().await {
                    Woken::Changed => _ = self.take(),
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
        let complete = self.take();
        let held = match held {
            ResumeFrom::UpTo(version) if self.may_have_lost_sight(version) => {
                ResumeFrom::Unusable(ResyncReason::OutOfSight)
            }
            held => held,
        };
        match held {
            ResumeFrom::UpTo(version) => {
                self.complete = version;
                self.opening = false;
                let feed = self.streams().reads.live.feed().clone();
                self.pending
                    .retain(|(_, zone)| feed.changed_at(*zone) > version);
                return;
            }
            ResumeFrom::Unusable(reason) => {
                self.open(out, "resync");
                json(out, &Resync { reason });
            }
            ResumeFrom::Nothing => {}
        }
        // Zones that have never changed are among these: only the last one makes it everything.
        if let Some((last, before)) = self.pending.split_first_mut() {
            last.0 = complete;
            for (version, _) in before {
                *version = NOT_ALL_YET;
            }
        }
    }

    /// Whether bays that the client knows may have left its sight since `version`: which they were is
    /// not known here, and all that are out of sight must not be named.
    fn may_have_lost_sight(&self, version: u64) -> bool {
        if self.bays.is_none() {
            return false;
        }
        let reads = &self.streams().reads;
        let city = reads.registry.city();
        let sight = Sight::new(reads, &city, &self.eyes);
        let changed = |zone| reads.live.feed().changed_at(zone) > version;
        let mut zones = self.pending.iter().map(|(_, zone)| *zone);
        zones.any(|zone| changed(zone) && sight.is_shut(zone))
    }

    async fn wait(&mut self) -> Woken {
        let mut closed = self.place.streams.closed.clone();
        let due = self
            .paid
            .checked_sub(AT_ONCE)
            .filter(|due| *due > Instant::now());
        let dirty = &mut self.dirty;
        let changed = async move {
            if let Some(due) = due {
                tokio::time::sleep_until(due).await;
            }
            dirty.wait().await;
        };
        tokio::select! {
            // A change that is there comes before a heartbeat that is due.
            biased;
            // A sender that is gone means the same.
            _ = closed.wait_for(|c| *c) => Woken::Closed,
            () = changed => Woken::Changed,
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
            .map(|zone| (feed.changed_at(zone).min(complete), zone))
            .collect();
        self.pending.sort_unstable_by(|a, b| b.cmp(a));
        complete
    }

    /// Writes what is pending until that is all, or a frame is full.
    fn tell(&mut self, out: &mut Vec<u8>) {
        if self.pending.is_empty() {
            return;
        }
        let streams = Arc::clone(self.streams());
        // After `take`, so it knows every zone that was taken.
        let city = streams.reads.registry.city();
        let atlas = streams.reads.atlases.of(&city);
        out.reserve((self.pending.len() * EVENT).min(FRAME + EVENT));
        while out.len() < FRAME {
            let Some(&(version, zone)) = self.pending.last() else {
                break;
            };
            if !self.tell_bays(out, &city, zone) {
                return;
            }
            self.pending.pop();
            self.complete = self.complete.max(version);
            self.tell_zone(out, &city, &atlas, zone);
        }
        if self.pending.is_empty() {
            self.pending = Vec::new();
            self.opening = false;
        }
    }

    /// The zone itself; told last, so that its id covers its bays too.
    fn tell_zone(&mut self, out: &mut Vec<u8>, city: &Arc<City>, atlas: &Atlas, zone: ZoneIx) {
        let streams = Arc::clone(self.streams());
        let sight = Sight::new(&streams.reads, city, &self.eyes).told_in(self.told_in);
        let is_private = is_private(city, zone);
        let Some(told) = sight.zone(atlas, zone) else {
            let removed = city.zone(zone).removed;
            let gone = self.private.unseen(zone, &streams.reads.live, self.opening);
            if let Some(bays) = &mut self.bays {
                bays.forget(zone);
            }
            if gone || (removed && !is_private) {
                self.open(out, "gone");
                let zone = &city.zone(zone).spec.id;
                json(out, &Gone { zone });
            }
            return;
        };
        let shut = is_private && sight.is_shut(zone);
        if !self.private.seen(zone, &told, (is_private, shut), city) {
            return;
        }
        self.open(out, "zone");
        let is_linked = told.part_of.is_some() || !told.areas.is_empty();
        if shut || is_linked {
            // What many share is what everybody sees of other zones, and made of one tally.
            out.extend_from_slice(&(JSON.zone)(&told).body);
        } else {
            let tally = told.tally;
            let cache = &streams.cache;
            cache.zone(out, city, atlas, (zone, tally), self.told_in);
        }
        out.extend_from_slice(b"\n\n");
    }

    /// Those of the zone's bays that are not as last told; false if the frame was full before the
    /// end.
    fn tell_bays(&mut self, out: &mut Vec<u8>, city: &Arc<City>, zone: ZoneIx) -> bool {
        let Some(mut known) = self.bays.take() else {
            return true;
        };
        let streams = Arc::clone(self.streams());
        let eyes = self.eyes.clone();
        let sight = Sight::new(&streams.reads, city, &eyes);
        let from = known.resume_at(zone);
        let mut whole = true;
        for bay in known.bays(city, zone, from) {
            if out.len() >= FRAME {
                known.interrupt(zone, bay);
                whole = false;
                break;
            }
            let seen = sight.bay(bay);
            match (known.news(city, zone, bay, seen.as_ref()), seen) {
                (BayNews::Changed, Some(seen)) => {
                    self.open(out, "bay");
                    formats::bay_brief(out, city, &seen);
                    out.extend_from_slice(b"\n\n");
                }
                (BayNews::Gone, _) => {
                    self.open(out, "bay");
                    let zone = &city.zone(zone).spec.id;
                    json(out, &BayGone::new(city.bay_id(bay), zone));
                }
                _ => {}
            }
        }
        self.bays = Some(known);
        whole
    }

    /// The lines before an event's data.
    fn open(&self, out: &mut Vec<u8>, event: &str) {
        self.streams().metrics.http_stream_events.inc();
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(event.as_bytes());
        out.extend_from_slice(b"\nid: ");
        write_id(out, self.streams().boot, self.complete);
        out.extend_from_slice(b"\ndata: ");
    }
}

/// The data of an event, and its end. Escaped JSON has no line breaks.
pub(super) fn json(out: &mut Vec<u8>, data: &impl serde::Serialize) {
    // Writing to a Vec cannot fail.
    let _ = serde_json::to_writer(&mut *out, data);
    out.extend_from_slice(b"\n\n");
}

enum Woken {
    Changed,
    Silent,
    Closed,
}
