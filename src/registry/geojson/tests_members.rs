//! Ids and numbers as the tools of cities write them, and what is not taken for one.

use super::*;

/// A bay's feature with a member `id` of its own (`outer`, as JSON) and these properties.
fn bay_with(outer: &str, properties: &str) -> Result<BaySpec, String> {
    let own = match outer {
        "" => String::new(),
        id => format!(r#""id":{id},"#),
    };
    let text = format!(
        r#"{{"type":"Feature",{own}"properties":{{{properties}}},"geometry":{{"type":"Point","coordinates":[1,2]}}}}"#
    );
    let mut one = parse_bays(text.as_bytes()).map_err(|e| e.0)?;
    one.pop().ok_or_else(|| "none".into())
}

fn zone_with(properties: &str) -> Result<ZoneSpec, String> {
    let text = format!(
        r#"{{"type":"Feature","id":"z","properties":{properties},"geometry":{{"type":"Point","coordinates":[1,2]}}}}"#
    );
    let mut one = parse_zones(text.as_bytes()).map_err(|e| e.0)?;
    one.pop().ok_or_else(|| "none".into())
}

#[test]
fn an_id_is_the_features_own_or_that_of_its_properties_a_string_or_a_number() {
    for (outer, inner, want) in [
        (r#""FID23""#, "", "FID23"),
        ("23", "", "23"),
        ("23.0", "", "23"),
        ("9007199254740991", "", "9007199254740991"),
        ("null", r#","id":"a""#, "a"),
        ("", r#","id":"a""#, "a"),
        ("", r#","id":23"#, "23"),
        ("", r#","id":2.3e1"#, "23"),
        (r#""a""#, r#","id":"a""#, "a"),
        ("23", r#","id":"23""#, "23"),
        (r#""23""#, r#","id":null"#, "23"),
    ] {
        let got = bay_with(outer, &format!(r#""zone":7{inner}"#)).unwrap();
        assert_eq!((&*got.id, &*got.zone), (want, "7"), "{outer} {inner}");
    }
    assert_eq!(zone_with("null").unwrap().id, "z", "no properties at all");
}

#[test]
fn the_id_of_the_properties_goes_before_the_number_that_a_tool_gave_the_feature() {
    let got = bay_with("23", r#""id":"P-23","zone":"z""#).unwrap();
    assert_eq!(&*got.id, "P-23");
}

#[test]
fn no_number_is_rounded_to_make_an_id() {
    // The first would be read as the number before it.
    for id in ["9007199254740993", "18446744073709551616", "1e300", "0.5"] {
        for said in [
            bay_with(id, r#""zone":"z""#).unwrap_err(),
            bay_with("", &format!(r#""zone":"z","id":{id}"#)).unwrap_err(),
            bay_with("", &format!(r#""id":"b","zone":{id}"#)).unwrap_err(),
        ] {
            assert!(said.contains("whole number below 2^53"), "{id}: {said}");
        }
    }
    for id in ["true", "[1]", "{}"] {
        let said = bay_with(id, r#""zone":"z""#).unwrap_err();
        assert!(said.contains("the feature's id is"), "{id}: {said}");
    }
}

#[test]
fn digits_in_a_string_are_a_whole_number_and_nothing_else_is() {
    let of = |capacity: &str| zone_with(&format!(r#"{{"capacity":{capacity}}}"#));
    for (capacity, want) in [
        ("42", 42),
        ("42.0", 42),
        (r#""42""#, 42),
        (r#""042""#, 42),
        (r#""0""#, 0),
        ("null", 0),
        (r#""1000000""#, 1_000_000),
    ] {
        assert_eq!(of(capacity).unwrap().capacity, want, "{capacity}");
    }
    for capacity in [
        r#""1000001""#,
        "4294967296",
        r#""""#,
        r#""+4""#,
        r#""-4""#,
        r#""4.5""#,
        r#"" 42""#,
        r#""forty""#,
        r#""42 places""#,
        "4.5",
        "-1",
        "true",
        "[42]",
    ] {
        let said = of(capacity).unwrap_err();
        assert!(
            said.contains(r#"(id "z"): capacity is "#)
                && said.contains("give a whole number from 0 to 1000000"),
            "{capacity}: {said}"
        );
    }
    let bay = bay_with("1", r#""zone":"z","max_height_cm":"210""#).unwrap();
    assert_eq!(bay.attrs.max_height_cm, 210);
    let said = bay_with("1", r#""zone":"z","max_height_cm":"65536""#).unwrap_err();
    assert!(said.contains("from 0 to 65535"), "{said}");
}

#[test]
fn a_mark_before_the_text_is_passed_over_once() {
    let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":1,
        "properties":{"zone":"z"},"geometry":{"type":"Point","coordinates":[1,2]}}]}"#;
    let marked = format!("\u{feff}{text}");
    assert_eq!(parse_bays(marked.as_bytes()).unwrap().len(), 1);
    assert!(parse_bays(format!("\u{feff}{marked}").as_bytes()).is_err());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &marked).unwrap();
    let mut ids = Vec::new();
    read_bays(file.path(), |_, bay| {
        ids.extend(bay.ok().map(|b| b.id.into_owned()));
    })
    .unwrap();
    assert_eq!(ids, ["1"]);
    let by_blocks = read_bays_by_blocks(file.path(), 10, |bay| Some(bay.id.into_owned()));
    assert_eq!(by_blocks, Some(vec![vec!["1".to_owned()]]));
}

#[test]
fn an_outline_may_go_on_beyond_the_180th_meridian_or_be_cut_at_it() {
    let zone = |kind: &str, coordinates: &str| {
        let text = format!(
            r#"{{"type":"Feature","id":"z","properties":null,"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}"#
        );
        let mut one = parse_zones(text.as_bytes()).unwrap();
        one.pop().unwrap()
    };
    let on = zone(
        "Polygon",
        "[[[179.9,-17],[180.2,-17],[180.2,-16.9],[179.9,-16.9],[179.9,-17]]]",
    );
    assert!((on.place.lon + 179.95).abs() < 1e-9, "{:?}", on.place);
    assert!(
        (on.outline[0][0][1].lon + 179.8).abs() < 1e-9,
        "{:?}",
        on.outline
    );
    let west = "[[[179.9,-17],[180,-17],[180,-16.9],[179.9,-16.9],[179.9,-17]]]";
    let east = "[[[-180,-17],[-179.8,-17],[-179.8,-16.9],[-180,-16.9],[-180,-17]]]";
    let cut = zone("MultiPolygon", &format!("[{west},{east}]"));
    assert!((cut.place.lon + 179.9).abs() < 1e-9, "in the larger part");
    for lon in [179.95, -179.85] {
        let bay = LatLon { lat: -16.95, lon };
        assert_eq!(crate::registry::reach::too_far(bay, &cut), None);
        assert_eq!(crate::registry::reach::too_far(bay, &on), None);
    }
    assert!((zone("Point", "[-190.5,-17]").place.lon - 169.5).abs() < 1e-9);
}
