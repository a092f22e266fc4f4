//! Uplinks over HTTP: from keys of network servers only, accepted when durable, and never answered
//! with an error for what one device did.

use super::Town;
use crate::domain::{Door, Reason};

const CHIRPSTACK: &str = "/v1/uplinks/chirpstack";
const TTN: &str = "/v1/uplinks/ttn";
const KNOWN: &str = r#"{"device":"dev"}"#;

#[tokio::test]
async fn an_uplink_is_accepted_once_it_is_durable() {
    for path in [
        CHIRPSTACK,
        "/v1/uplinks/chirpstack?event=up",
        "/v1/uplinks/chirpstack?event=up&source=network-1",
        TTN,
    ] {
        let answer = Town::new().call_as("network", "POST", path, KNOWN).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["accepted"]),
            (202, &1.into()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_key_made_for_a_network_server_opens_at_once() {
    let town = Town::new();
    let asked = r#"{"name":"n","partner":"lta","scopes":["report"],"sources":["network-3"],"source_kind":"sensor",
        "area":"all","uplinks":true}"#;
    let made = town
        .call_as("admin", "POST", "/v1/admin/keys", asked)
        .await
        .json();
    assert_eq!(made["uplinks"], true, "{made}");
    let key = format!("Bearer {}", made["key"].as_str().unwrap());
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
    ];
    assert_eq!(
        town.call("POST", TTN, &headers, KNOWN)
            .await
            .status
            .as_u16(),
        202
    );
}

#[tokio::test]
async fn what_one_device_did_wrong_is_no_error_of_the_call() {
    let town = Town::new();
    let answer = town.call_as("network", "POST", CHIRPSTACK, "{}").await;
    assert_eq!(answer.status.as_u16(), 202);
    assert_eq!(answer.json()["refused"][0]["reason"], "unknown_device");
    assert_eq!(town.metrics.refused(Door::Http, Reason::UnknownDevice), 1);
    let kept = town
        .call_as("admin", "GET", "/v1/quarantine?reason=unknown_device", "")
        .await
        .json();
    assert_eq!(kept["refused"][0]["topic"], CHIRPSTACK);
}

#[tokio::test]
async fn other_events_are_taken_and_counted() {
    let town = Town::new();
    for event in ["join", "ack", "status", "txack"] {
        let path = format!("{CHIRPSTACK}?event={event}");
        assert_eq!(
            town.call_as("network", "POST", &path, KNOWN)
                .await
                .status
                .as_u16(),
            204,
            "{event}"
        );
    }
    assert_eq!(town.metrics.uplinks_ignored.get(), 4);
}

#[tokio::test]
async fn a_key_for_many_must_say_which_it_is() {
    let town = Town::new();
    assert_eq!(
        town.call_as("networks", "POST", TTN, KNOWN)
            .await
            .problem("bad-parameter")["field"],
        "source"
    );
    let own = format!("{TTN}?source=network-7");
    assert_eq!(
        town.call_as("networks", "POST", &own, KNOWN)
            .await
            .status
            .as_u16(),
        202
    );
    for foreign in ["lamp-1", "dev.0102030405060708", "network-%2F"] {
        let path = format!("{TTN}?source={foreign}");
        town.call_as("networks", "POST", &path, KNOWN)
            .await
            .problem("forbidden");
    }
    town.call_as("report", "POST", "/v1/uplinks/ttn?source=lamp-1", KNOWN)
        .await
        .problem("forbidden");
}

#[tokio::test]
async fn size_and_type_are_limited() {
    let town = Town::new();
    town.call_as("network", "POST", TTN, " ".repeat(256 * 1024 + 1))
        .await
        .problem("too-large");
    assert_eq!(town.metrics.refused(Door::Http, Reason::TooLarge), 1);
    let key = format!("Bearer {}", town.keys["network"]);
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/octet-stream"),
    ];
    town.call("POST", CHIRPSTACK, &headers, "x")
        .await
        .problem("unsupported-media-type");
}
