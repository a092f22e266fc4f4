//! The audit log read back, the newest first.
//!
//! Promises: a page costs a piece of a file at a time, however much is kept and whatever stands in it; a line
//! that was not written whole, or is none of ours, is passed over; a place that was told stays good while
//! its file is kept, also when that becomes the previous one. Dear: a question that few lines answer reads
//! both files.

use crate::serve::{AdminCall, AuditQuestion, NotePage, NotePlace};
use std::fs::File;
use std::hash::{DefaultHasher, Hasher as _};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// So much is read at once, bytes.
const PIECE: usize = 64 << 10;

/// A line longer than this is none that the hub has written.
const LONGEST: usize = 64 << 10;

/// A file is known by so much of its first line, bytes: nothing before its end is written anew.
const HEAD: usize = 1024;

/// How often a turn of the files is looked for before one is read twice.
const TURNS: usize = 3;

/// What of the newer and the older of two files is asked for.
///
/// # Errors
/// When the disk refuses.
pub(super) fn read(paths: &[PathBuf; 2], asked: &AuditQuestion) -> io::Result<NotePage> {
    let mut files = open(paths)?;
    if let Some(place) = asked.before {
        // What is newer than the place is not looked at; of a file that has gone nothing older is kept.
        while files.first().is_some_and(|file| file.name != place.file) {
            files.remove(0);
        }
    }
    let mut calls: Vec<AdminCall> = Vec::new();
    let mut last = None;
    for file in &files {
        let before = asked.before.filter(|place| place.file == file.name);
        let mut lines = Backwards::new(&file.file, before.map(|place| place.at))?;
        while let Some((at, line)) = lines.next()? {
            let call = serde_json::from_slice(&line).ok();
            let Some(call) = call.filter(|call: &AdminCall| call.kind() == asked.kind) else {
                continue;
            };
            if calls.len() == asked.limit {
                return Ok((calls, last));
            }
            calls.push(call);
            last = Some(NotePlace {
                file: file.name,
                at,
            });
        }
    }
    Ok((calls, None))
}

/// A file that is there.
struct NotesFile {
    file: File,
    name: u64,
}

/// Those that are there, the newer first, each once: the newer may become the older while they are opened.
fn open([newer, older]: &[PathBuf; 2]) -> io::Result<Vec<NotesFile>> {
    let mut files: Vec<NotesFile> = Vec::new();
    for _ in 0..TURNS {
        let both = [open_one(newer)?, open_one(older)?];
        files = both.into_iter().flatten().collect();
        if files.first().map(|file| file.name) != files.get(1).map(|file| file.name) {
            return Ok(files);
        }
    }
    files.truncate(1);
    Ok(files)
}

fn open_one(path: &Path) -> io::Result<Option<NotesFile>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut head = [0; HEAD];
    let mut filled = 0;
    while filled < HEAD {
        match file.read_at(&mut head[filled..], filled as u64)? {
            0 => break,
            n => filled += n,
        }
    }
    let line = head[..filled].split(|b| *b == b'\n').next();
    let mut name = DefaultHasher::new();
    name.write(line.unwrap_or_default());
    let name = name.finish();
    Ok(Some(NotesFile { file, name }))
}

/// Lines of a file, the last first.
struct Backwards<'f> {
    file: &'f File,
    /// What lies before this has not been read.
    from: u64,
    /// What has, and was not given away.
    held: Vec<u8>,
    /// Whether `held` ends where a line does.
    is_whole: bool,
}

impl<'f> Backwards<'f> {
    /// Before a place where a line begins; all for `None`.
    fn new(file: &'f File, before: Option<u32>) -> io::Result<Self> {
        let len = file.metadata()?.len();
        let from = before.map_or(len, |at| u64::from(at).min(len));
        Ok(Self {
            file,
            from,
            held: Vec::new(),
            is_whole: false,
        })
    }

    /// A line without its end, and where it begins.
    fn next(&mut self) -> io::Result<Option<(u32, Vec<u8>)>> {
        loop {
            // The end of the last line that is held ends none before it.
            let before = self.held.len().saturating_sub(self.is_whole.into());
            let ends = self.held[..before].iter().rposition(|b| *b == b'\n');
            if let Some(end) = ends {
                let line = self.held.split_off(end + 1);
                if let Some(line) = self.line(end + 1, line) {
                    return Ok(Some(line));
                }
                continue;
            }
            if self.from == 0 {
                let is_line = !self.held.is_empty();
                let line = std::mem::take(&mut self.held);
                return Ok(self.line(0, line).filter(|_| is_line));
            }
            if self.held.len() > LONGEST {
                self.held.clear();
                self.is_whole = false;
            }
            let piece = self.from.min(PIECE as u64);
            let mut read = vec![0; piece as usize];
            self.file.read_exact_at(&mut read, self.from - piece)?;
            self.from -= piece;
            read.append(&mut self.held);
            self.held = read;
        }
    }

    /// What stood at `at` of what is held. What the file ends with is a line only with its end.
    fn line(&mut self, at: usize, mut line: Vec<u8>) -> Option<(u32, Vec<u8>)> {
        let was_whole = std::mem::replace(&mut self.is_whole, true);
        line.pop();
        let at = self.from + at as u64;
        was_whole.then_some((u32::try_from(at).ok()?, line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::NoteKind;

    const ALL: AuditQuestion = AuditQuestion {
        kind: NoteKind::Act,
        before: None,
        limit: 500,
    };

    fn line(n: usize) -> String {
        let call = AdminCall {
            at: format!("2026-11-23T02:00:00.{n:03}Z"),
            key: Some("ops".into()),
            partner: Some("lta".into()),
            method: "DELETE".into(),
            path: format!("/v1/admin/{n}"),
            status: Some(200),
            peer: None,
            request: None,
        };
        serde_json::to_string(&call).unwrap() + "\n"
    }

    struct NotesFolder(tempfile::TempDir);

    impl NotesFolder {
        /// The older file and the newer.
        fn of(older: &str, newer: &str) -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            folder.write(older, newer);
            folder
        }

        fn write(&self, older: &str, newer: &str) {
            let [current, previous] = self.paths();
            std::fs::write(current, newer).unwrap();
            std::fs::write(previous, older).unwrap();
        }

        fn paths(&self) -> [PathBuf; 2] {
            ["current", "previous"].map(|name| self.0.path().join(name))
        }

        fn read(&self, asked: &AuditQuestion) -> (Vec<usize>, Option<NotePlace>) {
            let (calls, next) = read(&self.paths(), asked).unwrap();
            let number = |call: &AdminCall| call.path.rsplit('/').next().unwrap().parse().unwrap();
            (calls.iter().map(number).collect(), next)
        }
    }

    fn lines(of: std::ops::Range<usize>) -> String {
        of.map(line).collect()
    }

    #[test]
    fn pages_go_on_from_file_to_file_and_over_a_turn_of_them() {
        let folder = NotesFolder::of(&lines(0..3), &lines(3..10));
        let page = |before| {
            let asked = AuditQuestion {
                before,
                limit: 4,
                ..ALL
            };
            folder.read(&asked)
        };
        let (first, next) = page(None);
        assert_eq!(first, [9, 8, 7, 6]);
        assert_eq!(page(next).0, [5, 4, 3, 2]);
        // What was the newer file is the older one now.
        folder.write(&lines(3..10), &lines(10..12));
        assert_eq!(page(next), (vec![5, 4, 3], None));
        // And now it is gone.
        folder.write(&lines(10..12), &lines(12..13));
        assert_eq!(page(next), (vec![], None));
        let (all, next) = folder.read(&ALL);
        assert_eq!((all, next), (vec![12, 11, 10], None));
    }

    #[test]
    fn of_a_file_in_which_an_older_hub_kept_all_only_what_was_asked_for_is_told() {
        let looked = lines(0..3).replace("DELETE", "GET");
        let folder = NotesFolder::of("", &(looked + &lines(3..5)));
        assert_eq!(folder.read(&ALL), (vec![4, 3], None));
        let looks = AuditQuestion {
            kind: NoteKind::Look,
            limit: 2,
            ..ALL
        };
        let (first, before) = folder.read(&looks);
        assert_eq!(first, [2, 1]);
        let rest = AuditQuestion { before, ..looks };
        assert_eq!(folder.read(&rest), (vec![0], None));
    }

    #[test]
    fn torn_foreign_and_endless_lines_are_passed_over() {
        let torn = lines(2..3).trim_end().to_owned();
        for (text, whole) in [
            (lines(0..2) + &torn, vec![1, 0]),
            (lines(0..1) + "no JSON\n\n{}\n" + &lines(1..2), vec![1, 0]),
            (
                lines(0..1) + &"x".repeat(5 * PIECE + 7) + "\n" + &lines(1..2),
                vec![1, 0],
            ),
            ("x".repeat(3 * PIECE), vec![]),
            (torn.clone(), vec![]),
            (String::new(), vec![]),
        ] {
            let folder = NotesFolder::of("", &text);
            assert_eq!(folder.read(&ALL), (whole, None), "{} bytes", text.len());
        }
    }

    #[test]
    fn lines_at_the_edges_of_pieces_are_whole() {
        // Some three pieces, which end at any byte of a line.
        let folder = NotesFolder::of("", &lines(0..1000));
        let mut asked = ALL;
        let mut all = Vec::new();
        loop {
            let (page, next) = folder.read(&asked);
            all.extend(page);
            asked.before = next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(all, (0..1000).rev().collect::<Vec<_>>());
    }

    #[test]
    fn a_file_under_both_names_is_read_once_and_none_is_no_error() {
        let folder = NotesFolder::of(&lines(0..3), &lines(0..3));
        assert_eq!(folder.read(&ALL).0, [2, 1, 0]);
        let none = tempfile::tempdir().unwrap();
        let paths = ["a", "b"].map(|name| none.path().join(name));
        assert_eq!(read(&paths, &ALL).unwrap(), (vec![], None));
    }
}
