//! What the documents name is there: paths, links and their anchors. And the front page stays one
//! page.
//!
//! What stands in backticks may be a path; what stands in a fenced block is an example and is not
//! looked at.

use super::markdown::{code_and_prose, links, outside_fences, slugs};
use super::{Source, rooms};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The most lines of `README.md`: who comes by reads a page, and opens a chapter.
const MAX_README: usize = 150;

const FRONT: &str = "README.md";
const MAP: &str = "ARCHITECTURE.md";

/// How a path of this repository begins.
const OURS: [&str; 9] = [
    "src/",
    "tests/",
    "docs/",
    "benches/",
    "dashboards/",
    "sensors-sim/",
    "examples/",
    "packaging/",
    "fuzz/",
];

fn is_document(path: &str) -> bool {
    [FRONT, "README.zh.md", MAP, "CONTRIBUTING.md"].contains(&path)
        || path
            .strip_prefix("docs/")
            .is_some_and(|name| is_markdown(name) && !name.contains('/'))
}

fn is_markdown(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == "md")
}

/// Everything a document names that is not there. `paths` are all files, `files` those of text.
pub(super) fn check(files: &[Source], paths: &[String]) -> Vec<String> {
    let tree = Tree { paths };
    let anchors: BTreeMap<&str, BTreeSet<String>> = files
        .iter()
        .filter(|f| is_markdown(&f.path))
        .map(|f| (f.path.as_str(), slugs(&outside_fences(&f.text))))
        .collect();
    let mut faults = Vec::new();
    for file in files.iter().filter(|f| is_document(&f.path)) {
        let text = outside_fences(&file.text);
        let mut fault = |line: usize, what: String| {
            faults.push(format!("{}:{line}: {what}", file.path));
        };
        let (spans, prose) = code_and_prose(&text);
        for (line, span) in spans {
            for word in span.split_whitespace() {
                if let Some(gone) = tree.gone(word, file.path == MAP) {
                    fault(line, format!("names `{gone}`, which is not there"));
                }
            }
        }
        for (line, target) in links(&prose) {
            if let Some(why) = tree.dangles(&file.path, target, &anchors) {
                fault(line, format!("links to {target}, {why}"));
            }
        }
        let lines = file.text.lines().count();
        if file.path == FRONT && lines > MAX_README {
            fault(
                lines,
                format!("{lines} lines; the front page has at most {MAX_README}"),
            );
        }
    }
    faults
}

struct Tree<'a> {
    paths: &'a [String],
}

impl Tree<'_> {
    /// Whether it is a file or a folder.
    fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.paths
            .iter()
            .any(|p| *p == path || p.starts_with(&folder))
    }

    /// The path that `word` is, if it looks like one of ours and is not there. `by_room`: it may
    /// also be `room/file`, as under `src/`.
    fn gone<'w>(&self, word: &'w str, by_room: bool) -> Option<&'w str> {
        let word = word.trim_end_matches(['.', ',', ';', ':', ')']);
        // A pattern or a gap to be filled in names no file.
        if word.contains(['<', '>', '*', '{', '}', '$', '=']) {
            return None;
        }
        if OURS.iter().any(|o| word.starts_with(o)) || word.starts_with(".ci/") {
            return (!self.has(word)).then_some(word);
        }
        let room = word.split_once('/')?.0;
        let known = rooms::rooms().chain(rooms::around()).any(|r| r == room);
        let inner = format!("src/{word}");
        let there = self.has(&inner) || self.has(&format!("{inner}.rs"));
        (by_room && known && !there).then_some(word)
    }

    /// Why a link of `from` leads nowhere; `None`: it leads somewhere, or out of the repository.
    fn dangles(
        &self,
        from: &str,
        target: &str,
        anchors: &BTreeMap<&str, BTreeSet<String>>,
    ) -> Option<String> {
        if target.contains("://") || target.starts_with("mailto:") {
            return None;
        }
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        let path = if path.is_empty() {
            from.to_owned()
        } else {
            resolved(from, path)
        };
        if !self.has(&path) {
            return Some("which is not there".to_owned());
        }
        let headings = anchors.get(path.as_str());
        let found = anchor.is_empty() || headings.is_some_and(|h| h.contains(anchor));
        (!found).then(|| format!("but {path} has no heading of that slug"))
    }
}

/// A relative link's path from the root; `..` above the root stays, and so is never there.
fn resolved(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::{none, one};
    use super::*;

    /// A tree with `src/live/mod.rs`, and what `more` adds.
    fn planted(more: &[(&str, &str)]) -> Vec<String> {
        let all = [("src/live/mod.rs", "//! x")];
        let all = all.iter().chain(more);
        let files: Vec<_> = all.map(|(p, t)| Source::new(*p, *t)).collect();
        let paths: Vec<String> = files.iter().map(|f| f.path.clone()).collect();
        check(&files, &paths)
    }

    #[test]
    fn a_path_that_is_gone_is_caught_with_its_line() {
        one(
            &planted(&[("docs/a.md", "# A\n\nSee `src/share/counter.rs`.\n")]),
            &["docs/a.md:3:", "`src/share/counter.rs`", "not there"],
        );
        one(
            &planted(&[("README.md", "run `cargo x tests/it/gone.rs`\n")]),
            &["README.md:1:", "tests/it/gone.rs"],
        );
        one(
            &planted(&[(
                "CONTRIBUTING.md",
                "a `.ci/gone`, split over\nlines `x\nsrc/y/`\n",
            )])[1..],
            &["CONTRIBUTING.md:2:", "`src/y/`"],
        );
    }

    #[test]
    fn a_room_and_file_is_looked_for_in_the_architecture_only() {
        let map = "# Map\n\n`live/feed` and `live/mod`, `live/`, `x/y`\n";
        one(
            &planted(&[("ARCHITECTURE.md", map)]),
            &["ARCHITECTURE.md:3:", "`live/feed`"],
        );
        none(&planted(&[("docs/a.md", "in `live/feed` of the data\n")]));
    }

    #[test]
    fn files_folders_patterns_examples_and_other_documents_are_fine() {
        none(&planted(&[
            ("src/live/feed.rs", "//! x"),
            (
                "docs/a.md",
                "`src/live/`, `src/live/feed.rs`, `src/<room>/mod.rs`, `docs/*.md`, `GET /v1/x`\n\
                 ```sh\n`src/gone.rs` [x](gone.md)\n```\n",
            ),
            ("CHANGELOG.md", "`src/gone.rs` [x](gone.md)\n"),
        ]));
    }

    #[test]
    fn a_link_that_leads_nowhere_is_caught() {
        one(
            &planted(&[("docs/a.md", "see\n[b](b.md)\n")]),
            &["docs/a.md:2:", "links to b.md", "not there"],
        );
        one(
            &planted(&[("docs/a.md", "[up](../../README.md)\n"), ("README.md", "x")]),
            &["../../README.md"],
        );
        one(
            &planted(&[("README.md", "![shown](docs/shown.png)\n")]),
            &["docs/shown.png"],
        );
        none(&planted(&[
            (
                "docs/a.md",
                "[r](../README.md) [d](./) [w](https://x.y/z) `[x](y.md)` [s](../src/live)\n",
            ),
            ("README.md", "[a](docs/a.md)"),
        ]));
    }

    #[test]
    fn an_anchor_is_a_headings_slug_as_github_makes_it() {
        let page = "# The `x` of y: a, b & c\n\n## Again\n\n## Again\n\n### 泊位 与 Zones\n\n\
                    ```sh\n# no-heading\n```\n#neither\n";
        for good in ["the-x-of-y-a-b--c", "again", "again-1", "泊位-与-zones", ""] {
            none(&planted(&[
                ("docs/a.md", &format!("[x](b.md#{good})")),
                ("docs/b.md", page),
            ]));
        }
        for bad in ["The-x-of-y", "again-2", "no-heading", "neither", "of-y"] {
            one(
                &planted(&[
                    ("docs/a.md", &format!("[x](b.md#{bad})")),
                    ("docs/b.md", page),
                ]),
                &["docs/a.md:1:", "no heading of that slug"],
            );
        }
        one(
            &planted(&[("docs/a.md", "# A\n[x](#b)")]),
            &["docs/a.md:2:"],
        );
        none(&planted(&[("docs/a.md", "# A\n[x](#a)")]));
    }

    #[test]
    fn a_front_page_of_two_pages_is_caught() {
        none(&planted(&[("README.md", &"x\n".repeat(150))]));
        one(
            &planted(&[("README.md", &"x\n".repeat(151))]),
            &["README.md:151:", "at most 150"],
        );
        none(&planted(&[("docs/a.md", &"x\n".repeat(151))]));
    }
}
