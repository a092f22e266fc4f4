//! What somebody who has signed up is written, and who takes it there.

use crate::domain::Millis;
use crate::store::Digest;
use std::fmt;

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterKind {
    /// Prove that the address is yours.
    Confirm,
    /// You are admitted: fetch your key.
    Admitted,
    /// You are not.
    Refused,
}

impl LetterKind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Admitted => "admitted",
            Self::Refused => "refused",
        }
    }
}

/// A one-time link, good for one call. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    text: String,
    /// What it is known by.
    pub digest: Digest,
}

impl OneTimeLink {
    pub(super) const fn new(text: String, digest: Digest) -> Self {
        Self { text, digest }
    }

    /// The secret itself; the caller must not log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for OneTimeLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeLink(hidden)")
    }
}

/// A letter.
#[derive(Clone, Debug)]
pub struct Letter {
    pub kind: LetterKind,
    /// The address, one mailbox.
    pub to: String,
    /// What whoever asked wants to be called.
    pub name: String,
    pub link: Option<OneTimeLink>,
    /// Until when the link is good.
    pub expires_at: Millis,
}

/// Takes letters away. Must not block; whoever has sent one with a link says so to the store
/// ([`link_sent`](crate::store::Store::link_sent)), until when administrators see the link.
pub trait Courier: Send + Sync {
    fn take(&self, letter: Letter);
}

/// Nobody sends letters: administrators pass links on.
#[derive(Clone, Copy, Debug)]
pub struct NoCourier;

impl Courier for NoCourier {
    fn take(&self, _: Letter) {}
}
