//! Manifests, as they are written, read again and retired.

use super::*;

fn entry(class: Class, hour: u64, rows: u64) -> ManifestFile {
    let hour = Millis(hour * HOUR_MS);
    let file = ManifestFile::path(class, false, hour);
    ManifestFile {
        class,
        correction: false,
        imported: false,
        hour,
        file,
        rows,
        bytes: 7,
        crc32c: 1,
        first: hour,
        last: hour,
    }
}

#[test]
fn an_entry_replaces_its_own_and_is_found_by_a_second_reader() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let open = || {
        let shelf = Shelf::open(
            &crate::history::Config::default(),
            dir.path(),
            runtime.handle().clone(),
        )
        .unwrap();
        Catalogue::new(Arc::new(shelf))
    };
    let writer = open();
    for (hour, rows) in [(26, 1), (25, 2), (26, 3)] {
        writer.put(entry(Class::Turnover, hour, rows)).unwrap();
    }
    writer.put(entry(Class::Visits, 49, 4)).unwrap();
    for catalogue in [writer, open()] {
        let rows = |day: u64| {
            catalogue
                .day(Millis(day * DAY_MS))
                .unwrap()
                .iter()
                .map(|e| e.rows)
                .collect::<Vec<_>>()
        };
        assert_eq!((rows(0), rows(1), rows(2)), (vec![], vec![2, 3], vec![4]));
        assert_eq!(
            catalogue.days().unwrap(),
            [Millis(DAY_MS), Millis(2 * DAY_MS)]
        );
    }
    std::fs::write(dir.path().join("manifest/1970-01-03.json"), "{").unwrap();
    assert!(
        open()
            .day(Millis(2 * DAY_MS))
            .unwrap_err()
            .to_string()
            .contains("1970-01-03.json: is no manifest")
    );
}

#[test]
fn a_class_is_retired_by_whole_days() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shelf = Shelf::open(
        &crate::history::Config::default(),
        dir.path(),
        runtime.handle().clone(),
    )
    .unwrap();
    let shelf = Arc::new(shelf);
    let catalogue = Catalogue::new(shelf.clone());
    for (class, hour) in [
        (Class::Turnover, 1),
        (Class::Visits, 1),
        (Class::Visits, 25),
        (Class::Visits, 49),
    ] {
        let entry = entry(class, hour, 1);
        shelf.put(&entry.file, vec![1]).unwrap();
        catalogue.put(entry).unwrap();
    }
    assert_eq!(
        catalogue
            .retire(Class::Visits, Millis(2 * DAY_MS + 1))
            .unwrap(),
        2
    );
    let left = |day: u64| catalogue.day(Millis(day * DAY_MS)).unwrap().len();
    assert_eq!(
        (left(0), left(1), left(2)),
        (1, 0, 1),
        "turnover stays, and what is younger"
    );
    assert!(
        !dir.path()
            .join("visits/date=1970-01-01/01.parquet")
            .exists()
    );
    assert!(
        dir.path()
            .join("turnover/date=1970-01-01/01.parquet")
            .exists()
    );
    assert!(!dir.path().join("manifest/1970-01-02.json").exists());
}
