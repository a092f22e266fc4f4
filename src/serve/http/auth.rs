//! Who may call: keys from `Authorization: Bearer`, checked before anything else of a request is
//! looked at.
//!
//! A handler says what it needs by its argument's type ([`Reporter`], [`Admin`], [`Reader`]), so
//! that one without it is visible in its signature and the check cannot be forgotten in its body.

use super::caller::Caller;
use super::error::ApiError;
use crate::domain::realm::is_test_key;
use crate::domain::{Clock, Realm};
use crate::partners::{Grant, Keys, Scope};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::sync::Arc;

/// What the checks need to know.
#[derive(Clone)]
pub(in crate::serve) struct Doorman {
    pub(in crate::serve) keys: Arc<Keys>,
    pub(in crate::serve) clock: Arc<dyn Clock>,
    /// Whether public data is read without a key.
    pub(in crate::serve) public_reads: bool,
    /// Which hub's doorman it is.
    pub(in crate::serve) realm: Realm,
}

/// A caller who may send reports.
pub(in crate::serve) struct Reporter(pub(in crate::serve) Arc<Grant>);

/// A caller who may change the registry and read the quarantine.
pub(in crate::serve) struct Admin;

/// A caller who watches over the whole city: the authority.
pub(in crate::serve) struct Watcher;

/// A caller who may read how well sources do.
pub(in crate::serve) enum Overseer {
    /// All of them.
    Every,
    /// Those of its own partner.
    Own(Arc<Grant>),
}

/// A caller who asks for turnover, and how much of it may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Viewer {
    /// The authority: everything.
    Monitor,
    /// A partner with a good key.
    Known,
    /// Anybody.
    Public,
}

/// A caller who may offer bays.
pub(in crate::serve) struct Sharer(pub(in crate::serve) Arc<Grant>);

/// A caller who may book bays.
pub(in crate::serve) struct Booker(pub(in crate::serve) Arc<Grant>);

/// A caller who may do one of both.
pub(in crate::serve) struct Trader(pub(in crate::serve) Arc<Grant>);

/// A caller who may issue orders of the authority.
pub(in crate::serve) struct Orderer(pub(in crate::serve) Arc<Grant>);

/// A caller who may manage its own partner: its keys, what it is told of itself.
pub(in crate::serve) struct Manager(pub(in crate::serve) Arc<Grant>);

/// A caller who may read what comes of its partner's reports: who sends them, or who manages it.
pub(in crate::serve) struct DataPartner(pub(in crate::serve) Arc<Grant>);

/// A caller with a good key of any scope.
pub(in crate::serve) struct KeyHolder(pub(in crate::serve) Arc<Grant>);

/// A caller who may read public data.
pub(in crate::serve) struct Reader;

impl Doorman {
    /// What the caller's key grants.
    pub(in crate::serve) fn grant(&self, headers: &HeaderMap) -> Result<Arc<Grant>, ApiError> {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let key = match (given.next(), given.next()) {
            (None, _) => {
                return Err(ApiError::Unauthorized(
                    "this call needs a key: Authorization: Bearer bh_...",
                ));
            }
            (Some(_), Some(_)) => {
                return Err(ApiError::Unauthorized("Authorization is given twice"));
            }
            (Some(one), None) => one.to_str().ok().and_then(bearer),
        };
        let key = key.ok_or(ApiError::Unauthorized(
            "Authorization must be: Bearer bh_...",
        ))?;
        let good = self.keys.grant(key, self.clock.now());
        good.ok_or_else(|| ApiError::Unauthorized(self.no_good(key)))
    }

    /// What is said of a key that grants nothing.
    pub(in crate::serve) fn no_good(&self, key: &str) -> &'static str {
        match (self.realm, is_test_key(key.as_bytes())) {
            (Realm::Sandbox, _) => {
                "this key of the sandbox (bh_test_...) is not good: nobody has it, or it was revoked or \
                 has expired"
            }
            (Realm::City, true) => {
                "this is a key of the sandbox (bh_test_...): this hub has no sandbox, or this way does \
                 not lead there"
            }
            (Realm::City, false) => {
                "this key is not good: nobody has it, or it was revoked or has expired"
            }
        }
    }

    /// The same of a request that was looked up already, as those under `/v1` are.
    fn known(&self, parts: &Parts) -> Result<Arc<Grant>, ApiError> {
        let caller = parts.extensions.get::<Caller>();
        match caller.and_then(|c| c.grant.as_ref()) {
            Some(grant) => Ok(grant.clone()),
            None => self.grant(&parts.headers),
        }
    }

    fn scoped(&self, parts: &Parts, scope: Scope) -> Result<Arc<Grant>, ApiError> {
        let grant = self.known(parts)?;
        scoped(&grant, scope)?;
        Ok(grant)
    }
}

/// Whether a key has that scope.
///
/// # Errors
/// 403 if it has not.
pub(in crate::serve) fn scoped(grant: &Grant, scope: Scope) -> Result<(), ApiError> {
    if grant.scopes.has(scope) {
        return Ok(());
    }
    Err(ApiError::Forbidden(format!(
        "this call needs the scope {}, which the key does not have",
        scope.name()
    )))
}

/// The key in `Bearer <key>`; the scheme's case does not matter.
pub(in crate::serve) fn bearer(value: &str) -> Option<&str> {
    let (scheme, key) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| key.trim_start_matches(' '))
}

/// A kind of caller, and what its key must be good for: `$check` of the doorman and the request.
macro_rules! caller {
    ($kind:ty, |$doorman:ident, $parts:ident| $check:expr) => {
        impl<S> FromRequestParts<S> for $kind
        where
            S: Send + Sync,
            Doorman: FromRef<S>,
        {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                let $doorman = Doorman::from_ref(state);
                let $parts = &*parts;
                $check
            }
        }
    };
}

caller!(Reporter, |doorman, parts| doorman
    .scoped(parts, Scope::Report)
    .map(Self));
caller!(Admin, |doorman, parts| doorman
    .scoped(parts, Scope::Admin)
    .map(|_| Self));
caller!(Watcher, |doorman, parts| doorman
    .scoped(parts, Scope::Monitor)
    .map(|_| Self));
caller!(Sharer, |doorman, parts| doorman
    .scoped(parts, Scope::Share)
    .map(Self));
caller!(Booker, |doorman, parts| doorman
    .scoped(parts, Scope::Book)
    .map(Self));
caller!(Orderer, |doorman, parts| doorman
    .scoped(parts, Scope::Order)
    .map(Self));
caller!(Manager, |doorman, parts| doorman
    .scoped(parts, Scope::Partner)
    .map(Self));
caller!(KeyHolder, |doorman, parts| doorman.known(parts).map(Self));
caller!(Trader, |doorman, parts| {
    let grant = doorman.known(parts)?;
    if grant.scopes.has(Scope::Share) || grant.scopes.has(Scope::Book) {
        return Ok(Self(grant));
    }
    Err(ApiError::Forbidden(
        "this call needs the scope share or book, and the key has neither".to_owned(),
    ))
});
caller!(DataPartner, |doorman, parts| {
    let grant = doorman.known(parts)?;
    if grant.scopes.has(Scope::Report) || grant.scopes.has(Scope::Partner) {
        return Ok(Self(grant));
    }
    Err(ApiError::Forbidden(
        "this call needs the scope report or partner, and the key has neither".to_owned(),
    ))
});
caller!(Overseer, |doorman, parts| {
    let grant = doorman.known(parts)?;
    if grant.scopes.oversee() {
        return Ok(Self::Every);
    }
    if grant.scopes.has(Scope::Report) || grant.scopes.has(Scope::Partner) {
        return Ok(Self::Own(grant));
    }
    Err(ApiError::Forbidden(
        "this call needs the scope monitor, admin, report or partner, and the key has none of them"
            .to_owned(),
    ))
});

impl<S> FromRequestParts<S> for Viewer
where
    S: Send + Sync,
    Doorman: FromRef<S>,
{
    type Rejection = ApiError;

    /// A key that is given must be good: who mistypes it should learn that, not get less.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let doorman = Doorman::from_ref(state);
        if doorman.public_reads && !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(Self::Public);
        }
        let grant = doorman.known(parts)?;
        Ok(if grant.scopes.has(Scope::Monitor) {
            Self::Monitor
        } else {
            Self::Known
        })
    }
}

impl<S> FromRequestParts<S> for Reader
where
    S: Send + Sync,
    Doorman: FromRef<S>,
{
    type Rejection = ApiError;

    /// Where reads are public a key is not even looked at: a wrong one does no harm.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let doorman = Doorman::from_ref(state);
        if doorman.public_reads {
            return Ok(Self);
        }
        doorman.known(parts).map(|_| Self)
    }
}
