//! Every format of [`FORMATS`], each held against its golden file: all answers, and that it is what
//! `Accept` gets and the description says.
//!
//! `BAYHUB_BLESS=1 cargo test -p bayhub --lib serve::tests::formats` writes the files anew; read
//! what has changed before it is committed.

use super::{Answer, Town};
use crate::domain::BayStatus::{Occupied, Vacant};
use crate::domain::{Millis, ZoneTally};
use crate::serve::formats::FORMATS;
use std::fmt::Write as _;
use std::path::Path;

/// Each answer once, and what is told of bays and zones that nobody has reported.
const QUESTIONS: [&str; 7] = [
    "/v1/bays/nearby?lat=1.3327&lon=103.8474&limit=3",
    "/v1/bays/nearby?lat=0&lon=0",
    "/v1/bays/TPY12-001",
    "/v1/bays/TPY12-003",
    "/v1/zones?limit=1",
    "/v1/zones?ids=TPY12,nobody",
    "/v1/zones/TPY12",
];

fn town() -> Town {
    let town = Town::new();
    town.turns("TPY12-001", Vacant, Vacant);
    town.turns("TPY12-002", Vacant, Vacant);
    town.turns("TPY12-004", Occupied, Occupied);
    town.tally(
        "TPY12",
        ZoneTally {
            vacant: [2, 0, 0, 0],
            occupied: 1,
            unknown: 1,
            closed: 0,
            reserved: 0,
            capacity: 4,
            capacity_by_kind: [3, 1, 0, 0],
            observed_at: Millis::parse("2026-11-23T01:59:00Z").unwrap(),
            stale: false,
            expected: None,
            ..ZoneTally::default()
        },
    );
    town
}

fn written(question: &str, answer: &Answer) -> String {
    let mut text = format!("> GET {question}\n< {}\n", answer.status.as_u16());
    for name in ["content-type", "link"] {
        if answer.headers.contains_key(name) {
            writeln!(text, "< {name}: {}", answer.header(name)).unwrap();
        }
    }
    let body = String::from_utf8(answer.body.clone()).unwrap();
    // A golden file is text with plain line ends.
    text + &body.replace("\r\n", "\\r\n") + "\n\n"
}

#[tokio::test]
async fn every_format_tells_all_answers_as_its_golden_file_has_them() {
    let town = town();
    for format in FORMATS {
        let mut told = String::new();
        for question in QUESTIONS {
            let accept = [("accept", format.media_type)];
            let answer = town.get_with(question, &accept).await;
            assert_eq!(answer.header("content-type"), format.content_type);
            told += &written(question, &answer);
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/serve/tests/golden")
            .join(format!("{}.txt", format.name));
        if std::env::var_os("BAYHUB_BLESS").is_some() {
            std::fs::write(&path, &told).unwrap();
        }
        let golden = std::fs::read_to_string(&path)
            .unwrap_or_else(|e| panic!("{}: {e}; see the head of this file", path.display()));
        assert_eq!(told, golden, "{}", path.display());
    }
}

#[tokio::test]
async fn every_format_is_described_for_every_answer() {
    let document = town().get("/v1/openapi.json").await.json();
    for path in [
        "/v1/bays/nearby",
        "/v1/bays/{bay}",
        "/v1/zones",
        "/v1/zones/{zone}",
    ] {
        let content = &document["paths"][path]["get"]["responses"]["200"]["content"];
        let described: Vec<&str> = content
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(described.len(), FORMATS.len(), "{path}: {described:?}");
        for format in FORMATS {
            assert!(
                described.contains(&format.media_type),
                "{path}: {}",
                format.media_type
            );
        }
    }
}

#[tokio::test]
async fn who_takes_none_of_them_is_told_all() {
    let refused = town()
        .get_with("/v1/zones", &[("accept", "text/html")])
        .await;
    let detail = refused.problem("not-acceptable")["detail"].to_string();
    for format in FORMATS {
        assert!(detail.contains(format.media_type), "{detail}");
    }
}

#[tokio::test]
async fn a_page_in_any_format_leads_to_the_next() {
    let town = town();
    let mut path = "/v1/zones?limit=1".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = town.get_with(&path, &[("accept", "text/csv")]).await;
        let text = String::from_utf8(page.body.clone()).unwrap();
        seen.extend(
            text.split_terminator("\r\n")
                .skip(1)
                .map(|row| row.split(',').next().unwrap().to_owned()),
        );
        let Some((next, _)) = page.header("link").split_once(">; rel=\"next\"") else {
            break;
        };
        next.trim_start_matches('<').clone_into(&mut path);
    }
    let all = town.get("/v1/zones").await.json();
    let all: Vec<_> = all["zones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|z| z["zone"].as_str().unwrap())
        .collect();
    assert_eq!(seen, all);
}
