//! What an operator can set: one struct a room, read from a TOML file, then the environment, then
//! flags.
//!
//! The only door to `figment`. Promise: an unknown key is an error that names the nearest known
//! one, wherever it stands; nothing misspelt is ever ignored. Every default is explained where its
//! room keeps it.

mod log;
mod sandbox;

pub use log::{LogFormat, LogSettings};
pub use sandbox::SandboxSettings;

use figment::error::Kind;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::{Figment, Profile};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The environment's prefix and separator: `BAYHUB__HTTP__LISTEN`.
const PREFIX: &str = "BAYHUB__";
const SEPARATOR: &str = "__";

/// Everything. Only `[registry] path` has no default: a city must be named.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub registry: crate::registry::Config,
    #[serde(default)]
    pub data: Data,
    #[serde(default)]
    pub log: LogSettings,
    #[serde(default)]
    pub http: crate::serve::Config,
    #[serde(default)]
    pub web: crate::serve::WebConfig,
    #[serde(default)]
    pub mqtt: crate::ingest::mqtt_server::Config,
    #[serde(default)]
    pub brokers: Vec<crate::ingest::mqtt_client::Config>,
    #[serde(default)]
    pub feeds: Vec<crate::ingest::connector::FeedConfig>,
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
    pub webhooks: crate::webhooks::Config,
    #[serde(default)]
    pub ngsi: Vec<crate::webhooks::PushConfig>,
    #[serde(default)]
    pub calendar: Calendar,
    #[serde(default)]
    pub limits: crate::limits::Config,
    #[serde(default)]
    pub partners: crate::partners::AdmissionConfig,
    #[serde(default)]
    pub mail: crate::partners::MailConfig,
    #[serde(default)]
    pub problems: crate::problems::Config,
    #[serde(default)]
    pub operators: Vec<crate::problems::OperatorConfig>,
    #[serde(default)]
    pub keys: Vec<crate::partners::KeyConfig>,
    #[serde(default)]
    pub sandbox: SandboxSettings,
}

/// `[data]`: where the hub keeps what must outlive it.
#[derive(Clone, Debug, Deserialize)]
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

/// `[calendar]`: which days are worked on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calendar {
    /// Names the days that differ from Monday to Friday and the weekend: lines `date,workday` or
    /// `date,dayoff`. None: there are none.
    pub file: Option<PathBuf>,
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
            sandbox,
            partners,
            mail,
            webhooks,
            problems,
            ..
        } = self;
        let all = registry.bounds().into_iter().chain(http.bounds());
        let all = all
            .chain(mqtt.bounds())
            .chain(gate.bounds())
            .chain(stream.bounds());
        let all = all.chain(share.bounds()).chain(limits.bounds());
        let all = all.chain(partners.bounds()).chain(mail.bounds());
        let all = all.chain(webhooks.bounds()).chain(problems.bounds());
        all.chain(stream.settle.bounds())
            .chain(sandbox.bounds())
            .collect()
    }

    /// Values of the right type that make no sense, such as a limit of 0 that would let nobody in.
    /// Found here, so that `check-config` finds whatever would stop or cripple a run.
    pub(crate) fn faults(&self) -> Vec<String> {
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
        faults.extend(self.registry.fault());
        faults.extend(self.journal.fault());
        faults.extend(self.history.fault());
        faults.extend(self.log.fault());
        let pushes = self.ngsi.iter().enumerate();
        faults.extend(pushes.filter_map(|(nth, push)| push.fault(nth)));
        faults.extend(self.http.publisher.fault());
        faults.extend(self.web.fault());
        faults.extend(self.problems.faults());
        faults.extend(self.problems.operator_faults(&self.operators));
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
mod tests;
