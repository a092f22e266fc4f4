//! A file of the past, opened by its name (gzip, zstd or plain) and handed out as pieces of whole lines.
//!
//! Promises: what cannot be read is found before anything is imported ([`Input::look`]); a line that is
//! longer than the limit takes no memory and costs only itself; where a compressed file ends in the
//! middle, what could be read of it stands. Memory: a piece, and a line.

use super::line_format::{ImportFormat, OpenedFile};
use super::refusal::ImportReason;
use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a piece; few enough in tests that even a small file has several.
const PIECE: usize = if cfg!(test) { 1 << 14 } else { 1 << 20 };

/// How much of a file its mark is made of.
const MARKED: usize = 1 << 16;

/// A file to be imported.
#[derive(Clone)]
pub struct Input {
    pub path: PathBuf,
    /// As the operator has named it.
    pub name: Arc<str>,
    pub opened: OpenedFile,
    /// Tells that the file is still the one it was.
    pub mark: Mark,
}

/// What a file looked like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub path: String,
    pub bytes: u64,
    /// Of its beginning.
    pub crc32c: u32,
}

/// Where in a file reading goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePlace {
    /// Bytes before it, uncompressed.
    pub offset: u64,
    /// Lines before it.
    pub line: u64,
}

/// Some whole lines.
#[derive(Debug, Default)]
pub struct Piece {
    pub lines: Vec<u8>,
    /// The number of the first, from 1 on.
    pub first: u64,
    /// Where the next piece begins.
    pub end: FilePlace,
    /// What of the file never came to be a line: where, and why.
    pub refused: Option<(u64, ImportReason, String)>,
}

impl Input {
    /// Looks at the beginning of a file.
    ///
    /// # Errors
    /// Why it is nothing to be imported: named, for a human.
    pub fn look(path: &Path, format: &dyn ImportFormat, longest: usize) -> Result<Self, String> {
        let name: Arc<str> = path.display().to_string().into();
        let fail = |e: &io::Error| format!("{name}: {e}");
        let meta = std::fs::metadata(path).map_err(|e| fail(&e))?;
        if meta.is_dir() {
            return Err(format!("{name}: is a folder; name the files in it"));
        }
        if meta.len() == 0 {
            return Err(format!("{name}: is empty"));
        }
        let mut begin = Vec::new();
        let file = File::open(path).map_err(|e| fail(&e))?;
        let read = file.take(MARKED as u64).read_to_end(&mut begin);
        read.map_err(|e| fail(&e))?;
        let whole = path.canonicalize().map_err(|e| fail(&e))?;
        let mark = Mark {
            path: whole.display().to_string(),
            bytes: meta.len(),
            crc32c: crc32c::crc32c(&begin),
        };
        let first = first_line(path, longest).map_err(|e| fail(&e))?;
        let first = first.ok_or_else(|| format!("{name}: holds no line"))?;
        let opened = format
            .open(&first)
            .map_err(|why| format!("{name}: {why}"))?;
        Ok(Self {
            path: path.to_owned(),
            name,
            opened,
            mark,
        })
    }
}

/// The first line that is not empty, or its beginning.
fn first_line(path: &Path, longest: usize) -> io::Result<Option<Vec<u8>>> {
    let mut from = open(path, Arc::default())?;
    let mut begin = vec![0; longest.max(4096)];
    let mut there = 0;
    loop {
        match from.read(&mut begin[there..]) {
            Ok(0) => break,
            Ok(n) => there += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            // As much as there is.
            Err(_) if there > 0 => break,
            Err(e) => return Err(e),
        }
    }
    let lines = without_mark(&begin[..there]).split(|b| *b == b'\n');
    let mut lines = lines.map(<[u8]>::trim_ascii).filter(|l| !l.is_empty());
    Ok(lines.next().map(<[u8]>::to_vec))
}

/// Without the mark that some programs begin a text with.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// The bytes of a file as they were before it was compressed. `read` grows by what is read of it.
fn open(path: &Path, read: Arc<AtomicU64>) -> io::Result<Box<dyn Read>> {
    let from = Counted {
        file: File::open(path)?,
        read,
    };
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    Ok(match ending.to_ascii_lowercase().as_str() {
        "gz" | "gzip" => Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(
            1 << 16,
            from,
        ))),
        "zst" | "zstd" => Box::new(zstd::stream::read::Decoder::new(from)?),
        _ => Box::new(from),
    })
}

struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(into)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// The pieces of a file, one after the other.
pub struct Pieces {
    from: Box<dyn Read>,
    /// Read, and not handed out.
    rest: Vec<u8>,
    /// What `rest` begins at.
    at: FilePlace,
    longest: usize,
    /// Within a line that is too long: its bytes so far.
    over: Option<u64>,
    ended: bool,
    cut: Option<String>,
}

impl Pieces {
    /// From a place on, which a piece has named. `read` grows by what is read of the file.
    ///
    /// # Errors
    /// When the file cannot be read up to there.
    pub fn open(
        input: &Input,
        from: FilePlace,
        longest: usize,
        read: Arc<AtomicU64>,
    ) -> io::Result<Self> {
        let mut bytes = open(&input.path, read)?;
        let before = io::copy(&mut bytes.as_mut().take(from.offset), &mut io::sink())?;
        if before < from.offset {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Self {
            from: bytes,
            rest: Vec::new(),
            at: from,
            longest,
            over: None,
            ended: false,
            cut: None,
        })
    }

    fn fill(&mut self) {
        let begin = self.rest.len();
        self.rest.resize(begin + PIECE, 0);
        let mut there = begin;
        while there < self.rest.len() && !self.ended {
            match self.from.read(&mut self.rest[there..]) {
                Ok(0) => self.ended = true,
                Ok(n) => there += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.ended = true;
                    self.cut = Some(format!("it cannot be read further: {e}"));
                }
            }
        }
        self.rest.truncate(there);
    }

    /// Passes over the rest of a line that is too long. Whether it has ended.
    fn pass(&mut self) -> bool {
        let end = self.rest.iter().position(|b| *b == b'\n');
        let gone = end.map_or(self.rest.len(), |end| end + 1);
        *self.over.get_or_insert(0) += gone as u64;
        self.at.offset += gone as u64;
        self.rest.drain(..gone);
        end.is_some() || (self.ended && self.rest.is_empty())
    }

    fn too_long(&mut self) -> Piece {
        let first = self.at.line + 1;
        self.at.line = first;
        let bytes = self.over.take().unwrap_or_default();
        let why = format!("{bytes} bytes; at most {} are taken", self.longest);
        Piece {
            first,
            end: self.at,
            refused: Some((first, ImportReason::TooLarge, why)),
            ..Piece::default()
        }
    }
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            if self.rest.len() <= self.longest && !self.ended {
                self.fill();
            }
            if self.over.is_some() {
                if self.pass() {
                    return Some(self.too_long());
                }
                continue;
            }
            let end = self.rest.iter().rposition(|b| *b == b'\n');
            let end = end.map(|end| end + 1);
            let end = end.or((self.ended && !self.rest.is_empty()).then_some(self.rest.len()));
            if let Some(end) = end {
                let mut lines = std::mem::take(&mut self.rest);
                self.rest = lines.split_off(end);
                let first = self.at.line + 1;
                let breaks = lines.split(|b| *b == b'\n').count() as u64 - 1;
                self.at.line += breaks + u64::from(!lines.ends_with(b"\n"));
                self.at.offset += end as u64;
                if first == 1 {
                    let mark = lines.len() - without_mark(&lines).len();
                    lines.drain(..mark);
                }
                return Some(Piece {
                    lines,
                    first,
                    end: self.at,
                    refused: None,
                });
            }
            if self.rest.len() > self.longest {
                self.over = Some(0);
                continue;
            }
            let why = self.cut.take()?;
            return Some(Piece {
                first: self.at.line + 1,
                end: self.at,
                refused: Some((self.at.line + 1, ImportReason::Cut, why)),
                ..Piece::default()
            });
        }
    }
}
