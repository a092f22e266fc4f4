//! The shapes of questions and answers as the OpenAPI document describes them.
//!
//! Most answers are written by `render` and not from these; a test holds every member of one against the other. A
//! field's docstring is what the document says of it.
#![allow(dead_code, reason = "fields are read by utoipa's derives only")]
#![allow(clippy::struct_field_names, reason = "fields are the members' names in JSON")]

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoParams, Modify, OpenApi, ToSchema};

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
            .description(Some("An API key, bh_ and 43 characters, with the scope the call names"))
            .build();
        api.components.get_or_insert_default().add_security_scheme("key", SecurityScheme::Http(bearer));
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NearbyQuery {
    /// Latitude of the place, degrees.
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    /// Longitude of the place, degrees.
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// How far to look, metres.
    #[param(minimum = 1, maximum = 5000, default = 500)]
    radius_m: Option<f32>,
    /// How many bays at most.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<u32>,
    /// What the bay is for.
    #[param(default = "car", inline)]
    kind: Option<BayKind>,
    /// true: only accessible bays.
    accessible: Option<bool>,
    /// true: only bays with a charging point.
    ev_charging: Option<bool>,
    /// The vehicle's height: bays with a lower limit are left out.
    #[param(minimum = 1, maximum = 1000)]
    min_height_cm: Option<u16>,
    /// Bays that cost more are left out.
    #[param(minimum = 0, maximum = 1_000_000)]
    max_price_cents_per_hour: Option<u32>,
    /// When the driver will be there: not passed, and at most 24 hours ahead.
    #[param(format = DateTime)]
    arrive_at: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ZonesQuery {
    /// Up to 500 zone ids with commas between them; without any other parameter.
    ids: Option<String>,
    /// west,south,east,north in degrees; west above east crosses the 180th meridian.
    bbox: Option<String>,
    /// What the zone is (on_street, off_street, private), or what it has bays for (car, motorcycle, heavy, bicycle).
    #[param(inline)]
    kind: Option<AnyKind>,
    /// How many zones a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct QuarantineQuery {
    /// Only what was refused for this.
    #[param(inline)]
    reason: Option<Reason>,
    /// Only what this sender sent.
    source: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// Only what is older than the entry of this id.
    #[param(minimum = 0)]
    before: Option<u64>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum BayKind {
    Car,
    Motorcycle,
    Heavy,
    Bicycle,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum ZoneKind {
    OnStreet,
    OffStreet,
    Private,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum AnyKind {
    OnStreet,
    OffStreet,
    Private,
    Car,
    Motorcycle,
    Heavy,
    Bicycle,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum BayState {
    Vacant,
    Occupied,
    Unknown,
    Closed,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum SourceKind {
    Sensor,
    App,
    Gate,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum Reason {
    Malformed,
    UnknownBay,
    UnknownZone,
    UnknownSource,
    Forbidden,
    TooFarInFuture,
    TooOld,
    TooLarge,
}

/// Vacant bays, nearest first.
#[derive(ToSchema)]
pub(super) struct Nearby {
    #[schema(format = DateTime)]
    at: String,
    bays: Vec<NearBay>,
}

/// One vacant bay.
#[derive(ToSchema)]
pub(super) struct NearBay {
    bay: String,
    zone: String,
    lat: f64,
    lon: f64,
    /// As the crow flies, one decimal.
    distance_m: f64,
    state: BayState,
    /// How sure its vacancy is now.
    #[schema(minimum = 0, maximum = 1)]
    p_vacant: f64,
    /// How likely it is still vacant at `arrive_at`.
    #[schema(minimum = 0, maximum = 1)]
    p_vacant_on_arrival: f64,
    #[schema(format = DateTime)]
    observed_at: String,
    source_kind: SourceKind,
    kind: BayKind,
    accessible: bool,
    ev_charging: bool,
    price_cents_per_hour: u32,
    /// null: no limit.
    #[schema(required)]
    max_height_cm: Option<u16>,
    /// null: no limit.
    #[schema(required)]
    max_stay_min: Option<u16>,
}

/// One bay with what is known of it and why.
#[derive(ToSchema)]
pub(super) struct BayDetail {
    bay: String,
    zone: String,
    lat: f64,
    lon: f64,
    #[schema(format = DateTime)]
    at: String,
    state: BayState,
    /// null while nothing that stands is known.
    #[schema(required, minimum = 0, maximum = 1)]
    p_vacant: Option<f64>,
    /// What was last claimed, where it no longer stands.
    claimed_state: Option<BayState>,
    why: Why,
    /// null: never.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    /// null: nobody.
    #[schema(required)]
    source_kind: Option<SourceKind>,
    kind: BayKind,
    accessible: bool,
    ev_charging: bool,
    price_cents_per_hour: u32,
    /// null: no limit.
    #[schema(required)]
    max_height_cm: Option<u16>,
    /// null: no limit.
    #[schema(required)]
    max_stay_min: Option<u16>,
}

/// Why the state is what it is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum Why {
    Reported,
    NeverReported,
    Stale,
}

/// A page of zones.
#[derive(ToSchema)]
pub(super) struct Zones {
    #[schema(format = DateTime)]
    at: String,
    /// The newest observation of any zone here; null: none.
    #[schema(required, format = DateTime)]
    last_updated: Option<String>,
    /// Seconds this may be taken as fresh.
    ttl: u32,
    /// Where to go on; null: this was the last page.
    #[schema(required)]
    next: Option<String>,
    /// Of the ids asked for, those that are none of ours.
    unknown: Option<Vec<String>>,
    zones: Vec<Zone>,
}

/// A zone; vacant + occupied + unknown + closed = capacity.
#[derive(ToSchema)]
pub(super) struct Zone {
    zone: String,
    name: String,
    kind: ZoneKind,
    operator: String,
    lat: f64,
    lon: f64,
    capacity: u32,
    /// By kind of bay; only kinds the zone has.
    vacant: BTreeMap<String, u32>,
    occupied: u32,
    unknown: u32,
    closed: u32,
    /// Taken share of what is known and open; null while nothing is.
    #[schema(required, minimum = 0, maximum = 1)]
    occupancy: Option<f64>,
    /// null: never.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    /// No source has a word that still stands: everything counts as unknown.
    stale: bool,
}

/// RFC 7946, with the JSON answer's other members beside `features`.
#[derive(ToSchema)]
pub(super) struct FeatureCollection {
    r#type: String,
    features: Vec<Feature>,
}

/// RFC 7946; `properties` are the members of the JSON form.
#[derive(ToSchema)]
pub(super) struct Feature {
    r#type: String,
    #[schema(value_type = Object)]
    geometry: (),
    #[schema(value_type = Object)]
    properties: (),
}

/// A report: `bays`, or one bay flat.
#[derive(ToSchema)]
pub(super) struct Report {
    /// Who saw it; the key must be allowed to speak for it.
    source: String,
    /// When it was seen; absent: now.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// The source's own running number.
    seq: Option<u64>,
    /// Up to 1,000.
    bays: Option<Vec<ReportBay>>,
    /// In place of `bays`.
    bay: Option<String>,
    state: Option<BayState>,
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
}

#[derive(ToSchema)]
pub(super) struct ReportBay {
    bay: String,
    state: BayState,
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
}

/// What became of a report; all of it is on disk.
#[derive(Serialize, ToSchema)]
pub(super) struct Accepted {
    pub(super) accepted: usize,
    pub(super) refused: Vec<Refused>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Refused {
    /// Position in `bays`.
    pub(super) index: u32,
    #[schema(value_type = Reason)]
    pub(super) reason: String,
    pub(super) detail: String,
}

/// What was refused, newest first.
#[derive(ToSchema)]
pub(super) struct Quarantined {
    refused: Vec<Kept>,
    /// For `before`; null: this was the last page.
    #[schema(required)]
    next: Option<u64>,
}

/// One refusal.
#[derive(ToSchema)]
pub(super) struct Kept {
    id: u64,
    #[schema(format = DateTime)]
    at: String,
    reason: Reason,
    /// mqtt or http.
    door: String,
    source: String,
    topic: String,
    #[schema(required)]
    index: Option<u32>,
    detail: String,
    /// The start of what was sent.
    payload: String,
    /// How `payload` is written: utf8 or hex.
    encoding: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Alive {
    pub(super) alive: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Ready {
    pub(super) ready: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) reasons: Vec<NotReady>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct NotReady {
    pub(super) part: String,
    pub(super) reason: String,
}

/// How many zones were added or changed.
#[derive(Serialize, ToSchema)]
pub(super) struct ZonesPut {
    pub(super) zones: usize,
}

/// How many bays were added or changed.
#[derive(Serialize, ToSchema)]
pub(super) struct BaysPut {
    pub(super) bays: usize,
}

/// RFC 9457.
#[derive(ToSchema)]
pub(super) struct Problem {
    /// `/problems/<slug>`; stable.
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    /// The parameter at fault.
    field: Option<String>,
    /// Why a report was refused as a whole.
    reason: Option<Reason>,
    /// Every fault of a registry change.
    errors: Option<Vec<String>>,
}
