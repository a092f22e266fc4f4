//! What is told of each zone at `/metrics/zones`: names and help texts, for a scrape job of its own.
//!
//! Promise: ids are labels there and nowhere else, so who wants no series for each zone has none.

/// One family of gauges, with a line a zone.
pub struct ZoneFamily {
    /// With the prefix.
    pub name: &'static str,
    pub help: &'static str,
}

macro_rules! families {
    ($(gauge($name:literal, $help:literal, &["zone", "name", "kind"])),+ $(,)?) => {
        /// All of them.
        pub const ZONE_FAMILIES: &[ZoneFamily] = &[
            $(ZoneFamily { name: concat!("bayhub_", $name), help: $help }),+
        ];
    };
}

families!(
    gauge(
        "zone_capacity_bays",
        "Bays of a zone in service; absent where nobody says how many.",
        &["zone", "name", "kind"]
    ),
    gauge(
        "zone_vacant_bays",
        "Bays of a zone that are known to be vacant; absent while nothing is known.",
        &["zone", "name", "kind"]
    ),
    gauge(
        "zone_known_ratio",
        "Share of a zone's bays of which anything is known now.",
        &["zone", "name", "kind"]
    ),
    gauge(
        "zone_observed_seconds",
        "When a zone was last observed; absent if never.",
        &["zone", "name", "kind"]
    ),
);
