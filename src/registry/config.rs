//! The `[registry]` part of the configuration.

use super::Reading;
use crate::domain::{BBox, Crs, Realm};
use serde::Deserialize;
use std::path::PathBuf;

/// `[registry]`: where the city is described.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The folder that holds `zones.geojson` and `bays.geojson`.
    pub path: PathBuf,
    /// Where all zones lie: west, south, east, north in degrees. Absent: where most of them do.
    #[serde(rename = "box")]
    pub bbox: Option<[f64; 4]>,
    /// In which coordinates the files, and calls that change them, give places unless they say so
    /// themselves (`"crs":"bd09"`).
    #[serde(default, deserialize_with = "super::crs::read")]
    pub crs: Crs,
    /// How many bays may be added at run time before a restart makes new room.
    #[serde(default = "spare_bays")]
    pub spare_bays: u32,
    /// The same for zones.
    #[serde(default = "spare_zones")]
    pub spare_zones: u32,
    /// Which hub's city it is. No operator sets it.
    #[serde(skip)]
    pub realm: Realm,
}

impl Config {
    /// How the files there are to be read.
    #[must_use]
    pub fn reading(&self) -> Reading {
        let [west, south, east, north] = self.bbox.unwrap_or([f64::NAN; 4]);
        Reading {
            bbox: BBox::new(west, south, east, north),
            crs: self.crs,
            realm: self.realm,
        }
    }

    /// What is wrong with it, if anything.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let given = self.bbox.filter(|_| self.reading().bbox.is_none())?;
        Some(format!(
            "registry.box: must be [west, south, east, north] in degrees, south not above north, not {given:?}"
        ))
    }

    /// Names of the keys, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> [(&'static str, u64, std::ops::RangeInclusive<u64>); 2] {
        [
            (
                "registry.spare_bays",
                u64::from(self.spare_bays),
                0..=1 << 24,
            ),
            (
                "registry.spare_zones",
                u64::from(self.spare_zones),
                0..=1 << 20,
            ),
        ]
    }
}

const fn spare_bays() -> u32 {
    65_536
}

const fn spare_zones() -> u32 {
    4096
}
