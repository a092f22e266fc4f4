//! What is kept of changes is what was said, and no more than is needed.

use super::*;
use crate::domain::LatLon;

#[test]
fn the_file_is_rewritten_once_it_holds_more_than_twice_what_is_needed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("changes.jsonl");
    let (mut log, _) = ChangeLog::open(&path).unwrap();
    for i in 0..100 {
        log.append(&[
            Change::RemoveBay("gone".into()),
            Change::RemoveBay(format!("b{}", i % 10)),
        ])
        .unwrap();
    }
    let (mut log, mut overlay) = ChangeLog::open(&path).unwrap();
    assert_eq!((overlay.read, overlay.bays.len()), (200, 11));
    log.compact(&mut overlay, |id, class| {
        class == Class::Bay && id != "gone"
    })
    .unwrap();
    let (mut log, mut overlay) = ChangeLog::open(&path).unwrap();
    assert_eq!(
        (overlay.read, overlay.bays.len()),
        (10, 10),
        "what the files do not have need not be removed"
    );
    log.compact(&mut overlay, |_, _| true).unwrap();
    assert_eq!(ChangeLog::open(&path).unwrap().1.read, 10);
}

#[test]
fn an_outline_is_kept_whole_and_one_of_an_older_hub_is_read() {
    let ring = |lat: f64| [0.0, 0.1, 0.2, 0.0].map(|lon| LatLon { lat, lon }).to_vec();
    let mut zone = super::super::tests::zone("Z", 1.0, 2.0);
    for outline in [
        vec![],
        vec![vec![ring(1.0)]],
        vec![vec![ring(1.0), ring(1.5)]],
        vec![vec![ring(1.0)], vec![ring(2.0), ring(2.5)]],
    ] {
        zone.outline = outline;
        let text = serde_json::to_string(&[Change::from(&zone)]).unwrap();
        let read = Overlay::from_text("c", &format!("{text}\n")).unwrap();
        assert_eq!(read.zones["Z"].as_ref(), Some(&zone));
    }
    let older = r#"[{"put_zone":{"id":"Z","name":"Zone Z","kind":"off_street","operator":"",
        "capacity":0,"at":[10000000,20000000],"outline":[[0,0],[0,1],[1,1],[0,0]],
        "stale_after_s":null}}]"#;
    let read = Overlay::from_text("c", &format!("{}\n", older.replace('\n', ""))).unwrap();
    let outline = &read.zones["Z"].as_ref().unwrap().outline;
    assert_eq!(
        (outline.len(), outline[0].len(), outline[0][0].len()),
        (1, 1, 4)
    );
}

#[test]
fn a_line_that_is_no_change_is_an_error_with_its_number() {
    for bad in ["[{\"put_tree\":1}]", "{}", "[{\"put_bay\":{}}]", "\0\0"] {
        let e = Overlay::from_text("c", &format!("[]\n{bad}\n"))
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(e.starts_with("c: line 2: "), "{e}");
    }
}
