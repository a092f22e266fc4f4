//! Files of one kind that are told apart by a number, in a folder of their own: `rates-7.bin`.
//!
//! Promise: a file under its name is whole and on disk; one that is half-written is removed at the next
//! start, and left out by copies of the folder.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The end of a name under which a file is written.
const STAGED: &str = "#1";

/// See the module.
pub(super) struct NumberedFiles {
    folder: PathBuf,
    /// What stands before the number.
    stem: &'static str,
}

impl NumberedFiles {
    /// Makes the folder if need be, and removes what was left half-written.
    pub(super) fn open(folder: &Path, stem: &'static str) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        sync_parent(folder)?;
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(STAGED) {
                std::fs::remove_file(path)?;
            }
        }
        let folder = folder.into();
        Ok(Self { folder, stem })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn path(&self, number: u32) -> PathBuf {
        self.folder.join(format!("{}-{number}.bin", self.stem))
    }

    /// Of those that are there, ascending; 0 is none.
    pub(super) fn numbers(&self) -> io::Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let rest = name.to_str().and_then(|n| n.strip_prefix(self.stem));
            let digits = rest.and_then(|n| n.strip_prefix('-')?.strip_suffix(".bin"));
            let number = digits.and_then(|digits| digits.parse().ok());
            numbers.extend(number.filter(|n: &u32| *n > 0));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Writes one; it is on disk when this returns.
    pub(super) fn put(&self, number: u32, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(number);
        let mut staged = path.clone().into_os_string();
        staged.push(STAGED);
        let mut file = File::create(&staged)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&staged, &path)?;
        sync_parent(&path)
    }

    pub(super) fn read(&self, number: u32) -> io::Result<Vec<u8>> {
        std::fs::read(self.path(number))
    }

    pub(super) fn remove(&self, number: u32) -> io::Result<()> {
        std::fs::remove_file(self.path(number))
    }
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
