//! Two whole hubs on one PostgreSQL: what one does with keys the other knows, and a database that
//! dies shows at both and stops neither.

use super::hub::{Call, TestHub, digest, settings, write_city};
use crate::config;
use crate::domain::Millis;
use crate::store::tests::cluster::Cluster;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// 2026-11-23T02:00:00Z.
const NOW: Millis = Millis(1_795_399_200_000);
const ADMIN: &str = "bh_admin";
/// The promise is two seconds; a machine that is busy with other tests may take longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// One bay in each of two zones.
fn city(folder: &Path) {
    let point = |lat: f64| json!({"type": "Point", "coordinates": [103.8, lat]});
    let feature = |lat: f64, properties: Value| json!({"type": "Feature", "geometry": point(lat), "properties": properties});
    let mut zones = Vec::new();
    let mut bays = Vec::new();
    for (n, zone) in ["A", "B"].into_iter().enumerate() {
        let lat = 1.3 + n as f64 / 100.0;
        let about = json!({"id": zone, "name": zone, "kind": "on_street", "capacity": 1});
        zones.push(feature(lat, about));
        let about = json!({"id": format!("{zone}-1"), "zone": zone, "kind": "car"});
        bays.push(feature(lat, about));
    }
    write_city(folder, &zones, &bays);
}

async fn hub(cluster: &Cluster, folder: &Path, name: &str) -> TestHub {
    let toml = format!(
        "[[keys]]\nname = \"admin\"\npartner = \"city\"\nsha256 = \"{}\"\nscopes = [\"admin\"]\n\
         [store]\nurl = \"{}\"\n",
        digest(ADMIN),
        cluster.url("postgres"),
    );
    let flags = settings(folder, &folder.join(name));
    TestHub::start(config::parse(&toml, &flags).unwrap(), NOW).await
}

impl TestHub {
    async fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        let key = Some(ADMIN);
        let headers = &[];
        self.call(Call {
            method,
            path,
            key,
            headers,
            body,
        })
        .await
    }

    /// The status, and the first refusal's reason.
    async fn report(&self, key: &str) -> (u16, String) {
        let body = json!({"source": "x-1", "bays": [{"bay": "A-1", "state": "vacant"}]});
        let call = Call {
            method: "POST",
            path: "/v1/reports",
            key: Some(key),
            headers: &[],
            body: Some(&body),
        };
        let (status, body) = self.call(call).await;
        let answer: Value = serde_json::from_str(&body).unwrap();
        let reason = answer["refused"][0]["reason"].as_str();
        (status, reason.unwrap_or_default().to_owned())
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let method = "GET";
        let call = Call {
            method,
            path,
            ..Call::default()
        };
        self.call(call).await
    }

    async fn ready(&self) -> (bool, String) {
        let (status, body) = self.get("/readyz").await;
        (status == 200, body)
    }

    async fn metrics(&self) -> String {
        self.get("/metrics").await.1
    }
}

/// Waits until it is so, and says how long that took.
async fn within(what: &str, so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !so().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not in {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    eprintln!("{what}: {:?}", begun.elapsed());
}

/// Two hubs of one city on one database, where the partner `lta` is known.
async fn two(cluster: &Cluster, folder: &Path) -> [TestHub; 2] {
    city(folder);
    let a = hub(cluster, folder, "a").await;
    let b = hub(cluster, folder, "b").await;
    let partner = json!({"name": "lta"});
    let (status, body) = a.admin("POST", "/v1/admin/partners", Some(&partner)).await;
    assert_eq!(status, 201, "{body}");
    [a, b]
}

/// A key's text and its path, made at `hub`.
async fn made(hub: &TestHub, name: &str) -> (String, String) {
    let ask = json!({"name": name, "partner": "lta", "scopes": ["report"], "sources": ["x-*"],
        "source_kind": "sensor", "area": "all"});
    let (status, body) = hub.admin("POST", "/v1/admin/keys", Some(&ask)).await;
    assert_eq!(status, 201, "{body}");
    let key: Value = serde_json::from_str(&body).unwrap();
    let text = key["key"].as_str().unwrap().to_owned();
    let id = match &key["id"] {
        Value::String(id) => id.clone(),
        id => id.to_string(),
    };
    (text, format!("/v1/admin/keys/{id}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_hub_does_with_keys_the_other_knows() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let [a, b] = two(&cluster, folder.path()).await;

    let (key, path) = made(&a, "lamps").await;
    let says = async |status: u16, reason: &str| b.report(&key).await == (status, reason.into());
    within("a key made at the other hub", async || says(202, "").await).await;
    let narrower = json!({"area": {"zones": ["B"]}});
    let (status, body) = a.admin("PATCH", &path, Some(&narrower)).await;
    assert_eq!(status, 200, "{body}");
    within("its area", async || says(202, "out_of_area").await).await;
    assert_eq!(a.admin("DELETE", &path, None).await.0, 204);
    within("its end", async || says(401, "").await).await;
    assert_eq!(a.report(&key).await.0, 401);
    for hub in [a, b] {
        hub.hub.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_dies_shows_and_reports_are_taken_all_the_same() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let [a, b] = two(&cluster, folder.path()).await;
    let (key, path) = made(&a, "lamps").await;
    within("a key", async || b.report(&key).await.0 == 202).await;

    cluster.kill();
    for hub in [&a, &b] {
        within("a dead database", async || {
            let (ready, body) = hub.ready().await;
            let named = body.contains("\"store\"") && body.contains("PostgreSQL at 127.0.0.1");
            !ready && named && body.contains("keys are held as they were at")
        })
        .await;
        assert_eq!(hub.report(&key).await.0, 202);
        assert_eq!(hub.get("/v1/zones").await.0, 200);
        assert!(hub.metrics().await.contains("\nbayhub_store_up 0\n"));
    }
    // It cannot be stored: the hub that was asked refuses the key all the same.
    let (status, body) = a.admin("DELETE", &path, None).await;
    assert_eq!(status, 503, "{body}");
    assert_eq!((a.report(&key).await.0, b.report(&key).await.0), (401, 202));

    cluster.start_again();
    for hub in [&a, &b] {
        within("a database that is back", async || hub.ready().await.0).await;
        assert!(hub.metrics().await.contains("\nbayhub_store_up 1\n"));
    }
    within("what could not be stored", async || {
        b.report(&key).await.0 == 401
    })
    .await;
    assert_eq!(a.report(&key).await.0, 401);
    for hub in [a, b] {
        hub.hub.stop().await.unwrap();
    }
}
