//! Lines of a CSV file, each a row, under a header that was read once.
//!
//! Promise: a line says the same as it would in a table that is read whole, as long as no row holds a
//! line end. Dear: making what splits lines, a state machine, which costs more than a row; it is used
//! again.

use super::super::gather::{CompiledFeed, GatheredRows};
use super::csv::{Cells, Header, take};
use crate::ingest::codec::Malformed;
use csv_core::ReadRecordResult;
use encoding_rs::Encoding;
use std::sync::{Mutex, PoisonError};

/// What the lines of a file are read under.
#[derive(Debug)]
pub struct TableHead {
    /// As many as threads have ever read at once.
    idle: Mutex<Vec<SplitLine>>,
    delimiter: u8,
    header: Header,
    charset: Option<&'static Encoding>,
}

impl TableHead {
    /// Out of the first line, which names the columns or, where the dialect has no header, only shows
    /// how many there are.
    ///
    /// # Errors
    /// The mapping reads no column of it.
    pub(in super::super) fn new(feed: &CompiledFeed, first: &[u8]) -> Result<Self, Malformed> {
        let delimiter = feed.dialect.delimiter(first);
        let charset = feed.dialect.charset;
        let mut cells = SplitLine::by(delimiter);
        cells.split(first);
        Ok(Self {
            header: Header::of_first(&cells, feed, charset)?,
            idle: Mutex::new(vec![cells]),
            delimiter,
            charset,
        })
    }

    /// Reads a line.
    pub(in super::super) fn take(&self, feed: &CompiledFeed, line: &[u8], to: &mut GatheredRows) {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let own = idle().pop();
        let mut cells = own.unwrap_or_else(|| SplitLine::by(self.delimiter));
        cells.split(line);
        take(feed, &cells, &self.header, self.charset, to);
        idle().push(cells);
    }
}

/// The fields of a line, and what splits lines into them.
#[derive(Debug)]
struct SplitLine {
    splitter: csv_core::Reader,
    bytes: Vec<u8>,
    /// Where each ends; behind them there may be more.
    ends: Vec<usize>,
    fields: usize,
}

impl SplitLine {
    fn by(delimiter: u8) -> Self {
        Self {
            splitter: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            bytes: vec![0; 256],
            ends: vec![0; 32],
            fields: 0,
        }
    }

    fn split(&mut self, line: &[u8]) {
        self.splitter.reset();
        let mut read = 0;
        let mut written = 0;
        self.fields = 0;
        loop {
            let (outcome, taken, put, ended) = self.splitter.read_record(
                &line[read..],
                &mut self.bytes[written..],
                &mut self.ends[self.fields..],
            );
            read += taken;
            written += put;
            self.fields += ended;
            match outcome {
                // What follows is nothing: that ends the row.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bytes.resize(self.bytes.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
    }
}

impl Cells for SplitLine {
    fn len(&self) -> usize {
        self.fields
    }

    fn cell(&self, at: usize) -> Option<&[u8]> {
        let end = *self.ends[..self.fields].get(at)?;
        let begin = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.get(begin..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Vec<String> {
        let mut split = SplitLine::by(b',');
        split.split(b"of,another,line,before");
        split.split(line.as_bytes());
        let all = (0..split.len()).map(|at| split.cell(at).unwrap());
        all.map(|cell| String::from_utf8_lossy(cell).into_owned())
            .collect()
    }

    #[test]
    fn a_line_is_split_as_a_table_of_one_row_is() {
        let wide = (0..100)
            .map(|n| n.to_string())
            .collect::<Vec<_>>()
            .join(",");
        for line in [
            "a,b,c",
            "a,,",
            ",",
            "x",
            "\"a,b\",c",
            "\"say \"\"so\"\"\",2",
            "\"never closed,2",
            "a\"b,c",
            "\u{feff}a,b",
            "\u{f6}ffentlich,1",
            "a,b\r",
            &wide,
        ] {
            let mut whole = csv::ReaderBuilder::new();
            let mut whole = whole
                .has_headers(false)
                .flexible(true)
                .from_reader(line.as_bytes());
            let row = whole.byte_records().next().unwrap().unwrap();
            let row = row.iter().map(|c| String::from_utf8_lossy(c).into_owned());
            assert_eq!(cells(line), row.collect::<Vec<_>>(), "{line:?}");
        }
    }
}
