//! What is refused when a feed is compiled.

use super::super::FeedConfig;
use super::Reader;

#[test]
fn a_mapping_that_cannot_be_is_refused_with_its_key() {
    for (toml, words) in [
        (
            "shape = \"jsom\"",
            "there is none called \"jsom\"; did you mean json?",
        ),
        ("shape = \"json\"", "map.zone: missing"),
        (
            "shape = \"json\"\nmap = { zone = \"$.a[\" }",
            "map.zone: \"$.a[\" is no JSONPath",
        ),
        (
            "shape = \"json\"\nmap = { zone = \"a\", vacnt = \"b\" }",
            "map.vacnt: no such member; did you mean vacant?",
        ),
        (
            "shape = \"json\"\nmap = { zone = \"a\", at = { path = \"b\", format = \"%Y\" } }",
            "map.at: \"%Y\"",
        ),
        (
            "shape = \"json\"\nmap = { zone = \"a\", at = { path = \"b\", format = \"%d.%m.%Y %H:%M\" } }",
            "time_zone: missing: at is written without an offset",
        ),
        (
            "shape = \"json\"\nmap = { zone = \"a\", kind = \"bus\" }",
            "map.kind: \"bus\" is none of car",
        ),
        (
            "shape = \"json\"\nmap = { zone = \"a\", place = { lat = \"b\" } }",
            "map.place: a table is wanted",
        ),
        (
            "shape = \"json\"\nmap = { zone = { pth = \"b\" } }",
            "map.zone: pth: unknown key; did you mean path?",
        ),
        (
            "shape = \"csv\"\nmap = { zone = \"$.a.b\" }",
            "columns only, not $.a.b",
        ),
        (
            "shape = \"json\"\npage = { param = \"x\" }\nmap = { zone = \"a\" }",
            "page: expected",
        ),
        (
            "shape = \"json\"\nrows = \"$[\"\nmap = { zone = \"a\" }",
            "rows: \"$[\"",
        ),
    ] {
        let feed = FeedConfig::from_file("test", toml).unwrap();
        let said = Reader::new(&feed).unwrap_err();
        assert!(said.contains(words), "{words:?} in {said:?}");
        assert!(said.contains("feeds: \"test\""), "{said}");
    }
}
