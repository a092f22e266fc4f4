//! What the calls of CDS ask, and what they are answered. The standard's own schemas say more of each
//! member.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use utoipa::{IntoParams, ToSchema};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CurbZonesQuery {
    /// The southern edge of a box, degrees; all four of them or none.
    min_lat: Option<f64>,
    /// Its western edge.
    min_lng: Option<f64>,
    /// Its northern edge.
    max_lat: Option<f64>,
    /// Its eastern edge.
    max_lng: Option<f64>,
    /// The middle of a circle, degrees; with `lng` and `radius`, in place of the box. Nearest first.
    lat: Option<f64>,
    /// Likewise.
    lng: Option<f64>,
    /// The circle's radius, centimetres.
    radius: Option<f64>,
    /// There are no curb areas: 501.
    area: Option<String>,
    /// ms since 1970. What is over is not told here (501); of what is to come nobody knows how full it
    /// is.
    time: Option<u64>,
    /// false: without `geometry`.
    include_geometry: Option<bool>,
    /// As in `links.next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CurbSpacesQuery {
    /// The UUID of a zone: only its spaces.
    zone: Option<String>,
    /// There are no curb objects: 501.
    object: Option<String>,
    /// The southern edge of a box, degrees; all four of them or none.
    min_lat: Option<f64>,
    /// Its western edge.
    min_lng: Option<f64>,
    /// Its northern edge.
    max_lat: Option<f64>,
    /// Its eastern edge.
    max_lng: Option<f64>,
    /// The middle of a circle, degrees; with `lng` and `radius`, in place of the box. Nearest first.
    lat: Option<f64>,
    /// Likewise.
    lng: Option<f64>,
    /// The circle's radius, centimetres.
    radius: Option<f64>,
    /// ms since 1970. What is over is not told here (501); of what is to come nobody knows how full it
    /// is.
    time: Option<u64>,
    /// false: without `geometry`.
    include_geometry: Option<bool>,
    /// As in `links.next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CurbPoliciesQuery {
    /// UUIDs with commas between them, at most 500: only these.
    #[param(min_length = 1)]
    ids: Option<String>,
    /// ms since 1970; what is over is not told here (501).
    time: Option<u64>,
    /// As in `links.next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// A page of zones.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbZones {
    version: String,
    time_zone: String,
    /// The newest of what is told, ms since 1970; 0: nothing.
    last_updated: u64,
    /// ISO 4217; of the policies' rates.
    currency: String,
    /// Who publishes it, where that is configured.
    author: Option<String>,
    license_url: Option<String>,
    /// What `custom_attributes` mean, where the hub knows its own address.
    custom_attributes_dictionary: Option<String>,
    data: CurbZonesData,
    links: CdsLinks,
}

/// Where to go on.
#[derive(ToSchema)]
pub(in crate::serve) struct CdsLinks {
    /// The address of the next page; null: this was the last.
    #[schema(required)]
    next: Option<String>,
}

#[derive(ToSchema)]
pub(in crate::serve) struct CurbZonesData {
    zones: Vec<CurbZoneShown>,
}

/// A Curb Zone.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbZoneShown {
    /// UUID version 5, in the namespace of URLs, of `urn:bayhub:zone:` and the zone's id.
    curb_zone_id: String,
    geometry: Option<CurbPolygon>,
    curb_policy_ids: Vec<String>,
    /// When it entered the registry, ms since 1970.
    published_date: u64,
    /// When it or its bays last changed.
    last_updated_date: u64,
    start_date: u64,
    name: String,
    /// The zone's id.
    user_zone_id: String,
    /// Its operator.
    owner_name: Option<String>,
    /// public or private.
    jurisdiction_type: String,
    /// Of a private zone those on offer.
    num_spaces: Option<u32>,
    /// false: it is closed. Absent while nobody knows.
    available: Option<bool>,
    /// Absent while nobody knows.
    available_spaces: Option<u32>,
    availability_time: Option<u64>,
    /// Of a public zone.
    curb_space_ids: Option<Vec<String>>,
    /// Orders of the authority that close anything of it, where the hub knows its own address.
    external_references: Option<Vec<CurbReference>>,
}

/// An order of the authority.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbReference {
    reference_url: String,
    name: String,
    public: bool,
    identifier_name: String,
    ids: Vec<String>,
}

/// A polygon of RFC 7946: rings of longitude and latitude, the outer one first.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbPolygon {
    r#type: String,
    coordinates: Vec<Vec<Vec<f64>>>,
}

/// A page of spaces.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbSpaces {
    version: String,
    time_zone: String,
    last_updated: u64,
    currency: String,
    author: Option<String>,
    license_url: Option<String>,
    custom_attributes_dictionary: Option<String>,
    data: CurbSpacesData,
    links: CdsLinks,
}

#[derive(ToSchema)]
pub(in crate::serve) struct CurbSpacesData {
    spaces: Vec<CurbSpaceShown>,
}

/// A Curb Space.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbSpaceShown {
    /// UUID version 5, in the namespace of URLs, of `urn:bayhub:bay:` and the bay's id.
    curb_space_id: String,
    geometry: Option<CurbPolygon>,
    custom_attributes: Option<SpaceAttributes>,
    /// The bay's id.
    name: String,
    published_date: u64,
    last_updated_date: u64,
    curb_zone_id: String,
    /// Centimetres.
    length: u32,
    width: u32,
    /// Absent while nobody knows.
    available: Option<bool>,
    availability_time: Option<u64>,
}

#[derive(ToSchema)]
pub(in crate::serve) struct SpaceAttributes {
    /// nominal: 5.0 by 2.5 metres round the bay's point, along the meridian.
    geometry: String,
}

/// A page of policies.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbPolicies {
    version: String,
    time_zone: String,
    last_updated: u64,
    currency: String,
    author: Option<String>,
    license_url: Option<String>,
    custom_attributes_dictionary: Option<String>,
    data: CurbPoliciesData,
    links: CdsLinks,
}

#[derive(ToSchema)]
pub(in crate::serve) struct CurbPoliciesData {
    policies: Vec<CurbPolicyShown>,
}

/// A Curb Policy.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbPolicyShown {
    /// UUID version 5, in the namespace of URLs, of `urn:bayhub:policy:` and
    /// `MAX_STAY:PRICE:ACCESSIBLE:EV:KIND`, or `order:ID:VERSION`.
    curb_policy_id: String,
    /// Of an order: its kind.
    name: Option<String>,
    /// Of an order: its reason.
    description: Option<String>,
    published_date: u64,
    /// The lowest goes first; no two are the same. Those of orders are below 2^30, others are not.
    priority: u64,
    rules: Vec<CurbRule>,
    /// Of an order: when it is in force.
    time_spans: Option<Vec<CurbTimeSpan>>,
}

#[derive(ToSchema)]
pub(in crate::serve) struct CurbTimeSpan {
    start_date: u64,
    /// Absent: until it is ended.
    end_date: Option<u64>,
}

#[derive(ToSchema)]
pub(in crate::serve) struct CurbRule {
    /// parking; of an order `no parking` or `no stopping`.
    activity: String,
    /// Absent: as long as one likes.
    max_stay: Option<u32>,
    max_stay_unit: Option<String>,
    /// Absent: cars of all.
    user_classes: Option<Vec<String>>,
    /// Absent: nobody has said.
    rate: Option<Vec<CurbRate>>,
}

#[derive(ToSchema)]
pub(in crate::serve) struct CurbRate {
    /// Minor units of `currency`.
    rate: u64,
    rate_unit: String,
}
