//! The registry over its files: what each start finds, keeps, cuts and refuses.

use super::city::{BaySpec, ZoneSpec};
use super::tests::{bay, check_invariants, town, zone};
use super::*;
use crate::domain::LatLon;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use tempfile::TempDir;

/// A folder with the two files, and room for data.
pub(super) struct CityFolder {
    dir: TempDir,
}

impl CityFolder {
    pub(super) fn new(zones: &[ZoneSpec], bays: &[BaySpec]) -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        place.write(zones, bays);
        place
    }

    pub(super) fn write(&self, zones: &[ZoneSpec], bays: &[BaySpec]) {
        let point = |p: LatLon| {
            format!(
                r#""geometry":{{"type":"Point","coordinates":[{},{}]}}"#,
                p.lon, p.lat
            )
        };
        let zones = zones.iter().map(|z| {
            let p = format!(
                r#"{{"id":"{}","name":"{}","kind":"{}","capacity":{}}}"#,
                z.id,
                z.name,
                z.kind.name(),
                z.capacity
            );
            format!(
                r#"{{"type":"Feature",{},"properties":{p}}}"#,
                point(z.place)
            )
        });
        let bays = bays.iter().map(|b| {
            let price = b.attrs.price_cents_per_hour.unwrap_or(0);
            let p = format!(
                r#"{{"id":"{}","zone":"{}","price_cents_per_hour":{price}}}"#,
                b.id, b.zone
            );
            format!(
                r#"{{"type":"Feature",{},"properties":{p}}}"#,
                point(b.place)
            )
        });
        self.put("zones.geojson", &collection(zones));
        self.put("bays.geojson", &collection(bays));
    }

    pub(super) fn put(&self, file: &str, text: &str) {
        fs::write(self.dir.path().join(file), text).unwrap();
    }

    pub(super) fn file(&self, file: &str) -> std::path::PathBuf {
        self.dir.path().join(file)
    }

    pub(super) fn kept(&self, file: &str) -> std::path::PathBuf {
        self.dir.path().join("data/registry").join(file)
    }

    pub(super) fn open(&self) -> Result<Registry, RegistryError> {
        self.open_as(Reading::default())
    }

    pub(super) fn open_as(&self, reading: Reading) -> Result<Registry, RegistryError> {
        let data = self.dir.path().join("data");
        Registry::open_as(self.dir.path(), &data, tests_devices::MODELS, reading)
    }
}

fn collection(features: impl Iterator<Item = String>) -> String {
    let mut all = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
    for (i, f) in features.enumerate() {
        write!(all, "{}{f}", if i == 0 { "\n" } else { ",\n" }).unwrap();
    }
    all + "\n]}\n"
}

fn err<T>(r: Result<T, RegistryError>) -> String {
    r.err().expect("an error").0
}

fn numbers(r: &Registry) -> BTreeMap<String, u32> {
    let city = r.city();
    tests::live(&city)
        .map(|b| (city.bay_id(b).to_string(), city.bay_number(b)))
        .collect()
}

#[test]
fn what_the_files_say_is_what_the_city_is() {
    let (zones, bays) = town(5, 20);
    let r = CityFolder::new(&zones, &bays).open().unwrap();
    check_invariants(&r);
    let city = r.city();
    for b in &bays {
        let ix = r.bay(&b.id).unwrap();
        assert_eq!(
            (city.attrs(ix), &city.zone(city.zone_of(ix)).spec.id),
            (b.attrs, &b.zone)
        );
        assert!(city.place(ix).distance_m(b.place) < 0.02);
    }
    let empty = CityFolder::new(&[], &[]).open().unwrap();
    assert_eq!(
        (empty.city().bay_slots(), empty.city().zone_count()),
        (0, 0)
    );
}

#[test]
fn a_city_that_only_counts_needs_no_file_of_bays_but_zones_it_must_have() {
    let place = CityFolder::new(&[zone("a", 1.3, 103.8)], &[]);
    let bays = place.dir.path().join("bays.geojson");
    fs::remove_file(&bays).unwrap();
    let r = place.open().unwrap();
    assert_eq!((r.zone("a").is_some(), r.city().live_bays()), (true, 0));
    drop(r);
    fs::create_dir(&bays).unwrap();
    assert!(err(place.open()).contains("bays.geojson: "));
    fs::remove_file(place.dir.path().join("zones.geojson")).unwrap();
    let e = err(place.open());
    assert!(
        e.contains("zones.geojson: there is no such file") && e.starts_with('/'),
        "{e}"
    );
}

#[test]
fn all_faults_of_a_file_are_told_at_once_with_file_position_and_id() {
    let (zones, mut bays) = town(2, 3);
    bays[1].id = "b0".into();
    bays[2].zone = "nowhere".into();
    bays[3].id = r"a\u0001b".into();
    let place = CityFolder::new(&zones, &bays);
    let e = err(place.open());
    let lines: Vec<_> = e.lines().collect();
    assert_eq!(lines.len(), 3, "{e}");
    for (line, want) in lines.iter().zip([
        r#"bays.geojson: features[1] (id "b0"): duplicate id"#,
        r#"bays.geojson: features[2] (id "b2"): unknown zone "nowhere""#,
        r#"bays.geojson: features[3] (id "a\u{1}b"): invalid id"#,
    ]) {
        assert!(line.contains(want), "{line}");
    }
    assert!(
        !place.kept("identities").exists()
            || fs::read(place.kept("identities")).unwrap().is_empty()
    );

    let twice = [zones[0].clone(), zones[0].clone()];
    let e = err(CityFolder::new(&twice, &[]).open());
    assert!(
        e.contains(r#"zones.geojson: features[1] (id "z0"): duplicate id"#),
        "{e}"
    );
}

#[test]
fn a_torn_file_of_bays_is_told_with_the_faults_before_it() {
    let (zones, mut bays) = town(1, 3);
    bays[0].zone = "nowhere".into();
    let place = CityFolder::new(&zones, &bays);
    let text = fs::read_to_string(place.dir.path().join("bays.geojson")).unwrap();
    place.put("bays.geojson", &text[..text.len() - 40]);
    let e = err(place.open());
    assert!(
        e.contains("unknown zone")
            && e.contains("bays.geojson: features[2]: EOF")
            && e.contains("line 4"),
        "{e}"
    );
}

#[test]
fn a_bay_put_into_the_middle_of_the_file_shifts_no_number() {
    let (zones, mut bays) = town(4, 10);
    let place = CityFolder::new(&zones, &bays);
    let first = numbers(&place.open().unwrap());
    let middle = zones[1].place;
    bays.insert(7, bay("middle", "z1", middle.lat, middle.lon));
    let gone = bays.remove(20).id;
    let more = [vec![zone("aa", 1.2, 103.6)], zones].concat();
    place.write(&more, &bays);
    let r = place.open().unwrap();
    check_invariants(&r);
    let second = numbers(&r);
    assert_eq!(second["middle"], 40);
    for (id, n) in &first {
        assert_eq!(second.get(id), Some(n).filter(|_| *id != gone));
    }
    assert_eq!(r.city().bay_numbered(first[&gone]), None);
    assert_eq!(r.city().zone(r.zone("aa").unwrap()).number, 4);
    assert_eq!(r.city().zone(r.zone("z3").unwrap()).number, 3);
}

#[test]
fn changes_outlive_a_restart_and_stand_above_the_files() {
    let (zones, bays) = town(3, 4);
    let place = CityFolder::new(&zones, &bays);
    let r = place.open().unwrap();
    r.put_zones(vec![
        zone("new", 1.4, 103.9),
        ZoneSpec {
            capacity: 50,
            operator: "LTA".into(),
            ..zones[0].clone()
        },
    ])
    .unwrap();
    r.put_bays(vec![
        bay("n1", "new", 1.4, 103.9),
        BaySpec {
            place: LatLon {
                lat: 1.5,
                lon: 104.0,
            },
            ..bays[0].clone()
        },
    ])
    .unwrap();
    r.remove_bays(&["b2".into(), "b5".into(), "b8".into(), "b11".into()])
        .unwrap();
    r.remove_zone("z2").unwrap();
    let before = numbers(&r);
    drop(r);
    for _ in 0..2 {
        let r = place.open().unwrap();
        check_invariants(&r);
        assert_eq!(numbers(&r), before);
        assert_eq!(
            (r.zone("z2"), r.bay("b5"), r.city().bay_slots()),
            (None, None, 9)
        );
        assert_eq!(
            r.city().place_e7(r.bay("b0").unwrap()),
            (15_000_000, 1_040_000_000)
        );
        let z0 = r.city().zone(r.zone("z0").unwrap()).spec.clone();
        assert_eq!((&*z0.operator, z0.capacity), ("LTA", 50));
    }
    place.write(&zones[1..], &bays);
    assert!(
        place.open().is_ok(),
        "a zone that was changed at run time is kept when the file drops it"
    );
    place.write(&[zones[0].clone(), zones[2].clone()], &[]);
    let r = place.open().unwrap();
    assert_eq!(
        (r.bay("n1").is_some(), r.bay("b0").is_some(), r.bay("b1")),
        (true, true, None)
    );
}

#[test]
fn sources_outlive_a_restart() {
    let place = CityFolder::new(&[], &[]);
    let r = place.open().unwrap();
    r.enrol_sources(&[("lamp", SourceKind::Sensor), ("app", SourceKind::App)])
        .unwrap();
    r.enrol_source("lamp", SourceKind::Gate).unwrap();
    let r = place.open().unwrap();
    assert_eq!(r.source("lamp"), Some((SourceIx(0), SourceKind::Gate)));
    assert_eq!(r.source("app"), Some((SourceIx(1), SourceKind::App)));
    assert_eq!(
        r.enrol_source("third", SourceKind::App).unwrap(),
        SourceIx(2)
    );
}

#[test]
fn torn_tails_are_cut_and_all_before_them_stands() {
    let (zones, bays) = town(2, 3);
    let place = CityFolder::new(&zones, &bays);
    let r = place.open().unwrap();
    r.put_bays(vec![bay("n1", "z0", 1.4, 103.9)]).unwrap();
    let before = numbers(&r);
    for file in ["identities", "changes.jsonl"] {
        let path = place.kept(file);
        let whole = fs::read(&path).unwrap();
        let torn = if file == "identities" {
            &b"b half-a-li"[..]
        } else {
            &b"[{\"remove_bay\":\"n1\"}"[..]
        };
        fs::write(&path, [&whole, torn].concat()).unwrap();
        let r = place.open().unwrap();
        assert_eq!(
            (numbers(&r), fs::read(&path).unwrap()),
            (before.clone(), whole)
        );
    }
}

#[test]
fn a_spoilt_line_within_is_an_error_that_names_file_and_line() {
    let place = CityFolder::new(&[], &[]);
    drop(place.open().unwrap());
    fs::write(place.kept("identities"), "b x\nspoilt\nb y\n").unwrap();
    let e = err(place.open());
    assert!(
        e.contains("registry/identities: line 2: not an identity"),
        "{e}"
    );
    fs::write(place.kept("identities"), "").unwrap();
    fs::write(place.kept("changes.jsonl"), "[]\nspoilt\n").unwrap();
    let e = err(place.open());
    assert!(e.contains("changes.jsonl: line 2: "), "{e}");
}

#[test]
fn a_change_the_disk_refuses_has_not_happened() {
    let (zones, bays) = town(2, 3);
    let place = CityFolder::new(&zones, &bays);
    let r = place.open().unwrap();
    let before = numbers(&r);
    let kept = fs::read(place.kept("identities")).unwrap();
    *r.writer.lock().unwrap() = Some(ChangeLog::refusing());
    let moved = BaySpec {
        place: LatLon {
            lat: 1.5,
            lon: 104.0,
        },
        ..bays[0].clone()
    };
    let e = err(r.put_bays(vec![bay("n1", "z0", 1.4, 103.9), moved]));
    assert!(e.contains("cannot write"), "{e}");
    check_invariants(&r);
    assert_eq!((numbers(&r), r.bay("n1")), (before.clone(), None));
    assert_eq!(
        fs::read(place.kept("identities")).unwrap(),
        kept,
        "its numbers are taken back"
    );
    assert_eq!(numbers(&place.open().unwrap()), before);
}

#[test]
fn many_changes_are_compacted_at_the_next_start() {
    let (zones, bays) = town(1, 2);
    let place = CityFolder::new(&zones, &bays);
    let r = place.open().unwrap();
    for price in 0..100 {
        let mut b = bays[0].clone();
        b.attrs.price_cents_per_hour = Some(price + 1);
        r.put_bays(vec![b]).unwrap();
    }
    let lines = || {
        fs::read_to_string(place.kept("changes.jsonl"))
            .unwrap()
            .lines()
            .count()
    };
    assert_eq!(lines(), 100);
    for _ in 0..2 {
        let r = place.open().unwrap();
        assert_eq!(lines(), 1);
        assert_eq!(
            r.city().attrs(r.bay("b0").unwrap()).price_cents_per_hour,
            Some(100)
        );
    }
}
