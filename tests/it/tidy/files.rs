//! Every Rust file opens by saying what it is, stays under 400 lines, and has no function longer
//! than a screen.

use super::Source;
use syn::spanned::Spanned;
use syn::visit::Visit;

const MAX_FILE: usize = 400;
/// A screen. Blank and comment lines do not count, so that nobody saves on them (the same measure
/// as clippy's).
const MAX_FUNCTION: usize = 80;

/// Files without a header, too long files, too long functions, and what does not parse.
pub(super) fn check(files: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        let path = &file.path;
        if !file.text.starts_with("//! ") || file.text.lines().next().is_some_and(|l| l.len() < 10)
        {
            faults.push(format!(
                "{path}:1: opens without a `//!` line that says what the file is"
            ));
        }
        let lines = file.text.lines().count();
        if lines >= MAX_FILE {
            faults.push(format!(
                "{path}:{lines}: {lines} lines; a file stays under {MAX_FILE}"
            ));
        }
        match syn::parse_file(&file.text) {
            Ok(tree) => {
                let mut lengths = Lengths {
                    lines: file.text.lines().collect(),
                    faults: Vec::new(),
                };
                lengths.visit_file(&tree);
                faults.extend(
                    lengths
                        .faults
                        .iter()
                        .map(|(line, what)| format!("{path}:{line}: {what}")),
                );
            }
            Err(e) => faults.push(format!(
                "{path}:{}: does not parse: {e}",
                e.span().start().line
            )),
        }
    }
    faults
}

struct Lengths<'a> {
    lines: Vec<&'a str>,
    faults: Vec<(usize, String)>,
}

impl Lengths<'_> {
    fn measure(&mut self, name: &syn::Ident, attributes: &[syn::Attribute], body: &syn::Block) {
        if attributes.iter().any(is_excuse) {
            return;
        }
        let from = body.span().start().line;
        let to = body.span().end().line;
        // The lines between the braces; a body on one line has none.
        let inner = self
            .lines
            .get(from..to.saturating_sub(1))
            .unwrap_or_default();
        let code = inner
            .iter()
            .map(|l| l.trim())
            .filter(|l| !l.is_empty() && !l.starts_with("//"))
            .count();
        if code > MAX_FUNCTION {
            self.faults.push((
                name.span().start().line,
                format!("fn {name} has {code} lines of code; more than {MAX_FUNCTION} do not fit a screen"),
            ));
        }
    }
}

/// `#[allow(clippy::too_many_lines, reason = "..")]`: a table of cases, say. Without a reason it
/// excuses nothing.
fn is_excuse(attribute: &syn::Attribute) -> bool {
    attribute.meta.require_list().is_ok_and(|list| {
        let text = list.tokens.to_string();
        text.contains("too_many_lines") && text.contains("reason")
    })
}

impl<'ast> Visit<'ast> for Lengths<'_> {
    fn visit_item_fn(&mut self, f: &'ast syn::ItemFn) {
        self.measure(&f.sig.ident, &f.attrs, &f.block);
        syn::visit::visit_item_fn(self, f);
    }

    fn visit_impl_item_fn(&mut self, f: &'ast syn::ImplItemFn) {
        self.measure(&f.sig.ident, &f.attrs, &f.block);
        syn::visit::visit_impl_item_fn(self, f);
    }

    fn visit_trait_item_fn(&mut self, f: &'ast syn::TraitItemFn) {
        if let Some(body) = &f.default {
            self.measure(&f.sig.ident, &f.attrs, body);
        }
        syn::visit::visit_trait_item_fn(self, f);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{none, one};
    use super::*;

    fn planted(text: &str) -> Vec<String> {
        check(&[Source::new("src/x.rs", text)])
    }

    fn body(lines: usize) -> String {
        format!("fn long() {{\n{}}}\n", "    x();\n".repeat(lines))
    }

    #[test]
    fn a_file_without_a_header_is_caught() {
        one(&planted("fn f() {}\n"), &["src/x.rs:1:", "opens without"]);
        one(
            &planted("// What it is.\nfn f() {}\n"),
            &["src/x.rs:1:", "opens without"],
        );
        one(
            &planted("//! x\nfn f() {}\n"),
            &["src/x.rs:1:", "says what the file is"],
        );
    }

    #[test]
    fn a_long_file_is_caught() {
        let text = |lines: usize| {
            format!(
                "//! A long file.\n{}",
                "const _: () = ();\n".repeat(lines - 1)
            )
        };
        none(&planted(&text(399)));
        one(&planted(&text(400)), &["src/x.rs:400:", "400 lines"]);
    }

    #[test]
    fn a_long_function_is_caught_wherever_it_stands() {
        none(&planted(&format!("//! Functions.\n{}", body(80))));
        none(&planted(&format!(
            "//! Functions.\n{}",
            body(80).replacen("x();", "// why\n\n    x();", 3)
        )));
        one(
            &planted(&format!("//! Functions.\n\n{}", body(81))),
            &["src/x.rs:3:", "fn long has 81 lines"],
        );
        one(
            &planted(&format!("//! Methods.\nimpl X {{\n{}}}", body(81))),
            &["src/x.rs:3:"],
        );
        one(
            &planted(&format!("//! Traits.\ntrait X {{\n{}}}", body(81))),
            &["src/x.rs:3:"],
        );
        one(
            &planted(&format!(
                "//! Nested.\nmod x {{ mod y {{\n{}}} }}",
                body(81)
            )),
            &["src/x.rs:3:"],
        );
    }

    #[test]
    fn only_a_stated_reason_excuses_a_long_function() {
        let with = |attribute: &str| planted(&format!("//! Excuses.\n{attribute}\n{}", body(81)));
        none(&with(
            "#[allow(clippy::too_many_lines, reason = \"a table\")]",
        ));
        one(&with("#[allow(clippy::too_many_lines)]"), &["src/x.rs:3:"]);
    }

    #[test]
    fn what_does_not_parse_is_caught() {
        one(
            &planted("//! Broken.\nfn f( {}\n"),
            &["src/x.rs:", "does not parse"],
        );
    }
}
