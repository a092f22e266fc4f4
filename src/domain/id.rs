//! Public ids: the partners' own strings, `[A-Za-z0-9._:-]{1,64}`.

/// The longest id, in bytes.
pub const MAX_LEN: usize = 64;

/// Whether `id` may name a bay, zone, source or partner. Its characters are chosen so that an id
/// can stand in an MQTT topic level and in a URL path without escaping.
#[must_use]
pub fn is_valid(id: &str) -> bool {
    (1..=MAX_LEN).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn takes_the_partners_own_strings_and_nothing_that_could_bend_a_topic() {
        for good in ["TPY12-007", "a", "lamp.001:x_y", &"x".repeat(64)] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "",
            "a/b",
            "+",
            "#",
            "$SYS",
            "a b",
            "é",
            "a\0",
            &"x".repeat(65),
        ] {
            assert!(!is_valid(bad), "{bad:?}");
        }
    }
}
