//! Takes in zones and bays one by one, checks each, and builds the first picture.
//!
//! A faulty zone or bay is noted and left out, so that one reading of a file tells all its faults.

use super::build::{Built, build};
use super::city::{BayAttrs, BaySpec, City, ZoneSpec, from_e7, to_e7};
use super::faults::{Faults, invalid_id};
use super::identities::{Identities, Known};
use super::page::BayRow;
use super::reach::too_far;
use super::{Ids, RegistryError};
use crate::domain::{BayIx, LatLon, ZoneIx, id};
use ahash::AHashMap;
use dashmap::Entry;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;

/// Zones and bays so far. Zones come first.
#[derive(Default)]
pub(super) struct Loader {
    pub(super) faults: Faults,
    zones: Vec<ZoneSpec>,
    zone_at: AHashMap<String, u32>,
    /// How many zones the city's files have: only their bays are held to lie near them.
    held: usize,
    rows: Vec<BayRow>,
    /// Holds row numbers until the order is known.
    bays: Ids<BayIx>,
}

/// What is wrong with a zone beyond [`ZoneIx::MOST`].
pub(super) const TOO_MANY_ZONES: &str = "too many zones: 4,194,304 are taken";

/// What loading ends in.
pub(super) struct Loaded {
    pub(super) city: City,
    pub(super) bays: Ids<BayIx>,
    pub(super) zones: Ids<ZoneIx>,
}

impl Loader {
    /// `file` and `at` say where it stands, for the faults.
    pub(super) fn zone(&mut self, file: &Arc<str>, at: usize, spec: ZoneSpec) {
        let spec = match checked_zone(spec) {
            Ok(spec) => spec,
            Err((id, what)) => return self.faults.add(file, at, Some(&id), what),
        };
        if self.zone_at.contains_key(&spec.id) {
            return self.faults.add(file, at, Some(&spec.id), "duplicate id");
        }
        if self.zones.len() >= ZoneIx::MOST {
            return self.faults.add(file, at, Some(&spec.id), TOO_MANY_ZONES);
        }
        self.zone_at
            .insert(spec.id.clone(), self.zones.len() as u32);
        self.zones.push(spec);
    }

    /// All zones of the city's files are there. Bays of the files must from now on lie near them.
    ///
    /// Not so what run-time changes have put, or the bays of a zone that they have moved: they were
    /// taken once, and must not keep a hub from starting.
    pub(super) fn hold_bays_to_their_zones(&mut self) {
        self.held = self.zones.len();
    }

    /// As [`Loader::zone`].
    pub(super) fn bay(
        &mut self,
        file: &str,
        at: usize,
        id: &str,
        zone: &str,
        place: LatLon,
        attrs: BayAttrs,
    ) {
        match self.row(id, zone, place, attrs) {
            Ok(row) => self.add(file, at, row),
            Err(what) => self.faults.add(file, at, Some(id), what),
        }
    }

    fn add(&mut self, file: &str, at: usize, row: BayRow) {
        match self.bays.entry(Arc::clone(&row.id)) {
            Entry::Occupied(_) => return self.faults.add(file, at, Some(&row.id), "duplicate id"),
            Entry::Vacant(free) => drop(free.insert(BayIx(self.rows.len() as u32))),
        }
        self.rows.push(row);
    }

    /// A bay of a file for [`Loader::all_bays`], or what is wrong with it. All zones have been taken
    /// in.
    pub(super) fn row(
        &self,
        id: &str,
        zone: &str,
        place: LatLon,
        attrs: BayAttrs,
    ) -> Result<BayRow, String> {
        let row = self.row_anywhere(id, zone, place, attrs)?;
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
        check_bay(id, place)?;
        let zone = *self.zone_at.get(zone).ok_or_else(|| unknown_zone(zone))?;
        Ok(BayRow {
            id: Arc::from(id),
            zone,
            place: to_e7(place),
            number: 0,
            attrs,
        })
    }

    /// The first bays, at once and by all cores. False, and none is taken, where an id is there
    /// twice.
    pub(super) fn all_bays(&mut self, rows: Vec<BayRow>) -> bool {
        let bays = Ids::with_capacity_and_hasher(rows.len(), ahash::RandomState::default());
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let share = rows.len().div_ceil(cores).max(1);
        let all_new = |(part, rows): (usize, &[BayRow])| {
            rows.iter()
                .zip(part * share..)
                .all(|(row, at)| bays.insert(Arc::clone(&row.id), BayIx(at as u32)).is_none())
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
    pub(super) fn bay_spec(&mut self, file: &str, at: usize, bay: &BaySpec) {
        match self.row_anywhere(&bay.id, &bay.zone, bay.place, bay.attrs) {
            Ok(row) => self.add(file, at, row),
            Err(what) => self.faults.add(file, at, Some(&bay.id), what),
        }
    }

    /// Numbers everything durably, and sorts it.
    pub(super) fn finish(
        mut self,
        ids: &mut Identities,
        known: &Known<'_>,
    ) -> Result<Loaded, RegistryError> {
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
        let zones: Vec<_> = self.zones.into_iter().map(numbered).collect();
        ids.commit()?;
        let Built {
            city,
            bay_at,
            zone_at,
        } = build(zones, &self.rows);
        for mut bay in self.bays.iter_mut() {
            bay.0 = bay_at[bay.at()];
        }
        let zones = Ids::default();
        for (id, was) in self.zone_at {
            zones.insert(Arc::from(id), ZoneIx(zone_at[was as usize]));
        }
        Ok(Loaded {
            city,
            bays: self.bays,
            zones,
        })
    }
}

/// The zone with its places in whole 1e-7 degrees, as everything here keeps them; or its id and
/// what is wrong.
pub(super) fn checked_zone(mut zone: ZoneSpec) -> Result<ZoneSpec, (String, String)> {
    let what = if !id::is_valid(&zone.id) {
        Some(invalid_id().to_owned())
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
        *p = from_e7(to_e7(*p));
    }
    Ok(zone)
}

/// Longest name of a zone or operator, bytes.
const MAX_TEXT: usize = 256;

pub(super) fn check_bay(bay: &str, place: LatLon) -> Result<(), String> {
    if !id::is_valid(bay) {
        return Err(invalid_id().to_owned());
    }
    bad_place(place).map_or(Ok(()), Err)
}

pub(super) fn unknown_zone(zone: &str) -> String {
    format!(
        "unknown zone {:?}",
        zone.chars().take(80).collect::<String>()
    )
}

/// Says what is wrong with a place.
pub(super) fn bad_place(LatLon { lat, lon }: LatLon) -> Option<String> {
    if LatLon::new(lat, lon).is_some() {
        return None;
    }
    let hint = match LatLon::new(lon, lat) {
        Some(_) => "; they look swapped: GeoJSON gives longitude first",
        None => "",
    };
    Some(format!(
        "bad coordinate: longitude {lon} and latitude {lat} are not both within +-180 and +-90{hint}"
    ))
}
