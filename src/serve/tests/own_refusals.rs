//! A partner reads what was refused of its own, and nothing of anybody else's.

use super::Town;
use serde_json::{Value, json};

const OWN: &str = "/v1/partners/me/quarantine";

async fn told(town: &Town, key: &str, query: &str) -> Vec<Value> {
    let answer = town.call_as(key, "GET", &format!("{OWN}{query}"), "").await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    answer.json()["refused"].as_array().unwrap().clone()
}

/// As the key of `lta` or, where sources begin alike, of `lora`.
async fn send(town: &Town, key: &str, source: &str, bay: &str) {
    let body = json!({"source": source, "bays": [{"bay": bay}]}).to_string();
    town.call_as(key, "POST", "/v1/reports", body).await;
}

#[tokio::test]
async fn each_partner_reads_its_own_refusals_by_any_key_whatever_sources_are_called() {
    let town = Town::new();
    send(&town, "report", "lamp-1", "nope").await;
    send(&town, "networks", "network-7", "nope").await;
    // One says that it is the other's source, and names the key like the other's.
    send(&town, "report", "network-7", "EAST-1").await;
    town.call_as("networks", "POST", "/v1/reports", "{").await;
    for key in ["report", "monitor", "book", "admin", "partner"] {
        let own = told(&town, key, "").await;
        assert_eq!(own.len(), 2, "{key}: {own:#?}");
        assert!(own.iter().all(|r| r["partner"] == "lta"), "{own:#?}");
        assert_eq!(own[0]["reason"], "forbidden");
        assert_eq!(
            (&own[1]["reason"], &own[1]["source"]),
            (&json!("unknown_bay"), &json!("lamp-1"))
        );
        assert!(own[1]["payload"].as_str().unwrap().contains("nope"));
    }
    let other = told(&town, "network", "").await;
    assert_eq!(other.len(), 2);
    assert!(other.iter().all(|r| r["partner"] == "lora"), "{other:#?}");
    assert_eq!(told(&town, "share2", "").await.len(), 0);
    assert_eq!(told(&town, "share2", "?source=lamp-1").await.len(), 0);
    let all = town
        .call_as("admin", "GET", "/v1/quarantine", "")
        .await
        .json();
    assert_eq!(all["refused"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn own_refusals_are_paged_and_filtered_and_asked_for_with_a_key() {
    let town = Town::new();
    for n in 0..4 {
        send(&town, "report", "lamp-1", &format!("nope-{n}")).await;
        send(&town, "networks", "network-1", "nope").await;
    }
    let mut query = "?limit=3".to_owned();
    let mut walked = 0;
    loop {
        let page = town
            .call_as("share", "GET", &format!("{OWN}{query}"), "")
            .await
            .json();
        walked += page["refused"].as_array().unwrap().len();
        let Some(next) = page["next"].as_u64() else {
            break;
        };
        query = format!("?limit=3&before={next}");
    }
    assert_eq!(walked, 4);
    assert_eq!(told(&town, "share", "?reason=malformed").await.len(), 0);
    assert_eq!(town.get(OWN).await.status.as_u16(), 401);
    for bad in [
        "?partner=lora",
        "?limit=0",
        "?limit=1001",
        "?reason=x",
        "?before=-1",
    ] {
        let answer = town
            .call_as("share", "GET", &format!("{OWN}{bad}"), "")
            .await;
        assert_eq!(answer.status.as_u16(), 400, "{bad}");
    }
}
