//! Partners: who holds which API key, what the key may do, and for which sources it may speak.
//!
//! Promises: a key is never stored, logged or printed; only its SHA-256 digest is held. A look-up
//! is one hash of a short string and one map access, so it may be made for every connection and
//! every request. The only dear call is [`speaker`] for a source that was never heard before: it
//! writes the source's number to disk.

mod config;
mod issuer;
#[cfg(test)]
mod issuer_tests;
mod keys;
mod speak;

pub use config::{Config, ConfigError, KeyConfig};
pub use issuer::{IssueError, Issuer, KeyId, KeyInfo, KeyRequest, PartnerInfo};
pub use keys::{Digest, Grant, Keys, Plaintext, Scope, Scopes, SourcePattern};
pub use speak::{Denied, authenticate, speaker};
