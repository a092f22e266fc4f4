//! The room of an inbox: how much a submission takes, who may have it, and who waits.
//!
//! Promises: claims, then bytes, and before both the key's own share where that binds, always in
//! this order, so nobody who waits holds what another who holds theirs is waiting for; each is first
//! come, first served. Keys beyond 1,024 share their shares by lot.

use super::{InboxBounds, JournalGone, Queued};
use crate::domain::{Claim, Refusal, Submission};
use crate::metrics::Metrics;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What a submission takes besides its claims and refusals: its place in the queue, and what its
/// claims' memory costs the allocator.
pub(super) const OVERHEAD: usize = size_of::<Queued>() + 8;

/// Units of a share: this many are the whole room.
const WHOLE: u64 = 1 << 20;

/// Shares that are kept.
const SHARES: usize = 1024;

/// What a submission takes of the room, at most all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) claims: u32,
    pub(super) bytes: u32,
}

/// What a submission has taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct InboxPlace {
    size: Size,
    share: Part,
}

// Half a million single reports wait at a time: each is kept small.
const _: () = assert!(size_of::<Queued>() == 80);

/// Of whose share, and how many units of it; 0: of none.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    units: u32,
    at: u16,
}

/// What there is too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    Claims,
    Bytes,
    KeyShare,
}

pub(super) struct Room {
    claims: Semaphore,
    bytes: Semaphore,
    /// By the number of the key; none where no share binds.
    shares: Box<[Semaphore]>,
    share: u32,
    bounds: InboxBounds,
    metrics: Arc<Metrics>,
}

impl Room {
    pub(super) fn new(bounds: InboxBounds, metrics: Arc<Metrics>) -> Arc<Self> {
        let share = (WHOLE * u64::from(bounds.percent_per_key.clamp(1, 100)) / 100) as u32;
        let kept = if bounds.percent_per_key < 100 {
            SHARES
        } else {
            0
        };
        let room = Arc::new(Self {
            claims: Semaphore::new(bounds.claims as usize),
            bytes: Semaphore::new(bounds.bytes as usize),
            shares: (0..kept).map(|_| Semaphore::new(share as usize)).collect(),
            share,
            bounds,
            metrics,
        });
        let seen = Arc::downgrade(&room);
        let inbox = &room.metrics.inbox;
        inbox.watch(bounds.claims.into(), bounds.bytes.into(), move || {
            seen.upgrade().map_or((0, 0), |room| room.used())
        });
        room
    }

    /// Claims and bytes that are taken, or kept for who waits.
    fn used(&self) -> (u64, u64) {
        let used = |bound: u32, left: &Semaphore| {
            u64::from(bound).saturating_sub(left.available_permits() as u64)
        };
        (
            used(self.bounds.claims, &self.claims),
            used(self.bounds.bytes, &self.bytes),
        )
    }

    /// Whether more than that part of the room is taken: 2 for a half.
    fn is_taken(&self, part: usize) -> bool {
        let fewer = |left: &Semaphore, bound: u32| {
            let bound = bound as usize;
            left.available_permits() < bound - bound / part
        };
        fewer(&self.claims, self.bounds.claims) || fewer(&self.bytes, self.bounds.bytes)
    }

    /// How much `submission` takes. Where much waits, its memory is first cut to what it holds: a
    /// vector of one claim has room for four.
    pub(super) fn fit(&self, submission: &mut Submission) -> Size {
        let claims = &mut submission.claims;
        if claims.len() < claims.capacity() && self.is_taken(8) {
            claims.shrink_to_fit();
        }
        let refused: usize = submission.refusals.iter().map(Refusal::bytes).sum();
        let bytes = OVERHEAD + claims.capacity() * size_of::<Claim>() + refused;
        let within = |n: usize, bound: u32| u32::try_from(n).map_or(bound, |n| n.min(bound));
        Size {
            claims: within(weight(submission), self.bounds.claims),
            bytes: within(bytes, self.bounds.bytes),
        }
    }

    /// What of its share a key has to take now, where that binds.
    fn part(&self, key: u32, size: Size) -> Part {
        if self.shares.is_empty() || key == 0 || !self.is_taken(2) {
            return Part::default();
        }
        let part = |n: u32, bound: u32| u64::from(n) * WHOLE / u64::from(bound.max(1));
        let units = part(size.claims, self.bounds.claims).max(part(size.bytes, self.bounds.bytes));
        Part {
            units: (units as u32).clamp(1, self.share),
            at: (key as usize % SHARES) as u16,
        }
    }

    fn share(&self, part: Part) -> Option<&Semaphore> {
        (part.units > 0).then(|| &self.shares[usize::from(part.at)])
    }

    /// Takes it, if it is there and nobody waits for it.
    pub(super) fn take(&self, key: u32, size: Size) -> Result<InboxPlace, Lack> {
        let share = self.part(key, size);
        let own = self.share(share).map(|of| of.try_acquire_many(share.units));
        let own = own.transpose().map_err(|_| Lack::KeyShare)?;
        let claims = self.claims.try_acquire_many(size.claims);
        let claims = claims.map_err(|_| Lack::Claims)?;
        let bytes = self.bytes.try_acquire_many(size.bytes);
        bytes.map_err(|_| Lack::Bytes)?.forget();
        claims.forget();
        if let Some(own) = own {
            own.forget();
        }
        Ok(InboxPlace { size, share })
    }

    /// Takes it when it is there. Cancelled, it leaves everything as it was.
    pub(super) async fn wait(&self, key: u32, size: Size) -> Result<InboxPlace, JournalGone> {
        let share = self.part(key, size);
        let own = match self.share(share) {
            Some(of) => {
                let own = of.acquire_many(share.units);
                Some(own.await.map_err(|_| JournalGone)?)
            }
            None => None,
        };
        let claims = self.claims.acquire_many(size.claims);
        let claims = claims.await.map_err(|_| JournalGone)?;
        let bytes = self.bytes.acquire_many(size.bytes);
        bytes.await.map_err(|_| JournalGone)?.forget();
        claims.forget();
        if let Some(own) = own {
            own.forget();
        }
        Ok(InboxPlace { size, share })
    }

    /// Counts what was not taken.
    pub(super) fn refuse(&self, lack: Lack, submission: &Submission) {
        let inbox = &self.metrics.inbox;
        let counter = match lack {
            Lack::Claims => &inbox.full_of_claims,
            Lack::Bytes => &inbox.full_of_bytes,
            Lack::KeyShare => &inbox.share_used_up,
        };
        counter.inc_by(weight(submission) as u64);
    }

    /// What was in that place has been taken out; returns the claims and bytes to give back.
    pub(super) fn leave(&self, place: &InboxPlace) -> (usize, usize) {
        if let Some(share) = self.share(place.share) {
            share.add_permits(place.share.units as usize);
        }
        (place.size.claims as usize, place.size.bytes as usize)
    }

    pub(super) fn give_back(&self, claims: usize, bytes: usize) {
        if claims > 0 {
            self.claims.add_permits(claims);
            self.bytes.add_permits(bytes);
        }
    }

    /// Whoever waits hears that there is no journal.
    pub(super) fn close(&self) {
        self.claims.close();
        self.bytes.close();
        self.shares.iter().for_each(Semaphore::close);
    }
}

/// Claims and refusals, and at least one: what nothing is said in waits as well.
fn weight(submission: &Submission) -> usize {
    (submission.claims.len() + submission.refusals.len()).max(1)
}
