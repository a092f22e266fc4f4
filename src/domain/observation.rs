//! Observations: claims about one bay or one zone, and the parcels they travel in between rooms.

use super::{BayIx, BayStatus, CountObservation, Millis, Refusal, SourceIx, SourceKind};
use std::fmt;

/// Confidence from which on what is said counts as a state: 0.8 in 1/255. Less is evidence at most
/// (hysteresis: counting each crossing of one half would count flicker as visits).
pub const SURE: u8 = 204;

/// A half: what is said is no evidence at all.
pub const EVEN: u8 = 128;

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
    /// Who stands behind an app's word. Nothing for others, whose kind says enough.
    pub backing: Backing,
}

/// What the gate knew of who stands behind an app's word when it came in. Written to the journal
/// with it, so that a replay, at whatever time and by however many workers, weighs it the same.
///
/// Default: of a trusted key, of no contributor, without weight. So all words count that were
/// written before there was a backing.
///
/// `word`, from the low bits, little-endian: weight 8 (signed, 1/8 nat) | of an unproven key 1 |
/// of a proven contributor 1 | contributor's slot 20 | high bits of the partner's number 2. Five bytes
/// without alignment, as an [`Observation`] has just five to spare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backing {
    word: [u8; 4],
    partner: u8,
}

impl Backing {
    /// Bits of a contributor's slot.
    pub const SLOT_BITS: u32 = 20;
    /// Partners that are told apart where evidence is pooled.
    pub const PARTNERS: u8 = 64;
    const UNPROVEN_KEY: u32 = 1 << 8;
    const PROVEN: u32 = 1 << 9;
    const SLOT: u32 = 10;
    const NUMBER: u32 = Self::SLOT + Self::SLOT_BITS;
    /// The weight of a partner whose reports count as if they were sure by a half.
    const DOUBTED: i8 = i8::MIN;

    /// Of a key of that standing and a partner by that number, modulo [`Self::PARTNERS`].
    #[must_use]
    pub const fn of_key(trusted: bool, partner: u8) -> Self {
        let word = if trusted { 0 } else { Self::UNPROVEN_KEY };
        Self {
            word: word.to_le_bytes(),
            partner: partner % Self::PARTNERS,
        }
    }

    /// The same, of a contributor: its slot in the table (the lower [`Self::SLOT_BITS`]), what its
    /// word weighs (towards what it says; in 1/8 nat), and whether it is proven.
    #[must_use]
    pub const fn of_contributor(self, slot: u32, weight: i8, proven: bool) -> Self {
        let key = self.bits() & (Self::UNPROVEN_KEY | 3 << Self::NUMBER);
        let proven = if proven { Self::PROVEN } else { 0 };
        let slot = slot % (1 << Self::SLOT_BITS);
        let word = key | proven | weight as u8 as u32 | slot << Self::SLOT;
        Self {
            word: word.to_le_bytes(),
            partner: self.partner,
        }
    }

    /// The same of a partner by its lasting number: see [`Self::number`].
    #[must_use]
    pub const fn of_number(self, number: u16) -> Self {
        let high = (number as u32 >> 8 & 3) << Self::NUMBER;
        let word = self.bits() & !(3 << Self::NUMBER) | high;
        Self {
            word: word.to_le_bytes(),
            partner: number as u8,
        }
    }

    /// The same of a partner whose credit has fallen so far that its reports weigh less.
    #[must_use]
    pub const fn doubted(self) -> Self {
        let word = self.bits() & !0xff | Self::DOUBTED as u8 as u32;
        Self {
            word: word.to_le_bytes(),
            partner: self.partner,
        }
    }

    const fn bits(self) -> u32 {
        u32::from_le_bytes(self.word)
    }

    const fn is_doubted(self) -> bool {
        self.bits() as u8 as i8 == Self::DOUBTED
    }

    /// In 1/8 nat, towards what is said: negative of who is more often wrong than right.
    #[must_use]
    pub const fn weight(self) -> i8 {
        if self.is_doubted() {
            0
        } else {
            self.bits() as u8 as i8
        }
    }

    /// Whether an admin trusts the key it came by.
    #[must_use]
    pub const fn of_trusted_key(self) -> bool {
        self.bits() & Self::UNPROVEN_KEY == 0
    }

    /// Whether sensors have proved who says it right, often enough.
    #[must_use]
    pub const fn of_proven(self) -> bool {
        self.bits() & Self::PROVEN != 0
    }

    /// Whether it may settle a bay that nobody watches.
    #[must_use]
    pub const fn settles(self) -> bool {
        self.of_trusted_key() || self.of_proven()
    }

    /// Its contributor's place in the table of contributors.
    #[must_use]
    pub const fn slot(self) -> u32 {
        self.bits() >> Self::SLOT & ((1 << Self::SLOT_BITS) - 1)
    }

    /// By which partners are told apart where evidence is pooled; below [`Self::PARTNERS`].
    #[must_use]
    pub const fn partner(self) -> u8 {
        self.partner % Self::PARTNERS
    }

    /// Its partner's lasting number, below [`MOST_NUMBERS`](super::credit::MOST_NUMBERS); from
    /// [`FIRST_NUMBER`](super::credit::FIRST_NUMBER) on it is that partner's alone.
    #[must_use]
    pub const fn number(self) -> u16 {
        (self.bits() >> Self::NUMBER) as u16 * 256 + self.partner as u16
    }

    /// For the disk: a word, and the low bits of the partner's number.
    #[must_use]
    pub const fn parts(self) -> (u32, u8) {
        (self.bits(), self.partner)
    }

    /// The inverse of [`Self::parts`].
    #[must_use]
    pub const fn from_parts(word: u32, partner: u8) -> Self {
        Self {
            word: word.to_le_bytes(),
            partner,
        }
    }
}

impl Observation {
    /// The same, as sure as it counts: who is doubted is not believed beyond a half.
    #[inline]
    #[must_use]
    pub fn as_weighed(&self) -> Self {
        let most = if self.backing.is_doubted() {
            EVEN
        } else {
            u8::MAX
        };
        let confidence = self.confidence.min(most);
        Self {
            confidence,
            ..*self
        }
    }
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
    /// The hub itself, for one shard: its clock was put back, and is so far behind ingest time, which
    /// never goes back. 0: it has caught up.
    Clock {
        shard: u32,
        behind_ms: u64,
    },
    /// The hub itself: what is said after this is believed by the rates of that table; 0: by what is
    /// assumed where nothing is known.
    Rates {
        table: u32,
    },
}

impl Claim {
    /// Whether it is one of what a sender is told was taken: not a sign of life, nor what a count
    /// says besides.
    #[inline]
    #[must_use]
    pub const fn is_report(&self) -> bool {
        match self {
            Self::Bay(_) => true,
            Self::Count(c) => c.subset.is_none(),
            Self::Alive { .. } | Self::Clock { .. } | Self::Rates { .. } => false,
        }
    }

    /// Whose it is, and of when; `None` for the hub's own.
    #[inline]
    #[must_use]
    pub const fn said_by(&self) -> Option<(SourceIx, Millis)> {
        match self {
            Self::Bay(o) => Some((o.source, o.at)),
            Self::Count(c) => Some((c.source, c.at)),
            Self::Alive { source, at } => Some((*source, *at)),
            Self::Clock { .. } | Self::Rates { .. } => None,
        }
    }

    /// Whose it is, and of when: then its source was there, and so vouches for what it said before.
    /// `None` for who passes by and vouches for nothing.
    #[inline]
    #[must_use]
    pub const fn heard(&self) -> Option<(SourceIx, Millis)> {
        match self {
            Self::Bay(o) if o.source_kind.passes_by() => None,
            Self::Count(c) if c.source_kind.passes_by() => None,
            _ => self.said_by(),
        }
    }
}

// Claims go from hand to hand by the million a second.
const _: () = assert!(size_of::<Claim>() == 40);

/// What the gate made of one or more messages; doors add to one parcel until they submit it.
#[derive(Debug, Default)]
pub struct Parcel {
    pub claims: Vec<Claim>,
    pub refusals: Vec<Refusal>,
    /// What the gate wants to know once all of it is on disk.
    pub afterwards: Afterwards,
    /// What a network server sent that is nothing to do: durable as it is.
    pub ignored: u32,
}

impl Parcel {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.refusals.is_empty()
    }

    /// What was said of bays and zones, taken or refused.
    #[must_use]
    pub fn reports(&self) -> u64 {
        let taken = self.claims.iter().filter(|claim| claim.is_report());
        (taken.count() + self.refusals.len()) as u64
    }

    /// As it goes to the journal. `receipt` follows what the gate wanted to know.
    #[must_use]
    pub fn into_submission(self, receipt: Receipt) -> Submission {
        let Self {
            claims,
            refusals,
            afterwards,
            ignored: _,
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
