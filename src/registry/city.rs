//! The city as one immutable picture: dense arrays in spatial order, replaced whole when something changes.

use crate::domain::{BayIx, BayKind, LatLon, ZoneIx, ZoneKind};
use std::ops::Range;
use std::sync::Arc;

/// A zone as it is described from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneSpec {
    pub id: String,
    pub name: String,
    pub kind: ZoneKind,
    pub operator: String,
    pub capacity: u32,
    /// Where it is shown: the point, or the centroid of the polygon.
    pub place: LatLon,
    /// Outer ring, when it was given as a polygon.
    pub outline: Vec<LatLon>,
    /// Silence after which the zone is stale, in s; `None` takes the hub's default.
    pub stale_after_s: Option<u32>,
}

/// A bay as it is described from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct BaySpec {
    pub id: String,
    pub zone: String,
    pub place: LatLon,
    pub attrs: BayAttrs,
}

/// What can be asked of a bay besides its state. 12 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BayAttrs {
    pub kind: BayKind,
    pub accessible: bool,
    pub ev_charging: bool,
    /// 0 = no limit.
    pub max_height_cm: u16,
    /// 0 = no limit.
    pub max_stay_min: u16,
    pub price_cents_per_hour: u32,
}

/// A zone of the picture.
#[derive(Clone, Debug)]
pub struct Zone {
    pub spec: ZoneSpec,
    /// Stable number, for what is written to disk.
    pub number: u32,
    /// Its bays that were known at start lie together.
    pub bays: Range<u32>,
    /// Those added since.
    pub later_bays: Vec<BayIx>,
}

pub struct City {}

#[allow(clippy::unused_self)]
impl City {
    /// Indices run from 0 to this, exclusive; some may be retired.
    pub fn bay_slots(&self) -> u32 {
        todo!()
    }
    /// False for an index whose bay has been moved or removed.
    pub fn is_live(&self, bay: BayIx) -> bool {
        let _ = bay;
        todo!()
    }
    pub fn zone_count(&self) -> u32 {
        todo!()
    }
    /// (latitude, longitude) in 1e-7 degrees (1.1 cm).
    pub fn place_e7(&self, bay: BayIx) -> (i32, i32) {
        let _ = bay;
        todo!()
    }
    pub fn place(&self, bay: BayIx) -> LatLon {
        let _ = bay;
        todo!()
    }
    pub fn attrs(&self, bay: BayIx) -> BayAttrs {
        let _ = bay;
        todo!()
    }
    pub fn zone_of(&self, bay: BayIx) -> ZoneIx {
        let _ = bay;
        todo!()
    }
    pub fn bay_id(&self, bay: BayIx) -> &Arc<str> {
        let _ = bay;
        todo!()
    }
    /// The bay's stable number, for what is written to disk.
    pub fn bay_number(&self, bay: BayIx) -> u32 {
        let _ = bay;
        todo!()
    }
    /// The inverse; `None` for a number whose bay is gone.
    pub fn bay_numbered(&self, number: u32) -> Option<BayIx> {
        let _ = number;
        todo!()
    }
    pub fn zone_numbered(&self, number: u32) -> Option<ZoneIx> {
        let _ = number;
        todo!()
    }
    /// # Panics
    /// For an index this city does not have.
    pub fn zone(&self, zone: ZoneIx) -> &Zone {
        let _ = zone;
        todo!()
    }
    /// All live bays of a zone.
    pub fn bays_of(&self, zone: ZoneIx) -> impl Iterator<Item = BayIx> + '_ {
        let _ = zone;
        std::iter::empty()
    }
    /// Index ranges of the bays in the grid cell at (column, row).
    pub fn cell_runs(&self, column: i32, row: i32) -> impl Iterator<Item = Range<u32>> + '_ {
        let _ = (column, row);
        std::iter::empty()
    }
    /// The grid cell (column, row) of a place.
    pub fn cell_at(&self, lat_e7: i32, lon_e7: i32) -> (i32, i32) {
        let _ = (lat_e7, lon_e7);
        todo!()
    }
    /// (height, width) of a cell in 1e-7 degrees; some 125 m each at the city's mean latitude.
    pub fn cell_size_e7(&self) -> (i32, i32) {
        todo!()
    }
}
