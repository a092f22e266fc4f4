//! Whose message it is, by its topic. Levels in front are a bridge's own prefix.

use crate::domain::id;
use crate::ingest::codec::Codec;

/// The source and form of `.../bayhub/v1/{source}/report|count|status`. `None` for anything else; a
/// source that comes out is a valid id.
pub fn read(topic: &str) -> Option<(&str, &'static Codec)> {
    let mut levels = topic.rsplit('/');
    let form = Codec::of_source(levels.next()?)?;
    let source = levels.next().filter(|source| id::is_valid(source))?;
    (levels.next() == Some("v1") && levels.next() == Some("bayhub")).then_some((source, form))
}

/// The form of what a network server published.
pub(super) fn of_network(topic: &str) -> Option<&'static Codec> {
    let starts = topic.match_indices('/').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(starts)
        .find_map(|start| Codec::of_network_server(&topic[start..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_servers_topic_is_known_behind_a_bridges_prefix_too() {
        for prefix in ["", "site/", "a/b/", "/"] {
            let topic = format!("{prefix}application/5f2c/device/0102030405060708/event/up");
            assert_eq!(of_network(&topic), Some(named("chirpstack")), "{topic}");
            let topic = format!("{prefix}v3/parking@city/devices/bay-7/up");
            assert_eq!(of_network(&topic), Some(named("ttn")), "{topic}");
            assert_eq!(of_network(&format!("{topic}/x")), None);
            let join = of_network(&format!("{prefix}v3/parking/devices/bay-7/join"));
            assert!(join.is_some_and(|event| Codec::named(event.name).is_none()));
        }
        for topic in ["", "v3", "bayhub/v1/lamp-7/report", "xv3/p/devices/b/up"] {
            assert_eq!(of_network(topic), None, "{topic}");
        }
    }
    use crate::ingest::codec::named;

    #[test]
    fn the_level_before_the_last_names_the_source() {
        assert_eq!(
            read("bayhub/v1/lamp-7/report"),
            Some(("lamp-7", named("report")))
        );
        assert_eq!(
            read("site/3/bayhub/v1/gate:2/count"),
            Some(("gate:2", named("count")))
        );
        assert_eq!(read("/bayhub/v1/a/status"), Some(("a", named("status"))));
    }

    #[test]
    fn anything_else_is_nobodys() {
        for topic in [
            "",
            "report",
            "bayhub/v1/lamp-7",
            "bayhub/v1//report",
            "bayhub/v1/lamp-7/report/",
            "bayhub/v1/lamp-7/Report",
            "bayhub/v2/lamp-7/report",
            "xbayhub/v1/lamp-7/report",
            "bayhub/v1/lamp/7/report",
            "bayhub/v1/+/report",
            "bayhub/v1/#/report",
            "bayhub/v1/../report",
            "bayhub/v1/l\u{e4}mp/report",
            "bayhub/v1/zones/Z1/availability",
        ] {
            // ".." is a valid id and no more than that here: nothing resolves it.
            let source = read(topic).map(|(source, _)| source);
            assert_eq!(
                source,
                (topic == "bayhub/v1/../report").then_some(".."),
                "{topic}"
            );
        }
    }
}
