//! What the hub answers.

use super::words::{BayKind, BayState, Reason, ShownSourceKind, ShownState, Why, ZoneKind};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Vacant bays, nearest first.
#[derive(ToSchema)]
pub(in crate::serve) struct Nearby {
    #[schema(format = DateTime)]
    at: String,
    bays: Vec<NearBay>,
}

/// One vacant bay.
#[derive(ToSchema)]
pub(in crate::serve) struct NearBay {
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
    source_kind: ShownSourceKind,
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
pub(in crate::serve) struct BayDetail {
    bay: String,
    zone: String,
    lat: f64,
    lon: f64,
    #[schema(format = DateTime)]
    at: String,
    state: ShownState,
    /// Kept for who has booked it, from ten minutes before the stay; also while that vehicle stands
    /// there.
    reserved: bool,
    /// For who has not booked it; null while nothing that stands is known.
    #[schema(required, minimum = 0, maximum = 1)]
    p_vacant: Option<f64>,
    /// What was last claimed, where `state` is something else.
    claimed_state: Option<BayState>,
    why: Why,
    /// null: never.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    /// null: nobody.
    #[schema(required)]
    source_kind: Option<ShownSourceKind>,
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

/// A page of zones.
#[derive(ToSchema)]
pub(in crate::serve) struct Zones {
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

/// A zone; vacant + occupied + unknown + closed + reserved = capacity.
#[derive(ToSchema)]
pub(in crate::serve) struct Zone {
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
    /// Bays that stand empty for who has booked them; they are not among the vacant.
    reserved: u32,
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
pub(in crate::serve) struct FeatureCollection {
    r#type: String,
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

/// What became of a report; all of it is on disk.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Accepted {
    pub(in crate::serve) accepted: usize,
    pub(in crate::serve) refused: Vec<Refused>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Refused {
    /// Position in `bays`.
    pub(in crate::serve) index: u32,
    #[schema(value_type = Reason)]
    pub(in crate::serve) reason: String,
    pub(in crate::serve) detail: String,
}

/// What was refused, newest first.
#[derive(ToSchema)]
pub(in crate::serve) struct Quarantined {
    refused: Vec<Kept>,
    /// For `before`; null: this was the last page.
    #[schema(required)]
    next: Option<u64>,
}

/// One refusal.
#[derive(ToSchema)]
pub(in crate::serve) struct Kept {
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
pub(in crate::serve) struct Alive {
    pub(in crate::serve) alive: bool,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Ready {
    pub(in crate::serve) ready: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::serve) reasons: Vec<NotReady>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct NotReady {
    pub(in crate::serve) part: String,
    pub(in crate::serve) reason: String,
}

/// How many zones were added or changed.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ZonesPut {
    pub(in crate::serve) zones: usize,
}

/// How many bays were added or changed.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct BaysPut {
    pub(in crate::serve) bays: usize,
}

/// How many devices were given.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct DevicesPut {
    pub(in crate::serve) devices: usize,
}

/// A LoRaWAN device and the bay it watches.
#[derive(ToSchema)]
pub(in crate::serve) struct Device {
    /// A DevEUI, 16 hexadecimal digits; or {device_id}@{application_id} of The Things Stack.
    device: String,
    bay: String,
    /// How its payloads are read, as bosch-tps110; `decoded`: its network server has read them.
    model: String,
    /// The only source that may hand on its uplinks; absent: any network server.
    via: Option<String>,
}

/// A page of devices.
#[derive(ToSchema)]
pub(in crate::serve) struct Devices {
    devices: Vec<Device>,
    /// Where to go on; null: this was the last page.
    #[schema(required)]
    next: Option<String>,
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
    /// Every fault of a registry change.
    errors: Option<Vec<String>>,
}
