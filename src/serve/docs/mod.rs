//! The hub's description of itself: OpenAPI of the calls, AsyncAPI of the messages, a page for each
//! type of problem.

pub(super) mod asyncapi;
mod complete;
pub(super) mod openapi;
pub(super) mod schema;
