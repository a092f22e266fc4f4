//! No shared cache hands one caller's answer to another: every operation's answers, good and bad.

use super::Town;
use super::places::small_town;
use crate::serve::Config;
use std::collections::BTreeSet;

/// Whether the answers of an operation depend on nobody's key: machines' and documents.
fn is_for_all(path: &str) -> bool {
    !crate::serve::http::routes::is_api(path) || path.ends_with("api.json")
}

/// Asks for every operation of the document, without a key and with an administrator's.
async fn walk(public_reads: bool) -> BTreeSet<u16> {
    let config = Config {
        public_reads,
        ..Config::default()
    };
    let town = Town::with(config, small_town(), None);
    town.all_well();
    let api = town.get("/v1/openapi.json").await.json();
    let mut seen = BTreeSet::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        let real = path.replace("{zone}", "EAST").replace("{bay}", "EAST-1");
        let real = real.replace("/nearby", "/nearby?lat=1.33&lon=103.85");
        for (method, operation) in item.as_object().unwrap() {
            let scopes = operation["security"].as_array().into_iter().flatten();
            let scope = scopes.filter_map(|s| s["key"][0].as_str()).next_back();
            let key = format!("Bearer {}", town.keys[scope.unwrap_or("monitor")]);
            for keyed in [None, Some(&key)] {
                let headers: Vec<_> = keyed.map(|k| ("authorization", &**k)).into_iter().collect();
                let request = headers.iter().fold(
                    axum::http::Request::builder()
                        .method(&*method.to_uppercase())
                        .uri(&real),
                    |r, (name, value)| r.header(*name, *value),
                );
                let request = request.body(axum::body::Body::empty()).unwrap();
                // Bodies are not read: a stream's has no end.
                let answer = tower::ServiceExt::oneshot(town.router.clone(), request).await;
                let answer = answer.unwrap();
                let status = answer.status().as_u16();
                seen.insert(status);
                let what = format!("{method} {path} {keyed:?} {public_reads}: {answer:?}");
                let all = |name: &str| {
                    let lines = answer.headers().get_all(name).iter();
                    lines
                        .map(|v| v.to_str().unwrap().to_owned())
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                let control = all("cache-control");
                let is_private = control.contains("private") || control == "no-store";
                assert!(!control.is_empty(), "{what}");
                assert!(status < 400 || control.contains("no-store"), "{what}");
                if !is_for_all(path) {
                    assert!(all("vary").contains("authorization"), "{what}");
                    assert!(keyed.is_none() || is_private, "{what}");
                    assert!(public_reads || is_private, "{what}");
                    let opens_without = scope.is_none() || path == "/v1/turnover";
                    assert!(opens_without || is_private, "{what}");
                }
                if path.starts_with("/v1/") {
                    assert_eq!(all("access-control-allow-origin"), "*", "{what}");
                }
            }
        }
    }
    seen
}

#[tokio::test]
async fn every_answer_says_who_may_keep_it() {
    let seen = walk(true).await;
    for status in [200, 400, 401, 404] {
        assert!(seen.contains(&status), "{status} is not tried: {seen:?}");
    }
    walk(false).await;
}

#[tokio::test]
async fn what_is_live_may_be_kept_a_second_by_all_and_with_a_key_by_its_caller() {
    let town = Town::new();
    let key = format!("Bearer {}", town.keys["report"]);
    for path in ["/v1/zones", "/v1/zones/EAST", "/v1/bays/EAST-1"] {
        let open = town.get(path).await;
        let got = (open.header("cache-control"), open.header("vary"));
        assert_eq!(
            got,
            ("public, max-age=1", "accept, authorization"),
            "{path}"
        );
        let keyed = town.get_with(path, &[("authorization", &key)]).await;
        assert_eq!(
            keyed.header("cache-control"),
            "private, max-age=1",
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_document_is_known_by_its_content_and_its_time() {
    let town = Town::new();
    for path in [
        "/v1/openapi.json",
        "/v1/asyncapi.json",
        "/plain",
        "/page.js",
        "/docs",
        "/docs/quickstart",
    ] {
        let first = town.get(path).await;
        assert_eq!(first.header("cache-control"), "no-cache", "{path}");
        for (name, held) in [
            ("if-none-match", "etag"),
            ("if-modified-since", "last-modified"),
        ] {
            let held = [(name, first.header(held))];
            let again = town.get_with(path, &held).await;
            assert_eq!(
                (again.status.as_u16(), again.body.len()),
                (304, 0),
                "{path} {held:?}"
            );
        }
        let packed = town.get_with(path, &[("accept-encoding", "gzip")]).await;
        let weak = format!("W/{}", first.header("etag"));
        assert_eq!(
            packed.header("etag"),
            weak,
            "{path}: other bytes, the same document"
        );
        let again = town.get_with(path, &[("if-none-match", &weak)]).await;
        assert_eq!(again.status.as_u16(), 304, "{path}");
    }
}
