//! Which zones an endpoint follows, and what its partner sees of them.

use super::slots::ZoneFigures;
use crate::domain::{BBox, ZoneIx};
use crate::live::ZoneFilter;
use crate::registry::Registry;
use serde::{Deserialize, Serialize};

/// Which zones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchedZones {
    #[default]
    All,
    /// By their ids.
    Zones(Vec<String>),
    /// West, south, east, north.
    Bbox([f64; 4]),
}

impl WatchedZones {
    /// As the store has it.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the store has. What cannot be read follows nothing: too little rather than too much.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or(Self::Zones(Vec::new()))
    }

    /// What of the change feed is to be heard.
    pub(super) fn filter(&self, registry: &Registry) -> ZoneFilter {
        match self {
            Self::All | Self::Bbox(_) => ZoneFilter::All,
            Self::Zones(ids) => {
                let found = ids.iter().filter_map(|id| registry.zone_called(id));
                ZoneFilter::Some(found.collect())
            }
        }
    }

    /// Whether a zone that was heard of is among them.
    pub(super) fn has(&self, registry: &Registry, zone: ZoneIx) -> bool {
        let Self::Bbox([west, south, east, north]) = *self else {
            return true;
        };
        let place = registry.city().zone(zone).spec.place;
        BBox::new(west, south, east, north).is_some_and(|bbox| bbox.contains(place))
    }
}

/// A zone as a partner sees it at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenZone {
    pub figures: ZoneFigures,
    /// JSON, as `GET /v1/zones/{zone}` has it.
    pub json: String,
}

/// What partners see of zones: the one rule is with those who answer reads.
pub trait ZoneEyes: Send + Sync {
    /// A zone as this partner sees it now; `None` for one that it does not see.
    fn look(&self, partner: &str, zone: ZoneIx) -> Option<SeenZone>;
}
