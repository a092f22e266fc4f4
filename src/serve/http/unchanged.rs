//! Answers of live data that say since when they are as they are: `ETag` and `Last-Modified`, and 304
//! for who holds what would be sent.
//!
//! What is live has no time of its own: a word lapses, a booking begins, and no observation tells of
//! it. So the hub remembers which content it last sent to each question, and since which second.
//! Promises: 304 is never said of content that is another than what was sent with that
//! `Last-Modified`: a second in which two contents were sent is never believed. Bounded: what is
//! remembered of questions is forgotten all at once when there are too many, and whoever asks next
//! gets the whole answer. Dear: nothing; a hash of the body.

use super::document::{Validators, http_date};
use super::extract::tag_of;
use crate::domain::Millis;
use ahash::{AHashMap, RandomState};
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ETAG, LAST_MODIFIED};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use std::sync::{Mutex, PoisonError};

/// Questions that are remembered, 48 bytes each.
const REMEMBERED: usize = 4096;

/// What was last sent to a question; seconds since 1970.
#[derive(Clone, Copy)]
struct LastSent {
    tag: u64,
    since: u64,
    /// When it was last sent.
    sent: u64,
    /// When something else was last sent, as far as is known.
    before: u64,
}

/// See the module.
pub(in crate::serve) struct Unchanged {
    questions: Mutex<AHashMap<u64, LastSent>>,
    hashed: RandomState,
}

impl Default for Unchanged {
    fn default() -> Self {
        Self {
            questions: Mutex::default(),
            hashed: RandomState::with_seeds(5, 6, 7, 8),
        }
    }
}

impl Unchanged {
    /// Since which second the content of a question is what is about to be sent, and whether that
    /// may be believed.
    fn since(&self, question: &str, body: &[u8], now: Millis) -> (u64, bool) {
        let now = now.0 / 1000;
        let tag = self.hashed.hash_one(body);
        let mut questions = self
            .questions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if questions.len() >= REMEMBERED {
            questions.clear();
        }
        let fresh = LastSent {
            tag,
            since: now,
            sent: now,
            // A hub before this one may have sent anything until now.
            before: now,
        };
        let last = questions
            .entry(self.hashed.hash_one(question))
            .or_insert(fresh);
        if last.tag != tag {
            *last = LastSent {
                before: last.sent,
                ..fresh
            };
        } else if last.since <= last.before {
            last.since = now;
        }
        last.sent = now;
        (last.since, last.since > last.before)
    }

    /// The answer to a question (its path and query), or that the client holds it.
    pub(in crate::serve) fn answer(
        &self,
        question: &str,
        body: Vec<u8>,
        media_type: &'static str,
        (held, now): (&Validators, Millis),
    ) -> Response {
        let (since, is_sure) = self.since(question, &body, now);
        let tag = tag_of(&body);
        let is_held = match held.names(&tag) {
            Some(named) => named,
            None => is_sure && held.since_s().is_some_and(|held| held >= since),
        };
        let headers = [(ETAG, tag), (LAST_MODIFIED, http_date(since))];
        if is_held {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let kind = [(CONTENT_TYPE, HeaderValue::from_static(media_type))];
        (headers, kind, Body::from(body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_in_which_two_contents_were_sent_is_not_believed() {
        let book = Unchanged::default();
        let at = |ms: u64| Millis(1_795_399_200_000 + ms);
        let s = |n: u64| 1_795_399_200 + n;
        // What another hub sent before in this second is not known.
        assert_eq!(book.since("/a", b"1", at(100)), (s(0), false));
        assert_eq!(book.since("/a", b"1", at(1_500)), (s(1), true));
        assert_eq!(book.since("/a", b"1", at(9_000)), (s(1), true));
        assert_eq!(book.since("/a", b"2", at(9_100)), (s(9), false));
        assert_eq!(book.since("/a", b"2", at(9_900)), (s(9), false));
        assert_eq!(book.since("/a", b"2", at(12_000)), (s(12), true));
        assert_eq!(book.since("/a", b"3", at(20_000)), (s(20), true));
        // Back to what it was: that is another time.
        assert_eq!(book.since("/a", b"2", at(21_000)), (s(21), true));
        assert_eq!(book.since("/b", b"2", at(21_000)).0, s(21));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let book = Unchanged::default();
        for n in 0..3 * REMEMBERED {
            book.since(&format!("/{n}"), b"", Millis(5_000));
        }
        assert!(book.questions.lock().unwrap().len() <= REMEMBERED);
    }
}
