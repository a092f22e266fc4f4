//! The settings of one outside broker, each default with its reason.

use super::tls;
use super::url::Url;
use crate::domain::source::BOOKINGS;
use crate::domain::{Area, SourceKind, id};
use crate::ingest::codec::Codec;
use crate::registry::area;
use serde::{Deserialize, Deserializer, de};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// One `[[brokers]]` table of the configuration file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What to call it in logs, metrics and the quarantine: an id of its own among the brokers.
    pub name: String,
    /// `mqtt://host[:1883]`, or `mqtts://host[:8883]` with TLS.
    pub url: Url,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub password: Option<Secret>,
    /// The environment variable that holds the password, so that it need not stand in a file.
    #[serde(default)]
    pub password_env: Option<String>,
    /// PEM file with the authorities that may vouch for the broker. Absent: those of this system.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// The sources that this broker is trusted to speak for: ids, or prefixes ending in `*`. The
    /// broker knows its clients and decides who publishes where; the hub believes it this far and
    /// no further.
    #[serde(default)]
    pub sources: Vec<String>,
    /// The source as which the uplinks count that a network server publishes there, ChirpStack's or
    /// The Things Stack's: whoever may publish on their topics at that broker is believed to be it.
    /// Absent: none are taken.
    #[serde(default)]
    pub network_server: Option<String>,
    /// What those sources are: `sensor` (the default), `app` or `gate`.
    #[serde(default = "sensor", deserialize_with = "source_kind")]
    pub source_kind: SourceKind,
    /// Of which zones those sources may speak: `"all"`, or `zones` and `operators` by name. Absent:
    /// all, with a warning.
    #[serde(default, deserialize_with = "area::read_given")]
    pub area: Option<Area>,
    /// Connections that share the messages among them. Each acknowledges one by one, so several do
    /// more, where one is too slow: it does tens of thousands of messages a second. With more than
    /// one, reports of one source may overtake each other, so they should carry `at`; and the
    /// broker must keep shared subscriptions through its own restarts. mosquitto 2.0 does not: what
    /// it is sent between its start and the hub's return goes nowhere.
    #[serde(default = "clients")]
    pub clients: u16,
    /// `$share/{client_id_prefix}/...` subscriptions. Absent: when there are several clients.
    /// `false` for a broker that has none, which then needs `clients = 1`.
    #[serde(default)]
    pub shared: Option<bool>,
    /// Topic filters. Whatever comes must end in `bayhub/v1/{source}/report|count|status` or, with
    /// `network_server`, be its topics. Absent: these, as far as anybody is trusted.
    #[serde(default)]
    pub topics: Option<Vec<String>>,
    /// Client ids are `{prefix}-0`, `{prefix}-1`, ... and `{prefix}-out`; the broker keeps a
    /// session for each. It must differ between hubs on one broker. Taking clients away leaves
    /// their sessions behind, with what is in them.
    #[serde(default = "prefix")]
    pub client_id_prefix: String,
    /// Seconds. A connection that is dead without a word is noticed within two of these.
    #[serde(default = "keep_alive_s")]
    pub keep_alive_s: u16,
    /// Messages of one client that may wait for the journal; beyond it the client is not read.
    #[serde(default = "inflight")]
    pub inflight: u16,
    /// The largest packet that is read, in bytes. The gate refuses payloads far below this; a
    /// packet above it ends the connection, and the broker sends it again: keep this above the
    /// broker's own limit.
    #[serde(default = "max_packet_bytes")]
    pub max_packet_bytes: usize,
    /// The longest wait between two attempts to connect, in seconds. Short: it is what a healed cut
    /// may cost.
    #[serde(default = "reconnect_max_s")]
    pub reconnect_max_s: u16,
    /// Whether zones' availability is published there, retained.
    #[serde(default)]
    pub publish_availability: bool,
}

const fn sensor() -> SourceKind {
    SourceKind::Sensor
}

const fn clients() -> u16 {
    1
}

fn prefix() -> String {
    "bayhub".into()
}

const fn keep_alive_s() -> u16 {
    10
}

const fn inflight() -> u16 {
    1024
}

const fn max_packet_bytes() -> usize {
    16 * 1024 * 1024
}

const fn reconnect_max_s() -> u16 {
    3
}

/// More connections than this to one broker would be a mistake.
const MAX_CLIENTS: u16 = 64;

impl Config {
    /// What is wrong with these settings beyond their types, naming the broker and the key. Reads
    /// the `ca` file.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let name = &self.name;
        let says = |what: &str| Some(format!("brokers: {name:?}: {what}"));
        if !id::is_valid(name) {
            return says("name: expected [A-Za-z0-9._:-], 1 to 64 characters");
        }
        if !id::is_valid(&self.client_id_prefix) {
            return says("client_id_prefix: expected [A-Za-z0-9._:-], 1 to 64 characters");
        }
        if self.sources.is_empty() && self.network_server.is_none() {
            return says("sources: none are trusted, so nothing could be taken from it");
        }
        if (self.network_server.as_deref())
            .is_some_and(|name| !id::is_valid(name) || name == BOOKINGS || name.starts_with("dev."))
        {
            return says("network_server: expected the id of a source, [A-Za-z0-9._:-]");
        }
        if !(1..=MAX_CLIENTS).contains(&self.clients) {
            return says("clients: expected 1 to 64");
        }
        if self.shared == Some(false) && self.clients > 1 {
            return says(
                "clients: several clients need shared subscriptions, or each would get every message",
            );
        }
        if self.keep_alive_s == 0 || self.inflight == 0 {
            return says("keep_alive_s, inflight: expected 1 or more");
        }
        let topics = self.plain_filters();
        if let Some(topic) = topics
            .iter()
            .find(|t| t.starts_with('$') || !rumqttc::valid_filter(t))
        {
            return says(&format!(
                "topics: {topic:?} is no topic filter (shared ones are made from plain ones)"
            ));
        }
        if topics.is_empty() {
            return says("topics: nothing is subscribed to");
        }
        if self.username.is_none() && (self.password.is_some() || self.password_env.is_some()) {
            return says("username: missing beside a password");
        }
        if self.ca.is_some() && !self.url.tls {
            return says("ca: needs an mqtts:// url");
        }
        self.password()
            .and_then(|_| {
                self.url
                    .tls
                    .then(|| tls::settings(self.ca.as_deref()))
                    .transpose()
            })
            .map_or_else(|e| says(&e), |_| None)
    }

    /// What is wrong with several brokers together, or with one of them.
    #[must_use]
    pub fn fault_among(all: &[Self]) -> Option<String> {
        all.iter().enumerate().find_map(|(at, one)| {
            let before = &all[..at];
            if before.iter().any(|other| other.name == one.name) {
                return Some(format!("brokers: the name {:?} is used twice", one.name));
            }
            if before.iter().any(|o| (&o.url, &o.client_id_prefix) == (&one.url, &one.client_id_prefix)) {
                return Some(format!(
                    "brokers: {:?}: client_id_prefix: another entry has the same at the same url; the two would throw \
                     each other out",
                    one.name
                ));
            }
            one.fault()
        })
    }

    /// The password: given, or in the environment.
    pub(super) fn password(&self) -> Result<Option<String>, String> {
        match (&self.password, &self.password_env) {
            (Some(_), Some(_)) => Err("password, password_env: give one of them".into()),
            (Some(secret), None) => Ok(Some(secret.0.clone())),
            (None, Some(variable)) => std::env::var(variable).map(Some).map_err(|_| {
                format!("password_env: {variable} is not in the environment, or no text")
            }),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn is_shared(&self) -> bool {
        self.shared.unwrap_or(self.clients > 1)
    }

    /// What each client subscribes to.
    pub(super) fn filters(&self) -> Vec<String> {
        let plain = self.plain_filters();
        if !self.is_shared() {
            return plain;
        }
        let shared = |topic: &String| format!("$share/{}/{topic}", self.client_id_prefix);
        plain.iter().map(shared).collect()
    }

    /// The filters that are given, or the usual ones.
    fn plain_filters(&self) -> Vec<String> {
        if let Some(given) = &self.topics {
            return given.clone();
        }
        let forms = ["report", "count", "status"].map(|form| format!("bayhub/v1/+/{form}"));
        let own = forms.into_iter().filter(|_| !self.sources.is_empty());
        let network = Codec::network_filters().filter(|_| self.network_server.is_some());
        own.chain(network).collect()
    }

    pub(super) const fn reconnect_max(&self) -> Duration {
        Duration::from_secs(self.reconnect_max_s as u64)
    }
}

/// A text that no debug form shows.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

fn source_kind<'de, D: Deserializer<'de>>(d: D) -> Result<SourceKind, D::Error> {
    let name = String::deserialize(d)?;
    SourceKind::parse(&name)
        .ok_or_else(|| de::Error::unknown_variant(&name, &["sensor", "app", "gate"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(more: &serde_json::Value) -> Result<Config, String> {
        let mut all = json!({"name": "city", "url": "mqtt://localhost", "sources": ["lamp-*"]});
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        serde_json::from_value(all).map_err(|e| e.to_string())
    }

    #[test]
    fn several_clients_share_and_one_need_not() {
        let one = read(&json!({})).unwrap();
        assert_eq!((one.fault(), one.clients), (None, 1));
        assert_eq!(one.filters()[2], "bayhub/v1/+/status");
        let four = read(&json!({"clients": 4})).unwrap();
        assert_eq!(
            (four.fault(), &*four.filters()[0]),
            (None, "$share/bayhub/bayhub/v1/+/report")
        );
        let named = read(
            &json!({"clients": 1, "shared": true, "client_id_prefix": "hub2", "topics": ["a/#"]}),
        )
        .unwrap();
        assert_eq!(named.filters(), ["$share/hub2/a/#"]);
    }

    #[test]
    fn a_network_servers_topics_are_asked_for_where_one_is_named() {
        let both = read(&json!({"network_server": "lns-1"})).unwrap();
        assert_eq!((both.fault(), both.filters().len()), (None, 8));
        assert!(
            both.filters()
                .contains(&"application/+/device/+/event/up".to_owned())
        );
        let alone = read(&json!({"network_server": "lns-1", "sources": []})).unwrap();
        assert_eq!((alone.fault(), alone.filters().len()), (None, 5));
        assert!(alone.filters().contains(&"v3/+/devices/+/up".to_owned()));
        for bad in ["dev.0102030405060708", "a b", ""] {
            let bad = read(&json!({"network_server": bad})).unwrap();
            assert!(bad.fault().is_some_and(|f| f.contains("network_server")));
        }
    }

    #[test]
    fn a_fault_is_named_with_its_key() {
        for (more, words) in [
            (
                json!({"clients": 2, "shared": false}),
                "clients: several clients need shared",
            ),
            (json!({"clients": 0}), "clients"),
            (json!({"sources": []}), "sources"),
            (json!({"topics": ["a/#/b"]}), "a/#/b"),
            (json!({"topics": ["$share/x/a"]}), "$share/x/a"),
            (json!({"name": "a b"}), "name"),
            (json!({"password": "x"}), "username"),
            (
                json!({"username": "u", "password_env": "BAYHUB_TEST_NO_SUCH"}),
                "BAYHUB_TEST_NO_SUCH",
            ),
            (json!({"ca": "x.pem"}), "mqtts://"),
            (
                json!({"url": "mqtts://h", "ca": "no-such.pem"}),
                "no-such.pem",
            ),
        ] {
            let said = read(&more).unwrap().fault().unwrap_or_default();
            assert!(said.contains(words), "{words:?} in {said:?} for {more}");
        }
        assert!(read(&json!({"url": "mqtt://u:hunter2@h"})).is_err_and(|e| !e.contains("hunter2")));
        assert!(read(&json!({"source_kind": "lamp"})).is_err_and(|e| e.contains("gate")));
    }

    #[test]
    fn two_entries_may_not_throw_each_other_out() {
        let one = read(&json!({})).unwrap();
        let twice = [one.clone(), read(&json!({"name": "other"})).unwrap()];
        assert!(Config::fault_among(&twice).is_some_and(|e| e.contains("client_id_prefix")));
        assert!(
            Config::fault_among(&[one.clone(), one.clone()]).is_some_and(|e| e.contains("twice"))
        );
        assert_eq!(
            Config::fault_among(&[
                one,
                read(&json!({"name": "b", "client_id_prefix": "b"})).unwrap()
            ]),
            None
        );
    }

    #[test]
    fn no_debug_form_shows_a_password() {
        let config = read(&json!({"username": "u", "password": "hunter2"})).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(config.password(), Ok(Some("hunter2".into())));
    }
}
