//! Areas as they are written, in JSON and TOML alike: `"all"`, or zones and operators by name.

use crate::domain::{Area, IdPattern};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::fmt;

/// `"all"`, or `{"zones":["TPY*"],"operators":["hdb"]}` with one of the two at least.
///
/// # Errors
/// Says which member is wrong and how. An area that names nothing is none.
pub fn read<'de, D: Deserializer<'de>>(d: D) -> Result<Area, D::Error> {
    d.deserialize_any(AreaVisitor)
}

/// The same where it may be left out.
///
/// # Errors
/// As [`read`].
pub fn read_given<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Area>, D::Error> {
    read(d).map(Some)
}

/// The inverse of [`read`].
#[must_use]
pub fn write(area: &Area) -> Value {
    match area {
        Area::All => json!("all"),
        Area::Part(part) => {
            let zones: Vec<_> = part.zones().iter().map(ToString::to_string).collect();
            json!({"zones": zones, "operators": part.operators()})
        }
    }
}

struct AreaVisitor;

impl<'de> Visitor<'de> for AreaVisitor {
    type Value = Area;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"all\", or zones and operators such as {\"zones\":[\"TPY*\"],\"operators\":[\"hdb\"]}")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Area, E> {
        if word == "all" {
            Ok(Area::All)
        } else {
            Err(E::invalid_value(serde::de::Unexpected::Str(word), &self))
        }
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Area, M::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct AreaNames {
            #[serde(default)]
            zones: Vec<String>,
            #[serde(default)]
            operators: Vec<String>,
        }
        let named = AreaNames::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        let zones: Result<_, _> = named.zones.iter().map(|z| IdPattern::parse(z)).collect();
        let zones = zones.map_err(|e| M::Error::custom(format_args!("zones: {e}")))?;
        Area::of(zones, named.operators).map_err(M::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: Value) -> Result<Area, String> {
        read(value).map_err(|e| e.to_string())
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in [
            json!("all"),
            json!({"zones": ["TPY*", "HE12"], "operators": ["HDB \"north\""]}),
            json!({"zones": ["*"], "operators": []}),
        ] {
            assert_eq!(write(&of(text.clone()).unwrap()), text);
        }
        let short = of(json!({"operators": ["hdb"]})).unwrap();
        assert_eq!(write(&short), json!({"zones": [], "operators": ["hdb"]}));
    }

    #[test]
    fn a_fault_is_named() {
        for (text, words) in [
            (json!("everywhere"), vec!["everywhere", "\"all\"", "zones"]),
            (json!(null), vec!["\"all\""]),
            (json!(["TPY*"]), vec!["\"all\""]),
            (json!({}), vec!["names no zone and no operator"]),
            (json!({"zones": [], "operators": []}), vec!["names no zone"]),
            (json!({"zones": ["a*b"]}), vec!["zones", "a*b"]),
            (json!({"zones": "TPY*"}), vec!["sequence"]),
            (json!({"zones": [7]}), vec!["7"]),
            (json!({"operators": [""]}), vec!["operators"]),
            (
                json!({"zone": ["TPY*"]}),
                vec!["zone", "zones", "operators"],
            ),
        ] {
            let said = of(text.clone()).unwrap_err();
            assert!(words.iter().all(|w| said.contains(w)), "{text}: {said}");
        }
    }
}
