//! The keeper: collects what the stream's workers have settled and writes it down, an hour a file.
//!
//! Promises: what is offered is said to be taken only once all parts of its hour are durable, so
//! that the stream may forget it and a checkpoint that says so is true; an hour that is told again
//! replaces itself. Bounded: beyond `queue_hours` nothing more is collected. When the store is away
//! the thread tries again, after 1 s at first and a minute at last; the stream goes on offering
//! meanwhile.

mod gathered;

pub use gathered::SettledPart;

use super::archive::AMENDED_FOR_MS;
use super::catalogue::{Catalogue, Class, ManifestFile};
use super::files::write_turnover;
use super::imported::{give_way, kept_from};
use super::names::Names;
use super::plain::plain;
use super::store::{Shelf, StoreError};
use super::visits::write_visits;
use super::{Config, table};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Clock, Corrections, Millis, SettledHour, SettledSink, WindowRow};
use crate::health::{Health, Part};
use crate::metrics::Metrics;
use crate::threads;
use gathered::{Gathered, HourKey};
use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Default)]
struct State {
    waiting: BTreeMap<HourKey, Gathered>,
    /// Written lately, as many as could be asked about.
    done: BTreeSet<HourKey>,
    /// Given up by the stream before they were whole here.
    lost: BTreeSet<HourKey>,
    full: bool,
    stopping: bool,
}

/// Files that are remembered as written. The stream asks about the newest only.
const DONE: usize = 256;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// See the module. Cheap to share.
pub struct Keeper {
    state: Mutex<State>,
    wake: Condvar,
    shelf: Arc<Shelf>,
    catalogue: Arc<Catalogue>,
    config: Config,
    names: Arc<dyn Names>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
}

/// What the keeper needs of the hub.
pub struct Around {
    pub names: Arc<dyn Names>,
    pub clock: Arc<dyn Clock>,
    pub metrics: Arc<Metrics>,
    pub health: Arc<Health>,
}

impl Keeper {
    pub(super) fn new(
        shelf: Arc<Shelf>,
        catalogue: Arc<Catalogue>,
        config: Config,
        around: Around,
    ) -> Self {
        let Around {
            names,
            clock,
            metrics,
            health,
        } = around;
        health.well(Part::History);
        Self {
            state: Mutex::default(),
            wake: Condvar::new(),
            shelf,
            catalogue,
            config,
            names,
            clock,
            metrics,
            health,
        }
    }

    /// Starts the thread; it ends after [`Keeper::stop`].
    pub(super) fn start(self: &Arc<Self>) -> io::Result<JoinHandle<()>> {
        let own = self.clone();
        threads::start("history", move || own.run())
    }

    /// Takes part `part` of `parts` of what was settled; every part is offered, though there be
    /// nothing in it. True once all of it is durable: until then it is to be offered again, and may
    /// be a hundred times. Never waits.
    pub fn offer(&self, part: u32, parts: u32, settled: &SettledPart) -> bool {
        let key = settled.key();
        let mut state = self.lock();
        if state.done.contains(&key) || state.lost.contains(&key) {
            return true;
        }
        if state.waiting.len() >= self.config.queue_hours * 2 && !state.waiting.contains_key(&key) {
            if !state.full {
                state.full = true;
                self.health.unwell(
                    Part::History,
                    "the store takes nothing: settled hours stay in the stream",
                );
            }
            self.metrics.history_refused.inc();
            return false;
        }
        let gathered = state.waiting.entry(key).or_default();
        if gathered.parts != parts {
            *gathered = Gathered {
                parts,
                ..Gathered::default()
            };
        }
        if let Slot::Vacant(free) = gathered.have.entry(part) {
            free.insert(settled.clone());
            self.metrics.history_waiting.set(state.waiting.len() as i64);
            self.wake.notify_all();
        }
        false
    }

    /// Whether the hour (or its corrections) has been written by this process, and lately.
    pub fn durable(&self, hour: Millis, corrections: bool) -> bool {
        self.lock().done.contains(&(hour, corrections))
    }

    /// Writes what is complete, once, and ends the thread.
    pub fn stop(&self) {
        self.lock().stopping = true;
        self.wake.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let swept = self.shelf.sweep();
        if swept > 0 {
            tracing::info!(files = swept, "half-written files of history removed");
        }
        let mut wait = FIRST_WAIT;
        let mut retired = None;
        while let Some((key, gathered)) = self.next() {
            if let Err(e) = self.write(key, &gathered) {
                self.metrics.history_errors.inc();
                tracing::warn!(error = %e, again = ?wait, "history not written; the hour waits");
                if self.pause(wait) {
                    return;
                }
                wait = (wait * 2).min(LONGEST_WAIT);
                continue;
            }
            wait = FIRST_WAIT;
            self.written(key);
            let today = self.clock.now().0 / (24 * HOUR_MS);
            if retired != Some(today) {
                retired = Some(today);
                self.retire();
            }
        }
    }

    /// The oldest file pair that is complete; waits for one. `None`: there is none and there will
    /// be none.
    fn next(&self) -> Option<(HourKey, Gathered)> {
        let mut state = self.lock();
        loop {
            if let Some((key, gathered)) = state.waiting.iter().find(|(_, g)| g.is_whole()) {
                return Some((*key, gathered.clone()));
            }
            if state.stopping {
                return None;
            }
            state = self
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits, unless it is time to stop. Whether it is.
    fn pause(&self, wait: Duration) -> bool {
        let going_on = |s: &mut State| !s.stopping;
        let (state, _) = self
            .wake
            .wait_timeout_while(self.lock(), wait, going_on)
            .unwrap_or_else(PoisonError::into_inner);
        state.stopping
    }

    fn written(&self, key: HourKey) {
        let mut state = self.lock();
        state.waiting.remove(&key);
        state.done.insert(key);
        while state.done.len() > DONE {
            state.done.pop_first();
        }
        // What was lost stays lost; but from here on the store takes what comes.
        if state.full && state.lost.last().is_none_or(|lost| *lost < key) {
            state.full = false;
            self.health.well(Part::History);
        }
        self.metrics.history_waiting.set(state.waiting.len() as i64);
        if !key.1 {
            self.metrics.settled.hours.inc();
            self.metrics.history_newest.set(
                self.metrics
                    .history_newest
                    .get()
                    .max((key.0.0 + HOUR_MS) as i64),
            );
        }
    }

    fn write(&self, (hour, correction): HourKey, gathered: &Gathered) -> Result<(), StoreError> {
        let amended = correction.then_some(hour);
        let windows = gathered.windows();
        let visits = gathered.visits();
        let span = |times: &mut dyn Iterator<Item = Millis>| {
            times.fold((Millis::MAX, Millis::NEVER), |(first, last), t| {
                (first.min(t), last.max(t))
            })
        };
        if correction {
            self.make_known(&windows)?;
        }
        let lines = windows.iter().flat_map(plain).count();
        let turnover = (lines, span(&mut windows.iter().map(|r| r.from)));
        let single = (visits.len(), span(&mut visits.iter().map(|(v, _)| v.end)));
        for (class, (rows, (first, last))) in [(Class::Turnover, turnover), (Class::Visits, single)]
        {
            let file = ManifestFile::path(class, correction, hour);
            let written = match class {
                _ if rows == 0 => Ok(Vec::new()),
                Class::Turnover => write_turnover(&windows, amended, &*self.names),
                Class::Visits => write_visits(&visits, amended, &*self.names),
            };
            let bytes = written.map_err(|e: table::TableError| StoreError {
                file: file.clone(),
                why: e.to_string(),
            })?;
            let length = bytes.len() as u64;
            let crc32c = crc32c::crc32c(&bytes);
            if rows > 0 {
                self.shelf.put(&file, bytes)?;
                self.metrics
                    .history_files
                    .with_label_values(&[class.name()])
                    .inc();
                self.metrics.history_bytes.inc_by(length);
            } else if correction {
                continue;
            }
            let (first, last) = if rows > 0 {
                (first, last)
            } else {
                (hour, hour)
            };
            let rows = rows as u64;
            self.catalogue.put(ManifestFile {
                class,
                correction,
                imported: false,
                hour,
                file,
                rows,
                bytes: length,
                crc32c,
                first,
                last,
            })?;
        }
        give_way(&self.shelf, &self.catalogue, &windows, &*self.names)?;
        tracing::debug!(
            hour = %hour, correction, rows = turnover.0, visits = single.0, "history written"
        );
        Ok(())
    }

    /// Before the hub's first hour nothing was told, so corrections are all there is of it: the
    /// hours they speak of get an entry as any hour in which there was nothing, and are known for
    /// as long. From the newest back, so that a crash leaves none between that are not.
    fn make_known(&self, windows: &[WindowRow]) -> Result<(), StoreError> {
        let hours = windows.iter().map(|r| r.from.0 / HOUR_MS * HOUR_MS);
        let (Some(first), Some(last)) = (hours.clone().min(), hours.max()) else {
            return Ok(());
        };
        // How far corrections reach back, and with them the hours before the first.
        let around = |from: u64, to: u64| (from..to).step_by(HOUR_MS as usize).map(Millis);
        let told = |hour: Millis| self.catalogue.is_told(hour);
        for hour in around(first.saturating_sub(AMENDED_FOR_MS), first) {
            if told(hour)? {
                // What is not known after the first hour is lost.
                return Ok(());
            }
        }
        let mut end = last + HOUR_MS;
        for hour in around(first, first + AMENDED_FOR_MS) {
            if told(hour)? {
                end = hour.0;
                break;
            }
        }
        // What was retired does not come back.
        let kept_from = kept_from(self.config.keep_turnover_days, self.clock.now());
        let hours: Vec<Millis> = around(first, end).filter(|h| *h >= kept_from).collect();
        for hour in hours.into_iter().rev() {
            if !self.catalogue.is_known(hour)? {
                self.catalogue.put(ManifestFile::nothing(hour))?;
            }
        }
        Ok(())
    }

    fn retire(&self) {
        let keep = [
            (Class::Turnover, self.config.keep_turnover_days),
            (Class::Visits, self.config.keep_visits_days),
        ];
        for (class, days) in keep.into_iter().filter(|(_, days)| *days > 0) {
            let before = Millis(
                self.clock
                    .now()
                    .0
                    .saturating_sub(u64::from(days) * 24 * HOUR_MS),
            );
            match self.catalogue.retire(class, before) {
                Ok(0) => {}
                Ok(files) => {
                    tracing::info!(class = class.name(), files, "history past its time removed");
                }
                Err(e) => {
                    tracing::warn!(
                        error = %e,
                        "history past its time could not be removed; tried again tomorrow",
                    );
                }
            }
        }
    }
}

impl SettledSink for Keeper {
    fn try_hour(&self, part: u32, parts: u32, hour: &Arc<SettledHour>) -> bool {
        self.offer(part, parts, &SettledPart::Hour(hour.clone()))
    }

    fn try_corrections(&self, part: u32, parts: u32, corrections: &Arc<Corrections>) -> bool {
        self.offer(part, parts, &SettledPart::Corrections(corrections.clone()))
    }

    /// One that is whole here waits on for the store, without the stream behind it.
    fn given_up(&self, hour: Millis, corrections: bool) {
        let key = (hour, corrections);
        let mut state = self.lock();
        let what = if corrections {
            "the corrections of the hour"
        } else {
            "the settled hour"
        };
        let why = if state.waiting.get(&key).is_some_and(Gathered::is_whole) {
            format!("the store takes nothing: {what} {hour} and older are only in memory")
        } else {
            state.waiting.remove(&key);
            state.lost.insert(key);
            while state.lost.len() > DONE {
                state.lost.pop_first();
            }
            format!("the store took nothing for too long: {what} {hour} is lost")
        };
        state.full = true;
        self.health.unwell(Part::History, why);
    }
}
