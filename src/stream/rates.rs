//! Which table of rates is in force when: said by the journal, known to all workers.
//!
//! A record puts a table in force for all that is committed after its millisecond. The feed, through
//! which all batches come in their order, says so before it hands the record on; so every worker,
//! however far it is, finds the same table for a batch by its ingest time alone. Bounded: what can
//! still be on its way decides how many tables are kept; but for a replay that is one or two.

use crate::belief::Timetable;
use crate::domain::Millis;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Entries that are kept at the least: a worker may still have to copy its state as of the one before.
const KEPT: usize = 3;

/// Where tables lie.
pub trait RateTables: Send + Sync {
    /// `None` for one that is not there or damaged: what is assumed where nothing is known is used in
    /// its place. May block; it is called once for each record.
    fn table(&self, number: u32) -> Option<Arc<Timetable>>;
}

/// What is in force from some time on.
#[derive(Clone, Debug)]
pub struct RatesInForce {
    /// For ingest times after this one.
    pub(super) after: Millis,
    /// 0: none.
    pub number: u32,
    pub table: Option<Arc<Timetable>>,
}

impl RatesInForce {
    fn new(after: Millis, number: u32, tables: Option<&dyn RateTables>) -> Self {
        let table = if number == 0 {
            None
        } else {
            tables.and_then(|tables| tables.table(number))
        };
        Self {
            after,
            number,
            table,
        }
    }
}

/// See the module.
pub struct RateSchedule {
    tables: Option<Arc<dyn RateTables>>,
    /// Never empty, by time.
    said: RwLock<Vec<RatesInForce>>,
    /// How often something was said.
    version: AtomicU64,
}

impl RateSchedule {
    /// With what a checkpoint says is in force. Without `tables` none ever is.
    pub(super) fn new(tables: Option<Arc<dyn RateTables>>, number: u32) -> Self {
        let first = RatesInForce::new(Millis::NEVER, number, tables.as_deref());
        Self {
            tables,
            said: RwLock::new(vec![first]),
            version: AtomicU64::new(0),
        }
    }

    /// A table is in force for batches after `at`; nothing before `frontier` is on its way.
    pub(super) fn say(&self, at: Millis, number: u32, frontier: Millis) {
        let next = RatesInForce::new(at, number, self.tables.as_deref());
        let mut said = self.said.write().unwrap_or_else(PoisonError::into_inner);
        said.push(next);
        let passed = said.windows(2).take_while(|two| two[1].after < frontier);
        let gone = passed.count().min(said.len().saturating_sub(KEPT));
        said.drain(..gone);
        // Under the lock: who sees the new version finds what it is of.
        self.version.fetch_add(1, Ordering::Release);
    }

    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// What is in force for a batch of that ingest time, and up to which time as far as is known.
    pub(super) fn at(&self, ingest: Millis) -> (RatesInForce, Millis) {
        let said = self.said.read().unwrap_or_else(PoisonError::into_inner);
        let next = said.partition_point(|s| s.after < ingest).max(1);
        let until = said.get(next).map_or(Millis(u64::MAX), |s| s.after);
        (said[next - 1].clone(), until)
    }

    /// What was said last.
    #[must_use]
    pub fn newest(&self) -> RatesInForce {
        self.at(Millis(u64::MAX)).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_in_force_for_what_comes_after_its_record() {
        let schedule = RateSchedule::new(None, 4);
        assert_eq!(schedule.at(Millis(0)).0.number, 4);
        schedule.say(Millis(100), 5, Millis(90));
        schedule.say(Millis(100), 6, Millis(90));
        for (ingest, number, until) in [(1, 4, 100), (100, 4, 100), (101, 6, u64::MAX)] {
            let (found, to) = schedule.at(Millis(ingest));
            assert_eq!((found.number, to.0), (number, until), "{ingest}");
        }
        assert_eq!((schedule.newest().number, schedule.version()), (6, 2));
    }

    #[test]
    fn what_can_still_be_on_its_way_finds_its_table_and_older_ones_are_let_go() {
        let schedule = RateSchedule::new(None, 0);
        for n in 1..=20_u32 {
            let at = Millis(u64::from(n) * 10);
            schedule.say(at, n, Millis(if n < 12 { 5 } else { 115 }));
            let oldest = if n < 12 { 5 } else { 115 };
            assert_eq!(schedule.at(Millis(oldest)).0.number, oldest as u32 / 10);
            assert_eq!(schedule.at(at).0.number, n - 1);
        }
        let kept = schedule.said.read().unwrap().len();
        assert_eq!(kept, 10, "from the eleventh on");
    }
}
