//! What drivers' apps ask, and what they are answered.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use super::pool_schema::PoolOnOffer;
use crate::schema::{AnyKind, BayKind, BayState, Crs, ShownSourceKind, ShownState, Why, ZoneKind};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct NearbyQuery {
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
    #[param(default = "car")]
    kind: Option<BayKind>,
    /// true: only accessible bays.
    accessible: Option<bool>,
    /// true: only bays with a charging point.
    ev_charging: Option<bool>,
    /// The vehicle's height: bays with a lower limit are left out.
    #[param(minimum = 1, maximum = 1000)]
    min_height_cm: Option<u16>,
    /// Bays that cost more are left out; minor units of the hub's own currency.
    #[param(minimum = 0, maximum = 100_000_000)]
    max_price_cents_per_hour: Option<u32>,
    /// When the driver will be there: not passed, and at most 24 hours ahead. Up to 4 hours ahead it is
    /// told how likely there is room then.
    #[param(format = DateTime)]
    arrive_at: Option<String>,
    /// `bays`, `zones` (car parks that count) or `all`. Not said: all as JSON, else bays; a table has
    /// one of them.
    include: Option<String>,
    /// In which coordinates places are meant and told.
    #[param(inline)]
    crs: Option<Crs>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct ZonesQuery {
    /// Up to 500 zone ids with commas between them; without any other parameter.
    #[param(min_length = 1, pattern = "^[^,]+(,[^,]+){0,499}$")]
    ids: Option<String>,
    /// west,south,east,north in degrees; west above east crosses the 180th meridian.
    #[param(min_length = 7)]
    bbox: Option<String>,
    /// What the zone is (on_street, off_street, private), or for what it has bays (car, heavy, ...).
    #[param(inline)]
    kind: Option<AnyKind>,
    /// How many zones a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
    /// In which coordinates places are meant and told.
    #[param(inline)]
    crs: Option<Crs>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct StreamQuery {
    /// Up to 500 zone ids with commas between them. Without this and `bbox`: all zones.
    zones: Option<String>,
    /// Zones that are within west,south,east,north in degrees, now or later.
    bbox: Option<String>,
    /// true: their bays too. For at most 200 zones with 20,000 bays.
    bays: Option<bool>,
    /// true: zones with what is expected of them in 30, 60 and 120 minutes, as `forecast`.
    forecast: Option<bool>,
    /// The id of the last event read, for clients that cannot send `Last-Event-ID`.
    last_event_id: Option<String>,
    /// Another name of `last_event_id`, as event-source-polyfill gives it. If both are given they
    /// must be the same.
    #[param(rename = "lastEventId")]
    last_event_id_alias: Option<String>,
    /// In which coordinates places are meant and told.
    #[param(inline)]
    crs: Option<Crs>,
}

/// Vacant bays, nearest first.
#[derive(ToSchema)]
pub(in crate::serve) struct Nearby {
    #[schema(format = DateTime)]
    at: String,
    /// How likely at least one of the bays is vacant at `arrive_at`; null: there is none. Unless only
    /// zones are wanted.
    #[schema(minimum = 0, maximum = 1)]
    p_any_vacant: Option<f64>,
    /// Unless only zones are wanted.
    bays: Option<Vec<NearBay>>,
    /// Car parks that count and have room for the kind asked for; unless only bays are wanted.
    zones: Option<Vec<NearZone>>,
    /// Where nothing is near: what is nearest within 5 km, if there is anything.
    next_nearest: Option<NextNearest>,
    /// In which coordinates its places are, where that is asked for or configured.
    crs: Option<Crs>,
}

/// A bay or a car park.
#[derive(ToSchema)]
pub(in crate::serve) struct NextNearest {
    bay: Option<NearBay>,
    zone: Option<NearZone>,
}

/// A car park that counts and has room, or of which a pool is on offer.
#[derive(ToSchema)]
pub(in crate::serve) struct NearZone {
    zone: String,
    name: String,
    kind: ZoneKind,
    lat: f64,
    lon: f64,
    /// As the crow flies, one decimal.
    distance_m: f64,
    /// Bays of the kind asked for. 0 only where there is a `pool`.
    vacant: u32,
    /// Of so many; null: nobody has said.
    #[schema(required)]
    capacity: Option<u32>,
    /// How likely there is room on arrival; null: nothing is forecast of it.
    #[schema(required, minimum = 0, maximum = 1)]
    p_any_vacant: Option<f64>,
    /// null: never.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    /// null: nobody has said.
    #[schema(required)]
    price_cents_per_hour: Option<u32>,
    /// null: nobody has said.
    #[schema(required)]
    max_height_cm: Option<u32>,
    /// Where some are on offer to drivers now.
    pool: Option<PoolOnOffer>,
    /// Whom to name beside it, where a feed says it that asks for that.
    attribution: Option<String>,
}

/// One vacant bay.
#[derive(ToSchema)]
pub(in crate::serve) struct NearBay {
    bay: String,
    zone: String,
    zone_kind: ZoneKind,
    zone_name: String,
    lat: f64,
    lon: f64,
    /// As the crow flies, one decimal.
    distance_m: f64,
    state: BayState,
    /// How sure its vacancy is now; null for a bay on offer that nobody watches: its owner says so.
    #[schema(required, minimum = 0, maximum = 1)]
    p_vacant: Option<f64>,
    /// How likely it is still vacant at `arrive_at`; null: nothing is known of it, or that is more than 4
    /// hours ahead.
    #[schema(required, minimum = 0, maximum = 1)]
    p_vacant_on_arrival: Option<f64>,
    /// null: never.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    /// null: nobody.
    #[schema(required)]
    source_kind: Option<ShownSourceKind>,
    kind: BayKind,
    accessible: bool,
    ev_charging: bool,
    /// null: nobody has said, or it is on offer by the stay or by the month.
    #[schema(required)]
    price_cents_per_hour: Option<u32>,
    /// null: no limit.
    #[schema(required)]
    max_height_cm: Option<u16>,
    /// null: no limit.
    #[schema(required)]
    max_stay_min: Option<u16>,
    /// Of an offer whose price is for a stay, whatever its length.
    price_cents_per_stay: Option<u32>,
    /// Of an offer whose price is for a month.
    price_cents_per_month: Option<u32>,
    /// Of a private bay: its offer, while that is open; the price and the limits are the offer's.
    offer: Option<String>,
    /// What the offer's price is in.
    currency: Option<String>,
    /// Where it is booked.
    book: Option<String>,
    /// Whom to name beside it, where a feed says it that asks for that.
    attribution: Option<String>,
}

/// One bay with what is known of it and why.
#[derive(ToSchema)]
pub(in crate::serve) struct BayDetail {
    bay: String,
    zone: String,
    zone_kind: ZoneKind,
    zone_name: String,
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
    /// The order of the authority that closes it.
    order: Option<String>,
    /// null: never.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    /// null: nobody.
    #[schema(required)]
    source_kind: Option<ShownSourceKind>,
    /// What speaks for and against it being taken.
    evidence: Vec<Evidence>,
    kind: BayKind,
    accessible: bool,
    ev_charging: bool,
    /// null: nobody has said, or it is on offer by the stay or by the month.
    #[schema(required)]
    price_cents_per_hour: Option<u32>,
    /// null: no limit.
    #[schema(required)]
    max_height_cm: Option<u16>,
    /// null: no limit.
    #[schema(required)]
    max_stay_min: Option<u16>,
    /// Of an offer whose price is for a stay, whatever its length.
    price_cents_per_stay: Option<u32>,
    /// Of an offer whose price is for a month.
    price_cents_per_month: Option<u32>,
    /// Of a private bay: its offer, while that is open; the price and the limits are the offer's.
    offer: Option<String>,
    /// What the offer's price is in.
    currency: Option<String>,
    /// Where it is booked.
    book: Option<String>,
    /// Whom to name beside it, where a feed says it that asks for that.
    attribution: Option<String>,
    /// In which coordinates its places are, where that is asked for or configured.
    crs: Option<Crs>,
}

/// One of those who speak of a bay.
#[derive(ToSchema)]
pub(in crate::serve) struct Evidence {
    /// `sensor`, `gate`, `booking`, `apps` or `usual`; where nobody watches, `gate` is a zone's count.
    kind: String,
    /// What it says; not told of what is usual.
    said: Option<BayState>,
    #[schema(format = DateTime)]
    at: Option<String>,
    /// Of the bay being occupied, in nats. That of who watches holds what is usual too.
    log_odds: f64,
    /// Of apps: reports since the evidence began; 255 and more.
    reports: Option<u8>,
    /// Of apps: at least so many.
    contributors: Option<u8>,
    partners: Option<u8>,
}

/// Some bays of a zone: as they are counted, else as its own bays are.
#[derive(ToSchema)]
pub(in crate::serve) struct SomeBays {
    capacity: u32,
    /// Those that may be had.
    vacant: u32,
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
    /// In which coordinates its places are, where that is asked for or configured.
    crs: Option<Crs>,
}

/// An area or floor of a car park. By its id it is a zone of its own, with all members of one.
#[derive(ToSchema)]
pub(in crate::serve) struct Area {
    zone: String,
    name: String,
    capacity: u32,
    /// By kind of bay; only kinds that it has bays of, or that are counted.
    vacant: BTreeMap<String, u32>,
    unknown: u32,
    closed: u32,
    /// Where it has some.
    accessible: Option<SomeBays>,
    /// Where they are counted.
    ev_charging: Option<SomeBays>,
    reservable: Option<SomeBays>,
    /// null: never. Each ages by its own time.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    stale: bool,
}

/// A zone; vacant + occupied + unknown + closed + reserved = capacity.
#[derive(ToSchema)]
pub(in crate::serve) struct Zone {
    zone: String,
    name: String,
    kind: ZoneKind,
    operator: String,
    /// The car park that it is an area or floor of, which tells of it in `areas`: who adds up zones
    /// leaves it out.
    part_of: Option<String>,
    lat: f64,
    lon: f64,
    capacity: u32,
    /// Of those, by kind of bay; only kinds the zone has.
    capacity_by_kind: BTreeMap<String, u32>,
    /// By kind of bay; only kinds that the zone or an area of it has bays of, or that are counted.
    vacant: BTreeMap<String, u32>,
    occupied: u32,
    unknown: u32,
    closed: u32,
    /// Bays that stand empty for who has booked them; they are not among the vacant.
    reserved: u32,
    /// Whether somebody counts it as a whole and has not withdrawn that: its figures may be such a count.
    counted: bool,
    /// Of its bays, those that are accessible.
    accessible: SomeBays,
    /// Where they are counted: those with a charging point.
    ev_charging: Option<SomeBays>,
    /// Where they are counted: those that can be reserved with whoever runs the car park.
    reservable: Option<SomeBays>,
    /// Taken share of what is known and open; null while nothing is, or where nobody has said of how
    /// many.
    #[schema(required, minimum = 0, maximum = 1)]
    occupancy: Option<f64>,
    /// How many vacant bays are to be expected, from all that is known; null while nothing is.
    #[schema(required, minimum = 0)]
    vacant_expected: Option<f64>,
    /// Four times in five the number lies from this on, ...
    #[schema(required)]
    vacant_p10: Option<u32>,
    /// ... and up to this.
    #[schema(required)]
    vacant_p90: Option<u32>,
    /// null: never.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    /// No source has a word that still stands: everything counts as unknown.
    stale: bool,
    /// Of the bays in service the share of which something is known: what `occupancy` rests on. Null
    /// while none is in service, or where nobody has said of how many.
    #[schema(required, minimum = 0, maximum = 1)]
    known_fraction: Option<f64>,
    /// The gravest order of the authority that closes any of it.
    order: Option<String>,
    /// Where places are on offer to drivers now.
    pool: Option<PoolOnOffer>,
    /// Whom to name beside it, where a feed says it that asks for that.
    attribution: Option<String>,
    /// Its areas and floors, if it has any. They need not sum to what is told of the whole, and are
    /// never added to it: where a count of the whole stands it is that, else the sum of these, with
    /// the oldest `observed_at` of them.
    #[schema(max_items = 64)]
    areas: Option<Vec<Area>>,
    /// In which coordinates its places are, where that is asked for or configured.
    crs: Option<Crs>,
}
