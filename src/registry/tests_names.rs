//! Names that are no ids, and several names of one thing: in files, as changes, after a restart.

use super::tests::{bay, check_invariants, zone};
use super::tests_files::CityFolder;
use super::*;

fn err<T>(r: Result<T, RegistryError>) -> String {
    r.err().expect("an error").0
}

fn feature(properties: &str) -> String {
    format!(
        r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[103.8,1.3]}},"properties":{properties}}}"#
    )
}

fn collection(features: &[&str]) -> String {
    let all: Vec<String> = features.iter().map(|p| feature(p)).collect();
    format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        all.join(",\n")
    )
}

/// A folder with these properties of zones and bays.
fn folder(zones: &[&str], bays: &[&str]) -> CityFolder {
    let folder = CityFolder::new(&[], &[]);
    folder.put("zones.geojson", &collection(zones));
    folder.put("bays.geojson", &collection(bays));
    folder
}

fn names(all: &Arc<[Arc<str>]>) -> Vec<&str> {
    all.iter().map(|name| &**name).collect()
}

fn called(id: &str, aliases: &[&str]) -> BaySpec {
    BaySpec {
        aliases: aliases.iter().map(|&a| a.to_owned()).collect(),
        ..bay(id, "z", 1.3, 103.8)
    }
}

#[test]
fn a_city_whose_ids_have_blanks_and_brackets_loads_as_it_is() {
    let place = folder(
        &[
            r#"{"id":"P 12 (Nord)"}"#,
            r#"{"id":"z","aliases":"Zone Süd"}"#,
        ],
        &[
            r#"{"id":"A/7","zone":"P 12 (Nord)"}"#,
            r#"{"id":"b","zone":"Zone Süd","aliases":["Platz 8",9,null,"Platz 8","b"]}"#,
        ],
    );
    let first = place.open().unwrap();
    for r in [first, place.open().unwrap()] {
        check_invariants(&r);
        let nord = r.zone("P-12-Nord").unwrap();
        assert_eq!(r.zone_called("P 12 (Nord)"), Some(nord));
        assert_eq!(r.zone("P 12 (Nord)"), None, "an alias is no id");
        let city = r.city();
        assert_eq!(city.zone(nord).spec.name, "P 12 (Nord)");
        let a7 = r.bay_called("A/7").unwrap();
        assert_eq!((r.bay("A-7"), city.zone_of(a7)), (Some(a7), nord));
        assert_eq!(r.bay_id("A/7").as_deref(), Some("A-7"));
        assert_eq!(names(&r.bay_aliases("b")), ["Platz 8", "9"]);
        assert_eq!(r.bay_called("9"), r.bay("b"));
        assert_eq!(Some(city.zone_of(r.bay("b").unwrap())), r.zone("z"));
        assert_eq!(r.bay_called("b 9"), None);
    }
}

#[test]
fn what_would_be_two_things_names_is_a_fault_that_says_so() {
    let said = err(folder(
        &[r#"{"id":"z"}"#],
        &[
            r#"{"id":"P 1","zone":"z"}"#,
            r#"{"id":"P-1","zone":"z"}"#,
            r#"{"id":"a\nb","zone":"z"}"#,
            r#"{"id":"x","zone":"z","aliases":[""]}"#,
            r#"{"id":"y","zone":"z","aliases":[true]}"#,
            r#"{"id":"w","zone":"z","aliases":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}"#,
        ],
    )
    .open());
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 5, "{said}");
    for (line, words) in lines.iter().zip([
        "features[1] (id \"P-1\"): duplicate id",
        "features[2] (id \"a\\nb\"): invalid id",
        "features[3] (id \"x\"): alias \"\": 1 to 128 characters",
        "features[4] (id \"y\"): an alias is true",
        "features[5] (id \"w\"): has 17 aliases; 16 are the most",
    ]) {
        assert!(line.contains(words), "{line}");
    }
    let said = err(folder(
        &[r#"{"id":"z","aliases":["q"]}"#, r#"{"id":"q"}"#],
        &[
            r#"{"id":"1","zone":"z","aliases":["2"]}"#,
            r#"{"id":"2","zone":"z","aliases":["a","b"]}"#,
            r#"{"id":"3","zone":"z","aliases":["b"]}"#,
        ],
    )
    .open());
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(
        lines[0].contains("features[0] (id \"1\"): alias \"2\" is the id of another")
            && lines[1].contains("features[2] (id \"3\"): alias \"b\" is one of \"2\" as well")
            && lines[2].contains("zones.geojson: features[0] (id \"z\"): alias \"q\""),
        "{said}"
    );
}

#[test]
fn changes_are_taken_by_any_name_and_names_are_kept() {
    let place = CityFolder::new(&[zone("z", 1.3, 103.8)], &[bay("1", "z", 1.3, 103.8)]);
    let r = place.open().unwrap();
    r.put_bays(vec![called("1", &["Platz 1", "eins"])]).unwrap();
    let one = r.bay("1").unwrap();
    assert_eq!(r.bay_called("eins"), Some(one));
    // By an alias, to another place: the same bay, which keeps the name.
    let mut moved = called("eins", &["Platz 1"]);
    moved.place.lat += 0.001;
    r.put_bays(vec![moved]).unwrap();
    assert_eq!(r.city().live_bays(), 1);
    assert_eq!(r.bay_called("Platz 1"), r.bay("1"));
    assert_ne!(r.bay("1"), Some(one));
    assert_eq!(names(&r.bay_aliases("1")), ["Platz 1", "eins"]);
    // And by one that is no id.
    r.put_bays(vec![called("Platz 1", &[])]).unwrap();
    assert_eq!((r.city().live_bays(), r.bay("Platz-1")), (1, None));
    assert_eq!(names(&r.bay_aliases("1")), ["Platz 1"]);
    assert_eq!(r.bay_called("eins"), None, "no longer given");
    r.put_zones(vec![ZoneSpec {
        aliases: vec!["Süd".into()],
        ..zone("z", 1.3, 103.8)
    }])
    .unwrap();
    r.put_bays(vec![BaySpec {
        zone: "Süd".into(),
        ..called("2", &["zwei"])
    }])
    .unwrap();
    drop(r);
    let r = place.open().unwrap();
    check_invariants(&r);
    assert_eq!(r.bay_called("Platz 1"), r.bay("1"));
    assert_eq!(r.bay_called("zwei"), r.bay("2"));
    assert!(r.bay("2").is_some() && r.zone_called("Süd").is_some());
    r.remove_bays(&["zwei".into(), "Platz 1".into()]).unwrap();
    assert_eq!((r.bay_called("zwei"), r.city().live_bays()), (None, 0));
    r.remove_zone("Süd").unwrap();
    assert_eq!(r.zone_called("Süd"), None);
    drop(r);
    assert!(place.open().unwrap().bay_called("zwei").is_none());
}

#[test]
fn a_change_that_makes_a_name_ambiguous_is_refused_whole() {
    let r = Registry::in_memory(vec![zone("z", 1.3, 103.8)], vec![called("1", &["eins"])]).unwrap();
    for (batch, words) in [
        (
            vec![called("2", &["1"])],
            "alias \"1\" is the id of another",
        ),
        (
            vec![called("2", &["eins"])],
            "alias \"eins\" is one of \"1\" as well",
        ),
        (
            vec![called("2", &["x"]), called("3", &["x"])],
            "alias \"x\" is one of \"2\" as well",
        ),
        (
            vec![called("2", &["3"]), called("3", &[])],
            "alias \"3\" is the id of another",
        ),
        (
            vec![called("1", &[]), called("eins", &[])],
            "duplicate id: comes twice",
        ),
    ] {
        let said = err(r.put_bays(batch));
        assert!(said.contains(words), "{said}");
        assert_eq!((r.city().live_bays(), r.bay("2")), (1, None));
        assert_eq!(r.bay_called("eins"), r.bay("1"));
    }
    // A name may change hands within one batch.
    r.put_bays(vec![called("1", &["uno"]), called("2", &["eins"])])
        .unwrap();
    assert_eq!(r.bay_called("eins"), r.bay("2"));
    assert_eq!(r.bay_called("uno"), r.bay("1"));
}

#[test]
fn an_alias_that_a_change_gave_yields_to_an_id_of_a_later_file() {
    let place = CityFolder::new(&[zone("z", 1.3, 103.8)], &[bay("1", "z", 1.3, 103.8)]);
    let r = place.open().unwrap();
    r.put_bays(vec![called("1", &["2", "uno"])]).unwrap();
    drop(r);
    place.write(
        &[zone("z", 1.3, 103.8)],
        &[bay("1", "z", 1.3, 103.8), bay("2", "z", 1.3, 103.8)],
    );
    let r = place.open().unwrap();
    assert_eq!((r.city().live_bays(), r.bay_called("2")), (2, r.bay("2")));
    assert_eq!(names(&r.bay_aliases("1")), ["uno"]);
}

#[test]
fn a_device_may_name_its_bay_by_an_alias_and_is_listed_with_its_id() {
    let place = folder(
        &[r#"{"id":"z"}"#],
        &[r#"{"id":"P 1","zone":"z"}"#, r#"{"id":"P 2","zone":"z"}"#],
    );
    place.put(
        "devices.json",
        r#"[{"device":"0102030405060708","bay":"P 1","model":"box"}]"#,
    );
    let r = place.open().unwrap();
    assert_eq!(r.devices_after("", 9)[0].bay, "P-1");
    r.put_devices(&[DeviceSpec {
        bay: "P 2".into(),
        ..r.devices_after("", 9)[0].clone()
    }])
    .unwrap();
    assert_eq!(r.devices_after("", 9)[0].bay, "P-2");
}
