//! Mappings that come with the hub, each a file with a made-up answer beside it (`presets/`).
//!
//! The only door to `toml`. What an operator says in a table goes before what its preset says;
//! members of `map` and `headers` likewise, each for itself.

use serde_json::{Map, Value};

/// A mapping and an answer that it reads.
#[derive(Debug)]
pub struct Preset {
    pub name: &'static str,
    /// A `[[feeds]]` table but for its name.
    pub mapping: &'static str,
    /// Made up.
    pub sample: &'static [u8],
}

/// A preset out of its two files.
macro_rules! preset {
    ($name:literal, $form:literal) => {
        Preset {
            name: $name,
            mapping: include_str!(concat!("presets/", $name, ".toml")),
            sample: include_bytes!(concat!("presets/", $name, ".", $form)),
        }
    };
}

/// Every preset.
pub static PRESETS: &[Preset] = &[
    preset!("datagovsg", "json"),
    preset!("datamall", "json"),
    preset!("ura", "json"),
    preset!("datagovhk", "json"),
    preset!("parkapi", "json"),
    preset!("opendatasoft-bays", "json"),
    preset!("socrata-bays", "json"),
    preset!("hdb-carparks", "csv"),
];

impl Preset {
    /// The preset of that name.
    ///
    /// # Errors
    /// Names the nearest.
    pub fn named(name: &str) -> Result<&'static Self, String> {
        PRESETS.iter().find(|one| one.name == name).ok_or_else(|| {
            let names: Vec<_> = PRESETS.iter().map(|p| p.name).collect();
            format!(
                "preset: there is none called {name:?}{}; there are {}",
                near(name, &names),
                names.join(", ")
            )
        })
    }
}

/// `table` with what its preset says besides.
pub(super) fn merged(mut table: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let Some(name) = table.get("preset") else {
        return Ok(table);
    };
    let name = name.as_str().ok_or("preset: a text is wanted")?;
    let preset = self::table(Preset::named(name)?.mapping)?;
    for (key, value) in preset {
        match (table.get_mut(&key), value) {
            (None, value) => {
                table.insert(key, value);
            }
            (Some(Value::Object(own)), Value::Object(base)) if key == "map" || key == "headers" => {
                for (member, value) in base {
                    own.entry(member).or_insert(value);
                }
            }
            (Some(_), _) => {}
        }
    }
    Ok(table)
}

/// A TOML text as a table.
pub(super) fn table(text: &str) -> Result<Map<String, Value>, String> {
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| e.to_string())?;
    match serde_json::to_value(table) {
        Ok(Value::Object(table)) => Ok(table),
        _ => Err("expected a table".into()),
    }
}

/// `; did you mean x?`, where one of `known` is near enough.
pub(super) fn near(found: &str, known: &[&str]) -> String {
    let found = found.to_lowercase();
    let measured = known
        .iter()
        .map(|k| (strsim::jaro(&k.to_lowercase(), &found), k));
    measured
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(near, _)| *near > 0.6)
        .map_or_else(String::new, |(_, k)| format!("; did you mean {k}?"))
}

#[cfg(test)]
mod tests {
    use super::super::FeedConfig;
    use super::*;

    #[test]
    fn what_a_table_says_goes_before_its_preset() {
        let table = table(
            "name = \"hdb\"\npreset = \"datagovsg\"\nstale_after = \"5m\"\n[headers]\nx = \"y\"\n",
        );
        let merged = merged(table.unwrap()).unwrap();
        assert_eq!(merged["stale_after"], "5m");
        assert_eq!(merged["shape"], "datagovsg");
        let feed = FeedConfig::from_file("hdb", "preset = \"datagovsg\"\nevery = 90").unwrap();
        assert_eq!((feed.every, feed.stale_after), (90, Some(1200)));
    }

    #[test]
    fn a_fault_names_the_key_and_the_nearest() {
        for (text, words) in [
            ("preset = \"datagovs\"", "did you mean datagov"),
            ("shap = \"json\"", "shap: unknown key; did you mean shape?"),
            ("every = \"soon\"", "every: expected a length of time"),
            (
                "time_zone = \"Asia/Singapur\"",
                "time_zone: \"Asia/Singapur\"",
            ),
            ("kind = \"lamp\"", "kind: unknown variant `lamp`"),
        ] {
            let said = FeedConfig::from_file("x", text).unwrap_err();
            assert!(said.contains(words), "{words:?} in {said:?}");
        }
    }
}
