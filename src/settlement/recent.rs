//! The newest windows of every zone, by shard: the settling worker writes them, readers of figures
//! look on.
//!
//! This is the state itself, not a copy. A shard's windows lie behind an `Arc` in a lock: a reader
//! or a checkpoint takes the `Arc` and lets go of the lock; a worker that finds it taken copies the
//! shard once before it writes. Five-minute windows are held for three to four hours, and before
//! that hours (sums, and how many bays were in which state at the start of each window, so that an
//! amendment can still judge whether the zone was full).
//!
//! Dear: some 100 MB when 14,000 zones have a full day behind them.

use super::losses::Losses;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{Basis, Millis, RecentTurnover, SHARDS, Sums, Window, ZoneIx, shard_of};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Windows in an hour.
pub const PER_HOUR: u64 = HOUR_MS / WINDOW_MS;

/// Hours for which windows of five minutes are promised, whole ones before the one under way. One
/// more is held, as shards are not settled at the same moment.
const FINE_HOURS: u64 = 2;

/// Hours that are told apart in whether they changed; further apart ones share.
const VERSIONS: u64 = u64::BITS as u64;

/// One hour of one zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HourRow {
    /// All windows added up; the counts of bays at their starts have no meaning in it.
    pub sum: Window,
    /// Bays occupied, vacant and unknown at the start of each window.
    pub at_starts: AtStarts,
    /// The same as counts say, where there are any.
    pub counted_at_starts: Option<Box<AtStarts>>,
}

/// Bays occupied, vacant and unknown at the start of each window of an hour.
pub type AtStarts = [[i32; 3]; PER_HOUR as usize];

impl HourRow {
    fn add(&mut self, n: u64, w: &Window) {
        self.sum.add(w);
        let n = (n % PER_HOUR) as usize;
        let at = &mut self.at_starts[n];
        for (a, b) in at
            .iter_mut()
            .zip([w.occupied_at, w.vacant_at, w.unknown_at])
        {
            *a += b as i32;
        }
        if let Some(c) = &w.counted {
            let at = &mut self.counted_at_starts.get_or_insert_default()[n];
            for (a, b) in at
                .iter_mut()
                .zip([c.occupied_at, c.vacant_at, c.unknown_at])
            {
                *a += b as i32;
            }
        }
    }

    fn sums(&self) -> Sums {
        let counted = self.sum.counted.as_ref();
        let counted = counted.filter(|_| self.sum.basis() == Basis::Count);
        let (sum, starts) = match counted {
            Some(counted) => (counted.as_bays(), self.counted_at_starts.as_deref()),
            None => (self.sum.clone(), Some(&self.at_starts)),
        };
        let bare = Window {
            occupied_at: 0,
            vacant_at: 0,
            unknown_at: 0,
            counted: None,
            ..sum
        };
        let mut sums = Sums::from(&bare);
        for [occupied_at, vacant_at, unknown_at] in
            starts.into_iter().flatten().map(|a| a.map(i64::from))
        {
            sums.add(&Sums::from(&Window {
                occupied_at,
                vacant_at,
                unknown_at,
                ..Window::default()
            }));
        }
        if counted.is_some() {
            (sums.counted_ms, sums.counted_closed_ms) = (sums.in_service_ms(), sums.closed_ms);
        }
        sums
    }
}

/// One zone's windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneRows {
    /// Its stable number.
    pub number: u32,
    /// Everything before it is settled, ms; a multiple of the window.
    pub swept: u64,
    /// Start of the hour of its earliest report, ms: from there on it is told of. 0: nothing was
    /// ever heard.
    pub heard_from: u64,
    /// By number of the window since 1970.
    pub fine: BTreeMap<u32, Window>,
    /// By number of the hour since 1970. No hour is in both.
    pub hours: BTreeMap<u32, HourRow>,
    /// Which hours were added to since that was last asked: a bit for the hour's number modulo 64.
    pub touched: u64,
}

impl ZoneRows {
    /// Adds a contribution or a correction.
    pub fn add(&mut self, n: u64, w: &Window) {
        self.touched |= 1 << (n / PER_HOUR % VERSIONS);
        let coarse = self
            .fine
            .first_key_value()
            .is_some_and(|(first, _)| n / PER_HOUR < u64::from(*first) / PER_HOUR);
        if coarse || self.hours.contains_key(&((n / PER_HOUR) as u32)) {
            self.hours
                .entry((n / PER_HOUR) as u32)
                .or_default()
                .add(n, w);
        } else {
            self.fine.entry(n as u32).or_default().add(w);
        }
    }

    /// Folds old windows into hours, and drops hours that began more than `keep_hours` before
    /// `swept`.
    pub fn age(&mut self, keep_hours: u64) {
        let hour = self.swept / HOUR_MS;
        while let Some((&first, _)) = self.fine.first_key_value()
            && u64::from(first) / PER_HOUR + FINE_HOURS + 1 < hour
        {
            let w = self.fine.remove(&first).unwrap_or_default();
            self.hours
                .entry(first / PER_HOUR as u32)
                .or_default()
                .add(u64::from(first), &w);
        }
        while let Some((&first, _)) = self.hours.first_key_value()
            && u64::from(first) + keep_hours < hour
        {
            self.hours.remove(&first);
        }
    }

    fn hour(&self, hour: u64) -> Option<Sums> {
        if let Some(row) = self.hours.get(&(hour as u32)) {
            return Some(row.sums());
        }
        let first = (hour * PER_HOUR) as u32;
        let windows = self.fine.range(first..first + PER_HOUR as u32);
        let windows = windows.map(|(_, w)| w);
        let mut sums = Sums::default();
        let basis = windows.clone().any(|w| w.counted.is_some()).then(|| {
            let mut all = Window::default();
            windows.clone().for_each(|w| all.add(w));
            all.basis()
        });
        let basis = basis.unwrap_or_default();
        let mut any = false;
        for w in windows {
            any = true;
            sums.add(&w.told_by(basis));
        }
        any.then_some(sums)
    }
}

/// The windows of one shard's zones, by [`slot`].
#[derive(Clone, Debug, Default)]
pub struct ShardRows(pub Vec<ZoneRows>);

/// Where a zone lies among those of its shard.
#[inline]
#[must_use]
pub const fn slot(zone: ZoneIx) -> usize {
    (zone.0 / 8 / SHARDS * 8 + zone.0 % 8) as usize
}

/// See the module.
pub struct Recent {
    shards: Vec<RwLock<Arc<ShardRows>>>,
    /// By shard: everything before it is settled, ms. `MAX` for a shard without zones.
    swept: Vec<AtomicU64>,
    /// By the hour's number modulo their number: how often it was changed.
    versions: Vec<AtomicU64>,
    /// Lateness of the last word on what started in a window: it may still prove to be a short
    /// stay.
    pad: u64,
    keep_hours: u64,
    /// Hours of which acknowledged reports are missing.
    pub(in crate::settlement) losses: Losses,
}

impl Recent {
    /// Empty. `pad` ms after its end a window is final; `keep_hours` are held.
    #[must_use]
    pub fn new(pad: u64, keep_hours: u64) -> Self {
        let shards = (0..SHARDS).map(|_| RwLock::default()).collect();
        let swept = (0..SHARDS).map(|_| AtomicU64::new(u64::MAX)).collect();
        let versions = (0..VERSIONS).map(|_| AtomicU64::new(0)).collect();
        Self {
            shards,
            swept,
            versions,
            pad,
            keep_hours,
            losses: Losses::default(),
        }
    }

    /// A shard's windows as they are.
    #[must_use]
    pub fn shard(&self, shard: u32) -> Arc<ShardRows> {
        self.shards[shard as usize]
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes a shard's windows; `swept` is how far it is settled afterwards.
    pub(in crate::settlement) fn change<T>(
        &self,
        shard: u32,
        edit: impl FnOnce(&mut ShardRows) -> (u64, T),
    ) -> T {
        let mut rows = self.shards[shard as usize]
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let rows = Arc::make_mut(&mut rows);
        let (swept, result) = edit(rows);
        let touched = rows
            .0
            .iter_mut()
            .fold(0, |all, zone| all | std::mem::take(&mut zone.touched));
        for (_, version) in self
            .versions
            .iter()
            .enumerate()
            .filter(|(bit, _)| touched >> bit & 1 == 1)
        {
            version.fetch_add(1, Ordering::AcqRel);
        }
        self.swept[shard as usize].store(swept, Ordering::Release);
        result
    }

    /// Every shard that has zones is settled up to there, in all: ms.
    pub(in crate::settlement) fn swept(&self) -> u64 {
        let least = self
            .swept
            .iter()
            .map(|s| s.load(Ordering::Acquire))
            .min()
            .unwrap_or_default();
        if least == u64::MAX { 0 } else { least }
    }

    fn with_zone<T: Default>(&self, zone: ZoneIx, look: impl FnOnce(&ZoneRows) -> T) -> T {
        self.shard(shard_of(zone))
            .0
            .get(slot(zone))
            .map_or_else(T::default, look)
    }
}

impl RecentTurnover for Recent {
    fn is_lost(&self, zone: u32, from: Millis, to: Millis) -> bool {
        self.losses.any(zone, from, to)
    }

    fn lost_hours(&self, from: Millis, to: Millis) -> Vec<(Millis, u64)> {
        self.losses.hours(from, to)
    }

    fn note_lost(&self, zone: Option<u32>, at: Millis) {
        self.losses.note(zone, at);
    }

    fn settled(&self) -> Millis {
        Millis(self.swept().saturating_sub(self.pad))
    }

    fn windows_from(&self) -> Millis {
        Millis((self.swept() / HOUR_MS).saturating_sub(FINE_HOURS) * HOUR_MS)
    }

    fn hours_from(&self) -> Millis {
        Millis((self.swept() / HOUR_MS).saturating_sub(self.keep_hours - 1) * HOUR_MS)
    }

    fn windows(
        &self,
        zone: ZoneIx,
        from: Millis,
        to: Millis,
        each: &mut dyn FnMut(Millis, &Window),
    ) {
        let to = to.min(self.settled()).0.div_ceil(WINDOW_MS);
        let from = from.0.div_ceil(WINDOW_MS).min(to);
        self.with_zone(zone, |z| {
            for (n, w) in z.fine.range(from as u32..to as u32) {
                each(Millis(u64::from(*n) * WINDOW_MS), w);
            }
        });
    }

    fn hours(&self, zone: ZoneIx, from: Millis, to: Millis, each: &mut dyn FnMut(Millis, &Sums)) {
        let to = to.0.div_ceil(HOUR_MS).min(self.settled().0 / HOUR_MS);
        let from = from.0.div_ceil(HOUR_MS).max(self.hours_from().0 / HOUR_MS);
        self.with_zone(zone, |z| {
            for hour in from..to {
                if let Some(sums) = z.hour(hour) {
                    each(Millis(hour * HOUR_MS), &sums);
                }
            }
        });
    }

    fn version(&self, hour: Millis) -> u64 {
        self.versions[(hour.0 / HOUR_MS % VERSIONS) as usize].load(Ordering::Acquire)
    }
}
