//! One shard, one window: what is due is walked through, late reports amend, every bay is brought
//! to the window's end.

use super::amendment_log::{Carry, HourRecords, Records};
use super::beneath::AllBeneath;
use super::chains::Chains;
use super::corrections::{Fixes, is_told};
use super::counted::{Pair, Track, WaitingCount};
use super::deltas::WindowDeltas;
use super::late_minutes::Hearing;
use super::losses::Losses;
use super::recent::{PER_HOUR, ShardRows, ZoneRows, slot};
use super::report::Report;
use super::shard::{Late, Out};
use super::timeline::{BayTimeline, Rules};
use super::walk::{Trail, ZoneQuiet};
use super::{SettlementLimits, serving_since};
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{
    AmendmentLog, BayIx, BayStatus, Closures, Millis, SettledHour, WindowRow, ZoneIx, zones_of,
};
use crate::registry::city::City;
use crate::snapshot_vec::SnapshotVec;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was done, for the metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettledCounts {
    /// Reports settled in time.
    pub settled: u64,
    /// Visits that ended, short ones left out.
    pub visits: u64,
    pub short: u64,
    /// Reports that came after their window was settled or would have been.
    pub late: u64,
    /// Those of them that were taken into account all the same.
    pub amended: u64,
    /// Those that came too late even for that.
    pub too_late: u64,
    /// Hours of results that nobody took.
    pub lost: u64,
    /// Reports that could not be kept or read again.
    pub unkept: u64,
}

impl SettledCounts {
    /// In the order of the fields.
    #[must_use]
    pub const fn each(&self) -> [u64; 8] {
        let Self {
            settled,
            visits,
            short,
            late,
            amended,
            too_late,
            lost,
            unkept,
        } = *self;
        [
            settled, visits, short, late, amended, too_late, lost, unkept,
        ]
    }
}

/// What it costs to walk a bay again, in bays walked on.
const AGAIN: usize = 32;

/// The pieces of a worker that a step works on.
pub(in crate::settlement) struct WindowStep<'a> {
    pub(in crate::settlement) shard: u32,
    pub(in crate::settlement) city: &'a City,
    pub(in crate::settlement) hearing: Hearing<'a>,
    pub(in crate::settlement) limits: &'a SettlementLimits,
    pub(in crate::settlement) closures: &'a Closures,
    pub(in crate::settlement) cells: &'a mut SnapshotVec<BayTimeline>,
    /// By index of the bay.
    pub(in crate::settlement) beneath: &'a mut AllBeneath,
    pub(in crate::settlement) rows: &'a mut ShardRows,
    pub(in crate::settlement) out: &'a mut Out,
    pub(in crate::settlement) kept: &'a mut dyn AmendmentLog,
    pub(in crate::settlement) chains: &'a mut Chains,
    /// What is to be kept of the walk under way; empty between steps.
    pub(in crate::settlement) records: &'a mut Records,
    pub(in crate::settlement) trail: &'a mut Trail,
    /// By zone.
    pub(in crate::settlement) still: &'a mut [ZoneQuiet],
    pub(in crate::settlement) open: &'a mut Vec<u32>,
    pub(in crate::settlement) tracks: &'a mut BTreeMap<Pair, Track>,
    pub(in crate::settlement) counts: &'a mut SettledCounts,
    pub(in crate::settlement) losses: &'a Losses,
}

impl<'a> WindowStep<'a> {
    /// Settles the window that ends at `to`. `mixed`: what is due may be of older windows too.
    /// Returns how much work it was.
    pub(in crate::settlement) fn run(
        &mut self,
        to: u64,
        due: &[Report],
        mixed: bool,
        late: &[Late],
        counts: &[WaitingCount],
    ) -> usize {
        self.close_fixes((to + self.limits.lateness).saturating_sub(WINDOW_MS) / HOUR_MS * HOUR_MS);
        let city = self.city;
        let from = to - WINDOW_MS;
        let mut amend = Vec::new();
        let mut also = Vec::new();
        for l in late {
            self.counts.late += 1;
            if !city.is_live(BayIx(l.report.bay())) {
                self.aside(l);
            } else if l.report.at() < self.zone_of(l.report.bay()).1.swept {
                amend.push(*l);
            } else {
                // Its window is not settled yet: nothing has to be amended.
                self.counts.amended += 1;
                also.push(l.report);
            }
        }
        let odd = mixed || self.rows.0.iter().any(|z| z.swept != from);
        let mut all = Vec::new();
        let due = if odd || !also.is_empty() {
            all.extend_from_slice(due);
            all.append(&mut also);
            if odd {
                self.take_settled(to, &mut all, &mut amend);
            }
            &all
        } else {
            due
        };
        let lengthened = self.lengthened();
        let again = lengthened.len() * AGAIN;
        if !amend.is_empty() || again > 0 {
            self.amend(amend, lengthened);
        }
        self.counts.settled += due.len() as u64;
        let work = again + self.settle_counts(to, counts) + self.walk(due, to);
        let told = to.saturating_sub(self.limits.pad);
        if told >= HOUR_MS && told.is_multiple_of(HOUR_MS) {
            self.tell(told - HOUR_MS);
        }
        due.len() + work
    }

    /// A lateness that was made longer since the last run lets in reports of what is settled: they
    /// amend.
    #[cold]
    fn take_settled(&mut self, to: u64, due: &mut Vec<Report>, amend: &mut Vec<Late>) {
        let ingest = to + self.limits.lateness - 1;
        due.retain(|r| {
            let settled = r.at() < self.zone_of(r.bay()).1.swept;
            if settled && self.city.is_live(BayIx(r.bay())) {
                self.counts.late += 1;
                amend.push(Late { ingest, report: *r });
            }
            !settled
        });
    }

    pub(in crate::settlement) fn zone_of(&mut self, bay: u32) -> (ZoneIx, &mut ZoneRows) {
        let zone = self.city.zone_of(BayIx(bay));
        (zone, &mut self.rows.0[slot(zone)])
    }

    /// What the walk of a bay of that zone depends on.
    pub(in crate::settlement) fn rules(&self, zone: ZoneIx, swept: u64) -> Rules<'a> {
        let z = self.city.zone(zone);
        let l = self.limits;
        let limit = z
            .spec
            .stale_after_s
            .map_or(l.stale_after, |s| u64::from(s) * 1000);
        let max_age = l.max_age;
        let min_visit = l.min_visit;
        Rules {
            heard: self.hearing,
            limit,
            max_age,
            min_visit,
            swept,
            bay: 0,
            zone: z.number,
            closings: self.closures.zone(zone),
            shut: &[],
        }
    }

    /// Has kept what the walk has put into the records.
    pub(in crate::settlement) fn keep_records(&mut self, hour: u64) {
        if self.records.is_empty() {
            return;
        }
        self.kept.append(
            Millis(hour),
            self.shard,
            std::mem::take(self.records).into_words(),
        );
        while let Some((words, done)) = self.kept.done() {
            if let Err(e) = done {
                self.counts.unkept += HourRecords::read(&words).len() as u64;
                tracing::warn!(
                    error = %e, "settled reports not kept: what comes late for them cannot amend"
                );
            }
            if self.records.is_empty() {
                *self.records = Records::reusing(words);
            }
        }
    }

    /// A bay is gone: its service ends where its zone has come to.
    pub(in crate::settlement) fn retire(&mut self, zone: ZoneIx, carry: Carry, number: u32) {
        let swept = self.rows.0[slot(zone)].swept;
        let mut deltas = WindowDeltas::default();
        let rules = Rules {
            bay: number,
            ..self.rules(zone, swept)
        };
        let (mut cell, beneath) = carry;
        let mut beneath = AllBeneath::one(number, beneath);
        cell.retire(swept, &rules, &mut beneath, &mut deltas);
        self.put_down(zone, &mut deltas);
    }

    /// Adds what walks of that zone's bays put down.
    pub(in crate::settlement) fn put_down(&mut self, zone: ZoneIx, deltas: &mut WindowDeltas) {
        let rows = &mut self.rows.0[slot(zone)];
        deltas.drain().for_each(|(n, w)| rows.add(n, &w));
        let min = self.limits.min_visit;
        let short = deltas
            .visits
            .iter()
            .filter(|v| v.is_whole() && v.stay_ms() < min)
            .count() as u64;
        self.counts.short += short;
        self.counts.visits += deltas.visits.len() as u64 - short;
        self.out.visits.append(&mut deltas.visits);
    }

    /// From the hour of its first report on a zone is told of: what its bays were before, all
    /// unknown, is made up for.
    pub(in crate::settlement) fn wake(&mut self, zone: ZoneIx, hour: u64) {
        let city = self.city;
        let pad = self.limits.pad;
        let rows = &mut self.rows.0[slot(zone)];
        let until = if rows.heard_from == 0 {
            rows.swept
        } else {
            rows.heard_from.min(rows.swept)
        };
        if rows.heard_from != 0 && rows.heard_from <= hour {
            return;
        }
        rows.heard_from = hour;
        let mut deltas = WindowDeltas::default();
        for bay in city.bays_of(zone) {
            deltas.spend_unless(
                self.closures.of_bay(zone, bay),
                BayStatus::Unknown,
                serving_since(city, self.limits, bay).0.max(hour),
                until,
            );
        }
        let mut windows: Vec<_> = deltas.drain().collect();
        windows.sort_unstable_by_key(|w| w.0);
        for (n, w) in &windows {
            rows.add(*n, w);
            if is_told(n * WINDOW_MS, rows.swept, pad) {
                self.out.fixes.window(rows.number, *n, w);
            }
        }
    }

    /// An hour is settled: makes it ready to be handed over.
    fn tell(&mut self, hour: u64) {
        let mut told = SettledHour {
            hour: Millis(hour),
            ..SettledHour::default()
        };
        if let Some(there) = self.out.hours.remove(&hour) {
            told = Arc::unwrap_or_clone(there);
        }
        let first = hour / WINDOW_MS;
        for zone in zones_of(self.shard, self.city.zone_count()) {
            let rows = &self.rows.0[slot(zone)];
            if told.windows.iter().any(|w| w.zone == rows.number) {
                continue;
            }
            let heard = rows.heard_from != 0 && rows.heard_from <= hour;
            let windows = rows
                .fine
                .range(first as u32..(first + PER_HOUR) as u32)
                .filter(|(_, w)| !w.is_zero() && (heard || w.counted.is_some()));
            told.windows.extend(windows.map(|(n, w)| WindowRow {
                zone: rows.number,
                from: Millis(u64::from(*n) * WINDOW_MS),
                window: w.clone(),
            }));
        }
        told.windows.sort_unstable_by_key(|w| (w.zone, w.from));
        told.visits
            .extend(self.out.visits.extract_if(.., |v| v.end.0 < hour + HOUR_MS));
        told.visits.sort_unstable_by_key(|v| (v.end, v.bay));
        self.out.hours.insert(hour, Arc::new(told));
    }

    /// Corrections of an hour of ingest are finished when one of the next begins.
    fn close_fixes(&mut self, hour: u64) {
        let fixes = &mut self.out.fixes;
        if fixes.hour == hour {
            return;
        }
        if fixes.hour != 0 {
            if let Some(there) = self.out.corrections.get(&fixes.hour) {
                fixes.absorb(there);
            }
            self.out
                .corrections
                .insert(fixes.hour, Arc::new(fixes.told()));
        }
        self.out.fixes = Fixes {
            hour,
            ..Fixes::default()
        };
    }

    /// So many reports that waited for the window that ends at `to` could not be read again: what the
    /// shard's zones come to is not complete.
    pub(in crate::settlement) fn note_unread(&mut self, to: u64, reports: usize) {
        if reports == 0 {
            return;
        }
        self.counts.unkept += reports as u64;
        self.counts.too_late += reports as u64;
        for zone in zones_of(self.shard, self.city.zone_count()) {
            let zone = self.city.zone(zone).number;
            self.losses.note(Some(zone), Millis(to - WINDOW_MS));
        }
    }

    /// Too late even to amend, or shed: the hours that it tells of are not complete.
    pub(in crate::settlement) fn aside(&mut self, late: &Late) {
        self.counts.too_late += 1;
        let bay = BayIx(late.report.bay());
        let zone = self.city.zone(self.city.zone_of(bay)).number;
        self.losses.note(Some(zone), Millis(late.report.at()));
        let bay = self.city.bay_number(bay);
        self.keep_aside(&Late {
            report: late.report.of(bay),
            ..*late
        });
    }

    pub(in crate::settlement) fn keep_aside(&mut self, late: &Late) {
        if let Err(e) = self.kept.too_late(bytemuck::bytes_of(late)) {
            self.counts.unkept += 1;
            tracing::warn!(error = %e, "a report that came too late could not be kept aside");
        }
    }
}
