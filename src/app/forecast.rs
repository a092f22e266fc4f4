//! Forecasts in the hub: learnt from the history as its hours are settled, looked at twice a minute,
//! kept across starts.
//!
//! Promises: what was learnt is on disk after each settled hour, and says which it contains; a start
//! reads the hours since then and comes to the same state. Where history begins earlier than what was
//! learnt (it was imported), all of it is learnt anew. What cannot be read is said at `/readyz` and in
//! the log, and forecasts go by what is seen. Dear: hours of the past are read one by one, with a rest.

mod check;
mod files;
mod learn;
mod look;
mod watch;

pub use check::{Checked, check};
pub(super) use files::ForecastFiles;

use super::{Failure, Shared};
use crate::config::Config;
use crate::domain::{Calendar, Millis};
use crate::forecast::{Calibration, City, ForecastTable, Forecasts, Wall};
use crate::health::Part;
use crate::history::History;
use crate::stream::RateSchedule;
use learn::ForecastLesson;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch as channel;
use watch::OddsWatcher;

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How often forecasts are worked out anew, ms.
const ANEW_MS: u64 = 30_000;

/// Whether so much of a zone is known that it can be told how full it is: three tenths of what is in
/// service, of bays or of their time.
fn is_known(known: i64, unknown: i64) -> bool {
    known > 0 && known * 10 >= (known + unknown) * 3
}

/// How often the history is asked for more, and bays are watched, ms.
const MINUTE_MS: u64 = 60_000;

/// Who learns and tells.
pub(super) struct Forecaster {
    shared: Shared,
    history: Arc<History>,
    files: ForecastFiles,
    schedule: Arc<RateSchedule>,
    told: Arc<Forecasts>,
    wall: Wall,
    /// What was learnt: tens of megabytes, shared with who writes it down.
    city: Arc<City>,
    calibration: Calibration,
    watcher: OddsWatcher,
}

/// Opens the folder and takes up what was learnt before.
pub(super) fn open(
    config: &Config,
    shared: &Shared,
    history: Arc<History>,
    schedule: Arc<RateSchedule>,
    told: Arc<Forecasts>,
) -> Result<Forecaster, Failure> {
    let folder = config.data.path.join("forecast");
    let files = ForecastFiles::open(&folder)
        .map_err(|e| Failure::Internal(format!("{}: {e}", folder.display())))?;
    shared.health.well(Part::Forecast);
    let (city, calibration) = files.newest(shared);
    let wall = wall(config.history.calendar(), shared);
    Ok(Forecaster {
        shared: shared.clone(),
        history,
        files,
        schedule,
        told,
        wall,
        city: Arc::new(city),
        calibration,
        watcher: OddsWatcher::default(),
    })
}

fn wall(calendar: Calendar, shared: &Shared) -> Wall {
    Wall::new(calendar, (*shared.workdays).clone())
}

impl Forecaster {
    /// Learns and tells until the hub closes.
    pub(super) async fn run(mut self, mut closed: channel::Receiver<bool>) {
        let mut every = tokio::time::interval(LOOK);
        let mut looked = None;
        let mut asked = None;
        let due = |last: Option<Millis>, now: Millis, ms: u64| {
            // A clock that was set back is no reason to wait.
            last.is_none_or(|last| now < last || now.since(last) >= ms)
        };
        loop {
            tokio::select! { _ = every.tick() => {}, _ = closed.wait_for(|c| *c) => return }
            let now = self.shared.clock.now();
            if due(looked, now, ANEW_MS) {
                looked = Some(now);
                tokio::task::block_in_place(|| self.look(now));
            }
            if due(asked, now, MINUTE_MS) {
                asked = Some(now);
                tokio::task::block_in_place(|| self.watch(now));
                self.learn(now, &closed).await;
            }
        }
    }

    /// Works forecasts out and tells them.
    fn look(&self, now: Millis) {
        let rates = self.schedule.newest().table;
        let table = look::look(&self.shared, &self.city, &self.wall, rates.as_deref(), now);
        look::gauge(&self.shared, &table);
        self.told.tell(ForecastTable {
            calibration: self.calibration,
            ..table
        });
    }

    /// Holds what was told of bays against what came.
    fn watch(&mut self, now: Millis) {
        self.calibration.age(MINUTE_MS);
        let Self {
            watcher,
            calibration,
            ..
        } = self;
        watcher.judge(&self.shared, now, calibration);
        watcher.take(&self.shared, &self.told.now(), now, &mut rand::rng());
    }

    /// Learns the hours that were settled since, and keeps what was learnt.
    async fn learn(&mut self, now: Millis, closed: &channel::Receiver<bool>) {
        let lesson = ForecastLesson {
            history: self.history.clone(),
            registry: self.shared.registry.clone(),
            wall: self.wall.clone(),
            metrics: self.shared.metrics.clone(),
            closed: closed.clone(),
        };
        match lesson.learn(&self.city, now).await {
            Ok(None) => {}
            Ok(Some(city)) => {
                self.city = Arc::new(city);
                self.keep().await;
            }
            Err(why) => tracing::warn!(why, "forecasts: nothing was learnt; tried again"),
        }
    }

    async fn keep(&self) {
        let city = self.city.clone();
        let calibration = self.calibration;
        let files = self.files.clone();
        let put = tokio::task::spawn_blocking(move || files.put(&city, &calibration)).await;
        match put.map_err(std::io::Error::other).flatten() {
            Ok(()) => ForecastFiles::is_kept(&self.shared),
            Err(e) => self.files.is_not_kept(&self.shared, &e),
        }
    }
}
