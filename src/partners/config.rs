//! The `[[keys]]` part of the configuration: one entry a key, by its digest.
//!
//! `printf %s "$KEY" | sha256sum` gives the digest, so the file holds nothing that opens a door.

use super::grant::{Grant, Scope, SourcePattern};
use super::keys::{Digest, Keys};
use super::trust::remit;
use crate::domain::{Area, KeyAccount, Pass, SharedRemit, SourceKind, Standing, id};
use crate::registry::area;
use serde::{Deserialize, Deserializer, de};
use std::collections::HashMap;

/// Who may come in. Empty: nobody but the readers of public data.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub keys: Vec<KeyConfig>,
    /// As many sources each may enrol; `None`: as many as there is room for.
    #[serde(skip)]
    pub sources_per_key: Option<u32>,
}

/// One key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// Its name, unique; appears in logs and in the quarantine.
    pub name: String,
    /// The organisation that holds it.
    pub partner: String,
    /// SHA-256 of the key's text, 64 hexadecimal digits.
    #[serde(deserialize_with = "digest")]
    pub sha256: Digest,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// The sources it may speak for: ids, or prefixes ending in `*`.
    #[serde(default, deserialize_with = "sources")]
    pub sources: Vec<SourcePattern>,
    /// What those sources are: `sensor` (the default), `app` or `gate`.
    #[serde(default = "sensor", deserialize_with = "source_kind")]
    pub source_kind: SourceKind,
    /// Those sources are LoRaWAN network servers and may hand on the uplinks of devices in the
    /// registry.
    #[serde(default)]
    pub uplinks: bool,
    /// Of which zones those sources may speak: `"all"`, or `zones` and `operators` by name. Absent:
    /// all, with a warning.
    #[serde(default, deserialize_with = "area::read_given")]
    pub area: Option<Area>,
    /// How far what those sources say is trusted: `trusted` (the default) or `unproven`.
    #[serde(default, deserialize_with = "standing")]
    pub standing: Standing,
}

/// An entry that reads well but makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("keys: the name {0:?} is used twice; each key needs its own")]
    SameName(String),
    #[error("keys: {0:?} and {1:?} have the same sha256; a key may be listed once")]
    SameKey(String, String),
    #[error("keys: {0:?} is no name: expected [A-Za-z0-9._:-], 1 to 64 characters")]
    BadName(String),
    #[error("keys: {0:?} has no scopes; known are: report, share, book, monitor, admin, partner")]
    NoScopes(String),
    #[error("keys: {0:?} has the scope report but no sources, so it could speak for nobody")]
    NoSources(String),
    #[error("keys: {0:?} has uplinks = true but not the scope report, which handing them on takes")]
    UplinksUnscoped(String),
}

impl Config {
    /// The keys it names, ready to use.
    ///
    /// # Errors
    /// Names the entry at fault.
    pub fn keys(&self) -> Result<Keys, ConfigError> {
        let keys = Keys::enrolling(self.sources_per_key.unwrap_or(u32::MAX));
        let mut names: HashMap<Digest, &str> = HashMap::new();
        for key in &self.keys {
            if !id::is_valid(&key.name) {
                return Err(ConfigError::BadName(key.name.clone()));
            }
            if names.values().any(|n| *n == key.name) {
                return Err(ConfigError::SameName(key.name.clone()));
            }
            if let Some(other) = names.insert(key.sha256, &key.name) {
                return Err(ConfigError::SameKey(other.to_owned(), key.name.clone()));
            }
            if key.scopes.is_empty() {
                return Err(ConfigError::NoScopes(key.name.clone()));
            }
            if key.scopes.contains(&Scope::Report) && key.sources.is_empty() {
                return Err(ConfigError::NoSources(key.name.clone()));
            }
            if key.uplinks && !key.scopes.contains(&Scope::Report) {
                return Err(ConfigError::UplinksUnscoped(key.name.clone()));
            }
            keys.insert(key.sha256, key.grant());
        }
        Ok(keys)
    }
}

impl KeyConfig {
    /// Whether its sources may speak of every zone only because nobody has said otherwise.
    #[must_use]
    pub fn lacks_area(&self) -> bool {
        self.area.is_none() && self.scopes.contains(&Scope::Report)
    }

    fn grant(&self) -> Grant {
        let area = self.area.clone().unwrap_or_default();
        Grant {
            name: self.name.as_str().into(),
            partner: self.partner.as_str().into(),
            scopes: self.scopes.iter().copied().collect(),
            sources: self.sources.clone(),
            source_kind: self.source_kind,
            pass: Pass::default(),
            uplinks: self.uplinks,
            remit: SharedRemit::new(remit(area, self.standing, &self.partner)),
            account: KeyAccount::default(),
        }
    }
}

const fn sensor() -> SourceKind {
    SourceKind::Sensor
}

fn digest<'de, D: Deserializer<'de>>(d: D) -> Result<Digest, D::Error> {
    let text = String::deserialize(d)?;
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        // The value is not repeated: someone may have put the key itself here.
        return Err(de::Error::custom(format!(
            "sha256 needs 64 hexadecimal digits (`printf %s \"$KEY\" | sha256sum`), this has {} characters{}",
            text.chars().count(),
            if text.starts_with("bh_") {
                " and looks like the key itself"
            } else {
                ""
            }
        )));
    }
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = pair.iter().fold(0, |n, c| {
            n << 4 | char::from(*c).to_digit(16).unwrap_or_default() as u8
        });
    }
    Ok(out)
}

fn source_kind<'de, D: Deserializer<'de>>(d: D) -> Result<SourceKind, D::Error> {
    let name = String::deserialize(d)?;
    SourceKind::parse(&name)
        .ok_or_else(|| de::Error::unknown_variant(&name, &["sensor", "app", "gate"]))
}

fn sources<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<SourcePattern>, D::Error> {
    let all = Vec::<String>::deserialize(d)?;
    let read = all.iter().map(|text| SourcePattern::parse(text));
    read.collect::<Result<_, _>>().map_err(de::Error::custom)
}

fn standing<'de, D: Deserializer<'de>>(d: D) -> Result<Standing, D::Error> {
    let name = String::deserialize(d)?;
    Standing::parse(&name).ok_or_else(|| de::Error::unknown_variant(&name, &Standing::NAMES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Millis;

    fn entry(name: &str, sha256: &str, more: &str) -> String {
        format!("[[keys]]\nname = {name:?}\npartner = \"lta\"\nsha256 = {sha256:?}\n{more}\n")
    }

    fn read(text: &str) -> Result<Config, String> {
        // By way of a value: the library's own errors would quote the line, and with it what
        // someone put there.
        let value: toml::Value = toml::from_str(text).map_err(|e| e.to_string())?;
        Config::deserialize(value).map_err(|e| e.to_string())
    }

    fn hex(key: &str) -> String {
        Keys::digest(key)
            .iter()
            .fold(String::new(), |hex, b| hex + &format!("{b:02x}"))
    }

    const REPORT: &str = "scopes = [\"report\"]\nsources = [\"lamp-*\"]";

    #[test]
    fn an_entry_opens_for_its_key() {
        let keys = read(&entry("lamps", &hex("bh_x"), REPORT))
            .unwrap()
            .keys()
            .unwrap();
        let grant = keys.grant("bh_x", Millis(1)).unwrap();
        assert!(Keys::may_speak_for(&grant, "lamp-3"));
        assert_eq!(
            (grant.source_kind, &*grant.partner),
            (SourceKind::Sensor, "lta")
        );
        let apps = read(&entry(
            "a",
            &hex("bh_x"),
            &format!("{REPORT}\nsource_kind = \"app\""),
        ))
        .unwrap();
        assert_eq!(apps.keys[0].source_kind, SourceKind::App);
        assert!(!grant.uplinks, "only where the entry says so");
        let network = read(&entry(
            "n",
            &hex("bh_x"),
            &format!("{REPORT}\nuplinks = true"),
        ))
        .unwrap()
        .keys()
        .unwrap();
        assert!(network.grant("bh_x", Millis(1)).unwrap().uplinks);
        assert!(
            read("")
                .unwrap()
                .keys()
                .unwrap()
                .grant("bh_x", Millis(1))
                .is_none()
        );
    }

    #[test]
    fn an_entry_without_an_area_has_all_and_says_so() {
        let of = |more: &str| {
            let text = entry("a", &hex("bh_x"), &format!("{REPORT}\n{more}"));
            let config = read(&text).unwrap();
            let lacks = config.keys[0].lacks_area();
            let grant = config.keys().unwrap().grant("bh_x", Millis(1)).unwrap();
            let now = grant.remit.now();
            (lacks, now.area.clone(), now.backing.of_trusted_key())
        };
        assert_eq!(of(""), (true, Area::All, true));
        let said = "area = \"all\"\nstanding = \"unproven\"";
        assert_eq!(of(said), (false, Area::All, false));
        let (lacks, area, _) = of("area = { zones = [\"TPY*\"] }");
        assert!(!lacks && area != Area::All);
        let admin = entry("b", &hex("bh_y"), "scopes = [\"admin\"]");
        assert!(!read(&admin).unwrap().keys[0].lacks_area());
    }

    #[test]
    fn a_fault_is_named_with_its_remedy() {
        let good = hex("bh_x");
        for (text, words) in [
            (entry("a", "abc", REPORT), vec!["64", "3 characters"]),
            (
                entry("a", "bh_secret", REPORT),
                vec!["looks like the key itself"],
            ),
            (entry("a", &"z".repeat(64), REPORT), vec!["hexadecimal"]),
            (
                entry("a", &good, "scopes = [\"reports\"]"),
                vec!["reports", "report", "monitor", "admin"],
            ),
            (
                entry("a", &good, "scopes = [\"report\"]\nsources = [\"a*b\"]"),
                vec!["a*b", "single"],
            ),
            (
                entry("a", &good, &format!("{REPORT}\nsource_kind = \"lamp\"")),
                vec!["lamp", "sensor", "gate"],
            ),
            (
                entry("a", &good, &format!("{REPORT}\nsource = 1")),
                vec!["source", "sources"],
            ),
            (
                entry("a", &good, &format!("{REPORT}\narea = {{}}")),
                vec!["area", "no zone and no operator", "all"],
            ),
            (
                entry("a", &good, &format!("{REPORT}\nstanding = \"good\"")),
                vec!["good", "trusted", "unproven"],
            ),
        ] {
            let said = read(&text).unwrap_err();
            assert!(
                words.iter().all(|w| said.contains(w)),
                "{words:?} in: {said}"
            );
            assert!(!said.contains("bh_secret"), "{said}");
        }
    }

    #[test]
    fn entries_that_contradict_each_other_are_refused() {
        let one = hex("bh_1");
        let two = hex("bh_2");
        let fault = |text: String| read(&text).unwrap().keys().unwrap_err();
        assert_eq!(
            fault(entry("a", &one, REPORT) + &entry("a", &two, REPORT)),
            ConfigError::SameName("a".into())
        );
        assert_eq!(
            fault(entry("a", &one, REPORT) + &entry("b", &one, REPORT)),
            ConfigError::SameKey("a".into(), "b".into())
        );
        assert_eq!(
            fault(entry("a", &one, "scopes = [\"report\"]")),
            ConfigError::NoSources("a".into())
        );
        assert_eq!(
            fault(entry("a", &one, "scopes = []")),
            ConfigError::NoScopes("a".into())
        );
        let uplinks = entry("a", &one, "scopes = [\"monitor\"]\nuplinks = true");
        assert_eq!(fault(uplinks), ConfigError::UplinksUnscoped("a".into()));
        assert_eq!(
            fault(entry("a b", &one, REPORT)),
            ConfigError::BadName("a b".into())
        );
    }
}
