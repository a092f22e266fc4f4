//! What goes in and out as messages: MQTT payloads and stream events, as the AsyncAPI document
//! describes them.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use crate::schema::{ShownSourceKind, ShownState};
use crate::serve::api::booking::schema::Reservation;
use crate::serve::api::drivers::schema::Zone;
use crate::serve::api::orders::schema::CityOrder;
use crate::serve::ws::messages::{SocketAnswer, SocketEvent, SocketRequest};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{OpenApi, ToSchema};

/// Every payload; the document takes its schemas from here.
#[derive(OpenApi)]
#[openapi(components(schemas(
    ZoneAvailability,
    Zone,
    BayChange,
    BayGone,
    Gone,
    CityOrder,
    ActiveOrders,
    Resync,
    ReservationEvent,
    OwnReady,
    SocketRequest,
    SocketAnswer,
    SocketEvent
)))]
pub(in crate::serve) struct Messages;

/// How full a zone is.
#[derive(ToSchema)]
pub(in crate::serve) struct ZoneAvailability {
    zone: String,
    /// When the hub says so.
    #[schema(format = DateTime)]
    at: String,
    /// The newest observation; null: never.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    capacity: u32,
    /// By kind of bay; only kinds the zone has.
    vacant: BTreeMap<String, u32>,
    unknown: u32,
    occupied: u32,
    /// The car park that it is an area or floor of: who adds up zones leaves it out.
    part_of: Option<String>,
}

/// All orders of the authority that are in force, the gravest first.
#[derive(ToSchema)]
pub(in crate::serve) struct ActiveOrders {
    /// When the hub says so.
    #[schema(format = DateTime)]
    at: String,
    orders: Vec<CityOrder>,
    /// How many more are in force than fit; each has its own topic.
    left_out: u32,
}

/// What changed of a bay.
#[derive(ToSchema)]
pub(in crate::serve) struct BayChange {
    bay: String,
    zone: String,
    state: ShownState,
    /// The order of the authority that closes it.
    order: Option<String>,
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
    /// Of a private bay: the price of its offer, while that is open; null: it is for a stay or a month.
    price_cents_per_hour: Option<u32>,
    /// Of an offer whose price is for a stay, whatever its length.
    price_cents_per_stay: Option<u32>,
    /// Of an offer whose price is for a month.
    price_cents_per_month: Option<u32>,
    /// That offer.
    offer: Option<String>,
    /// What the price is in.
    currency: Option<String>,
    /// Where it is booked.
    book: Option<String>,
}

/// Something has happened to one of a booking app's reservations.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ReservationEvent {
    /// held, confirmed, moved, active, completed, cancelled, expired, no_show; standing: nothing,
    /// it is so since before.
    pub(in crate::serve) event: String,
    #[schema(format = DateTime)]
    pub(in crate::serve) at: String,
    /// Whose doing it was: driver, sensor, clock, hub, owner, authority.
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

/// The zone was removed, or has left the box or sight: a private one is seen by its owner and while bays of it may
/// be offered.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Gone<'a> {
    pub(in crate::serve) zone: &'a str,
}

/// A bay has left sight: it was removed, or it is a private one that is no longer to be had.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct BayGone<'a> {
    bay: &'a str,
    /// The zone it was in: one that was moved is told of in another.
    zone: &'a str,
    /// true.
    gone: bool,
}

impl<'a> BayGone<'a> {
    pub(in crate::serve) const fn new(bay: &'a str, zone: &'a str) -> Self {
        Self {
            bay,
            zone,
            gone: true,
        }
    }
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
    /// The id is of another process (the hub was restarted, or this is another one), of another selection,
    /// or of a stream that was opened with another key.
    OtherProcess,
    /// The id is none that a hub has given out.
    UnknownId,
    /// The client left before it was told everything once, and some of that may be gone.
    Incomplete,
    /// Something that the client was told of is gone or may have left its sight, and which it is cannot
    /// be said.
    OutOfSight,
}
