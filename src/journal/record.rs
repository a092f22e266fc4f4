//! The journal's format on disk: what a segment file is made of, how it is written and how it is
//! read back.
//!
//! Everything is a multiple of 32 bytes and little-endian. A segment is zeroed before its first
//! use.
//!
//! | bytes | segment head (64) | | bytes | record head (32) |
//! |---|---|---|---|---|
//! | 0..8 | `BAYHUBJ\x01` | | 0..4 | `BHR\x01` |
//! | 8..12 | CRC-32C of bytes 12..64 | | 4..8 | CRC-32C of all that follows, see below |
//! | 12..16 | format version | | 8..12 | how many entries follow, 1..=65,536 |
//! | 16..24 | sequence of the segment | | 12..16 | format version |
//! | 24..32 | created at, ms | | 16..24 | ingest time of its claims, ms |
//! | 32..40 | where the data of the previous segment ends | | 24..32 | where its group begins |
//! | 40..48 | ingest time reached before it, ms | | then | entries of 32 bytes ([`super::Entry`]) |
//! | 48..64 | the data folder's id; 0 in segments of earlier versions | | | |
//!
//! - The data ends at the first record head that is all zero.
//! - A record's CRC starts from the segment's sequence: bytes left over from another file never
//!   pass for a record.
//! - A group is written and synced as a whole; larger ones take several records. What lies before a
//!   group was on disk when the group was written. So a bad record is a torn tail, unless a whole
//!   record that belongs to a *later* group follows: then acknowledged data is damaged. The head
//!   and the first group of a segment are one group.
//! - What follows the end named in the next segment's head was never acknowledged (its sync failed
//!   and it was written again in the next segment) and is not read.

use super::FolderId;
use super::entry::{Entry, Numbers};
use crate::domain::{Claim, Millis};
use std::io::{self, Read};

pub(super) const VERSION: u32 = 1;
const SEGMENT_MAGIC: u64 = u64::from_le_bytes(*b"BAYHUBJ\x01");
pub(super) const RECORD_MAGIC: u32 = u32::from_le_bytes(*b"BHR\x01");

/// Everything is a multiple of this many bytes.
pub(super) const UNIT: u64 = size_of::<Entry>() as u64;
/// Size of a segment's head, bytes.
pub(super) const HEAD: u64 = size_of::<SegmentHead>() as u64;
/// The most entries of one record; bounds what a reader must hold.
pub(super) const MAX_ENTRIES: usize = 65_536;

/// The first 64 bytes of a segment. See the table above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(super) struct SegmentHead {
    magic: u64,
    crc: u32,
    pub(super) version: u32,
    pub(super) sequence: u64,
    pub(super) created: u64,
    pub(super) previous_end: u64,
    pub(super) reached: u64,
    /// The data folder it was written for; zeroes: not said.
    pub(super) folder: FolderId,
}

/// What the first 64 bytes of a file turn out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeadRead {
    Whole(SegmentHead),
    /// Prepared, never used.
    Blank,
    Broken,
}

impl SegmentHead {
    pub(super) fn new(
        sequence: u64,
        created: Millis,
        previous_end: u64,
        reached: Millis,
        folder: FolderId,
    ) -> Self {
        let mut head = Self {
            magic: SEGMENT_MAGIC,
            crc: 0,
            version: VERSION,
            sequence,
            created: created.0,
            previous_end,
            reached: reached.0,
            folder,
        };
        head.crc = crc32c::crc32c(&bytemuck::bytes_of(&head)[12..]);
        head
    }

    pub(super) fn read(bytes: &[u8]) -> HeadRead {
        if bytes.iter().all(|b| *b == 0) {
            return HeadRead::Blank;
        }
        match bytemuck::try_pod_read_unaligned::<Self>(bytes) {
            Ok(h) if h.magic == SEGMENT_MAGIC && h.crc == crc32c::crc32c(&bytes[12..]) => {
                HeadRead::Whole(h)
            }
            _ => HeadRead::Broken,
        }
    }

    /// The head as two units, to lie in the same buffer as the records.
    pub(super) fn units(self) -> [Entry; 2] {
        bytemuck::cast(self)
    }
}

/// The head of a record. See the table above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(super) struct RecordHead {
    magic: u32,
    crc: u32,
    pub(super) count: u32,
    pub(super) version: u32,
    pub(super) ingest_ms: u64,
    /// Where its group begins, bytes from the start of the segment.
    pub(super) group: u64,
}

impl RecordHead {
    /// Bytes of the record, head included.
    pub(super) fn bytes(&self) -> u64 {
        UNIT * (1 + u64::from(self.count))
    }

    /// Whether the numbers could be a record's; says nothing of its entries.
    pub(super) fn is_plausible(&self) -> bool {
        self.magic == RECORD_MAGIC && (1..=MAX_ENTRIES as u32).contains(&self.count)
    }

    fn crc_with(&self, seed: u32, entries: &[Entry]) -> u32 {
        let crc = crc32c::crc32c_append(seed, &bytemuck::bytes_of(self)[8..]);
        crc32c::crc32c_append(crc, bytemuck::cast_slice(entries))
    }
}

/// Where every record CRC of a segment starts from.
fn seed(sequence: u64) -> u32 {
    crc32c::crc32c(&sequence.to_le_bytes())
}

/// Appends `claims` to `out` as the records of one group that begins at byte `group` of segment
/// `sequence`.
///
/// Heads and entries are both one unit, so a group is built in place and leaves in one write.
pub(super) fn encode(
    sequence: u64,
    group: u64,
    ingest: Millis,
    claims: &[Claim],
    numbers: &dyn Numbers,
    out: &mut Vec<Entry>,
) {
    let seed = seed(sequence);
    for part in claims.chunks(MAX_ENTRIES) {
        let mut head = RecordHead {
            magic: RECORD_MAGIC,
            crc: 0,
            count: part.len() as u32,
            version: VERSION,
            ingest_ms: ingest.0,
            group,
        };
        let at = out.len();
        out.push(Entry::default());
        numbers.encode(part, out);
        debug_assert_eq!(out.len(), at + 1 + part.len(), "one entry a claim");
        head.crc = head.crc_with(seed, &out[at + 1..]);
        out[at] = bytemuck::cast(head);
    }
}

/// Bytes that a group of `claims` takes, without a segment head.
pub(super) fn encoded_bytes(claims: usize) -> u64 {
    UNIT * (claims + claims.div_ceil(MAX_ENTRIES)) as u64
}

/// What comes next in a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A whole record; its entries are in [`Records::entries`].
    Record(RecordHead),
    /// Nothing but zeroes, or the limit.
    End,
    /// Something that is no whole record.
    Broken,
}

/// Reads the records of one segment one after another. Holds one record (2 MiB) at most.
pub(super) struct Records<R> {
    input: R,
    seed: u32,
    /// Where the next record begins: the end of what is known to be whole.
    at: u64,
    limit: u64,
    entries: Vec<Entry>,
    count: usize,
}

impl<R: Read> Records<R> {
    /// `input` stands at byte `at` of segment `sequence`, and nothing at or after `limit` counts.
    pub(super) fn new(input: R, sequence: u64, at: u64, limit: u64) -> Self {
        Self {
            input,
            seed: seed(sequence),
            at,
            limit,
            entries: Vec::new(),
            count: 0,
        }
    }

    pub(super) fn at(&self) -> u64 {
        self.at
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries[..self.count]
    }

    /// Not to be called again after `End` or `Broken`.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        let left = self.limit.saturating_sub(self.at);
        let mut unit = [0u8; UNIT as usize];
        let have = left.min(UNIT) as usize;
        self.input.read_exact(&mut unit[..have])?;
        if unit == [0; UNIT as usize] {
            return Ok(Next::End);
        }
        let head: RecordHead = bytemuck::cast(unit);
        if have < unit.len() || !head.is_plausible() || head.bytes() > left {
            return Ok(Next::Broken);
        }
        self.count = head.count as usize;
        if self.entries.len() < self.count {
            self.entries.resize(self.count, Entry::default());
        }
        self.input
            .read_exact(bytemuck::cast_slice_mut(&mut self.entries[..self.count]))?;
        if head.crc != head.crc_with(self.seed, self.entries()) {
            return Ok(Next::Broken);
        }
        self.at += head.bytes();
        Ok(Next::Record(head))
    }
}
