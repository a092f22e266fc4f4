//! Which zones come of a feed's places, and which feeds are turned away.

use super::*;
use crate::domain::Reason;
use crate::ingest::codec::Said;
use crate::ingest::connector::Odd;
use std::sync::Mutex;

struct KeptZones {
    room: usize,
    put: Mutex<Vec<ZoneSpec>>,
}

impl ZoneMaker for KeptZones {
    fn room(&self) -> usize {
        self.room
    }

    fn put(&self, zones: Vec<ZoneSpec>) -> Result<(), String> {
        self.put.lock().unwrap().extend(zones);
        Ok(())
    }
}

fn kept(room: usize) -> KeptZones {
    let put = Mutex::default();
    KeptZones { room, put }
}

fn row(zone: &str, at: Option<(f64, f64)>, kind: BayKind, capacity: u32) -> FeedRow {
    FeedRow {
        said: Ok(Said::Present(None)),
        flow: None,
        payload: "{}".into(),
        place: Some(Box::new(Place {
            zone: Some(zone.into()),
            bay: None,
            name: Some(format!("Block {zone}")),
            address: None,
            operator: Some("hdb".into()),
            kind: None,
            at: at.and_then(|(lat, lon)| LatLon::new(lat, lon)),
            bay_kind: kind,
            capacity: Some(capacity),
            max_height_cm: Some(210),
        })),
        odd: Odd::default(),
    }
}

const HERE: Option<(f64, f64)> = Some((1.30, 103.85));

fn empty() -> Registry {
    Registry::in_memory(vec![], vec![]).unwrap()
}

#[test]
fn a_zone_has_what_all_rows_of_it_say_and_saying_it_again_changes_nothing() {
    let registry = empty();
    let rows = [
        row("A", HERE, BayKind::Car, 100),
        row("A", HERE, BayKind::Motorcycle, 20),
        row("B", Some((1.31, 103.86)), BayKind::Car, 50),
    ];
    let maker = kept(10);
    let made = make(&registry, &maker, &rows).unwrap();
    assert_eq!((made.put, made.left_out), (2, 0));
    let put = maker.put.into_inner().unwrap();
    let a = &put[0];
    assert_eq!((&*a.id, &*a.name, &*a.operator), ("A", "Block A", "hdb"));
    assert_eq!(
        (a.capacity, a.capacity_by_kind[..2].to_vec()),
        (120, vec![100, 20])
    );
    registry.put_zones(put).unwrap();
    let maker = kept(10);
    assert_eq!(
        make(&registry, &maker, &rows).unwrap(),
        MadeZones::default()
    );
    let bigger = [row("A", None, BayKind::Car, 101)];
    assert_eq!(make(&registry, &maker, &bigger).unwrap().put, 1);
    let put = maker.put.into_inner().unwrap();
    assert_eq!(
        (put[0].capacity, put[0].capacity_by_kind[1]),
        (121, 20),
        "the rest stays"
    );
    assert!(put[0].place.distance_m(LatLon::new(1.30, 103.85).unwrap()) < 1.0);
}

#[test]
fn no_more_zones_are_made_than_there_is_room_for_and_none_of_what_is_no_place() {
    let registry = empty();
    let mut rows: Vec<FeedRow> = (0..20)
        .map(|n| row(&format!("Z{n}"), HERE, BayKind::Car, 10))
        .collect();
    rows.push(row("no id", HERE, BayKind::Car, 10));
    rows.push(row("nowhere", None, BayKind::Car, 10));
    rows.push(row("null", Some((0.0, 0.0)), BayKind::Car, 10));
    rows.push(FeedRow {
        said: Err((Reason::Malformed, "x".into())),
        place: None,
        ..row("bad", HERE, BayKind::Car, 1)
    });
    let made = make(&registry, &kept(15), &rows).unwrap();
    assert_eq!((made.put, made.left_out), (15, 8));
}

#[test]
fn a_feed_whose_places_are_in_another_country_makes_no_zone() {
    let registry = empty();
    let two = |swap: bool| {
        let place = |lat, lon| Some(if swap { (lon, lat) } else { (lat, lon) });
        [
            row("A", place(1.30, 83.85), BayKind::Car, 1),
            row("B", place(1.31, 83.86), BayKind::Car, 1),
        ]
    };
    let maker = kept(10);
    assert_eq!(make(&registry, &maker, &two(false)).unwrap().put, 2);
    registry.put_zones(maker.put.into_inner().unwrap()).unwrap();
    let mut other = two(true);
    for (row, id) in other.iter_mut().zip(["C", "D"]) {
        row.place.as_mut().unwrap().zone = Some(id.into());
    }
    let why = make(&registry, &kept(10), &other).unwrap_err();
    assert!(why.ends_with("are swapped"), "{why}");
    let scattered = [
        row("E", HERE, BayKind::Car, 1),
        row("F", Some((48.7, 9.1)), BayKind::Car, 1),
        row("G", Some((31.2, 121.4)), BayKind::Car, 1),
    ];
    let why = make(&empty(), &kept(10), &scattered).unwrap_err();
    assert!(why.starts_with("3 of its 3 places"), "{why}");
}

#[test]
fn places_that_are_none_on_earth_make_no_zone_and_a_few_are_left_out() {
    let registry = empty();
    let nowhere = || {
        let odd = Odd {
            no_place: true,
            ..Odd::default()
        };
        let place = None;
        FeedRow {
            place,
            odd,
            ..row("X", None, BayKind::Car, 1)
        }
    };
    let good = |n: u32| row(&format!("Z{n}"), HERE, BayKind::Car, 9);
    let maker = kept(100);
    for rows in [
        vec![nowhere(), nowhere()],
        (0..8).map(good).chain([nowhere(), nowhere()]).collect(),
    ] {
        let why = make(&registry, &maker, &rows).unwrap_err();
        assert!(why.contains("swapped"), "{why}");
        assert!(maker.put.lock().unwrap().is_empty());
    }
    let rows: Vec<FeedRow> = (0..19).map(good).chain([nowhere()]).collect();
    let made = make(&registry, &maker, &rows).unwrap();
    assert_eq!((made.put, made.left_out), (19, 1));
}
