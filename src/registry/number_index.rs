//! From stable numbers to indices: which bay or zone a number on disk means.

use super::page::PAGE;
use std::sync::Arc;

/// Marks a number whose bay or zone is gone.
const NOWHERE: u32 = u32::MAX;

/// Stable number -> dense index, in shared pages like the bays themselves.
#[derive(Clone, Default)]
pub(super) struct NumberIndex(Vec<Arc<[u32; PAGE]>>);

impl NumberIndex {
    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<u32> {
        let page = self.0.get(number as usize / PAGE)?;
        Some(page[number as usize % PAGE]).filter(|&index| index != NOWHERE)
    }

    /// The numbers above `after` that lead somewhere, and where.
    pub(super) fn after(&self, after: Option<u32>) -> impl Iterator<Item = (u32, u32)> + '_ {
        let from = after.map_or(0, |last| last.saturating_add(1));
        let end = (self.0.len() * PAGE) as u32;
        (from..end).filter_map(|number| Some((number, self.get(number)?)))
    }

    pub(super) fn set(&mut self, number: u32, index: u32) {
        let page = number as usize / PAGE;
        while self.0.len() <= page {
            self.0.push(Arc::new([NOWHERE; PAGE]));
        }
        Arc::make_mut(&mut self.0[page])[number as usize % PAGE] = index;
    }

    /// The number leads nowhere from now on.
    pub(super) fn clear(&mut self, number: u32) {
        self.set(number, NOWHERE);
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.len() * size_of::<[u32; PAGE]>()
    }
}
