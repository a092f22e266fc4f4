//! Files of single visits, column by column. A visit that was taken back stands in a file of
//! corrections once more and counts -1 there: whoever adds up `count` has the right number.

use super::files::GROUP;
use super::names::Names;
use super::table::{Column, Kind, ParquetWriter, TableError, read};
use crate::domain::{Millis, SourceKind, SourceKinds, Visit, VisitChange};
use std::io::Write;
use std::sync::Arc;

const VISITS: &str = "message visits {
  required binary bay (STRING); required int32 bay_number (INTEGER(32,false));
  required binary zone (STRING); required int32 zone_number (INTEGER(32,false));
  required int64 started_at (TIMESTAMP(MILLIS,true)); required int64 ended_at (TIMESTAMP(MILLIS,true));
  required boolean start_seen; required boolean end_seen;
  required boolean by_sensor; required boolean by_app; required boolean by_gate;
  required int32 count;
  required boolean correction;
  optional int64 amended_at (TIMESTAMP(MILLIS,true));
}";
/// Position of `bay_number`.
const BAY_NUMBER: usize = 1;
const VISIT_COLUMNS: [(usize, Kind); 13] = [
    (0, Kind::Text),
    (1, Kind::Int32),
    (2, Kind::Text),
    (3, Kind::Int32),
    (4, Kind::Int64),
    (5, Kind::Int64),
    (6, Kind::Flag),
    (7, Kind::Flag),
    (8, Kind::Flag),
    (9, Kind::Flag),
    (10, Kind::Flag),
    (11, Kind::Int32),
    (13, Kind::Maybe64),
];

/// A file of visits; of corrections, where `amended` says so.
pub(super) fn write_visits(
    visits: &[(Visit, i32)],
    amended: Option<Millis>,
    names: &dyn Names,
) -> Result<Vec<u8>, TableError> {
    let rows: Vec<VisitRow> = visits
        .iter()
        .map(|(v, count)| VisitRow::new(v, *count, amended, names))
        .collect();
    let mut file = VisitWriter::new(Vec::new())?;
    file.add(&rows)?;
    file.finish()
}

/// A file of visits that grows.
pub(super) struct VisitWriter<W: Write + Send>(ParquetWriter<W>);

impl<W: Write + Send> VisitWriter<W> {
    pub(super) fn new(to: W) -> Result<Self, TableError> {
        ParquetWriter::new(VISITS, to).map(Self)
    }

    pub(super) fn add(&mut self, rows: &[VisitRow]) -> Result<(), TableError> {
        for rows in rows.chunks(GROUP) {
            let flag = |f: &dyn Fn(&VisitRow) -> bool| Column::Flag(rows.iter().map(f).collect());
            let number = |f: &dyn Fn(&VisitRow) -> i32| Column::Int32(rows.iter().map(f).collect());
            let time = |f: &dyn Fn(&VisitRow) -> Millis| {
                Column::Int64(rows.iter().map(|r| f(r).0 as i64).collect())
            };
            let text = |f: &dyn Fn(&VisitRow) -> Arc<str>| {
                Column::Text(rows.iter().map(|r| f(r).as_bytes().to_vec()).collect())
            };
            self.0.group(&[
                text(&|v| v.bay.clone()),
                number(&|v| v.bay_number as i32),
                text(&|v| v.zone.clone()),
                number(&|v| v.zone_number as i32),
                time(&|v| v.start),
                time(&|v| v.end),
                flag(&|v| v.start_seen),
                flag(&|v| v.end_seen),
                flag(&|v| v.kinds.has(SourceKind::Sensor)),
                flag(&|v| v.kinds.has(SourceKind::App)),
                flag(&|v| v.kinds.has(SourceKind::Gate)),
                number(&|v| v.count),
                flag(&|v| v.amended_at.is_some()),
                Column::Maybe64(
                    rows.iter()
                        .map(|v| v.amended_at.map(|t| t.0 as i64))
                        .collect(),
                ),
            ])?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<W, TableError> {
        self.0.finish()
    }
}

/// Visits as they count: one that was retracted counts -1.
pub(super) fn counted(change: VisitChange) -> (Visit, i32) {
    match change {
        VisitChange::Assert(v) => (v, 1),
        VisitChange::Retract(v) => (v, -1),
    }
}

/// One row of a file of visits, as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VisitRow {
    pub bay: Arc<str>,
    pub bay_number: u32,
    pub zone: Arc<str>,
    pub zone_number: u32,
    pub start: Millis,
    pub end: Millis,
    pub start_seen: bool,
    pub end_seen: bool,
    pub kinds: SourceKinds,
    /// 1; -1 where it takes an earlier row back.
    pub count: i32,
    /// The hour in which a late report changed it.
    pub amended_at: Option<Millis>,
}

impl VisitRow {
    fn new(v: &Visit, count: i32, amended_at: Option<Millis>, names: &dyn Names) -> Self {
        let Visit {
            bay: bay_number,
            zone: zone_number,
            start,
            end,
            start_seen,
            end_seen,
            kinds,
        } = *v;
        let bay = names.bay(bay_number);
        let zone = names.zone(zone_number);
        Self {
            bay,
            bay_number,
            zone,
            zone_number,
            start,
            end,
            start_seen,
            end_seen,
            kinds,
            count,
            amended_at,
        }
    }
}

/// The rows of a file of visits.
pub(super) fn read_visits(file: Vec<u8>) -> Result<Vec<VisitRow>, TableError> {
    let mut rows = Vec::new();
    let mut odd = false;
    read(
        file,
        &VISIT_COLUMNS,
        BAY_NUMBER,
        &|_, _| false,
        &mut |columns| {
            odd |= visit_rows(&columns, &mut rows).is_none();
        },
    )?;
    if odd {
        Err(TableError::odd())
    } else {
        Ok(rows)
    }
}

fn visit_rows(columns: &[Column], out: &mut Vec<VisitRow>) -> Option<()> {
    let [
        Column::Text(bays),
        Column::Int32(bay_numbers),
        Column::Text(zones),
        Column::Int32(zone_numbers),
        Column::Int64(starts),
        Column::Int64(ends),
        flags @ ..,
        Column::Int32(counts),
        Column::Maybe64(amended),
    ] = columns
    else {
        return None;
    };
    let flags: Option<Vec<&Vec<bool>>> = flags
        .iter()
        .map(|f| {
            if let Column::Flag(f) = f {
                Some(f)
            } else {
                None
            }
        })
        .collect();
    let flags = flags?;
    for at in 0..bays.len() {
        let kinds = SourceKind::ALL
            .into_iter()
            .enumerate()
            .filter(|(n, _)| flags[2 + n][at]);
        out.push(VisitRow {
            bay: String::from_utf8_lossy(&bays[at]).into(),
            bay_number: bay_numbers[at] as u32,
            zone: String::from_utf8_lossy(&zones[at]).into(),
            zone_number: zone_numbers[at] as u32,
            start: Millis(starts[at] as u64),
            end: Millis(ends[at] as u64),
            start_seen: flags[0][at],
            end_seen: flags[1][at],
            kinds: kinds.fold(SourceKinds::default(), |set, (_, kind)| set.with(kind)),
            count: counts[at],
            amended_at: amended[at].map(|t| Millis(t as u64)),
        });
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::names::Numbered;
    use super::*;

    #[test]
    fn visits_come_back_as_they_went() {
        let visit = |bay: u32, kinds| Visit {
            bay,
            zone: 7,
            start: Millis(1000),
            end: Millis(9000),
            start_seen: bay == 1,
            end_seen: bay == 2,
            kinds,
        };
        let kinds = SourceKinds::default()
            .with(SourceKind::App)
            .with(SourceKind::Gate);
        let rows = [(visit(1, kinds), 1), (visit(2, SourceKinds::default()), -1)];
        let got =
            read_visits(write_visits(&rows, Some(Millis(3_600_000)), &Numbered).unwrap()).unwrap();
        assert_eq!(got.len(), 2);
        assert_eq!(
            (&*got[0].bay, &*got[0].zone, got[0].kinds, got[0].count),
            ("1", "7", kinds, 1)
        );
        assert_eq!(
            (got[1].start_seen, got[1].end_seen, got[1].count),
            (false, true, -1)
        );
        assert_eq!(
            (got[1].start, got[1].end, got[1].amended_at),
            (Millis(1000), Millis(9000), Some(Millis(3_600_000)))
        );
    }
}
