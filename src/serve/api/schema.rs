//! What every audience's part of the description shares: the document's frame, and the shape of a
//! refusal.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use super::drivers::schema as drivers;
use super::open311::schema::ReportError;
use crate::schema::Crs;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoParams, Modify, OpenApi, ToSchema};

/// The document's frame; the paths come from the handlers.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "bayhub",
        description = "Live parking bays: where is one vacant, how full is a zone, and a door for those who know.\n\n\
            Times are RFC 3339 in UTC with milliseconds, distances metres, coordinates WGS 84 degrees, \
            or those of `crs`. Money \
            is whole minor units of an ISO 4217 currency, whatever `cents` in a name says: 500 is 5.00 SGD, 500 JPY, \
            0.500 KWD. Every refusal is `application/problem+json`.",
    ),
    tags(
        (name = "drivers", description = "Public reads: vacant bays nearby, how full zones are, what is expected of \
            them, and a live stream. No key is needed unless the hub is set to want one."),
        (name = "data partners", description = "Reports in: what sensors, gates, apps and car parks have seen, \
            uplinks of network servers, feeds that are pushed. A key with the scope report."),
        (name = "authority", description = "Turnover, utilisation and how sources do. A key with the scope monitor; \
            whole days of turnover are public."),
        (name = "orders", description = "Orders of the authority: what is closed and why. To read, no key is needed \
            unless the hub is set to want one; to issue, one with the scope order."),
        (name = "city standards", description = "Zones and bays in the forms of standards that cities and their \
            suppliers read. No key is needed unless the hub is set to want one."),
        (name = "sharing businesses", description = "Private bays on offer, and what is booked and owed there. A key \
            with the scope share."),
        (name = "booking", description = "Private bays for drivers: ask, confirm, arrive, depart; for once or for a \
            season. A key with the scope book."),
        (name = "problems", description = "What people report of bays and places by Open311 GeoReport v2, who deals with \
            it, and how well. No key is needed to report; to deal with it, one with the scope partner."),
        (name = "brokers", description = "The same as entities of Smart Data Models by NGSI-LD, for cities' \
            context brokers. No key is needed to read unless the hub is set to want one."),
        (name = "partners", description = "What a partner reads and manages of itself: who a key is of and what it \
            opens. Any key; to manage, one with the scope partner."),
        (name = "operators", description = "The registry, keys, devices, what was refused, and whether the hub is \
            well. A key with the scope admin, but for health and the descriptions."),
    ),
    components(schemas(
        Problem,
        FeatureCollection,
        Feature,
        drivers::Nearby,
        drivers::BayDetail,
        drivers::Zones,
        drivers::Zone,
        ReportError,
    )),
    modifiers(&BearerKey)
)]
pub(in crate::serve) struct Document;

struct BearerKey;

impl Modify for BearerKey {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API key, bh_live_ and 43 characters, with the scope the call names",
            ))
            .build();
        api.components
            .get_or_insert_default()
            .add_security_scheme("key", SecurityScheme::Http(bearer));
    }
}

/// RFC 9457.
#[derive(ToSchema)]
pub(in crate::serve) struct Problem {
    /// `/problems/<slug>`; stable.
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    /// The parameter at fault.
    field: Option<String>,
    /// Why a report was refused as a whole, or a request for a bay got none.
    reason: Option<String>,
    /// What the caller has used up its part of, by its name in docs/limits.md: `holds`, `streams`.
    share: Option<String>,
    /// How much of it the caller may have.
    limit: Option<u64>,
    /// How much of it the caller has.
    used: Option<u64>,
    /// Every fault of a registry change.
    errors: Option<Vec<String>>,
}

/// RFC 7946, with the JSON answer's other members beside `features`.
#[derive(ToSchema)]
pub(in crate::serve) struct FeatureCollection {
    r#type: String,
    /// In which coordinates it is, where that is not WGS 84 or is asked for.
    crs: Option<Crs>,
    features: Vec<Feature>,
}

/// RFC 7946; `properties` are the members of the JSON form.
#[derive(ToSchema)]
pub(in crate::serve) struct Feature {
    r#type: String,
    #[schema(value_type = Object)]
    geometry: (),
    #[schema(value_type = Object)]
    properties: (),
}

/// Where an answer tells places, or a question names them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CrsQuery {
    /// In which coordinates places are meant and told. Absent: those of the configuration, else
    /// WGS 84.
    #[param(inline)]
    crs: Option<Crs>,
}
