//! Feeds at a whole hub: what is asked for and what is pushed, from the server's bytes to the answer
//! that a driver's app gets.

use super::hub::{Call, TestHub, digest, settings, write_city};
use crate::config;
use crate::domain::Millis;
use crate::ingest::connector::testing::FeedServer;
use serde_json::{Value, json};
use std::path::Path;

mod faults;
mod platforms;
mod polls;
mod pushes;

/// 2026-11-23T02:00:00Z.
const NOW: Millis = Millis(1_795_399_200_000);
const GATE: &str = "bh_gate";
const ADMIN: &str = "bh_admin";
const OTHER: &str = "bh_other";

/// Zones `P1` and `P2` of 100 bays each.
fn city(folder: &Path) {
    let zone = |id: &str| {
        json!({"type": "Feature",
            "geometry": {"type": "Point", "coordinates": [103.85, 1.3]},
            "properties": {"id": id, "kind": "off_street", "capacity": 100}})
    };
    write_city(folder, &[zone("P1"), zone("P2")], &[]);
}

/// Keys of a gate's platform, which covers `pull:gates*`, of an administrator, and of somebody who
/// may speak as any source but a feed's.
fn keys() -> String {
    let key = |name: &str, scope: &str, key: &str, sources: &str| {
        format!(
            "[[keys]]\nname = \"{name}\"\npartner = \"p\"\nsha256 = \"{}\"\nsource_kind = \"gate\"\n\
             scopes = [{scope}]\nsources = [\"{sources}\"]\narea = \"all\"\n",
            digest(key)
        )
    };
    key("gate", "\"report\"", GATE, "pull:gates*")
        + &key("admin", "\"admin\", \"monitor\"", ADMIN, "x")
        + &key("other", "\"report\"", OTHER, "*")
}

/// A hub with those `[[feeds]]`.
async fn start(folder: &Path, feeds: &str) -> TestHub {
    city(folder);
    let flags = settings(folder, &folder.join("data"));
    let toml = keys() + feeds;
    TestHub::start(config::parse(&toml, &flags).unwrap(), NOW).await
}

/// A table of a feed of JSON rows `{"id", "free", "of", "at"}`, asked every second.
fn json_feed(name: &str, url: &str, more: &str) -> String {
    format!(
        "[[feeds]]\nname = \"{name}\"\nshape = \"json\"\nurl = \"{url}\"\nevery = \"1s\"\n\
         allow_private = true\narea = \"all\"\nrows = \"$.rows[*]\"\n{more}\n[feeds.map]\n\
         zone = \"$.id\"\nvacant = \"$.free\"\ncapacity = \"$.of\"\nat = \"$.at\"\n"
    )
}

/// What such a feed answers.
fn rows(rows: &[(&str, u32, &str)]) -> String {
    let row =
        |(id, free, at): &(&str, u32, &str)| json!({"id": id, "free": free, "of": 100, "at": at});
    json!({"rows": rows.iter().map(row).collect::<Vec<_>>()}).to_string()
}

impl TestHub {
    /// Waits until a metric is at least that.
    async fn until_metric(&self, name: &str, labels: &[&str], least: u64) {
        let end = std::time::Instant::now() + super::hub::PATIENCE;
        while self.metric(name, labels).await < least {
            let late = std::time::Instant::now() > end;
            assert!(!late, "{name} {labels:?} stays below {least}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    async fn vacant(&self, zone: &str, vacant: u32) -> Value {
        let path = format!("/v1/zones/{zone}");
        self.until(&path, None, |told| told["vacant"]["car"] == vacant)
            .await
    }
}

/// The status and body of what is posted as it stands.
async fn post(hub: &TestHub, path: &str, headers: &str, body: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut line = tokio::net::TcpStream::connect(hub.hub.http).await.unwrap();
    let n = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: {n}\r\n{headers}\r\n"
    );
    line.write_all((head + body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}
