//! The formats that files of the past may have. One file line by line; what a line says comes out as
//! from any door's codec.
//!
//! A new format is an [`ImportFormat`]: it looks at the first line of a file and gives whatever reads
//! the others.

use super::visits::Visits;
use crate::ingest::codec::{COUNT, Codec, Malformed, REPORT, Said};
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::Arc;

/// A format.
pub trait ImportFormat: Send + Sync {
    /// As `--format` has it.
    fn name(&self) -> String;

    /// Looks at the first line that is not empty.
    ///
    /// # Errors
    /// Why no file of this format begins so.
    fn open(&self, first: &[u8]) -> Result<Opened, String>;
}

/// How the lines of one file are read.
#[derive(Clone)]
pub struct Opened {
    pub reader: Arc<dyn LineReader>,
    /// The first line only says what the others are.
    pub has_header: bool,
    /// A line is one thing, taken or refused as a whole; and who writes such a file has watched all
    /// the time, from its first moment to its last.
    pub watches: bool,
}

/// Reads lines of one file, on any number of threads.
pub trait LineReader: Send + Sync {
    /// Appends what a line says, in order. On an error nothing has been appended.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read<'a>(&self, line: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed>;

    /// Whose word it is, if the line says so.
    fn source<'a>(&self, line: &'a [u8]) -> Option<Cow<'a, str>>;

    /// The line as it may be kept when it is refused: so that members which are to be dropped can be
    /// found by their names.
    fn shown<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        Cow::Borrowed(line)
    }
}

/// Bodies of `POST /v1/reports`, one a line.
pub struct Reports;

/// Bodies of `POST /v1/counts`, one a line.
pub struct Counts;

impl ImportFormat for Reports {
    fn name(&self) -> String {
        "reports".into()
    }

    fn open(&self, first: &[u8]) -> Result<Opened, String> {
        bodies(first, &REPORT, "/v1/reports")
    }
}

impl ImportFormat for Counts {
    fn name(&self) -> String {
        "counts".into()
    }

    fn open(&self, first: &[u8]) -> Result<Opened, String> {
        bodies(first, &COUNT, "/v1/counts")
    }
}

/// The format of that name, if it is one of the hub's own.
#[must_use]
pub fn named(name: &str) -> Option<Arc<dyn ImportFormat>> {
    Some(match name {
        "reports" => Arc::new(Reports),
        "counts" => Arc::new(Counts),
        "visits" => Arc::new(Visits),
        _ => return None,
    })
}

fn bodies(first: &[u8], codec: &'static Codec, path: &str) -> Result<Opened, String> {
    if first.first() != Some(&b'{') {
        return Err(format!(
            "its first line is no JSON object, but one body of POST {path} a line is wanted: it begins with {:?}",
            begin(first)
        ));
    }
    Ok(Opened {
        reader: Arc::new(Bodies(codec)),
        has_header: false,
        watches: false,
    })
}

/// As much of a line as an error should repeat.
pub(super) fn begin(line: &[u8]) -> String {
    String::from_utf8_lossy(&line[..line.len().min(60)]).into_owned()
}

struct Bodies(&'static Codec);

#[derive(Deserialize)]
struct Whose<'a> {
    #[serde(borrow)]
    source: Option<Cow<'a, str>>,
}

impl LineReader for Bodies {
    fn read<'a>(&self, line: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
        (self.0.decode)(line, out)
    }

    fn source<'a>(&self, line: &'a [u8]) -> Option<Cow<'a, str>> {
        first_member(line).or_else(|| serde_json::from_slice::<Whose<'a>>(line).ok()?.source)
    }
}

/// The source where it is the first member, as most programs write it: without reading the rest twice.
fn first_member(line: &[u8]) -> Option<Cow<'_, str>> {
    let rest = line.strip_prefix(b"{\"source\":\"")?;
    let end = rest.iter().position(|b| matches!(b, b'"' | b'\\'))?;
    if rest[end] == b'\\' {
        return None;
    }
    std::str::from_utf8(&rest[..end]).ok().map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_line_it_is_is_found_wherever_that_stands() {
        let opened = Reports.open(b"{}").unwrap_or_else(|e| panic!("{e}"));
        for (line, want) in [
            (r#"{"source":"a","bay":"x"}"#, Some("a")),
            (r#"{"bay":"x", "source" : "a"}"#, Some("a")),
            (r#"{"source":"\u0061"}"#, Some("a")),
            (r#"{"bays":[{"source":"b"}]}"#, None),
            (r#"{"source":"a"#, None),
        ] {
            let got = opened.reader.source(line.as_bytes());
            assert_eq!(got.as_deref(), want, "{line}");
        }
    }
}
