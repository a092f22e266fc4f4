//! What booking apps ask for, and their reservations.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]
#![allow(
    clippy::unreadable_literal,
    reason = "numbers as utoipa's attributes take them"
)]

use crate::schema::BayKind;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct OwnStreamQuery {
    /// In which coordinates places are told.
    #[param(inline)]
    crs: Option<crate::schema::Crs>,
    /// The id of the last event that was read, for clients that cannot send the header
    /// `Last-Event-ID`.
    last_event_id: Option<String>,
    /// Another name of `last_event_id`, as event-source-polyfill gives it. If both are given they
    /// must be the same.
    #[param(rename = "lastEventId")]
    last_event_id_alias: Option<String>,
}

/// What needs a bay.
#[derive(ToSchema)]
pub(in crate::serve) struct VehicleAsked {
    /// Absent: car.
    kind: Option<BayKind>,
    #[schema(minimum = 1, maximum = 1000)]
    height_cm: Option<u16>,
    /// Wants to charge.
    ev: Option<bool>,
    /// Needs an accessible bay.
    accessible: Option<bool>,
}

/// A driver's request.
#[derive(ToSchema)]
pub(in crate::serve) struct BayAsked {
    lat: f64,
    lon: f64,
    /// Absent: now.
    #[schema(format = DateTime)]
    start: Option<String>,
    #[schema(format = DateTime)]
    end: String,
    /// As the crow flies; absent: 500.
    #[schema(minimum = 1, maximum = 3000)]
    max_walk_m: Option<u32>,
    /// For the whole stay; absent: whatever it costs.
    #[schema(maximum = 4000000000_u32)]
    max_price_cents: Option<u32>,
    /// ISO 4217; absent: the hub's own.
    currency: Option<String>,
    vehicle: Option<VehicleAsked>,
    /// May be moved to another bay within `max_walk_m` so that others fit, twice at most and not in the last
    /// half hour, for the offer's `flexible_discount_percent`; what leads more than 100 m farther than was told costs less
    /// still. Absent: false, moved only to where the driver gains, or if the bay is lost.
    flexible: Option<bool>,
    /// Whom it is for, as you call them: opaque, hashed on arrival, forgotten once it is no hold any
    /// more. A driver has 3 unconfirmed holds at most; without one only your own share counts.
    #[schema(min_length = 1, max_length = 64)]
    driver: Option<String>,
}

/// The same hours again and again, by the wall clock of a place.
#[derive(ToSchema)]
pub(in crate::serve) struct Repeat {
    /// mon, tue, wed, thu, fri, sat, sun; workday and dayoff by the hub's calendar: on which it begins.
    days: Vec<String>,
    /// `08:00`.
    from: String,
    /// `18:00`; not later than `from`: on the next day.
    to: String,
    /// The IANA name of the place whose clock that is.
    #[schema(example = "Asia/Shanghai")]
    tz: String,
    /// The first day.
    #[schema(format = Date)]
    since: String,
    /// The last day on which it begins. 400 times at most.
    #[schema(format = Date)]
    until: String,
}

/// A driver's request for a season.
#[derive(ToSchema)]
pub(in crate::serve) struct SeasonAsked {
    lat: f64,
    lon: f64,
    repeat: Repeat,
    /// As the crow flies; absent: 500.
    #[schema(minimum = 1, maximum = 3000)]
    max_walk_m: Option<u32>,
    /// For all times together; absent: whatever they cost.
    #[schema(maximum = 4000000000_u32)]
    max_price_cents: Option<u32>,
    /// ISO 4217; absent: the hub's own.
    currency: Option<String>,
    vehicle: Option<VehicleAsked>,
    /// As of a single request.
    #[schema(min_length = 1, max_length = 64)]
    driver: Option<String>,
}

/// What was booked together.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Season {
    pub(in crate::serve) id: String,
    /// Of all its times, also of those given up.
    pub(in crate::serve) price_cents: i64,
    /// What is owed for all of it by now.
    pub(in crate::serve) owed_cents: i64,
    pub(in crate::serve) currency: String,
    /// In order.
    pub(in crate::serve) reservations: Vec<Reservation>,
}

/// A page of your own.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Reservations {
    pub(in crate::serve) reservations: Vec<Reservation>,
    /// Of the next page; null: this is the last.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
}

/// A longer stay.
#[derive(ToSchema)]
pub(in crate::serve) struct LongerAsked {
    /// Later than the reservation's end.
    #[schema(format = DateTime)]
    end: String,
    /// For the time that is added; absent: whatever it costs.
    #[schema(maximum = 4000000000_u32)]
    max_price_cents: Option<u32>,
}

/// A booking of one bay, or of one place of a pool.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Reservation {
    pub(in crate::serve) id: String,
    /// The season that it is one time of, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::serve) season: Option<String>,
    /// held, confirmed, active, completed, cancelled, expired, no_show.
    #[schema(value_type = String)]
    pub(in crate::serve) state: &'static str,
    /// null: a place of the zone, whichever is free; the zone's place is told.
    #[schema(required)]
    pub(in crate::serve) bay: Option<String>,
    /// null, like the place: the registry does not have the bay any more.
    #[schema(required)]
    pub(in crate::serve) zone: Option<String>,
    #[schema(required)]
    pub(in crate::serve) lat: Option<f64>,
    #[schema(required)]
    pub(in crate::serve) lon: Option<f64>,
    /// In which coordinates the place is; absent: WGS 84.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::schema::Crs>)]
    pub(in crate::serve) crs: Option<&'static str>,
    #[schema(format = DateTime)]
    pub(in crate::serve) start: String,
    #[schema(format = DateTime)]
    pub(in crate::serve) end: String,
    pub(in crate::serve) walk_m: u32,
    /// Whether it may be moved so that others fit.
    pub(in crate::serve) flexible: bool,
    pub(in crate::serve) price_cents: i64,
    pub(in crate::serve) currency: String,
    /// What is owed for it by now; below `price_cents` where some was given back, above where the stay
    /// runs over: it grows with each event `overstay`.
    pub(in crate::serve) owed_cents: i64,
    /// Until when giving it up is free; at that time it is not any more.
    #[schema(format = DateTime)]
    pub(in crate::serve) cancel_free_until: String,
    /// What giving it up costs from then until its start; from its start on, `price_cents`.
    pub(in crate::serve) cancel_fee_cents: i64,
    /// A hold that is not confirmed before then is none; null: it is no hold.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) expires_at: Option<String>,
    #[schema(required, format = DateTime)]
    pub(in crate::serve) arrived_at: Option<String>,
    #[schema(required, format = DateTime)]
    pub(in crate::serve) departed_at: Option<String>,
    /// Why the driver may not get the bay: taken, overstay, closed, gone, silent (nobody watches it, and
    /// the app has not said that the driver is there: say `arrive`, or give it up); null: nothing speaks
    /// for it.
    #[schema(required, value_type = Option<String>)]
    pub(in crate::serve) at_risk: Option<&'static str>,
    /// null: it is the bay that was told first.
    #[schema(required)]
    pub(in crate::serve) moved: Option<Moved>,
}

/// That the bay is another one than at first.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Moved {
    #[schema(format = DateTime)]
    pub(in crate::serve) at: String,
    /// The bay before; null: a place of a pool.
    #[schema(required)]
    pub(in crate::serve) from: Option<String>,
    /// taken: that bay was not free in time; room: others fit because of it, or this one is better.
    #[schema(value_type = String)]
    pub(in crate::serve) reason: &'static str,
}
