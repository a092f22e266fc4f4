//! Lengths of stays, as counts that can be taken back.

/// Lengths of stays as counts in buckets that grow by 4 %, so that any quantile is right to 2 %.
/// Unlike a sketch that merges centroids, counts can be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stays(pub(super) Vec<(u16, i32)>);

impl Stays {
    /// Growth from one bucket to the next.
    const GROWTH: f64 = 1.04;

    /// Adds one stay.
    pub fn count(&mut self, stay_ms: u64) {
        self.put(Self::bucket(stay_ms), 1);
    }

    /// The bucket of a stay. Anything below a second falls in the first.
    #[must_use]
    pub fn bucket(stay_ms: u64) -> u16 {
        let seconds = (stay_ms as f64 / 1000.0).max(1.0);
        (seconds.ln() / Self::GROWTH.ln()) as u16
    }

    /// `(bucket, count)`, ascending; no count is 0.
    #[must_use]
    pub fn buckets(&self) -> &[(u16, i32)] {
        &self.0
    }

    /// From what [`Self::buckets`] gave, in any order.
    #[must_use]
    pub fn from_buckets(buckets: impl IntoIterator<Item = (u16, i32)>) -> Self {
        let buckets = buckets.into_iter();
        let mut out = Self(Vec::with_capacity(buckets.size_hint().0));
        for (bucket, n) in buckets {
            // Files and tallies give them ascending: no search.
            if n != 0 && out.0.last().is_none_or(|last| last.0 < bucket) {
                out.0.push((bucket, n));
            } else {
                out.put(bucket, n);
            }
        }
        out
    }

    /// The length, ms, that a share `q` of the stays do not exceed; the middle of its bucket.
    /// `None` without stays.
    #[must_use]
    pub fn quantile_ms(&self, q: f64) -> Option<u64> {
        let total: i64 = self.0.iter().map(|b| i64::from(b.1)).sum();
        let rank = ((q.clamp(0.0, 1.0) * total as f64).ceil() as i64).max(1);
        let mut below = 0;
        let bucket = self.0.iter().find(|b| {
            below += i64::from(b.1);
            below >= rank
        })?;
        Some((Self::GROWTH.powf(f64::from(bucket.0) + 0.5) * 1000.0) as u64)
    }

    pub(super) fn merge(&mut self, other: &Self, sign: i32) {
        other
            .0
            .iter()
            .for_each(|&(bucket, n)| self.put(bucket, sign * n));
    }

    fn put(&mut self, bucket: u16, n: i32) {
        match self.0.binary_search_by_key(&bucket, |b| b.0) {
            Ok(at) if self.0[at].1 + n == 0 => drop(self.0.remove(at)),
            Ok(at) => self.0[at].1 += n,
            Err(at) if n != 0 => self.0.insert(at, (bucket, n)),
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_two_per_cent() {
        let mut stays = Stays::default();
        (1..=1000_u64).for_each(|n| stays.count(n * 60_000));
        for (q, want) in [(0.5, 500.0), (0.85, 850.0), (1.0, 1000.0)] {
            let got = stays.quantile_ms(q).unwrap() as f64 / 60_000.0;
            assert!((got / want - 1.0).abs() < 0.021, "{q}: {got}");
        }
        assert_eq!(Stays::default().quantile_ms(0.5), None);
        assert_eq!(
            Stays::from_buckets(stays.buckets().iter().rev().copied()),
            stays
        );
    }
}
