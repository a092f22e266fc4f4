//! One polite HTTP client for feeds.
//!
//! Promises: a fetch ends within 30 s and holds at most 64 MiB, counted after unpacking; each hop's
//! address is judged before it is connected to; a key in a header goes to the feed's own host and no
//! other, and none is told in an error; `https` is never left for `http`. Whatever a server answers
//! is an answer or a [`Failure`] with its reason. The only door to `reqwest` besides the history's
//! store. Dear: nothing while it waits; a connection is kept for the next time.

mod address;
mod failure;
mod of_feed;
mod unpack;

pub use failure::{Failure, Fault};

use crate::domain::Millis;
use address::{AddressJudge, Forbidden};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use tokio_rustls::rustls::{self, ClientConfig};
use unpack::Body;

/// The longest body, bytes after unpacking.
pub const MAX_BODY: usize = 64 * 1024 * 1024;

/// From the first byte sent to the last one read, redirects included.
const WITHIN: Duration = Duration::from_secs(30);

const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// A minute's feed keeps its connection from poll to poll.
const IDLE: Duration = Duration::from_secs(90);

const MAX_REDIRECTS: usize = 5;

/// As long as is waited at a server's wish at most, s: a day.
const MAX_WAIT_S: u64 = 24 * 3600;

/// What a server said of an answer, to be repeated with the next question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    etag: Option<HeaderValue>,
    last_modified: Option<HeaderValue>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// 304: it is as it was.
    Unchanged {
        max_age: Option<Duration>,
    },
    Body(FetchedBody),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedBody {
    pub body: Vec<u8>,
    pub content_type: Option<String>,
    pub validators: Validators,
    /// How long the server says that it stands.
    pub max_age: Option<Duration>,
    pub last_modified: Option<Millis>,
}

/// How a feed is asked.
#[derive(Clone, Default)]
pub struct Asking {
    /// Sent to the feed's own host.
    pub headers: HeaderMap,
    /// Whether addresses of private networks may be connected to.
    pub allow_private: bool,
    /// Whom a server's operator may turn to.
    pub contact: Option<String>,
}

impl Asking {
    /// Adds a header, its value never to be shown.
    ///
    /// # Errors
    /// What is no header.
    pub fn header(&mut self, name: &str, value: &str) -> Result<(), String> {
        let fault = || format!("headers: {name:?} is no header with a text that can be sent");
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| fault())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| fault())?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }
}

/// Asks one feed.
pub struct Fetcher {
    client: Client,
    own: HeaderMap,
    judge: AddressJudge,
}

impl Fetcher {
    /// # Errors
    /// What of it cannot be used.
    pub fn new(asking: Asking, tls: &Arc<ClientConfig>) -> Result<Self, String> {
        let judge = AddressJudge {
            allow_private: asking.allow_private,
        };
        let client = Client::builder()
            .no_proxy() // it would be the one that is connected to
            .redirect(Policy::none())
            .dns_resolver(Arc::new(judge))
            .tls_backend_preconfigured(ClientConfig::clone(tls))
            .connect_timeout(CONNECT_WITHIN)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(1)
            .user_agent(user_agent(asking.contact.as_deref()))
            .referer(false)
            .build()
            .map_err(|e| format!("{e:#}"))?;
        Ok(Self {
            client,
            own: asking.headers,
            judge,
        })
    }

    /// Asks for `url`. `known`: of the answer that is known already. Times of HTTP are held against
    /// `now`.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn fetch(
        &self,
        url: &str,
        known: Option<&Validators>,
        now: Millis,
    ) -> Result<Fetched, Failure> {
        tokio::time::timeout(WITHIN, self.ask(url, known, now))
            .await
            .unwrap_or_else(|_| {
                let why = format!("no whole answer within {} s", WITHIN.as_secs());
                Err(Failure::new(Fault::Timeout, why))
            })
    }

    async fn ask(
        &self,
        url: &str,
        known: Option<&Validators>,
        now: Millis,
    ) -> Result<Fetched, Failure> {
        let first = address_of(url).map_err(|e| Failure::new(Fault::Unreachable, e))?;
        let mut url = first.clone();
        for _ in 0..=MAX_REDIRECTS {
            self.judge(&url)?;
            let mut headers = HeaderMap::new();
            if url.origin() == first.origin() {
                headers.clone_from(&self.own);
                known.inspect(|known| known.put_into(&mut headers));
            }
            headers.insert(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static("gzip, br"),
            );
            let request = self.client.get(url.clone()).headers(headers);
            let answer = request
                .send()
                .await
                .map_err(|e| unanswered(e, Fault::Unreachable))?;
            if !answer.status().is_redirection() || answer.status() == StatusCode::NOT_MODIFIED {
                return read(answer, now, known.is_some()).await;
            }
            let to = answer.headers().get(header::LOCATION);
            url = next_hop(&url, to.and_then(|to| to.to_str().ok()))?;
        }
        let why = format!("more than {MAX_REDIRECTS} redirects");
        Err(Failure::new(Fault::Redirect, why))
    }

    /// An address that stands in the URL itself is not looked up; names are judged where they are.
    fn judge(&self, url: &Url) -> Result<(), Failure> {
        let host = url.host_str().unwrap_or_default();
        let ip = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        match ip {
            Ok(ip) if !self.judge.admits(ip) => {
                let why = Forbidden(host.to_owned()).to_string();
                Err(Failure::new(Fault::ForbiddenAddress, why))
            }
            _ => Ok(()),
        }
    }
}

impl Validators {
    fn of(headers: &HeaderMap) -> Self {
        Self {
            etag: headers.get(header::ETAG).cloned(),
            last_modified: headers.get(header::LAST_MODIFIED).cloned(),
        }
    }

    fn put_into(&self, headers: &mut HeaderMap) {
        if let Some(etag) = &self.etag {
            headers.insert(header::IF_NONE_MATCH, etag.clone());
        }
        if let Some(at) = &self.last_modified {
            headers.insert(header::IF_MODIFIED_SINCE, at.clone());
        }
    }
}

/// The address of a feed.
///
/// # Errors
/// What is no address of HTTP.
pub fn address_of(url: &str) -> Result<Url, String> {
    let read = Url::parse(url).map_err(|e| format!("is no address: {e}"))?;
    if !matches!(read.scheme(), "http" | "https") || !read.has_host() {
        return Err("is no address that begins with http:// or https:// and a host".into());
    }
    Ok(read)
}

fn user_agent(contact: Option<&str>) -> String {
    let own = concat!("bayhub/", env!("CARGO_PKG_VERSION"));
    contact.map_or_else(|| own.to_owned(), |contact| format!("{own} (+{contact})"))
}

/// Where a redirect leads.
fn next_hop(from: &Url, to: Option<&str>) -> Result<Url, Failure> {
    let no = |why: &str| Failure::new(Fault::Redirect, format!("a redirect {why}"));
    let to = from.join(to.ok_or_else(|| no("to nowhere"))?);
    let to = to.map_err(|_| no("to what is no address"))?;
    match (from.scheme(), to.scheme()) {
        (_, "https") | ("http", "http") => Ok(to),
        ("https", "http") => Err(no("from https to http")),
        _ => Err(no("to what is not of HTTP")),
    }
}

/// A final answer: its body, or what its status says.
async fn read(mut answer: Response, now: Millis, is_known: bool) -> Result<Fetched, Failure> {
    let headers = answer.headers();
    let max_age = headers
        .get(header::CACHE_CONTROL)
        .and_then(|v| max_age(v.to_str().ok()?));
    let text = |name| {
        headers
            .get(name)
            .and_then(|v: &HeaderValue| v.to_str().ok())
    };
    match answer.status() {
        StatusCode::NOT_MODIFIED if is_known => return Ok(Fetched::Unchanged { max_age }),
        StatusCode::OK => {}
        other => {
            let retry_after = text(header::RETRY_AFTER).and_then(|v| retry_after(v, now));
            return Err(refused(other, retry_after));
        }
    }
    let content_type = text(header::CONTENT_TYPE).map(str::to_owned);
    let last_modified = text(header::LAST_MODIFIED).and_then(http_date);
    let validators = Validators::of(headers);
    let mut body = Body::new(text(header::CONTENT_ENCODING), MAX_BODY)?;
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|e| unanswered(e, Fault::Cut))?
    {
        body.add(&chunk)?;
    }
    Ok(Fetched::Body(FetchedBody {
        body: body.end()?,
        content_type,
        validators,
        max_age,
        last_modified,
    }))
}

fn refused(status: StatusCode, retry_after: Option<Duration>) -> Failure {
    let fault = match status.as_u16() {
        429 | 503 => Fault::Busy,
        401 | 403 => Fault::Denied,
        404 | 410 => Fault::Gone,
        _ => Fault::Status,
    };
    Failure {
        retry_after,
        ..Failure::new(fault, format!("it answered {status}"))
    }
}

/// Seconds, or a time.
fn retry_after(text: &str, now: Millis) -> Option<Duration> {
    let s = match text.trim().parse::<u64>() {
        Ok(s) => s,
        Err(_) => http_date(text)?.since(now).div_ceil(1000),
    };
    Some(Duration::from_secs(s.min(MAX_WAIT_S)))
}

fn http_date(text: &str) -> Option<Millis> {
    let at = httpdate::parse_http_date(text).ok()?;
    let since = at.duration_since(UNIX_EPOCH).ok()?;
    Some(Millis(since.as_millis() as u64))
}

fn max_age(cache_control: &str) -> Option<Duration> {
    let of = |part: &str| {
        part.trim()
            .strip_prefix("max-age=")?
            .trim_matches('"')
            .parse()
            .ok()
    };
    cache_control
        .split(',')
        .find_map(of)
        .map(Duration::from_secs)
}

/// Why there is no answer, or no more of it; `else_is` where nothing more is known.
fn unanswered(e: reqwest::Error, else_is: Fault) -> Failure {
    let e = e.without_url();
    let mut fault = if e.is_timeout() {
        Fault::Timeout
    } else {
        else_is
    };
    let mut why = e.to_string();
    let mut next = e.source();
    while let Some(source) = next {
        if let Some(forbidden) = source.downcast_ref::<Forbidden>() {
            return Failure::new(Fault::ForbiddenAddress, forbidden.to_string());
        }
        if is_of_tls(source) {
            fault = Fault::Tls;
        }
        let text = source.to_string();
        if !why.contains(&text) {
            why = format!("{why}: {text}");
        }
        next = source.source();
    }
    Failure::new(fault, why)
}

/// Whether it is of TLS, or an error of input or output that is.
fn is_of_tls(e: &(dyn Error + 'static)) -> bool {
    let within = e
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    e.is::<rustls::Error>() || within.is_some_and(|within| is_of_tls(within))
}

#[cfg(test)]
mod tests;
