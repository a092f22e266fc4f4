//! What GeoJSON is taken, and what each fault says.

use super::*;

fn zones(features: &str) -> Result<Vec<ZoneSpec>, RegistryError> {
    let text = format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
    parse_zones(text.as_bytes(), Crs::Wgs84)
}

fn bays(features: &str) -> Result<Vec<BaySpec>, RegistryError> {
    let text = format!(r#"{{"name":"x","features":[{features}],"type":"FeatureCollection"}}"#);
    parse_bays(text.as_bytes(), Crs::Wgs84)
}

fn feature(geometry: &str, coordinates: &str, properties: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{{"type":"{geometry}","coordinates":{coordinates}}}}}"#
    )
}

fn bay_fault(coordinates: &str, properties: &str) -> String {
    let all = [r#""id":"ok","zone":"Z""#, properties]
        .map(|p| feature("Point", "[103.8,1.3]", p))
        .join(",");
    let last = feature("Point", coordinates, properties);
    bays(&all.replace(&feature("Point", "[103.8,1.3]", properties), &last))
        .unwrap_err()
        .0
}

#[test]
fn a_bay_with_all_or_none_of_its_properties() {
    let all = r#""id":"TPY12-007","zone":"TPY12","kind":"motorcycle","accessible":true,"ev_charging":true,
        "max_height_cm":210,"max_stay_min":120,"price_cents_per_hour":260,"colour":{"a":[1,"x",null]}"#;
    let few = r#""id":"B","zone":"Z","kind":null,"max_stay_min":null"#;
    let got = bays(
        &[
            feature("Point", "[103.8473,1.3327,12.5]", all),
            feature("Point", "[-1,-90]", few),
        ]
        .join(","),
    )
    .unwrap();
    assert_eq!(
        got[0],
        BaySpec {
            id: "TPY12-007".into(),
            aliases: vec![],
            zone: "TPY12".into(),
            place: LatLon {
                lat: 1.3327,
                lon: 103.8473
            },
            attrs: BayAttrs {
                kind: BayKind::Motorcycle,
                accessible: true,
                ev_charging: true,
                max_height_cm: 210,
                max_stay_min: 120,
                price_cents_per_hour: Some(260)
            },
        }
    );
    let plain = BayAttrs {
        kind: BayKind::Car,
        accessible: false,
        ev_charging: false,
        max_height_cm: 0,
        max_stay_min: 0,
        price_cents_per_hour: None,
    };
    assert_eq!(got[1].attrs, plain);
}

#[test]
fn a_zone_is_a_point_a_polygon_or_several() {
    let square = "[[[103.8,1.3],[103.802,1.3],[103.802,1.301],[103.8,1.301],[103.8,1.3]]]";
    let two = "[[[[10,1],[10.001,1],[10.001,1.001],[10,1]]],[[[20,1],[20.1,1],[20.1,1.1],[20,1.1],[20,1]]]]";
    let flat = "[[[103.8,1.3],[103.9,1.3],[103.8,1.3],[103.8,1.3]]]";
    let all = [
        feature(
            "Point",
            "[103.8,1.3]",
            r#""id":"a","name":"Blk 12","kind":"on_street","operator":"HDB","capacity":40,"stale_after_s":900"#,
        ),
        feature("Polygon", square, r#""id":"b","stale_after_s":0"#),
        feature("MultiPolygon", two, r#""id":"c","kind":"private""#),
        feature("Polygon", flat, r#""id":"d""#),
    ];
    let got = zones(&all.join(",")).unwrap();
    assert_eq!(
        got[0],
        ZoneSpec {
            id: "a".into(),
            aliases: vec![],
            name: "Blk 12".into(),
            kind: ZoneKind::OnStreet,
            operator: "HDB".into(),
            capacity: 40,
            place: LatLon {
                lat: 1.3,
                lon: 103.8
            },
            capacity_by_kind: [0; 4],
            price_cents_per_hour: None,
            max_height_cm: None,
            outline: vec![],
            stale_after_s: Some(900),
            part_of: None,
        }
    );
    let b = &got[1];
    assert_eq!(
        (
            &*b.name,
            &*b.operator,
            b.capacity,
            b.kind,
            b.outline[0][0].len()
        ),
        ("b", "", 0, ZoneKind::OffStreet, 5)
    );
    assert_eq!(b.stale_after_s, None, "0 is as if it were not said");
    assert!(
        b.place.distance_m(LatLon {
            lat: 1.3005,
            lon: 103.801
        }) < 0.01
    );
    assert!(
        got[2].place.distance_m(LatLon {
            lat: 1.05,
            lon: 20.05
        }) < 1.0,
        "the largest: {:?}",
        got[2].place
    );
    assert!(
        (got[3].place.lon - 103.825).abs() < 1e-9,
        "a ring without area has a mean"
    );
}

#[test]
fn a_lone_feature_is_taken_where_a_collection_is() {
    let one = feature("Point", "[103.8,1.3]", r#""id":"a","zone":"z""#);
    assert_eq!(parse_bays(one.as_bytes(), Crs::Wgs84).unwrap().len(), 1);
    assert_eq!(parse_zones(one.as_bytes(), Crs::Wgs84).unwrap().len(), 1);
    assert!(bays("").unwrap().is_empty());
}

#[test]
fn a_fault_names_position_and_id() {
    for (properties, want) in [
        (
            r#""id":"x","zone":true"#,
            r#"(id "x"): zone is true; give a string or a whole number"#,
        ),
        (r#""id":"x""#, r#"(id "x"): has no "zone""#),
        (r#""zone":"z""#, r#"has no "id", neither in its properties"#),
        (
            r#""id":1.5,"zone":"z""#,
            "id is the number 1.5; give a string, or a whole number below 2^53",
        ),
        (
            r#""id":"x","zone":"z","kind":"bus""#,
            r#"unknown kind the string "bus"; known are car, motorcycle, heavy, bicycle"#,
        ),
        (
            r#""id":"x","zone":"z","max_height_cm":"2.1 m""#,
            r#"max_height_cm is the string "2.1 m"; give a whole number from 0 to 65535"#,
        ),
        (
            r#""id":"x","zone":"z","max_stay_min":1.5"#,
            "max_stay_min is 1.5; give a whole number from 0 to 65535",
        ),
        (
            r#""id":"x","zone":"z","max_stay_min":65536"#,
            "give a whole number from 0 to 65535",
        ),
        (
            r#""id":"x","zone":"z","price_cents_per_hour":-1"#,
            "price_cents_per_hour is -1",
        ),
        (
            r#""id":"x","zone":"z","accessible":"yes""#,
            r#"accessible is the string "yes"; give true or false"#,
        ),
        (
            r#""id":"x","zone":"z","ev_charging":[1]"#,
            "ev_charging is a list; give true or false",
        ),
    ] {
        let e = bay_fault("[103.8,1.3]", properties);
        assert!(
            e.starts_with("bays: features[1]") && e.contains(want),
            "{properties}: {e}"
        );
    }
}

#[test]
fn a_bad_coordinate_is_a_fault_that_says_how() {
    for (coordinates, want) in [
        ("[1.3,103.8]", "they look swapped"),
        ("[403.8,1.3]", "not both within +-180 and +-90"),
        (r#"["103.8",1.3]"#, "a string where it does not belong"),
        (r#"[103.8,"1.3"]"#, "a string where it does not belong"),
        ("[103.8]", "a lone number"),
        ("[]", "a list"),
        ("null", "null"),
        ("[[103.8,1.3]]", "a list"),
        ("{}", "an object"),
        ("[103.8,null]", "null"),
    ] {
        let e = bay_fault(coordinates, r#""id":"x","zone":"z""#);
        assert!(
            e.starts_with(r#"bays: features[1] (id "x"): bad coordinate"#) && e.contains(want),
            "{coordinates}: {e}"
        );
    }
    for no_number in ["[NaN,1.3]", "[1e999,1.3]"] {
        let e = bay_fault(no_number, r#""id":"x","zone":"z""#);
        assert!(
            e.starts_with("bays: features[1]: ") && e.contains("line 1 column"),
            "{e}"
        );
    }
}

#[test]
fn a_wrong_geometry_is_a_fault() {
    let p = r#""id":"x","zone":"z""#;
    let e = bays(&feature("LineString", "[[1,1],[2,2]]", p))
        .unwrap_err()
        .0;
    assert!(
        e.contains(r#"a bay is a Polygon, MultiPolygon or Point, not "LineString""#),
        "{e}"
    );
    let e = zones(&feature("LineString", "[[1,1],[2,2]]", p))
        .unwrap_err()
        .0;
    assert!(
        e.contains(r#"a zone is a Polygon, MultiPolygon or Point, not "LineString""#),
        "{e}"
    );
    let e = zones(&feature("Polygon", "[[[1,1],[2,2],[1,1]]]", p))
        .unwrap_err()
        .0;
    assert!(e.contains("at least four"), "{e}");
    for bad in [
        "[[[1,1],[2,2],[1,1]]]",
        "[[[1,1],[2,1],[2,2],[1,1]],[[1,1],[1,1]]]",
        "[[[1,1],[2,1],[2,95],[1,1]]]",
    ] {
        let e = bays(&feature("Polygon", bad, p)).unwrap_err().0;
        assert!(e.contains("(id \"x\"): bad coordinate"), "{e}");
    }
    for (geometry, coordinates) in [
        ("Polygon", "[1,1]"),
        ("Polygon", "[]"),
        ("Polygon", "[[1,1]]"),
        ("MultiPolygon", "[]"),
    ] {
        assert!(
            zones(&feature(geometry, coordinates, p))
                .unwrap_err()
                .0
                .contains("bad coordinates")
        );
    }
    for without in [
        r#"{"type":"Feature","properties":{"id":"x","zone":"z"},"geometry":null}"#,
        r#"{"type":"Feature","properties":{"id":"x"}}"#,
    ] {
        assert!(
            bays(without)
                .unwrap_err()
                .0
                .contains(r#"(id "x"): has no geometry"#)
        );
    }
    let e = bays(r#"{"type":"Fruit","properties":{"id":"x"}}"#)
        .unwrap_err()
        .0;
    assert!(
        e.contains(r#"its type is the string "Fruit", not "Feature""#),
        "{e}"
    );
}

#[test]
fn what_is_no_collection_is_an_error_that_says_so() {
    for (text, want) in [
        (
            r#"{"type":"Topology","features":[]}"#,
            r#"not a FeatureCollection: its type is "Topology""#,
        ),
        (
            r#"{"features":[]}"#,
            "not a FeatureCollection: it has no type",
        ),
        (r#"{"type":"FeatureCollection"}"#, r#"has no "features""#),
        ("[]", "expected a GeoJSON FeatureCollection"),
        ("", "EOF"),
        (
            r#"{"type":"FeatureCollection","features":{}}"#,
            "expected a list of features",
        ),
        (
            r#"{"type":"FeatureCollection","features":[]} x"#,
            "trailing characters",
        ),
        (r#"{"type":"Feature","geometry":7}"#, "invalid type"),
    ] {
        let e = parse_bays(text.as_bytes(), Crs::Wgs84).unwrap_err().0;
        assert!(e.contains(want), "{text}: {e}");
    }
}

#[test]
fn truncated_text_is_an_error_with_line_and_column() {
    let whole = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[\n{},\n{}\n]}}",
        feature("Point", "[1,1]", r#""id":"a","zone":"z""#),
        feature("Point", "[1,1]", r#""id":"b","zone":"z""#)
    );
    assert_eq!(parse_bays(whole.as_bytes(), Crs::Wgs84).unwrap().len(), 2);
    for cut in 0..whole.len() - 1 {
        let e = parse_bays(&whole.as_bytes()[..cut], Crs::Wgs84)
            .unwrap_err()
            .0;
        assert!(e.contains("line ") && e.contains("column "), "{cut}: {e}");
    }
    let e = parse_bays(&whole.as_bytes()[..whole.len() - 20], Crs::Wgs84)
        .unwrap_err()
        .0;
    assert!(
        e.contains("features[1]: EOF") && e.contains("line 3"),
        "{e}"
    );
}

#[test]
fn up_to_twenty_faults_are_told_and_the_rest_counted() {
    let many: Vec<String> = (0..25)
        .map(|i| feature("Point", "[1,1]", &format!(r#""id":"b{i}""#)))
        .collect();
    let e = bays(&many.join(",")).unwrap_err().0;
    assert_eq!(e.lines().count(), 21);
    assert!(
        e.starts_with(r#"bays: features[0] (id "b0")"#) && e.ends_with("... and 5 more"),
        "{e}"
    );
}

#[test]
fn a_bay_given_as_an_outline_lies_in_its_middle() {
    let p = r#""id":"x","zone":"z""#;
    let small =
        "[[-0.12001,51.5],[-0.11999,51.5],[-0.11999,51.50002],[-0.12001,51.50002],[-0.12001,51.5]]";
    let large = "[[10,1],[10.002,1],[10.002,1.002],[10,1.002],[10,1]]";
    let across =
        "[[179.9999,-17],[-179.9997,-17],[-179.9997,-17.0002],[179.9999,-17.0002],[179.9999,-17]]";
    for (geometry, coordinates, lat, lon) in [
        ("Polygon", format!("[{small}]"), 51.50001, -0.12),
        (
            "MultiPolygon",
            format!("[[{small}],[{large}]]"),
            1.001,
            10.001,
        ),
        ("Polygon", format!("[{across}]"), -17.0001, -179.9999),
    ] {
        let got = bays(&feature(geometry, &coordinates, p)).unwrap();
        assert!(
            got[0].place.distance_m(LatLon { lat, lon }) < 0.1,
            "{:?}",
            got[0].place
        );
    }
}

#[test]
fn a_zone_keeps_all_parts_and_holes() {
    let ring = |at: f64| format!("[[{at},1],[{0},1],[{0},2],[{at},1]]", at + 0.01);
    let both = format!("[[{},{}],[{}]]", ring(10.0), ring(10.002), ring(11.0));
    let got = zones(&feature("MultiPolygon", &both, r#""id":"z""#)).unwrap();
    let rings: Vec<_> = got[0].outline.iter().map(Vec::len).collect();
    assert_eq!(rings, [2, 1]);
    assert_eq!(
        got[0].outline[1][0][0],
        LatLon {
            lat: 1.0,
            lon: 11.0
        }
    );
}
