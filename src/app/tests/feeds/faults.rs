//! Whatever a feed's server answers: each with its name in the metrics, and the hub goes on.

use super::*;
use crate::ingest::connector::testing::{ServerSays, answer, gzip};

/// What is answered at a path, and what it comes to.
const FAULTS: [(&str, &str); 17] = [
    ("busy", "busy"),
    ("denied", "denied"),
    ("gone", "gone"),
    ("oops", "status"),
    ("cut", "cut"),
    ("bomb", "too_large"),
    ("endless", "too_large"),
    ("packed", "encoding"),
    ("page", "web_page"),
    ("rubbish", "malformed"),
    ("charset", "malformed"),
    ("wire", "forbidden_address"),
    ("round", "pages"),
    ("late", "refused"),
    ("nothing", "empty"),
    ("renamed", "not_told"),
    ("unasked", "status"),
];

fn told(head: &str) -> ServerSays {
    let path = head.split(' ').nth(1).unwrap_or_default();
    let path = path
        .trim_start_matches('/')
        .split('?')
        .next()
        .unwrap_or_default();
    let gzipped = "content-encoding: gzip\r\n";
    match path {
        "busy" => answer("429 Too Many Requests", "retry-after: 1\r\n", ""),
        "denied" => answer("403 Forbidden", "", ""),
        "gone" => answer("404 Not Found", "", ""),
        "oops" => answer("500 Oops", "", ""),
        "cut" => {
            ServerSays::Cut(b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{\"rows\":[".to_vec())
        }
        "bomb" => answer("200 OK", gzipped, gzip(&vec![b' '; 65 << 20])),
        "endless" => ServerSays::Endless(b"HTTP/1.1 200 OK\r\n\r\n[".to_vec(), vec![b' '; 1 << 20]),
        "packed" => answer("200 OK", gzipped, "{\"rows\":[],\"more\":1}"),
        "page" => answer(
            "200 OK",
            "content-type: text/html\r\n",
            "<!DOCTYPE html><p>Sorry",
        ),
        "rubbish" => answer("200 OK", "", "{\"rows\":"),
        "charset" => {
            let wide = "{\"rows\":[]}".encode_utf16().flat_map(u16::to_be_bytes);
            let body: Vec<u8> = wide.collect();
            answer(
                "200 OK",
                "content-type: application/json; charset=utf-8\r\n",
                body,
            )
        }
        "wire" => answer(
            "302 Found",
            "location: http://169.254.169.254/latest\r\n",
            "",
        ),
        "round" => answer("200 OK", "", "{\"rows\":[],\"next\":\"/round\"}"),
        // Its clock is right and its time zone is not.
        "late" => answer("200 OK", "", rows(&[("P1", 1, "2026-11-23T10:00:00Z")])),
        "nothing" => answer("200 OK", "", "{\"rows\":[]}"),
        // What was "free" is called otherwise by now.
        "renamed" => answer(
            "200 OK",
            "",
            r#"{"rows":[{"id":"P1","frei":3,"of":100,"at":"2026-11-23T02:00:00Z"}]}"#,
        ),
        // Nothing was known that could be as it was.
        "unasked" => answer("304 Not Modified", "", ""),
        "good" => answer(
            "200 OK",
            gzipped,
            gzip(rows(&[("P2", 9, "2026-11-23T02:00:00Z")]).as_bytes()),
        ),
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_server_answers_has_its_name_and_costs_no_other_feed_anything() {
    let folder = tempfile::tempdir().unwrap();
    let server = FeedServer::start(told).await;
    let names = FAULTS.iter().map(|(name, _)| *name).chain(["good"]);
    let feeds: String = names
        .map(|name| json_feed(name, &server.url(&format!("/{name}")), "next = \"$.next\""))
        .collect();
    let hub = start(folder.path(), &feeds).await;
    hub.vacant("P2", 9).await;
    for (name, outcome) in FAULTS {
        let labels = [&*format!("\"{name}\""), &*format!("\"{outcome}\"")];
        hub.until_metric("bayhub_feed_polls_total", &labels, 1)
            .await;
    }
    assert_eq!(
        hub.metric(
            "bayhub_feed_rows_refused_total",
            &["late", "too_far_in_future"]
        )
        .await,
        1
    );
    let ready = hub
        .until("/readyz", Some(ADMIN), |_| true)
        .await
        .to_string();
    assert!(ready.contains("denied: nothing of use") && ready.contains("gone: nothing of use"));
    let sources = hub
        .until("/v1/sources?source=pull:denied", Some(ADMIN), |_| true)
        .await;
    assert_eq!(
        sources["sources"][0]["feed"]["last_error"]["fault"],
        "denied"
    );
    let late = hub
        .until("/v1/sources?source=pull:late", Some(ADMIN), |_| true)
        .await;
    assert_eq!(late["sources"][0]["feed"]["hours_off"], 8);
    hub.vacant("P2", 9).await;
    hub.hub.stop().await.unwrap();
}
