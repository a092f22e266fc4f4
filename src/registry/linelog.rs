//! An append-only text file of lines that is durable line by line.
//!
//! Promises: when `append` returns `Ok` the lines are on disk; when it returns an error the file
//! holds none of them, or refuses all further appends. A last line cut short by a crash is removed
//! at the next start, with a warning. Dear: an append waits for the disk.

use super::RegistryError;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The file, open for appending.
pub(super) struct LineLog {
    path: PathBuf,
    file: File,
    /// Bytes that are known to be on disk.
    len: u64,
    /// Length before the last append, for taking it back.
    before: u64,
    /// A failed append could not be undone: what the file holds is not known.
    broken: bool,
}

impl LineLog {
    /// Opens or creates the file and returns it with its whole lines.
    pub(super) fn open(path: &Path) -> Result<(Self, String), RegistryError> {
        let fail = |what: &str, e: &dyn std::fmt::Display| {
            RegistryError(format!("{}: {what}: {e}", path.display()))
        };
        let is_new = !path.exists();
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|e| fail("cannot open", &e))?;
        if is_new {
            file.sync_all()
                .and_then(|()| sync_folder(path))
                .map_err(|e| fail("cannot create", &e))?;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|e| fail("cannot read", &e))?;
        let whole = bytes
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1);
        if whole < bytes.len() {
            tracing::warn!(
                file = %path.display(),
                bytes = bytes.len() - whole,
                "cut a last line that was not whole",
            );
            bytes.truncate(whole);
            file.set_len(whole as u64)
                .and_then(|()| file.sync_all())
                .map_err(|e| fail("cannot cut", &e))?;
        }
        file.seek(SeekFrom::Start(whole as u64))
            .map_err(|e| fail("cannot seek", &e))?;
        let text = String::from_utf8(bytes).map_err(|e| fail("not UTF-8", &e))?;
        let len = whole as u64;
        Ok((
            Self {
                path: path.to_owned(),
                file,
                len,
                before: len,
                broken: false,
            },
            text,
        ))
    }

    /// Lines of the last append.
    #[cfg(test)]
    pub(super) fn last_append(&self) -> usize {
        let text = std::fs::read_to_string(&self.path).expect("the file");
        text[self.before as usize..self.len as usize]
            .lines()
            .count()
    }

    /// Appends `lines` (each ending in a newline) and waits until they are on disk.
    pub(super) fn append(&mut self, lines: &[u8]) -> Result<(), RegistryError> {
        if self.broken {
            return Err(RegistryError(format!(
                "{}: an earlier write failed; restart the hub",
                self.path.display()
            )));
        }
        self.before = self.len;
        if let Err(e) = self
            .file
            .write_all(lines)
            .and_then(|()| self.file.sync_data())
        {
            self.cut_to(self.before);
            return Err(RegistryError(format!(
                "{}: cannot write: {e}",
                self.path.display()
            )));
        }
        self.len += lines.len() as u64;
        Ok(())
    }

    /// Bytes that are known to be on disk.
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// Takes the last append back, because what it belonged to failed.
    pub(super) fn undo(&mut self) {
        self.cut_to(self.before);
    }

    /// Replaces the whole content by way of a second file, so that a crash leaves either the old or
    /// the new. The old stays beside it (`.before`) for [`settle_rewrite`]: who remembers what the
    /// file held can then tell a rewrite that was not told of yet from a loss.
    pub(super) fn rewrite(&mut self, lines: &[u8]) -> Result<(), RegistryError> {
        let next = self.path.with_extension("next");
        let swap = || -> std::io::Result<File> {
            let mut file = File::create(&next)?;
            file.write_all(lines)?;
            file.sync_all()?;
            std::fs::copy(&self.path, before(&self.path))?;
            std::fs::rename(&next, &self.path)?;
            sync_folder(&self.path)?;
            Ok(file)
        };
        self.file = swap()
            .map_err(|e| RegistryError(format!("{}: cannot rewrite: {e}", self.path.display())))?;
        self.len = lines.len() as u64;
        self.before = self.len;
        Ok(())
    }

    /// A log whose disk is full.
    #[cfg(test)]
    pub(super) fn refusing() -> Self {
        let path = PathBuf::from("/dev/full");
        let file = OpenOptions::new()
            .write(true)
            .open(&path)
            .expect("there on any Linux");
        Self {
            path,
            file,
            len: 0,
            before: 0,
            broken: false,
        }
    }

    fn cut_to(&mut self, len: u64) {
        let cut = self
            .file
            .set_len(len)
            .and_then(|()| self.file.seek(SeekFrom::Start(len)))
            .and_then(|_| self.file.sync_data());
        match cut {
            Ok(()) => self.len = len,
            Err(e) => {
                tracing::error!(
                    file = %self.path.display(),
                    error = %e,
                    "a failed write could not be taken back",
                );
                self.broken = true;
            }
        }
    }
}

/// What a file of lines held before it was rewritten.
pub(super) fn before(path: &Path) -> PathBuf {
    path.with_extension("before")
}

/// Removes what a file held before it was rewritten, once that is told of elsewhere.
pub(super) fn settle_rewrite(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(before(path)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Makes a new or renamed entry of the folder durable.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_outlive_the_process_and_a_torn_one_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let (mut log, text) = LineLog::open(&path).unwrap();
        assert_eq!(text, "");
        log.append(b"one\ntwo\n").unwrap();
        log.append(b"three\n").unwrap();
        log.undo();
        log.append(b"four\n").unwrap();
        log.file.write_all(b"torn").unwrap();
        let (mut log, text) = LineLog::open(&path).unwrap();
        assert_eq!(text, "one\ntwo\nfour\n");
        log.append(b"five\n").unwrap();
        assert_eq!(LineLog::open(&path).unwrap().1, "one\ntwo\nfour\nfive\n");
        log.rewrite(b"all\n").unwrap();
        log.append(b"new\n").unwrap();
        assert_eq!(LineLog::open(&path).unwrap().1, "all\nnew\n");
        let names = || std::fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(
            std::fs::read(before(&path)).unwrap(),
            b"one\ntwo\nfour\nfive\n",
            "what it held stays until that is settled"
        );
        settle_rewrite(&path).unwrap();
        settle_rewrite(&path).unwrap();
        assert_eq!(names(), 1, "no second file left behind");
    }

    #[test]
    fn a_disk_that_refuses_is_an_error_and_leaves_nothing_behind() {
        let mut log = LineLog::refusing();
        let e = log.append(b"line\n").unwrap_err().to_string();
        assert!(e.contains("/dev/full") && e.contains("cannot write"), "{e}");
        assert!(
            log.append(b"line\n")
                .unwrap_err()
                .to_string()
                .contains("restart"),
            "it could not be cut"
        );
    }
}
