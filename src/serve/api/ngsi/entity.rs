//! Zones, the kinds of bay in them, and bays as entities of Smart Data Models.
//!
//! Promises: what the caller does not see is not there: of a private zone there are its offers, of a
//! private bay nothing. While a zone is stale its live attributes are absent, for nobody knows them. A
//! bay that is kept for who has booked it counts as occupied. Dear: where no sensor watches, a look at
//! every bay of a zone to know that.

use super::facts::{BayFacts, CityFacts};
use super::terms::{EntityKind, Term};
use crate::domain::{BayIx, BayKind, BayStatus, Currency, Millis, SourceKind, ZoneIx, ZoneKind};
use crate::registry::city::Polygon;
use crate::serve::atlas::Atlas;
use crate::serve::formats::ZoneTold;
use crate::serve::sight::Sight;
use crate::serve::told_in::ToldIn;
use std::borrow::Cow;

/// Names of entities begin so.
pub(super) const URN: &str = "urn:ngsi-ld:";

/// The longest name of an owner that the models take.
const LONGEST_OWNER: usize = 256;

/// An entity, before it is written in a form.
pub(super) struct NgsiEntity<'c> {
    pub(super) kind: EntityKind,
    /// Its id without what comes before it in the URN.
    pub(super) name: Cow<'c, str>,
    pub(super) attrs: Vec<(Term, TermValue<'c>)>,
    pub(super) observed_at: Millis,
}

/// What an attribute says.
pub(super) enum TermValue<'c> {
    Text(Cow<'c, str>),
    Words(Vec<&'c str>),
    Number(f64),
    Time(Millis),
    Place(EntityPlace<'c>),
    /// Another entity.
    Ref(EntityKind, &'c str),
}

/// Where an entity is.
#[derive(Clone, Copy)]
pub(super) enum EntityPlace<'c> {
    /// Latitude, longitude in 1e-7 degrees, as told.
    Point((i32, i32)),
    Outline(&'c [Polygon], ToldIn),
}

/// What may be an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Candidate {
    Zone(ZoneIx),
    Group(ZoneIx, BayKind),
    Spot(BayIx),
}

/// Makes entities of what somebody sees.
#[derive(Clone, Copy)]
pub(super) struct EntityMaker<'a> {
    pub(super) sight: Sight<'a>,
    pub(super) atlas: &'a Atlas,
    pub(super) facts: &'a CityFacts,
    pub(super) currency: Currency,
    pub(super) told_in: ToldIn,
}

impl NgsiEntity<'_> {
    /// The whole URN.
    pub(super) fn id(&self) -> String {
        urn(self.kind, &self.name)
    }

    pub(super) fn get(&self, term: Term) -> Option<&TermValue<'_>> {
        let found = self.attrs.iter().find(|(its, _)| *its == term);
        found.map(|(_, value)| value)
    }
}

pub(super) fn urn(kind: EntityKind, name: &str) -> String {
    format!("{URN}{}:{name}", kind.name())
}

/// What a zone is told as.
pub(super) const fn kind_of(zone: ZoneKind) -> EntityKind {
    match zone {
        ZoneKind::OnStreet => EntityKind::OnStreet,
        ZoneKind::OffStreet | ZoneKind::Private => EntityKind::OffStreet,
    }
}

/// The last part of a group's name.
const fn group_word(kind: BayKind) -> &'static str {
    kind.name()
}

/// The zone and the kind that a group's name is made of.
pub(super) fn read_group(name: &str) -> Option<(&str, BayKind)> {
    let (zone, kind) = name.rsplit_once('-')?;
    Some((zone, BayKind::parse(kind)?))
}

/// A vehicle, as zones are told to take it.
const fn vehicle(kind: BayKind) -> &'static str {
    match kind {
        BayKind::Car => "car",
        BayKind::Motorcycle => "motorcycle",
        BayKind::Heavy => "lorry",
        BayKind::Bicycle => "bicycle",
    }
}

/// The same of groups, whose model has other words.
const fn group_vehicle(kind: BayKind) -> &'static str {
    match kind {
        BayKind::Heavy => "truck",
        other => vehicle(other),
    }
}

impl<'a> EntityMaker<'a> {
    /// `None` for what is not there, or not seen.
    pub(super) fn make(&self, candidate: Candidate) -> Option<NgsiEntity<'a>> {
        match candidate {
            Candidate::Zone(zone) => self.zone(zone),
            Candidate::Group(zone, kind) => self.group(zone, kind),
            Candidate::Spot(bay) => self.spot(bay),
        }
    }

    /// Whether there would be one, without making it.
    pub(super) fn is_there(&self, candidate: Candidate) -> bool {
        let Sight { city, .. } = self.sight;
        match candidate {
            Candidate::Zone(zone) => self.sight.sees_zone(zone),
            Candidate::Group(..) => self.make(candidate).is_some(),
            Candidate::Spot(bay) => {
                city.is_live(bay) && (!city.is_private(bay) || self.sight.own(bay))
            }
        }
    }

    fn zone(&self, zone: ZoneIx) -> Option<NgsiEntity<'a>> {
        let told = self.sight.zone(self.atlas, zone)?;
        let spec = &told.zone.spec;
        let kind = kind_of(spec.kind);
        let is_shut = self.sight.is_shut(zone);
        let facts = if is_shut {
            BayFacts::default()
        } else {
            self.facts_of(zone)
        };
        let mut attrs = Vec::with_capacity(20);
        self.described(&mut attrs, &told);
        numbers(&mut attrs, &told, kind);
        let mut category = vec![match spec.kind {
            ZoneKind::Private => "private",
            ZoneKind::OnStreet | ZoneKind::OffStreet => "public",
        }];
        if kind == EntityKind::OnStreet {
            let is_paid = facts.is_paid || spec.price_cents_per_hour.is_some_and(|p| p > 0);
            category.extend(is_paid.then_some("feeCharged"));
            category.extend(facts.accessible.then_some("forDisabled"));
            category.extend(facts.ev_charging.then_some("forElectricalCharging"));
        }
        attrs.push((Term::Category, TermValue::Words(category)));
        let vehicles = vehicles(&told);
        if !vehicles.is_empty() {
            attrs.push((Term::AllowedVehicleType, TermValue::Words(vehicles)));
        }
        if let Some(minutes) = facts.max_stay_min() {
            let text = format!("PT{minutes}M").into();
            attrs.push((Term::MaximumParkingDuration, TermValue::Text(text)));
        }
        if kind == EntityKind::OffStreet && !is_shut {
            self.off_street(&mut attrs, &told, facts);
        }
        let detection = self.detection(zone, &told, is_shut);
        if !detection.is_empty() {
            attrs.push((Term::OccupancyDetectionType, TermValue::Words(detection)));
        }
        Some(NgsiEntity {
            kind,
            name: spec.id.as_str().into(),
            observed_at: told.tally.observed_at,
            attrs,
        })
    }

    /// Of its bays and those of its areas and floors, as far as they are seen.
    fn facts_of(&self, zone: ZoneIx) -> BayFacts {
        let parts = self.sight.city.zone(zone).parts.iter();
        let seen = parts.filter(|part| !self.sight.is_shut(**part));
        seen.fold(self.facts.of(zone), |all, part| {
            all.with(self.facts.of(*part))
        })
    }

    fn described(&self, attrs: &mut Vec<(Term, TermValue<'a>)>, told: &ZoneTold<'a>) {
        let spec = &told.zone.spec;
        if !spec.name.is_empty() {
            attrs.push((Term::Name, TermValue::Text(spec.name.as_str().into())));
        }
        if !spec.operator.is_empty() {
            let operator = spec.operator.as_str();
            if is_identifier(operator) {
                attrs.push((Term::Owner, TermValue::Words(vec![operator])));
            }
            attrs.push((Term::DataProvider, TermValue::Text(operator.into())));
        }
        if let Some(credit) = &told.credit {
            let credit = String::clone(credit);
            attrs.push((Term::Source, TermValue::Text(credit.into())));
        }
        let place = if spec.outline.is_empty() {
            EntityPlace::Point(self.told_in.place_e7(spec.place.e7()))
        } else {
            EntityPlace::Outline(&spec.outline, self.told_in)
        };
        attrs.push((Term::Location, TermValue::Place(place)));
    }

    fn off_street(
        &self,
        attrs: &mut Vec<(Term, TermValue<'a>)>,
        told: &ZoneTold<'a>,
        facts: BayFacts,
    ) {
        let spec = &told.zone.spec;
        let lowest = [spec.max_height_cm, facts.max_height_cm()];
        if let Some(cm) = lowest.into_iter().flatten().filter(|cm| *cm > 0).min() {
            let metres = TermValue::Number(f64::from(cm) / 100.0);
            attrs.push((Term::MaximumAllowedHeight, metres));
        }
        let hourly = spec.price_cents_per_hour;
        if let Some(minor) = hourly.or_else(|| facts.price_cents_per_hour()) {
            let unit = 10_f64.powi(self.currency.decimals().into());
            let a_minute = f64::from(minor) / unit / 60.0;
            attrs.push((Term::PriceRatePerMinute, TermValue::Number(a_minute)));
            let code = self.currency.code().to_owned();
            attrs.push((Term::PriceCurrency, TermValue::Text(code.into())));
        }
    }

    /// How it is known who stands there.
    fn detection(&self, zone: ZoneIx, told: &ZoneTold<'_>, is_shut: bool) -> Vec<&'static str> {
        let mut ways = Vec::new();
        if is_shut {
            return ways;
        }
        let Sight { city, live, .. } = self.sight;
        let parts = city.zone(zone).parts.iter().copied();
        let seen = parts.filter(|part| !self.sight.is_shut(*part));
        let is_watched = std::iter::once(zone).chain(seen).any(|zone| {
            city.bays_of(zone).any(|bay| {
                let view = live.bay(city, bay);
                view.source_kind == SourceKind::Sensor && !view.observed_at.is_never()
            })
        });
        ways.extend(is_watched.then_some("singleSpaceDetection"));
        ways.extend((!told.tally.ever_counted.is_empty()).then_some("balancing"));
        ways
    }

    fn group(&self, zone: ZoneIx, kind: BayKind) -> Option<NgsiEntity<'a>> {
        let told = self.sight.zone(self.atlas, zone)?;
        let spec = &told.zone.spec;
        let tally = &told.tally;
        let total = tally.capacity_by_kind[kind as usize];
        if total == 0 {
            return None;
        }
        let mut attrs = Vec::with_capacity(4);
        let site = TermValue::Ref(kind_of(spec.kind), &spec.id);
        attrs.push((Term::RefParkingSite, site));
        let vehicle = TermValue::Text(group_vehicle(kind).into());
        attrs.push((Term::AllowedVehicleType, vehicle));
        if !tally.unsized_kinds.has(kind) {
            attrs.push((Term::TotalSpotNumber, TermValue::Number(total.into())));
        }
        if told.is_live() && told.shows(kind) {
            let vacant = tally.vacant[kind as usize];
            attrs.push((Term::AvailableSpotNumber, TermValue::Number(vacant.into())));
        }
        Some(NgsiEntity {
            kind: EntityKind::Group,
            name: format!("{}-{}", spec.id, group_word(kind)).into(),
            attrs,
            observed_at: tally.observed_at,
        })
    }

    fn spot(&self, bay: BayIx) -> Option<NgsiEntity<'a>> {
        let Sight { city, .. } = self.sight;
        let seen = self.sight.bay(bay).filter(|seen| !seen.as_offered)?;
        let id: &str = city.bay_id(bay);
        let zone = &city.zone(city.zone_of(bay)).spec;
        let status = match seen.view.status {
            BayStatus::Vacant if seen.reserved => "occupied",
            BayStatus::Vacant => "free",
            BayStatus::Occupied => "occupied",
            BayStatus::Closed => "closed",
            BayStatus::Unknown => "unknown",
        };
        let category = match zone.kind {
            ZoneKind::OnStreet => "onStreet",
            ZoneKind::OffStreet | ZoneKind::Private => "offStreet",
        };
        let place = EntityPlace::Point(self.told_in.place_e7(city.place_e7(bay)));
        let observed_at = seen.view.observed_at;
        let mut attrs = Vec::with_capacity(6);
        attrs.push((Term::Name, TermValue::Text(id.into())));
        attrs.push((Term::Location, TermValue::Place(place)));
        attrs.push((Term::Status, TermValue::Text(status.into())));
        if !observed_at.is_never() {
            attrs.push((Term::TimeInstant, TermValue::Time(observed_at)));
        }
        attrs.push((Term::Category, TermValue::Words(vec![category])));
        let site = TermValue::Ref(kind_of(zone.kind), &zone.id);
        attrs.push((Term::RefParkingSite, site));
        Some(NgsiEntity {
            kind: EntityKind::Spot,
            name: id.into(),
            attrs,
            observed_at,
        })
    }
}

/// How many there are, and how many are free.
fn numbers(attrs: &mut Vec<(Term, TermValue<'_>)>, told: &ZoneTold<'_>, kind: EntityKind) {
    let tally = &told.tally;
    let bays = told.known_bays();
    let number = |n: u32| TermValue::Number(n.into());
    let closed = told.is_live().then_some(tally.closed);
    for (term, n) in [
        (Term::TotalSpotNumber, bays.capacity),
        (Term::AvailableSpotNumber, bays.vacant),
        (Term::OccupiedSpotNumber, bays.occupied),
        (Term::OutOfServiceSlotNumber, closed),
    ] {
        if let Some(n) = n {
            attrs.push((term, number(n)));
        }
    }
    if kind == EntityKind::OffStreet && told.is_live() {
        if let Some((taken, known)) = bays.taken_of_known() {
            let share = taken as f64 / known as f64;
            attrs.push((Term::Occupancy, TermValue::Number(share)));
        }
        let mut status = vec![if bays.is_closed { "closed" } else { "open" }];
        if !bays.is_closed && bays.vacant > Some(0) {
            status.push("spacesAvailable");
        } else if bays.is_full() {
            status.push("full");
        }
        attrs.push((Term::Status, TermValue::Words(status)));
    }
    if !tally.observed_at.is_never() {
        for term in [Term::ObservationDateTime, Term::OccupancyModified] {
            attrs.push((term, TermValue::Time(tally.observed_at)));
        }
    }
}

/// Those that a zone has bays for, the one with most of them first.
fn vehicles(told: &ZoneTold<'_>) -> Vec<&'static str> {
    let by_kind = &told.tally.capacity_by_kind;
    let has = |kind: &BayKind| by_kind[*kind as usize] > 0 || told.kinds & (1 << *kind as u8) != 0;
    let mut kinds: Vec<BayKind> = BayKind::ALL.into_iter().filter(has).collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(by_kind[*kind as usize]));
    kinds.into_iter().map(vehicle).collect()
}

/// Whether the models take a text for the name of an entity.
fn is_identifier(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "_-.{}$+*[]`|~^@!,:\\".contains(c);
    text.chars().count() <= LONGEST_OWNER && text.chars().all(fits)
}
