//! The same of the past: events, status and metrics.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use super::schema::CdsLinks;
use utoipa::{IntoParams, ToSchema};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CurbEventsQuery {
    /// ms since 1970, inclusive.
    start_time: Option<u64>,
    /// ms since 1970, exclusive; at most seven days later.
    end_time: Option<u64>,
    /// An hour of UTC, `2026-11-23T02`, in place of both.
    #[param(min_length = 13, max_length = 13)]
    event_time: Option<String>,
    /// There are no curb areas: 501.
    curb_area_id: Option<String>,
    /// Only events of that zone.
    curb_zone_id: Option<String>,
    /// Only events of that space.
    curb_space_id: Option<String>,
    /// There are no curb objects: 501.
    curb_object_id: Option<String>,
    /// As in `links.next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// A page of events.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbEvents {
    version: String,
    time_zone: String,
    /// Up to when all is settled.
    last_updated: u64,
    currency: String,
    author: Option<String>,
    license_url: Option<String>,
    custom_attributes_dictionary: Option<String>,
    data: CurbEventsData,
    links: CdsLinks,
}

#[derive(ToSchema)]
pub(in crate::serve) struct CurbEventsData {
    events: Vec<CurbEventShown>,
}

/// A Curb Event.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbEventShown {
    event_id: String,
    /// park_start or park_end.
    event_type: String,
    /// Absent where the bay is gone.
    event_location: Option<CurbPoint>,
    event_time: u64,
    /// The end of the hour with which it was settled.
    event_publication_time: u64,
    /// The same for both events of a visit; absent where one of its ends was not seen.
    event_session_id: Option<String>,
    curb_zone_id: String,
    curb_space_id: String,
    /// above_ground (a sensor), other (a gate) or in_person (an app).
    data_source_type: String,
    /// What watched that bay, of that kind, in that month.
    data_source_device_id: String,
    sensor_status_is_online: Option<bool>,
}

/// A point of RFC 7946.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbPoint {
    r#type: String,
    coordinates: Vec<f64>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CurbStatusQuery {
    /// There are no curb areas: 501.
    curb_area_id: Option<String>,
    /// Not by place: 501.
    curb_zone_id: Option<String>,
    /// Not by place: 501.
    curb_space_id: Option<String>,
    /// There are no curb objects: 501.
    curb_object_id: Option<String>,
    /// As in `links.next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// A page of sources.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbStatuses {
    version: String,
    time_zone: String,
    last_updated: u64,
    currency: String,
    author: Option<String>,
    license_url: Option<String>,
    custom_attributes_dictionary: Option<String>,
    data: CurbStatusData,
    links: CdsLinks,
}

#[derive(ToSchema)]
pub(in crate::serve) struct CurbStatusData {
    status: Vec<CurbStatusShown>,
}

/// A Curb Status.
#[derive(ToSchema)]
pub(in crate::serve) struct CurbStatusShown {
    data_source_device_id: String,
    /// above_ground, other, in_person or payment.
    data_source_type: String,
    /// Whether a key may speak for it.
    sensor_status_is_commissioned: bool,
    /// Whether it was heard within its limit.
    sensor_status_is_online: bool,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct AggregatesQuery {
    /// zone, or space; there are no areas and no objects (501).
    curb_place_type: Option<String>,
    /// UUID version 5, in the namespace of URLs, of `urn:bayhub:zone:` and the zone's id, or of
    /// `urn:bayhub:bay:` and the bay's.
    curb_place_id: Option<String>,
    /// total_sessions, total_events, turnover, average_dwell_time or occupancy_percent; absent:
    /// all.
    metric_type: Option<String>,
    /// The southern edge of a box, degrees; all four of them or none.
    min_lat: Option<f64>,
    /// Its western edge.
    min_lng: Option<f64>,
    /// Its northern edge.
    max_lat: Option<f64>,
    /// Its eastern edge.
    max_lng: Option<f64>,
    /// The middle of a circle, degrees; with `lng` and `radius`, in place of the box. Nearest first;
    /// for at most 31 days.
    lat: Option<f64>,
    /// Likewise.
    lng: Option<f64>,
    /// The circle's radius, centimetres.
    radius: Option<f64>,
    /// ms since 1970, inclusive.
    start_time: Option<u64>,
    /// ms since 1970, exclusive.
    end_time: Option<u64>,
    /// As in the `Link` of the answer before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct SessionsQuery {
    /// zone, or space; there are no areas and no objects (501).
    curb_place_type: Option<String>,
    /// The UUID of that place.
    curb_place_id: Option<String>,
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
    /// ms since 1970, inclusive.
    start_time: Option<u64>,
    /// ms since 1970, exclusive.
    end_time: Option<u64>,
    /// As in the `Link` of the answer before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}
