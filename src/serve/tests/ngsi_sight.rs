//! NGSI-LD: who sees which entities, and whose subscriptions.

use super::ngsi::{entities, ids};
use super::private_bays::lots;
use super::{Town, small_town};
use crate::serve::Config;
use serde_json::{Value, json};

#[tokio::test]
async fn of_private_zones_everybody_sees_offers_and_of_private_bays_nothing() {
    let town = lots().await;
    let open = entities(
        &town,
        "type=OnStreetParking,OffStreetParking,ParkingSpot&format=simplified",
    )
    .await;
    let names = ids(&open);
    assert_eq!(
        names,
        [
            "OnStreetParking:KERB",
            "OffStreetParking:LOT",
            "ParkingSpot:KERB-0"
        ]
    );
    let lot = &open[1];
    assert_eq!(lot["category"], json!(["private"]));
    assert_eq!(
        (&lot["totalSpotNumber"], &lot["availableSpotNumber"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(lot["occupiedSpotNumber"], 2, "what is booked or taken");
    for attr in [
        "occupancyDetectionType",
        "priceRatePerMinute",
        "maximumAllowedHeight",
    ] {
        assert!(lot.get(attr).is_none(), "{attr}");
    }
    for id in [
        "ParkingSpot:LOT-0",
        "ParkingSpot:LOT-1",
        "OffStreetParking:GATE",
    ] {
        let answer = town
            .get(&format!("/ngsi-ld/v1/entities/urn:ngsi-ld:{id}"))
            .await;
        assert_eq!(answer.status.as_u16(), 404, "{id}");
        assert!(
            entities(&town, &format!("id=urn:ngsi-ld:{id}"))
                .await
                .is_empty()
        );
    }
    // Whoever oversees the city sees all of it, and so does an owner of its own.
    for scope in ["monitor", "share"] {
        let path = "/ngsi-ld/v1/entities?type=ParkingSpot&count=true";
        let all = town.call_as(scope, "GET", path, "").await;
        assert_eq!(all.header("ngsild-results-count"), "7", "{scope}");
    }
    let other = town
        .call_as("share2", "GET", "/ngsi-ld/v1/entities?type=ParkingSpot", "")
        .await;
    assert_eq!(other.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_needs_no_key_needs_one_where_the_hub_is_set_to_want_it() {
    let config = Config {
        public_reads: false,
        ..Config::default()
    };
    let town = Town::with(config, small_town(), None);
    let path = "/ngsi-ld/v1/entities?type=ParkingSpot";
    assert_eq!(town.get(path).await.status.as_u16(), 401);
    assert_eq!(
        town.call_as("report", "GET", path, "")
            .await
            .status
            .as_u16(),
        200
    );
}

const SUBSCRIPTIONS: &str = "/ngsi-ld/v1/subscriptions";

fn asked(more: &Value) -> String {
    let mut asked = json!({
        "type": "Subscription", "entities": [{"type": "OnStreetParking"}],
        "notification": {"endpoint": {"uri": "https://example.com/n"}},
    });
    for (name, value) in more.as_object().unwrap() {
        asked[name] = value.clone();
    }
    asked.to_string()
}

#[tokio::test]
async fn a_subscription_is_made_shown_changed_and_forgotten() {
    let town = Town::new();
    let made = town
        .call_as(
            "report",
            "POST",
            SUBSCRIPTIONS,
            asked(&json!({"throttling": 5})),
        )
        .await;
    assert_eq!(made.status.as_u16(), 201, "{made:?}");
    let path = made.header("location").to_owned();
    assert!(
        path.starts_with("/ngsi-ld/v1/subscriptions/urn:ngsi-ld:Subscription:"),
        "{path}"
    );
    let shown = town.call_as("report", "GET", &path, "").await.json();
    assert_eq!(
        (&shown["status"], &shown["throttling"]),
        (&json!("active"), &json!(5))
    );
    assert_eq!(shown["notification"]["timesSent"], 0);
    let change =
        json!({"isActive": false, "throttling": null, "expiresAt": "2099-01-01T00:00:00Z"});
    let changed = town
        .call_as("report", "PATCH", &path, change.to_string())
        .await;
    assert_eq!(changed.status.as_u16(), 204, "{changed:?}");
    let shown = town.call_as("report", "GET", &path, "").await.json();
    assert_eq!(shown["status"], "paused");
    assert!(shown.get("throttling").is_none() && shown["entities"][0]["type"] == "OnStreetParking");
    let bad = town
        .call_as("report", "PATCH", &path, r#"{"q":"status=="}"#)
        .await;
    assert_eq!(
        bad.json()["type"],
        "https://uri.etsi.org/ngsi-ld/errors/BadRequestData"
    );
    assert_eq!(
        town.call_as("report", "DELETE", &path, "")
            .await
            .status
            .as_u16(),
        204
    );
    assert_eq!(
        town.call_as("report", "GET", &path, "")
            .await
            .status
            .as_u16(),
        404
    );
}

#[tokio::test]
async fn a_subscription_that_has_ended_is_refused() {
    let town = Town::new();
    let past = json!({"expiresAt": "2020-01-01T00:00:00Z"});
    let refused = town
        .call_as("report", "POST", SUBSCRIPTIONS, asked(&past))
        .await;
    assert_eq!(refused.status.as_u16(), 400, "{refused:?}");
    assert!(refused.text().contains("expiresAt"), "{refused:?}");
}

#[tokio::test]
async fn subscriptions_lead_to_those_beside_them() {
    let town = Town::new();
    for n in 0..3 {
        let named = asked(&json!({"id": format!("urn:ngsi-ld:Subscription:{n}")}));
        town.call_as("report", "POST", SUBSCRIPTIONS, named).await;
    }
    let page = format!("{SUBSCRIPTIONS}?limit=2");
    let first = town.call_as("report", "GET", &page, "").await;
    let next = format!("<{SUBSCRIPTIONS}?limit=2&offset=2>; rel=\"next\"");
    assert!(
        first.headers.get_all("link").iter().any(|l| l == &next),
        "{first:?}"
    );
    let page = format!("{SUBSCRIPTIONS}?limit=2&offset=1");
    let last = town.call_as("report", "GET", &page, "").await;
    let prev = format!("<{SUBSCRIPTIONS}?limit=1&offset=0>; rel=\"prev\"");
    let links: Vec<_> = last.headers.get_all("link").iter().collect();
    assert!(links.iter().any(|l| **l == prev), "{links:?}");
    assert!(!format!("{links:?}").contains("next"), "{links:?}");
}

#[tokio::test]
async fn another_partner_s_subscription_is_one_that_is_not_there() {
    let town = Town::new();
    let named = asked(&json!({"id": "urn:ngsi-ld:Subscription:mine"}));
    let path = format!("{SUBSCRIPTIONS}/urn:ngsi-ld:Subscription:mine");
    for (key, status) in [("share", 201), ("report", 409), ("share2", 201)] {
        let made = town
            .call_as(key, "POST", SUBSCRIPTIONS, named.clone())
            .await;
        assert_eq!(made.status.as_u16(), status, "{key}: {made:?}");
    }
    assert_eq!(
        town.call_as("share2", "DELETE", &path, "")
            .await
            .status
            .as_u16(),
        204
    );
    for method in ["GET", "PATCH", "DELETE"] {
        let none = town.call_as("share2", method, &path, "{}").await;
        assert_eq!(none.status.as_u16(), 404, "{method}");
    }
    let listed = town.call_as("book2", "GET", SUBSCRIPTIONS, "").await;
    assert_eq!(listed.json(), json!([]));
    let own = town
        .call_as("report", "GET", &format!("{SUBSCRIPTIONS}?count=true"), "")
        .await;
    assert_eq!(own.header("ngsild-results-count"), "1");
    assert_eq!(town.get(SUBSCRIPTIONS).await.status.as_u16(), 401);
}

#[tokio::test]
async fn an_address_that_webhooks_may_not_have_is_refused_in_disguise_too() {
    let town = Town::new();
    for uri in [
        "http://example.com/n",
        "https://10.0.0.1/n",
        "https://0xa9fea9fe/latest",
        "https://[::ffff:10.0.0.1]/n",
        "https://3232235777/n",
        "https://user@example.com/n",
        "https://example.com:25/n",
        "mqtt://example.com/topic",
        "mqtts://example.com:8883/topic",
    ] {
        let more = json!({"notification": {"endpoint": {"uri": uri}}});
        let refused = town
            .call_as("report", "POST", SUBSCRIPTIONS, asked(&more))
            .await;
        assert_eq!(refused.status.as_u16(), 400, "{uri}: {refused:?}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("uri"), "{uri}: {detail}");
    }
}
