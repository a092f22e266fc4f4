//! The settings of one feed, each default with its reason, and what a preset fills in.

use super::preset;
use crate::domain::{Area, SourceKind, TimeZone, id};
use crate::registry::area;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// One `[[feeds]]` table of the configuration file. What a `preset` says holds where the table does
/// not say it.
#[derive(Clone, Debug, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct FeedConfig {
    /// What to call it: its source is `pull:{name}`. An id of its own among the feeds.
    pub name: String,
    /// A mapping that comes with the hub.
    #[serde(default)]
    pub preset: Option<String>,
    /// The wire format: one of the shapes.
    #[serde(default)]
    pub shape: String,
    /// Where it is fetched; absent: it is pushed only.
    #[serde(default)]
    pub url: Option<String>,
    /// How often, s, as `60s`, `5m`, `1h`; never less than the feed itself asks for.
    #[serde(default = "every", deserialize_with = "length")]
    pub every: u64,
    /// Headers to send: a text, or `{ env = "NAME" }`.
    #[serde(default)]
    pub headers: BTreeMap<String, Hidden>,
    /// Of times without an offset.
    #[serde(default, deserialize_with = "time_zone")]
    pub time_zone: Option<TimeZone>,
    /// Older than this by its own time a row is refused, s; `"off"`: by the gate's limit alone. A
    /// feed that is alive renews a car park within minutes; most that are older are dead.
    #[serde(default = "stale_after", deserialize_with = "length_or_off")]
    pub stale_after: Option<u64>,
    /// Where its zones come from.
    #[serde(default)]
    pub zones: ZonesFrom,
    /// Whom to name wherever what it says is shown; `{date}` is when it was read.
    #[serde(default)]
    pub attribution: Option<String>,
    /// Of which zones it may speak. Absent: all, with a warning.
    #[serde(default, deserialize_with = "area::read_given")]
    pub area: Option<Area>,
    /// What its source is: `gate` (the default), `sensor` or `app`.
    #[serde(default = "gate", deserialize_with = "source_kind")]
    pub kind: SourceKind,
    /// JSONPath of the rows.
    #[serde(default)]
    pub rows: Option<String>,
    /// JSONPath of the address that an answer goes on at.
    #[serde(default)]
    pub next: Option<String>,
    /// Paging by a query parameter, where there is no such address.
    #[serde(default)]
    pub page: Option<Value>,
    /// JSONPath of the seconds for which an answer says that it stays true.
    #[serde(default)]
    pub ttl: Option<String>,
    /// Of a CSV file: `delimiter`, `charset`, `header`.
    #[serde(default)]
    pub csv: Option<Value>,
    /// Which members are meant, by our names of them (`mapping`).
    #[serde(default)]
    pub map: Map<String, Value>,
    /// A saved answer, which `check-config` reads.
    #[serde(default)]
    pub sample: Option<PathBuf>,
    /// Whether its address may be one of a private network.
    #[serde(default)]
    pub allow_private: bool,
    /// PEM file with the authorities that may vouch for its server. Absent: those of this system.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// PEM files of the certificate that the hub shows, and its key.
    #[serde(default)]
    pub client_certificate: Option<PathBuf>,
    #[serde(default)]
    pub client_key: Option<PathBuf>,
    /// Whom its server's operator may turn to, told with each question: an address of the web or of
    /// mail.
    #[serde(default)]
    pub contact: Option<String>,
    /// It is pushed: how its sender is known, and what it wants to be answered.
    #[serde(default)]
    pub push: Option<Push>,
}

/// Its keys: what an unknown one is held against.
const KEYS: &[&str] = &[
    "name",
    "preset",
    "shape",
    "url",
    "every",
    "headers",
    "time_zone",
    "stale_after",
    "zones",
    "attribution",
    "area",
    "kind",
    "rows",
    "next",
    "page",
    "ttl",
    "csv",
    "map",
    "sample",
    "allow_private",
    "ca",
    "client_certificate",
    "client_key",
    "contact",
    "push",
];

impl<'de> Deserialize<'de> for FeedConfig {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let table = Map::deserialize(d)?;
        Self::from_table(table).map_err(|fault| match fault {
            Fault::Unknown(key) => de::Error::unknown_field(&key, KEYS),
            Fault::Bad(why) => de::Error::custom(why),
        })
    }
}

enum Fault {
    Unknown(String),
    Bad(String),
}

impl FeedConfig {
    /// Of a mapping file: what a table says but for its name.
    ///
    /// # Errors
    /// Says what is wrong, naming the key.
    pub fn from_file(name: &str, toml: &str) -> Result<Self, String> {
        let mut table = preset::table(toml)?;
        table.insert("name".into(), name.into());
        Self::from_table(table).map_err(|fault| match fault {
            Fault::Unknown(key) => format!("{key}: unknown key{}", preset::near(&key, KEYS)),
            Fault::Bad(why) => why,
        })
    }

    fn from_table(table: Map<String, Value>) -> Result<Self, Fault> {
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(Fault::Unknown(key.clone()));
        }
        let table = preset::merged(table).map_err(Fault::Bad)?;
        Self::deserialize(Value::Object(table.clone())).map_err(|e| {
            // serde does not say at which key: the first that cannot be read beside a name.
            let alone = table.iter().find_map(|(key, value)| {
                let mut one = Map::new();
                one.insert("name".into(), "x".into());
                one.insert(key.clone(), value.clone());
                let e = Self::deserialize(Value::Object(one)).err()?;
                Some(format!("{key}: {e}"))
            });
            Fault::Bad(alone.unwrap_or_else(|| e.to_string()))
        })
    }
}

/// Where the zones of a feed come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ZonesFrom {
    /// The registry has them; others are refused.
    #[default]
    Existing,
    /// Those of a static feed are made.
    Create,
}

/// `[feeds.push]`: how the sender of a pushed feed is known, and how it is answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// How the sender is known.
    pub auth: String,
    #[serde(default)]
    pub secret: Option<Hidden>,
    /// Of `basic`.
    #[serde(default)]
    pub username: Option<String>,
    /// The member that a signature stands in, where the sender calls it otherwise.
    #[serde(default)]
    pub sign: Option<String>,
    #[serde(default)]
    pub reply: PushReply,
}

/// What the sender of a pushed feed insists on being answered, once what it said is durable.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PushReply {
    pub status: u16,
    pub body: String,
    pub content_type: Option<String>,
    /// Whether it is answered so even when nothing of a body could be used: some senders give up on
    /// who answers with an error.
    pub always: bool,
}

impl Default for PushReply {
    fn default() -> Self {
        Self {
            status: 202,
            body: String::new(),
            content_type: None,
            always: false,
        }
    }
}

/// A text that no debug form shows; or where in the environment it is, so that it need not stand in
/// a file.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub enum Hidden {
    Text(String),
    Env { env: String },
}

impl Hidden {
    /// The text itself.
    ///
    /// # Errors
    /// Names the variable that is not in the environment, or no text.
    pub fn expose(&self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Env { env } => std::env::var(env)
                .map_err(|_| format!("{env} is not in the environment, or no text")),
        }
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("(hidden)"),
            Self::Env { env } => write!(f, "(of {env})"),
        }
    }
}

const fn every() -> u64 {
    60
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "a default is of its member's type"
)]
const fn stale_after() -> Option<u64> {
    Some(20 * 60)
}

const fn gate() -> SourceKind {
    SourceKind::Gate
}

impl FeedConfig {
    /// The id of its source.
    #[must_use]
    pub fn source(&self) -> String {
        format!("pull:{}", self.name)
    }

    /// What is wrong with several feeds together, or with one of them, naming the feed and the key.
    #[must_use]
    pub fn fault_among(all: &[Self]) -> Option<String> {
        all.iter().enumerate().find_map(|(at, one)| {
            if all[..at].iter().any(|other| other.name == one.name) {
                return Some(format!("feeds: the name {:?} is used twice", one.name));
            }
            one.fault()
        })
    }

    fn fault(&self) -> Option<String> {
        let says = |what: &str| Some(format!("feeds: {:?}: {what}", self.name));
        if !id::is_valid(&self.source()) {
            return says("name: expected [A-Za-z0-9._:-], 1 to 59 characters");
        }
        if self.url.is_none() && self.push.is_none() {
            return says("url: missing (or `push`, where the feed is sent here)");
        }
        if self.client_certificate.is_some() != self.client_key.is_some() {
            return says("client_certificate, client_key: give both or neither");
        }
        None
    }
}

/// A length of time in s: `60s`, `20m`, `2h`, `3d`, or a number of seconds.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let (number, unit) =
        text.split_at(text.len() - usize::from(text.ends_with(['s', 'm', 'h', 'd'])));
    let factor = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => 1,
    };
    let whole = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let s: u64 = number.parse().ok().filter(|_| whole)?;
    s.checked_mul(factor)
        .filter(|s| (1..=366 * 86_400).contains(s))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum LengthText {
    Seconds(u64),
    Text(String),
}

const WANTED: &str = "expected a length of time such as 60s, 20m, 2h or 3d, up to a year";

fn read_length(text: &LengthText) -> Result<u64, &'static str> {
    match text {
        LengthText::Seconds(s) => seconds(&s.to_string()).ok_or(WANTED),
        LengthText::Text(text) => seconds(text).ok_or(WANTED),
    }
}

fn length<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
    read_length(&LengthText::deserialize(d)?).map_err(de::Error::custom)
}

fn length_or_off<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u64>, D::Error> {
    match LengthText::deserialize(d)? {
        LengthText::Text(word) if word == "off" => Ok(None),
        text => read_length(&text).map(Some).map_err(de::Error::custom),
    }
}

fn time_zone<'de, D: Deserializer<'de>>(d: D) -> Result<Option<TimeZone>, D::Error> {
    let name = String::deserialize(d)?;
    let zone = TimeZone::parse(&name).ok_or_else(|| {
        de::Error::custom(format_args!(
            "{name:?} is no zone of the IANA data base, such as Asia/Singapore"
        ))
    })?;
    Ok(Some(zone))
}

fn source_kind<'de, D: Deserializer<'de>>(d: D) -> Result<SourceKind, D::Error> {
    let name = String::deserialize(d)?;
    SourceKind::parse(&name).ok_or_else(|| de::Error::unknown_variant(&name, &SourceKind::NAMES))
}
