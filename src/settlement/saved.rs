//! The settlement in a checkpoint: copied out at a cut (`copy`), written as blocks, read back, and
//! dealt out to other workers (`restore`).
//!
//! Everything is named by stable numbers, and dealt out by zone, so that neither the number of
//! workers nor the order of zones has to be the same again. Blocks: [`HEAD`] once, [`HEARD`] one
//! for each page of the table of minutes, [`SHARD`] + n one for each shard, [`WAITING`] some for
//! the reports that wait, [`BENEATH`] and [`COUNTS`] one for each worker, [`LATE_MINUTES`] one. What
//! each says is here, beside what reads it. Of reports that wait in files [`OVERFLOW`], one for each
//! worker, says how much of which counts.

mod copy;
mod restore;

pub use copy::SettledCopy;

use super::beneath::{Beneath, Overtaken};
use super::bytes::{ByteReader, ByteWriter};
use super::corrections::Fixes;
use super::counted::{Track, WaitingCount};
use super::late_minutes::LateMinute;
use super::recent::{AtStarts, HourRow, ZoneRows};
use super::report::Report;
use super::shard::{Late, Out};
use super::timeline::BayTimeline;
use super::waiting_files::WaitingLength;
use crate::domain::{AmendmentLength, Corrections, SHARDS, SettledHour, Visit};
use bytemuck::{Pod, Zeroable};

/// Tag of the block with what is said once for each worker.
pub const HEAD: u32 = 1024;
/// Tag of a page of the table of heard minutes.
pub const HEARD: u32 = 1025;
/// Tag of reports that wait.
pub const WAITING: u32 = 1026;
/// Tag of words that lie beneath others, and of watchers that were overtaken.
pub const BENEATH: u32 = 1027;
/// Tag of minutes that came late and are not in the table yet.
pub const LATE_MINUTES: u32 = 1028;
/// Tag of counts: those that wait, and what they have come to.
pub const COUNTS: u32 = 1029;
/// Tag of the files that hold reports that wait.
pub const OVERFLOW: u32 = 1030;
/// Tag of shard 0; the others follow.
pub const SHARD: u32 = 2048;

/// Changes whenever the layout of a block does. Those of before are read.
const FORMAT: u64 = 4;

/// The first whose pages of reports that wait are numbered.
const NUMBERED: u64 = 4;

/// The first whose windows say what was counted. From 3 on reports may wait in files.
const COUNTING: u64 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
struct KeptCell {
    cell: BayTimeline,
    bay: u32,
    zone: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
struct KeptBeneath {
    bay: u64,
    beneath: Beneath,
}

/// A page of reports that waited in memory.
#[derive(Debug, Default, PartialEq, Eq)]
struct WaitingPage {
    /// See [`super::waiting_files::KeptPage::serial`].
    serial: u32,
    reports: Vec<Report>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
struct KeptTrack {
    track: Track,
    zone: u32,
    kind: u32,
}

/// What the blocks said, put together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Saved {
    begun: u64,
    cells: Vec<KeptCell>,
    beneath: Vec<KeptBeneath>,
    overtaken: Vec<Overtaken>,
    late_minutes: Vec<LateMinute>,
    waiting: Vec<WaitingPage>,
    late: Vec<Late>,
    zones: Vec<ZoneRows>,
    visits: Vec<Visit>,
    hours: Vec<SettledHour>,
    fixes: Vec<Fixes>,
    corrections: Vec<Corrections>,
    heard: Vec<(u32, Vec<u64>)>,
    /// In the order in which they came in, as far as they are of one zone.
    counts: Vec<WaitingCount>,
    tracks: Vec<KeptTrack>,
    /// Of the blocks that are read.
    format: u64,
    /// How much of the kept reports counts.
    pub kept: Vec<AmendmentLength>,
    /// How much counts of the files that hold reports that wait.
    pub waiting_in: Vec<WaitingLength>,
}

/// A shard besides the reports that wait.
fn write_shard(
    swept: u64,
    cells: &[KeptCell],
    late: &[Late],
    zones: &[ZoneRows],
    results: &Out,
) -> ByteWriter {
    let mut out = ByteWriter::default();
    out.u64(swept);
    out.pods(cells);
    // Where an earlier version kept the reports that wait.
    out.pods::<Report>(&[]);
    out.pods(late);
    out.list(zones.iter(), write_zone);
    out.list(results.visits.iter(), ByteWriter::visit);
    out.list(results.hours.values(), |out, h| out.hour(h));
    out.u64(results.fixes.hour);
    out.corrections(&results.fixes.told());
    out.list(results.corrections.values(), |out, c| out.corrections(c));
    out
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
        let counted = h.counted_at_starts.as_ref();
        out.pods(counted.map_or(&[][..], |at| at.as_flattened()));
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
        let at_starts = at_starts_of(&r.pods::<i32>()?)?;
        let counted = if r.is_counted() {
            r.pods::<i32>()?
        } else {
            Vec::new()
        };
        let counted_at_starts = match &counted[..] {
            [] => None,
            flat => Some(Box::new(at_starts_of(flat)?)),
        };
        let row = HourRow {
            sum,
            at_starts,
            counted_at_starts,
        };
        Some((n, row))
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

fn at_starts_of(flat: &[i32]) -> Option<AtStarts> {
    let mut all = AtStarts::default();
    if flat.len() != all.as_flattened().len() {
        return None;
    }
    all.as_flattened_mut().copy_from_slice(flat);
    Some(all)
}

impl Saved {
    /// Takes up one block; `None` for one that this version has not written.
    pub(crate) fn read(&mut self, tag: u32, bytes: &[u8]) -> Option<()> {
        let mut r = ByteReader::new(bytes, self.format >= COUNTING);
        match tag {
            HEAD => {
                self.format = r.u64().filter(|format| (1..=FORMAT).contains(format))?;
                self.begun = self.begun.max(r.u64()?);
                self.kept.extend(r.pods::<AmendmentLength>()?);
            }
            HEARD => {
                let first = r.u32()?;
                let words = r.pods()?;
                self.heard.push((first, words));
            }
            WAITING => self.waiting.push(WaitingPage {
                serial: if self.format < NUMBERED { 0 } else { r.u32()? },
                reports: r.pods()?,
            }),
            OVERFLOW => self.waiting_in.extend(r.pods::<WaitingLength>()?),
            BENEATH => {
                self.beneath.extend(r.pods::<KeptBeneath>()?);
                self.overtaken.extend(r.pods::<Overtaken>()?);
            }
            COUNTS => {
                self.counts.extend(r.pods::<WaitingCount>()?);
                self.tracks.extend(r.pods::<KeptTrack>()?);
            }
            LATE_MINUTES => self.late_minutes.extend(r.pods::<LateMinute>()?),
            _ if (SHARD..SHARD + SHARDS).contains(&tag) => self.read_shard(&mut r)?,
            _ => return None,
        }
        r.is_at_end().then_some(())
    }

    fn read_shard(&mut self, r: &mut ByteReader<'_>) -> Option<()> {
        r.u64()?;
        self.cells.extend(r.pods::<KeptCell>()?);
        let reports = r.pods()?;
        if !reports.is_empty() {
            self.waiting.push(WaitingPage { serial: 0, reports });
        }
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
}
