//! A page: reports of one window in the order of their shards, in memory or in a file.

use crate::domain::SHARDS;
use crate::settlement::report::Report;
use crate::settlement::waiting_files::{PageOnDisk, ShardStarts};
use std::ops::Range;
use std::sync::Arc;

/// Reports in a page: 1.5 MiB. So many are sorted in one go, in the processor's own memory. Small in
/// unit tests, so that these turn many.
pub(in crate::settlement) const PAGE: usize = if cfg!(test) { 4 } else { 1 << 16 };

/// See the module.
pub(super) struct SortedPage {
    /// The smaller, the earlier its reports came in.
    pub(super) serial: u32,
    pub(super) starts: Arc<ShardStarts>,
    pub(super) body: Body,
}

/// Where a page's reports are.
pub(super) enum Body {
    Memory(Arc<Vec<Report>>),
    /// The same while they are written to a file, under that ticket.
    Asked(Arc<Vec<Report>>, u64),
    Disk(PageOnDisk),
}

impl SortedPage {
    /// Page number `serial`: those of `reports` in the order of their shards, of which there are
    /// `counts` each; within a shard they stay in order. `sorted`: memory to be used.
    pub(super) fn sort(
        serial: u32,
        reports: &[Report],
        counts: &[u32; SHARDS as usize],
        mut sorted: Vec<Report>,
    ) -> Self {
        let mut starts = [0; SHARDS as usize + 1];
        let mut end = 0;
        for (start, count) in starts.iter_mut().zip(counts) {
            *start = end;
            end += count;
        }
        starts[SHARDS as usize] = end;
        sorted.resize(reports.len(), Report::default());
        let mut cursors = starts;
        for r in reports {
            let cursor = &mut cursors[r.shard() as usize];
            sorted[*cursor as usize] = *r;
            *cursor += 1;
        }
        Self {
            serial,
            starts: Arc::new(starts),
            body: Body::Memory(Arc::new(sorted)),
        }
    }

    /// Where the reports of the shards of `shards` lie.
    pub(super) fn range(&self, shards: Range<u32>) -> Range<usize> {
        let [from, to] = [shards.start, shards.end].map(|s| self.starts[s as usize] as usize);
        from..to
    }

    pub(super) fn len(&self) -> usize {
        self.range(0..SHARDS).len()
    }

    /// Its reports, unless they are only in a file.
    pub(super) const fn in_memory(&self) -> Option<&Arc<Vec<Report>>> {
        match &self.body {
            Body::Memory(reports) | Body::Asked(reports, _) => Some(reports),
            Body::Disk(_) => None,
        }
    }
}
