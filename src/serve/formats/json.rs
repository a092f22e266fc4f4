//! Plain JSON: what a client gets that does not ask for anything else.

use super::{AnswerKind, Format, Lists, bay_members, zone_members};
use crate::serve::api::drivers::schema;
use utoipa::ToSchema;
use utoipa::openapi::{Ref, RefOr, Schema};

pub(in crate::serve) static FORMAT: Format = Format {
    name: "json",
    media_type: "application/json",
    content_type: "application/json",
    lists: Lists::All,
    nearby: bay_members::nearby::<false>,
    bay: bay_members::bay::<false>,
    zones: zone_members::list::<false>,
    zone: zone_members::zone::<false>,
    keeps: true,
    schema: described,
};

fn described(answer: AnswerKind) -> RefOr<Schema> {
    let name = match answer {
        AnswerKind::Nearby => schema::Nearby::name(),
        AnswerKind::Bay => schema::BayDetail::name(),
        AnswerKind::Zones => schema::Zones::name(),
        AnswerKind::Zone => schema::Zone::name(),
    };
    Ref::from_schema_name(name).into()
}
