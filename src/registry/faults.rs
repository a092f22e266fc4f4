//! Faults found in what was handed in: all of them (up to a bound), each with file, feature and id.

use super::RegistryError;
use std::fmt::{Display, Write};

/// How many are told; the rest are counted.
const TOLD: usize = 20;

/// Faults so far.
pub(super) struct Faults {
    told: Vec<String>,
    more: usize,
    /// What the elements of the list are called.
    list: &'static str,
}

impl Default for Faults {
    fn default() -> Self {
        Self::of("features")
    }
}

impl Faults {
    pub(super) const fn of(list: &'static str) -> Self {
        Self {
            told: Vec::new(),
            more: 0,
            list,
        }
    }

    /// `at` is the position in the file's `features` (or whatever its list is), from 0.
    pub(super) fn add(&mut self, file: &str, at: usize, id: Option<&str>, what: impl Display) {
        if self.told.len() == TOLD {
            self.more += 1;
            return;
        }
        let mut line = format!("{file}: {}[{at}]", self.list);
        if let Some(id) = id {
            // Writing to a string cannot fail. An id may be anything here, also very long.
            let _ = write!(line, " (id {:?})", id.chars().take(80).collect::<String>());
        }
        let _ = write!(line, ": {what}");
        self.told.push(line);
    }

    /// A fault that ends the reading: told in any case.
    pub(super) fn last(&mut self, RegistryError(what): RegistryError) {
        self.told.push(what);
    }

    /// One fault a line.
    pub(super) fn check(&self) -> Result<(), RegistryError> {
        if self.told.is_empty() {
            return Ok(());
        }
        let mut text = self.told.join("\n");
        if self.more > 0 {
            let _ = write!(text, "\n... and {} more", self.more);
        }
        Err(RegistryError(text))
    }
}

/// Says what is wrong with an id, for use after "id ...: ".
pub(super) fn invalid_id() -> &'static str {
    "invalid id: 1 to 64 of the characters A-Z a-z 0-9 . _ : - are allowed"
}
