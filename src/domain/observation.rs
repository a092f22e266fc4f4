//! Observations: claims about one bay or one zone, and the parcels they travel in between rooms.

use super::{BayIx, BayKind, BayStatus, Millis, Refusal, SourceIx, SourceKind, ZoneIx};
use std::fmt;

/// One claim about one bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// When it was observed (the sender's clock, checked at the gate).
    pub at: Millis,
    /// The sender's own running number; 0 where it gives none. Breaks ties of `at`.
    pub seq: u64,
    pub bay: BayIx,
    pub source: SourceIx,
    pub source_kind: SourceKind,
    pub status: BayStatus,
    /// How sure the sender is, in 1/255.
    pub confidence: u8,
}

/// One count of a whole zone, from a gate or a car park that only counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountObservation {
    pub at: Millis,
    pub zone: ZoneIx,
    pub source: SourceIx,
    pub kind: BayKind,
    /// Never above `capacity`: the gate refuses what is.
    pub vacant: u32,
    pub capacity: u32,
}

/// Anything a source can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Bay(Observation),
    Count(CountObservation),
    /// The source is there; it says nothing of any bay.
    Alive {
        source: SourceIx,
        at: Millis,
    },
}

/// What the gate made of one or more messages; doors add to one parcel until they submit it.
#[derive(Debug, Default)]
pub struct Parcel {
    pub claims: Vec<Claim>,
    pub refusals: Vec<Refusal>,
    /// What the gate wants to know once all of it is on disk.
    pub afterwards: Afterwards,
}

impl Parcel {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.refusals.is_empty()
    }

    /// As it goes to the journal. `receipt` follows what the gate wanted to know.
    #[must_use]
    pub fn into_submission(self, receipt: Receipt) -> Submission {
        let Self {
            claims,
            refusals,
            afterwards,
        } = self;
        let receipt = if afterwards.0.is_empty() {
            receipt
        } else {
            Receipt::new(move || {
                afterwards.0.into_iter().for_each(|run| run());
                receipt.durable();
            })
        };
        Submission {
            claims,
            refusals,
            receipt,
        }
    }
}

/// Short, non-blocking calls to be made when a parcel is durable. Dropped uncalled with a parcel
/// that never is.
#[derive(Default)]
pub struct Afterwards(Vec<Box<dyn FnOnce() + Send>>);

impl Afterwards {
    pub fn call(&mut self, f: impl FnOnce() + Send + 'static) {
        self.0.push(Box::new(f));
    }
}

impl fmt::Debug for Afterwards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Afterwards({})", self.0.len())
    }
}

/// What a door hands to the journal: one message, or what one read of a connection brought.
///
/// The journal calls [`Receipt::durable`] once everything in it is on disk. A submission that is
/// dropped without that call was not stored, and its sender must not be acknowledged.
pub struct Submission {
    pub claims: Vec<Claim>,
    pub refusals: Vec<Refusal>,
    pub receipt: Receipt,
}

/// Tells the door that a submission is durable. Dropping it unused means: it is not.
pub struct Receipt(Option<Box<dyn FnOnce() + Send>>);

impl Receipt {
    /// `f` runs on the journal's thread: it must be short and must not block.
    pub fn new(f: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(f)))
    }

    /// A receipt nobody waits for (QoS 0).
    #[must_use]
    pub const fn unwatched() -> Self {
        Self(None)
    }

    pub fn durable(mut self) {
        if let Some(f) = self.0.take() {
            f();
        }
    }
}

/// What the journal hands to the stream: claims that are on disk, in commit order.
///
/// An empty batch is a tick: it says only that ingest time has reached `ingest_at`.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The hub's clock when the batch was committed; never goes back.
    pub ingest_at: Millis,
    pub claims: Vec<Claim>,
}
