//! Exports: corrections worked in, one zone or all, both forms.

use super::*;
use crate::history::files::read_turnover;
use crate::history::visits::read_visits;

fn den() -> Den {
    let den = Den::new();
    let wrong = visit(1, 0, hour(3).plus(60_000));
    let right = Visit {
        start: Millis(wrong.start.0 - 60_000),
        ..wrong
    };
    den.write([
        of_hour(settled(hour(3), 0..2, |_, _| 1)),
        of_hour(settled(hour(4), 0..2, |_, _| 2)),
        SettledPart::Corrections(Arc::new(Corrections {
            hour: hour(5),
            windows: vec![window(1, hour(3), 3)],
            visits: vec![VisitChange::Retract(wrong), VisitChange::Assert(right)],
        })),
    ]);
    den
}

fn export(
    den: &Den,
    class: Class,
    zone: Option<&str>,
    format: Format,
) -> Result<(u64, Vec<u8>), ExportError> {
    let export = Export {
        class,
        from: hour(3),
        to: hour(4),
        zone: zone.map(str::to_owned),
        format,
    };
    let mut out = Vec::new();
    let rows = export.write(
        &den.config,
        den.dir.path(),
        den.runtime.handle().clone(),
        &mut out,
    )?;
    Ok((rows, out))
}

#[test]
fn turnover_is_exported_as_it_is_now() {
    let den = den();
    let (rows, file) = export(&den, Class::Turnover, None, Format::Parquet).unwrap();
    let mut windows = Vec::new();
    read_turnover(file, None, &mut |raw| windows.push(raw.row())).unwrap();
    assert_eq!((rows, windows.len()), (24, 24));
    assert_eq!(
        windows.iter().map(|r| r.window.started).sum::<i64>(),
        12 + 12 + 3
    );
    let (rows, text) = export(&den, Class::Turnover, Some("1"), Format::Csv).unwrap();
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((rows, lines.len()), (12, 13));
    assert!(lines[0].starts_with("zone,window_start,occupied_ms"));
    assert_eq!(
        lines[1],
        "1,2026-11-27T03:00:00.000Z,4000,400000,200000,0,4,4,0,0,6000000,4,16,0,false"
    );
    assert!(matches!(
        export(&den, Class::Turnover, Some("9"), Format::Csv),
        Err(ExportError::NoZone(_))
    ));
}

#[test]
fn a_visit_that_was_taken_back_is_not_exported_and_the_right_one_is() {
    let den = den();
    let (rows, file) = export(&den, Class::Visits, None, Format::Parquet).unwrap();
    let visits = read_visits(file).unwrap();
    assert_eq!((rows, visits.len()), (3, 3));
    let of_bay: Vec<u64> = visits
        .iter()
        .filter(|v| v.bay_number == 1)
        .map(|v| v.end.0 - v.start.0)
        .collect();
    assert_eq!(of_bay, [660_000]);
    assert!(
        visits
            .iter()
            .all(|v| v.count == 1 && v.amended_at.is_none())
    );
    let (_, text) = export(&den, Class::Visits, Some("0"), Format::Csv).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.lines().nth(1).unwrap().starts_with(
            "0,0,2026-11-27T02:50:00.000Z,2026-11-27T03:00:00.000Z,true,true,true,false"
        )
    );
}

/// Word for word, as `snapshots/` has them; `INSTA_UPDATE=always` takes them as they are now.
#[test]
fn the_tables_of_a_spreadsheet_are_as_they_were() {
    let den = den();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, class) in [("turnover", Class::Turnover), ("visits", Class::Visits)] {
            let (_, text) = export(&den, class, None, Format::Csv).unwrap();
            let text = String::from_utf8(text).unwrap().replace('\r', "␍");
            insta::assert_snapshot!(format!("export_of_{name}"), text);
        }
    });
}
