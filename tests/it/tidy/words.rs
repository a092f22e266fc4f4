//! The paths a source file names, wherever they stand: `use` trees, code, attributes and the
//! insides of macros.
//!
//! Works on tokens and not on the syntax tree, because a tree is blind inside `assert!(..)` and
//! `tracing::info!(..)`; comments and strings are no tokens, so they never count. `self::`,
//! `super::` and modules declared in the same file are resolved to `crate::..`. What it cannot see:
//! paths built by a macro, and paths inside string attributes.

use super::Source;
use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use std::collections::BTreeSet;

/// One path somewhere in the code, `crate::..` if it is one of ours.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) path: Vec<String>,
    pub(super) line: usize,
    pub(super) in_use: bool,
    /// Inside `#[cfg(test)]`, a `#[test]`, or a file that is only there for tests.
    pub(super) in_test: bool,
    /// Followed by `!`: a macro is called.
    pub(super) is_macro: bool,
}

impl Word {
    pub(super) fn text(&self) -> String {
        self.path.join("::")
    }

    pub(super) fn last(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

/// All words of each file, in order. A file that does not lex has none: `files::check` reports it.
pub(super) fn words(files: &[Source]) -> Vec<(&Source, Vec<Word>)> {
    let lexed: Vec<(&Source, TokenStream)> = files
        .iter()
        .map(|f| (f, f.text.parse().unwrap_or_default()))
        .collect();
    let mut test_modules = BTreeSet::new();
    for (file, tokens) in &lexed {
        let mut walk = Walk::new(tokens);
        walk.level(tokens.clone(), &mut module_of(&file.path), false);
        test_modules.extend(walk.test_modules);
    }
    lexed
        .into_iter()
        .map(|(file, tokens)| {
            let mut here = module_of(&file.path);
            let test = !file.path.contains("src/")
                || (1..=here.len()).any(|n| test_modules.contains(&here[..n]));
            let mut walk = Walk::new(&tokens);
            walk.level(tokens, &mut here, test);
            (file, walk.out)
        })
        .collect()
}

/// `src/live/index.rs` is `live::index`, `src/live/mod.rs` is `live`, `src/lib.rs` is the root.
pub(super) fn module_of(path: &str) -> Vec<String> {
    let inner = path
        .split_once("src/")
        .map_or(path, |(_, rest)| rest)
        .trim_end_matches(".rs");
    let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if parts
        .last()
        .is_some_and(|p| ["mod", "lib", "main"].contains(&p.as_str()))
    {
        parts.pop();
    }
    parts
}

struct Walk {
    out: Vec<Word>,
    /// Modules declared in this file: `x::Y` then means ours, not a crate named `x`.
    local: BTreeSet<String>,
    test_modules: BTreeSet<Vec<String>>,
}

impl Walk {
    fn new(tokens: &TokenStream) -> Self {
        let mut local = BTreeSet::new();
        declared(tokens.clone(), &mut local);
        Self {
            out: Vec::new(),
            local,
            test_modules: BTreeSet::new(),
        }
    }

    /// Everything between two brackets. `here` is the module this stands in.
    fn level(&mut self, tokens: TokenStream, here: &mut Vec<String>, mut test: bool) {
        let t: Vec<TokenTree> = tokens.into_iter().collect();
        // An attribute has said that the item which follows is for tests.
        let mut marked = false;
        let mut i = 0;
        while i < t.len() {
            match &t[i] {
                TokenTree::Group(g) => {
                    match attribute(&t, i) {
                        Some(inner) if is_test(g) && inner => test = true,
                        Some(_) => marked |= is_test(g),
                        None => {}
                    }
                    self.level(g.stream(), here, test || marked);
                    marked &= g.delimiter() != Delimiter::Brace;
                    i += 1;
                }
                TokenTree::Ident(word) if word == "use" && !is(t.get(i + 1), '<') => {
                    let end = (i..t.len()).find(|n| is(t.get(*n), ';')).unwrap_or(t.len());
                    self.tree(&t[i + 1..end], &[], here, test || marked);
                    i = end;
                }
                TokenTree::Ident(word) if word == "mod" => {
                    let taken = self.module(&t[i + 1..], here, test || marked);
                    marked &= taken < 2;
                    i += taken + 1;
                }
                TokenTree::Ident(word) => {
                    let (path, next) = path_at(&t, i);
                    let is_macro = matches!(t.get(next), Some(TokenTree::Punct(p))
                        if p.as_char() == '!' && p.spacing() == Spacing::Alone);
                    let path = self.resolve(path, here);
                    let line = word.span().start().line;
                    self.out.push(Word {
                        path,
                        line,
                        in_use: false,
                        in_test: test || marked,
                        is_macro,
                    });
                    i = next;
                }
                other => {
                    marked &= !is(Some(other), ';');
                    i += 1;
                }
            }
        }
    }

    /// After `mod`: its name, then a body or `;`. Returns how many tokens were taken.
    fn module(&mut self, rest: &[TokenTree], here: &mut Vec<String>, test: bool) -> usize {
        let Some(TokenTree::Ident(name)) = rest.first() else {
            return 0;
        };
        here.push(name.to_string());
        let taken = if let Some(TokenTree::Group(body)) = rest.get(1) {
            self.level(body.stream(), here, test);
            2
        } else {
            if test {
                self.test_modules.insert(here.clone());
            }
            1
        };
        here.pop();
        taken
    }

    /// One `use` tree, flattened: a word per leaf.
    fn tree(&mut self, t: &[TokenTree], prefix: &[String], here: &[String], test: bool) {
        for branch in t.split(|x| is(Some(x), ',')) {
            let mut path = prefix.to_vec();
            let mut leaf = None;
            for token in branch {
                match token {
                    TokenTree::Ident(word) if word == "as" => break,
                    TokenTree::Ident(word) => {
                        leaf = Some(word.span().start().line);
                        if word != "self" || path.is_empty() {
                            path.push(word.to_string());
                        }
                    }
                    TokenTree::Punct(p) if p.as_char() == '*' => {
                        leaf = Some(p.span().start().line);
                        path.push("*".to_owned());
                    }
                    TokenTree::Group(g) => {
                        leaf = None;
                        let inner: Vec<TokenTree> = g.stream().into_iter().collect();
                        self.tree(&inner, &path, here, test);
                    }
                    _ => {}
                }
            }
            if let Some(line) = leaf {
                let path = self.resolve(path, here);
                self.out.push(Word {
                    path,
                    line,
                    in_use: true,
                    in_test: test,
                    is_macro: false,
                });
            }
        }
    }

    fn resolve(&self, path: Vec<String>, here: &[String]) -> Vec<String> {
        let ours = |up: usize, rest: &[String]| {
            let base = &here[..here.len().saturating_sub(up)];
            [&["crate".to_owned()], base, rest].concat()
        };
        match path[0].as_str() {
            "self" if path.len() > 1 => ours(0, &path[1..]),
            "super" => {
                let up = path.iter().take_while(|p| *p == "super").count();
                ours(up, &path[up..])
            }
            name if path.len() > 1 && self.local.contains(name) => ours(0, &path),
            _ => path,
        }
    }
}

/// Is the group at `i` an attribute, and if so an inner one (`#![..]`)?
fn attribute(t: &[TokenTree], i: usize) -> Option<bool> {
    let before = |n: usize| i.checked_sub(n).and_then(|at| t.get(at));
    match () {
        () if is(before(1), '#') => Some(false),
        () if is(before(1), '!') && is(before(2), '#') => Some(true),
        () => None,
    }
}

/// `#[cfg(test)]`, `#[cfg(all(test, ..))]`, `#[test]`, `#[tokio::test]`; not `cfg(not(test))`, not
/// `cfg(any(..))`.
fn is_test(attribute: &Group) -> bool {
    let text = attribute.stream().to_string().replace(' ', "");
    let head = text.split('(').next().unwrap_or_default();
    let tests = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|w| w == "test");
    head == "test"
        || head.ends_with("::test")
        || (head == "cfg" && tests && !text.contains("not(") && !text.contains("any("))
}

fn declared(tokens: TokenStream, into: &mut BTreeSet<String>) {
    let t: Vec<TokenTree> = tokens.into_iter().collect();
    for (i, token) in t.iter().enumerate() {
        match (token, t.get(i + 1)) {
            (TokenTree::Ident(word), Some(TokenTree::Ident(name))) if word == "mod" => {
                into.insert(name.to_string());
            }
            (TokenTree::Group(g), _) => declared(g.stream(), into),
            _ => {}
        }
    }
}

/// `a::b::c` from `i` on, and where it ends.
fn path_at(t: &[TokenTree], mut i: usize) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    while let Some(TokenTree::Ident(word)) = t.get(i) {
        path.push(word.to_string());
        i += 1;
        if !(is(t.get(i), ':')
            && is(t.get(i + 1), ':')
            && matches!(t.get(i + 2), Some(TokenTree::Ident(_))))
        {
            break;
        }
        i += 2;
    }
    (path, i)
}

fn is(token: Option<&TokenTree>, punct: char) -> bool {
    matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == punct)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str, text: &str) -> Vec<(String, usize, bool)> {
        let file = [Source::new(path, text)];
        let all = words(&file).remove(0).1;
        all.iter()
            .filter(|w| w.path.len() > 1)
            .map(|w| (w.text(), w.line, w.in_test))
            .collect()
    }

    #[test]
    fn paths_are_found_in_use_trees_code_attributes_and_macros() {
        let text = "use crate::{a, b::{self, c as d, *}};\n#[derive(x::Y)]\nfn f() -> self::g::H {\n  assert!(p::q());\n}";
        let want = [
            "crate::a",
            "crate::b",
            "crate::b::c",
            "crate::b::*",
            "x::Y",
            "crate::live::g::H",
            "p::q",
        ];
        let got = named("src/live/mod.rs", text);
        assert_eq!(got.iter().map(|w| w.0.as_str()).collect::<Vec<_>>(), want);
        assert_eq!(
            got.iter().map(|w| w.1).collect::<Vec<_>>(),
            [1, 1, 1, 1, 2, 3, 4]
        );
    }

    #[test]
    fn super_climbs_from_inline_modules_and_files_alike() {
        let text = "use super::super::live::X; mod m { fn f() { super::g(); super::super::super::h::i() } }";
        let got = named("src/journal/segment.rs", text);
        assert_eq!(
            got.iter().map(|w| w.0.as_str()).collect::<Vec<_>>(),
            [
                "crate::live::X",
                "crate::journal::segment::g",
                "crate::h::i"
            ]
        );
    }

    #[test]
    fn comments_strings_and_precise_capturing_name_nothing() {
        let text = "// a::b\n/* c::d */ const E: &str = \"f::g\"; fn h<'a>() -> impl Sized + use<'a> { 1 }";
        assert!(named("src/x.rs", text).is_empty());
    }

    #[test]
    fn test_code_is_told_from_the_rest() {
        let source = "#[cfg(test)] use a::b; use c::d; #[cfg(test)] mod tests { use e::f; } use g::h; \
                      #[cfg(not(test))] use i::j;";
        let got: Vec<_> = named("src/x.rs", source)
            .into_iter()
            .map(|w| (w.0, w.2))
            .collect();
        let want = [
            ("a::b", true),
            ("c::d", false),
            ("e::f", true),
            ("g::h", false),
            ("i::j", false),
        ];
        assert_eq!(got, want.map(|(p, t)| (p.to_owned(), t)));
        let files = [
            Source::new("src/x/mod.rs", "#[cfg(test)] mod tests;"),
            Source::new("src/x/tests.rs", "use a::b;"),
        ];
        assert!(
            words(&files)[1].1[0].in_test,
            "a file declared under cfg(test)"
        );
    }
}
