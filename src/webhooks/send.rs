//! One message to one endpoint.
//!
//! Promises: an attempt ends within 15 s; of the answer its status counts and 4 KiB of it are read; no
//! redirect is followed, since it would lead where nobody has judged. The address that was judged is the
//! one that is connected to: names are resolved here, and an address that stands in the URL is judged
//! before each attempt. The environment's proxies are not asked: a proxy would be what is connected to.

mod judge;
mod target;

pub(super) use target::read as read_target;

use super::secret::SigningSecret;
use crate::domain::Millis;
use judge::{AddressJudge, Forbidden};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};
use tokio_rustls::rustls::{self, ClientConfig};

/// From the first byte sent to the last one read.
pub const WITHIN: Duration = Duration::from_secs(15);

/// A name that does not resolve, or a host that says nothing, is not waited for any longer.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// As much of an answer is read, so that its connection may be used again.
const MOST_READ: usize = 4 * 1024;

/// A connection is kept so long for the next message.
const IDLE: Duration = Duration::from_mins(1);

/// Sends messages.
pub struct Poster {
    client: Client,
    judge: AddressJudge,
    within: Duration,
}

/// A message, ready to be signed.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) url: String,
    pub(super) id: String,
    pub(super) body: String,
    /// Each signs it.
    pub(super) secrets: Vec<SigningSecret>,
}

/// A state for who is told by other rules than those of webhooks: not signed.
#[derive(Clone)]
pub(super) struct StateNote {
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PostReply {
    /// The answer's status, if there was one.
    pub(super) status: Option<u16>,
    /// Why it is not done; `None`: it is.
    pub(super) why: Option<String>,
    /// How long the endpoint wishes to be left alone, ms.
    pub(super) retry_after_ms: Option<u64>,
    pub(super) took: Duration,
}

impl PostReply {
    /// What is counted of it, by one of a few words.
    pub(super) fn outcome(&self) -> &'static str {
        match (self.status, self.why.as_deref()) {
            (_, None) => "delivered",
            (Some(410), _) => "gone",
            (Some(_), _) => "refused",
            (None, Some(why)) if why.starts_with("no answer") => "timeout",
            (None, Some(why)) if why.starts_with("address") => "forbidden",
            (None, _) => "unreachable",
        }
    }
}

impl Poster {
    /// `tls`: whom to trust; `None`: nobody. `loopback`: whether endpoints on this machine may be told.
    ///
    /// # Errors
    /// What of the settings of TLS cannot be used.
    pub fn new(tls: Option<Arc<ClientConfig>>, loopback: bool) -> Result<Self, String> {
        let judge = AddressJudge {
            loopback,
            anywhere: false,
        };
        Self::judging(tls, judge)
    }

    /// One that reaches whatever the operator names.
    ///
    /// # Errors
    /// As [`Poster::new`].
    pub fn for_operator(tls: Option<Arc<ClientConfig>>) -> Result<Self, String> {
        let judge = AddressJudge {
            loopback: true,
            anywhere: true,
        };
        Self::judging(tls, judge)
    }

    fn judging(tls: Option<Arc<ClientConfig>>, judge: AddressJudge) -> Result<Self, String> {
        let tls = tls.map_or_else(trusting_nobody, Ok)?;
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .dns_resolver(Arc::new(judge))
            .tls_backend_preconfigured(ClientConfig::clone(&tls))
            .connect_timeout(CONNECT_WITHIN)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(2)
            .user_agent(concat!("bayhub/", env!("CARGO_PKG_VERSION"), " (webhooks)"))
            .referer(false)
            .build()
            .map_err(|e| format!("{e:#}"))?;
        Ok(Self {
            client,
            judge,
            within: WITHIN,
        })
    }

    /// Whether endpoints on this machine may be told.
    #[must_use]
    pub(super) fn reaches_loopback(&self) -> bool {
        self.judge.loopback
    }

    /// Makes one attempt, at `now`.
    pub(super) async fn post(&self, letter: Letter, now: Millis) -> PostReply {
        let at_s = now.0 / 1000;
        let sign = |secret: &SigningSecret| secret.sign(&letter.id, at_s, &letter.body);
        let signed: Vec<String> = letter.secrets.iter().map(sign).collect();
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("webhook-id", letter.id),
            ("webhook-timestamp", at_s.to_string()),
            ("webhook-signature", signed.join(" ")),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value));
        let note = StateNote {
            url: letter.url,
            headers: headers.into(),
            body: letter.body.into_bytes(),
        };
        self.note(note, now).await
    }

    /// The same of what is not signed.
    pub(super) async fn note(&self, note: StateNote, now: Millis) -> PostReply {
        let begun = Instant::now();
        let done = tokio::time::timeout(self.within, self.attempt(note, now)).await;
        let mut reply = done
            .unwrap_or_else(|_| missed(format!("no answer within {} s", self.within.as_secs())));
        reply.took = begun.elapsed();
        reply
    }

    async fn attempt(&self, note: StateNote, now: Millis) -> PostReply {
        // A URL that was good when it was given may not be by the rules of today.
        let read = if self.judge.anywhere {
            Url::parse(&note.url).map_err(|e| e.to_string())
        } else {
            target::read(&note.url, self.judge.loopback)
        };
        let url = match read {
            Ok(url) => url,
            Err(why) => return missed(format!("address: {why}")),
        };
        let mut request = self.client.post(url).body(note.body);
        for (name, value) in note.headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(answer) => answered(answer, now).await,
            Err(e) => missed(unanswered(&e)),
        }
    }
}

fn trusting_nobody() -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| format!("TLS: {e}"))?;
    let trusting = versions.with_root_certificates(rustls::RootCertStore::empty());
    Ok(Arc::new(trusting.with_no_client_auth()))
}

fn missed(why: String) -> PostReply {
    PostReply {
        status: None,
        why: Some(why),
        retry_after_ms: None,
        took: Duration::ZERO,
    }
}

async fn answered(mut answer: Response, now: Millis) -> PostReply {
    let status = answer.status();
    let retry_after_ms = retry_after(answer.headers(), now);
    let mut read = 0;
    while read < MOST_READ {
        match answer.chunk().await {
            Ok(Some(some)) => read += some.len(),
            // It has said what it makes of the message; how it ends is its own affair.
            Ok(None) | Err(_) => break,
        }
    }
    let why = (!status.is_success()).then(|| format!("it answered {}", status.as_u16()));
    PostReply {
        status: Some(status.as_u16()),
        why,
        retry_after_ms,
        took: Duration::ZERO,
    }
}

/// Seconds, or a time.
fn retry_after(headers: &HeaderMap, now: Millis) -> Option<u64> {
    let text = |value: &HeaderValue| value.to_str().ok().map(|text| text.trim().to_owned());
    let text = headers.get(RETRY_AFTER).and_then(text)?;
    if let Ok(s) = text.parse::<u64>() {
        return Some(s.saturating_mul(1000));
    }
    let at = httpdate::parse_http_date(&text).ok()?;
    let at = at.duration_since(UNIX_EPOCH).ok()?.as_millis() as u64;
    Some(Millis(at).since(now))
}

/// Why there is no answer, in a few words: a partner reads it, and learns nothing of our network.
fn unanswered(e: &reqwest::Error) -> String {
    if e.is_timeout() {
        return format!("no answer within {} s", CONNECT_WITHIN.as_secs());
    }
    let mut next = e.source();
    while let Some(source) = next {
        if let Some(forbidden) = source.downcast_ref::<Forbidden>() {
            return format!("address: {forbidden}");
        }
        if is_of_tls(source) {
            return "TLS: its certificate or its handshake is not good".to_owned();
        }
        next = source.source();
    }
    let what = if e.is_connect() {
        "it cannot be connected to"
    } else {
        "the connection ended without an answer"
    };
    what.to_owned()
}

/// Whether it is of TLS, or an error of input or output that is.
fn is_of_tls(e: &(dyn Error + 'static)) -> bool {
    let io = e.downcast_ref::<std::io::Error>();
    let within = io.and_then(std::io::Error::get_ref);
    e.is::<rustls::Error>() || within.is_some_and(|within| is_of_tls(within))
}

#[cfg(test)]
pub(super) mod tests;
