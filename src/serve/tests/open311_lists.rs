//! Lists of what was reported, and who is told of private bays.

use super::Town;
use super::open311::{post, refused, report};
use super::private_bays::lots;
use super::sharing::{ask, later};
use crate::long::{figure, setting};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_list_is_filtered_and_paged_the_newest_first() {
    let town = Town::new();
    let mut ids = Vec::new();
    for (n, code) in ["surface", "bay-blocked", "surface", "sign-missing"]
        .iter()
        .enumerate()
    {
        let lat = format!("{}", 1.2 + n as f64 / 10.0);
        let form = [("service_code", *code), ("lat", &lat), ("long", "103.8")];
        ids.push(
            report(&town, &form).await["service_request_id"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
        town.clock.advance(60_000);
    }
    let listed = async |query: &str| {
        let all = town
            .get(&format!("/v1/open311/requests.json?{query}"))
            .await
            .json();
        let all = all.as_array().unwrap().iter();
        let at = |row: &Value| {
            ids.iter()
                .position(|id| row["service_request_id"] == **id)
                .unwrap()
        };
        all.map(at).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, [3, 2, 1, 0]);
    assert_eq!(listed("service_code=surface").await, [2, 0]);
    assert_eq!(listed("service_code=surface,sign-missing").await, [3, 2, 0]);
    assert_eq!(
        listed("service_code=surface&service_code=bay-blocked").await,
        [2, 1, 0]
    );
    assert_eq!(listed("page=2&page_size=3").await, [0]);
    assert_eq!(listed("status=closed").await, [0_usize; 0]);
    assert_eq!(
        listed("start_date=2026-11-23T02:01:00Z&end_date=2026-11-23T02:02:00Z").await,
        [2, 1]
    );
    assert_eq!(listed("end_date=2026-11-22T00:00:00Z").await, [0_usize; 0]);
    let named = format!("service_request_id={},{},999&status=closed", ids[2], ids[0]);
    assert_eq!(listed(&named).await, [2, 0], "overrides all else");
    let twice = format!(
        "service_request_id={0}&service_request_id={1},{0}",
        ids[1], ids[3]
    );
    assert_eq!(listed(&twice).await, [1, 3], "each once, as they are named");
    let bad = town.get("/v1/open311/requests.json?start_date=2026-11-23T02:00:00+08:00");
    assert!(
        bad.await.text().contains("%2B"),
        "as any other time is refused"
    );
    let said = json!({"state": "resolved", "notice": "Filled <3 hours later"}).to_string();
    let path = format!("/v1/problems/{}", ids[2]);
    let done = town.call_as("admin", "PATCH", &path, said).await;
    assert_eq!(done.status.as_u16(), 200, "{done:?}");
    assert_eq!(listed("status=closed").await, [2]);
    assert_eq!(listed("status=open").await, [3, 1, 0]);
    let one = town
        .get(&format!("/v1/open311/requests/{}.json", ids[2]))
        .await
        .json();
    assert_eq!(
        (&one[0]["status"], &one[0]["status_notes"]),
        (&json!("closed"), &json!("Filled <3 hours later"))
    );
    assert_eq!(one[0]["updated_datetime"], "2026-11-23T02:04:00Z");
    assert_eq!(one[0]["extended_attributes"]["state"], "resolved");
}

#[tokio::test]
async fn a_private_bays_problem_is_told_to_who_may_see_the_bay() {
    let town = lots().await;
    let on_offer = [("service_code", "surface"), ("attribute[bay]", "LOT-1")];
    let id = report(&town, &on_offer).await["service_request_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/open311/requests/{id}.json");
    let one = town.get(&path).await.json();
    assert_eq!(
        one[0]["agency_responsible"], "the owner",
        "whose it is is nobody else's business"
    );
    let own = town.call_as("report", "GET", &path, "").await.json();
    assert_eq!(own[0]["agency_responsible"], "lta");
    assert_eq!(
        town.get("/v1/open311/requests.json").await.json(),
        json!([]),
        "no list of private bays"
    );
    // Booked or withdrawn: nobody but its owner sees it.
    let wish = |bay: &str| {
        let place = town.registry.city().place(town.registry.bay(bay).unwrap());
        json!({"lat": place.lat, "lon": place.lon, "start": later(0),
            "end": later(60), "max_walk_m": 3000})
    };
    let held = ask(&town, &wish("LOT-1")).await.json();
    assert_eq!(held["bay"], "LOT-1");
    refused(&town.get(&path).await, 404);
    for (key, sees) in [
        ("report", true),
        ("monitor", true),
        ("share2", false),
        ("book2", false),
    ] {
        let answer = town.call_as(key, "GET", &path, "").await;
        assert_eq!(
            answer.status.as_u16(),
            if sees { 200 } else { 404 },
            "{key}"
        );
        let list = town
            .call_as(key, "GET", "/v1/open311/requests.json", "")
            .await
            .json();
        assert_eq!(list.as_array().unwrap().len(), usize::from(sees), "{key}");
    }
    let token = town.get(&format!("/v1/open311/tokens/{id}.json")).await;
    refused(&token, 404);
    let named = town
        .get(&format!(
            "/v1/open311/requests.json?service_request_id={id}"
        ))
        .await;
    assert_eq!(named.json(), json!([]));
    // A bay that is not seen is none, and its zone is nobody's guess.
    for bay in ["LOT-0", "LOT-3", "NOPE"] {
        let hidden = [("service_code", "surface"), ("attribute[bay]", bay)];
        let says = refused(&post(&town, "json", &hidden).await, 400);
        assert!(says.contains("is no bay here"), "{says}");
    }
    let place = town
        .registry
        .city()
        .place(town.registry.bay("LOT-0").unwrap());
    let lat = place.lat.to_string();
    let lon = place.lon.to_string();
    let near = [("service_code", "surface"), ("lat", &*lat), ("long", &*lon)];
    let id = report(&town, &near).await["service_request_id"].take();
    let one = town
        .get(&format!(
            "/v1/open311/requests/{}.json",
            id.as_str().unwrap()
        ))
        .await
        .json();
    assert_ne!(one[0]["extended_attributes"]["zone"], "LOT");
}

/// `BAYHUB_PROBLEMS=100000` for the number that the figures are of.
#[tokio::test]
async fn a_page_of_many_open_problems_is_as_quick_as_one_of_few() {
    let town = Town::new();
    let n = setting("BAYHUB_PROBLEMS", 20_000);
    town.problems.fill(u32::try_from(n).unwrap()).await;
    let mut figures = Vec::new();
    for (of, path) in [
        (
            "50 of all",
            "/v1/open311/requests.json?status=open&page_size=50",
        ),
        (
            "50 of a code",
            "/v1/open311/requests.json?status=open&service_code=surface&page_size=50",
        ),
        ("1,000 of all", "/v1/open311/requests.json"),
        ("100 of work", "/v1/problems"),
    ] {
        let mut took = Vec::new();
        for _ in 0..100 {
            let begun = Instant::now();
            let answer = town.call_as("monitor", "GET", path, "").await;
            took.push(begun.elapsed());
            assert_eq!(answer.status.as_u16(), 200, "{path}");
        }
        took.sort_unstable();
        let p99 = took[98];
        let usual = took[50];
        assert!(usual < Duration::from_secs(2), "{path}: {usual:?}");
        figures.push(format!("{of} p99 {p99:.1?}"));
    }
    figure(&format!("{n} open problems: {}", figures.join(", ")));
}
