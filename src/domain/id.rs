//! Public ids: the partners' own strings, `[A-Za-z0-9._:-]{1,64}`; the other names a zone or bay may
//! have; and the id that is made of a name which is none.

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

/// The longest other name, characters.
pub const LONGEST_ALIAS: usize = 128;

/// Whether `name` may be another name of a zone or bay: 1 to [`LONGEST_ALIAS`] characters, none of
/// them a control character.
#[must_use]
pub fn is_alias(name: &str) -> bool {
    (1..=LONGEST_ALIAS).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}

/// The id of whatever a city calls `name`, which is no id itself; `None` if it is no alias either.
///
/// Made of the name alone, so that it is the same at every start and in every file: each run of
/// other characters becomes one `-`, none at either end. Where that loses letters (they are not
/// ASCII, or too many) 16 hexadecimal digits of the whole name's hash follow. **Never to be changed**:
/// what is on disk is known by these ids.
#[must_use]
pub fn made_of(name: &str) -> Option<String> {
    if !is_alias(name) {
        return None;
    }
    let mut stem = String::with_capacity(name.len());
    for c in name.chars() {
        if is_of_ids(c) {
            stem.push(c);
        } else if !stem.is_empty() && !stem.ends_with(GAP) {
            stem.push(GAP);
        }
    }
    let kept = stem.trim_end_matches(GAP).len();
    stem.truncate(kept);
    if name.is_ascii() && (1..=MAX_LEN).contains(&kept) {
        return Some(stem);
    }
    // All of a stem is ASCII.
    stem.truncate(MAX_LEN - 17);
    let stem = if stem.is_empty() { "id" } else { &stem };
    Some(format!("{stem}-{:016x}", fnv(name)))
}

const GAP: char = '-';

const fn is_of_ids(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-')
}

/// FNV-1a, 64 bits.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_ALIAS, is_alias, is_valid, made_of};

    #[test]
    fn an_id_is_made_of_a_name_that_is_none_and_is_always_the_same() {
        for (name, want) in [
            ("P 12 (Nord)", "P-12-Nord"),
            ("A/7", "A-7"),
            ("  x  ", "x"),
            ("(1)", "1"),
            ("Hof & Garten", "Hof-Garten"),
            ("a- -b", "a--b"),
            ("Stra\u{df}e 7", "Stra-e-7-f9844a2b2d274e6d"),
            ("\u{505c}\u{8f66}\u{573a}12", "12-"),
            ("\u{505c}\u{8f66}\u{573a}", "id-"),
            ("()", "id-"),
        ] {
            let made = made_of(name).unwrap();
            assert!(is_valid(&made), "{made}");
            assert!(made.starts_with(want), "{name}: {made}");
            assert_eq!(made_of(name), Some(made));
        }
        let long = "x y".repeat(30);
        let made = made_of(&long).unwrap();
        assert!(is_valid(&made) && made.len() == 64, "{made}");
        assert_ne!(made_of(&long), made_of(&format!("{long}z")));
        for none in ["", "a\nb", &"x".repeat(129)] {
            assert_eq!(made_of(none), None, "{none:?}");
        }
    }

    #[test]
    fn another_name_may_be_anything_short_that_can_be_read() {
        let most = "\u{e9}".repeat(LONGEST_ALIAS);
        for good in ["P 12 (Nord)", "#/+", &most] {
            assert!(is_alias(good), "{good}");
        }
        for bad in ["", "a\0b", "a\u{85}", &"\u{e9}".repeat(LONGEST_ALIAS + 1)] {
            assert!(!is_alias(bad), "{bad:?}");
        }
    }

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
