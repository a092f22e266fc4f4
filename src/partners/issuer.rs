//! Who issues keys and takes them back: what is in the store and what the doors look up, kept in
//! step.
//!
//! Promises: a key that was handed out is on disk, and good at both doors before its owner has it.
//! A revocation takes effect at both doors before it is on disk, and is on disk before it is
//! answered; one that could not be stored says so. A key's text is handed out once and is nowhere
//! afterwards. Keys of the configuration are shown here, but only the configuration changes them.
//! Other hubs on the same database learn of a change when they start.

use super::config::KeyConfig;
use super::keys::{Grant, Keys, MOST, Plaintext, Scope, Scopes, SourcePattern};
use crate::domain::{Clock, Millis, Pass, SourceKind, id};
use crate::store::{self, KeyRow, Store, StoreError};
use std::fmt;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Patterns one key may have.
const MOST_SOURCES: usize = 100;

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct KeyRequest {
    /// Unique among all keys there ever were.
    pub name: String,
    /// The name of a partner that is there.
    pub partner: String,
    pub scopes: Scopes,
    pub sources: Vec<SourcePattern>,
    pub source_kind: SourceKind,
    /// As in [`Grant`].
    pub uplinks: bool,
    /// `None`: good until it is revoked.
    pub expires_at: Option<Millis>,
}

/// Which key: one of the store by its number, or one of the configuration by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyId {
    Stored(i64),
    Config(String),
}

impl KeyId {
    /// Reads `17` or `config:lamps`. `None`: there can be no such key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix("config:") {
            return Some(Self::Config(name.to_owned()));
        }
        // One form only: `+17` and `017` are nobody's id.
        text.parse()
            .ok()
            .filter(|n: &i64| *n > 0 && n.to_string() == text)
            .map(Self::Stored)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored(number) => write!(f, "{number}"),
            Self::Config(name) => write!(f, "config:{name}"),
        }
    }
}

/// A key as administrators see it: all but what opens a door.
#[derive(Clone, Debug)]
pub struct KeyInfo {
    pub id: KeyId,
    pub name: String,
    pub partner: String,
    pub scopes: Scopes,
    pub sources: Vec<SourcePattern>,
    pub source_kind: SourceKind,
    /// As in [`Grant`].
    pub uplinks: bool,
    /// `None` for a key of the configuration.
    pub created_at: Option<Millis>,
    pub expires_at: Option<Millis>,
    pub revoked_at: Option<Millis>,
    /// Midnight UTC of that day. A use of the last minute may be missing; `None` for a key of the
    /// configuration.
    pub last_used: Option<Millis>,
}

/// A partner as administrators see it.
pub use crate::store::PartnerRow as PartnerInfo;

/// Why a key or partner was not made, shown or revoked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// A field that cannot be so.
    #[error("{field} {why}")]
    Field { field: &'static str, why: String },
    /// The name is in use, or was.
    #[error("the name {0:?} is taken; a name is used once, so that it means one key for ever")]
    Taken(String),
    /// Only the configuration can take back what it gave.
    #[error("the key {0:?} comes from the configuration: remove it there and restart the hub")]
    Fixed(String),
    #[error("there is no such key")]
    NoSuchKey,
    #[error("there are {MOST} keys, which is as many as there may be: revoke some")]
    Full,
    #[error(transparent)]
    Store(StoreError),
}

/// See the module.
pub struct Issuer {
    keys: Arc<Keys>,
    store: Store,
    clock: Arc<dyn Clock>,
    /// Those of the configuration, by name.
    fixed: Vec<KeyInfo>,
    /// One change at a time, or a key could be revoked between its going to the store and its
    /// coming to the doors.
    one: Mutex<()>,
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
        for (digest, row) in store.live_keys().await.map_err(IssueError::Store)? {
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
            one: Mutex::new(()),
        })
    }

    /// Makes a key. Its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// See [`IssueError`]; nothing was made, or in the case of [`StoreError::Unreachable`] nothing
    /// anybody can use.
    pub async fn create(&self, ask: KeyRequest) -> Result<(Plaintext, KeyInfo), IssueError> {
        let now = self.clock.now();
        ask.check(now)?;
        if self.fixed.iter().any(|k| k.name == ask.name) {
            return Err(IssueError::Taken(ask.name));
        }
        if self.keys.len() >= MOST {
            return Err(IssueError::Full);
        }
        let _one = self.one.lock().await;
        let (plain, digest) = Keys::mint(&mut rand::rng());
        let new = store::NewKey {
            partner: &ask.partner,
            name: &ask.name,
            digest,
            scopes: &scopes_text(ask.scopes),
            sources: &ask
                .sources
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" "),
            source_kind: ask.source_kind.name(),
            uplinks: ask.uplinks,
            created_at: now,
            expires_at: ask.expires_at,
        };
        let row = self.store.add_key(&new).await.map_err(|e| match e {
            StoreError::Taken => IssueError::Taken(ask.name.clone()),
            StoreError::NoSuch => IssueError::Field {
                field: "partner",
                why: format!("is nobody known: {:?}; add it first", ask.partner),
            },
            other => IssueError::Store(other),
        })?;
        let id = row.id;
        let made = info(row)?;
        self.keys.insert_stored(digest, id, made.grant());
        tracing::info!(
            key = made.name,
            partner = made.partner,
            id,
            "a key was made"
        );
        Ok((plain, made))
    }

    /// Takes a key back. Once it is revoked, doing so again changes nothing.
    ///
    /// # Errors
    /// [`IssueError::Fixed`] or [`IssueError::NoSuchKey`]. After [`IssueError::Store`] the key is
    /// refused, but might be good again after a restart: ask again.
    pub async fn revoke(&self, id: &KeyId) -> Result<(), IssueError> {
        let number = match id {
            KeyId::Stored(number) => *number,
            KeyId::Config(name) if self.fixed.iter().any(|k| k.name == *name) => {
                return Err(IssueError::Fixed(name.clone()));
            }
            KeyId::Config(_) => return Err(IssueError::NoSuchKey),
        };
        let _one = self.one.lock().await;
        let missing = |e| {
            if e == StoreError::NoSuch {
                IssueError::NoSuchKey
            } else {
                IssueError::Store(e)
            }
        };
        let (digest, row) = self.store.key(number).await.map_err(missing)?;
        // First at the doors: an answer that is late or lost must not leave a stolen key good.
        if self.keys.revoke(&digest) {
            tracing::info!(
                key = row.name,
                partner = row.partner,
                id = number,
                "a key was revoked"
            );
        }
        self.store
            .revoke_key(number, self.clock.now())
            .await
            .map_err(missing)
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

impl KeyRequest {
    fn check(&self, now: Millis) -> Result<(), IssueError> {
        let field = |field, why: &str| {
            Err(IssueError::Field {
                field,
                why: why.to_owned(),
            })
        };
        named("name", &self.name)?;
        named("partner", &self.partner)?;
        if self.scopes == Scopes::default() {
            return field(
                "scopes",
                "must name one at least: report, share, book, monitor, admin",
            );
        }
        if self.scopes.has(Scope::Report) && self.sources.is_empty() {
            return field(
                "sources",
                "must be given with the scope report, or the key could speak for nobody",
            );
        }
        if self.uplinks && !self.scopes.has(Scope::Report) {
            return field(
                "uplinks",
                "may be true with the scope report only, which handing them on takes",
            );
        }
        if self.sources.len() > MOST_SOURCES {
            return field(
                "sources",
                &format!("may be {MOST_SOURCES} at most; a prefix with * covers many"),
            );
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return field("expires_at", "must lie ahead");
        }
        Ok(())
    }
}

fn named(field: &'static str, name: &str) -> Result<(), IssueError> {
    let why = "must be 1 to 64 characters of [A-Za-z0-9._:-]";
    if id::is_valid(name) {
        Ok(())
    } else {
        Err(IssueError::Field {
            field,
            why: why.to_owned(),
        })
    }
}

impl KeyInfo {
    fn grant(&self) -> Grant {
        Grant {
            name: self.name.as_str().into(),
            partner: self.partner.as_str().into(),
            scopes: self.scopes,
            sources: self.sources.clone(),
            source_kind: self.source_kind,
            pass: Pass::until(self.expires_at),
            uplinks: self.uplinks,
        }
    }
}

fn of_config(key: &KeyConfig) -> KeyInfo {
    KeyInfo {
        id: KeyId::Config(key.name.clone()),
        name: key.name.clone(),
        partner: key.partner.clone(),
        scopes: key.scopes.iter().copied().collect(),
        sources: key.sources.clone(),
        source_kind: key.source_kind,
        uplinks: key.uplinks,
        created_at: None,
        expires_at: None,
        revoked_at: None,
        last_used: None,
    }
}

fn scopes_text(scopes: Scopes) -> String {
    scopes.iter().map(Scope::name).collect::<Vec<_>>().join(" ")
}

/// What a row of the store means. Somebody may have changed it by hand: then it must not open more
/// than was meant.
fn info(row: KeyRow) -> Result<KeyInfo, IssueError> {
    let bad = |what: &str| {
        IssueError::Store(StoreError::Failed(format!(
            "the key {:?} (id {}) has {what}",
            row.name, row.id
        )))
    };
    let scopes: Option<Scopes> = row.scopes.split(' ').map(Scope::parse).collect();
    let sources: Result<Vec<_>, _> = row
        .sources
        .split(' ')
        .filter(|s| !s.is_empty())
        .map(SourcePattern::parse)
        .collect();
    Ok(KeyInfo {
        scopes: scopes.ok_or_else(|| bad("unknown scopes"))?,
        sources: sources.map_err(|_| bad("unreadable sources"))?,
        source_kind: SourceKind::parse(&row.source_kind)
            .ok_or_else(|| bad("an unknown source_kind"))?,
        uplinks: row.uplinks,
        id: KeyId::Stored(row.id),
        name: row.name,
        partner: row.partner,
        created_at: Some(row.created_at),
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        last_used: row
            .last_used_day
            .map(|day| Millis(u64::from(day) * 86_400_000)),
    })
}
