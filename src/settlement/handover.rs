//! Handing over: told hours and finished corrections leave a worker's shards together, in order,
//! when the sink has room.
//!
//! They stay in the shards, and so in every checkpoint, until *all* workers have handed over
//! theirs: a start with another number of workers then offers the whole of an hour again.

use super::Settle;
use super::corrections::is_told;
use super::shard::Out;
use crate::domain::{Corrections, Millis, SHARDS, SettledHour, owner};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What was offered and not taken, put together once: a sink takes an hour when it is durable,
/// which is some ticks later.
pub(in crate::settlement) type Offered = (Option<Arc<SettledHour>>, Option<Arc<Corrections>>);

/// By worker: the start of the last hour, and of the last hour of corrections, that it has handed
/// over. 0: none.
pub struct Handed(Vec<[AtomicU64; 2]>);

impl Handed {
    pub(in crate::settlement) fn new(workers: usize) -> Self {
        Self((0..workers).map(|_| <[AtomicU64; 2]>::default()).collect())
    }

    fn by(&self, worker: u32, what: usize) -> u64 {
        self.0[worker as usize][what].load(Ordering::Acquire)
    }

    /// By the first so many workers.
    fn by_all(&self, what: usize, parts: u32) -> u64 {
        self.0
            .iter()
            .take(parts as usize)
            .map(|w| w[what].load(Ordering::Acquire))
            .min()
            .unwrap_or_default()
    }

    fn set(&self, worker: u32, what: usize, hour: u64) {
        self.0[worker as usize][what].store(hour, Ordering::Release);
    }
}

const HOURS: usize = 0;
const FIXES: usize = 1;

impl Settle {
    /// How many workers have zones: of a small town not all. Who has none has no part of an hour.
    fn parts(&self) -> u32 {
        let shards = self.city.zone_count().div_ceil(8).min(SHARDS);
        shards
            .checked_sub(1)
            .map_or(0, |last| owner(last, self.place.1) + 1)
    }

    /// Offers the sink what is ready, until it has no room.
    pub(in crate::settlement) fn hand_over(&mut self) {
        let me = self.place.0;
        let of = self.parts();
        let shared = self.shared.clone();
        while let Some(hour) = self.first_ready(HOURS) {
            let offered = self.offered.0.take().filter(|told| told.hour.0 == hour);
            let told = offered.unwrap_or_else(|| Arc::new(self.gather_hour(hour)));
            if !shared.sink.try_hour(me, of, &told) {
                self.offered.0 = Some(told);
                break;
            }
            shared.handed.set(me, HOURS, hour);
        }
        while let Some(hour) = self.first_ready(FIXES) {
            let offered = self.offered.1.take().filter(|told| told.hour.0 == hour);
            let told = offered.unwrap_or_else(|| Arc::new(self.gather_corrections(hour)));
            if !shared.sink.try_corrections(me, of, &told) {
                self.offered.1 = Some(told);
                break;
            }
            shared.handed.set(me, FIXES, hour);
        }
        self.let_go();
    }

    /// The first hour that every shard has told, and that was not handed over.
    fn first_ready(&self, what: usize) -> Option<u64> {
        let last = self.shared.handed.by(self.place.0, what);
        let mut first: Option<u64> = None;
        for s in self.owned() {
            let shard = &self.shards[s as usize];
            let next = match what {
                HOURS => shard.out.hours.range(last + 1..).next().map(|h| *h.0),
                _ => shard.out.corrections.range(last + 1..).next().map(|h| *h.0),
            }?;
            // A shard put together from others may have heard of an hour before it has come so far
            // itself.
            let done = match what {
                HOURS => is_told(next, shard.swept, self.shared.limits.pad),
                _ => next < shard.out.fixes.hour,
            };
            if !done {
                return None;
            }
            first = Some(first.map_or(next, |f| f.min(next)));
        }
        first
    }

    fn outs(&self) -> impl Iterator<Item = &Arc<Out>> {
        self.owned().map(|s| &self.shards[s as usize].out)
    }

    fn gather_hour(&self, hour: u64) -> SettledHour {
        let mut all = SettledHour {
            hour: Millis(hour),
            ..SettledHour::default()
        };
        for part in self.outs().filter_map(|out| out.hours.get(&hour)) {
            all.windows.extend_from_slice(&part.windows);
            all.visits.extend_from_slice(&part.visits);
        }
        all.windows.sort_unstable_by_key(|w| (w.zone, w.from));
        all.visits.sort_unstable_by_key(|v| (v.end, v.bay));
        all
    }

    fn gather_corrections(&self, hour: u64) -> Corrections {
        let mut all = Corrections {
            hour: Millis(hour),
            ..Corrections::default()
        };
        for part in self.outs().filter_map(|out| out.corrections.get(&hour)) {
            all.windows.extend_from_slice(&part.windows);
            all.visits.extend_from_slice(&part.visits);
        }
        all.windows.sort_unstable_by_key(|w| (w.zone, w.from));
        all.visits.sort_unstable();
        all
    }

    /// Forgets what all workers have handed over.
    fn let_go(&mut self) {
        let parts = self.parts();
        let hours = self.shared.handed.by_all(HOURS, parts);
        let fixes = self.shared.handed.by_all(FIXES, parts);
        for s in self.owned() {
            let out = &mut self.shards[s as usize].out;
            let old = |first: Option<u64>, done: u64| first.is_some_and(|h| h <= done);
            if old(first(&out.hours), hours) || old(first(&out.corrections), fixes) {
                let out = Arc::make_mut(out);
                out.hours.retain(|hour, _| *hour > hours);
                out.corrections.retain(|hour, _| *hour > fixes);
            }
        }
    }

    /// Whether more may be settled. With the sink far behind, settling waits for it while there is
    /// room for what comes in; after that the oldest hour is lost, and counted.
    pub(in crate::settlement) fn make_room(&mut self) -> bool {
        let [hours, fixes] = [HOURS, FIXES].map(|what| self.shared.handed.by(self.place.0, what));
        let pending = |out: &Arc<Out>| {
            out.hours
                .range(hours + 1..)
                .count()
                .max(out.corrections.range(fixes + 1..).count())
        };
        let most = self.outs().map(pending).max().unwrap_or_default();
        if most <= self.shared.limits.max_hours {
            return true;
        }
        if self.waiting * 2 < self.shared.limits.max_waiting {
            return false;
        }
        for what in [HOURS, FIXES] {
            if let Some(hour) = self.first_ready(what) {
                self.counts.lost += 1;
                tracing::error!(hour = %Millis(hour), "settled results are lost: nobody took them");
                self.shared.sink.given_up(Millis(hour), what == FIXES);
                self.shared.handed.set(self.place.0, what, hour);
            }
        }
        true
    }
}

fn first<T>(hours: &BTreeMap<u64, T>) -> Option<u64> {
    hours.first_key_value().map(|h| *h.0)
}
