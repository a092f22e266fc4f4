//! `/mcp`: the hub as a server of the Model Context Protocol, for assistants that look for a bay.
//!
//! Promises: read-only and stateless (streamable HTTP, one answer a request, no sessions); a tool is
//! one of the public calls, asked within the process, so it has the same checks, the same sight and
//! the same numbers, and what is refused is told as the same problem. A call counts as a search. A
//! request with an `Origin` that the operator has not named is refused, so that no web page can use
//! the hub of a network that its visitor happens to be in.
//!
//! By `rmcp`, the protocol's own SDK: there are several revisions of it with different handshakes, and
//! clients of each come. Dear: a task a request.

mod rpc;
mod tools;

pub(in crate::serve) use tools::target;

use axum::Router;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use std::sync::Arc;
use tools::Tools;
use utoipa::openapi::OpenApi;

/// Where it is.
pub(in crate::serve) const PATH: &str = "/mcp";

/// The longest request, bytes: a tool has a dozen arguments.
const LONGEST: usize = 64 * 1024;

/// `calls`: the public calls; `described`: their description, which tools have theirs from.
/// `origins`: those that web pages may ask from.
pub(in crate::serve) fn routes(calls: Router, described: &OpenApi, origins: &[String]) -> Router {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        // A hub has many names, and does not know them all. What a rebound name is for, a page in a
        // browser, has an origin.
        .disable_allowed_hosts()
        .with_allowed_origins(origins)
        .enforce_origin_validation()
        .with_max_request_body_bytes(LONGEST);
    let tools = Tools::new(calls, described);
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(tools.clone()), sessions, config);
    let asked = Router::new().route_service(PATH, service);
    asked.layer(axum::middleware::from_fn(rpc::in_its_words))
}
