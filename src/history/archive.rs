//! The archive: what is known of an hour, out of its file and the corrections to it, as cells of
//! five minutes or an hour.
//!
//! Promises: a file whose length or checksum is not the manifest's is not believed, and named; the
//! others are still read. Corrections are added to a zone's window before anything is said of the
//! whole zone. Decoded hours are kept up to `cache_mb`. Dear: an hour that is not (some 100 ms for
//! 14,000 zones). Call where blocking is allowed.

use super::Config;

mod cache;

use super::catalogue::{Catalogue, Class, ManifestFile};
use super::cells::{Amended, Cells, ZoneFigures, fine_cells};
use super::files::{RawRow, read_turnover, read_zones};
use super::store::{Shelf, StoreError};
use super::visits::{VisitRow, read_visits};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, Tally, WindowRow};
use cache::Cache;
use std::sync::Arc;

/// Corrections of an hour come in up to this long after it, ms: the day in which late reports
/// amend, and the hours in which they are settled and told.
pub(super) const AMENDED_FOR_MS: u64 = 50 * HOUR_MS;

/// What opening a file and summing it up costs, in rows that could be decoded meanwhile.
pub(super) const OPENING: u64 = 5_000;

/// Why an hour cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Gap {
    /// Nothing was ever written of it, or it is past its time.
    #[error("there is no file of this hour")]
    NoFile,
    #[error("{file} is damaged: {why}")]
    Damaged { file: String, why: String },
    #[error("the store does not answer: {0}")]
    Away(String),
    /// All else of it is told.
    #[error("{0} acknowledged reports of this hour came too late or were shed: kept aside")]
    Lost(u64),
}

impl Gap {
    /// A word that lasts.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoFile => "no_file",
            Self::Damaged { .. } => "damaged",
            Self::Away(_) => "store_away",
            Self::Lost(_) => "reports_lost",
        }
    }
}

/// See the module.
pub(super) struct Archive {
    shelf: Arc<Shelf>,
    catalogue: Arc<Catalogue>,
    cache: Cache,
}

impl Archive {
    pub(super) fn new(shelf: Arc<Shelf>, catalogue: Arc<Catalogue>, config: &Config) -> Self {
        Self {
            shelf,
            catalogue,
            cache: Cache::new(config.cache_mb << 20),
        }
    }

    /// What was done in the hour that begins at `hour`: by five minutes, or in the whole. Of these
    /// zones (ascending) at least. `work` grows by the rows that had to be decoded for it, or as
    /// much.
    pub(super) fn cells(
        &self,
        hour: Millis,
        fine: bool,
        zones: Option<&[u32]>,
        work: &mut u64,
    ) -> Result<Cells, Gap> {
        let of = self.entries(hour)?;
        let sums: Vec<u32> = of.iter().map(|e| e.crc32c).collect();
        if let Some(cells) = self.cache.get((hour, fine), &sums) {
            return Ok(cells);
        }
        let cells = if fine {
            fine_cells(&self.windows(&of, hour, zones, work)?)
        } else {
            self.summed(&of, hour, zones, work)?
        };
        if zones.is_none() {
            self.cache.keep((hour, fine), sums, &cells);
        }
        Ok(cells)
    }

    /// Changes whenever the files do that speak of an hour.
    pub(super) fn stamp(&self, hour: Millis) -> Result<u64, Gap> {
        let of = self.entries(hour)?;
        Ok(of.iter().fold(of.len() as u64, |stamp, e| {
            stamp.rotate_left(7) ^ u64::from(e.crc32c) ^ (e.bytes << 32)
        }))
    }

    /// The files that speak of an hour: that with the most of it first, which is its own or what was
    /// imported of it.
    pub(super) fn entries(&self, hour: Millis) -> Result<Vec<ManifestFile>, Gap> {
        let mut of = self.entries_of(hour)?;
        if let Some(imported) = of.iter().position(|e| e.imported)
            && of[0].rows == 0
        {
            of.swap(0, imported);
        }
        Ok(of)
    }

    /// The same, its own first.
    pub(super) fn entries_of(&self, hour: Millis) -> Result<Vec<ManifestFile>, Gap> {
        let day = |at: Millis| self.catalogue.day(at).map_err(|e| Gap::Away(e.to_string()));
        let of_turnover = |e: &&ManifestFile| e.class == Class::Turnover;
        let own = day(hour)?
            .iter()
            .filter(of_turnover)
            .find(|e| e.is_base() && e.hour == hour)
            .cloned();
        let mut found = vec![own.ok_or(Gap::NoFile)?];
        found.extend(self.imported(hour)?);
        let end = hour.plus(AMENDED_FOR_MS);
        let mut at = hour;
        loop {
            let files = day(at)?;
            let amends =
                |e: &&ManifestFile| e.correction && e.first < hour.plus(HOUR_MS) && e.last >= hour;
            found.extend(files.iter().filter(of_turnover).filter(amends).cloned());
            if at.0 / (24 * HOUR_MS) >= end.0 / (24 * HOUR_MS) {
                return Ok(found);
            }
            at = at.plus(24 * HOUR_MS);
        }
    }

    /// What was imported of an hour.
    pub(super) fn imported(&self, hour: Millis) -> Result<Option<ManifestFile>, Gap> {
        let files = self.catalogue.day(hour);
        let files = files.map_err(|e| Gap::Away(e.to_string()))?;
        let of_hour =
            |e: &&ManifestFile| e.class == Class::Turnover && e.imported && e.hour == hour;
        Ok(files.iter().find(of_hour).cloned())
    }

    /// The windows of an hour as they are right now: base and corrections added up.
    pub(super) fn windows(
        &self,
        of: &[ManifestFile],
        hour: Millis,
        zones: Option<&[u32]>,
        work: &mut u64,
    ) -> Result<Vec<WindowRow>, Gap> {
        let mut rows: Vec<WindowRow> = Vec::new();
        for entry in of {
            self.rows(entry, hour, zones, work, &mut |raw| rows.push(raw.row()))?;
        }
        if of.len() > 1 {
            rows.sort_by_key(|r| (r.zone, r.from));
        }
        // Corrections, and what counts say.
        rows.dedup_by(|later, kept| {
            let same = (later.zone, later.from) == (kept.zone, kept.from);
            if same {
                kept.window.add(&later.window);
            }
            same
        });
        Ok(rows)
    }

    /// The sums of an hour by zone: what `windows` gives, added up, without a row in memory for
    /// each window.
    fn summed(
        &self,
        of: &[ManifestFile],
        hour: Millis,
        zones: Option<&[u32]>,
        work: &mut u64,
    ) -> Result<Cells, Gap> {
        let Some((base, corrections)) = of.split_first() else {
            return Err(Gap::NoFile);
        };
        let mut amended = Amended::default();
        for entry in corrections {
            self.rows(entry, hour, zones, work, &mut |raw| {
                let row = raw.row();
                amended.window(raw).add(&row.window);
            })?;
        }
        let mut cells = Vec::new();
        let mut tally = Tally::default();
        let mut zone = None;
        let mut end = |zone: u32, tally: &mut Tally, amended: &mut Amended| {
            amended.rest(zone, tally);
            cells.push(ZoneFigures {
                zone,
                from: hour,
                sums: tally.take(),
            });
        };
        self.rows(base, hour, zones, work, &mut |raw| {
            if let Some(before) = zone.replace(raw.zone).filter(|z| *z != raw.zone) {
                end(before, &mut tally, &mut amended);
            }
            if let Some(more) = amended.take(raw) {
                let mut window = raw.row().window;
                window.add(&more);
                tally.add_window(&window);
            } else {
                tally.add_window(&raw.window);
                tally.count(raw.stays());
            }
        })?;
        if let Some(zone) = zone {
            end(zone, &mut tally, &mut amended);
        }
        // Zones of which the hour's own file does not speak.
        while let Some(zone) = amended.first_zone() {
            end(zone, &mut tally, &mut amended);
        }
        cells.sort_by_key(|c| c.zone);
        Ok(cells.into())
    }

    /// Hands `each` what one file says of an hour.
    fn rows(
        &self,
        entry: &ManifestFile,
        hour: Millis,
        zones: Option<&[u32]>,
        work: &mut u64,
        each: &mut dyn FnMut(&RawRow<'_>),
    ) -> Result<(), Gap> {
        if entry.rows == 0 {
            return Ok(());
        }
        let within = hour..hour.plus(HOUR_MS);
        let read = read_turnover(self.whole(entry)?, zones, &mut |raw| {
            if within.contains(&raw.from) {
                each(raw);
            }
        });
        *work += OPENING
            + read.map_err(|e| Gap::Damaged {
                file: entry.file.clone(),
                why: e.to_string(),
            })?;
        Ok(())
    }

    /// A file's bytes, if they are those that were written.
    pub(super) fn whole(&self, entry: &ManifestFile) -> Result<Vec<u8>, Gap> {
        let damaged = |why: &str| Gap::Damaged {
            file: entry.file.clone(),
            why: why.to_owned(),
        };
        let bytes = self
            .shelf
            .get(&entry.file)
            .map_err(|e| Gap::Away(e.to_string()))?;
        let bytes = bytes.ok_or_else(|| damaged("it is in the manifest but not there"))?;
        if bytes.len() as u64 != entry.bytes || crc32c::crc32c(&bytes) != entry.crc32c {
            return Err(damaged("its checksum is not the manifest's"));
        }
        Ok(bytes)
    }

    /// Everything written of a class whose hour lies in `from..to`, file by file: the windows of
    /// one, or its visits.
    pub(super) fn files(
        &self,
        class: Class,
        from: Millis,
        to: Millis,
    ) -> Result<Vec<ManifestFile>, Gap> {
        let mut found = Vec::new();
        let days = self
            .catalogue
            .days()
            .map_err(|e| Gap::Away(e.to_string()))?;
        // A correction lies in the hour in which it came in.
        let last = to.plus(AMENDED_FOR_MS);
        for day in days
            .into_iter()
            .filter(|d| d.plus(24 * HOUR_MS) > from && *d < last)
        {
            let files = self
                .catalogue
                .day(day)
                .map_err(|e| Gap::Away(e.to_string()))?;
            let meant = |e: &&ManifestFile| {
                e.class == class && e.rows > 0 && e.first < to && e.last >= from
            };
            found.extend(files.iter().filter(meant).cloned());
        }
        Ok(found)
    }

    /// The hours that reach into `from..to` of which anything can be told, ascending.
    pub(super) fn hours(&self, from: Millis, to: Millis) -> Result<Vec<Millis>, Gap> {
        let away = |e: StoreError| Gap::Away(e.to_string());
        let mut hours = Vec::new();
        let days = self.catalogue.days().map_err(away)?;
        for day in days
            .into_iter()
            .filter(|d| d.plus(24 * HOUR_MS) > from && *d < to)
        {
            let files = self.catalogue.day(day).map_err(away)?;
            let told = files
                .iter()
                .filter(|e| e.class == Class::Turnover && e.is_base());
            let meant = |hour: &Millis| hour.plus(HOUR_MS) > from && *hour < to;
            hours.extend(told.map(|e| e.hour).filter(meant));
        }
        Ok(hours)
    }

    /// The zones that a file of turnover speaks of.
    pub(super) fn zones_of(&self, entry: &ManifestFile) -> Result<Vec<(u32, Arc<str>)>, Gap> {
        let read = read_zones(self.whole(entry)?);
        read.map_err(|e| Gap::Damaged {
            file: entry.file.clone(),
            why: e.to_string(),
        })
    }

    /// The windows of an hour, corrections worked in.
    pub(super) fn windows_of_hour(
        &self,
        hour: Millis,
        zones: Option<&[u32]>,
    ) -> Result<Vec<WindowRow>, Gap> {
        self.windows(&self.entries(hour)?, hour, zones, &mut 0)
    }

    pub(super) fn visits_of(&self, entry: &ManifestFile) -> Result<Vec<VisitRow>, Gap> {
        let read = read_visits(self.whole(entry)?);
        read.map_err(|e| Gap::Damaged {
            file: entry.file.clone(),
            why: e.to_string(),
        })
    }
}
