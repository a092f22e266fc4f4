//! The city as one immutable picture: dense arrays in spatial order, replaced whole when something
//! changes.
//!
//! Promises: a reader never waits and never sees half a change. A zone's bays that were known at
//! start are one range, and within it the bays of one grid cell are one range. A change makes a new
//! picture that shares all pages but the touched ones with the old. Dear: a change after many
//! additions since the start (it copies the map of additions).

pub use super::attrs::BayAttrs;
use super::grid::{CellSize, Grid, GridCell};
use super::number_index::NumberIndex;
use super::page::{BayPage, BayRow, PAGE};
use crate::domain::{BayIx, BayKind, LatLon, Millis, ZoneIx, ZoneKind};
use ahash::AHashMap;
use std::ops::Range;
use std::sync::Arc;

/// Rings of an outline: the outer one, then its holes.
pub type Polygon = Vec<Vec<LatLon>>;

/// A zone as it is described from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneSpec {
    pub id: String,
    /// Other names that lead to it.
    pub aliases: Vec<String>,
    pub name: String,
    pub kind: ZoneKind,
    pub operator: String,
    /// Bays in all; 0: nobody has said.
    pub capacity: u32,
    /// Of those, by kind, as far as that is said; 0: it is not.
    pub capacity_by_kind: [u32; BayKind::COUNT],
    /// What an hour costs there; `None`: nobody has said.
    pub price_cents_per_hour: Option<u32>,
    /// What fits in; `None`: nobody has said.
    pub max_height_cm: Option<u16>,
    /// Where it is shown: the point, or the centroid of the polygon.
    pub place: LatLon,
    /// All its parts with their holes, when it was given as a polygon or several.
    pub outline: Vec<Polygon>,
    /// Silence after which the zone is stale, in s; `None` takes the hub's default.
    pub stale_after_s: Option<u32>,
    /// The zone that it is an area or a floor of.
    pub part_of: Option<String>,
}

/// A bay as it is described from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct BaySpec {
    pub id: String,
    /// Other names that lead to it.
    pub aliases: Vec<String>,
    pub zone: String,
    pub place: LatLon,
    pub attrs: BayAttrs,
}

/// The number of the last picture in which each of these happened to a zone; 0: never since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZonePast {
    /// It was added.
    pub came: u64,
    /// It was put to another place.
    pub moved: u64,
    /// Bays of it were removed, moved within it or to another zone, or may have left sight since it
    /// became private.
    pub lost: u64,
    /// Everybody had seen it, and does no more: it was removed, or is private and has no bays.
    pub hidden: u64,
    /// It was removed, whoever saw it.
    pub removed: u64,
}

/// When a zone entered the registry, and when it or its bays last changed; never: not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZoneDates {
    pub published: Millis,
    pub updated: Millis,
}

/// A zone of the picture.
#[derive(Clone, Debug)]
pub struct Zone {
    /// As described.
    pub spec: ZoneSpec,
    /// Bays of each kind: as described, but never fewer than are known. All 0 where neither is.
    pub capacity_by_kind: [u32; BayKind::COUNT],
    /// Removed at run time: it has no bays and a capacity of 0, and is not to be shown.
    pub removed: bool,
    /// Stable number, for what is written to disk.
    pub number: u32,
    /// Its bays that were known at start lie together.
    pub bays: Range<u32>,
    /// Those added since.
    pub later_bays: Vec<BayIx>,
    /// Those that are accessible, wherever they lie.
    pub accessible: Box<[BayIx]>,
    /// What happened to it since the start, and when.
    pub past: ZonePast,
    /// When it entered the registry and last changed, by clocks.
    pub dates: ZoneDates,
    /// Its areas and floors, in the order in which they were first heard of.
    pub parts: Box<[ZoneIx]>,
    /// The zone that it is a part of; one that is has no parts.
    pub part_of: Option<ZoneIx>,
}

/// What a zone's bays are.
#[derive(Default)]
pub(super) struct BaySurvey {
    pub(super) by_kind: [u32; BayKind::COUNT],
    pub(super) accessible: Vec<BayIx>,
}

impl BaySurvey {
    pub(super) fn add(&mut self, bay: BayIx, attrs: BayAttrs) {
        self.by_kind[attrs.kind as usize] += 1;
        if attrs.accessible {
            self.accessible.push(bay);
        }
    }
}

impl Zone {
    /// Bays of all kinds.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        total(&self.capacity_by_kind)
    }
}

/// Of all kinds.
pub(super) fn total(by_kind: &[u32; BayKind::COUNT]) -> u32 {
    by_kind.iter().fold(0, |sum, n| sum.saturating_add(*n))
}

/// The picture: bays in pages, zones, and the grid over them. Immutable for its readers.
///
/// Reads are two dependent loads and no lock. Asking for an index that this city does not have
/// panics: take the city *after* looking the index up, never before.
#[derive(Clone)]
pub struct City {
    pub(super) pages: Vec<Arc<BayPage>>,
    pub(super) slots: u32,
    pub(super) live: u32,
    pub(super) zones: Vec<Arc<Zone>>,
    /// Stable number -> index; [`NOWHERE`] where the bay is gone.
    pub(super) bay_of_number: NumberIndex,
    pub(super) zone_of_number: NumberIndex,
    pub(super) cell: CellSize,
    /// Bays known at start.
    pub(super) grid: Arc<Grid>,
    /// Bays added since, by cell; without retired ones.
    pub(super) later: Arc<AHashMap<GridCell, Vec<u32>>>,
    /// By stable number: when bays came into service that were not there from the beginning.
    pub(super) since: Arc<AHashMap<u32, Millis>>,
    /// See [`City::picture`].
    pub(super) picture: u64,
    /// In which picture zones were last changed, rising; each zone once.
    pub(super) changed: Vec<(u64, ZoneIx)>,
}

impl City {
    /// Indices run from 0 to this, exclusive; some may be retired.
    pub fn bay_slots(&self) -> u32 {
        self.slots
    }

    /// Bays that are neither moved away nor removed.
    pub fn live_bays(&self) -> u32 {
        self.live
    }

    /// False for an index whose bay has been moved or removed.
    #[inline]
    pub fn is_live(&self, bay: BayIx) -> bool {
        !self.page(bay).is_retired(bay.at() % PAGE)
    }

    /// Whether the bay's zone is private: then it is shown to others only while it is on offer. In the
    /// picture itself, so that no reader sees the zone's kind and the bay's at odds.
    #[inline]
    pub fn is_private(&self, bay: BayIx) -> bool {
        self.page(bay).is_private(bay.at() % PAGE)
    }

    /// Zone indices run from 0 to this, exclusive; a removed zone keeps its index (see
    /// [`Zone::removed`]).
    pub fn zone_count(&self) -> u32 {
        self.zones.len() as u32
    }

    /// Zones that have not been removed.
    pub fn zones(&self) -> impl Iterator<Item = (ZoneIx, &Zone)> {
        self.zones
            .iter()
            .enumerate()
            .filter(|(_, z)| !z.removed)
            .map(|(i, z)| (ZoneIx(i as u32), &**z))
    }

    /// (latitude, longitude) in 1e-7 degrees (1.1 cm).
    #[inline]
    pub fn place_e7(&self, bay: BayIx) -> (i32, i32) {
        self.page(bay).place(bay.at() % PAGE)
    }

    pub fn place(&self, bay: BayIx) -> LatLon {
        LatLon::of_e7(self.place_e7(bay))
    }

    #[inline]
    pub fn attrs(&self, bay: BayIx) -> BayAttrs {
        self.page(bay).attrs(bay.at() % PAGE)
    }

    #[inline]
    pub fn zone_of(&self, bay: BayIx) -> ZoneIx {
        ZoneIx(self.page(bay).zone(bay.at() % PAGE))
    }

    #[inline]
    pub fn bay_id(&self, bay: BayIx) -> &str {
        self.page(bay).id(bay.at() % PAGE)
    }

    /// Asks the processor for all there is of a bay but the text of its id, before it is needed.
    #[inline]
    pub fn ask_for(&self, bay: BayIx) {
        self.page(bay).ask_for(bay.at() % PAGE);
    }

    /// The same for what a query for the nearest looks at.
    #[inline]
    pub fn ask_for_place(&self, bay: BayIx) {
        self.page(bay).ask_for_place(bay.at() % PAGE);
    }

    /// The bay's stable number, for what is written to disk.
    #[inline]
    pub fn bay_number(&self, bay: BayIx) -> u32 {
        self.page(bay).number(bay.at() % PAGE)
    }

    /// When the bay came into service at this place; [`Millis::NEVER`] for one that has always been
    /// there.
    pub fn serving_since(&self, bay: BayIx) -> Millis {
        if self.since.is_empty() {
            return Millis::NEVER;
        }
        self.since
            .get(&self.bay_number(bay))
            .copied()
            .unwrap_or(Millis::NEVER)
    }

    /// Bays by their stable numbers, those above `after`; all for `None`.
    pub fn bays_after(&self, after: Option<u32>) -> impl Iterator<Item = (u32, BayIx)> + '_ {
        let all = self.bay_of_number.after(after);
        all.map(|(number, bay)| (number, BayIx(bay)))
    }

    /// The same of zones.
    pub fn zones_after(&self, after: Option<u32>) -> impl Iterator<Item = (u32, ZoneIx)> + '_ {
        let all = self.zone_of_number.after(after);
        all.map(|(number, zone)| (number, ZoneIx(zone)))
    }

    /// The inverse; `None` for a number whose bay is gone or has moved.
    #[inline]
    pub fn bay_numbered(&self, number: u32) -> Option<BayIx> {
        self.bay_of_number.get(number).map(BayIx)
    }

    /// The zone of that stable number; `None` when it is gone.
    pub fn zone_numbered(&self, number: u32) -> Option<ZoneIx> {
        self.zone_of_number.get(number).map(ZoneIx)
    }

    /// # Panics
    /// For an index this city does not have.
    #[inline]
    pub fn zone(&self, zone: ZoneIx) -> &Zone {
        &self.zones[zone.at()]
    }

    /// How many bays of each kind a zone has, and which are accessible.
    pub(super) fn survey(&self, zone: ZoneIx) -> BaySurvey {
        let mut survey = BaySurvey::default();
        for bay in self.bays_of(zone) {
            survey.add(bay, self.attrs(bay));
        }
        survey
    }

    /// All live bays of a zone.
    pub fn bays_of(&self, zone: ZoneIx) -> impl Iterator<Item = BayIx> + '_ {
        let z = self.zone(zone);
        z.bays
            .clone()
            .map(BayIx)
            .chain(z.later_bays.iter().copied())
            .filter(|&bay| self.is_live(bay))
    }

    /// Index ranges of the bays in the grid cell at (column, row). A range may contain retired
    /// bays: a reader whose own marks (such as a vacant bit) are never set for those needs no
    /// check, any other asks [`City::is_live`].
    #[inline]
    pub fn cell_runs(&self, column: i32, row: i32) -> impl Iterator<Item = Range<u32>> + '_ {
        let cell = (column, row);
        // A map that has never been added to answers without hashing.
        let later = self.later.get(&cell).map_or(&[][..], |bays| bays);
        self.grid
            .runs(cell)
            .iter()
            .map(|&(start, end)| start..end)
            .chain(later.iter().map(|&bay| bay..bay + 1))
    }

    /// The grid cell (column, row) of a place.
    #[inline]
    pub fn cell_at(&self, lat_e7: i32, lon_e7: i32) -> (i32, i32) {
        self.cell.cell_at((lat_e7, lon_e7))
    }

    /// (height, width) of a cell in 1e-7 degrees; some 125 m each at the city's mean latitude.
    pub fn cell_size_e7(&self) -> (i32, i32) {
        (self.cell.height, self.cell.width)
    }

    /// Bytes of numbers held for bays (arrays, inverse of numbers, grid), without ids and zones.
    /// For measurements.
    pub fn numeric_bytes(&self) -> usize {
        self.pages.len() * PAGE * BayPage::NUMERIC_BYTES
            + self.bay_of_number.bytes()
            + self.grid.bytes()
    }

    #[inline]
    fn page(&self, bay: BayIx) -> &BayPage {
        // The last page has room beyond the last bay: that room must not be readable as a bay.
        debug_assert!(bay.0 < self.slots, "bay {} of {}", bay.0, self.slots);
        &self.pages[bay.at() / PAGE]
    }

    /// A page about to be changed; copied first if an older picture still shows it.
    pub(super) fn page_mut(&mut self, bay: BayIx) -> &mut BayPage {
        Arc::make_mut(&mut self.pages[bay.at() / PAGE])
    }

    /// Lets the bays of a zone know its kind; touches no page that knows it.
    pub(super) fn mark_private(&mut self, zone: ZoneIx) {
        let private = self.zone(zone).spec.kind == ZoneKind::Private;
        let differ: Vec<BayIx> = self
            .bays_of(zone)
            .filter(|bay| self.is_private(*bay) != private)
            .collect();
        for bay in differ {
            self.page_mut(bay).set_private(bay.at() % PAGE, private);
        }
    }

    /// A zone about to be changed; copied first if an older picture still shows it.
    pub(super) fn zone_mut(&mut self, zone: ZoneIx) -> &mut Zone {
        Arc::make_mut(&mut self.zones[zone.at()])
    }

    /// Puts a bay at the next free index. Its number is registered; grid and zone are the caller's
    /// to tell.
    pub(super) fn push_bay(&mut self, row: &BayRow) -> BayIx {
        if self.pages.last().is_none_or(|p| p.is_full()) {
            self.pages.push(Arc::new(BayPage::new()));
        }
        let bay = BayIx(self.slots);
        self.bay_of_number.set(row.number, bay.0);
        self.slots += 1;
        self.live += 1;
        self.page_mut(bay).push(row);
        bay
    }
}
