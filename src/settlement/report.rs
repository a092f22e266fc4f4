//! A report as settlement holds it: 24 bytes, in order of bay, then time, then whatever breaks a
//! tie.

use crate::domain::observation::SURE;
use crate::domain::{BayStatus, Millis, Observation, SourceIx, SourceKind};
use bytemuck::{Pod, Zeroable};
use std::cmp::Ordering;

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
    /// `None` for one that is not sure enough to settle anything. It counts as of `at`: its own
    /// time, or when it came in if that is ahead.
    #[inline]
    #[must_use]
    pub fn new(o: &Observation, at: Millis) -> Option<Self> {
        // Nobody vouches for an app's unsure word, whatever it says.
        let sure = o.confidence >= SURE
            || o.source_kind != SourceKind::App
                && !matches!(o.status, BayStatus::Occupied | BayStatus::Vacant);
        let word = u64::from(o.confidence)
            | (o.status as u64) << STATUS
            | (o.source_kind as u64) << KIND
            | at.0.min((1 << 44) - 1) << AT;
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

    /// Bay and time: of several with the same one counts, see [`order`].
    #[inline]
    #[must_use]
    pub const fn place(&self) -> u128 {
        (self.bay() as u128) << 64 | self.at() as u128
    }

    /// What breaks a tie of bay and time: who watches before who passes by, then the source, then
    /// its own number.
    const fn rank(&self) -> (bool, u32, u64) {
        (!self.kind().passes_by(), self.who as u32, self.seq)
    }
}

/// Orders reports, which are in the order they came in, by bay and time, and leaves one of each: of
/// those of the same bay and time the greatest `rank`; of the same rank the last that says
/// something new. A state that was said before with the same rank is a copy and changes nothing.
pub fn order(reports: &mut Vec<Report>) {
    reports.sort_by_key(Report::place);
    // The states said with the rank of the one that is kept, a bit each.
    let mut said = 0_u8;
    let mut of = u128::MAX;
    reports.dedup_by(|next, kept| {
        if next.place() != kept.place() {
            return false;
        }
        if of != kept.place() {
            (of, said) = (kept.place(), 1 << kept.status() as u8);
        }
        let state = 1 << next.status() as u8;
        match next.rank().cmp(&kept.rank()) {
            Ordering::Less => {}
            Ordering::Greater => (*kept, said) = (*next, state),
            Ordering::Equal if said & state != 0 => {}
            Ordering::Equal => (*kept, said) = (*next, said | state),
        }
        true
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Backing, BayIx};

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
            backing: Backing::default(),
        }
    }

    #[test]
    fn what_is_not_sure_settles_nothing_but_unknown_and_closed_are_taken_at_their_word() {
        use BayStatus::{Closed, Occupied, Unknown, Vacant};
        for (status, confidence, counts) in [
            (Occupied, 204, true),
            (Occupied, 203, false),
            (Vacant, 203, false),
            (Closed, 204, true),
            (Closed, 203, false),
            (Unknown, 0, false),
        ] {
            assert_eq!(
                Report::new(&seen(5, 0, status, confidence), Millis(5)).is_some(),
                counts,
                "{status} {confidence}"
            );
        }
        let r = Report::new(&seen(Millis::MAX.0, 9, Vacant, 255), Millis::MAX).unwrap();
        assert_eq!(
            (r.at(), r.status(), r.kind(), r.source()),
            (Millis::MAX.0, Vacant, SourceKind::App, SourceIx(7))
        );
    }

    #[test]
    fn a_watchers_unknown_and_closed_are_taken_at_their_word_and_a_time_ahead_is_cut() {
        let watched = Observation {
            source_kind: SourceKind::Sensor,
            ..seen(90, 0, BayStatus::Closed, 0)
        };
        assert_eq!(Report::new(&watched, Millis(7)).unwrap().at(), 7);
        let unsure = Observation {
            status: BayStatus::Vacant,
            ..watched
        };
        assert!(Report::new(&unsure, Millis(7)).is_none());
    }

    fn one(at: u64, seq: u64, status: BayStatus) -> Report {
        Report::new(&seen(at, seq, status, 255), Millis(at)).unwrap()
    }

    fn left(mut all: Vec<Report>) -> Vec<Report> {
        order(&mut all);
        all
    }

    #[test]
    fn of_reports_of_one_time_one_is_left_by_rank() {
        use BayStatus::{Occupied, Vacant};
        let v = |at, seq| one(at, seq, Vacant);
        let all = vec![v(2, 0), v(1, 5), v(1, 6), v(1, 6), v(1, 4)];
        assert_eq!(left(all), [v(1, 6), v(2, 0)]);
        let of = |kind, source, seq| {
            let o = Observation {
                source: SourceIx(source),
                source_kind: kind,
                ..seen(1, seq, Occupied, 255)
            };
            Report::new(&o, Millis(1)).unwrap()
        };
        let sensor = of(SourceKind::Sensor, 1, 5);
        let app = of(SourceKind::App, 9, u64::MAX);
        assert_eq!(left(vec![sensor, app]), [sensor]);
        assert_eq!(left(vec![app, sensor]), [sensor]);
        // A number is compared within one source only.
        let other = of(SourceKind::Sensor, 2, 0);
        assert_eq!(left(vec![other, sensor]), [other]);
    }

    #[test]
    fn of_words_of_one_moment_and_number_the_last_counts_and_copies_change_nothing() {
        use BayStatus::{Closed, Occupied, Vacant};
        for (said, want) in [
            (vec![Vacant, Occupied], Occupied),
            (vec![Vacant, Occupied, Vacant, Occupied], Occupied),
            (vec![Vacant, Vacant, Occupied, Closed, Occupied], Closed),
        ] {
            let all = said.iter().map(|s| one(1, 5, *s)).collect();
            assert_eq!(left(all), [one(1, 5, want)], "{said:?}");
        }
        // Another moment of the same bay is told apart.
        let all = vec![
            one(1, 5, Vacant),
            one(1, 5, Occupied),
            one(2, 5, Vacant),
            one(2, 5, Occupied),
        ];
        assert_eq!(left(all), [one(1, 5, Occupied), one(2, 5, Occupied)]);
    }
}
