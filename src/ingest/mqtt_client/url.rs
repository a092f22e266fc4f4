//! Where an outside broker listens, as its address is written. Pure.

use serde::{Deserialize, Deserializer, de};

/// Where a broker listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    pub host: String,
    pub port: u16,
    pub tls: bool,
}

impl Url {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (tls, usual) = match scheme {
            "mqtt" => (false, 1883),
            "mqtts" => (true, 8883),
            _ => return None,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        // The colons of an IPv6 address stand in brackets.
        let ends = rest.rfind(']').map_or(0, |at| at + 1);
        let (host, port) = match rest[ends..].rfind(':') {
            Some(at) => (&rest[..ends + at], rest[ends + at + 1..].parse().ok()?),
            None => (rest, usual),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
        let named = !host.is_empty()
            && host.chars().all(plain)
            && (host.starts_with('[') || !host.contains(':'));
        named.then(|| Self {
            host: host.into(),
            port,
            tls,
        })
    }
}

impl<'de> Deserialize<'de> for Url {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        // Not repeated: someone may have put the password there.
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(
                "expected mqtt://host, mqtt://host:port or mqtts://..., without user name or path",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_scheme_host_and_port() {
        for (text, host, port, tls) in [
            ("mqtt://localhost", "localhost", 1883, false),
            ("mqtt://10.0.0.1:1884/", "10.0.0.1", 1884, false),
            ("mqtts://mq.example.org", "mq.example.org", 8883, true),
            ("mqtts://[::1]:9", "[::1]", 9, true),
            ("mqtt://[::1]", "[::1]", 1883, false),
        ] {
            assert_eq!(
                Url::parse(text),
                Some(Url {
                    host: host.into(),
                    port,
                    tls
                }),
                "{text}"
            );
        }
        for bad in [
            "",
            "localhost",
            "tcp://a",
            "mqtt://",
            "mqtt://u:p@h",
            "mqtt://h:x",
            "mqtt://h/p",
            "mqtt://::1",
            "mqtt://h:70000",
        ] {
            assert_eq!(Url::parse(bad), None, "{bad}");
        }
    }
}
