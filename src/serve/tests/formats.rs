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

/// Each call with an answer in CSV: by its pattern, which key, and as it is asked.
const TABLES: [[&str; 3]; 12] = [
    ["/v1/quality", "monitor", "/v1/quality?month=2026-11"],
    ["/v1/sources", "monitor", "/v1/sources"],
    ["/v1/admin/usage", "admin", "/v1/admin/usage"],
    ["/v1/partners/me/usage", "report", "/v1/partners/me/usage"],
    ["/v1/zones", "", "/v1/zones?limit=2"],
    ["/v1/zones/{zone}", "", "/v1/zones/TPY12"],
    [
        "/v1/bays/nearby",
        "",
        "/v1/bays/nearby?lat=1.3327&lon=103.8474",
    ],
    ["/v1/bays/{bay}", "", "/v1/bays/TPY12-001"],
    [
        "/v1/turnover",
        "monitor",
        "/v1/turnover?from=2026-11-22T00:00:00Z",
    ],
    [
        "/v1/partners/me/settlement",
        "share",
        "/v1/partners/me/settlement?month=2026-11",
    ],
    [
        "/v1/cds/metrics/aggregates",
        "monitor",
        "/v1/cds/metrics/aggregates",
    ],
    [
        "/v1/cds/metrics/sessions",
        "monitor",
        "/v1/cds/metrics/sessions",
    ],
];

#[tokio::test]
async fn every_csv_answer_begins_with_a_mark_if_asked_and_has_another_tag_then() {
    let town = Town::new();
    let api = town.get("/v1/openapi.json").await.json();
    let mut described = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        let content = &item["get"]["responses"]["200"]["content"];
        let kinds = content.as_object().into_iter().flatten();
        let is_csv = kinds.into_iter().any(|(kind, _)| kind.contains("csv"));
        let takes = item["get"]["parameters"].as_array().into_iter().flatten();
        let takes = takes.into_iter().any(|p| p["name"] == "bom");
        assert_eq!(is_csv, takes, "{path}");
        if is_csv {
            described.push(path);
        }
    }
    described.sort_unstable();
    let mut known = TABLES.map(|[pattern, ..]| pattern);
    known.sort_unstable();
    assert_eq!(described, known, "each is asked below");
    for [_, scope, path] in TABLES {
        let bearer = town.keys.get(scope).map(|key| format!("Bearer {key}"));
        let mut headers = vec![("accept", "text/csv")];
        headers.extend(bearer.as_deref().map(|b| ("authorization", b)));
        let plain = town.get_with(path, &headers).await;
        assert_eq!(plain.status, 200, "{path}: {}", plain.body.escape_ascii());
        let glue = if path.contains('?') { '&' } else { '?' };
        let address = format!("{path}{glue}bom=1");
        let marked = town.get_with(&address, &headers).await;
        assert_eq!(
            marked.status,
            200,
            "{address}: {}",
            marked.body.escape_ascii()
        );
        let (mark, rest) = marked.body.split_at(3);
        assert_eq!(mark, b"\xef\xbb\xbf", "{address}");
        assert!(!rest.windows(3).any(|w| w == b"\xef\xbb\xbf"), "{address}");
        assert_eq!(rest, plain.body, "{address}");
        let Some(tag) = plain.headers.get("etag") else {
            continue;
        };
        let own = marked.headers["etag"].to_str().unwrap();
        assert_ne!(tag, own, "{address}");
        for (held, status) in [(own, 304), (tag.to_str().unwrap(), 200)] {
            let mut with = headers.clone();
            with.push(("if-none-match", held));
            let again = town.get_with(&address, &with).await;
            assert_eq!(again.status, status, "{address}: {held}");
        }
    }
}

#[tokio::test]
async fn a_mark_is_for_csv_alone() {
    let town = Town::new();
    let json = town.get("/v1/zones/TPY12?bom=1").await;
    assert_eq!((json.status.as_u16(), json.body[0]), (200, b'{'));
    town.get("/v1/zones?bom=yes").await.problem("bad-parameter");
    town.get("/v1/stream?bom=1").await.problem("bad-parameter");
    let csv = [("accept", "text/csv")];
    let wrong = town.get_with("/v1/zones/nope?bom=1", &csv).await;
    assert_eq!(wrong.body[0], b'{', "a problem is no CSV");
}

#[tokio::test]
async fn problems_have_their_title_in_the_readers_language_and_nothing_else() {
    let town = Town::new();
    let path = "/v1/zones/nope";
    let english = town.get(path).await;
    let chinese = [("accept-language", "zh-CN,zh;q=0.9,en;q=0.8")];
    let chinese = town.get_with(path, &chinese).await;
    let mut own = english.json();
    let mut other = chinese.json();
    assert_eq!(own["title"], "There is no such thing");
    assert_eq!(other["title"], "没有找到所请求的内容");
    for told in [&mut own, &mut other] {
        told.as_object_mut().unwrap().remove("title");
    }
    assert_eq!(own, other, "`type`, `status` and `detail` are the same");
    for (answer, language) in [(&english, "en"), (&chinese, "zh")] {
        assert_eq!(answer.headers["content-language"], language);
        let vary = answer.headers.get_all("vary").iter();
        let vary: Vec<&str> = vary.map(|v| v.to_str().unwrap()).collect();
        assert!(vary.contains(&"accept-language"), "{vary:?}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    let good = town.get("/v1/zones/TPY12").await;
    assert!(!good.headers.contains_key("content-language"));
}
