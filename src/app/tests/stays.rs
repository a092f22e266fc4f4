//! A stay at a shared bay, from the offer to the authority's figures, at a whole hub by a clock
//! that the test turns.

use super::hub::{Call, TestHub, digest, settings, write_city};
use crate::clock::ManualClock;
use crate::config;
use crate::domain::{Clock as _, Millis};
use serde_json::{Value, json};
use std::path::Path;

/// 2026-11-23T02:00:00Z.
pub(super) const HOUR: Millis = Millis(1_795_399_200_000);
/// Three minutes after it.
pub(super) const NOW: Millis = Millis(HOUR.0 + 3 * MINUTE);
pub(super) const MINUTE: u64 = 60_000;
const KEY: &str = "bh_all-of-it";

/// A zone of two bays, 1 and 2, some 11 m apart.
fn city(folder: &Path, kind: &str) {
    let point = |lat: f64| json!({"type": "Point", "coordinates": [103.8, lat]});
    let bay = |n: u32| {
        let lat = 1.3 + f64::from(n) / 10_000.0;
        json!({"type": "Feature", "geometry": point(lat), "properties": {"id": format!("P-{n}"), "zone": "P", "kind": "car"}})
    };
    let properties =
        json!({"id": "P", "name": "Office", "kind": kind, "operator": "acme", "capacity": 2});
    let zone = json!({"type": "Feature", "geometry": point(1.3), "properties": properties});
    write_city(folder, &[zone], &[bay(1), bay(2)]);
}

pub(super) struct Running(pub(super) TestHub);

impl Running {
    async fn start(folder: &Path) -> Self {
        Self::start_at(folder, NOW).await
    }

    pub(super) async fn start_at(folder: &Path, now: Millis) -> Self {
        Self::start_as(folder, now, "private").await
    }

    /// The zone is of that kind.
    pub(super) async fn start_as(folder: &Path, now: Millis, kind: &str) -> Self {
        city(folder, kind);
        let sha256 = digest(KEY);
        let toml = format!(
            "[[keys]]\nname = \"all\"\npartner = \"acme\"\nsha256 = \"{sha256}\"\nsource_kind = \"sensor\"\n\
             scopes = [\"report\", \"share\", \"book\", \"monitor\"]\nsources = [\"lamp\"]\n"
        );
        let flags = settings(folder, &folder.join("data"));
        Self(TestHub::start(config::parse(&toml, &flags).unwrap(), now).await)
    }

    pub(super) fn clock(&self) -> &ManualClock {
        &self.0.clock
    }

    async fn post(&self, path: &str, body: Option<&Value>) -> Value {
        let call = Call {
            method: "POST",
            path,
            key: Some(KEY),
            body,
            ..Call::default()
        };
        self.0.done(call).await
    }

    /// Asks until the answer is as wanted.
    pub(super) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.0.until(path, Some(KEY), wanted).await
    }

    async fn offer(&self, bay: &str) {
        let windows =
            json!([{"start": NOW.to_string(), "end": NOW.plus(600 * MINUTE).to_string()}]);
        let body =
            json!({"bay": bay, "windows": windows, "price_cents_per_hour": 200, "currency": "SGD"});
        self.post("/v1/offers", Some(&body)).await;
    }

    /// A booking for an hour from now on that has been confirmed.
    async fn book(&self) -> (String, String) {
        let start = self.clock().now();
        let end = self.clock().now().plus(60 * MINUTE);
        let body =
            json!({"lat": 1.3, "lon": 103.8, "start": start.to_string(), "end": end.to_string()});
        let held = self.post("/v1/requests", Some(&body)).await;
        let id = held["id"].as_str().unwrap().to_owned();
        let bay = held["bay"].as_str().unwrap().to_owned();
        self.step(&id, "confirm").await;
        (id, bay)
    }

    async fn step(&self, id: &str, what: &str) {
        self.post(&format!("/v1/reservations/{id}/{what}"), None)
            .await;
    }

    pub(super) async fn report(&self, bay: &str, state: &str) {
        let body = json!({"source": "lamp", "bay": bay, "state": state, "at": self.clock().now().to_string()});
        self.post("/v1/reports", Some(&body)).await;
        self.until(&format!("/v1/bays/{bay}"), |b| {
            b["claimed_state"] == state || b["state"] == state
        })
        .await;
    }

    /// What was settled of the hour, once all of it is.
    pub(super) async fn hour(&self) -> Value {
        self.clock().set(HOUR.plus(100 * MINUTE));
        let path = format!(
            "/v1/turnover?zone=P&interval=1h&from={HOUR}&to={}",
            HOUR.plus(60 * MINUTE)
        );
        // What is settled follows the time of batches, which must go on.
        let on = |page: &Value| {
            self.clock().advance(1000);
            page["rows"][0]["complete"] == true
        };
        let page = self.until(&path, on).await;
        page["rows"][0].clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stay_that_no_sensor_sees_is_one_visit_of_its_whole_length() {
    let dir = tempfile::tempdir().unwrap();
    let town = Running::start(dir.path()).await;
    town.offer("P-1").await;
    let (id, bay) = town.book().await;
    let path = format!("/v1/bays/{bay}");
    town.step(&id, "arrive").await;
    // As one that has lost the answer.
    town.step(&id, "arrive").await;
    let there = town.until(&path, |b| b["state"] == "occupied").await;
    assert_eq!(
        (&there["source_kind"], &there["reserved"]),
        (&json!("booking"), &json!(true))
    );
    // Twice as long as one word of an app stands.
    for minute in [6, 12, 18, 24, 30] {
        let now = NOW.plus(minute * MINUTE);
        town.clock().set(now);
        town.until(&path, |b| b["observed_at"] == now.to_string())
            .await;
    }
    town.step(&id, "depart").await;
    town.step(&id, "depart").await;
    let gone = town.until(&path, |b| b["state"] == "vacant").await;
    assert_eq!(gone["reserved"], false);
    let hour = town.hour().await;
    assert_eq!(
        (&hour["visits"], &hour["visits_ended"]),
        (&json!(1), &json!(1)),
        "{hour}"
    );
    assert_eq!(
        (&hour["mean_stay_s"], &hour["censored_stays"]),
        (&json!(1800), &json!(0)),
        "{hour}"
    );
    town.0.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stay_that_a_sensor_sees_and_an_app_tells_is_one_visit_as_the_sensor_saw_it() {
    let dir = tempfile::tempdir().unwrap();
    let town = Running::start(dir.path()).await;
    town.report("P-1", "vacant").await;
    town.offer("P-1").await;
    let (id, bay) = town.book().await;
    town.step(&id, "arrive").await;
    let minute = |n: u64| town.clock().set(NOW.plus(n * MINUTE));
    // The app is early at both ends, and the sensor says what it sees in between.
    minute(1);
    town.report(&bay, "vacant").await;
    minute(2);
    town.report(&bay, "occupied").await;
    for at in [8, 14] {
        minute(at);
        town.report(&bay, "occupied").await;
    }
    town.step(&id, "depart").await;
    minute(15);
    town.report(&bay, "occupied").await;
    minute(20);
    town.report(&bay, "vacant").await;
    let hour = town.hour().await;
    assert_eq!(
        (&hour["visits"], &hour["visits_ended"]),
        (&json!(1), &json!(1)),
        "{hour}"
    );
    assert_eq!(
        (&hour["mean_stay_s"], &hour["short_stays"]),
        (&json!(1080), &json!(0)),
        "{hour}"
    );
    town.0.hub.stop().await.unwrap();
}
