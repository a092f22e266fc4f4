//! Feeds that are asked: what they say is told, once, with whom to name; zones out of a static one.

use super::*;
use crate::ingest::connector::testing::answer;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

const AT: &str = "2026-11-23T01:59:30Z";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_feed_says_is_told_with_whom_to_name_and_what_it_says_again_is_no_news() {
    let folder = tempfile::tempdir().unwrap();
    let free = Arc::new(AtomicU32::new(42));
    let said = free.clone();
    let server = FeedServer::start(move |_| {
        answer(
            "200 OK",
            "",
            rows(&[("P1", said.load(Relaxed), AT), ("P2", 7, AT)]),
        )
    })
    .await;
    let credit = "attribution = \"Data of Anytown, read {date}\"\ntime_zone = \"Asia/Singapore\"";
    let hub = start(
        folder.path(),
        &json_feed("town", &server.url("/a?key=k1"), credit),
    )
    .await;
    let told = hub.vacant("P1", 42).await;
    let named = "Data of Anytown, read 2026-11-23";
    assert_eq!(
        (&told["attribution"], &told["observed_at"]),
        (&json!(named), &json!("2026-11-23T01:59:30.000Z"))
    );
    for (path, list) in [
        ("/v1/zones", "zones"),
        ("/v1/bays/nearby?lat=1.3&lon=103.85&include=zones", "zones"),
    ] {
        let all = hub.until(path, None, |_| true).await;
        assert_eq!(all[list][0]["attribution"], named, "{path}");
    }
    for path in [
        "/v1/zones",
        "/v1/bays/nearby?lat=1.3&lon=103.85&include=zones",
    ] {
        let call = Call {
            method: "GET",
            path,
            key: None,
            headers: &[("accept", "text/csv")],
            body: None,
        };
        let (_, table) = hub.call(call).await;
        assert!(table.contains(&format!(",\"{named}\"")), "{path}: {table}");
    }
    hub.until_metric("bayhub_feed_polls_total", &["town", "answered"], 3)
        .await;
    assert_eq!(
        hub.metric("bayhub_feed_rows_total", &["town", "taken"])
            .await,
        2
    );
    assert!(
        hub.metric("bayhub_feed_rows_total", &["town", "unchanged"])
            .await
            >= 4
    );
    assert_eq!(
        hub.metric("bayhub_reports_accepted_total", &["door=\"feed\""])
            .await,
        2
    );
    free.store(41, Relaxed);
    hub.vacant("P1", 41).await;
    let sources = hub
        .until("/v1/sources?source=pull:town", Some(ADMIN), |_| true)
        .await;
    let source = &sources["sources"][0];
    assert_eq!(
        (&source["kind"], &source["feed"]["name"]),
        (&json!("gate"), &json!("town"))
    );
    assert!(
        source["feed"]["next_poll_at"].is_string() && source["feed"]["failing_since"].is_null()
    );
    assert!(
        !sources.to_string().contains("k1"),
        "a key in the address is told to nobody"
    );
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_has_not_changed_is_heard_and_its_zone_grows_old() {
    let folder = tempfile::tempdir().unwrap();
    let server = FeedServer::start(|head| {
        if head.contains("if-none-match: \"1\"") {
            answer("304 Not Modified", "", "")
        } else {
            answer("200 OK", "etag: \"1\"\r\n", rows(&[("P1", 5, AT)]))
        }
    })
    .await;
    let hub = start(folder.path(), &json_feed("town", &server.url("/"), "")).await;
    hub.vacant("P1", 5).await;
    hub.until_metric("bayhub_feed_polls_total", &["town", "unchanged"], 1)
        .await;
    hub.turn(Millis(NOW.0 + 20 * 60_000)).await;
    let polls = hub
        .metric("bayhub_feed_polls_total", &["town", "unchanged"])
        .await;
    hub.until_metric("bayhub_feed_polls_total", &["town", "unchanged"], polls + 2)
        .await;
    let sources = hub
        .until("/v1/sources?source=pull:town", Some(ADMIN), |_| true)
        .await;
    let source = &sources["sources"][0];
    assert_eq!(source["heard_at"], "2026-11-23T02:20:00.000Z");
    assert_eq!(source["observed_at"], "2026-11-23T01:59:30.000Z");
    hub.until("/v1/zones/P1", None, |zone| zone["stale"] == true)
        .await;
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_pages_of_an_answer_are_read_and_what_was_read_stands_where_one_fails() {
    let folder = tempfile::tempdir().unwrap();
    let server = FeedServer::start(|head| {
        let page = |n: &str| head.contains(&format!("page={n} "));
        match () {
            () if page("2") => answer("200 OK", "", rows(&[("P2", 22, AT)])),
            () if page("3") => answer("500 Oops", "", ""),
            () => {
                let mut first: Value = serde_json::from_str(&rows(&[("P1", 11, AT)])).unwrap();
                let broken = head.contains("/broken");
                first["next"] = if broken { "?page=3" } else { "?page=2" }.into();
                answer("200 OK", "", first.to_string())
            }
        }
    })
    .await;
    let next = "next = \"$.next\"";
    let feeds = json_feed("whole", &server.url("/whole"), next)
        + &json_feed("broken", &server.url("/broken"), next);
    let hub = start(folder.path(), &feeds).await;
    hub.vacant("P1", 11).await;
    hub.vacant("P2", 22).await;
    hub.until_metric("bayhub_feed_polls_total", &["whole", "answered"], 1)
        .await;
    hub.until_metric("bayhub_feed_polls_total", &["broken", "status"], 1)
        .await;
    assert!(hub.metric("bayhub_feed_rows_total", &["broken"]).await >= 1);
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zones_come_out_of_a_static_feed_once_and_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = FeedServer::start(|head| {
        let row = |id: &str, lat: f64, of: u32| json!({"id": id, "name": format!("Block {id}"), "lat": lat, "lon": 103.86, "of": of});
        let rows = if head.contains("/far") {
            vec![row("FAR", 48.7, 10)]
        } else {
            vec![row("NEW1", 1.31, 300), row("NEW2", 1.32, 200)]
        };
        answer("200 OK", "", json!({"rows": rows}).to_string())
    })
    .await;
    let table = |name: &str| {
        let url = server.url(&format!("/{name}"));
        format!(
            "[[feeds]]\nname = \"{name}\"\nshape = \"json\"\nurl = \"{url}\"\nevery = \"1s\"\n\
             allow_private = true\narea = \"all\"\nzones = \"create\"\nrows = \"$.rows[*]\"\n[feeds.map]\n\
             zone = \"$.id\"\nname = \"$.name\"\ncapacity = \"$.of\"\n\
             place = {{ lat = \"$.lat\", lon = \"$.lon\" }}\n"
        )
    };
    let feeds = table("blocks") + &table("far");
    let hub = start(folder.path(), &feeds).await;
    let zone = hub
        .until("/v1/zones?ids=NEW1", None, |told| {
            told["zones"][0].is_object()
        })
        .await;
    let zone = &zone["zones"][0];
    assert_eq!(
        (&zone["name"], &zone["capacity"]),
        (&json!("Block NEW1"), &json!(300))
    );
    hub.until_metric("bayhub_feed_polls_total", &["blocks", "answered"], 3)
        .await;
    assert_eq!(
        hub.metric("bayhub_feed_zones_total", &["blocks"]).await,
        2,
        "once"
    );
    hub.until_metric("bayhub_feed_polls_total", &["far", "implausible_place"], 1)
        .await;
    let ready = hub.until("/readyz", Some(ADMIN), |_| true).await;
    assert!(ready.to_string().contains("far: nothing of use"), "{ready}");
    hub.hub.stop().await.unwrap();
    let hub = start(folder.path(), "").await;
    let zones = hub
        .until("/v1/zones?ids=NEW1,NEW2,FAR", None, |_| true)
        .await;
    assert_eq!(
        (zones["zones"].as_array().unwrap().len(), &zones["unknown"]),
        (2, &json!(["FAR"]))
    );
    hub.hub.stop().await.unwrap();
}
