//! Bays for drivers: for once and for a season.

use super::{Call, Shown};
use crate::domain::BayStatus::{Occupied, Vacant};
use crate::serve::tests::sharing::later;
use serde_json::{Value, json};

/// An hour beside `TPY12-001` that begins in that many minutes.
fn asked(from: u64) -> Value {
    json!({"lat": 1.3327, "lon": 103.8474, "start": later(from), "end": later(from + 60), "max_walk_m": 300,
        "max_price_cents": 500, "currency": "SGD", "vehicle": {"kind": "car"}, "driver": "d-4711"})
}

async fn request(shown: &mut Shown, from: u64) -> String {
    let call = Call::new("post /v1/requests", "book", "/v1/requests");
    let held = shown.show(call.with(asked(from))).await;
    held["id"].as_str().unwrap().to_owned()
}

async fn step(shown: &mut Shown, id: &str, what: &str, body: Value) {
    let of = format!("post /v1/reservations/{{reservation}}/{what}");
    let path = format!("/v1/reservations/{id}/{what}");
    shown.show(Call::new(&of, "book", &path).with(body)).await;
}

pub(super) async fn show(shown: &mut Shown) {
    seasons(shown).await;
    let later_on = request(shown, 200).await;
    step(shown, &later_on, "cancel", Value::Null).await;
    let moved = request(shown, 200).await;
    step(shown, &moved, "confirm", Value::Null).await;
    let first = request(shown, 0).await;
    step(shown, &first, "confirm", Value::Null).await;
    let stream = "get /v1/reservations/stream";
    shown
        .show(Call::new(stream, "book", "/v1/reservations/stream"))
        .await;
    step(shown, &first, "arrive", Value::Null).await;
    step(shown, &first, "extend", json!({"end": later(90)})).await;
    shown.town.clock.advance(60 * 60_000);
    step(shown, &first, "depart", Value::Null).await;
    for (of, path) in [
        (
            "get /v1/reservations",
            "/v1/reservations?state=completed&limit=2".to_owned(),
        ),
        (
            "get /v1/reservations/{reservation}",
            format!("/v1/reservations/{first}"),
        ),
    ] {
        shown.show(Call::new(of, "book", &path)).await;
    }
    shown.town.clock.advance(140 * 60_000);
    shown.town.turns("TPY12-001", Occupied, Occupied);
    step(shown, &moved, "taken", Value::Null).await;
    shown.town.turns("TPY12-001", Vacant, Vacant);
}

async fn seasons(shown: &mut Shown) {
    let asked = json!({"lat": 1.3327, "lon": 103.8474, "max_walk_m": 300, "repeat": {
        "days": ["mon"], "from": "13:00", "to": "13:30", "tz": "Asia/Singapore",
        "since": "2026-11-23", "until": "2026-11-23",
    }});
    let call = Call::new("post /v1/seasons", "book", "/v1/seasons");
    let held = shown.show(call.with(asked)).await;
    let path = format!("/v1/seasons/{}", held["id"].as_str().unwrap());
    let confirm = format!("{path}/confirm");
    let cancel = format!("{path}/cancel");
    for (of, path) in [
        ("post /v1/seasons/{season}/confirm", &confirm),
        ("get /v1/seasons/{season}", &path),
        ("post /v1/seasons/{season}/cancel", &cancel),
    ] {
        shown.show(Call::new(of, "book", path)).await;
    }
}
