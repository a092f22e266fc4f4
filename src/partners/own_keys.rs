//! Keys that a partner makes, changes for new ones and takes back by itself.
//!
//! Promises: none is good for more than the partner was granted; none of another partner is touched, or
//! told from one that is not there; there are as many as there may be; the key of the call stays, so that
//! nobody locks themselves out. When a key is changed for a new one both are good for a while.

use super::admission::PartnerGrants;
use super::grant::{Scope, Scopes};
use super::issue_error::IssueError;
use super::issuer::{Issuer, missing};
use super::key_info::{KeyId, KeyInfo, info};
use super::key_request::KeyRequest;
use super::keys::{Digest, Plaintext};
use crate::domain::{Millis, id};
use crate::store::{NewPartner, PartnerChange, PartnerRow, StoreError};

/// The longest name of a key, bytes.
const LONGEST: usize = 64;

/// Keys of a partner that are looked at; it has fewer.
const MOST_LOOKED_AT: usize = 100_000;

/// What an administrator changes of a partner; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct PartnerDecision {
    pub suspended: Option<bool>,
    /// Whether what an operator of its name has is its own.
    pub linked: Option<bool>,
    pub grants: Option<PartnerGrants>,
}

impl Issuer {
    /// Makes sure that there is such a partner.
    ///
    /// # Errors
    /// The store's.
    pub async fn ensure_partner(&self, name: &str) -> Result<(), IssueError> {
        let names = [name];
        let ensured = self.store.ensure_partners(&names, self.clock.now());
        ensured.await.map_err(IssueError::Store)
    }

    /// The partner of that name; `None` for one that only a key names.
    ///
    /// # Errors
    /// The store's.
    pub async fn partner(&self, name: &str) -> Result<Option<PartnerRow>, IssueError> {
        match self.store.partner(name).await {
            Ok(row) => Ok(Some(row)),
            Err(StoreError::NoSuch) => Ok(None),
            Err(e) => Err(IssueError::Store(e)),
        }
    }

    /// What the keys that a partner makes by itself may be good for.
    ///
    /// # Errors
    /// The store's, also for what somebody else has written there and cannot be read.
    pub async fn grants_of(&self, partner: &str) -> Result<PartnerGrants, IssueError> {
        let row = self.partner(partner).await?;
        let Some(text) = row.and_then(|row| row.grants) else {
            return Ok(PartnerGrants::usual(partner));
        };
        let told = serde_json::from_str(&text).ok();
        let read = told.and_then(|told| PartnerGrants::read(&told, partner).ok());
        read.ok_or_else(|| {
            let why = format!("what the partner {partner:?} was granted cannot be read");
            IssueError::Store(StoreError::Failed(why))
        })
    }

    /// Makes a key for a partner, named after it and within what it was granted. What the request leaves
    /// open but for its scopes is as granted. `most`: as many it may have.
    ///
    /// # Errors
    /// See [`IssueError`]; nothing was made.
    pub async fn create_own(
        &self,
        partner: &str,
        mut ask: KeyRequest,
        most: u32,
    ) -> Result<(Plaintext, KeyInfo), IssueError> {
        let granted = self.grants_of(partner).await?;
        ask.standing = granted.standing;
        if ask.scopes.has(Scope::Report) {
            if ask.sources.is_empty() {
                ask.sources.clone_from(&granted.sources);
            }
            ask.source_kind = ask.source_kind.or(granted.source_kinds.first().copied());
            ask.area = ask.area.or_else(|| Some(granted.area.clone()));
        }
        if !id::is_valid(&ask.name) {
            return Err(IssueError::Field {
                field: "name",
                why: "must be 1 to 64 characters of [A-Za-z0-9._:-]".to_owned(),
            });
        }
        if ask.scopes == Scopes::default() {
            let scopes: Vec<&str> = granted.scopes.iter().map(Scope::name).collect();
            return Err(IssueError::Field {
                field: "scopes",
                why: format!(
                    "must name one at least of those granted: {}",
                    scopes.join(", ")
                ),
            });
        }
        granted.allow(&ask)?;
        ask.name = named_after(partner, &ask.name, 1)?;
        ask.partner = partner.to_owned();
        let draft = self.draft(ask)?;
        let _one = self.one.lock().await;
        self.has_room(partner, most).await?;
        self.keep(draft).await
    }

    /// Whether a partner may make another key.
    async fn has_room(&self, partner: &str, most: u32) -> Result<(), IssueError> {
        let now = self.clock.now();
        let all = self.list(None, MOST_LOOKED_AT, Some(partner)).await?;
        let good = all.iter().filter(|k| k.is_good(now));
        if good.count() >= most as usize {
            return Err(IssueError::OwnFull(most));
        }
        Ok(())
    }

    /// A key of that partner's.
    async fn own(&self, partner: &str, id: &KeyId) -> Result<KeyInfo, IssueError> {
        let KeyId::Stored(number) = id else {
            let mut fixed = self.fixed.iter();
            return Err(match fixed.find(|k| k.id == *id && k.partner == partner) {
                Some(key) => IssueError::Fixed(key.name.clone()),
                None => IssueError::NoSuchKey,
            });
        };
        let (_, row) = self.store.key(*number).await.map_err(missing)?;
        if row.partner != partner {
            return Err(IssueError::NoSuchKey);
        }
        info(row)
    }

    /// Takes a key of the partner's back, but for the one of that name, which is called with.
    ///
    /// # Errors
    /// [`IssueError::NoSuchKey`] also for another's, [`IssueError::NotGranted`] for an administrator's;
    /// as [`Issuer::revoke`].
    pub async fn revoke_own(
        &self,
        partner: &str,
        calling: Option<&str>,
        id: &KeyId,
    ) -> Result<(), IssueError> {
        let key = self.own(partner, id).await?;
        if calling == Some(&*key.name) {
            return Err(IssueError::KeyOfTheCall);
        }
        if key.scopes.has(Scope::Admin) {
            // Or who manages a partner of the operators' could lock them out.
            return Err(IssueError::NotGranted {
                field: "scopes",
                why: format!("{} has the scope admin", key.name),
            });
        }
        self.revoke(id).await
    }

    /// Changes a key of the partner's for a new one that is good for the same. The old one ends after
    /// `overlap_ms`, or sooner if it would anyway; one with an end gets a new one that is as far away as the
    /// old one's was when it was made.
    ///
    /// # Errors
    /// [`IssueError::NoSuchKey`] also for another's and for one that is no good any more,
    /// [`IssueError::NotGranted`] for one that is good for more than the partner was granted; as
    /// [`Issuer::create`].
    pub async fn rotate_own(
        &self,
        partner: &str,
        id: &KeyId,
        overlap_ms: u64,
    ) -> Result<(Plaintext, KeyInfo, Millis), IssueError> {
        let now = self.clock.now();
        let old = self.own(partner, id).await?;
        let KeyId::Stored(number) = &old.id else {
            return Err(IssueError::NoSuchKey);
        };
        if !old.is_good(now) {
            return Err(IssueError::NoSuchKey);
        }
        let ends = now.plus(overlap_ms);
        let ends = old.expires_at.map_or(ends, |end| end.min(ends));
        let life = old
            .expires_at
            .zip(old.created_at)
            .map(|(end, made)| end.since(made));
        let mut ask = KeyRequest {
            name: String::new(),
            partner: old.partner.clone(),
            scopes: old.scopes,
            sources: old.sources.clone(),
            source_kind: Some(old.source_kind),
            uplinks: old.uplinks,
            area: Some(old.area.clone()),
            standing: old.standing,
            expires_at: life.map(|life| now.plus(life)),
        };
        // What an administrator has given beyond that is not handed out anew, or to somebody else.
        self.grants_of(partner).await?.allow(&ask)?;
        let (stem, n) = numbered(&old.name);
        // A name means one key: other numbers may be gone with keys that were rotated before.
        for n in n + 1..=n + 50 {
            ask.name = with_number(stem, n)?;
            let draft = match self.draft(ask.clone()) {
                Err(IssueError::Taken(_)) => continue,
                draft => draft?,
            };
            let mut one = self.one.lock().await;
            let kept = self
                .store
                .replace_key(*number, ends, &draft.to_keep())
                .await;
            match kept {
                Err(StoreError::Taken) => {}
                kept => {
                    let row = kept.map_err(|e| draft.refused(e))?;
                    let (plain, key) = self.open_door(draft, row)?;
                    // The old one has its end at the doors as well.
                    self.refresh_with(&mut one).await?;
                    return Ok((plain, key, ends));
                }
            }
        }
        Err(IssueError::Taken(ask.name))
    }

    /// Hands out the first key of who has signed up; `new`: with its partner. `tries`: names to try.
    ///
    /// # Errors
    /// [`IssueError::NoSuchKey`] if the link was used meanwhile, or the partner is suspended;
    /// [`IssueError::Taken`] if there is a partner of the name of the new one.
    pub(super) async fn hand_out(
        &self,
        signup: i64,
        link: &Digest,
        new: Option<NewPartner<'_>>,
        mut ask: KeyRequest,
        tries: u32,
    ) -> Result<(Plaintext, KeyInfo), IssueError> {
        let own = ask.name.clone();
        let _one = self.one.lock().await;
        for n in 1..=tries {
            ask.name = named_after(&ask.partner, &own, n)?;
            let draft = match self.draft(ask.clone()) {
                Err(IssueError::Taken(_)) => continue,
                draft => draft?,
            };
            let key = draft.to_keep();
            let spent = self.store.spend_signup(signup, link, new, &key).await;
            match spent {
                Err(StoreError::Taken) => {
                    let there = self.store.has_partner(&ask.partner).await;
                    if new.is_some() && there.map_err(IssueError::Store)? {
                        break;
                    }
                }
                spent => {
                    let row = spent.map_err(missing)?;
                    // Before the key is good: it must not own by a name what nobody has said is its own.
                    let self_named = self.store.self_named().await;
                    self.self_named
                        .replace(self_named.map_err(IssueError::Store)?);
                    return self.open_door(draft, row);
                }
            }
        }
        Err(IssueError::Taken(ask.partner))
    }

    /// Changes a partner. One that is suspended has no good key from now on, at any hub within two seconds;
    /// keys of the configuration stay good, and are named in the answer.
    ///
    /// # Errors
    /// [`IssueError::NoSuchPartner`], or the store's: then it may be so in the store, and is so at the
    /// doors as soon as it answers.
    pub async fn change_partner(
        &self,
        name: &str,
        said: PartnerDecision,
    ) -> Result<(PartnerRow, Vec<String>), IssueError> {
        let mut one = self.one.lock().await;
        let grants = said.grants.map(|g| g.write().to_string());
        let change = PartnerChange {
            suspended: said.suspended,
            linked: said.linked,
            grants: grants.as_deref(),
        };
        let changed = self.store.change_partner(name, change).await;
        let row = changed.map_err(|e| match e {
            StoreError::NoSuch => IssueError::NoSuchPartner,
            other => IssueError::Store(other),
        })?;
        self.refresh_with(&mut one).await?;
        tracing::info!(
            partner = name,
            suspended = row.suspended,
            linked = row.linked,
            "a partner was changed"
        );
        let fixed = self.fixed.iter().filter(|k| k.partner == name);
        Ok((row, fixed.map(|k| k.name.clone()).collect()))
    }
}

impl KeyInfo {
    /// Neither revoked nor over.
    fn is_good(&self, now: Millis) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }
}

/// The name of a partner's key among all keys there are: no partner takes another's.
fn named_after(partner: &str, own: &str, n: u32) -> Result<String, IssueError> {
    let begins = own
        .strip_prefix(partner)
        .is_some_and(|rest| rest.starts_with(':'));
    if begins {
        return with_number(own, n);
    }
    // A partner's name may be as long as a key's.
    let short = &partner[..partner.len().min(40)];
    with_number(&format!("{short}:{own}"), n)
}

fn with_number(stem: &str, n: u32) -> Result<String, IssueError> {
    let name = if n == 1 {
        stem.to_owned()
    } else {
        format!("{stem}.{n}")
    };
    if id::is_valid(&name) {
        return Ok(name);
    }
    Err(IssueError::Field {
        field: "name",
        why: format!("would be {name} among all keys, which is longer than {LONGEST} characters"),
    })
}

/// `phone.3` is the third of `phone`; `phone` the first.
fn numbered(name: &str) -> (&str, u32) {
    let split = name.rsplit_once('.');
    let numbered = split.and_then(|(stem, n)| Some((stem, n.parse().ok().filter(|n| *n > 1)?)));
    // No number that is near its end, or nobody's.
    numbered
        .filter(|(stem, n): &(&str, u32)| !stem.is_empty() && *n < 1_000_000)
        .unwrap_or((name, 1))
}
