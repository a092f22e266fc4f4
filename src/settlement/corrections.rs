//! What late reports of one hour of ingest changed about hours told before: differences, netted.
//! Pure.

use super::deltas::WindowDeltas;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{Corrections, Millis, Visit, VisitChange, Window, WindowRow};
use std::collections::BTreeMap;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixes {
    /// Start of the hour of ingest, ms.
    pub hour: u64,
    /// By zone and number of the window.
    pub windows: BTreeMap<(u32, u64), Window>,
    /// How many times more it is to be told than it was: -1, 0 or 1.
    pub visits: BTreeMap<Visit, i32>,
}

impl Fixes {
    pub fn window(&mut self, zone: u32, n: u64, delta: &Window) {
        self.windows.entry((zone, n)).or_default().add(delta);
    }

    pub fn visit(&mut self, visit: Visit, times: i32) {
        *self.visits.entry(visit).or_default() += times;
    }

    /// Takes in what was finished of the same hour elsewhere.
    pub fn absorb(&mut self, other: &Corrections) {
        for row in &other.windows {
            self.window(row.zone, row.from.0 / WINDOW_MS, &row.window);
        }
        other.visits.iter().for_each(|change| self.change(change));
    }

    pub fn change(&mut self, change: &VisitChange) {
        self.visit(
            *change.visit(),
            if matches!(change, VisitChange::Assert(_)) {
                1
            } else {
                -1
            },
        );
    }

    /// As they are handed over.
    #[must_use]
    pub fn told(&self) -> Corrections {
        let windows = self.windows.iter().filter(|(_, w)| !w.is_zero());
        let row = |((zone, n), w): (&(u32, u64), &Window)| WindowRow {
            zone: *zone,
            from: Millis(n * WINDOW_MS),
            window: w.clone(),
        };
        let changed = |sign: i32| {
            self.visits
                .iter()
                .filter(move |(_, times)| **times * sign > 0)
                .map(|(v, _)| *v)
        };
        let retracted = changed(-1).map(VisitChange::Retract);
        let visits = retracted
            .chain(changed(1).map(VisitChange::Assert))
            .collect();
        Corrections {
            hour: Millis(self.hour),
            windows: windows.map(row).collect(),
            visits,
        }
    }
}

/// A walk with late reports against the same walk without them.
pub struct Change {
    pub windows: Vec<(u64, Window)>,
    pub retracted: Vec<Visit>,
    pub asserted: Vec<Visit>,
}

impl Change {
    /// Whether both walks have put down the same.
    pub const fn is_empty(&self) -> bool {
        self.windows.is_empty() && self.retracted.is_empty() && self.asserted.is_empty()
    }

    /// From what the two walks put down.
    pub fn between(mut with: WindowDeltas, without: WindowDeltas) -> Self {
        with.subtract(&without);
        let mut visits: BTreeMap<Visit, i32> = BTreeMap::new();
        with.visits
            .drain(..)
            .for_each(|v| *visits.entry(v).or_default() += 1);
        without
            .visits
            .into_iter()
            .for_each(|v| *visits.entry(v).or_default() -= 1);
        let pick = |sign| {
            visits
                .iter()
                .filter(|(_, n)| **n == sign)
                .map(|(v, _)| *v)
                .collect()
        };
        let asserted = pick(1);
        let retracted = pick(-1);
        Self {
            windows: with.drain().filter(|(_, w)| !w.is_zero()).collect(),
            retracted,
            asserted,
        }
    }
}

/// Whether the hour that holds `at` has been told by the time all is settled up to `swept`.
pub const fn is_told(at: u64, swept: u64, pad: u64) -> bool {
    (at / HOUR_MS + 1) * HOUR_MS + pad <= swept
}
