//! `[sandbox]`: the small hub beside the hub, where partners try things out.

use serde::Deserialize;
use std::ops::RangeInclusive;

/// The `[sandbox]` part of the configuration. What it may take of the machine is bounded by these
/// values alone, whatever the hub's own are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SandboxSettings {
    /// Whether there is one. Off unless it is said (`demo` says it): a new version must not start a
    /// second hub on a machine whose operator has not heard of it.
    pub enabled: bool,
    /// Bays of its simulated city. 400: twenty car parks and streets, and a page of each.
    pub bays: u32,
    /// How long its history is kept, days. Seven: a client's nightly job is tried, not a study.
    pub retention_days: u32,
    /// The most that its folder may take, MB. Beyond that it begins anew, with nothing but its keys.
    pub max_disk_mb: u32,
    /// Open MQTT connections of its clients, besides those of the hub's own.
    pub max_connections: usize,
    /// Open streams of its clients.
    pub max_streams: usize,
    /// Requests a minute of one of its keys, for each class of calls. They always bind: here clients
    /// learn to heed them.
    pub requests_per_min_per_key: u32,
    /// Keys of the configuration, besides those that partners make.
    pub keys: Vec<crate::partners::KeyConfig>,
}

impl Default for SandboxSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            bays: 400,
            retention_days: 7,
            max_disk_mb: 256,
            max_connections: 64,
            max_streams: 64,
            requests_per_min_per_key: 600,
            keys: Vec::new(),
        }
    }
}

impl SandboxSettings {
    /// Where it lies in the hub's data folder. Backups leave it out.
    pub const FOLDER: &str = "sandbox";

    /// Names of the keys, their values, and what they must lie between.
    pub(super) fn bounds(&self) -> [(&'static str, u64, RangeInclusive<u64>); 6] {
        let of = |name, n: u32, range| (name, u64::from(n), range);
        [
            // With fewer there is no private zone to try offers with.
            of("sandbox.bays", self.bays, 100..=20_000),
            of("sandbox.retention_days", self.retention_days, 1..=90),
            // A journal, a day and what SQLite begins with take some 30.
            of("sandbox.max_disk_mb", self.max_disk_mb, 64..=65_536),
            (
                "sandbox.max_connections",
                self.max_connections as u64,
                1..=10_000,
            ),
            ("sandbox.max_streams", self.max_streams as u64, 1..=10_000),
            of(
                "sandbox.requests_per_min_per_key",
                self.requests_per_min_per_key,
                1..=60_000,
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_lies_within_its_bounds_and_there_is_no_sandbox_unless_it_is_said() {
        let usual = SandboxSettings::default();
        for (name, n, range) in usual.bounds() {
            assert!(range.contains(&n) && !range.contains(&0), "{name}: {n}");
        }
        assert!(!usual.enabled);
    }
}
