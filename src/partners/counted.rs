//! A key whose use is counted, and what is counted beside keys.

use crate::domain::KeyAccount;
use std::sync::Arc;

/// The id and name under which it is told what a partner's endpoints were told; no key's.
pub const WEBHOOKS: &str = "webhooks";

/// By what the hub was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CountedBy {
    /// By its id, as it is listed.
    Key(String),
    Webhooks,
}

/// A key whose use is counted, as the doors know it, or a partner's endpoints.
#[derive(Clone, Debug)]
pub(super) struct CountedKey {
    pub(super) by: CountedBy,
    pub(super) name: Arc<str>,
    pub(super) partner: Arc<str>,
    pub(super) account: KeyAccount,
}
