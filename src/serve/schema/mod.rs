//! The shapes of questions and answers as the OpenAPI document describes them.
//!
//! Most answers are written by `render` and not from these; a test holds every member of one
//! against the other. A field's docstring is what the document says of it.
#![allow(dead_code, reason = "fields are read by utoipa's derives only")]
#![allow(
    clippy::struct_field_names,
    reason = "fields are the members' names in JSON"
)]

mod answers;
mod authority;
mod keys;
mod messages;
mod questions;
mod sharing;
mod words;

pub(super) use answers::*;
pub(super) use authority::*;
pub(super) use keys::*;
pub(super) use messages::*;
pub(super) use questions::*;
pub(super) use sharing::*;

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The document's frame; the paths come from the handlers.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "bayhub",
        description = "Live parking bays: where is one vacant, how full is a zone, and a door for those who know.\n\n\
            Times are RFC 3339 in UTC with milliseconds, distances metres, coordinates WGS 84 degrees, money integer \
            cents. Every refusal is `application/problem+json`.",
    ),
    tags(
        (name = "drivers", description = "Public reads"),
        (name = "data partners", description = "Reports in"),
        (name = "authority", description = "Turnover, and how sources do"),
        (name = "sharing businesses", description = "Private bays on offer"),
        (name = "booking", description = "Private bays for drivers"),
        (name = "operators", description = "Registry, quarantine, health"),
    ),
    modifiers(&Key)
)]
pub(super) struct Document;

struct Key;

impl Modify for Key {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API key, bh_ and 43 characters, with the scope the call names",
            ))
            .build();
        api.components
            .get_or_insert_default()
            .add_security_scheme("key", SecurityScheme::Http(bearer));
    }
}
