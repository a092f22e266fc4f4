//! Files do not import each other in a loop: who reads one can begin with what it stands on.
//!
//! What a file takes from the `mod.rs` above it does not count: a module and its parts are read
//! together. Tests do not count either.

use super::Source;
use super::words::{Word, module_of, words};
use std::collections::{BTreeMap, BTreeSet};

/// The circles that may stand, each with its reason. One file of each names it.
const ALLOWED: [(&str, &str); 2] = [
    (
        "src/settlement/step.rs",
        "one type, the step of a window: its walk through the zones is a file of its own",
    ),
    (
        "src/sharing/actor.rs",
        "one type, the desk's task: what it does for drivers (booking), by the clock (deadlines) \
         and for a better seating (improve) are files of their own",
    ),
];

/// Every circle that may not stand, and every row of [`ALLOWED`] that is not needed.
pub(super) fn check(files: &[Source]) -> Vec<String> {
    faults(&circles(files), &ALLOWED)
}

fn faults(circles: &[BTreeSet<String>], allowed: &[(&str, &str)]) -> Vec<String> {
    let excused =
        |circle: &&BTreeSet<String>| allowed.iter().any(|(file, _)| circle.contains(*file));
    let stand = circles
        .iter()
        .filter(|circle| !excused(circle))
        .map(|circle| {
            let all: Vec<&str> = circle.iter().map(String::as_str).collect();
            format!(
                "{}:1: imports, and is imported by, {}: take out what both need",
                all[0],
                all[1..].join(", ")
            )
        });
    let idle = allowed
        .iter()
        .filter(|(file, _)| !circles.iter().any(|circle| circle.contains(*file)))
        .map(|(file, _)| {
            format!("{file}:1: is in no circle any more; take its row out of ALLOWED")
        });
    stand.chain(idle).collect()
}

/// The sets of files that reach each other by imports.
fn circles(files: &[Source]) -> Vec<BTreeSet<String>> {
    let ours: Vec<Source> = files
        .iter()
        .filter(|f| f.path.starts_with("src/"))
        .cloned()
        .collect();
    let by_module: BTreeMap<Vec<String>, String> = ours
        .iter()
        .map(|file| (module_of(&file.path), file.path.clone()))
        .collect();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, words) in words(&ours) {
        let here = module_of(&file.path);
        let to: BTreeSet<String> = words
            .iter()
            .filter(|word| !word.in_test)
            .filter_map(|word| arrow(&here, word, &by_module))
            .collect();
        arrows.insert(file.path.clone(), to);
    }
    let reach: BTreeMap<&String, BTreeSet<&String>> = arrows
        .keys()
        .map(|from| (from, reached(from, &arrows)))
        .collect();
    let mut found: Vec<BTreeSet<String>> = Vec::new();
    for from in arrows.keys() {
        let circle: BTreeSet<String> = reach[from]
            .iter()
            .filter(|to| **to != from && reach[*to].contains(from))
            .map(|to| (*to).clone())
            .chain([from.clone()])
            .collect();
        if circle.len() > 1 && !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}

/// The file that a path leads into, if that is another and no module above.
fn arrow(
    here: &[String],
    word: &Word,
    by_module: &BTreeMap<Vec<String>, String>,
) -> Option<String> {
    let inner = word.path.strip_prefix(&["crate".to_owned()][..])?;
    let (module, file) = (1..=inner.len())
        .rev()
        .find_map(|n| by_module.get_key_value(&inner[..n]))?;
    (!here.starts_with(module)).then(|| file.clone())
}

fn reached<'a>(
    from: &String,
    arrows: &'a BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<&'a String> {
    let mut seen = BTreeSet::new();
    let mut todo: Vec<&String> = arrows[from].iter().collect();
    while let Some(next) = todo.pop() {
        if seen.insert(next) {
            todo.extend(arrows.get(next).into_iter().flatten());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::super::{none, one};
    use super::*;

    fn planted(files: &[(&str, &str)]) -> Vec<BTreeSet<String>> {
        let files: Vec<_> = files.iter().map(|(p, t)| Source::new(*p, *t)).collect();
        circles(&files)
    }

    #[test]
    fn a_loop_is_caught_however_long() {
        let files = [
            ("src/live/a.rs", "use super::b::B;"),
            ("src/live/b.rs", "fn f() { assert!(crate::live::c::g()); }"),
            ("src/live/c.rs", "use super::a::A;"),
            ("src/live/d.rs", "use super::a::A;"),
            ("src/live/mod.rs", "mod a; mod b; mod c; mod d;"),
        ];
        let found = planted(&files);
        one(
            &faults(&found, &[]),
            &["src/live/a.rs:1:", "src/live/b.rs, src/live/c.rs:"],
        );
        none(&faults(&found, &[("src/live/c.rs", "why")]));
    }

    #[test]
    fn what_stands_above_and_tests_do_not_count() {
        none(&faults(
            &planted(&[
                ("src/live/mod.rs", "mod a; pub use a::A; pub struct X;"),
                (
                    "src/live/a.rs",
                    "use super::X; #[cfg(test)] mod tests { use crate::live::b::B; }",
                ),
                ("src/live/b.rs", "use super::a::A;"),
            ]),
            &[],
        ));
    }

    #[test]
    fn an_excuse_without_a_circle_is_caught() {
        one(
            &faults(&[], &[("src/live/a.rs", "why")]),
            &["src/live/a.rs:1:", "no circle"],
        );
    }
}
