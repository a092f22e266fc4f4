//! Files of turnover, column by column; single visits are in `visits.rs`.
//!
//! A base file holds what was settled of an hour. A file of corrections holds what late reports
//! changed afterwards, as differences: whoever adds up both has the right figure. What counts of a
//! whole zone say of a window is a row of its own, behind that of its bays. What the columns mean is
//! said in `docs/authority.md`.

use super::names::Names;
use super::plain::{PlainRow, plain};
use super::table::{Column, Kind, ParquetWriter, TableError, read};
use crate::domain::{CountedWindow, Millis, Stays, Window, WindowRow};
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

/// Rows of a group: a reader of one zone skips the others.
pub(super) const GROUP: usize = 24_576;

const TURNOVER: &str = "message turnover {
  required binary zone (STRING);
  required int32 zone_number (INTEGER(32,false));
  required int64 window_start (TIMESTAMP(MILLIS,true));
  required int64 occupied_ms; required int64 vacant_ms; required int64 unknown_ms; required int64 closed_ms;
  required int64 visits_started; required int64 visits_ended; required int64 short_stays; required int64 censored_stays;
  required int64 stay_ms;
  required int64 bays_occupied; required int64 bays_vacant; required int64 bays_unknown;
  required group stay_buckets (LIST) { repeated group list { required int32 element; } }
  required group stay_counts (LIST) { repeated group list { required int32 element; } }
  required boolean correction;
  optional int64 amended_at (TIMESTAMP(MILLIS,true));
  required boolean counted;
}";
/// Position of `zone_number`, and of what a reader needs.
pub(super) const ZONE_NUMBER: usize = 1;
/// Position of `correction`.
const CORRECTION: usize = 17;
/// Position of `counted`, which older files do not have.
pub(super) const COUNTED: usize = 19;
const WINDOW_COLUMNS: [(usize, Kind); 17] = {
    let mut all = [(0, Kind::Int64); 17];
    let mut at = 0;
    while at < 16 {
        all[at].0 = at + 1;
        at += 1;
    }
    all[0].1 = Kind::Int32;
    all[14].1 = Kind::List;
    all[15].1 = Kind::List;
    all[16] = (COUNTED, Kind::LaterFlag);
    all
};

/// A file of turnover. `amended`: these are corrections that came in during the hour of ingest that
/// begins then.
pub(super) fn write_turnover(
    rows: &[WindowRow],
    amended: Option<Millis>,
    names: &dyn Names,
) -> Result<Vec<u8>, TableError> {
    let mut file = TurnoverWriter::new(Vec::new())?;
    file.add(rows, amended, names)?;
    file.finish()
}

/// A file of turnover that grows.
pub(super) struct TurnoverWriter<W: Write + Send>(ParquetWriter<W>);

impl<W: Write + Send> TurnoverWriter<W> {
    pub(super) fn new(to: W) -> Result<Self, TableError> {
        ParquetWriter::new(TURNOVER, to).map(Self)
    }

    pub(super) fn add(
        &mut self,
        rows: &[WindowRow],
        amended: Option<Millis>,
        names: &dyn Names,
    ) -> Result<(), TableError> {
        let rows: Vec<PlainRow<'_>> = rows.iter().flat_map(plain).collect();
        for rows in rows.chunks(GROUP) {
            let names = rows.iter().map(|r| names.zone(r.zone).as_bytes().to_vec());
            let mut columns = vec![
                Column::Text(names.collect()),
                Column::Int32(rows.iter().map(|r| r.zone as i32).collect()),
                Column::Int64(rows.iter().map(|r| r.from.0 as i64).collect()),
            ];
            let member = |m: usize| rows.iter().map(|r| r.members[m]).collect();
            columns.extend((0..12).map(|m| Column::Int64(member(m))));
            let lengths: Vec<u32> = rows.iter().map(|r| r.stays.len() as u32).collect();
            let buckets = || rows.iter().flat_map(|r| r.stays);
            columns.push(Column::List(
                lengths.clone(),
                buckets().map(|b| i32::from(b.0)).collect(),
            ));
            columns.push(Column::List(lengths, buckets().map(|b| b.1).collect()));
            columns.extend(correction(rows.len(), amended));
            columns.push(Column::Flag(rows.iter().map(|r| r.counted).collect()));
            self.0.group(&columns)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<W, TableError> {
        self.0.finish()
    }
}

/// The last two columns of either file.
pub(super) fn correction(rows: usize, amended: Option<Millis>) -> [Column; 2] {
    [
        Column::Flag(vec![amended.is_some(); rows]),
        Column::Maybe64(vec![amended.map(|t| t.0 as i64); rows]),
    ]
}

/// One row of a file of turnover as it stands there.
pub(super) struct RawRow<'c> {
    pub(super) zone: u32,
    pub(super) from: Millis,
    /// Without lengths of stays; of bays or of counts, never both.
    pub(super) window: Window,
    buckets: &'c [i32],
    counts: &'c [i32],
}

impl RawRow<'_> {
    pub(super) fn stays(&self) -> impl Iterator<Item = (u16, i32)> {
        self.buckets
            .iter()
            .zip(self.counts)
            .map(|(bucket, n)| (*bucket as u16, *n))
    }

    pub(super) fn row(&self) -> WindowRow {
        let window = Window {
            stays: Stays::from_buckets(self.stays()),
            ..self.window.clone()
        };
        WindowRow {
            zone: self.zone,
            from: self.from,
            window,
        }
    }
}

/// Hands `each` the rows of a file of turnover, of these zones (ascending) or of all. How many rows
/// had to be decoded.
pub(super) fn read_turnover(
    file: Vec<u8>,
    zones: Option<&[u32]>,
    each: &mut dyn FnMut(&RawRow<'_>),
) -> Result<u64, TableError> {
    let mut decoded = 0;
    let mut odd = false;
    let outside = |least: i32, most: i32| {
        let least = least as u32;
        let most = most as u32;
        zones.is_some_and(|z| {
            z.get(z.partition_point(|n| *n < least))
                .is_none_or(|n| *n > most)
        })
    };
    let wanted = |zone: u32| zones.is_none_or(|z| z.binary_search(&zone).is_ok());
    read(
        file,
        &WINDOW_COLUMNS,
        ZONE_NUMBER,
        &outside,
        &mut |columns| match Windows::of(&columns) {
            Some(windows) => {
                decoded += windows.zones.len() as u64;
                windows.rows(&wanted, each);
            }
            None => odd = true,
        },
    )?;
    if odd {
        Err(TableError::odd())
    } else {
        Ok(decoded)
    }
}

/// Which zones a file of turnover speaks of: numbers and ids.
pub(super) fn read_zones(file: Vec<u8>) -> Result<Vec<(u32, Arc<str>)>, TableError> {
    let mut zones: Vec<(u32, Arc<str>)> = Vec::new();
    let mut odd: bool = false;
    read(
        file,
        &[(0, Kind::Text), (ZONE_NUMBER, Kind::Int32)],
        ZONE_NUMBER,
        &|_, _| false,
        &mut |columns| {
            let [Column::Text(ids), Column::Int32(numbers)] = &columns[..] else {
                odd = true;
                return;
            };
            for (id, number) in ids.iter().zip(numbers) {
                if zones.last().is_none_or(|(last, _)| *last != *number as u32) {
                    zones.push((*number as u32, String::from_utf8_lossy(id).into()));
                }
            }
        },
    )?;
    if odd {
        Err(TableError::odd())
    } else {
        Ok(zones)
    }
}

/// Which zones a file of turnover has corrections of.
pub(super) fn read_corrected(file: Vec<u8>) -> Result<BTreeSet<u32>, TableError> {
    let mut zones = BTreeSet::new();
    let mut odd = false;
    let columns = [(ZONE_NUMBER, Kind::Int32), (CORRECTION, Kind::Flag)];
    read(file, &columns, ZONE_NUMBER, &|_, _| false, &mut |columns| {
        let [Column::Int32(numbers), Column::Flag(corrections)] = &columns[..] else {
            odd = true;
            return;
        };
        let corrected = numbers.iter().zip(corrections).filter(|(_, flag)| **flag);
        zones.extend(corrected.map(|(number, _)| *number as u32));
    })?;
    if odd {
        Err(TableError::odd())
    } else {
        Ok(zones)
    }
}

/// The columns of one group.
struct Windows<'c> {
    zones: &'c [i32],
    starts: &'c [i64],
    members: Vec<&'c [i64]>,
    lengths: &'c [u32],
    buckets: &'c [i32],
    counts: &'c [i32],
    counted: &'c [bool],
}

impl<'c> Windows<'c> {
    /// `None`: no columns of ours.
    fn of(columns: &'c [Column]) -> Option<Self> {
        let [
            Column::Int32(zones),
            Column::Int64(starts),
            members @ ..,
            a,
            b,
            Column::Flag(counted),
        ] = columns
        else {
            return None;
        };
        let (Column::List(lengths, buckets), Column::List(others, counts)) = (a, b) else {
            return None;
        };
        let members: Option<Vec<&[i64]>> = members
            .iter()
            .map(|m| {
                if let Column::Int64(n) = m {
                    Some(&n[..])
                } else {
                    None
                }
            })
            .collect();
        let members = members.filter(|_| lengths == others)?;
        Some(Self {
            zones,
            starts,
            members,
            lengths,
            buckets,
            counts,
            counted,
        })
    }

    fn rows(&self, wanted: &dyn Fn(u32) -> bool, each: &mut dyn FnMut(&RawRow<'_>)) {
        let mut at = 0;
        for (row, (zone, start)) in self.zones.iter().zip(self.starts).enumerate() {
            let stays = at..at + self.lengths[row] as usize;
            at = stays.end;
            let zone = *zone as u32;
            if !wanted(zone) {
                continue;
            }
            let m = |n: usize| self.members[n][row];
            let window = Window {
                occupied_ms: m(0),
                vacant_ms: m(1),
                unknown_ms: m(2),
                closed_ms: m(3),
                started: m(4),
                ended: m(5),
                short: m(6),
                censored: m(7),
                stay_ms: m(8),
                stays: Stays::default(),
                occupied_at: m(9),
                vacant_at: m(10),
                unknown_at: m(11),
                counted: None,
            };
            let window = if self.counted[row] {
                Window::from(CountedWindow::of(&window))
            } else {
                window
            };
            let buckets = &self.buckets[stays.clone()];
            let counts = &self.counts[stays];
            each(&RawRow {
                zone,
                from: Millis(*start as u64),
                window,
                buckets,
                counts,
            });
        }
    }
}

#[cfg(test)]
mod tests;
