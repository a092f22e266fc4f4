//! A change in the making: a copy of the picture that is changed, checked, and then either taken or
//! dropped.
//!
//! Pure but for the numbers it takes. Nobody sees a draft; its pages are shared with the picture
//! until touched.

use super::changes::Change;
use super::city::{BaySpec, BaySurvey, City, ZoneSpec};
use super::faults::Faults;
use super::identities::Identities;
use super::load::{TOO_MANY_ZONES, check_bay, checked_zone, unknown_zone};
use super::names::{Moves, NameBook, Renamed, settled};
use super::page::BayRow;
use super::reach::too_far;
use super::region::Region;
use super::{RegistryError, build};
use crate::domain::{BBox, BayIx, Millis, Realm, ZoneIx, ZoneKind};
use ahash::{AHashMap, AHashSet};
use relink::BatchNames;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

mod relink;

/// Indices that lead nowhere any more; above this many, moves and removals need a restart, which
/// drops them.
const MAX_RETIRED: u32 = 1_000_000;

/// A draft that may be taken.
pub(super) struct Drafted {
    pub(super) city: City,
    pub(super) bay_moves: Moves<BayIx>,
    pub(super) zone_moves: Moves<ZoneIx>,
    pub(super) bays_renamed: Vec<Renamed>,
    pub(super) zones_renamed: Vec<Renamed>,
    /// What to keep on disk; empty when all was so already.
    pub(super) changes: Vec<Change>,
    /// Zones that are there and whose members, or bays, may have changed.
    pub(super) touched: Vec<ZoneIx>,
}

/// See the module's words. Ids are looked up as they were before the draft: no id may come twice in
/// one.
pub(super) struct Draft<'r> {
    city: City,
    bay_moves: Moves<BayIx>,
    zone_moves: Moves<ZoneIx>,
    bays_renamed: Vec<Renamed>,
    zones_renamed: Vec<Renamed>,
    changes: Vec<Change>,
    bays: &'r NameBook<BayIx>,
    zones: &'r NameBook<ZoneIx>,
    ids: &'r mut Identities,
    /// Zones whose bays or capacity may have changed.
    touched: BTreeSet<u32>,
    /// Where in the batch zones stand that may have changed whose part one is; empty: none has.
    relinked: AHashMap<ZoneIx, usize>,
    /// Zones that are new, new at their place, or newly a part of another.
    placed: Vec<ZoneIx>,
    /// What the zones of the batch are called from now on.
    called: BatchNames,
    seen: AHashSet<String>,
    faults: Faults,
    batch: &'static str,
    /// Where zones that are new, or new at their place, must lie.
    region: Region,
    /// When bays that are new, or new at their place, come into service; never: they always were.
    now: Millis,
    /// Whose city it is.
    pub(super) realm: Realm,
}

impl<'r> Draft<'r> {
    /// `batch` stands for the file in faults.
    pub(super) fn new(
        city: &City,
        bays: &'r NameBook<BayIx>,
        zones: &'r NameBook<ZoneIx>,
        ids: &'r mut Identities,
        batch: &'static str,
    ) -> Self {
        Self {
            city: city.clone(),
            bay_moves: Vec::new(),
            zone_moves: Vec::new(),
            bays_renamed: Vec::new(),
            zones_renamed: Vec::new(),
            changes: Vec::new(),
            bays,
            zones,
            ids,
            touched: BTreeSet::new(),
            relinked: AHashMap::new(),
            placed: Vec::new(),
            called: BatchNames::default(),
            seen: AHashSet::new(),
            faults: Faults::default(),
            batch,
            region: Region::Unknown,
            now: Millis::NEVER,
            realm: Realm::City,
        }
    }

    /// Zones that are new from here on must lie in the box, or where the city's zones do.
    pub(super) fn hold_zones_to(&mut self, bbox: Option<BBox>) {
        let zones = self.city.zones();
        self.region = Region::of(bbox, zones.map(|(_, zone)| zone.spec.place));
    }

    /// Bays that are new from here on come into service at `now`, and must lie near their zones.
    pub(super) const fn at(&mut self, now: Millis) {
        self.now = now;
    }

    pub(super) fn put_zones(&mut self, zones: &[ZoneSpec]) {
        self.called = BatchNames::of(zones, self.zones);
        for (at, zone) in zones.iter().enumerate() {
            self.put_zone(at, zone);
        }
    }

    fn put_zone(&mut self, at: usize, zone: &ZoneSpec) {
        let mut spec = match checked_zone(zone.clone(), Some(self.realm)) {
            Ok(spec) => spec,
            Err((id, what)) => return self.fault(at, &id, &what),
        };
        (spec.id, spec.aliases) = self.zones.meant(spec.id, spec.aliases);
        if !self.first_time(at, &spec.id) {
            return;
        }
        self.zones_renamed
            .extend(self.zones.renamed(at, &spec.id, &spec.aliases));
        let known = self.zones.get(&spec.id);
        self.name_whole(&mut spec);
        let stays = known.is_some_and(|ix| self.city.zone(ix).spec.place == spec.place);
        if !stays && let Some(what) = self.region.stray(spec.place) {
            return self.fault(at, &spec.id, &what);
        }
        let Some(ix) = known else {
            if self.city.zone_count() as usize >= ZoneIx::MOST {
                return self.fault(at, &spec.id, TOO_MANY_ZONES);
            }
            let ix = ZoneIx(self.city.zone_count());
            if spec.part_of.is_some() {
                self.relinked.insert(ix, at);
                self.placed.push(ix);
            }
            self.changes.push(Change::from(&spec));
            let number = self.ids.new_zone(&spec.id);
            self.city.zone_of_number.set(number, ix.0);
            self.zone_moves.push((Arc::from(&*spec.id), Some(ix)));
            // Bays known at start are none: an empty range.
            self.city.zones.push(Arc::new(build::new_zone(
                spec,
                number,
                0..0,
                BaySurvey::default(),
            )));
            self.touched.insert(ix.0);
            return;
        };
        if self.city.zone(ix).spec != spec {
            if spec.part_of.is_some() || self.is_linked(ix) {
                self.relinked.insert(ix, at);
            }
            if !stays || self.city.zone(ix).spec.part_of != spec.part_of {
                self.placed.push(ix);
            }
            self.changes.push(Change::from(&spec));
            self.city.zone_mut(ix).spec = spec;
            self.city.mark_private(ix);
            self.touched.insert(ix.0);
        }
    }

    pub(super) fn put_bay(&mut self, at: usize, bay: &BaySpec) {
        let names = settled(Cow::Borrowed(&bay.id), bay.aliases.clone());
        let checked = |id: &str| check_bay(id, bay.place, Some(self.realm));
        let (id, aliases) = match names.and_then(|n| checked(&n.0).map(|()| n)) {
            Ok(names) => names,
            Err(what) => return self.fault(at, &bay.id, &what),
        };
        let (id, aliases) = self.bays.meant(id.into_owned(), aliases);
        if !self.first_time(at, &id) {
            return;
        }
        let Some(zone) = self.zones.called(&bay.zone) else {
            return self.fault(at, &id, &unknown_zone(&bay.zone));
        };
        let bay = &BaySpec {
            id,
            aliases,
            zone: self.city.zone(zone).spec.id.clone(),
            ..bay.clone()
        };
        let renamed = self.bays.renamed(at, &bay.id, &bay.aliases);
        let is_renamed = renamed.is_some();
        self.bays_renamed.extend(renamed);
        let place = bay.place.e7();
        let known = self.bays.get(&bay.id);
        let stays = |ix| self.city.place_e7(ix) == place && self.city.zone_of(ix) == zone;
        if !self.now.is_never()
            && !known.is_some_and(stays)
            && let Some(what) = too_far(bay.place, &self.city.zone(zone).spec)
        {
            return self.fault(at, &bay.id, &what);
        }
        let id = match known {
            Some(ix) if self.city.place_e7(ix) == place && self.city.zone_of(ix) == zone => {
                if is_renamed || self.city.attrs(ix) != bay.attrs {
                    self.city
                        .page_mut(ix)
                        .set_attrs(ix.at() % super::page::PAGE, bay.attrs);
                    self.changes
                        .push(Change::put_bay(bay, self.city.serving_since(ix)));
                    self.touched.insert(zone.0);
                }
                return;
            }
            Some(ix) => {
                self.retire(ix);
                Arc::from(self.city.bay_id(ix))
            }
            None => Arc::from(&*bay.id),
        };
        let number = self.ids.new_bay(&id);
        let row = BayRow {
            id: Arc::clone(&id),
            zone: zone.0,
            place,
            number,
            attrs: bay.attrs,
        };
        let ix = self.city.push_bay(&row);
        self.city.zone_mut(zone).later_bays.push(ix);
        let private = self.city.zone(zone).spec.kind == ZoneKind::Private;
        let at_page = ix.at() % super::page::PAGE;
        self.city.page_mut(ix).set_private(at_page, private);
        let cell = self.city.cell.cell_at(place);
        Arc::make_mut(&mut self.city.later)
            .entry(cell)
            .or_default()
            .push(ix.0);
        self.touched.insert(zone.0);
        self.bay_moves.push((id, Some(ix)));
        if !self.now.is_never() {
            Arc::make_mut(&mut self.city.since).insert(number, self.now);
        }
        self.changes.push(Change::put_bay(bay, self.now));
    }

    pub(super) fn remove_bay(&mut self, at: usize, id: &str) {
        let Some(ix) = self.bays.called(id) else {
            return self.fault(at, id, "unknown bay");
        };
        let id = Arc::from(self.city.bay_id(ix));
        if !self.first_time(at, &id) {
            return;
        }
        self.retire(ix);
        self.bays_renamed.extend(self.bays.renamed(at, &id, &[]));
        self.changes.push(Change::RemoveBay(id.to_string()));
        self.bay_moves.push((id, None));
    }

    pub(super) fn remove_zone(&mut self, at: usize, id: &str) {
        let Some(ix) = self.zones.called(id) else {
            return self.fault(at, id, "unknown zone");
        };
        let id = &*self.city.zone(ix).spec.id.clone();
        let left = self.city.bays_of(ix).count();
        if left > 0 {
            return self.fault(
                at,
                id,
                &format!("the zone still has {left} bays; move or remove them first"),
            );
        }
        let parts = self.city.zone(ix).parts.len();
        if parts > 0 {
            let what = format!("the zone still has {parts} parts; remove them first");
            return self.fault(at, id, &what);
        }
        if self.is_linked(ix) {
            self.relinked.insert(ix, at);
        }
        let zone = self.city.zone_mut(ix);
        (zone.removed, zone.spec.capacity) = (true, 0);
        zone.capacity_by_kind = [0; 4];
        (zone.bays, zone.later_bays) = (0..0, Vec::new());
        let number = zone.number;
        self.city.zone_of_number.clear(number);
        self.zones_renamed.extend(self.zones.renamed(at, id, &[]));
        self.zone_moves.push((Arc::from(id), None));
        self.changes.push(Change::RemoveZone(id.to_owned()));
    }

    /// Checks the whole; the city is as it should become, or nothing has happened.
    pub(super) fn finish(mut self) -> Result<Drafted, RegistryError> {
        let touched = std::mem::take(&mut self.touched).into_iter().map(ZoneIx);
        let touched: Vec<ZoneIx> = touched
            .filter(|zone| !self.city.zone(*zone).removed)
            .collect();
        for zone in touched.iter().copied() {
            let survey = self.city.survey(zone);
            let z = self.city.zone_mut(zone);
            z.capacity_by_kind = build::capacities(&z.spec, survey.by_kind);
            z.accessible = survey.accessible.into();
        }
        self.relink();
        let clashes = [
            self.bays.clashes(&self.bays_renamed, &self.bay_moves),
            self.zones.clashes(&self.zones_renamed, &self.zone_moves),
        ];
        for (at, id, what) in clashes.into_iter().flatten() {
            self.fault(at, &id, &what);
        }
        if self.city.slots - self.city.live > MAX_RETIRED {
            self.faults.add(
                self.batch,
                0,
                None,
                "too many bays moved or removed since the start: restart the hub",
            );
        }
        if let Err(e) = self.faults.check() {
            self.ids.abandon();
            return Err(e);
        }
        let Self {
            city,
            bay_moves,
            zone_moves,
            bays_renamed,
            zones_renamed,
            changes,
            ..
        } = self;
        Ok(Drafted {
            city,
            bay_moves,
            zone_moves,
            bays_renamed,
            zones_renamed,
            changes,
            touched,
        })
    }

    /// The bay's index leads nowhere from now on, and its number neither.
    fn retire(&mut self, ix: BayIx) {
        let number = self.city.bay_number(ix);
        let zone = self.city.zone_of(ix);
        let place = self.city.place_e7(ix);
        self.city.bay_of_number.clear(number);
        self.city.page_mut(ix).retire(ix.at() % super::page::PAGE);
        self.city.live -= 1;
        if self.city.zone(zone).later_bays.contains(&ix) {
            self.city.zone_mut(zone).later_bays.retain(|&b| b != ix);
            let cell = self.city.cell.cell_at(place);
            let later = Arc::make_mut(&mut self.city.later);
            if let Some(bays) = later.get_mut(&cell) {
                bays.retain(|&b| b != ix.0);
                if bays.is_empty() {
                    later.remove(&cell);
                }
            }
        }
        self.touched.insert(zone.0);
    }

    fn first_time(&mut self, at: usize, id: &str) -> bool {
        let first = self.seen.insert(id.to_owned());
        if !first {
            self.fault(at, id, "duplicate id: comes twice in one batch");
        }
        first
    }

    fn fault(&mut self, at: usize, id: &str, what: &str) {
        self.faults.add(self.batch, at, Some(id), what);
    }
}
