//! Keys as other hubs on the same database make, change and take them back; and what this one has
//! changed and could not store.
//!
//! Promises: after [`Issuer::refresh`] the doors hold what the store says, no more and no less, but
//! for what the configuration names; what a key opened that may no more, or other things than
//! before, has ended. A revocation that could not be stored is never undone by what the store still
//! says. Dear: all keys are read, so it is called when the store's version of them has changed.

use super::grant::Grant;
use super::issue_error::IssueError;
use super::issuer::Issuer;
use super::key_info::{KeyInfo, info};
use super::keys::{Digest, Keys, StoredKey};
use super::unstored::Unstored;
use crate::domain::{Millis, Pass};
use crate::store::StoreError;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

impl Issuer {
    /// Stores what could not be stored, and brings the doors to what the store says.
    ///
    /// # Errors
    /// [`IssueError::Store`]: the doors are as they were.
    pub async fn refresh(&self) -> Result<(), IssueError> {
        let mut one = self.one.lock().await;
        self.refresh_with(&mut one).await
    }

    /// The same for who has the turn already.
    pub(super) async fn refresh_with(&self, one: &mut Unstored) -> Result<(), IssueError> {
        self.settle(one).await?;
        let rows = self.store.live_keys().await.map_err(IssueError::Store)?;
        // After the keys and before the doors: whoever has one and is not linked is in it.
        let self_named = self.store.self_named().await;
        self.self_named
            .replace(self_named.map_err(IssueError::Store)?);
        let suspended = self.store.suspended_partners().await;
        self.tell_suspended(suspended.map_err(IssueError::Store)?);
        let mut good = HashSet::with_capacity(rows.len());
        let mut changed = 0_usize;
        for (digest, row) in rows {
            if self.fixed_digests.contains(&digest) {
                continue; // the configuration has the last word on what it names
            }
            if self.fixed.iter().any(|k| k.name == row.name) {
                tracing::warn!(
                    key = row.name,
                    "another hub has made a key whose name the configuration has here: it opens nothing"
                );
                continue;
            }
            let id = row.id;
            match info(row) {
                Ok(key) => {
                    changed += usize::from(self.keys.follow(digest, &key, id));
                    good.insert(digest);
                }
                // It must not open more than was meant.
                Err(e) => tracing::warn!(error = %e, "a key of the store opens nothing"),
            }
        }
        changed += self.keys.keep_stored(&good);
        if changed > 0 {
            tracing::info!(changed, "keys that another hub has changed are known");
        }
        Ok(())
    }

    /// Says who is suspended to who follows that, if it has changed.
    fn tell_suspended(&self, now: BTreeSet<String>) {
        self.suspended.send_if_modified(|known| {
            let is_new = *known != now;
            *known = now;
            is_new
        });
    }

    /// Whether anything is to be stored yet.
    pub async fn owes(&self) -> bool {
        let one = self.one.lock().await;
        !one.revoked.is_empty() || !one.entrusted.is_empty()
    }

    /// Stores what is so at the doors. Returns, and forgets, the keys that the store knows nothing of.
    pub(super) async fn settle(&self, one: &mut Unstored) -> Result<BTreeSet<i64>, IssueError> {
        let mut unknown = BTreeSet::new();
        while let Some(&id) = one.revoked.first() {
            match self.store.revoke_key(id, self.clock.now()).await {
                Err(StoreError::NoSuch) => drop(unknown.insert(id)),
                stored => stored.map_err(IssueError::Store)?,
            }
            one.revoked.remove(&id);
        }
        while let Some((&id, (area, standing))) = one.entrusted.first_key_value() {
            match self.store.entrust_key(id, area, standing).await {
                Err(StoreError::NoSuch) => drop(unknown.insert(id)),
                stored => stored.map_err(IssueError::Store)?,
            }
            one.entrusted.remove(&id);
        }
        Ok(unknown)
    }
}

impl Keys {
    /// Brings a key of the store to what the store says now. What it has opened ends if it may do
    /// other things than before, or for longer; a new remit and a sooner end alone reach what is open. Whether anything changed.
    pub(super) fn follow(&self, digest: Digest, key: &KeyInfo, id: i64) -> bool {
        let grant = key.grant();
        let held = self.held.get(&digest);
        if let Some(held) = held.filter(|held| held.id == Some(id) && held.may(&grant)) {
            let same_end = held.ends_with(key);
            if let Some(end) = key.expires_at.filter(|_| !same_end) {
                // One that is to end sooner, as a key that was rotated does.
                held.grant.pass.shorten(end);
            }
            let new = grant.remit.now();
            let old = held.grant.remit.now();
            let same = old.area == new.area && old.backing == new.backing;
            if !same {
                held.grant.remit.change(key.remit());
            }
            return !(same && same_end);
        }
        self.insert_stored(digest, id, grant);
        true
    }

    /// Makes worthless what is held of the store and is not among these; how many.
    fn keep_stored(&self, good: &HashSet<Digest>) -> usize {
        let stored = self.held.iter().filter(|held| held.id.is_some());
        let gone: Vec<Digest> = stored
            .map(|held| *held.key())
            .filter(|digest| !good.contains(digest))
            .collect();
        gone.iter().filter(|digest| self.revoke(digest)).count()
    }

    /// Makes a key of the store worthless by its number there. What it granted, if it was held.
    pub(super) fn revoke_stored(&self, id: i64) -> Option<Arc<Grant>> {
        let mut held = self.held.iter();
        let found = held.find(|held| held.id == Some(id));
        let found = found.map(|held| (*held.key(), Arc::clone(&held.grant)));
        drop(held);
        let (digest, grant) = found?;
        self.revoke(&digest).then_some(grant)
    }
}

impl StoredKey {
    /// Whether it ends when `key` does.
    fn ends_with(&self, key: &KeyInfo) -> bool {
        self.grant.pass.end() == key.expires_at
    }

    /// Whether it may do what `new` may, and for as long at least, but for the remit.
    fn may(&self, new: &Grant) -> bool {
        let old = &*self.grant;
        let end = |pass: &Pass| pass.end().unwrap_or(Millis::MAX);
        end(&old.pass) >= end(&new.pass)
            && old.name == new.name
            && old.partner == new.partner
            && old.scopes == new.scopes
            && old.sources == new.sources
            && old.source_kind == new.source_kind
            && old.uplinks == new.uplinks
    }
}
