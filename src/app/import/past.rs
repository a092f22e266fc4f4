//! One stretch of the past through the stream: claims in the order of their times, by a clock that is
//! theirs, and what is settled of them into the history.
//!
//! ```text
//! the set -> feeder (time is the claims' own) -> stream, settlement -> PastSink -> writer (a day at a time) -> history
//! ```
//!
//! Promises: the same settlement as of a running hub decides; nothing of it is late, shed or lost, since
//! the feeder waits for what is behind. Bounded: [`AHEAD`] claims, and some hours of results.

use super::sink::PastSink;
use crate::app::{Failure, Shared};
use crate::config::Config;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{
    Batch, BayView, Claim, Millis, ReadModel, RecentTurnover, SettledHour, SourceIx, ZoneIx,
    ZoneTally,
};
use crate::history::{DayWritten, Imported};
use crate::ingest::import::claim::Recalled;
use crate::ingest::import::folder::ImportFolder;
use crate::ingest::import::read::Meter;
use crate::ingest::import::stays::Stays;
use crate::metrics::Metrics;
use crate::registry;
use crate::settlement::{SettlementLimits, Unkept};
use crate::stream::{self, Attached, Feed, Fuse, Saved, Settlement, Stream};
use std::collections::{BTreeMap, VecDeque};
use std::num::NonZero;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

/// Claims that may be on their way to be settled, besides those of the window under way.
const AHEAD: u64 = 1 << 18;

/// Claims of a batch, and its length in time, ms: within what may come in any order.
const BATCH: usize = 1 << 14;
const BATCH_MS: u64 = 5 * 60_000;

/// Hours of results that may wait for the disk.
const RESULTS: usize = 48;

const DAY_MS: u64 = 24 * HOUR_MS;
const MINUTE_MS: u64 = 60_000;

/// What a stretch has come to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Settled {
    pub(super) written: DayWritten,
    /// Claims of bays and zones that the registry does not have any more.
    pub(super) gone: u64,
}

/// Silence that parts two stretches: longer than any word stands, and than a night.
pub(super) fn gap(config: &Config) -> u64 {
    let max_age = u64::from(config.stream.max_age_s) * 1000;
    (max_age + 2 * HOUR_MS).max(2 * DAY_MS)
}

/// What settling a stretch stands on.
pub(super) struct PastRun<'a> {
    pub(super) config: &'a Config,
    pub(super) shared: &'a Shared,
    pub(super) folder: &'a ImportFolder,
    pub(super) imported: &'a Imported,
    pub(super) meter: &'a Meter,
}

impl PastRun<'_> {
    /// Settles the stretch from `from` to `to`, ms, and writes what hours there are of it that are over.
    pub(super) fn settle(&self, from: u64, to: u64) -> Result<Settled, Failure> {
        let (hours, written) = mpsc::sync_channel(RESULTS);
        let sink = Arc::new(PastSink::new(hours));
        let now = self.shared.clock.now();
        let mut settled = Settled::default();
        let done = thread::scope(|scope| {
            let writer = scope.spawn(move || self.write(written, now));
            let fed = self.feed(&sink, from, to);
            // The writer ends with the last who could tell it of an hour.
            drop(sink);
            let done = writer
                .join()
                .map_err(|_| Failure::Internal("the history's writer panicked".into()))?;
            // Why the writer gave up is why nobody took the results.
            let done = done?;
            settled.gone = fed?;
            Ok::<_, Failure>(done)
        })?;
        settled.written = done;
        Ok(settled)
    }

    /// Writes hours as they come, a day at a time.
    fn write(
        &self,
        hours: mpsc::Receiver<SettledHour>,
        now: Millis,
    ) -> Result<DayWritten, Failure> {
        let mut day: Vec<SettledHour> = Vec::new();
        let mut all = DayWritten::default();
        let mut put = |day: &mut Vec<SettledHour>| {
            let (Some(first), Some(last)) = (day.first(), day.last()) else {
                return Ok(());
            };
            let within = (first.hour, last.hour.plus(HOUR_MS));
            let done = self.imported.put_day(day, within);
            let done = done.map_err(|e| Failure::Unavailable(format!("history: {e}")))?;
            all.add(done);
            day.clear();
            Ok::<_, Failure>(())
        };
        for hour in hours {
            // An hour that is not over is told by the hub itself, or by the next import.
            if hour.hour.plus(HOUR_MS) > now {
                continue;
            }
            let of = |h: &SettledHour| h.hour.0 / DAY_MS;
            if day.last().is_some_and(|last| of(last) != of(&hour)) {
                put(&mut day)?;
            }
            day.push(hour);
        }
        put(&mut day)?;
        Ok(all)
    }

    /// Hands the stream all claims of the stretch; returns when all is settled. How many claims were of
    /// what is gone.
    fn feed(&self, sink: &Arc<PastSink>, from: u64, to: u64) -> Result<u64, Failure> {
        let internal = |e: std::io::Error| Failure::Internal(e.to_string());
        let (stream, feed) = self.stream(sink.clone())?;
        let mut feeder = Feeder::new(stream, feed, sink.clone())?;
        let ranks = self.folder.sources.ranks();
        let city = self.shared.registry.city();
        let mut claims = self.folder.claims(from..=to).map_err(internal)?;
        let mut gone = 0;
        let mut stays = Stays::default();
        while let Some((claim, _)) = claims.take().map_err(internal)? {
            self.meter.claims.fetch_add(1, Ordering::Relaxed);
            if !stays.stands(&claim) {
                continue;
            }
            match claim.recall(&city, &ranks) {
                Recalled::Claim(said) => feeder.claim(claim.at(), said)?,
                Recalled::Presence(source, until) => feeder.presence(claim.at(), source, until)?,
                Recalled::Gone => gone += 1,
            }
        }
        let limits = self.limits();
        let zones = city.zones().filter_map(|(_, zone)| zone.spec.stale_after_s);
        let longest = zones.map(|s| u64::from(s) * 1000).max().unwrap_or(0);
        let longest = longest.max(limits.stale_after).min(limits.max_age);
        feeder.end(to + longest, &limits)?;
        Ok(gone)
    }

    fn settings(&self) -> stream::Config {
        let mut config = self.config.stream.clone();
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        config.workers = cores.clamp(1, 4);
        // What is shown live is nobody's business here.
        config.fuse = Fuse::Latest;
        config.settle.past = true;
        config
    }

    fn limits(&self) -> SettlementLimits {
        let config = self.settings();
        let staleness = config.staleness(config.stale_after_s);
        config.settle.limits(&staleness, 0)
    }

    fn stream(&self, sink: Arc<PastSink>) -> Result<(Stream, Feed), Failure> {
        let settlement = Settlement {
            sink,
            kept: Arc::new(|_| Box::new(Unkept::default())),
            waiting: None,
        };
        stream::resume(
            &self.settings(),
            self.shared.registry.clone(),
            Arc::new(Unseen),
            Arc::new(Metrics::new()),
            registry::MAX_SOURCES as usize,
            Saved::default(),
            Attached::from(Some(settlement)),
        )
        .map_err(Failure::Internal)
    }
}

/// Nobody looks.
struct Unseen;

impl ReadModel for Unseen {
    fn bays(&self, _: &[BayView]) {}
    fn zones(&self, _: &[(ZoneIx, ZoneTally)]) {}
}

/// Gives the stream claims, and time.
struct Feeder {
    stream: Stream,
    feed: Feed,
    turnover: Arc<dyn RecentTurnover>,
    sink: Arc<PastSink>,
    batch: Batch,
    /// The time that the stream was told of last.
    now: Millis,
    /// When the batch began.
    begun: Millis,
    /// Batches that may not be settled yet: their times, and how many claims.
    behind: VecDeque<(Millis, u64)>,
    waiting: u64,
    /// Who is there until when; and the last minute, since 1970, of which that was told.
    present: BTreeMap<SourceIx, Millis>,
    minute: u64,
}

impl Feeder {
    fn new(stream: Stream, feed: Feed, sink: Arc<PastSink>) -> Result<Self, Failure> {
        let turnover = stream.turnover.clone();
        let turnover = turnover.ok_or_else(|| Failure::Internal("nothing is settled".into()))?;
        Ok(Self {
            stream,
            feed,
            turnover,
            sink,
            batch: Batch::default(),
            now: Millis::NEVER,
            begun: Millis::NEVER,
            behind: VecDeque::new(),
            waiting: 0,
            present: BTreeMap::new(),
            minute: 0,
        })
    }

    fn claim(&mut self, at: Millis, claim: Claim) -> Result<(), Failure> {
        self.pass(at)?;
        self.add(at, claim)
    }

    fn presence(&mut self, at: Millis, source: SourceIx, until: Millis) -> Result<(), Failure> {
        self.pass(at)?;
        self.add(at, Claim::Alive { source, at })?;
        let end = self.present.entry(source).or_default();
        *end = until.max(*end);
        Ok(())
    }

    /// Time passes up to `at`; whoever is present is heard in every minute of it.
    fn pass(&mut self, at: Millis) -> Result<(), Failure> {
        let to = at.0 / MINUTE_MS;
        while self.minute < to && !self.present.is_empty() {
            self.minute += 1;
            let now = Millis(self.minute * MINUTE_MS);
            self.present.retain(|_, until| *until >= now);
            let there: Vec<SourceIx> = self.present.keys().copied().collect();
            for source in there {
                self.add(now, Claim::Alive { source, at: now })?;
            }
        }
        self.minute = self.minute.max(to);
        Ok(())
    }

    fn add(&mut self, at: Millis, claim: Claim) -> Result<(), Failure> {
        let full = self.batch.claims.len() >= BATCH || at.since(self.begun) > BATCH_MS;
        if full && !self.batch.claims.is_empty() {
            self.push()?;
        }
        if self.batch.claims.is_empty() {
            self.begun = at;
        }
        self.batch.ingest_at = at;
        self.batch.claims.push(claim);
        Ok(())
    }

    fn push(&mut self) -> Result<(), Failure> {
        let at = self.batch.ingest_at;
        let room = self.batch.claims.len().min(BATCH);
        let full = std::mem::replace(
            &mut self.batch,
            Batch {
                ingest_at: at,
                claims: Vec::with_capacity(room),
            },
        );
        let claims = full.claims.len() as u64;
        self.now = self.now.max(at);
        self.behind.push_back((at, claims));
        self.waiting += claims;
        self.feed.push(full);
        // What cannot be settled before more comes is not waited for.
        let due = Millis(at.0.saturating_sub(2 * (BATCH_MS + WINDOW_MS) + 2 * HOUR_MS));
        while self.is_behind(due) {
            self.tick(at)?;
        }
        Ok(())
    }

    fn is_behind(&mut self, due: Millis) -> bool {
        let settled = self.turnover.settled();
        while let Some((at, claims)) = self.behind.front()
            && *at < settled
        {
            self.waiting -= claims;
            self.behind.pop_front();
        }
        let oldest = self.behind.front().map_or(Millis::MAX, |(at, _)| *at);
        settled < due && (self.waiting > AHEAD || oldest.plus(DAY_MS) < due)
    }

    /// Has the workers look again, after a moment: they do when time goes on. That costs a claim that
    /// comes next some ms of what it may be late.
    fn tick(&mut self, at: Millis) -> Result<(), Failure> {
        if self.sink.failed() {
            return Err(Failure::Internal("nobody takes what is settled".into()));
        }
        thread::park_timeout(Duration::from_micros(500));
        self.now = at.max(self.now.plus(1));
        self.feed.push(Batch {
            ingest_at: self.now,
            claims: Vec::new(),
        });
        Ok(())
    }

    /// No more comes: time goes on until all that was said before `last` has lapsed, and is settled.
    fn end(mut self, last: u64, limits: &SettlementLimits) -> Result<(), Failure> {
        self.pass(Millis(last))?;
        if !self.batch.claims.is_empty() {
            self.push()?;
        }
        let end = last.div_ceil(HOUR_MS) * HOUR_MS;
        let at = Millis(end + limits.pad + limits.lateness);
        while self.sink.last() < end - HOUR_MS {
            self.tick(at)?;
        }
        drop(self.feed);
        self.stream
            .join()
            .map_err(|e| Failure::Internal(e.to_owned()))
    }
}
