//! Whose message it is, by its topic.

use crate::domain::id;
use crate::ingest::codec::Codec;

/// The source and form of `.../bayhub/v1/{source}/report|count|status`. Levels in front are a
/// bridge's own prefix. `None` for anything else; a source that comes out is a valid id.
pub fn read(topic: &str) -> Option<(&str, &'static Codec)> {
    let mut levels = topic.rsplit('/');
    let form = Codec::of_source(levels.next()?)?;
    let source = levels.next().filter(|source| id::is_valid(source))?;
    (levels.next() == Some("v1") && levels.next() == Some("bayhub")).then_some((source, form))
}

#[cfg(test)]
mod tests {
    use super::*;
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
