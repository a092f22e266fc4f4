//! What fuzzers may call of feeds: panics only where a promise is broken.

use super::{FeedConfig, Reader, SHAPES};
use crate::domain::Millis;
use crate::ingest::codec::Said;
use std::sync::LazyLock;

const NOW: Millis = Millis(1_795_399_200_123);

/// Looks nearly everything up that a row may have, whatever its shape.
const MAP: &str = r#"
time_zone = "Europe/Berlin"
[map]
zone = ["id", "carpark_number", "CarParkID"]
vacant = "v"
occupied = "o"
capacity = "c"
at = { path = ["t", "dateModified"], or = "now" }
in = "i"
delta = "d"
state = { path = "s", closed = ["x"] }
name = "n"
place = { lat = "x", lon = "y" }
accessible = { vacant = "a" }
"#;

/// A reader of each shape, and one each of what the shape takes for granted.
static READERS: LazyLock<Vec<Reader>> = LazyLock::new(|| {
    let all = SHAPES.iter().flat_map(|shape| {
        let named = format!("shape = {:?}\n", shape.name);
        [MAP, "map = { zone = \"id\" }"].map(|map| named.clone() + map)
    });
    let made = all.map(|toml| {
        let feed = FeedConfig::from_file("fuzzed", &toml);
        let reader = feed.and_then(|feed| Reader::new(&feed));
        reader
            .unwrap_or_else(|e| panic!("a sound mapping: {e}"))
            .with_places()
    });
    made.collect()
});

/// The first byte says of which shape, the rest is the answer, whole and line by line. No row says
/// more vacant bays than there are.
///
/// # Panics
/// Where a promise is broken.
pub fn answers(bytes: &[u8]) {
    let Some((shape, body)) = bytes.split_first() else {
        return;
    };
    let at = usize::from(*shape) % SHAPES.len() * 2;
    for reader in &READERS[at..at + 2] {
        match reader.read(body, Some("text/plain; charset=gbk"), NOW) {
            Err(fault) => assert!(!fault.0.is_empty() && fault.0.len() < 4096, "{}", fault.0),
            Ok(answer) => {
                for row in &answer.rows {
                    if let Ok(Said::Count(count)) = &row.said {
                        let word = count.word;
                        assert!(
                            word.capacity.is_none_or(|all| word.number <= all),
                            "{count:?}"
                        );
                    }
                    if let Err((_, why)) = &row.said {
                        assert!(!why.is_empty() && why.len() < 4096, "{why}");
                    }
                }
            }
        }
        if let Ok(lines) = reader.read_lines(body) {
            assert!(lines.count() <= body.len() + 1, "more rows than bytes");
        }
    }
}
