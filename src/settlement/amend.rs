//! Late reports, and minutes in which a source was heard that are known late: the bay's walk is gone
//! through again with them and without, and the difference is what changes.
//!
//! A late minute concerns every bay whose word it may lengthen, not the reported ones alone. They are
//! found by who watches a bay now, and by who did before (see [`super::beneath`]).
//!
//! A walk is taken up at the newest carry (see [`super::amendment_log`]) whose hour has a report no
//! later than the late one. Where there is none, nothing stood: every older word has lapsed, as long
//! as enough hours are kept. What cannot be told for certain, because hours are gone, is too late.
//! Dear: reads the shard's blocks of the hours since then, each once a step.

use super::amendment_log::{BayHour, Carry, HourRecords, Records};
use super::beneath::{AllBeneath, Beneath, Overtaken};
use super::corrections::{Change, is_told};
use super::deltas::WindowDeltas;
use super::heard::{MINUTE_MS, REACH};
use super::late_minutes::Hearing;
use super::recent::slot;
use super::report::{Report, order, standing};
use super::shard::Late;
use super::step::WindowStep;
use super::timeline::{BayTimeline, Rules};
use super::walk::ZoneQuiet;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{BayIx, Millis, SourceIx, zones_of};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;

/// Hours read so far in this step, by their start.
pub(in crate::settlement) type Read = BTreeMap<u64, HourRecords>;

/// Where a bay's walk is taken up, and the reports from there on.
pub(in crate::settlement) struct Past {
    pub(in crate::settlement) carry: Carry,
    /// Start of the hour it is taken up in.
    pub(in crate::settlement) from: u64,
    pub(in crate::settlement) reports: Vec<Report>,
    /// Whether that hour has a carry: nothing before it is needed.
    carried: bool,
}

impl WindowStep<'_> {
    /// The bays of this shard whose words may stand longer than the step before knew, and from
    /// when on, ms.
    pub(in crate::settlement) fn lengthened(&self) -> BTreeMap<u32, u64> {
        let mut found = BTreeMap::new();
        if !self.hearing.late.any_fresh() {
            return found;
        }
        let city = self.city;
        for zone in zones_of(self.shard, city.zone_count()) {
            let limit = self.rules(zone, 0).limit;
            // Most bays of a zone are of few sources, one after the other.
            let mut last = None;
            for bay in city.bays_of(zone) {
                let Some(source) = self.cells[bay.at()].watcher() else {
                    continue;
                };
                let from = match last {
                    Some((of, from)) if of == source => from,
                    _ => self.hearing.lengthened(source, limit),
                };
                last = Some((source, from));
                found.extend(from.map(|from| (bay.0, from)));
            }
        }
        for (_, by) in self.hearing.late.overtaken_in(self.shard) {
            let bay = BayIx(by.bay);
            if !city.is_live(bay) {
                continue;
            }
            let limit = self.rules(city.zone_of(bay), 0).limit;
            if let Some(from) = self.hearing.lengthened(SourceIx(by.source), limit) {
                let first = found.entry(by.bay).or_insert(from);
                *first = from.min(*first);
            }
        }
        found
    }

    /// Takes late reports into account, and bays whose words may stand longer, bay by bay.
    pub(in crate::settlement) fn amend(
        &mut self,
        mut late: Vec<Late>,
        mut lengthened: BTreeMap<u32, u64>,
    ) {
        let amend = self.limits.amend;
        let mut read = Read::new();
        late.retain(|l| {
            let fine = l.report.at() + amend >= l.ingest;
            if !fine {
                self.aside(l);
            }
            fine
        });
        // Stable: of two words of one rank and instant the one acknowledged last stands.
        late.sort_by_key(|l| (l.report.place(), l.ingest));
        for of_bay in late.chunk_by(|a, b| a.report.bay() == b.report.bay()) {
            let report = of_bay[0].report;
            let longer = lengthened.remove(&report.bay());
            let from = longer.map_or(report.at(), |at| at.min(report.at()));
            self.amend_from(report.bay(), from, of_bay, &mut read);
        }
        for (bay, from) in lengthened {
            self.amend_from(bay, from, &[], &mut read);
        }
    }

    fn amend_from(&mut self, bay: u32, from: u64, late: &[Late], read: &mut Read) {
        let swept = self.zone_of(bay).1.swept;
        match self.past(bay, (from, swept), read) {
            Ok(Some(past)) => self.amend_bay(bay, &past, late, read),
            Ok(None) => late.iter().for_each(|l| self.aside(l)),
            Err(e) => {
                tracing::warn!(
                    error = %e,
                    "settled reports could not be read again: late ones are kept aside",
                );
                self.counts.unkept += late.len().max(1) as u64;
                for l in late {
                    self.aside(l);
                }
            }
        }
    }

    fn part(&mut self, hour: u64, bay: u32, read: &mut Read) -> io::Result<BayHour> {
        let there = match read.entry(hour) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => {
                let mut words = Vec::new();
                self.kept.read(Millis(hour), self.shard, &mut words)?;
                free.insert(HourRecords::read(&words))
            }
        };
        Ok(there.part(bay))
    }

    /// As it can be walked from a time on, with its reports of the hours before `until`. `None` when
    /// too much of it is gone to say.
    pub(in crate::settlement) fn past(
        &mut self,
        bay: u32,
        (at, until): (u64, u64),
        read: &mut Read,
    ) -> io::Result<Option<Past>> {
        let bay = BayIx(bay);
        let number = self.city.bay_number(bay);
        let swept = self.zone_of(bay.0).1.swept;
        let hour = at / HOUR_MS * HOUR_MS;
        // What was reported before that has lapsed.
        let oldest = at.saturating_sub(self.limits.max_age) / HOUR_MS * HOUR_MS;
        let kept_from = self.kept.kept_from().0;
        let unheard = BayTimeline::serving_since(self.city.serving_since(bay).0);
        let mut past = Past {
            carry: (unheard, Beneath::default()),
            from: hour,
            reports: Vec::new(),
            carried: false,
        };
        for h in (oldest.max(kept_from)..=hour)
            .rev()
            .step_by(HOUR_MS as usize)
        {
            let h = h / HOUR_MS * HOUR_MS;
            let found = self.part(h, number, read)?;
            if let Some(carry) = found
                .carry
                .filter(|_| found.reports.first().is_some_and(|r| r.at() <= at))
            {
                (past.carry, past.from, past.carried) = (carry, h, true);
                break;
            }
        }
        let reach = (u64::from(REACH) - 60) * MINUTE_MS;
        if !past.carried && oldest < kept_from || past.from + reach < swept {
            return Ok(None);
        }
        for h in (past.from..until).step_by(HOUR_MS as usize) {
            past.reports
                .append(&mut self.part(h, number, read)?.reports);
        }
        Ok(Some(past))
    }

    fn amend_bay(&mut self, bay: u32, past: &Past, late: &[Late], read: &mut Read) {
        let (zone, rows) = self.zone_of(bay);
        let swept = rows.swept;
        let number = self.city.bay_number(BayIx(bay));
        let new: Vec<Report> = late.iter().map(|l| l.report.of(number)).collect();
        let mut reports = past.reports.clone();
        reports.extend(&new);
        order(&mut reports);
        self.counts.amended += late.len() as u64;
        let same = reports == past.reports;
        if same && !self.hearing.late.any_fresh() {
            return;
        }
        if let (false, Some(first)) = (same, new.first()) {
            self.wake(zone, first.at() / HOUR_MS * HOUR_MS);
        }
        let mut rules = Rules {
            bay: number,
            ..self.rules(zone, past.from)
        };
        rules.shut_as(BayIx(bay));
        let before = Rules {
            heard: Hearing {
                before: true,
                ..self.hearing
            },
            ..rules
        };
        let without = Rewalk::new(past.carry, &past.reports, swept, &before);
        let with = Rewalk::new(past.carry, &reports, swept, &rules);
        let no_news = (with.carry, &with.carries) == (without.carry, &without.carries);
        let change = Change::between(with.deltas, without.deltas);
        if same && no_news && change.is_empty() {
            return;
        }
        self.cells[bay as usize] = with.carry.0;
        self.beneath.set(bay, with.carry.1);
        for by in with.overtaken {
            self.beneath.overtake(Overtaken { bay, ..by });
        }
        self.still[zone.at()] = ZoneQuiet::default();
        self.change(slot(zone), &change);
        let mut by_hour: BTreeMap<u64, Records> = BTreeMap::new();
        for (hour, carry) in with
            .carries
            .into_iter()
            .filter(|c| c.0 > past.from || !past.carried)
        {
            by_hour.entry(hour).or_default().carry(carry, number);
        }
        let learnt: &[Report] = if same { &[] } else { &new };
        for r in learnt {
            by_hour
                .entry(r.at() / HOUR_MS * HOUR_MS)
                .or_default()
                .report(r, number);
        }
        for (hour, records) in by_hour {
            *self.records = records;
            self.keep_records(hour);
            read.remove(&hour);
        }
    }

    /// Takes a difference into the windows and visits: those not told yet become right at once.
    fn change(&mut self, slot: usize, change: &Change) {
        let rows = &mut self.rows.0[slot];
        let pad = self.limits.pad;
        for (n, delta) in &change.windows {
            rows.add(*n, delta);
            if is_told(n * WINDOW_MS, rows.swept, pad) {
                self.out.fixes.window(rows.number, *n, delta);
            }
        }
        for v in &change.retracted {
            if is_told(v.end.0, rows.swept, pad) {
                self.out.fixes.visit(*v, -1);
            } else if let Some(at) = self.out.visits.iter().position(|o| o == v) {
                self.out.visits.swap_remove(at);
            }
        }
        for v in &change.asserted {
            if is_told(v.end.0, rows.swept, pad) {
                self.out.fixes.visit(*v, 1);
            } else {
                self.out.visits.push(*v);
            }
        }
    }
}

/// A walk through the past.
struct Rewalk {
    deltas: WindowDeltas,
    /// Where it has come to.
    carry: Carry,
    /// For each hour with reports, the walk just before the first of them.
    carries: Vec<(u64, Carry)>,
    overtaken: Vec<Overtaken>,
}

impl Rewalk {
    /// From `start` through `reports` up to `to`.
    fn new((mut cell, beneath): Carry, reports: &[Report], to: u64, rules: &Rules<'_>) -> Self {
        let mut deltas = WindowDeltas::default();
        let mut carries = Vec::new();
        let mut beneath = AllBeneath::one(rules.bay, beneath);
        let mut last = 0;
        standing(reports, |r| {
            let hour = r.at() / HOUR_MS * HOUR_MS;
            if hour != last {
                carries.push((hour, (cell, beneath.of(rules.bay))));
                last = hour;
            }
            cell.report(r, rules, &mut beneath, &mut deltas);
        });
        cell.advance(to, rules, &mut beneath, &mut deltas);
        Self {
            deltas,
            carry: (cell, beneath.of(rules.bay)),
            carries,
            overtaken: beneath.overtaken().collect(),
        }
    }
}
