//! The tools: each a public call, described by that call's own description and asked through the
//! same router.

use crate::domain::id;
use crate::serve::http::bom::BOM;
use crate::serve::http::caller::Caller;
use crate::serve::http::error::ApiError;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tower::ServiceExt as _;
use utoipa::openapi::OpenApi;

/// Each tool's name, its title, and the call that it is.
const TOOLS: [(&str, &str, &str); 3] = [
    (
        "nearby",
        "Vacant bays and car parks near a place",
        "/v1/bays/nearby",
    ),
    (
        "zone",
        "How full a car park or street is now",
        "/v1/zones/{zone}",
    ),
    (
        "forecast",
        "How full it will be",
        "/v1/zones/{zone}/forecast",
    ),
];

/// The parameter that stands in the path.
const IN_PATH: &str = "zone";

/// What an assistant is told of the hub.
const ABOUT: &str = "Parking in real time: which bays are vacant now, how full car parks are and will be. Places are \
     WGS 84 degrees, distances metres, times RFC 3339, money cents. `nearby` finds bays and the ids of zones.";

/// Answers are the hub's own, and not longer than this, bytes.
const LONGEST: usize = 4 << 20;

/// See the module.
#[derive(Clone)]
pub(super) struct Tools {
    calls: Router,
    described: Arc<[Tool]>,
}

impl Tools {
    pub(super) fn new(calls: Router, api: &OpenApi) -> Self {
        // A document of strings and maps always has a JSON form.
        let api = serde_json::to_value(api).unwrap_or_default();
        let described = TOOLS.map(|(name, title, path)| describe(&api, name, title, path));
        Self {
            calls,
            described: described.into(),
        }
    }

    /// Asks for what a tool's arguments say, on behalf of who sent `parts`.
    async fn ask(
        &self,
        path: &str,
        given: &Map<String, Value>,
        parts: Option<&Parts>,
    ) -> Result<Value, Value> {
        let refused = |e: ApiError| e.problem().1;
        let target = target(path, given).map_err(refused)?;
        let mut request = Request::get(target);
        if let Some(key) = parts.and_then(|parts| parts.headers.get(AUTHORIZATION)) {
            request = request.header(AUTHORIZATION, key);
        }
        if let Some(caller) = parts.and_then(|parts| parts.extensions.get::<Caller>()) {
            request = request.extension(caller.clone());
        }
        let broken = || {
            refused(ApiError::Unavailable(
                "the call could not be made".to_owned(),
            ))
        };
        let request = request.body(Body::empty()).map_err(|_| broken())?;
        let answer = match self.calls.clone().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let done = answer.status().is_success();
        let body = axum::body::to_bytes(answer.into_body(), LONGEST).await;
        let body = body.map_err(|_| broken())?;
        let told: Value = serde_json::from_slice(&body).map_err(|_| broken())?;
        if done { Ok(told) } else { Err(told) }
    }
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let name = Implementation::new("bayhub", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(name)
            .with_instructions(ABOUT)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.described.to_vec()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let known = TOOLS.iter().find(|(name, ..)| *name == request.name);
        let Some((_, _, path)) = known else {
            return Err(ErrorData::invalid_params("there is no such tool", None));
        };
        let given = request.arguments.unwrap_or_default();
        let parts = context.extensions.get::<Parts>();
        let result = match self.ask(path, &given, parts).await {
            Ok(told) => CallToolResult::structured(told),
            Err(problem) => CallToolResult::structured_error(problem),
        };
        Ok(result.into())
    }
}

/// The address that arguments make of a call's path. They are read as strictly as by HTTP: an unknown
/// one is refused by its handler.
pub(in crate::serve) fn target(path: &str, given: &Map<String, Value>) -> Result<String, ApiError> {
    let mut target = path.to_owned();
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in given {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            _ => {
                let detail = format!("{name} must be a text, a number or a flag");
                return Err(ApiError::bad(name.clone(), detail));
            }
        };
        if name == IN_PATH && path.contains("{zone}") {
            if !id::is_valid(&text) {
                return Err(ApiError::NotFound("there is no zone of that id".to_owned()));
            }
            target = path.replace("{zone}", &text);
        } else {
            query.append_pair(name, &text);
        }
    }
    if target.contains('{') {
        return Err(ApiError::bad(IN_PATH, "zone is needed: its id"));
    }
    let query = query.finish();
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    Ok(target)
}

/// A tool as the call describes itself.
fn describe(api: &Value, name: &'static str, title: &'static str, path: &str) -> Tool {
    let call = &api["paths"][path]["get"];
    let text = |of: &Value| of.as_str().unwrap_or_default().to_owned();
    let about = [text(&call["summary"]), text(&call["description"])].join("\n\n");
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in call["parameters"].as_array().into_iter().flatten() {
        let its = text(&parameter["name"]);
        // Tools tell JSON.
        if its == BOM {
            continue;
        }
        let mut schema = resolved(api, &parameter["schema"]);
        if let Some(members) = schema.as_object_mut() {
            members.insert("description".to_owned(), parameter["description"].clone());
        }
        if parameter["required"] == true {
            required.push(its.clone());
        }
        properties.insert(its, schema);
    }
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("required".to_owned(), json!(required));
    schema.insert("additionalProperties".to_owned(), false.into());
    let reads = ToolAnnotations::new().read_only(true).idempotent(true);
    Tool::new(name, about, schema)
        .with_title(title)
        .with_annotations(reads.open_world(false))
}

/// A parameter's schema without a reference: of a tool's there is nothing to refer to.
fn resolved(api: &Value, schema: &Value) -> Value {
    let named = schema["$ref"].as_str();
    let named = named.and_then(|to| api.pointer(to.trim_start_matches('#')));
    named.unwrap_or(schema).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(path: &str, given: &Value) -> Result<String, ApiError> {
        target(path, given.as_object().unwrap())
    }

    #[test]
    fn arguments_make_the_address_of_a_call() {
        let zone = "/v1/zones/{zone}";
        for (path, given, want) in [
            (
                "/v1/a",
                json!({"lat": 1.5, "n": 3, "ev": true}),
                "/v1/a?ev=true&lat=1.5&n=3",
            ),
            (
                "/v1/a",
                json!({"at": "2026-01-01T00:00:00+08:00"}),
                "/v1/a?at=2026-01-01T00%3A00%3A00%2B08%3A00",
            ),
            (
                "/v1/a",
                json!({"kind": "a&b=c", "x": null}),
                "/v1/a?kind=a%26b%3Dc",
            ),
            ("/v1/a", json!({}), "/v1/a"),
            (
                zone,
                json!({"zone": "TPY12", "crs": "gcj02"}),
                "/v1/zones/TPY12?crs=gcj02",
            ),
        ] {
            assert_eq!(made(path, &given).unwrap(), want, "{given}");
        }
        for given in [
            json!({}),
            json!({"zone": "../../metrics"}),
            json!({"zone": "a/b"}),
            json!({"zone": ""}),
            json!({"zone": ["TPY12"]}),
            json!({"zone": "{zone}"}),
        ] {
            assert!(made(zone, &given).is_err(), "{given}");
        }
    }
}
