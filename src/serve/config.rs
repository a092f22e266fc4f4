//! The `[http]` part of the configuration.

use super::{Block, ListenLimits};
use crate::domain::{Crs, Realm};
use crate::limits::Shares;
use crate::registry::crs;
use crate::tls::TlsConfig;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The `[http]` part of the configuration.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen. The default is this machine only.
    pub listen: SocketAddr,
    /// Whether bays and zones are read without a key.
    pub public_reads: bool,
    /// In which coordinates places are told, and meant, where a caller does not say it by `crs`.
    /// Absent: WGS 84.
    #[serde(deserialize_with = "crs::read_given")]
    pub public_crs: Option<Crs>,
    /// Open connections at a time, those of streams included; more wait in the system's backlog.
    pub max_connections: usize,
    /// Open streams at a time; more are refused. Keep some connections above it for everything
    /// else.
    pub max_streams: usize,
    /// How long a client may leave what is sent to it unread, seconds; then it is disconnected.
    pub write_timeout_s: u64,
    /// How long a client may take to send its headers, and how long an idle connection is kept,
    /// seconds.
    pub header_timeout_s: u64,
    /// How long a request may take, reading its body included, seconds.
    pub request_timeout_s: u64,
    /// A second listener, with TLS. Absent: none.
    pub tls: Option<TlsConfig>,
    /// A third listener, of the operators alone: `/metrics`, `/v1/admin`, `/v1/quarantine` and the
    /// details of `/readyz` are then only there. Absent: all is on every listener.
    pub admin: Option<AdminConfig>,
    /// The token that was typed in at OneNET for its HTTP push: a text, or
    /// `{ env = "NAME_OF_A_VARIABLE" }`. Absent: signatures are not checked, and the key in the
    /// address is all that proves who pushes.
    pub onenet_token: Option<PlatformToken>,
    /// Origins (`https://app.example.org`) of the web pages that may use `/mcp`. Nobody's unless it is
    /// said: assistants are no pages, and send none.
    pub mcp_origins: Vec<String>,
    /// Whose `Forwarded` and `X-Forwarded-For` are believed: addresses, or blocks of them. Nobody's
    /// unless it is said: who is believed names the address that limits and logs go by.
    pub trusted_proxies: Vec<Block>,
    /// Who publishes what the hub tells in the forms of standards.
    pub publisher: PublisherConfig,
    /// Which hub answers. No operator sets it.
    #[serde(skip)]
    pub realm: Realm,
}

/// `[http.publisher]` of the configuration file: what data in the forms of standards say of whom it
/// is from. What is empty is not said.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublisherConfig {
    /// The organisation's name.
    pub name: String,
    /// Where the terms are under which the data may be used: `https://...`.
    pub license_url: String,
    /// Where this API is found from outside, `https://hub.example.org`: addresses in answers begin with
    /// it.
    pub url: String,
}

impl PublisherConfig {
    /// What is wrong with these values, naming the key; `None` if nothing is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        if self.name.len() > 256 {
            return Some("http.publisher.name: may have at most 256 bytes".to_owned());
        }
        let addresses = [("license_url", &self.license_url), ("url", &self.url)];
        let (key, _) = addresses.into_iter().find(|(_, url)| !is_address(url))?;
        Some(format!(
            "http.publisher.{key}: must be an address such as https://hub.example.org"
        ))
    }
}

/// Whether it may stand where a standard wants a URI; nothing may.
fn is_address(url: &str) -> bool {
    let is_uri = url.parse::<axum::http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("https" | "http")) && uri.host().is_some()
    });
    url.is_empty() || is_uri && url.len() <= 1024
}

/// A secret that is shared with an IoT platform. No debug form shows it.
#[derive(Clone, serde::Deserialize)]
#[serde(try_from = "GivenToken")]
pub struct PlatformToken(String);

impl PlatformToken {
    pub(in crate::serve) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlatformToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "a text, or { env = \"NAME\" }")]
enum GivenToken {
    Text(String),
    Env { env: String },
}

impl TryFrom<GivenToken> for PlatformToken {
    type Error = String;

    fn try_from(given: GivenToken) -> Result<Self, String> {
        let token = match given {
            GivenToken::Text(token) => token,
            GivenToken::Env { env } => std::env::var(&env).map_err(|_| {
                format!("onenet_token: {env} is not in the environment, or no text")
            })?,
        };
        if token.is_empty() {
            return Err("onenet_token: is empty; leave it out instead".to_owned());
        }
        Ok(Self(token))
    }
}

/// `[http.admin]` of the configuration file.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminConfig {
    /// Where to listen, in the clear.
    pub listen: SocketAddr,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_reads: true,
            public_crs: None,
            max_connections: 16_000,
            max_streams: 12_000,
            write_timeout_s: 10,
            header_timeout_s: 10,
            request_timeout_s: 10,
            tls: None,
            admin: None,
            onenet_token: None,
            mcp_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            publisher: PublisherConfig::default(),
            realm: Realm::City,
        }
    }
}

impl Config {
    /// Names of the keys, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> [(&'static str, u64, std::ops::RangeInclusive<u64>); 6] {
        let most = u64::from(u32::MAX);
        [
            (
                "http.max_connections",
                self.max_connections as u64,
                1..=most,
            ),
            ("http.max_streams", self.max_streams as u64, 1..=most),
            ("http.write_timeout_s", self.write_timeout_s, 1..=86_400),
            ("http.header_timeout_s", self.header_timeout_s, 1..=86_400),
            ("http.request_timeout_s", self.request_timeout_s, 1..=86_400),
            // Each is looked at for each connection, and for each request of a proxy.
            (
                "number of http.trusted_proxies",
                self.trusted_proxies.len() as u64,
                0..=256,
            ),
        ]
    }

    /// Where operators' questions are answered.
    #[must_use]
    pub fn operators_at(&self) -> SocketAddr {
        self.admin.as_ref().map_or(self.listen, |own| own.listen)
    }

    /// What the sockets need of it.
    #[must_use]
    pub fn limits(&self, shares: Shares) -> ListenLimits {
        ListenLimits {
            max_connections: self.max_connections,
            header_timeout: Duration::from_secs(self.header_timeout_s),
            write_timeout: Duration::from_secs(self.write_timeout_s),
            drain_timeout: Duration::from_secs(self.request_timeout_s),
            trusted_proxies: self.trusted_proxies.clone().into(),
            shares,
        }
    }
}
