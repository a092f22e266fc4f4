//! Data folders of earlier versions, in the hands of the commands: what `inspect`, `export` and
//! `check-config` make of them is what they made of them then.
//!
//! What a hub says that runs on them is tested in `src/app/tests/golden/`, where a test can turn
//! its clock. `tests/golden/README.md` says how a folder is made.

use crate::demo::bayhub;
use crate::tidy::root;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What is asked: the file of the answer, and the command, whose output goes to `OUT` or stdout.
const ASKED: [(&str, &str); 4] = [
    ("inspect.json", "inspect --data data --json"),
    ("check-config.txt", "check-config --config bayhub.toml"),
    (
        "turnover.csv",
        "export --data data --what turnover --from 2026-11-23T00:00:00Z --to 2026-11-24T00:00:00Z \
         --zone QUAY --format csv --out OUT",
    ),
    (
        "visits.csv",
        "export --data data --what visits --from 2026-11-23T00:00:00Z --to 2026-11-24T00:00:00Z \
         --format csv --out OUT",
    ),
];

/// The folders, oldest first.
fn versions() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("tests/golden")).expect("the folders");
    let paths = entries.map(|e| e.expect("an entry").path());
    let mut found: Vec<PathBuf> = paths.filter(|p| p.is_dir()).collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

/// What the command answers in a copy of the folder.
fn answer(folder: &Path, command: &str) -> String {
    let scratch = tempfile::tempdir().expect("a folder");
    copy_tree(folder, scratch.path());
    let args: Vec<&str> = command.split_whitespace().collect();
    let done = bayhub(&args)
        .current_dir(scratch.path())
        .output()
        .expect("the hub's binary");
    assert!(
        done.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    std::fs::read_to_string(scratch.path().join("OUT"))
        .unwrap_or_else(|_| String::from_utf8(done.stdout).expect("text"))
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

#[test]
fn commands_say_of_earlier_folders_what_they_said_then() {
    for folder in versions() {
        for (name, command) in ASKED {
            let file = folder.join("answers/commands").join(name);
            let then = std::fs::read_to_string(&file).expect("an answer");
            let now = answer(&folder, command);
            if Path::new(&name).extension().is_some_and(|e| e == "json") {
                let [then, now]: [Value; 2] =
                    [then, now].map(|text| serde_json::from_str(&text).expect("JSON"));
                assert_eq!(now, then, "{}", file.display());
            } else if Path::new(&name).extension().is_some_and(|e| e == "csv") {
                let lines = then.lines().zip(now.lines());
                let grown = |(then, now): (&str, &str)| {
                    let more = now.strip_prefix(then);
                    more.is_some_and(|more| more.is_empty() || more.starts_with(','))
                };
                let same = then.lines().count() == now.lines().count();
                assert!(
                    same && lines.into_iter().all(grown),
                    "{}: {now}",
                    file.display()
                );
            } else {
                assert_eq!(now, then, "{}", file.display());
            }
        }
    }
}

#[test]
#[ignore = "keeps the answers of a new folder by hand, see tests/golden/README.md"]
fn keep() {
    let folder = PathBuf::from(std::env::var_os("BAYHUB_GOLDEN").expect("BAYHUB_GOLDEN"));
    let answers = folder.join("answers/commands");
    std::fs::create_dir_all(&answers).expect("a folder");
    for (name, command) in ASKED {
        std::fs::write(answers.join(name), answer(&folder, command)).expect("a file");
    }
}
