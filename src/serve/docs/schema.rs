//! What goes in and out as messages: MQTT payloads and stream events, as the AsyncAPI document
//! describes them.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use crate::serve::api::booking::schema::Reservation;
use crate::serve::api::drivers::schema::Zone;
use crate::serve::api::words::{BayKind, BayState, ShownSourceKind, ShownState};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{OpenApi, ToSchema};

/// Every payload; the document takes its schemas from here.
#[derive(OpenApi)]
#[openapi(components(schemas(
    SourceReport,
    ZoneCount,
    SourceStatus,
    ChirpstackUplink,
    TtnUplink,
    ZoneAvailability,
    Zone,
    BayChange,
    Gone,
    Resync,
    ReservationEvent,
    OwnReady
)))]
pub(in crate::serve) struct Messages;

/// What a source saw: `bays`, or one bay flat.
#[derive(ToSchema)]
pub(in crate::serve) struct SourceReport {
    /// When it was seen; absent: when it was received.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// The source's own running number.
    seq: Option<u64>,
    /// Up to 1,000.
    #[schema(max_items = 1000)]
    bays: Option<Vec<SeenBay>>,
    /// In place of `bays`.
    bay: Option<String>,
    state: Option<BayState>,
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
}

/// One bay of a report.
#[derive(ToSchema)]
pub(in crate::serve) struct SeenBay {
    bay: String,
    state: BayState,
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
    /// Where it differs from the report's.
    #[schema(format = DateTime)]
    at: Option<String>,
    seq: Option<u64>,
}

/// What a gate or a car park counts.
#[derive(ToSchema)]
pub(in crate::serve) struct ZoneCount {
    zone: String,
    /// Not more than `capacity`.
    vacant: u32,
    capacity: u32,
    /// Absent: car.
    kind: Option<BayKind>,
    /// Absent: when it was received.
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// Whether a source is there; `false` as its last will.
#[derive(ToSchema)]
pub(in crate::serve) struct SourceStatus {
    online: bool,
}

/// What the hub reads of an uplink of ChirpStack v4; the rest of it is ignored.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(in crate::serve) struct ChirpstackUplink {
    /// The same for copies of one uplink.
    deduplication_id: Option<String>,
    /// When it was received by the gateways.
    #[schema(format = DateTime)]
    time: Option<String>,
    device_info: ChirpstackDevice,
    f_cnt: Option<u32>,
    f_port: Option<u8>,
    /// The frame, in base64.
    data: Option<String>,
    /// What the network server decoded.
    #[schema(value_type = Option<Object>)]
    object: Option<()>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(in crate::serve) struct ChirpstackDevice {
    dev_eui: String,
}

/// What the hub reads of an uplink of The Things Stack; the rest of it is ignored.
#[derive(ToSchema)]
pub(in crate::serve) struct TtnUplink {
    end_device_ids: TtnDevice,
    #[schema(format = DateTime)]
    received_at: Option<String>,
    uplink_message: TtnFrame,
}

#[derive(ToSchema)]
pub(in crate::serve) struct TtnDevice {
    device_id: String,
    dev_eui: Option<String>,
}

#[derive(ToSchema)]
pub(in crate::serve) struct TtnFrame {
    f_cnt: Option<u32>,
    f_port: Option<u8>,
    /// The frame, in base64.
    frm_payload: Option<String>,
    /// What the network server decoded.
    #[schema(value_type = Option<Object>)]
    decoded_payload: Option<()>,
}

/// How full a zone is.
#[derive(ToSchema)]
pub(in crate::serve) struct ZoneAvailability {
    zone: String,
    #[schema(format = DateTime)]
    at: String,
    capacity: u32,
    /// By kind of bay; only kinds the zone has.
    vacant: BTreeMap<String, u32>,
    unknown: u32,
    occupied: u32,
}

/// What changed of a bay.
#[derive(ToSchema)]
pub(in crate::serve) struct BayChange {
    bay: String,
    zone: String,
    state: ShownState,
    /// Kept for who has booked it; also while that vehicle stands there.
    reserved: bool,
    /// For who has not booked it; null while nothing that stands is known.
    #[schema(required, minimum = 0, maximum = 1)]
    p_vacant: Option<f64>,
    /// null: never.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    /// null: nobody.
    #[schema(required)]
    source_kind: Option<ShownSourceKind>,
}

/// Something has happened to one of a booking app's reservations.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ReservationEvent {
    /// held, confirmed, moved, active, completed, cancelled, expired, no_show; standing: nothing,
    /// it is so since before.
    pub(in crate::serve) event: String,
    #[schema(format = DateTime)]
    pub(in crate::serve) at: String,
    /// Whose doing it was: driver, sensor, clock, hub.
    pub(in crate::serve) cause: String,
    /// As it is now.
    pub(in crate::serve) reservation: Reservation,
}

/// All that stand have been told.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct OwnReady {
    /// How many there are.
    pub(in crate::serve) standing: u64,
}

/// The zone was removed.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Gone<'a> {
    pub(in crate::serve) zone: &'a str,
}

/// What changed since the id the client came with cannot be told: forget everything, all of it
/// follows.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Resync {
    pub(in crate::serve) reason: ResyncReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::serve) enum ResyncReason {
    /// The id is of another process: the hub was restarted, or this is another one.
    OtherProcess,
    /// The id is none that a hub has given out.
    UnknownId,
}
