//! Sources as the stream sees them: on how many bays each has the word, and what it is suspected of.
//!
//! Promises: sums of what all workers tell; what is held of suspicions is bounded by what the stream
//! holds. Dear: 4 bytes a source, touched once it has a word; the few suspects stand in ordered maps
//! behind a lock, written once a round and read for the length of a range.

use crate::domain::{BayIx, Doubtful, Millis, SourceIx, Suspect, Suspicion, WordsMoved};
use crate::registry::MAX_SOURCES;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};

/// A source whose word has lapsed because it is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Of so many bays, or counts of zones.
    pub lapsed: u32,
    /// When it was last heard.
    pub since: Millis,
}

/// A bay at which a source is suspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuspectAt {
    pub bay: BayIx,
    pub doubtful: Doubtful,
    pub since: Millis,
}

/// What a source is suspected of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suspected {
    pub dead: Option<Dead>,
    /// At so many bays as were asked for, by bay.
    pub at: Vec<SuspectAt>,
    /// All of them, and being dead.
    pub total: u32,
}

#[derive(Default)]
struct SuspectMaps {
    at: BTreeMap<(SourceIx, BayIx, Suspicion), (Doubtful, Millis)>,
    dead: BTreeMap<SourceIx, Dead>,
}

pub(super) struct SourceTable {
    bays: Box<[AtomicU32]>,
    held: RwLock<SuspectMaps>,
}

impl Default for SourceTable {
    fn default() -> Self {
        Self {
            bays: bytemuck::allocation::zeroed_slice_box(MAX_SOURCES as usize),
            held: RwLock::default(),
        }
    }
}

impl SourceTable {
    pub(super) fn suspect(&self, news: &[Suspect]) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        for one in news {
            let key = (one.source, one.bay, one.doubtful.suspicion());
            if one.holds {
                held.at.insert(key, (one.doubtful, one.since));
            } else {
                held.at.remove(&key);
            }
        }
    }

    pub(super) fn moved(&self, moved: &[WordsMoved]) {
        for one in moved {
            if let Some(bays) = self.bays.get(one.source.at()) {
                bays.fetch_add(one.bays.cast_unsigned(), Relaxed);
            }
        }
        if moved.iter().all(|one| one.lapsed == 0) {
            return;
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        for one in moved.iter().filter(|one| one.lapsed != 0) {
            let before = held.dead.get(&one.source).map_or(0, |dead| dead.lapsed);
            match before.saturating_add_signed(one.lapsed) {
                0 => drop(held.dead.remove(&one.source)),
                lapsed => {
                    let since = one.heard_at;
                    held.dead.insert(one.source, Dead { lapsed, since });
                }
            }
        }
    }

    pub(super) fn bays(&self, source: SourceIx) -> u32 {
        self.bays.get(source.at()).map_or(0, |n| n.load(Relaxed))
    }

    /// At no more than `most` bays.
    pub(super) fn suspected(&self, source: SourceIx, most: usize) -> Suspected {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let dead = held.dead.get(&source).copied();
        let mut all = Suspected {
            dead,
            at: Vec::new(),
            total: u32::from(dead.is_some()),
        };
        let first = (source, BayIx(0), Suspicion::Stuck);
        let last = (source, BayIx(u32::MAX), Suspicion::Dead);
        for ((_, bay, _), (doubtful, since)) in held.at.range(first..=last) {
            all.total += 1;
            if all.at.len() < most {
                all.at.push(SuspectAt {
                    bay: *bay,
                    doubtful: *doubtful,
                    since: *since,
                });
            }
        }
        all
    }

    /// The first one from `from` on that is suspected of anything.
    pub(super) fn next_suspect(&self, from: SourceIx) -> Option<SourceIx> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let first = (from, BayIx(0), Suspicion::Stuck);
        let at = held
            .at
            .range(first..)
            .next()
            .map(|((source, ..), _)| *source);
        let dead = held.dead.range(from..).next().map(|(source, _)| *source);
        at.into_iter().chain(dead).min()
    }

    /// How many sources are suspected of each, in the order of [`Suspicion::ALL`].
    pub(super) fn count(&self) -> [u32; Suspicion::COUNT] {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let mut count = [0; Suspicion::COUNT];
        count[Suspicion::Dead as usize] = held.dead.len() as u32;
        let mut last = [None; Suspicion::COUNT];
        for (source, _, what) in held.at.keys() {
            if last[*what as usize] != Some(*source) {
                last[*what as usize] = Some(*source);
                count[*what as usize] += 1;
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BayStatus, StuckWhy};

    const AT: Millis = Millis(1_795_402_800_000);

    fn flickering(source: u32, bay: u32, holds: bool) -> Suspect {
        Suspect {
            source: SourceIx(source),
            bay: BayIx(bay),
            doubtful: Doubtful::Flickering {
                per_10_000_min: 250,
            },
            since: AT,
            holds,
        }
    }

    fn stuck(source: u32, bay: u32) -> Suspect {
        Suspect {
            doubtful: Doubtful::Stuck(StuckWhy {
                p_stuck: 240,
                said: BayStatus::Occupied,
                apps: Some((3, 2)),
                gate: None,
                twin: false,
            }),
            ..flickering(source, bay, true)
        }
    }

    fn moved(source: u32, bays: i32, lapsed: i32) -> WordsMoved {
        WordsMoved {
            source: SourceIx(source),
            bays,
            lapsed,
            heard_at: AT,
        }
    }

    #[test]
    fn suspicions_are_found_by_source_counted_once_a_source_and_end() {
        let sources = SourceTable::default();
        sources.suspect(&[
            flickering(7, 1, true),
            flickering(7, 2, true),
            stuck(7, 2),
            stuck(9, 3),
        ]);
        sources.moved(&[moved(8, 4, 4)]);
        assert_eq!(sources.count(), [2, 1, 1, 0]);
        let all = sources.suspected(SourceIx(7), 2);
        assert_eq!((all.total, all.at.len(), all.dead), (3, 2, None));
        let each = std::iter::successors(sources.next_suspect(SourceIx(0)), |last| {
            sources.next_suspect(SourceIx(last.0 + 1))
        });
        assert_eq!(each.map(|s| s.0).collect::<Vec<_>>(), [7, 8, 9]);

        sources.suspect(&[flickering(7, 1, false), flickering(7, 2, false)]);
        assert_eq!(sources.count(), [2, 0, 1, 0]);
        assert_eq!(sources.suspected(SourceIx(7), 20).total, 1);
    }

    #[test]
    fn what_several_workers_tell_of_one_source_adds_up() {
        let sources = SourceTable::default();
        sources.moved(&[moved(3, 5, 0)]);
        sources.moved(&[moved(3, 2, 2)]);
        sources.moved(&[moved(3, -1, 1)]);
        assert_eq!(sources.bays(SourceIx(3)), 6);
        let dead = Dead {
            lapsed: 3,
            since: AT,
        };
        assert_eq!(sources.suspected(SourceIx(3), 20).dead, Some(dead));
        sources.moved(&[moved(3, 0, -3)]);
        assert_eq!(sources.suspected(SourceIx(3), 20), Suspected::default());
        assert_eq!(sources.bays(SourceIx(u32::MAX)), 0);
    }
}
