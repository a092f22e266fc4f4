//! What becomes of a sign-up: the link is used, an administrator decides.

use super::{
    Admission, AdmissionDesk, AdmissionError, HOUR_MS, Letter, LetterKind, PartnerGrants, mint,
};
use crate::domain::Standing;
use crate::partners::grant::{Scope, Scopes};
use crate::partners::issue_error::IssueError;
use crate::partners::key_info::KeyInfo;
use crate::partners::key_request::{KeyRequest, named};
use crate::partners::keys::{Keys, Plaintext};
use crate::store::{AdmittedSignup, NewPartner, SignupRow, SignupState, StoreError};

/// How many names of keys are tried for a login before its partner is told to make room.
const NAMES: u32 = 50;

/// What using a link came to.
#[derive(Debug)]
pub enum SignupOutcome {
    /// The address is proven; an administrator decides. Why not the hub by itself, where it might have.
    Waits {
        name: String,
        because: Option<&'static str>,
    },
    /// The key, this once.
    Key(Plaintext, Box<KeyInfo>),
}

/// What an administrator says of a sign-up.
#[derive(Clone, Debug)]
pub enum Decision {
    Admit {
        /// Whom it speaks for: a partner that is there, or a new one of a name that is known otherwise. `None`:
        /// what it calls itself.
        partner: Option<String>,
        grants: Option<PartnerGrants>,
    },
    Refuse,
}

impl AdmissionDesk {
    /// Uses a link: it proves the address, and hands out the key of who is admitted.
    ///
    /// # Errors
    /// [`AdmissionError::BadLink`], or why the key cannot be made: then the link is good still.
    pub async fn follow_link(&self, text: &str) -> Result<SignupOutcome, AdmissionError> {
        let digest = Keys::digest(text);
        let now = self.parts.clock.now();
        let bad = |e: StoreError| match e {
            StoreError::NoSuch => AdmissionError::BadLink,
            other => other.into(),
        };
        let store = &self.parts.store;
        let row = store.signup_of_link(&digest, now).await.map_err(bad)?;
        let name = row.name.clone();
        let mut because = None;
        match row.state {
            SignupState::Admitted => return self.hand_out(&row, &digest, false).await,
            SignupState::Asked if self.parts.config.admission == Admission::Open => {
                because = self.like(&self.names_in_use().await?, &name);
                if because.is_none() {
                    match self.hand_out(&row, &digest, true).await {
                        Err(AdmissionError::Issue(IssueError::Taken(_))) => {
                            because = Some("a partner");
                        }
                        done => return done,
                    }
                }
            }
            SignupState::Asked => {}
            SignupState::Confirmed | SignupState::Refused => return Err(AdmissionError::BadLink),
        }
        let until = now.plus(self.keep_ms());
        let confirmed = store.confirm_signup(row.id, &digest, now, until).await;
        confirmed.map_err(bad)?;
        self.parts.metrics.quota.signup("confirmed");
        tracing::info!(
            signup = row.id,
            name,
            "somebody who wants to be a partner has proven the address"
        );
        Ok(SignupOutcome::Waits { name, because })
    }

    /// Makes the first key. `is_new`: the partner with it, of whom nobody has said anything.
    async fn hand_out(
        &self,
        row: &SignupRow,
        digest: &[u8; 32],
        is_new: bool,
    ) -> Result<SignupOutcome, AdmissionError> {
        let partner = row.partner.as_ref().unwrap_or(&row.name);
        let new = is_new.then_some(NewPartner {
            name: partner,
            linked: false,
            grants: None,
            contact: Some(&row.contact),
        });
        let ask = login(partner);
        let made = self.parts.issuer.hand_out(row.id, digest, new, ask, NAMES);
        let (plain, key) = match made.await {
            Err(IssueError::NoSuchKey) => return Err(AdmissionError::BadLink),
            done => done?,
        };
        if is_new {
            self.parts.metrics.quota.signup("admitted");
        }
        Ok(SignupOutcome::Key(plain, Box::new(key)))
    }

    /// Carries out what an administrator says. To admit who is admitted makes another link, for who has lost
    /// the first or its key.
    ///
    /// # Errors
    /// [`AdmissionError::NoSuch`], [`AdmissionError::Issue`], or [`AdmissionError::Unclear`] where the
    /// name is known and the administrator has not said whom it speaks for.
    pub async fn decide(&self, id: i64, said: Decision) -> Result<SignupRow, AdmissionError> {
        let store = &self.parts.store;
        let now = self.parts.clock.now();
        let row = store.signup(id, now).await?;
        let Decision::Admit { partner, grants } = said else {
            let row = store.refuse_signup(id).await?;
            self.parts.metrics.quota.signup("refused");
            tracing::info!(
                signup = id,
                name = row.name,
                "somebody who wanted to be a partner was refused"
            );
            self.parts.courier.take(Letter {
                kind: LetterKind::Refused,
                to: row.contact.clone(),
                name: row.name.clone(),
                link: None,
                expires_at: row.expires_at,
            });
            return Ok(row);
        };
        let again = partner.is_none() && row.partner.is_some();
        let linked = partner.is_some();
        let name = match partner.or_else(|| row.partner.clone()) {
            Some(name) => name,
            None => self.own_name(&row).await?,
        };
        named("partner", &name)?;
        let grants = grants.map(|g| g.write().to_string());
        // Who has not proven the address yet does so with the link that is out already.
        let proven = row.confirmed_at.is_some() || row.state == SignupState::Admitted;
        let link = proven.then(mint);
        let told = AdmittedSignup {
            partner: &name,
            new: (!again || grants.is_some()).then_some(NewPartner {
                name: &name,
                linked,
                grants: grants.as_deref(),
                contact: Some(&row.contact),
            }),
            link: link.as_ref().map(|l| (l.digest, l.expose())),
            expires_at: now.plus(self.keep_ms()),
        };
        let row = self.admit(id, &told).await?;
        if let Some(link) = link {
            self.parts.courier.take(Letter {
                kind: LetterKind::Admitted,
                to: row.contact.clone(),
                name: row.name.clone(),
                link: Some(link),
                expires_at: row.expires_at,
            });
        }
        Ok(row)
    }

    /// What a sign-up calls itself, if nobody is called so.
    async fn own_name(&self, row: &SignupRow) -> Result<String, AdmissionError> {
        let name = &row.name;
        match self.like(&self.names_in_use().await?, name) {
            None => Ok(name.clone()),
            Some(what) => Err(AdmissionError::Unclear(format!(
                "{name} is like {what}: say in the member partner whom it speaks for, which owns what an operator of \
                 that very name has"
            ))),
        }
    }

    async fn admit(&self, id: i64, told: &AdmittedSignup<'_>) -> Result<SignupRow, AdmissionError> {
        let name = told.partner;
        let now = self.parts.clock.now();
        let admitted = self.parts.store.admit_signup(id, told, now).await;
        let row = admitted.map_err(|e| match e {
            StoreError::Taken => {
                let why = format!(
                    "there is a partner {name}: to admit it as that one, say so in partner"
                );
                AdmissionError::Unclear(why)
            }
            other => other.into(),
        })?;
        self.parts.metrics.quota.signup("admitted");
        tracing::info!(
            signup = id,
            name = row.name,
            partner = name,
            "somebody was admitted as a partner"
        );
        self.parts.issuer.refresh().await?;
        Ok(row)
    }

    /// What a sign-up is to be called: as it was admitted, or as it calls itself.
    ///
    /// # Errors
    /// [`AdmissionError::NoSuch`].
    pub async fn name_of(&self, id: i64) -> Result<String, AdmissionError> {
        let row = self.parts.store.signup(id, self.parts.clock.now()).await?;
        Ok(row.partner.unwrap_or(row.name))
    }

    fn keep_ms(&self) -> u64 {
        u64::from(self.parts.config.keep_days) * 24 * HOUR_MS
    }

    /// Up to `limit` sign-ups, those that wait for a decision first; with what each name could be taken for.
    ///
    /// # Errors
    /// The store's.
    pub async fn signups(
        &self,
        limit: usize,
    ) -> Result<Vec<(SignupRow, Option<&'static str>)>, AdmissionError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let rows = self
            .parts
            .store
            .signups(limit, self.parts.clock.now())
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let used = self.names_in_use().await?;
        let told = |row: SignupRow| {
            let undecided = row.partner.is_none();
            let like = undecided.then(|| self.like(&used, &row.name)).flatten();
            (row, like)
        };
        Ok(rows.into_iter().map(told).collect())
    }
}

/// The key that is a partner's login.
fn login(partner: &str) -> KeyRequest {
    KeyRequest {
        name: "login".to_owned(),
        partner: partner.to_owned(),
        scopes: [Scope::Partner].into_iter().collect::<Scopes>(),
        sources: Vec::new(),
        source_kind: None,
        uplinks: false,
        area: None,
        standing: Standing::Unproven,
        expires_at: None,
    }
}
