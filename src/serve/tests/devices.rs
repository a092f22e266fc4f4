//! Devices through the admin API: mapped whole or not at all, listed in pages, forgotten with their
//! word.

use super::{NOW, Town, small_town};
use crate::domain::{BayStatus, Claim, Observation};
use crate::inbox::{InboxBounds, InboxReceiver, inbox};
use crate::serve::Config;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

fn device(n: u32, bay: &str) -> Value {
    json!({"device": format!("{n:016X}"), "bay": bay, "model": "bosch-tps110"})
}

fn all(devices: &[Value]) -> String {
    json!(devices).to_string()
}

#[tokio::test]
async fn what_is_mapped_is_listed_in_pages_and_what_is_forgotten_is_not() {
    let town = Town::new();
    let put: Vec<Value> = (1..=5).map(|n| device(n, "TPY12-001")).collect();
    let answer = town
        .call_as("admin", "PUT", "/v1/admin/devices", all(&put))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"devices": 5}))
    );
    let alone = town
        .call_as(
            "admin",
            "PUT",
            "/v1/admin/devices",
            device(6, "EAST-1").to_string(),
        )
        .await;
    assert_eq!(alone.status.as_u16(), 200, "one may be given alone");
    assert_eq!(town.changes.load(Ordering::Relaxed), 2);

    let mut seen = vec![];
    let mut path = "/v1/admin/devices?limit=4".to_owned();
    loop {
        let page = town.call_as("admin", "GET", &path, "").await.json();
        seen.extend(
            page["devices"]
                .as_array()
                .unwrap()
                .iter()
                .map(|d| d["device"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/v1/admin/devices?limit=4&cursor={next}");
    }
    assert_eq!(
        seen,
        (1..=6).map(|n| format!("{n:016x}")).collect::<Vec<_>>(),
        "in lower case and in order"
    );
    for _ in 0..2 {
        let known = town.registry.device("0000000000000001").is_some();
        let gone = town
            .call_as("admin", "DELETE", "/v1/admin/devices/0000000000000001", "")
            .await;
        assert_eq!(gone.status.as_u16(), if known { 204 } else { 404 });
    }
    town.call_as("admin", "DELETE", "/v1/admin/devices/nobody", "")
        .await
        .problem("not-found");
    town.call_as("admin", "GET", "/v1/admin/devices?cursor=AQAAAAA", "")
        .await
        .problem("bad-parameter");
}

#[tokio::test]
async fn faults_are_listed_and_nothing_is_mapped() {
    let town = Town::new();
    let mut bad = device(3, "EAST-1");
    bad["model"] = "nobody's".into();
    let put = all(&[device(1, "EAST-1"), device(2, "nope"), bad]);
    let said = town
        .call_as("admin", "PUT", "/v1/admin/devices", put)
        .await
        .problem("contradiction");
    let errors = said["errors"].to_string();
    assert!(
        errors.contains("devices[1]")
            && errors.contains("devices[2]")
            && errors.contains("decoded"),
        "{said}"
    );
    assert_eq!(town.registry.device_count(), 0);
    town.call_as("admin", "PUT", "/v1/admin/devices", "[")
        .await
        .problem("malformed");
    town.call_as("admin", "PUT", "/v1/admin/devices", "7")
        .await
        .problem("contradiction");
}

#[tokio::test]
async fn a_device_that_leaves_a_bay_takes_its_word_with_it() {
    let (inbox, mut claims) = inbox(
        InboxBounds::of(64),
        std::sync::Arc::new(crate::metrics::Metrics::new()),
    );
    let town = Town::with(Config::default(), small_town(), Some(inbox));
    town.call_as(
        "admin",
        "PUT",
        "/v1/admin/devices",
        device(1, "EAST-1").to_string(),
    )
    .await;
    assert!(claims.take().is_none(), "it has left nothing yet");
    let source = town.registry.device("0000000000000001").unwrap().source;
    let journal = async |claims: &mut InboxReceiver| {
        let submission = claims.recv().await.unwrap();
        let [Claim::Bay(o)] = submission.claims[..] else {
            panic!("{:?}", submission.claims)
        };
        submission.receipt.durable();
        o
    };
    let unknown = |o: &Observation, bay| {
        assert_eq!(
            (o.bay, o.source, o.status),
            (town.registry.bay(bay).unwrap(), source, BayStatus::Unknown)
        );
        assert_eq!(o.at, NOW);
    };
    let move_it = device(1, "TPY12-001").to_string();
    let (moved, o) = tokio::join!(
        town.call_as("admin", "PUT", "/v1/admin/devices", move_it),
        journal(&mut claims)
    );
    assert_eq!(moved.status.as_u16(), 200);
    unknown(&o, "EAST-1");
    let path = "/v1/admin/devices/0000000000000001";
    let (gone, o) = tokio::join!(
        town.call_as("admin", "DELETE", path, ""),
        journal(&mut claims)
    );
    assert_eq!(gone.status.as_u16(), 204);
    unknown(&o, "TPY12-001");
}
