//! The few things the journal asks of a disk, behind a trait so that a test can make them fail.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Writing and syncing. Dear: `zeroed` writes the whole file and waits for the disk; so do the two
/// syncs.
pub(super) trait Disk: Send + Sync {
    /// A file of `bytes` zeroes that is on disk, and so is its name. One that exists is emptied
    /// first.
    fn zeroed(&self, path: &Path, bytes: u64) -> io::Result<File>;
    fn write(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()>;
    /// fdatasync: the bytes, and the length if it changed.
    fn sync(&self, file: &File) -> io::Result<()>;
}

/// The machine's.
pub(super) struct RealDisk;

/// Zeroes are written in steps of this size, each synced, so that a commit next to it waits for one
/// step only.
const STEP: usize = 4 << 20;

impl Disk for RealDisk {
    fn zeroed(&self, path: &Path, bytes: u64) -> io::Result<File> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        fill(&file, bytes)
            .and_then(|()| sync_folder(path))
            .inspect_err(|_| {
                // A half-made file would only hold space that may be what is missing. If it cannot
                // be removed, the next attempt empties it.
                let _ = std::fs::remove_file(path);
            })?;
        Ok(file)
    }

    fn write(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
        file.write_all_at(bytes, at)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}

/// Space is claimed first, for contiguous blocks and an early "no space"; then zeroes are written,
/// because a write into claimed but unwritten blocks changes metadata, and fdatasync would have to
/// write that too.
fn fill(file: &File, bytes: u64) -> io::Result<()> {
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, bytes) {
        Ok(()) | Err(rustix::io::Errno::OPNOTSUPP) => {}
        Err(e) => return Err(e.into()),
    }
    let zeroes = vec![0u8; STEP.min(bytes as usize)];
    let mut at = 0;
    while at < bytes {
        let n = zeroes.len().min((bytes - at) as usize);
        file.write_all_at(&zeroes[..n], at)?;
        file.sync_data()?;
        at += n as u64;
    }
    file.sync_all()
}

/// Makes a new or changed name in the folder of `path` durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
