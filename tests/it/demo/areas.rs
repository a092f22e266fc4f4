//! Areas of keys on a real hub: who may speak of which zones is asked when a key is made and held at
//! every door, also of connections that are open.

use super::exits::{config, end_of};
use super::http::{Answer, call, state, until_state};
use super::hub::{Hub, bayhub};
use super::mqtt::{acked, client, flat};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const QUIET: [&str; 3] = ["--bays", "200", "--no-sim"];

async fn admin(hub: &Hub, method: Method, path: &str, body: &Value) -> Answer {
    call(hub, method, path, Some(hub.key("admin")), Some(body)).await
}

/// A key for the sources `x-*`, which may hand on uplinks, with `more` laid over it.
async fn made(hub: &Hub, more: Value) -> Answer {
    let mut asked = json!({"name": "x", "partner": "demo", "scopes": ["report"], "sources": ["x-*"],
        "source_kind": "sensor", "uplinks": true});
    let members = asked.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    admin(hub, Method::POST, "/v1/admin/keys", &asked).await
}

/// Refusals outside an area that the quarantine holds.
async fn outside(hub: &Hub) -> usize {
    let path = "/v1/quarantine?reason=out_of_area";
    let kept = call(hub, Method::GET, path, Some(hub.key("admin")), None).await;
    kept.json["refused"].as_array().expect("a list").len()
}

#[tokio::test]
async fn a_key_is_heard_inside_its_area_at_every_door_and_nowhere_else() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &QUIET);
    let bays = hub.features("bays.geojson");
    let inside = &bays[0];
    let other = bays
        .iter()
        .find(|b| b.zone != inside.zone)
        .expect("two zones");
    let area = json!({"area": {"zones": [inside.zone]}});
    let key = made(&hub, area).await.json;
    let path = format!("/v1/admin/keys/{}", key["id"].as_str().expect("an id"));
    let key = key["key"].as_str().expect("a key");

    let both = json!({"source": "x-1", "bays": [{"bay": inside.id, "state": "vacant"},
        {"bay": other.id, "state": "vacant"}]});
    let said = call(&hub, Method::POST, "/v1/reports", Some(key), Some(&both)).await;
    assert_eq!(said.status, StatusCode::ACCEPTED, "{}", said.text);
    let refused = (
        &said.json["refused"][0]["index"],
        &said.json["refused"][0]["reason"],
    );
    assert_eq!(
        (&said.json["accepted"], refused),
        (&json!(1), (&json!(1), &json!("out_of_area")))
    );
    until_state(&hub, &inside.id, "vacant").await;

    let (line, mut events) = client(&hub, "x-1", key);
    let report = "bayhub/v1/x-1/report";
    let say = flat(&other.id, "vacant");
    acked(&hub, &line, &mut events, report, &say)
        .await
        .expect("let in");
    let count = json!({"zone": other.zone, "vacant": 0, "capacity": 9}).to_string();
    acked(&hub, &line, &mut events, "bayhub/v1/x-1/count", &count)
        .await
        .expect("let in");
    let device = json!({"device": "0004a30b001c0530", "bay": other.id, "model": "bosch-tps110"});
    let put = admin(&hub, Method::PUT, "/v1/admin/devices", &device).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text);
    let uplink = json!({"deduplicationId": "a", "deviceInfo": {"devEui": "0004a30b001c0530"},
        "fCnt": 1, "fPort": 1, "data": "AQ=="});
    let to = "/v1/uplinks/chirpstack?source=x-1";
    let posted = call(&hub, Method::POST, to, Some(key), Some(&uplink)).await;
    assert_eq!(
        posted.json["refused"][0]["reason"], "out_of_area",
        "{}",
        posted.text
    );
    assert_eq!(outside(&hub).await, 4);
    assert_eq!(state(&hub, &other.id).await, "unknown");
    let zone = format!("/v1/zones/{}", other.zone);
    let counted = call(&hub, Method::GET, &zone, None, None).await;
    assert_eq!(counted.json["stale"], true, "{}", counted.text);

    // By its operator, as the registry names that, and at once on the line that is open.
    let zones = hub.features("zones.geojson");
    let zone = zones.iter().find(|z| z.id == other.zone).expect("its zone");
    let wider = json!({"area": {"operators": [zone.operator]}, "standing": "trusted"});
    let changed = admin(&hub, Method::PATCH, &path, &wider).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert_eq!(changed.json["standing"], "trusted");
    acked(&hub, &line, &mut events, report, &say)
        .await
        .expect("let in");
    until_state(&hub, &other.id, "vacant").await;
    // And after a kill.
    hub.kill();
    let hub = Hub::start_in(dir.path(), &QUIET);
    let listed = call(
        &hub,
        Method::GET,
        "/v1/admin/keys",
        Some(hub.key("admin")),
        None,
    )
    .await;
    assert_eq!(
        listed.json["keys"][0]["standing"], "trusted",
        "{}",
        listed.text
    );
    let operators = &listed.json["keys"][0]["area"]["operators"];
    assert_eq!(operators, &json!([zone.operator]));
}

#[tokio::test]
async fn a_key_for_reports_without_an_area_or_a_kind_is_422_and_names_it() {
    let hub = Hub::start(&QUIET);
    for (field, more) in [
        ("area", json!({})),
        ("area", json!({"area": {}})),
        ("area", json!({"area": {"zones": [], "operators": []}})),
        ("source_kind", json!({"area": "all", "source_kind": null})),
    ] {
        let said = made(&hub, more).await;
        assert_eq!(
            said.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            said.text
        );
        assert_eq!(said.json["field"], field, "{}", said.text);
    }
    let said = made(&hub, json!({"area": "all"})).await;
    assert_eq!(said.json["standing"], "unproven", "{}", said.text);
}

#[test]
fn a_configured_key_or_broker_without_an_area_has_all_with_a_warning() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = format!(
        "[[keys]]\nname = \"old-lamps\"\npartner = \"lta\"\nsha256 = {:?}\nscopes = [\"report\"]\nsources = [\"*\"]\n",
        "0".repeat(64)
    );
    let broker = "[[brokers]]\nname = \"town\"\nurl = \"mqtt://localhost\"\nsources = [\"*\"]\n";
    let check = |more: &str| {
        let file = config(dir.path(), more);
        end_of(&["check-config", "--config", &file.to_string_lossy()], &[])
    };
    let (code, said) = check(&format!("{key}{broker}"));
    assert_eq!(code, Some(0), "{said}");
    for name in ["old-lamps", "town"] {
        let named =
            |line: &str| line.contains("WARN") && line.contains(name) && line.contains("area");
        assert!(said.lines().any(named), "{name}: {said}");
    }
    let area = "area = { operators = [\"HDB\"] }\n";
    let (code, said) = check(&format!("{key}{area}{broker}area = \"all\"\n"));
    assert!(code == Some(0) && !said.contains("area"), "{said}");
    let (code, said) = check(&format!("{key}area = {{}}\n"));
    assert!(code == Some(2) && said.contains("area"), "{said}");
}

#[test]
fn the_command_line_asks_for_an_area_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = config(dir.path(), "");
    let file = file.to_string_lossy();
    let data = dir.path().join("data").to_string_lossy().into_owned();
    let create = |name: &str, more: &[&str]| {
        let fixed = ["key", "create", "--config", &file, "--data", &data];
        let asked = ["--name", name, "--partner", "p", "--scope", "report"];
        let kind = ["--sources", "x-*", "--source-kind", "app"];
        let all = [&fixed[..], &asked, &kind, more].concat();
        let done = bayhub(&all).output().expect("the hub's binary");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        (done.status.code(), said)
    };
    for (more, words) in [
        (&[][..], "area must be given"),
        (&["--area", "a*b"], "a*b"),
        (&["--area", "operator:"], "operators"),
        (&["--area", "all,TPY*"], "all has no other names"),
        (&["--area", "all", "--standing", "good"], "unproven"),
    ] {
        let (code, said) = create("k", more);
        assert!(code == Some(2) && said.contains(words), "{words}: {said}");
    }
    let (code, said) = create("k1", &["--area", "TPY*,HE12", "--area", "operator:HDB"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = create("k2", &["--area", "all", "--standing", "trusted"]);
    assert_eq!(code, Some(0), "{said}");
}
