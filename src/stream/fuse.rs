//! What is held true of one bay, and how a new claim changes it. Pure.
//!
//! Mode `latest`: the claim with the greatest `(at, seq, source)` stands, whatever order claims
//! arrive in, so a replay, a duplicate or a reordering ends in the same state. 24 bytes a bay: the
//! state of a whole country's bays is read at random, and each cache line counts.

use crate::domain::{
    BayIx, BayKind, BayStatus, BayView, Millis, Observation, SourceIx, SourceKind, ZoneIx,
};
use bytemuck::{Pod, Zeroable};

/// What came of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fused {
    /// Something newer is known, or this very claim was: nothing changes.
    Superseded,
    /// It stands now.
    Taken,
}

/// State of one bay. All zeroes: a bay nobody has reported.
///
/// `word`, from the low bits: standing 1 | claimed 2 | source kind 2 | bay kind 2 | (5 spare) |
/// confidence 8 | at 44.
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
const CONFIDENCE: u32 = 12;
const AT: u32 = 20;

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

    /// Fusion mode `latest`.
    #[inline]
    pub fn absorb(&mut self, o: &Observation) -> Fused {
        let new = (o.at, o.seq, o.source);
        let old = (self.at(), self.seq, SourceIx(self.source));
        if new <= old && !self.at().is_never() {
            return Fused::Superseded;
        }
        self.word = STANDING
            | (o.status as u64) << CLAIMED
            | (o.source_kind as u64) << SOURCE_KIND
            | self.word & 3 << BAY_KIND
            | u64::from(o.confidence) << CONFIDENCE
            | o.at.0.min(Millis::MAX.0) << AT;
        (self.seq, self.source) = (o.seq, o.source.0);
        Fused::Taken
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn claim(at: u64, seq: u64, source: u32, status: BayStatus) -> Observation {
        Observation {
            at: Millis(at),
            seq,
            bay: BayIx(0),
            source: SourceIx(source),
            source_kind: SourceKind::App,
            status,
            confidence: 200,
        }
    }

    #[test]
    fn a_cell_keeps_what_it_was_told() {
        let mut c = BayState::vacated(ZoneIx(77), BayKind::Heavy);
        assert_eq!(
            c.absorb(&claim(Millis::MAX.0, u64::MAX, 9, BayStatus::Closed)),
            Fused::Taken
        );
        let v = c.view(BayIx(5));
        assert_eq!(
            (v.zone, v.kind, v.status, v.confidence),
            (ZoneIx(77), BayKind::Heavy, BayStatus::Closed, 200)
        );
        assert_eq!(
            (v.source_kind, v.observed_at, c.source()),
            (SourceKind::App, Millis::MAX, SourceIx(9))
        );
        c.lapse();
        assert_eq!(
            (c.status(), c.claimed()),
            (BayStatus::Unknown, BayStatus::Closed)
        );
        assert_eq!(size_of::<BayState>(), 24);
    }

    #[test]
    fn the_newest_wins_and_the_sequence_breaks_ties() {
        let mut c = BayState::default();
        c.absorb(&claim(10, 5, 1, BayStatus::Vacant));
        assert_eq!(
            c.absorb(&claim(9, 9, 1, BayStatus::Occupied)),
            Fused::Superseded,
            "older"
        );
        assert_eq!(
            c.absorb(&claim(10, 4, 1, BayStatus::Occupied)),
            Fused::Superseded,
            "same time, earlier number"
        );
        assert_eq!(
            c.absorb(&claim(10, 5, 1, BayStatus::Vacant)),
            Fused::Superseded,
            "a duplicate"
        );
        assert_eq!(c.status(), BayStatus::Vacant);
        assert_eq!(
            c.absorb(&claim(10, 6, 1, BayStatus::Occupied)),
            Fused::Taken
        );
        assert_eq!(c.status(), BayStatus::Occupied);
    }

    proptest! {
        #[test]
        fn any_order_and_any_duplication_end_alike(
            claims in prop::collection::vec((1..20u64, 0..3u64, 0..3u32), 1..40),
            order in prop::collection::vec(any::<prop::sample::Index>(), 1..120),
        ) {
            // A claim's status is fixed by its identity, as one sender's report is.
            let all: Vec<_> = claims.iter().map(|&(at, seq, s)| claim(at, seq, s, BayStatus::ALL[((at + seq) as usize + s as usize) % 4])).collect();
            let mut straight = BayState::default();
            let mut shuffled = BayState::default();
            for c in &all { straight.absorb(c); }
            for i in &order { shuffled.absorb(i.get(&all)); }
            for c in all.iter().rev() { shuffled.absorb(c); }
            prop_assert_eq!(straight, shuffled);
        }
    }
}
