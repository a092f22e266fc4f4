//! Webhooks: made, looked back at, given up.

use super::{Call, Shown};
use crate::serve::tests::sharing::later;
use serde_json::json;

pub(super) async fn show(shown: &mut Shown) {
    subscriptions(shown).await;
    let asked = json!({"url": "https://example.com/hooks/bayhub", "events": ["zone.full", "offer.*"], "zones": ["EAST"]});
    let call = Call::new("post /v1/webhooks", "share", "/v1/webhooks").with(asked);
    let made = shown.show(call).await;
    let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    // Something happens that it is told.
    let offer = json!({
        "bay": "TPY12-001", "windows": [{"start": later(0), "end": later(600)}],
        "price_cents_per_hour": 240, "currency": "SGD",
    });
    let offer = offer.to_string();
    let offered = shown.town.call_as("share", "POST", "/v1/offers", offer);
    assert_eq!(offered.await.status.as_u16(), 201);
    for of in ["get /v1/webhooks", "get /v1/webhooks/{webhook}"] {
        let path = if of.ends_with('}') {
            &path
        } else {
            "/v1/webhooks"
        };
        shown.show(Call::new(of, "share", path)).await;
    }
    let log = format!("{path}/deliveries?status=pending&limit=10");
    let call = Call::new("get /v1/webhooks/{webhook}/deliveries", "share", &log);
    let told = shown.show(call).await;
    let one = told["deliveries"][0]["id"].as_str().unwrap();
    let again = format!("{path}/deliveries/{one}/resend");
    let of = "post /v1/webhooks/{webhook}/deliveries/{delivery}/resend";
    shown.show(Call::new(of, "share", &again)).await;
    let replay = format!("{path}/replay?since=2026-11-23T00:00:00Z");
    let of = "post /v1/webhooks/{webhook}/replay";
    shown.show(Call::new(of, "share", &replay)).await;
    let rotate = format!("{path}/rotate");
    let of = "post /v1/webhooks/{webhook}/rotate";
    let given = json!({"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"});
    shown
        .show(Call::new(of, "share", &rotate).with(given))
        .await;
    let change = json!({"url": "http://127.0.0.1:1/", "threshold": 3});
    let of = "patch /v1/webhooks/{webhook}";
    shown.show(Call::new(of, "share", &path).with(change)).await;
    // Nobody listens there.
    let test = format!("{path}/test");
    let of = "post /v1/webhooks/{webhook}/test";
    shown.show(Call::new(of, "share", &test)).await;
    let of = "delete /v1/webhooks/{webhook}";
    shown.show(Call::new(of, "share", &path)).await;
}

/// The same for cities' brokers.
async fn subscriptions(shown: &mut Shown) {
    let all = "/ngsi-ld/v1/subscriptions";
    let name = "urn:ngsi-ld:Subscription:streets";
    let one = format!("{all}/{name}");
    let of_one = "/ngsi-ld/v1/subscriptions/{subscription}";
    let asked = json!({
        "id": name, "type": "Subscription", "entities": [{"type": "OnStreetParking"}],
        "watchedAttributes": ["availableSpotNumber"],
        "notification": {
            "format": "keyValues",
            "endpoint": {
                "uri": "https://example.com/ngsi",
                "accept": "application/json",
                "receiverInfo": [{"key": "Authorization", "value": "Bearer ..."}],
            },
        },
        "throttling": 5,
    });
    let post = Call::new("post /ngsi-ld/v1/subscriptions", "report", all);
    shown.show(post.with(asked)).await;
    for accept in ["application/json", "application/ld+json"] {
        let list = Call::new("get /ngsi-ld/v1/subscriptions", "report", all);
        shown.show(list.accept(accept)).await;
        let of = format!("get {of_one}");
        shown
            .show(Call::new(&of, "report", &one).accept(accept))
            .await;
    }
    let patch = format!("patch {of_one}");
    let change = json!({"throttling": 10});
    shown
        .show(Call::new(&patch, "report", &one).with(change))
        .await;
    let delete = format!("delete {of_one}");
    shown.show(Call::new(&delete, "report", &one)).await;
}
