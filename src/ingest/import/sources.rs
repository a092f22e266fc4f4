//! The import's own list of who has said something: a name a line, its place is its number in claims.
//!
//! Promise: a place, once a run that uses it is on disk, never means another name. What the figures come
//! to does not depend on who was met first: for settling, sources are numbered by their names
//! ([`SourceRanks::ranks`]).

use super::refusal::ImportReason;
use crate::domain::{SourceIx, id};
use crate::registry::MAX_SOURCES;
use ahash::AHashMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// See the module.
pub struct SourceRanks {
    path: PathBuf,
    state: Mutex<RankState>,
}

#[derive(Default)]
struct RankState {
    names: Vec<Arc<str>>,
    places: AHashMap<Arc<str>, u32>,
    /// Names that are on disk.
    saved: usize,
}

impl SourceRanks {
    /// Reads the list, if there is one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> io::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let names: Vec<Arc<str>> = text.lines().map(Arc::from).collect();
        let places = (0..).zip(&names).map(|(place, name)| (name.clone(), place));
        let state = RankState {
            places: places.collect(),
            saved: names.len(),
            names,
        };
        Ok(Self {
            path: path.to_owned(),
            state: Mutex::new(state),
        })
    }

    fn lock(&self) -> MutexGuard<'_, RankState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of a name; a new one for one that was not met before.
    ///
    /// # Errors
    /// For what is no id, and when there is no place left.
    pub fn place_of(&self, name: &str) -> Result<SourceIx, (ImportReason, String)> {
        let mut state = self.lock();
        if let Some(place) = state.places.get(name) {
            return Ok(SourceIx(*place));
        }
        if !id::is_valid(name) {
            let name: String = name.chars().take(id::MAX_LEN).collect();
            let why = format!("source: {name:?} is no id");
            return Err((ImportReason::Malformed, why));
        }
        let place = state.names.len() as u32;
        if place >= MAX_SOURCES {
            let why = format!("source: there are {MAX_SOURCES} others already");
            return Err((ImportReason::TooManySources, why));
        }
        let name: Arc<str> = name.into();
        state.names.push(name.clone());
        state.places.insert(name, place);
        Ok(SourceIx(place))
    }

    /// Has all names on disk.
    ///
    /// # Errors
    /// When the disk does not take them.
    pub fn save(&self) -> io::Result<()> {
        let mut state = self.lock();
        if state.saved == state.names.len() && state.saved > 0 {
            return Ok(());
        }
        let mut text = state.names.join("\n");
        text.push('\n');
        write_whole(&self.path, text.as_bytes())?;
        state.saved = state.names.len();
        Ok(())
    }

    /// By place: the number by which a source settles, which goes by its name.
    pub fn ranks(&self) -> Vec<SourceIx> {
        let state = self.lock();
        let mut order: Vec<u32> = (0..state.names.len() as u32).collect();
        order.sort_by_key(|place| &state.names[*place as usize]);
        let mut ranks = vec![SourceIx(0); order.len()];
        for (rank, place) in (0..).zip(order) {
            ranks[place as usize] = SourceIx(rank);
        }
        ranks
    }
}

/// Writes a file whole or not at all; it is on disk when this returns.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
