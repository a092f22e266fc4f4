//! The sandbox beside a whole hub, as a start-up meets it: by HTTP and MQTT, through kill -9, and in
//! the operator's hands: backup, a key made at the command line, a new beginning.

use super::exits::{config, end_of};
use super::http::{Answer, call, get, state};
use super::hub::{Hub, bayhub};
use super::mqtt::{acked, client, flat};
use reqwest::{Method, StatusCode};
use rumqttc::ConnectReturnCode;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const QUIET: [&str; 3] = ["--bays", "60", "--no-sim"];
const WITH: [(&str, &str); 2] = [
    ("BAYHUB__SANDBOX__ENABLED", "true"),
    ("BAYHUB__SANDBOX__BAYS", "100"),
];
const PATIENCE: Duration = Duration::from_secs(30);

async fn there(hub: &Hub, method: Method, path: &str, body: Option<&Value>) -> Answer {
    call(hub, method, path, Some(hub.key("test")), body).await
}

/// Some bay for cars in the sandbox that sensors watch, and one that none does.
async fn bays(hub: &Hub) -> (String, String) {
    let end = Instant::now() + PATIENCE;
    loop {
        let mut all = cars(hub).await.into_iter();
        let watched = all.clone().find(|(_, state)| state != "unknown");
        let unwatched = all.find(|(_, state)| state == "unknown");
        if let (Some(watched), Some(unwatched)) = (watched, unwatched) {
            return (watched.0, unwatched.0);
        }
        assert!(Instant::now() < end, "{}", hub.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The first bay of each public zone of the sandbox, and its state.
async fn cars(hub: &Hub) -> Vec<(String, String)> {
    let zones = there(hub, Method::GET, "/v1/zones?limit=100", None).await;
    let mut found = Vec::new();
    for zone in zones.json["zones"].as_array().expect("zones") {
        let bay = format!("{}-001", zone["zone"].as_str().expect("an id"));
        let seen = there(hub, Method::GET, &format!("/v1/bays/{bay}"), None).await;
        // A private one is not seen.
        if seen.status == StatusCode::OK {
            let state = seen.json["state"].as_str().expect("a state");
            found.push((bay, state.to_owned()));
        }
    }
    found
}

/// Waits until a bay of the sandbox is as wanted there.
async fn until(hub: &Hub, bay: &str, wanted: impl Fn(&str) -> bool) {
    let end = Instant::now() + PATIENCE;
    loop {
        let seen = there(hub, Method::GET, &format!("/v1/bays/{bay}"), None).await;
        if seen.json["state"].as_str().is_some_and(&wanted) {
            return;
        }
        assert!(Instant::now() < end, "{bay}: {}\n{}", seen.text, hub.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn publish(hub: &Hub, key: &str, payload: &str) -> Result<(), ConnectReturnCode> {
    let (client, mut events) = client(hub, hub.source(), key);
    let topic = format!("bayhub/v1/{}/report", hub.source());
    acked(hub, &client, &mut events, &topic, payload).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_key_speaks_mqtt_to_the_sandbox_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_with(folder.path(), &QUIET, &WITH);
    let test = hub.key("test").to_owned();
    let here = hub.some_bay().id;
    let (_, bay) = bays(&hub).await;
    publish(&hub, &test, &flat(&bay, "closed"))
        .await
        .expect("let in");
    until(&hub, &bay, |state| state == "closed").await;
    // Acknowledged, as any message, and refused in the sandbox: the city has heard nothing.
    publish(&hub, &test, &flat(&here, "closed"))
        .await
        .expect("let in");
    assert_eq!(state(&hub, &here).await, "unknown");
    let live = hub.key("report").to_owned();
    publish(&hub, &live, &flat(&bay, "vacant"))
        .await
        .expect("let in");
    until(&hub, &bay, |state| state == "closed").await;
    for bad in ["bh_test_nobody", "BH_TEST_x"] {
        let refused = publish(&hub, bad, &flat(&bay, "vacant")).await;
        assert_eq!(
            refused,
            Err(ConnectReturnCode::BadUserNamePassword),
            "{bad}"
        );
    }
    let metrics = call(&hub, Method::GET, "/metrics", None, None).await.text;
    let count = |begin: &str| {
        let of = |line: &&str| line.starts_with(begin);
        let values = metrics.lines().filter(of);
        let values = values.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
        values.sum::<u64>()
    };
    assert_eq!(count("bayhub_reports_accepted_total"), 0);
    // The live key's at a bay of the sandbox, and nothing of the test key's.
    assert_eq!(count("bayhub_reports_refused_total"), 1, "{metrics}");
    assert_eq!(count("bayhub_mqtt_connections "), 0);
    hub.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_offers_and_books_in_the_sandbox_and_kill_9_restarts_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_with(folder.path(), &QUIET, &WITH);
    let (bay, _) = bays(&hub).await;
    let own = there(&hub, Method::GET, "/v1/offers", None).await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.text);
    assert!(hub.data().join("sandbox/hub/bayhub.db").is_file());
    let before = there(&hub, Method::GET, &format!("/v1/bays/{bay}"), None).await;
    hub.kill();
    let hub = Hub::start_with(folder.path(), &QUIET, &WITH);
    until(&hub, &bay, |state| state != "unknown").await;
    let after = there(&hub, Method::GET, &format!("/v1/bays/{bay}"), None).await;
    assert_eq!(before.json["zone"], after.json["zone"]);
    assert_eq!(get(&hub, "/readyz").await["ready"], true);
    assert!(hub.stop().success());
}

#[test]
fn a_backup_is_made_without_the_sandbox() {
    let folder = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_with(folder.path(), &QUIET, &WITH);
    let to = folder.path().join("copy");
    let mut command = bayhub(&["backup", "--data"]);
    let done = command.arg(hub.data()).arg("--to").arg(&to).output();
    let done = done.expect("the hub's binary");
    assert!(done.status.success(), "{done:?}");
    assert!(to.join("journal").is_dir() && !to.join("sandbox").exists());
    hub.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_makes_a_key_of_the_sandbox_and_lets_it_begin_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_with(folder.path(), &QUIET, &WITH);
    let data = hub.data().to_owned();
    let ready = hub.ready.clone();
    hub.stop();
    let more = format!(
        "[data]\npath = {data:?}\n[mqtt]\nlisten = \"127.0.0.1:0\"\n\
         [sandbox]\nenabled = true\nbays = 100\n",
    );
    let file = config(folder.path(), &more);
    let made = |name: &str| {
        let args = [
            "key",
            "create",
            "--sandbox",
            "--name",
            name,
            "--partner",
            "acme",
        ];
        let mut command = bayhub(&args);
        command.args([
            "--scope",
            "report",
            "--sources",
            "x-*",
            "--source-kind",
            "app",
        ]);
        command.args(["--area", "all", "--config"]).arg(&file);
        let made = command.output().expect("the hub's binary");
        assert!(made.status.success(), "{made:?}");
        String::from_utf8(made.stdout)
            .expect("text")
            .trim()
            .to_owned()
    };
    let key = made("one");
    assert!(key.starts_with("bh_test_"), "{key}");
    let reset = || {
        bayhub(&["sandbox", "reset", "--config"])
            .arg(&file)
            .output()
    };
    let left = data.join("sandbox/hub/journal");
    assert!(left.is_dir());
    let done = reset().expect("the hub's binary");
    assert!(done.status.success() && !left.exists(), "{done:?}");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(said.contains("1 keys are kept"), "{said}");
    let other = tempfile::tempdir().expect("a folder");
    let hub = Hub::run(other.path(), &file, ready);
    let end = Instant::now() + PATIENCE;
    while call(&hub, Method::GET, "/v1/zones", Some(&key), None)
        .await
        .status
        == StatusCode::SERVICE_UNAVAILABLE
    {
        assert!(Instant::now() < end, "{}", hub.log());
    }
    let body = json!({"source": "x-1", "bays": [{"bay": "sbx-none", "state": "vacant"}]});
    let answer = call(&hub, Method::POST, "/v1/reports", Some(&key), Some(&body)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    // Not under a hub that runs.
    let file = file.to_string_lossy();
    let (code, said) = end_of(&["sandbox", "reset", "--config", &file], &[]);
    assert!(
        code == Some(3) && said.contains("another hub"),
        "{code:?} {said}"
    );
    hub.stop();
}
