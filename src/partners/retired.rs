//! Keys whose use is counted: those that are good, and those that were a moment ago.

use super::counted::{CountedBy, CountedKey};
use super::grant::Grant;
use super::key_info::KeyId;
use super::keys::{Keys, StoredKey};
use std::sync::PoisonError;

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
            by: CountedBy::Key(self.key_id()),
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{KeyAccount, Millis, Pass, SharedRemit, SourceKind};
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
            (1, &CountedBy::Key(KeyId::Stored(7)))
        );
        drop(told);
        assert_eq!(keys.counted().len(), 1, "a call is under way");
        drop(held);
        assert_eq!(keys.counted().len(), 1, "it may have counted since");
        assert_eq!(keys.counted().len(), 0);
    }
}
