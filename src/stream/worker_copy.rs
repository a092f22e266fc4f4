//! A worker's state at one moment, copied out for a checkpoint, and its memory for the next.

use super::counts::{CountedBays, GateCount};
use super::fuse::BayState;
use super::word::Word;
use crate::belief::Windows;
use crate::domain::{BayIx, BayKind, Millis, ZoneIx};
use crate::registry::city::City;
use crate::settlement::{self, WaitingLength};
use std::sync::Arc;

/// One worker's state at one moment. Indices are those of `city`, the picture the worker had then.
#[derive(Default)]
pub struct WorkerCopy {
    /// `None` before the first copy.
    pub(in crate::stream) city: Option<Arc<City>>,
    pub(in crate::stream) me: u32,
    pub(in crate::stream) peers: u32,
    pub(in crate::stream) cells: Vec<BayState>,
    /// Words beside those of the cells.
    pub(in crate::stream) passing: Vec<(BayIx, Word)>,
    /// What was judged of contributors and not handed in.
    pub(in crate::stream) judged: Windows,
    /// Words of who else watches than the cell's source, and how far each is doubted.
    pub(in crate::stream) twins: Vec<(BayIx, Word, u32)>,
    /// Evidence of apps.
    pub(in crate::stream) pools: Vec<(BayIx, [u8; 20])>,
    /// By zone: its newest observation.
    pub(in crate::stream) observed: Vec<Millis>,
    pub(in crate::stream) gates: Vec<(ZoneIx, CountedBays, GateCount)>,
    /// By source: when it was last heard, ms. Only the first worker's copy has it.
    pub(in crate::stream) seen: Vec<u64>,
    pub(in crate::stream) settle: Option<settlement::saved::SettledCopy>,
    /// Which table of rates is in force for what comes after; 0 for none.
    pub(in crate::stream) table: u32,
}

impl WorkerCopy {
    /// Which table of rates is in force for what comes after; 0 for none.
    #[must_use]
    pub const fn table(&self) -> u32 {
        self.table
    }

    /// The files it names that hold reports that wait to be settled.
    #[must_use]
    pub fn waiting_in(&self) -> &[WaitingLength] {
        self.settle.as_ref().map_or(&[], |s| s.waiting_in())
    }

    /// With memory for that many bays, each page of it touched.
    pub(in crate::stream) fn with_room(bays: usize) -> Self {
        // Anything but zeroes: those would come from the allocator untouched.
        let cells = vec![BayState::vacated(ZoneIx(1), BayKind::Bicycle); bays];
        let seen = vec![1; crate::registry::MAX_SOURCES as usize];
        Self {
            cells,
            seen,
            settle: Some(settlement::saved::SettledCopy::with_room(bays)),
            ..Self::default()
        }
    }

    /// Lets go of what it shares with the worker, which would have to copy it before the next
    /// change.
    pub(in crate::stream) fn let_go(&mut self) {
        if let Some(settled) = &mut self.settle {
            settled.let_go();
        }
    }
}
