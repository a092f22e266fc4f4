//! Which room may import which: the data flows one way, and so do the imports.

use super::words::{Word, words};
use super::{Source, room_of};

/// What a room may use besides its own row, once the data has passed the registry.
const SHARED: &[&str] = &["domain", "registry", "metrics", "health", "limits", "inbox"];

/// Rooms that answers are made from.
const ANSWERS: &[&str] = &[
    "live", "sharing", "history", "partners", "forecast", "webhooks", "orders", "problems",
];

/// HTTP reports pass the same gate as all others, in the formats that the codecs list; operators
/// read what was refused.
const PARTS_FOR_SERVE: &[&str] = &[
    "ingest::gate",
    "ingest::codec",
    "ingest::connector",
    "journal::Quarantine",
    "journal::Filter",
    "journal::KeptRefusal",
];

/// A row for each room of `src/`, in data order: what it may import. `a::b` opens only that part of
/// `a`. A room's tests may stand on any room before it, as the hub does when it runs; never on one
/// behind it.
const ROOMS: &[(&str, &[&[&str]])] = &[
    ("long", &[]),
    ("domain", &[]),
    ("prefetch", &[]),
    ("snapshot_vec", &[]),
    ("threads", &[]),
    ("clock", &[&["domain"]]),
    ("metrics", &[&["domain"]]),
    ("health", &[&["domain"]]),
    ("schema", &[&["domain"]]),
    ("limits", &[&["domain", "metrics"]]),
    ("inbox", &[&["domain", "metrics"]]),
    ("tls", &[]),
    ("registry", &[&["domain", "metrics", "health", "prefetch"]]),
    ("testing", &[SHARED]),
    ("ingest", &[SHARED, &["schema", "tls"]]),
    ("journal", &[SHARED, &["threads"]]),
    ("belief", &[&["domain"]]),
    (
        "settlement",
        &[SHARED, &["prefetch", "snapshot_vec", "threads"]],
    ),
    (
        "stream",
        &[
            SHARED,
            &[
                "belief",
                "settlement",
                "prefetch",
                "snapshot_vec",
                "threads",
            ],
        ],
    ),
    ("live", &[SHARED, &["prefetch"]]),
    ("forecast", &[SHARED, &["live"]]),
    ("store", &[SHARED]),
    ("orders", &[SHARED, &["store"]]),
    ("sharing", &[SHARED, &["live", "store"]]),
    ("partners", &[SHARED, &["store", "belief"]]),
    ("history", &[SHARED, &["threads"]]),
    ("webhooks", &[SHARED, &["live", "store", "partners"]]),
    ("problems", &[SHARED, &["live", "store", "partners"]]),
    (
        "serve",
        &[
            SHARED,
            ANSWERS,
            PARTS_FOR_SERVE,
            &["prefetch", "schema", "belief", "tls"],
        ],
    ),
];

/// Files that wire rooms together and may name any of them.
const WIRING: [&str; 6] = [
    "src/lib.rs",
    "src/main.rs",
    "src/app/",
    "src/demo.rs",
    "src/demo/",
    "src/fuzzing",
];

/// The rooms of the table, in data order.
pub(super) fn rooms() -> impl Iterator<Item = &'static str> {
    ROOMS.iter().map(|(room, _)| *room)
}

/// What stands around them: the wiring, and the configuration of all.
pub(super) fn around() -> impl Iterator<Item = &'static str> {
    let wiring = WIRING.iter().map(|path| room_of(path));
    wiring
        .filter(|room| !["lib", "main"].contains(room))
        .chain(["config"])
}

/// Every import that goes against the table.
pub(super) fn check(files: &[Source]) -> Vec<String> {
    let ours: Vec<Source> = files
        .iter()
        .filter(|f| f.path.starts_with("src/"))
        .cloned()
        .collect();
    let mut faults = Vec::new();
    for (file, words) in words(&ours) {
        if WIRING.iter().any(|w| file.path.starts_with(w)) {
            continue;
        }
        let room = room_of(&file.path);
        if room != "config" && !ROOMS.iter().any(|(name, _)| *name == room) {
            faults.push(format!(
                "{}:1: room `{room}` has no row in ROOMS (tests/it/tidy/rooms.rs)",
                file.path
            ));
            continue;
        }
        let mut last = None;
        for fault in words.iter().filter_map(|w| Some((w.line, fault(room, w)?))) {
            // A path that is imported and then named again on the same line is one mistake.
            if last.as_ref() != Some(&fault) {
                faults.push(format!("{}:{}: {}", file.path, fault.0, fault.1));
            }
            last = Some(fault);
        }
    }
    faults
}

fn fault(room: &str, word: &Word) -> Option<String> {
    if word.path[0] != "crate" {
        return None;
    }
    let Some(other) = word.path.get(1) else {
        return word
            .in_use
            .then(|| "renames the crate's root, which hides what is imported".to_owned());
    };
    if other == room {
        return None;
    }
    if other == "*" {
        return Some("a glob of the crate's root hides which rooms are imported".to_owned());
    }
    let path = word.text();
    if room == "config" {
        let fine = other == "domain"
            || word
                .path
                .iter()
                .any(|p| p.ends_with("Config") || p.ends_with("Limits"));
        return (!fine).then(|| {
            format!("names {path}; config.rs composes the rooms' own Config structs and no more")
        });
    }
    let may = may_import(room, word.in_test);
    let fine = may.iter().any(|entry| {
        let open: Vec<&str> = entry.split("::").collect();
        word.path.len() > open.len() && word.path[1..].iter().zip(&open).all(|(a, b)| a == b)
    });
    let list = if may.is_empty() {
        "nothing".to_owned()
    } else {
        may.join(", ")
    };
    (!fine).then(|| format!("{room} imports {path}, but may import only: {list}"))
}

fn may_import(room: &str, in_test: bool) -> Vec<&'static str> {
    let Some(at) = ROOMS.iter().position(|(name, _)| *name == room) else {
        return Vec::new();
    };
    let mut may = ROOMS[at].1.concat();
    if in_test {
        may.extend(ROOMS[..at].iter().map(|(name, _)| name));
    }
    may
}

#[cfg(test)]
mod tests {
    use super::super::{none, one};
    use super::*;

    fn planted(path: &str, text: &str) -> Vec<String> {
        check(&[Source::new(path, text)])
    }

    #[test]
    fn an_import_against_the_stream_is_caught_with_file_line_and_reason() {
        let faults = planted(
            "src/journal/segment.rs",
            "//! x\n\nuse crate::live::Live;\n",
        );
        one(
            &faults,
            &[
                "src/journal/segment.rs:3:",
                "journal imports crate::live::Live",
                "may import only: domain",
            ],
        );
    }

    #[test]
    fn every_way_to_write_it_is_caught() {
        for text in [
            "use crate::{domain::BayIx, live::Live};",
            "fn f() { crate::live::look(); }",
            "fn f() { assert!(crate::live::look()); }",
            "use super::super::live::Live;",
            "fn f(x: &super::super::live::Live) {}",
            "pub use crate::live;",
            "use crate::live as l;",
        ] {
            one(
                &planted("src/stream/fuse.rs", text),
                &["src/stream/fuse.rs:1:", "stream imports crate::live"],
            );
        }
        one(&planted("src/stream/fuse.rs", "use crate::*;"), &["glob"]);
        one(
            &planted("src/stream/fuse.rs", "use crate as hub;"),
            &["renames"],
        );
    }

    #[test]
    fn the_domain_imports_no_room_even_in_tests() {
        one(
            &planted("src/domain/bay.rs", "use crate::registry::Registry;"),
            &["may import only: nothing"],
        );
        one(
            &planted(
                "src/domain/bay.rs",
                "#[cfg(test)] mod tests { use crate::clock::ManualClock; }",
            ),
            &["clock"],
        );
    }

    #[test]
    fn an_opened_part_of_a_room_opens_no_more_of_it() {
        none(&planted(
            "src/serve/api/reports/report.rs",
            "use crate::ingest::gate::Gate; use crate::ingest::gate;",
        ));
        one(
            &planted(
                "src/serve/api/reports/report.rs",
                "use crate::ingest::mqtt_server::Door;",
            ),
            &["ingest::gate"],
        );
    }

    #[test]
    fn a_clock_is_for_tests() {
        none(&planted(
            "src/live/mod.rs",
            "#[cfg(test)] mod tests { use crate::clock::ManualClock; }",
        ));
        one(
            &planted("src/live/mod.rs", "use crate::clock::SystemClock;"),
            &["crate::clock::SystemClock"],
        );
    }

    #[test]
    fn tests_may_stand_on_rooms_before_their_own_but_not_behind() {
        none(&planted(
            "src/serve/mod.rs",
            "#[cfg(test)] mod tests { use crate::journal::Journal; }",
        ));
        one(
            &planted("src/serve/mod.rs", "use crate::journal::Journal;"),
            &["crate::journal::Journal"],
        );
        one(
            &planted(
                "src/live/mod.rs",
                "#[cfg(test)] mod tests { use crate::serve::App; }",
            ),
            &["crate::serve::App"],
        );
    }

    #[test]
    fn a_room_without_a_row_is_caught() {
        one(
            &planted("src/attic/mod.rs", "//! x"),
            &["src/attic/mod.rs:1:", "room `attic` has no row"],
        );
    }

    #[test]
    fn the_config_names_only_configs() {
        none(&planted(
            "src/config.rs",
            "use crate::ingest::mqtt_server::Config as Mqtt; use crate::journal::Config;",
        ));
        one(
            &planted("src/config.rs", "use crate::journal::Journal;"),
            &["config.rs composes"],
        );
    }

    #[test]
    fn comments_strings_own_rooms_and_wiring_are_fine() {
        none(&planted(
            "src/live/mod.rs",
            "// crate::serve::X\nconst A: &str = \"crate::serve::X\"; use crate::live::words::W;",
        ));
        none(&planted(
            "src/app/mod.rs",
            "use crate::{serve::App, live::Live};",
        ));
        none(&planted(
            "src/journal/mod.rs",
            "mod live; use live::X; use super::domain::Batch;",
        ));
    }
}
