//! How long tests go on that have no end of their own: as long as one waits for them, or as long as
//! a bad day lasts.
//!
//! Each of them asks here and says its usual number; `.ci/long` sets the variables. What cannot be
//! read is a mistake and never the usual number. `tests/it` is built with this same file.

/// The number that the variable says, or the usual one.
pub(crate) fn setting(variable: &str, usual: u64) -> u64 {
    match std::env::var(variable) {
        Ok(said) => said
            .parse()
            .unwrap_or_else(|_| panic!("{variable}={said}: not a number")),
        Err(_) => usual,
    }
}

/// Cases of a random test: the usual number of them, `BAYHUB_CASES` times.
pub(crate) fn cases(usual: u32) -> u32 {
    usual * u32::try_from(setting("BAYHUB_CASES", 1)).expect("a number of times")
}

/// What has come of it, for the table of `.ci/long`.
pub(crate) fn figure(said: &str) {
    eprintln!("figure: {said}");
}
