//! What an administrator has changed of keys and the store could not take yet. Bounded by the keys there
//! are: an administrator names them.

use std::collections::{BTreeMap, BTreeSet};

/// What is so at the doors, and in the store once it answers.
#[derive(Debug, Default)]
pub(super) struct Unstored {
    pub(super) revoked: BTreeSet<i64>,
    /// Area and standing, as the store has them.
    pub(super) entrusted: BTreeMap<i64, (String, &'static str)>,
}
