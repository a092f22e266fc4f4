//! GeoJSON (RFC 7946): each bay or zone a feature, its members the properties.

use super::{AnswerKind, Format, Lists, bay_members, zone_members};
use crate::serve::api::schema;
use utoipa::ToSchema;
use utoipa::openapi::{Ref, RefOr, Schema};

pub(super) static FORMAT: Format = Format {
    name: "geojson",
    media_type: "application/geo+json",
    content_type: "application/geo+json",
    lists: Lists::Mixed,
    nearby: bay_members::nearby::<true>,
    bay: bay_members::bay::<true>,
    zones: zone_members::list::<true>,
    zone: zone_members::zone::<true>,
    keeps: false,
    schema: described,
};

fn described(answer: AnswerKind) -> RefOr<Schema> {
    let name = match answer {
        AnswerKind::Nearby | AnswerKind::Zones => schema::FeatureCollection::name(),
        AnswerKind::Bay | AnswerKind::Zone => schema::Feature::name(),
    };
    Ref::from_schema_name(name).into()
}
