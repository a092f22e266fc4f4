//! One source floods the hub: nobody else's figures change, and what is lost is told, also after a
//! restart.

use super::hub::{TestHub, digest, settings, write_city};
use crate::app::Failure;
use crate::config;
use crate::domain::Millis;
use serde_json::{Value, json};
use std::path::Path;

/// 2026-11-23T02:00:00Z.
pub(super) const HOUR: Millis = Millis(1_795_399_200_000);
pub(super) const MINUTE: u64 = 60_000;
pub(super) const SENSOR: &str = "bh_sensor";
pub(super) const FLOODER: &str = "bh_flooder";

/// Two zones of two bays: S is watched, F is flooded.
pub(super) fn city(folder: &Path) {
    let point = |lat: f64| json!({"type": "Point", "coordinates": [103.8, lat]});
    let mut zones = Vec::new();
    let mut bays = Vec::new();
    for (n, zone) in ["S", "F"].into_iter().enumerate() {
        let lat = 1.3 + n as f64 / 100.0;
        zones.push(json!({"type": "Feature", "geometry": point(lat),
            "properties": {"id": zone, "name": zone, "kind": "on_street", "capacity": 2}}));
        bays.extend([1, 2].map(|bay| {
            json!({"type": "Feature", "geometry": point(lat + f64::from(bay) / 10_000.0),
                "properties": {"id": format!("{zone}-{bay}"), "zone": zone, "kind": "car"}})
        }));
    }
    write_city(folder, &zones, &bays);
}

/// A hub on that city that settles as is said.
pub(super) async fn start_settling(
    folder: &Path,
    now: Millis,
    settle: &str,
) -> Result<TestHub, Failure> {
    let key = |name: &str, kind: &str, key: &str| {
        let sha256 = digest(key);
        format!(
            "[[keys]]\nname = \"{name}\"\npartner = \"{name}\"\nsha256 = \"{sha256}\"\n\
             source_kind = \"{kind}\"\nscopes = [\"report\", \"monitor\"]\nsources = [\"{name}\"]\narea = \"all\"\n"
        )
    };
    let toml = key("lamp", "sensor", SENSOR)
        + &key("flood", "app", FLOODER)
        + "[stream.settle]\n"
        + settle;
    let flags = settings(folder, &folder.join("data"));
    let config = config::parse(&toml, &flags).unwrap();
    TestHub::start_without(config, now, Vec::new()).await
}

async fn start(folder: &Path, now: Millis) -> TestHub {
    let settle = "max_waiting = 1024\n";
    start_settling(folder, now, settle).await.unwrap()
}

pub(super) async fn report(hub: &TestHub, key: &str, source: &str, bays: &[(&str, &str)]) {
    let items: Vec<_> = bays
        .iter()
        .enumerate()
        .map(|(n, (bay, state))| json!({"bay": bay, "state": state, "seq": n}))
        .collect();
    let body = json!({"source": source, "bays": items});
    let answer = hub.reported(key, &body).await;
    assert_eq!(answer["accepted"], items.len(), "{answer}");
}

/// An hour in which a car comes to S-1 and goes, and the rows of it two hours later.
async fn an_hour(hub: &TestHub, flood: usize) -> Value {
    let states = ["vacant", "occupied"];
    for m in (0..60).step_by(5) {
        hub.turn(HOUR.plus(m * MINUTE)).await;
        for n in 0..flood {
            let all = vec![("F-1", states[n % 2]); 1000];
            report(hub, FLOODER, "flood", &all).await;
        }
        let car = states[usize::from((20..40).contains(&m))];
        report(hub, SENSOR, "lamp", &[("S-1", car), ("S-2", "vacant")]).await;
    }
    hub.turn(HOUR.plus(180 * MINUTE)).await;
    rows(hub).await
}

pub(super) async fn rows(hub: &TestHub) -> Value {
    let path = format!(
        "/v1/turnover?from={HOUR}&to={}&interval=1h",
        HOUR.plus(60 * MINUTE)
    );
    let settled = |page: &Value| !page["rows"].as_array().unwrap().is_empty();
    hub.until(&path, Some(SENSOR), settled).await
}

fn of_zone<'v>(page: &'v Value, zone: &str) -> &'v Value {
    let rows = page["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["zone"] == zone);
    row.unwrap_or_else(|| panic!("no row of {zone}: {page}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_one_source_changes_no_other_figures_and_what_it_cost_is_told() {
    let folder = tempfile::tempdir().unwrap();
    city(folder.path());
    let calm = start(folder.path(), HOUR).await;
    let want = of_zone(&an_hour(&calm, 0).await, "S").clone();
    assert_eq!(
        (&want["complete"], &want["visits"]),
        (&json!(true), &json!(1)),
        "{want}"
    );
    calm.hub.stop().await.unwrap();
    std::fs::remove_dir_all(folder.path().join("data")).unwrap();

    let mut hub = start(folder.path(), HOUR).await;
    for restarted in [false, true] {
        let page = if restarted {
            rows(&hub).await
        } else {
            an_hour(&hub, 2).await
        };
        assert_eq!(of_zone(&page, "S"), &want, "as without the flood");
        assert_eq!(of_zone(&page, "F")["complete"], false, "{page}");
        let gaps = page["gaps"].as_array().unwrap();
        let lost = gaps.iter().find(|gap| gap["hour"] == HOUR.to_string());
        let lost = lost.unwrap_or_else(|| panic!("{page}"));
        assert_eq!(lost["reason"], "reports_lost", "{page}");
        let ready = hub
            .until("/readyz", None, |r| r["notes"][0]["note"].is_string())
            .await;
        let note = ready["notes"][0]["note"].as_str().unwrap();
        assert!(note.contains("settled nothing"), "{ready}");
        if !restarted {
            hub.hub.stop().await.unwrap();
            hub = start(folder.path(), HOUR.plus(181 * MINUTE)).await;
        }
    }
    hub.hub.stop().await.unwrap();
}
