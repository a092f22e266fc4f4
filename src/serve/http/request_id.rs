//! A name for every request, told in `x-request-id` and in the log, so that a caller's complaint
//! and the operator's log can be laid side by side.
//!
//! Taken over from the caller (or the proxy in front) if it is a plain word, so that one name can
//! run through several systems; otherwise made here. Dear: nothing but a short text a request.

use crate::domain::Millis;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::sync::atomic::{AtomicU64, Ordering};

/// The header, in requests and answers.
pub(in crate::serve) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest that is taken over, bytes.
const LONGEST: usize = 64;

/// Where names come from.
pub(super) struct RequestIds {
    /// When the hub began to answer: tells its names from those of other starts.
    began: Millis,
    next: AtomicU64,
}

impl RequestIds {
    pub(super) const fn new(began: Millis) -> Self {
        Self {
            began,
            next: AtomicU64::new(0),
        }
    }

    /// The request's own name if it has one that is 1 to 64 of `[A-Za-z0-9._-]` and no key, else a new one.
    pub(super) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        let mut given = headers.get_all(X_REQUEST_ID).iter();
        match (given.next(), given.next()) {
            (Some(one), None) if is_plain(one.as_bytes()) => one.clone(),
            _ => self.fresh(),
        }
    }

    fn fresh(&self) -> HeaderValue {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let text = format!("{:x}-{n:x}", self.began.0);
        // Digits and a dash are a header's value.
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("none"))
    }
}

fn is_plain(name: &[u8]) -> bool {
    // What begins like a key may be one, and names stand in the log.
    (1..=LONGEST).contains(&name.len())
        && !name.starts_with(b"bh_")
        && name
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(given: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for one in given {
            headers.append(X_REQUEST_ID, HeaderValue::from_bytes(one).unwrap());
        }
        let ids = RequestIds::new(Millis(0x1a0));
        ids.of(&headers).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_plain_name_is_taken_over() {
        let longest = [b'a'; LONGEST];
        for good in [&b"x"[..], b"Trace_1.2-3", &longest] {
            assert_eq!(named(&[good]).as_bytes(), good);
        }
    }

    #[test]
    fn no_name_two_names_and_strange_names_get_a_new_one() {
        let long = [b'a'; LONGEST + 1];
        let strange: [&[&[u8]]; 7] = [
            &[],
            &[b"a", b"b"],
            &[b""],
            &[b"a b"],
            &[b"\xc3\xa9"],
            &[&long],
            &[b"a=\"b"],
        ];
        for bad in strange {
            assert_eq!(named(bad), "1a0-0", "{bad:?}");
        }
    }

    #[test]
    fn new_names_differ() {
        let ids = RequestIds::new(Millis(1));
        let none = HeaderMap::new();
        assert_ne!(ids.of(&none), ids.of(&none));
    }
}
