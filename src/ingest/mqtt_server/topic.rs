//! The own-topic rule: a source publishes under its own name and nowhere else. The one exception is
//! a network server, whose key says that it hands on the uplinks of devices.

use crate::domain::{Speaker, Topic};

/// What `topic` means where `speaker` may publish to it.
pub(super) fn allowed(topic: &str, speaker: &Speaker) -> Option<Topic> {
    own(topic, &speaker.id).or_else(|| if speaker.uplinks { uplink(topic) } else { None })
}

/// What `topic` means if it is exactly `bayhub/v1/{source}/report|count|status`; `None` for
/// anything else.
///
/// There is nothing to normalise or match here, hence nothing to get around: the topic is compared
/// byte by byte with the only three that are allowed. `source` must be a valid public id (no `/`,
/// no wildcard).
pub(super) fn own(topic: &str, source: &str) -> Option<Topic> {
    let last = topic
        .strip_prefix("bayhub/v1/")?
        .strip_prefix(source)?
        .strip_prefix('/')?;
    Topic::parse(last)
}

/// `application/{application}/device/{devEui}/event/up` or `v3/{app}@{tenant}/devices/{device}/up`,
/// level by level and nothing else. The levels in braces are not looked up: which device it is the
/// payload says, and the gate judges.
fn uplink(topic: &str) -> Option<Topic> {
    // One more than the longest form has: what goes on is no match.
    let levels: Vec<&str> = topic.splitn(7, '/').collect();
    match levels[..] {
        ["application", app, "device", device, "event", "up"] if named(app) && named(device) => {
            Some(Topic::ChirpStack)
        }
        ["v3", app, "devices", device, "up"] if named(app) && named(device) => Some(Topic::Ttn),
        _ => None,
    }
}

/// Whether network servers could have such a name: ids, UUIDs, and `{app}@{tenant}`.
fn named(level: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'@');
    (1..=80).contains(&level.len()) && level.bytes().all(allowed)
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
    use crate::domain::{Pass, SourceIx, SourceKind};

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
        }
    }

    const CHIRPSTACK: &str = "application/5f2c/device/0102030405060708/event/up";
    const TTN: &str = "v3/parking@city/devices/bay-7/up";

    #[test]
    fn a_network_server_hands_on_uplinks_and_speaks_for_itself() {
        let network = speaker(true);
        assert_eq!(allowed(CHIRPSTACK, &network), Some(Topic::ChirpStack));
        assert_eq!(allowed(TTN, &network), Some(Topic::Ttn));
        assert_eq!(
            allowed("bayhub/v1/network-1/status", &network),
            Some(Topic::Status)
        );
        assert_eq!(allowed("bayhub/v1/network-1/chirpstack", &network), None);
        assert_eq!(allowed("bayhub/v1/lamp-1/report", &network), None);
    }

    #[test]
    fn no_other_source_hands_on_uplinks() {
        assert_eq!(allowed(CHIRPSTACK, &speaker(false)), None);
        assert_eq!(allowed(TTN, &speaker(false)), None);
    }

    #[test]
    fn what_is_nearly_an_uplinks_topic_is_none() {
        for near in [
            "application/5f2c/device/0102030405060708/event/join",
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
            "v3/+/devices/+/up",
            "v3/../devices/bay 7/up",
            "",
        ] {
            assert_eq!(allowed(near, &speaker(true)), None, "{near:?}");
        }
    }
}
