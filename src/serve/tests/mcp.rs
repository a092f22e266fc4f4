//! `/mcp`, by hand: the handshakes, the tools, and that they tell what the calls tell.

use super::{Answer, Town, small_town};
use crate::domain::BayStatus::Vacant;
use crate::limits;
use crate::serve::Config;
use serde_json::{Value, json};

const HEADERS: [(&str, &str); 3] = [
    ("host", "hub"),
    ("content-type", "application/json"),
    ("accept", "application/json, text/event-stream"),
];

async fn post(town: &Town, body: &Value, more: &[(&str, &str)]) -> Answer {
    let headers = [&HEADERS[..], more].concat();
    town.call("POST", "/mcp", &headers, body.to_string()).await
}

/// What a request is answered, without its envelope.
async fn result(town: &Town, method: &str, params: Value, more: &[(&str, &str)]) -> Value {
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    let answer = post(town, &body, more).await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    let told = answer.json();
    assert_eq!(
        (&told["jsonrpc"], &told["id"]),
        (&json!("2.0"), &json!(7)),
        "{told}"
    );
    told["result"].clone()
}

async fn tool(town: &Town, name: &str, arguments: Value, more: &[(&str, &str)]) -> Value {
    let params = json!({"name": name, "arguments": arguments});
    result(town, "tools/call", params, more).await
}

fn town() -> Town {
    let town = Town::new();
    town.turns("TPY12-001", Vacant, Vacant);
    town
}

#[tokio::test]
async fn a_client_is_welcomed_and_told_the_tools() {
    let town = town();
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {},
                       "clientInfo": {"name": "it", "version": "1"}});
    let told = result(&town, "initialize", hello, &[]).await;
    assert_eq!(told["protocolVersion"], "2025-06-18", "{told}");
    assert_eq!(told["serverInfo"]["name"], "bayhub");
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(post(&town, &ready, &[]).await.status.as_u16(), 202);
    let told = result(&town, "tools/list", json!({}), &[]).await;
    let names: Vec<&Value> = told["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["name"])
        .collect();
    assert_eq!(names, ["nearby", "zone", "forecast"]);
    for tool in told["tools"].as_array().unwrap() {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert!(!tool["inputSchema"].to_string().contains("$ref"), "{tool}");
        assert!(tool["description"].as_str().unwrap().len() > 20, "{tool}");
    }
    let nearby = &told["tools"][0]["inputSchema"];
    assert!(nearby["properties"]["bom"].is_null(), "{nearby}");
    assert_eq!(nearby["required"], json!(["lat", "lon"]), "{nearby}");
}

#[tokio::test]
async fn tools_tell_what_the_calls_tell() {
    let town = town();
    for (name, arguments, path) in [
        (
            "nearby",
            json!({"lat": 1.3327, "lon": 103.8474, "limit": 3}),
            "/v1/bays/nearby?lat=1.3327&lon=103.8474&limit=3",
        ),
        ("zone", json!({"zone": "TPY12"}), "/v1/zones/TPY12"),
    ] {
        let told = tool(&town, name, arguments, &[]).await;
        assert_eq!(told["isError"], false, "{told}");
        let by_http = town.get(path).await.json();
        assert_eq!(told["structuredContent"], by_http, "{name}");
        let text: Value =
            serde_json::from_str(told["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, by_http);
    }
    for (name, arguments, slug) in [
        ("zone", json!({"zone": "nope"}), "not-found"),
        ("nearby", json!({"lat": 1.3}), "bad-parameter"),
        (
            "nearby",
            json!({"lat": 1.3, "lon": 103.8, "colour": "red"}),
            "bad-parameter",
        ),
        ("forecast", json!({}), "bad-parameter"),
        ("zone", json!({"zone": "../admin/keys"}), "not-found"),
    ] {
        let told = tool(&town, name, arguments, &[]).await;
        assert_eq!(told["isError"], true, "{told}");
        let its = &told["structuredContent"]["type"];
        assert_eq!(its, &json!(format!("/problems/{slug}")), "{told}");
    }
}

#[tokio::test]
async fn a_page_may_ask_from_an_origin_that_the_operator_has_named_only() {
    let config = Config {
        mcp_origins: vec!["https://app.example.org:443".to_owned()],
        ..Config::default()
    };
    for (town, origin, status) in [
        (Town::new(), "https://evil.example", 403),
        (Town::new(), "http://localhost:8080", 403),
        (
            Town::with(config.clone(), small_town(), None),
            "https://app.example.org",
            200,
        ),
        (
            Town::with(config, small_town(), None),
            "https://app.example.org.evil.example",
            403,
        ),
    ] {
        let ask = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}});
        let answer = post(&town, &ask, &[("origin", origin)]).await;
        assert_eq!(answer.status.as_u16(), status, "{origin}: {answer:?}");
    }
}

#[tokio::test]
async fn keys_are_needed_where_reads_need_one_and_private_zones_are_seen_by_their_owners() {
    let config = Config {
        public_reads: false,
        ..Config::default()
    };
    let town = Town::with(config, small_town(), None);
    let zone = json!({"zone": "TPY12"});
    let told = tool(&town, "zone", zone.clone(), &[]).await;
    assert_eq!(told["structuredContent"]["type"], "/problems/unauthorized");
    let bearer = format!("Bearer {}", town.keys["report"]);
    let told = tool(&town, "zone", zone, &[("authorization", &bearer)]).await;
    assert_eq!(told["structuredContent"]["zone"], "TPY12", "{told}");
    let lots = super::private_bays::lots().await;
    let lot = json!({"zone": "GATE"});
    let told = tool(&lots, "zone", lot.clone(), &[]).await;
    assert_eq!(told["structuredContent"]["type"], "/problems/not-found");
    let bearer = format!("Bearer {}", lots.keys["book"]);
    let told = tool(&lots, "zone", lot, &[("authorization", &bearer)]).await;
    assert_eq!(told["structuredContent"]["zone"], "GATE", "{told}");
}

#[tokio::test]
async fn a_call_counts_as_a_search() {
    let bounds = limits::Config {
        shares: false,
        ..limits::Config::default()
    };
    let town = Town::limited(Config::default(), small_town(), None, &bounds);
    let ask = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}});
    let answer = post(&town, &ask, &[]).await;
    assert!(
        answer.header("ratelimit").starts_with("\"search\";"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn rubbish_is_refused_in_the_protocols_words_and_nothing_else_is_there() {
    let town = Town::new();
    for (body, code, id) in [
        ("", -32700, Value::Null),
        ("{", -32700, Value::Null),
        ("[]", -32600, Value::Null),
        ("null", -32600, Value::Null),
        ("7", -32600, Value::Null),
        (r#"{"jsonrpc":"2.0"}"#, -32600, Value::Null),
        (r#"{"method":"tools/list","id":7}"#, -32600, json!(7)),
        (
            r#"{"jsonrpc":"1.0","method":"x","id":"a"}"#,
            -32600,
            json!("a"),
        ),
        (
            r#"{"jsonrpc":"2.0","method":7,"id":{}}"#,
            -32600,
            Value::Null,
        ),
    ] {
        let answer = town.call("POST", "/mcp", &HEADERS, body).await;
        assert_eq!(answer.status.as_u16(), 400, "{body}: {answer:?}");
        assert_eq!(answer.header("content-type"), "application/json");
        let told = answer.json();
        assert_eq!(
            (&told["jsonrpc"], &told["error"]["code"], &told["id"]),
            (&json!("2.0"), &json!(code), &id),
            "{body}"
        );
    }
    let plain = [HEADERS[0], ("content-type", "text/plain"), HEADERS[2]];
    let answer = town.call("POST", "/mcp", &plain, "{}").await;
    assert_eq!(answer.status.as_u16(), 415);
    let long = format!("{{\"x\":\"{}\"}}", "y".repeat(70_000));
    let answer = town.call("POST", "/mcp", &HEADERS, long).await;
    assert_eq!(answer.status.as_u16(), 413);
    assert_eq!(
        town.call("GET", "/mcp", &HEADERS, "").await.status.as_u16(),
        405
    );
    assert_eq!(
        town.call("DELETE", "/mcp", &HEADERS, "")
            .await
            .status
            .as_u16(),
        405
    );
    let ask = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                     "params": {"name": "delete_everything", "arguments": {}}});
    let told = post(&town, &ask, &[]).await.json();
    assert_eq!(told["error"]["code"], -32602, "{told}");
    let ask = json!({"jsonrpc": "2.0", "id": 1, "method": "resources/list", "params": {}});
    let told = post(&town, &ask, &[]).await.json();
    assert!(told["error"]["code"].is_i64(), "{told}");
}
