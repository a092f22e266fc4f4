//! Columns to Parquet and back. The only door to the `parquet` crate, used without Arrow: the hub's
//! rows are integers, flags and ids, and the format's own writer takes those as they are.
//!
//! Promise: the same rows give the same bytes, so that a file written again replaces itself with
//! itself. Snappy, because a reader of a whole day is bound by decoding.

use parquet::basic::Compression;
use parquet::column::reader::{ColumnReader, get_typed_column_reader};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader as _, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use std::io::Write;
use std::sync::Arc;

/// One column of some rows. A list column holds all elements in a row and how many each row has.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Column {
    Text(Vec<Vec<u8>>),
    Int64(Vec<i64>),
    /// Nullable.
    Maybe64(Vec<Option<i64>>),
    /// Nullable.
    MaybeReal(Vec<Option<f64>>),
    Int32(Vec<i32>),
    Flag(Vec<bool>),
    List(Vec<u32>, Vec<i32>),
}

/// What a column is expected to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int64,
    Maybe64,
    Int32,
    Flag,
    /// A flag that files of before it was thought of do not have: false there.
    LaterFlag,
    List,
}

/// A file that cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct TableError(String);

impl TableError {
    /// A file that reads well but is none of ours.
    pub(super) fn odd() -> Self {
        Self("its columns are not those of this kind of file".into())
    }
}

impl From<ParquetError> for TableError {
    fn from(e: ParquetError) -> Self {
        Self(e.to_string())
    }
}

/// A file under construction.
pub(super) struct ParquetWriter<W: Write + Send>(SerializedFileWriter<W>);

impl<W: Write + Send> ParquetWriter<W> {
    /// `schema` is a message type in the format's own language.
    pub(super) fn new(schema: &str, to: W) -> Result<Self, TableError> {
        let schema = Arc::new(parse_message_type(schema)?);
        let how = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("bayhub".into());
        Ok(Self(SerializedFileWriter::new(
            to,
            schema,
            Arc::new(how.build()),
        )?))
    }

    /// Adds rows as a group of their own: a reader may skip it by its smallest and largest values.
    pub(super) fn group(&mut self, columns: &[Column]) -> Result<(), TableError> {
        let mut group = self.0.next_row_group()?;
        for column in columns {
            let Some(mut writer) = group.next_column()? else {
                return Err(TableError("more columns than the schema has".into()));
            };
            write_column(&mut writer, column)?;
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file and gives back what it was written to.
    pub(super) fn finish(self) -> Result<W, TableError> {
        Ok(self.0.into_inner()?)
    }
}

fn write_column(
    writer: &mut SerializedColumnWriter<'_>,
    column: &Column,
) -> Result<(), TableError> {
    match column {
        Column::Text(texts) => {
            let texts: Vec<ByteArray> = texts.iter().map(|t| ByteArray::from(t.clone())).collect();
            writer
                .typed::<ByteArrayType>()
                .write_batch(&texts, None, None)?;
        }
        Column::Int64(numbers) => drop(
            writer
                .typed::<Int64Type>()
                .write_batch(numbers, None, None)?,
        ),
        Column::Maybe64(numbers) => {
            let levels: Vec<i16> = numbers.iter().map(|n| i16::from(n.is_some())).collect();
            let there: Vec<i64> = numbers.iter().copied().flatten().collect();
            writer
                .typed::<Int64Type>()
                .write_batch(&there, Some(&levels), None)?;
        }
        Column::MaybeReal(numbers) => {
            let levels: Vec<i16> = numbers.iter().map(|n| i16::from(n.is_some())).collect();
            let there: Vec<f64> = numbers.iter().copied().flatten().collect();
            writer
                .typed::<DoubleType>()
                .write_batch(&there, Some(&levels), None)?;
        }
        Column::Int32(numbers) => drop(
            writer
                .typed::<Int32Type>()
                .write_batch(numbers, None, None)?,
        ),
        Column::Flag(flags) => drop(writer.typed::<BoolType>().write_batch(flags, None, None)?),
        Column::List(lengths, elements) => {
            let mut defined = Vec::new();
            let mut repeated = Vec::new();
            for &length in lengths {
                // A row without elements still takes a place.
                defined.push(i16::from(length > 0));
                repeated.push(0);
                defined.extend((1..length).map(|_| 1_i16));
                repeated.extend((1..length).map(|_| 1_i16));
            }
            writer
                .typed::<Int32Type>()
                .write_batch(elements, Some(&defined), Some(&repeated))?;
        }
    }
    Ok(())
}

/// Reads the columns at `wanted` (position in the schema, and what it holds), group by group. A
/// group is left out when `skip` says so of the smallest and largest value of the 32-bit column at
/// `by`.
pub(super) fn read(
    file: Vec<u8>,
    wanted: &[(usize, Kind)],
    by: usize,
    skip: &dyn Fn(i32, i32) -> bool,
    each: &mut dyn FnMut(Vec<Column>),
) -> Result<(), TableError> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(file))?;
    for at in 0..reader.num_row_groups() {
        let group = reader.get_row_group(at)?;
        if let Some(Statistics::Int32(range)) = group.metadata().column(by).statistics()
            && let (Some(least), Some(most)) = (range.min_opt(), range.max_opt())
            && skip(*least, *most)
        {
            continue;
        }
        let rows =
            usize::try_from(group.metadata().num_rows()).map_err(|e| TableError(e.to_string()))?;
        let columns: Result<Vec<_>, _> = wanted
            .iter()
            .map(|&(column, kind)| read_column(&*group, column, kind, rows))
            .collect();
        each(columns?);
    }
    Ok(())
}

fn read_column(
    group: &dyn RowGroupReader,
    at: usize,
    kind: Kind,
    rows: usize,
) -> Result<Column, TableError> {
    if kind == Kind::LaterFlag && at >= group.metadata().num_columns() {
        return Ok(Column::Flag(vec![false; rows]));
    }
    let is = group.metadata().column(at).column_type();
    let reader = group.get_column_reader(at)?;
    let should = match kind {
        Kind::Text => ByteArrayType::get_physical_type(),
        Kind::Int64 | Kind::Maybe64 => Int64Type::get_physical_type(),
        Kind::Int32 | Kind::List => Int32Type::get_physical_type(),
        Kind::Flag | Kind::LaterFlag => BoolType::get_physical_type(),
    };
    if is != should {
        return Err(TableError(format!("column {at} is {is}, not {should}")));
    }
    Ok(match kind {
        Kind::Text => {
            let texts: Vec<ByteArray> = plain::<ByteArrayType>(reader, rows)?;
            Column::Text(texts.iter().map(|t| t.data().to_vec()).collect())
        }
        Kind::Int64 => Column::Int64(plain::<Int64Type>(reader, rows)?),
        Kind::Int32 => Column::Int32(plain::<Int32Type>(reader, rows)?),
        Kind::Flag | Kind::LaterFlag => Column::Flag(plain::<BoolType>(reader, rows)?),
        Kind::Maybe64 => {
            let mut levels = Vec::with_capacity(rows);
            let there = levelled::<Int64Type>(reader, rows, &mut levels, None)?;
            let mut there = there.into_iter();
            Column::Maybe64(
                levels
                    .iter()
                    .map(|l| if *l > 0 { there.next() } else { None })
                    .collect(),
            )
        }
        Kind::List => {
            let mut defined = Vec::with_capacity(rows);
            let mut repeated = Vec::with_capacity(rows);
            let elements = levelled::<Int32Type>(reader, rows, &mut defined, Some(&mut repeated))?;
            let mut lengths: Vec<u32> = Vec::with_capacity(rows);
            for (d, r) in defined.iter().zip(&repeated) {
                match lengths.last_mut() {
                    Some(last) if *r > 0 => *last += 1,
                    _ => lengths.push(u32::from(*d > 0)),
                }
            }
            Column::List(lengths, elements)
        }
    })
}

fn plain<T: DataType>(reader: ColumnReader, rows: usize) -> Result<Vec<T::T>, TableError> {
    let mut out = Vec::with_capacity(rows);
    let mut reader = get_typed_column_reader::<T>(reader);
    let mut got = 0;
    while got < rows {
        let (records, ..) = reader.read_records(rows - got, None, None, &mut out)?;
        if records == 0 {
            return Err(TableError(format!(
                "a column ends after {got} of {rows} rows"
            )));
        }
        got += records;
    }
    Ok(out)
}

fn levelled<T: DataType>(
    reader: ColumnReader,
    rows: usize,
    defined: &mut Vec<i16>,
    mut repeated: Option<&mut Vec<i16>>,
) -> Result<Vec<T::T>, TableError> {
    let mut out = Vec::with_capacity(rows);
    let mut reader = get_typed_column_reader::<T>(reader);
    let mut got = 0;
    while got < rows {
        let (records, ..) =
            reader.read_records(rows - got, Some(defined), repeated.as_deref_mut(), &mut out)?;
        if records == 0 {
            return Err(TableError(format!(
                "a column ends after {got} of {rows} rows"
            )));
        }
        got += records;
    }
    Ok(out)
}

/// The rows of a file as a stranger reads them, one after another.
#[cfg(test)]
pub(crate) fn lines(file: Vec<u8>) -> Vec<String> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(file)).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| row.unwrap().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "message t { required binary id (STRING); required int32 n (INTEGER(32,false)); \
        required int64 at (TIMESTAMP(MILLIS,true)); optional int64 later (TIMESTAMP(MILLIS,true)); required boolean b; \
        required group l (LIST) { repeated group list { required int32 element; } } }";
    const ALL: [(usize, Kind); 6] = [
        (0, Kind::Text),
        (1, Kind::Int32),
        (2, Kind::Int64),
        (3, Kind::Maybe64),
        (4, Kind::Flag),
        (5, Kind::List),
    ];

    fn rows(first: i32) -> Vec<Column> {
        vec![
            Column::Text(vec![b"a".to_vec(), b"".to_vec(), "大".into()]),
            Column::Int32(vec![first, first + 1, first + 2]),
            Column::Int64(vec![-1, 0, i64::MAX]),
            Column::Maybe64(vec![None, Some(7), None]),
            Column::Flag(vec![true, false, true]),
            Column::List(vec![0, 3, 1], vec![1, 2, 3, 4]),
        ]
    }

    fn file() -> Vec<u8> {
        let mut w = ParquetWriter::new(SCHEMA, Vec::new()).unwrap();
        w.group(&rows(1)).unwrap();
        w.group(&rows(10)).unwrap();
        w.finish().unwrap()
    }

    #[test]
    fn what_is_written_is_read_and_the_same_rows_give_the_same_bytes() {
        let mut got = Vec::new();
        read(file(), &ALL, 1, &|_, _| false, &mut |c| got.push(c)).unwrap();
        assert_eq!(got, [rows(1), rows(10)]);
        assert_eq!(file(), file());
    }

    #[test]
    fn groups_out_of_range_are_not_read() {
        let mut got = Vec::new();
        read(file(), &ALL[1..2], 1, &|_, most| most < 10, &mut |c| {
            got.push(c);
        })
        .unwrap();
        assert_eq!(got, [rows(10)[1..2].to_vec()]);
    }

    #[test]
    fn a_flag_that_an_older_file_does_not_have_is_false() {
        let mut got = Vec::new();
        let wanted = [(1, Kind::Int32), (6, Kind::LaterFlag), (4, Kind::LaterFlag)];
        read(file(), &wanted, 1, &|_, most| most < 10, &mut |c| {
            got.extend(c);
        })
        .unwrap();
        let later = Column::Flag(vec![false; 3]);
        assert_eq!(got[1..], [later, rows(10)[4].clone()]);
    }

    #[test]
    fn a_torn_file_or_another_schema_is_an_error() {
        let mut torn = file();
        torn.truncate(torn.len() / 2);
        assert!(read(torn, &ALL, 1, &|_, _| false, &mut |_| {}).is_err());
        assert!(read(file(), &[(0, Kind::Int64)], 1, &|_, _| false, &mut |_| {}).is_err());
        assert!(read(b"no parquet".to_vec(), &ALL, 1, &|_, _| false, &mut |_| {}).is_err());
    }
}
