//! What a count of a whole zone says of those of its bays that nobody watches, and how far a count
//! is to be trusted.
//!
//! A count is held against what is believed of each bay that it covers ([`Covered`]). What it says
//! beyond their sum moves all of them by one shift of their log-odds; it is to be shown only of bays
//! that nobody watches, the others take part since they may be in error as well. How often a count is
//! itself in error is learnt where all its bays are watched ([`CountError`]).
//!
//! Pure, and integers on every path. Dear: a shift walks over all bays thirteen times.

use super::odds::{self, LogOdds, P_POINT};
use super::rates::Rates;
use super::tables::{self, ONE};

/// A count moves no bay by more than 4 nat.
const MOST: i32 = 4 * LogOdds::NAT as i32;

/// A count is evidence while what the beliefs leave open is so many times the mean square of its
/// error: while it is wrong by less than half of their standard deviation.
const TRUSTED: i64 = 4;

/// A bay, in the unit of expected numbers: 1/65,535.
const BAY: i64 = u16::MAX as i64;

/// From (1/65,535 bay)^2 to 1/256 bay^2, within 3e-5.
const TO_SQUARE: u32 = 24;
/// From 1/65,535 bay to 1/16 bay, whose square is 1/256 bay^2.
const TO_SIDE: u32 = 12;
/// No difference counts as more bays than this.
const MOST_BAYS: i64 = 4096;

/// What beliefs of bays that are independent add up to.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    bays: u32,
    /// The expected number of occupied ones, 1/65,535.
    occupied: i64,
    /// (1/65,535)^2.
    variance: i64,
}

impl Sum {
    fn add(&mut self, odds: LogOdds, bays: u32) {
        let p = i64::from(odds.p_occupied_fine());
        self.bays = self.bays.saturating_add(bays);
        self.occupied += p * i64::from(bays);
        let variance = (p * (BAY - p)).saturating_mul(i64::from(bays));
        self.variance = self.variance.saturating_add(variance);
    }

    /// In 1/256 bay^2.
    const fn square(&self) -> i64 {
        self.variance >> TO_SQUARE
    }
}

/// The bays that a count covers, as they are believed without it.
#[derive(Clone, Debug, Default)]
pub struct Covered {
    odds: Vec<LogOdds>,
    /// Bays that the registry does not list one by one, and what is usual of them.
    unlisted: (u32, LogOdds),
    all: Sum,
    watched: Sum,
    /// Watched bays that are said to be occupied.
    said: u32,
}

impl Covered {
    /// Forgets all; the memory is used again.
    pub fn clear(&mut self) {
        self.odds.clear();
        self.unlisted = Default::default();
        self.all = Sum::default();
        self.watched = Sum::default();
        self.said = 0;
    }

    /// A bay, and the watcher's word of it that stands: whether it is occupied.
    pub fn add(&mut self, odds: LogOdds, watched: Option<bool>) {
        self.odds.push(odds);
        self.all.add(odds, 1);
        if let Some(said) = watched {
            self.watched.add(odds, 1);
            self.said += u32::from(said);
        }
    }

    /// Bays that are counted and not listed one by one, of which only what is usual is known.
    pub fn add_unlisted(&mut self, bays: u32, usual: LogOdds) {
        self.unlisted = (bays, usual);
        self.all.add(usual, bays);
    }

    /// Whether nothing of it is left to be told of: each bay is watched.
    #[must_use]
    pub const fn is_watched(&self) -> bool {
        self.watched.bays == self.all.bays
    }

    /// How many occupied bays the count has that watched bays rule out (below 0: how many they have
    /// that it rules out), 1/16 bay. They are taken at their words or at what is believed of those,
    /// whichever is nearer: sensors of a full car park at night seem stuck, all of them at once.
    fn beyond(&self, occupied: u32) -> i64 {
        let counted = i64::from(occupied) * BAY;
        let open = i64::from(self.all.bays - self.watched.bays) * BAY;
        let said = i64::from(self.said) * BAY;
        let least = said.min(self.watched.occupied);
        let most = said.max(self.watched.occupied) + open;
        let off = counted - counted.clamp(least, most);
        (off >> TO_SIDE).clamp(-16 * MOST_BAYS, 16 * MOST_BAYS)
    }

    /// What a count of so many occupied bays says beyond the sum of the beliefs, 1/65,535 bay. `None`
    /// where it is not good enough to be evidence: where it is wrong by half of what the beliefs leave
    /// open, or says what those who watch rule out.
    ///
    /// A count that may be wrong is not met in full: it and the beliefs share the difference as their
    /// variances are.
    #[must_use]
    pub fn news(&self, occupied: u32, error: CountError) -> Option<i64> {
        let wrong = error.square(self.all.bays);
        let open = self.all.square();
        let beyond = self.beyond(occupied);
        let ruled_out = beyond * beyond > 9 * (self.watched.square() + wrong);
        if TRUSTED * wrong >= open || ruled_out {
            return None;
        }
        let off = i64::from(occupied) * BAY - self.all.occupied;
        let share = i128::from(off) * i128::from(open) / i128::from(open + wrong);
        i64::try_from(share).ok()
    }

    /// By how much each bay's log-odds have to move so that their sum moves by `news` (1/65,535 bay):
    /// one shift for all, at most 4 nat either way.
    #[must_use]
    pub fn shift(&self, news: i64) -> LogOdds {
        // The sum rises with the shift, so the least shift that reaches it is found by halving.
        let wanted = i128::from(self.all.occupied + news) << P_POINT;
        let sum = |shift: i32| -> i128 {
            let p = |odds: LogOdds| {
                let shifted = LogOdds::of_wide(i32::from(odds.0) + shift);
                i128::from(odds::sigmoid(shifted.octaves()))
            };
            let listed: i128 = self.odds.iter().map(|odds| p(*odds)).sum();
            let (bays, usual) = self.unlisted;
            (listed + i128::from(bays) * p(usual)) * i128::from(BAY)
        };
        let mut low = -MOST;
        let mut high = MOST;
        while low < high {
            let middle = (low + high).div_euclid(2);
            if sum(middle) < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        LogOdds::of_wide(low)
    }
}

impl Rates {
    /// What is left of a count's news so many seconds later: cars have come and gone since.
    #[must_use]
    pub fn left(self, news: i64, seconds: u32) -> i64 {
        let kept = tables::exp2(self.fading(seconds));
        (i128::from(news) * i128::from(kept) / i128::from(ONE)) as i64
    }
}

/// How far the counts of one kind of source are off, as learnt in a zone. Default: nothing is learnt
/// yet, and a car in fifty bays is assumed, a quarter of a car at the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountError(u32);

/// The mean square remembers so many counts.
const MEMORY: i64 = 32;
/// What is kept of it, for the disk: 24 bits.
const MOST_SQUARE: i64 = (1 << 24) - 2;

impl CountError {
    /// From the disk; the inverse of [`Self::bits`].
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & 0xff_ffff)
    }

    /// For the disk: 24 bits, 0 while nothing is learnt.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The mean square of the error of counts of so many bays, 1/256 bay^2.
    fn square(self, bays: u32) -> i64 {
        if self.0 > 0 {
            return i64::from(self.0) - 1;
        }
        let bays = i64::from(bays);
        (bays * bays * 256 / (50 * 50)).clamp(16, MOST_SQUARE)
    }

    /// After a count of so many occupied bays. Where all of them are watched, what it is off is the
    /// error of both, and that of the beliefs is known. Where some are not, it shows only that the
    /// count is worse than thought: where it says what those who watch rule out.
    #[must_use]
    pub fn learn(self, covered: &Covered, occupied: u32) -> Self {
        let held = self.square(covered.all.bays);
        let off = covered.beyond(occupied);
        let seen = off * off - covered.watched.square();
        if covered.all.bays == 0 || !covered.is_watched() && seen <= held {
            return self;
        }
        let square = (held + (seen - held) / MEMORY).clamp(0, MOST_SQUARE);
        Self(square as u32 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::long::cases;
    use proptest::prelude::*;

    fn covered(bays: impl IntoIterator<Item = (LogOdds, Option<bool>)>) -> Covered {
        let mut all = Covered::default();
        for (odds, watched) in bays {
            all.add(odds, watched);
        }
        all
    }

    /// In bays.
    fn sum(bays: &[LogOdds], shift: LogOdds) -> f64 {
        let p = |b: &LogOdds| {
            let shifted = LogOdds::of_wide(i32::from(b.0) + i32::from(shift.0));
            f64::from(shifted.p_occupied_fine())
        };
        bays.iter().map(p).sum::<f64>() / 65_535.0
    }

    /// Whose error has that mean square, in bays^2.
    fn off_by(square: f64) -> CountError {
        CountError::from_bits((square * 256.0) as u32 + 1)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(cases(500)))]

        #[test]
        fn shifted_bays_add_up_to_the_count_as_far_as_they_may(
            bays in prop::collection::vec((-4000..4000i16).prop_map(LogOdds), 0..200),
            unlisted in 0..40u32,
            share in 0..110u32,
        ) {
            let usual = Rates::default().usual();
            let mut all = covered(bays.iter().map(|b| (*b, None)));
            all.add_unlisted(unlisted, usual);
            let mut bays = bays;
            bays.extend(std::iter::repeat_n(usual, unlisted as usize));
            let occupied = bays.len() as u32 * share / 100;
            let news = i64::from(occupied) * BAY - all.all.occupied;
            let shift = all.shift(news);
            prop_assert!(i32::from(shift.0).abs() <= MOST);
            let off = sum(&bays, shift) - f64::from(occupied);
            // A unit of the shift moves the sum by a quarter of a thousandth of a bay each.
            let precise = off.abs() <= 0.001 * bays.len() as f64;
            let end = i32::from(shift.0) == if off < 0.0 { MOST } else { -MOST };
            prop_assert!(precise || end, "{} is {} off by {:?}", occupied, off, shift);
            prop_assert!(all.shift(news + BAY) >= shift, "a higher count moves no less");
        }

        #[test]
        fn no_count_and_no_learnt_error_is_too_odd(
            bays in prop::collection::vec((any::<i16>().prop_map(LogOdds), any::<Option<bool>>()), 0..30),
            unlisted in prop_oneof![Just(0), any::<u32>()],
            occupied in any::<u32>(),
            bits in any::<u32>(),
        ) {
            let mut all = covered(bays);
            all.add_unlisted(unlisted, Rates::default().usual());
            let error = CountError::from_bits(bits).learn(&all, occupied);
            prop_assert_eq!(CountError::from_bits(error.bits()), error);
            if let Some(news) = all.news(occupied, error) {
                let later = Rates::default().left(news, bits);
                prop_assert!(later.abs() <= news.abs());
                prop_assert!(i32::from(all.shift(later).0).abs() <= MOST);
            }
        }
    }

    #[test]
    fn a_count_that_fits_moves_nothing_and_one_that_does_not_moves_all_alike() {
        let even = covered([(LogOdds(0), None); 10]);
        let shift = |occupied| even.shift(even.news(occupied, off_by(0.0)).unwrap()).0;
        assert!(shift(5).abs() <= 1);
        assert_eq!((shift(10), shift(0)), (4 * LogOdds::NAT, -4 * LogOdds::NAT));
        assert!(shift(7) > 800 && shift(7) == -shift(3) + 1, "{}", shift(7));
        // One that may be wrong by a car is met as far as it is likely to be right.
        let unsure = even.news(7, off_by(0.5)).unwrap();
        let cars = unsure as f64 / BAY as f64;
        assert!((cars - 2.0 * 2.5 / 3.0).abs() < 0.01, "{cars}");
    }

    #[test]
    fn a_count_as_unsure_as_half_of_what_is_open_is_no_evidence() {
        // Ten bays that nobody knows anything of: 2.5 bays^2 are open.
        let even = covered([(LogOdds(0), None); 10]);
        assert!(even.news(7, off_by(0.6)).is_some());
        assert_eq!(even.news(7, off_by(0.64)), None);
    }

    #[test]
    fn a_count_that_watched_bays_rule_out_is_no_evidence_and_is_trusted_less_from_then_on() {
        let taken = LogOdds(4 * LogOdds::NAT);
        let mut zone = covered([(taken, Some(true)); 10]);
        zone.add_unlisted(10, LogOdds(0));
        let new = CountError::default();
        assert!(zone.news(9, new).is_some(), "one may be an error");
        assert_eq!(zone.news(3, new), None, "ten are taken");
        assert!(zone.news(20, new).is_some());
        assert_eq!(new.learn(&zone, 14), new, "nothing is known of it");
        let after = (0..8).fold(new, |error, _| error.learn(&zone, 3));
        assert!(after.square(20) > 8 * 256, "{after:?}");
        assert_eq!(zone.news(14, after), None);
    }

    #[test]
    fn an_error_is_learnt_where_all_bays_are_watched() {
        let taken = LogOdds(3 * LogOdds::NAT);
        let zone = covered([(taken, Some(true)); 30]);
        // In turn 3 more and 3 less than there are, or than is believed.
        let count = |n: u32| if n.is_multiple_of(2) { 33 } else { 25 };
        let worse = (0..400).fold(CountError::default(), |e, n| e.learn(&zone, count(n)));
        let cars = (worse.square(30) as f64 / 256.0).sqrt();
        assert!((2.5..3.2).contains(&cars), "{cars}");
        let better = (0..400).fold(worse, |e, _| e.learn(&zone, 29));
        assert!(better.square(30) < 128, "{better:?}");
        assert_eq!(
            CountError::default().learn(&Covered::default(), 3),
            CountError::default()
        );
    }

    #[test]
    fn a_gate_is_not_blamed_where_sensors_seem_stuck_and_it_says_what_they_do() {
        // Nothing has changed for a night.
        let seems = covered([(LogOdds(LogOdds::NAT), Some(true)); 20]);
        let after = (0..400).fold(CountError::default(), |e, _| e.learn(&seems, 20));
        assert!(after.square(20) < 128, "{after:?}");
        let other = (0..400).fold(CountError::default(), |e, _| e.learn(&seems, 9));
        assert!(other.square(20) > 4 * 256, "{other:?}");
    }

    #[test]
    fn until_it_is_learnt_a_car_in_fifty_bays_is_assumed() {
        let cars = |bays| (CountError::default().square(bays) as f64 / 256.0).sqrt();
        assert!((cars(100) - 2.0).abs() < 0.01 && (cars(25) - 0.5).abs() < 0.02);
        assert!((cars(3) - 0.25).abs() < 0.01);
    }

    #[test]
    fn news_of_a_count_fades_as_cars_come_and_go() {
        let rates = Rates::of_means(3600, 1500);
        assert_eq!(rates.left(1000 * BAY, 0), 1000 * BAY);
        let left = rates.left(1000 * BAY, 600) as f64 / (1000 * BAY) as f64;
        assert!((left - (-10.0f64 / 60.0 - 10.0 / 25.0).exp()).abs() < 0.001);
        assert_eq!(rates.left(-BAY, u32::MAX), 0);
    }
}
