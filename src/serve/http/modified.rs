//! Since when an answer is as it is, for clients that ask by time (`If-Modified-Since`), as well as
//! for those that ask by tag.
//!
//! Promises: nobody is told "not modified" whose answer was another one. What is remembered of an
//! answer is a hash and a second, and there is room for [`SLOTS`] answers: one that falls out is said
//! to be new, which costs who asks one transfer. An answer that was another in the same second has
//! no time of its own until the next, since HTTP counts in seconds. Dear: a lock for a look.

use super::extract::IfNoneMatch;
use crate::domain::Millis;
use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_MODIFIED_SINCE, LAST_MODIFIED};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Answers that are remembered.
const SLOTS: usize = 256;

/// What a client holds of an answer.
pub(in crate::serve) struct HeldAnswer {
    tags: IfNoneMatch,
    /// Seconds since 1970.
    since_s: Option<u64>,
}

impl<S: Sync> FromRequestParts<S> for HeldAnswer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let since = parts.headers.get(IF_MODIFIED_SINCE);
        let since = since.and_then(|v| v.to_str().ok());
        let since = since.and_then(|text| httpdate::parse_http_date(text).ok());
        let since = since.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        Ok(Self {
            tags: IfNoneMatch::from_request_parts(parts, state).await?,
            since_s: since.map(|d| d.as_secs()),
        })
    }
}

/// What a hash of an answer says of it.
pub(in crate::serve) struct AnswerVersion {
    pub(in crate::serve) etag: HeaderValue,
    since_s: u64,
    /// No other was told in that second.
    alone: bool,
}

impl AnswerVersion {
    /// Whether it is what the client holds. A tag goes before a time, as RFC 9110 wants.
    pub(in crate::serve) fn is_held(&self, held: &HeldAnswer) -> bool {
        if held.tags.is_given() {
            return held.tags.is(&self.etag);
        }
        self.alone && held.since_s.is_some_and(|since| self.since_s <= since)
    }

    /// Since when it is so, to the second.
    pub(in crate::serve) fn since(&self) -> Millis {
        Millis(self.since_s * 1000)
    }

    /// The headers that say so, and for how long it may be kept.
    pub(in crate::serve) fn headers(&self, keep: &'static str) -> [(HeaderName, HeaderValue); 3] {
        let since = SystemTime::UNIX_EPOCH + Duration::from_secs(self.since_s);
        let since = HeaderValue::try_from(httpdate::fmt_http_date(since));
        [
            (ETAG, self.etag.clone()),
            (LAST_MODIFIED, since.unwrap_or(HeaderValue::from_static(""))),
            (CACHE_CONTROL, HeaderValue::from_static(keep)),
        ]
    }
}

#[derive(Clone, Copy, Default)]
struct ModifiedSlot {
    /// Hash of the question; 0: nothing.
    of: u64,
    /// Hash of the answer.
    tag: u64,
    since_s: u64,
    alone: bool,
}

/// See the module.
pub(in crate::serve) struct ModifiedBook(Mutex<[ModifiedSlot; SLOTS]>);

impl Default for ModifiedBook {
    fn default() -> Self {
        Self(Mutex::new([ModifiedSlot::default(); SLOTS]))
    }
}

impl ModifiedBook {
    /// The answer to `question` has this hash now: since when?
    pub(in crate::serve) fn version(&self, question: &str, tag: u64, now: Millis) -> AnswerVersion {
        let of = ahash::RandomState::with_seeds(1, 2, 3, 4).hash_one(question) | 1;
        let now_s = now.0 / 1000;
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = &mut slots[(of >> 8) as usize % SLOTS];
        let is_known = slot.of == of && slot.tag == tag && slot.since_s <= now_s;
        if !is_known {
            // Of a slot that was another question's nobody knows what was told a moment ago.
            let alone = slot.of == 0 || slot.of == of && slot.since_s < now_s;
            *slot = ModifiedSlot {
                of,
                tag,
                since_s: now_s,
                alone,
            };
        } else if !slot.alone && slot.since_s < now_s {
            (slot.since_s, slot.alone) = (now_s, true);
        }
        AnswerVersion {
            etag: HeaderValue::try_from(format!("W/\"{tag:016x}\""))
                .unwrap_or(HeaderValue::from_static("W/\"\"")),
            since_s: slot.since_s,
            alone: slot.alone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: u64 = 1_795_399_200;

    fn at(second: u64) -> Millis {
        Millis((T + second) * 1000 + 700)
    }

    async fn held(name: &str, value: &str) -> HeldAnswer {
        let request = axum::http::Request::builder().header(name, value);
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let Ok(held) = HeldAnswer::from_request_parts(&mut parts, &()).await;
        held
    }

    async fn since(second: u64) -> HeldAnswer {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(T + second);
        held("if-modified-since", &httpdate::fmt_http_date(at)).await
    }

    #[tokio::test]
    async fn an_answer_is_as_old_as_its_content() {
        let book = ModifiedBook::default();
        let first = book.version("/a", 1, at(0));
        assert!(first.is_held(&since(0).await) && !first.is_held(&held("x", "y").await));
        let later = book.version("/a", 1, at(50));
        assert_eq!(
            later.headers("max-age=60")[1].1,
            "Mon, 23 Nov 2026 02:00:00 GMT"
        );
        let other = book.version("/a", 2, at(60));
        assert!(!other.is_held(&since(59).await) && other.is_held(&since(60).await));
        assert!(other.is_held(&since(99).await), "the client's own clock");
        assert!(!other.is_held(&held("if-modified-since", "yesterday").await));
    }

    #[tokio::test]
    async fn of_two_answers_in_one_second_neither_is_not_modified() {
        let book = ModifiedBook::default();
        book.version("/a", 1, at(0));
        let second = book.version("/a", 2, at(0));
        assert!(!second.is_held(&since(0).await), "it may be the first");
        let later = book.version("/a", 2, at(5));
        assert!(!later.is_held(&since(0).await) && later.is_held(&since(5).await));
    }

    #[tokio::test]
    async fn a_tag_goes_before_a_time_and_a_clock_that_goes_back_forgets() {
        let book = ModifiedBook::default();
        let version = book.version("/a", 7, at(10));
        assert!(version.is_held(&held("if-none-match", "\"x\", W/\"0000000000000007\"").await));
        assert!(!version.is_held(&held("if-none-match", "\"x\"").await));
        let back = book.version("/a", 7, at(3));
        assert!(!back.is_held(&since(2).await));
    }

    #[test]
    fn what_falls_out_is_new() {
        let book = ModifiedBook::default();
        book.version("/a", 1, at(0));
        for n in 0..10_000 {
            book.version(&format!("/{n}"), 1, at(1));
        }
        assert_eq!(book.version("/a", 1, at(9)).since_s, T + 9);
    }
}
