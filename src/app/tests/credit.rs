//! Credit at a whole hub: reports by the door, a hub that dies in the middle, the day settled, and what
//! then may be asked a minute; a partner that is wrong too often; and all of it worked out again.

use super::hub::{Call, TestHub, digest, settings, write_city};
use crate::app::{Failure, check_credit};
use crate::config::{self, Config};
use crate::domain::Millis;
use serde_json::{Value, json};
use std::path::Path;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// 2026-11-23T21:00:00Z.
const NOW: Millis = Millis(1_795_467_600_000);
const MINUTE: u64 = 60_000;
const MIDNIGHT: Millis = Millis(NOW.0 + 180 * MINUTE);
/// Bays with a sensor, whose words come late.
const BAYS: u32 = 100;
/// Every 20 minutes: by then what was heard of a bay has lapsed.
const ROUNDS: u64 = 8;
const ALL: u64 = BAYS as u64 * ROUNDS;
const SENSOR: &str = "bh_sensor";
const RIGHT: &str = "bh_right";
const WRONG: &str = "bh_wrong";
const RIGHT_TRUSTED: &str = "bh_right-trusted";
const WRONG_TRUSTED: &str = "bh_wrong-trusted";
const ADMIN: &str = "bh_admin";

fn city(folder: &Path) {
    let point = |lat: f64| json!({"type": "Point", "coordinates": [103.8, lat]});
    let bay = |n: u32| {
        json!({"type": "Feature", "geometry": point(1.3 + f64::from(n) / 1_000_000.0),
            "properties": {"id": format!("S-{n}"), "zone": "S", "kind": "car"}})
    };
    let zone = json!({"type": "Feature", "geometry": point(1.3),
        "properties": {"id": "S", "name": "Street", "kind": "on_street", "capacity": BAYS + 2}});
    let bays: Vec<_> = (1..=BAYS + 2).map(bay).collect();
    write_city(folder, &[zone], &bays);
}

fn configured(folder: &Path, data: &str) -> Config {
    let key = |name: &str, kind: &str, partner: &str, key: &str, standing: &str, scope: &str| {
        let sha256 = digest(key);
        format!(
            "[[keys]]\nname = \"{name}\"\npartner = \"{partner}\"\nsha256 = \"{sha256}\"\n\
             source_kind = \"{kind}\"\nscopes = [\"{scope}\"]\nsources = [\"{name}-*\"]\n\
             area = \"all\"\nstanding = \"{standing}\"\n"
        )
    };
    let toml = "[stream]\nrates = \"default\"\n[stream.settle]\namend_h = 1\n".to_owned()
        + &key("lamp", "sensor", "lta", SENSOR, "trusted", "report")
        + &key("right", "app", "right ltd", RIGHT, "unproven", "report")
        + &key("wrong", "app", "wrong ltd", WRONG, "unproven", "report")
        + &key("rt", "app", "right ltd", RIGHT_TRUSTED, "trusted", "report")
        + &key("wt", "app", "wrong ltd", WRONG_TRUSTED, "trusted", "report")
        + &key("admin", "sensor", "city", ADMIN, "trusted", "admin");
    config::parse(&toml, &settings(folder, &folder.join(data))).unwrap()
}

async fn report(hub: &TestHub, key: &str, source: &str, bays: Vec<Value>) {
    let body = json!({"source": source, "bays": bays});
    let answer = hub.reported(key, &body).await;
    assert_eq!(answer["refused"], json!([]), "{answer}");
}

/// Two apps speak of all bays, of which nobody knows anything; then comes what their sensor saw.
async fn round(hub: &TestHub, n: u64) {
    let at = NOW.plus(n * 20 * MINUTE);
    hub.turn(at).await;
    let all = |state: &str| {
        let say = |bay| json!({"bay": format!("S-{bay}"), "state": state, "confidence": 0.95});
        (1..=BAYS).map(say).collect::<Vec<_>>()
    };
    report(hub, RIGHT, "right-1", all("vacant")).await;
    report(hub, WRONG, "wrong-1", all("occupied")).await;
    // Once more within five minutes: that counts for nothing.
    hub.turn(at.plus(MINUTE)).await;
    report(hub, RIGHT, "right-1", all("vacant")).await;
    hub.turn(at.plus(4 * MINUTE)).await;
    let seen = Millis(at.0 - MINUTE).to_string();
    let say = |bay| json!({"bay": format!("S-{bay}"), "state": "vacant", "at": seen});
    report(hub, SENSOR, "lamp-1", (1..=BAYS).map(say).collect()).await;
}

async fn get(hub: &TestHub, key: &str, path: &str) -> Value {
    let call = Call {
        method: "GET",
        path,
        key: Some(key),
        ..Call::default()
    };
    hub.done(call).await
}

/// What an answer says may be read a minute with that key.
async fn policy(hub: &TestHub, key: &str) -> String {
    let mut line = TcpStream::connect(hub.hub.http).await.unwrap();
    let ask = format!(
        "GET /v1/zones HTTP/1.1\r\nhost: hub\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\r\n"
    );
    line.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    let mut lines = answer.lines();
    let told = lines.find_map(|l| l.strip_prefix("ratelimit-policy: "));
    told.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn kill(folder: &Path, data: &str, copy: &str) {
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([folder.join(data), folder.join(copy)])
        .status();
    assert!(copied.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tells_what_the_hub_did_not_know_may_ask_more_and_who_is_wrong_is_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    city(folder);
    let hub = TestHub::start(configured(folder, "data"), NOW).await;
    for n in 0..ROUNDS / 2 {
        round(&hub, n).await;
    }
    // The hub dies: what is on its disk now is all there is.
    kill(folder, "data", "dead");
    let now = hub.clock_now();
    hub.hub.stop().await.unwrap();
    let hub = TestHub::start(configured(folder, "dead"), now).await;
    for n in ROUNDS / 2..ROUNDS {
        round(&hub, n).await;
    }
    assert_eq!(policy(&hub, RIGHT).await, "\"read\";q=1200;w=60");
    // The day is over, and nothing can amend it any more.
    for minutes in [0, 30, 60, 70, 80] {
        hub.turn(MIDNIGHT.plus(minutes * MINUTE)).await;
    }
    let path = "/v1/partners/me/credit";
    let told = hub.until(path, Some(RIGHT), |t| t["factor"] != 1.0).await;
    settled(&hub, &told).await;

    doubted(&hub).await;
    hub.hub.stop().await.unwrap();
    again(folder);
}

/// What both were told.
async fn settled(hub: &TestHub, told: &Value) {
    let day = &told["days"][0];
    let counts = |day: &Value| ["counted", "settled", "right"].map(|n| day[n].clone());
    let counted = day["counted"].as_u64().unwrap();
    assert_eq!(counts(day), [counted; 3].map(Value::from), "{day}");
    // In the first round after a start the sensor may still stand: what is known then counts for nothing.
    assert!((ALL / 4 * 3..=ALL).contains(&counted), "{day}");
    assert_eq!(
        (&day["day"], &day["partner"]),
        (&json!("2026-11-23"), &json!("right ltd"))
    );
    assert_eq!(
        day["judges"],
        json!([{"partner": null, "settled": counted, "right": counted, "value": day["value"]}])
    );
    let value = day["value"].as_f64().unwrap();
    assert!(value > 0.4 * counted as f64, "{day}");
    assert_eq!(told["samples"].as_array().unwrap().len(), 100);
    let sample = &told["samples"][0];
    let n = |name: &str| sample[name].as_f64().unwrap();
    let worth = (n("p0") - 1.0).powi(2) - (n("p1") - 1.0).powi(2);
    assert_eq!(sample["y"], 1);
    assert!((n("v") - worth).abs() < 1e-5, "{sample}");
    let factor = told["factor"].as_f64().unwrap();
    assert!(
        (factor - (1.0 + value / 100.0)).abs() < 0.001,
        "{factor} by {value}"
    );
    let quota = (1200.0 * factor + 1e-6).floor();
    assert_eq!(policy(hub, RIGHT).await, format!("\"read\";q={quota};w=60"));
    // So of every key of the partner, and of nobody else.
    assert_eq!(
        policy(hub, RIGHT_TRUSTED).await,
        format!("\"read\";q={quota};w=60")
    );
    assert_eq!(policy(hub, SENSOR).await, "\"read\";q=1200;w=60");
    let all = get(hub, ADMIN, "/v1/admin/credit").await;
    let partners: Vec<_> = all["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| &d["partner"])
        .collect();
    assert_eq!(partners, ["right ltd", "wrong ltd"], "{all}");
    assert_eq!(
        hub.metric("bayhub_credit_settled_total", &[]).await,
        2 * counted
    );
}

/// A partner below -200 keeps its quota; its reports weigh less, and it is told so.
async fn doubted(hub: &TestHub) {
    let told = get(hub, WRONG, "/v1/partners/me/credit").await;
    assert_eq!(told["days"][0]["right"], 0, "{told}");
    assert!(told["credit"].as_f64().unwrap() < -200.0, "{told}");
    assert_eq!(
        (&told["factor"], &told["doubted"]),
        (&json!(1.0), &json!(true))
    );
    assert_eq!(policy(hub, WRONG).await, "\"read\";q=1200;w=60");
    for (key, is) in [(WRONG, true), (RIGHT, false)] {
        assert_eq!(get(hub, key, "/v1/partners/me").await["doubted"], is);
    }
    assert_eq!(hub.metric("bayhub_credit_doubted_partners", &[]).await, 1);
    // Bays that nobody watches: a trusted app's word is their state, but not a doubted partner's.
    let say =
        |n: u32| vec![json!({"bay": format!("S-{n}"), "state": "vacant", "confidence": 0.95})];
    report(hub, WRONG_TRUSTED, "wt-1", say(BAYS + 1)).await;
    report(hub, RIGHT_TRUSTED, "rt-1", say(BAYS + 2)).await;
    let path = format!("/v1/bays/S-{}", BAYS + 2);
    hub.until(&path, None, |b| b["state"] == "vacant").await;
    let path = format!("/v1/bays/S-{}", BAYS + 1);
    assert_eq!(get(hub, SENSOR, &path).await["state"], "unknown");
}

/// Everything comes to the same when it is worked out again, and a changed byte is noticed.
fn again(folder: &Path) {
    let config = configured(folder, "dead");
    std::thread::scope(|s| {
        let check = || s.spawn(|| check_credit(&config)).join().unwrap();
        check().unwrap();
        let path = folder.join("dead/credit/2026-11-23.day");
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let e = check().unwrap_err();
        assert!(matches!(e, Failure::Unwell(_)), "{e:?}");
        let none = configured(folder, "nothing");
        let nothing = s.spawn(move || check_credit(&none)).join().unwrap();
        assert!(matches!(nothing, Err(Failure::Config(_))));
    });
}
