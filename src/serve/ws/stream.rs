//! `/v1/stream/ws`: zones, bays and one's own reservations on one socket, for clients that have no
//! EventSource and few sockets, such as mini-programs.
//!
//! Promises: each subscription is one of the streams that Server-Sent Events have (`serve/sse`): the
//! same payloads, sight, shares and ids, and no queue, since a stream is asked for more only when the
//! socket has taken what there was. A key comes in a header or in a message, never in the address. A
//! socket on which nothing is followed, or nobody answers, is closed.

use super::followed::{FollowedStream, poll_any};
use super::messages::{Channel, SocketAnswer, SocketRequest, SocketWish, events};
use super::upgrade::Upgrade;
use crate::domain::{CallOutcome, Pass, UsageKind};
use crate::limits::{CallClass, Limits, Owner};
use crate::metrics::Metrics;
use crate::partners::Scope;
use crate::serve::http::auth::{Doorman, scoped};
use crate::serve::http::caller::Caller;
use crate::serve::http::counted::HeldStream;
use crate::serve::http::error::ApiError;
use crate::serve::http::language::{self, Language};
use crate::serve::http::listen::ConnectionPlace;
use crate::serve::http::params::Params;
use crate::serve::http::quota::{self, ConnectionShare};
use crate::serve::sight::Eyes;
use crate::serve::sse::{ReservationStreams, Selection};
use crate::serve::told_in::{CRS, ToldIn};
use axum::body::Body;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use futures_util::SinkExt as _;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

/// Where it is.
pub(in crate::serve) const PATH: &str = "/v1/stream/ws";

/// The longest message of a client, bytes: 500 ids of zones fit in.
const LONGEST: usize = 64 * 1024;

/// Subscriptions of one socket.
const MAX_SUBSCRIPTIONS: usize = 16;

/// After so long a silence the hub says that it is there, and asks whether the client is.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Who has not answered for so long is gone.
const GONE_AFTER: Duration = Duration::from_mins(1);

/// How long nothing may be followed.
const IDLE: Duration = Duration::from_secs(30);

/// How long the last word may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// What the route needs.
pub(in crate::serve) struct SocketState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) own: Arc<ReservationStreams>,
    pub(in crate::serve) limits: Arc<Limits>,
    pub(in crate::serve) metrics: Arc<Metrics>,
    /// Turns true when the hub stops.
    pub(in crate::serve) closed: watch::Receiver<bool>,
}

pub(in crate::serve) fn routes(state: Arc<SocketState>) -> Router {
    Router::new().route(PATH, get(stream)).with_state(state)
}

async fn stream(
    State(state): State<Arc<SocketState>>,
    caller: Caller,
    share: Option<Extension<ConnectionShare>>,
    place: Option<Extension<ConnectionPlace>>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, ApiError> {
    // Who mistypes a key should learn that, not get less.
    if headers.contains_key(AUTHORIZATION) {
        state.doorman.grant(&headers)?;
    }
    let talk = SocketTalk {
        language: language::preferred(&headers),
        state,
        caller,
        share: share.map(|share| share.0),
        subscriptions: Vec::new(),
        first: 0,
        spoke: Instant::now(),
        heard: Instant::now(),
        idle: Instant::now(),
    };
    Ok(upgrade.bounded(LONGEST).on_upgrade(async move |socket| {
        talk.run(socket).await;
        drop(place);
    }))
}

/// One socket.
struct SocketTalk {
    state: Arc<SocketState>,
    /// That problems are told in.
    language: Language,
    caller: Caller,
    /// Of its connection.
    share: Option<ConnectionShare>,
    subscriptions: Vec<FollowedStream>,
    /// The one that is asked first, next time.
    first: usize,
    spoke: Instant,
    heard: Instant,
    /// Since when nothing is followed, if nothing is.
    idle: Instant,
}

/// Why a socket ends: what is said in its close frame, or nothing to who is gone.
type SocketEnd = Option<(u16, &'static str)>;

const BY_STOP: SocketEnd = Some((close_code::AWAY, "the hub is stopping"));
const BY_KEY: SocketEnd = Some((close_code::POLICY, "the key is not good, or no more"));
const BY_IDLING: SocketEnd = Some((close_code::POLICY, "nothing is followed"));
const BY_FORM: SocketEnd = Some((close_code::UNSUPPORTED, "messages are JSON, as text"));
const BY_FRAME: SocketEnd = Some((
    close_code::PROTOCOL,
    "no WebSocket frame, or a message of more than 64 KiB",
));

enum Happened {
    Heard(Option<Result<Message, axum::Error>>),
    /// A piece of the stream at that place; `None`: that one has ended.
    Told(usize, Option<String>),
    Due,
}

impl SocketTalk {
    async fn run(mut self, mut socket: WebSocket) {
        let mut closed = self.state.closed.clone();
        // Also while a client does not read. A sender that is gone means the same.
        let end = tokio::select! {
            _ = closed.wait_for(|closed| *closed) => BY_STOP,
            end = self.talk(&mut socket) => end,
        };
        // Before the last word: what is followed is let go.
        self.subscriptions.clear();
        if let Some((code, reason)) = end {
            let reason = Utf8Bytes::from_static(reason);
            let frame = Message::Close(Some(CloseFrame { code, reason }));
            // Whether it is heard or not, that was it.
            let _ = timeout(FAREWELL, socket.send(frame)).await;
        }
    }

    async fn talk(&mut self, socket: &mut WebSocket) -> SocketEnd {
        loop {
            let happened = self.next(socket).await;
            let step = match happened {
                Happened::Heard(said) => self.hear(socket, said).await,
                Happened::Told(at, piece) => self.tell(socket, at, piece).await,
                Happened::Due => self.due(socket).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn next(&mut self, socket: &mut WebSocket) -> Happened {
        let Self {
            subscriptions,
            first,
            spoke,
            ..
        } = self;
        let due = *spoke + HEARTBEAT;
        tokio::select! {
            said = socket.recv() => Happened::Heard(said),
            (at, piece) = poll_fn(|cx| poll_any(subscriptions, first, cx)) => Happened::Told(at, piece),
            () = sleep_until(due) => Happened::Due,
        }
    }

    async fn hear(
        &mut self,
        socket: &mut WebSocket,
        said: Option<Result<Message, axum::Error>>,
    ) -> Result<(), SocketEnd> {
        self.heard = Instant::now();
        let text = match said {
            Some(Ok(Message::Text(text))) => text,
            // Before more is read: who pings and does not read is pushed back by TCP.
            Some(Ok(Message::Ping(_))) => return socket.flush().await.map_err(|_| None),
            Some(Ok(Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Binary(_))) => return Err(BY_FORM),
            Some(Ok(Message::Close(_))) | None => return Err(None),
            Some(Err(_)) => return Err(BY_FRAME),
        };
        let request = match SocketRequest::read(&text) {
            Ok(request) => request,
            Err(e) => return self.refuse(socket, None, &e).await,
        };
        match request {
            SocketRequest::Ping => self.say(socket, SocketAnswer::Pong.write()).await,
            SocketRequest::Key { key } => self.show(socket, &key).await,
            SocketRequest::Unsubscribe { id } => {
                let before = self.subscriptions.len();
                self.subscriptions.retain(|s| s.id != id);
                if self.subscriptions.len() == before {
                    let e = ApiError::NotFound("nothing is followed by that id".to_owned());
                    return self.refuse(socket, Some(&id), &e).await;
                }
                self.idle = Instant::now();
                let answer = SocketAnswer::Unsubscribed { id: &id };
                self.say(socket, answer.write()).await
            }
            SocketRequest::Subscribe(wish) => self.subscribe(socket, wish).await,
        }
    }

    /// Counts as a call of its key, as the stream it asks for does.
    async fn subscribe(
        &mut self,
        socket: &mut WebSocket,
        wish: SocketWish,
    ) -> Result<(), SocketEnd> {
        let followed = self.follow(&wish).await;
        let status = followed
            .as_ref()
            .map_or_else(ApiError::status, |_| StatusCode::OK);
        let outcome = CallOutcome::of(status.as_u16());
        self.count(UsageKind::Calls(CallClass::Read, outcome), 1);
        let stream = match followed {
            Ok(stream) => stream,
            Err(e) => return self.refuse(socket, Some(&wish.id), &e).await,
        };
        let answer = SocketAnswer::Subscribed { id: &wish.id }.write();
        let account = self.caller.grant.as_ref().map(|grant| &grant.account);
        let held = account.map(|account| HeldStream::begin(account.clone()));
        let id = wish.id;
        self.subscriptions.push(FollowedStream { id, stream, held });
        self.say(socket, answer).await
    }

    fn count(&self, kind: UsageKind, n: u64) {
        if let Some(grant) = &self.caller.grant {
            grant.account.count(kind, n);
        }
    }

    /// A key that is shown. One that is not good ends the socket: nobody tries keys on one.
    async fn show(&mut self, socket: &mut WebSocket, key: &str) -> Result<(), SocketEnd> {
        if self.caller.grant.is_some() || !self.subscriptions.is_empty() {
            let e = "a key is shown once, before the first subscription";
            let e = ApiError::Conflict(e.to_owned());
            return self.refuse(socket, None, &e).await;
        }
        let doorman = &self.state.doorman;
        let Some(grant) = doorman.keys.grant(key, doorman.clock.now()) else {
            let e = ApiError::Unauthorized(doorman.no_good(key));
            self.refuse(socket, None, &e).await?;
            return Err(BY_KEY);
        };
        let owner = Owner::Key(grant.account.number());
        if let Some(Err(taken)) = self.share.as_ref().map(|share| share.pass_to(owner)) {
            return self.refuse(socket, None, &taken.into()).await;
        }
        let grant = Some(grant);
        self.caller = Caller { owner, grant };
        self.say(socket, SocketAnswer::KeyTaken.write()).await
    }

    async fn follow(&mut self, wish: &SocketWish) -> Result<Body, ApiError> {
        let query = wish.query()?;
        if self.subscriptions.iter().any(|s| s.id == wish.id) {
            return Err(ApiError::Conflict(
                "something is followed by that id already".to_owned(),
            ));
        }
        if self.subscriptions.len() >= MAX_SUBSCRIPTIONS {
            return Err(ApiError::Conflict(format!(
                "a socket follows at most {MAX_SUBSCRIPTIONS} things"
            )));
        }
        let state = &self.state;
        quota::take(&state.limits, &state.metrics, &self.caller, CallClass::Read)?;
        if !self.key_is_good() {
            return Err(ApiError::Unauthorized("this key is good no more"));
        }
        let grant = self.caller.grant.as_ref();
        let needed = || {
            grant.ok_or(ApiError::Unauthorized(
                "this needs a key: send {\"type\":\"key\",\"key\":\"bh_...\"} first",
            ))
        };
        let last = wish.last_event_id.as_deref();
        match wish.channel {
            Channel::Zones => {
                if !state.doorman.public_reads {
                    needed()?;
                }
                let known = ["zones", "bbox", "bays", "forecast", CRS];
                let p = Params::read(Some(&query), &known)?;
                let streams = &state.own.streams;
                let what = Selection::read(&streams.reads, &p, &Eyes::of(&self.caller))?;
                Arc::clone(streams).follow(what, &self.caller, last)
            }
            Channel::Reservations => {
                let grant = needed()?;
                scoped(grant, Scope::Book)?;
                let p = Params::read(Some(&query), &[CRS])?;
                let told_in = ToldIn::asked(&p, state.own.sharing_state.public_crs)?;
                state.own.follow(grant, last, told_in).await
            }
        }
    }

    async fn tell(
        &mut self,
        socket: &mut WebSocket,
        at: usize,
        piece: Option<String>,
    ) -> Result<(), SocketEnd> {
        if let Some(piece) = piece {
            if let Some(held) = &mut self.subscriptions[at].held {
                held.go_on();
            }
            for message in events(&self.subscriptions[at].id, &piece) {
                self.say(socket, message).await?;
            }
            return Ok(());
        }
        let ended = self.subscriptions.swap_remove(at);
        self.idle = Instant::now();
        if *self.state.closed.borrow() {
            return Err(BY_STOP);
        }
        if !self.key_is_good() {
            return Err(BY_KEY);
        }
        let answer = SocketAnswer::Ended { id: &ended.id };
        self.say(socket, answer.write()).await
    }

    async fn due(&mut self, socket: &mut WebSocket) -> Result<(), SocketEnd> {
        let now = Instant::now();
        if now >= self.heard + GONE_AFTER {
            return Err(None);
        }
        if !self.key_is_good() {
            return Err(BY_KEY);
        }
        if self.subscriptions.is_empty() && now >= self.idle + IDLE {
            return Err(BY_IDLING);
        }
        let held = self
            .subscriptions
            .iter_mut()
            .filter_map(|s| s.held.as_mut());
        held.for_each(HeldStream::go_on);
        let asked = socket.send(Message::Ping(axum::body::Bytes::new())).await;
        asked.map_err(|_| None)?;
        self.say(socket, SocketAnswer::Heartbeat.write()).await
    }

    fn key_is_good(&self) -> bool {
        let pass: Option<&Pass> = self.caller.grant.as_ref().map(|grant| &grant.pass);
        pass.is_none_or(|pass| pass.is_good(self.state.doorman.clock.now()))
    }

    async fn refuse(
        &mut self,
        socket: &mut WebSocket,
        id: Option<&str>,
        e: &ApiError,
    ) -> Result<(), SocketEnd> {
        let problem = language::members(e, self.language);
        let answer = SocketAnswer::Problem { id, problem };
        self.say(socket, answer.write()).await
    }

    async fn say(&mut self, socket: &mut WebSocket, text: String) -> Result<(), SocketEnd> {
        let bytes = text.len() as u64;
        let sent = socket.send(Message::Text(text.into())).await;
        self.spoke = Instant::now();
        self.count(UsageKind::Bytes(CallClass::Read), bytes);
        sent.map_err(|_| None)
    }
}
