//! Who issues keys and takes them back: what is in the store and what the doors look up, kept in
//! step.
//!
//! Promises: a key that was handed out is on disk, and good at both doors before its owner has it.
//! A revocation takes effect at both doors before it is on disk, and is on disk before it is
//! answered; one that could not be stored says so. A key's text is handed out once and is nowhere
//! afterwards. Keys of the configuration are shown here, but only the configuration changes them.
//! Other hubs on the same database learn of a change within two seconds, and this one of theirs:
//! see `follow`.

use super::config::KeyConfig;
use super::grant::{Scope, Scopes};
use super::issue_error::IssueError;
use super::key_info::{KeyId, KeyInfo, area_text, info, of_config};
use super::key_request::{KeyChange, KeyRequest, named};
use super::key_space::KeySpace;
use super::keys::{Digest, Keys, MOST, Plaintext};
use super::unstored::Unstored;
use crate::domain::{Clock, Millis, SelfNamed, SourceKind};
use crate::store::{KeyRow, NewKey, Store, StoreError};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use tokio::sync::{Mutex, watch};

/// A partner as administrators see it.
pub use crate::store::PartnerRow as PartnerInfo;

/// See the module.
pub struct Issuer {
    pub(super) keys: Arc<Keys>,
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    /// Those of the configuration, by name.
    pub(super) fixed: Vec<KeyInfo>,
    /// And their digests.
    pub(super) fixed_digests: Vec<Digest>,
    /// One change at a time, or a key could be revoked between its going to the store and its
    /// coming to the doors.
    pub(super) one: Mutex<Unstored>,
    pub(super) self_named: SelfNamed,
    /// Partners whose keys open nothing.
    pub(super) suspended: watch::Sender<BTreeSet<String>>,
    /// Which keys it makes.
    space: KeySpace,
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Issuer({:?}, {:?}, {} of the configuration)",
            self.store,
            self.keys,
            self.fixed.len()
        )
    }
}

impl Issuer {
    /// Adds what the store holds to `keys`, which has those of the configuration already, and the
    /// configuration's partners to the store.
    ///
    /// # Errors
    /// [`IssueError::Taken`] if a key of the store that is good has the name of one in the
    /// configuration, or what the store says.
    pub async fn open(
        store: Store,
        keys: Arc<Keys>,
        config: &[KeyConfig],
        clock: Arc<dyn Clock>,
    ) -> Result<Self, IssueError> {
        let mut fixed: Vec<KeyInfo> = config.iter().map(of_config).collect();
        fixed.sort_by(|a, b| a.name.cmp(&b.name));
        let mut partners: Vec<&str> = fixed.iter().map(|k| k.partner.as_str()).collect();
        partners.sort_unstable();
        partners.dedup();
        store
            .ensure_partners(&partners, clock.now())
            .await
            .map_err(IssueError::Store)?;
        let self_named = SelfNamed::default();
        let live = store.live_keys().await.map_err(IssueError::Store)?;
        // After the keys: whoever has one and is not linked is in it.
        self_named.replace(store.self_named().await.map_err(IssueError::Store)?);
        let suspended = store.suspended_partners().await;
        let suspended = watch::Sender::new(suspended.map_err(IssueError::Store)?);
        warn_of_strangers(&partners, &self_named);
        for (digest, row) in live {
            if fixed.iter().any(|k| k.name == row.name) {
                return Err(IssueError::Taken(row.name));
            }
            if config.iter().any(|k| k.sha256 == digest) {
                continue; // the configuration has the last word on what it names
            }
            let id = row.id;
            keys.insert_stored(digest, id, info(row)?.grant());
        }
        Ok(Self {
            keys,
            store,
            clock,
            fixed,
            fixed_digests: config.iter().map(|k| k.sha256).collect(),
            one: Mutex::default(),
            self_named,
            suspended,
            space: KeySpace::Live,
        })
    }

    /// Makes keys of another space than the live one.
    #[must_use]
    pub fn of_space(self, space: KeySpace) -> Self {
        Self { space, ..self }
    }

    /// Partners to whom an operator's name gives nothing, as it is now.
    #[must_use]
    pub const fn self_named(&self) -> &SelfNamed {
        &self.self_named
    }

    /// Partners whose keys open nothing, as it is now and becomes.
    #[must_use]
    pub fn suspended(&self) -> watch::Receiver<BTreeSet<String>> {
        self.suspended.subscribe()
    }

    /// Makes a key. Its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// See [`IssueError`]; nothing was made, or in the case of [`StoreError::Unreachable`] nothing
    /// anybody can use.
    pub async fn create(&self, ask: KeyRequest) -> Result<(Plaintext, KeyInfo), IssueError> {
        let draft = self.draft(ask)?;
        let _one = self.one.lock().await;
        self.keep(draft).await
    }

    /// Keeps a key and makes it good, for who has the turn.
    pub(super) async fn keep(&self, draft: KeyDraft) -> Result<(Plaintext, KeyInfo), IssueError> {
        let kept = self.store.add_key(&draft.to_keep()).await;
        let row = kept.map_err(|e| draft.refused(e))?;
        self.open_door(draft, row)
    }

    /// What a new key will be, with its text.
    ///
    /// # Errors
    /// See [`IssueError`].
    pub(super) fn draft(&self, ask: KeyRequest) -> Result<KeyDraft, IssueError> {
        let now = self.clock.now();
        ask.check(now)?;
        if self.fixed.iter().any(|k| k.name == ask.name) {
            return Err(IssueError::Taken(ask.name));
        }
        if self.keys.len() >= MOST {
            return Err(IssueError::Full);
        }
        let (plain, digest) = Keys::mint_in(self.space, &mut rand::rng());
        let sources: Vec<String> = ask.sources.iter().map(ToString::to_string).collect();
        Ok(KeyDraft {
            scopes: scopes_text(ask.scopes),
            sources: sources.join(" "),
            area: area_text(&ask.area.clone().unwrap_or_default()),
            ask,
            plain,
            digest,
            now,
        })
    }

    /// A key that is kept is good from here on.
    pub(super) fn open_door(
        &self,
        draft: KeyDraft,
        row: KeyRow,
    ) -> Result<(Plaintext, KeyInfo), IssueError> {
        let id = row.id;
        let made = info(row)?;
        self.keys.insert_stored(draft.digest, id, made.grant());
        tracing::info!(
            key = made.name,
            partner = made.partner,
            id,
            "a key was made"
        );
        Ok((draft.plain, made))
    }

    /// Changes what a key's sources may speak of and how far they are trusted, also on connections
    /// that are open.
    ///
    /// # Errors
    /// [`IssueError::Fixed`] or [`IssueError::NoSuchKey`]. After [`IssueError::Store`] it may be so
    /// at the doors, and not after a restart: ask again.
    pub async fn entrust(&self, id: &KeyId, change: KeyChange) -> Result<KeyInfo, IssueError> {
        let number = self.stored(id)?;
        let mut one = self.one.lock().await;
        let (digest, row) = self.store.key(number).await.map_err(missing)?;
        let mut key = info(row)?;
        key.area = change.area.unwrap_or(key.area);
        key.standing = change.standing.unwrap_or(key.standing);
        // First at the doors, as what is taken back.
        self.keys.entrust(&digest, key.remit());
        let area = area_text(&key.area);
        one.entrusted
            .insert(number, (area.clone(), key.standing.name()));
        if self.settle(&mut one).await?.contains(&number) {
            return Err(IssueError::NoSuchKey);
        }
        tracing::info!(
            key = key.name,
            area,
            standing = key.standing.name(),
            "a key was entrusted anew"
        );
        Ok(key)
    }

    /// The number of a key that can be changed here.
    fn stored(&self, id: &KeyId) -> Result<i64, IssueError> {
        match id {
            KeyId::Stored(number) => Ok(*number),
            KeyId::Config(name) if self.fixed.iter().any(|k| k.name == *name) => {
                Err(IssueError::Fixed(name.clone()))
            }
            KeyId::Config(_) => Err(IssueError::NoSuchKey),
        }
    }

    /// Takes a key back. Once it is revoked, doing so again changes nothing.
    ///
    /// # Errors
    /// [`IssueError::Fixed`] or [`IssueError::NoSuchKey`]. After [`IssueError::Store`] the key is
    /// refused, and the store is told as soon as it answers; after a restart before that the key
    /// might be good again: ask again.
    pub async fn revoke(&self, id: &KeyId) -> Result<(), IssueError> {
        let number = self.stored(id)?;
        let mut one = self.one.lock().await;
        // First at the doors: an answer that is late or lost must not leave a stolen key good.
        if let Some(was) = self.keys.revoke_stored(number) {
            tracing::info!(
                key = &*was.name,
                partner = &*was.partner,
                id = number,
                "a key was revoked"
            );
        }
        one.revoked.insert(number);
        if self.settle(&mut one).await?.contains(&number) {
            return Err(IssueError::NoSuchKey);
        }
        Ok(())
    }

    /// Up to `limit` keys after `after`, also those that are revoked or have expired: first the
    /// store's by age, then the configuration's by name. `of`: one partner's only.
    pub async fn list(
        &self,
        after: Option<&KeyId>,
        limit: usize,
        of: Option<&str>,
    ) -> Result<Vec<KeyInfo>, IssueError> {
        let mut found = Vec::new();
        if !matches!(after, Some(KeyId::Config(_))) {
            let from = if let Some(KeyId::Stored(number)) = after {
                *number
            } else {
                0
            };
            let limit = u32::try_from(limit).unwrap_or(u32::MAX);
            let rows = self
                .store
                .keys(from, limit, of)
                .await
                .map_err(IssueError::Store)?;
            found = rows.into_iter().map(info).collect::<Result<_, _>>()?;
        }
        let fixed = self
            .fixed
            .iter()
            .filter(|k| of.is_none_or(|of| k.partner == of));
        let rest = fixed
            .filter(|k| after.is_none_or(|after| k.id > *after))
            .take(limit - found.len().min(limit));
        found.extend(rest.cloned());
        Ok(found)
    }

    /// Adds a partner.
    ///
    /// # Errors
    /// [`IssueError::Field`] for a name that is none, [`IssueError::Taken`].
    pub async fn add_partner(&self, name: &str) -> Result<PartnerInfo, IssueError> {
        named("name", name)?;
        self.store
            .add_partner(name, self.clock.now())
            .await
            .map_err(|e| match e {
                StoreError::Taken => IssueError::Taken(name.to_owned()),
                other => IssueError::Store(other),
            })
    }

    /// Up to `limit` partners whose id is above `after`.
    pub async fn partners(&self, after: i64, limit: usize) -> Result<Vec<PartnerInfo>, IssueError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        self.store
            .partners(after, limit)
            .await
            .map_err(IssueError::Store)
    }

    /// Stores on which days keys were used. Call it now and then, and at the end; what fails is
    /// tried again.
    pub async fn save_uses(&self) -> Result<(), IssueError> {
        let uses = self.keys.unsaved_uses();
        if !uses.is_empty() {
            self.store.used(&uses).await.map_err(IssueError::Store)?;
            self.keys.uses_saved(&uses);
        }
        Ok(())
    }
}

/// A key that is about to be kept.
pub(super) struct KeyDraft {
    pub(super) ask: KeyRequest,
    scopes: String,
    sources: String,
    area: String,
    plain: Plaintext,
    digest: Digest,
    now: Millis,
}

impl KeyDraft {
    pub(super) fn to_keep(&self) -> NewKey<'_> {
        NewKey {
            partner: &self.ask.partner,
            name: &self.ask.name,
            digest: self.digest,
            scopes: &self.scopes,
            sources: &self.sources,
            // Without the scope report neither says anything.
            source_kind: self.ask.source_kind.unwrap_or(SourceKind::Sensor).name(),
            uplinks: self.ask.uplinks,
            area: &self.area,
            standing: self.ask.standing.name(),
            created_at: self.now,
            expires_at: self.ask.expires_at,
        }
    }

    pub(super) fn refused(&self, e: StoreError) -> IssueError {
        match e {
            StoreError::Taken => IssueError::Taken(self.ask.name.clone()),
            StoreError::NoSuch => IssueError::Field {
                field: "partner",
                why: format!(
                    "is nobody known, or suspended: {:?}; add it first",
                    self.ask.partner
                ),
            },
            other => IssueError::Store(other),
        }
    }
}

/// Says which partners of the configuration somebody who signed up has the name of.
fn warn_of_strangers(configured: &[&str], self_named: &SelfNamed) {
    for name in configured.iter().filter(|name| self_named.has(name)) {
        tracing::warn!(
            partner = *name,
            "a partner of the configuration has the name of one that has signed up by itself: what an operator of \
             that name has is nobody's until PATCH /v1/admin/partners links them"
        );
    }
}

pub(super) fn missing(e: StoreError) -> IssueError {
    if e == StoreError::NoSuch {
        IssueError::NoSuchKey
    } else {
        IssueError::Store(e)
    }
}

fn scopes_text(scopes: Scopes) -> String {
    scopes.iter().map(Scope::name).collect::<Vec<_>>().join(" ")
}
