//! When a feed is asked next. Pure.
//!
//! Promises: never sooner than the feed asks for; a server in trouble is left alone for longer and
//! longer; feeds of the same period spread over it.

use super::fetch::{Failure, Fault};
use std::time::Duration;

/// The first wait after a failure, and the longest.
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_mins(30);

/// Who is refused is refused again until somebody has done something.
const REFUSED: Duration = Duration::from_hours(1);

/// A feed that says it stands for a year is a mistake of somebody's proxy: what it asks for counts
/// so far, or as far as it was to be asked anyway.
const MOST_ASKED: Duration = Duration::from_hours(1);

/// What came of a poll, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) enum PollOutcome<'a> {
    /// The server says that it stands for so long.
    Heard {
        stands_for: Option<Duration>,
    },
    Failed(&'a Failure),
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct FeedPace {
    every: Duration,
    /// Failures one after another.
    failures: u32,
}

impl FeedPace {
    pub(super) const fn new(every: Duration) -> Self {
        Self { every, failures: 0 }
    }

    /// How long to wait after a poll that came to this. `spread`: a random number of 0..1.
    pub(super) fn after(&mut self, outcome: PollOutcome<'_>, spread: f64) -> Duration {
        let later = |wait: Duration| wait.mul_f64(1.0 + 0.1 * spread);
        let around = |wait: Duration| wait.mul_f64(0.9 + 0.2 * spread);
        match outcome {
            PollOutcome::Heard { stands_for } => {
                self.failures = 0;
                let asked = stands_for
                    .unwrap_or_default()
                    .min(MOST_ASKED.max(self.every));
                around(self.every).max(later(asked))
            }
            PollOutcome::Failed(failure) => {
                self.failures += 1;
                let back_off = FIRST * 2_u32.pow((self.failures - 1).min(10));
                let back_off = back_off.min(LONGEST);
                let wait = match (failure.fault, failure.retry_after) {
                    (Fault::Denied | Fault::Gone, asked) => REFUSED.max(asked.unwrap_or_default()),
                    (_, Some(asked)) => asked,
                    // It answers, and will not answer otherwise for being asked at once.
                    (fault, None) if answers(fault) => back_off.max(self.every),
                    (_, None) => back_off,
                };
                later(wait)
            }
        }
    }
}

/// Whether a server that does this is in no trouble: what it says is of no use.
const fn answers(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::Tls
            | Fault::ForbiddenAddress
            | Fault::Redirect
            | Fault::TooLarge
            | Fault::Encoding
            | Fault::WebPage
            | Fault::Malformed
            | Fault::Pages
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn heard(s: u64) -> PollOutcome<'static> {
        let stands_for = Some(Duration::from_secs(s));
        PollOutcome::Heard { stands_for }
    }

    fn waits(pace: &mut FeedPace, failure: &Failure, n: usize) -> Vec<u64> {
        let mut wait = || pace.after(PollOutcome::Failed(failure), 0.0).as_secs();
        (0..n).map(|_| wait()).collect()
    }

    #[test]
    fn a_feed_is_asked_every_so_often_but_never_sooner_than_it_asks_for() {
        let mut pace = FeedPace::new(MINUTE);
        let none = PollOutcome::Heard { stands_for: None };
        let around = [0.0, 0.5, 1.0].map(|spread| pace.after(none, spread).as_secs());
        assert_eq!(around, [54, 60, 66]);
        let asked = [0.0, 1.0].map(|spread| pace.after(heard(300), spread).as_secs());
        assert_eq!(asked, [300, 330]);
        assert_eq!(
            pace.after(heard(60), 0.0).as_secs(),
            60,
            "not a moment sooner"
        );
        assert_eq!(pace.after(heard(31_536_000), 0.0), MOST_ASKED);
        let mut daily = FeedPace::new(24 * MOST_ASKED);
        assert_eq!(
            daily.after(heard(31_536_000), 0.5),
            24 * MOST_ASKED.mul_f64(1.05)
        );
    }

    #[test]
    fn who_is_in_trouble_is_left_alone_for_longer_and_longer() {
        let mut pace = FeedPace::new(MINUTE);
        let busy = Failure::new(Fault::Busy, "");
        assert_eq!(
            waits(&mut pace, &busy, 11),
            [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800]
        );
        pace.after(heard(0), 0.0);
        assert_eq!(
            waits(&mut pace, &busy, 2),
            [5, 10],
            "well again: from the beginning"
        );
        let asked = Failure {
            retry_after: Some(Duration::from_secs(7)),
            ..busy
        };
        assert_eq!(waits(&mut pace, &asked, 1), [7]);
    }

    #[test]
    fn who_refuses_is_asked_again_in_an_hour_and_nonsense_not_sooner_than_usual() {
        let mut pace = FeedPace::new(MINUTE);
        for fault in [Fault::Denied, Fault::Gone] {
            assert_eq!(waits(&mut pace, &Failure::new(fault, ""), 1), [3600]);
        }
        let mut pace = FeedPace::new(MINUTE);
        let for_people = Failure::new(Fault::WebPage, "");
        assert_eq!(waits(&mut pace, &for_people, 6), [60, 60, 60, 60, 80, 160]);
    }
}
