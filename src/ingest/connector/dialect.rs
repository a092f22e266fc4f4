//! How a CSV table is written: delimiter, charset, header. `[feeds.csv]`.

use super::text::charset;
use encoding_rs::Encoding;
use serde_json::Value;

/// How a table is written. `[feeds.csv]`.
#[derive(Debug)]
pub(super) struct Dialect {
    /// Absent: the one of comma, semicolon, tab and bar that the first line has most of.
    delimiter: Option<u8>,
    pub(super) charset: Option<&'static Encoding>,
    /// Whether the first row names the columns; else they are called 1, 2, ...
    pub(super) header: bool,
}

impl Dialect {
    pub(super) fn read(table: Option<&Value>) -> Result<Self, String> {
        let mut dialect = Self {
            delimiter: None,
            charset: None,
            header: true,
        };
        let Some(table) = table else {
            return Ok(dialect);
        };
        let wanted =
            "csv: expected { delimiter = \";\", charset = \"windows-1252\", header = true }";
        for (key, value) in table.as_object().ok_or(wanted)? {
            match (key.as_str(), value) {
                ("delimiter", Value::String(text)) => match text.as_bytes() {
                    [one] if !b"\"\r\n".contains(one) => dialect.delimiter = Some(*one),
                    _ => return Err("csv.delimiter: one ASCII character is wanted".into()),
                },
                ("charset", Value::String(label)) => {
                    dialect.charset = Some(charset(label).map_err(|e| format!("csv.{e}"))?);
                }
                ("header", Value::Bool(header)) => dialect.header = *header,
                _ => return Err(format!("{wanted}; {key} is none of it")),
            }
        }
        Ok(dialect)
    }

    pub(super) fn delimiter(&self, first_line: &[u8]) -> u8 {
        let count = |wanted: u8| first_line.split(|b| *b == wanted).count();
        let usual = [b'|', b'\t', b';', b','];
        self.delimiter
            .unwrap_or_else(|| usual.into_iter().max_by_key(|d| count(*d)).unwrap_or(b','))
    }
}
