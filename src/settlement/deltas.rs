//! What walks through reports have come to, until it is added to the zones' windows: a few windows,
//! and visits. Pure.

use crate::domain::closure::split_by_closings;
use crate::domain::turnover::WINDOW_MS;
use crate::domain::{BayStatus, Closing, Visit, Window};

/// Contributions of bays of one zone.
#[derive(Debug, Default)]
pub struct WindowDeltas {
    /// By number since 1970, in no order; nearly always one or two.
    windows: Vec<(u64, Window)>,
    /// Visits that ended, short ones among them.
    pub visits: Vec<Visit>,
    last: usize,
}

impl WindowDeltas {
    #[inline]
    fn window(&mut self, n: u64) -> &mut Window {
        if self.windows.get(self.last).is_none_or(|w| w.0 != n) {
            self.last = self
                .windows
                .iter()
                .position(|w| w.0 == n)
                .unwrap_or_else(|| {
                    self.windows.push((n, Window::default()));
                    self.windows.len() - 1
                });
        }
        &mut self.windows[self.last].1
    }

    /// The bay was in that state from `from` to `to`.
    #[inline]
    pub fn spend(&mut self, state: BayStatus, from: u64, to: u64) {
        self.spend_all(1, state, from, to);
    }

    /// The same, but for the time in which it was closed by order.
    #[inline]
    pub fn spend_unless(&mut self, shut: &[Closing], state: BayStatus, from: u64, to: u64) {
        split_by_closings(shut, from, to, |is_closed, from, to| {
            self.spend(if is_closed { BayStatus::Closed } else { state }, from, to);
        });
    }

    /// So many bays were.
    #[inline]
    pub fn spend_all(&mut self, bays: i64, state: BayStatus, mut from: u64, to: u64) {
        while from < to {
            let n = from / WINDOW_MS;
            let end = to.min((n + 1) * WINDOW_MS);
            let ms = (end - from) as i64 * bays;
            let at_start = i64::from(from == n * WINDOW_MS) * bays;
            let w = self.window(n);
            match state {
                BayStatus::Occupied => {
                    (w.occupied_ms, w.occupied_at) = (w.occupied_ms + ms, w.occupied_at + at_start);
                }
                BayStatus::Vacant => {
                    (w.vacant_ms, w.vacant_at) = (w.vacant_ms + ms, w.vacant_at + at_start);
                }
                BayStatus::Unknown => {
                    (w.unknown_ms, w.unknown_at) = (w.unknown_ms + ms, w.unknown_at + at_start);
                }
                BayStatus::Closed => w.closed_ms += ms,
            }
            from = end;
        }
    }

    /// A visit, not a short one, was seen to start.
    pub fn started(&mut self, at: u64) {
        self.window(at / WINDOW_MS).started += 1;
    }

    /// A visit ended.
    pub fn ended(&mut self, visit: &Visit, short: bool) {
        let w = self.window(visit.end.0 / WINDOW_MS);
        if short {
            w.short += 1;
        } else if visit.is_whole() {
            w.ended += 1;
            w.stay_ms += visit.stay_ms() as i64;
            w.stays.count(visit.stay_ms());
        } else {
            w.censored += 1;
        }
        self.visits.push(*visit);
    }

    /// Hands over the windows there are, and forgets them.
    pub fn drain(&mut self) -> impl Iterator<Item = (u64, Window)> {
        self.last = usize::MAX;
        self.windows.drain(..)
    }

    /// Takes back what another walk put down.
    pub fn subtract(&mut self, other: &Self) {
        for (n, w) in &other.windows {
            self.window(*n).subtract(w);
        }
    }
}
