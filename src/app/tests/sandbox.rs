//! A hub with a sandbox beside it: who reaches which of the two, what one never hears of the other, and
//! what becomes of the hub when the sandbox fails.

use super::hub::{Call, PATIENCE, TestHub, digest, settings, write_city};
use crate::config::{self, Config, SandboxSettings};
use crate::domain::{Clock as _, Millis};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

const LIVE: &str = "bh_live_key";
const TEST: &str = "bh_test_key";

/// One public bay, `A-1`; a live key and a test key, each for reports of `app-1`.
pub(super) fn settled(folder: &Path) -> Config {
    let point = json!({"type": "Point", "coordinates": [103.8, 1.3]});
    let feature = |about: Value| json!({"type": "Feature", "geometry": point, "properties": about});
    let zone = json!({"id": "A", "name": "A", "kind": "on_street", "capacity": 1});
    let bay = json!({"id": "A-1", "zone": "A", "kind": "car"});
    write_city(folder, &[feature(zone)], &[feature(bay)]);
    let key = |table: &str, key: &str, scopes: &str| {
        format!(
            "[[{table}]]\nname = \"k\"\npartner = \"acme\"\nsha256 = \"{}\"\nscopes = [{scopes}]\n\
             sources = [\"app-1\"]\nsource_kind = \"sensor\"\narea = \"all\"\n",
            digest(key)
        )
    };
    let toml = key("keys", LIVE, "\"report\", \"monitor\"")
        + "[sandbox]\nenabled = true\nbays = 100\n"
        + &key("sandbox.keys", TEST, "\"report\", \"share\"");
    config::parse(&toml, &settings(folder, &folder.join("data"))).unwrap()
}

async fn started(folder: &Path) -> TestHub {
    let now = crate::clock::SystemClock.now();
    let hub = TestHub::start(settled(folder), Millis(now.0)).await;
    hub.hub.sandbox_open().await;
    hub
}

impl TestHub {
    pub(super) async fn asked(&self, path: &str, key: Option<&str>) -> (u16, Value) {
        let call = Call {
            method: "GET",
            path,
            key,
            ..Call::default()
        };
        let (status, body) = self.call(call).await;
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    /// What comes of a report that `bay` is occupied: how many were taken, and why one was not.
    async fn told(&self, key: &str, bay: &str) -> (u64, Option<String>) {
        let body = json!({"source": "app-1", "bays": [{"bay": bay, "state": "occupied"}]});
        let answer = self.reported(key, &body).await;
        let why = answer["refused"][0]["reason"].as_str().map(str::to_owned);
        (answer["accepted"].as_u64().unwrap(), why)
    }
}

/// The zones that a key sees.
async fn zones(hub: &TestHub, key: Option<&str>) -> Vec<String> {
    let (_, all) = hub.asked("/v1/zones?limit=100", key).await;
    let all = all["zones"].as_array().unwrap().iter();
    all.map(|zone| zone["zone"].as_str().unwrap().to_owned())
        .collect()
}

/// A bay of the sandbox that no sensor watches, once it is known of some other that one does.
async fn unwatched(hub: &TestHub, zones: &[String]) -> String {
    let end = Instant::now() + PATIENCE;
    loop {
        let mut of: BTreeMap<String, String> = BTreeMap::new();
        for zone in zones {
            let bay = format!("{zone}-001");
            let (status, seen) = hub.asked(&format!("/v1/bays/{bay}"), Some(TEST)).await;
            // A private one is not seen.
            if status == 200 {
                of.insert(bay, seen["state"].as_str().unwrap().to_owned());
            }
        }
        let mut unknown = of.iter().filter(|(_, state)| *state == "unknown");
        if unknown.clone().count() < of.len()
            && let Some((bay, _)) = unknown.next_back()
        {
            return bay.clone();
        }
        assert!(Instant::now() < end, "{of:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_key_lives_in_the_sandbox_and_the_city_never_hears_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let hub = started(folder.path()).await;
    let there = zones(&hub, Some(TEST)).await;
    assert!(
        there.iter().all(|zone| zone.starts_with("sbx-")),
        "{there:?}"
    );
    assert_eq!(there.len(), 5);
    for key in [None, Some(LIVE)] {
        assert_eq!(zones(&hub, key).await, ["A"]);
    }
    let bay = unwatched(&hub, &there).await;

    // Each at home, and neither at the other's.
    let own = format!("/v1/bays/{bay}");
    assert_eq!(hub.told(TEST, &bay).await, (1, None));
    let is = |state: &'static str| move |bay: &Value| bay["state"] == state;
    hub.until(&own, Some(TEST), is("occupied")).await;
    let unknown = Some("unknown_bay".to_owned());
    assert_eq!(hub.told(TEST, "A-1").await, (0, unknown.clone()));
    assert_eq!(hub.told(LIVE, &bay).await, (0, unknown));
    assert_eq!(hub.asked(&own, Some(LIVE)).await.0, 404);
    assert_eq!(hub.asked("/v1/bays/A-1", Some(TEST)).await.0, 404);
    assert_eq!(hub.asked("/v1/bays/A-1", None).await.1["state"], "unknown");
    assert_eq!(hub.told(LIVE, "A-1").await, (1, None));
    hub.until("/v1/bays/A-1", None, is("occupied")).await;

    // The hub has counted what came to it, and nothing else.
    assert_eq!(hub.metric("bayhub_reports_accepted_total", &[]).await, 1);
    let calls = ["route=\"/v1/reports\""];
    assert_eq!(hub.metric("bayhub_http_responses_total", &calls).await, 2);
    assert_eq!(hub.metric("bayhub_zones", &[]).await, 1);
    let (_, sources) = hub.asked("/v1/sources", Some(LIVE)).await;
    assert_eq!(sources["sources"].as_array().unwrap().len(), 1, "{sources}");
    hub.hub.stop().await.unwrap();

    // Both stop, and both are there again with what they knew.
    let hub = started(folder.path()).await;
    hub.until(&own, Some(TEST), |bay| bay["state"] != "unknown")
        .await;
    assert_eq!(hub.asked("/v1/bays/A-1", None).await.1["state"], "occupied");
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_no_good_in_the_sandbox_is_told_so_and_odd_ones_are_the_citys() {
    let folder = tempfile::tempdir().unwrap();
    let hub = started(folder.path()).await;
    let me = async |headers: &[(&str, &str)]| {
        let call = Call {
            method: "GET",
            path: "/v1/sources",
            headers,
            ..Call::default()
        };
        let (status, body) = hub.call(call).await;
        let told: Value = serde_json::from_str(&body).unwrap();
        (
            status,
            told["detail"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let shown = |key: &'static str| ("authorization", key);
    for key in [
        "Bearer bh_test_nobody",
        "bearer  bh_test_",
        "Bearer bh_test_KEY",
    ] {
        let (status, said) = me(&[shown(key)]).await;
        assert_eq!(status, 401, "{key}");
        assert!(
            said.starts_with("this key of the sandbox (bh_test_"),
            "{said}"
        );
    }
    for key in ["Bearer BH_TEST_KEY", "Bearer bh_live_nobody"] {
        let (status, said) = me(&[shown(key)]).await;
        assert_eq!(status, 401, "{key}");
        assert!(said.starts_with("this key is not good"), "{key}: {said}");
    }
    let test = shown("Bearer bh_test_key");
    for two in [[test, test], [test, shown("Bearer bh_live_key")]] {
        let (status, said) = me(&two).await;
        assert_eq!((status, &*said), (401, "Authorization is given twice"));
    }
    // A platform's way of showing keys does not lead to the sandbox.
    let call = Call {
        method: "POST",
        path: "/v1/uplinks/ctwing?key=bh_test_key",
        body: Some(&Value::Null),
        ..Call::default()
    };
    let (status, said) = hub.call(call).await;
    assert!(
        status == 401 && said.contains("does not lead there"),
        "{said}"
    );
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_no_good_in_the_sandbox_reads_nothing_there_either() {
    let folder = tempfile::tempdir().unwrap();
    let hub = started(folder.path()).await;
    for (method, path) in [
        ("GET", "/v1/zones"),
        ("GET", "/v1/bays/nearby?lat=1.3&lon=103.8"),
        ("GET", "/v1/stream?bbox=103,1,104,2"),
        ("GET", "/v1/stream/ws"),
        ("GET", "/ngsi-ld/v1/entities?type=OffStreetParking"),
        ("GET", "/mqtt"),
        ("POST", "/mcp"),
    ] {
        let call = Call {
            method,
            path,
            key: Some("bh_test_nobody"),
            ..Call::default()
        };
        let (status, said) = hub.call(call).await;
        assert_eq!(status, 401, "{path}: {said}");
        assert!(said.contains("this key of the sandbox (bh_test_"), "{said}");
    }
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_share_there_has_bays_to_offer() {
    let folder = tempfile::tempdir().unwrap();
    let hub = started(folder.path()).await;
    let some = |told: &Value| told["bays"].as_array().is_some_and(|bays| bays.len() == 4);
    let own = hub.until("/v1/partners/me/bays", Some(TEST), some).await;
    assert!(own["bays"][0]["bay"].as_str().unwrap().starts_with("sbx-"));
    // After a start they are the same.
    hub.hub.stop().await.unwrap();
    let hub = started(folder.path()).await;
    let again = hub.until("/v1/partners/me/bays", Some(TEST), some).await;
    let ids = |told: &Value| {
        let bays = told["bays"].as_array().into_iter().flatten();
        bays.map(|bay| bay["bay"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&own), ids(&again));
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_bind_in_the_sandbox_whatever_the_citys_do_and_are_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = settled(folder.path());
    config.limits = crate::limits::Config::unbound();
    config.sandbox.requests_per_min_per_key = 2;
    let hub = TestHub::start(config, crate::clock::SystemClock.now()).await;
    hub.hub.sandbox_open().await;
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(hub.asked("/v1/zones", Some(TEST)).await.0);
    }
    assert_eq!(told, [200, 200, 429]);
    for _ in 0..5 {
        assert_eq!(hub.asked("/v1/zones", Some(LIVE)).await.0, 200);
    }
    let refused = hub.metric("bayhub_quota_refused_total", &[]).await;
    assert_eq!(refused, 0);
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_that_cannot_start_is_a_note_and_the_hub_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let config = settled(folder.path());
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    std::fs::write(
        folder.path().join("data").join(SandboxSettings::FOLDER),
        "in the way",
    )
    .unwrap();
    let hub = TestHub::start(config, crate::clock::SystemClock.now()).await;
    hub.hub.sandbox_open().await;
    assert_eq!(hub.asked("/readyz", None).await.0, 200);
    let (status, notes) = hub.asked("/readyz", Some(LIVE)).await;
    let note = notes["notes"].to_string();
    assert!(
        status == 200 && note.contains("the sandbox is down"),
        "{notes}"
    );
    assert_eq!(hub.asked("/v1/zones", Some(TEST)).await.0, 503);
    assert_eq!(zones(&hub, Some(LIVE)).await, ["A"]);
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_that_fails_while_it_runs_is_put_down_and_the_hub_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let hub = started(folder.path()).await;
    assert_eq!(hub.asked("/v1/zones", Some(TEST)).await.0, 200);
    hub.hub.sandbox.as_ref().unwrap().fail("planted");
    let noted = |ready: &Value| ready["notes"].to_string().contains("planted");
    hub.until("/readyz", None, noted).await;
    assert_eq!(hub.asked("/v1/zones", Some(TEST)).await.0, 503);
    assert_eq!(hub.told(LIVE, "A-1").await, (1, None));
    hub.hub.stop().await.unwrap();
    // What the hub is started on again is what it was.
    let hub = started(folder.path()).await;
    assert_eq!(hub.asked("/v1/zones", Some(TEST)).await.0, 200);
    hub.hub.stop().await.unwrap();
}
