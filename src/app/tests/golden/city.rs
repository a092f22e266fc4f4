//! The small city of a golden folder, its configuration, and what a folder says of itself.

use crate::domain::Millis;
use crate::partners::Keys;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// `golden.json`: what a test must know of a folder to open it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    /// The hub's time when the folder was left.
    pub(super) at: String,
    /// Texts of keys, by their names.
    pub(super) keys: BTreeMap<String, String>,
}

impl About {
    pub(super) fn read(folder: &Path) -> Self {
        let text = std::fs::read(folder.join("golden.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    pub(super) fn at(&self) -> Millis {
        Millis::parse(&self.at).unwrap()
    }
}

/// The keys that the configuration names; the others are made by the admin API.
pub(super) const FIXED: [(&str, &str); 3] = [
    ("town-hall", "bh_golden-town-hall"),
    ("gates", "bh_golden-gates"),
    ("network", "bh_golden-network"),
];

const CONFIG: &str = r#"# Segments and hours as small as they may be, so that there are several of each.
[registry]
path = "registry"
[data]
path = "data"
[http]
listen = "127.0.0.1:0"
[mqtt]
listen = "127.0.0.1:0"
[journal]
segment_bytes = 8192
checkpoint_s = 86400
tick_ms = 20
[stream.settle]
amend_h = 2
[history]
time_zone = "Asia/Singapore"
[share]
improve_every_s = 86400
"#;

/// Writes the registry and `bayhub.toml` to `folder`.
pub(super) fn write(folder: &Path) {
    let registry = folder.join("registry");
    std::fs::create_dir_all(&registry).unwrap();
    collection(&registry.join("zones.geojson"), &zones());
    collection(&registry.join("bays.geojson"), &bays());
    let devices: Vec<Value> = DEVICES.iter().map(device).collect();
    let text = serde_json::to_string_pretty(&devices).unwrap();
    std::fs::write(registry.join("devices.json"), text + "\n").unwrap();
    let more = [
        "scopes = [\"admin\", \"monitor\"]\n",
        "scopes = [\"report\"]\nsources = [\"gate-*\"]\nsource_kind = \"gate\"\narea = \"all\"\n",
        "scopes = [\"report\"]\nsources = [\"network-1\"]\nuplinks = true\narea = \"all\"\n",
    ];
    let keys = FIXED.iter().zip(more).map(|((name, key), more)| {
        let hex = Keys::digest(key)
            .iter()
            .fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
        format!("[[keys]]\nname = {name:?}\npartner = \"city\"\nsha256 = {hex:?}\n{more}")
    });
    let text = CONFIG.to_owned() + &keys.collect::<String>();
    std::fs::write(folder.join("bayhub.toml"), text).unwrap();
}

/// Device, bay and model.
const DEVICES: [[&str; 3]; 4] = [
    ["0004a30b001c0001", "DECK-1", "bosch-tps110"],
    ["0004a30b001c0002", "DECK-2", "bosch-tps110"],
    ["0004a30b001c0003", "DECK-3", "bosch-tps110"],
    ["deck-4@parking", "DECK-4", "decoded"],
];

pub(super) fn device([device, bay, model]: &[&str; 3]) -> Value {
    json!({"device": device, "bay": bay, "model": model})
}

/// Its id, place and the rest of its properties.
fn zones() -> Vec<Value> {
    let kerb = json!({"id": "KERB", "name": "Kerb Street", "kind": "on_street", "operator": "city",
        "capacity": 6, "stale_after_s": 600});
    let corners = [[103.7995, 1.2999], [103.8012, 1.2999], [103.8012, 1.3001]];
    let outline = json!({"type": "Polygon", "coordinates":
        [[corners[0], corners[1], corners[2], [103.7995, 1.3001], corners[0]]]});
    let others = [
        json!({"id": "QUAY", "name": "Old Quay", "kind": "on_street", "operator": "city", "capacity": 4}),
        json!({"id": "MALL", "name": "Mall", "kind": "off_street", "operator": "mall", "capacity": 105}),
        json!({"id": "DECK", "name": "Deck \"A\"", "kind": "off_street", "operator": "mall",
            "capacity": 6, "stale_after_s": 7200}),
        json!({"id": "OFFICE", "name": "Office", "kind": "private", "operator": "acme", "capacity": 5}),
        json!({"id": "HOMES", "name": "Homes", "kind": "private", "operator": "homes", "capacity": 3}),
        json!({"id": "YARD", "name": "Yard", "kind": "off_street", "operator": "city", "capacity": 1}),
    ];
    let mut all = vec![feature(&outline, &kerb)];
    for zone in others {
        let at = point(place(zone["id"].as_str().unwrap(), 0));
        all.push(feature(&at, &zone));
    }
    all
}

fn bays() -> Vec<Value> {
    let mut all = Vec::new();
    for (zone, count) in [
        ("KERB", 6),
        ("QUAY", 4),
        ("DECK", 6),
        ("OFFICE", 5),
        ("HOMES", 3),
        ("YARD", 1),
    ] {
        all.extend((1..=count).map(|n| bay(zone, n)));
    }
    all
}

/// Bay `n` of a zone, 11 m from its neighbours, with whatever a bay of that number has.
pub(super) fn bay(zone: &str, n: u32) -> Value {
    let kind = match (zone, n) {
        ("KERB", 6) => "motorcycle",
        ("QUAY", 4) => "bicycle",
        ("DECK", 6) => "heavy",
        _ => "car",
    };
    let mut properties = json!({"id": format!("{zone}-{n}"), "zone": zone, "kind": kind});
    let more = match (zone, n) {
        ("KERB", _) => json!({"price_cents_per_hour": 120, "max_stay_min": 240}),
        ("DECK", 1) => json!({"accessible": true}),
        ("DECK", 2) => json!({"ev_charging": true, "max_height_cm": 210}),
        _ => json!({}),
    };
    for (name, value) in more.as_object().unwrap() {
        properties[name] = value.clone();
    }
    feature(&point(place(zone, n)), &properties)
}

/// Latitude and longitude of a zone's bay; of number 0: of the zone.
pub(super) fn place(zone: &str, n: u32) -> (f64, f64) {
    const ZONES: [&str; 8] = [
        "KERB", "QUAY", "MALL", "DECK", "OFFICE", "HOMES", "YARD", "POPUP",
    ];
    let row = ZONES.iter().position(|z| *z == zone).unwrap();
    // By whole numbers, so that the files show short ones.
    let e4 = |n: u32| f64::from(n) / 10_000.0;
    (e4(13_000 + 30 * row as u32), e4(1_038_000 + n))
}

pub(super) fn point((lat, lon): (f64, f64)) -> Value {
    json!({"type": "Point", "coordinates": [lon, lat]})
}

pub(super) fn feature(geometry: &Value, properties: &Value) -> Value {
    json!({"type": "Feature", "geometry": geometry, "properties": properties})
}

fn collection(file: &Path, features: &[Value]) {
    let lines: Vec<String> = features.iter().map(Value::to_string).collect();
    let text = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}\n",
        lines.join(",\n")
    );
    std::fs::write(file, text).unwrap();
}
