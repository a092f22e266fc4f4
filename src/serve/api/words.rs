//! The closed vocabularies: kinds, states, reasons.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use utoipa::ToSchema;

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum BayKind {
    Car,
    Motorcycle,
    Heavy,
    Bicycle,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum ZoneKind {
    OnStreet,
    OffStreet,
    Private,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum AnyKind {
    OnStreet,
    OffStreet,
    Private,
    Car,
    Motorcycle,
    Heavy,
    Bicycle,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum BayState {
    Vacant,
    Occupied,
    Unknown,
    Closed,
}

/// As it is for who looks for a bay: `reserved` is one that stands empty for who has booked it.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum ShownState {
    Vacant,
    Occupied,
    Unknown,
    Closed,
    Reserved,
}

/// Who has said it; `booking`: the hub, for who has booked the bay.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum ShownSourceKind {
    Sensor,
    App,
    Gate,
    Booking,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum SourceKind {
    Sensor,
    App,
    Gate,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum Reason {
    Malformed,
    UnknownBay,
    UnknownZone,
    UnknownSource,
    UnknownDevice,
    Forbidden,
    TooFarInFuture,
    TooOld,
    TooLarge,
}

/// Why the state is what it is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum Why {
    Reported,
    NeverReported,
    Stale,
    Reserved,
}
