//! A run: claims of the past in order of time, as one file.
//!
//! Blocks of some thousand claims, each with its times and a checksum before it, compressed. Promises: a
//! run that [`RunWriter::finish`] has returned is on disk; no block spans a gap of a day, so that a look
//! at the heads alone says where nothing is; a block that is not what was written is an error that names
//! the file. Memory: a block a run.

use super::claim::PastClaim;
use crate::domain::Millis;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Claims in a block: 64 KiB before they are compressed.
const BLOCK: usize = 2048;

/// No block spans a longer gap, ms.
pub const GAP_MS: u64 = 24 * 3_600_000;

const MAGIC: [u8; 8] = *b"bhpast1\n";

/// What stands before a block.
#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct RunBlockHead {
    claims: u32,
    bytes: u32,
    /// Of the compressed bytes.
    crc32c: u32,
    zero: u32,
    first: u64,
    last: u64,
}

/// A run that is being written.
pub struct RunWriter {
    path: PathBuf,
    to: BufWriter<File>,
    block: Vec<PastClaim>,
    written: RunFile,
}

/// How many claims a run holds, and of which times, ms; and how long its file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunFile {
    pub claims: u64,
    pub first: u64,
    pub last: u64,
    pub bytes: u64,
}

impl RunWriter {
    /// Begins a run; a file that is there is replaced.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut to = BufWriter::with_capacity(1 << 17, File::create(path)?);
        to.write_all(&MAGIC)?;
        Ok(Self {
            path: path.to_owned(),
            to,
            block: Vec::with_capacity(BLOCK),
            written: RunFile {
                bytes: MAGIC.len() as u64,
                ..RunFile::default()
            },
        })
    }

    /// The next claim, which may not be before the last.
    ///
    /// # Errors
    /// When the disk takes no more.
    pub fn push(&mut self, claim: PastClaim) -> io::Result<()> {
        let gap = self
            .block
            .last()
            .is_some_and(|last| claim.at().since(last.at()) > GAP_MS);
        if gap || self.block.len() == BLOCK {
            self.end_block()?;
        }
        self.block.push(claim);
        Ok(())
    }

    fn end_block(&mut self) -> io::Result<()> {
        let (Some(first), Some(last)) = (self.block.first(), self.block.last()) else {
            return Ok(());
        };
        let bytes = zstd::bulk::compress(bytemuck::cast_slice(&self.block), 1)?;
        let head = RunBlockHead {
            claims: self.block.len() as u32,
            bytes: bytes.len() as u32,
            crc32c: crc32c::crc32c(&bytes),
            zero: 0,
            first: first.at().0,
            last: last.at().0,
        };
        self.to.write_all(bytemuck::bytes_of(&head))?;
        self.to.write_all(&bytes)?;
        if self.written.claims == 0 {
            self.written.first = head.first;
        }
        self.written.last = head.last;
        self.written.claims += u64::from(head.claims);
        self.written.bytes += (size_of::<RunBlockHead>() + bytes.len()) as u64;
        self.block.clear();
        Ok(())
    }

    /// Ends the run: it is on disk, and so is its name.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(mut self) -> io::Result<RunFile> {
        self.end_block()?;
        let file = self
            .to
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(self.written)
    }
}

/// A run that is read from its beginning on.
pub struct RunReader {
    path: PathBuf,
    from: BufReader<File>,
    left: u64,
    within: RangeInclusive<u64>,
    packed: Vec<u8>,
    block: Vec<PastClaim>,
    next: usize,
}

impl RunReader {
    /// Opens a run of so many bytes, for the claims of these times, ms.
    ///
    /// # Errors
    /// When it cannot be read, or is no run.
    pub fn open(path: &Path, bytes: u64, within: RangeInclusive<u64>) -> io::Result<Self> {
        let file = File::open(path).map_err(|e| named(path, &e))?;
        let mut from = BufReader::with_capacity(1 << 16, file);
        let mut magic = [0; MAGIC.len()];
        let read = from.read_exact(&mut magic);
        if read.is_err() || magic != MAGIC {
            return Err(damaged(path, "is not a run of past claims"));
        }
        Ok(Self {
            path: path.to_owned(),
            from,
            left: bytes.saturating_sub(MAGIC.len() as u64),
            within,
            packed: Vec::new(),
            block: Vec::new(),
            next: 0,
        })
    }

    fn head(&mut self) -> io::Result<Option<RunBlockHead>> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut head = RunBlockHead::default();
        let length = size_of::<RunBlockHead>() as u64;
        self.from
            .read_exact(bytemuck::bytes_of_mut(&mut head))
            .map_err(|e| named(&self.path, &e))?;
        let whole = length + u64::from(head.bytes);
        if whole > self.left || head.claims as usize > BLOCK || head.first > head.last {
            return Err(damaged(&self.path, "a block's head is damaged"));
        }
        self.left -= whole;
        Ok(Some(head))
    }

    fn skip(&mut self, head: &RunBlockHead) -> io::Result<()> {
        self.from
            .seek_relative(i64::from(head.bytes))
            .map_err(|e| named(&self.path, &e))
    }

    /// The times of the blocks that are left, ms. Reads heads alone.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn times(mut self) -> io::Result<Vec<(u64, u64)>> {
        let mut times: Vec<(u64, u64)> = Vec::new();
        while let Some(head) = self.head()? {
            self.skip(&head)?;
            match times.last_mut() {
                Some(last) if head.first.saturating_sub(last.1) <= GAP_MS => last.1 = head.last,
                _ => times.push((head.first, head.last)),
            }
        }
        Ok(times)
    }

    /// The next claim that is wanted. `None`: there is none.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn take(&mut self) -> io::Result<Option<PastClaim>> {
        loop {
            while let Some(claim) = self.block.get(self.next) {
                self.next += 1;
                if self.within.contains(&claim.at().0) {
                    return Ok(Some(*claim));
                }
                if claim.at().0 > *self.within.end() {
                    return Ok(None);
                }
            }
            let Some(head) = self.head()? else {
                return Ok(None);
            };
            if head.first > *self.within.end() {
                self.left = 0;
                return Ok(None);
            }
            if head.last < *self.within.start() {
                self.skip(&head)?;
                continue;
            }
            self.unpack(&head)?;
        }
    }

    fn unpack(&mut self, head: &RunBlockHead) -> io::Result<()> {
        self.packed.resize(head.bytes as usize, 0);
        self.from
            .read_exact(&mut self.packed)
            .map_err(|e| named(&self.path, &e))?;
        if crc32c::crc32c(&self.packed) != head.crc32c {
            return Err(damaged(&self.path, "a block is damaged"));
        }
        let claims = head.claims as usize;
        self.block.clear();
        self.block.resize(claims, PastClaim::default());
        let there = bytemuck::cast_slice_mut(&mut self.block);
        let unpacked = zstd::bulk::decompress_to_buffer(&self.packed, there)?;
        if unpacked != claims * size_of::<PastClaim>() {
            return Err(damaged(&self.path, "a block is damaged"));
        }
        self.next = 0;
        Ok(())
    }
}

fn named(path: &Path, e: &io::Error) -> io::Error {
    io::Error::new(e.kind(), format!("{}: {e}", path.display()))
}

fn damaged(path: &Path, why: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!(
            "{}: {why}; remove the folder and import again",
            path.display()
        ),
    )
}

/// The times within.
#[must_use]
pub const fn all_times() -> RangeInclusive<u64> {
    0..=Millis::MAX.0
}
