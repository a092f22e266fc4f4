//! What can happen to a data folder between two starts.

use std::path::{Path, PathBuf};

pub(super) fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// The files of a folder that end so, in order.
pub(super) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut found: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    found.retain(|p| p.to_string_lossy().ends_with(ending));
    found.sort();
    found
}

/// The newest segment that is in use; the next may be prepared.
fn newest(data: &Path) -> PathBuf {
    let mut segments = files(&data.join("journal"), ".log");
    segments.retain(|s| std::fs::read(s).unwrap().iter().any(|b| *b != 0));
    assert!(segments.len() > 2, "{segments:?}");
    segments.pop().unwrap()
}

pub(super) fn remove(path: &Path) {
    std::fs::remove_file(path).unwrap();
}

/// A place in the last record of a segment.
fn used(segment: &[u8]) -> usize {
    segment.iter().rposition(|b| *b != 0).unwrap() - 8
}

fn cut(path: &Path, to: impl Fn(&[u8]) -> usize) {
    let bytes = std::fs::read(path).unwrap();
    std::fs::write(path, &bytes[..to(&bytes)]).unwrap();
}

fn flip(path: &Path, at: impl Fn(&[u8]) -> usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = at(&bytes);
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

/// What happens to a folder; another hub's stands beside it.
type Mishap = fn(data: &Path, other: &Path);

/// Name, what is lost, what the refusal names, and how it happens.
pub(super) type Case = (&'static str, &'static str, &'static str, Mishap);

/// What becomes of the state of a bay that was reported occupied: without the numbers that the journal
/// speaks by, nobody may believe it.
pub(super) fn state_after(says: &str) -> &'static str {
    if says.contains("identities") {
        "unknown"
    } else {
        "occupied"
    }
}

/// Every kind of file.
pub(super) const CASES: &[Case] = &[
    (
        "a segment before the newest",
        "journal",
        "journal-0000000000000002.log is missing",
        |d, _| {
            remove(&d.join("journal/journal-0000000000000002.log"));
        },
    ),
    (
        "the newest segment",
        "journal",
        ".log is missing: the journal is known",
        |d, _| {
            remove(&newest(d));
        },
    ),
    (
        "all segments",
        "journal",
        ".log is missing: the journal is known",
        |d, _| {
            std::fs::remove_dir_all(d.join("journal")).unwrap();
        },
    ),
    (
        "a journal that is shorter",
        "journal",
        "bytes of it are known to have been on disk",
        |d, _| {
            cut(&newest(d), used);
        },
    ),
    (
        "a last record that is damaged",
        "journal",
        "bytes of it are known to have been on disk",
        |d, _| {
            flip(&newest(d), used);
        },
    ),
    (
        "another hub's journal",
        "journal",
        "belongs to another data folder",
        |d, other| {
            std::fs::remove_dir_all(d.join("journal")).unwrap();
            copy_tree(&other.join("journal"), &d.join("journal"));
        },
    ),
    (
        "another hub's checkpoint",
        "checkpoints",
        "belongs to another data folder",
        |d, other| {
            let newest = files(&other.join("checkpoints"), ".bin").pop().unwrap();
            std::fs::copy(
                &newest,
                d.join("checkpoints").join(newest.file_name().unwrap()),
            )
            .unwrap();
        },
    ),
    (
        "checkpoints that the journal goes on from",
        "checkpoints",
        "is missing or damaged",
        |d, _| {
            for file in files(&d.join("checkpoints"), ".bin") {
                remove(&file);
            }
            remove(&d.join("journal/journal-0000000000000001.log"));
        },
    ),
    (
        "identities",
        "registry",
        "registry/identities is missing",
        |d, _| {
            remove(&d.join("registry/identities"));
        },
    ),
    (
        "identities cut short",
        "registry",
        "registry/identities has ",
        |d, _| {
            cut(&d.join("registry/identities"), |b| b.len() / 100);
        },
    ),
    (
        "identities that changed",
        "registry",
        "registry/identities is not what it was",
        |d, _| {
            flip(&d.join("registry/identities"), |_| 4);
        },
    ),
    (
        "run-time changes",
        "registry",
        "registry/changes.jsonl is missing",
        |d, _| {
            remove(&d.join("registry/changes.jsonl"));
        },
    ),
    ("the store", "store", "bayhub.db is missing", |d, _| {
        files(d, "")
            .iter()
            .filter(|f| f.to_string_lossy().contains("bayhub.db"))
            .for_each(|f| remove(f));
    }),
    (
        "another hub's store",
        "store",
        "the store is another one",
        |d, other| {
            files(d, "")
                .iter()
                .filter(|f| f.to_string_lossy().contains("bayhub.db-"))
                .for_each(|f| remove(f));
            std::fs::copy(other.join("bayhub.db"), d.join("bayhub.db")).unwrap();
        },
    ),
    (
        "the manifest",
        "manifest",
        "manifest.json is missing",
        |d, _| {
            remove(&d.join("manifest.json"));
        },
    ),
    (
        "a manifest that cannot be read",
        "manifest",
        "manifest.json cannot be read",
        |d, _| {
            cut(&d.join("manifest.json"), |b| b.len() / 2);
        },
    ),
    ("settled reports", "settled", "settled/", |d, _| {
        for file in files(&d.join("settled"), ".kept1") {
            remove(&file);
        }
    }),
    (
        "a day of the history",
        "history",
        "history/manifest/2026-11-24.json is missing",
        |d, _| {
            remove(&d.join("history/manifest/2026-11-24.json"));
        },
    ),
    (
        "pseudonyms",
        "pseudonyms",
        "pseudonyms.json is missing",
        |d, _| {
            remove(&d.join("pseudonyms.json"));
        },
    ),
];
