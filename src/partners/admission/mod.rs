//! How a stranger becomes a partner: asked, the address proven by a one-time link, admitted, a key.
//!
//! Promises: nobody is admitted by itself whose name could be taken for one that is known, and what an
//! operator of its name has is not its own until an administrator says so, also where that operator
//! comes later ([`SelfNamed`](crate::domain::SelfNamed)); a link opens once, whoever has it and however many ask at a time; a
//! key is handed to who has the link and is shown once; sign-ups are bounded, in rows and by the hour,
//! for each address and in all. No secret is in the log.

mod config;
mod decide;
mod flood;
mod grants;
mod letter;
mod names;

pub use config::{Admission, AdmissionConfig, MailConfig};
pub use decide::{Decision, SignupOutcome};
pub use flood::SignupFlood;
pub use grants::PartnerGrants;
pub use letter::{Courier, Letter, LetterKind, NoCourier, OneTimeLink};

use super::issue_error::IssueError;
use super::issuer::Issuer;
use super::keys::Keys;
use crate::domain::{Clock, Millis};
use crate::limits::Owner;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::store::{NewSignup, SignupBound, SignupBounds, Store, StoreError};
use flood::RecentSignups;
use names::NamesInUse;
use std::sync::{Arc, Mutex, PoisonError};

const HOUR_MS: u64 = 3_600_000;

/// What a one-time link begins with: a key's beginning, so that what hides those hides it.
const LINK: &str = "bh_link_";

/// Why a sign-up comes to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdmissionError {
    #[error("nobody can sign up here: ask whoever runs this hub for a key")]
    Closed,
    /// A field that cannot be so.
    #[error("{field} {why}")]
    Field { field: &'static str, why: String },
    #[error("{} {}, which is as many as there may be", .0.limit, .0.of)]
    Flood(SignupFlood),
    /// Nobody has this link, or not any more.
    #[error("the link is not good: nobody has it, or it was used, or its time is over")]
    BadLink,
    #[error("there is no such sign-up, or its time is over")]
    NoSuch,
    /// An administrator has to say more.
    #[error("{0}")]
    Unclear(String),
    #[error(transparent)]
    Issue(#[from] IssueError),
}

impl From<StoreError> for AdmissionError {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::NoSuch => Self::NoSuch,
            other => Self::Issue(IssueError::Store(other)),
        }
    }
}

/// What admission works with.
pub struct AdmissionParts {
    pub config: AdmissionConfig,
    pub store: Store,
    pub issuer: Arc<Issuer>,
    pub registry: Arc<Registry>,
    pub clock: Arc<dyn Clock>,
    pub metrics: Arc<Metrics>,
    pub courier: Arc<dyn Courier>,
}

impl AdmissionParts {
    /// With all settings as they are by default, and nobody who sends letters.
    #[must_use]
    pub fn usual(
        store: Store,
        issuer: Arc<Issuer>,
        (registry, clock, metrics): (Arc<Registry>, Arc<dyn Clock>, Arc<Metrics>),
    ) -> Self {
        Self {
            config: AdmissionConfig::default(),
            store,
            issuer,
            registry,
            clock,
            metrics,
            courier: Arc::new(NoCourier),
        }
    }
}

/// See the module.
pub struct AdmissionDesk {
    parts: AdmissionParts,
    recent: Mutex<RecentSignups>,
}

/// What a stranger asks.
#[derive(Clone, Copy, Debug)]
pub struct SignupRequest<'a> {
    pub name: &'a str,
    /// The address of a mailbox.
    pub contact: &'a str,
    /// In own words.
    pub wants: &'a str,
}

impl AdmissionDesk {
    #[must_use]
    pub fn new(parts: AdmissionParts) -> Self {
        Self {
            parts,
            recent: Mutex::default(),
        }
    }

    #[must_use]
    pub const fn config(&self) -> &AdmissionConfig {
        &self.parts.config
    }

    /// Notes who wants to become a partner, and has a link taken to the address. Until when that is good.
    ///
    /// What is known of other partners makes no difference to the answer.
    ///
    /// # Errors
    /// [`AdmissionError::Closed`], [`AdmissionError::Field`], [`AdmissionError::Flood`], or the store's.
    pub async fn sign_up(
        &self,
        ask: SignupRequest<'_>,
        owner: Owner,
    ) -> Result<Millis, AdmissionError> {
        let AdmissionParts { config, store, .. } = &self.parts;
        if config.admission == Admission::Closed {
            return Err(AdmissionError::Closed);
        }
        names::check_name(ask.name)?;
        names::check_contact(ask.contact)?;
        names::check_wants(ask.wants)?;
        let now = self.parts.clock.now();
        self.take_one(owner, now)?;
        let link = mint();
        let contact = ask.contact.to_ascii_lowercase();
        let new = NewSignup {
            name: ask.name,
            contact: &contact,
            wants: ask.wants,
            origin: &format!("{owner:?}"),
            link: link.digest,
            unsent: link.expose(),
            created_at: now,
            expires_at: now.plus(u64::from(config.confirm_within_h) * HOUR_MS),
        };
        let bounds = SignupBounds {
            in_all: config.signups_waiting,
            of_origin: config.signups_per_address,
            of_contact: config.signups_per_contact,
        };
        let expires_at = new.expires_at;
        if let Err(bound) = store.ask_signup(&new, bounds).await? {
            self.parts.metrics.quota.signup("flooded");
            return Err(AdmissionError::Flood(full(bound, config)));
        }
        self.parts.metrics.quota.signup("asked");
        self.parts.courier.take(Letter {
            kind: LetterKind::Confirm,
            to: contact,
            name: ask.name.to_owned(),
            link: Some(link),
            expires_at,
        });
        Ok(expires_at)
    }

    fn take_one(&self, owner: Owner, now: Millis) -> Result<(), AdmissionError> {
        let config = &self.parts.config;
        let most = (config.signups_per_hour, config.signups_per_hour_per_address);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.take(owner, now, most).map_err(|flood| {
            self.parts.metrics.quota.signup("flooded");
            AdmissionError::Flood(flood)
        })
    }

    /// Forgets sign-ups whose time is over. Call it now and then.
    ///
    /// # Errors
    /// The store's.
    pub async fn expire(&self) -> Result<(), AdmissionError> {
        let gone = self
            .parts
            .store
            .expire_signups(self.parts.clock.now())
            .await?;
        for _ in 0..gone {
            self.parts.metrics.quota.signup("expired");
        }
        Ok(())
    }

    /// The names that nobody gets by itself.
    async fn names_in_use(&self) -> Result<NamesInUse, AdmissionError> {
        let known = self.parts.store.names_in_use().await?;
        let reserved = &self.parts.config.reserved;
        Ok(NamesInUse::of(&self.parts.registry, known, reserved))
    }

    /// What has a name that this one could be taken for, or sources that would be its own.
    fn like(&self, used: &NamesInUse, name: &str) -> Option<&'static str> {
        let sources = || {
            let prefix = format!("{name}:");
            let there = self
                .parts
                .registry
                .count_sources(|id| id.starts_with(&prefix));
            (there > 0).then_some("the first part of ids that sources have")
        };
        used.like(name).or_else(sources)
    }
}

fn mint() -> OneTimeLink {
    let (plain, digest) = Keys::mint_with(LINK, &mut rand::rng());
    OneTimeLink::new(plain.expose().to_owned(), digest)
}

/// Whoever waits for room among rows cannot be told when there will be: an hour is a try.
fn full(bound: SignupBound, config: &AdmissionConfig) -> SignupFlood {
    let (of, limit) = match bound {
        SignupBound::InAll => ("sign-ups that wait", config.signups_waiting),
        SignupBound::OfOrigin => (
            "unconfirmed sign-ups from one address",
            config.signups_per_address,
        ),
        SignupBound::OfContact => ("sign-ups of one contact", config.signups_per_contact),
    };
    SignupFlood {
        of,
        limit: limit.into(),
        retry_after_s: 3600,
    }
}

#[cfg(test)]
mod tests;
