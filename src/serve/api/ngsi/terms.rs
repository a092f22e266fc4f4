//! Types and attributes of Smart Data Models that bays and zones are told as, each with its published
//! IRI, and the `@context` that says so.
//!
//! Promise: what is told has its term in the context, and the context has nothing else.

use serde_json::{Map, Value, json};

/// Where parking's own terms live.
const PARKING: &str = "https://smartdatamodels.org/dataModel.Parking/";

/// Where terms that all models share live.
const COMMON: &str = "https://smartdatamodels.org/";

/// Where the standard's own live.
const CORE: &str = "https://uri.etsi.org/ngsi-ld/";

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::serve) enum EntityKind {
    OnStreet,
    OffStreet,
    Group,
    Spot,
}

impl EntityKind {
    /// In the order in which entities are told.
    pub(super) const ALL: [Self; 4] = [Self::OnStreet, Self::OffStreet, Self::Group, Self::Spot];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::OnStreet => "OnStreetParking",
            Self::OffStreet => "OffStreetParking",
            Self::Group => "ParkingGroup",
            Self::Spot => "ParkingSpot",
        }
    }

    pub(super) fn iri(self) -> String {
        format!("{PARKING}{}", self.name())
    }

    /// By its short name or its IRI.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let short = text.strip_prefix(PARKING).unwrap_or(text);
        Self::ALL.into_iter().find(|kind| kind.name() == short)
    }

    /// Attributes that one may have.
    pub(super) fn terms(self) -> impl Iterator<Item = Term> {
        Term::ALL
            .into_iter()
            .filter(move |term| term.kinds().contains(&self))
    }
}

/// An attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Term {
    Name,
    Owner,
    DataProvider,
    Source,
    Location,
    TotalSpotNumber,
    AvailableSpotNumber,
    OccupiedSpotNumber,
    OutOfServiceSlotNumber,
    Occupancy,
    Status,
    ObservationDateTime,
    OccupancyModified,
    TimeInstant,
    Category,
    AllowedVehicleType,
    MaximumParkingDuration,
    MaximumAllowedHeight,
    PriceRatePerMinute,
    PriceCurrency,
    OccupancyDetectionType,
    RefParkingSite,
}

impl Term {
    pub(super) const ALL: [Self; 22] = [
        Self::Name,
        Self::Owner,
        Self::DataProvider,
        Self::Source,
        Self::Location,
        Self::TotalSpotNumber,
        Self::AvailableSpotNumber,
        Self::OccupiedSpotNumber,
        Self::OutOfServiceSlotNumber,
        Self::Occupancy,
        Self::Status,
        Self::ObservationDateTime,
        Self::OccupancyModified,
        Self::TimeInstant,
        Self::Category,
        Self::AllowedVehicleType,
        Self::MaximumParkingDuration,
        Self::MaximumAllowedHeight,
        Self::PriceRatePerMinute,
        Self::PriceCurrency,
        Self::OccupancyDetectionType,
        Self::RefParkingSite,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Owner => "owner",
            Self::DataProvider => "dataProvider",
            Self::Source => "source",
            Self::Location => "location",
            Self::TotalSpotNumber => "totalSpotNumber",
            Self::AvailableSpotNumber => "availableSpotNumber",
            Self::OccupiedSpotNumber => "occupiedSpotNumber",
            Self::OutOfServiceSlotNumber => "outOfServiceSlotNumber",
            Self::Occupancy => "occupancy",
            Self::Status => "status",
            Self::ObservationDateTime => "observationDateTime",
            Self::OccupancyModified => "occupancyModified",
            Self::TimeInstant => "timeInstant",
            Self::Category => "category",
            Self::AllowedVehicleType => "allowedVehicleType",
            Self::MaximumParkingDuration => "maximumParkingDuration",
            Self::MaximumAllowedHeight => "maximumAllowedHeight",
            Self::PriceRatePerMinute => "priceRatePerMinute",
            Self::PriceCurrency => "priceCurrency",
            Self::OccupancyDetectionType => "occupancyDetectionType",
            Self::RefParkingSite => "refParkingSite",
        }
    }

    const fn vocabulary(self) -> &'static str {
        match self {
            Self::Name | Self::Owner | Self::DataProvider | Self::Source | Self::TimeInstant => {
                COMMON
            }
            Self::Location | Self::Status => CORE,
            _ => PARKING,
        }
    }

    pub(super) fn iri(self) -> String {
        format!("{}{}", self.vocabulary(), self.name())
    }

    /// By its short name or its IRI.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_it = |term: &Self| {
            let short = text.strip_prefix(term.vocabulary()).unwrap_or(text);
            short == term.name()
        };
        Self::ALL.into_iter().find(is_it)
    }

    /// All short names, for messages.
    pub(super) fn list() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Whether it says how things stand at a moment: it is not told while nobody knows.
    pub(super) const fn is_live(self) -> bool {
        matches!(
            self,
            Self::AvailableSpotNumber
                | Self::OccupiedSpotNumber
                | Self::OutOfServiceSlotNumber
                | Self::Occupancy
                | Self::Status
                | Self::ObservationDateTime
                | Self::OccupancyModified
                | Self::TimeInstant
        )
    }

    /// What sort of attribute it is, as `/attributes` tells it.
    pub(super) const fn form(self) -> &'static str {
        match self {
            Self::Location => "GeoProperty",
            Self::RefParkingSite => "Relationship",
            _ => "Property",
        }
    }

    /// The types whose entities may have it.
    pub(super) const fn kinds(self) -> &'static [EntityKind] {
        use EntityKind::{Group, OffStreet, OnStreet, Spot};
        match self {
            Self::Name | Self::Location | Self::Category => &[OnStreet, OffStreet, Spot],
            Self::TotalSpotNumber | Self::AvailableSpotNumber | Self::AllowedVehicleType => {
                &[OnStreet, OffStreet, Group]
            }
            Self::Status => &[OffStreet, Spot],
            Self::Occupancy
            | Self::MaximumAllowedHeight
            | Self::PriceRatePerMinute
            | Self::PriceCurrency => &[OffStreet],
            Self::TimeInstant => &[Spot],
            Self::RefParkingSite => &[Group, Spot],
            _ => &[OnStreet, OffStreet],
        }
    }
}

/// The `@context` with every term that entities are told in.
pub(super) fn context() -> Value {
    let mut terms = Map::new();
    for (word, means) in [("id", "@id"), ("type", "@type"), ("ngsi-ld", CORE)] {
        terms.insert(word.to_owned(), means.into());
    }
    for kind in EntityKind::ALL {
        terms.insert(kind.name().to_owned(), kind.iri().into());
    }
    for term in Term::ALL {
        terms.insert(term.name().to_owned(), term.iri().into());
    }
    terms.insert(
        "coordinates".to_owned(),
        json!({"@id": "https://purl.org/geojson/vocab#coordinates", "@container": "@list"}),
    );
    json!({"@context": terms})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_by_its_short_name_and_by_its_iri() {
        for kind in EntityKind::ALL {
            assert_eq!(EntityKind::parse(kind.name()), Some(kind));
            assert_eq!(EntityKind::parse(&kind.iri()), Some(kind));
        }
        for term in Term::ALL {
            assert_eq!(Term::parse(term.name()), Some(term));
            assert_eq!(Term::parse(&term.iri()), Some(term));
            assert!(!term.kinds().is_empty(), "{term:?}");
        }
        assert_eq!(Term::parse("Status"), None);
        assert_eq!(EntityKind::parse("https://example.org/ParkingSpot"), None);
    }

    #[test]
    fn the_context_has_each_term_once_and_places_are_the_standards() {
        let context = context();
        let terms = context["@context"].as_object().unwrap();
        for name in EntityKind::ALL.map(EntityKind::name) {
            assert!(terms.contains_key(name), "{name}");
        }
        assert_eq!(terms["status"], "https://uri.etsi.org/ngsi-ld/status");
        assert_eq!(terms["name"], "https://smartdatamodels.org/name");
    }
}
