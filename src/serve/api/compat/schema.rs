//! What these feeds are asked and answer, as the description tells it: their members, by the names of
//! those who made them.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CarparkAvailabilityQuery {
    /// A time of the configured zone, without an offset; only now, give or take a minute, is served.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$")]
    date_time: Option<String>,
    /// true: also car parks that are stale, with 0 available.
    include_stale: Option<bool>,
}

/// `carpark-availability` of data.gov.sg.
#[derive(ToSchema)]
pub(in crate::serve) struct CarparkAvailability {
    /// Exactly one.
    items: Vec<CarparkItem>,
    api_info: CarparkApiInfo,
}

#[derive(ToSchema)]
struct CarparkApiInfo {
    /// `healthy`
    status: String,
}

#[derive(ToSchema)]
struct CarparkItem {
    /// When it was asked for, with the offset of the configured zone.
    #[schema(format = DateTime)]
    timestamp: String,
    carpark_data: Vec<CarparkRow>,
}

#[derive(ToSchema)]
struct CarparkRow {
    /// The zone's id, or its alias that begins with `datagovsg:`, without that.
    carpark_number: String,
    /// When it was last observed, in the configured zone.
    update_datetime: String,
    carpark_info: Vec<CarparkLots>,
}

#[derive(ToSchema)]
struct CarparkLots {
    /// A number as a text: lots in service.
    total_lots: String,
    /// C, Y or H.
    lot_type: String,
    /// A number as a text, never above the total.
    lots_available: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CarParkAvailabilityV2Query {
    /// Rows to pass over.
    #[param(
        rename = "$skip",
        minimum = 0,
        maximum = 4_294_967_295_u32,
        default = 0
    )]
    skip: Option<u32>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(in crate::serve) struct AccountKeyHeader {
    /// The key, as DataMall's clients send it; `Authorization` goes before it.
    #[param(rename = "AccountKey")]
    account_key: Option<String>,
}

/// `CarParkAvailabilityv2` of LTA DataMall.
#[derive(ToSchema)]
pub(in crate::serve) struct CarParkAvailabilityV2 {
    #[schema(rename = "odata.metadata")]
    metadata: String,
    value: Vec<CarParkLotRow>,
}

#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
struct CarParkLotRow {
    /// The zone's id, or its alias that begins with `datamall:`, without that.
    #[schema(rename = "CarParkID")]
    car_park_id: String,
    /// Empty.
    area: String,
    /// The zone's name.
    development: String,
    /// Latitude and longitude with a space between them.
    location: String,
    available_lots: u32,
    /// C, Y or H.
    lot_type: String,
    /// The zone's operator.
    agency: String,
}

/// The index of ParkAPI.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ParkApiIndex {
    pub(super) api_version: &'static str,
    /// The hub's.
    pub(super) server_version: &'static str,
    /// Where the interface is described.
    pub(super) reference: &'static str,
    /// Areas by name.
    #[schema(value_type = BTreeMap<String, String>)]
    pub(super) cities: BTreeMap<&'static str, &'static str>,
}

/// Lots of ParkAPI.
#[derive(ToSchema)]
pub(in crate::serve) struct ParkApiLots {
    /// The newest observation, UTC.
    last_updated: String,
    /// When it was asked for, UTC.
    last_downloaded: String,
    lots: Vec<ParkApiLot>,
}

#[derive(ToSchema)]
struct ParkApiLot {
    id: String,
    name: String,
    coords: ParkApiCoords,
    /// Empty.
    address: String,
    /// `Parkplatz` off the street, `Straße` on it.
    lot_type: String,
    /// Bays; absent where nobody says how many.
    total: Option<u32>,
    /// Accessible ones among them; absent where none are known.
    #[schema(rename = "total:disabled")]
    total_disabled: Option<u32>,
    /// Vacant bays; absent while nothing is known.
    free: Option<u32>,
    /// Vacant accessible bays; absent while nothing is known.
    #[schema(rename = "free:disabled")]
    free_disabled: Option<u32>,
    /// `open`, `closed` or `nodata`.
    state: String,
    /// false
    forecast: bool,
}

#[derive(ToSchema)]
struct ParkApiCoords {
    lat: f64,
    lng: f64,
}
