//! Publications of DATEX II by a real process, held against the schemas of the standard by libxml2
//! (Python's `lxml`): a city of all that registries have that is odd.

use super::http::{call, report, until_state};
use super::hub::Hub;
use super::mqtt::{missing, peer, printed};
use bayhub::clock::SystemClock;
use bayhub::domain::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

#[allow(clippy::needless_pass_by_value, reason = "made on the spot")]
fn feature(geometry: Value, properties: Value) -> Value {
    json!({"type": "Feature", "geometry": geometry, "properties": properties})
}

fn point(lon: f64, lat: f64) -> Value {
    json!({"type": "Point", "coordinates": [lon, lat]})
}

/// A square round a place.
fn ring(lon: f64, lat: f64, half: f64) -> Value {
    let corner = |x: f64, y: f64| json!([lon + x * half, lat + y * half]);
    let corners = [
        (-1.0, -1.0),
        (1.0, -1.0),
        (1.0, 1.0),
        (-1.0, 1.0),
        (-1.0, -1.0),
    ];
    json!(corners.map(|(x, y)| corner(x, y)))
}

const NAMES: [&str; 4] = [
    "A & B <C> \"D\" 'E'",
    "🅿️🚗",
    "موقف \u{202e}السيارات",
    "Plain",
];

/// Writes the city.
fn city(dir: &Path) {
    let zone = |id: &str, name: &str, kind: &str, geometry: Value| {
        let operator = "City & Sons <Ltd>";
        feature(
            geometry,
            json!({"id": id, "name": name, "kind": kind, "operator": operator}),
        )
    };
    let holed = json!({"type": "Polygon", "coordinates": [ring(103.8, 1.3, 0.01), ring(103.8, 1.3, 0.004)]});
    let parts = json!({"type": "MultiPolygon", "coordinates": [[ring(103.9, 1.3, 0.01)], [ring(103.95, 1.3, 0.01)]]});
    let mut counts = zone("COUNTED", "Counted", "off_street", point(103.7, 1.2));
    counts["properties"]["capacity"] = json!(105);
    // Only its operator sees that it is there.
    let mut hidden = zone("HIDDEN", "Hidden", "private", point(103.5, 1.3));
    hidden["properties"]["capacity"] = json!(7);
    let zones = [
        zone("BAD", NAMES[0], "on_street", holed),
        zone("EMOJI", NAMES[1], "off_street", parts),
        zone("RTL", NAMES[2], "private", point(103.6, 1.3)),
        zone("EMPTY", NAMES[3], "off_street", point(-70.25, -33.5)),
        counts,
        hidden,
    ];
    let bay = |id: &str, zone: &str, more: Value| {
        let place = match zone {
            "EMOJI" => (103.9, 1.3),
            "RTL" => (103.6, 1.3),
            _ => (103.8, 1.3),
        };
        let mut properties = json!({"id": id, "zone": zone, "kind": "car"});
        let all = properties.as_object_mut().expect("an object");
        all.extend(more.as_object().expect("an object").clone());
        feature(point(place.0, place.1), properties)
    };
    let bays = [
        bay(
            "B-1",
            "BAD",
            json!({"accessible": true, "max_height_cm": 210}),
        ),
        bay("B-2", "BAD", json!({"max_stay_min": 90})),
        bay("B-3", "BAD", json!({"kind": "motorcycle"})),
        bay("E-1", "EMOJI", json!({})),
        bay("P-1", "RTL", json!({})),
    ];
    for (name, features) in [
        ("zones.geojson", json!(zones)),
        ("bays.geojson", json!(bays)),
    ] {
        let all = json!({"type": "FeatureCollection", "features": features});
        std::fs::write(dir.join(name), all.to_string()).expect("a file");
    }
}

/// One of each kind, and of each way of saying where.
fn orders() -> Vec<Value> {
    let odd = json!({"en": NAMES[0], "ar": NAMES[2], "zh-Hans-CN-x-longerone": "封闭"});
    let area = json!({"type": "MultiPolygon", "coordinates": [
        [ring(103.7, 1.2, 0.01)], [ring(103.75, 1.2, 0.01), ring(103.75, 1.2, 0.004)],
    ]});
    let till = SystemClock.now().plus(3_600_000).to_string();
    vec![
        json!({"kind": "closure", "target": {"zones": ["EMOJI"]}, "reason": odd, "cause": NAMES[0]}),
        json!({"kind": "event", "target": {"bays": ["B-1"]}, "to": till, "instruction": {"en": "Go"}}),
        json!({"kind": "works", "target": {"zones": ["BAD", "EMPTY"]}, "from": till}),
        json!({"kind": "no_stopping", "target": {"polygon": area}, "exercise": true}),
        json!({"kind": "emergency", "target": {"zones": ["HIDDEN"]}, "severity": "emergency"}),
        json!({"kind": "closure", "target": {"bays": ["B-2", "B-3"]}, "severity": "info", "from": till}),
    ]
}

#[tokio::test]
async fn publications_are_valid_by_the_schemas_of_datex_ii() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/schemas/datex2-v3.6/DATEXII_3_D2Payload.xsd");
    if !schema.is_file() {
        println!("skipped: the schemas of DATEX II are not beside this repository");
        return;
    }
    let there = peer(Command::new("python3").args(["-c", "import lxml.etree"]));
    if !there.is_some_and(|there| there.status.success()) {
        return missing("lxml (python3 -m pip install lxml)");
    }
    let dir = tempfile::tempdir().expect("a folder");
    city(dir.path());
    let registry = dir.path().to_string_lossy();
    let hub = Hub::start(&["--registry", &registry, "--no-sim"]);
    for (bay, state) in [("B-1", "vacant"), ("B-2", "occupied"), ("E-1", "closed")] {
        report(&hub, bay, state).await;
        until_state(&hub, bay, state).await;
    }
    for order in orders() {
        let key = Some(hub.key("order"));
        let answer = call(&hub, Method::POST, "/v1/orders", key, Some(&order)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    until_state(&hub, "E-1", "closed").await;
    until_state(&hub, "B-1", "closed").await;
    let calls = [
        "parking-table.xml",
        "parking-table.xml?spaces=true",
        "parking-status.xml",
        "parking-status.xml?spaces=true",
        "parking-status.xml?zones=EMPTY,nobody",
        "parking-table.xml?bbox=103.79,1.29,103.81,1.31&spaces=true",
        "situations.xml",
    ];
    let addresses = calls.map(|call| format!("{}/v1/datex2/{call}", hub.http));
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/demo/validate_datex2.py"
    );
    let mut command = Command::new("python3");
    command.arg(script).arg(&schema).args(&addresses);
    let said = peer(&mut command).expect("it is there");
    let told = printed(&hub, &said);
    for address in &addresses {
        assert_eq!(told[address]["errors"], json!([]), "{address}: {told:#}");
    }
    let count = |call: usize, element: &str| &told[&addresses[call]]["elements"][element];
    assert_eq!(count(0, "hierarchyElementGeneral"), 5);
    assert_eq!(count(0, "interior"), 1, "the hole");
    let values = told[&addresses[0]]["values"].to_string();
    for name in NAMES {
        assert!(
            values.contains(&json!(name).to_string()),
            "{name}: {values}"
        );
    }
    // The private bay is not on offer.
    assert_eq!(count(1, "hierarchyElementGeneral"), 9);
    assert_eq!(count(1, "accessibility"), 1);
    assert_eq!(count(1, "height"), 1);
    assert_eq!(count(1, "maximumParkingDuration"), 1);
    // Two are closed, one by order, one never heard of: none of them is told.
    assert_eq!(count(3, "occupied"), 1);
    assert_eq!(count(4, "parkingStatusInformation"), 1);
    assert_eq!(count(4, "occupancy"), &Value::Null);
    assert_eq!(count(6, "situationRecord"), 6);
    assert_eq!(count(6, "namedArea"), 1, "of what nobody may see");
}
