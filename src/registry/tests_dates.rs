//! When zones entered the registry and when they last changed.

use super::city::ZoneDates;
use super::tests::{bay, zone};
use super::tests_files::CityFolder;
use super::{Registry, RegistryError, kept};
use crate::domain::Millis;
use std::fs::{File, read_to_string, write};
use std::time::{Duration, UNIX_EPOCH};

const MONDAY: Millis = Millis(1_795_000_000_000);
const TUESDAY: Millis = MONDAY.plus(86_400_000);
const WEDNESDAY: Millis = TUESDAY.plus(86_400_000);

/// The city's files were written then.
fn written(place: &CityFolder, at: Millis) {
    for file in ["zones.geojson", "bays.geojson"] {
        let file = File::options().append(true).open(place.file(file)).unwrap();
        let at = UNIX_EPOCH + Duration::from_millis(at.0);
        file.set_modified(at).unwrap();
    }
}

fn dates(r: &Registry, id: &str) -> ZoneDates {
    r.city().zone(r.zone(id).unwrap()).dates
}

const fn of(published: Millis, updated: Millis) -> ZoneDates {
    ZoneDates { published, updated }
}

#[test]
fn a_zone_of_a_file_is_as_old_as_the_file_it_first_stood_in() {
    let zones = [zone("a", 1.3, 103.8), zone("b", 1.31, 103.8)];
    let place = CityFolder::new(&zones, &[]);
    written(&place, MONDAY);
    assert_eq!(dates(&place.open().unwrap(), "a"), of(MONDAY, MONDAY));
    // The same again, and one more.
    let more = [zones[0].clone(), zones[1].clone(), zone("c", 1.32, 103.8)];
    place.write(&more, &[]);
    written(&place, TUESDAY);
    let r = place.open().unwrap();
    assert_eq!(dates(&r, "a"), of(MONDAY, MONDAY));
    assert_eq!(dates(&r, "c"), of(TUESDAY, TUESDAY));
    drop(r);
    // One is called otherwise.
    let mut renamed = more.clone();
    renamed[1].name = "Another".into();
    place.write(&renamed, &[]);
    written(&place, WEDNESDAY);
    let r = place.open().unwrap();
    assert_eq!(dates(&r, "b"), of(MONDAY, WEDNESDAY));
    assert_eq!(dates(&r, "a"), of(MONDAY, MONDAY));
}

#[test]
fn other_terms_of_its_bays_change_a_zone_and_their_order_does_not() {
    let zones = [zone("a", 1.3, 103.8)];
    let mut bays = vec![bay("1", "a", 1.3, 103.8), bay("2", "a", 1.3001, 103.8)];
    bays[0].attrs.price_cents_per_hour = Some(60);
    bays[1].attrs.price_cents_per_hour = Some(120);
    let place = CityFolder::new(&zones, &bays);
    written(&place, MONDAY);
    drop(place.open().unwrap());
    bays.reverse();
    place.write(&zones, &bays);
    written(&place, TUESDAY);
    assert_eq!(dates(&place.open().unwrap(), "a"), of(MONDAY, MONDAY));
    bays[0].attrs.price_cents_per_hour = Some(180);
    place.write(&zones, &bays);
    written(&place, WEDNESDAY);
    assert_eq!(dates(&place.open().unwrap(), "a"), of(MONDAY, WEDNESDAY));
}

#[test]
fn a_call_dates_by_its_clock_and_a_restart_moves_nothing() {
    let place = CityFolder::new(&[zone("a", 1.3, 103.8)], &[]);
    written(&place, MONDAY);
    let r = place.open().unwrap();
    r.put_zones_at(vec![zone("n", 1.31, 103.8)], TUESDAY)
        .unwrap();
    r.put_bays_at(vec![bay("1", "a", 1.3, 103.8)], WEDNESDAY)
        .unwrap();
    let want = [of(MONDAY, WEDNESDAY), of(TUESDAY, TUESDAY)];
    assert_eq!([dates(&r, "a"), dates(&r, "n")], want);
    // What was so already is no change.
    r.put_zones_at(vec![zone("n", 1.31, 103.8)], WEDNESDAY)
        .unwrap();
    assert_eq!(dates(&r, "n"), want[1]);
    drop(r);
    for _ in 0..2 {
        let r = place.open().unwrap();
        assert_eq!([dates(&r, "a"), dates(&r, "n")], want);
    }
}

#[test]
fn the_file_is_no_longer_than_what_it_says_and_a_line_that_is_none_stops_nothing() {
    let place = CityFolder::new(&[zone("a", 1.3, 103.8)], &[]);
    written(&place, MONDAY);
    let r = place.open().unwrap();
    for n in 0..100 {
        let put = vec![bay(&format!("b{n}"), "a", 1.3, 103.8)];
        r.put_bays_at(put, TUESDAY.plus(n)).unwrap();
    }
    drop(r);
    let file = place.kept(kept::DATES);
    assert_eq!(read_to_string(&file).unwrap().lines().count(), 101);
    drop(place.open().unwrap());
    let text = read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(
        !file.with_extension("before").exists(),
        "nobody asks for it"
    );
    write(&file, format!("no date\n{text}")).unwrap();
    let want = of(MONDAY, TUESDAY.plus(99));
    assert_eq!(dates(&place.open().unwrap(), "a"), want);
}

#[test]
fn a_change_that_the_disk_refuses_dates_nothing() {
    let place = CityFolder::new(&[zone("a", 1.3, 103.8)], &[]);
    written(&place, MONDAY);
    let r = place.open().unwrap();
    r.put_zones_at(vec![zone("n", 1.31, 103.8)], TUESDAY)
        .unwrap();
    let file = place.kept(kept::DATES);
    let before = read_to_string(&file).unwrap();
    *r.writer.lock().unwrap() = Some(super::ChangeLog::refusing());
    let put = r.put_zones_at(vec![zone("m", 1.32, 103.8)], WEDNESDAY);
    let RegistryError(why) = put.unwrap_err();
    assert!(why.contains("cannot write"), "{why}");
    assert_eq!(read_to_string(&file).unwrap(), before);
    assert!(r.zone("m").is_none());
}
