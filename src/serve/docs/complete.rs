//! What the handlers' descriptions leave out because it is the same for all calls: where the API is,
//! which headers its answers have, that rates bind, who needs no key; and an example of each call.
//!
//! Promises: made once, at start; what a handler says of itself is never overwritten. The examples
//! are answers of the hub (`serve::tests::document::examples` holds each against what is answered).

use crate::serve::http::routes::is_api;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// What was asked and answered, by method and path.
const EXAMPLES: &str = include_str!("examples.json");

/// Headers of answers: name, pattern, an example, and what they say.
const HEADERS: [(&str, &str, &str, &str); 4] = [
    (
        "ETag",
        "^(W/)?\"[^\"]*\"$",
        "\"4f2a90c1\"",
        "Names this state of the answer; send it in `If-None-Match` and get 304 while it is so.",
    ),
    (
        "RateLimit-Policy",
        "^\"[a-z]+\";q=[0-9]+;w=60$",
        "\"read\";q=1200;w=60",
        "The class this call counts for, and how many calls of it a minute has room for \
         (draft-ietf-httpapi-ratelimit-headers).",
    ),
    (
        "RateLimit",
        "^\"[a-z]+\";r=[0-9]+;t=[0-9]+$",
        "\"read\";r=1187;t=41",
        "How many calls of the class are left, and in how many seconds all of them are again.",
    ),
    (
        "Retry-After",
        "^[0-9]+$",
        "41",
        "In how many seconds to try again.",
    ),
];

/// A document with `application/json` before other media types: of what an answer comes in,
/// generated clients take the first.
pub(super) struct JsonFirst<'v>(pub(super) &'v Value);

impl Serialize for JsonFirst<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => {
                let mut map = to.serialize_map(Some(members.len()))?;
                let (first, rest): (Vec<_>, Vec<_>) = members
                    .iter()
                    .partition(|(name, _)| *name == "application/json");
                for (name, value) in first.into_iter().chain(rest) {
                    map.serialize_entry(name, &JsonFirst(value))?;
                }
                map.end()
            }
            Value::Array(all) => to.collect_seq(all.iter().map(JsonFirst)),
            other => other.serialize(to),
        }
    }
}

/// Completes the document. `public_reads`: whether drivers' calls need no key.
pub(super) fn complete(api: &mut Value, public_reads: bool) {
    api["servers"] = json!([{"url": "/", "description": "The hub that this document is of"}]);
    for (name, pattern, example, description) in HEADERS {
        api["components"]["headers"][name] = json!({
            "description": description, "schema": {"type": "string", "pattern": pattern},
            "example": example,
        });
    }
    // Its text is the program's own; a test reads it.
    let examples: Value = serde_json::from_str(EXAMPLES).unwrap_or_default();
    for (path, item) in members(api, "paths") {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            secure(path, operation, public_reads);
            tell_versions(path, operation);
            if is_api(path) {
                limit(operation);
            }
            let example = &examples[format!("{method} {path}")];
            exemplify(operation, example);
        }
    }
}

/// What stands in a member, by name; nothing where there is no such member.
fn members<'v>(
    of: &'v mut Value,
    member: &str,
) -> impl Iterator<Item = (&'v String, &'v mut Value)> {
    let inner = of.get_mut(member).and_then(Value::as_object_mut);
    inner.into_iter().flatten()
}

/// Where a handler names no key, says that none is needed, or any: what is public may need one by the
/// configuration.
fn secure(path: &str, operation: &mut Value, public_reads: bool) {
    if !operation["security"].is_null() {
        return;
    }
    let is_document = !is_api(path) || path.ends_with("api.json");
    operation["security"] = match (is_document, public_reads) {
        (true, _) => json!([{}]),
        (false, true) => json!([{}, {"key": []}]),
        (false, false) => json!([{"key": []}]),
    };
}

/// Every call of the API counts for a quota, and tells so.
fn limit(operation: &mut Value) {
    let responses = &mut operation["responses"];
    if responses["429"].is_null() {
        let problem = json!({"$ref": "#/components/schemas/Problem"});
        responses["429"] = json!({
            "description": "The quota of this class of calls is used up; `Retry-After` says until when",
            "content": {"application/problem+json": {"schema": problem}},
        });
    }
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        for name in ["RateLimit-Policy", "RateLimit"] {
            tell(response, name);
        }
        if status == "429" {
            tell(response, "Retry-After");
        }
    }
}

/// What has a version can be asked for again cheaply.
fn tell_versions(path: &str, operation: &mut Value) {
    let responses = &mut operation["responses"];
    if path.ends_with("api.json") && responses["304"].is_null() {
        responses["304"] = json!({"description": "What `If-None-Match` names is still so"});
    }
    if !responses["304"].is_null() {
        for status in ["200", "304"] {
            tell(&mut responses[status], "ETag");
        }
    }
}

fn tell(response: &mut Value, header: &str) {
    if response.is_object() && response["headers"][header].is_null() {
        response["headers"][header] = json!({"$ref": format!("#/components/headers/{header}")});
    }
}

fn exemplify(operation: &mut Value, example: &Value) {
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let value = &example["with"][name];
        if !value.is_null() && parameter["example"].is_null() {
            parameter["example"] = value.clone();
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        show(body, &example["body"]);
    }
    for (status, response) in members(operation, "responses") {
        show(response, &example["answers"][status]);
    }
}

/// Shows `by_type`, examples by media type, beside what is described.
fn show(described: &mut Value, by_type: &Value) {
    for (media_type, content) in members(described, "content") {
        let plain = media_type.split(';').next().unwrap_or_default();
        let value = &by_type[plain];
        if !value.is_null() && content["example"].is_null() {
            content["example"] = value.clone();
        }
    }
}
