//! Virtual shards: how zones are dealt out to workers, and in which parts their state is saved.
//!
//! A shard is a set of zones that depends on their indices alone, so that another number of workers
//! finds the same shards again.

use super::ZoneIx;

/// Virtual shards: the unit in which state is owned, moved and saved.
pub const SHARDS: u32 = 256;

/// The virtual shard of a zone: runs of eight neighbours go together. Does not depend on how many
/// zones there are, so adding one never moves another.
#[inline]
#[must_use]
pub const fn shard_of(zone: ZoneIx) -> u32 {
    zone.0 / 8 % SHARDS
}

/// The zones of a shard, of `count` that there are.
pub fn zones_of(shard: u32, count: u32) -> impl Iterator<Item = ZoneIx> {
    let runs = (shard * 8..count).step_by(8 * SHARDS as usize);
    runs.flat_map(move |first| (first..count.min(first + 8)).map(ZoneIx))
}

/// Those of one shard, of records in order of their shards.
pub fn in_shard<T>(sorted: &[(u32, T)], shard: u32) -> &[(u32, T)] {
    let from = sorted.partition_point(|of| of.0 < shard);
    let to = sorted.partition_point(|of| of.0 <= shard);
    &sorted[from..to]
}

/// The worker that owns a shard.
#[inline]
#[must_use]
pub const fn owner(shard: u32, peers: u32) -> u32 {
    shard * peers / SHARDS
}
