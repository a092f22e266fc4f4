//! What brokers ask, and what they are answered, for the description.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use super::write::MediaForm;
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{Schema, SchemaType};
use utoipa::openapi::{ContentBuilder, RefOr, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, ToSchema};

/// Parameters of a question for entities.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NgsiQuery {
    /// Types with a comma between each two: `OnStreetParking`, `OffStreetParking`, `ParkingGroup`,
    /// `ParkingSpot`, or their IRIs.
    #[param(min_length = 1)]
    r#type: Option<String>,
    /// Up to 500 ids with a comma between each two.
    #[param(min_length = 1)]
    id: Option<String>,
    /// A regular expression that ids match, at most 256 bytes.
    #[param(rename = "idPattern", min_length = 1)]
    id_pattern: Option<String>,
    /// Attributes with a comma between each two: entities that have one of them, told with these
    /// alone.
    #[param(min_length = 1)]
    attrs: Option<String>,
    /// A question about attributes: `availableSpotNumber>0;status=="free"`. `;` is and, `|` or.
    #[param(min_length = 1)]
    q: Option<String>,
    /// `near;maxDistance==M`, `near;minDistance==M` (metres) or `within`.
    #[param(min_length = 1)]
    georel: Option<String>,
    /// `Point` with `near`, `Polygon` with `within`.
    #[param(min_length = 1)]
    geometry: Option<String>,
    /// As GeoJSON has them: longitude before latitude.
    #[param(min_length = 1)]
    coordinates: Option<String>,
    /// `location`, the only place that entities have.
    #[param(min_length = 1)]
    geoproperty: Option<String>,
    /// How many at most; 0 with `count`.
    #[param(minimum = 0, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// How many to leave out.
    #[param(minimum = 0, default = 0)]
    offset: Option<u32>,
    /// true: the header `NGSILD-Results-Count` says how many there are in all.
    count: Option<bool>,
    /// `normalized`, `simplified` or `keyValues`.
    #[param(min_length = 1, default = "normalized")]
    format: Option<String>,
    /// `keyValues`, `simplified`, `normalized`, `count`.
    #[param(min_length = 1)]
    options: Option<String>,
    /// All there is is the hub's own: the same either way.
    local: Option<bool>,
}

/// How one entity is told.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NgsiFormQuery {
    /// Attributes that it is told with.
    #[param(min_length = 1)]
    attrs: Option<String>,
    /// `normalized`, `simplified` or `keyValues`.
    #[param(min_length = 1, default = "normalized")]
    format: Option<String>,
    /// `keyValues`, `simplified` or `normalized`.
    #[param(min_length = 1)]
    options: Option<String>,
    /// All there is is the hub's own: the same either way.
    local: Option<bool>,
}

/// How a list is told.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NgsiListQuery {
    /// true: each with what belongs to it.
    details: Option<bool>,
    /// All there is is the hub's own: the same either way.
    local: Option<bool>,
}

/// Which part of your subscriptions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SubscriptionsQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 1000)]
    limit: Option<u32>,
    /// How many to leave out.
    #[param(minimum = 0, maximum = 1000, default = 0)]
    offset: Option<u32>,
    /// true: the header `NGSILD-Results-Count` says how many there are in all.
    count: Option<bool>,
}

// A subscription has both of these, a change of one need not.
macro_rules! subscription {
    ($name:ident = $doc:literal, $kind:ty, $notification:ty) => {
        #[doc = $doc]
        #[derive(ToSchema)]
        pub(super) struct $name {
            /// `Subscription`.
            #[schema(example = "Subscription")]
            r#type: $kind,
            /// Its URN; absent: the hub makes one.
            id: Option<String>,
            #[schema(rename = "subscriptionName")]
            subscription_name: Option<String>,
            description: Option<String>,
            /// Entities by `type` and `id` or `idPattern`.
            #[schema(max_items = 50, value_type = Option<Vec<Object>>)]
            entities: Option<Vec<()>>,
            /// A change of one of these is told; absent: of any but the times of observation.
            #[schema(rename = "watchedAttributes", max_items = 50)]
            watched_attributes: Option<Vec<String>>,
            /// On time and not by change: every so many seconds.
            #[schema(rename = "timeInterval", minimum = 1, maximum = 86400)]
            time_interval: Option<u32>,
            /// As of entities.
            q: Option<String>,
            /// `georel`, `geometry`, `coordinates`, as of entities.
            #[schema(rename = "geoQ", value_type = Option<Object>)]
            geo_q: Option<()>,
            #[schema(rename = "isActive")]
            is_active: Option<bool>,
            /// `attributes`, `format` (normalized or keyValues) and `endpoint`: `uri`, `accept`, and `receiverInfo`,
            /// a list of `key` and `value` that are sent as headers.
            #[schema(value_type = $notification)]
            notification: (),
            #[schema(rename = "expiresAt", format = DateTime)]
            expires_at: Option<String>,
            /// At least so many seconds from one notification to the next.
            #[schema(minimum = 1, maximum = 86400)]
            throttling: Option<u32>,
        }
    };
}

subscription!(
    SubscriptionAsked = "A subscription, as ETSI GS CIM 009 has it.",
    String,
    Object
);
subscription!(
    SubscriptionChange = "Members of a subscription: those that change.",
    Option<String>,
    Option<Object>
);

type AnswerMap = BTreeMap<String, RefOr<Response>>;

fn schema(of: serde_json::Value) -> RefOr<Schema> {
    // Its text is the program's own; the document's tests read it.
    let is_any = of["type"].is_null();
    let mut read = serde_json::from_value(of).unwrap_or_else(|_| RefOr::T(Schema::default()));
    if let RefOr::T(Schema::Object(any)) = &mut read
        && is_any
    {
        // Read without a type it becomes an object.
        any.schema_type = SchemaType::AnyValue;
    }
    read
}

fn answer(description: &str, forms: &[MediaForm], of: &serde_json::Value) -> AnswerMap {
    let mut response = ResponseBuilder::new().description(description);
    for form in forms {
        let geo = json!({"$ref": "#/components/schemas/FeatureCollection"});
        let of = if *form == MediaForm::GeoJson && of["type"] == "array" {
            geo
        } else {
            of.clone()
        };
        let content = ContentBuilder::new().schema(Some(schema(of)));
        response = response.content(form.media_type(), content.build());
    }
    [("200".to_owned(), response.build().into())].into()
}

/// An entity: `id`, `type`, and its attributes by their names.
fn entity() -> serde_json::Value {
    json!({
        "type": "object", "additionalProperties": true,
        "description": "An entity of Smart Data Models (dataModel.Parking)",
    })
}

/// No generator of clients writes a choice of the two that compiles everywhere, so it is anything.
fn either_list() -> serde_json::Value {
    json!({"description": "A list of names, or with `details` a list of objects"})
}

macro_rules! answers {
    ($($name:ident = $description:literal $forms:expr, $of:expr;)+) => {$(
        #[doc = $description]
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> AnswerMap {
                answer($description, &$forms, &$of)
            }
        }
    )+};
}

answers! {
    EntitiesAnswer = "A page of entities" MediaForm::ALL, json!({"type": "array", "items": entity()});
    EntityAnswer = "The entity" MediaForm::ALL, entity();
    SubscriptionsAnswer = "All of them" [MediaForm::Json, MediaForm::JsonLd], json!({"type": "array", "items": entity()});
    SubscriptionAnswer = "The subscription" [MediaForm::Json, MediaForm::JsonLd], entity();
    TypesAnswer = "The types" [MediaForm::Json, MediaForm::JsonLd], either_list();
    AttributesAnswer = "The attributes" [MediaForm::Json, MediaForm::JsonLd], either_list();
}

fn refusal(status: u16, description: &str) -> AnswerMap {
    let body = json!({
        "type": "object", "required": ["type", "title", "detail"],
        "properties": {
            "type": {"type": "string", "description": "https://uri.etsi.org/ngsi-ld/errors/..."},
            "title": {"type": "string"}, "detail": {"type": "string"},
        },
    });
    let content = ContentBuilder::new().schema(Some(schema(body))).build();
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/json", content)
        .build();
    [(status.to_string(), response.into())].into()
}

macro_rules! refusals {
    ($($name:ident = $status:literal $description:literal,)+) => {$(
        #[doc = $description]
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> AnswerMap {
                refusal($status, $description)
            }
        }
    )+};
}

refusals! {
    BadRequestData = 400 "BadRequestData: a parameter cannot be, or is not known",
    NoSuchEntity = 404 "ResourceNotFound: no such entity",
    NoSuchSubscription = 404 "ResourceNotFound: no such subscription of yours",
    SubscriptionThere = 409 "AlreadyExists: you have a subscription of that id",
    BodyTooLarge = 413 "InvalidRequest: more than 64 KiB",
    NotJsonLd = 415 "InvalidRequest: neither JSON nor JSON-LD",
    NotNowLd = 503 "InternalError: not now; send it again",
    NotAcceptable = 406 "InvalidRequest: not in that format",
    NoTenants = 501 "NoMultiTenantSupport: there is one tenant only",
}
