//! A day of figures: made up window by window, and as the stream's memory holds it.

use bayhub::domain::turnover::{HOUR_MS, WINDOW_MS};
use bayhub::domain::{Millis, Stays, Sums, Window, WindowRow};
use bayhub::history::{Cells, RecentFigures, ZoneFigures};
use rand::RngExt as _;
use rand::rngs::SmallRng;

/// 2026-11-27T00:00:00Z
pub(crate) const DAY: Millis = Millis(1_795_737_600_000);

/// A day that is held, or one that is not.
pub(crate) struct Held {
    pub(crate) hours: Vec<Cells>,
}

impl RecentFigures for Held {
    fn settled_to(&self) -> Millis {
        DAY.plus(24 * HOUR_MS)
    }

    fn oldest(&self) -> Millis {
        if self.hours.is_empty() {
            Millis::MAX
        } else {
            DAY
        }
    }

    fn cells(&self, hour: Millis, fine: bool) -> Option<Cells> {
        if fine {
            None
        } else {
            self.hours
                .get(hour.since(DAY) as usize / HOUR_MS as usize)
                .cloned()
        }
    }

    fn stamp(&self, hour: Millis) -> Option<u64> {
        self.cells(hour, false).map(|_| 0)
    }
}

/// An hour of every zone: some hundred bays, a visit a bay and hour.
pub(crate) fn windows(zones: u32, hour: Millis, rng: &mut SmallRng) -> Vec<WindowRow> {
    let mut rows = Vec::with_capacity(zones as usize * 12);
    for zone in 0..zones {
        for n in 0..12 {
            let visits = rng.random_range(0..16_i64);
            let mut stays = Stays::default();
            let mut stay_ms = 0;
            for _ in 0..visits {
                let stay = rng.random_range(120_000..14_400_000_u64);
                stays.count(stay);
                stay_ms += stay as i64;
            }
            let occupied = rng.random_range(0..100_i64);
            let ms = WINDOW_MS as i64;
            let window = Window {
                occupied_ms: occupied * ms,
                vacant_ms: (95 - occupied).max(0) * ms,
                unknown_ms: 5 * ms,
                started: visits,
                ended: visits,
                stay_ms,
                stays,
                occupied_at: occupied,
                vacant_at: (95 - occupied).max(0),
                unknown_at: 5,
                ..Window::default()
            };
            rows.push(WindowRow {
                zone,
                from: hour.plus(n * WINDOW_MS),
                window,
            });
        }
    }
    rows
}

pub(crate) fn cells(rows: &[WindowRow], hour: Millis) -> Cells {
    let mut cells: Vec<ZoneFigures> = Vec::new();
    for row in rows {
        let sums = Sums::from(&row.window);
        match cells.last_mut() {
            Some(last) if last.zone == row.zone => last.sums.add(&sums),
            _ => cells.push(ZoneFigures {
                zone: row.zone,
                from: hour,
                sums,
            }),
        }
    }
    cells.into()
}
