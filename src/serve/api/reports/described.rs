//! Parts of the OpenAPI document that calls for uplinks and for platforms' pushes share.

use super::schema::Accepted;
use crate::ingest::codec::Codec;
use utoipa::ToSchema as _;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{Object, Ref, SchemaType, Type};
use utoipa::openapi::{Content, ContentBuilder, Required, SecurityRequirement};

/// A call of data partners by a key for reports.
pub(super) fn operation(id: &str, headline: &str, rest: &str) -> OperationBuilder {
    OperationBuilder::new()
        .tag("data partners")
        .operation_id(Some(id))
        .summary(Some(headline))
        .description(Some(rest))
        .security(SecurityRequirement::new("key", ["report"]))
}

/// What was taken and what was not.
pub(super) fn accepted() -> Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Accepted::name())))
        .build()
}

/// A message of that format.
pub(super) fn message(codec: &Codec) -> RequestBody {
    RequestBodyBuilder::new()
        .description(Some(format!("{}, as JSON", codec.title)))
        .required(Some(Required::True))
        .content("application/json", any())
        .build()
}

/// A text.
pub(super) fn text() -> Content {
    let text = Object::with_type(SchemaType::Type(Type::String));
    ContentBuilder::new().schema(Some(text)).build()
}

/// Any object.
pub(super) fn any() -> Content {
    ContentBuilder::new().schema(Some(Object::new())).build()
}
