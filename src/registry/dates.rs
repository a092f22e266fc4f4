//! When zones entered the registry and when they last changed: `dates.jsonl`, one line a zone and
//! change.
//!
//! Promises: what a zone was first dated never moves, not at a restart and not when its file is
//! written anew with the same content. A zone of a file is dated by when that file was written, one
//! that a call has put by the clock of the call. It is only told to readers: a file that is lost is
//! made anew from the others' times, and nothing else depends on it. Bounded: at a start lines that
//! were outlived are dropped once they are most of it.

use super::RegistryError;
use super::changes::Change;
use super::city::{BayAttrs, City, Zone, ZoneDates};
use super::linelog::{LineLog, settle_rewrite};
use crate::domain::{Millis, ZoneIx};
use ahash::AHashMap;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Below this many lines the file is left as it is.
const COMPACT_FROM: usize = 64;

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct DateLine {
    zone: String,
    published: u64,
    updated: u64,
    /// Of what the zone was then.
    sum: u32,
}

/// The file. `None`: in memory only.
#[derive(Default)]
pub(super) struct Dates(Option<LineLog>);

impl Dates {
    /// Opens or creates the file, and dates the zones of a city that was just read: `from` says by
    /// what a zone is dated that is not known yet, or is not what it was.
    pub(super) fn open(
        path: &Path,
        city: &mut City,
        from: impl Fn(&Zone) -> ZoneDates,
    ) -> Result<Self, RegistryError> {
        let (log, text) = LineLog::open(path)?;
        let read = text.lines().count();
        let known = known(path, &text);
        let mut dates = Self(Some(log));
        let mut news = Vec::new();
        let mut all = Vec::new();
        for ix in (0..city.zone_count()).map(ZoneIx) {
            let sum = sum_of(city, ix);
            let zone = city.zone_mut(ix);
            let line = known.get(&zone.spec.id);
            let of_now = from(zone);
            zone.dates = line.map_or(of_now, |line| ZoneDates {
                published: Millis(line.published),
                updated: if line.sum == sum {
                    Millis(line.updated)
                } else {
                    of_now.updated.max(Millis(line.updated))
                },
            });
            let same = line.is_some_and(|line| line.sum == sum);
            write(if same { &mut all } else { &mut news }, zone, sum);
        }
        dates.append(&news)?;
        let zones = city.zone_count() as usize;
        if read >= COMPACT_FROM && read > 2 * zones {
            all.extend_from_slice(&news);
            dates.rewrite(path, &all)?;
        }
        Ok(dates)
    }

    /// Dates the zones that a change made at `now` has touched, durably. Whether there is anything
    /// to [undo](Self::undo) of it.
    pub(super) fn date(
        &mut self,
        city: &mut City,
        touched: &[ZoneIx],
        now: Millis,
    ) -> Result<bool, RegistryError> {
        if now.is_never() {
            return Ok(false);
        }
        let mut lines = Vec::new();
        for ix in touched {
            let sum = sum_of(city, *ix);
            let zone = city.zone_mut(*ix);
            if zone.dates.published.is_never() {
                zone.dates.published = now;
            }
            zone.dates.updated = zone.dates.updated.max(now);
            write(&mut lines, zone, sum);
        }
        self.append(&lines)
    }

    /// Takes the last lines back, because what they belonged to failed.
    pub(super) fn undo(&mut self) {
        if let Some(log) = &mut self.0 {
            log.undo();
        }
    }

    fn append(&mut self, lines: &[u8]) -> Result<bool, RegistryError> {
        match &mut self.0 {
            Some(log) if !lines.is_empty() => log.append(lines).map(|()| true),
            _ => Ok(false),
        }
    }

    fn rewrite(&mut self, path: &Path, lines: &[u8]) -> Result<(), RegistryError> {
        let Some(log) = &mut self.0 else {
            return Ok(());
        };
        log.rewrite(lines)?;
        // Nobody else remembers what the file held.
        settle_rewrite(path).map_err(|e| RegistryError(format!("{}: {e}", path.display())))
    }
}

/// What the file says last of each zone. A line that is none is passed over: only readers are told.
fn known(path: &Path, text: &str) -> AHashMap<String, DateLine> {
    let mut known = AHashMap::new();
    for (n, line) in text.lines().enumerate() {
        match serde_json::from_str::<DateLine>(line) {
            Ok(line) => drop(known.insert(line.zone.clone(), line)),
            Err(e) => {
                tracing::warn!(file = %path.display(), line = n + 1, error = %e, "no date of a zone");
            }
        }
    }
    known
}

/// When a file was written; never, where that cannot be told.
pub(super) fn written_at(path: &Path) -> Millis {
    let at = std::fs::metadata(path).and_then(|of| of.modified());
    let since = at.ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.map_or(Millis::NEVER, |since| Millis(since.as_millis() as u64))
}

fn write(to: &mut Vec<u8>, zone: &Zone, sum: u32) {
    let line = DateLine {
        zone: zone.spec.id.clone(),
        published: zone.dates.published.0,
        updated: zone.dates.updated.0,
        sum,
    };
    // Writing to a Vec cannot fail, nor do these members.
    let _ = serde_json::to_writer(&mut *to, &line);
    to.push(b'\n');
}

/// Changes with what is told of a zone: its own members, and which terms and how many bays it has.
fn sum_of(city: &City, ix: ZoneIx) -> u32 {
    let zone = city.zone(ix);
    let own = serde_json::to_vec(&Change::from(&zone.spec)).unwrap_or_default();
    let mut terms: Vec<BayAttrs> = Vec::new();
    let mut bays = 0_u32;
    for bay in city.bays_of(ix) {
        bays += 1;
        let attrs = city.attrs(bay);
        // Neighbours mostly have the same.
        if terms.last() != Some(&attrs) && !terms.contains(&attrs) {
            terms.push(attrs);
        }
    }
    let mut terms: Vec<[u8; 12]> = terms.into_iter().map(bytes_of).collect();
    terms.sort_unstable();
    let sum = crc32c::crc32c(&own);
    let sum = crc32c::crc32c_append(sum, &bays.to_le_bytes());
    terms
        .iter()
        .fold(sum, |sum, one| crc32c::crc32c_append(sum, one))
}

fn bytes_of(attrs: BayAttrs) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[0] = attrs.kind as u8;
    bytes[1] = u8::from(attrs.accessible) | u8::from(attrs.ev_charging) << 1;
    bytes[2..4].copy_from_slice(&attrs.max_height_cm.to_le_bytes());
    bytes[4..8].copy_from_slice(&attrs.max_stay_min.to_le_bytes());
    let price = attrs.price_cents_per_hour.unwrap_or(u32::MAX);
    bytes[8..12].copy_from_slice(&price.to_le_bytes());
    bytes
}
