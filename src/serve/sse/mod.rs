//! The live streams: which clients follow which zones, and what they are told.
//!
//! Promises: a client that stays connected is always told the newest state, however close together
//! changes come, and one that comes back with the id of its last event is told exactly what changed
//! meanwhile. No client has a queue: the live view keeps one bit a zone and client, and a zone's
//! state is read when the socket has room for it. So a slow client costs what an idle one costs,
//! and gets fewer, newer events.
//!
//! | file | |
//! |---|---|
//! | `selection` | what a client asked for |
//! | `id` | event ids |
//! | `follower`, `telling` | what it is told next, and how that is written |
//! | `bays`, `private_zones` | what it knows |
//! | `moves` | what has come, gone and left sight with a change of the city |
//! | `orders` | orders of the authority |
//! | `reservations` | a booking app's reservations |
//! | `body` | the response's body |
//!
//! Dear: a first look at a whole large city.

mod bays;
mod body;
mod follower;
mod id;
mod moves;
mod orders;
mod private_zones;
mod reservations;
mod selection;
mod telling;

pub(super) use self::reservations::ReservationStreams;
pub(super) use selection::Selection;

use super::http::caller::Caller;
use super::http::error::ApiError;
use super::sight::Eyes;
use super::state::ReadState;
use crate::limits::{HeldShare, Owner, Shared, Shares};
use crate::live::ZoneFilter;
use crate::metrics::Metrics;
use axum::body::Body;
use follower::Follower;
use id::{Mark, ResumeFrom};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use tokio::sync::watch;

/// Bays of which all streams together remember what they last told, 8 bytes each.
const MAX_KNOWN_BAYS: usize = 4 << 20;

/// What all streams of this hub share.
pub(super) struct Streams {
    pub(super) reads: Arc<ReadState>,
    metrics: Arc<Metrics>,
    /// Tells the ids of this process from those of an earlier one.
    boot: u64,
    /// Turns true when the hub stops: streams end.
    closed: watch::Receiver<bool>,
    open: AtomicUsize,
    max_open: usize,
    shares: Shares,
    known_bays: AtomicUsize,
}

/// One open stream's share of what is bounded; given back when it is dropped.
struct StreamShare {
    streams: Arc<Streams>,
    known_bays: usize,
    /// What its ids begin with: this process, and this selection as seen by this caller.
    boot: u64,
    _of_owner: HeldShare,
}

impl Streams {
    pub(super) fn new(
        reads: Arc<ReadState>,
        metrics: Arc<Metrics>,
        (max_open, shares): (usize, Shares),
        closed: watch::Receiver<bool>,
    ) -> Self {
        let boot = rand::random();
        let open = AtomicUsize::new(0);
        let known_bays = AtomicUsize::new(0);
        Self {
            reads,
            metrics,
            boot,
            closed,
            open,
            max_open,
            shares,
            known_bays,
        }
    }

    /// Begins a stream. `last_event_id` is what the client says it had last.
    ///
    /// # Errors
    /// `quota-exceeded` when the caller has too many, `unavailable` when all have, or the hub is
    /// stopping.
    pub(super) fn follow(
        self: Arc<Self>,
        what: Selection,
        caller: &Caller,
        last_event_id: Option<&str>,
    ) -> Result<Body, ApiError> {
        if *self.closed.borrow() {
            return Err(ApiError::Unavailable("the hub is stopping".to_owned()));
        }
        let mut place = StreamShare::take(&self, caller.owner, what.bays.unwrap_or(0))?;
        let eyes = Eyes::of(caller);
        let city = Arc::clone(&self.reads.registry.city());
        place.boot = self.boot ^ what.digest(&eyes, &city);
        let boot = place.boot;
        let with_bays = what.bays.is_some();
        let zones = what.zones.map_or(ZoneFilter::All, ZoneFilter::Some);
        let feed = self.reads.live.feed();
        let dirty = feed
            .subscribe(&city, zones)
            .map_err(|e| ApiError::Unavailable(e.to_string()))?;
        // Only now: a version that this process gives out later than the subscription cannot be
        // held yet.
        let pass = caller.grant.as_ref().map(|grant| grant.pass.clone());
        let newest = Mark {
            version: feed.version(),
            picture: self.reads.registry.city().picture(),
        };
        let held = ResumeFrom::read(last_event_id, boot, newest);
        Ok(Body::new(body::Unfold::new(Box::new(Follower::new(
            place,
            (dirty, pass, eyes),
            held,
            (with_bays, what.forecast, what.scope, what.told_in),
            city.picture(),
        )))))
    }
}

impl StreamShare {
    fn take(streams: &Arc<Streams>, owner: Owner, known_bays: usize) -> Result<Self, ApiError> {
        let of_owner = streams.shares.take(owner, Shared::Streams)?;
        let full = |what: &str, limit| {
            ApiError::Unavailable(format!("{what}: the hub serves at most {limit}"))
        };
        let below = |count: &AtomicUsize, more: usize, limit: usize| {
            count
                .fetch_update(Relaxed, Relaxed, |n| {
                    n.checked_add(more).filter(|n| *n <= limit)
                })
                .is_ok()
        };
        if !below(&streams.open, 1, streams.max_open) {
            return Err(full("too many streams are open", streams.max_open));
        }
        // From here on dropping it gives back what it has.
        let mut place = Self {
            streams: Arc::clone(streams),
            known_bays: 0,
            boot: streams.boot,
            _of_owner: of_owner,
        };
        streams.metrics.http_streams.inc();
        if !below(&streams.known_bays, known_bays, MAX_KNOWN_BAYS) {
            return Err(full("too many bays are followed", MAX_KNOWN_BAYS));
        }
        place.known_bays = known_bays;
        Ok(place)
    }
}

impl StreamShare {
    /// Makes it so many known bays; false if there is no room for them.
    fn know(&mut self, bays: usize) -> bool {
        let Some(more) = bays.checked_sub(self.known_bays) else {
            return true;
        };
        let all = &self.streams.known_bays;
        let fits = |n: usize| n.checked_add(more).filter(|n| *n <= MAX_KNOWN_BAYS);
        let taken = all.fetch_update(Relaxed, Relaxed, fits).is_ok();
        self.known_bays += if taken { more } else { 0 };
        taken
    }
}

impl Drop for StreamShare {
    fn drop(&mut self) {
        self.streams.open.fetch_sub(1, Relaxed);
        self.streams.known_bays.fetch_sub(self.known_bays, Relaxed);
        self.streams.metrics.http_streams.dec();
    }
}
