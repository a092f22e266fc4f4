//! One file of kept reports: its name, and the blocks it is made of.
//!
//! A file is blocks: group, length, checksum of both and the bytes (CRC-32C), 0 (u32 each), and the
//! bytes. Its name tells hour, worker, generation, and version of the format: groups mean something
//! only within a generation, so of another one all blocks are read. Promise: a block that a crash
//! of the machine has damaged is told by its checksum, and ends what counts of its file.

use crate::domain::turnover::HOUR_MS;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Ends the names of files. Changes whenever the layout does, here or of what the blocks say.
const ENDING: &str = ".kept1";

/// Start of the hour, worker, generation.
pub(super) type Name = (u64, u32, u32);

/// What the file of that name is called.
pub(super) fn file_name((hour, worker, generation): Name) -> String {
    format!("{:08}-{worker:03}-{generation:08x}{ENDING}", hour / HOUR_MS)
}

/// The name of a file of this version of the format; `None` for any other file.
pub(super) fn parse(path: &Path) -> Option<Name> {
    let mut parts = path
        .file_name()?
        .to_str()?
        .strip_suffix(ENDING)?
        .splitn(3, '-');
    let hour = parts.next()?.parse::<u64>().ok()?;
    let worker = parts.next()?.parse().ok()?;
    Some((
        hour * HOUR_MS,
        worker,
        u32::from_str_radix(parts.next()?, 16).ok()?,
    ))
}

/// Whether a file is one of another version of the format.
pub(super) fn is_of_another_version(path: &Path) -> bool {
    parse(path).is_none()
        && path
            .extension()
            .is_some_and(|e| e.to_string_lossy().starts_with("kept"))
}

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct BlockHead {
    group: u32,
    len: u32,
    crc: u32,
    zero: u32,
}

impl BlockHead {
    fn new(group: u32, bytes: &[u8]) -> Self {
        let len = bytes.len() as u32;
        let crc = crc32c::crc32c_append(crc32c::crc32c(bytemuck::cast_slice(&[group, len])), bytes);
        Self {
            group,
            len,
            crc,
            zero: 0,
        }
    }
}

/// Bytes that a block takes in its file.
pub(super) const fn block_size(words: &[u64]) -> u64 {
    size_of::<BlockHead>() as u64 + size_of_val(words) as u64
}

/// Writes one block at `len`, the end of the file. Where its bytes lie, and how many they are.
pub(super) fn write_block(
    file: &File,
    len: u64,
    group: u32,
    words: &[u64],
) -> io::Result<(u64, u32)> {
    let bytes = bytemuck::cast_slice(words);
    let at = len + size_of::<BlockHead>() as u64;
    // One call more costs less than putting both together first.
    file.write_all_at(bytemuck::bytes_of(&BlockHead::new(group, bytes)), len)?;
    file.write_all_at(bytes, at)?;
    Ok((at, bytes.len() as u32))
}

pub(super) struct HourFile {
    pub(super) file: Arc<File>,
    pub(super) len: u64,
    /// Group, offset and length of each block's bytes.
    pub(super) blocks: Vec<(u32, u64, u32)>,
    pub(super) unsynced: bool,
}

impl HourFile {
    /// A new one, without blocks.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        Ok(Self {
            file: Arc::new(file),
            len: 0,
            blocks: Vec::new(),
            unsynced: true,
        })
    }

    /// Reads where the blocks of the first `len` bytes lie; what is behind them, or damaged, is cut
    /// off.
    pub(super) fn open(path: &Path, len: u64) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut hour = Self {
            file: Arc::new(file),
            len: 0,
            blocks: Vec::new(),
            unsynced: false,
        };
        let mut bytes = Vec::new();
        while hour.len < len {
            let mut head = [0; size_of::<BlockHead>()];
            if hour.file.read_exact_at(&mut head, hour.len).is_err() {
                break;
            }
            let head: BlockHead = bytemuck::cast(head);
            let at = hour.len + size_of::<BlockHead>() as u64;
            let end = hour.len + size_of::<BlockHead>() as u64 + u64::from(head.len);
            if end > len {
                break;
            }
            bytes.resize(head.len as usize, 0);
            if hour.file.read_exact_at(&mut bytes, at).is_err()
                || BlockHead::new(head.group, &bytes).crc != head.crc
            {
                break;
            }
            hour.blocks.push((head.group, at, head.len));
            hour.len = end;
        }
        hour.file.set_len(hour.len)?;
        Ok(hour)
    }

    /// Adds the words of a group's blocks; of all blocks without a group.
    pub(super) fn read(&self, group: Option<u32>, into: &mut Vec<u64>) -> io::Result<()> {
        for (of, at, len) in &self.blocks {
            if group.is_none_or(|group| *of == group) {
                let from = into.len();
                into.resize(from + *len as usize / 8, 0);
                self.file
                    .read_exact_at(bytemuck::cast_slice_mut(&mut into[from..]), *at)?;
            }
        }
        Ok(())
    }
}
