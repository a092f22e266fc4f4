//! What somebody who signs up may be called, and which names are somebody's already.
//!
//! Promises: a name that is let in has one spelling (ASCII, lower case), so no two partners differ by
//! case; it is like no name that an operator, an owner or a partner has, however that is spelt in case,
//! width and punctuation, or with letters and digits that look alike (0 and o, 1, i and l, vv and w, rn
//! and m), and has none as a part between hyphens. Dear: all zones and partners are looked at.

use super::AdmissionError;
use crate::registry::Registry;
use std::collections::HashMap;

const SHORTEST: usize = 3;
const LONGEST: usize = 40;

/// The longest address there is (RFC 5321), bytes.
const LONGEST_CONTACT: usize = 254;

/// And what of it stands before the `@`, and between two dots of its host.
const LONGEST_USER: usize = 64;
const LONGEST_LABEL: usize = 63;

/// Ends of names that lead to this machine, or to nobody's.
const NOWHERE: [&str; 5] = ["internal", "invalid", "local", "localdomain", "localhost"];

/// Characters that somebody may say what is wanted in.
const LONGEST_WANTS: usize = 500;

/// What would be taken for the hub itself, or for everybody.
const OWN: [&str; 12] = [
    "admin",
    "administrator",
    "anonymous",
    "authority",
    "bayhub",
    "everybody",
    "nobody",
    "operator",
    "public",
    "root",
    "sandbox",
    "system",
];

/// A part of a name that is shorter says nothing of whose it is.
const SHORTEST_PART: usize = 3;

/// Names that are in use or kept, as they are compared, and what has them.
pub(super) struct NamesInUse(HashMap<String, &'static str>);

impl NamesInUse {
    /// `known`: those of partners and recorded owners.
    pub(super) fn of(
        registry: &Registry,
        known: impl IntoIterator<Item = String>,
        reserved: &[String],
    ) -> Self {
        let mut all: HashMap<String, &'static str> = HashMap::new();
        let mut add = |name: &str, what| {
            let name = folded(name);
            if !name.is_empty() {
                all.entry(name).or_insert(what);
            }
        };
        let city = registry.city();
        let mut last = "";
        for (_, zone) in city.zones() {
            let operator = &*zone.spec.operator;
            // Zones of one operator often stand together.
            if operator != last {
                add(operator, "an operator of zones");
                last = operator;
            }
        }
        for name in known {
            add(&name, "a partner or an owner of bays");
        }
        for name in reserved {
            add(name, "a reserved name");
        }
        for name in OWN {
            add(name, "a name of the hub's own");
        }
        Self(all)
    }

    /// What has a name that this one could be taken for, as a whole or by parts that stand together.
    pub(super) fn like(&self, name: &str) -> Option<&'static str> {
        let known = |name: &str| self.0.get(&folded(name)).copied();
        let parts: Vec<&str> = name.split('-').collect();
        let from = |first: usize| (first..parts.len()).map(move |last| first..=last);
        let runs = (0..parts.len()).flat_map(from);
        let mut long = runs
            .map(|run| parts[run].concat())
            .filter(|run| run.len() >= SHORTEST_PART);
        known(name).or_else(|| long.find_map(|run| known(&run)))
    }
}

/// A name as it is compared: letters and digits only, in lower case, full-width ones as usual ones, and
/// those that look alike as one.
fn folded(name: &str) -> String {
    let alike = |c: char| match c {
        '0' => 'o',
        '1' | 'i' => 'l',
        other => other,
    };
    let plain: String = plain(name).chars().map(alike).collect();
    plain.replace("vv", "w").replace("rn", "m")
}

/// Letters and digits only, in lower case, full-width ones as usual ones.
fn plain(name: &str) -> String {
    let usual = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        other => other,
    };
    let letters = name.chars().map(usual).flat_map(char::to_lowercase);
    letters.filter(|c| c.is_alphanumeric()).collect()
}

/// Refuses what nobody may be called.
pub(super) fn check_name(name: &str) -> Result<(), AdmissionError> {
    let inner = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let first = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let fine = inner
        && first
        && (SHORTEST..=LONGEST).contains(&name.len())
        && !name.ends_with('-')
        && !name.contains("--");
    if fine {
        return Ok(());
    }
    Err(AdmissionError::Field {
        field: "name",
        why: format!(
            "must be {SHORTEST} to {LONGEST} of a-z, 0-9 and single hyphens, beginning with a letter: it is part of \
             the ids of your sources"
        ),
    })
}

/// Refuses what is no address of a mailbox, or more than one.
pub(super) fn check_contact(contact: &str) -> Result<(), AdmissionError> {
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"'<>()[],;:\\`".contains(&b);
    let parts: Vec<&str> = contact.split('@').collect();
    let fine = matches!(parts[..], [user, host] if is_user(user) && is_host(host))
        && contact.len() <= LONGEST_CONTACT
        && contact.bytes().all(plain);
    if fine {
        return Ok(());
    }
    Err(AdmissionError::Field {
        field: "contact",
        why: "must be one address of a mailbox, such as dev@acme.example".to_owned(),
    })
}

/// Whether a mailbox may be called so, as RFC 5321 has it without quotes.
fn is_user(user: &str) -> bool {
    user.len() <= LONGEST_USER && !user.starts_with('-') && user.split('.').all(|p| !p.is_empty())
}

/// Whether it is a name that mail from anywhere may go to: no address, and none of this machine.
fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let Some((_, last)) = host.rsplit_once('.') else {
        return false;
    };
    let last = last.to_ascii_lowercase();
    host.split('.').all(label)
        // Of an address it is a number, also of one that is written in another way.
        && !last.starts_with(|c: char| c.is_ascii_digit())
        && !NOWHERE.contains(&&*last)
}

/// Refuses what would not be shown as it reads.
pub(super) fn check_wants(wants: &str) -> Result<(), AdmissionError> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '<' | '>' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if wants.chars().count() <= LONGEST_WANTS && !wants.chars().any(hidden) {
        return Ok(());
    }
    Err(AdmissionError::Field {
        field: "wants",
        why: format!(
            "must be {LONGEST_WANTS} characters at most, in one line and without < and > or characters that are not \
             seen"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ZoneKind;
    use crate::testing::town;

    #[test]
    fn a_name_has_one_spelling() {
        for good in ["acme", "a1c", "park-sg", &"x".repeat(LONGEST)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ab",
            "Acme",
            "1acme",
            "-acme",
            "acme-",
            "ac--me",
            "ac me",
            "acme\n",
            "acme\0",
            "<b>acme</b>",
            "acme.sg",
            "acme:x",
            "me@x",
            "\u{430}\u{441}me",
            "\u{ff41}cme",
            "acme\u{200b}",
            &"x".repeat(LONGEST + 1),
        ] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_name_like_one_in_use_is_known_in_any_spelling() {
        let town = town()
            .zone("P")
            .kind(ZoneKind::Private)
            .operator("Acme Parking");
        let registry = town.bays(1).registry();
        let known = [
            "Bolt".to_owned(),
            "\u{ff27}\u{ff52}\u{ff41}\u{ff42}".to_owned(),
        ];
        let used = NamesInUse::of(&registry, known, &["L.T.A.".to_owned()]);
        for (name, what) in [
            ("acme-parking", "operator"),
            ("acmeparking", "operator"),
            ("bolt", "partner"),
            ("grab", "partner"),
            ("lta", "reserved"),
            ("bayhub", "own"),
        ] {
            assert!(used.like(name).is_some_and(|w| w.contains(what)), "{name}");
        }
        assert!(used.like("acme").is_none() && used.like("bolts").is_none());
        for (name, what) in [
            ("b0lt", "partner"),
            ("bo1t", "partner"),
            ("boit", "partner"),
            ("acrne-parking", "operator"),
            ("acme-park1ng", "operator"),
            ("bolt-official", "partner"),
            ("my-b0lt-app", "partner"),
            ("acme-parking-sg", "operator"),
            ("lta-data", "reserved"),
            ("bayhub-support", "own"),
        ] {
            assert!(used.like(name).is_some_and(|w| w.contains(what)), "{name}");
        }
        for name in ["bolts-app", "boltapp", "parking-app"] {
            assert_eq!(used.like(name), None, "{name}");
        }
        let used = NamesInUse::of(&registry, ["nevvco", "w0rn", "P"].map(str::to_owned), &[]);
        for name in ["newco", "worn", "w0m"] {
            assert!(used.like(name).is_some(), "{name}");
        }
        assert_eq!(used.like("p-app"), None, "too short to mean anybody");
    }

    #[test]
    fn a_contact_is_one_mailbox_and_nothing_of_a_letters_head() {
        let longest = format!("{}@acme.example", "x".repeat(LONGEST_USER));
        for good in ["dev@acme.example", "a.b+c@mail.acme.example", &longest] {
            assert!(check_contact(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "dev",
            "dev@",
            "@acme.example",
            "dev@acme",
            "a@b@c.example",
            "a@b.example,c@d.example",
            "dev@acme.example\nBcc: all@acme.example",
            "<dev@acme.example>",
            "-oQ/x@acme.example",
            "d\u{e9}v@acme.example",
            "dev@.example",
            "a@b..example",
            "a..b@acme.example",
            ".a@acme.example",
            "a.@acme.example",
            "dev@acme.example.",
            "dev@acme_x.example",
            "dev@-acme.example",
            "dev@127.0.0.1",
            "dev@0x7f.0x1",
            "dev@localhost.localdomain",
            "dev@hub.LOCAL",
            "dev@x.localhost",
            &format!("x{longest}"),
            &format!("dev@{}.example", "x".repeat(64)),
        ] {
            assert!(check_contact(bad).is_err(), "{bad:?}");
        }
        assert!(check_wants("live data for an app, \u{6162}").is_ok());
        for bad in [
            "<script>",
            "a\nb",
            "a\u{202e}b",
            "a\u{2028}b",
            "a\u{2029}b",
            &"x".repeat(LONGEST_WANTS + 1),
        ] {
            assert!(check_wants(bad).is_err(), "{bad:?}");
        }
    }
}
