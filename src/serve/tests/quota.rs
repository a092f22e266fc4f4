//! Nobody takes more than a share: requests, streams, connections and reports, each refused by name
//! while others are served.

use super::open_stream::OpenStream;
use super::sockets::{self, open};
use super::{Town, small_town};
use crate::limits::{Config as Limits, Shares};
use crate::metrics::Metrics;
use crate::serve::{Config, ListenLimits};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn town(limits: &Limits) -> Town {
    Town::limited(Config::default(), small_town(), None, limits)
}

#[tokio::test]
async fn every_answer_tells_its_quota_and_what_is_no_call_has_none() {
    let town = Town::new();
    for (method, path, policy) in [
        ("GET", "/v1/zones", "\"read\";q=600;w=60"),
        ("GET", "/v1/zones/NOWHERE", "\"read\";q=600;w=60"),
        ("GET", "/v1/bays/nearby", "\"search\";q=600;w=60"),
        ("POST", "/v1/reports", "\"write\";q=600;w=60"),
        ("GET", "/v1/admin/keys", "\"admin\";q=600;w=60"),
        ("PUT", "/v1/zones", "\"write\";q=600;w=60"),
    ] {
        let answer = town.call(method, path, &[], "").await;
        assert_eq!(answer.header("ratelimit-policy"), policy, "{method} {path}");
        assert!(answer.header("ratelimit").contains(";r="), "{answer:?}");
    }
    let by_key = town.call_as("admin", "GET", "/v1/admin/keys", "").await;
    assert_eq!(by_key.header("ratelimit-policy"), "\"admin\";q=1200;w=60");
    for path in ["/metrics", "/livez", "/"] {
        assert_eq!(town.get(path).await.header("ratelimit"), "", "{path}");
    }
}

#[tokio::test]
async fn that_four_fifths_of_a_quota_are_used_up_is_noted_of_the_key() {
    let town = town(&Limits {
        requests_per_min_per_key: 5,
        ..Limits::default()
    });
    let pressed = || {
        let keys = town.key_store.pressed().into_iter();
        keys.map(|key| format!("{} {} {}", key.partner, key.name, key.class))
            .collect::<Vec<_>>()
    };
    let ask = async |times| {
        for _ in 0..times {
            town.call_as("book", "GET", "/v1/zones", "").await;
        }
    };
    ask(3).await;
    assert!(pressed().is_empty());
    ask(1).await;
    assert_eq!(pressed(), ["lta key-book read"]);
    assert!(pressed().is_empty(), "told once");
    ask(3).await;
    assert_eq!(pressed(), ["lta key-book read"], "it goes on");
}

#[tokio::test]
async fn who_has_used_up_a_quota_is_told_when_to_come_back_and_others_are_served() {
    let town = town(&Limits {
        requests_per_min_per_key: 2,
        requests_per_min_per_address: 1,
        ..Limits::default()
    });
    let ask = async |scope| town.call_as(scope, "GET", "/v1/zones", "").await;
    assert_eq!(ask("report").await.header("ratelimit"), "\"read\";r=1;t=30");
    assert_eq!(ask("report").await.status, 200);
    let refused = ask("report").await;
    assert_eq!(refused.status, 429);
    let problem = refused.problem("quota-exceeded");
    assert_eq!(
        (&problem["class"], &problem["limit"]),
        (&"read".into(), &2.into())
    );
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=31).contains(&wait), "{wait}");
    assert_eq!(
        refused.header("ratelimit").split(";t").next(),
        Some("\"read\";r=0")
    );
    assert_eq!(ask("monitor").await.status, 200, "another key has its own");
    assert_eq!(
        town.get("/v1/zones").await.status,
        200,
        "and so have strangers"
    );
    assert_eq!(town.get("/v1/zones").await.status, 429);
    assert_eq!(
        town.get("/v1/stream?zones=x").await.status,
        429,
        "a read as well"
    );
    assert_eq!(town.get("/livez").await.status, 200);
    assert_eq!(town.metrics.quota.refusals("read"), 3);
}

#[tokio::test]
async fn a_bad_key_counts_for_the_address() {
    let town = town(&Limits {
        requests_per_min_per_address: 1,
        ..Limits::default()
    });
    let guess = [("authorization", "Bearer bh_guess")];
    assert_eq!(town.get_with("/v1/admin/keys", &guess).await.status, 401);
    assert_eq!(town.get_with("/v1/admin/keys", &guess).await.status, 429);
}

#[tokio::test]
async fn streams_are_shared_out_among_addresses_and_keys() {
    let town = town(&Limits {
        streams_per_address: 1,
        streams_per_key: 2,
        ..Limits::default()
    });
    let first = OpenStream::open(&town, "", None).await;
    let refused = town.get("/v1/stream").await;
    let problem = refused.problem("quota-exceeded");
    assert_eq!(
        (&problem["share"], &problem["limit"]),
        (&"streams".into(), &1.into())
    );
    assert_eq!(refused.header("retry-after"), "10");
    let key = format!("Bearer {}", town.keys["book"]);
    let by_key = [("authorization", &*key)];
    let own = OpenStream::open_at(&town, "/v1/stream", &by_key).await;
    let of_bookings = OpenStream::open_at(&town, "/v1/reservations/stream", &by_key).await;
    assert_eq!(town.get_with("/v1/stream", &by_key).await.status, 429);
    drop((first, own, of_bookings));
    OpenStream::open(&town, "", None).await;
    OpenStream::open_at(&town, "/v1/stream", &by_key).await;
}

#[tokio::test]
async fn who_sends_reports_too_fast_is_told_so_and_nothing_of_it_is_taken() {
    let town = town(&Limits {
        messages_per_s_per_source: 1,
        ..Limits::default()
    });
    let body = r#"{"source":"lamp-1","bays":[{"bay":"TPY12-001"}]}"#;
    let report = async || town.call_as("report", "POST", "/v1/reports", body).await;
    // Ten seconds' worth, the one that is owed for, and what a second allows meanwhile.
    let mut taken = 0;
    let refused = loop {
        let answer = report().await;
        if answer.status != 202 {
            break answer;
        }
        taken += 1;
        assert!(taken < 1000, "nobody was refused");
    };
    assert!(taken >= 11, "{taken} {refused:?}");
    let problem = refused.problem("quota-exceeded");
    assert_eq!(problem["class"], "messages_per_s_per_source");
    assert_eq!(problem["limit"], 1);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
}

/// What the server says to `text`, or of its own accord, until it closes.
async fn said(socket: &mut TcpStream, text: &[u8]) -> String {
    // The line may be closed already.
    let _ = socket.write_all(text).await;
    let mut said = Vec::new();
    let _ = socket.read_to_end(&mut said).await;
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn an_address_holds_its_share_of_connections_and_a_key_frees_it() {
    let town = Town::new();
    let limits = Limits {
        http_connections_per_address: 2,
        http_connections_per_key: 1,
        ..Limits::default()
    };
    let shares = Shares::new(limits, Arc::new(Metrics::new()));
    let limits = ListenLimits {
        shares,
        ..sockets::limits()
    };
    let (at, _stop, _served) = open(&town, limits).await;
    let key = &town.keys["monitor"];
    let ask = format!("GET /v1/zones HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n");
    let half = TcpStream::connect(at).await.unwrap();
    let mut keyed = TcpStream::connect(at).await.unwrap();
    keyed.write_all(ask.as_bytes()).await.unwrap();
    keyed.read_exact(&mut [0; 12]).await.unwrap();
    let other_half = TcpStream::connect(at).await.unwrap();
    let refused = said(&mut TcpStream::connect(at).await.unwrap(), b"").await;
    assert!(refused.starts_with("HTTP/1.1 429") && refused.contains("\"http_connections\""));
    let (head, body) = refused.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{head}"
    );
    assert!(serde_json::from_str::<serde_json::Value>(body).is_ok());
    drop((half, other_half));
    // The key has its one connection: a second is told so, and closed.
    for tries in 0.. {
        let mut second = TcpStream::connect(at).await.unwrap();
        let refused = said(&mut second, ask.as_bytes()).await;
        if refused.contains("a key may have") {
            assert!(refused.contains("connection: close"), "{refused}");
            break;
        }
        assert!(tries < 1000, "{refused}");
    }
}
