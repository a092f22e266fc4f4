//! A key whose use is counted, and what is counted beside keys.

use super::key_info::KeyId;
use super::keys::Keys;
use crate::domain::KeyAccount;
use std::sync::Arc;

/// The id and name under which it is told what a partner's endpoints were told; no key's.
pub const WEBHOOKS: &str = "webhooks";

/// By what the hub was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CountedBy {
    Key(KeyId),
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

impl Keys {
    /// What a partner's endpoints are told is counted here. One for each partner that has any: who
    /// asks has seen that it does.
    #[must_use]
    pub fn webhooks_of(&self, partner: &str) -> KeyAccount {
        if let Some(known) = self.webhooks.get(partner) {
            return known.clone();
        }
        self.webhooks.entry(partner.into()).or_default().clone()
    }

    pub(super) fn counted_webhooks(&self) -> Vec<CountedKey> {
        let counted = |partner: &Arc<str>, account: &KeyAccount| CountedKey {
            by: CountedBy::Webhooks,
            name: WEBHOOKS.into(),
            partner: partner.clone(),
            account: account.clone(),
        };
        let all = self.webhooks.iter();
        all.map(|of| counted(of.key(), of.value())).collect()
    }
}
