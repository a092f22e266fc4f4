//! Bays that lie far from their zones: refused as files and as changes, and never in the way of a
//! start once they were taken.

use super::tests::{bay, zone};
use super::tests_files::CityFolder;
use super::*;

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
