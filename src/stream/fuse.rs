//! What is held true of one bay, and how a new claim changes it. Pure.
//!
//! **Rank**: who watches the bay (a sensor, a gate) goes before who passes by (an app, a booking).
//! While a watcher's word stands, no app's replaces it; so it is there when the app's would have
//! lapsed. A watcher that says *unknown* clears the bay; what others say after that counts.
//!
//! **Time**: of words of one rank the newest stands; of one instant the one of the greater source.
//! Of one source and instant the greater `seq`, and of the same `seq` the one acknowledged last: a
//! state that was said with them already is a copy and changes nothing. So wherever `(at, seq)`
//! differ, replays, copies and reorderings end in the same state. `at` is cut to when the claim came
//! in before it is compared with anything: a clock that is ahead gains nothing.
//!
//! Not yet: the time of a watcher's *unknown* is forgotten once an app's word has taken its place, so
//! an older copy of the watcher's word is then taken for new.
//!
//! 24 bytes a bay: the state of a whole country's bays is read at random, and each cache line
//! counts.

use crate::domain::observation::SURE;
use crate::domain::{
    BayIx, BayKind, BayStatus, BayView, Millis, Observation, SourceIx, SourceKind, ZoneIx,
};
use bytemuck::{Pod, Zeroable};
use std::cmp::Ordering;

/// What came of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fused {
    /// Something newer is known, or this very claim was: nothing changes.
    Superseded,
    /// A watcher's word stands, or the claim is too weak to be a state: it is evidence at most.
    Outranked,
    /// It stands now.
    Taken,
}

/// State of one bay. All zeroes: a bay nobody has reported.
///
/// `word`, from the low bits: standing 1 | claimed 2 | source kind 2 | bay kind 2 | said 4 (by
/// status: said with this `at`, `seq` and source) | (1 spare) | confidence 8 | at 44.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct BayState {
    word: u64,
    seq: u64,
    source: u32,
    zone: u32,
}

/// A bay's state as it lies on disk: with its stable number, and without its zone, which the
/// registry knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct SavedBay {
    word: u64,
    seq: u64,
    source: u32,
    pub(super) bay: u32,
}

const STANDING: u64 = 1;
const CLAIMED: u32 = 1;
const SOURCE_KIND: u32 = 3;
const BAY_KIND: u32 = 5;
const SAID: u32 = 7;
const CONFIDENCE: u32 = 12;
const AT: u32 = 20;

/// A claim beside the word that is there.
enum Weighed {
    /// It is for others to say.
    Outranked,
    Older,
    Newer,
    /// Of the same source, time and number.
    Same,
}

impl BayState {
    /// A bay of that kind in that zone, of which nothing is known.
    #[must_use]
    pub fn vacated(zone: ZoneIx, kind: BayKind) -> Self {
        Self {
            word: (kind as u64) << BAY_KIND,
            seq: 0,
            source: 0,
            zone: zone.0,
        }
    }

    /// For the disk; `bay` is its stable number.
    pub(super) const fn kept(&self, bay: u32) -> SavedBay {
        SavedBay {
            word: self.word,
            seq: self.seq,
            source: self.source,
            bay,
        }
    }

    /// The inverse.
    pub(super) const fn restored(kept: &SavedBay, zone: ZoneIx) -> Self {
        Self {
            word: kept.word,
            seq: kept.seq,
            source: kept.source,
            zone: zone.0,
        }
    }

    /// What a claim that came in at `now` changes. `holds`: whether the bay's word stands at that
    /// time; `stands`: whether this claim would, judged by what its source was heard of.
    #[inline]
    pub fn absorb(&mut self, o: &Observation, now: Millis, holds: bool, stands: bool) -> Fused {
        let at = o.at.min(now).0.min(Millis::MAX.0);
        if o.source_kind == SourceKind::App && o.confidence < SURE {
            return Fused::Outranked;
        }
        let said = match self.weigh(o, at, holds, stands) {
            Weighed::Outranked => return Fused::Outranked,
            Weighed::Older => return Fused::Superseded,
            Weighed::Newer => 0,
            // Of the same moment of the same source: what was said with it stays said.
            Weighed::Same if self.said() & 1 << o.status as u64 != 0 => return Fused::Superseded,
            Weighed::Same => self.said(),
        };
        self.word = STANDING
            | (o.status as u64) << CLAIMED
            | (o.source_kind as u64) << SOURCE_KIND
            | self.word & 3 << BAY_KIND
            | (said | 1 << o.status as u64) << SAID
            | u64::from(o.confidence) << CONFIDENCE
            | at << AT;
        (self.seq, self.source) = (o.seq, o.source.0);
        Fused::Taken
    }

    #[inline]
    fn weigh(&self, o: &Observation, at: u64, holds: bool, stands: bool) -> Weighed {
        let old = self.at().0;
        if self.at().is_never() {
            return Weighed::Newer;
        }
        let passes_by = o.source_kind.passes_by();
        if holds && passes_by != self.source_kind().passes_by() {
            if passes_by && self.claimed() != BayStatus::Unknown {
                return Weighed::Outranked;
            }
            if !passes_by && stands && o.status != BayStatus::Unknown {
                return Weighed::Newer;
            }
        }
        match at.cmp(&old) {
            Ordering::Greater => Weighed::Newer,
            Ordering::Less => Weighed::Older,
            Ordering::Equal => match (o.source.0.cmp(&self.source), o.seq.cmp(&self.seq)) {
                (Ordering::Equal, Ordering::Equal) => Weighed::Same,
                (Ordering::Greater, _) | (Ordering::Equal, Ordering::Greater) => Weighed::Newer,
                (Ordering::Less, _) | (Ordering::Equal, Ordering::Less) => Weighed::Older,
            },
        }
    }

    /// The states said with its time, number and source, a bit each. What was saved before these
    /// were kept says its own alone.
    const fn said(&self) -> u64 {
        self.word >> SAID & 0xf | 1 << (self.word >> CLAIMED & 3)
    }

    /// Whether its source's word still counts.
    #[inline]
    #[must_use]
    pub const fn standing(&self) -> bool {
        self.word & STANDING != 0
    }

    /// The source has gone silent: what it claimed is no longer held true.
    pub const fn lapse(&mut self) {
        self.word &= !STANDING;
    }

    #[inline]
    #[must_use]
    pub const fn claimed(&self) -> BayStatus {
        BayStatus::from_bits(self.word >> CLAIMED)
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
        Millis(self.word >> AT)
    }

    #[inline]
    #[must_use]
    pub fn kind(&self) -> BayKind {
        BayKind::from_u8((self.word >> BAY_KIND & 3) as u8).unwrap_or(BayKind::Car)
    }

    #[inline]
    #[must_use]
    pub const fn source(&self) -> SourceIx {
        SourceIx(self.source)
    }

    #[inline]
    #[must_use]
    pub const fn source_kind(&self) -> SourceKind {
        SourceKind::from_bits(self.word >> SOURCE_KIND)
    }

    /// Of what kind of source, of which, and of when its word is.
    #[inline]
    #[must_use]
    pub const fn word(&self) -> (SourceKind, SourceIx, Millis) {
        (self.source_kind(), self.source(), self.at())
    }

    #[inline]
    #[must_use]
    pub const fn zone(&self) -> ZoneIx {
        ZoneIx(self.zone)
    }

    #[inline]
    #[must_use]
    pub fn view(&self, bay: BayIx) -> BayView {
        BayView {
            bay,
            zone: self.zone(),
            kind: self.kind(),
            status: self.status(),
            claimed: self.claimed(),
            confidence: (self.word >> CONFIDENCE & 0xff) as u8,
            source_kind: self.source_kind(),
            observed_at: self.at(),
        }
    }
}

#[cfg(test)]
mod tests;
