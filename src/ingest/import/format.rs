//! The formats that files of the past may have. One file line by line; what a line says comes out as
//! from any door's codec.

use super::line_format::{ImportFormat, LineReader, OpenedFile, begin};
use super::visits::Visits;
use crate::ingest::codec::{COUNT, Codec, Malformed, REPORT, Said};
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::Arc;

/// Bodies of `POST /v1/reports`, one a line.
pub struct Reports;

/// Bodies of `POST /v1/counts`, one a line.
pub struct Counts;

impl ImportFormat for Reports {
    fn name(&self) -> String {
        "reports".into()
    }

    fn open(&self, first: &[u8]) -> Result<OpenedFile, String> {
        bodies(first, &REPORT, "/v1/reports")
    }
}

impl ImportFormat for Counts {
    fn name(&self) -> String {
        "counts".into()
    }

    fn open(&self, first: &[u8]) -> Result<OpenedFile, String> {
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

fn bodies(first: &[u8], codec: &'static Codec, path: &str) -> Result<OpenedFile, String> {
    if first.first() != Some(&b'{') {
        return Err(format!(
            "its first line is no JSON object, but one body of POST {path} a line is wanted: it begins with {:?}",
            begin(first)
        ));
    }
    Ok(OpenedFile {
        reader: Arc::new(Bodies(codec)),
        has_header: false,
        watches: false,
    })
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

    fn source<'a>(&'a self, line: &'a [u8]) -> Option<Cow<'a, str>> {
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
