//! A data folder of which something is missing or another's: refused by name, gone on without where
//! that is accepted, and told until somebody has taken note.

mod cases;

use super::hub::{Call, TestHub, digest, settings, write_city};
use crate::app::{Failure, LossKind};
use crate::config::{self, Config};
use crate::domain::Millis;
use cases::{CASES, Case, copy_tree, files, remove, state_after};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// 2026-11-23T02:00:00Z.
const NOW: Millis = Millis(1_795_399_200_000);
const MINUTE: u64 = 60_000;
const KEY: &str = "bh_all-of-it";
const BAYS: u32 = 60;

/// A zone of 60 bays; its first settled day has a manifest.
fn city(folder: &Path) {
    let point = |lat: f64| json!({"type": "Point", "coordinates": [103.8, lat]});
    let bay = |n: u32| {
        let lat = 1.3 + f64::from(n) / 10_000.0;
        json!({"type": "Feature", "geometry": point(lat), "properties": {"id": format!("B-{n}"), "zone": "B", "kind": "car"}})
    };
    let properties =
        json!({"id": "B", "name": "B", "kind": "off_street", "operator": "acme", "capacity": BAYS});
    let zone = json!({"type": "Feature", "geometry": point(1.3), "properties": properties});
    let bays: Vec<Value> = (0..BAYS).map(bay).collect();
    write_city(folder, &[zone], &bays);
}

fn config(city: &Path, data: &Path) -> Config {
    let sha256 = digest(KEY);
    let toml = format!(
        "[journal]\nsegment_bytes = 4096\n\n[stream]\nstale_after_s = 86400\n\n[[keys]]\nname = \"all\"\npartner = \"acme\"\nsha256 = \"{sha256}\"\n\
         source_kind = \"sensor\"\nscopes = [\"report\", \"admin\"]\nsources = [\"lamp\"]\narea = \"all\"\n"
    );
    config::parse(&toml, &settings(city, data)).unwrap()
}

async fn call(hub: &TestHub, method: &str, path: &str, body: Option<&Value>) -> Value {
    hub.done(Call {
        method,
        path,
        key: Some(KEY),
        body,
        ..Call::default()
    })
    .await
}

/// All bays are reported six times, a change is made at run time, a window is settled: then the hub
/// stops. Its folder has every kind of file, and several segments.
async fn live(city: &Path, data: &Path, now: Millis) {
    let days = data.join("history/manifest");
    std::fs::create_dir_all(&days).unwrap();
    std::fs::write(days.join("2026-11-24.json"), "{\"files\":[]}").unwrap();
    let hub = TestHub::start(config(city, data), now).await;
    for round in 0..6 {
        let state = if round % 2 == 0 { "vacant" } else { "occupied" };
        let bays: Vec<Value> = (0..BAYS)
            .map(|n| json!({"bay": format!("B-{n}"), "state": state}))
            .collect();
        let report = json!({"source": "lamp", "bays": bays});
        call(&hub, "POST", "/v1/reports", Some(&report)).await;
        hub.turn(Millis(hub.clock_now().0 + MINUTE)).await;
    }
    let zone = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [103.9, 1.3]},
        "properties": {"id": "NEW", "name": "NEW", "kind": "off_street", "operator": "x", "capacity": 5}});
    call(&hub, "PUT", "/v1/admin/zones", Some(&zone)).await;
    hub.turn(Millis(now.0 + 20 * MINUTE)).await;
    hub.hub.stop().await.unwrap();
}

/// Two hubs' folders as they left them.
async fn folders(scratch: &Path) -> (PathBuf, PathBuf) {
    city(scratch);
    let data = scratch.join("base");
    let other = scratch.join("other");
    live(scratch, &data, NOW).await;
    live(scratch, &other, Millis(NOW.0 + MINUTE)).await;
    (data, other)
}

fn notes(ready: &Value) -> Vec<String> {
    let notes = ready["notes"].as_array().into_iter().flatten();
    let lost = notes.filter(|n| n["part"] == "data");
    lost.map(|n| n["note"].as_str().unwrap().to_owned())
        .collect()
}

/// Refused by name; then, accepted, told until it is acknowledged.
async fn goes_through(case: &Case, city: &Path, data: &Path) {
    let (name, what, says, _) = case;
    let later = Millis(NOW.0 + 30 * MINUTE);
    let start = |accepted| TestHub::start_without(config(city, data), later, accepted);
    let Err(refused) = start(Vec::new()).await else {
        panic!("{name}: a hub starts");
    };
    let why = refused.to_string();
    assert!(matches!(refused, Failure::Loss(_)), "{name}: {why}");
    assert_eq!(refused.exit_code(), ExitCode::from(70), "{name}");
    assert!(why.contains(says), "{name}: {why}");
    assert!(
        why.contains(&format!("--accept-loss {what}")),
        "{name}: {why}"
    );
    let others = LossKind::ALL.into_iter().filter(|k| k.name() != *what);
    assert!(
        start(others.collect()).await.is_err(),
        "{name}: others were accepted"
    );

    let what = LossKind::parse(what).unwrap();
    let hub = start(vec![what])
        .await
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    let ready = call(&hub, "GET", "/readyz", None).await;
    let told = notes(&ready);
    let bay = call(&hub, "GET", "/v1/bays/B-0", None).await;
    assert_eq!(bay["state"], state_after(says), "{name}: {bay}");
    assert!(
        !told.is_empty() && told[0].contains(says),
        "{name}: {ready}"
    );
    hub.hub.stop().await.unwrap();

    let hub = start(Vec::new())
        .await
        .unwrap_or_else(|e| panic!("{name}, again: {e}"));
    let ready = call(&hub, "GET", "/readyz", None).await;
    assert_eq!(notes(&ready), told, "{name}: until somebody takes note");
    let listed = call(&hub, "GET", "/v1/admin/losses", None).await;
    for loss in listed["losses"].as_array().unwrap() {
        let path = format!("/v1/admin/losses/{}/ack", loss["id"].as_str().unwrap());
        call(&hub, "POST", &path, None).await;
    }
    let ready = call(&hub, "GET", "/readyz", None).await;
    assert!(notes(&ready).is_empty(), "{name}: {ready}");
    hub.hub.stop().await.unwrap();

    let hub = start(Vec::new())
        .await
        .unwrap_or_else(|e| panic!("{name}, acknowledged: {e}"));
    let ready = call(&hub, "GET", "/readyz", None).await;
    assert!(notes(&ready).is_empty(), "{name}: {ready}");
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_missing_or_foreign_is_refused_by_name_and_told_until_acknowledged() {
    let scratch = tempfile::tempdir().unwrap();
    let (base, other) = folders(scratch.path()).await;
    let mut faults = Vec::new();
    for case in CASES {
        let data = scratch.path().join("data");
        copy_tree(&base, &data);
        case.3(&data, &other);
        let city = scratch.path().to_owned();
        let of = data.clone();
        let gone_through = tokio::spawn(async move { goes_through(case, &city, &of).await });
        if gone_through.await.is_err() {
            faults.push(case.0);
        }
        std::fs::remove_dir_all(&data).unwrap();
    }
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_a_newer_format_is_refused_whatever_is_accepted() {
    let scratch = tempfile::tempdir().unwrap();
    city(scratch.path());
    let data = scratch.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let newer = json!({"format": 2, "folder": "?", "what": ["comes", "later"]});
    std::fs::write(data.join("manifest.json"), newer.to_string()).unwrap();
    let start = TestHub::start_without(config(scratch.path(), &data), NOW, LossKind::ALL.into());
    let Err(refused) = start.await else {
        panic!("a hub starts");
    };
    let why = refused.to_string();
    assert_eq!(refused.exit_code(), ExitCode::from(70));
    assert!(
        why.contains("manifest.json: format 2") && why.contains("newer bayhub"),
        "{why}"
    );
    assert_eq!(
        files(&data, ".json").len(),
        1,
        "nothing is made in such a folder"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_losses_are_named_together_and_a_database_is_not_made_in_place_of_one() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    city(scratch.path());
    live(scratch.path(), &data, NOW).await;
    remove(&data.join("pseudonyms.json"));
    for file in files(&data, "")
        .iter()
        .filter(|f| f.to_string_lossy().contains("bayhub.db"))
    {
        remove(file);
    }
    for accepted in [vec![], vec![LossKind::Store]] {
        let start = TestHub::start_without(config(scratch.path(), &data), NOW, accepted);
        let Err(refused) = start.await else {
            panic!("a hub starts");
        };
        let why = refused.to_string();
        assert!(
            why.contains("pseudonyms.json is missing") && why.contains("bayhub.db is missing"),
            "{why}"
        );
        assert!(!data.join("bayhub.db").exists());
    }
}
