//! What callers' keys make of the hub, as they are told it.

use super::open_socket::OpenSocket;
use super::open_stream::{OpenStream, running};
use super::{NOW, Town};
use crate::domain::UsageKind;
use serde_json::{Value, json};
use std::time::Duration;

const OWN: &str = "/v1/partners/me/usage";

impl Town {
    /// What that key's partner is told.
    async fn usage(&self, key: &str, query: &str) -> Value {
        self.usage.flush().await.unwrap();
        let answer = self.call_as(key, "GET", &format!("{OWN}{query}"), "").await;
        assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
        answer.json()
    }
}

/// The row of that key.
fn of<'a>(told: &'a Value, name: &str) -> &'a Value {
    let mut rows = told["rows"].as_array().unwrap().iter();
    let found = rows.find(|row| row["name"] == name);
    found.unwrap_or_else(|| panic!("{name} in {told:#}"))
}

#[tokio::test]
async fn calls_are_counted_by_class_and_status_with_what_went_out() {
    let town = Town::new();
    let mut bytes = 0;
    for path in ["/v1/zones", "/v1/zones/EAST", "/v1/zones/NOWHERE"] {
        bytes += town.call_as("book", "GET", path, "").await.body.len();
    }
    town.call_as("book", "HEAD", "/v1/zones", "").await;
    town.call_as("book", "GET", "/v1/bays/nearby?lat=1&lon=2", "")
        .await;
    town.call_as("book", "POST", "/v1/requests", "{").await;
    town.call_as("book", "GET", "/v1/quarantine", "").await;
    town.get("/v1/zones").await;
    let told = town.usage("book", "").await;
    let row = of(&told, "key-book");
    assert_eq!(
        (&row["partner"], &row["key"]),
        (&json!("lta"), &json!("config:key-book"))
    );
    let read = &row["calls"]["read"];
    assert_eq!(
        (&read["2xx"], &read["4xx"]),
        (&json!(3), &json!(1)),
        "{read}"
    );
    assert_eq!(read["bytes"], bytes);
    assert_eq!(row["calls"]["search"]["2xx"], 1);
    assert_eq!(row["calls"]["book"]["4xx"], 1);
    assert_eq!(row["calls"]["admin"]["4xx"], 1, "also what it may not");
    assert_eq!(row["from"], "2026-11-23T02:00:00.000Z");
    assert_eq!(row["to"], "2026-11-23T03:00:00.000Z");
}

#[tokio::test]
async fn calls_beyond_the_quota_are_counted_as_such() {
    use crate::limits;
    let bounds = limits::Config {
        requests_per_min_per_key: 2,
        ..limits::Config::default()
    };
    let places = super::small_town();
    let town = Town::limited(crate::serve::Config::default(), places, None, &bounds);
    for _ in 0..5 {
        town.call_as("share", "GET", "/v1/zones", "").await;
    }
    let told = town.usage("book", "").await;
    let read = &of(&told, "key-share")["calls"]["read"];
    assert_eq!(
        (&read["2xx"], &read["429"]),
        (&json!(2), &json!(3)),
        "{read}"
    );
}

#[tokio::test]
async fn streams_are_counted_with_what_they_were_told_and_for_how_long() {
    let town = Town::new();
    let key = format!("Bearer {}", town.keys["book"]);
    let path = "/v1/stream?zones=EAST";
    let mut stream = OpenStream::open_at(&town, path, &[("authorization", &key)]).await;
    stream.event().await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    drop(stream);
    let told = town.usage("book", "").await;
    let row = of(&told, "key-book");
    assert_eq!(row["streams_opened"], 1);
    assert!(row["stream_seconds"].as_f64().unwrap() >= 0.03, "{row}");
    assert!(row["stream_seconds"].as_f64().unwrap() < 60.0, "{row}");
    assert!(
        row["calls"]["read"]["bytes"].as_u64().unwrap() > 50,
        "{row}"
    );
}

#[tokio::test]
async fn what_is_followed_on_a_socket_is_counted_as_streams_are() {
    let town = running(Town::new());
    let mut socket = OpenSocket::keyed(&town, "book").await;
    let wish = json!({"id": "z", "zones": ["EAST"]});
    socket.follow(&wish).await;
    socket.event().await;
    let mut again = wish;
    again["type"] = "subscribe".into();
    socket.say(&again).await;
    OpenSocket::is_problem(&socket.hear().await, "conflict");
    tokio::time::sleep(Duration::from_millis(30)).await;
    drop(socket);
    // That the client has gone is seen a moment later.
    let mut row = Value::Null;
    for _ in 0..200 {
        // Asked by another key, since asking counts.
        row = of(&town.usage("report", "").await, "key-book").clone();
        if row["stream_seconds"].as_f64().unwrap() >= 0.03 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(row["streams_opened"], 1);
    assert!(row["stream_seconds"].as_f64().unwrap() >= 0.03, "{row}");
    let read = &row["calls"]["read"];
    assert_eq!(
        (&read["2xx"], &read["4xx"]),
        (&json!(1), &json!(1)),
        "{read}"
    );
    assert!(read["bytes"].as_u64().unwrap() > 100, "{read}");
}

#[tokio::test]
async fn what_endpoints_were_told_is_a_row_beside_the_keys() {
    let town = Town::new();
    let endpoints = town.key_store.webhooks_of("lta");
    endpoints.count(UsageKind::WebhooksDelivered, 3);
    endpoints.count(UsageKind::WebhooksFailed, 1);
    let told = town.usage("book", "").await;
    let row = of(&told, "webhooks");
    assert_eq!(row["key"], "webhooks");
    assert_eq!(
        (&row["webhooks_delivered"], &row["webhooks_failed"]),
        (&json!(3), &json!(1))
    );
}

#[tokio::test]
async fn refused_messages_are_counted_by_reason() {
    let town = Town::new();
    town.call_as("report", "POST", "/v1/reports", "{").await;
    let body = json!({"source": "foreign-1", "bays": []}).to_string();
    town.call_as("report", "POST", "/v1/reports", body).await;
    let told = town.usage("report", "").await;
    let row = of(&told, "key-report");
    assert_eq!(
        row["reports_refused"],
        json!({"forbidden": 1, "malformed": 1})
    );
    assert_eq!(row["calls"]["write"]["4xx"], 2);
}

#[tokio::test]
async fn nobody_is_told_of_another_partner_and_administrators_of_all() {
    let town = Town::new();
    town.call_as("share", "GET", "/v1/zones", "").await;
    town.call_as("share2", "GET", "/v1/zones", "").await;
    for (key, partner) in [("monitor", "lta"), ("admin", "lta"), ("book2", "ura")] {
        let told = town.usage(key, "").await;
        let rows = told["rows"].as_array().unwrap();
        assert!(!rows.is_empty());
        assert!(rows.iter().all(|r| r["partner"] == partner), "{told:#}");
    }
    town.call_as("share2", "GET", &format!("{OWN}?partner=lta"), "")
        .await
        .problem("bad-parameter");
    assert_eq!(town.get(OWN).await.status.as_u16(), 401);
    for key in ["monitor", "share", "book2", "report"] {
        let answer = town.call_as(key, "GET", "/v1/admin/usage", "").await;
        assert_eq!(answer.status.as_u16(), 403, "{key}");
    }
    let all = town
        .call_as("admin", "GET", "/v1/admin/usage", "")
        .await
        .json();
    let rows = all["rows"].as_array().unwrap();
    let partners: Vec<_> = rows.iter().map(|r| (&r["partner"], &r["key"])).collect();
    let lta = json!("lta");
    let ura = json!("ura");
    assert_eq!(partners, [(&lta, &Value::Null), (&ura, &Value::Null)]);
    let of_ura = town
        .call_as("admin", "GET", "/v1/admin/usage?partner=ura", "")
        .await
        .json();
    assert_eq!(of(&of_ura, "share2")["key"], "config:share2");
}

#[tokio::test]
async fn a_time_that_cannot_be_asked_for_is_refused_by_its_name() {
    let town = Town::new();
    for (query, field) in [
        ("from=2026-11-23T03:00:00Z", "from"),
        ("from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z", "from"),
        ("from=2026-11-22T00:00:00Z&to=2026-11-22T00:00:00Z", "from"),
        ("from=2020-01-01T00:00:00Z", "from"),
        ("from=yesterday", "from"),
        ("interval=5m", "interval"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
    ] {
        let answer = town
            .call_as("book", "GET", &format!("{OWN}?{query}"), "")
            .await;
        let problem = answer.problem("bad-parameter");
        assert_eq!(problem["field"], field, "{query}: {problem}");
    }
    let far = "?to=2527-06-01T00:00:00Z&from=2527-05-31T00:00:00Z&interval=1d";
    assert_eq!(town.usage("book", far).await["rows"], json!([]));
}

#[tokio::test]
async fn days_and_pages_and_csv_say_the_same() {
    let town = Town::new();
    for key in ["book", "share", "monitor"] {
        town.call_as(key, "GET", "/v1/zones", "").await;
    }
    town.usage.flush().await.unwrap();
    town.clock.set(NOW.plus(3_600_000));
    town.call_as("book", "GET", "/v1/zones", "").await;
    town.usage.flush().await.unwrap();
    let whole = town.usage("share", "?interval=1d").await;
    assert_eq!(whole["interval"], "1d");
    assert_eq!(of(&whole, "key-book")["calls"]["read"]["2xx"], 2);
    let hours = town.usage("share", "?limit=2").await;
    assert_eq!(hours["rows"].as_array().unwrap().len(), 2);
    let next = hours["next"].as_str().unwrap();
    let rest = town
        .usage("share", &format!("?limit=100&cursor={next}"))
        .await;
    assert!(rest["next"].is_null() && rest["rows"].as_array().unwrap().len() >= 2);
    let key = format!("Bearer {}", town.keys["share"]);
    let headers = [("authorization", &*key), ("accept", "text/csv")];
    let csv = town.get_with(&format!("{OWN}?limit=1"), &headers).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(csv.headers.contains_key("link"));
    let text = String::from_utf8(csv.body).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
    assert_eq!((lines.len(), lines[0].len()), (2, lines[1].len()), "{text}");
    let column = |name| lines[0].iter().position(|c| *c == name).unwrap();
    assert_eq!(lines[1][column("name")], "key-book");
    assert_eq!(lines[1][column("read_2xx")], "1");
    assert_eq!(lines[1][column("refused_too_old")], "0");
}
