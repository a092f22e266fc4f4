//! The log as an operator has it: in the form and at the level that the configuration says, and
//! without anybody's secrets.

use super::exits::{config, end_of};
use super::http::call;
use super::hub::Hub;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// What `check-config` logs of a listener that it warns of.
fn logged(log: &str, env: &[(&str, &str)]) -> (Option<i32>, String) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = config(dir.path(), &format!("[log]\n{log}\n"));
    let open = [("BAYHUB__MQTT__LISTEN", "0.0.0.0:1883")];
    let args = ["check-config", "--config", &path.to_string_lossy()];
    end_of(&args, &[&open[..], env].concat())
}

#[test]
fn json_is_an_object_a_line_with_level_and_message() {
    let (code, log) = logged("format = \"json\"", &[]);
    assert_eq!(code, Some(0), "{log}");
    let lines: Vec<Value> = log
        .lines()
        .map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}")))
        .collect();
    let warned = |l: &&Value| {
        let said = l["message"].as_str().unwrap_or_default();
        said.starts_with("mqtt.listen: 0.0.0.0:1883 is plain")
    };
    let line = lines.iter().find(warned).unwrap_or_else(|| panic!("{log}"));
    assert_eq!(line["level"], "WARN");
    assert!(
        line["timestamp"].is_string() && line["target"].is_string(),
        "{line}"
    );
}

#[test]
fn the_level_is_the_files_unless_the_environment_has_one() {
    for (level, env, heard) in [
        ("info", &[][..], true),
        ("error", &[], false),
        ("error,bayhub::app=warn", &[], true),
        ("error", &[("RUST_LOG", "warn")], true),
        ("info", &[("RUST_LOG", "off")], false),
    ] {
        let (code, log) = logged(&format!("level = {level:?}"), env);
        assert_eq!(code, Some(0), "{log}");
        assert_eq!(log.contains("is plain"), heard, "{level} {env:?}: {log}");
    }
    let (code, log) = logged("level = \"inof\"", &[]);
    assert_eq!(code, Some(2), "{log}");
    assert!(log.contains("log.level: \"inof\" is no level"), "{log}");
}

/// At the loudest, over every door that takes one.
#[tokio::test]
async fn no_key_is_in_the_log_however_much_is_logged() {
    let dir = tempfile::tempdir().expect("a folder");
    let loud = [("RUST_LOG", "trace"), ("BAYHUB__LOG__FORMAT", "json")];
    let hub = Hub::start_with(dir.path(), &["--bays", "20", "--no-sim"], &loud);
    let wrong = "bh_00000000000000000000000000000000000000000000000000";
    let made = json!({"name": "fresh", "partner": "demo-ops", "scopes": ["monitor"]});
    let partner = json!({"name": "demo-ops"});
    let admin = hub.key("admin").to_owned();
    for (body, path) in [(&partner, "/v1/admin/partners"), (&made, "/v1/admin/keys")] {
        let said = call(&hub, Method::POST, path, Some(&admin), Some(body)).await;
        assert!(said.status.is_success(), "{path}: {said:?}");
        if let Some(key) = said.json["key"].as_str() {
            assert!(key.starts_with("bh_"), "{said:?}");
        }
    }
    let refused = call(&hub, Method::GET, "/v1/admin/keys", Some(wrong), None).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let report = json!({"source": "demo-app", "bays": [], "note": "a-body-is-not-logged"});
    let _ = call(
        &hub,
        Method::POST,
        "/v1/reports",
        Some(hub.key("report")),
        Some(&report),
    )
    .await;
    let log = hub.log();
    let scopes = ["report", "share", "book", "monitor", "admin"];
    assert!(
        log.contains("/v1/admin/keys") && log.contains("\"request\":"),
        "{log}"
    );
    for secret in scopes
        .map(|s| hub.key(s))
        .into_iter()
        .chain([wrong, "a-body-is-not"])
    {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    assert!(!log.contains("bh_"), "some key is in the log");
    // And what administrators did is written down once the hub has stopped.
    assert_eq!(hub.stop().code(), Some(0));
    let held = |file: &str| {
        let path = dir.path().join("data/audit").join(file);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    let made = held("current.jsonl");
    let last: Value = serde_json::from_str(made.lines().last().expect("a line")).expect("JSON");
    assert_eq!(made.lines().count(), 2, "{made}");
    assert_eq!(
        (&last["path"], &last["status"]),
        (&json!("/v1/admin/keys"), &json!(201))
    );
    assert!(
        last["peer"]
            .as_str()
            .is_some_and(|p| p.starts_with("127.0.0.1:")),
        "{made}"
    );
    let refused = held("strangers.jsonl");
    assert!(
        refused.lines().count() == 1 && refused.contains("\"status\":401"),
        "{refused}"
    );
    assert!(!made.contains("bh_") && !refused.contains("bh_"));
}
