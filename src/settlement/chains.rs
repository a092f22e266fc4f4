//! Reports strung together by bay: cheaper than sorting them, when the bays are gone through in any
//! case.

use super::report::{Report, order, standing};
use crate::domain::BayIx;
use crate::prefetch::prefetch;

/// Stands for a bay that is to be looked at though nothing is reported of it.
const NONE_BUT_LOOK: u32 = u32::MAX;

/// See the module.
pub(in crate::settlement) struct Chains {
    /// By bay: one more than the position of its first report; 0 for none.
    first: Vec<u32>,
    /// By position, from the end: the same for the next of its bay.
    next: Vec<u32>,
    of_bay: Vec<Report>,
}

impl Chains {
    /// For so many bays.
    #[must_use]
    pub(in crate::settlement) fn new(bays: usize) -> Self {
        Self {
            first: bytemuck::zeroed_vec(bays),
            next: Vec::new(),
            of_bay: Vec::new(),
        }
    }

    pub(in crate::settlement) fn grow(&mut self, bays: usize) {
        self.first.resize(bays, 0);
    }

    /// Strings them together, and marks other bays that are to be looked at. Nothing may be from
    /// before.
    pub(in crate::settlement) fn link(&mut self, reports: &[Report], look_at: &[u32]) {
        self.next.clear();
        let first = &mut self.first;
        // From the last one on, so that a chain begins with what came first.
        let link = |(i, r): (usize, &Report)| {
            std::mem::replace(&mut first[r.bay() as usize], i as u32 + 1)
        };
        self.next.extend(reports.iter().enumerate().rev().map(link));
        for bay in look_at {
            let first = &mut self.first[*bay as usize];
            *first = if *first == 0 { NONE_BUT_LOOK } else { *first };
        }
    }

    /// Undoes it.
    pub(in crate::settlement) fn clear(&mut self, reports: &[Report], look_at: &[u32]) {
        for bay in reports
            .iter()
            .map(Report::bay)
            .chain(look_at.iter().copied())
        {
            self.first[bay as usize] = 0;
        }
    }

    /// Whether anything is reported of the bay, or it is to be looked at.
    #[inline]
    #[must_use]
    pub(in crate::settlement) fn has(&self, bay: BayIx) -> bool {
        self.first[bay.at()] != 0
    }

    /// Adds to `into` those of the bays from `first` to before `end` of which that is true.
    #[inline]
    pub(in crate::settlement) fn find(&self, first: u32, end: u32, into: &mut Vec<u32>) {
        let firsts = &self.first[first as usize..end as usize];
        let there = into.len();
        into.resize(there + firsts.len(), 0);
        // Without a branch, which would be foretold wrongly at every other bay.
        let mut next = there;
        for (bay, there) in (first..).zip(firsts) {
            into[next] = bay;
            next += usize::from(*there != 0);
        }
        into.truncate(next);
    }

    /// Asks the processor for the bay's first report, before it is needed.
    #[inline]
    pub(in crate::settlement) fn ask_for(&self, bay: BayIx, reports: &[Report]) {
        prefetch(reports, (self.first[bay.at()] as usize).wrapping_sub(1));
    }

    /// Whether there is more to the bay than that it is to be looked at.
    #[inline]
    pub(in crate::settlement) fn has_reports(&self, bay: BayIx) -> bool {
        !matches!(self.first[bay.at()], 0 | NONE_BUT_LOOK)
    }

    /// Hands over the bay's part of `reports`, ordered: `keep` gets what a later amendment has to
    /// know of, `walk` what stands.
    #[inline]
    pub(in crate::settlement) fn each(
        &mut self,
        bay: BayIx,
        reports: &[Report],
        mut keep: impl FnMut(&Report),
        mut walk: impl FnMut(&Report),
    ) {
        let first = self.first[bay.at()];
        let next = &self.next;
        let chain = || {
            std::iter::successors(Some(first), |at| {
                Some(next[reports.len() - *at as usize]).filter(|at| *at != 0)
            })
            .map(|at| &reports[at as usize - 1])
        };
        // As they came, which is nearly always the order they are wanted in.
        if chain().is_sorted_by(|a, b| a.at() < b.at()) {
            chain().for_each(|r| {
                walk(r);
                keep(r);
            });
        } else {
            self.of_bay.clear();
            self.of_bay.extend(chain());
            order(&mut self.of_bay);
            self.of_bay.iter().for_each(keep);
            standing(&self.of_bay, walk);
        }
    }
}
