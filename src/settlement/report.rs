//! A report as settlement holds it: 24 bytes, in order of bay, then time, then whatever breaks a
//! tie.

use crate::domain::{BayStatus, Observation, SourceIx, SourceKind};
use bytemuck::{Pod, Zeroable};

/// Confidence from which on a report of a vehicle, or of none, counts: 0.8 in 1/255. What is less
/// sure changes nothing (hysteresis: counting each crossing of one half would count flicker as
/// visits).
pub const SURE: u8 = 204;

/// One report of one bay. `bay` is an index while it waits in memory, a stable number where it is
/// kept on disk.
///
/// `word`, from the low bits: confidence 8 | status 2 | source kind 2 | shard 8 | at 44. The shard
/// is there only while it waits, and is no part of what the report says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Report {
    word: u64,
    seq: u64,
    /// Source in the low half, bay in the high. Whole words, as they are written and read one right
    /// after the other: reading at once what was written in two parts makes the processor wait for
    /// all writes before.
    who: u64,
}

const STATUS: u32 = 8;
const KIND: u32 = 10;
const SHARD: u32 = 12;
const AT: u32 = 20;
const NO_SHARD: u64 = !(0xff << SHARD);

impl Report {
    /// `None` for one that is not sure enough to settle anything.
    #[inline]
    #[must_use]
    pub fn new(o: &Observation) -> Option<Self> {
        let sure =
            o.confidence >= SURE || !matches!(o.status, BayStatus::Occupied | BayStatus::Vacant);
        let word = u64::from(o.confidence)
            | (o.status as u64) << STATUS
            | (o.source_kind as u64) << KIND
            | o.at.0.min((1 << 44) - 1) << AT;
        sure.then_some(Self {
            word,
            seq: o.seq,
            who: u64::from(o.source.0) | u64::from(o.bay.0) << 32,
        })
    }

    /// The same of a bay by another name: its number, or its index.
    #[inline]
    #[must_use]
    pub const fn of(self, bay: u32) -> Self {
        Self {
            word: self.word & NO_SHARD,
            seq: self.seq,
            who: self.who & 0xffff_ffff | (bay as u64) << 32,
        }
    }

    #[inline]
    #[must_use]
    pub const fn bay(&self) -> u32 {
        (self.who >> 32) as u32
    }

    /// The same, on its way to a shard.
    #[inline]
    #[must_use]
    pub const fn in_shard(self, shard: u32) -> Self {
        Self {
            word: self.word & NO_SHARD | (shard as u64 & 0xff) << SHARD,
            ..self
        }
    }

    /// The shard it is on its way to.
    #[inline]
    #[must_use]
    pub const fn shard(&self) -> u32 {
        (self.word >> SHARD & 0xff) as u32
    }

    /// ms since 1970.
    #[inline]
    #[must_use]
    pub const fn at(&self) -> u64 {
        self.word >> AT
    }

    #[inline]
    #[must_use]
    pub const fn status(&self) -> BayStatus {
        BayStatus::from_bits(self.word >> STATUS)
    }

    #[inline]
    #[must_use]
    pub const fn kind(&self) -> SourceKind {
        SourceKind::from_bits(self.word >> KIND)
    }

    #[inline]
    #[must_use]
    pub const fn source(&self) -> SourceIx {
        SourceIx(self.who as u32)
    }

    /// Bay and time: of two with the same, only the greater [`Report::rank`] counts.
    #[inline]
    #[must_use]
    pub const fn place(&self) -> u128 {
        (self.bay() as u128) << 64 | self.at() as u128
    }

    /// What breaks a tie of bay and time.
    #[inline]
    #[must_use]
    pub const fn rank(&self) -> (u64, u32, u64) {
        (self.seq, self.who as u32, self.word & NO_SHARD)
    }
}

/// Orders reports by bay and time, and leaves one of each: the greatest of those that say something
/// of the same bay at the same time.
pub fn order(reports: &mut Vec<Report>) {
    reports.sort_unstable_by_key(Report::place);
    reports.dedup_by(|next, kept| {
        let same = next.place() == kept.place();
        if same && next.rank() > kept.rank() {
            *kept = *next;
        }
        same
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BayIx, Millis};

    fn seen(at: u64, seq: u64, status: BayStatus, confidence: u8) -> Observation {
        let bay = BayIx(3);
        let source = SourceIx(7);
        let source_kind = SourceKind::App;
        Observation {
            at: Millis(at),
            seq,
            bay,
            source,
            source_kind,
            status,
            confidence,
        }
    }

    #[test]
    fn what_is_not_sure_settles_nothing_but_unknown_and_closed_are_taken_at_their_word() {
        use BayStatus::{Closed, Occupied, Unknown, Vacant};
        for (status, confidence, counts) in [
            (Occupied, 204, true),
            (Occupied, 203, false),
            (Vacant, 203, false),
            (Closed, 0, true),
            (Unknown, 0, true),
        ] {
            assert_eq!(
                Report::new(&seen(5, 0, status, confidence)).is_some(),
                counts,
                "{status} {confidence}"
            );
        }
        let r = Report::new(&seen(Millis::MAX.0, 9, Vacant, 255)).unwrap();
        assert_eq!(
            (r.at(), r.status(), r.kind(), r.source()),
            (Millis::MAX.0, Vacant, SourceKind::App, SourceIx(7))
        );
    }

    #[test]
    fn of_reports_of_one_time_the_greatest_is_left() {
        let one = |at, seq| Report::new(&seen(at, seq, BayStatus::Vacant, 255)).unwrap();
        let mut all = vec![one(2, 0), one(1, 5), one(1, 6), one(1, 6), one(1, 4)];
        order(&mut all);
        assert_eq!(all, [one(1, 6), one(2, 0)]);
    }
}
