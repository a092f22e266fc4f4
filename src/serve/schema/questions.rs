//! What callers send: query parameters and the body of a report.

use super::words::{AnyKind, BayKind, BayState, Reason};
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
pub(in crate::serve) struct ZonesQuery {
    /// Up to 500 zone ids with commas between them; without any other parameter.
    #[param(min_length = 1, pattern = "^[^,]+(,[^,]+){0,499}$")]
    ids: Option<String>,
    /// west,south,east,north in degrees; west above east crosses the 180th meridian.
    #[param(min_length = 7)]
    bbox: Option<String>,
    /// What the zone is (on_street, off_street, private), or what it has bays for (car, motorcycle,
    /// heavy, bicycle).
    #[param(inline)]
    kind: Option<AnyKind>,
    /// How many zones a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct StreamQuery {
    /// Up to 500 zone ids with commas between them. Without this and `bbox`: all zones.
    zones: Option<String>,
    /// Zones that are now within west,south,east,north in degrees.
    bbox: Option<String>,
    /// true: their bays too. For at most 200 zones with 20,000 bays.
    bays: Option<bool>,
    /// The id of the last event that was read, for clients that cannot send the header
    /// `Last-Event-ID`.
    last_event_id: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CalendarQuery {
    /// The secret of the offer's `calendar` address, in place of a key.
    token: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct OwnStreamQuery {
    /// The id of the last event that was read, for clients that cannot send the header
    /// `Last-Event-ID`.
    last_event_id: Option<String>,
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
pub(in crate::serve) struct DevicesQuery {
    /// How many devices a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct UplinkQuery {
    /// Which network server this is; not needed where the key is for one only.
    source: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct EventQuery {
    /// What happened; absent: up. ChirpStack adds it by itself.
    event: Option<String>,
}

/// A report: `bays`, or one bay flat.
#[derive(ToSchema)]
pub(in crate::serve) struct Report {
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
pub(in crate::serve) struct ReportBay {
    bay: String,
    state: BayState,
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
}
