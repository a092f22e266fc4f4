//! The settlement in a checkpoint: copied out at a cut, written as blocks, read back, and dealt out
//! to other workers.
//!
//! Everything is named by stable numbers, and dealt out by zone, so that neither the number of
//! workers nor the order of zones has to be the same again. Blocks: [`HEAD`] once, [`HEARD`] one
//! for each page of the table of minutes, [`SHARD`] + n one for each shard, [`WAITING`] some for
//! the reports that wait. Dear: the copy stops the worker; it copies the bays' timelines and what
//! came late, and all else is shared until it is next changed.

use super::bytes::{ByteReader, ByteWriter};
use super::corrections::Fixes;
use super::inbox::Seen;
use super::recent::{HourRow, ShardRows, ZoneRows, slot};
use super::report::Report;
use super::shard::{Late, Out};
use super::timeline::BayTimeline;
use super::{Settle, SettlementShared};
use crate::domain::turnover::WINDOW_MS;
use crate::domain::{
    AmendmentLength, BayIx, Corrections, Millis, SHARDS, SettledHour, Visit, shard_of, zones_of,
};
use crate::registry::city::City;
use bytemuck::{Pod, Zeroable};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Tag of the block with what is said once for each worker.
pub const HEAD: u32 = 1024;
/// Tag of a page of the table of heard minutes.
pub const HEARD: u32 = 1025;
/// Tag of reports that wait.
pub const WAITING: u32 = 1026;
/// Tag of shard 0; the others follow.
pub const SHARD: u32 = 2048;

/// Changes whenever the layout of a block does.
const FORMAT: u64 = 1;

/// One worker's part at a cut.
#[derive(Default)]
pub struct SettledCopy {
    cells: Vec<BayTimeline>,
    shards: Vec<ShardCopy>,
    waiting: Vec<Seen>,
    begun: u64,
    kept: Vec<AmendmentLength>,
    /// Only the first worker's copy has it. Bits that are set after the cut do no harm: they are
    /// set again.
    shared: Option<Arc<SettlementShared>>,
}

struct ShardCopy {
    shard: u32,
    swept: u64,
    late: Vec<Late>,
    out: Arc<Out>,
    rows: Arc<ShardRows>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
struct KeptCell {
    cell: BayTimeline,
    bay: u32,
    zone: u32,
}

/// What the blocks said, put together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Saved {
    begun: u64,
    cells: Vec<KeptCell>,
    waiting: Vec<Report>,
    late: Vec<Late>,
    zones: Vec<ZoneRows>,
    visits: Vec<Visit>,
    hours: Vec<SettledHour>,
    fixes: Vec<Fixes>,
    corrections: Vec<Corrections>,
    heard: Vec<(u32, Vec<u64>)>,
    /// How much of the kept reports counts.
    pub kept: Vec<AmendmentLength>,
}

impl Settle {
    /// Copies everything that is this worker's.
    pub(crate) fn copy(&mut self, to: &mut SettledCopy) {
        to.cells.clear();
        to.cells.extend_from_slice(&self.cells);
        to.begun = self.shared.begun.load(Ordering::Acquire);
        to.kept = self.kept.lengths();
        to.shared = (self.place.0 == 0).then(|| self.shared.clone());
        to.waiting = self
            .inbox
            .freeze(if self.to == 0 { SHARDS } else { self.next });
        to.shards.clear();
        for s in self.owned() {
            let state = &self.shards[s as usize];
            to.shards.push(ShardCopy {
                shard: s,
                swept: state.swept,
                late: state.late.clone(),
                out: state.out.clone(),
                rows: self.shared.recent.shard(s),
            });
        }
    }
}

impl SettledCopy {
    /// With memory for that many bays, each page of it touched.
    pub(crate) fn with_room(bays: usize) -> Self {
        let mut cells = vec![BayTimeline::serving_since(1); bays];
        cells.clear();
        Self {
            cells,
            ..Self::default()
        }
    }

    /// Lets go of what it shares with the worker.
    pub(crate) fn let_go(&mut self) {
        self.shards.clear();
        self.waiting.clear();
        self.shared = None;
    }

    /// Hands every block to `each`.
    ///
    /// # Errors
    /// Whatever `each` returns first.
    pub(crate) fn blocks<E>(
        &self,
        city: &City,
        each: &mut impl FnMut(u32, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut head = ByteWriter::default();
        head.u64(FORMAT);
        head.u64(self.begun);
        head.pods(&self.kept);
        each(HEAD, &head.0)?;
        for (first, words) in self.shared.iter().flat_map(|s| s.heard.pages()) {
            let mut page = ByteWriter::default();
            page.u64(u64::from(first));
            page.pods(&words);
            each(HEARD, &page.0)?;
        }
        for (page, range) in &self.waiting {
            let live = page[range.clone()]
                .iter()
                .filter(|r| city.is_live(BayIx(r.bay())));
            let numbered: Vec<Report> = live
                .map(|r| r.of(city.bay_number(BayIx(r.bay()))))
                .collect();
            let mut out = ByteWriter::default();
            out.pods(&numbered);
            each(WAITING, &out.0)?;
        }
        self.shards
            .iter()
            .try_for_each(|s| each(SHARD + s.shard, &self.shard(s, city).0))
    }

    fn shard(&self, s: &ShardCopy, city: &City) -> ByteWriter {
        let number = |bay: u32| city.bay_number(BayIx(bay));
        let mut cells = Vec::new();
        for zone in zones_of(s.shard, city.zone_count()) {
            let known = city.bays_of(zone).map(|b| (b, self.cells[b.at()]));
            let known = known.filter(|(_, cell)| cell.at() > 0);
            let of = city.zone(zone).number;
            cells.extend(known.map(|(b, cell)| KeptCell {
                cell,
                bay: city.bay_number(b),
                zone: of,
            }));
        }
        let late = s
            .late
            .iter()
            .filter(|l| city.is_live(BayIx(l.report.bay())));
        let late: Vec<Late> = late
            .map(|l| Late {
                report: l.report.of(number(l.report.bay())),
                ..*l
            })
            .collect();
        let mut out = ByteWriter::default();
        out.u64(s.swept);
        out.pods(&cells);
        // Where an earlier version kept the reports that wait.
        out.pods::<Report>(&[]);
        out.pods(&late);
        out.list(s.rows.0.iter(), write_zone);
        out.list(s.out.visits.iter(), ByteWriter::visit);
        out.list(s.out.hours.values(), |out, h| out.hour(h));
        out.u64(s.out.fixes.hour);
        out.corrections(&s.out.fixes.told());
        out.list(s.out.corrections.values(), |out, c| out.corrections(c));
        out
    }
}

fn write_zone(out: &mut ByteWriter, z: &ZoneRows) {
    out.u64(u64::from(z.number));
    out.u64(z.swept);
    out.u64(z.heard_from);
    out.list(z.fine.iter(), |out, (n, w)| {
        out.u64(u64::from(*n));
        out.window(w);
    });
    out.list(z.hours.iter(), |out, (n, h)| {
        out.u64(u64::from(*n));
        out.window(&h.sum);
        out.pods(h.at_starts.as_flattened());
    });
}

fn read_zone(r: &mut ByteReader<'_>) -> Option<ZoneRows> {
    let number = r.u32()?;
    let swept = r.u64()?;
    let heard_from = r.u64()?;
    let fine = r
        .list(|r| Some((r.u32()?, r.window()?)))?
        .into_iter()
        .collect();
    let hours = r.list(|r| {
        let n = r.u32()?;
        let sum = r.window()?;
        let flat = r.pods::<i32>()?;
        let mut at_starts = HourRow::default().at_starts;
        if flat.len() != at_starts.as_flattened().len() {
            return None;
        }
        at_starts.as_flattened_mut().copy_from_slice(&flat);
        Some((n, HourRow { sum, at_starts }))
    })?;
    Some(ZoneRows {
        number,
        swept,
        heard_from,
        fine,
        hours: hours.into_iter().collect(),
        touched: 0,
    })
}

impl Saved {
    /// Takes up one block; `None` for one that this version has not written.
    pub(crate) fn read(&mut self, tag: u32, bytes: &[u8]) -> Option<()> {
        let mut r = ByteReader(bytes);
        match tag {
            HEAD => {
                if r.u64()? != FORMAT {
                    return None;
                }
                self.begun = self.begun.max(r.u64()?);
                self.kept.extend(r.pods::<AmendmentLength>()?);
            }
            HEARD => {
                let first = r.u32()?;
                let words = r.pods()?;
                self.heard.push((first, words));
            }
            WAITING => self.waiting.extend(r.pods::<Report>()?),
            _ if (SHARD..SHARD + SHARDS).contains(&tag) => self.read_shard(&mut r)?,
            _ => return None,
        }
        r.0.is_empty().then_some(())
    }

    fn read_shard(&mut self, r: &mut ByteReader<'_>) -> Option<()> {
        r.u64()?;
        self.cells.extend(r.pods::<KeptCell>()?);
        self.waiting.extend(r.pods::<Report>()?);
        self.late.extend(r.pods::<Late>()?);
        self.zones.extend(r.list(read_zone)?);
        self.visits.extend(r.list(ByteReader::visit)?);
        self.hours.extend(r.list(ByteReader::hour)?);
        let mut fixes = Fixes {
            hour: r.u64()?,
            ..Fixes::default()
        };
        fixes.absorb(&r.corrections()?);
        self.fixes.push(fixes);
        self.corrections.extend(r.list(ByteReader::corrections)?);
        Some(())
    }

    /// Puts back what is of all workers.
    pub(crate) fn restore_shared(&self, shared: &SettlementShared) {
        shared.begun.store(self.begun, Ordering::Release);
        self.heard
            .iter()
            .for_each(|(first, words)| shared.heard.restore(*first, words));
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
        let ours = |s: u32| super::owner(s, place.1) == place.0;
        for kept in &saved.cells {
            if let Some(bay) = bay(kept.bay).filter(|b| ours(shard_of(city.zone_of(*b)))) {
                self.cells[bay.at()] = kept.cell;
            }
        }
        self.restore_reports(saved, &city);
        let mut dealt = deal(saved, &city);
        for s in self.owned() {
            self.shards[s as usize].out = Arc::new(std::mem::take(&mut dealt[s as usize]));
        }
        // Bays that went meanwhile: their service ended.
        for kept in saved.cells.iter().filter(|k| bay(k.bay).is_none()) {
            if let Some(zone) = city.zone_numbered(kept.zone).filter(|z| ours(shard_of(*z))) {
                self.with_step(shard_of(zone), |step| {
                    step.retire(zone, kept.cell, kept.bay);
                });
            }
        }
    }

    fn restore_reports(&mut self, saved: &Saved, city: &City) {
        let place = self.place;
        let late = saved.late.iter().map(|l| (Some(l.ingest), l.report));
        for (ingest, report) in saved.waiting.iter().map(|r| (None, *r)).chain(late) {
            let Some(bay) = city.bay_numbered(report.bay()) else {
                continue;
            };
            let s = shard_of(city.zone_of(bay));
            let report = report.of(bay.0);
            if super::owner(s, place.1) == place.0 {
                match ingest {
                    None => self.wait(report, s),
                    Some(ingest) => {
                        self.waiting += 1;
                        self.shards[s as usize].late.push(Late { ingest, report });
                    }
                }
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
