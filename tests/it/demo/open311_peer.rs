//! Open311 by a real process: other people's clients report and read back, and what was answered 201
//! outlives `kill -9`.

use super::http;
use super::hub::Hub;
use super::mqtt::{missing, peer, printed};
use reqwest::Method;
use serde_json::{Value, json};
use std::process::Command;

const QUIET: [&str; 3] = ["--bays", "60", "--no-sim"];

#[tokio::test]
async fn clients_of_open311_report_and_read_back_in_both_forms() {
    let Ok(peers) = std::env::var("BAYHUB_OPEN311_PEERS") else {
        return missing("what BAYHUB_OPEN311_PEERS should name (. .ci/peers; peers)");
    };
    let hub = Hub::start(&QUIET);
    let bay = hub.some_bay().id;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/demo/open311_peer.py");
    let mut ask = Command::new("python3");
    ask.env("PYTHONPATH", peers)
        .args([script, &hub.http, &bay, hub.key("book")]);
    let Some(said) = peer(&mut ask) else { return };
    let told = printed(&hub, &said);
    let read = &told["read"];
    assert_eq!(read["address_id"], bay.as_str());
    assert_eq!(read["agency_responsible"], "authority");
    assert_eq!(read["description"], "A van & a <3 sign; 车位被堵");
    assert_eq!(told["codes"].as_array().map(Vec::len), Some(8));
    assert!(!read.to_string().contains("6123"), "{read}");
}

#[tokio::test]
async fn a_problem_that_was_answered_is_there_after_kill_9() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &QUIET);
    let bay = hub.some_bay().id;
    let mut ids = Vec::new();
    for code in ["surface", "bay-blocked", "sign-missing"] {
        let asked = json!({"service_code": code, "attribute": {"bay": bay}, "description": code});
        let path = "/v1/open311/requests.json";
        let made = http::call(&hub, Method::POST, path, None, Some(&asked)).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        let one = made.json[0].clone();
        ids.push((
            one["service_request_id"].clone(),
            one["rating_token"].clone(),
            code,
        ));
    }
    let done = json!({"state": "resolved", "notice": "filled"});
    let path = format!("/v1/problems/{}", ids[0].0.as_str().expect("an id"));
    let admin = hub.key("admin").to_owned();
    let said = http::call(&hub, Method::PATCH, &path, Some(&admin), Some(&done)).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    hub.kill();
    let hub = Hub::start_in(dir.path(), &QUIET);
    for (id, _, code) in &ids {
        let id = id.as_str().expect("an id");
        let one = http::get(&hub, &format!("/v1/open311/requests/{id}.json")).await;
        assert_eq!(
            (&one[0]["service_code"], &one[0]["description"]),
            (&json!(code), &json!(code))
        );
        let status = if *code == "surface" { "closed" } else { "open" };
        assert_eq!(one[0]["status"], status);
    }
    let rating = json!({"token": ids[0].1, "rating": 5});
    let path = format!("{path}/rating");
    let rated = http::call(&hub, Method::POST, &path, None, Some(&rating)).await;
    assert_eq!(
        (rated.status.as_u16(), rated.json),
        (204, Value::Null),
        "{}",
        rated.text
    );
}
