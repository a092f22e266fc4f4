//! The rules of the house, kept by machine: each is a pure function from sources to faults.
//!
//! A fault names file, line and reason. Every rule is tried on a planted fault of its kind beside
//! it, so that a rule which has gone blind fails too. Reading the tree costs some milliseconds;
//! nothing here builds or starts anything.

mod circles;
mod documents;
mod doors;
mod files;
mod lets;
mod listed;
mod markdown;
mod names;
mod plain;
mod pure_domain;
mod rooms;
mod words;

use std::path::{Path, PathBuf};

/// One file of the project: its path from the root with `/`, and its text.
#[derive(Clone, Debug)]
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|e| e == "rs")
    }
}

/// The project's root. Read at run time, so that the compiled binary can be pointed at another
/// checkout.
pub(crate) fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

/// Every file that is, or would be, committed; not what git ignores.
fn paths() -> Vec<String> {
    let root = root();
    let listed = listed_by_git(&root).unwrap_or_else(|| walked(&root));
    // A file that is removed and not yet committed so is listed all the same.
    let there = |path: &String| root.join(path).is_file();
    listed.into_iter().filter(there).collect()
}

/// Those of text.
fn tree() -> Vec<Source> {
    let root = root();
    let mut found: Vec<Source> = paths()
        .into_iter()
        .filter_map(|path| {
            Some(Source {
                text: std::fs::read_to_string(root.join(&path)).ok()?,
                path,
            })
        })
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    assert!(
        found.iter().any(|f| f.path == "src/lib.rs"),
        "no src/lib.rs under {}",
        root.display()
    );
    found
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let list = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let out = std::process::Command::new("git")
        .arg("-C")
        .arg(root)
        .args(list)
        .output()
        .ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    out.status
        .success()
        .then(|| text.split_terminator('\0').map(str::to_owned).collect())
}

/// For a source archive without git: everything but what builds leave behind.
fn walked(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![root.to_path_buf()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir)
            .expect("a readable folder")
            .flatten()
        {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if !["target", "node_modules", ".git"]
                    .iter()
                    .any(|skip| name == *skip)
                {
                    todo.push(path);
                }
            } else if let Ok(rel) = path.strip_prefix(root) {
                found.push(rel.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found
}

/// The room of a file under `src/`: the first part of its path there.
fn room_of(path: &str) -> &str {
    let inner = path.trim_start_matches("src/");
    inner
        .split('/')
        .next()
        .unwrap_or(inner)
        .trim_end_matches(".rs")
}

fn rust() -> Vec<Source> {
    tree().into_iter().filter(Source::is_rust).collect()
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(
        faults.is_empty(),
        "{} fault(s):\n{}\n",
        faults.len(),
        faults.join("\n")
    );
}

/// For planted faults: exactly one, and it says all of `words`.
#[track_caller]
fn one(faults: &[String], words: &[&str]) {
    assert_eq!(faults.len(), 1, "{faults:#?}");
    for word in words {
        assert!(
            faults[0].contains(word),
            "{word:?} is not in {:?}",
            faults[0]
        );
    }
}

#[test]
fn rooms_import_only_what_lies_before_them() {
    none(&rooms::check(&rust()));
}

#[test]
fn each_outside_crate_has_one_door() {
    let files = tree();
    let manifest = |path: &str| {
        files
            .iter()
            .find(|f| f.path == path)
            .expect("a manifest")
            .text
            .clone()
    };
    none(&doors::check(&rust(), &manifest("Cargo.toml")));
    none(&doors::check_simulator(
        &rust(),
        &manifest("sensors-sim/Cargo.toml"),
    ));
}

#[test]
fn files_say_what_they_are_and_stay_short() {
    none(&files::check(&rust()));
}

#[test]
fn files_do_not_import_each_other_in_a_loop() {
    none(&circles::check(&rust()));
}

#[test]
fn a_name_stands_for_one_thing() {
    none(&names::check(&rust()));
}

#[test]
fn a_let_is_one_statement() {
    none(&lets::check(&rust()));
}

#[test]
fn what_documents_name_is_there() {
    none(&documents::check(&tree(), &paths()));
}

#[test]
fn each_room_is_listed_once() {
    none(&listed::check(&tree()));
}

#[test]
fn nothing_is_left_undone_or_unexplained() {
    none(&plain::check(&rust()));
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    none(&plain::check_places(&tree()));
}

#[test]
fn the_domain_does_no_io_and_knows_no_clock() {
    none(&pure_domain::check(&rust()));
}

#[test]
fn an_archive_without_git_is_read_all_the_same() {
    let walked = walked(&root());
    assert!(
        walked.iter().any(|p| p == "src/lib.rs")
            && !walked.iter().any(|p| p.starts_with("target/"))
    );
}
