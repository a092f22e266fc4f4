//! A hub on a city of one zone, `Z`, whose bays have devices: for what devices' platforms send.

use super::hub::Hub;
use bayhub::partners::Keys;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;

pub(super) struct SmallTown<'a> {
    /// Longitude and latitude of all bays.
    pub(super) place: [f64; 2],
    /// `Z-1` and on.
    pub(super) bays: u32,
    /// The file of devices.
    pub(super) devices: Value,
    /// More lines of `[http]`.
    pub(super) http: &'a str,
    /// Each with its scope and more lines.
    pub(super) keys: &'a [(&'a str, &'a str, &'a str)],
    /// The source that reports come from, the key for reports and that of an administrator.
    pub(super) speaks: [&'a str; 3],
}

impl SmallTown<'_> {
    /// Writes it all to `dir` and runs a hub on it.
    pub(super) fn run(&self, dir: &Path) -> Hub {
        let point = json!({"type": "Point", "coordinates": self.place});
        let feature = |properties: Value| json!({"type": "Feature", "geometry": point, "properties": properties});
        let zone = json!({"id": "Z", "name": "Z", "kind": "off_street", "stale_after_s": 90_000});
        let bay = |n: u32| feature(json!({"id": format!("Z-{n}"), "zone": "Z", "kind": "car"}));
        let bays = (1..=self.bays).map(bay).collect();
        for (name, features) in [
            ("zones.geojson", vec![feature(zone)]),
            ("bays.geojson", bays),
        ] {
            let all = json!({"type": "FeatureCollection", "features": features});
            std::fs::write(dir.join(name), all.to_string()).expect("a file");
        }
        std::fs::write(dir.join("devices.json"), self.devices.to_string()).expect("a file");
        let mut config = format!(
            "[registry]\npath = {:?}\n[data]\npath = {:?}\n[http]\nlisten = \"127.0.0.1:0\"\n{}\
             [mqtt]\nlisten = \"127.0.0.1:0\"\n",
            dir.to_string_lossy(),
            dir.join("data").to_string_lossy(),
            self.http
        );
        for (key, scope, more) in self.keys {
            let hex = Keys::digest(key)
                .iter()
                .fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
            let entry = format!(
                "[[keys]]\nname = {key:?}\npartner = \"p\"\nsha256 = {hex:?}\nscopes = [{scope:?}]\n{more}"
            );
            config.write_str(&entry).expect("room");
        }
        let path = dir.join("bayhub.toml");
        std::fs::write(&path, config).expect("a file");
        let [source, report, admin] = self.speaks;
        let ready = json!({"source": source, "keys": {"admin": admin, "report": report}});
        Hub::run(dir, &path, ready)
    }
}
