//! What the holder of a key may do: scopes, and the sources it may speak for.

use crate::domain::{Pass, SourceKind, id, vocabulary};
use std::fmt;
use std::sync::Arc;

vocabulary! {
    /// What a key may be used for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    #[repr(u8)]
    pub enum Scope {
        /// Send reports for the sources it covers.
        Report = 1 => "report",
        /// Offer private bays.
        Share = 2 => "share",
        /// Book bays.
        Book = 4 => "book",
        /// Read turnover and source quality.
        Monitor = 8 => "monitor",
        /// Change the registry, read the quarantine.
        Admin = 16 => "admin",
    }
}

/// A set of [`Scope`]s.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope as u8 != 0
    }

    /// In the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |s| self.has(*s))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, s| set | s as u8))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Which sources a key may speak for: one by its exact id, or all whose id begins so.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub enum SourcePattern {
    Exact(Box<str>),
    /// Written with a trailing `*`; the empty prefix covers everyone.
    Prefix(Box<str>),
}

impl SourcePattern {
    /// Reads `lamp-7` or `lamp-*`.
    ///
    /// # Errors
    /// Says what is wrong, quoting the pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (stem, is_prefix) = text
            .strip_suffix('*')
            .map_or((text, false), |stem| (stem, true));
        // An empty stem is fine before the star only; `is_valid` also refuses a star anywhere else.
        if !(id::is_valid(stem) || (is_prefix && stem.is_empty())) {
            return Err(format!(
                "source pattern {text:?}: expected an id of [A-Za-z0-9._:-], up to 64 characters, or a prefix of one \
                 followed by a single `*`"
            ));
        }
        Ok(if is_prefix {
            Self::Prefix(stem.into())
        } else {
            Self::Exact(stem.into())
        })
    }

    /// Whether `source` is one of them. Not so for what could not be a source id at all.
    #[must_use]
    pub fn covers(&self, source: &str) -> bool {
        match self {
            Self::Exact(own) => **own == *source,
            Self::Prefix(stem) => source.starts_with(&**stem) && id::is_valid(source),
        }
    }
}

impl fmt::Display for SourcePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(own) => f.write_str(own),
            Self::Prefix(stem) => write!(f, "{stem}*"),
        }
    }
}

impl TryFrom<String> for SourcePattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

/// What the holder of one key may do.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The key's own name, for logs and the quarantine.
    pub name: Arc<str>,
    pub partner: Arc<str>,
    pub scopes: Scopes,
    pub sources: Vec<SourcePattern>,
    /// What the sources it enrols are.
    pub source_kind: SourceKind,
    /// Until when; shared with every connection the key has opened.
    pub pass: Pass,
    /// Its sources are network servers: they may hand on the uplinks of devices.
    pub uplinks: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_could_mislead_is_refused() {
        for bad in ["", "a*b", "**", "lamp/*", "a b", "*-7", "\u{e9}*"] {
            assert!(SourcePattern::parse(bad).is_err(), "{bad:?}");
        }
    }
}
