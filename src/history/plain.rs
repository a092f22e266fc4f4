//! A window as the rows that files have of it.

use crate::domain::{Millis, WindowRow};

/// A row as it is written.
pub(super) struct PlainRow<'w> {
    pub(super) zone: u32,
    pub(super) from: Millis,
    /// In the order of their columns.
    pub(super) members: [i64; 12],
    pub(super) stays: &'w [(u16, i32)],
    /// What counts say.
    pub(super) counted: bool,
}

/// The rows of a window: what its bays say, and what counts say, where there is that.
pub(super) fn plain(row: &WindowRow) -> impl Iterator<Item = PlainRow<'_>> {
    let w = &row.window;
    let make = |members, stays, counted| PlainRow {
        zone: row.zone,
        from: row.from,
        members,
        stays,
        counted,
    };
    let members = w.members();
    let stays = w.stays.buckets();
    let of_bays = w.counted.is_none() || members != [0; 12] || !stays.is_empty();
    let counted = w.counted.as_ref().map(|c| c.as_bays().members());
    let counted = counted.map(|members| make(members, &[][..], true));
    of_bays
        .then(|| make(members, stays, false))
        .into_iter()
        .chain(counted)
}
