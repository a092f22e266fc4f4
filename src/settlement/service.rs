//! Which bays are in service and which zones have rows: at a start, and as the registry changes.

use super::beneath::Beneath;
use super::recent;
use super::timeline::BayTimeline;
use super::walk::ZoneQuiet;
use super::{Settle, SettlementLimits};
use crate::domain::{BayIx, Millis, owner, shard_of, zones_of};
use crate::registry::city::City;
use std::sync::Arc;

/// From when on a bay is in service, as far as settling goes.
pub(in crate::settlement) fn serving_since(
    city: &City,
    limits: &SettlementLimits,
    bay: BayIx,
) -> Millis {
    if limits.past {
        Millis::NEVER
    } else {
        city.serving_since(bay)
    }
}

impl Settle {
    /// Gives every zone of the picture its rows.
    pub(in crate::settlement) fn make_rows(&mut self) {
        let count = self.city.zone_count();
        let newest = self
            .owned()
            .map(|s| self.shards[s as usize].swept)
            .max()
            .unwrap_or_default();
        for s in self.owned() {
            let state = &mut self.shards[s as usize];
            if state.swept == 0 {
                // Its first zones are added at run time.
                state.swept = newest;
            }
            let swept = state.swept;
            self.shared.recent.change(s, |rows| {
                for zone in zones_of(s, count).skip(rows.0.len()) {
                    let number = self.city.zone(zone).number;
                    rows.0.push(recent::ZoneRows {
                        number,
                        swept,
                        ..recent::ZoneRows::default()
                    });
                }
                (swept, ())
            });
        }
        // Whatever has changed, all bays are looked at once more.
        self.still.clear();
        self.still.resize(count as usize, ZoneQuiet::default());
        self.reached = self.reached.max(newest);
    }

    /// Takes up run-time changes of the registry. A bay that is gone ends its service at the end of
    /// the last window settled; one that is new begins when the registry says.
    pub(crate) fn take_up(&mut self, city: &Arc<City>) {
        let old = std::mem::replace(&mut self.city, city.clone());
        self.cells.grow(city.bay_slots() as usize);
        self.chains.grow(city.bay_slots() as usize);
        if let Some(overflow) = &mut self.inbox.overflow {
            overflow.city = city.clone();
        }
        self.make_rows();
        for bay in (0..city.bay_slots()).map(BayIx) {
            let new = bay.0 >= old.bay_slots();
            if new {
                self.cells[bay.at()] = BayTimeline::serving_since(city.serving_since(bay).0);
            } else if old.is_live(bay) && !city.is_live(bay) {
                self.retire(bay);
            }
        }
    }

    fn retire(&mut self, bay: BayIx) {
        let zone = self.city.zone_of(bay);
        if owner(shard_of(zone), self.place.1) == self.place.0 {
            let number = self.city.bay_number(bay);
            let cell = std::mem::take(&mut self.cells[bay.at()]);
            let carry = (cell, self.beneath.of(bay.0));
            self.beneath.set(bay.0, Beneath::default());
            self.with_step(shard_of(zone), |step| step.retire(zone, carry, number));
        }
    }
}
