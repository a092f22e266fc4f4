//! The domain can be tested by calling it: no I/O, no threads, no async, no clock.

use super::Source;
use super::words::words;

/// Modules that reach outside, and the words that wait or ask for the time.
const MODULES: [&str; 5] = ["fs", "net", "thread", "process", "env"];
const WORDS: [&str; 4] = ["async", "await", "SystemTime", "Instant"];

/// What in `src/domain/` reaches out of it.
pub(super) fn check(files: &[Source]) -> Vec<String> {
    let domain: Vec<Source> = files
        .iter()
        .filter(|f| f.path.starts_with("src/domain/"))
        .cloned()
        .collect();
    let mut faults = Vec::new();
    for (file, words) in words(&domain) {
        for word in words {
            let module = word.path[0] == "std"
                && word
                    .path
                    .get(1)
                    .is_some_and(|m| MODULES.contains(&m.as_str()));
            if module || word.path.iter().any(|p| WORDS.contains(&p.as_str())) {
                let what = word.text();
                faults.push(format!(
                    "{}:{}: `{what}` in the domain, which does no I/O and knows no clock",
                    file.path, word.line
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

    #[test]
    fn whatever_reaches_out_of_the_domain_is_caught() {
        for text in [
            "use std::fs;",
            "use std::{fmt, net::TcpStream};",
            "fn f() { std::thread::yield_now() }",
            "async fn f() {}",
            "fn f() { g(async { 1 }) }",
            "fn f(t: Instant) {}",
            "use std::time::SystemTime;",
            "fn f() { debug_assert!(std::env::args().count() > 0) }",
        ] {
            let file = [Source::new("src/domain/bay.rs", format!("//! x\n{text}"))];
            one(&check(&file), &["src/domain/bay.rs:2:", "does no I/O"]);
        }
    }

    #[test]
    fn other_rooms_and_harmless_words_are_fine() {
        none(&check(&[Source::new("src/journal/mod.rs", "use std::fs;")]));
        none(&check(&[Source::new(
            "src/domain/bay.rs",
            "use std::time::Duration; // async fs\nfn env(net: u8) {}",
        )]));
    }
}
