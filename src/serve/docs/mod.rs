//! The hub's description of itself: OpenAPI of the calls, AsyncAPI of the messages, a page for each
//! type of problem, and the documentation as pages.

pub(super) mod asyncapi;
mod complete;
mod markdown;
pub(super) mod openapi;
pub(super) mod schema;
pub(super) mod site;
