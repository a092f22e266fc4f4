//! Areas and floors: zones that are parts of another, in files and in changes.

use super::Registry;
use super::city::ZoneSpec;
use super::tests::zone;
use super::tests_files::CityFolder;
use crate::domain::ZoneKind;

fn part(id: &str, of: &str) -> ZoneSpec {
    ZoneSpec {
        part_of: Some(of.into()),
        ..zone(id, 1.3, 103.8)
    }
}

fn parts(registry: &Registry, whole: &str) -> Vec<String> {
    let whole = registry.zone(whole).unwrap();
    let city = registry.city();
    let parts = city.zone(whole).parts.iter();
    let ids = parts.map(|part| {
        assert_eq!(city.zone(*part).part_of, Some(whole));
        city.zone(*part).spec.id.clone()
    });
    ids.collect()
}

fn private(zone: ZoneSpec, operator: &str) -> ZoneSpec {
    ZoneSpec {
        kind: ZoneKind::Private,
        operator: operator.into(),
        ..zone
    }
}

#[test]
fn a_zone_knows_its_parts_in_the_order_of_the_file_whichever_comes_first() {
    let zones = vec![part("B2", "P"), zone("P", 1.3, 103.8), part("B1", "P")];
    let registry = Registry::in_memory(zones, vec![]).unwrap();
    assert_eq!(parts(&registry, "P"), ["B2", "B1"]);
    assert!(parts(&registry, "P").len() < super::parts::MOST);
}

#[test]
fn a_part_may_call_its_zone_by_an_alias() {
    let whole = || ZoneSpec {
        aliases: vec!["Mall (North)".into()],
        ..zone("P", 1.3, 103.8)
    };
    let loaded = Registry::in_memory(vec![whole(), part("B1", "Mall (North)")], vec![]).unwrap();
    assert_eq!(parts(&loaded, "P"), ["B1"]);
    let registry = Registry::in_memory(vec![whole()], vec![]).unwrap();
    registry
        .put_zones(vec![part("B1", "Mall (North)")])
        .unwrap();
    let b1 = registry.zone("B1").unwrap();
    let kept = registry.city().zone(b1).spec.part_of.clone();
    assert_eq!(kept.as_deref(), Some("P"), "an alias may pass to another");
}

#[test]
fn what_cannot_be_a_part_is_a_fault_in_files_and_in_changes_alike() {
    let ordinary = || zone("P", 1.3, 103.8);
    let cases: [(&str, Vec<ZoneSpec>); 7] = [
        ("unknown zone \"nowhere\"", vec![part("A", "nowhere")]),
        ("no part of itself", vec![part("A", "A")]),
        (
            "\"A\" is itself a part",
            vec![part("A", "P"), part("B", "A")],
        ),
        ("is itself a part", vec![part("A", "B"), part("B", "A")]),
        (
            "both private or neither is",
            vec![private(part("A", "P"), "x")],
        ),
        (
            "both private or neither is",
            vec![private(zone("Q", 1.3, 103.8), "x"), part("A", "Q")],
        ),
        (
            "another operator than zone \"Q\"",
            vec![
                private(zone("Q", 1.3, 103.8), "x"),
                private(part("A", "Q"), "y"),
            ],
        ),
    ];
    for (want, zones) in cases {
        let all = std::iter::once(ordinary()).chain(zones.clone()).collect();
        let file = Registry::in_memory(all, vec![]).err().unwrap().to_string();
        assert!(file.contains(want), "{file}");
        let registry = Registry::in_memory(vec![ordinary()], vec![]).unwrap();
        let change = registry.put_zones(zones).unwrap_err().to_string();
        assert!(change.contains(want), "{change}");
        assert_eq!(registry.city().zone_count(), 1, "nothing is half done");
    }
}

#[test]
fn the_file_and_the_feature_of_a_part_without_its_zone_are_told() {
    let folder = CityFolder::new(&[], &[]);
    let feature = |properties: &str| {
        format!(
            r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[103.8,1.3]}},"properties":{properties}}}"#
        )
    };
    let file = |b1: &str| {
        let both = [feature(r#"{"id":"P 1"}"#), feature(b1)].join(",");
        let text = format!(r#"{{"type":"FeatureCollection","features":[{both}]}}"#);
        folder.put("zones.geojson", &text);
    };
    file(r#"{"id":"B1","part_of":"nowhere"}"#);
    let what = folder.open().err().unwrap().to_string();
    assert!(
        what.contains("zones.geojson: features[1] (id \"B1\")"),
        "{what}"
    );
    file(r#"{"id":"B1","part_of":["P"]}"#);
    let what = folder.open().err().unwrap().to_string();
    assert!(what.contains("part_of is a list"), "{what}");
    file(r#"{"id":"B1","part_of":"P 1"}"#);
    let registry = folder.open().unwrap();
    assert_eq!(parts(&registry, "P-1"), ["B1"]);
    registry.put_zones(vec![part("B2", "P 1")]).unwrap();
    drop(registry);
    // A file that no longer has what a change has put a part in.
    assert_eq!(parts(&folder.open().unwrap(), "P-1"), ["B1", "B2"]);
    folder.write(&[zone("Q", 1.3, 103.8)], &[]);
    let what = folder.open().err().unwrap().to_string();
    assert!(
        what.contains("changes.jsonl") && what.contains("unknown zone"),
        "{what}"
    );
}

#[test]
fn a_zone_has_at_most_64_parts() {
    let floors = |n: usize| (0..n).map(|n| part(&format!("B{n}"), "P"));
    let whole = || std::iter::once(zone("P", 1.3, 103.8));
    let full = Registry::in_memory(whole().chain(floors(64)).collect(), vec![]).unwrap();
    assert_eq!(parts(&full, "P").len(), 64);
    let more = full.put_zones(vec![part("more", "P")]).unwrap_err();
    assert!(more.to_string().contains("more than 64 parts"), "{more}");
    let file = Registry::in_memory(whole().chain(floors(65)).collect(), vec![]);
    let what = file.err().unwrap().to_string();
    assert!(what.contains("more than 64 parts"), "{what}");
}

#[test]
fn parts_come_move_and_go_while_the_hub_runs() {
    let zones = vec![zone("P", 1.3, 103.8), zone("Q", 1.3, 103.8)];
    let registry = Registry::in_memory(zones, vec![]).unwrap();
    // The whole comes with it, behind it.
    let both = vec![part("A", "R"), zone("R", 1.3, 103.8), part("B", "P")];
    registry.put_zones(both).unwrap();
    assert_eq!(
        [parts(&registry, "P"), parts(&registry, "R")],
        [["B"], ["A"]]
    );
    registry.put_zones(vec![part("B", "Q")]).unwrap();
    assert!(parts(&registry, "P").is_empty());
    assert_eq!(parts(&registry, "Q"), ["B"]);
    let refused = registry.remove_zone("Q").unwrap_err().to_string();
    assert!(refused.contains("still has 1 parts"), "{refused}");
    let hidden = registry.put_zones(vec![private(zone("Q", 1.3, 103.8), "x")]);
    let what = hidden.unwrap_err().to_string();
    assert!(what.contains("(id \"B\")"), "{what}");
    registry.remove_zone("B").unwrap();
    registry.remove_zone("Q").unwrap();
    registry.put_zones(vec![zone("A", 1.3, 103.8)]).unwrap();
    assert!(parts(&registry, "R").is_empty(), "it stands for itself");
}

#[test]
fn a_part_may_call_its_zone_by_a_name_that_comes_with_it() {
    let named = |id: &str, aliases: &[&str]| ZoneSpec {
        aliases: aliases.iter().map(|&alias| alias.into()).collect(),
        ..zone(id, 1.3, 103.8)
    };
    let all = vec![
        part("B2", "the mall"),
        named("P", &["the mall"]),
        part("B1", "the mall"),
        part("N1", "P 12 (Nord)"),
        named("P 12 (Nord)", &[]),
    ];
    let file = Registry::in_memory(all.clone(), vec![]).unwrap();
    let registry = Registry::in_memory(vec![named("Q", &["the mall"])], vec![]).unwrap();
    let mut moved = vec![named("Q", &[])];
    moved.extend(all);
    registry.put_zones(moved).unwrap();
    for registry in [file, registry] {
        assert_eq!(parts(&registry, "P"), ["B2", "B1"]);
        assert_eq!(parts(&registry, "P-12-Nord"), ["N1"]);
        let city = registry.city();
        let b1 = registry.zone("B1").unwrap();
        assert!(city.zone(b1).part_of == registry.zone("P"));
    }
}

#[test]
fn what_a_part_called_its_zone_in_a_change_outlives_a_restart_as_an_id() {
    let folder = CityFolder::new(&[zone("Q", 1.3, 103.8)], &[]);
    let registry = folder.open().unwrap();
    let whole = ZoneSpec {
        aliases: vec!["the mall".into()],
        ..zone("P", 1.3, 103.8)
    };
    registry
        .put_zones(vec![part("B1", "the mall"), whole])
        .unwrap();
    // The name passes to another.
    registry.put_zones(vec![zone("P", 1.3, 103.8)]).unwrap();
    drop(registry);
    assert_eq!(parts(&folder.open().unwrap(), "P"), ["B1"]);
}

#[test]
fn a_part_lies_no_farther_from_its_zone_than_a_bay_may() {
    let far = |id: &str| ZoneSpec {
        place: crate::domain::LatLon {
            lat: 1.33,
            lon: -70.0,
        },
        ..part(id, "P")
    };
    let whole = || zone("P", 1.3, 103.8);
    let file = CityFolder::new(&[], &[]);
    let features = [
        r#"[103.8,1.3]},"properties":{"id":"P"}}"#,
        r#"[-70,1.33]},"properties":{"id":"B1","part_of":"P"}}"#,
    ]
    .map(|rest| format!(r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":{rest}"#));
    let all = features.join(",");
    let text = format!(r#"{{"type":"FeatureCollection","features":[{all}]}}"#);
    file.put("zones.geojson", &text);
    let what = file.open().err().unwrap().to_string();
    assert!(what.contains("km from its zone \"P\""), "{what}");
    let registry = Registry::in_memory(vec![whole(), part("B1", "P")], vec![]).unwrap();
    for zones in [vec![far("B2")], vec![far("B1")]] {
        let what = registry.put_zones(zones).unwrap_err().to_string();
        assert!(what.contains("km from its zone \"P\""), "{what}");
    }
    let away = ZoneSpec {
        part_of: None,
        ..far("F")
    };
    registry.put_zones(vec![away]).unwrap();
    let what = registry.put_zones(vec![far("F")]).unwrap_err();
    assert!(what.to_string().contains("from its zone"), "{what}");
    // Who moves the zone moves its parts after it, or with it.
    let there = |zone: ZoneSpec| ZoneSpec {
        place: far("").place,
        ..zone
    };
    registry.put_zones(vec![there(whole())]).unwrap();
    registry.put_zones(vec![far("B1"), far("B3")]).unwrap();
    assert_eq!(parts(&registry, "P"), ["B1", "B3"]);
}
