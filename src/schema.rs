//! The domain's closed vocabularies as JSON schemas, for the descriptions of calls (OpenAPI) and of
//! messages (AsyncAPI). Each is made of the domain's own list, so that a word cannot be forgotten.

use crate::domain;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A type that stands in a description for one of these words.
macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident: $words:expr;)+) => {$(
        $(#[doc = $doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of(concat!($($doc),*).trim(), $words)
            }
        }

        impl ToSchema for $name {}
    )+};
}

words! {
    BayKind: domain::BayKind::NAMES;
    ZoneKind: domain::ZoneKind::NAMES;
    /// What a zone is, or what it has bays for.
    AnyKind: domain::ZoneKind::NAMES.into_iter().chain(domain::BayKind::NAMES);
    BayState: domain::BayStatus::NAMES;
    /// In which coordinates places are: WGS 84, or as maps of mainland China have them.
    Crs: domain::Crs::NAMES;
    CountState: domain::CountState::NAMES;
    /// As it is for who looks for a bay: `reserved` is one that stands empty for who has booked it.
    ShownState: domain::BayStatus::NAMES.into_iter().chain(["reserved"]);
    /// Who has said it; `booking`: the hub, for who has booked the bay.
    ShownSourceKind: domain::SourceKind::NAMES.into_iter().chain(["booking"]);
    SourceKind: domain::SourceKind::NAMES;
    /// How far what a key's apps say is trusted; for sensors and gates it has no effect.
    Standing: domain::Standing::NAMES;
    Reason: domain::Reason::NAMES;
    /// Whether figures are of bays that speak for themselves, or of counts of a whole zone.
    Basis: domain::Basis::NAMES;
    /// What a forecast rests on: how full a zone usually is, or that it stays as it is.
    ForecastBasis: domain::ForecastBasis::NAMES;
    /// What a problem is of: the service codes of Open311.
    ProblemCode: domain::ProblemCode::NAMES;
    /// How far a problem has come.
    ProblemState: domain::ProblemState::NAMES;
    /// What a source is suspected of.
    Suspicion: domain::Suspicion::NAMES;
    /// What is wrong with a zone, a bay or a device of the registry.
    FaultKind: domain::FaultKind::NAMES;
    /// Why the state is what it is.
    Why: ["reported", "never_reported", "stale", "reserved", "offered", "order"];
}

fn one_of(description: &str, words: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description((!description.is_empty()).then_some(description))
        .enum_values(Some(words))
        .into()
}
