//! Schemathesis against the real process: it reads the hub's own description and sends what that
//! allows, and what it does not. Nothing may be a server's fault, and every answer must be one that
//! is described.

use super::hub::{Hub, wait};
use super::mqtt::missing;
use crate::long::cases;
use reqwest::Method;
use serde_json::json;
use std::fs::File;
use std::io::ErrorKind;
use std::process::{Command, Stdio};
use std::time::Duration;

/// It takes a third of a minute; what takes so long hangs.
const PATIENCE: Duration = Duration::from_mins(3);

/// A key for everything, so that it gets behind every door.
async fn master_key(hub: &Hub) -> String {
    let body = json!({
        "name": "all", "partner": "demo", "scopes": ["report", "share", "book", "monitor", "admin"],
        "sources": ["fuzz-*"], "source_kind": "app", "area": "all", "uplinks": true,
    });
    let made = super::http::call(
        hub,
        Method::POST,
        "/v1/admin/keys",
        Some(hub.key("admin")),
        Some(&body),
    )
    .await;
    made.json["key"]
        .as_str()
        .unwrap_or_else(|| panic!("no key in {}", made.text))
        .to_owned()
}

/// A bay on offer, so that there is one to ask for.
async fn offer(hub: &Hub, key: &str) {
    let zones = hub.features("zones.geojson");
    let own = |zone: &str| zones.iter().any(|z| z.id == zone && z.operator == "demo");
    let bay = hub
        .features("bays.geojson")
        .into_iter()
        .find(|b| own(&b.zone))
        .expect("the demo has private bays");
    let windows = json!([{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}]);
    let body = json!({"bay": bay.id, "windows": windows, "price_cents_per_hour": 200});
    let made = super::http::call(hub, Method::POST, "/v1/offers", Some(key), Some(&body)).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
}

/// What it says of the operations that `which` picks, where that is no more than it should be;
/// `None` where it is not installed.
fn schemathesis(hub: &Hub, key: &str, which: &[&str], but: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let said = folder.path().join("said");
    let mut command = Command::new("schemathesis");
    command
        .current_dir(folder.path())
        .args(["run", &format!("{}/v1/openapi.json", hub.http)]);
    command
        .args(["-H", &format!("Authorization: Bearer {key}")])
        .args(which);
    command.args(["--checks", "all", "--exclude-checks", but]);
    command.args([
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        &cases(10).to_string(),
        "--seed",
        "1",
        "--no-color",
    ]);
    command.args(["--generation-database", "none", "--request-timeout", "10"]);
    let out = File::create(&said).expect("a file");
    command
        .stdin(Stdio::null())
        .stderr(out.try_clone().expect("a file"))
        .stdout(out);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            missing("schemathesis (python3 -m pip install schemathesis)");
            return None;
        }
        Err(e) => panic!("{command:?}: {e}"),
    };
    let ended = wait(&mut child, PATIENCE * cases(1));
    if ended.is_none() {
        child.kill().expect("it runs");
    }
    let said = std::fs::read_to_string(&said).expect("what it said");
    assert!(
        ended.is_some_and(|status| status.success()),
        "{said}\n{}",
        hub.log()
    );
    Some(said)
}

#[tokio::test]
async fn schemathesis_finds_no_answer_that_is_not_described() {
    // What no schema can say - that a stay must lie ahead, that a cursor must be an earlier
    // answer's - is refused too.
    const SAID: &str = "positive_data_acceptance";
    // Of what ChirpStack posts only uplinks are read; the body of another event may be anything.
    const UNREAD: &str = "positive_data_acceptance,negative_data_rejection";
    // Of CDS what is not offered is 501, as the standard wants.
    const OFFERED: &str = "positive_data_acceptance,not_a_server_error";
    let hub = Hub::start(&["--bays", "1000"]);
    let key = master_key(&hub).await;
    offer(&hub, &key).await;
    // Streams never end, a key that is revoked or whose partner is suspended would open nothing more, and
    // a demo has no feeds.
    let all = [
        "--exclude-path-regex",
        "/stream$|^/v1/(admin|partners/me)/keys|^/v1/admin/partners/|/chirpstack$|/ctwing$|/onenet$|/iotda$|^/v1/push/|^/v1/cds/",
    ];
    let Some(said) = schemathesis(&hub, &key, &all, SAID) else {
        return;
    };
    assert!(said.contains("Tested: 123"), "{said}");
    // IoT platforms are answered 200 whatever they push.
    let uplinks = [
        "--include-path-regex",
        "/chirpstack$|/ctwing$|/onenet$|/iotda$",
    ];
    let said = schemathesis(&hub, &key, &uplinks, UNREAD).expect("it was there");
    assert!(said.contains("Tested: 5"), "{said}");
    let standards = ["--include-path-regex", "^/v1/cds/"];
    let said = schemathesis(&hub, &key, &standards, OFFERED).expect("it was there");
    assert!(said.contains("Tested: 7"), "{said}");
}
