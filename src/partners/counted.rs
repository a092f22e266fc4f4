//! A key whose use is counted.

use crate::domain::KeyAccount;
use std::sync::Arc;

/// A key whose use is counted, as the doors know it.
#[derive(Clone, Debug)]
pub(super) struct CountedKey {
    /// Its number in the store; `None` for a key of the configuration.
    pub(super) number: Option<i64>,
    pub(super) name: Arc<str>,
    pub(super) partner: Arc<str>,
    pub(super) account: KeyAccount,
}
