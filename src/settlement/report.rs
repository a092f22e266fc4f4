//! A report as settlement holds it: 24 bytes, in order of bay, then time, then whatever breaks a
//! tie.

use crate::domain::observation::SURE;
use crate::domain::{BayStatus, Millis, Observation, SourceIx, SourceKind};
use bytemuck::{Pod, Zeroable};

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
    /// `None` for one that settles nothing: it is not sure enough, or an app's that neither an
    /// admin nor any sensor stands behind. It counts as of `at`: its own time, or when it came in
    /// if that is ahead.
    #[inline]
    #[must_use]
    pub fn new(o: &Observation, at: Millis) -> Option<Self> {
        let o = &o.as_weighed();
        let sure = o.confidence >= SURE;
        // Nobody vouches for an app's unsure word, whatever it says.
        let counts = match o.source_kind {
            SourceKind::App => sure && o.backing.settles(),
            _ => sure || !matches!(o.status, BayStatus::Occupied | BayStatus::Vacant),
        };
        let word = u64::from(o.confidence)
            | (o.status as u64) << STATUS
            | (o.source_kind as u64) << KIND
            | at.0.min((1 << 44) - 1) << AT;
        counts.then_some(Self {
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

    /// Whose turn it is to say what the bay is: who watches goes before who has booked, and that
    /// one before who passes by.
    #[inline]
    #[must_use]
    pub const fn precedence(&self) -> Precedence {
        Precedence::of(self.kind())
    }

    /// What breaks a tie of bay, time and precedence: the source, then its own number.
    const fn rank(&self) -> (u32, u64) {
        (self.who as u32, self.seq)
    }

    /// In which order a walk meets the reports of one instant, so that none of them is told for no
    /// time at all: those that say something before those that end a word, and of these the ones
    /// first that lie beneath.
    const fn turn(&self) -> (bool, i8) {
        let precedence = self.precedence() as i8;
        match self.status() {
            BayStatus::Unknown => (true, -precedence),
            _ => (false, precedence),
        }
    }
}

/// See [`Report::precedence`]. The smaller goes before the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Precedence {
    Watching = 0,
    Booked = 1,
    PassingBy = 2,
}

impl Precedence {
    #[inline]
    #[must_use]
    pub const fn of(kind: SourceKind) -> Self {
        match kind {
            SourceKind::Sensor | SourceKind::Gate => Self::Watching,
            SourceKind::Booking => Self::Booked,
            SourceKind::App => Self::PassingBy,
        }
    }
}

/// Orders reports, which are in the order they came in, by bay, time and precedence. Of one bay,
/// time and precedence only those of the greatest `rank` are left, and of these the first that says each
/// state: a state that was said before with the same rank is a copy and changes nothing. The last
/// one left stands; the others are left so that a copy of them that comes later is known for one.
pub fn order(reports: &mut Vec<Report>) {
    let spot = |r: &Report| (r.place(), r.precedence());
    reports.sort_by_key(|r| (r.place(), r.precedence(), r.rank()));
    let mut from = 0;
    let mut left = 0;
    while from < reports.len() {
        let same = |r: &&Report| spot(r) == spot(&reports[from]);
        let end = from + reports[from..].iter().take_while(same).count();
        let greatest = reports[end - 1].rank();
        // A bit for each state.
        let mut said = 0_u8;
        for at in from..end {
            let r = reports[at];
            let state = 1 << r.status() as u8;
            if r.rank() == greatest && said & state == 0 {
                said |= state;
                reports[left] = r;
                left += 1;
            }
        }
        from = end;
    }
    reports.truncate(left);
}

/// Hands over those of ordered reports that stand, in the order in which a walk meets them.
pub fn standing<'r>(ordered: &'r [Report], mut take: impl FnMut(&'r Report)) {
    for instant in ordered.chunk_by(|a, b| a.place() == b.place()) {
        if let [one] = instant {
            take(one);
            continue;
        }
        let of_each = instant.chunk_by(|a, b| a.precedence() == b.precedence());
        let mut last: Vec<&Report> = of_each.filter_map(<[Report]>::last).collect();
        last.sort_by_key(|r| r.turn());
        last.into_iter().for_each(&mut take);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Backing, BayIx};
    use proptest::prelude::*;

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
    fn an_apps_word_settles_only_if_its_key_is_trusted_or_its_contributor_proven() {
        let untrusted = Backing::of_key(false, 1);
        for (backing, kind, counts) in [
            (Backing::of_key(true, 1), SourceKind::App, true),
            (untrusted, SourceKind::App, false),
            (
                untrusted.of_contributor(3, 40, false),
                SourceKind::App,
                false,
            ),
            (untrusted.of_contributor(3, 0, true), SourceKind::App, true),
            (untrusted, SourceKind::Sensor, true),
        ] {
            let o = Observation {
                backing,
                source_kind: kind,
                ..seen(5, 0, BayStatus::Vacant, 255)
            };
            let settles = Report::new(&o, Millis(5)).is_some();
            assert_eq!(settles, counts, "{backing:?} {kind:?}");
        }
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

    /// What stands.
    fn left(mut all: Vec<Report>) -> Vec<Report> {
        order(&mut all);
        let mut left = Vec::new();
        standing(&all, |r| left.push(*r));
        left
    }

    fn of(kind: SourceKind, source: u32, seq: u64, status: BayStatus) -> Report {
        let o = Observation {
            source: SourceIx(source),
            source_kind: kind,
            ..seen(1, seq, status, 255)
        };
        Report::new(&o, Millis(1)).unwrap()
    }

    #[test]
    fn of_reports_of_one_time_and_standing_one_stands_by_source_and_number() {
        use BayStatus::{Occupied, Vacant};
        let v = |at, seq| one(at, seq, Vacant);
        let all = vec![v(2, 0), v(1, 5), v(1, 6), v(1, 6), v(1, 4)];
        assert_eq!(left(all), [v(1, 6), v(2, 0)]);
        // A number is compared within one source only, and a gate watches as a sensor does.
        let sensor = of(SourceKind::Sensor, 1, 5, Occupied);
        let other = of(SourceKind::Gate, 2, 0, Occupied);
        assert_eq!(left(vec![other, sensor]), [other]);
        assert_eq!(left(vec![sensor, other]), [other]);
    }

    #[test]
    fn reports_of_one_time_are_met_so_that_none_is_told_for_no_time_at_all() {
        use BayStatus::{Occupied, Unknown, Vacant};
        use Precedence::{Booked, PassingBy, Watching};
        let all = |said: [BayStatus; 3]| {
            let kinds = [SourceKind::Sensor, SourceKind::Booking, SourceKind::App];
            let of = |(kind, status)| of(kind, 1, 0, status);
            kinds.into_iter().zip(said).map(of).collect::<Vec<_>>()
        };
        for (said, want) in [
            ([Vacant, Occupied, Vacant], [Watching, Booked, PassingBy]),
            ([Unknown, Occupied, Vacant], [Booked, PassingBy, Watching]),
            ([Vacant, Unknown, Vacant], [Watching, PassingBy, Booked]),
            ([Unknown, Unknown, Vacant], [PassingBy, Booked, Watching]),
        ] {
            let met: Vec<_> = left(all(said)).iter().map(Report::precedence).collect();
            assert_eq!(met, want, "{said:?}");
        }
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

    proptest! {
        #[test]
        fn to_order_what_was_ordered_with_what_came_after_is_to_order_all_at_once(
            said in prop::collection::vec((1..3_u64, 0..4_u64, 0..2_u32, 0..2_u64, 0..4_u64), 0..12),
            late in 0..12_usize,
        ) {
            let of = |(at, kind, source, seq, status)| {
                let o = Observation {
                    source: SourceIx(source),
                    source_kind: SourceKind::from_bits(kind),
                    ..seen(at, seq, BayStatus::from_bits(status), 255)
                };
                Report::new(&o, o.at).unwrap()
            };
            let mut at_once: Vec<Report> = said.into_iter().map(of).collect();
            let mut in_parts = at_once.clone();
            let after = in_parts.split_off(late.min(in_parts.len()));
            order(&mut in_parts);
            in_parts.extend(after);
            order(&mut in_parts);
            order(&mut at_once);
            prop_assert_eq!(in_parts, at_once);
        }
    }
}
