//! `[limits]`: what one key, one partner, one source or one address may take of what all share,
//! each default with its reason.

use serde::Deserialize;
use std::ops::RangeInclusive;

/// The `[limits]` part of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Whether rates bind. They are told in every answer all the same.
    pub rates: bool,
    /// Whether shares bind.
    pub shares: bool,
    /// Requests a minute of one key, for each class of calls.
    pub requests_per_min_per_key: u32,
    /// Requests a minute of one address without a key: phones share addresses.
    pub requests_per_min_per_address: u32,
    /// Uplinks a minute of one key: a network server sends each by itself.
    pub uplinks_per_min_per_key: u32,
    /// Messages a second of one source, whatever door they come by.
    pub messages_per_s_per_source: u32,
    /// The same of all sources of a key.
    pub messages_per_s_per_key: u32,
    /// Reports (bays that messages speak of) a second of one source.
    pub reports_per_s_per_source: u32,
    /// The same of all sources of a key.
    pub reports_per_s_per_key: u32,
    /// Open HTTP connections of one key.
    pub http_connections_per_key: usize,
    /// Open MQTT connections of one key: a fleet has one key.
    pub mqtt_connections_per_key: usize,
    /// Open HTTP connections of one address that have shown no key: many phones share one.
    pub http_connections_per_address: usize,
    /// Open MQTT connections of one address that have shown no key.
    pub mqtt_connections_per_address: usize,
    /// Open streams of one key.
    pub streams_per_key: usize,
    /// Open streams of one address without a key.
    pub streams_per_address: usize,
    /// Sources that one key may enrol.
    pub sources_per_key: u32,
    /// Answers remembered for the `Idempotency-Key`s of one partner.
    pub idempotency_keys_per_partner: u32,
    /// What one key may add to the journal's inbox while more than half of it is taken, per cent of
    /// all: a tenth leaves room for four others when each sends without end.
    pub inbox_percent_per_key: u32,
    /// The part of the quarantine that one key's refusals may fill, per cent.
    pub quarantine_percent_per_key: u32,
    /// Unconfirmed holds that a partner may have however few bays are on offer.
    pub holds_at_least: u32,
    /// Unconfirmed holds that a partner may have at most.
    pub holds_at_most: u32,
    /// Between the two: this part of the bays on offer, per cent.
    pub holds_percent: u32,
    /// Unconfirmed holds of one driver.
    pub holds_per_driver: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            rates: true,
            shares: true,
            requests_per_min_per_key: 1200,
            requests_per_min_per_address: 600,
            uplinks_per_min_per_key: 12_000,
            messages_per_s_per_source: 1000,
            messages_per_s_per_key: 5000,
            reports_per_s_per_source: 10_000,
            reports_per_s_per_key: 50_000,
            http_connections_per_key: 1000,
            mqtt_connections_per_key: 10_000,
            http_connections_per_address: 1000,
            mqtt_connections_per_address: 500,
            streams_per_key: 10,
            streams_per_address: 1000,
            sources_per_key: 20_000,
            idempotency_keys_per_partner: 10_000,
            inbox_percent_per_key: 10,
            quarantine_percent_per_key: 25,
            holds_at_least: 10,
            holds_at_most: 50,
            holds_percent: 25,
            holds_per_driver: 3,
        }
    }
}

impl Config {
    /// Nothing binds: for benches and load tests, whose load is one key's.
    #[must_use]
    pub fn unbound() -> Self {
        Self {
            rates: false,
            shares: false,
            ..Self::default()
        }
    }

    /// Names of the keys, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> [(&'static str, u64, RangeInclusive<u64>); 21] {
        // Beyond a million a second nothing on one machine is limited by it.
        let rate = 1..=1_000_000;
        let minutely = 1..=60_000_000;
        let many = 1..=10_000_000;
        let per_cent = 1..=100;
        let inbox = self.inbox_percent_per_key;
        let of = |name, n: u32, range: &RangeInclusive<u64>| (name, u64::from(n), range.clone());
        let count = |name, n: usize| (name, n as u64, many.clone());
        [
            of(
                "limits.requests_per_min_per_key",
                self.requests_per_min_per_key,
                &minutely,
            ),
            of(
                "limits.requests_per_min_per_address",
                self.requests_per_min_per_address,
                &minutely,
            ),
            of(
                "limits.uplinks_per_min_per_key",
                self.uplinks_per_min_per_key,
                &minutely,
            ),
            of(
                "limits.messages_per_s_per_source",
                self.messages_per_s_per_source,
                &rate,
            ),
            of(
                "limits.messages_per_s_per_key",
                self.messages_per_s_per_key,
                &rate,
            ),
            of(
                "limits.reports_per_s_per_source",
                self.reports_per_s_per_source,
                &rate,
            ),
            of(
                "limits.reports_per_s_per_key",
                self.reports_per_s_per_key,
                &rate,
            ),
            count(
                "limits.http_connections_per_key",
                self.http_connections_per_key,
            ),
            count(
                "limits.mqtt_connections_per_key",
                self.mqtt_connections_per_key,
            ),
            count(
                "limits.http_connections_per_address",
                self.http_connections_per_address,
            ),
            count(
                "limits.mqtt_connections_per_address",
                self.mqtt_connections_per_address,
            ),
            count("limits.streams_per_key", self.streams_per_key),
            count("limits.streams_per_address", self.streams_per_address),
            of("limits.sources_per_key", self.sources_per_key, &many),
            of(
                "limits.idempotency_keys_per_partner",
                self.idempotency_keys_per_partner,
                &many,
            ),
            of("limits.inbox_percent_per_key", inbox, &per_cent),
            of(
                "limits.quarantine_percent_per_key",
                self.quarantine_percent_per_key,
                &per_cent,
            ),
            of("limits.holds_at_least", self.holds_at_least, &many),
            of("limits.holds_at_most", self.holds_at_most, &many),
            of("limits.holds_percent", self.holds_percent, &per_cent),
            of("limits.holds_per_driver", self.holds_per_driver, &many),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_lies_within_its_bounds_and_nothing_is_none() {
        for (name, n, range) in Config::default().bounds() {
            assert!(range.contains(&n) && !range.contains(&0), "{name}: {n}");
        }
    }
}
