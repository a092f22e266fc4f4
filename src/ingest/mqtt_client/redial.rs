//! When to try again, and how often to say that it failed.
//!
//! Back-off with full jitter: after a broker restart its clients come back spread out, not all at
//! once. Every failure is counted; the log gets the first and then one line in ten seconds, with
//! the number of those between.

use std::time::Duration;
use tokio::time::Instant;

/// The shortest wait.
const FLOOR: Duration = Duration::from_millis(100);

/// A connection that stood for so long was a good one: the next failure starts from the shortest
/// wait. One that is taken at once and lost at once (two hubs under one client id) does not reset
/// it.
const STEADY: Duration = Duration::from_secs(10);

/// Between two lines of log.
const QUIET: Duration = Duration::from_secs(10);

/// One client's failures in a row.
#[derive(Debug)]
pub(super) struct Redial {
    longest: Duration,
    failures: u32,
    since: Option<Instant>,
    logged: Option<Instant>,
    unlogged: u64,
}

impl Redial {
    pub(super) const fn new(longest: Duration) -> Self {
        Self {
            longest,
            failures: 0,
            since: None,
            logged: None,
            unlogged: 0,
        }
    }

    /// The connection stands.
    pub(super) const fn connected(&mut self, now: Instant) {
        self.since = Some(now);
    }

    /// How long to wait after a failure. `dice`: uniform in 0..1.
    pub(super) fn failed(&mut self, now: Instant, dice: f64) -> Duration {
        if self
            .since
            .take()
            .is_some_and(|since| now.duration_since(since) >= STEADY)
        {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        let most = FLOOR
            .saturating_mul(1 << self.failures.min(16))
            .min(self.longest.max(FLOOR));
        FLOOR + most.saturating_sub(FLOOR).mul_f64(dice)
    }

    /// `Some(n)`: say it, and that `n` went unsaid before it.
    pub(super) fn may_log(&mut self, now: Instant) -> Option<u64> {
        if self
            .logged
            .is_some_and(|logged| now.duration_since(logged) < QUIET)
        {
            self.unlogged += 1;
            return None;
        }
        self.logged = Some(now);
        Some(std::mem::take(&mut self.unlogged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(3);

    #[test]
    fn waits_double_up_to_the_longest_and_are_spread_over_the_whole_range() {
        let mut redial = Redial::new(LONGEST);
        let now = Instant::now();
        let most: Vec<u128> = (0..8)
            .map(|_| redial.failed(now, 1.0).as_millis())
            .collect();
        assert_eq!(most, [200, 400, 800, 1600, 3000, 3000, 3000, 3000]);
        assert_eq!(redial.failed(now, 0.0), FLOOR);
        for _ in 0..100 {
            redial.failed(now, 0.5);
        }
        assert_eq!(redial.failed(now, 0.5).as_millis(), 1550);
    }

    #[test]
    fn only_a_connection_that_stood_resets_the_wait() {
        let mut redial = Redial::new(LONGEST);
        let start = Instant::now();
        for _ in 0..5 {
            redial.connected(start);
            redial.failed(start + Duration::from_secs(1), 1.0);
        }
        assert_eq!(
            redial.failed(start, 1.0),
            LONGEST,
            "taken and lost at once, again and again"
        );
        redial.connected(start);
        assert_eq!(redial.failed(start + STEADY, 1.0), FLOOR * 2);
    }

    #[test]
    fn a_broker_that_is_gone_does_not_flood_the_log() {
        let mut redial = Redial::new(LONGEST);
        let start = Instant::now();
        assert_eq!(redial.may_log(start), Some(0));
        assert_eq!((redial.may_log(start), redial.may_log(start)), (None, None));
        assert_eq!(redial.may_log(start + QUIET), Some(2));
    }
}
