//! What becomes of shared bays on the day: offers, and reservations in every state.

use super::city;
use super::day::{GoldenDay, at};
use crate::domain::Millis;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Ids of offers by their bays, and of reservations by their trips.
#[derive(Default)]
pub(super) struct Books {
    pub(super) offers: BTreeMap<String, String>,
    pub(super) trips: BTreeMap<String, String>,
}

/// What one trip asks for: where, how far a walk, from when to when.
pub(super) fn wish(zone: &str, n: u32, walk_m: u32, from: Millis, to: Millis) -> Value {
    let (lat, lon) = city::place(zone, n);
    json!({"lat": lat, "lon": lon, "max_walk_m": walk_m, "max_price_cents": 5000,
        "start": from.to_string(), "end": to.to_string()})
}

/// Stays that no lamp post sees: where, from when to when.
const STAYS: [(&str, Millis, Millis); 3] = [
    ("OFFICE-1", at(6, 55), at(8, 10)),
    ("HOMES-1", at(8, 30), at(9, 0)),
    ("OFFICE-2", at(12, 0), at(13, 30)),
];

/// The trip whose answer may have been lost.
pub(super) const AGAIN: &str = "trip-moved";

pub(super) fn wish_again() -> Value {
    let mut wish = wish("OFFICE", 1, 100, at(14, 0), at(15, 0));
    // Who is not stays where he is.
    wish["flexible"] = json!(true);
    wish
}

impl Books {
    /// What is due at the hub's time.
    pub(super) async fn events(&mut self, day: &GoldenDay) {
        let now = day.now();
        let is = |hour, minute| at(hour, minute) == now;
        if is(6, 5) {
            self.offer(day).await;
        }
        self.morning(day, &is).await;
        self.noon(day, &is).await;
        for (bay, from, to) in STAYS {
            if now > from && now < to {
                // The hub says again and again that the stay lasts.
                let path = format!("/v1/bays/{bay}");
                let said = now.to_string();
                day.hub
                    .until(&path, None, |b| b["observed_at"] == said)
                    .await;
            }
        }
    }

    async fn morning(&mut self, day: &GoldenDay, is: &impl Fn(u64, u64) -> bool) {
        if is(6, 10) {
            self.book(day, "overstayed", wish("OFFICE", 1, 5, at(7, 0), at(8, 0)))
                .await;
            self.step(day, "overstayed", "confirm").await;
            self.book(day, "let-go", wish("OFFICE", 1, 5, at(9, 0), at(10, 0)))
                .await;
            self.step(day, "let-go", "cancel").await;
            self.book(day, "refunded", wish("OFFICE", 1, 5, at(9, 0), at(10, 0)))
                .await;
            self.step(day, "refunded", "confirm").await;
        }
        if is(6, 15) {
            self.step(day, "refunded", "cancel").await;
            self.book(day, "forgotten", wish("OFFICE", 2, 5, at(9, 0), at(10, 0)))
                .await;
        }
        if is(6, 20) {
            self.until(day, "forgotten", "expired").await;
            self.book(day, "missed", wish("OFFICE", 2, 5, at(7, 30), at(8, 30)))
                .await;
            self.step(day, "missed", "confirm").await;
        }
        if is(6, 55) {
            self.step(day, "overstayed", "arrive").await;
        }
        if is(7, 45) {
            self.until(day, "missed", "no_show").await;
        }
        if is(8, 10) {
            self.step(day, "overstayed", "depart").await;
            self.book(day, "timed-out", wish("HOMES", 1, 5, at(8, 30), at(9, 0)))
                .await;
            self.step(day, "timed-out", "confirm").await;
        }
        if is(8, 30) {
            self.step(day, "timed-out", "arrive").await;
        }
        if is(9, 0) {
            self.until(day, "timed-out", "completed").await;
        }
    }

    async fn noon(&mut self, day: &GoldenDay, is: &impl Fn(u64, u64) -> bool) {
        if is(9, 20) {
            self.book(day, "seen", wish("OFFICE", 4, 5, at(9, 30), at(10, 30)))
                .await;
            self.step(day, "seen", "confirm").await;
        }
        if is(9, 35) {
            self.until(day, "seen", "active").await;
            // Who goes must have been seen there: the desk looks once a second.
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        if is(10, 20) {
            self.until(day, "seen", "completed").await;
        }
        if is(11, 10) {
            self.book(day, AGAIN, wish_again()).await;
            self.step(day, AGAIN, "confirm").await;
            // Nothing but that bay will do: the trip before it moves.
            let same = day
                .call("rider", "GET", &self.path(AGAIN), Value::Null)
                .await;
            let bay = same["bay"].as_str().and_then(|b| b.strip_prefix("OFFICE-"));
            let only = bay.and_then(|n| n.parse().ok()).unwrap();
            self.book(
                day,
                "made-room-for",
                wish("OFFICE", only, 5, at(14, 0), at(15, 0)),
            )
            .await;
            self.step(day, "made-room-for", "confirm").await;
        }
        if is(11, 30) {
            self.book(day, "there", wish("OFFICE", 2, 5, at(12, 0), at(13, 30)))
                .await;
            self.step(day, "there", "confirm").await;
        }
        if is(12, 0) {
            self.step(day, "there", "arrive").await;
        }
    }

    /// The last thing of the day.
    pub(super) async fn hold(&mut self, day: &GoldenDay) {
        self.book(day, "held", wish("HOMES", 2, 5, at(15, 0), at(16, 30)))
            .await;
    }

    async fn offer(&mut self, day: &GoldenDay) {
        day.call(
            "town-hall",
            "PUT",
            "/v1/admin/bays/HOMES-1/owner",
            json!({"partner": "acme"}),
        )
        .await;
        let week = json!([{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "from": "00:00", "to": "24:00"}]);
        let once = json!([{"start": at(6, 0).to_string(), "end": at(20, 0).to_string()}]);
        let lunch = json!([{"start": at(16, 0).to_string(), "end": at(17, 0).to_string()}]);
        let offers = [
            (
                "acme",
                json!({"bay": "OFFICE-1", "windows": week, "time_zone": "Asia/Singapore",
                "price_cents_per_hour": 250, "currency": "SGD", "rules": {"buffer_min": 15}}),
            ),
            (
                "acme",
                json!({"bay": "OFFICE-2", "windows": once, "price_cents_per_hour": 250,
                "notes": "By the \u{201c}blue\u{201d} door; ring twice.\nNo trailers.", "exceptions": lunch}),
            ),
            (
                "acme",
                json!({"bay": "OFFICE-3", "windows": once, "price_cents_per_hour": 200}),
            ),
            (
                "acme",
                json!({"bay": "OFFICE-4", "windows": once, "price_cents_per_hour": 300,
                "rules": {"min_stay_min": 30, "max_stay_min": 480, "notice_min": 5}}),
            ),
            (
                "acme",
                json!({"bay": "OFFICE-5", "windows": once, "price_cents_per_hour": 100}),
            ),
            (
                "acme",
                json!({"bay": "HOMES-1", "windows": once, "price_cents_per_hour": 120}),
            ),
            (
                "homes",
                json!({"bay": "HOMES-2", "windows": week, "time_zone": "Europe/Berlin",
                "price_cents_per_hour": 175, "rules": {"max_height_cm": 200, "ev_only": false}}),
            ),
        ];
        for (who, ask) in offers {
            let made = day.call(who, "POST", "/v1/offers", ask.clone()).await;
            let bay = ask["bay"].as_str().unwrap().to_owned();
            self.offers
                .insert(bay, made["id"].as_str().unwrap().to_owned());
        }
        let path = |bay: &str| format!("/v1/offers/{}", self.offers[bay]);
        day.call(
            "acme",
            "PATCH",
            &path("OFFICE-3"),
            json!({"state": "paused"}),
        )
        .await;
        day.call("acme", "DELETE", &path("OFFICE-5"), Value::Null)
            .await;
    }

    async fn book(&mut self, day: &GoldenDay, trip: &str, wish: Value) {
        let hub = &day.hub;
        let headers = [("idempotency-key", trip)];
        let held = hub
            .done(super::super::hub::Call {
                method: "POST",
                path: "/v1/requests",
                key: Some(&day.about.keys["rider"]),
                headers: &headers,
                body: Some(&wish),
            })
            .await;
        self.trips
            .insert(trip.to_owned(), held["id"].as_str().unwrap().to_owned());
    }

    pub(super) fn path(&self, trip: &str) -> String {
        format!("/v1/reservations/{}", self.trips[trip])
    }

    async fn step(&self, day: &GoldenDay, trip: &str, what: &str) {
        let path = format!("{}/{what}", self.path(trip));
        day.call("rider", "POST", &path, Value::Null).await;
    }

    async fn until(&self, day: &GoldenDay, trip: &str, state: &str) {
        let key = Some(&*day.about.keys["rider"]);
        day.hub
            .until(&self.path(trip), key, |r| r["state"] == state)
            .await;
    }
}
