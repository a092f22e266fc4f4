//! A `let` of a tuple takes one apart; it does not fold several statements into one.

use super::Source;
use syn::spanned::Spanned;
use syn::visit::Visit;

/// Every `let (a, b) = (x, y);`, wherever it stands.
pub(super) fn check(files: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        if let Ok(tree) = syn::parse_file(&file.text) {
            let mut folded = Folded(Vec::new());
            folded.visit_file(&tree);
            faults.extend(folded.0.iter().map(|line| {
                format!(
                    "{}:{line}: a `let` folds several statements into a tuple; write one each",
                    file.path
                )
            }));
        }
    }
    faults
}

struct Folded(Vec<usize>);

impl<'ast> Visit<'ast> for Folded {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        let pattern = match &local.pat {
            syn::Pat::Type(typed) => &*typed.pat,
            plain => plain,
        };
        if let (syn::Pat::Tuple(names), Some(init)) = (pattern, &local.init)
            && let syn::Expr::Tuple(values) = &*init.expr
            && init.diverge.is_none()
            && names.elems.len() == values.elems.len()
        {
            self.0.push(local.span().start().line);
        }
        syn::visit::visit_local(self, local);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{none, one};
    use super::*;

    fn planted(text: &str) -> Vec<String> {
        check(&[Source::new("src/x.rs", text)])
    }

    #[test]
    fn folded_statements_are_caught() {
        one(
            &planted("fn f() {\n let (a, b) = (1, g());\n}"),
            &["src/x.rs:2:"],
        );
        one(
            &planted("fn f() { let (mut a, b): (u8, _) = (1, 2); }"),
            &["src/x.rs:1:"],
        );
        one(
            &planted("fn f() { g(|| { let (a, b) = (1, 2); }); }"),
            &["src/x.rs:1:"],
        );
    }

    #[test]
    fn taking_apart_choosing_and_exchanging_are_fine() {
        none(&planted(
            "fn f() { let (a, b) = g(); let (c, d) = if a { (1, 2) } else { (3, 4) }; }",
        ));
        none(&planted(
            "fn f() { let (Some(a), Some(b)) = (g(), h()) else { return }; }",
        ));
        none(&planted(
            "fn f() { (a, b) = (b, a); if let (1, 2) = (a, b) {} }",
        ));
    }
}
