//! What an operator can set: one struct a room, read from a TOML file, then the environment, then
//! flags.
//!
//! The only door to `figment`. Promise: an unknown key is an error that names the nearest known
//! one, wherever it stands; nothing misspelt is ever ignored. Every default is explained where its
//! room keeps it.

mod log;

pub use log::{LogFormat, LogSettings};

use figment::error::Kind;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::{Figment, Profile};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The environment's prefix and separator: `BAYHUB__HTTP__LISTEN`.
const PREFIX: &str = "BAYHUB__";
const SEPARATOR: &str = "__";

/// Everything. Only `[registry] path` has no default: a city must be named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub registry: Registry,
    #[serde(default)]
    pub data: Data,
    #[serde(default)]
    pub log: LogSettings,
    #[serde(default)]
    pub http: crate::serve::Config,
    #[serde(default)]
    pub mqtt: crate::ingest::mqtt_server::Config,
    #[serde(default)]
    pub brokers: Vec<crate::ingest::mqtt_client::Config>,
    #[serde(default)]
    pub gate: crate::ingest::gate::Config,
    #[serde(default)]
    pub journal: crate::journal::Config,
    #[serde(default)]
    pub stream: crate::stream::Config,
    #[serde(default)]
    pub history: crate::history::Config,
    #[serde(default)]
    pub store: crate::store::Config,
    #[serde(default)]
    pub share: crate::sharing::Config,
    #[serde(default)]
    pub limits: crate::limits::Config,
    #[serde(default)]
    pub keys: Vec<crate::partners::KeyConfig>,
}

/// `[registry]`: where the city is described.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// The folder that holds `zones.geojson` and `bays.geojson`.
    pub path: PathBuf,
    /// How many bays may be added at run time before a restart makes new room.
    #[serde(default = "spare_bays")]
    pub spare_bays: u32,
    /// The same for zones.
    #[serde(default = "spare_zones")]
    pub spare_zones: u32,
}

impl Registry {
    /// Names of the keys, their values, and what they must lie between.
    fn bounds(&self) -> [(&'static str, u64, std::ops::RangeInclusive<u64>); 2] {
        [
            (
                "registry.spare_bays",
                u64::from(self.spare_bays),
                0..=1 << 24,
            ),
            (
                "registry.spare_zones",
                u64::from(self.spare_zones),
                0..=1 << 20,
            ),
        ]
    }
}

const fn spare_bays() -> u32 {
    65_536
}

const fn spare_zones() -> u32 {
    4096
}

/// `[data]`: where the hub keeps what must outlive it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// The folder for the journal, the identities and the run-time changes. Default: `bayhub-data`,
    /// where the hub is started.
    pub path: PathBuf,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            path: "bayhub-data".into(),
        }
    }
}

/// What is wrong with a configuration, one line a fault, each naming its key.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// One setting given on the command line, as a dotted key and its value.
pub type Flag = (&'static str, String);

/// Reads `file`, then the environment, then `flags`; each overrides what came before.
///
/// # Errors
/// Names every key that is unknown, missing or of the wrong type.
pub fn load(file: &Path, flags: &[Flag]) -> Result<Config, ConfigError> {
    if !file.is_file() {
        return Err(ConfigError(format!("{}: no such file", file.display())));
    }
    from(Figment::from(Toml::file_exact(file)), flags)
}

/// The same from a text instead of a file.
pub fn parse(toml: &str, flags: &[Flag]) -> Result<Config, ConfigError> {
    from(Figment::from(Toml::string(toml)), flags)
}

fn from(base: Figment, flags: &[Flag]) -> Result<Config, ConfigError> {
    let mut figment = base.merge(Env::prefixed(PREFIX).split(SEPARATOR));
    for (key, value) in flags {
        figment = figment.merge(Serialized::default(key, value).profile(Profile::Default));
    }
    let config: Config = figment.extract().map_err(|e| {
        ConfigError(
            e.into_iter()
                .map(|e| explain(&e))
                .collect::<Vec<_>>()
                .join("\n"),
        )
    })?;
    let faults = config.faults();
    if faults.is_empty() {
        Ok(config)
    } else {
        Err(ConfigError(faults.join("\n")))
    }
}

impl Config {
    /// Names of the keys, their values, and what they must lie between.
    fn bounds(&self) -> Vec<(&'static str, u64, std::ops::RangeInclusive<u64>)> {
        let Self {
            registry,
            http,
            mqtt,
            gate,
            stream,
            share,
            limits,
            ..
        } = self;
        let all = registry.bounds().into_iter().chain(http.bounds());
        let all = all
            .chain(mqtt.bounds())
            .chain(gate.bounds())
            .chain(stream.bounds());
        let all = all.chain(share.bounds()).chain(limits.bounds());
        all.chain(stream.settle.bounds()).collect()
    }

    /// Values of the right type that make no sense, such as a limit of 0 that would let nobody in.
    /// Found here, so that `check-config` finds whatever would stop or cripple a run.
    fn faults(&self) -> Vec<String> {
        let outside = self
            .bounds()
            .into_iter()
            .filter(|(_, n, range)| !range.contains(n));
        let mut faults: Vec<_> = outside
            .map(|(key, n, range)| {
                format!(
                    "{key}: must lie between {} and {}, not {n}",
                    range.start(),
                    range.end()
                )
            })
            .collect();
        faults.extend(self.journal.fault());
        faults.extend(self.history.fault());
        faults.extend(self.log.fault());
        if self.data.path.as_os_str().is_empty() {
            faults.push("data.path: is empty".into());
        }
        faults
    }
}

/// `http.lisen: unknown key; did you mean listen? (in bayhub.toml)`
fn explain(e: &figment::Error) -> String {
    let mut path = e.path.clone();
    let what = match &e.kind {
        Kind::UnknownField(found, known) => {
            if path.last() != Some(found) {
                path.push(found.clone());
            }
            let near = known
                .iter()
                .max_by(|a, b| strsim::jaro(a, found).total_cmp(&strsim::jaro(b, found)));
            near.map_or_else(
                || "unknown key".into(),
                |n| format!("unknown key; did you mean {n}?"),
            )
        }
        Kind::MissingField(name) => {
            path.push(name.to_string());
            "missing".into()
        }
        kind => kind.to_string(),
    };
    let place = e.metadata.as_ref().map_or_else(String::new, |m| {
        let source = m
            .source
            .as_ref()
            .map_or_else(|| m.name.to_string(), ToString::to_string);
        format!(" (in {source})")
    });
    format!("{}: {what}{place}", path.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = "[registry]\npath = \"city\"\n";

    fn fault(more: &str) -> String {
        parse(&format!("{MINIMAL}{more}"), &[])
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_smallest_configuration_names_a_city() {
        let c = parse(MINIMAL, &[]).unwrap();
        assert_eq!(
            (c.registry.path, c.data.path),
            ("city".into(), "bayhub-data".into())
        );
        let e = parse("", &[]).unwrap_err().to_string();
        assert!(e.contains("registry: missing"), "{e}");
    }

    #[test]
    fn the_configuration_that_the_documents_show_is_one() {
        let chapter = include_str!("../docs/operating.md");
        let shown = chapter
            .split("```toml\n")
            .nth(1)
            .and_then(|s| s.split("```").next())
            .unwrap();
        let c = parse(shown, &[]).unwrap();
        assert!(
            c.mqtt.tls.is_some()
                && c.http.tls.is_some()
                && c.http.admin.is_some()
                && c.brokers.len() == 1
                && c.keys.len() == 1
        );
    }

    #[test]
    fn an_unknown_key_names_the_nearest_known_one() {
        let e = fault("[http]\nlisen = \"127.0.0.1:1\"\n");
        assert!(
            e.contains("http.lisen") && e.contains("did you mean listen?"),
            "{e}"
        );
        let e = fault("[jornal]\nx = 1\n");
        assert!(
            e.contains("jornal") && e.contains("did you mean journal?"),
            "{e}"
        );
    }

    #[test]
    fn a_wrong_type_names_its_key() {
        let e = fault("[stream]\nworkers = \"two\"\n");
        assert!(e.contains("stream.workers"), "{e}");
        let e = fault("[http]\nlisten = \"nowhere\"\n");
        assert!(e.contains("http.listen"), "{e}");
        let e = fault("[http]\ntrusted_proxies = [\"::1\", \"10.0.0.1/8\"]\n");
        assert!(
            e.contains("http.trusted_proxies") && e.contains("the block is 10.0.0.0/8"),
            "{e}"
        );
    }

    #[test]
    fn a_value_that_makes_no_sense_names_its_key_and_its_bounds() {
        let e = fault(
            "[stream]\nworkers = 0\n[mqtt]\nmax_connections = 0\n[journal]\nsegment_bytes = 5\n",
        );
        assert!(
            e.contains("stream.workers: must lie between 1 and 256, not 0"),
            "{e}"
        );
        assert!(
            e.contains("mqtt.max_connections") && e.contains("journal.segment_bytes"),
            "{e}"
        );
        assert_eq!(e.lines().count(), 3, "{e}");
        let e = fault("[stream]\nmax_age_s = 2592001\n");
        assert!(
            e.contains("stream.max_age_s: must lie between 1 and 2592000, not 2592001"),
            "{e}"
        );
        assert!(fault("[data]\npath = \"\"\n").contains("data.path: is empty"));
        let e = parse(&format!("{MINIMAL}spare_bays = 4294967295\n"), &[])
            .unwrap_err()
            .to_string();
        assert!(e.contains("registry.spare_bays"), "{e}");
    }

    #[test]
    fn flags_are_stronger_than_the_file() {
        let file = format!("{MINIMAL}[http]\nlisten = \"127.0.0.1:1\"\n");
        let c = parse(&file, &[("http.listen", "127.0.0.1:2".into())]).unwrap();
        assert_eq!(c.http.listen, "127.0.0.1:2".parse().unwrap());
    }

    #[test]
    fn names_to_drop_that_cannot_be_used_are_a_fault_of_their_key() {
        let long = format!("drop = [\"{}\"]", "x".repeat(65));
        let many = format!("drop = [{}]", "\"x\",".repeat(65));
        for (bad, why) in [
            ("drop = [\"*\"]", "no name"),
            ("drop = [\"a*b\"]", "\"a*b\""),
            ("drop = [\"bay*\"]", "would drop `bay`"),
            ("drop = [\"*ta*\"]", "which the hub reads"),
            (&long, "1 to 64 bytes"),
            (&many, "at most 64"),
            ("drop = \"plate\"", "sequence"),
        ] {
            let e = fault(&format!("[gate]\n{bad}\n"));
            assert!(e.contains("gate.drop") && e.contains(why), "{e}");
        }
        let usual = parse(MINIMAL, &[]).unwrap().gate.drop;
        assert!(usual.drops("plateNo") && !usual.drops("bay"));
        let none = parse(&format!("{MINIMAL}[gate]\ndrop = []\n"), &[]).unwrap();
        assert!(!none.gate.drop.drops("plate"));
    }

    /// Each number that has bounds: the least and the most are taken, what lies beyond names its key.
    #[test]
    fn every_bounded_number_is_taken_up_to_its_bounds_and_refused_beyond_them() {
        let config = parse(MINIMAL, &[]).unwrap();
        let mut tried = 0;
        for (key, _, range) in config.bounds() {
            // How many there are of something is no number that stands in the file.
            if key.contains(' ') {
                continue;
            }
            let with = |n: u64| {
                // `MINIMAL` ends within the table of the registry.
                let key = key
                    .strip_prefix("registry.")
                    .map_or_else(|| format!("[{}]\n{}", table(key), last(key)), str::to_owned);
                parse(&format!("{MINIMAL}{key} = {n}\n"), &[])
            };
            for good in [*range.start(), *range.end()] {
                let said = with(good).map(drop);
                // One number may be bounded by another besides: that is said of its key as well.
                let by_another = said.as_ref().is_err_and(|e| e.0.contains("must hold"));
                assert!(said.is_ok() || by_another, "{key} = {good}: {said:?}");
            }
            for bad in [range.start().checked_sub(1), range.end().checked_add(1)] {
                let Some(bad) = bad.filter(|n| i64::try_from(*n).is_ok()) else {
                    continue;
                };
                let said = with(bad).unwrap_err().0;
                assert!(said.contains(key), "{key} = {bad}: {said}");
                tried += 1;
            }
        }
        assert!(tried > 80, "{tried}");
    }

    fn table(key: &str) -> &str {
        key.rsplit_once('.').map_or("", |(table, _)| table)
    }

    fn last(key: &str) -> &str {
        key.rsplit_once('.').map_or(key, |(_, last)| last)
    }
}
