//! Checkpoint files: the state of another room in blocks of bytes, and the place in the journal it
//! corresponds to.
//!
//! Promises: a file under its final name is whole; one that is not (a bad disk, a hand) is told by
//! its checksums, set aside under `.bad` with a warning, and the one before it is used. The two
//! newest are kept. What the blocks say is not known here.
//!
//! | bytes | head (64) | | bytes | block head (16) |
//! |---|---|---|---|---|
//! | 0..8 | `BAYHUBC\x01` | | 0..4 | tag |
//! | 8..12 | CRC-32C of bytes 12..64 | | 4..8 | CRC-32C of tag, length and bytes |
//! | 12..16 | format version | | 8..16 | how many bytes follow |
//! | 16..24 | all batches before this ingest time (ms) are in it, none at or after it | | | |
//! | 24..40 | segment and offset where the journal goes on | | | |
//! | 40..48 | blocks | | | |
//! | 48..56 | bytes of the file | | | |
//! | 56..64 | 0 | | | |
//!
//! Dear: writing 1.4 million bays is 34 MB to disk; loading reads as much and checks it before any
//! of it is used.

use super::disk::sync_folder;
use crate::domain::Millis;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;
const MAGIC: u64 = u64::from_le_bytes(*b"BAYHUBC\x01");
const HEAD: usize = size_of::<CheckpointHead>();
const BLOCK_HEAD: usize = size_of::<BlockHead>();
/// How many are kept: the newest, and one to fall back to.
const KEEP: usize = 2;

/// A place in the journal: before the record that begins `offset` bytes into `segment`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub segment: u64,
    pub offset: u64,
}

/// A cut through the journal: every record before `position` was committed before `at`, none after
/// it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    pub at: Millis,
    pub position: Position,
}

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct CheckpointHead {
    magic: u64,
    crc: u32,
    version: u32,
    at: u64,
    segment: u64,
    offset: u64,
    blocks: u64,
    bytes: u64,
    zero: u64,
}

impl CheckpointHead {
    fn new(cut: Cut, blocks: u64, bytes: u64) -> Self {
        let Cut {
            at,
            position: Position { segment, offset },
        } = cut;
        let mut head = Self {
            magic: MAGIC,
            crc: 0,
            version: VERSION,
            at: at.0,
            segment,
            offset,
            blocks,
            bytes,
            zero: 0,
        };
        head.crc = crc32c::crc32c(&bytemuck::bytes_of(&head)[12..]);
        head
    }

    /// # Errors
    /// What is wrong with it.
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let bytes = bytes.get(..HEAD).ok_or("shorter than its head")?;
        let head: Self = bytemuck::pod_read_unaligned(bytes);
        if head.magic != MAGIC || head.crc != crc32c::crc32c(&bytes[12..]) {
            return Err("its head is damaged".into());
        }
        if head.version != VERSION {
            return Err(format!(
                "format version {}, which this hub does not know",
                head.version
            ));
        }
        Ok(head)
    }

    fn cut(&self) -> Cut {
        Cut {
            at: Millis(self.at),
            position: Position {
                segment: self.segment,
                offset: self.offset,
            },
        }
    }
}

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct BlockHead {
    tag: u32,
    crc: u32,
    len: u64,
}

fn crc_of(tag: u32, bytes: &[u8]) -> u32 {
    let crc = crc32c::crc32c_append(
        crc32c::crc32c(&tag.to_le_bytes()),
        &(bytes.len() as u64).to_le_bytes(),
    );
    crc32c::crc32c_append(crc, bytes)
}

/// A checkpoint under way, under a temporary name.
pub struct CheckpointDraft {
    out: BufWriter<File>,
    blocks: u64,
    bytes: u64,
}

impl CheckpointDraft {
    /// Appends one block.
    pub fn block(&mut self, tag: u32, bytes: &[u8]) -> io::Result<()> {
        let head = BlockHead {
            tag,
            crc: crc_of(tag, bytes),
            len: bytes.len() as u64,
        };
        self.out.write_all(bytemuck::bytes_of(&head))?;
        self.out.write_all(bytes)?;
        self.blocks += 1;
        self.bytes += (BLOCK_HEAD + bytes.len()) as u64;
        Ok(())
    }

    fn finish(self, cut: Cut) -> io::Result<u64> {
        let file = self
            .out
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.write_all_at(
            bytemuck::bytes_of(&CheckpointHead::new(cut, self.blocks, self.bytes)),
            0,
        )?;
        file.sync_all()?;
        Ok(self.bytes)
    }
}

/// A checkpoint in memory, its checksums found right.
pub struct Whole {
    pub cut: Cut,
    bytes: Vec<u8>,
    blocks: u64,
}

impl Whole {
    /// Reads and checks one file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(path: &Path) -> Result<Self, String> {
        Self::check(std::fs::read(path).map_err(|e| e.to_string())?)
    }

    pub(super) fn check(bytes: Vec<u8>) -> Result<Self, String> {
        let head = CheckpointHead::read(&bytes)?;
        if head.bytes != bytes.len() as u64 {
            return Err(format!("{} bytes instead of {}", bytes.len(), head.bytes));
        }
        let whole = Self {
            cut: head.cut(),
            bytes,
            blocks: head.blocks,
        };
        let mut found = 0;
        for (tag, block) in whole.raw() {
            let (crc, block) = block.ok_or("its last block is cut short")?;
            if crc != crc_of(tag, block) {
                return Err(format!("block {tag} is damaged"));
            }
            found += 1;
        }
        if found == whole.blocks {
            Ok(whole)
        } else {
            Err(format!("{found} blocks instead of {}", whole.blocks))
        }
    }

    /// Tag and bytes of every block.
    pub fn blocks(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.raw().filter_map(|(tag, block)| Some((tag, block?.1)))
    }

    /// Tag, and checksum and bytes unless they are cut short.
    fn raw(&self) -> impl Iterator<Item = (u32, Option<(u32, &[u8])>)> {
        let mut rest = &self.bytes[HEAD..];
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let Some((head, after)) = rest.split_at_checked(BLOCK_HEAD) else {
                rest = &[];
                return Some((u32::MAX, None));
            };
            let head: BlockHead = bytemuck::pod_read_unaligned(head);
            let split = usize::try_from(head.len)
                .ok()
                .and_then(|len| after.split_at_checked(len));
            rest = split.map_or(&[], |(_, next)| next);
            Some((head.tag, split.map(|(block, _)| (head.crc, block))))
        })
    }
}

/// The folder of checkpoints.
#[derive(Clone)]
pub struct Checkpoints(PathBuf);

impl Checkpoints {
    /// Makes the folder if need be; removes what an earlier run left unfinished. For its one owner.
    pub fn open(dir: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        sync_folder(dir)?;
        for item in std::fs::read_dir(dir)? {
            let path = item?.path();
            if path.extension().is_some_and(|e| e == "tmp") {
                std::fs::remove_file(path)?;
            }
        }
        Ok(Self(dir.into()))
    }

    /// The files of `dir`, newest first, and the ingest time each is named for. Changes nothing.
    pub fn list(dir: &Path) -> io::Result<Vec<(Millis, PathBuf)>> {
        let mut found = Vec::new();
        for item in std::fs::read_dir(dir)? {
            let path = item?.path();
            let name = path
                .file_name()
                .and_then(|n| n.to_str())
                .unwrap_or_default();
            let digits = name
                .strip_prefix("checkpoint-")
                .and_then(|n| n.strip_suffix(".bin"));
            if let Some(at) = digits.and_then(|d| u64::from_str_radix(d, 16).ok()) {
                found.push((Millis(at), path));
            }
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(found)
    }

    /// The newest whole checkpoint that `decode` can make something of and that is not ahead of the
    /// journal, which ends at `end`. What is newer than it and no good is set aside.
    pub fn newest<T>(
        &self,
        end: Position,
        decode: impl Fn(&Whole) -> Result<T, String>,
    ) -> io::Result<Option<(Cut, T)>> {
        for (_, path) in Self::list(&self.0)? {
            let read = Whole::read(&path).and_then(|whole| {
                if whole.cut.position > end {
                    return Err("it is ahead of the journal, of which something is gone".into());
                }
                Ok((whole.cut, decode(&whole)?))
            });
            match read {
                Ok(good) => return Ok(Some(good)),
                Err(why) => {
                    tracing::warn!(
                        file = %path.display(),
                        why,
                        "checkpoint set aside; the one before it is used",
                    );
                    std::fs::rename(&path, path.with_extension("bad"))?;
                    sync_folder(&path)?;
                }
            }
        }
        Ok(None)
    }

    /// Writes a checkpoint: `fill` appends the blocks. Returns its size in bytes. On an error
    /// nothing is left of it.
    pub fn write(
        &self,
        cut: Cut,
        fill: impl FnOnce(&mut CheckpointDraft) -> io::Result<()>,
    ) -> io::Result<u64> {
        let path = self.0.join(format!("checkpoint-{:016x}.bin", cut.at.0));
        let draft = path.with_extension("tmp");
        let made = (|| {
            let mut out = BufWriter::with_capacity(1 << 20, File::create(&draft)?);
            out.write_all(&[0; HEAD])?;
            let mut d = CheckpointDraft {
                out,
                blocks: 0,
                bytes: HEAD as u64,
            };
            fill(&mut d)?;
            let bytes = d.finish(cut)?;
            std::fs::rename(&draft, &path)?;
            sync_folder(&path)?;
            Ok(bytes)
        })();
        made.inspect_err(|_| {
            // If it stays, the next start removes it.
            let _ = std::fs::remove_file(&draft);
        })
    }

    /// Removes all but the two newest, and returns the first segment that the older of them needs:
    /// 0, all of them, while there is only one.
    pub fn prune(&self) -> io::Result<u64> {
        let files = Self::list(&self.0)?;
        for (_, old) in files.iter().skip(KEEP) {
            std::fs::remove_file(old)?;
        }
        let Some((_, older)) = files.get(KEEP - 1) else {
            return Ok(0);
        };
        let mut head = [0; HEAD];
        File::open(older)?.read_exact_at(&mut head, 0)?;
        Ok(CheckpointHead::read(&head).map_or(0, |h| h.segment))
    }
}
