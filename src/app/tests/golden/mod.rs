//! Data folders of earlier versions: this one opens them, gives the answers that they gave, and
//! goes on from there.
//!
//! `tests/golden/README.md` says what a folder holds and how the next is made. What the commands
//! make of it (`inspect`, `export`, `check-config`) is tested on the real binary, in
//! `tests/it/golden/`.

mod bookings;
mod city;
mod day;
mod line;
mod make;
mod steps;

use super::hub::{Call, TestHub};
use crate::config::{self, Config};
use crate::domain::Millis;
use city::About;
use std::path::{Path, PathBuf};

/// The folders, oldest first.
fn versions() -> Vec<PathBuf> {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let entries = std::fs::read_dir(golden)
        .unwrap()
        .map(|e| e.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|p| p.is_dir()).collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

/// The configuration in `folder`, on the data in `data`.
fn config(folder: &Path, data: &Path) -> Config {
    let toml = std::fs::read_to_string(folder.join("bayhub.toml")).unwrap();
    let flags = [
        (
            "registry.path",
            folder.join("registry").display().to_string(),
        ),
        ("data.path", data.display().to_string()),
        // What a belief makes of the words came later; the words are what a folder must keep.
        ("stream.fuse", "latest".to_owned()),
    ];
    config::parse(&toml, &flags).unwrap()
}

/// A hub on the data in `data`, at the time at which they were left.
async fn open(folder: &Path, data: &Path, about: &About) -> TestHub {
    let hub = TestHub::start(config(folder, data), Millis(about.at().0 - 1000)).await;
    hub.turn(about.at()).await;
    hub
}

/// What earlier versions lost and kept aside is told since, by other answers than they gave: hours of
/// which it is missing are not complete.
const LOST: [&str; 1] = ["too-late.bin"];

/// Copies a folder and what is in it but for `without`, wherever it stands.
fn copy_tree(from: &Path, to: &Path, without: &[&str]) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if without.iter().any(|w| name == *w) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &to.join(name), without);
        } else {
            std::fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// The files of questions that change nothing.
fn questions(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("answers/http")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(
        faults.is_empty(),
        "{} answers differ:\n{}",
        faults.len(),
        faults.join("\n\n")
    );
}

/// Files that a hub has set aside because it could not read them.
fn set_aside(data: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(data.join("checkpoints")).unwrap();
    let paths = entries.map(|e| e.unwrap().path());
    paths
        .filter(|p| p.extension().is_some_and(|e| e == "bad"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_earlier_folder_opens_with_the_answers_it_gave() {
    for folder in versions() {
        let about = About::read(&folder);
        let scratch = tempfile::tempdir().unwrap();
        let data = scratch.path().join("data");
        copy_tree(&folder.join("data"), &data, &LOST);
        // As it was left, and once more as this version leaves it.
        for _ in 0..2 {
            let hub = open(&folder, &data, &about).await;
            for file in questions(&folder) {
                none(&steps::ask_again(&hub, &about, &file).await);
            }
            hub.hub.stop().await.unwrap();
            assert_eq!(set_aside(&data), Vec::<PathBuf>::new());
        }
    }
}

/// The folder's id, as the manifest has it; `None` without one.
fn id_of(data: &Path) -> Option<String> {
    let text = std::fs::read(data.join("manifest.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap();
    Some(manifest["folder"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_from_before_manifests_is_adopted_once_and_nothing_counts_as_lost() {
    for folder in versions() {
        let about = About::read(&folder);
        let scratch = tempfile::tempdir().unwrap();
        let data = scratch.path().join("data");
        copy_tree(&folder.join("data"), &data, &[]);
        let mut id = id_of(&data);
        for _ in 0..2 {
            let hub = open(&folder, &data, &about).await;
            let (status, ready) = hub.call(ready()).await;
            assert!(status == 200 && !ready.contains("lost"), "{ready}");
            hub.hub.stop().await.unwrap();
            let now = id_of(&data);
            assert!(
                now.is_some() && (id.is_none() || id == now),
                "{id:?} {now:?}"
            );
            id = now;
        }
    }
}

/// Whether the hub is well.
fn ready() -> Call<'static> {
    Call {
        method: "GET",
        path: "/readyz",
        ..Call::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_goes_on_with_an_earlier_folder_as_the_one_that_left_it() {
    for folder in versions() {
        let about = About::read(&folder);
        let scratch = tempfile::tempdir().unwrap();
        let data = scratch.path().join("data");
        copy_tree(&folder.join("data"), &data, &LOST);
        let hub = open(&folder, &data, &about).await;
        none(&steps::ask_again(&hub, &about, &folder.join("answers/afterwards.json")).await);
        hub.hub.stop().await.unwrap();
    }
}
