//! Visits: CSV of `bay,from,to`, a stay of one vehicle a line, times in RFC 3339.
//!
//! A stay says that the bay was vacant just before, occupied from then on, and vacant at its end; a long
//! one says so again and again, so that no word of it is too old to stand. Two stays of a bay that touch
//! or overlap are told apart by the instant before the second.

use super::line_format::{ImportFormat, LineReader, OpenedFile, begin};
use crate::domain::{BayStatus, Millis};
use crate::ingest::codec::{BaySaid, Malformed, Said};
use std::borrow::Cow;
use std::sync::Arc;

/// See the module.
pub(super) struct Visits;

/// A stay is said again so often, ms: well within the least age at which a word may lapse.
const AGAIN_MS: u64 = 30 * 60_000;

/// No vehicle stays longer, ms: a year.
const LONGEST_MS: u64 = 366 * 86_400_000;

impl ImportFormat for Visits {
    fn name(&self) -> String {
        "visits".into()
    }

    fn open(&self, first: &[u8]) -> Result<OpenedFile, String> {
        let wanted = "a CSV file with the header bay,from,to is wanted";
        let header = std::str::from_utf8(first)
            .map_err(|_| format!("its first line is no text, but {wanted}"))?;
        let column = |name: &str| {
            let mut names = header.split(',').map(|n| n.trim().trim_matches('"'));
            names.position(|n| n.eq_ignore_ascii_case(name))
        };
        let (Some(bay), Some(from), Some(to)) = (column("bay"), column("from"), column("to"))
        else {
            let other = [';', '\t', '|'].into_iter().find(|c| header.contains(*c));
            let hint = other.map_or(String::new(), |c| {
                format!(" (columns are parted by {c:?} there: --format mapping:NAME reads that)")
            });
            return Err(format!(
                "its header is {:?}, but {wanted}{hint}",
                begin(first)
            ));
        };
        Ok(OpenedFile {
            reader: Arc::new(Columns {
                bay,
                from,
                to,
                names: header
                    .split(',')
                    .map(|n| n.trim().trim_matches('"').to_owned())
                    .collect(),
            }),
            has_header: true,
            watches: true,
        })
    }
}

/// Which column is which.
struct Columns {
    bay: usize,
    from: usize,
    to: usize,
    /// Of all of them.
    names: Vec<String>,
}

impl LineReader for Columns {
    fn read<'a>(&self, line: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
        let line = std::str::from_utf8(line).map_err(|e| Malformed(format!("not UTF-8: {e}")))?;
        let field = |column: usize, name: &str| {
            let found = line.split(',').nth(column);
            let found = found.map(|f| f.trim().trim_matches('"'));
            found.ok_or_else(|| Malformed(format!("{name}: there is no such column in this line")))
        };
        let time = |column, name| {
            let text = field(column, name)?;
            Millis::parse(text).ok_or_else(|| {
                let text = begin(text.as_bytes());
                Malformed(format!(
                    "{name}: {text:?} is not an RFC 3339 time, as 2026-11-23T02:00:00.123Z"
                ))
            })
        };
        let bay = field(self.bay, "bay")?;
        let from = time(self.from, "from")?;
        let to = time(self.to, "to")?;
        if to <= from || to.since(from) > LONGEST_MS {
            return Err(Malformed(format!(
                "to: {to} is not within a year after from: {from}"
            )));
        }
        let said = |at: u64, status, seq| {
            Said::Bay(BaySaid {
                bay: Cow::Borrowed(bay),
                status,
                confidence: Some(1.0),
                at: Some(Millis(at)),
                seq,
                seen: None,
                contributor: None,
            })
        };
        // Where one stay ends as the next begins, that it begins is what stands.
        out.push(said(from.0.saturating_sub(1), BayStatus::Vacant, 1));
        let again = (from.0..to.0).step_by(AGAIN_MS as usize);
        // With the stay's end, so that another's within it is known for what it is (`stays`).
        out.extend(again.map(|at| said(at, BayStatus::Occupied, to.0)));
        out.push(said(to.0, BayStatus::Vacant, 0));
        Ok(())
    }

    fn source<'a>(&'a self, _: &'a [u8]) -> Option<Cow<'a, str>> {
        None
    }

    fn shown<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        let text = String::from_utf8_lossy(line);
        let fields = text
            .split(',')
            .map(|f| f.trim().trim_matches('"').to_owned());
        let row: serde_json::Map<_, _> = self
            .names
            .iter()
            .zip(fields)
            .map(|(name, field)| (name.clone(), field.into()))
            .collect();
        Cow::Owned(serde_json::Value::Object(row).to_string().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str, line: &str) -> Result<Vec<(u64, BayStatus)>, String> {
        let opened = Visits.open(header.as_bytes())?;
        let mut out = Vec::new();
        let read = opened.reader.read(line.as_bytes(), &mut out);
        read.map_err(|e| e.0)?;
        let said = out.iter().map(|said| match said {
            Said::Bay(b) => (b.at.unwrap_or_default().0 / 1000, b.status),
            other => panic!("not a bay: {other:?}"),
        });
        Ok(said.collect())
    }

    #[test]
    fn a_stay_is_vacant_before_occupied_within_and_vacant_after_whatever_the_zone_of_its_times() {
        let line = "A-1,1970-01-01T08:00:10+08:00,1970-01-01T00:40:10Z";
        let occupied = BayStatus::Occupied;
        let vacant = BayStatus::Vacant;
        let want = vec![
            (9, vacant),
            (10, occupied),
            (1810, occupied),
            (2410, vacant),
        ];
        assert_eq!(read("bay,from,to", line), Ok(want.clone()));
        let line = "1970-01-01T00:40:10Z,x,\"A-1\",1970-01-01T00:00:10Z";
        assert_eq!(read("\"To\", who ,Bay,FROM", line), Ok(want));
    }

    #[test]
    fn another_dialect_and_a_stay_that_ends_before_it_begins_are_named() {
        let e = read("bay;from;to", "").unwrap_err();
        assert!(e.contains("\"bay;from;to\"") && e.contains("';'"), "{e}");
        let e = read("\u{0}\u{1}", "").unwrap_err();
        assert!(e.contains("bay,from,to is wanted"), "{e}");
        let late = "A,1970-01-01T00:00:10Z,1970-01-01T00:00:10Z";
        assert!(read("bay,from,to", late).unwrap_err().contains("to: "));
        assert!(read("bay,from,to", "A,noon").unwrap_err().contains("noon"));
        let e = read("bay,from,to", "A,1970-01-01T00:00:10Z").unwrap_err();
        assert!(e.contains("to: there is no such column"), "{e}");
    }
}
