//! What was learnt, on disk: `forecast/forecast-N.bin` in the data folder, N the half-hour before which
//! it ends.
//!
//! Promises: a file under its name is whole; the newest two are kept, so a damaged one costs an hour of
//! learning; what cannot be read or written is said at `/readyz`.

use crate::app::Shared;
use crate::forecast::{Calibration, City};
use crate::health::Part;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many are kept.
const KEPT: usize = 2;

/// The end of a name under which a file is written; copies of the folder leave such files out.
const STAGED: &str = "#1";

/// See the module. Cheap to clone.
#[derive(Clone)]
pub(in crate::app) struct ForecastFiles(Arc<Path>);

impl ForecastFiles {
    /// Makes the folder if need be, and removes what was left half-written.
    pub(in crate::app) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(STAGED) {
                std::fs::remove_file(path)?;
            }
        }
        Ok(Self(folder.into()))
    }

    /// What was learnt last and can be read; nothing, where none can.
    pub(super) fn newest(&self, shared: &Shared) -> (City, Calibration) {
        let numbers = self.numbers().unwrap_or_default();
        for number in numbers.iter().rev() {
            let path = self.path(*number);
            let read = std::fs::read(&path).map_err(|e| e.to_string());
            match read.and_then(|bytes| City::from_bytes(&bytes).map_err(|e| e.to_string())) {
                Ok(learnt) => return learnt,
                Err(why) => {
                    let file = path.display();
                    tracing::warn!(%file, why, "forecasts not read");
                    shared.health.note(
                        Part::Forecast,
                        format!("{file}: {why}: forecasts are learnt from what there is besides"),
                    );
                }
            }
        }
        Default::default()
    }

    /// Writes what was learnt; it is on disk when this returns, and older ones are gone.
    pub(super) fn put(&self, city: &City, calibration: &Calibration) -> io::Result<()> {
        let number = city.learnt().end;
        let path = self.path(number);
        let mut staged = path.clone().into_os_string();
        staged.push(STAGED);
        let mut file = File::create(&staged)?;
        file.write_all(&city.to_bytes(calibration))?;
        file.sync_all()?;
        std::fs::rename(&staged, &path)?;
        File::open(&self.0)?.sync_all()?;
        let numbers = self.numbers()?;
        // One that was learnt anew may end before an older one.
        let later = numbers.iter().filter(|n| **n > number);
        let older = numbers.iter().rev().filter(|n| **n <= number).skip(KEPT);
        for gone in later.chain(older) {
            std::fs::remove_file(self.path(*gone))?;
        }
        Ok(())
    }

    pub(super) fn is_kept(shared: &Shared) {
        shared.metrics.forecast.unkept.set(0);
        shared.health.no_note(Part::Forecast);
    }

    pub(super) fn is_not_kept(&self, shared: &Shared, e: &io::Error) {
        shared.metrics.forecast.unkept.set(1);
        let folder = self.0.display();
        tracing::warn!(error = %e, %folder, "forecasts not written");
        let note = format!("{folder}: {e}: what forecasts were learnt from since is learnt again");
        shared.health.note(Part::Forecast, note);
    }

    fn path(&self, number: u32) -> PathBuf {
        self.0.join(format!("forecast-{number}.bin"))
    }

    /// Of the files that are there, ascending.
    fn numbers(&self) -> io::Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            let name = entry?.file_name();
            let digits = name.to_str().and_then(|n| n.strip_prefix("forecast-"));
            numbers.extend(digits.and_then(|n| n.strip_suffix(".bin")?.parse::<u32>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }
}
