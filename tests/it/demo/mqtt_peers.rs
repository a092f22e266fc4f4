//! Other people's MQTT clients, in both versions, against the real process: they report, are told
//! why a report is refused, and follow a zone.

use super::http::until_state;
use super::hub::{Feature, Hub};
use super::mqtt::{flat, missing, mosquitto, peer, printed, topic};
use serde_json::{Value, json};
use std::process::{Command, Stdio};

const VERSIONS: [&str; 2] = ["mqttv311", "mqttv5"];

fn quiet_hub() -> (Hub, Feature) {
    let hub = Hub::start(&["--bays", "100", "--no-sim"]);
    let bay = hub.some_bay();
    (hub, bay)
}

fn availability(zone: &str) -> String {
    format!("bayhub/v1/zones/{zone}/availability")
}

#[tokio::test]
async fn mosquitto_pub_reports_at_every_qos_in_both_versions() {
    let (hub, bay) = quiet_hub();
    let mut states = ["occupied", "vacant"].iter().cycle();
    for version in VERSIONS {
        for qos in ["0", "1", "2"] {
            let state = states.next().expect("there is no end");
            let mut command = mosquitto("mosquitto_pub", &hub);
            command.args([
                "-V",
                version,
                "-q",
                qos,
                "-t",
                &topic(&hub),
                "-m",
                &flat(&bay.id, state),
            ]);
            let Some(output) = peer(&mut command) else {
                return;
            };
            assert!(
                output.status.success(),
                "{version} {qos}: {output:?}\n{}",
                hub.log()
            );
            until_state(&hub, &bay.id, state).await;
        }
    }
}

#[tokio::test]
async fn mosquitto_pub_is_told_why_in_version_5() {
    let (hub, bay) = quiet_hub();
    let mut command = mosquitto("mosquitto_pub", &hub);
    command.args([
        "-V",
        "mqttv5",
        "-q",
        "1",
        "-d",
        "-t",
        "bayhub/v1/somebody-else/report",
    ]);
    let Some(output) = peer(command.args(["-m", &flat(&bay.id, "vacant")])) else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("RC:135") || said.contains("Not authorized"),
        "{said}"
    );
}

#[tokio::test]
async fn mosquitto_sub_hears_the_current_state_and_then_a_change() {
    let (hub, bay) = quiet_hub();
    for version in VERSIONS {
        let mut command = mosquitto("mosquitto_sub", &hub);
        command.args([
            "-V",
            version,
            "-q",
            "1",
            "-C",
            "2",
            "-W",
            "60",
            "-t",
            &availability(&bay.zone),
        ]);
        let Ok(child) = command.args(["-F", "%r %p"]).stdout(Stdio::piped()).spawn() else {
            missing("mosquitto_sub");
            return;
        };
        // There is no telling when it has subscribed: things change until it has heard of a change.
        let hearing = tokio::task::spawn_blocking(move || child.wait_with_output());
        for state in ["vacant", "occupied"].iter().cycle() {
            if hearing.is_finished() {
                break;
            }
            super::http::report(&hub, &bay.id, state).await;
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
        let output = hearing.await.expect("no panic").expect("its output");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 2, "{version}: {said}\n{}", hub.log());
        assert!(
            lines[0].starts_with("1 ") && lines[1].starts_with("0 "),
            "{version}: {said}"
        );
        for line in lines {
            let heard: Value = serde_json::from_str(&line[2..]).expect("JSON");
            assert_eq!(heard["zone"], bay.zone, "{heard}");
            assert!(
                heard["vacant"]["car"].is_u64() && heard["capacity"].is_u64(),
                "{heard}"
            );
        }
    }
}

/// What `follow_zone.py` was told; `None` where Paho is not installed.
fn paho(hub: &Hub, bay: &Feature, version: &str, transport: &str) -> Option<Value> {
    let there = peer(Command::new("python3").args([
        "-c",
        "import paho.mqtt.client as m; m.CallbackAPIVersion.VERSION2",
    ]))?;
    if !there.status.success() {
        missing("paho-mqtt (python3 -m pip install paho-mqtt)");
        return None;
    }
    let at = if transport == "tcp" {
        hub.mqtt.to_string()
    } else {
        hub.http.trim_start_matches("http://").to_owned()
    };
    let (host, port) = at.rsplit_once(':').expect("a port");
    let mut command = Command::new("python3");
    command.args([
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/demo/follow_zone.py"),
        host,
        port,
        version,
        transport,
    ]);
    let output = peer(command.args([hub.source(), hub.key("report"), &bay.id, &bay.zone]))?;
    Some(printed(hub, &output))
}

#[test]
fn paho_reports_and_follows_a_zone_in_3_1_1() {
    let (hub, bay) = quiet_hub();
    for transport in ["tcp", "websockets"] {
        let Some(told) = paho(&hub, &bay, "3", transport) else {
            return;
        };
        assert_eq!(told["connack"]["reason"], 0, "{told}");
        assert_eq!(
            (&told["shared"], &told["foreign"], &told["granted"]),
            (&json!([128]), &json!([128]), &json!([1]))
        );
        assert_eq!(
            (&told["first"]["retain"], &told["change"]["retain"]),
            (&json!(true), &json!(false)),
            "{told}"
        );
        assert_eq!(told["change"]["topic"], availability(&bay.zone));
    }
}

#[test]
fn paho_is_told_limits_and_reasons_in_5() {
    let (hub, bay) = quiet_hub();
    told_in_5(&hub, &bay, "tcp");
    told_in_5(&hub, &bay, "websockets");
}

fn told_in_5(hub: &Hub, bay: &Feature, transport: &str) {
    let Some(told) = paho(hub, bay, "5", transport) else {
        return;
    };
    let limits = &told["connack"]["limits"];
    assert_eq!(
        (
            &limits["ReceiveMaximum"],
            &limits["SharedSubscriptionAvailable"]
        ),
        (&json!(1000), &json!(0)),
        "{told}"
    );
    assert!(limits["AssignedClientIdentifier"].is_string(), "{told}");
    for ack in told["acks"].as_array().expect("acks") {
        assert_eq!(ack["reason"], 0, "{told}");
    }
    let unreadable = &told["bad"][0];
    let unknown = &told["bad"][1];
    assert_eq!(
        (&unreadable["reason"], &unknown["reason"]),
        (&json!(0x99), &json!(0x83)),
        "{told}"
    );
    assert!(
        unreadable["text"]
            .as_str()
            .is_some_and(|t| t.starts_with("malformed: ")),
        "{told}"
    );
    assert_eq!(
        (&told["shared"], &told["foreign"], &told["granted"]),
        (&json!([0x9e]), &json!([0x8f]), &json!([1]))
    );
    assert_eq!(
        (&told["first"]["retain"], &told["change"]["retain"]),
        (&json!(true), &json!(false)),
        "{told}"
    );
}
