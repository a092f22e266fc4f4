//! Figures as they are told, as one Parquet file in memory: whoever tells them names the columns.
//!
//! Promises: a group of rows is written as soon as it is there, so that what is held is the file so far
//! and no rows; the same rows in the same groups give the same bytes.

use super::export::ExportError;
use super::table::{Column, ParquetWriter};
use crate::domain::Millis;
use std::fmt::Write as _;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldKind {
    Text,
    Time,
    Flag,
    /// Null where there is nothing to say.
    Count,
    /// The same.
    Ratio,
}

/// A column of some rows.
#[derive(Clone, Debug, PartialEq)]
pub enum ToldColumn {
    Text(Vec<Vec<u8>>),
    Time(Vec<Millis>),
    Flag(Vec<bool>),
    Count(Vec<Option<i64>>),
    Ratio(Vec<Option<f64>>),
}

/// A file that grows.
pub struct ToldFile(ParquetWriter<Vec<u8>>);

impl ToldFile {
    /// # Errors
    /// A name that is none.
    pub fn new(columns: &[(&str, ToldKind)]) -> Result<Self, ExportError> {
        let mut schema = String::from("message told {");
        for (name, kind) in columns {
            let _ = match kind {
                ToldKind::Text => write!(schema, " required binary {name} (STRING);"),
                ToldKind::Time => {
                    write!(schema, " required int64 {name} (TIMESTAMP(MILLIS,true));")
                }
                ToldKind::Flag => write!(schema, " required boolean {name};"),
                ToldKind::Count => write!(schema, " optional int64 {name};"),
                ToldKind::Ratio => write!(schema, " optional double {name};"),
            };
        }
        schema.push('}');
        Ok(Self(ParquetWriter::new(&schema, Vec::new())?))
    }

    /// Adds rows, all of a column after another.
    ///
    /// # Errors
    /// Columns that are not those of the file.
    pub fn group(&mut self, columns: Vec<ToldColumn>) -> Result<(), ExportError> {
        let columns = columns.into_iter().map(|column| match column {
            ToldColumn::Text(texts) => Column::Text(texts),
            ToldColumn::Time(times) => Column::Int64(times.iter().map(|t| t.0 as i64).collect()),
            ToldColumn::Flag(flags) => Column::Flag(flags),
            ToldColumn::Count(counts) => Column::Maybe64(counts),
            ToldColumn::Ratio(ratios) => Column::MaybeReal(ratios),
        });
        Ok(self.0.group(&columns.collect::<Vec<_>>())?)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What the format's writer finds wrong.
    pub fn finish(self) -> Result<Vec<u8>, ExportError> {
        Ok(self.0.finish()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::table::lines;

    fn file() -> ToldFile {
        let columns = [
            ("zone", ToldKind::Text),
            ("from", ToldKind::Time),
            ("complete", ToldKind::Flag),
            ("visits", ToldKind::Count),
            ("occupancy", ToldKind::Ratio),
        ];
        ToldFile::new(&columns).unwrap()
    }

    fn rows(zone: &str) -> Vec<ToldColumn> {
        vec![
            ToldColumn::Text(vec![zone.into(), "大".into()]),
            ToldColumn::Time(vec![Millis(1_795_399_200_000); 2]),
            ToldColumn::Flag(vec![true, false]),
            ToldColumn::Count(vec![None, Some(7)]),
            ToldColumn::Ratio(vec![Some(0.25), None]),
        ]
    }

    #[test]
    fn groups_of_rows_are_read_as_they_were_told() {
        let made = || {
            let mut file = file();
            file.group(rows("A")).unwrap();
            file.group(rows("B")).unwrap();
            file.finish().unwrap()
        };
        let from = "from: 2026-11-23 02:00:00.000 +00:00";
        let first = |zone| {
            format!("{{zone: \"{zone}\", {from}, complete: true, visits: null, occupancy: 0.25}}")
        };
        let second =
            format!("{{zone: \"大\", {from}, complete: false, visits: 7, occupancy: null}}");
        assert_eq!(
            lines(made()),
            [first("A"), second.clone(), first("B"), second]
        );
        assert_eq!(made(), made());
    }

    #[test]
    fn other_columns_than_the_files_are_refused() {
        let mut all = rows("A");
        all.push(ToldColumn::Flag(vec![true, true]));
        assert!(file().group(all).is_err());
        assert!(file().group(rows("A")[..4].to_vec()).is_err());
        assert!(ToldFile::new(&[("no name", ToldKind::Flag)]).is_err());
    }
}
