//! Feeds as files of any length, for import: CSV row by row, anything else line by line.
//!
//! Promises: memory is that of one row, however long a line is; of a line that is too long the
//! beginning is refused and the rest passed over; times may be of any age. Of a CSV file, whose rows
//! may hold line ends, a row that never ends is the end of reading.

use super::gather::GatheredRows;
use super::reader::Reader;
use super::shape::{CsvTable, TableHead, csv_lines};
use super::{FeedRow, Notes};
use crate::ingest::codec::Malformed;
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::vec;

/// Bytes of a line that holds a whole answer.
const LONGEST_LINE: u64 = 16 << 20;

/// Bytes of a first line, which tells the delimiter.
const FIRST_LINE: usize = 64 << 10;

/// Bytes of a row of CSV, with all that a reader takes in at once.
const LONGEST_ROW: usize = 2 << 20;

/// Why a file cannot be read on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct LineFault {
    pub line: u64,
    pub why: String,
}

/// The rows of a file. After an error there are none.
#[derive(Debug)]
pub struct Lines<'r, R> {
    reader: &'r Reader,
    form: LineForm<R>,
    gathered: GatheredRows,
    ready: vec::IntoIter<FeedRow>,
    line: u64,
}

enum LineForm<R> {
    Table(Box<CsvTable<Bounded<R>>>, Arc<AtomicUsize>),
    Lines(R, Vec<u8>),
    Ended,
}

impl<R> std::fmt::Debug for LineForm<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Table(..) => "a table",
            Self::Lines(..) => "lines",
            Self::Ended => "ended",
        })
    }
}

impl Reader {
    /// The rows of a file: CSV where the feed's shape is that; else each line is an answer, or a row
    /// where the mapping has no `rows`. Their texts are kept of those alone that are refused.
    ///
    /// # Errors
    /// There is no table in it.
    pub fn read_lines<R: BufRead>(&self, mut input: R) -> Result<Lines<'_, R>, LineFault> {
        let first = |why| LineFault { line: 1, why };
        let form = if self.shape.name == "csv" {
            let buffer = input.fill_buf().map_err(|e| first(e.to_string()))?;
            let beginning = buffer[..buffer.len().min(FIRST_LINE)].to_vec();
            let left = Arc::new(AtomicUsize::new(LONGEST_ROW));
            let bounded = Bounded {
                input,
                left: left.clone(),
            };
            let table = csv_lines(&self.feed, &beginning, bounded).map_err(|e| first(e.0))?;
            LineForm::Table(Box::new(table), left)
        } else {
            LineForm::Lines(input, Vec::new())
        };
        let mut gathered = self.feed.gather(None);
        gathered.payloads = false;
        Ok(Lines {
            reader: self,
            form,
            gathered,
            ready: Vec::new().into_iter(),
            line: 0,
        })
    }
}

impl Reader {
    /// What the lines of a CSV file are read under: for files that are read by many at once, each line
    /// a row. `first` is the first line.
    ///
    /// # Errors
    /// The mapping reads no column of it.
    pub fn table(&self, first: &[u8]) -> Result<TableHead, Malformed> {
        TableHead::new(&self.feed, first)
    }

    /// What a line of such a file says. As [`Reader::read_lines`] has it.
    #[must_use]
    pub fn table_line(&self, head: &TableHead, line: &[u8]) -> Vec<FeedRow> {
        let mut gathered = self.feed.gather(None);
        gathered.payloads = false;
        head.take(&self.feed, line, &mut gathered);
        gathered.answer.rows
    }
}

impl<R: BufRead> Lines<'_, R> {
    /// What was odd so far.
    #[must_use]
    pub fn notes(&self) -> &Notes {
        &self.gathered.answer.notes
    }

    /// The line that the last row came from.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// Reads on; `false`: there is nothing left.
    fn gather(&mut self) -> Result<bool, String> {
        match &mut self.form {
            LineForm::Ended => Ok(false),
            LineForm::Table(table, left) => {
                left.store(LONGEST_ROW, Ordering::Relaxed);
                self.line = table.line();
                table
                    .next(&self.reader.feed, &mut self.gathered)
                    .map_err(|e| e.0)
            }
            LineForm::Lines(input, line) => {
                line.clear();
                self.line += 1;
                let read = input.by_ref().take(LONGEST_LINE).read_until(b'\n', line);
                if read.map_err(|e| e.to_string())? == 0 {
                    return Ok(false);
                }
                if line.last() != Some(&b'\n') && line.len() as u64 == LONGEST_LINE {
                    pass_line(input).map_err(|e| e.to_string())?;
                    self.gathered
                        .too_large(&String::from_utf8_lossy(&line[..2048]));
                    return Ok(true);
                }
                if line.trim_ascii().is_empty() {
                    return Ok(true);
                }
                match self.reader.gather_line(line, &mut self.gathered) {
                    Ok(()) => {}
                    Err(Malformed(why)) => {
                        let text = String::from_utf8_lossy(&line[..line.len().min(2048)]);
                        self.gathered.unreadable(why, &text);
                    }
                }
                Ok(true)
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<'_, R> {
    type Item = Result<FeedRow, LineFault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.ready.next() {
                return Some(Ok(row));
            }
            match self.gather() {
                Ok(true) => {
                    // One row at a time, as a rule: it is handed out without a list.
                    let rows = &mut self.gathered.answer.rows;
                    if rows.len() == 1 {
                        return rows.pop().map(Ok);
                    }
                    self.ready = std::mem::take(rows).into_iter();
                }
                Ok(false) => {
                    self.form = LineForm::Ended;
                    return None;
                }
                Err(why) => {
                    self.form = LineForm::Ended;
                    let line = self.line;
                    return Some(Err(LineFault { line, why }));
                }
            }
        }
    }
}

/// Reads to the end of the line, keeping nothing.
fn pass_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        if let Some(end) = buffer.iter().position(|b| *b == b'\n') {
            input.consume(end + 1);
            return Ok(());
        }
        let len = buffer.len();
        input.consume(len);
    }
}

/// Ends with an error once more is read than may be in one row.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    input: R,
    left: Arc<AtomicUsize>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            let why = "a row of more than 2 MiB: is a quotation mark not closed?";
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        let end = left.min(buffer.len());
        let read = self.input.read(&mut buffer[..end])?;
        self.left.store(left - read, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
