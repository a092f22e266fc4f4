//! Keys whose use is counted: those that are good, and those that were a moment ago.

use super::counted::{CountedBy, CountedKey, WEBHOOKS};
use super::grant::Grant;
use super::key_info::KeyId;
use super::keys::{Keys, StoredKey};
use crate::domain::KeyAccount;
use std::sync::{Arc, PoisonError};

impl StoredKey {
    /// As it is listed.
    pub(super) fn key_id(&self) -> KeyId {
        match self.id {
            Some(number) => KeyId::Stored(number),
            None => KeyId::Config(self.grant.name.to_string()),
        }
    }

    pub(super) fn counted(&self) -> CountedKey {
        let Grant { name, partner, .. } = &*self.grant;
        CountedKey {
            by: CountedBy::Key(self.key_id().to_string()),
            name: name.clone(),
            partner: partner.clone(),
            account: self.grant.account.clone(),
        }
    }
}

impl Keys {
    /// Remembers a key that is good no more until it has been counted for the last time.
    pub(super) fn retire(&self, key: CountedKey) {
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        retired.push(key);
    }

    /// All keys whose use may have been counted: those that are good, and those that were until this
    /// was last asked, or that somebody who is in still holds.
    pub(super) fn counted(&self) -> Vec<CountedKey> {
        let mut all: Vec<CountedKey> = self.held.iter().map(|held| held.counted()).collect();
        all.extend(self.counted_webhooks());
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(retired.iter().cloned());
        // Each is held by this list and by the answer.
        retired.retain(|key| key.account.holders() > 2);
        all
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Millis, Pass, SharedRemit, SourceKind};
    use crate::partners::Scope;

    #[test]
    fn a_key_that_was_revoked_is_counted_until_nobody_holds_it() {
        let keys = Keys::default();
        let (plain, digest) = Keys::mint(&mut rand::rng());
        let grant = Grant {
            name: "lamps".into(),
            partner: "lta".into(),
            scopes: [Scope::Book].into_iter().collect(),
            sources: vec![],
            source_kind: SourceKind::Sensor,
            pass: Pass::default(),
            uplinks: false,
            remit: SharedRemit::default(),
            account: KeyAccount::default(),
        };
        keys.insert_stored(digest, 7, grant);
        let held = keys.grant(plain.expose(), Millis(1)).unwrap();
        assert!(keys.revoke(&digest));
        let told = keys.counted();
        assert_eq!(
            (told.len(), &told[0].by),
            (1, &CountedBy::Key("7".to_owned()))
        );
        drop(told);
        assert_eq!(keys.counted().len(), 1, "a call is under way");
        drop(held);
        assert_eq!(keys.counted().len(), 1, "it may have counted since");
        assert_eq!(keys.counted().len(), 0);
    }
}
