//! Shapes hold what they are of.

use super::*;
use crate::domain::BBox;
use serde_json::Value;

fn ring(json: &[u8], n: usize) -> Vec<(f64, f64)> {
    let value: Value = serde_json::from_slice(json).unwrap();
    assert_eq!(value["type"], "Polygon");
    let ring = value["coordinates"][n].as_array().unwrap().clone();
    assert!(ring.len() >= 4 && ring.first() == ring.last(), "{value}");
    let at = |v: &Value, n: usize| v[n].as_f64().unwrap();
    ring.iter().map(|v| (at(v, 0), at(v, 1))).collect()
}

/// Twice the area; above 0 where it runs counter-clockwise.
fn area(ring: &[(f64, f64)]) -> f64 {
    let pairs = ring.iter().zip(&ring[1..]);
    pairs.map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
}

fn holds(ring: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
    ring.iter()
        .zip(&ring[1..])
        .all(|(a, b)| (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0) > 0.0)
}

#[test]
fn a_zone_without_an_outline_holds_its_spaces() {
    let middle = LatLon {
        lat: 1.3,
        lon: 103.8,
    };
    let places: [(&str, Vec<PlaceE7>); 4] = [
        ("nobody", vec![]),
        ("one", vec![(13_000_000, 1_038_000_000)]),
        (
            "a row",
            (0..9)
                .map(|n| (13_000_000 + n * 250, 1_038_000_000))
                .collect(),
        ),
        (
            "a yard",
            (0..64)
                .map(|n| (13_000_000 + n % 8 * 450, 1_038_000_000 + n / 8 * 225))
                .collect(),
        ),
    ];
    for (name, bays) in places {
        let shape = of_zone(&[], middle, bays.iter().copied());
        let around = ring(&shape.json, 0);
        assert!(area(&around) > 0.0, "{name} runs the wrong way");
        assert!(around.len() <= 40, "{name}: {}", around.len());
        let bays = if bays.is_empty() {
            vec![middle.e7()]
        } else {
            bays
        };
        for bay in bays {
            let mut t = Text::with_capacity(0);
            of_space(&mut t, bay);
            for corner in ring(&t.0, 0) {
                assert!(holds(&around, corner), "{name}: {corner:?}");
            }
        }
    }
}

#[test]
fn a_space_has_the_size_that_is_said() {
    for lat in [0.0, 1.3, 52.5, -60.0] {
        let mut t = Text::with_capacity(0);
        of_space(&mut t, LatLon { lat, lon: 13.4 }.e7());
        let corners = ring(&t.0, 0);
        let at = |n: usize| LatLon {
            lat: corners[n].1,
            lon: corners[n].0,
        };
        let across = at(0).distance_m(at(1));
        let along = at(1).distance_m(at(2));
        assert!((across - 2.5).abs() < 0.05, "{lat}: {across}");
        assert!((along - 5.0).abs() < 0.05, "{lat}: {along}");
    }
}

#[test]
fn an_outline_is_told_as_given_with_its_holes_and_closed() {
    let corner = |lat: f64, lon: f64| LatLon { lat, lon };
    let outer = [
        (0.0, 0.0),
        (0.0, 0.01),
        (0.01, 0.01),
        (0.01, 0.0),
        (0.0, 0.0),
    ];
    let outer: Vec<LatLon> = outer.map(|(lat, lon)| corner(lat, lon)).into();
    // Not closed, as some files have it.
    let hole = [
        (0.004, 0.004),
        (0.006, 0.004),
        (0.006, 0.006),
        (0.004, 0.006),
    ];
    let hole: Vec<LatLon> = hole.map(|(lat, lon)| corner(lat, lon)).into();
    let shape = of_zone(&[vec![outer.clone(), hole]], outer[0], [].into_iter());
    assert_eq!(ring(&shape.json, 0).len(), 5);
    let told = ring(&shape.json, 1);
    assert_eq!((told.len(), told[0]), (5, (0.004, 0.004)));
    let far = |east: f64| {
        outer
            .iter()
            .map(move |c| corner(c.lat, c.lon + east))
            .collect()
    };
    let two = [vec![far(0.0)], vec![far(0.02)]];
    let shape = of_zone(&two, outer[0], [].into_iter());
    assert_eq!(shape.extent, Extent([0, 0, 100_000, 300_000]));
    assert!(area(&ring(&shape.json, 0)) > 0.0);
}

#[test]
fn what_crosses_the_180th_meridian_is_one_piece_and_is_met_from_both_sides() {
    let fiji = LatLon {
        lat: -17.0,
        lon: 180.0,
    };
    let bays = [
        (-170_000_000, 1_799_999_500),
        (-170_000_000, -1_799_999_500),
    ];
    let shape = of_zone(&[], fiji, bays.into_iter());
    let [_, west, _, east] = shape.extent.0;
    assert!(east - west < 2_000, "{:?}", shape.extent);
    let meets = |west, east| {
        shape
            .extent
            .meets(&BBox::new(west, -18.0, east, -16.0).unwrap())
    };
    assert!(meets(179.0, 180.0) && meets(-180.0, -179.0) && meets(179.9, -179.9));
    assert!(!meets(-179.0, 179.0) && !meets(10.0, 20.0));
}

#[test]
fn a_pole_and_a_point_thrice_break_nothing() {
    for lat in [90.0, -90.0] {
        let pole = LatLon { lat, lon: 0.0 };
        ring(&of_zone(&[], pole, [].into_iter()).json, 0);
    }
    let same = [(10, 10); 3];
    let shape = of_zone(&[], LatLon { lat: 0.0, lon: 0.0 }, same.into_iter());
    assert!(area(&ring(&shape.json, 0)) > 0.0);
}
