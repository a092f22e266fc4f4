//! Planted mistakes that the doors must catch.

use super::super::{none, one};
use super::*;

/// A manifest with a dependency for every row.
fn manifest() -> String {
    DOORS
        .iter()
        .fold("[dependencies]\n".to_owned(), |m, (name, _)| {
            m + name + " = \"1\"\n"
        })
}

fn planted(path: &str, text: &str) -> Vec<String> {
    check(&[Source::new(path, text)], &manifest())
}

#[test]
fn a_crate_behind_the_wrong_door_is_caught_with_file_line_and_reason() {
    let faults = planted("src/live/mod.rs", "//! x\nuse timely::dataflow::Scope;\n");
    one(
        &faults,
        &[
            "src/live/mod.rs:2:",
            "`timely::dataflow::Scope`",
            "its door is src/stream/dataflow.rs",
        ],
    );
}

#[test]
fn every_way_to_write_it_is_caught() {
    for text in [
        "fn f(x: rumqttc::v5::Client) {}",
        "fn f() { assert!(rumqttc::ready()); }",
        "use {std::fmt, rumqttc::mqttbytes};",
        "use rumqttc as m;",
        "use ::rumqttc::X;",
        "#[derive(rumqttc::X)] struct Y;",
        "#[cfg(test)] mod tests { use rumqttc::X; }",
    ] {
        one(
            &planted("src/serve/mod.rs", text),
            &["src/serve/mod.rs:1:", "rumqttc", "src/ingest/mqtt_server/"],
        );
    }
}

#[test]
fn what_is_kept_out_of_a_room_is_caught_there_only() {
    one(
        &planted("src/registry/mod.rs", "use tokio::sync::watch;"),
        &["kept out of src/domain/, src/registry/"],
    );
    none(&planted("src/live/mod.rs", "use tokio::sync::watch;"));
    none(&planted(
        "src/live/mod.rs",
        "#[cfg(test)] mod tests { use rand::Rng; }",
    ));
}

#[test]
fn the_right_door_own_modules_comments_and_locals_are_fine() {
    none(&planted(
        "src/stream/dataflow.rs",
        "use timely::dataflow::Scope;",
    ));
    none(&planted(
        "src/registry/mod.rs",
        "mod clap; use clap::Hands; // timely::x\nfn f(axum: u8) -> u8 { axum }",
    ));
}

#[test]
fn a_dependency_without_a_door_is_caught() {
    let with = manifest() + "left-pad = \"1\"\n";
    one(
        &check(&[], &with),
        &["Cargo.toml:", "`left-pad` has no row"],
    );
    let target = manifest() + "[target.'cfg(unix)'.dependencies]\nleft-pad = \"1\"\n";
    one(&check(&[], &target), &["`left-pad` has no row"]);
    none(&check(
        &[],
        &(manifest() + "[dev-dependencies]\nleft-pad = \"1\"\n"),
    ));
}

#[test]
fn a_door_without_a_dependency_is_caught() {
    one(
        &check(&[], &manifest().replace("timely = \"1\"\n", "")),
        &["`timely` has a row", "no dependency any more"],
    );
}

#[test]
fn a_simulator_that_leans_on_the_hub_is_caught() {
    let file = [Source::new(
        "sensors-sim/src/lib.rs",
        "//! x\nuse bayhub::domain::Bay;",
    )];
    one(
        &check_simulator(&file, "[dependencies]"),
        &["sensors-sim/src/lib.rs:2:", "shares no code"],
    );
    one(
        &check_simulator(&[], "[dependencies]\nbayhub = { path = \"..\" }"),
        &["sensors-sim/Cargo.toml:2:"],
    );
}
