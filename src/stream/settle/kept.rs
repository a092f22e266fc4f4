//! Settled reports as they are kept for amendments: records of 32 bytes, and where a bay's walk can be taken up again. Pure.
//!
//! An hour of event time holds, of each bay that reported in it, its reports and before the first of them a *carry*: the
//! walk as it stood just before. A walk through any time in or after that report starts there. Records are
//! appended and never changed: of two carries the later counts, and a report that is there twice is one.

use super::report::{Report, order};
use super::timeline::Cell;
use bytemuck::{Pod, Zeroable};

/// One record; bays by their stable numbers.
///
/// | bytes | report | carry |
/// |---|---|---|
/// | 0..24 | [`Report`] | [`Cell`] |
/// | 24..28 | bay | bay |
/// | 28..32 | 0 | 1 |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Record {
    body: [u64; 3],
    bay: u32,
    tag: u32,
}

impl Record {
    pub(super) fn report(report: &Report, bay: u32) -> Self {
        Self { body: bytemuck::cast(report.of(bay)), bay, tag: 0 }
    }

    pub(super) fn carry(cell: Cell, bay: u32) -> Self {
        Self { body: bytemuck::cast(cell), bay, tag: 1 }
    }
}

/// What one hour of one shard holds, by bay.
#[derive(Debug, Default)]
pub(super) struct Hour(Vec<Record>);

/// One bay's part of an hour.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) carry: Option<Cell>,
    /// Ordered, one at each time.
    pub(super) reports: Vec<Report>,
}

impl Hour {
    /// From the bytes of its blocks in order. What does not come out even is left off.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let whole = bytes.len() / size_of::<Record>() * size_of::<Record>();
        let mut records: Vec<Record> = bytemuck::pod_collect_to_vec(&bytes[..whole]);
        // Stable: carries stay in the order in which they were written.
        records.sort_by_key(|r| r.bay);
        Self(records)
    }

    pub(super) fn part(&self, bay: u32) -> Part {
        let from = self.0.partition_point(|r| r.bay < bay);
        let mut part = Part::default();
        for r in self.0[from..].iter().take_while(|r| r.bay == bay) {
            match r.tag {
                0 => part.reports.push(bytemuck::cast(r.body)),
                _ => part.carry = Some(bytemuck::cast(r.body)),
            }
        }
        order(&mut part.reports);
        part
    }
}
