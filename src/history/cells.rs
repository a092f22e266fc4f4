//! From windows to cells: five minutes or hours of zones, each told by its bays or by counts.
//!
//! Promise: all of one hour of a zone is told by the same of the two, so that its windows add up to
//! it.

use super::files::RawRow;
use crate::domain::{Basis, Millis, Sums, Tally, Window, WindowRow};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one zone did in some five minutes or hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneFigures {
    pub zone: u32,
    pub from: Millis,
    pub sums: Sums,
}

/// Cells by time, then by zone.
pub type Cells = Arc<[ZoneFigures]>;

/// Corrections of an hour by zone, time, and whether they are of counts: what is judged is each of
/// the two with its own.
#[derive(Default)]
pub(super) struct Amended(BTreeMap<(u32, Millis, bool), Window>);

impl Amended {
    const fn key(raw: &RawRow<'_>) -> (u32, Millis, bool) {
        (raw.zone, raw.from, raw.window.counted.is_some())
    }

    pub(super) fn window(&mut self, raw: &RawRow<'_>) -> &mut Window {
        self.0.entry(Self::key(raw)).or_default()
    }

    pub(super) fn take(&mut self, raw: &RawRow<'_>) -> Option<Window> {
        if self.0.is_empty() {
            return None;
        }
        self.0.remove(&Self::key(raw))
    }

    pub(super) fn first_zone(&self) -> Option<u32> {
        self.0.first_key_value().map(|((zone, ..), _)| *zone)
    }

    /// Adds up the windows of a zone of which the hour's own file does not speak.
    pub(super) fn rest(&mut self, zone: u32, tally: &mut Tally) {
        let of_zone = (zone, Millis(0), false)..=(zone, Millis::MAX, true);
        let keys: Vec<_> = self.0.range(of_zone).map(|(key, _)| *key).collect();
        for window in keys.iter().filter_map(|key| self.0.remove(key)) {
            tally.add_window(&window);
        }
    }
}

/// Windows of one hour, zone after zone, to a cell each.
pub(super) fn fine_cells(rows: &[WindowRow]) -> Cells {
    let mut cells: Vec<ZoneFigures> = Vec::with_capacity(rows.len());
    for of_zone in rows.chunk_by(|a, b| a.zone == b.zone) {
        let basis = basis_of(of_zone);
        cells.extend(of_zone.iter().map(|row| ZoneFigures {
            zone: row.zone,
            from: row.from,
            sums: row.window.told_by(basis),
        }));
    }
    cells.sort_by_key(|c| (c.from, c.zone));
    cells.into()
}

/// What the windows of one zone and hour are told by, all together.
fn basis_of(rows: &[WindowRow]) -> Basis {
    if rows.iter().all(|row| row.window.counted.is_none()) {
        return Basis::Bays;
    }
    let mut all = Window::default();
    for row in rows {
        all.add(&row.window);
    }
    all.basis()
}
