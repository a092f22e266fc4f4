//! What an owner is told of its bays and of bookings there: never of the driver, nor of the vehicle.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]
#![allow(
    clippy::unreadable_literal,
    reason = "numbers as utoipa's attributes take them"
)]

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct BookingsQuery {
    /// held, confirmed, active, completed, cancelled, expired or no_show; absent: any.
    state: Option<String>,
    /// Those that start then or later; absent: all.
    #[param(format = DateTime)]
    from: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before; `from` is in it.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// A page of bookings at a partner's own bays, by start.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct OwnedBookings {
    pub(in crate::serve) reservations: Vec<OwnedBooking>,
    /// For `cursor`; null: this was the last page.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
}

/// A booking as the bay's owner sees it.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct OwnedBooking {
    pub(in crate::serve) id: String,
    /// null, like the money: it stands on the offer of who had the bay before.
    #[schema(required)]
    pub(in crate::serve) offer: Option<String>,
    /// held, confirmed, active, completed, cancelled, expired, no_show.
    #[schema(value_type = String)]
    pub(in crate::serve) state: &'static str,
    /// Null: a place of a pool.
    #[schema(required)]
    pub(in crate::serve) bay: Option<String>,
    /// Null: the registry has no such bay any more.
    #[schema(required)]
    pub(in crate::serve) zone: Option<String>,
    #[schema(format = DateTime)]
    pub(in crate::serve) start: String,
    #[schema(format = DateTime)]
    pub(in crate::serve) end: String,
    #[schema(required)]
    pub(in crate::serve) price_cents: Option<i64>,
    pub(in crate::serve) currency: String,
    /// What the owner is owed by now.
    #[schema(required)]
    pub(in crate::serve) owed_cents: Option<i64>,
    #[schema(format = DateTime)]
    pub(in crate::serve) created_at: String,
    /// Only while held.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) expires_at: Option<String>,
    #[schema(required, format = DateTime)]
    pub(in crate::serve) arrived_at: Option<String>,
    #[schema(required, format = DateTime)]
    pub(in crate::serve) departed_at: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct OwnedBaysQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// A page of a partner's own bays.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct OwnedBays {
    pub(in crate::serve) partner: String,
    /// In which coordinates its places are; absent: WGS 84.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::schema::Crs>)]
    pub(in crate::serve) crs: Option<&'static str>,
    #[schema(format = DateTime)]
    pub(in crate::serve) at: String,
    pub(in crate::serve) bays: Vec<OwnedBay>,
    /// For `cursor`; null: this was the last page.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
}

/// One of a partner's own bays.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct OwnedBay {
    pub(in crate::serve) bay: String,
    pub(in crate::serve) zone: String,
    pub(in crate::serve) zone_name: String,
    /// on_street, off_street, private.
    #[schema(value_type = String)]
    pub(in crate::serve) zone_kind: &'static str,
    pub(in crate::serve) lat: f64,
    pub(in crate::serve) lon: f64,
    /// car, motorcycle, heavy, bicycle.
    #[schema(value_type = String)]
    pub(in crate::serve) kind: &'static str,
    /// vacant, occupied, unknown, closed: what is seen there, whoever has booked it.
    #[schema(value_type = String)]
    pub(in crate::serve) state: &'static str,
    /// Null: nobody has ever reported it.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) observed_at: Option<String>,
    /// sensor, app, gate, booking; null like `observed_at`.
    #[schema(required, value_type = Option<String>)]
    pub(in crate::serve) source_kind: Option<&'static str>,
    /// Its standing offer; null: it is on none.
    #[schema(required)]
    pub(in crate::serve) offer: Option<OwnedBayOffer>,
    /// The booking that keeps it now, also one whose driver stays too long.
    #[schema(required)]
    pub(in crate::serve) booked_now: Option<BriefBooking>,
    /// The next after that.
    #[schema(required)]
    pub(in crate::serve) booked_next: Option<BriefBooking>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct OwnedBayOffer {
    pub(in crate::serve) id: String,
    /// open, paused.
    #[schema(value_type = String)]
    pub(in crate::serve) state: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct BriefBooking {
    pub(in crate::serve) id: String,
    /// held, confirmed, active.
    #[schema(value_type = String)]
    pub(in crate::serve) state: &'static str,
    #[schema(format = DateTime)]
    pub(in crate::serve) start: String,
    #[schema(format = DateTime)]
    pub(in crate::serve) end: String,
}
