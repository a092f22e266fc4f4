//! CSV of any dialect: delimiter, byte order mark, charset, with or without a header.
//!
//! Promises: a row that has not as many columns as the header is refused and not guessed at (so is
//! the last one of a file that was cut); a row is bounded, whatever a quotation mark that is never
//! closed makes of it.

use super::super::compile::Column;
use super::super::field::{Field, cut};
use super::super::gather::{CompiledFeed, GatheredRows};
use super::super::mapping::RowMembers;
use super::super::path::Path;
use super::super::preset::near;
use super::Shape;
use crate::ingest::codec::Malformed;
use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{Encoding, WINDOWS_1252};
use serde_json::Value;
use std::borrow::Cow;
use std::io::Read;

pub(super) static SHAPE: Shape = Shape {
    name: "csv",
    about: "CSV, of any delimiter and charset",
    usual: "",
    inside: &[],
    read,
};

/// Bytes of a row.
const LARGEST_ROW: usize = 1 << 20;

/// Columns of a table.
const MOST_COLUMNS: usize = 2000;

/// The columns of a table.
#[derive(Debug)]
pub(in super::super) struct Header {
    names: Vec<String>,
    /// Where each path of the mapping leads to.
    slots: Vec<Option<usize>>,
}

impl Header {
    /// Out of the first row of a table.
    pub(super) fn of_first(
        first: &impl Cells,
        feed: &CompiledFeed,
        charset: Option<&'static Encoding>,
    ) -> Result<Self, Malformed> {
        let names = (0..first.len()).map(|at| {
            if !feed.dialect.header {
                return (at + 1).to_string();
            }
            let name = text(first.cell(at).unwrap_or_default(), charset);
            name.trim_start_matches('\u{feff}').trim().to_owned()
        });
        Self::new(names.collect(), &feed.columns)
    }

    fn new(names: Vec<String>, columns: &[Column]) -> Result<Self, Malformed> {
        if names.len() > MOST_COLUMNS {
            return Err(Malformed(format!(
                "{} columns; at most {MOST_COLUMNS} are read",
                names.len()
            )));
        }
        let place = |wanted: &str| {
            let exact = names.iter().position(|name| name == wanted);
            exact.or_else(|| {
                names
                    .iter()
                    .position(|name| name.eq_ignore_ascii_case(wanted.trim()))
            })
        };
        let slots: Vec<_> = columns.iter().map(|c| place(c.name.as_deref()?)).collect();
        if slots.iter().all(Option::is_none) {
            let known: Vec<&str> = names.iter().map(|name| cut(name)).take(20).collect();
            let wanted = columns.first().map_or("", |c| &c.written);
            let hint = near(wanted, &known);
            let known = known.join(", ");
            return Err(Malformed(format!(
                "no column is called {wanted:?}; they are {known}{hint}"
            )));
        }
        Ok(Self { names, slots })
    }
}

/// The fields of a row.
pub(super) trait Cells {
    fn len(&self) -> usize;

    fn cell(&self, at: usize) -> Option<&[u8]>;
}

impl Cells for ByteRecord {
    fn len(&self) -> usize {
        self.len()
    }

    fn cell(&self, at: usize) -> Option<&[u8]> {
        self.get(at)
    }
}

struct CsvRow<'a, C> {
    cells: &'a C,
    header: &'a Header,
    charset: Option<&'static Encoding>,
}

/// Reads a row of a table with that header; one of another length is refused.
pub(super) fn take<C: Cells>(
    feed: &CompiledFeed,
    cells: &C,
    header: &Header,
    charset: Option<&'static Encoding>,
    to: &mut GatheredRows,
) {
    let row = CsvRow {
        cells,
        header,
        charset,
    };
    let own = cells.len();
    let all = header.names.len();
    if own == all {
        feed.take(&row, || row.payload(), to);
    } else {
        let why = format!("{own} columns where there should be {all}");
        to.unreadable(why, &row.payload());
    }
}

impl<C: Cells> CsvRow<'_, C> {
    /// A JSON object of the row, for the quarantine.
    fn payload(&self) -> Box<str> {
        let cells = (0..self.cells.len()).filter_map(|at| self.cells.cell(at));
        let texts = cells.map(|field| text(field, self.charset));
        let all = self.header.names.iter().zip(texts);
        let object = all.map(|(name, text)| (name.clone(), Value::String(text.into_owned())));
        Value::Object(object.collect()).to_string().into()
    }
}

/// Bytes of a field. Charsets in which ASCII is ASCII only: others were decoded before.
fn text<'a>(field: &'a [u8], charset: Option<&'static Encoding>) -> Cow<'a, str> {
    match std::str::from_utf8(field) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            charset
                .unwrap_or(WINDOWS_1252)
                .decode_without_bom_handling(field)
                .0
        }
    }
}

impl<C: Cells> RowMembers for CsvRow<'_, C> {
    fn at(&self, path: &Path) -> Field<'_> {
        let slot = self.header.slots.get(path.number).copied().flatten();
        let field = slot.and_then(|at| self.cells.cell(at));
        field.map_or(Field::Missing, |bytes| {
            Field::Text(text(bytes, self.charset))
        })
    }

    fn in_answer(&self, path: &Path) -> Field<'_> {
        self.at(path)
    }

    fn json(&self, _: &Path) -> Option<&Value> {
        None
    }
}

fn read(feed: &CompiledFeed, text: &str, to: &mut GatheredRows) -> Result<(), Malformed> {
    if text.trim_start().starts_with('<') {
        return Err(Malformed("not CSV: it begins as HTML or XML does".into()));
    }
    let mut table = CsvTable::open(feed, text.as_bytes(), text.as_bytes(), None)?;
    while table.next(feed, to)? {}
    Ok(())
}

/// A table that is read row by row.
pub(in super::super) struct CsvTable<R> {
    rows: csv::Reader<R>,
    header: Header,
    record: ByteRecord,
    /// The first row of a table without a header has been read already.
    first_is_read: bool,
    charset: Option<&'static Encoding>,
}

impl<R: Read> CsvTable<R> {
    /// `beginning` holds the first line, to tell the delimiter by.
    fn open(
        feed: &CompiledFeed,
        beginning: &[u8],
        input: R,
        charset: Option<&'static Encoding>,
    ) -> Result<Self, Malformed> {
        let dialect = &feed.dialect;
        let first_line = beginning.split(|b| *b == b'\n').next().unwrap_or_default();
        let mut builder = ReaderBuilder::new();
        builder
            .delimiter(dialect.delimiter(first_line))
            .has_headers(false)
            .flexible(true);
        let mut rows = builder.from_reader(input);
        let mut record = ByteRecord::new();
        let fault = |e: csv::Error| Malformed(format!("not CSV: {}", told(&e)));
        if !rows.read_byte_record(&mut record).map_err(fault)? {
            return Err(Malformed("the answer is empty".into()));
        }
        Ok(Self {
            rows,
            header: Header::of_first(&record, feed, charset)?,
            record,
            first_is_read: !dialect.header,
            charset,
        })
    }

    /// Reads a row; `false`: there is none left.
    ///
    /// # Errors
    /// The rest cannot be read.
    pub(in super::super) fn next(
        &mut self,
        feed: &CompiledFeed,
        to: &mut GatheredRows,
    ) -> Result<bool, Malformed> {
        if !std::mem::take(&mut self.first_is_read) {
            let read = self.rows.read_byte_record(&mut self.record);
            if !read.map_err(|e| Malformed(told(&e)))? {
                return Ok(false);
            }
        }
        if self.record.as_slice().len() > LARGEST_ROW {
            to.too_large(&text(&self.record.as_slice()[..2048], self.charset));
        } else {
            take(feed, &self.record, &self.header, self.charset, to);
        }
        Ok(true)
    }

    /// The line that the next row begins at.
    pub(in super::super) fn line(&self) -> u64 {
        self.rows.position().line()
    }
}

/// A table out of a stream, whose beginning has been read.
pub(in super::super) fn lines<R: Read>(
    feed: &CompiledFeed,
    beginning: &[u8],
    input: R,
) -> Result<CsvTable<R>, Malformed> {
    CsvTable::open(feed, beginning, input, feed.dialect.charset)
}

fn told(e: &csv::Error) -> String {
    match e.kind() {
        csv::ErrorKind::Io(e) => e.to_string(),
        _ => "a row that cannot be read".into(),
    }
}
