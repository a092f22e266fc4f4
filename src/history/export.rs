//! A stretch of history as one file, Parquet or CSV: with corrections worked in, so that it can be
//! used as it is.
//!
//! Reads the folder or store by itself; a hub may run meanwhile. An hour is held in memory at a
//! time.

use super::archive::{Archive, Gap};
use super::catalogue::{Catalogue, Class};
use super::csv::field;
use super::files::TurnoverWriter;
use super::names::Names;
use super::plain::{PlainRow, plain};
use super::store::{Shelf, StoreError};
use super::visits::{VisitRow, VisitWriter};
use super::{Config, table::TableError};
use crate::domain::{Millis, SourceKind};
use ahash::AHashMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Parquet,
    Csv,
}

/// Why there is no (whole) file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Gap(#[from] Gap),
    #[error("the output: {0}")]
    Output(#[from] io::Error),
    #[error("the output: {0}")]
    Table(String),
    #[error("there is no zone {0} in this time")]
    NoZone(String),
}

impl From<TableError> for ExportError {
    fn from(e: TableError) -> Self {
        Self::Table(e.to_string())
    }
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Export {
    pub class: Class,
    pub from: Millis,
    pub to: Millis,
    /// One zone's id; `None`: all.
    pub zone: Option<String>,
    pub format: Format,
}

impl Export {
    /// Writes what there is of `from..to` to `out`. How many rows.
    ///
    /// # Errors
    /// A store that cannot be read, a damaged file, a zone that never was.
    pub fn write(
        &self,
        config: &Config,
        data: &Path,
        runtime: Handle,
        out: impl Write + Send,
    ) -> Result<u64, ExportError> {
        let store = Arc::new(Shelf::open(config, &data.join("history"), runtime)?);
        let archive = Archive::new(store.clone(), Arc::new(Catalogue::new(store)), config);
        match self.class {
            Class::Turnover => self.turnover(&archive, out),
            Class::Visits => self.visits(&archive, out),
        }
    }

    fn turnover(&self, archive: &Archive, out: impl Write + Send) -> Result<u64, ExportError> {
        let files = archive.files(Class::Turnover, self.from, self.to)?;
        let mut ids = FileIds::default();
        for entry in &files {
            ids.0.extend(archive.zones_of(entry)?);
        }
        let zones = match &self.zone {
            Some(id) => Some(
                ids.numbers(id)
                    .ok_or_else(|| ExportError::NoZone(id.clone()))?,
            ),
            None => None,
        };
        let mut sink = Sink::new(self.format, out, TurnoverWriter::new, TURNOVER_HEADER)?;
        let mut rows = 0;
        for hour in archive.hours(self.from, self.to)? {
            let mut windows = archive.windows_of_hour(hour, zones.as_deref())?;
            windows.retain(|r| r.from >= self.from && r.from < self.to);
            rows += windows.iter().flat_map(plain).count() as u64;
            match &mut sink {
                Sink::Parquet(file) => file.add(&windows, None, &ids)?,
                Sink::Csv(out) => windows
                    .iter()
                    .flat_map(plain)
                    .try_for_each(|r| turnover_line(out, &r, &ids))?,
            }
        }
        match sink {
            Sink::Parquet(file) => file.finish()?.flush()?,
            Sink::Csv(mut out) => out.flush()?,
        }
        Ok(rows)
    }

    fn visits(&self, archive: &Archive, out: impl Write + Send) -> Result<u64, ExportError> {
        let files = archive.files(Class::Visits, self.from, self.to)?;
        let mut sink = Sink::new(self.format, out, VisitWriter::new, VISIT_HEADER)?;
        let wanted = |v: &VisitRow| {
            v.end >= self.from
                && v.end < self.to
                && self.zone.as_deref().is_none_or(|zone| zone == &*v.zone)
        };
        // What corrections make of each visit, all together.
        let mut changes: AHashMap<VisitRow, i32> = AHashMap::default();
        for entry in files.iter().filter(|e| e.correction) {
            for visit in archive.visits_of(entry)?.into_iter().filter(wanted) {
                *changes
                    .entry(VisitRow {
                        count: 1,
                        amended_at: None,
                        ..visit.clone()
                    })
                    .or_default() += visit.count;
            }
        }
        let mut rows = 0;
        for entry in files.iter().filter(|e| !e.correction) {
            let mut visits = archive.visits_of(entry)?;
            visits.retain(|v| wanted(v) && !taken_back(&mut changes, v));
            rows += visits.len() as u64;
            sink.visits(&visits)?;
        }
        let mut late: Vec<VisitRow> = changes
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(v, _)| v)
            .collect();
        late.sort_by_key(|v| (v.end, v.bay_number, v.start));
        rows += late.len() as u64;
        sink.visits(&late)?;
        match sink {
            Sink::Parquet(file) => file.finish()?.flush()?,
            Sink::Csv(mut out) => out.flush()?,
        }
        Ok(rows)
    }
}

fn taken_back(changes: &mut AHashMap<VisitRow, i32>, visit: &VisitRow) -> bool {
    match changes.get_mut(visit) {
        Some(n) if *n < 0 => {
            *n += 1;
            true
        }
        _ => false,
    }
}

/// Where rows go.
enum Sink<P, W> {
    Parquet(P),
    Csv(W),
}

impl<P, W: Write + Send> Sink<P, W> {
    fn new(
        format: Format,
        mut out: W,
        parquet: impl FnOnce(W) -> Result<P, TableError>,
        header: &str,
    ) -> Result<Self, ExportError> {
        match format {
            Format::Parquet => Ok(Self::Parquet(parquet(out)?)),
            Format::Csv => {
                writeln!(out, "{header}")?;
                Ok(Self::Csv(out))
            }
        }
    }
}

impl<W: Write + Send> Sink<VisitWriter<W>, W> {
    fn visits(&mut self, visits: &[VisitRow]) -> Result<(), ExportError> {
        match self {
            Self::Parquet(file) => Ok(file.add(visits)?),
            Self::Csv(out) => visits
                .iter()
                .try_for_each(|v| visit_line(out, v).map_err(ExportError::from)),
        }
    }
}

const TURNOVER_HEADER: &str = "zone,window_start,occupied_ms,vacant_ms,unknown_ms,closed_ms,visits_started,\
    visits_ended,short_stays,censored_stays,stay_ms,bays_occupied,bays_vacant,bays_unknown,counted";

fn turnover_line(
    out: &mut impl Write,
    row: &PlainRow<'_>,
    names: &dyn Names,
) -> Result<(), ExportError> {
    write!(out, "{},{}", field(&names.zone(row.zone)), row.from)?;
    for n in row.members {
        write!(out, ",{n}")?;
    }
    writeln!(out, ",{}", row.counted)?;
    Ok(())
}

const VISIT_HEADER: &str =
    "bay,zone,started_at,ended_at,start_seen,end_seen,by_sensor,by_app,by_gate";

fn visit_line(out: &mut impl Write, v: &VisitRow) -> io::Result<()> {
    write!(
        out,
        "{},{},{},{},{},{}",
        field(&v.bay),
        field(&v.zone),
        v.start,
        v.end,
        v.start_seen,
        v.end_seen
    )?;
    for kind in SourceKind::ALL {
        write!(out, ",{}", v.kinds.has(kind))?;
    }
    writeln!(out)
}

/// Ids of zones as the files themselves have them.
#[derive(Default)]
struct FileIds(AHashMap<u32, Arc<str>>);

impl FileIds {
    /// The numbers that an id has had, ascending.
    fn numbers(&self, id: &str) -> Option<Vec<u32>> {
        let mut numbers: Vec<u32> = self
            .0
            .iter()
            .filter(|(_, known)| &***known == id)
            .map(|(n, _)| *n)
            .collect();
        numbers.sort_unstable();
        (!numbers.is_empty()).then_some(numbers)
    }
}

impl Names for FileIds {
    fn zone(&self, number: u32) -> Arc<str> {
        self.0
            .get(&number)
            .cloned()
            .unwrap_or_else(|| number.to_string().into())
    }

    fn bay(&self, number: u32) -> Arc<str> {
        number.to_string().into()
    }
}
