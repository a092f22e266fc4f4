//! Partners: who holds which API key, what the key may do, and for which sources it may speak.
//!
//! Promises: a key is never stored, logged or printed; only its SHA-256 digest is held. A look-up
//! is one hash of a short string and one map access, so it may be made for every connection and
//! every request. The only dear call is [`speaker`] for a source that was never heard before: it
//! writes the source's number to disk.

mod admission;
mod beside;
mod config;
mod contributors;
mod counted;
pub mod credit;
#[cfg(test)]
mod entrust_tests;
mod follow;
#[cfg(test)]
mod follow_tests;
mod grant;
mod issue_error;
mod issuer;
#[cfg(test)]
mod issuer_tests;
mod key_info;
mod key_request;
mod key_space;
mod keys;
mod own_keys;
mod pressed;
mod prune;
mod quality;
mod retired;
mod speak;
mod trust;
mod unstored;
mod usage;
#[cfg(test)]
mod usage_tests;

/// A sign-up as administrators see it.
pub use crate::store::SignupRow as SignupInfo;
pub use admission::{
    Admission, AdmissionConfig, AdmissionDesk, AdmissionError, AdmissionParts, Courier, Decision,
    Letter, LetterKind, MailConfig, NoCourier, OneTimeLink, PartnerGrants, SignupFlood,
    SignupOutcome, SignupRequest,
};
pub use beside::SandboxIssuer;
pub use config::{Config, ConfigError, KeyConfig};
pub use contributors::{ContributionFigures, ContributorDesk, Period, PseudonymError};
pub use counted::WEBHOOKS;
pub use grant::{Grant, Scope, Scopes, SourcePattern};
pub use issue_error::IssueError;
pub use issuer::{Issuer, PartnerInfo};
pub use key_info::{KeyId, KeyInfo};
pub use key_request::{KeyChange, KeyRequest};
pub use key_space::KeySpace;
pub use keys::{Digest, Keys, Plaintext};
pub use own_keys::PartnerDecision;
pub use pressed::PressedKey;
pub use quality::{QualityKind, QualityOf, QualityRow, QualitySample, Speakers, month_of};
pub use speak::{Denied, authenticate, speaker};
pub use trust::remit;
pub use usage::{KEPT_HOURS, OTHERS, UsageAsk, UsageBook, UsagePage, UsageRow};
