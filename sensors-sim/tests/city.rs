//! Cities as others see them: what is generated, what is written, what is read back.

use sensors_sim::{City, CityParams, LoadError, Place, Street, ZoneKind, is_valid_id};
use std::collections::HashSet;
use std::fs;

fn city(bays: u32, zones: Option<u32>, seed: u64) -> City {
    City::generate(&CityParams { bays, zones, seed })
}

#[test]
fn the_default_is_20_000_bays_in_300_zones() {
    let c = City::generate(&CityParams::default());
    assert_eq!((c.bays().len(), c.zones().len()), (20_000, 300));
}

#[test]
fn singapore_has_1_400_000_bays_in_14_000_zones() {
    assert_eq!(
        CityParams {
            bays: 1_400_000,
            ..CityParams::default()
        }
        .zone_count(),
        14_000
    );
}

#[test]
fn any_size_gives_exactly_the_bays_and_zones_asked_for() {
    for (bays, zones) in [
        (0, None),
        (1, None),
        (7, Some(3)),
        (50, Some(50)),
        (999, Some(2)),
        (30_000, Some(3)),
    ] {
        let c = city(bays, zones, 5);
        assert_eq!(c.bays().len(), bays as usize, "{bays} {zones:?}");
        if let (Some(z), true) = (zones, bays > 0) {
            assert_eq!(c.zones().len(), z as usize);
        }
    }
}

#[test]
fn a_seed_always_gives_the_same_city_and_another_seed_another() {
    assert!(city(3_000, None, 7) == city(3_000, None, 7));
    assert!(city(3_000, None, 7) != city(3_000, None, 8));
}

#[test]
fn ids_are_valid_and_unique() {
    let c = city(20_000, None, 1);
    let zones: HashSet<_> = c.zones().iter().map(|z| z.id.as_str()).collect();
    let bays: HashSet<_> = (0..c.bays().len() as u32).map(|b| c.bay_id(b)).collect();
    assert_eq!((zones.len(), bays.len()), (c.zones().len(), c.bays().len()));
    assert!(zones.iter().chain(&bays).all(|id| is_valid_id(id)));
}

#[test]
fn zones_hold_their_bays_and_a_few_are_only_counted() {
    let c = city(20_000, None, 1);
    assert!(
        c.zones()
            .iter()
            .all(|z| z.capacity as usize >= z.bays.len())
    );
    let counted = c.zones().iter().filter(|z| z.bays.is_empty()).count();
    assert!((5..=25).contains(&counted), "{counted}");
    for z in c.zones() {
        let usual = if z.kind == ZoneKind::OnStreet {
            5..=60
        } else {
            20..=1200
        };
        assert!(usual.contains(&z.capacity), "{} has {}", z.id, z.capacity);
    }
}

#[test]
fn all_places_lie_within_the_islands_box() {
    let c = city(50_000, None, 3);
    let places = c
        .bays()
        .iter()
        .map(|b| b.place)
        .chain(c.zones().iter().map(|z| z.place));
    for p in places.chain(c.zones().iter().flat_map(|z| z.outline.clone())) {
        assert!(
            (1.15..1.48).contains(&p.lat()) && (103.55..104.1).contains(&p.lon()),
            "{p:?}"
        );
    }
}

#[test]
fn attributes_come_in_the_shares_of_a_real_city() {
    let c = city(50_000, None, 4);
    let share = |f: fn(&sensors_sim::Bay) -> bool| {
        c.bays().iter().filter(|b| f(b)).count() as f64 / 50_000.0
    };
    assert!((0.015..0.025).contains(&share(|b| b.accessible)));
    assert!((0.03..0.05).contains(&share(|b| b.ev_charging)));
    assert!(share(|b| b.kind == sensors_sim::BayKind::Car) > 0.85);
}

#[test]
fn what_is_written_reads_back_as_the_same_city() {
    let dir = tempfile::tempdir().unwrap();
    let c = city(5_000, None, 2);
    c.write(dir.path()).unwrap();
    assert!(City::load(dir.path()).unwrap() == c);
    let text = fs::read_to_string(dir.path().join("bays.geojson")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["type"], "FeatureCollection");
    assert_eq!(json["features"].as_array().unwrap().len(), 5_000);
}

#[test]
fn bays_of_other_makers_may_come_in_any_order() {
    let dir = tempfile::tempdir().unwrap();
    let zone = |id| {
        format!(
            r#"{{"geometry":{{"coordinates":[103.8,1.3],"type":"Point"}},"x":1,"type":"Feature",
               "properties":{{"id":"{id}","kind":"on_street","capacity":2,"colour":"red"}}}}"#
        )
    };
    let bay = |id, zone| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","zone":"{zone}","max_height_cm":null}},
               "geometry":{{"type":"Point","coordinates":[103.8,1.3]}}}}"#
        )
    };
    let collect = |f: &[String]| {
        format!(
            r#"{{"features":[{}],"type":"FeatureCollection"}}"#,
            f.join(",")
        )
    };
    fs::write(
        dir.path().join("zones.geojson"),
        collect(&[zone("A"), zone("B")]),
    )
    .unwrap();
    fs::write(
        dir.path().join("bays.geojson"),
        collect(&[bay("b1", "B"), bay("a1", "A"), bay("b2", "B")]),
    )
    .unwrap();
    let c = City::load(dir.path()).unwrap();
    assert_eq!((c.bay_id(0), c.bay_id(1), c.bay_id(2)), ("a1", "b1", "b2"));
    assert_eq!(c.zones()[1].bays, 1..3);
}

#[test]
fn a_bad_file_is_refused_with_its_name_and_the_feature() {
    let dir = tempfile::tempdir().unwrap();
    let c = city(40, Some(2), 2);
    let breakages: [(&str, &str, &str); 6] = [
        ("bays.geojson", r#""kind":"car""#, r#""kind":"tank""#),
        (
            "bays.geojson",
            r#""coordinates":[103."#,
            r#""coordinates":[903."#,
        ),
        ("bays.geojson", r#""zone":"#, r#""zone":"nowhere","was":"#),
        ("bays.geojson", "-002\"", "-001\""),
        ("zones.geojson", r#""capacity":"#, r#""capacity":1,"was":"#),
        (
            "zones.geojson",
            "FeatureCollection\",\"features\"",
            "FeatureCollection\",\"none\"",
        ),
    ];
    for (file, from, to) in breakages {
        c.write(dir.path()).unwrap();
        let path = dir.path().join(file);
        let good = fs::read_to_string(&path).unwrap();
        assert!(good.contains(from), "{from}");
        fs::write(&path, good.replace(from, to)).unwrap();
        let e = City::load(dir.path()).unwrap_err();
        assert!(
            matches!(e, LoadError::Bad(..)) && e.to_string().contains(".geojson"),
            "{to}: {e}"
        );
    }
    fs::remove_file(dir.path().join("zones.geojson")).unwrap();
    assert!(matches!(City::load(dir.path()), Err(LoadError::Io(..))));
}

/// Metres from a place to the nearest street, and that street's name.
fn nearest_street(streets: &[Street], place: Place) -> (f64, &str) {
    let far = |s: &Street| {
        let (bx, by) = s.line[1].metres_from(s.line[0]);
        let (px, py) = place.metres_from(s.line[0]);
        let t = ((px * bx + py * by) / (bx * bx + by * by)).clamp(0.0, 1.0);
        (px - t * bx).hypot(py - t * by)
    };
    let each = streets.iter().map(|s| (far(s), s.name.as_str()));
    each.min_by(|a, b| a.0.total_cmp(&b.0)).expect("a street")
}

#[test]
fn kerbs_lie_along_the_street_they_are_called_after_and_car_parks_beside_streets() {
    let c = City::generate(&CityParams::default());
    let streets = c.streets();
    let mut parks = 0;
    let mut across = 0;
    for zone in c.zones().iter().filter(|z| !z.bays.is_empty()) {
        let ends = [zone.bays.start, zone.bays.end - 1];
        for bay in ends.map(|bay| c.bays()[bay as usize].place) {
            let (far, name) = nearest_street(&streets, bay);
            if zone.kind == ZoneKind::OnStreet {
                let beside = (5.0..6.0).contains(&far);
                assert!(
                    beside && zone.name.starts_with(name),
                    "{}: {far} {name}",
                    zone.name
                );
            } else {
                parks += 1;
                across += u32::from(far < 6.0);
            }
        }
    }
    assert!(across * 50 < parks, "{across} of {parks} lie on a street");
}

#[test]
fn streets_are_as_large_as_the_island_however_many_bays_there_are() {
    for (bays, most) in [(0, 0), (20_000, 1_200_000), (1_400_000, 6_000_000)] {
        let dir = tempfile::tempdir().unwrap();
        let c = city(bays, None, 1);
        c.write_streets(dir.path()).unwrap();
        let text = fs::read_to_string(dir.path().join("streets.geojson")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let streets = json["features"].as_array().unwrap();
        assert_eq!(streets.is_empty(), bays == 0);
        assert!(text.len() < most + 100, "{bays} bays: {} bytes", text.len());
        for street in streets {
            assert!(!street["properties"]["name"].as_str().unwrap().is_empty());
            let line = street["geometry"]["coordinates"].as_array().unwrap();
            assert!(line.len() >= 2 && line[0] != line[1], "{street}");
        }
        // Of a large city it takes its time, and is the same code.
        assert!(bays > 20_000 || c.streets() == city(bays, None, 1).streets());
    }
}
