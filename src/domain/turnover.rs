//! Turnover: what a zone's bays did in a window of time, as integers that add up and can be taken back.
//!
//! Everything the authority is told (turnover, mean stay, occupancy, coverage) is a ratio of these sums. They form a
//! group under addition: rows of 5 minutes add up to hours and days, and a correction subtracts what was wrong and adds
//! what is right, exactly. Ratios are taken at the very end.

use super::Millis;

/// Length of the shortest window, ms: all others are sums of it.
pub const BASE_MS: u64 = 5 * 60 * 1000;

/// What one zone did in one window. Times are bay-milliseconds unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub occupied_ms: u64,
    pub vacant_ms: u64,
    /// In service, and nobody's word stands. Never counts as vacant.
    pub unknown_ms: u64,
    /// Out of service: part of no ratio.
    pub closed_ms: u64,
    /// Visits seen to start in the window, short ones left out.
    pub started: u32,
    /// Visits that ended in the window with both ends seen, short ones left out.
    pub ended: u32,
    /// Stays too short to be a visit, by the window they ended in.
    pub short: u32,
    /// Stays that ended in the window of which one end was not seen.
    pub censored: u32,
    /// Length of the visits in `ended`, ms.
    pub stay_ms: u64,
    /// Their lengths.
    pub stays: Stays,
    /// Zone-milliseconds in which at least half of the bays in service were known: what the next two are shares of.
    pub judged_ms: u64,
    /// Zone-milliseconds of those in which no known bay was vacant.
    pub full_ms: u64,
    /// Zone-milliseconds of those in which more than 85 % of the known bays were occupied.
    pub above_85_ms: u64,
}

impl Sums {
    /// Bay-milliseconds in service.
    #[must_use]
    pub const fn in_service_ms(&self) -> u64 {
        self.occupied_ms + self.vacant_ms + self.unknown_ms
    }

    /// Bay-milliseconds in service of which the state was known.
    #[must_use]
    pub const fn known_ms(&self) -> u64 {
        self.occupied_ms + self.vacant_ms
    }

    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// Adds another window's or zone's sums.
    pub fn add(&mut self, other: &Self) {
        self.each(other, |a, b| a + b, |a, b| a + b);
        self.stays.merge(&other.stays, |a, b| a + b);
    }

    /// Takes back what was added before.
    ///
    /// # Panics
    /// In debug builds, if it was not.
    pub fn subtract(&mut self, other: &Self) {
        self.each(other, |a, b| a - b, |a, b| a - b);
        self.stays.merge(&other.stays, |a, b| a - b);
    }

    fn each(&mut self, other: &Self, long: fn(u64, u64) -> u64, short: fn(u32, u32) -> u32) {
        for (own, other) in [
            (&mut self.occupied_ms, other.occupied_ms),
            (&mut self.vacant_ms, other.vacant_ms),
            (&mut self.unknown_ms, other.unknown_ms),
            (&mut self.closed_ms, other.closed_ms),
            (&mut self.stay_ms, other.stay_ms),
            (&mut self.judged_ms, other.judged_ms),
            (&mut self.full_ms, other.full_ms),
            (&mut self.above_85_ms, other.above_85_ms),
        ] {
            *own = long(*own, other);
        }
        for (own, other) in [
            (&mut self.started, other.started),
            (&mut self.ended, other.ended),
            (&mut self.short, other.short),
            (&mut self.censored, other.censored),
        ] {
            *own = short(*own, other);
        }
    }
}

/// Lengths of stays as counts in buckets that grow by 4 %, so that any quantile is right to 2 %. Unlike a sketch that
/// merges centroids, it can be subtracted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stays(Vec<(u16, u32)>);

impl Stays {
    /// Growth from one bucket to the next.
    const GROWTH: f64 = 1.04;

    /// Adds one stay. Anything below a second falls in the first bucket.
    pub fn count(&mut self, stay_ms: u64) {
        self.merge(&Self(vec![(Self::bucket(stay_ms), 1)]), |a, b| a + b);
    }

    /// The bucket of a stay.
    #[must_use]
    pub fn bucket(stay_ms: u64) -> u16 {
        let seconds = (stay_ms as f64 / 1000.0).max(1.0);
        (seconds.ln() / Self::GROWTH.ln()) as u16
    }

    /// `(bucket, count)`, ascending; no count is 0.
    #[must_use]
    pub fn buckets(&self) -> &[(u16, u32)] {
        &self.0
    }

    /// From what [`Self::buckets`] gave.
    #[must_use]
    pub fn from_buckets(mut buckets: Vec<(u16, u32)>) -> Self {
        buckets.sort_unstable();
        let mut out = Self::default();
        out.merge(&Self(buckets), |a, b| a + b);
        out
    }

    /// The length, ms, that a share `q` of the stays do not exceed; the middle of its bucket. `None` without stays.
    #[must_use]
    pub fn quantile_ms(&self, q: f64) -> Option<u64> {
        let total: u64 = self.0.iter().map(|b| u64::from(b.1)).sum();
        if total == 0 {
            return None;
        }
        let rank = ((q.clamp(0.0, 1.0) * total as f64).ceil() as u64).max(1);
        let mut below = 0;
        let bucket = self.0.iter().find(|b| {
            below += u64::from(b.1);
            below >= rank
        })?;
        Some((Self::GROWTH.powf(f64::from(bucket.0) + 0.5) * 1000.0) as u64)
    }

    fn merge(&mut self, other: &Self, how: fn(u32, u32) -> u32) {
        for &(bucket, n) in &other.0 {
            match self.0.binary_search_by_key(&bucket, |b| b.0) {
                Ok(at) => {
                    self.0[at].1 = how(self.0[at].1, n);
                    if self.0[at].1 == 0 {
                        self.0.remove(at);
                    }
                }
                Err(at) => self.0.insert(at, (bucket, how(0, n))),
            }
        }
    }
}

/// One settled window of one zone: what the stream tells history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowRow {
    /// The zone's stable number.
    pub zone: u32,
    /// Start of the window; a multiple of [`BASE_MS`]. Its length is [`BASE_MS`].
    pub from: Millis,
    pub sums: Sums,
}

/// What became of a row: said for the first time, or corrected after a late report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// What was told before; `None` the first time.
    pub was: Option<Sums>,
    pub row: WindowRow,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(stays: &[u64]) -> Sums {
        let mut s = Sums { occupied_ms: 7, started: 2, full_ms: 3, ..Sums::default() };
        for stay in stays {
            s.ended += 1;
            s.stay_ms += stay;
            s.stays.count(*stay);
        }
        s
    }

    #[test]
    fn what_is_added_can_be_taken_back_exactly() {
        let (a, b) = (sums(&[60_000, 3_600_000, 61_000]), sums(&[3_600_000, 5]));
        let mut both = a.clone();
        both.add(&b);
        assert_eq!((both.ended, both.occupied_ms), (5, 14));
        both.subtract(&b);
        assert_eq!(both, a);
        both.subtract(&a);
        assert!(both.is_zero());
    }

    #[test]
    fn quantiles_are_right_to_two_per_cent() {
        let mut stays = Stays::default();
        (1..=1000_u64).for_each(|n| stays.count(n * 60_000));
        for (q, want) in [(0.5, 500.0), (0.85, 850.0), (1.0, 1000.0)] {
            let got = stays.quantile_ms(q).unwrap() as f64 / 60_000.0;
            assert!((got / want - 1.0).abs() < 0.021, "{q}: {got}");
        }
        assert_eq!(Stays::default().quantile_ms(0.5), None);
        assert_eq!(Stays::from_buckets(stays.buckets().to_vec()), stays);
    }
}
