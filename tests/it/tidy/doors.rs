//! One door per outside crate: where in `src/` each dependency may be named. A new dependency needs
//! a row.
//!
//! A door holds in test code too: who must test through another one belongs in `tests/`. What is
//! merely kept out of a room, a generator of random numbers say, may help to test it.

use super::Source;
use super::words::words;

enum Door {
    /// A plain tool: anywhere.
    Open,
    /// Files that begin with one of these, under `src/`.
    Only(&'static [&'static str]),
    /// Anywhere but here.
    NotIn(&'static [&'static str]),
}
use Door::{NotIn, Only, Open};

/// Every `[dependencies]` entry of the hub.
const DOORS: &[(&str, Door)] = &[
    ("ahash", Open),
    ("arc-swap", Open),
    ("axum", Only(&["serve/"])),
    (
        "base64",
        Only(&[
            "serve/",
            "partners/",
            "journal/",
            "ingest/codec/",
            "ingest/connector/push.rs",
            "webhooks/secret.rs",
        ]),
    ),
    (
        "brotli",
        Only(&["serve/http/encoding/", "ingest/connector/fetch/"]),
    ),
    (
        "bytemuck",
        Only(&[
            "domain/",
            "journal/",
            "belief/",
            "settlement/",
            "stream/",
            "live/",
            "forecast/",
            "ingest/import/",
        ]),
    ),
    (
        "bytes",
        NotIn(&["domain/", "registry/", "stream/", "live/"]),
    ),
    (
        "chrono",
        Only(&[
            "domain/time.rs",
            "domain/time_format.rs",
            "domain/time_zone.rs",
            "domain/calendar.rs",
            "domain/weekly.rs",
        ]),
    ),
    ("chrono-tz", Only(&["domain/time_zone.rs"])),
    (
        "clap",
        Only(&[
            "main.rs",
            "demo.rs",
            "app/feed_try.rs",
            "app/forecast/check.rs",
            "app/history.rs",
            "app/import/",
            "app/partners.rs",
            "app/registry_make.rs",
        ]),
    ),
    (
        "crc32c",
        Only(&[
            "journal/",
            "registry/dates.rs",
            "settlement/",
            "history/",
            "belief/timetable.rs",
            "forecast/bytes.rs",
            "ingest/import/",
        ]),
    ),
    ("crs-definitions", Only(&["ingest/connector/place.rs"])),
    ("csv", Only(&["ingest/connector/"])),
    ("csv-core", Only(&["ingest/connector/"])),
    ("dashmap", NotIn(&["domain/"])),
    ("encoding_rs", Only(&["ingest/connector/"])),
    ("figment", Only(&["config.rs"])),
    (
        "flate2",
        Only(&[
            "serve/http/encoding/",
            "ingest/import/",
            "ingest/connector/",
        ]),
    ),
    ("form_urlencoded", Only(&["serve/", "ingest/connector/"])),
    (
        "futures-util",
        Only(&["serve/ws/", "serve/tests/open_socket.rs"]),
    ),
    ("governor", Only(&["limits/requests.rs"])),
    (
        "hmac",
        Only(&[
            "partners/contributors/",
            "sharing/drivers.rs",
            "ingest/connector/push.rs",
            "webhooks/secret.rs",
        ]),
    ),
    ("pulldown-cmark", Only(&["serve/docs/markdown.rs"])),
    (
        "httpdate",
        Only(&[
            "serve/http/document.rs",
            "serve/http/modified.rs",
            "ingest/connector/fetch.rs",
            "webhooks/send",
        ]),
    ),
    ("hyper", Only(&["serve/"])),
    ("hyper-util", Only(&["serve/"])),
    ("itoa", Open),
    (
        "md5",
        Only(&["ingest/connector/push.rs", "ingest/codec/onenet.rs"]),
    ),
    ("object_store", Only(&["history/store.rs"])),
    ("parquet", Only(&["history/table.rs"])),
    ("proj4rs", Only(&["ingest/connector/place.rs"])),
    ("prometheus", Only(&["metrics"])),
    (
        "quick-xml",
        Only(&["ingest/connector/shape/", "serve/api/datex2/xml.rs"]),
    ),
    ("rand", NotIn(&["domain/", "live/"])),
    ("rustix", Only(&["journal/", "app/process.rs"])),
    ("regex", Only(&["serve/api/ngsi/selection.rs"])),
    (
        "reqwest",
        Only(&[
            "history/store.rs",
            "ingest/connector/fetch",
            "webhooks/send",
        ]),
    ),
    ("rmcp", Only(&["serve/mcp/"])),
    (
        "rumqttc",
        Only(&["ingest/mqtt_server/", "ingest/mqtt_client/"]),
    ),
    ("rustls-native-certs", Only(&["ingest/mqtt_client/tls.rs"])),
    (
        "sensors-sim",
        Only(&["demo.rs", "demo/past.rs", "app/sandbox/city.rs"]),
    ),
    ("serde", NotIn(&["domain/"])),
    ("serde_json", NotIn(&["domain/", "stream/"])),
    ("serde_json_path", Only(&["ingest/connector/path.rs"])),
    (
        "sha2",
        Only(&[
            "partners/",
            "sharing/",
            "app/manifest/",
            "serve/http/document.rs",
            "ingest/connector/push.rs",
            "webhooks/",
        ]),
    ),
    ("sqlx", Only(&["store/"])),
    ("strsim", Open),
    ("subtle", Only(&["partners/", "ingest/connector/push.rs"])),
    ("tempfile", Open),
    ("thiserror", Open),
    ("timely", Only(&["stream/dataflow.rs", "stream/dataflow/"])),
    ("tokio", NotIn(&["domain/", "registry/"])),
    (
        "tokio-rustls",
        Only(&[
            "history/store.rs",
            "tls.rs",
            "tls/",
            "ingest/mqtt_client/tls.rs",
            "ingest/connector/fetch",
            "webhooks/send",
        ]),
    ),
    (
        "toml",
        Only(&["ingest/connector/preset.rs", "partners/config.rs"]),
    ),
    ("tower", Only(&["serve/"])),
    ("tracing", NotIn(&["domain/"])),
    ("tracing-subscriber", Only(&["app/logging.rs"])),
    ("utoipa", Only(&["serve/", "schema.rs", "ingest/codec/"])),
    ("utoipa-axum", Only(&["serve/"])),
    ("uuid", Only(&["serve/api/cds/", "app/manifest/"])),
    ("zstd", Only(&["ingest/import/"])),
];

const TABLE: &str = "DOORS (tests/it/tidy/doors.rs)";

impl Door {
    fn admits(&self, inner: &str, in_test: bool) -> bool {
        match self {
            Self::Open => true,
            Self::Only(here) => here.iter().any(|p| inner.starts_with(p)),
            Self::NotIn(there) => in_test || !there.iter().any(|p| inner.starts_with(p)),
        }
    }

    fn rule(&self) -> String {
        match self {
            Self::Open => String::new(),
            Self::Only(here) => format!("its door is src/{}", here.join(", src/")),
            Self::NotIn(there) => format!("it is kept out of src/{}", there.join(", src/")),
        }
    }
}

/// Crates named behind the wrong door, and rows and dependencies without each other.
pub(super) fn check(files: &[Source], manifest: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let used = dependencies(manifest);
    for (name, line) in &used {
        if !DOORS.iter().any(|(row, _)| row == name) {
            faults.push(format!(
                "Cargo.toml:{line}: dependency `{name}` has no row in {TABLE}"
            ));
        }
    }
    for (row, _) in DOORS {
        if !used.iter().any(|(name, _)| name == row) {
            faults.push(format!(
                "Cargo.toml:1: `{row}` has a row in {TABLE} but is no dependency any more"
            ));
        }
    }
    let ours: Vec<Source> = files
        .iter()
        .filter(|f| f.path.starts_with("src/"))
        .cloned()
        .collect();
    for (file, words) in words(&ours) {
        let inner = file.path.trim_start_matches("src/");
        let mut last = (0, "");
        for word in words.iter().filter(|w| w.in_use || w.path.len() > 1) {
            let Some((name, door)) = DOORS
                .iter()
                .find(|(row, _)| row.replace('-', "_") == word.path[0])
            else {
                continue;
            };
            if !door.admits(inner, word.in_test) && last != (word.line, name) {
                last = (word.line, name);
                faults.push(format!(
                    "{}:{}: names `{}`, but {}",
                    file.path,
                    word.line,
                    word.text(),
                    door.rule()
                ));
            }
        }
    }
    faults
}

/// The simulator stands for other people's lamp posts: it shares no code with the hub.
pub(super) fn check_simulator(files: &[Source], manifest: &str) -> Vec<String> {
    const WHY: &str =
        "the simulator shares no code with the hub, or a mistake would be made on both sides alike";
    let mut faults: Vec<String> = dependencies(manifest)
        .iter()
        .filter(|(name, _)| name == "bayhub")
        .map(|(_, line)| format!("sensors-sim/Cargo.toml:{line}: depends on the hub; {WHY}"))
        .collect();
    let its: Vec<Source> = files
        .iter()
        .filter(|f| f.path.starts_with("sensors-sim/"))
        .cloned()
        .collect();
    for (file, words) in words(&its) {
        faults.extend(
            words
                .iter()
                .filter(|w| w.path[0] == "bayhub")
                .map(|w| format!("{}:{}: names `{}`; {WHY}", file.path, w.line, w.text())),
        );
    }
    faults
}

/// The names under `[dependencies]` (also of one target), with their lines.
fn dependencies(manifest: &str) -> Vec<(String, usize)> {
    let parsed: toml::Table = manifest
        .parse()
        .expect("cargo has read this manifest already");
    let targets = parsed
        .get("target")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flatten();
    let tables = targets.filter_map(|(_, t)| t.as_table()).chain([&parsed]);
    let names = tables
        .filter_map(|t| t.get("dependencies")?.as_table())
        .flat_map(toml::Table::keys);
    names
        .map(|name| (name.clone(), line_of(manifest, name)))
        .collect()
}

fn line_of(manifest: &str, name: &str) -> usize {
    let starts = |line: &str| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
            || line.trim_end().ends_with(&format!("dependencies.{name}]"))
    };
    manifest.lines().position(starts).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests;
