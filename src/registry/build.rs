//! From zones and bays in any order to a [`City`] in spatial order.
//!
//! Zones go by the Morton code of their place; bays by zone, then cell, then place. So what is near
//! on the ground is near in memory, a zone is one range, and each (zone, cell) pair is one run.
//! Dear: a sort of all bays.

use super::city::{BaySurvey, City, Zone, ZoneDates, ZonePast, ZoneSpec, total};
use super::grid::{CellSize, Grid, GridCell, Run};
use super::id_text::IdText;
use super::number_index::NumberIndex;
use super::page::{BayPage, BayRow, PAGE};
use crate::domain::{BayIx, BayKind, ZoneIx};
use ahash::AHashMap;
use std::ops::Range;
use std::sync::Arc;

/// Builds the picture. `zones` carry their stable numbers; a row's `zone` is a position in `zones`.
pub(super) fn build(zones: Vec<(ZoneSpec, u32)>, rows: &[BayRow]) -> City {
    let cell = CellSize::at_latitude(mean_latitude(&zones, rows));
    let mut order: Vec<u32> = (0..zones.len() as u32).collect();
    order.sort_by_cached_key(|&z| (morton(zones[z as usize].0.place.e7()), z));
    let mut city = City {
        pages: Vec::with_capacity(rows.len() / PAGE + 1),
        slots: 0,
        live: 0,
        zones: Vec::with_capacity(zones.len()),
        bay_of_number: NumberIndex::default(),
        zone_of_number: NumberIndex::default(),
        cell,
        grid: Arc::new(Grid::new(Vec::new())),
        later: Arc::new(AHashMap::new()),
        since: Arc::new(AHashMap::new()),
        picture: 0,
        changed: Vec::new(),
    };
    lay_bays(&mut city, rows, &inverse(&order));
    let mut specs: Vec<Option<(ZoneSpec, u32)>> = zones.into_iter().map(Some).collect();
    let mut start = 0;
    for (at, &z) in order.iter().enumerate() {
        let Some((spec, number)) = specs[z as usize].take() else {
            continue;
        };
        let mut end = start;
        let mut survey = BaySurvey::default();
        while end < city.slots && city.zone_of(BayIx(end)) == ZoneIx(at as u32) {
            survey.add(BayIx(end), city.attrs(BayIx(end)));
            end += 1;
        }
        city.zone_of_number.set(number, at as u32);
        city.zones
            .push(Arc::new(new_zone(spec, number, start..end, survey)));
        city.mark_private(ZoneIx(at as u32));
        start = end;
    }
    city
}

/// A zone whose bays lie at `bays` and are what the survey says.
pub(super) fn new_zone(spec: ZoneSpec, number: u32, bays: Range<u32>, survey: BaySurvey) -> Zone {
    Zone {
        capacity_by_kind: capacities(&spec, survey.by_kind),
        accessible: survey.accessible.into(),
        spec,
        removed: false,
        number,
        bays,
        later_bays: Vec::new(),
        past: ZonePast::default(),
        dates: ZoneDates::default(),
        parts: Box::default(),
        part_of: None,
    }
}

/// How many bays of each kind a zone has: as many as are said or known, whichever is more. Where only
/// a number for all is said, bays whose kind no bay tells are of the kind that the zone has most of;
/// cars where it has none.
pub(super) fn capacities(spec: &ZoneSpec, bays: [u32; BayKind::COUNT]) -> [u32; BayKind::COUNT] {
    let mut of: [u32; BayKind::COUNT] =
        std::array::from_fn(|k| bays[k].max(spec.capacity_by_kind[k]));
    if total(&spec.capacity_by_kind) == 0 {
        // Ties go to the first.
        let most = (0..BayKind::COUNT).max_by_key(|k| (bays[*k], std::cmp::Reverse(*k)));
        of[most.unwrap_or_default()] += spec.capacity.saturating_sub(total(&bays));
    }
    of
}

/// Pushes the rows in order and tells the grid.
fn lay_bays(city: &mut City, rows: &[BayRow], zone_at: &[u32]) {
    let key = |i: usize| {
        let r = &rows[i];
        let (column, row) = city.cell.cell_at(r.place);
        (
            zone_at[r.zone as usize],
            morton((row, column)),
            morton(r.place),
            i as u32,
        )
    };
    let mut keys: Vec<_> = (0..rows.len()).map(key).collect();
    keys.sort_unstable();
    let mut runs: Vec<(GridCell, Run)> = Vec::new();
    let mut last = None;
    for &(zone, cell_code, _, i) in &keys {
        let row = BayRow {
            zone,
            ..rows[i as usize].clone()
        };
        let cell = city.cell.cell_at(row.place);
        let bay = city.push_bay(&row);
        match runs.last_mut() {
            Some((_, run)) if last == Some((zone, cell_code)) => run.1 = bay.0 + 1,
            _ => runs.push((cell, (bay.0, bay.0 + 1))),
        }
        last = Some((zone, cell_code));
    }
    city.grid = Arc::new(Grid::new(runs));
}

/// The ids of all bays, by pages, in the order of their indices.
pub(super) fn bay_ids(city: &mut City) -> Vec<Arc<IdText>> {
    let pages = city.pages.iter_mut().map(Arc::make_mut);
    pages.map(BayPage::settled_ids).collect()
}

/// The same of zones.
pub(super) fn zone_ids(city: &City) -> Vec<Arc<IdText>> {
    let page = |zones: &[Arc<Zone>]| {
        let mut text = IdText::with_room(zones.len());
        for zone in zones {
            text.push(&zone.spec.id);
        }
        Arc::new(text)
    };
    city.zones.chunks(PAGE).map(page).collect()
}

/// Of the bays; of the zones while there are no bays; 0 for an empty city. Degrees.
fn mean_latitude(zones: &[(ZoneSpec, u32)], rows: &[BayRow]) -> f64 {
    if rows.is_empty() {
        return zones.iter().map(|(z, _)| z.place.lat).sum::<f64>() / zones.len().max(1) as f64;
    }
    rows.iter().map(|r| f64::from(r.place.0)).sum::<f64>() / rows.len() as f64 / 1e7
}

fn inverse(order: &[u32]) -> Vec<u32> {
    let mut at = vec![0; order.len()];
    for (i, &was) in order.iter().enumerate() {
        at[was as usize] = i as u32;
    }
    at
}

/// The bits of both numbers in turn: near codes are near places.
fn morton((a, b): (i32, i32)) -> u64 {
    // The sign bit flipped: order as unsigned is order as signed.
    let part = |n: i32| spread(n as u32 ^ 0x8000_0000);
    part(a) << 1 | part(b)
}

/// Bit n to bit 2n.
fn spread(n: u32) -> u64 {
    let mut n = u64::from(n);
    n = (n | n << 16) & 0x0000_FFFF_0000_FFFF;
    n = (n | n << 8) & 0x00FF_00FF_00FF_00FF;
    n = (n | n << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    n = (n | n << 2) & 0x3333_3333_3333_3333;
    (n | n << 1) & 0x5555_5555_5555_5555
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn morton_interleaves_bits_and_keeps_signs_in_order() {
        for (n, want) in [
            (0, 0),
            (1, 1),
            (2, 4),
            (3, 5),
            (u32::MAX, 0x5555_5555_5555_5555),
        ] {
            assert_eq!(spread(n), want);
        }
        assert!(morton((-1, -1)) < morton((0, 0)));
        assert!(morton((0, 0)) < morton((0, 1)) && morton((0, 1)) < morton((1, 0)));
    }
}
