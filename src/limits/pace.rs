//! How fast sources and keys may send: messages and reports a second.
//!
//! Promises: what came is never dropped for its pace: it is charged, and who owes is not read (MQTT)
//! or told to come back (HTTP) until nothing is owed.

use super::Config;
use super::buckets::Buckets;
use crate::domain::SourceIx;
use std::time::Duration;

/// Seconds' worth that may come at once: what a source has kept while it or the hub was away.
const BURST_S: u32 = 10;

/// What is owed by sources and by keys.
pub struct Pace {
    messages_of_source: Buckets<SourceIx>,
    messages_of_key: Buckets<u32>,
    reports_of_source: Buckets<SourceIx>,
    reports_of_key: Buckets<u32>,
    /// The four limits, by their names in `[limits]`.
    limits: [(&'static str, u32); 4],
}

/// More was sent than may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Until nothing is owed.
    pub wait: Duration,
    /// The limit's name in `[limits]`.
    pub limit: &'static str,
    pub per_s: u32,
}

impl Pace {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        fn at<K: Eq + std::hash::Hash>(config: &Config, per_s: u32) -> Buckets<K> {
            Buckets::new(config.rates.then_some(per_s), BURST_S)
        }
        Self {
            messages_of_source: at(config, config.messages_per_s_per_source),
            messages_of_key: at(config, config.messages_per_s_per_key),
            reports_of_source: at(config, config.reports_per_s_per_source),
            reports_of_key: at(config, config.reports_per_s_per_key),
            limits: [
                (
                    "messages_per_s_per_source",
                    config.messages_per_s_per_source,
                ),
                ("messages_per_s_per_key", config.messages_per_s_per_key),
                ("reports_per_s_per_source", config.reports_per_s_per_source),
                ("reports_per_s_per_key", config.reports_per_s_per_key),
            ],
        }
    }

    /// Charges what a source has sent by a key. `Some`: it owes, and must wait.
    #[must_use]
    pub fn charge(&self, source: SourceIx, key: u32, messages: u64, reports: u64) -> Option<Owed> {
        let owed = [
            self.messages_of_source.charge(source, messages),
            self.messages_of_key.charge(key, messages),
            self.reports_of_source.charge(source, reports),
            self.reports_of_key.charge(key, reports),
        ];
        let longest = owed
            .into_iter()
            .zip(&self.limits)
            .max_by_key(|(wait, _)| *wait);
        longest.and_then(|(wait, (limit, per_s))| {
            Some(Owed {
                wait: wait?,
                limit,
                per_s: *per_s,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAMP: SourceIx = SourceIx(1);

    fn pace(rates: bool) -> Pace {
        Pace::new(&Config {
            rates,
            messages_per_s_per_source: 10,
            messages_per_s_per_key: 15,
            reports_per_s_per_source: 100,
            reports_per_s_per_key: 1000,
            ..Config::default()
        })
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_too_many_messages_or_too_many_reports_owes() {
        let pace = pace(true);
        assert_eq!(pace.charge(LAMP, 1, 100, 1000), None);
        let owed = pace.charge(LAMP, 1, 1, 0).unwrap();
        assert_eq!((owed.limit, owed.per_s), ("messages_per_s_per_source", 10));
        assert_eq!(pace.charge(SourceIx(2), 1, 10, 500), None);
        assert!(pace.charge(SourceIx(2), 1, 0, 501).is_some(), "reports");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(pace.charge(LAMP, 1, 0, 0), None, "nothing is owed for ever");
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_owes_what_all_its_sources_send() {
        let pace = pace(true);
        assert_eq!(pace.charge(LAMP, 7, 100, 0), None);
        assert!(pace.charge(SourceIx(2), 7, 51, 0).is_some());
        assert_eq!(pace.charge(SourceIx(3), 8, 51, 0), None);
    }

    #[tokio::test(start_paused = true)]
    async fn rates_that_do_not_bind_owe_nothing() {
        assert_eq!(pace(false).charge(LAMP, 1, u64::MAX, u64::MAX), None);
    }
}
