//! A word: what one source said of one bay, and which of two words goes before the other. Pure.
//!
//! **Rank**: who watches the bay (a sensor, a gate) goes before the hub's own word of a booked stay,
//! that before an app of a trusted key, and that before an app of an unproven one. Each rank keeps
//! its newest word of a bay; what is told is the word of the highest rank that stands and knows.
//!
//! **Time**: of words of one rank the newest stands; of one instant the one of the greater source.
//! Of one source and instant the greater `seq`, and of the same `seq` the one acknowledged last: a
//! state that was said with them already is a copy and changes nothing. So wherever `(at, seq)`
//! differ, replays, copies and reorderings end in the same words. `at` is cut to when the claim came
//! in before it is compared with anything: a clock that is ahead gains nothing.
//!
//! Of `seq` the low 32 bits are kept, and compared as serial numbers are (RFC 1982): right wherever
//! two numbers of one source within one millisecond are less than 2^31 apart.

use crate::domain::observation::SURE;
use crate::domain::{BayKind, BayStatus, Millis, Observation, SourceIx, SourceKind};
use bytemuck::{Pod, Zeroable};
use std::cmp::Ordering;

/// Who goes before whom, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Rank {
    /// An app of a key that no admin trusts.
    Unproven = 0,
    /// An app of a trusted key.
    Trusted = 1,
    /// The hub itself, for who has booked the bay.
    Booking = 2,
    /// A sensor or a gate.
    Watcher = 3,
}

impl Rank {
    /// Those that pass by, highest first.
    pub const PASSING: [Self; 3] = [Self::Booking, Self::Trusted, Self::Unproven];

    #[inline]
    #[must_use]
    pub const fn of(o: &Observation) -> Self {
        Self::of_kind(o.source_kind, o.backing.of_trusted_key())
    }

    #[inline]
    const fn of_kind(kind: SourceKind, trusted: bool) -> Self {
        match kind {
            SourceKind::Sensor | SourceKind::Gate => Self::Watcher,
            SourceKind::Booking => Self::Booking,
            SourceKind::App if trusted => Self::Trusted,
            SourceKind::App => Self::Unproven,
        }
    }
}

/// A claim beside a word of its rank that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    Older,
    Newer,
    /// Of the same source, time and number: another state said with them.
    Also,
}

/// What one source said of one bay. All zeroes: nothing.
///
/// `bits`, from the low end: standing 1 | claimed 2 | source kind 2 | bay kind 2 | said 4 (by
/// status: said with this `at`, `seq` and source) | of an unproven key 1 | confidence 8 | at 44. The
/// layout lies on disk in checkpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Word {
    bits: u64,
    seq: u32,
    source: u32,
}

const STANDING: u64 = 1;
const CLAIMED: u32 = 1;
const SOURCE_KIND: u32 = 3;
const BAY_KIND: u32 = 5;
const SAID: u32 = 7;
const UNPROVEN: u64 = 1 << 11;
const CONFIDENCE: u32 = 12;
const AT: u32 = 20;

impl Word {
    /// Of a bay of that kind nothing was said.
    #[must_use]
    pub const fn none(kind: BayKind) -> Self {
        Self {
            bits: (kind as u64) << BAY_KIND,
            seq: 0,
            source: 0,
        }
    }

    /// What `o` says as of `at`, and stands; `said` with the same time, number and source before.
    #[inline]
    const fn new(o: &Observation, at: u64, kind: u64, said: u64) -> Self {
        let unproven = if o.backing.of_trusted_key() {
            0
        } else {
            UNPROVEN
        };
        Self {
            bits: STANDING
                | (o.status as u64) << CLAIMED
                | (o.source_kind as u64) << SOURCE_KIND
                | kind << BAY_KIND
                | (said | 1 << o.status as u64) << SAID
                | unproven
                | (o.confidence as u64) << CONFIDENCE
                | at << AT,
            seq: o.seq as u32,
            source: o.source.0,
        }
    }

    /// How a claim as of `at` lies to it. Both are of one rank.
    #[inline]
    #[must_use]
    pub fn beside(&self, o: &Observation, at: u64) -> Beside {
        if self.is_none() {
            return Beside::Newer;
        }
        match at
            .cmp(&self.at().0)
            .then(o.source.0.cmp(&self.source))
            .then((o.seq as u32).wrapping_sub(self.seq).cast_signed().cmp(&0))
        {
            Ordering::Greater => Beside::Newer,
            Ordering::Equal if self.said() & 1 << o.status as u64 == 0 => Beside::Also,
            Ordering::Equal | Ordering::Less => Beside::Older,
        }
    }

    /// Whether a claim as of `at` is that very word, or another of the same source, time and number.
    #[must_use]
    pub fn is_of(&self, o: &Observation, at: u64) -> bool {
        (self.at().0, self.source, self.seq) == (at, o.source.0, o.seq as u32)
    }

    /// Takes a claim that is not [`Beside::Older`]; it stands.
    #[inline]
    pub fn take(&mut self, o: &Observation, at: u64, beside: Beside) {
        let said = if beside == Beside::Also {
            self.said()
        } else {
            0
        };
        *self = Self::new(o, at, self.bits >> BAY_KIND & 3, said);
    }

    /// The same of another source.
    pub(super) const fn by(self, source: u32) -> Self {
        Self { source, ..self }
    }

    /// Holds what was said after `now` to have been said then; true if it was.
    pub(super) fn put_back(&mut self, now: Millis) -> bool {
        let ahead = self.at() > now;
        if ahead {
            self.bits = self.bits & ((1 << AT) - 1) | now.0 << AT;
        }
        ahead
    }

    /// Nothing was ever said.
    #[inline]
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.at().is_never()
    }

    /// The states said with its time, number and source, a bit each. What was saved before these
    /// were kept says its own alone.
    const fn said(&self) -> u64 {
        self.bits >> SAID & 0xf | 1 << (self.bits >> CLAIMED & 3)
    }

    /// Whether its source's word still counts.
    #[inline]
    #[must_use]
    pub const fn standing(&self) -> bool {
        self.bits & STANDING != 0
    }

    /// It stands and says a state.
    #[inline]
    #[must_use]
    pub fn knows(&self) -> bool {
        self.standing() && self.claimed() != BayStatus::Unknown
    }

    /// The source has gone silent: what it claimed is no longer held true.
    pub const fn lapse(&mut self) {
        self.bits &= !STANDING;
    }

    /// The inverse.
    pub(super) const fn stand(&mut self) {
        self.bits |= STANDING;
    }

    #[inline]
    #[must_use]
    pub const fn claimed(&self) -> BayStatus {
        BayStatus::from_bits(self.bits >> CLAIMED)
    }

    /// What may be told to a driver.
    #[inline]
    #[must_use]
    pub const fn status(&self) -> BayStatus {
        if self.standing() {
            self.claimed()
        } else {
            BayStatus::Unknown
        }
    }

    #[inline]
    #[must_use]
    pub const fn at(&self) -> Millis {
        Millis(self.bits >> AT)
    }

    #[inline]
    #[must_use]
    pub fn bay_kind(&self) -> BayKind {
        BayKind::from_u8((self.bits >> BAY_KIND & 3) as u8).unwrap_or(BayKind::Car)
    }

    #[inline]
    #[must_use]
    pub const fn source(&self) -> SourceIx {
        SourceIx(self.source)
    }

    #[inline]
    #[must_use]
    pub const fn source_kind(&self) -> SourceKind {
        SourceKind::from_bits(self.bits >> SOURCE_KIND)
    }

    #[inline]
    #[must_use]
    pub const fn rank(&self) -> Rank {
        Rank::of_kind(self.source_kind(), self.bits & UNPROVEN == 0)
    }

    /// How sure its sender said to be, in 1/255.
    #[inline]
    #[must_use]
    pub const fn confidence(&self) -> u8 {
        (self.bits >> CONFIDENCE & 0xff) as u8
    }

    /// Whether that is enough for more than a hint.
    #[inline]
    #[must_use]
    pub const fn is_sure(&self) -> bool {
        self.confidence() >= SURE
    }

    /// Of what kind of source, of which, and of when it is.
    #[inline]
    #[must_use]
    pub const fn origin(&self) -> (SourceKind, SourceIx, Millis) {
        (self.source_kind(), self.source(), self.at())
    }
}

#[cfg(test)]
mod tests;
