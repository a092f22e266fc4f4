//! The stream's state as bytes: what a checkpoint holds, one block for each virtual shard. Pure;
//! files are elsewhere.
//!
//! Little-endian, and with the registry's stable numbers in place of indices, so that a later run
//! with another number of workers, or another order of bays, can read it. A block is a head of
//! three counts and then its records:
//!
//! | record | bytes | |
//! |---|---|---|
//! | head | 16 | bays, zones, gates (u32 each), words beside (31 bits) and whether bays have a doubt (1 bit) |
//! | bay | 24 | [`SavedBay`]: word, sender's seq, source, doubt, bay number; only bays that somebody reported |
//! | zone | 16 | newest observation (ms), zone number, 0; only zones that somebody reported |
//! | gate | 32 | count of one kind of bay in one zone, by one kind of source, and how far such are off |
//! | word beside | 24 | as a bay: what a passer-by said of a bay of which somebody of a higher rank spoke, or who else watches it |
//! | evidence | 24 | bay number, pools of apps' evidence; to the end of the block |
//!
//! Before bays had a doubt, the sender's seq took eight bytes and the source followed it, and there
//! were no words beside; such blocks are read too.
//!
//! Blocks [`JUDGED`], one for each worker that has any, are rows of what sensors have shown of
//! contributors ([`Windows`]). Block [`TABLE`] is the number of the table of rates that is in force
//! (4 bytes); without it none is. Block [`SOURCES`] is an array of u64: by source number, when it
//! was last heard (ms). Blocks from [`settlement::saved::HEAD`] on are the settlement's; in a
//! checkpoint without them settlement starts there. The layout of a word (see [`super::word::Word`]) is thereby a format on
//! disk: changing it needs a new version of the file.

use super::counts::{CountedBays, GateCount, kind_at, place};
use super::fuse::SavedBay;
use super::word::Word;
use super::worker_copy::WorkerCopy;
use crate::belief::{CountError, Windows};
use crate::domain::{
    AmendmentLength, BayIx, CountWord, Millis, SHARDS, SourceIx, ZoneIx, in_shard, owner, shard_of,
    zones_of,
};
use crate::settlement::{self, WaitingLength};
use bytemuck::{Pod, Zeroable};

#[cfg(target_endian = "big")]
compile_error!("checkpoints are written as they lie in memory, which must be little-endian");

/// The tag of the block that says when each source was last heard; below it, tags are shards.
pub const SOURCES: u32 = SHARDS;

/// The tag of blocks with what was judged of contributors and not handed in.
pub const JUDGED: u32 = SHARDS + 1;

/// The tag of the block that says which table of rates is in force.
pub const TABLE: u32 = SHARDS + 2;

/// Bytes that no version of this file can have written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("block {0} does not hold what a block must")]
pub struct Unreadable(pub u32);

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct StreamHead {
    cells: u32,
    zones: u32,
    gates: u32,
    beside: u32,
}

/// In [`StreamHead::beside`]: bays have a doubt.
const DOUBTED: u32 = 1 << 31;

/// What is kept of a zone besides its bays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct KeptZone {
    pub(super) observed_at: u64,
    pub(super) zone: u32,
    zero: u32,
}

/// Apps' evidence on a bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct SavedPools {
    pub(super) bay: u32,
    pub(super) pools: [u8; 20],
}

/// What is kept of a gate's count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct KeptGate {
    at: u64,
    pub(super) zone: u32,
    source: u32,
    vacant: u32,
    capacity: u32,
    /// What it is of ([`CountedBays::code`], 8 bits), and how far such counts are off, as learnt ([`CountError::bits`]):
    /// 0, as all were when there was nothing else here, is nothing yet.
    kind: u32,
    /// Whether it stands (1 bit); from bit 8 on which kind of source it is of (8 bits): 0 is a gate,
    /// as were all when there was nothing else here; from bit 16 on the rest of its word
    /// ([`CountWord::parts`], 4 bits), and whether nobody has named a capacity (1 bit).
    standing: u32,
}

/// Where what is learnt begins.
const LEARNT: u32 = 8;
/// Where the kind of source begins.
const COUNTED_BY: u32 = 8;
/// Where the rest of the word begins.
const WORD: u32 = 16;
const UNNAMED: u32 = 1 << 20;

impl KeptGate {
    fn new(zone: u32, of: CountedBays, g: &GateCount) -> Self {
        let source = g.source.0;
        let (bits, _) = g.word.parts();
        let unnamed = if g.named.is_none() { UNNAMED } else { 0 };
        Self {
            at: g.at.0,
            zone,
            source,
            vacant: g.word.number,
            capacity: g.named.unwrap_or(0),
            kind: u32::from(of.code()) | g.error.bits() << LEARNT,
            standing: u32::from(g.standing)
                | (place(g.source_kind) as u32) << COUNTED_BY
                | u32::from(bits) << WORD
                | unnamed,
        }
    }

    /// `None` for a kind of bay or source that does not exist.
    pub(super) fn count(&self) -> Option<(CountedBays, GateCount)> {
        let of = CountedBays::from_code(self.kind as u8)?;
        let at = Millis(self.at);
        let source = SourceIx(self.source);
        let source_kind = kind_at((self.standing >> COUNTED_BY & 0xff) as usize)?;
        let bits = (self.standing >> WORD & 0xf) as u8;
        let word = CountWord::from_parts(bits, self.vacant, self.capacity)?;
        let named = (self.standing & UNNAMED == 0).then_some(self.capacity);
        let standing = self.standing & 1 != 0;
        Some((
            of,
            GateCount {
                at,
                source,
                source_kind,
                word,
                named,
                standing,
                error: CountError::from_bits(self.kind >> LEARNT),
            },
        ))
    }
}

/// What checkpoint blocks said, put together again.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Saved {
    pub(super) cells: Vec<SavedBay>,
    pub(super) passing: Vec<SavedBay>,
    pub(super) pools: Vec<SavedPools>,
    pub(super) zones: Vec<KeptZone>,
    pub(super) gates: Vec<KeptGate>,
    pub(super) seen: Vec<u64>,
    pub(super) judged: Windows,
    pub(super) table: u32,
    pub(super) settled: settlement::saved::Saved,
}

impl Saved {
    /// Takes up one block. Blocks may come in any order.
    ///
    /// # Errors
    /// When its length is not what its head says. What was taken up before stays.
    pub fn read(&mut self, tag: u32, bytes: &[u8]) -> Result<(), Unreadable> {
        let bad = Unreadable(tag);
        if tag >= settlement::saved::HEAD {
            return self.settled.read(tag, bytes).ok_or(bad);
        }
        if tag == SOURCES {
            self.seen = whole(bytes).ok_or(bad)?;
            return Ok(());
        }
        if tag == JUDGED {
            return self.judged.read(bytes).ok_or(bad);
        }
        if tag == TABLE {
            self.table = u32::from_le_bytes(bytes.try_into().map_err(|_| bad)?);
            return Ok(());
        }
        let (head, rest) = bytes.split_at_checked(size_of::<StreamHead>()).ok_or(bad)?;
        let head: StreamHead = bytemuck::pod_read_unaligned(head);
        let part = |rest: &mut &[u8], count: u32, size: usize| {
            let (part, after) = rest.split_at_checked(size * count as usize)?;
            *rest = after;
            Some(part.to_owned())
        };
        let mut rest = rest;
        let mut next = |count, size| part(&mut rest, count, size).ok_or(bad);
        let cells = next(head.cells, size_of::<SavedBay>())?;
        let zones = next(head.zones, size_of::<KeptZone>())?;
        let gates = next(head.gates, size_of::<KeptGate>())?;
        let passing = next(head.beside & !DOUBTED, size_of::<SavedBay>())?;
        if tag > SOURCES {
            return Err(bad);
        }
        self.pools.extend(whole::<SavedPools>(rest).ok_or(bad)?);
        let mut cells = whole::<SavedBay>(&cells).ok_or(bad)?;
        if head.beside & DOUBTED == 0 {
            cells.iter_mut().for_each(SavedBay::renew);
        }
        self.cells.extend(cells);
        self.passing.extend(whole::<SavedBay>(&passing).ok_or(bad)?);
        self.zones.extend(whole::<KeptZone>(&zones).ok_or(bad)?);
        self.gates.extend(whole::<KeptGate>(&gates).ok_or(bad)?);
        Ok(())
    }

    /// How much counts of the settled reports that are kept elsewhere.
    #[must_use]
    pub fn kept(&self) -> &[AmendmentLength] {
        &self.settled.kept
    }

    /// How much counts of the files that hold reports that wait to be settled.
    #[must_use]
    pub fn waiting_in(&self) -> &[WaitingLength] {
        &self.settled.waiting_in
    }

    /// Which table of rates was in force; 0 for none.
    #[must_use]
    pub const fn table(&self) -> u32 {
        self.table
    }

    /// Bays of which it knows something.
    #[must_use]
    pub fn bays(&self) -> usize {
        self.cells.len()
    }
}

/// `bytes` as records, wherever they lie; `None` if they do not come out even.
fn whole<T: Pod>(bytes: &[u8]) -> Option<Vec<T>> {
    bytes
        .len()
        .is_multiple_of(size_of::<T>())
        .then(|| bytemuck::pod_collect_to_vec(bytes))
}

impl WorkerCopy {
    /// Hands every block of this copy to `each`: its tag and its bytes. Memory: one block at a
    /// time.
    ///
    /// # Errors
    /// Whatever `each` returns first.
    pub fn blocks<E>(&self, mut each: impl FnMut(u32, &[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut cells = Vec::new();
        let mut zones = Vec::new();
        let mut gates = Vec::new();
        let beside = self.saved_passing();
        let pools = self.saved_pools();
        let mut out = Vec::new();
        for shard in (0..SHARDS).filter(|s| owner(*s, self.peers) == self.me) {
            cells.clear();
            zones.clear();
            gates.clear();
            self.gather(shard, &mut cells, &mut zones);
            self.gather_gates(shard, &mut gates);
            let beside = in_shard(&beside, shard);
            let head = StreamHead {
                cells: cells.len() as u32,
                zones: zones.len() as u32,
                gates: gates.len() as u32,
                beside: beside.len() as u32 | DOUBTED,
            };
            out.clear();
            out.extend_from_slice(bytemuck::bytes_of(&head));
            out.extend_from_slice(bytemuck::cast_slice(&cells));
            out.extend_from_slice(bytemuck::cast_slice(&zones));
            out.extend_from_slice(bytemuck::cast_slice(&gates));
            for (_, word) in beside {
                out.extend_from_slice(bytemuck::bytes_of(word));
            }
            for (_, evidence) in in_shard(&pools, shard) {
                out.extend_from_slice(bytemuck::bytes_of(evidence));
            }
            each(shard, &out)?;
        }
        if self.me == 0 {
            each(SOURCES, bytemuck::cast_slice(&self.seen))?;
        }
        if self.me == 0 && self.table != 0 {
            each(TABLE, &self.table.to_le_bytes())?;
        }
        if !self.judged.is_empty() {
            out.clear();
            self.judged.write(&mut out);
            each(JUDGED, &out)?;
        }
        if let (Some(settled), Some(city)) = (&self.settle, &self.city) {
            settled.blocks(city, &mut each)?;
        }
        Ok(())
    }

    /// Words beside the bays', in order of shard, bay, rank and source.
    fn saved_passing(&self) -> Vec<(u32, SavedBay)> {
        let Some(city) = &self.city else {
            return Vec::new();
        };
        let saved = |(bay, word, doubt): (BayIx, Word, u32)| {
            let kept = SavedBay {
                word,
                doubt,
                bay: city.bay_number(bay),
            };
            (shard_of(city.zone_of(bay)), kept)
        };
        let passing = self.passing.iter().map(|(bay, word)| (*bay, *word, 0));
        let twins = self.twins.iter().copied();
        let mut all: Vec<_> = passing.chain(twins).map(saved).collect();
        all.sort_unstable_by_key(|(shard, kept)| {
            (*shard, kept.bay, kept.word.rank(), kept.word.source())
        });
        all
    }

    /// Apps' evidence, in order of shard and bay.
    fn saved_pools(&self) -> Vec<(u32, SavedPools)> {
        let Some(city) = &self.city else {
            return Vec::new();
        };
        let saved = |(bay, pools): &(BayIx, [u8; 20])| {
            let kept = SavedPools {
                bay: city.bay_number(*bay),
                pools: *pools,
            };
            (shard_of(city.zone_of(*bay)), kept)
        };
        let mut all: Vec<_> = self.pools.iter().map(saved).collect();
        all.sort_unstable_by_key(|(shard, kept)| (*shard, kept.bay));
        all
    }

    fn gather(&self, shard: u32, cells: &mut Vec<SavedBay>, zones: &mut Vec<KeptZone>) {
        let Some(city) = &self.city else { return };
        for z in zones_of(shard, self.observed.len() as u32) {
            let observed_at = self.observed[z.at()].0;
            if observed_at > 0 {
                zones.push(KeptZone {
                    observed_at,
                    zone: city.zone(z).number,
                    zero: 0,
                });
            }
            for bay in city.bays_of(z) {
                let cell = &self.cells[bay.at()];
                if !cell.word.is_none() {
                    cells.push(cell.kept(city.bay_number(bay)));
                }
            }
        }
    }

    fn gather_gates(&self, shard: u32, gates: &mut Vec<KeptGate>) {
        let Some(city) = &self.city else { return };
        let ours = |z: ZoneIx| shard_of(z) == shard;
        let counts = self.gates.iter().filter(|(z, ..)| ours(*z));
        gates.extend(counts.map(|(z, of, count)| KeptGate::new(city.zone(*z).number, *of, count)));
    }
}

#[cfg(test)]
mod tests;
