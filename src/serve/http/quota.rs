//! Who calls, and how much of what all share is left to them: looked up once, before anything else
//! of a request.
//!
//! Promises: every answer under `/v1` tells its quota (`RateLimit-Policy`, `RateLimit`,
//! draft-ietf-httpapi-ratelimit-headers), also where rates do not bind; a caller with a good key has
//! that key's quota and connections, whatever address it comes from, and everybody else the
//! address's. In the sandbox a key that is not good is refused whatever is asked: who shows one means to
//! be somebody there. Dear: a hash of the key, and two short texts a request.

use super::address::ClientAddress;
use super::auth::Doorman;
use super::caller::Caller;
use super::counted::CountedCall;
use super::error::ApiError;
use super::spent::Quota;
use crate::domain::Realm;
use crate::limits::{Allowance, CallClass, HeldShare, Limits, Owner, RequestRates, ShareTaken};
use crate::metrics::Metrics;
use crate::partners::Grant;
use crate::serve::mcp;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONNECTION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::{IntoResponse as _, Response};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How much may be asked in which time.
pub(in crate::serve) const RATELIMIT_POLICY: HeaderName =
    HeaderName::from_static("ratelimit-policy");

/// How much of that is left.
pub(in crate::serve) const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How long a caller whose connections are too many is told to wait, seconds: idle ones are closed
/// in about that time.
const WAIT_FOR_A_CONNECTION_S: u64 = 10;

/// A connection's share: its address's, until a request on it shows a key. Rides with each of its
/// requests; those of a proxy have none, since it speaks for many.
#[derive(Clone)]
pub(in crate::serve) struct ConnectionShare(pub(super) Arc<Mutex<HeldShare>>);

impl ConnectionShare {
    /// The connection is that owner's from now on.
    ///
    /// # Errors
    /// It has its share already.
    pub(in crate::serve) fn pass_to(&self, owner: Owner) -> Result<(), ShareTaken> {
        let mut share = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        share.pass_to(owner)
    }
}

/// Asks for each request; see the module.
pub(super) struct QuotaDesk {
    doorman: Doorman,
    limits: Arc<Limits>,
    metrics: Arc<Metrics>,
    policies: Policies,
}

/// What an answer tells of the quota.
pub(super) struct ToldQuota(Option<(HeaderValue, HeaderValue)>);

impl QuotaDesk {
    pub(super) fn new(doorman: Doorman, limits: Arc<Limits>, metrics: Arc<Metrics>) -> Self {
        let policies = Policies::new(&limits.requests);
        Self {
            doorman,
            limits,
            metrics,
            policies,
        }
    }

    /// Looks up who calls, and takes one request from what they may ask.
    ///
    /// # Errors
    /// The answer that says what is used up; what it tells of the quota is in it.
    pub(super) fn ask(
        &self,
        request: &mut Request,
    ) -> (Option<CountedCall>, Result<ToldQuota, Box<Response>>) {
        let Some(class) = class(request.method(), request.uri().path()) else {
            let refused = self.doorman.realm == Realm::Sandbox;
            let refused = refused.then(|| self.caller(request).1).flatten();
            let told = match refused {
                Some(refusal) => Err(Box::new(refusal.into_response())),
                None => Ok(ToldQuota(None)),
            };
            return (None, told);
        };
        let (caller, refusal) = self.caller(request);
        let counted = CountedCall::of(&caller, class, request.method());
        (counted, self.admit(request, (caller, refusal), class))
    }

    fn admit(
        &self,
        request: &mut Request,
        (caller, refusal): (Caller, Option<ApiError>),
        class: CallClass,
    ) -> Result<ToldQuota, Box<Response>> {
        let owner = caller.owner;
        if let Err(taken) = claim(request, owner) {
            let mut answer = ApiError::from(taken).into_response();
            let headers = answer.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
            return Err(Box::new(answer));
        }
        let factor = factor(&self.limits, caller.grant.as_deref());
        let allowance = self.limits.requests.ask_as(owner, class, factor);
        let told = self.policies.tell(owner, class, &allowance);
        if let Some(grant) = &caller.grant
            && allowance.is_nearly_used_up()
        {
            grant.account.press(class);
        }
        if let Some(wait) = allowance.wait {
            self.metrics.quota.refused(class.name());
            let mut answer = used_up(owner, class, (allowance.quota, wait)).into_response();
            told.write(answer.headers_mut());
            return Err(Box::new(answer));
        }
        if let Some(refusal) = refusal {
            let mut answer = refusal.into_response();
            told.write(answer.headers_mut());
            return Err(Box::new(answer));
        }
        request.extensions_mut().insert(caller);
        Ok(told)
    }

    /// Who calls; and why that is refused whatever is asked, if it is.
    fn caller(&self, request: &Request) -> (Caller, Option<ApiError>) {
        let headers = request.headers();
        let shown = headers
            .contains_key(AUTHORIZATION)
            .then(|| self.doorman.grant(headers));
        let (grant, why) = match shown {
            Some(Ok(grant)) => (Some(grant), None),
            Some(Err(why)) => (None, Some(why)),
            None => (None, None),
        };
        let owner = grant.as_ref().map_or_else(
            || Owner::of_address(address(request)),
            |grant| Owner::Key(grant.account.number()),
        );
        let refusal = why.filter(|_| self.doorman.realm == Realm::Sandbox);
        (Caller { owner, grant }, refusal)
    }
}

/// By what the quota of who calls is multiplied, in 1/1,000.
fn factor(limits: &Limits, grant: Option<&Grant>) -> u32 {
    grant.map_or(1000, |grant| limits.credit.factor(&grant.partner))
}

/// Takes a call from what its caller may ask, where it is none of HTTP's: one inside a socket.
///
/// # Errors
/// What is used up; that is counted.
pub(in crate::serve) fn take(
    limits: &Limits,
    metrics: &Metrics,
    caller: &Caller,
    class: CallClass,
) -> Result<(), ApiError> {
    let owner = caller.owner;
    let factor = factor(limits, caller.grant.as_deref());
    let allowance = limits.requests.ask_as(owner, class, factor);
    let Some(wait) = allowance.wait else {
        return Ok(());
    };
    metrics.quota.refused(class.name());
    Err(used_up(owner, class, (allowance.quota, wait)))
}

fn used_up(owner: Owner, class: CallClass, (quota, wait): (u32, Duration)) -> ApiError {
    let who = if owner.is_key() {
        "a key"
    } else {
        "an address without a key"
    };
    ApiError::QuotaExceeded(Quota {
        member: "class",
        name: class.name(),
        detail: format!(
            "{quota} calls of this class were made in a minute, which is all that {who} may make",
        ),
        limit: quota.into(),
        used: quota.into(),
        retry_after_s: wait.as_secs() + 1,
    })
}

/// Where it comes from; a request that came by no socket is from nowhere.
fn address(request: &Request) -> IpAddr {
    let known = request.extensions().get::<ClientAddress>();
    known.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |c| c.0)
}

/// The connection is this caller's from now on.
fn claim(request: &Request, owner: Owner) -> Result<(), ShareTaken> {
    let Some(share) = request.extensions().get::<ConnectionShare>() else {
        return Ok(());
    };
    // A connection that has shown a key once does not go back to being a stranger's.
    if !owner.is_key() {
        return Ok(());
    }
    share.pass_to(owner)
}

/// The quota that a call counts for; none outside `/v1` but for tools, and none to ask what may be called.
fn class(method: &Method, path: &str) -> Option<CallClass> {
    if path == mcp::PATH {
        return (method != Method::OPTIONS).then_some(CallClass::Search);
    }
    if let Some(path) = path.strip_prefix("/ngsi-ld/v1/") {
        return brokers_class(method, path);
    }
    let path = path.strip_prefix("/v1/")?;
    if method == Method::OPTIONS {
        return None;
    }
    let first = path.split('/').next().unwrap_or_default();
    let reads = method == Method::GET || method == Method::HEAD;
    Some(match (first, reads) {
        ("admin" | "quarantine", _) => CallClass::Admin,
        ("bays", true) if path == "bays/nearby" => CallClass::Search,
        (_, true) => CallClass::Read,
        ("uplinks" | "push", false) => CallClass::Uplink,
        ("requests" | "reservations" | "offers", false) => CallClass::Book,
        (_, false) => CallClass::Write,
    })
}

/// The same of what cities' brokers ask.
fn brokers_class(method: &Method, path: &str) -> Option<CallClass> {
    let reads = method == Method::GET || method == Method::HEAD;
    match path {
        _ if method == Method::OPTIONS => None,
        "entities" if reads => Some(CallClass::Search),
        _ if reads => Some(CallClass::Read),
        _ => Some(CallClass::Write),
    }
}

impl ToldQuota {
    pub(super) fn write(self, headers: &mut HeaderMap) {
        if let Some((policy, rest)) = self.0 {
            headers.insert(RATELIMIT_POLICY, policy);
            headers.insert(RATELIMIT, rest);
        }
    }
}

/// What every answer of a class tells of its quota, made once: to addresses, and to keys.
struct Policies([[(u32, HeaderValue); CallClass::COUNT]; 2]);

fn policy(class: CallClass, quota: u32) -> HeaderValue {
    let text = format!("\"{class}\";q={quota};w=60");
    // Names and digits are a header's value.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

impl Policies {
    fn new(rates: &RequestRates) -> Self {
        let of = |by_key| {
            CallClass::ALL.map(|class| {
                let quota = rates.quota(by_key, class);
                (quota, policy(class, quota))
            })
        };
        Self([of(false), of(true)])
    }

    fn tell(&self, owner: Owner, class: CallClass, allowance: &Allowance) -> ToldQuota {
        let (usual, told) = &self.0[usize::from(owner.is_key())][class as usize];
        let policy = if *usual == allowance.quota {
            told.clone()
        } else {
            policy(class, allowance.quota)
        };
        let mut numbers = itoa::Buffer::new();
        let mut rest = Vec::with_capacity(40);
        rest.push(b'"');
        rest.extend_from_slice(class.name().as_bytes());
        rest.extend_from_slice(b"\";r=");
        rest.extend_from_slice(numbers.format(allowance.left).as_bytes());
        rest.extend_from_slice(b";t=");
        let full_in = allowance.full_in.as_millis().div_ceil(1000);
        rest.extend_from_slice(numbers.format(full_in).as_bytes());
        let rest = HeaderValue::from_maybe_shared(Bytes::from(rest));
        ToldQuota(rest.ok().map(|rest| (policy, rest)))
    }
}

impl From<ShareTaken> for ApiError {
    fn from(taken: ShareTaken) -> Self {
        Self::QuotaExceeded(Quota {
            member: "share",
            name: taken.what.name(),
            detail: taken.to_string(),
            limit: taken.limit as u64,
            used: taken.limit as u64,
            retry_after_s: WAIT_FOR_A_CONNECTION_S,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    #[test]
    fn each_call_counts_for_a_class_and_what_is_no_call_for_none() {
        for (method, path, counts) in [
            ("GET", "/v1/zones", Some(CallClass::Read)),
            ("HEAD", "/v1/bays/TPY-1", Some(CallClass::Read)),
            ("GET", "/v1/bays/nearby", Some(CallClass::Search)),
            ("POST", "/v1/reports", Some(CallClass::Write)),
            ("POST", "/v1/uplinks/ttn", Some(CallClass::Uplink)),
            ("POST", "/v1/push/gates", Some(CallClass::Uplink)),
            ("POST", "/v1/requests", Some(CallClass::Book)),
            ("GET", "/v1/reservations/7", Some(CallClass::Read)),
            ("DELETE", "/v1/offers/7", Some(CallClass::Book)),
            ("GET", "/v1/admin/keys", Some(CallClass::Admin)),
            ("GET", "/v1/quarantine", Some(CallClass::Admin)),
            ("GET", "/ngsi-ld/v1/entities", Some(CallClass::Search)),
            ("GET", "/ngsi-ld/v1/entities/urn:a:b", Some(CallClass::Read)),
            ("POST", "/ngsi-ld/v1/entities", Some(CallClass::Write)),
            ("OPTIONS", "/ngsi-ld/v1/entities", None),
            ("GET", "/ngsi-ld/context.jsonld", None),
            ("POST", "/mcp", Some(CallClass::Search)),
            ("OPTIONS", "/mcp", None),
            ("OPTIONS", "/v1/zones", None),
            ("GET", "/metrics", None),
            ("GET", "/", None),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(class(&method, path), counts, "{path}");
        }
    }

    #[test]
    fn what_is_left_is_written_as_the_draft_has_it() {
        let allowance = Allowance {
            quota: 1200,
            left: 1187,
            full_in: Duration::from_millis(650),
            wait: None,
        };
        let mut headers = HeaderMap::new();
        let policies = Policies::new(&RequestRates::new(&limits::Config::default()));
        let told = policies.tell(Owner::Key(1), CallClass::Read, &allowance);
        told.write(&mut headers);
        assert_eq!(headers[RATELIMIT_POLICY], "\"read\";q=1200;w=60");
        assert_eq!(headers[RATELIMIT], "\"read\";r=1187;t=1");
        let raised = Allowance {
            quota: 9060,
            ..allowance
        };
        let told = policies.tell(Owner::Key(1), CallClass::Read, &raised);
        told.write(&mut headers);
        assert_eq!(headers[RATELIMIT_POLICY], "\"read\";q=9060;w=60");
    }
}
