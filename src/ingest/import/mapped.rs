//! Files that a feed's mapping reads: a line is an answer of the feed, or a row of it; of CSV a row under
//! the file's header.
//!
//! As the feed's own door has it, but of any age. Running totals say nothing of the past by
//! themselves, and are refused. Dear: nothing beyond reading; the header of a table is
//! understood once.

use super::line_format::{ImportFormat, LineReader, OpenedFile};
use crate::ingest::codec::{Malformed, Said};
use crate::ingest::connector::{FeedConfig, FeedRow, Reader, TableHead};
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
        let table = self.is_table.then(|| self.reader.table(first)).transpose();
        let lines = MappedLines {
            source: self.source.clone(),
            reader: self.reader.clone(),
            table: table.map_err(|e| e.0)?,
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
    /// What the rows of a table are read under.
    table: Option<TableHead>,
}

impl MappedLines {
    fn rows(&self, line: &[u8]) -> Result<Vec<FeedRow>, Malformed> {
        if let Some(table) = &self.table {
            return Ok(self.reader.table_line(table, line));
        }
        let malformed = |why: String| Malformed(why);
        let rows = self.reader.read_lines(line).map_err(|e| malformed(e.why))?;
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

    fn source<'a>(&'a self, _: &'a [u8]) -> Option<Cow<'a, str>> {
        Some(Cow::Borrowed(&*self.source))
    }

    /// The columns of a table have no names in the line itself.
    fn shown<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        if self.table.is_none() {
            return Cow::Borrowed(line);
        }
        let rows = self.rows(line).unwrap_or_default();
        let row = rows.into_iter().next();
        Cow::Owned(row.map_or_else(Vec::new, |row| row.payload.as_bytes().to_vec()))
    }
}
