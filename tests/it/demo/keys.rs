//! A partner's key from its making to its end, through both doors and across kill -9, on both
//! databases.

#[path = "../../../src/store/tests/cluster.rs"]
#[allow(
    clippy::unwrap_used,
    dead_code,
    reason = "test code shared with the library's own suite"
)]
mod cluster;

use super::exits::{config, end_of};
use super::http::{Answer, call, state, until_state};
use super::hub::Hub;
use super::mqtt::{acked, client, flat};
use reqwest::{Method, StatusCode};
use rumqttc::ConnectReturnCode;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;

const QUIET: [&str; 3] = ["--bays", "100", "--no-sim"];
const TOPIC: &str = "bayhub/v1/x-1/report";

async fn admin(hub: &Hub, method: Method, path: &str, body: Option<&Value>) -> Answer {
    call(hub, method, path, Some(hub.key("admin")), body).await
}

async fn http_report(hub: &Hub, key: &str, bay: &str, word: &str) -> StatusCode {
    let body = json!({"source": "x-1", "bays": [{"bay": bay, "state": word}]});
    call(hub, Method::POST, "/v1/reports", Some(key), Some(&body))
        .await
        .status
}

async fn mqtt_report(hub: &Hub, key: &str, bay: &str, word: &str) -> Result<(), ConnectReturnCode> {
    let (client, mut events) = client(hub, "x-1", key);
    acked(hub, &client, &mut events, TOPIC, &flat(bay, word)).await
}

async fn refused_at_both_doors(hub: &Hub, key: &str, bay: &str) {
    assert_eq!(
        http_report(hub, key, bay, "closed").await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        mqtt_report(hub, key, bay, "closed").await,
        Err(ConnectReturnCode::BadUserNamePassword)
    );
}

/// The whole life of a key. Each restart is a kill -9 in the moment of an answer.
async fn life_of_a_key(dir: &Path, env: &[(&str, &str)]) {
    let hub = Hub::start_with(dir, &QUIET, env);
    let bay = hub.some_bay().id;
    let asked = json!({"name": "it-x", "partner": "demo", "scopes": ["report"], "sources": ["x-*"],
            "source_kind": "sensor", "area": "all"});
    let made = admin(&hub, Method::POST, "/v1/admin/keys", Some(&asked)).await;
    hub.kill();
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let key = made.json["key"].as_str().expect("a key");
    let id = made.json["id"].as_str().expect("an id");

    let hub = Hub::start_with(dir, &QUIET, env);
    assert_eq!(
        http_report(&hub, key, &bay, "occupied").await,
        StatusCode::ACCEPTED
    );
    until_state(&hub, &bay, "occupied").await;
    let (one, mut events) = client(&hub, "x-1", key);
    acked(&hub, &one, &mut events, TOPIC, &flat(&bay, "vacant"))
        .await
        .expect("let in");
    until_state(&hub, &bay, "vacant").await;

    let path = format!("/v1/admin/keys/{id}");
    assert_eq!(
        admin(&hub, Method::DELETE, &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    // The connection that was let in is heard no more; what it says is kept as refused.
    acked(&hub, &one, &mut events, TOPIC, &flat(&bay, "closed"))
        .await
        .expect("acknowledged as refused");
    let kept = admin(&hub, Method::GET, "/v1/quarantine?reason=forbidden", None).await;
    assert!(
        kept.text.contains("revoked") && kept.text.contains("x-1"),
        "{}",
        kept.text
    );
    refused_at_both_doors(&hub, key, &bay).await;
    hub.kill();

    let hub = Hub::start_with(dir, &QUIET, env);
    refused_at_both_doors(&hub, key, &bay).await;
    assert_eq!(
        state(&hub, &bay).await,
        "vacant",
        "nothing came in after the revocation"
    );
    let listed = admin(&hub, Method::GET, "/v1/admin/keys", None).await;
    assert!(
        listed.json["keys"][0]["revoked_at"].is_string(),
        "{}",
        listed.text
    );
    for secret in [key, hub.key("admin")] {
        assert!(
            !listed.text.contains(secret) && !hub.log().contains(secret),
            "a key is shown once"
        );
    }
}

#[tokio::test]
async fn a_key_lives_and_ends_on_sqlite() {
    let dir = tempfile::tempdir().expect("a folder");
    life_of_a_key(dir.path(), &[]).await;
    assert!(
        dir.path().join("data/bayhub.db").is_file(),
        "in the data folder"
    );
}

#[tokio::test]
async fn a_key_lives_and_ends_on_postgresql() {
    let Some(cluster) = cluster::Cluster::start() else {
        return;
    };
    let dir = tempfile::tempdir().expect("a folder");
    let url = cluster.url("postgres");
    life_of_a_key(dir.path(), &[("BAYHUB__STORE__URL", &url)]).await;
    assert!(
        !dir.path().join("data/bayhub.db").exists(),
        "the other database is not made"
    );
    let log = std::fs::read_to_string(dir.path().join("stderr.log")).expect("a log");
    assert!(!log.contains(cluster::PASSWORD), "{log}");
}

#[test]
fn a_postgresql_that_is_not_there_ends_with_3_and_its_password_is_not_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().to_string_lossy();
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|l| l.local_addr())
        .expect("a port")
        .port();
    let url = format!("postgres://u:hush-hush@127.0.0.1:{port}/d");
    let args = [
        "demo",
        "--bays",
        "10",
        "--no-sim",
        "--data",
        &data,
        "--http",
        "127.0.0.1:0",
        "--mqtt",
        "127.0.0.1:0",
    ];
    let (code, stderr) = end_of(&args, &[("BAYHUB__STORE__URL", &url)]);
    assert_eq!(code, Some(3), "{stderr}");
    assert!(
        stderr.contains(&format!("127.0.0.1:{port}")) && !stderr.contains("hush"),
        "{stderr}"
    );
    let (code, stderr) = end_of(&args, &[("BAYHUB__STORE__URL", "mysql://u:hush-hush@h/d")]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("store.url") && !stderr.contains("hush"),
        "{stderr}"
    );
}

#[tokio::test]
async fn the_first_key_comes_from_the_command_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let file = config(dir.path(), "");
    let data_arg = data.to_string_lossy().into_owned();
    let file = file.to_string_lossy().into_owned();
    let create = |name: &str| {
        let scope = [
            "--partner",
            "lta",
            "--scope",
            "report",
            "--sources",
            "lamp-*",
            "--source-kind",
            "sensor",
            "--area",
            "all",
            "--name",
            name,
        ];
        let all = [
            &["key", "create", "--config", &file, "--data", &data_arg][..],
            &scope[..],
        ]
        .concat();
        super::hub::bayhub(&all).output().expect("the hub's binary")
    };
    let made = create("first");
    let key = String::from_utf8(made.stdout)
        .expect("text")
        .trim()
        .to_owned();
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    assert!(
        made.status.success()
            && key.starts_with("bh_live_")
            && key.len() == 51
            && !said.contains(&key),
        "{said}"
    );
    assert_eq!(create("first").status.code(), Some(2), "the name is taken");

    let hub = Hub::start_in(dir.path(), &QUIET);
    let body = json!({"source": "lamp-1", "bays": [{"bay": hub.some_bay().id, "state": "vacant"}]});
    let answer = call(&hub, Method::POST, "/v1/reports", Some(&key), Some(&body)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    let busy = create("second");
    let said = String::from_utf8_lossy(&busy.stderr).into_owned();
    assert!(
        busy.status.code() == Some(3) && said.contains("POST /v1/admin/keys"),
        "{said}"
    );
}
