//! What the description owes to who has never met the hub: each call says what it does, who may, how
//! it refuses, and shows an example; and its name is usable in any language.

use crate::serve::Config;
use crate::serve::tests::{Town, small_town};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Names that generated clients have for themselves, or that a language keeps.
const TAKEN: [&str; 24] = [
    "request", "client", "options", "config", "response", "get", "post", "put", "patch", "delete",
    "head", "fetch", "headers", "body", "query", "path", "url", "send", "type", "import", "class",
    "default", "return", "async",
];

/// Each call with its method and path.
fn operations(api: &Value) -> Vec<(String, &Value)> {
    let paths = api["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    all.collect()
}

async fn document(public_reads: bool) -> Value {
    let config = Config {
        public_reads,
        ..Config::default()
    };
    let town = Town::with(config, small_town(), None);
    town.get("/v1/openapi.json").await.json()
}

fn text<'a>(operation: &'a Value, member: &str) -> &'a str {
    operation[member].as_str().unwrap_or_default()
}

/// What a call lacks, one line each.
fn lacks(of: &str, operation: &Value) -> Vec<String> {
    let mut lacks = unexplained(operation);
    lacks.extend(refusals_untold(of, operation));
    lacks.extend(unexampled(operation));
    lacks.iter().map(|what| format!("{of}: {what}")).collect()
}

/// Entries of an object, or nothing.
fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn unexplained(operation: &Value) -> Vec<String> {
    let mut lacks = Vec::new();
    if text(operation, "summary").is_empty() {
        lacks.push("no summary".to_owned());
    }
    if text(operation, "description").is_empty() {
        lacks.push("no description (the second paragraph above the handler)".to_owned());
    }
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    for parameter in parameters {
        if text(parameter, "description").is_empty() {
            lacks.push(format!("{} is not described", text(parameter, "name")));
        }
    }
    for (status, answer) in entries(&operation["responses"]) {
        if text(answer, "description").is_empty() {
            lacks.push(format!("{status} says nothing"));
        }
    }
    lacks
}

fn refusals_untold(of: &str, operation: &Value) -> Vec<String> {
    let Some(security) = operation["security"].as_array().filter(|s| !s.is_empty()) else {
        return vec!["who may is not said".to_owned()];
    };
    let is_open = security.iter().any(|s| *s == json!({}));
    let mut scopes = security.iter().filter_map(|s| s["key"].as_array());
    let is_scoped = scopes.all(|s| !s.is_empty());
    // To who has less than the scope these tell less, and refuse nobody.
    let tells_less = of.contains("/turnover") || of.contains("/history");
    let due = [
        ("401", !is_open),
        ("403", !is_open && is_scoped && !tells_less),
        ("404", of.contains("/{")),
        ("413", !operation["requestBody"].is_null()),
        ("429", of.contains(" /v1/")),
    ];
    let answers = &operation["responses"];
    let untold = due
        .iter()
        .filter(|(status, due)| *due && answers[*status].is_null());
    let mut lacks: Vec<String> = untold
        .map(|(status, _)| format!("{status} is not described"))
        .collect();
    for (status, answer) in entries(answers) {
        if of.contains(" /v1/") && answer["headers"]["RateLimit"].is_null() {
            lacks.push(format!("{status} has no RateLimit"));
        }
    }
    lacks
}

fn unexampled(operation: &Value) -> Vec<String> {
    let mut lacks = Vec::new();
    let mut shown = |described: &Value, what: &str| {
        for (media_type, content) in entries(&described["content"]) {
            // Bytes that nobody can read show nothing.
            let is_binary = content["schema"]["format"] == "binary";
            if content["example"].is_null() && !is_binary {
                lacks.push(format!(
                    "no example of {what} in {media_type}; see examples.rs"
                ));
            }
        }
    };
    shown(&operation["requestBody"], "a body");
    for (status, answer) in entries(&operation["responses"]) {
        if status.starts_with('2') {
            shown(answer, status);
        }
    }
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    for parameter in parameters {
        if parameter["required"] == true && parameter["example"].is_null() {
            lacks.push(format!(
                "no example of {}; see examples.rs",
                text(parameter, "name")
            ));
        }
    }
    lacks
}

#[tokio::test]
async fn every_call_says_what_it_does_who_may_how_it_refuses_and_shows_an_example() {
    let api = document(true).await;
    let lacks: Vec<String> = operations(&api)
        .into_iter()
        .flat_map(|(of, operation)| lacks(&of, operation))
        .collect();
    assert!(lacks.is_empty(), "{}", lacks.join("\n"));
}

#[tokio::test]
async fn no_calls_name_is_anothers_in_a_generated_client() {
    let api = document(true).await;
    let mut seen = BTreeSet::new();
    for (of, operation) in operations(&api) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(
            id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{of}: {id} is not a name in every language"
        );
        assert!(
            !TAKEN.contains(&id),
            "{of}: {id} is taken in generated clients"
        );
        // Clients write it in snake_case, camelCase and PascalCase.
        assert!(seen.insert(id.replace('_', "")), "{of}: {id} comes twice");
    }
}

#[tokio::test]
async fn json_comes_before_other_formats_since_generated_clients_take_the_first() {
    let town = Town::new();
    let text = String::from_utf8(town.get("/v1/openapi.json").await.body).unwrap();
    let formats: Vec<usize> = ["application/json", "application/geo+json", "text/csv"]
        .map(|format| text.find(&format!("\"{format}\":{{\"example\"")).unwrap())
        .into();
    assert!(formats.is_sorted(), "{formats:?}");
}

#[tokio::test]
async fn tags_are_described_and_each_is_used() {
    let api = document(true).await;
    let tags = api["tags"].as_array().unwrap();
    let described: BTreeSet<&str> = tags.iter().map(|t| text(t, "name")).collect();
    assert!(
        tags.iter().all(|t| text(t, "description").len() > 20),
        "{tags:#?}"
    );
    let all = operations(&api);
    let tags = all.iter().flat_map(|(_, o)| o["tags"].as_array().unwrap());
    let used: BTreeSet<&str> = tags.map(|t| t.as_str().unwrap()).collect();
    assert_eq!(described, used);
}

#[tokio::test]
async fn who_needs_a_key_to_read_is_told_so_by_the_description() {
    for (public_reads, want) in [
        (true, json!([{}, {"key": []}])),
        (false, json!([{"key": []}])),
    ] {
        let api = document(public_reads).await;
        assert_eq!(api["paths"]["/v1/zones"]["get"]["security"], want);
        let own = &api["paths"]["/v1/openapi.json"]["get"]["security"];
        assert_eq!(*own, json!([{}]));
        assert_eq!(api["servers"][0]["url"], "/");
    }
}
