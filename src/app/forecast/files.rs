//! What was learnt, on disk: `forecast/forecast-N.bin` in the data folder, N the half-hour before which
//! it ends.
//!
//! Promises: a file under its name is whole; the newest two are kept, so a damaged one costs an hour of
//! learning; what cannot be read or written is said at `/readyz`.

use crate::app::Shared;
use crate::app::numbered::NumberedFiles;
use crate::forecast::{Calibration, City};
use crate::health::Part;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// How many are kept.
const KEPT: usize = 2;

/// See the module. Cheap to clone.
#[derive(Clone)]
pub(in crate::app) struct ForecastFiles(Arc<NumberedFiles>);

impl ForecastFiles {
    /// Makes the folder if need be, and removes what was left half-written.
    pub(in crate::app) fn open(folder: &Path) -> io::Result<Self> {
        let files = NumberedFiles::open(folder, "forecast")?;
        Ok(Self(Arc::new(files)))
    }

    /// What was learnt last and can be read; nothing, where none can.
    pub(super) fn newest(&self, shared: &Shared) -> (City, Calibration) {
        let numbers = self.0.numbers().unwrap_or_default();
        for number in numbers.iter().rev() {
            let read = self.0.read(*number).map_err(|e| e.to_string());
            match read.and_then(|bytes| City::from_bytes(&bytes).map_err(|e| e.to_string())) {
                Ok(learnt) => return learnt,
                Err(why) => {
                    let file = self.0.path(*number);
                    let file = file.display();
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
        self.0.put(number, &city.to_bytes(calibration))?;
        let numbers = self.0.numbers()?;
        // One that was learnt anew may end before an older one.
        let later = numbers.iter().filter(|n| **n > number);
        let older = numbers.iter().rev().filter(|n| **n <= number).skip(KEPT);
        for gone in later.chain(older) {
            self.0.remove(*gone)?;
        }
        Ok(())
    }

    pub(super) fn is_kept(shared: &Shared) {
        shared.metrics.forecast.unkept.set(0);
        shared.health.no_note(Part::Forecast);
    }

    pub(super) fn is_not_kept(&self, shared: &Shared, e: &io::Error) {
        shared.metrics.forecast.unkept.set(1);
        let folder = self.0.folder().display();
        tracing::warn!(error = %e, %folder, "forecasts not written");
        let note = format!("{folder}: {e}: what forecasts were learnt from since is learnt again");
        shared.health.note(Part::Forecast, note);
    }
}
