//! How often somebody may do something: a bucket of tokens for each, kept as one time.
//!
//! Bounded: a bucket that is full again is forgotten. Where that makes no room, whoever is new is
//! over the limit.

use dashmap::DashMap;
use std::hash::Hash;
use std::time::Duration;
use tokio::time::Instant;

/// Buckets at a time.
const MAX: usize = 65_536;

/// The limit for each of many; `None` allows everything and keeps nothing.
pub struct Buckets<K>(Option<Limit<K>>);

struct Limit<K> {
    /// One token's time.
    each: Duration,
    /// Tokens of a full bucket, as time.
    burst: Duration,
    /// When the bucket will be full again.
    full_at: DashMap<K, Instant, ahash::RandomState>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// `per_s` tokens a second, and those of `burst_s` seconds at once.
    #[must_use]
    pub fn new(per_s: Option<u32>, burst_s: u32) -> Self {
        Self(per_s.filter(|n| *n > 0).map(|n| Limit {
            each: Duration::from_secs(1) / n,
            burst: Duration::from_secs(burst_s.into()),
            full_at: DashMap::default(),
        }))
    }

    /// Takes one token. `false`: there was none, and none is taken.
    #[must_use]
    pub fn allow(&self, who: K) -> bool {
        let Some(limit) = &self.0 else { return true };
        let now = Instant::now();
        if !limit.has_room(&who, now) {
            return false;
        }
        let mut full_at = limit.full_at.entry(who).or_insert(now);
        let after = (*full_at).max(now) + limit.each;
        let allowed = after <= now + limit.burst;
        if allowed {
            *full_at = after;
        }
        allowed
    }

    /// Takes `n` tokens, on credit if need be. `Some`: how long to wait until nothing is owed.
    #[must_use]
    pub fn charge(&self, who: K, n: u64) -> Option<Duration> {
        let limit = self.0.as_ref()?;
        let now = Instant::now();
        if !limit.has_room(&who, now) {
            return Some(limit.each * u32::try_from(n).unwrap_or(u32::MAX));
        }
        let mut full_at = limit.full_at.entry(who).or_insert(now);
        *full_at = (*full_at).max(now) + limit.each * u32::try_from(n).unwrap_or(u32::MAX);
        let owed = full_at.saturating_duration_since(now + limit.burst);
        (!owed.is_zero()).then_some(owed)
    }
}

impl<K: Eq + Hash> Limit<K> {
    fn has_room(&self, who: &K, now: Instant) -> bool {
        if self.full_at.len() < MAX || self.full_at.contains_key(who) {
            return true;
        }
        self.full_at.retain(|_, full_at| *full_at > now);
        self.full_at.len() < MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_bucket_empties_and_fills_again_for_each_alone() {
        let buckets = Buckets::new(Some(2), 2);
        assert_eq!((0..9).filter(|_| buckets.allow("a")).count(), 4);
        assert!(buckets.allow("b"));
        tokio::time::advance(Duration::from_millis(500)).await;
        assert!(buckets.allow("a") && !buckets.allow("a"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_taken_on_credit_is_waited_for() {
        let buckets = Buckets::new(Some(10), 1);
        assert_eq!(
            (buckets.charge("a", 10), buckets.charge("a", 5)),
            (None, Some(Duration::from_millis(500)))
        );
        tokio::time::advance(Duration::from_millis(600)).await;
        assert_eq!(buckets.charge("a", 1), None);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_all_is_allowed_and_nothing_kept() {
        let buckets = Buckets::new(None, 1);
        assert!((0..1000).all(|_| buckets.allow(1)) && buckets.charge(1, u64::MAX).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn buckets_are_bounded() {
        let buckets = Buckets::new(Some(1), 9);
        assert!((0..MAX).all(|n| buckets.allow(n)));
        assert!(!buckets.allow(MAX) && buckets.allow(0));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert!(buckets.allow(MAX), "those that are full again made room");
    }
}
