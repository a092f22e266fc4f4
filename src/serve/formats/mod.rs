//! Bays and zones as bytes: one file and one line in [`FORMATS`] for each format.
//!
//! The list drives what `Accept` may ask for, what the OpenAPI document says, and a golden test of
//! each row. JSON is written straight into one buffer, with ids and names borrowed from the city:
//! an answer of twenty bays costs one allocation for its text. The tests compare it with a plain
//! `serde_json::json!` of the same data.

mod bay_members;
mod car_parks;
mod csv;
mod evidence;
mod forecast;
mod geojson;
pub(super) mod geometry;
mod json;
mod kept_zone;
mod many_zones;
pub(super) mod registry_features;
pub(super) mod text;
mod told;
mod zone_members;

pub(super) use bay_members::bay_brief;
pub(super) use forecast::{ForecastTold, add_forecast};
pub(super) use geometry::{beside, write_outline};
pub(super) use json::FORMAT as JSON;
pub(super) use kept_zone::{KeptZone, KeptZones, ToKeep, ZoneText};
pub(super) use many_zones::{Rendered, ZoneOfMany, ZonesTold};
pub(super) use told::{BayTold, BaysTold, NearbyTold, SeenBay, Wanted, ZoneTold};
pub(super) use zone_members::add_zone;

use super::http::error::ApiError;
use super::http::negotiate::choose;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use utoipa::IntoResponses;
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{ContentBuilder, RefOr, ResponseBuilder};

/// Every format, in order of preference when the client does not mind.
pub(super) static FORMATS: &[&Format] = &[&json::FORMAT, &geojson::FORMAT, &csv::FORMAT];

/// The media types, for who asks for another.
static OFFERED: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<&str> = FORMATS.iter().map(|format| format.media_type).collect();
    all.join(", ")
});

/// A format of bays and zones.
pub(super) struct Format {
    /// For people, and of its golden file.
    #[cfg_attr(not(test), allow(dead_code, reason = "read by the golden test"))]
    pub(super) name: &'static str,
    /// As `Accept` names it.
    pub(super) media_type: &'static str,
    /// As the answer names it.
    pub(super) content_type: &'static str,
    /// Whether it has both bays and car parks of what is near.
    pub(super) lists: Lists,
    pub(super) nearby: fn(&NearbyTold<'_>) -> Vec<u8>,
    pub(super) bay: fn(&BayTold<'_>) -> Vec<u8>,
    pub(super) zones: fn(&ZonesTold<'_>) -> Rendered,
    pub(super) zone: fn(&ZoneTold<'_>) -> Rendered,
    /// Whether zones are told as they were written before, while that is still so.
    pub(super) keeps: bool,
    /// What an answer is made of, for the description.
    pub(super) schema: fn(AnswerKind) -> RefOr<Schema>,
}

/// How a format tells several lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lists {
    /// Each by its name.
    All,
    /// One behind the other.
    Mixed,
    /// Only one.
    OneOf,
}

/// The answers there are.
#[derive(Clone, Copy)]
pub(super) enum AnswerKind {
    Nearby,
    Bay,
    Zones,
    Zone,
}

impl Format {
    /// The one the client prefers; the first when it does not say.
    pub(super) fn asked(headers: &HeaderMap) -> Result<&'static Self, ApiError> {
        let offered = FORMATS.iter().map(|format| format.media_type);
        let chosen = choose(headers, offered).and_then(|at| FORMATS.get(at).copied());
        chosen.ok_or(ApiError::NotAcceptable(&OFFERED))
    }

    /// For the header `Content-Type`.
    pub(super) fn header(&self) -> HeaderValue {
        HeaderValue::from_static(self.content_type)
    }
}

/// The format of the answer, as a handler takes it.
pub(super) struct Asked(pub(super) &'static Format);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Format::asked(&parts.headers).map(Self)
    }
}

/// Defines the description of an answer in every format.
macro_rules! answers {
    ($($name:ident = $answer:ident $description:literal,)+) => {$(
        #[doc = $description]
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                described(AnswerKind::$answer, $description)
            }
        }
    )+};
}

answers! {
    NearbyAnswer = Nearby "Vacant bays, nearest first",
    BayAnswer = Bay "The bay",
    ZonesAnswer = Zones "A page of zones",
    ZoneAnswer = Zone "The zone",
}

fn described(answer: AnswerKind, description: &str) -> BTreeMap<String, RefOr<Response>> {
    let mut response = ResponseBuilder::new().description(description);
    for format in FORMATS {
        let content = ContentBuilder::new().schema(Some((format.schema)(answer)));
        response = response.content(format.media_type, content.build());
    }
    [("200".to_owned(), response.build().into())].into()
}
