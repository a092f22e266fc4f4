//! Going over to other rates: with another table, or another half-hour.

use super::{VIEWS, Worker, mark};
use crate::domain::{Millis, ZoneIx};

impl Worker {
    /// Goes by what is in force at that ingest time, orders among it, and by the half-hour that it is.
    ///
    /// Evidence of apps is brought up to the moment of the change by the rates before it: so it does
    /// not show whether what was spent by then had been dropped.
    #[inline]
    pub(in crate::stream) fn turn(&mut self, ingest: Millis) {
        let now = self.clock.at(ingest);
        self.look_at_orders(now);
        let Some(beliefs) = &mut self.beliefs else {
            return;
        };
        let news = beliefs.pace().news(ingest);
        if let Some(next) = &news {
            beliefs.relax_all(next.after, |bay| &self.cells[bay.at()]);
            beliefs.pace().adopt(next, &self.city);
        }
        let turned = beliefs.pace().turn((now.0 / 1000) as u32);
        if turned || news.is_some() {
            beliefs.tilts.weigh_again();
            self.round.look_closely(self.zones.len() as u32);
            self.tell_usual(true);
        }
    }

    /// Which table is in force at that ingest time.
    pub(in crate::stream) fn table(&self, ingest: Millis) -> u32 {
        self.rates.at(ingest).0.number
    }

    /// Tells what is usual in each zone; where that is news (`turned`), anew how many bays are expected
    /// where it depends on it.
    #[cold]
    pub(super) fn tell_usual(&mut self, turned: bool) {
        let Some(beliefs) = &self.beliefs else { return };
        let mut usual = Vec::with_capacity(VIEWS);
        for z in (0..self.zones.len() as u32).map(ZoneIx) {
            if !self.owns(z) {
                continue;
            }
            usual.push((z, beliefs.usual(z).0));
            if usual.len() == VIEWS {
                self.model.usual(&usual);
                usual.clear();
            }
            if turned && self.zones[z.at()].has_claims() {
                mark(&mut self.pulses[z.at()], z, &mut self.dirty);
            }
        }
        self.model.usual(&usual);
    }
}
