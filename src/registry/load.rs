//! Takes in zones and bays one by one, checks each, and builds the first picture.
//!
//! A faulty zone or bay is noted and left out, so that one reading of a file tells all its faults.

use super::RegistryError;
use super::build::{bay_ids, build, zone_ids};
use super::city::{BayAttrs, BaySpec, City, ZoneSpec};
use super::faults::{Faults, invalid_id};
use super::geojson::FeatureBay;
use super::id_table::{ChangedIds, IdTable};
use super::identities::{Identities, Known};
use super::names::{Called, NameBook, Renamed, duplicate, settled};
use super::page::BayRow;
use super::parts;
use super::reach::{bad_place, too_far};
use super::region::Region;
use crate::domain::{BBox, BayIx, Crs, LatLon, Realm, ZoneIx, id};
use ahash::AHashMap;
use dashmap::Entry;
use std::borrow::Cow;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;

/// Zones and bays so far. Zones come first.
#[derive(Default)]
pub(super) struct Loader {
    pub(super) faults: Faults,
    zones: Vec<ZoneSpec>,
    /// Where in its file each stands, for faults found later.
    zone_from: Vec<usize>,
    /// The city's box, where one is configured.
    pub(super) bbox: Option<BBox>,
    /// In which coordinates the file that is being read gives places.
    pub(super) crs: Crs,
    /// By id.
    zone_at: AHashMap<String, u32>,
    /// By alias; what is an id as well is told at the end.
    zone_called: AHashMap<String, u32>,
    zone_names: Vec<Called>,
    bay_names: Vec<Called>,
    /// Whose city it is.
    pub(super) realm: Realm,
    /// What comes now was put by run-time changes.
    pub(super) from_changes: bool,
    /// How many zones the city's files have: only their bays are held to lie near them.
    held: usize,
    rows: Vec<BayRow>,
    /// Holds row numbers until the order is known.
    bays: ChangedIds<BayIx>,
}

/// What is wrong with a zone beyond [`ZoneIx::MOST`].
pub(super) const TOO_MANY_ZONES: &str = "too many zones: 4,194,304 are taken";

/// What loading ends in.
pub(super) struct Loaded {
    pub(super) city: City,
    pub(super) bays: NameBook<BayIx>,
    pub(super) zones: NameBook<ZoneIx>,
}

impl Loader {
    /// Whose ids are held to: nobody's where changes have put them, which were taken once.
    fn held_realm(&self) -> Option<Realm> {
        (!self.from_changes).then_some(self.realm)
    }

    /// `file` and `at` say where it stands, for the faults.
    pub(super) fn zone(&mut self, file: &Arc<str>, at: usize, spec: ZoneSpec) {
        let spec = match checked_zone(spec, self.held_realm()) {
            Ok(spec) => spec,
            Err((id, what)) => return self.faults.add(file, at, Some(&id), what),
        };
        if self.zone_at.contains_key(&spec.id) {
            let what = duplicate(&spec.id, &spec.aliases);
            return self.faults.add(file, at, Some(&spec.id), what);
        }
        if self.zones.len() >= ZoneIx::MOST {
            return self.faults.add(file, at, Some(&spec.id), TOO_MANY_ZONES);
        }
        let own = self.zones.len() as u32;
        self.zone_at.insert(spec.id.clone(), own);
        for alias in &spec.aliases {
            self.zone_called.entry(alias.clone()).or_insert(own);
        }
        let called = self.called(file, at, &Arc::from(&*spec.id), spec.aliases.clone());
        self.zone_names.extend(called);
        self.zones.push(spec);
        self.zone_from.push(at);
    }

    /// All zones of the city's file are there: none may lie far from all others, and bays of the
    /// files must from now on lie near them.
    ///
    /// Not so what run-time changes have put, or the bays of a zone that they have moved: they were
    /// taken once, and must not keep a hub from starting.
    pub(super) fn zones_are_read(&mut self, file: &str) {
        self.held = self.zones.len();
        let region = Region::of(self.bbox, self.zones.iter().map(|zone| zone.place));
        for (zone, at) in self.zones.iter().zip(&self.zone_from) {
            if let Some(what) = region.stray(zone.place) {
                self.faults.add(file, *at, Some(&zone.id), what);
            }
        }
    }

    /// All zones are there, of the city's file and of the changes: what is wrong with those that are
    /// parts of others.
    pub(super) fn check_parts(&mut self, files: [&str; 2]) {
        let mut parts_of: AHashMap<u32, usize> = AHashMap::new();
        for (at, part) in self.zones.iter().enumerate() {
            let Some(name) = &part.part_of else { continue };
            let whole = self
                .zone_at
                .get(name)
                .or_else(|| self.zone_called.get(name));
            let whole = whole.map(|ix| (*ix, &self.zones[*ix as usize]));
            // What changes have put was taken once.
            let held = |at: usize| at < self.held;
            let what = parts::wrong(part, name, whole.map(|w| w.1)).or_else(|| {
                let (ix, spec) = whole.filter(|_| held(at))?;
                parts::stray(part, spec).filter(|_| held(ix as usize))
            });
            let what = what.or_else(|| {
                let many = parts_of.entry(whole?.0).or_default();
                *many += 1;
                (*many > parts::MOST).then(|| parts::too_many(name))
            });
            if let Some(what) = what {
                let file = files[usize::from(at >= self.held)];
                self.faults
                    .add(file, self.zone_from[at], Some(&part.id), what);
            }
        }
    }

    /// As [`Loader::zone`].
    pub(super) fn bay(&mut self, file: &Arc<str>, at: usize, bay: FeatureBay<'_>) {
        match self.row(&bay) {
            Ok(row) => self.add(file, at, row, bay.aliases),
            Err(what) => self.faults.add(file, at, Some(&bay.id), what),
        }
    }

    fn add(&mut self, file: &Arc<str>, at: usize, row: BayRow, aliases: Vec<String>) {
        match self.bays.entry(Arc::clone(&row.id)) {
            Entry::Occupied(_) => {
                let what = duplicate(&row.id, &aliases);
                return self.faults.add(file, at, Some(&row.id), what);
            }
            Entry::Vacant(free) => drop(free.insert(Some(BayIx(self.rows.len() as u32)))),
        }
        self.call(file, at, &row.id, aliases);
        self.rows.push(row);
    }

    /// What a bay in the file at that position is called beside its id.
    pub(super) fn call(&mut self, file: &Arc<str>, at: usize, id: &Arc<str>, aliases: Vec<String>) {
        let called = self.called(file, at, id, aliases);
        self.bay_names.extend(called);
    }

    fn called(
        &self,
        file: &Arc<str>,
        at: usize,
        id: &Arc<str>,
        aliases: Vec<String>,
    ) -> Option<Called> {
        (!aliases.is_empty()).then(|| Called {
            file: Arc::clone(file),
            renamed: Renamed {
                at,
                id: Arc::clone(id),
                aliases: aliases.into(),
            },
            yields: self.from_changes,
        })
    }

    /// A bay of a file for [`Loader::all_bays`], or what is wrong with it. All zones have been taken
    /// in.
    pub(super) fn row(&self, bay: &FeatureBay<'_>) -> Result<BayRow, String> {
        let place = self.crs.to_wgs84(bay.place);
        let row = self.row_anywhere(&bay.id, &bay.zone, place, bay.attrs)?;
        let held = self.zones[..self.held].get(row.zone as usize);
        match held.and_then(|zone| too_far(place, zone)) {
            Some(what) => Err(what),
            None => Ok(row),
        }
    }

    fn row_anywhere(
        &self,
        id: &str,
        zone: &str,
        place: LatLon,
        attrs: BayAttrs,
    ) -> Result<BayRow, String> {
        check_bay(id, place, self.held_realm())?;
        let known = self.zone_at.get(zone);
        let known = known.or_else(|| self.zone_called.get(zone));
        let zone = *known.ok_or_else(|| unknown_zone(zone))?;
        Ok(BayRow {
            id: Arc::from(id),
            zone,
            place: place.e7(),
            number: 0,
            attrs,
        })
    }

    /// The first bays, at once and by all cores. False, and none is taken, where an id is there
    /// twice.
    pub(super) fn all_bays(&mut self, rows: Vec<BayRow>) -> bool {
        let bays = ChangedIds::with_capacity_and_hasher(rows.len(), ahash::RandomState::default());
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let share = rows.len().div_ceil(cores).max(1);
        let all_new = |(part, rows): (usize, &[BayRow])| {
            rows.iter().zip(part * share..).all(|(row, at)| {
                let new = Some(BayIx(at as u32));
                bays.insert(Arc::clone(&row.id), new).is_none()
            })
        };
        let fine = thread::scope(|s| {
            let parts = rows.chunks(share).enumerate();
            let hands: Vec<_> = parts.map(|part| s.spawn(move || all_new(part))).collect();
            hands
                .into_iter()
                .all(|hand| hand.join().is_ok_and(|all_new| all_new))
        });
        if fine {
            (self.bays, self.rows) = (bays, rows);
        }
        fine
    }

    /// As [`Loader::bay`], wherever it lies.
    pub(super) fn bay_spec(&mut self, file: &Arc<str>, at: usize, bay: &BaySpec) {
        let names = settled(Cow::Borrowed(&bay.id), bay.aliases.clone());
        let row = names.and_then(|(id, aliases)| {
            let row = self.row_anywhere(&id, &bay.zone, bay.place, bay.attrs)?;
            Ok((row, aliases))
        });
        match row {
            Ok((row, aliases)) => self.add(file, at, row, aliases),
            Err(what) => self.faults.add(file, at, Some(&bay.id), what),
        }
    }

    /// Numbers everything durably, and sorts it.
    pub(super) fn finish(
        mut self,
        ids: &mut Identities,
        known: &Known<'_>,
    ) -> Result<Loaded, RegistryError> {
        let mut bays = NameBook::of(IdTable::found(self.bays));
        bays.take(self.bay_names, &mut self.faults);
        let mut zones = NameBook::of(IdTable::found(ChangedIds::default()));
        for (id, was) in &self.zone_at {
            zones.ids.set(Arc::from(&**id), Some(ZoneIx(*was)));
        }
        zones.take(self.zone_names, &mut self.faults);
        self.faults.check()?;
        let numbers: Vec<_> = known
            .bay_numbers(self.rows.iter().map(|row| &*row.id))
            .collect();
        for (row, number) in self.rows.iter_mut().zip(numbers) {
            row.number = number.unwrap_or_else(|| ids.new_bay(&row.id));
        }
        let numbered = |spec: ZoneSpec| {
            let number = known
                .zones
                .get(&*spec.id)
                .copied()
                .unwrap_or_else(|| ids.new_zone(&spec.id));
            (spec, number)
        };
        let specs: Vec<_> = self.zones.into_iter().map(numbered).collect();
        ids.commit()?;
        let mut city = build(specs, &self.rows);
        bays.ids.settle(bay_ids(&mut city));
        zones.ids.settle(zone_ids(&city));
        // What could be wrong was checked before there were numbers.
        parts::link(&mut city, |name| zones.called(name))
            .map_err(|_| RegistryError("zones: parts of zones that are not there".into()))?;
        Ok(Loaded { city, bays, zones })
    }
}

/// The zone with its places in whole 1e-7 degrees, as everything here keeps them; or its id and
/// what is wrong.
pub(super) fn checked_zone(
    mut zone: ZoneSpec,
    realm: Option<Realm>,
) -> Result<ZoneSpec, (String, String)> {
    let names = std::mem::take(&mut zone.aliases);
    match settled(Cow::Borrowed(&zone.id), names) {
        Ok((id, aliases)) => (zone.id, zone.aliases) = (id.into_owned(), aliases),
        Err(what) => return Err((zone.id, what)),
    }
    let foreign = realm.and_then(|realm| realm.takes(&zone.id).err());
    let what = if let Some(foreign) = foreign {
        Some(foreign.to_owned())
    } else if zone.name.len() > MAX_TEXT || zone.operator.len() > MAX_TEXT {
        Some(format!(
            "name and operator may have at most {MAX_TEXT} bytes"
        ))
    } else {
        zone.outline
            .iter()
            .flatten()
            .flatten()
            .chain([&zone.place])
            .find_map(|&p| bad_place(p))
    };
    if let Some(what) = what {
        return Err((zone.id, what));
    }
    let places = zone.outline.iter_mut().flatten().flatten();
    for p in places.chain([&mut zone.place]) {
        *p = LatLon::of_e7((*p).e7());
    }
    Ok(zone)
}

/// Longest name of a zone or operator, bytes.
const MAX_TEXT: usize = 256;

pub(super) fn check_bay(bay: &str, place: LatLon, realm: Option<Realm>) -> Result<(), String> {
    if !id::is_valid(bay) {
        return Err(invalid_id().to_owned());
    }
    realm.map_or(Ok(()), |realm| realm.takes(bay))?;
    bad_place(place).map_or(Ok(()), Err)
}

pub(super) fn unknown_zone(zone: &str) -> String {
    format!(
        "unknown zone {:?}",
        zone.chars().take(80).collect::<String>()
    )
}
