//! The examples of the description are answers of the hub: each call is made once, in a town where it
//! has something to say, and what was asked and answered is held against `docs/examples.json`.
//!
//! `BAYHUB_BLESS=1 cargo test --lib -- serve::tests::document` writes them anew. Values may differ
//! from run to run (ids, times); members and their types may not.

use crate::serve::tests::Town;
use crate::serve::tests::open_stream::running;
use axum::body::{Body, HttpBody as _};
use axum::http::Request;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tower::ServiceExt as _;

mod booking;
mod operating;
mod orders;
mod partners;
mod problems;
mod reading;
mod reporting;
mod sharing;
mod webhooks;

/// Where they are kept.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/serve/docs/examples.json");

/// Pushes of feeds, of which the small town has none: their examples are written by hand.
const BY_HAND: [&str; 2] = ["get /v1/push/{feed}", "post /v1/push/{feed}"];

/// The most rows of a list, and lines of a text, that an example shows.
const ROWS: usize = 2;
const LINES: usize = 8;
const EVENTS: usize = 4;

/// What has been asked and answered so far.
struct Shown {
    town: Town,
    all: Map<String, Value>,
}

/// One call: `get /v1/zones/{zone}`, the scope of its key or nothing, and the path as it is asked for.
struct Call<'a> {
    of: &'a str,
    scope: &'a str,
    path: &'a str,
    body: Value,
    accept: &'a str,
}

impl<'a> Call<'a> {
    fn new(of: &'a str, scope: &'a str, path: &'a str) -> Self {
        let body = Value::Null;
        let accept = "*/*";
        Self {
            of,
            scope,
            path,
            body,
            accept,
        }
    }

    fn with(self, body: Value) -> Self {
        Self { body, ..self }
    }

    fn accept(self, accept: &'a str) -> Self {
        Self { accept, ..self }
    }
}

impl Shown {
    /// Makes a call that succeeds and keeps it; what was answered, in whole.
    async fn show(&mut self, call: Call<'_>) -> Value {
        let method = call.of.split(' ').next().unwrap().to_uppercase();
        let mut request = Request::builder().method(&*method).uri(call.path);
        request = request.header("accept", call.accept);
        if !call.scope.is_empty() {
            let key = format!("Bearer {}", self.town.keys[call.scope]);
            request = request.header("authorization", key);
        }
        let body_type = if call.body["features"].is_null() {
            "application/json"
        } else {
            "application/geo+json"
        };
        let mut sent = Body::empty();
        if !call.body.is_null() {
            request = request.header("content-type", body_type);
            sent = call.body.to_string().into();
        }
        let answer = self
            .town
            .router
            .clone()
            .oneshot(request.body(sent).unwrap());
        let answer = answer.await.unwrap();
        let status = answer.status();
        let media_type = answer
            .headers()
            .get("content-type")
            .map(|v| v.to_str().unwrap());
        let media_type = media_type.map(|v| v.split(';').next().unwrap().to_owned());
        let text = beginning(answer.into_body()).await;
        assert!(status.is_success(), "{}: {status} {text}", call.of);
        let json = serde_json::from_str::<Value>(&text).ok();
        let one = self.all.entry(call.of).or_insert_with(|| json!({}));
        with(one, call.of, call.path);
        if !call.body.is_null() {
            one["body"][body_type] = call.body;
        }
        if let Some(media_type) = media_type {
            let value = match &json {
                Some(json) => first_rows(json),
                None => first_lines(&media_type, &text),
            };
            one["answers"][status.as_str()][&media_type] = value;
        } else {
            one["answers"][status.as_str()] = json!({});
        }
        json.unwrap_or(Value::String(text))
    }
}

/// A body in whole, or of a stream what it begins with.
async fn beginning(mut body: Body) -> String {
    let mut text = String::new();
    loop {
        let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
        let Ok(Some(frame)) = tokio::time::timeout(Duration::from_millis(300), frame).await else {
            return text;
        };
        if let Ok(data) = frame.unwrap().into_data() {
            text.push_str(std::str::from_utf8(&data).unwrap());
        }
    }
}

/// Which parameters a call was made with.
fn with(one: &mut Value, of: &str, path: &str) {
    let pattern = of.split(' ').nth(1).unwrap();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    for (named, given) in pattern.split('/').zip(path.split('/')) {
        if let Some(name) = named.strip_prefix('{').and_then(|n| n.strip_suffix('}')) {
            one["with"][name] = given.into();
        }
    }
    for (name, given) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        // A number is one where it reads as one: no id or date here does.
        let number = serde_json::from_str::<Value>(given).ok();
        let number = number.filter(|v| v.is_number() || v.is_boolean());
        one["with"][name] = number.unwrap_or_else(|| given.replace("%2C", ",").into());
    }
}

fn first_rows(value: &Value) -> Value {
    match value {
        // Outlines are whole or none.
        Value::Array(all) if all.iter().any(Value::is_array) => value.clone(),
        Value::Array(all) => all.iter().take(ROWS).map(first_rows).collect(),
        Value::Object(all) => {
            let shown = all.iter().map(|(name, value)| {
                let secret = name == "key" || name == "token";
                let secret = secret && value.as_str().is_some_and(|v| v.starts_with("bh_"));
                let shown = if secret {
                    "bh_shown-once".into()
                } else if name == "secret" {
                    "whsec_shown-once".into()
                } else {
                    first_rows(value)
                };
                (name.clone(), shown)
            });
            Value::Object(shown.collect())
        }
        other => other.clone(),
    }
}

/// A calendar is whole or none, an event too.
fn first_lines(media_type: &str, text: &str) -> Value {
    let (ends, most) = match media_type {
        "text/calendar" => ("\n", usize::MAX),
        "text/event-stream" => ("\n\n", EVENTS),
        _ => ("\n", LINES),
    };
    let lines = text.split_inclusive(ends).take(most);
    lines.collect::<String>().into()
}

/// What a value is made of: members and types, by place.
fn shape(value: &Value, at: &str, all: &mut String) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                shape(value, &format!("{at}.{name}"), all);
            }
        }
        Value::Array(rows) => rows
            .iter()
            .for_each(|row| shape(row, &format!("{at}[]"), all)),
        Value::String(_) => writeln!(all, "{at}: text").unwrap(),
        Value::Number(_) => writeln!(all, "{at}: number").unwrap(),
        other => writeln!(all, "{at}: {other}").unwrap(),
    }
}

fn shape_of(value: &Value) -> String {
    let mut all = String::new();
    shape(value, "", &mut all);
    all
}

#[tokio::test]
async fn examples_are_what_the_hub_answers() {
    let town = running(Town::new());
    let mut shown = Shown {
        town,
        all: Map::new(),
    };
    reading::show(&mut shown).await;
    reporting::show(&mut shown).await;
    sharing::show(&mut shown).await;
    booking::show(&mut shown).await;
    sharing::show_what_came_of_it(&mut shown).await;
    partners::show(&mut shown).await;
    webhooks::show(&mut shown).await;
    orders::show(&mut shown).await;
    problems::show(&mut shown).await;
    operating::show(&mut shown).await;
    let kept = std::fs::read_to_string(FILE).unwrap();
    let kept: Map<String, Value> = serde_json::from_str(&kept).unwrap();
    for name in BY_HAND {
        let by_hand = kept
            .get(name)
            .cloned()
            .unwrap_or_else(|| panic!("{name} has no example"));
        shown.all.insert(name.to_owned(), by_hand);
    }
    if std::env::var_os("BAYHUB_BLESS").is_some() {
        let mut all = Value::Object(shown.all);
        all.sort_all_objects();
        std::fs::write(FILE, serde_json::to_string_pretty(&all).unwrap() + "\n").unwrap();
        return;
    }
    for (of, now) in &shown.all {
        let kept = kept
            .get(of)
            .unwrap_or_else(|| panic!("{of} has no example; see above"));
        assert_eq!(
            shape_of(kept),
            shape_of(now),
            "{of} answers otherwise; see above"
        );
    }
    assert_eq!(
        kept.len(),
        shown.all.len(),
        "examples of calls that are not made"
    );
}
