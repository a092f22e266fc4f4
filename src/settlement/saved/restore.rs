//! Putting back what a checkpoint says, to workers and shards that need not be the same.

use super::{KeptBeneath, Saved};
use crate::domain::turnover::WINDOW_MS;
use crate::domain::{Corrections, Millis, SHARDS, SettledHour, Visit, owner, shard_of, zones_of};
use crate::registry::city::City;
use crate::settlement::beneath::Overtaken;
use crate::settlement::corrections::Fixes;
use crate::settlement::counted::WaitingCount;
use crate::settlement::recent::{ZoneRows, slot};
use crate::settlement::report::Report;
use crate::settlement::shard::{Late, Out};
use crate::settlement::waiting_files::KeptPage;
use crate::settlement::{Settle, SettlementShared};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Where a page of reports that waited is read from.
enum WhereKept<'s> {
    Checkpoint(&'s [Report]),
    File(KeptPage),
}

impl Saved {
    /// Puts back what is of all workers.
    pub(crate) fn restore_shared(&self, shared: &SettlementShared) {
        shared.begun.store(self.begun, Ordering::Release);
        self.heard
            .iter()
            .for_each(|(first, words)| shared.heard.restore(*first, words));
        shared.late_minutes.restore(&self.late_minutes);
    }
}

impl Settle {
    /// Puts back what this worker owns. For one that has settled nothing yet.
    pub(crate) fn restore(&mut self, saved: &Saved) {
        if saved.begun == 0 {
            return;
        }
        let city = self.city.clone();
        self.restore_rows(saved, &city);
        let bay = |number: u32| city.bay_numbered(number);
        let place = self.place;
        let ours = |s: u32| owner(s, place.1) == place.0;
        for kept in &saved.cells {
            if let Some(bay) = bay(kept.bay).filter(|b| ours(shard_of(city.zone_of(*b)))) {
                self.cells[bay.at()] = kept.cell;
            }
        }
        for kept in &saved.beneath {
            if let Some(bay) = bay(kept.bay as u32).filter(|b| ours(shard_of(city.zone_of(*b)))) {
                self.beneath.set(bay.0, kept.beneath);
            }
        }
        for by in &saved.overtaken {
            if let Some(bay) = bay(by.bay).filter(|b| ours(shard_of(city.zone_of(*b)))) {
                self.beneath.overtake(Overtaken { bay: bay.0, ..*by });
            }
        }
        self.restore_reports(saved, &city);
        self.restore_counts(saved, &city);
        let mut dealt = deal(saved, &city);
        for s in self.owned() {
            self.shards[s as usize].out = Arc::new(std::mem::take(&mut dealt[s as usize]));
        }
        // Bays that went meanwhile: their service ended.
        for kept in saved.cells.iter().filter(|k| bay(k.bay).is_none()) {
            if let Some(zone) = city.zone_numbered(kept.zone).filter(|z| ours(shard_of(*z))) {
                let beneath = |b: &&KeptBeneath| b.bay == u64::from(kept.bay);
                let beneath = saved.beneath.iter().find(beneath);
                let carry = (kept.cell, beneath.map(|b| b.beneath).unwrap_or_default());
                self.with_step(shard_of(zone), |step| step.retire(zone, carry, kept.bay));
            }
        }
    }

    /// Reports that wait, those in files too: these go to files of this run at once, so that as little
    /// lies in memory as before.
    fn restore_reports(&mut self, saved: &Saved, city: &City) {
        let Some(overflow) = &mut self.inbox.overflow else {
            // Nobody runs a hub without its files; what they hold is not known then.
            self.restore_late(saved, city);
            let pages = saved.waiting.iter().flat_map(|page| &page.reports);
            pages.for_each(|r| self.restore_report(r, city));
            let hours = saved
                .waiting_in
                .iter()
                .map(|f| Millis(f.window * WINDOW_MS));
            hours.for_each(|at| self.shared.recent.losses.note(None, at));
            return;
        };
        overflow.patient = true;
        let (files, mut unread) = overflow.hand.reader().pages(&saved.waiting_in);
        self.count_all();
        self.restore_late(saved, city);
        let in_memory = saved.waiting.iter();
        let pages = in_memory.map(|page| (page.serial, WhereKept::Checkpoint(&page.reports)));
        let in_files = files
            .into_iter()
            .map(|page| (page.serial, WhereKept::File(page)));
        let mut pages: Vec<_> = pages.chain(in_files).collect();
        // What came first is to lie first again: of two states of one moment the later one counts.
        pages.sort_by_key(|(serial, _)| *serial);
        let mut buffer = Vec::new();
        for (_, page) in pages {
            let mut each = |r: &Report| self.restore_report(r, city);
            match page {
                WhereKept::Checkpoint(reports) => reports.iter().for_each(each),
                WhereKept::File(page) => {
                    let read = page.read(&mut buffer, &mut each);
                    unread.extend(read.err().map(|e| (page.of, e)));
                }
            }
        }
        for (file, e) in unread {
            tracing::error!(error = %e, "reports that waited are lost");
            let from = Millis(file.window * WINDOW_MS);
            self.shared.recent.losses.note(None, from);
            self.counts.unkept += 1;
        }
        if let Some(overflow) = &mut self.inbox.overflow {
            overflow.patient = false;
        }
        self.disperse();
    }

    fn restore_report(&mut self, report: &Report, city: &City) {
        if let Some(bay) = city.bay_numbered(report.bay()) {
            let s = shard_of(city.zone_of(bay));
            if owner(s, self.place.1) == self.place.0 {
                self.wait(report.of(bay.0), s);
            }
        }
    }

    /// Those that came late.
    fn restore_late(&mut self, saved: &Saved, city: &City) {
        let place = self.place;
        for l in &saved.late {
            let Some(bay) = city.bay_numbered(l.report.bay()) else {
                continue;
            };
            let s = shard_of(city.zone_of(bay));
            if owner(s, place.1) == place.0 {
                self.waiting += 1;
                let report = l.report.of(bay.0);
                let ingest = l.ingest;
                self.shards[s as usize].late.push(Late { ingest, report });
            }
        }
    }

    fn restore_counts(&mut self, saved: &Saved, city: &City) {
        let place = self.place;
        let ours = |number: u32| {
            let zone = city.zone_numbered(number)?;
            (owner(shard_of(zone), place.1) == place.0).then_some(zone)
        };
        for w in &saved.counts {
            if let Some(zone) = ours(w.count.zone()) {
                self.waiting += 1;
                let count = w.count.of(zone.0);
                let shard = &mut self.shards[shard_of(zone) as usize];
                shard.counts.push(WaitingCount { count, ..*w });
            }
        }
        for kept in &saved.tracks {
            if let (Some(zone), Ok(kind)) = (ours(kept.zone), u8::try_from(kept.kind)) {
                let tracks = &mut self.shards[shard_of(zone) as usize].tracks;
                tracks.insert((zone.0, kind), kept.track.of(zone.0));
            }
        }
    }

    fn restore_rows(&mut self, saved: &Saved, city: &City) {
        let mut found = BTreeMap::new();
        for z in &saved.zones {
            if let Some(ix) = city.zone_numbered(z.number) {
                found.insert(ix.0, z);
            }
        }
        let newest = saved
            .zones
            .iter()
            .map(|z| z.swept)
            .max()
            .unwrap_or_default();
        for s in self.owned() {
            let zones = zones_of(s, city.zone_count());
            let swept = self.shared.recent.change(s, |rows| {
                let mut least = u64::MAX;
                for zone in zones {
                    let row = &mut rows.0[slot(zone)];
                    match found.get(&zone.0) {
                        Some(z) => {
                            *row = ZoneRows {
                                touched: u64::MAX,
                                ..(*z).clone()
                            }
                        }
                        // A zone that is new since.
                        None => row.swept = newest,
                    }
                    least = least.min(row.swept);
                }
                (least, least)
            });
            self.shards[s as usize].swept = swept;
            self.reached = self.reached.max(swept);
        }
    }
}

/// What was not handed over, on its way to the shards that its zones are in now.
#[derive(Default)]
struct Dealt {
    hours: BTreeMap<u64, SettledHour>,
    fixes: BTreeMap<u64, Fixes>,
    visits: Vec<Visit>,
}

/// What is of zones that are gone goes with shard 0. Every shard gets every hour, if only to say
/// that it has none of it.
fn deal(saved: &Saved, city: &City) -> Vec<Out> {
    let home = |zone: u32| city.zone_numbered(zone).map_or(0, shard_of) as usize;
    let mut all: Vec<Dealt> = (0..SHARDS).map(|_| Dealt::default()).collect();
    let hours: BTreeSet<Millis> = saved.hours.iter().map(|h| h.hour).collect();
    let under_way = saved
        .fixes
        .iter()
        .map(|f| f.hour)
        .filter(|h| *h > 0)
        .min()
        .unwrap_or_default();
    let told = saved.fixes.iter().map(Fixes::told);
    let finished: Vec<Corrections> = told.chain(saved.corrections.iter().cloned()).collect();
    let fixed: BTreeSet<u64> = finished
        .iter()
        .map(|c| c.hour.0)
        .filter(|h| *h > 0)
        .collect();
    for to in &mut all {
        to.hours.extend(hours.iter().map(|h| {
            (
                h.0,
                SettledHour {
                    hour: *h,
                    ..SettledHour::default()
                },
            )
        }));
        to.fixes.extend(fixed.iter().map(|h| {
            (
                *h,
                Fixes {
                    hour: *h,
                    ..Fixes::default()
                },
            )
        }));
    }
    for h in &saved.hours {
        for w in &h.windows {
            all[home(w.zone)]
                .hours
                .entry(h.hour.0)
                .or_default()
                .windows
                .push(w.clone());
        }
        for v in &h.visits {
            all[home(v.zone)]
                .hours
                .entry(h.hour.0)
                .or_default()
                .visits
                .push(*v);
        }
    }
    for c in finished.iter().filter(|c| c.hour.0 > 0) {
        for w in &c.windows {
            let to = all[home(w.zone)].fixes.entry(c.hour.0).or_default();
            to.window(w.zone, w.from.0 / WINDOW_MS, &w.window);
        }
        for change in &c.visits {
            let to = all[home(change.visit().zone)]
                .fixes
                .entry(c.hour.0)
                .or_default();
            to.change(change);
        }
    }
    saved
        .visits
        .iter()
        .for_each(|v| all[home(v.zone)].visits.push(*v));
    all.into_iter().map(|d| d.into_out(under_way)).collect()
}

impl Dealt {
    fn into_out(mut self, under_way: u64) -> Out {
        Out {
            fixes: self.fixes.remove(&under_way).unwrap_or_default(),
            visits: self.visits,
            hours: self
                .hours
                .into_iter()
                .map(|(h, told)| (h, Arc::new(told)))
                .collect(),
            corrections: self
                .fixes
                .into_iter()
                .map(|(h, f)| (h, Arc::new(f.told())))
                .collect(),
        }
    }
}
