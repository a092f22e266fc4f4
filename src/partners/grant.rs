//! What the holder of a key may do: scopes, and the sources it may speak for.

use crate::domain::{KeyAccount, Pass, SharedRemit, SourceKind, vocabulary};
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
        /// Manage the own partner: its keys, what it is told by webhook of itself.
        Partner = 32 => "partner",
        /// Issue orders of the authority.
        Order = 64 => "order",
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

    /// Whether their holder watches over the whole city.
    #[must_use]
    pub const fn oversee(self) -> bool {
        self.has(Scope::Monitor) || self.has(Scope::Admin)
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

/// Which sources a key may speak for.
pub use crate::domain::IdPattern as SourcePattern;

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
    /// Of which zones they may speak, and how far they are trusted, as it is now.
    pub remit: SharedRemit,
    /// What it has of what all share; given by [`Keys`](super::Keys).
    pub account: KeyAccount,
}
