//! `[webhooks]`: how much of it each may have.

use serde::Deserialize;
use std::ops::RangeInclusive;

/// Endpoints of all partners together.
pub(super) const MOST_ENDPOINTS: u32 = 5_000;

/// States that are remembered of what an endpoint was told, beside facts.
pub(super) const STATES_KEPT: u32 = 200;

/// `[webhooks]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Endpoints that a partner may have.
    pub endpoints: u32,
    /// Zones that one endpoint may follow.
    pub zones: u32,
    /// Facts of an endpoint that are kept after they were delivered, to be looked at and told again.
    pub kept: u32,
    /// Whether endpoints on this machine may be told by plain http: for trying it out, never beside
    /// anything that trusts who comes from this machine.
    pub loopback: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoints: 10,
            zones: 1_000,
            kept: 10_000,
            loopback: false,
        }
    }
}

impl Config {
    /// Names of the keys, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> Vec<(&'static str, u64, RangeInclusive<u64>)> {
        vec![
            ("webhooks.endpoints", self.endpoints.into(), 0..=1_000),
            ("webhooks.zones", self.zones.into(), 1..=100_000),
            ("webhooks.kept", self.kept.into(), 0..=1_000_000),
        ]
    }
}
