//! The own-topic rule: a source publishes under its own name and nowhere else. The one exception is
//! a network server, whose key says that it hands on the uplinks of devices.

use crate::domain::Speaker;
use crate::ingest::codec::Codec;

/// What `topic` means where `speaker` may publish to it.
pub(super) fn allowed(topic: &str, speaker: &Speaker) -> Option<&'static Codec> {
    let of_devices = || Codec::of_network_server(topic).filter(|_| speaker.uplinks);
    own(topic, &speaker.id).or_else(of_devices)
}

/// What `topic` means if it is exactly `bayhub/v1/{source}/` and the name of a source's format;
/// `None` for anything else.
///
/// There is nothing to normalise or match here, hence nothing to get around: the topic is compared
/// byte by byte with those that are allowed. `source` must be a valid public id (no `/`, no
/// wildcard).
pub(super) fn own(topic: &str, source: &str) -> Option<&'static Codec> {
    let last = topic
        .strip_prefix("bayhub/v1/")?
        .strip_prefix(source)?
        .strip_prefix('/')?;
    Codec::of_source(last)
}

/// Where mosquitto's bridges say, unless told otherwise, whether they are there: as a message when
/// they come, and as their last will.
pub(super) fn is_bridge_notice(topic: &str) -> bool {
    topic.starts_with("$SYS/broker/connection/")
}

/// As much of a topic as a refusal keeps, cut between characters.
pub(super) fn excerpt(topic: &str) -> &str {
    const KEPT: usize = 256;
    let end = (0..=KEPT.min(topic.len()))
        .rev()
        .find(|at| topic.is_char_boundary(*at))
        .unwrap_or(0);
    &topic[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{KeyAccount, Pass, SharedRemit, SourceIx, SourceKind};
    use crate::ingest::codec::Said;

    fn speaker(uplinks: bool) -> Speaker {
        let source = SourceIx(0);
        let kind = SourceKind::Sensor;
        let pass = Pass::default();
        Speaker {
            source,
            kind,
            id: "network-1".into(),
            pass,
            uplinks,
            remit: SharedRemit::default(),
            account: KeyAccount::default(),
        }
    }

    const CHIRPSTACK: &str = "application/5f2c/device/0102030405060708/event/up";
    const TTN: &str = "v3/parking@city/devices/bay-7/up";

    #[test]
    fn a_network_server_hands_on_uplinks_and_speaks_for_itself() {
        let network = speaker(true);
        assert_eq!(allowed(CHIRPSTACK, &network), Codec::named("chirpstack"));
        assert_eq!(allowed(TTN, &network), Codec::named("ttn"));
        assert_eq!(
            allowed("bayhub/v1/network-1/status", &network),
            Codec::named("status")
        );
        assert_eq!(allowed("bayhub/v1/network-1/chirpstack", &network), None);
        assert_eq!(allowed("bayhub/v1/lamp-1/report", &network), None);
    }

    #[test]
    fn what_a_network_server_says_besides_is_taken_as_nothing() {
        for topic in [
            "application/5f2c/device/0102030405060708/event/join",
            "application/5f2c/device/0102030405060708/event/status",
            "v3/parking@city/devices/bay-7/join",
            "v3/parking@city/devices/bay-7/down/ack",
            "v3/parking@city/devices/bay-7/location/solved",
        ] {
            let event = allowed(topic, &speaker(true)).expect(topic);
            assert!(Codec::named(event.name).is_none(), "no format");
            let mut out = Vec::new();
            (event.decode)(b"anything", &mut out).unwrap();
            assert_eq!(out, [Said::Nothing]);
            assert_eq!(allowed(topic, &speaker(false)), None);
        }
    }

    #[test]
    fn no_other_source_hands_on_uplinks() {
        assert_eq!(allowed(CHIRPSTACK, &speaker(false)), None);
        assert_eq!(allowed(TTN, &speaker(false)), None);
    }

    #[test]
    fn what_is_nearly_an_uplinks_topic_is_none() {
        for near in [
            "application/5f2c/device/0102030405060708/event/joined",
            "application/5f2c/device/0102030405060708/event/up/",
            "application/5f2c/device/0102030405060708/event/up/x",
            "application/5f2c/device/0102030405060708/event",
            "application//device/0102030405060708/event/up",
            "application/+/device/+/event/up",
            "application/5f2c/device/#",
            "application/5f2c/device/\u{430}/event/up",
            "/application/5f2c/device/0102030405060708/event/up",
            "Application/5f2c/device/0102030405060708/event/up",
            "$share/x/application/5f2c/device/0102030405060708/event/up",
            "v3/parking@city/devices/bay-7/up/",
            "v3/parking@city/devices//up",
            "v3/parking@city/devices/bay-7/down",
            "v3/parking@city/devices/bay-7/down/push",
            "v3/parking@city/devices/bay-7/join/x",
            "v3/+/devices/+/up",
            "v3/../devices/bay 7/up",
            "",
        ] {
            assert_eq!(allowed(near, &speaker(true)), None, "{near:?}");
        }
    }
}
