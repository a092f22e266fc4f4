//! How a feed does: for `/v1/sources`, the log and the notes of `/readyz`.
//!
//! Promise: what goes wrong is logged once when it begins, once when it becomes another thing, and
//! once when it is over.

use super::FeedConfig;
use super::fetch::{Failure, Fault};
use crate::domain::Millis;
use std::sync::{Mutex, PoisonError};

/// A feed is failing for long after so many of its periods, and so long, ms.
const PERIODS: u64 = 10;
const LONG_MS: u64 = 15 * 60_000;

/// See the module.
pub struct FeedHealth {
    held: Mutex<FeedState>,
    /// For how long it may fail before it is said of the hub, ms.
    patience_ms: u64,
}

/// How a feed does now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedState {
    /// When it last answered with something of use, or was pushed.
    pub answered_at: Option<Millis>,
    /// The same, or it said that nothing has changed.
    pub heard_at: Option<Millis>,
    pub failing_since: Option<Millis>,
    /// What went wrong last, and when; it may be over.
    pub last_failure: Option<(Millis, Failure)>,
    pub next_poll: Option<Millis>,
    /// By so many hours its times are wrong.
    pub hours_off: Option<i8>,
    /// Places that no zone is made of: there is no room, or they lie where they cannot.
    pub left_out: usize,
}

impl FeedHealth {
    pub(super) fn new(config: &FeedConfig) -> Self {
        Self {
            held: Mutex::default(),
            patience_ms: (config.every * 1000 * PERIODS).max(LONG_MS),
        }
    }

    #[must_use]
    pub fn now(&self) -> FeedState {
        self.change(|held| held.clone())
    }

    fn change<T>(&self, f: impl FnOnce(&mut FeedState) -> T) -> T {
        f(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn next_poll(&self, at: Millis) {
        self.change(|held| held.next_poll = Some(at));
    }

    /// It was heard; `answered`: with something of use.
    pub(super) fn well(&self, feed: &str, now: Millis, answered: bool) {
        let since = self.change(|held| {
            held.heard_at = Some(now);
            if answered {
                held.answered_at = Some(now);
            }
            held.failing_since.take()
        });
        if let Some(since) = since {
            let failed_s = now.since(since) / 1000;
            tracing::info!(feed, failed_s, "a feed is well again");
        }
    }

    pub(super) fn failed(&self, feed: &str, now: Millis, failure: &Failure) {
        let is_news = self.change(|held| {
            let before = held.last_failure.replace((now, failure.clone()));
            let same = before.is_some_and(|(_, before)| before.fault == failure.fault);
            let begins = held.failing_since.is_none();
            held.failing_since.get_or_insert(now);
            begins || !same
        });
        if is_news {
            let fault = failure.fault.name();
            tracing::warn!(feed, fault, why = failure.why, "a feed fails");
        }
    }

    /// What an operator should know of it, where it has failed for long.
    #[must_use]
    pub fn note(&self, now: Millis) -> Option<String> {
        let held = self.now();
        let failing_ms = now.since(held.failing_since?);
        let (_, failure) = held.last_failure?;
        let patient = failing_ms < self.patience_ms
            && !matches!(failure.fault, Fault::Denied | Fault::Gone | Fault::Places);
        (!patient).then(|| {
            let why = format!("{}: {}", failure.fault, failure.why);
            format!("nothing of use for {} s: {why}", failing_ms / 1000)
        })
    }

    pub(super) fn hours_off(&self, feed: &str, hours: Option<i8>) {
        let before = self.change(|held| std::mem::replace(&mut held.hours_off, hours));
        if let Some(hours) = hours.filter(|_| before != hours) {
            tracing::warn!(
                feed,
                hours,
                "this feed's time_zone is wrong by that many hours"
            );
        }
    }

    pub(super) fn left_out(&self, feed: &str, places: usize) {
        let before = self.change(|held| std::mem::replace(&mut held.left_out, places));
        if places > 0 && before == 0 {
            tracing::warn!(feed, places, "no zones are made of these places of a feed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_that_fails_for_long_is_noted_and_one_that_is_refused_at_once() {
        let config = FeedConfig::from_file("hdb", "url = \"https://city.example\"").unwrap();
        let standing = FeedHealth::new(&config);
        standing.well("hdb", Millis(0), true);
        let cut = Failure::new(Fault::Cut, "the body ended");
        for at in [60_000, 120_000] {
            standing.failed("hdb", Millis(at), &cut);
        }
        assert_eq!(standing.note(Millis(60_000 + LONG_MS - 1)), None);
        let note = standing.note(Millis(60_000 + LONG_MS)).unwrap();
        assert_eq!(note, "nothing of use for 900 s: cut: the body ended");
        standing.failed("hdb", Millis(130_000), &Failure::new(Fault::Denied, "403"));
        assert!(standing.note(Millis(130_000)).is_some());
        standing.well("hdb", Millis(140_000), false);
        let held = standing.now();
        assert_eq!(standing.note(Millis(u64::MAX)), None);
        assert_eq!(held.answered_at, Some(Millis(0)));
        assert_eq!(held.heard_at, Some(Millis(140_000)));
        assert_eq!(held.last_failure.unwrap().1.fault, Fault::Denied);
    }
}
