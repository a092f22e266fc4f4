//! The files of rates: `rates/rates-7.bin` in the data folder, one for each table that was learnt.
//!
//! Promises: a file under its name is whole and on disk before a record names it; one that is missing
//! or damaged is said so in the log and at `/readyz`, and the hub goes on by what is assumed where
//! nothing is known. Kept are the newest three and all that a start may ask for: those from the one on
//! that the older of the two checkpoints names, since a replay begins at one of them and numbers only
//! rise.

use crate::app::numbered::NumberedFiles;
use crate::belief::Timetable;
use crate::health::{Health, Part};
use crate::stream::RateTables;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Newest files that are kept in any case: a copy of a running hub's folder names none older.
const KEPT: usize = 3;

/// See the module.
pub(in crate::app) struct RateFiles {
    files: NumberedFiles,
    health: Arc<Health>,
    /// The table that was used last: the one that a record names next, as a rule.
    last: Mutex<Option<Arc<Timetable>>>,
}

impl RateFiles {
    /// Makes the folder if need be, and removes what was left half-written.
    pub(in crate::app) fn open(folder: &Path, health: Arc<Health>) -> io::Result<Self> {
        let files = NumberedFiles::open(folder, "rates")?;
        let last = Mutex::default();
        Ok(Self {
            files,
            health,
            last,
        })
    }

    fn path(&self, number: u32) -> PathBuf {
        self.files.path(number)
    }

    /// Numbers of the tables that are there, ascending.
    pub(super) fn numbers(&self) -> io::Result<Vec<u32>> {
        self.files.numbers()
    }

    /// Writes a table; it is on disk when this returns.
    pub(super) fn put(&self, table: Arc<Timetable>) -> io::Result<()> {
        self.files.put(table.made().number, &table.to_bytes())?;
        self.use_last(Some(table));
        Ok(())
    }

    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(&self, number: u32) -> Result<Arc<Timetable>, String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = last.as_ref().filter(|t| t.made().number == number) {
            return Ok(table.clone());
        }
        drop(last);
        let bytes = self.files.read(number).map_err(|e| e.to_string())?;
        let table = Timetable::from_bytes(&bytes).map_err(|e| e.to_string())?;
        if table.made().number != number {
            return Err(format!("holds table {}", table.made().number));
        }
        Ok(Arc::new(table))
    }

    fn use_last(&self, table: Option<Arc<Timetable>>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = table;
    }

    /// Removes those below `needed_from`, but for the newest.
    pub(in crate::app) fn let_go(&self, needed_from: u32) -> io::Result<()> {
        let numbers = self.numbers()?;
        let old = numbers.iter().rev().skip(KEPT);
        for number in old.filter(|n| **n < needed_from) {
            self.files.remove(*number)?;
        }
        Ok(())
    }

    /// What was in force and could not be read is so no more.
    pub(super) fn well(&self) {
        self.health.no_note(Part::Stream);
    }
}

impl RateTables for RateFiles {
    fn table(&self, number: u32) -> Option<Arc<Timetable>> {
        match self.read(number) {
            Ok(table) => {
                self.use_last(Some(table.clone()));
                self.well();
                Some(table)
            }
            Err(why) => {
                let file = self.path(number);
                let file = file.display();
                tracing::warn!(%file, why, "rates not read: bays go by what is assumed everywhere");
                let note = format!(
                    "{file}: {why}: until the next table is learnt, bays go by what is assumed \
                     where nothing is known"
                );
                self.health.note(Part::Stream, note);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::belief::{Made, WeekFit};
    use crate::domain::{Millis, ZoneKind};

    fn table(number: u32) -> Arc<Timetable> {
        let made = Made {
            number,
            offset_s: 0,
            until: Millis(5),
        };
        Arc::new(WeekFit::new(vec![(1, ZoneKind::OnStreet)]).done(made))
    }

    fn opened(dir: &Path) -> (RateFiles, Arc<Health>) {
        let health = Arc::new(Health::default());
        let files = RateFiles::open(&dir.join("rates"), health.clone()).unwrap();
        (files, health)
    }

    #[test]
    fn a_table_is_read_back_and_one_that_is_missing_or_damaged_is_noted() {
        let dir = tempfile::tempdir().unwrap();
        opened(dir.path()).0.put(table(7)).unwrap();
        let (files, health) = opened(dir.path());
        assert_eq!(files.table(7), Some(table(7)));
        assert_eq!(health.notes(), []);
        std::fs::copy(files.path(7), files.path(9)).unwrap();
        let mut bytes = std::fs::read(files.path(7)).unwrap();
        bytes[100] ^= 1;
        std::fs::write(files.path(8), bytes).unwrap();
        for (number, why) in [(6, "No such file"), (8, "damaged"), (9, "holds table 7")] {
            assert_eq!(files.table(number), None);
            let notes = health.notes();
            assert!(notes[0].1.contains(why), "{notes:?}");
        }
        assert!(files.table(7).is_some());
        assert_eq!(health.notes(), [], "a good one takes its place");
    }

    #[test]
    fn what_a_start_may_ask_for_and_the_newest_three_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (files, _) = opened(dir.path());
        (1..=9).for_each(|n| files.put(table(n)).unwrap());
        std::fs::write(dir.path().join("rates/rates-10.bin#1"), "half").unwrap();
        files.let_go(4).unwrap();
        assert_eq!(files.numbers().unwrap(), [4, 5, 6, 7, 8, 9]);
        files.let_go(u32::MAX).unwrap();
        assert_eq!(files.numbers().unwrap(), [7, 8, 9]);
        let (files, _) = opened(dir.path());
        assert!(!dir.path().join("rates/rates-10.bin#1").exists());
        assert_eq!(files.numbers().unwrap(), [7, 8, 9]);
    }
}
