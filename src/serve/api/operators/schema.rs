//! What operators ask and are answered: the registry, the quarantine, health.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use crate::ingest::gate::HeardDevice;
use crate::registry::DeviceSpec;
use crate::schema::{FaultKind, Reason};
use crate::serve::AdminCall;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

pub(in crate::serve) use crate::serve::api::schema::*;

pub(in crate::serve) use super::key_schema::*;
pub(in crate::serve) use super::partner_schema::*;

/// Zones or bays as the city's files have them.
#[derive(ToSchema)]
pub(in crate::serve) struct CityFeatures {
    r#type: String,
    /// In which coordinates they are; absent: as configured, WGS 84 as a rule.
    #[schema(schema_with = written_crs, required = false)]
    crs: (),
    features: Vec<Feature>,
}

/// Ours, or the object of GeoJSON before RFC 7946, which is not looked at.
fn written_crs() -> utoipa::openapi::Schema {
    let of = |kind| utoipa::openapi::ObjectBuilder::new().schema_type(kind);
    utoipa::openapi::OneOfBuilder::new()
        .item(utoipa::openapi::Ref::from_schema_name(
            crate::schema::Crs::name(),
        ))
        .item(of(utoipa::openapi::Type::Object))
        .item(of(utoipa::openapi::Type::Null))
        .into()
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct QuarantineQuery {
    /// Only what was refused for this.
    #[param(inline)]
    reason: Option<Reason>,
    /// Only what this sender sent.
    #[param(min_length = 1)]
    source: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// Only what is older than the entry of this id.
    #[param(minimum = 0)]
    before: Option<u64>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct AuditQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before: only what is older.
    #[param(min_length = 1)]
    before: Option<String>,
    /// Calls that only read, instead of those that may have changed something.
    #[param(default = false)]
    reads: Option<bool>,
    /// Calls without a good key instead of those with one, whatever they are.
    #[param(default = false)]
    strangers: Option<bool>,
}

/// Calls from the audit log, newest first.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct AuditTrail {
    pub(in crate::serve) calls: Vec<AdminCall>,
    /// For `before`; null: there are no older ones.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct DevicesQuery {
    /// How many devices a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
    /// Only those whose battery is low. A page may then be short and have a `next`.
    #[param(default = false)]
    low_battery: Option<bool>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct FaultsQuery {
    /// Only those of this kind.
    #[param(inline)]
    kind: Option<FaultKind>,
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// What is wrong with the registry as it is now.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct RegistryFaults {
    /// How many there are of each kind, also of kinds that were not asked for.
    pub(in crate::serve) counts: Vec<FaultCount>,
    /// By kind, zone and bay; of each kind 200 at most.
    pub(in crate::serve) faults: Vec<RegistryFault>,
}

/// How many faults of a kind there are.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct FaultCount {
    #[schema(value_type = FaultKind)]
    pub(in crate::serve) kind: &'static str,
    pub(in crate::serve) count: u32,
}

/// One thing that is wrong with a zone, a bay or a device.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct RegistryFault {
    #[schema(value_type = FaultKind)]
    pub(in crate::serve) kind: &'static str,
    /// Null: the bay that a device watches is not there, so its zone is not known.
    #[schema(required)]
    pub(in crate::serve) zone: Option<String>,
    /// Null: it is the zone itself.
    #[schema(required)]
    pub(in crate::serve) bay: Option<String>,
    /// Where it is, WGS 84; null: it is nowhere.
    #[schema(required)]
    pub(in crate::serve) lat: Option<f64>,
    #[schema(required)]
    pub(in crate::serve) lon: Option<f64>,
    /// What is wrong, in words, without the names.
    pub(in crate::serve) message: String,
}

/// What of the data folder was lost, and that a start went on without.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct LossList {
    pub(in crate::serve) losses: Vec<Loss>,
}

/// One loss that an operator accepted.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Loss {
    pub(in crate::serve) id: String,
    /// The part of the data folder, as `--accept-loss` names it.
    pub(in crate::serve) what: String,
    /// Names what is missing or another's.
    pub(in crate::serve) detail: String,
    #[schema(format = DateTime)]
    pub(in crate::serve) accepted_at: String,
    /// Null until somebody has taken note of it; until then `/readyz` tells of it.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) acknowledged_at: Option<String>,
}

/// What was refused, newest first.
#[derive(ToSchema)]
pub(in crate::serve) struct Quarantined {
    refused: Vec<QuarantinedRefusal>,
    /// For `before`; null: this was the last page.
    #[schema(required)]
    next: Option<u64>,
}

/// One refusal.
#[derive(ToSchema)]
pub(in crate::serve) struct QuarantinedRefusal {
    id: u64,
    #[schema(format = DateTime)]
    at: String,
    reason: Reason,
    /// mqtt or http.
    door: String,
    source: String,
    /// Who holds the key it came by; null: nobody, or it is older than this member.
    #[schema(required)]
    partner: Option<String>,
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
    /// What an operator should know, though it does not stand in the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::serve) notes: Vec<HealthNote>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct HealthNote {
    pub(in crate::serve) part: String,
    pub(in crate::serve) note: String,
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

/// A device and the bay it watches.
#[derive(ToSchema)]
pub(in crate::serve) struct Device {
    /// A DevEUI, 16 hexadecimal digits; {device_id}@{application_id} of The Things Stack; imei: and 15
    /// digits, or {product}/{device} of an NB-IoT platform.
    device: String,
    bay: String,
    /// How its payloads are read, as bosch-tps110; `decoded`: its network server has read them.
    model: String,
    /// The only source that may hand on its uplinks; absent: any network server.
    via: Option<String>,
    /// Of `decoded`: the member that tells the state; dots lead into objects and lists.
    state: Option<String>,
    /// Of `decoded`: values of it that mean occupied; one, or a list.
    #[schema(value_type = Option<Vec<Object>>)]
    occupied: Option<()>,
    /// Of `decoded`: values of it that mean vacant.
    #[schema(value_type = Option<Vec<Object>>)]
    vacant: Option<()>,
    /// Of a model that measures a distance: nearer than that, in mm, stands a vehicle.
    occupied_below_mm: Option<u16>,
    /// Told, and passed over where it is put. Null: not heard since the hub started.
    health: Option<ToldHealth>,
}

/// The same as it is told.
#[derive(Serialize)]
pub(in crate::serve) struct ListedDevice {
    #[serde(flatten)]
    pub(in crate::serve) spec: DeviceSpec,
    pub(in crate::serve) health: Option<ToldHealth>,
}

/// How well a device is, as it last told itself or its network server did; null: not told.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ToldHealth {
    /// When its last uplink came in, whatever it said.
    #[schema(format = DateTime)]
    pub(in crate::serve) heard_at: String,
    /// Of full charge, %.
    #[schema(required)]
    pub(in crate::serve) battery_percent: Option<u8>,
    /// V.
    #[schema(required)]
    pub(in crate::serve) battery_v: Option<f64>,
    /// Whether it should be changed soon: the device says so, or 15 % or less are left.
    #[schema(required)]
    pub(in crate::serve) battery_low: Option<bool>,
    /// At the sensor, degrees Celsius.
    #[schema(required)]
    pub(in crate::serve) temperature_c: Option<f64>,
    /// Of the gateway that heard it best, or of its modem, dBm.
    #[schema(required)]
    pub(in crate::serve) rssi_dbm: Option<i16>,
    /// Of that gateway, dB.
    #[schema(required)]
    pub(in crate::serve) snr_db: Option<f64>,
}

impl From<HeardDevice> for ToldHealth {
    fn from(heard: HeardDevice) -> Self {
        let health = heard.health;
        let tenths = |n: i16| f64::from(n) / 10.0;
        Self {
            heard_at: heard.heard_at.to_string(),
            battery_percent: health.battery_percent,
            battery_v: health.battery_mv.map(|mv| f64::from(mv) / 1000.0),
            battery_low: health.needs_battery(),
            temperature_c: health.temperature_dc.map(tenths),
            rssi_dbm: health.rssi_dbm,
            snr_db: health.snr_ddb.map(tenths),
        }
    }
}

/// A page of devices.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Devices {
    #[schema(value_type = Vec<Device>)]
    pub(in crate::serve) devices: Vec<ListedDevice>,
    /// Where to go on; null: this was the last page.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
}

/// Whose a bay is.
#[derive(ToSchema)]
pub(in crate::serve) struct OwnerAsked {
    /// null: the operator of its zone, if that is private.
    #[schema(required)]
    partner: Option<String>,
}

/// Whose a bay is.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Owner {
    pub(in crate::serve) bay: String,
    /// null: nobody may offer it.
    #[schema(required)]
    pub(in crate::serve) partner: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct ListedZonesQuery {
    /// Zones within west,south,east,north in degrees.
    #[param(min_length = 7)]
    bbox: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 10000, default = 1000)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct ListedBaysQuery {
    /// Bays of one zone.
    #[param(min_length = 1)]
    zone: Option<String>,
    /// Bays within west,south,east,north in degrees.
    #[param(min_length = 7)]
    bbox: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 10000, default = 1000)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}
