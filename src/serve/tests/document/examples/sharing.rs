//! Private bays on offer, as their owners see them.

use super::{Call, Shown};
use crate::serve::tests::sharing::later;
use serde_json::{Value, json};

/// Opens `TPY12-001` to drivers for ten hours.
pub(super) async fn show(shown: &mut Shown) {
    let owner = Call::new(
        "put /v1/admin/bays/{bay}/owner",
        "admin",
        "/v1/admin/bays/TPY12-001/owner",
    );
    shown.show(owner.with(json!({"partner": "lta"}))).await;
    let asked = json!({
        "bay": "TPY12-001", "windows": [{"start": later(0), "end": later(600)}],
        "price_cents_per_hour": 240, "currency": "SGD", "notes": "Behind the gate, left",
    });
    let call = Call::new("post /v1/offers", "share", "/v1/offers");
    shown.show(call.with(asked)).await;
}

fn offer_of(shown: &Shown) -> String {
    let made = &shown.all["post /v1/offers"]["answers"]["201"]["application/json"];
    made["id"].as_str().unwrap().to_owned()
}

/// After bookings have been made.
pub(super) async fn show_what_came_of_it(shown: &mut Shown) {
    let offer = offer_of(shown);
    let booked = json!({"lat": 1.3327, "lon": 103.8474, "start": later(420), "end": later(480)});
    let booked = shown
        .town
        .call_as("book", "POST", "/v1/requests", booked.to_string());
    let booked = booked.await.json()["id"].as_str().unwrap().to_owned();
    for (of, rest) in [
        ("get /v1/offers", String::from("?limit=2")),
        ("get /v1/offers/{offer}", format!("/{offer}")),
        (
            "get /v1/offers/{offer}/calendar.ics",
            format!("/{offer}/calendar.ics"),
        ),
        (
            "get /v1/offers/{offer}/reservations",
            format!("/{offer}/reservations?state=completed&limit=2"),
        ),
        (
            "get /v1/offers/{offer}/utilisation",
            format!("/{offer}/utilisation"),
        ),
        (
            "post /v1/offers/{offer}/calendar",
            format!("/{offer}/calendar"),
        ),
        (
            "post /v1/offers/{offer}/reservations/{reservation}/cancel",
            format!("/{offer}/reservations/{booked}/cancel"),
        ),
    ] {
        shown
            .show(Call::new(of, "share", &format!("/v1/offers{rest}")))
            .await;
    }
    let settlement = "/v1/partners/me/settlement?month=2026-11";
    for accept in ["application/json", "text/csv"] {
        let call = Call::new("get /v1/partners/me/settlement", "share", settlement);
        shown.show(call.accept(accept)).await;
    }
    let path = "/v1/partners/me/reservations?limit=2";
    shown
        .show(Call::new("get /v1/partners/me/reservations", "share", path))
        .await;
    let path = "/v1/partners/me/bays?limit=2";
    shown
        .show(Call::new("get /v1/partners/me/bays", "share", path))
        .await;
    let path = format!("/v1/offers/{offer}?preview=true");
    let call = Call::new("patch /v1/offers/{offer}", "share", &path);
    shown
        .show(call.with(json!({"price_cents_per_hour": 260})))
        .await;
    let path = format!("/v1/offers/{offer}");
    let told: Value = shown
        .show(Call::new("delete /v1/offers/{offer}", "share", &path))
        .await;
    assert_eq!(told, "");
}
