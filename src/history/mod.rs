//! History: what was settled, kept as hourly Parquet files that anybody can read, and every
//! question about it.
//!
//! ```text
//! stream -> Keeper (collects, one thread writes) -> files + manifest -> Archive (decodes, caches) -\
//!      \------------------------- Recent (what the stream still holds) ------------------------------> figures
//! ```
//!
//! Promises: a file is whole or not there, and an hour told again replaces itself with the same
//! bytes; corrections are rows of differences, so that whoever adds up all rows is right, and make
//! hours known that were before the first one told; a damaged
//! file is named and the others are served; an answer does not change where the stream's memory
//! ends. Dear: a day that nobody has asked for before (24 files), so it is answered page by page.
//!
//! Architecture Invariant: the stream never waits for the store. It offers, and keeps what is not
//! taken.

mod activity;
mod archive;
mod catalogue;
mod cells;
mod config;
pub mod csv;
mod days;
mod export;
mod figures;
mod files;
mod fullness;
mod imported;
mod keeper;
mod lately;
mod names;
mod past;
mod plain;
mod question;
mod stays;
mod store;
mod table;
#[cfg(test)]
mod tests;
mod told;
mod visits;
mod walk;
mod withhold;

pub use activity::Activity;
pub use archive::Gap;
pub use catalogue::{Class, ManifestFile};
pub use cells::{Cells, ZoneFigures};
pub use config::Config;
pub use export::{Export, ExportError, Format};
pub use fullness::{Fullness, FullnessByZone};
pub use imported::{DayWritten, Imported, kept_from};
pub use keeper::{Around, Keeper, SettledPart};
pub use lately::Lately;
pub use names::{Names, Numbered, Registered};
pub use past::Past;
pub use question::{
    FiguresPage, Interval, NothingSettled, Question, RecentFigures, ResumeAt, TurnoverRow,
    Unanswerable,
};
pub use store::{StoreError, is_staging};
#[cfg(test)]
pub(crate) use table::lines as parquet_lines;
pub use told::{ToldColumn, ToldFile, ToldKind};
pub use visits::VisitRow;
pub use withhold::Discretion;

use crate::domain::Millis;
use archive::Archive;
use catalogue::Catalogue;
use days::Days;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use store::Shelf;
use tokio::runtime::Handle;
use walk::{FiguresWalk, MAX_GAPS, WORK};

/// Everything that was settled, as it can be asked about.
pub struct History {
    archive: Archive,
    catalogue: Arc<Catalogue>,
    recent: Arc<dyn RecentFigures>,
    days: Days,
    /// How much work one page is.
    page_work: u64,
}

impl History {
    /// Opens the files to be read and, by the keeper, written. `data` is the hub's data folder;
    /// `runtime` is what an outside store is talked to on.
    ///
    /// # Errors
    /// A folder or store that cannot be opened.
    pub fn open(
        config: &Config,
        data: &Path,
        runtime: Handle,
        recent: Arc<dyn RecentFigures>,
        around: Around,
    ) -> Result<(Self, Arc<Keeper>), StoreError> {
        let shelf = Arc::new(Shelf::open(config, &data.join("history"), runtime)?);
        Ok(Self::of(shelf, config, recent, around))
    }

    fn of(
        shelf: Arc<Shelf>,
        config: &Config,
        recent: Arc<dyn RecentFigures>,
        around: Around,
    ) -> (Self, Arc<Keeper>) {
        let catalogue = Arc::new(Catalogue::new(shelf.clone()));
        let keeper = Keeper::new(shelf.clone(), catalogue.clone(), config.clone(), around);
        let archive = Archive::new(shelf, catalogue.clone(), config);
        (
            Self {
                archive,
                catalogue,
                recent,
                days: Days::default(),
                page_work: WORK,
            },
            Arc::new(keeper),
        )
    }

    /// Starts the keeper's thread. It ends after [`Keeper::stop`].
    ///
    /// # Errors
    /// A thread that cannot be had.
    pub fn keep(keeper: &Arc<Keeper>) -> std::io::Result<JoinHandle<()>> {
        keeper.start()
    }

    /// Everything before this has been settled.
    pub fn settled_to(&self) -> Millis {
        self.recent.settled_to()
    }

    /// The full figures. Waits for the store: call where blocking is allowed.
    ///
    /// # Errors
    /// A question that has no answer in what is kept.
    pub fn page(&self, q: &Question<'_>) -> Result<FiguresPage, Unanswerable> {
        let page = figures::page(&mut self.walk(q), q)?;
        Ok(self.without_lost(page, q))
    }

    /// The figures as anybody may see them: see `withhold`. Days are those of UTC.
    pub fn discreet_page(&self, q: &Question<'_>, discretion: Discretion<'_>) -> FiguresPage {
        let page = withhold::page(&mut self.walk(q), q, discretion);
        self.without_lost(page, q)
    }

    /// What acknowledged reports are missing of is not complete.
    fn without_lost(&self, mut page: FiguresPage, q: &Question<'_>) -> FiguresPage {
        let lost = self.recent.lost_hours(q.from, q.to);
        for row in page.rows.iter_mut().filter(|row| row.complete) {
            row.complete = !self.recent.is_lost(row.zone, row.from, row.to);
        }
        let room = MAX_GAPS.saturating_sub(page.gaps.len());
        let gaps = lost.into_iter().map(|(hour, n)| (hour, Gap::Lost(n)));
        page.gaps.extend(gaps.take(room));
        page.gaps.sort_by_key(|(hour, _)| *hour);
        page
    }

    fn walk<'a>(&'a self, q: &Question<'a>) -> FiguresWalk<'a> {
        let mut walk = FiguresWalk::new(
            &self.archive,
            &*self.recent,
            &self.days,
            q.zones,
            self.first_file(),
        );
        walk.most = self.page_work;
        walk
    }

    /// The first hour that is known by files.
    fn first_file(&self) -> Millis {
        let first = self.catalogue.first_hour().ok().flatten();
        first.unwrap_or(Millis::MAX)
    }
}
