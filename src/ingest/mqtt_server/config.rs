//! The MQTT server's settings, each default with its reason.

use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// `[mqtt]` of the configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen. This machine only until an operator says otherwise: keys travel in the
    /// clear without TLS.
    pub listen: SocketAddr,
    /// Open connections; one more is answered "server unavailable". 20,000 lamp posts fit in some
    /// 200 MB.
    pub max_connections: usize,
    /// Open connections of one source: a fleet may share an id, but one source may not fill the
    /// house.
    pub max_connections_per_source: usize,
    /// The largest packet, in bytes: a payload of 256 KiB and 1 KiB for header and topic. A larger
    /// one is refused from its fixed header alone and its connection closed.
    pub max_packet_bytes: usize,
    /// Seconds from accept to a whole CONNECT: strangers hold a place no longer than this.
    pub connect_timeout_s: u64,
    /// Seconds that a packet may take from its first byte to its last, so that a half packet is not
    /// held for ever.
    pub packet_timeout_s: u64,
    /// Seconds that a client may leave its acknowledgements unread before it is dropped.
    pub write_timeout_s: u64,
    /// Seconds for what is under way when a connection or the hub ends.
    pub drain_timeout_s: u64,
    /// The longest client id, in bytes. MQTT asks for 23 at least; fleets use more.
    pub max_client_id_bytes: usize,
    /// Seconds: a client is held to this keep-alive even if it asked for a longer one, or for none.
    /// Absent: no limit.
    pub max_keep_alive_s: Option<u16>,
    /// Submissions of one connection that wait for the journal; when reached, its socket is not
    /// read. Each holds the publishes of one read, so 32 keep a fast sender busy through a slow
    /// sync.
    pub max_inflight_submissions: usize,
    /// Messages of QoS 1 and 2 that one client may have unacknowledged; told to clients of MQTT 5
    /// and held against those. A thousand fill a slow sync from a fast sender.
    pub receive_maximum: u16,
    /// Topic aliases of one client of MQTT 5; a source has three topics of its own.
    pub topic_aliases: u16,
    /// Connections a second from one address; ten seconds' worth may come at once. A city's
    /// gateways behind one address all come back together after a power cut. 0: no limit.
    pub max_connects_per_s_per_address: u32,
    /// The same of one source.
    pub max_connects_per_s_per_source: u32,
    /// A second listener, with TLS. Absent: none.
    pub tls: Option<crate::tls::TlsConfig>,
}

impl Config {
    /// What a packet may be longer than its payload: fixed header, topic, packet id.
    pub(super) const HEADER_ROOM: usize = 1024;

    /// Names of the keys, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> [(&'static str, u64, std::ops::RangeInclusive<u64>); 8] {
        let most = u64::from(u32::MAX);
        [
            (
                "mqtt.max_connections",
                self.max_connections as u64,
                1..=most,
            ),
            (
                "mqtt.max_connections_per_source",
                self.max_connections_per_source as u64,
                1..=most,
            ),
            (
                "mqtt.max_packet_bytes",
                self.max_packet_bytes as u64,
                2048..=1 << 28,
            ),
            ("mqtt.connect_timeout_s", self.connect_timeout_s, 1..=86_400),
            ("mqtt.packet_timeout_s", self.packet_timeout_s, 1..=86_400),
            ("mqtt.write_timeout_s", self.write_timeout_s, 1..=86_400),
            // What the standard asks every server to take.
            (
                "mqtt.max_client_id_bytes",
                self.max_client_id_bytes as u64,
                23..=65_535,
            ),
            (
                "mqtt.max_inflight_submissions",
                self.max_inflight_submissions as u64,
                1..=65_536,
            ),
        ]
    }

    /// The longest payload, in bytes.
    #[must_use]
    pub const fn max_payload_bytes(&self) -> usize {
        self.max_packet_bytes.saturating_sub(Self::HEADER_ROOM)
    }

    /// Places for clients without a key: half, so that no crowd of readers keeps sensors out.
    pub(super) const fn max_strangers(&self) -> usize {
        self.max_connections.div_ceil(2)
    }

    pub(super) const fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout_s)
    }

    pub(super) const fn packet_timeout(&self) -> Duration {
        Duration::from_secs(self.packet_timeout_s)
    }

    pub(super) const fn write_timeout(&self) -> Duration {
        Duration::from_secs(self.write_timeout_s)
    }

    pub(super) const fn drain_timeout(&self) -> Duration {
        Duration::from_secs(self.drain_timeout_s)
    }

    /// One and a half times what the client asked for, within `max_keep_alive_s`. `None`: it may be
    /// silent for ever.
    pub(super) fn silence(&self, asked_s: u16) -> Option<Duration> {
        let asked = (asked_s > 0).then_some(asked_s);
        let held = match (asked, self.max_keep_alive_s.filter(|m| *m > 0)) {
            (Some(a), Some(m)) => Some(a.min(m)),
            (a, m) => a.or(m),
        };
        held.map(|s| Duration::from_millis(u64::from(s) * 1500))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 1883)),
            max_connections: 20_000,
            max_connections_per_source: 1_000,
            max_packet_bytes: 262_144 + Self::HEADER_ROOM,
            connect_timeout_s: 10,
            packet_timeout_s: 60,
            write_timeout_s: 10,
            drain_timeout_s: 5,
            max_client_id_bytes: 128,
            max_keep_alive_s: None,
            max_inflight_submissions: 32,
            receive_maximum: 1000,
            topic_aliases: 16,
            max_connects_per_s_per_address: 1000,
            max_connects_per_s_per_source: 1000,
            tls: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_section_is_the_default_and_an_unknown_key_an_error() {
        assert_eq!(
            serde_json::from_str::<Config>("{}").unwrap(),
            Config::default()
        );
        assert_eq!(Config::default().max_payload_bytes(), 262_144);
        assert!(serde_json::from_str::<Config>(r#"{"max_conections":1}"#).is_err());
    }

    #[test]
    fn silence_is_one_and_a_half_keep_alives_within_the_limit() {
        let free = Config::default();
        assert_eq!(free.silence(0), None);
        assert_eq!(free.silence(10), Some(Duration::from_secs(15)));
        let held = Config {
            max_keep_alive_s: Some(60),
            ..Config::default()
        };
        assert_eq!(held.silence(0), Some(Duration::from_secs(90)));
        assert_eq!(held.silence(600), Some(Duration::from_secs(90)));
        assert_eq!(held.silence(2), Some(Duration::from_secs(3)));
    }
}
