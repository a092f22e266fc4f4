//! Who called what an administrator may, and what makes partners and their keys: every call below
//! `/v1/admin`, of the quarantine, of signing up and of partners' own keys is noted with its outcome, the
//! refused and the failed as well.
//!
//! Promises: noted once, also when the caller hangs up before the answer (then without a status,
//! since what came of it is not known); no key's text, however it is written, and nothing of a body is in
//! a note; a call never waits for its note. Other calls pay for one comparison of their path.

use super::address::{self, ClientAddress};
use super::auth::Doorman;
use super::request_id::X_REQUEST_ID;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::{Layer, Service};
use utoipa::ToSchema;

/// The longest path that is noted, bytes.
const LONGEST_PATH: usize = 256;

/// How a key begins; one that somebody puts into a path by mistake is not noted.
const KEY: &str = "bh_";

/// One call as it is noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminCall {
    /// When it came.
    #[schema(format = DateTime)]
    pub at: String,
    /// Name of the key; null: without a good one.
    #[schema(required)]
    pub key: Option<String>,
    /// Who holds the key.
    #[schema(required)]
    pub partner: Option<String>,
    pub method: String,
    /// Without its query, and at most 256 bytes of it.
    pub path: String,
    /// HTTP status; null: the caller was gone before there was one.
    #[schema(required)]
    pub status: Option<u16>,
    /// The client's address: with its port where the connection is its own, without where a trusted
    /// proxy spoke for it.
    #[schema(required)]
    pub peer: Option<String>,
    /// Its `x-request-id`.
    #[schema(required)]
    pub request: Option<String>,
}

/// Who called, and what for. Each kind is kept by itself: who chooses how often to look must not push out
/// what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// With a good key, and may have changed something.
    Act,
    /// With a good key, and only reads.
    Look,
    /// Without a good key.
    Stranger,
}

impl AdminCall {
    /// Of which kind it is.
    #[must_use]
    pub fn kind(&self) -> NoteKind {
        match &*self.method {
            _ if self.key.is_none() => NoteKind::Stranger,
            "GET" | "HEAD" | "OPTIONS" => NoteKind::Look,
            _ => NoteKind::Act,
        }
    }
}

/// Which notes are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditQuestion {
    pub kind: NoteKind,
    /// Only those older than the one at this place.
    pub before: Option<NotePlace>,
    /// How many at most.
    pub limit: usize,
}

/// Which note: of which file, and where in it. A file keeps its name when it becomes the previous one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotePlace {
    pub file: u64,
    pub at: u32,
}

/// Notes, the newest first, and the place of the last where there are older ones.
pub type NotePage = (Vec<AdminCall>, Option<NotePlace>);

/// Where notes go, and are read back.
pub trait AuditLog: Send + Sync {
    /// Must not block.
    fn note(&self, call: AdminCall);

    /// Waits for the disk, and nobody who notes waits for it. What was noted a moment ago may be missing.
    ///
    /// # Errors
    /// When the disk refuses.
    fn read(&self, asked: &AuditQuestion) -> io::Result<NotePage>;
}

/// Where a connection came from; rides with each of its requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

/// The layer; see the module.
#[derive(Clone)]
pub(in crate::serve) struct Audit {
    doorman: Doorman,
    log: Arc<dyn AuditLog>,
}

impl Audit {
    pub(in crate::serve) fn new(doorman: Doorman, log: Arc<dyn AuditLog>) -> Self {
        Self { doorman, log }
    }

    fn begin(&self, request: &Request) -> Note {
        let grant = self.doorman.grant(request.headers()).ok();
        let told = request.extensions();
        let peer = told.get::<Peer>().zip(told.get::<ClientAddress>());
        let call = AdminCall {
            at: self.doorman.clock.now().to_string(),
            key: grant.as_ref().map(|g| g.name.to_string()),
            partner: grant.as_ref().map(|g| g.partner.to_string()),
            method: request.method().to_string(),
            path: shown(request.uri().path()),
            status: None,
            peer: peer.map(|(peer, client)| address::shown(peer.0, *client)),
            request: None,
        };
        Note {
            call: Some(call),
            log: self.log.clone(),
        }
    }
}

/// A call that is under way: noted when it ends, however it does.
struct Note {
    call: Option<AdminCall>,
    log: Arc<dyn AuditLog>,
}

impl Note {
    fn end(mut self, answer: &Response) {
        if let Some(call) = &mut self.call {
            call.status = Some(answer.status().as_u16());
            call.request = name(answer.headers());
        }
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            self.log.note(call);
        }
    }
}

fn name(headers: &HeaderMap) -> Option<String> {
    let name = headers.get(X_REQUEST_ID)?;
    name.to_str().ok().map(str::to_owned)
}

/// What an administrator may, and what makes partners and their keys.
fn is_noted(path: &str) -> bool {
    const KEYS: &str = "/v1/partners/me/keys";
    let admins = path == "/v1/admin" || path.starts_with("/v1/admin/") || path == "/v1/quarantine";
    let joins = path == "/v1/partners" || path == "/v1/partners/confirm";
    let keys = path.strip_prefix(KEYS);
    admins || joins || keys.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// As much of a path as is noted and told.
pub(in crate::serve) fn shown(path: &str) -> String {
    let hide = |part| match part {
        part if plain(part).contains(KEY) => "(hidden)",
        part => part,
    };
    let mut shown = path.split('/').map(hide).collect::<Vec<_>>().join("/");
    // A path is ASCII.
    shown.truncate(LONGEST_PATH);
    shown
}

/// What a part of a path says, however it is written.
fn plain(part: &str) -> String {
    let mut rest = part.bytes();
    let digit = |b: u8| char::from(b).to_digit(16);
    let mut said = String::with_capacity(part.len());
    while let Some(b) = rest.next() {
        let mut two = rest.clone();
        let coded = two.next().and_then(digit).zip(two.next().and_then(digit));
        let code = coded
            .filter(|_| b == b'%')
            .map(|(high, low)| high * 16 + low);
        if code.is_some() {
            rest = two;
        }
        said.push(code.map_or(b, |code| code as u8).into());
    }
    said
}

impl<S> Layer<S> for Audit {
    type Service = Audited<S>;

    fn layer(&self, below: S) -> Audited<S> {
        Audited {
            audit: self.clone(),
            below,
        }
    }
}

/// What lies below, noted.
#[derive(Clone)]
pub(in crate::serve) struct Audited<S> {
    audit: Audit,
    below: S,
}

type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

impl<S> Service<Request> for Audited<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future = Answering>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.below.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if !is_noted(request.uri().path()) {
            return self.below.call(request);
        }
        let note = self.audit.begin(&request);
        let answer = self.below.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            note.end(&answer);
            Ok(answer)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::domain::{Millis, Realm};
    use axum::body::Body;
    use std::future::pending;
    use std::sync::Mutex;
    use std::task::Waker;

    #[test]
    fn what_is_noted_is_known_by_its_path() {
        for path in [
            "/v1/admin/keys",
            "/v1/admin/nowhere",
            "/v1/admin",
            "/v1/quarantine",
            "/v1/partners",
            "/v1/partners/confirm",
            "/v1/partners/me/keys/7/rotate",
        ] {
            assert!(is_noted(path), "{path}");
        }
        for path in [
            "/v1/zones",
            "/metrics",
            "/v1/administer",
            "/v1/quarantines",
            "/v1/partners/me",
            "/v1/partners/me/bays",
        ] {
            assert!(!is_noted(path), "{path}");
        }
    }

    #[derive(Default)]
    struct Noted(Mutex<Vec<AdminCall>>);

    impl AuditLog for Noted {
        fn note(&self, call: AdminCall) {
            self.0.lock().unwrap().push(call);
        }

        fn read(&self, _: &AuditQuestion) -> io::Result<NotePage> {
            Ok((self.0.lock().unwrap().clone(), None))
        }
    }

    #[test]
    fn a_call_whose_caller_hangs_up_is_noted_without_what_came_of_it() {
        let heard = Arc::new(Noted::default());
        let doorman = Doorman {
            keys: Arc::default(),
            clock: Arc::new(ManualClock::at(Millis(0))),
            public_reads: true,
            realm: Realm::City,
        };
        let never = tower::service_fn(|_: Request| -> Answering { Box::pin(pending()) });
        let mut service = Audit::new(doorman, heard.clone()).layer(never);
        let request = Request::builder().uri("/v1/admin/keys").body(Body::empty());
        let mut answer = service.call(request.unwrap());
        let polled = answer
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending() && heard.0.lock().unwrap().is_empty());
        drop(answer);
        let noted = heard.0.lock().unwrap();
        assert_eq!((noted.len(), noted[0].status), (1, None));
    }

    #[test]
    fn a_key_in_a_path_is_hidden_and_a_long_path_cut() {
        assert_eq!(
            shown("/v1/admin/keys/bh_abc/x"),
            "/v1/admin/keys/(hidden)/x"
        );
        for coded in ["bh%5Fabc", "%62%68_abc", "x%bh_abc", "b%68%5fabc%"] {
            assert_eq!(shown(&format!("/v1/{coded}/x")), "/v1/(hidden)/x");
        }
        assert_eq!(shown("/v1/b%20h_/%zz%4"), "/v1/b%20h_/%zz%4");
        assert_eq!(shown(&"/a".repeat(1000)).len(), LONGEST_PATH);
    }
}
