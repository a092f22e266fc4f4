//! The walk of a shard's bays through one window. Pure.
//!
//! Most bays of most windows rest: nothing is reported of them, and the word of before still
//! stands. Of a zone it is known how many bays are in which state and until when all their words
//! stand at least, so that within that time only those are looked at of which something is
//! reported, or which have a visit that may still prove to be a short stay. That a bay was looked
//! at or not changes no figure; what is known of a zone is found again by looking at all.

use super::deltas::WindowDeltas;
use super::recent::slot;
use super::report::Report;
use super::step::WindowStep;
use super::timeline::{BayTimeline, Rules};
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{BayIx, BayStatus, Millis, Span, ZoneIx, zones_of};
use crate::prefetch::prefetch;

/// Words of records that are kept at once, 256 KiB, so that what waits to be written is bounded.
const BLOCK: usize = 1 << 15;

/// How many bays ahead memory is asked for.
const AHEAD: usize = 6;

/// What is known of a zone's bays without looking at each.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::settlement) struct ZoneQuiet {
    /// Bays in service, by the state they are in at the end of the last window.
    counts: [u32; 4],
    /// Until then all their words stand. 0: nothing is known.
    until: u64,
}

/// What a walk through a window needs and makes, used again for each.
#[derive(Default)]
pub(in crate::settlement) struct Trail {
    deltas: WindowDeltas,
    /// Bays to be looked at of one zone.
    bays: Vec<u32>,
    open: Vec<u32>,
}

/// The window.
#[derive(Clone, Copy)]
struct WindowWalk<'a> {
    due: &'a [Report],
    to: u64,
    hour: u64,
}

impl WindowStep<'_> {
    /// Walks the bays of every zone that was ever heard through what is due of them, and on to the
    /// window's end.
    pub(in crate::settlement) fn walk(&mut self, due: &[Report], to: u64) -> usize {
        let open = std::mem::take(self.open);
        let mut trail = std::mem::take(self.trail);
        self.chains.link(due, &open);
        let city = self.city;
        let walk = WindowWalk {
            due,
            to,
            hour: (to - WINDOW_MS) / HOUR_MS * HOUR_MS,
        };
        let mut work = 8;
        for zone in zones_of(self.shard, city.zone_count()) {
            let rows = &self.rows.0[slot(zone)];
            if rows.swept >= to {
                continue;
            }
            if rows.heard_from == 0 && city.bays_of(zone).any(|bay| self.chains.has(bay)) {
                self.wake(zone, walk.hour);
            }
            let rows = &self.rows.0[slot(zone)];
            if rows.heard_from != 0 {
                let rules = self.rules(zone, rows.swept);
                work += if to <= self.still[zone.at()].until && !is_closing(&rules, to) {
                    self.walk_some(zone, walk, rules, &mut trail)
                } else {
                    self.walk_all(zone, walk, rules, &mut trail)
                };
                for v in &mut trail.deltas.visits {
                    v.bay = city.bay_number(BayIx(v.bay));
                }
                self.put_down(zone, &mut trail.deltas);
            }
            let rows = &mut self.rows.0[slot(zone)];
            rows.swept = to;
            rows.age(self.limits.keep_hours);
            if self.records.len() >= BLOCK {
                self.keep_records(walk.hour);
            }
        }
        self.chains.clear(due, &open);
        *self.open = std::mem::replace(&mut trail.open, open);
        trail.open.clear();
        *self.trail = trail;
        self.keep_records(walk.hour);
        work
    }

    /// Looks at every bay, and finds out what is known of them all.
    fn walk_all(
        &mut self,
        zone: ZoneIx,
        walk: WindowWalk<'_>,
        mut rules: Rules<'_>,
        trail: &mut Trail,
    ) -> usize {
        let city = self.city;
        let to = walk.to;
        let mut still = ZoneQuiet {
            counts: [0; 4],
            until: u64::MAX,
        };
        let mut resting = [0i64; 4];
        let closing = is_closing(&rules, to);
        // A word that ends soon is asked after now: or else all bays would be looked at for it
        // again in the next window.
        let soon = to + (rules.limit / 2).max(WINDOW_MS);
        for bay in city.bays_of(zone) {
            let before = self.cells[bay.at()];
            let heard = self.chains.has(bay);
            let mut until = if heard {
                0
            } else {
                self.cells[bay.at()].look_ahead(soon, &rules)
            };
            let moves = heard || until < to || before.is_open() || !before.is_since(rules.swept);
            if moves || closing {
                self.walk_bay(bay, walk, &mut rules, &mut trail.deltas);
                until = self.cells[bay.at()].look_ahead(soon, &rules);
            } else {
                resting[before.state() as usize] += 1;
            }
            let cell = &self.cells[bay.at()];
            if cell.is_open() {
                trail.open.push(bay.0);
            }
            // One that is not in service yet is not to be counted: all have to be looked at until
            // it is.
            still.until = if cell.is_since(to) {
                still.until.min(until)
            } else {
                0
            };
            still.counts[cell.state() as usize] += 1;
        }
        spend(resting, &rules, to, &mut trail.deltas);
        self.still[zone.at()] = still;
        city.zone(zone).bays.len()
    }

    /// Looks at the bays that are heard of or have an open visit; all others rest.
    fn walk_some(
        &mut self,
        zone: ZoneIx,
        walk: WindowWalk<'_>,
        mut rules: Rules<'_>,
        trail: &mut Trail,
    ) -> usize {
        let city = self.city;
        let to = walk.to;
        let mut bays = std::mem::take(&mut trail.bays);
        self.chains.find(
            city.zone(zone).bays.start,
            city.zone(zone).bays.end,
            &mut bays,
        );
        bays.extend(
            city.zone(zone)
                .later_bays
                .iter()
                .filter(|b| self.chains.has(**b))
                .map(|b| b.0),
        );
        let mut still = self.still[zone.at()];
        let mut resting = still.counts.map(i64::from);
        for (i, bay) in bays.iter().enumerate() {
            if let Some(next) = bays.get(i + AHEAD) {
                self.chains.ask_for(BayIx(*next), walk.due);
                prefetch(self.cells, *next as usize);
            }
            let bay = BayIx(*bay);
            if !city.is_live(bay) {
                continue;
            }
            let before = self.cells[bay.at()].state();
            self.walk_bay(bay, walk, &mut rules, &mut trail.deltas);
            let cell = &self.cells[bay.at()];
            resting[before as usize] -= 1;
            still.counts[before as usize] -= 1;
            still.counts[cell.state() as usize] += 1;
            still.until = still.until.min(cell.stands_until(&rules));
            if cell.is_open() {
                trail.open.push(bay.0);
            }
        }
        let work = bays.len() + 1;
        bays.clear();
        trail.bays = bays;
        spend(resting, &rules, to, &mut trail.deltas);
        self.still[zone.at()] = still;
        work
    }

    #[inline]
    fn walk_bay(
        &mut self,
        bay: BayIx,
        walk: WindowWalk<'_>,
        rules: &mut Rules<'_>,
        deltas: &mut WindowDeltas,
    ) {
        let cell: &mut BayTimeline = &mut self.cells[bay.at()];
        let beneath = &mut *self.beneath;
        rules.bay = bay.0;
        rules.shut_as(bay);
        if self.chains.has_reports(bay) {
            let number = self.city.bay_number(bay);
            let records = &mut *self.records;
            if !cell.has_met_any_since(walk.hour) {
                records.carry((*cell, beneath.of(bay.0)), number);
            }
            self.chains.each(
                bay,
                walk.due,
                |r| records.report(r, number),
                |r| cell.report(r, rules, beneath, deltas),
            );
        }
        cell.advance(walk.to, rules, beneath, deltas);
    }
}

/// Whether an order closes any of the zone before `to`: then no two bays need be alike.
fn is_closing(rules: &Rules<'_>, to: u64) -> bool {
    let window = Span::new(Millis(rules.swept), Millis(to));
    let closings = rules.closings.zip(window);
    closings.is_some_and(|(zone, window)| zone.touches(window))
}

/// So many bays were in each state for the whole window.
fn spend(resting: [i64; 4], rules: &Rules<'_>, to: u64, deltas: &mut WindowDeltas) {
    for (state, bays) in (0..).zip(resting).filter(|(_, bays)| *bays > 0) {
        deltas.spend_all(bays, BayStatus::from_bits(state), rules.swept, to);
    }
}
