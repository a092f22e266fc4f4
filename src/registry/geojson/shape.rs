//! GeoJSON as it is met: typed where it matters, forgiving about types so that a wrong one becomes
//! a fault of its feature (with its id) and not the end of the reading.
//!
//! Strings are borrowed from the text where it allows. A position allocates nothing.

use super::scalar::{Members, Scalar, Several};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Only what an object says it is.
#[derive(serde::Deserialize)]
pub(super) struct Outer<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Scalar<'a>,
    /// In which coordinates it gives places.
    #[serde(borrow, default)]
    pub(super) crs: Scalar<'a>,
}

/// One feature; members not listed are ignored.
#[derive(serde::Deserialize)]
pub(super) struct Feature<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) id: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) geometry: Option<Geometry<'a>>,
    #[serde(borrow, default)]
    pub(super) properties: Option<Properties<'a>>,
}

#[derive(serde::Deserialize)]
pub(super) struct Geometry<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Scalar<'a>,
    #[serde(default)]
    pub(super) coordinates: Coordinates,
}

/// Those of zones and those of bays.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Properties<'a> {
    #[serde(borrow)]
    pub(super) id: Scalar<'a>,
    #[serde(borrow)]
    pub(super) aliases: Several<'a>,
    #[serde(borrow)]
    pub(super) kind: Scalar<'a>,
    #[serde(borrow)]
    pub(super) name: Scalar<'a>,
    #[serde(borrow)]
    pub(super) operator: Scalar<'a>,
    #[serde(borrow)]
    pub(super) capacity: Scalar<'a>,
    #[serde(borrow)]
    pub(super) capacity_by_kind: Members<'a>,
    #[serde(borrow)]
    pub(super) stale_after_s: Scalar<'a>,
    #[serde(borrow)]
    pub(super) part_of: Scalar<'a>,
    #[serde(borrow)]
    pub(super) zone: Scalar<'a>,
    #[serde(borrow)]
    pub(super) accessible: Scalar<'a>,
    #[serde(borrow)]
    pub(super) ev_charging: Scalar<'a>,
    #[serde(borrow)]
    pub(super) max_height_cm: Scalar<'a>,
    #[serde(borrow)]
    pub(super) max_stay_min: Scalar<'a>,
    #[serde(borrow)]
    pub(super) price_cents_per_hour: Scalar<'a>,
}

/// The `coordinates` of any geometry.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Coordinates {
    #[default]
    Missing,
    Number(f64),
    /// A position; a third number (height) has been passed over.
    Position {
        lon: f64,
        lat: f64,
    },
    List(Vec<Coordinates>),
    /// What was found instead of numbers.
    Bad(&'static str),
}

impl<'de> serde::Deserialize<'de> for Coordinates {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(AnyCoordinates)
    }
}

struct AnyCoordinates;

impl<'de> Visitor<'de> for AnyCoordinates {
    type Value = Coordinates;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("coordinates")
    }
    fn visit_u64<E>(self, n: u64) -> Result<Self::Value, E> {
        Ok(Coordinates::Number(n as f64))
    }
    fn visit_i64<E>(self, n: i64) -> Result<Self::Value, E> {
        Ok(Coordinates::Number(n as f64))
    }
    fn visit_f64<E>(self, n: f64) -> Result<Self::Value, E> {
        Ok(Coordinates::Number(n))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Coordinates::Bad("true or false"))
    }
    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Coordinates::Bad("a string"))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Coordinates::Bad("null"))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Coordinates::Bad("an object"))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let first = match seq.next_element()? {
            None => return Ok(Coordinates::List(Vec::new())),
            Some(Coordinates::Number(lon)) => {
                let second = seq.next_element()?;
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(match second {
                    Some(Coordinates::Number(lat)) => Coordinates::Position { lon, lat },
                    Some(Coordinates::Bad(what)) => Coordinates::Bad(what),
                    Some(_) => Coordinates::Bad("a list"),
                    None => Coordinates::Bad("a lone number"),
                });
            }
            Some(first) => first,
        };
        let mut list = vec![first];
        while let Some(next) = seq.next_element()? {
            list.push(next);
        }
        Ok(
            match list.iter().find_map(|c| {
                if let Coordinates::Bad(what) = c {
                    Some(*what)
                } else {
                    None
                }
            }) {
                Some(what) => Coordinates::Bad(what),
                None => Coordinates::List(list),
            },
        )
    }
}

/// What the outermost object said of itself.
#[derive(Default)]
pub(super) struct Top {
    /// Its `type`, when that was a string.
    pub(super) kind: Option<String>,
    pub(super) has_features: bool,
}

/// Reads a FeatureCollection and hands each feature on as it comes, with its position. Never holds
/// two features.
pub(super) struct Collection<'f, F> {
    pub(super) each: F,
    /// The position of the feature being read, for the fault when the reading ends there.
    pub(super) at: &'f mut usize,
}

impl<'de, F: FnMut(usize, Feature<'de>)> DeserializeSeed<'de> for Collection<'_, F> {
    type Value = Top;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Top, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de, F: FnMut(usize, Feature<'de>)> Visitor<'de> for Collection<'_, F> {
    type Value = Top;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON FeatureCollection")
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Top, A::Error> {
        let mut top = Top::default();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key {
                "type" => {
                    if let Scalar::Text(kind) = map.next_value()? {
                        top.kind = Some(kind.into_owned());
                    }
                }
                "features" => {
                    top.has_features = true;
                    map.next_value_seed(Features {
                        each: &mut self.each,
                        at: self.at,
                    })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(top)
    }
}

/// Reads a list of features, as [`Collection`].
pub(super) struct Features<'f, F> {
    pub(super) each: &'f mut F,
    pub(super) at: &'f mut usize,
}

impl<'de, F: FnMut(usize, Feature<'de>)> DeserializeSeed<'de> for Features<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(usize, Feature<'de>)> Visitor<'de> for Features<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(feature) = seq.next_element()? {
            (self.each)(*self.at, feature);
            *self.at += 1;
        }
        Ok(())
    }
}
