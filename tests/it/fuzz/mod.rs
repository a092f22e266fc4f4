//! The fuzz targets' short run: from the same seeds, with a seeded generator, so that a failure
//! comes again.
//!
//! 140,000 inputs together; `BAYHUB_FUZZ=100` for a hundred times as many. For a fuzzer that
//! learns, see `fuzz/Cargo.toml`.

mod mutate;

use super::long::{figure, setting};
use super::tidy::root;
use bayhub::fuzzing::TARGETS;
use mutate::Mutator;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// How many inputs each target gets: fewer where one is dear.
const INPUTS: [(&str, u64); 8] = [
    ("packets", 30_000),
    ("payloads", 30_000),
    ("topics", 15_000),
    ("queries", 3_000),
    ("config", 2_000),
    ("files", 20_000),
    ("feeds", 20_000),
    ("sockets", 20_000),
];

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = root().join("fuzz/seeds").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = files.map(|f| f.expect("a file").path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|f| std::fs::read(f).expect("a seed"))
        .collect()
}

fn short_run(name: &str) {
    let (_, target) = TARGETS
        .into_iter()
        .find(|(n, _)| *n == name)
        .expect("a target");
    let (_, inputs) = INPUTS
        .into_iter()
        .find(|(n, _)| *n == name)
        .expect("a number");
    let seeds = seeds(name);
    assert!(seeds.len() >= 3, "{name} has {} seeds", seeds.len());
    let inputs = inputs * setting("BAYHUB_FUZZ", 1);
    let mutated = (0..inputs).map(|n| (n, Mutator::new(n).mutate(&seeds)));
    for (n, bytes) in seeds.iter().map(|s| (u64::MAX, s.clone())).chain(mutated) {
        let done = catch_unwind(AssertUnwindSafe(|| target(&bytes)));
        assert!(
            done.is_ok(),
            "{name}, input {n}: {:?}\n{bytes:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
    figure(&format!(
        "{inputs} mutated {name}: no panic, no promise broken"
    ));
}

#[test]
fn no_packets_break_a_session() {
    short_run("packets");
}

#[test]
fn no_payload_breaks_the_gate() {
    short_run("payloads");
}

#[test]
fn no_topic_gets_around_the_rule() {
    short_run("topics");
}

#[test]
fn no_query_breaks_the_api() {
    short_run("queries");
}

#[test]
fn no_settings_break_the_start() {
    short_run("config");
}

#[test]
fn no_file_is_read_as_what_it_is_not() {
    short_run("files");
}

#[test]
fn no_answer_of_a_feed_breaks_its_reader() {
    short_run("feeds");
}

#[test]
fn no_message_in_a_socket_asks_what_the_api_does_not_know() {
    short_run("sockets");
}

#[test]
fn every_target_has_its_file_its_row_and_its_share() {
    let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("a manifest");
    for (name, _) in TARGETS {
        assert!(INPUTS.iter().any(|(n, _)| *n == name), "{name}");
        assert!(
            manifest.contains(&format!("\nname = \"{name}\"\n")),
            "{name} has no row in fuzz/Cargo.toml"
        );
        let file = root()
            .join("fuzz/fuzz_targets")
            .join(Path::new(name).with_extension("rs"));
        let text =
            std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        assert!(
            text.contains(&format!("fuzzing::run(\"{name}\", bytes)")),
            "{name}: {text}"
        );
    }
}
