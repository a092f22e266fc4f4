//! Which entities are meant, and how they are to be written: what a question's parameters say.
//!
//! Promise: each parameter is honoured or refused; an unknown type has no entities and an unknown
//! attribute is had by none, which is what the standard wants of both.

use super::entity::{NgsiEntity, TermValue};
use super::geo::{GeoParams, GeoQuery};
use super::q::AttrQuery;
use super::terms::{EntityKind, Term};
use super::write::EntityForm;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::{Params, quoted};
use regex::{Regex, RegexBuilder};

/// The most entities of one page, and how many without a `limit`.
pub(super) const MAX_LIMIT: usize = 1_000;
pub(super) const DEFAULT_LIMIT: usize = 100;

/// Where a walk may begin at most.
pub(super) const MAX_OFFSET: usize = 100_000_000;

/// The most ids of one question, and the longest pattern and id.
const MAX_IDS: usize = 500;
const LONGEST_PATTERN: usize = 256;
const LONGEST_ID: usize = 512;

/// As large as a pattern may become, bytes.
const PATTERN_BYTES: usize = 256 * 1024;

/// Parameters of a question for entities.
pub(super) const KNOWN: [&str; 17] = [
    "type",
    "id",
    "idPattern",
    "attrs",
    "q",
    "georel",
    "geometry",
    "coordinates",
    "geoproperty",
    "limit",
    "offset",
    "count",
    "format",
    "options",
    "local",
    "crs",
    "lang",
];

/// Entities by what they are called.
#[derive(Clone, Debug, Default)]
pub(super) struct EntitySelector {
    /// `None`: of any type.
    pub(super) kinds: Option<Vec<EntityKind>>,
    /// `None`: whatever their id.
    pub(super) ids: Option<Vec<String>>,
    pub(super) pattern: Option<Regex>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct EntitySelection {
    /// One of these takes it.
    pub(super) selectors: Vec<EntitySelector>,
    /// It has one of these, and is told with them alone; `None`: all.
    pub(super) attrs: Option<Vec<Term>>,
    pub(super) q: Option<AttrQuery>,
    pub(super) geo: Option<GeoQuery>,
}

/// Which part of them, and how it is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PageWish {
    pub(super) limit: usize,
    pub(super) offset: usize,
    pub(super) count: bool,
    pub(super) form: EntityForm,
}

impl EntitySelector {
    pub(super) fn takes_kind(&self, kind: EntityKind) -> bool {
        let kinds = self.kinds.as_ref();
        kinds.is_none_or(|kinds| kinds.contains(&kind))
    }

    fn takes(&self, entity: &NgsiEntity<'_>) -> bool {
        if !self.takes_kind(entity.kind) {
            return false;
        }
        if self.ids.is_none() && self.pattern.is_none() {
            return true;
        }
        let id = entity.id();
        let ids = self.ids.as_ref();
        ids.is_none_or(|ids| ids.contains(&id))
            && self.pattern.as_ref().is_none_or(|p| p.is_match(&id))
    }

    fn is_by_kind(&self) -> bool {
        self.ids.is_none() && self.pattern.is_none()
    }
}

impl EntitySelection {
    /// Whether some entity of that type may be meant.
    pub(super) fn takes_kind(&self, kind: EntityKind) -> bool {
        self.selectors.iter().any(|s| s.takes_kind(kind))
    }

    /// Whether all of a type are meant, whatever they say.
    pub(super) fn is_by_kind(&self) -> bool {
        self.attrs.is_none()
            && self.q.is_none()
            && self.geo.is_none()
            && self.selectors.iter().all(EntitySelector::is_by_kind)
    }

    /// The ids that are asked for, where each selector names some.
    pub(super) fn ids(&self) -> Option<Vec<&str>> {
        let mut all = Vec::new();
        for selector in &self.selectors {
            all.extend(selector.ids.as_ref()?.iter().map(String::as_str));
        }
        Some(all)
    }

    pub(super) fn takes(&self, entity: &NgsiEntity<'_>) -> bool {
        let attrs = self.attrs.as_ref();
        self.selectors.iter().any(|s| s.takes(entity))
            && attrs.is_none_or(|attrs| attrs.iter().any(|term| entity.get(*term).is_some()))
            && self.q.as_ref().is_none_or(|q| q.holds(entity))
            && self
                .geo
                .as_ref()
                .is_none_or(|geo| match entity.get(Term::Location) {
                    Some(TermValue::Place(place)) => geo.takes(*place),
                    _ => false,
                })
    }
}

/// Reads the parameters of a question for many.
///
/// # Errors
/// Names the one at fault.
pub(super) fn read(query: Option<&str>) -> Result<(EntitySelection, PageWish), ApiError> {
    let p = Params::read(query, &KNOWN)?;
    for foreign in ["crs", "lang"] {
        if p.text(foreign).is_some() {
            let why = format!("{foreign} is not supported here");
            return Err(ApiError::bad(foreign, why));
        }
    }
    let ways = ["type", "attrs", "q", "georel", "id"];
    if ways.iter().all(|way| p.text(way).is_none()) {
        let why = format!("one of {} is needed", ways.join(", "));
        return Err(ApiError::bad("type", why));
    }
    // All there is is the hub's own, so it is the same either way.
    p.flag("local")?;
    let selector = EntitySelector {
        kinds: p.text("type").map(kinds).transpose()?,
        ids: p.text("id").map(ids).transpose()?,
        pattern: p
            .text("idPattern")
            .map(|text| pattern("idPattern", text))
            .transpose()?,
    };
    let geo = GeoQuery::read(GeoParams {
        georel: p.text("georel"),
        geometry: p.text("geometry"),
        coordinates: p.text("coordinates"),
        geoproperty: p.text("geoproperty"),
    });
    let selection = EntitySelection {
        selectors: vec![selector],
        attrs: p.text("attrs").map(attrs).transpose()?,
        q: p.text("q")
            .map(AttrQuery::parse)
            .transpose()
            .map_err(|why| ApiError::bad("q", why))?,
        geo: geo.map_err(|(field, why)| ApiError::bad(field, why))?,
    };
    Ok((selection, wish(&p)?))
}

fn wish(p: &Params<'_>) -> Result<PageWish, ApiError> {
    let (form, counts) = form(p)?;
    let count = p.flag("count")? || counts;
    let least = usize::from(!count);
    let limit = p.number("limit", least..=MAX_LIMIT)?;
    Ok(PageWish {
        limit: limit.unwrap_or(DEFAULT_LIMIT),
        offset: p.number("offset", 0..=MAX_OFFSET)?.unwrap_or(0),
        count,
        form,
    })
}

/// How to write, by `format` and `options`; and whether `options` asks for the count.
pub(super) fn form(p: &Params<'_>) -> Result<(EntityForm, bool), ApiError> {
    let named = |field: &'static str, name: &str| match name {
        "normalized" => Ok(EntityForm::Normalized),
        "simplified" | "keyValues" => Ok(EntityForm::Simplified),
        other => Err(ApiError::bad(
            field,
            format!(
                "{field} must be normalized, simplified or keyValues, not {}",
                quoted(other)
            ),
        )),
    };
    let by_format = p
        .text("format")
        .map(|name| named("format", name))
        .transpose()?;
    let mut by_options = None;
    let mut counts = false;
    for option in p.text("options").into_iter().flat_map(|all| all.split(',')) {
        if option == "count" {
            counts = true;
            continue;
        }
        let form = named("options", option)?;
        if by_options.is_some_and(|other| other != form) {
            return Err(ApiError::bad("options", "options contradict each other"));
        }
        by_options = Some(form);
    }
    match (by_format, by_options) {
        (Some(a), Some(b)) if a != b => Err(ApiError::bad(
            "options",
            "format and options contradict each other",
        )),
        (a, b) => Ok((a.or(b).unwrap_or_default(), counts)),
    }
}

/// Types with a comma or a stroke between each two; those that are none of ours have no entities.
pub(super) fn kinds(text: &str) -> Result<Vec<EntityKind>, ApiError> {
    let mut found = Vec::new();
    for name in text.split([',', '|']) {
        if !is_name(name) {
            let why = "types have a comma or | between each two; nothing else is supported";
            return Err(ApiError::bad("type", why));
        }
        found.extend(EntityKind::parse(name));
    }
    Ok(found)
}

/// Whether a text may be the name of a type or an attribute, short or as an IRI.
pub(super) fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-.:/#%~".contains(c);
    !text.is_empty() && text.len() <= LONGEST_ID && text.chars().all(fits)
}

pub(super) fn attrs(text: &str) -> Result<Vec<Term>, ApiError> {
    let mut found = Vec::new();
    for name in text.split(',') {
        if !is_name(name) {
            let why = "attrs are names of attributes with a comma between each two";
            return Err(ApiError::bad("attrs", why));
        }
        found.extend(Term::parse(name));
    }
    Ok(found)
}

fn ids(text: &str) -> Result<Vec<String>, ApiError> {
    let ids: Vec<&str> = text.split(',').collect();
    if ids.len() > MAX_IDS {
        let why = format!("id may name at most {MAX_IDS}, these are {}", ids.len());
        return Err(ApiError::bad("id", why));
    }
    let mut all: Vec<String> = Vec::with_capacity(ids.len());
    for id in ids {
        let id = uri("id", id)?;
        // An answer is a set, however often one is named.
        if !all.contains(&id) {
            all.push(id);
        }
    }
    Ok(all)
}

/// An id of an entity: a URI.
pub(super) fn uri(field: &'static str, id: &str) -> Result<String, ApiError> {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    let is_one = id.len() <= LONGEST_ID
        && !id.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
        && id
            .split_once(':')
            .is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty());
    if is_one {
        return Ok(id.to_owned());
    }
    let why = format!("{} is no URI, as every entity's id is", quoted(id));
    Err(ApiError::bad(field, why))
}

/// A pattern for ids. It takes time that grows with the text alone, and little memory.
pub(super) fn pattern(field: &'static str, text: &str) -> Result<Regex, ApiError> {
    if text.len() > LONGEST_PATTERN {
        let why = format!("{field} may have at most {LONGEST_PATTERN} bytes");
        return Err(ApiError::bad(field, why));
    }
    let built = RegexBuilder::new(text)
        .size_limit(PATTERN_BYTES)
        .dfa_size_limit(PATTERN_BYTES)
        .build();
    built.map_err(|e| {
        let why = match e {
            regex::Error::CompiledTooBig(_) => "asks for too much",
            _ => "is no regular expression",
        };
        ApiError::bad(field, format!("{field} {why}: {}", quoted(text)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(query: &str) -> (String, String) {
        match read(Some(query)).map(|_| ()) {
            Err(ApiError::BadParameter { field, detail }) => (field.into_owned(), detail),
            other => panic!("{query}: {other:?}"),
        }
    }

    #[test]
    fn each_parameter_is_honoured_or_refused() {
        for (query, field) in [
            ("", "type"),
            ("limit=5", "type"),
            ("idPattern=x", "type"),
            ("type=ParkingSpot&limit=1001", "limit"),
            ("type=ParkingSpot&limit=0", "limit"),
            ("type=ParkingSpot&limit=-1", "limit"),
            ("type=ParkingSpot&offset=x", "offset"),
            ("type=ParkingSpot&offset=99999999999", "offset"),
            ("type=ParkingSpot&count=yes", "count"),
            ("type=ParkingSpot&format=concise", "format"),
            ("type=ParkingSpot&options=sysAttrs", "options"),
            ("type=ParkingSpot&options=keyValues,normalized", "options"),
            (
                "type=ParkingSpot&options=keyValues&format=normalized",
                "options",
            ),
            ("type=ParkingSpot;OnStreetParking", "type"),
            ("type=(ParkingSpot)", "type"),
            ("type=ParkingSpot,", "type"),
            ("attrs=a b", "attrs"),
            ("id=HE12", "id"),
            ("id=urn:a,", "id"),
            ("type=ParkingSpot&idPattern=(", "idPattern"),
            ("type=ParkingSpot&lang=de", "lang"),
            ("type=ParkingSpot&crs=gcj02", "crs"),
            ("type=ParkingSpot&scopeQ=/a", "scopeQ"),
            ("type=ParkingSpot&type=ParkingGroup", "type"),
            ("q=x>1", "q"),
        ] {
            assert_eq!(fault(query).0, field, "{query}");
        }
    }

    #[test]
    fn a_pattern_that_asks_for_too_much_is_refused() {
        let long = format!("type=ParkingSpot&idPattern={}", "a".repeat(257));
        assert!(fault(&long).1.contains("at most 256"));
        let great = "type=ParkingSpot&idPattern=((a%7B100%7D)%7B100%7D)%7B100%7D";
        assert!(fault(great).1.contains("too much"));
    }

    #[test]
    fn types_go_by_their_short_names_and_iris() {
        let query = "type=https://smartdatamodels.org/dataModel.Parking/ParkingSpot,Vehicle&limit=0&options=count";
        let (selection, wish) = read(Some(query)).unwrap();
        assert!(selection.takes_kind(EntityKind::Spot));
        assert!(!selection.takes_kind(EntityKind::Group));
        assert!(selection.is_by_kind() && wish.count && wish.limit == 0);
    }
}
