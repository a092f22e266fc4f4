//! Files that a feed's mapping reads: a line is an answer of the feed, or a row of it; of CSV a row under
//! the file's header.
//!
//! As the feed's own door has it, but of any age. Running totals say nothing of the past by
//! themselves, and are refused. Dear: a row of CSV is read with the header before it, some microseconds.

use super::line_format::{ImportFormat, LineReader, OpenedFile};
use crate::ingest::codec::{Malformed, Said};
use crate::ingest::connector::{FeedConfig, FeedRow, Reader};
use std::borrow::Cow;
use std::sync::Arc;

/// See the module.
pub struct Mapped {
    name: String,
    source: Arc<str>,
    reader: Arc<Reader>,
    is_table: bool,
    has_header: bool,
}

impl Mapped {
    /// By the mapping of this feed.
    ///
    /// # Errors
    /// What is wrong with it, naming the feed and the key.
    pub fn new(feed: &FeedConfig) -> Result<Self, String> {
        let is_table = feed.shape == "csv";
        let csv = feed.csv.as_ref();
        let headless = csv.and_then(|csv| csv.get("header")?.as_bool()) == Some(false);
        Ok(Self {
            name: format!("mapping:{}", feed.name),
            source: feed.source().into(),
            reader: Arc::new(Reader::new(feed)?.of_any_age()),
            is_table,
            has_header: is_table && !headless,
        })
    }
}

impl ImportFormat for Mapped {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, first: &[u8]) -> Result<OpenedFile, String> {
        if first.contains(&0) {
            return Err(format!("its first line is no text, as {} reads", self.name));
        }
        let mut header = Vec::new();
        if self.has_header {
            header.extend_from_slice(first);
            header.push(b'\n');
        }
        let lines = MappedLines {
            source: self.source.clone(),
            reader: self.reader.clone(),
            is_table: self.is_table,
            header,
        };
        Ok(OpenedFile {
            reader: Arc::new(lines),
            has_header: self.has_header,
            watches: false,
        })
    }
}

struct MappedLines {
    source: Arc<str>,
    reader: Arc<Reader>,
    is_table: bool,
    header: Vec<u8>,
}

impl MappedLines {
    fn rows(&self, line: &[u8]) -> Result<Vec<FeedRow>, Malformed> {
        let malformed = |why: String| Malformed(why);
        let text: Cow<'_, [u8]> = if self.header.is_empty() {
            Cow::Borrowed(line)
        } else {
            Cow::Owned([&self.header, line].concat())
        };
        let rows = self
            .reader
            .read_lines(&*text)
            .map_err(|e| malformed(e.why))?;
        rows.map(|row| row.map_err(|e| malformed(e.why))).collect()
    }
}

impl LineReader for MappedLines {
    fn read<'a>(&self, line: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
        for row in self.rows(line)? {
            let said = match row.said {
                Ok(Said::Present(_)) if row.flow.is_some() => {
                    Err("running totals of what went in and out are not imported".to_owned())
                }
                Ok(said) => Ok(said),
                Err((_, why)) => Err(why),
            };
            out.push(said.unwrap_or_else(|why| Said::Unreadable(Malformed(why))));
        }
        Ok(())
    }

    fn source<'a>(&self, _: &'a [u8]) -> Option<Cow<'a, str>> {
        Some(Cow::Owned(self.source.to_string()))
    }

    /// The columns of a table have no names in the line itself.
    fn shown<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        if !self.is_table {
            return Cow::Borrowed(line);
        }
        let rows = self.rows(line).unwrap_or_default();
        let row = rows.into_iter().next();
        Cow::Owned(row.map_or_else(Vec::new, |row| row.payload.as_bytes().to_vec()))
    }
}
