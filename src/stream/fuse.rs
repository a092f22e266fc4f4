//! What is held of one bay, in 24 bytes: the word of the highest rank that ever spoke of it. Pure.
//!
//! Words of lower ranks lie beside it, in [`super::passing`], while they stand; so nothing that a
//! passer-by says can take a watcher's word away or let an older copy of it back in, and what it
//! said is there when the watcher falls silent or does not know.
//!
//! Dear: the state of a whole country's bays is read at random, and each cache line counts.

use super::word::Word;
use crate::domain::{BayIx, BayKind, BayStatus, BayView, ZoneIx};
use bytemuck::{Pod, Zeroable};

/// State of one bay. All zeroes: a bay nobody has reported.
///
/// `place`, from the low bits: zone 22 | words of lower ranks lie beside 1 | apps' evidence lies
/// beside 1 | how certain what is told of it was shown to be 8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct BayState {
    pub(super) word: Word,
    /// How far the watcher is doubted.
    pub(super) doubt: u32,
    place: u32,
}

/// A bay's state as it lies on disk: with its stable number, and without its zone, which the
/// registry knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct SavedBay {
    pub(super) word: Word,
    pub(super) doubt: u32,
    pub(super) bay: u32,
}

impl SavedBay {
    /// One as it was written before there was a doubt: bits, seq (8 bytes), source, bay.
    pub(super) const fn renew(&mut self) {
        self.word = self.word.by(self.doubt);
        self.doubt = 0;
    }
}

const ZONE: u32 = ZoneIx::MOST as u32 - 1;
const LOWER: u32 = 1 << 22;
const POOLED: u32 = 1 << 23;
const SHOWN: u32 = 24;

impl BayState {
    /// A bay of that kind in that zone, of which nothing is known.
    #[must_use]
    pub fn vacated(zone: ZoneIx, kind: BayKind) -> Self {
        debug_assert!(zone.0 <= ZONE, "the registry takes no more zones");
        Self {
            word: Word::none(kind),
            doubt: 0,
            place: zone.0 & ZONE,
        }
    }

    /// For the disk; `bay` is its stable number.
    pub(super) const fn kept(&self, bay: u32) -> SavedBay {
        SavedBay {
            word: self.word,
            doubt: self.doubt,
            bay,
        }
    }

    /// The inverse.
    pub(super) const fn restored(kept: &SavedBay, zone: ZoneIx) -> Self {
        Self {
            word: kept.word,
            doubt: kept.doubt,
            place: zone.0 & ZONE | (kept.word.confidence() as u32) << SHOWN,
        }
    }

    #[inline]
    #[must_use]
    pub const fn zone(&self) -> ZoneIx {
        ZoneIx(self.place & ZONE)
    }

    /// Whether words of lower ranks may lie beside it.
    #[inline]
    #[must_use]
    pub const fn has_lower(&self) -> bool {
        self.place & LOWER != 0
    }

    pub(super) const fn set_lower(&mut self, there: bool) {
        self.mark(LOWER, there);
    }

    const fn mark(&mut self, flag: u32, there: bool) {
        self.place = if there {
            self.place | flag
        } else {
            self.place & !flag
        };
    }

    /// Whether there is apps' evidence on it.
    #[inline]
    #[must_use]
    pub const fn is_pooled(&self) -> bool {
        self.place & POOLED != 0
    }

    pub(super) const fn set_pooled(&mut self, there: bool) {
        self.mark(POOLED, there);
    }

    /// How certain what is told of it was shown to be, in 1/255.
    #[inline]
    #[must_use]
    pub const fn shown(&self) -> u8 {
        (self.place >> SHOWN) as u8
    }

    #[inline]
    pub(super) const fn show(&mut self, certainty: u8) {
        self.place = self.place & !(0xff << SHOWN) | (certainty as u32) << SHOWN;
    }
}

/// What is told of a bay: a word, and how certain it is, in 1/255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub(super) word: Word,
    pub(super) certainty: u8,
    /// Closed by order, whatever the word says.
    pub(super) is_shut: bool,
}

impl Told {
    #[inline]
    pub(super) const fn of(cell: &BayState) -> Self {
        Self {
            word: cell.word,
            certainty: cell.shown(),
            is_shut: false,
        }
    }

    /// The same of a bay that is closed by order.
    pub(super) const fn shut(self) -> Self {
        Self {
            is_shut: true,
            ..self
        }
    }

    /// What is told to be its state.
    #[inline]
    #[must_use]
    pub const fn status(&self) -> BayStatus {
        if self.is_shut {
            BayStatus::Closed
        } else {
            self.word.status()
        }
    }

    #[inline]
    #[must_use]
    pub fn view(&self, bay: BayIx, zone: ZoneIx) -> BayView {
        BayView {
            bay,
            zone,
            kind: self.word.bay_kind(),
            status: self.status(),
            claimed: self.word.claimed(),
            confidence: self.certainty,
            sure: self.word.is_sure(),
            source_kind: self.word.source_kind(),
            observed_at: self.word.at(),
        }
    }
}
