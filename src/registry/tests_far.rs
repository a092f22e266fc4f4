//! Bays that lie far from their zones: refused as files and as changes, and never in the way of a
//! start once they were taken.

use super::tests::{bay, zone};
use super::tests_files::CityFolder;
use super::*;
use crate::domain::Millis;

const NOW: Millis = Millis(1_800_000_000_000);

fn err<T>(r: Result<T, RegistryError>) -> String {
    r.err().expect("an error").0
}

#[test]
fn a_file_with_a_bay_far_from_its_zone_stops_the_start_and_says_by_how_much() {
    let zones = [zone("a", 51.5, -0.12), zone("b", 51.51, -0.13)];
    let good = bay("good", "a", 51.5001, -0.1201);
    let swapped = bay("swapped", "a", -0.12, 51.5);
    let astray = bay("astray", "b", 51.6, -0.13);
    let all = [good.clone(), swapped, astray];
    let said = err(CityFolder::new(&zones, &all).open());
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(
        lines[0].contains("bays.geojson: features[1] (id \"swapped\"): lies 7")
            && lines[0].contains("look swapped"),
        "{said}"
    );
    assert!(
        lines[1].contains("features[2] (id \"astray\"): lies 10.0 km from its zone \"b\""),
        "{said}"
    );
    assert!(CityFolder::new(&zones, &[good]).open().is_ok());
}

#[test]
fn a_change_that_puts_a_bay_far_from_its_zone_is_refused_whole() {
    let zones = vec![zone("a", 51.5, -0.12)];
    let near = bay("near", "a", 51.5, -0.12);
    let r = Registry::in_memory(zones, vec![near.clone()]).unwrap();
    let more = bay("more", "a", 51.5, -0.121);
    let said = err(r.put_bays_at(vec![more, bay("far", "a", -0.12, 51.5)], NOW));
    assert!(
        said.starts_with("bays: features[1] (id \"far\"): lies 7") && said.contains("look swapped"),
        "{said}"
    );
    assert_eq!((r.bay("more"), r.bay("far")), (None, None));
    let moved = bay("near", "a", 51.6, -0.12);
    assert!(err(r.put_bays_at(vec![moved], NOW)).contains("lies 11.1 km"));
    assert!(
        r.city()
            .place(r.bay("near").unwrap())
            .distance_m(near.place)
            < 0.1
    );
}

#[test]
fn what_changes_have_put_never_keeps_a_hub_from_starting() {
    let folder = CityFolder::new(
        &[zone("a", 51.5, -0.12), zone("b", 51.5, -0.13)],
        &[bay("1", "a", 51.5, -0.12)],
    );
    let r = folder.open().unwrap();
    r.put_bays_at(vec![bay("2", "b", 51.5, -0.13)], NOW)
        .unwrap();
    // Both zones are found to be elsewhere; their bays follow one by one.
    r.put_zones(vec![zone("a", 51.6, -0.12)]).unwrap();
    drop(r);
    folder.write(
        &[zone("a", 51.5, -0.12), zone("b", 51.6, -0.13)],
        &[bay("1", "a", 51.5, -0.12)],
    );
    let r = folder.open().unwrap();
    assert!(r.bay("1").is_some() && r.bay("2").is_some());
    let mut dear = bay("1", "a", 51.5, -0.12);
    dear.attrs.price_cents_per_hour = Some(7);
    r.put_bays_at(vec![dear], NOW).unwrap();
    r.put_bays_at(vec![bay("1", "a", 51.6, -0.12)], NOW)
        .unwrap();
}

/// Three zones of London.
fn london() -> Vec<ZoneSpec> {
    let place = |n: u32| (51.5 + f64::from(n) / 100.0, -0.12);
    let zone = |n: u32| zone(&format!("z{n}"), place(n).0, place(n).1);
    (0..3).map(zone).collect()
}

#[test]
fn a_counted_zone_with_swapped_axes_stops_the_start_where_the_city_says_where_it_lies() {
    let mut zones = london();
    zones.insert(1, zone("odd", -0.12, 51.5));
    let said = err(CityFolder::new(&zones, &[]).open());
    assert!(
        said.contains("zones.geojson: features[1] (id \"odd\"): lies 7")
            && said.contains("look swapped")
            && said.lines().count() == 1,
        "{said}"
    );
    let two = [zone("a", 51.5, -0.12), zone("odd", -0.12, 51.5)];
    let two = CityFolder::new(&two, &[]);
    assert!(two.open().is_ok(), "nobody knows which is right");
    let reading = Reading {
        bbox: BBox::new(-0.6, 51.2, 0.4, 51.8),
        ..Reading::default()
    };
    let said = err(two.open_as(reading));
    assert!(
        said.contains("(id \"odd\"): lies 7")
            && said.contains("outside the city's box, [registry] box = [-0.6, 51.2,"),
        "{said}"
    );
}

#[test]
fn a_call_cannot_put_a_zone_far_from_the_city_but_what_is_there_may_be_changed() {
    let folder = CityFolder::new(&london(), &[]);
    let r = folder.open().unwrap();
    let said = err(r.put_zones(vec![zone("odd", -0.12, 51.5)]));
    assert!(
        said.starts_with("zones: features[0] (id \"odd\"): lies 7"),
        "{said}"
    );
    r.put_zones(vec![zone("Paris", 48.85, 2.35)]).unwrap();
    r.put_zones(vec![zone("Watford", 51.66, -0.4)]).unwrap();
    drop(r);
    // The city moves: what a call has put stays, and may be changed at its place.
    let tokyo = [
        zone("1", 35.68, 139.7),
        zone("2", 35.69, 139.7),
        zone("3", 35.7, 139.7),
    ];
    folder.write(&tokyo, &[]);
    let r = folder.open().unwrap();
    let capacity = 7;
    let same = ZoneSpec {
        capacity,
        ..zone("Watford", 51.66, -0.4)
    };
    r.put_zones(vec![same]).unwrap();
    let box_of_london = Reading {
        bbox: BBox::new(-0.6, 51.2, 0.4, 51.8),
        ..Reading::default()
    };
    drop(r);
    folder.write(&london(), &[]);
    let r = folder.open_as(box_of_london).unwrap();
    assert!(
        err(r.put_zones(vec![zone("Oxford", 51.75, -1.25)])).contains("(id \"Oxford\"): lies 44.")
    );
}
