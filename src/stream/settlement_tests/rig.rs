//! Workers without threads, a sink in memory, and a cut and a start in the middle.

use super::disk::{Disk, MemoryLog};
use super::plain::PlainReport;
use crate::domain::credit::{CreditSample, FIRST_NUMBER, settle_day};
use crate::domain::turnover::WINDOW_MS;
use crate::domain::{
    Backing, BayIx, Claim, Corrections, CountObservation, Millis, Observation, SettledHour,
    SettledSink, SourceIx, SourceKind, Staleness, Visit, VisitChange, Window, owner, shard_of,
};
use crate::registry::Registry;
use crate::settlement::{Config, SettlementShared, WaitingFiles};
use crate::stream::checkpoint::Saved;
use crate::stream::seen::SourcesSeen;
use crate::stream::worker::Worker;
use crate::testing::{ManualClosures, Remembered};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

pub(super) const STALENESS: Staleness = Staleness {
    default_s: 900,
    max_age_ms: 3 * 3_600_000,
    sweep_ms: 0,
};

const SOURCES: usize = 64;

/// By hour: of how many parts it is, and those there are.
type HourParts<T> = BTreeMap<Millis, (u32, BTreeMap<u32, T>)>;

/// Takes what it is given, and forgets the parts of an hour when the number of parts changes.
#[derive(Default)]
pub(super) struct Taken {
    hours: Mutex<HourParts<SettledHour>>,
    fixes: Mutex<HourParts<Corrections>>,
    credit: Mutex<BTreeMap<(Millis, u32), Vec<CreditSample>>>,
    /// Refuses every other call, to be asked again.
    pub(super) moody: Mutex<u32>,
    /// What the authority has closed.
    pub(super) closures: Arc<ManualClosures>,
}

fn take<T: Clone>(all: &Mutex<HourParts<T>>, hour: Millis, part: u32, of: u32, told: &T) {
    let mut all = all.lock().unwrap();
    let entry = all.entry(hour).or_insert_with(|| (of, BTreeMap::new()));
    if entry.0 != of {
        *entry = (of, BTreeMap::new());
    }
    entry.1.insert(part, told.clone());
}

impl Taken {
    fn in_the_mood(&self) -> bool {
        let mut moody = self.moody.lock().unwrap();
        *moody += 1;
        !moody.is_multiple_of(3)
    }

    /// All told and corrected, added up: windows, and visits by how often they stand.
    pub(super) fn sum(&self) -> (BTreeMap<(u32, u64), Window>, BTreeMap<Visit, i32>) {
        let mut windows = BTreeMap::<_, Window>::new();
        let mut visits = BTreeMap::new();
        let hours = self.hours.lock().unwrap();
        // Workers without a zone are not waited for.
        assert!(
            hours
                .values()
                .all(|(of, parts)| parts.len() == *of as usize)
        );
        for hour in hours.values().flat_map(|(_, parts)| parts.values()) {
            hour.windows.iter().for_each(|r| {
                windows
                    .entry((r.zone, r.from.0))
                    .or_default()
                    .add(&r.window);
            });
            hour.visits
                .iter()
                .for_each(|v| *visits.entry(*v).or_default() += 1);
        }
        let fixes = self.fixes.lock().unwrap();
        for fix in fixes.values().flat_map(|(_, parts)| parts.values()) {
            fix.windows.iter().for_each(|r| {
                windows
                    .entry((r.zone, r.from.0))
                    .or_default()
                    .add(&r.window);
            });
            for change in &fix.visits {
                *visits.entry(*change.visit()).or_default() +=
                    if matches!(change, VisitChange::Assert(_)) {
                        1
                    } else {
                        -1
                    };
            }
        }
        windows.retain(|_, w| !w.is_zero());
        visits.retain(|_, n| *n != 0);
        (windows, visits)
    }

    /// What partners said, settled; in order, and each once.
    pub(super) fn credited(&self) -> Vec<CreditSample> {
        let credit = self.credit.lock().unwrap();
        let mut all = credit.values().flatten().copied().collect();
        settle_day(&mut all, |_| false);
        all
    }

    /// What was told of each hour and each hour of corrections, put together.
    pub(super) fn told(&self) -> (Vec<SettledHour>, Vec<Corrections>) {
        let hours = self.hours.lock().unwrap();
        let hours = hours.iter().map(|(at, (_, parts))| {
            let mut all = SettledHour {
                hour: *at,
                ..SettledHour::default()
            };
            for p in parts.values() {
                all.windows.extend_from_slice(&p.windows);
                all.visits.extend_from_slice(&p.visits);
            }
            all.windows.sort_by_key(|w| (w.zone, w.from));
            all.visits.sort();
            all
        });
        let fixes = self.fixes.lock().unwrap();
        let fixes = fixes.iter().map(|(at, (_, parts))| {
            let mut all = Corrections {
                hour: *at,
                ..Corrections::default()
            };
            for p in parts.values() {
                all.windows.extend_from_slice(&p.windows);
                all.visits.extend_from_slice(&p.visits);
            }
            all.windows.sort_by_key(|w| (w.zone, w.from));
            all.visits.sort();
            all
        });
        (hours.collect(), fixes.collect())
    }
}

impl SettledSink for Taken {
    fn try_hour(&self, part: u32, parts: u32, hour: &Arc<SettledHour>) -> bool {
        let taken = self.in_the_mood();
        if taken {
            take(&self.hours, hour.hour, part, parts, hour);
        }
        taken
    }

    fn try_corrections(&self, part: u32, parts: u32, corrections: &Arc<Corrections>) -> bool {
        let taken = self.in_the_mood();
        if taken {
            take(&self.fixes, corrections.hour, part, parts, corrections);
        }
        taken
    }

    fn given_up(&self, _: Millis, _: bool) {}

    fn credited(&self, hour: Millis, shard: u32, samples: Vec<CreditSample>) {
        self.credit.lock().unwrap().insert((hour, shard), samples);
    }
}

/// Some workers.
pub(super) struct SettlementRig {
    pub(super) registry: Arc<Registry>,
    pub(super) shared: Arc<SettlementShared>,
    pub(super) workers: Vec<Worker>,
    seen: Arc<SourcesSeen>,
}

impl SettlementRig {
    pub(super) fn new(
        registry: &Arc<Registry>,
        config: &Config,
        n: u32,
        sink: &Arc<Taken>,
        disk: &Disk,
        saved: &Saved,
    ) -> Self {
        let shared = SettlementShared::new(
            config.limits(&STALENESS, 0),
            n as usize,
            SOURCES,
            sink.clone(),
        );
        let shared = shared.closed_by(sink.closures.clone());
        saved.settled.restore_shared(&shared);
        let shared = Arc::new(shared);
        let waiting = disk.2.as_ref().map(|dir| {
            let files = WaitingFiles::open(dir.path(), saved.waiting_in());
            files.unwrap().holding(1)
        });
        let seen = Arc::new(SourcesSeen::new(SOURCES, n as usize));
        seen.restore(&saved.seen);
        let model = Arc::new(Remembered::default());
        let worker = |i| {
            let mut w = Worker::new(
                (i, n),
                registry.clone(),
                seen.clone(),
                model.clone(),
                STALENESS,
            )
            .believing(None)
            .settling(
                shared.clone(),
                Box::new(MemoryLog::of(disk, i)),
                waiting.as_ref(),
            );
            w.restore(saved);
            w
        };
        let workers = (0..n).map(worker).collect();
        Self {
            registry: registry.clone(),
            shared: shared.clone(),
            workers,
            seen,
        }
    }

    /// One batch, routed as the graph does; then everything before it may be settled.
    pub(super) fn batch(&mut self, ingest: u64, said: &[PlainReport], work: usize) {
        self.shared.begin(Millis(ingest));
        let n = self.workers.len() as u32;
        for s in said {
            let (to, claim) = match s.bay {
                None => (
                    0,
                    Claim::Alive {
                        source: SourceIx(s.source),
                        at: Millis(s.at),
                    },
                ),
                Some(bay) => {
                    let zone = self.registry.city().zone_of(BayIx(bay));
                    (owner(shard_of(zone), n), Claim::Bay(observed(s, bay)))
                }
            };
            self.workers[to as usize].apply(&[claim], Millis(ingest));
        }
        self.settle(ingest, work);
    }

    /// One batch of counts.
    pub(super) fn counts(&mut self, ingest: u64, counts: &[CountObservation], work: usize) {
        self.shared.begin(Millis(ingest));
        let n = self.workers.len() as u32;
        for c in counts {
            let to = owner(shard_of(c.zone), n);
            self.workers[to as usize].apply(&[Claim::Count(*c)], Millis(ingest));
        }
        self.settle(ingest, work);
    }

    fn settle(&mut self, ingest: u64, work: usize) {
        for w in &mut self.workers {
            w.publish();
            w.settle(Millis(ingest), work);
        }
    }

    /// Time passes, and nothing comes in.
    pub(super) fn until(&mut self, ingest: u64) {
        for w in &mut self.workers {
            // A sink that was not in the mood is asked again.
            for _ in 0..40 {
                w.settle(Millis(ingest), usize::MAX);
            }
        }
    }

    /// What a checkpoint would hold.
    pub(super) fn saved(&mut self) -> Saved {
        let mut saved = Saved::default();
        for w in &mut self.workers {
            let copied = w.copied();
            copied.blocks(|tag, bytes| saved.read(tag, bytes)).unwrap();
        }
        // The sources of these tests stand in no registry, whose number of them a checkpoint goes by.
        self.seen.copy(SOURCES, &mut saved.seen);
        saved
    }
}

fn observed(s: &PlainReport, bay: u32) -> Observation {
    Observation {
        at: Millis(s.at),
        seq: s.seq,
        bay: BayIx(bay),
        source: SourceIx(s.source),
        source_kind: s.kind,
        status: s.status,
        confidence: s.confidence,
        backing: if s.kind == SourceKind::App {
            Backing::of_key(s.trusted, 1).of_number(FIRST_NUMBER + s.source as u16)
        } else {
            Backing::of_key(s.trusted, 1)
        },
    }
}

/// The end of the last window that is settled when all has come in before `ingest`.
pub(super) fn settled_by(ingest: u64, lateness: u64) -> u64 {
    (ingest - lateness) / WINDOW_MS * WINDOW_MS
}
