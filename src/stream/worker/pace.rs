//! How quickly bays are taken and left at any moment, and what time passing makes of what is
//! believed.
//!
//! Rates are those of the table in force (see [`super::super::rates`]) in the half-hour of each
//! moment: a stretch of time is walked half-hour by half-hour, so it may be cut anywhere, and what is
//! believed does not depend on when somebody looked. Pure but for the look at the schedule.
//!
//! Dear: the rates of the current half-hour are laid out by zone, 8 bytes each; what passed before is
//! looked up in the table, twice an hour of it.

use super::super::rates::{RateSchedule, RatesInForce};
use crate::belief::{Doubt, HALF_HOUR_S, Pools, Rates, Timetable, WeekRow};
use crate::domain::{Millis, ZoneIx};
use crate::registry::city::City;
use std::sync::Arc;

/// See the module.
pub(super) struct Pace {
    schedule: Arc<RateSchedule>,
    version: u64,
    /// The ingest times for which the table is known to be the right one: after, and up to.
    good: (Millis, Millis),
    table: Option<Arc<Timetable>>,
    /// Of each zone in the table.
    rows: Vec<WeekRow>,
    /// By zone, in this half-hour since 1970; empty without a table.
    now: Vec<Rates>,
    half_hour: u32,
    assumed: Rates,
}

impl Pace {
    pub(super) fn new(schedule: Arc<RateSchedule>, city: &City) -> Self {
        let mut pace = Self {
            version: schedule.version(),
            schedule,
            good: (Millis::NEVER, Millis::NEVER),
            table: None,
            rows: Vec::new(),
            now: Vec::new(),
            half_hour: 0,
            assumed: Rates::default(),
        };
        let first = pace.schedule.at(Millis::NEVER).0;
        pace.adopt(&first, city);
        pace
    }

    /// What is in force at that ingest time, if that is not what is used.
    #[inline]
    pub(super) fn news(&mut self, ingest: Millis) -> Option<RatesInForce> {
        let version = self.schedule.version();
        if version == self.version && self.good.0 < ingest && ingest <= self.good.1 {
            return None;
        }
        self.look(ingest, version)
    }

    #[cold]
    fn look(&mut self, ingest: Millis, version: u64) -> Option<RatesInForce> {
        let (found, until) = self.schedule.at(ingest);
        self.version = version;
        let same = self.good.0 == found.after && self.is_of(found.table.as_ref());
        self.good = (found.after, until);
        (!same).then_some(found)
    }

    fn is_of(&self, table: Option<&Arc<Timetable>>) -> bool {
        match (&self.table, table) {
            (Some(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
            (None, None) => true,
            _ => false,
        }
    }

    /// Goes by that table from now on.
    pub(super) fn adopt(&mut self, to: &RatesInForce, city: &City) {
        self.table.clone_from(&to.table);
        self.make_room(city);
    }

    /// The city has other zones.
    pub(super) fn make_room(&mut self, city: &City) {
        self.rows.clear();
        if let Some(table) = &self.table {
            let zones = (0..city.zone_count()).map(|z| city.zone(ZoneIx(z)));
            let rows = zones.map(|zone| table.row(zone.number, zone.spec.kind));
            self.rows.extend(rows);
        }
        self.lay_out();
    }

    /// Lays out the rates of the half-hour that `t` (absolute seconds) lies in; true if they are
    /// others than those that were.
    pub(super) fn turn(&mut self, t: u32) -> bool {
        if self.table.is_none() || t / HALF_HOUR_S == self.half_hour {
            return false;
        }
        self.half_hour = t / HALF_HOUR_S;
        self.lay_out();
        true
    }

    fn lay_out(&mut self) {
        self.now.clear();
        if let Some(table) = &self.table {
            let t = self.half_hour.saturating_mul(HALF_HOUR_S);
            self.now
                .extend(self.rows.iter().map(|row| table.rates(*row, t)));
        }
    }

    /// Of that zone in the half-hour that `t` (absolute seconds) lies in.
    #[inline]
    pub(super) fn rates(&self, zone: ZoneIx, t: u32) -> Rates {
        match &self.table {
            None => self.assumed,
            Some(_) if t / HALF_HOUR_S == self.half_hour => self.now[zone.at()],
            Some(table) => table.rates(self.rows[zone.at()], t),
        }
    }

    /// Of that zone in the half-hour that is laid out.
    pub(super) fn now(&self, zone: ZoneIx) -> Rates {
        self.now.get(zone.at()).copied().unwrap_or(self.assumed)
    }

    /// [`Doubt::advance`] by the rates of each half-hour that passes.
    #[inline]
    pub(super) fn advance(
        &self,
        doubt: Doubt,
        (zone, occupied): (ZoneIx, bool),
        t0: u32,
        t: u32,
    ) -> Doubt {
        let from = t0.max(t.saturating_sub(Doubt::REMEMBERED_S));
        self.pieces(from, t).fold(doubt, |doubt, (from, to)| {
            doubt.advance(occupied, self.rates(zone, from), from, to)
        })
    }

    /// [`Pools::relax`] by the rates of each half-hour that passes.
    pub(super) fn relax(&self, pools: &mut Pools, (zone, sensor): (ZoneIx, bool), t: u32) {
        for (from, to) in self.pieces(pools.t(), t) {
            if pools.is_empty() {
                pools.relax(sensor, self.rates(zone, t), t);
                return;
            }
            pools.relax(sensor, self.rates(zone, from), to);
        }
    }

    /// [`Rates::left`] by the rates of each half-hour from `t0` to `t`: what is left of a count's news.
    pub(super) fn left(&self, zone: ZoneIx, news: i64, t0: u32, t: u32) -> i64 {
        let mut left = news;
        for (from, to) in self.pieces(t0, t) {
            if left == 0 {
                break;
            }
            left = self.rates(zone, from).left(left, to - from);
        }
        left
    }

    /// The half-hours, or parts of them, from `t0` to `t`; without a table all at once.
    #[inline]
    fn pieces(&self, t0: u32, t: u32) -> impl Iterator<Item = (u32, u32)> {
        let whole = self.table.is_none();
        let mut from = t0;
        std::iter::from_fn(move || {
            if from >= t {
                return None;
            }
            let next = (u64::from(from / HALF_HOUR_S) + 1) * u64::from(HALF_HOUR_S);
            let to = if whole || next > u64::from(t) {
                t
            } else {
                next as u32
            };
            Some((std::mem::replace(&mut from, to), to))
        })
    }
}
