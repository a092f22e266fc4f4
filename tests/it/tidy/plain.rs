//! Nothing is left undone (`todo!`), unexplained (`unsafe`), or tied to one machine (absolute paths
//! of a workplace).

use super::Source;
use super::words::words;

/// Macros that say "later", which only tests may.
const UNDONE: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// Pieces of places that mean nothing on another machine. Joined here, so that this file does not
/// hold them itself.
const PLACES: [(&str, &str); 5] = [
    ("/wo", "rk/"),
    ("/tmp", "/bh"),
    ("/ro", "ot/"),
    ("shared", "/design"),
    ("/Use", "rs/"),
];

/// `todo!` and its like outside tests, and `unsafe` without a SAFETY comment anywhere.
pub(super) fn check(files: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, words) in words(files) {
        let lines: Vec<&str> = file.text.lines().collect();
        for word in words {
            let at = format!("{}:{}", file.path, word.line);
            if word.is_macro && !word.in_test && UNDONE.contains(&word.last()) {
                faults.push(format!(
                    "{at}: `{}!` says that something is not done",
                    word.last()
                ));
            }
            if word.path == ["unsafe"] && !is_explained(&lines, word.line) {
                faults.push(format!(
                    "{at}: `unsafe` without a SAFETY comment that says why it holds"
                ));
            }
        }
    }
    faults
}

/// Is there a SAFETY comment on the line, or in the comment above the statement or item it belongs
/// to?
fn is_explained(lines: &[&str], line: usize) -> bool {
    let says = |l: &str| l.contains("SAFETY:") || l.contains("# Safety");
    if lines
        .get(line - 1)
        .is_some_and(|l| l.contains("//") && says(l))
    {
        return true;
    }
    let above = lines[..line - 1].iter().rev().map(|l| l.trim());
    // First the rest of the same statement or its attributes, then the comment.
    let part = |l: &&str| {
        !l.is_empty()
            && !l.starts_with("//")
            && (l.ends_with(']') || !l.ends_with([';', '{', '}', ',']))
    };
    above
        .skip_while(part)
        .take_while(|l| l.starts_with("//"))
        .any(says)
}

/// Text that names a place on the machine where it was written.
pub(super) fn check_places(files: &[Source]) -> Vec<String> {
    let places = PLACES.map(|(a, b)| format!("{a}{b}"));
    let mut faults = Vec::new();
    for file in files {
        for (at, line) in file.text.lines().enumerate() {
            if let Some(place) = places.iter().find(|p| line.contains(p.as_str())) {
                faults.push(format!(
                    "{}:{}: names `{place}`, a place on one machine",
                    file.path,
                    at + 1
                ));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::{none, one};
    use super::*;

    fn planted(text: &str) -> Vec<String> {
        check(&[Source::new("src/x.rs", text)])
    }

    #[test]
    fn what_is_left_undone_is_caught_outside_tests() {
        for name in UNDONE {
            one(
                &planted(&format!("\nfn f() {{ {name}!() }}")),
                &["src/x.rs:2:", name],
            );
            one(
                &planted(&format!("\nfn f() {{ std::{name}!() }}")),
                &["src/x.rs:2:", name],
            );
            none(&planted(&format!(
                "#[cfg(test)] mod tests {{ fn f() {{ {name}!() }} }}"
            )));
            none(&planted(&format!(
                "#[test] fn f() {{ {name}!() }} // {name}!()"
            )));
        }
        none(&planted("fn f(todo: u8) -> bool { todo != 3 }"));
    }

    #[test]
    fn unexplained_unsafe_is_caught() {
        for text in [
            "\nfn f() { unsafe { g() } }",
            "\nunsafe impl Send for X {}",
            "\nunsafe fn f() {}",
        ] {
            one(&planted(text), &["src/x.rs:2:", "without a SAFETY comment"]);
        }
        one(
            &planted("// SAFETY: a\nlet a = 1;\n\nlet b = unsafe { c };"),
            &["src/x.rs:4:"],
        );
    }

    #[test]
    fn explained_unsafe_is_fine() {
        none(&planted(
            "// SAFETY: g takes anything.\nlet a = unsafe { g() };",
        ));
        none(&planted(
            "// SAFETY: no fields.\n#[allow(unsafe_code, reason = \"x\")]\nunsafe impl Send for X {}",
        ));
        none(&planted(
            "// SAFETY: long\n// story.\nlet a =\n    unsafe { g() };",
        ));
        none(&planted(
            "/// # Safety\n/// Never call it.\npub unsafe fn f() {}",
        ));
        none(&planted(
            "let a = unsafe { g() }; // SAFETY: g takes anything.",
        ));
    }

    #[test]
    fn a_place_on_one_machine_is_caught() {
        for (a, b) in PLACES {
            let file = [Source::new("README.md", format!("fine\nsee {a}{b}there\n"))];
            one(
                &check_places(&file),
                &["README.md:2:", "a place on one machine"],
            );
        }
    }
}
