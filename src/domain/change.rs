//! What the stream tells the read model: the state of a bay, the tally of a zone.

use super::{
    BayIx, BayKind, BayStatus, BaySubset, DoubtedBays, KindSet, Millis, SourceKind, Suspect,
    WordsMoved, ZoneIx,
};
use std::sync::Arc;

/// What is held true of one bay right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BayView {
    pub bay: BayIx,
    pub zone: ZoneIx,
    pub kind: BayKind,
    /// What may be served: `Unknown` when the claim has gone stale.
    pub status: BayStatus,
    /// What was last claimed, stale or not.
    pub claimed: BayStatus,
    /// In 1/255, of `claimed`.
    pub confidence: u8,
    /// Whether who claims it said to be sure enough for it to be more than a hint.
    pub sure: bool,
    pub source_kind: SourceKind,
    /// When it was observed; [`Millis::NEVER`] for a bay nobody has reported.
    pub observed_at: Millis,
}

/// What apps say of a bay, in sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppEvidence {
    /// When it was summed up.
    pub at: Millis,
    /// Log-odds of *occupied*, in 1/1,024 nat.
    pub log_odds: i16,
    /// Reports since it began; 255 and more.
    pub reports: u8,
    /// Contributors: at least so many.
    pub contributors: u8,
    /// Partners whose reports still count.
    pub partners: u8,
}

/// What a count of a whole zone says of each of its bays that nobody watches, beside all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountEvidence {
    /// When it was counted.
    pub at: Millis,
    /// Log-odds of *occupied*, in 1/1,024 nat; not 0.
    pub log_odds: i16,
}

/// How many bays are vacant, as a belief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The expected number of vacant bays, in 1/256.
    pub vacant: u32,
    /// Its standard deviation, in 1/256.
    pub spread: u32,
}

impl Expected {
    /// The tenth and ninetieth percentile of a normal distribution, in standard deviations.
    const TENTH: f64 = 1.2816;

    /// Of the mean and the variance of a sum of independent bays; neither is below 0.
    #[must_use]
    pub fn of(mean: f64, variance: f64) -> Self {
        let units = |bays: f64| (bays.max(0.0) * 256.0).round() as u32;
        Self {
            vacant: units(mean),
            spread: units(variance.max(0.0).sqrt()),
        }
    }

    /// The expected number, and between which whole numbers it lies four times in five; of `most`
    /// bays.
    ///
    /// The normal approximation, rounded to the nearest bay. In a small zone both ends are numbers
    /// that occur often, so the interval holds somewhat more often than that; rounded outwards it
    /// would hold nearly always.
    #[must_use]
    pub fn range(self, most: u32) -> (f64, u32, u32) {
        let most = f64::from(most);
        let mean = (f64::from(self.vacant) / 256.0).min(most);
        let off = Self::TENTH * f64::from(self.spread) / 256.0;
        let nearest = |bays: f64| bays.round().clamp(0.0, most) as u32;
        (mean, nearest(mean - off), nearest(mean + off))
    }
}

/// The whole of a zone: its buckets sum to `capacity`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZoneTally {
    pub vacant: [u32; BayKind::COUNT],
    pub occupied: u32,
    pub unknown: u32,
    pub closed: u32,
    /// Seen vacant, but kept for who has booked them: no bay of these is in `vacant`. The stream
    /// knows no bookings and leaves it 0; the read model puts it in for who is told what may be
    /// had.
    pub reserved: u32,
    pub capacity: u32,
    /// Of those, by kind.
    pub capacity_by_kind: [u32; BayKind::COUNT],
    /// Accessible bays among them, and those of these that may be had: what the read model puts in,
    /// as with `reserved`.
    pub accessible: u32,
    pub accessible_vacant: u32,
    /// Kinds of which a count that stands says how many are vacant.
    pub counted: KindSet,
    /// Kinds that somebody has counted and not withdrawn, whether that still stands or not.
    pub ever_counted: KindSet,
    /// Kinds that a count which stands says are closed.
    pub closed_kinds: KindSet,
    /// Kinds of which somebody counts bays and nobody says how many there are: their capacity is
    /// what was counted, and no share can be told.
    pub unsized_kinds: KindSet,
    /// What a count that stands says of some bays, in the order of [`BaySubset::ALL`]: vacant, of so
    /// many.
    pub subsets: [Option<(u32, u32)>; BaySubset::COUNT],
    /// The newest observation any of its sources made; [`Millis::NEVER`] where there was none.
    pub observed_at: Millis,
    /// No source has a word that still stands: every bay counts as unknown.
    pub stale: bool,
    /// `None` where nothing is known.
    pub expected: Option<Expected>,
}

impl ZoneTally {
    /// Whether to tell how many of that kind are vacant, of a zone with bays of `kinds` (bit `k` is
    /// set for kind `k`): of those kinds, and of any that is counted. Of what was once counted too:
    /// all of that reads as 0 in a zone that is stale, and says so.
    #[must_use]
    pub const fn tells(&self, kind: BayKind, kinds: u8) -> bool {
        let has = kinds & 1 << kind as u8 != 0;
        has || self.counted.has(kind) || self.stale && self.ever_counted.has(kind)
    }

    /// The bays of which something is known that are not closed. A bay that waits for who has booked
    /// it is one of them.
    fn known(&self) -> u32 {
        self.vacant.iter().sum::<u32>() + self.reserved + self.occupied
    }

    /// Of the bays in service the share of which something is known, 0..=1; `None` while none is in
    /// service, or where nobody says of how many bays.
    #[must_use]
    pub fn known_fraction(&self) -> Option<f64> {
        let in_service = self.capacity.saturating_sub(self.closed);
        let told = in_service > 0 && self.unsized_kinds.is_empty();
        told.then(|| f64::from(self.known().min(in_service)) / f64::from(in_service))
    }

    /// Whether all that there is of it is closed.
    #[must_use]
    pub const fn is_shut(&self) -> bool {
        self.capacity > 0 && self.closed >= self.capacity
    }

    /// Share of the known, open bays that are taken, 0..=1; `None` while nothing is known, or where
    /// nobody says of how many bays. A bay that waits for who has booked it is not taken yet.
    #[must_use]
    pub fn occupancy(&self) -> Option<f64> {
        let known = self.known();
        let told = known > 0 && self.unsized_kinds.is_empty();
        told.then(|| f64::from(self.occupied) / f64::from(known))
    }
}

/// The read model as the stream sees it. Calls come from the one worker that owns the zone, so two
/// calls never race on the same zone or bay; readers look on at any time. Must not block.
pub trait ReadModel: Send + Sync {
    fn bays(&self, views: &[BayView]);
    fn zones(&self, tallies: &[(ZoneIx, ZoneTally)]);
    /// Evidence of apps, for the few bays that have any; `None` where there is none any more.
    fn apps(&self, _evidence: &[(BayIx, Option<AppEvidence>)]) {}
    /// Evidence of counts, by zone and kind of bay; `None` where there is none any more.
    fn counts(&self, _evidence: &[(ZoneIx, BayKind, Option<CountEvidence>)]) {}
    /// Sources that are suspected at single bays, as far as that is news.
    fn suspects(&self, _news: &[Suspect]) {}
    /// Bays whose sensors people say are wrong: asked for once a round.
    fn doubted(&self) -> Arc<DoubtedBays> {
        Arc::default()
    }
    /// On how many bays sources have the word, as far as that is news. Several workers may tell of
    /// one source.
    fn words(&self, _moved: &[WordsMoved]) {}
    /// What is usual for the bays of some zones from now on: log-odds of *occupied*, in 1/1,024 nat.
    fn usual(&self, _zones: &[(ZoneIx, i16)]) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::long::cases;
    use proptest::prelude::*;

    /// Bays that are vacant with `p` each.
    fn alike(bays: u32, p: f64) -> Expected {
        let bays = f64::from(bays);
        Expected::of(bays * p, bays * p * (1.0 - p))
    }

    /// How often the number of vacant bays lies within the range, by the binomial law.
    fn held(bays: u32, p: f64) -> f64 {
        let (_, low, high) = alike(bays, p).range(bays);
        let mut chance = (1.0 - p).powi(bays as i32);
        let mut within = 0.0;
        for vacant in 0..=bays {
            if (low..=high).contains(&vacant) {
                within += chance;
            }
            chance *= f64::from(bays - vacant) / f64::from(vacant + 1) * p / (1.0 - p);
        }
        within
    }

    #[test]
    fn a_range_holds_four_of_five_times_and_little_more_in_a_small_zone() {
        assert_eq!(alike(20, 0.3).range(20), (6.0, 3, 9));
        for (bays, most) in [(20, 0.96), (100, 0.88), (400, 0.85)] {
            for p in [0.1, 0.3, 0.5, 0.8] {
                let within = held(bays, p);
                assert!((0.8..most).contains(&within), "{bays} bays, {p}: {within}");
            }
        }
    }

    #[test]
    fn what_is_certain_has_no_range() {
        assert_eq!(Expected::of(2.0, 0.0).range(3), (2.0, 2, 2));
        assert_eq!(Expected::of(-1.0, -1.0).range(3), (0.0, 0, 0));
        assert_eq!(Expected::of(9.0, 4.0).range(3), (3.0, 0, 3));
    }

    #[test]
    fn an_occupancy_comes_with_the_share_of_bays_that_it_is_of() {
        let of = |vacant, reserved, occupied, unknown, closed| ZoneTally {
            vacant: [vacant, 0, 0, 0],
            reserved,
            occupied,
            unknown,
            closed,
            capacity: vacant + reserved + occupied + unknown + closed,
            ..ZoneTally::default()
        };
        for (tally, occupancy, known) in [
            (of(0, 0, 1, 392, 0), Some(1.0), Some(1.0 / 393.0)),
            (of(2, 1, 1, 0, 0), Some(0.25), Some(1.0)),
            (of(0, 0, 2, 2, 96), Some(1.0), Some(0.5)),
            (of(0, 0, 0, 4, 0), None, Some(0.0)),
            (of(0, 0, 0, 0, 4), None, None),
        ] {
            let told = (tally.occupancy(), tally.known_fraction());
            assert_eq!(told, (occupancy, known), "{tally:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(cases(500)))]

        #[test]
        fn a_range_lies_around_its_mean_and_within_the_zone(
            mean in 0.0..3000.0f64,
            variance in 0.0..9000.0f64,
            most in 0..3000u32,
        ) {
            let (mean, low, high) = Expected::of(mean, variance).range(most);
            prop_assert!(low <= mean.round() as u32 && mean.round() as u32 <= high && high <= most);
        }
    }
}
