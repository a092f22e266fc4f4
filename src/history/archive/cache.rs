//! Decoded hours, kept while there is room; the one that was used longest ago goes first.

use super::super::cells::{Cells, ZoneFigures};
use crate::domain::Millis;
use ahash::AHashMap;
use std::sync::{Mutex, PoisonError};

/// See the module.
pub(super) struct Cache(Mutex<Held>);

struct Held {
    most: usize,
    bytes: usize,
    turn: u64,
    by_hour: AHashMap<HourCells, CachedFigures>,
}

/// An hour, and whether by five minutes.
type HourCells = (Millis, bool);

/// Decoded cells, and which files they were made of.
struct CachedFigures {
    of: Vec<u32>,
    cells: Cells,
    bytes: usize,
    used: u64,
}

impl Cache {
    /// With room for so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self(Mutex::new(Held {
            most,
            bytes: 0,
            turn: 0,
            by_hour: AHashMap::default(),
        }))
    }

    /// The cells of `key`, if they were made of the same files.
    pub(super) fn get(&self, key: HourCells, of: &[u32]) -> Option<Cells> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.turn += 1;
        let turn = cache.turn;
        let held = cache.by_hour.get_mut(&key).filter(|h| h.of == of)?;
        held.used = turn;
        Some(held.cells.clone())
    }

    pub(super) fn keep(&self, key: HourCells, of: Vec<u32>, cells: &Cells) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stays: usize = cells.iter().map(|c| c.sums.stays.buckets().len()).sum();
        let bytes = cells.len() * size_of::<ZoneFigures>() + stays * 8;
        if bytes > cache.most {
            return;
        }
        cache.turn += 1;
        let held = CachedFigures {
            of,
            cells: cells.clone(),
            bytes,
            used: cache.turn,
        };
        cache.bytes += bytes;
        if let Some(old) = cache.by_hour.insert(key, held) {
            cache.bytes -= old.bytes;
        }
        while cache.bytes > cache.most {
            let oldest = cache
                .by_hour
                .iter()
                .min_by_key(|(_, h)| h.used)
                .map(|(key, _)| *key);
            match oldest.and_then(|key| cache.by_hour.remove(&key)) {
                Some(gone) => cache.bytes -= gone.bytes,
                None => return,
            }
        }
    }
}
