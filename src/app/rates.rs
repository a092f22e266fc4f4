//! How quickly bays are taken and left, learnt from what was settled: once a day, after four in the
//! morning by the clock of the hub's place, and at once where there is no table yet.
//!
//! First the file is on disk, then a record in the journal says that the table is in force from there
//! on. If the hub ends between the two, the next start writes the record. A table that cannot be
//! learnt leaves the one before in force.

mod files;
mod learn;

pub(super) use files::RateFiles;

use super::{Failure, Shared};
use crate::config::Config;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Calendar, Claim, Millis, Receipt, Submission};
use crate::history::History;
use crate::inbox::InboxSender;
use crate::stream::{Fuse, RateSchedule, RatesFrom};
use learn::Lesson;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How often the history is asked for more, ms.
const ASK_MS: u64 = 60_000;

/// The hour of the day.
const AT_MS: u64 = 4 * HOUR_MS;

/// A table whose history ends so long before that hour is one of another day's.
const OF_ANOTHER_DAY_MS: u64 = 12 * HOUR_MS;

/// Opens the folder.
pub(super) fn open(folder: &Path, shared: &Shared) -> Result<Arc<RateFiles>, Failure> {
    let files = RateFiles::open(folder, shared.health.clone());
    let files = files.map_err(|e| Failure::Internal(format!("{}: {e}", folder.display())))?;
    Ok(Arc::new(files))
}

/// Who learns.
pub(super) struct Learner {
    pub(super) files: Arc<RateFiles>,
    pub(super) history: Arc<History>,
    pub(super) schedule: Arc<RateSchedule>,
    pub(super) shared: Shared,
    pub(super) inbox: InboxSender,
    calendar: Calendar,
    from: RatesFrom,
    /// Nothing to do: no belief goes by rates.
    idle: bool,
    /// The hour for which a table was learnt last by this process.
    learnt: Millis,
    asked: Millis,
}

impl Learner {
    pub(super) fn new(
        config: &Config,
        shared: &Shared,
        files: Arc<RateFiles>,
        (history, schedule): (Arc<History>, Arc<RateSchedule>),
        inbox: InboxSender,
    ) -> Self {
        Self {
            files,
            history,
            schedule,
            shared: shared.clone(),
            inbox,
            calendar: config.history.calendar(),
            from: config.stream.rates,
            idle: config.stream.fuse == Fuse::Latest,
            learnt: Millis::NEVER,
            asked: Millis::NEVER,
        }
    }

    /// Learns whenever it is time, until the hub closes.
    pub(super) async fn run(mut self, mut closed: watch::Receiver<bool>) {
        if self.idle {
            return;
        }
        let mut every = tokio::time::interval(LOOK);
        self.take_up().await;
        loop {
            tokio::select! { _ = every.tick() => {}, _ = closed.wait_for(|c| *c) => return }
            self.gauge();
            if self.from == RatesFrom::Learn {
                self.look(&closed).await;
            }
        }
    }

    /// What the last run or another configuration has left to do.
    async fn take_up(&self) {
        let in_force = self.schedule.newest().number;
        match self.from {
            RatesFrom::Default if in_force != 0 => self.put_in_force(0).await,
            RatesFrom::Default => {}
            RatesFrom::Learn => {
                let newest = self.newest().filter(|n| *n > in_force);
                if let Some(number) = newest.filter(|n| self.files.read(*n).is_ok()) {
                    self.put_in_force(number).await;
                }
            }
        }
    }

    fn newest(&self) -> Option<u32> {
        let numbers = self.files.numbers();
        let numbers = numbers.inspect_err(|e| tracing::warn!(error = %e, "rates: not listed"));
        numbers.ok()?.last().copied()
    }

    fn gauge(&self) {
        let newest = self.schedule.newest();
        let until = newest.table.as_ref().map_or(0, |t| t.made().until.0);
        self.shared
            .metrics
            .rates_table
            .set(i64::from(newest.number));
        self.shared.metrics.rates_newest.set(until as i64);
    }

    /// Learns if it is time and there is something new.
    async fn look(&mut self, closed: &watch::Receiver<bool>) {
        let now = self.shared.clock.now();
        let due = last_due(self.calendar, now);
        if self.learnt == due || now.since(self.asked) < ASK_MS {
            return;
        }
        let newest = self.schedule.newest().table.map(|table| table.made().until);
        if newest.is_some_and(|until| until.plus(OF_ANOTHER_DAY_MS) >= due) {
            return;
        }
        self.asked = now;
        match self
            .learn(now, newest.unwrap_or(Millis::NEVER), closed)
            .await
        {
            Ok(true) => self.learnt = due,
            Ok(false) => {}
            Err(e) => tracing::warn!(error = e, "rates not learnt; tried again"),
        }
    }

    /// Whether there was a table to be made.
    async fn learn(
        &self,
        now: Millis,
        after: Millis,
        closed: &watch::Receiver<bool>,
    ) -> Result<bool, String> {
        let begun = Instant::now();
        let history = self.history.clone();
        let hours = move || history.hours(learn::since(now)..now);
        let hours = tokio::task::spawn_blocking(hours).await;
        let hours = hours
            .map_err(|e| e.to_string())?
            .map_err(|gap| gap.to_string())?;
        let city = self.shared.registry.city();
        let lesson = Lesson {
            history: self.history.clone(),
            calendar: self.calendar,
            zones: city.zones().map(|(_, z)| (z.number, z.spec.kind)).collect(),
            hours,
            closed: closed.clone(),
        };
        if lesson.until().is_none_or(|until| until <= after) {
            return Ok(false);
        }
        let number = self
            .newest()
            .unwrap_or(0)
            .max(self.schedule.newest().number);
        let number = number.checked_add(1).ok_or("no numbers are left")?;
        let Some(table) = lesson.learn(number).await else {
            return Ok(false);
        };
        let made = table.made();
        let files = self.files.clone();
        let put = tokio::task::spawn_blocking(move || files.put(Arc::new(table))).await;
        put.map_err(|e| e.to_string())?.map_err(|e| e.to_string())?;
        tracing::info!(number, until = made.until.0, took = ?begun.elapsed(), "rates learnt");
        self.put_in_force(number).await;
        Ok(true)
    }

    /// Has the journal say so; returns once that is on disk.
    async fn put_in_force(&self, table: u32) {
        let (durable, on_disk) = oneshot::channel();
        let submission = Submission {
            claims: vec![Claim::Rates { table }],
            refusals: Vec::new(),
            receipt: Receipt::new(move || {
                let _ = durable.send(());
            }),
        };
        if self.inbox.send(submission).await.is_err() || on_disk.await.is_err() {
            // The hub is stopping: the next start does it.
            return;
        }
        if table == 0 {
            self.files.well();
        }
    }
}

/// When it was last four in the morning.
fn last_due(calendar: Calendar, now: Millis) -> Millis {
    let today = calendar.day_start(now).plus(AT_MS);
    if today <= now {
        return today;
    }
    let before = Millis(calendar.day_start(now).0.saturating_sub(1));
    calendar.day_start(before).plus(AT_MS)
}

#[cfg(test)]
mod tests;
