//! Who may keep an answer, and for how long: `Cache-Control` and `Vary` on every one.
//!
//! Promises: no shared cache hands one caller's answer to another. Where a key may make a difference
//! the answer varies by `Authorization`; where there was one it is `private`; and where it always
//! makes one nothing that a handler says can make it anything else. Dear: two headers made of
//! constants.

use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};

/// Who keeps a route's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Kept {
    /// Everybody, for as long as the handler says (`max-age=...`), or a second: what is live.
    ByAll,
    /// The caller alone.
    ByCaller,
    /// Nobody: keys, what was refused, what only operators see.
    Never,
    /// As the handler says: documents, which are the same for all.
    AsSaid,
}

const VARIES: HeaderValue = HeaderValue::from_static("authorization");
const VARIES_BY_FORMAT: HeaderValue = HeaderValue::from_static("accept, authorization");

/// Completes the headers of an answer. `keyed`: the caller showed a key, good or not.
pub(super) fn complete(status: StatusCode, headers: &mut HeaderMap, kept: Kept, keyed: bool) {
    let failed = status.is_client_error() || status.is_server_error();
    if kept != Kept::AsSaid {
        match headers.get(VARY) {
            None => _ = headers.insert(VARY, VARIES),
            Some(by) if by == "accept" => _ = headers.insert(VARY, VARIES_BY_FORMAT),
            Some(_) => _ = headers.append(VARY, VARIES),
        }
    }
    let said = headers.get(CACHE_CONTROL).filter(|_| !failed);
    let is = |said: &HeaderValue, start: &[u8]| said.as_bytes().starts_with(start);
    let now = match (kept, said) {
        _ if failed => "private, no-store",
        (Kept::Never, _) => "private, no-store",
        (Kept::ByCaller, Some(said)) if is(said, b"private") => return,
        (Kept::ByCaller, Some(said)) if is(said, b"no-store") => "private, no-store",
        (Kept::AsSaid, Some(_)) => return,
        (Kept::AsSaid, None) => "no-cache",
        (Kept::ByAll, None) if keyed => "private, max-age=1",
        (Kept::ByAll, None) => "public, max-age=1",
        (Kept::ByAll, Some(said)) if is(said, b"max-age=") => {
            let who = if keyed {
                &b"private, "[..]
            } else {
                b"public, "
            };
            let value = HeaderValue::from_bytes(&[who, said.as_bytes()].concat());
            if let Ok(value) = value {
                headers.insert(CACHE_CONTROL, value);
            }
            return;
        }
        (Kept::ByAll, Some(said)) if is(said, b"no-store") => return,
        (Kept::ByCaller | Kept::ByAll, _) => "private, no-cache",
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(now));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(kept: Kept, keyed: bool, status: u16, said: &str, vary: &str) -> [String; 2] {
        let mut headers = HeaderMap::new();
        for (name, value) in [(CACHE_CONTROL, said), (VARY, vary)] {
            if !value.is_empty() {
                headers.insert(name, value.parse().unwrap());
            }
        }
        let status = StatusCode::from_u16(status).unwrap();
        complete(status, &mut headers, kept, keyed);
        let text = |name| {
            let all = headers.get_all(name).iter().map(|v| v.to_str().unwrap());
            all.collect::<Vec<_>>().join(" + ")
        };
        [text(CACHE_CONTROL), text(VARY)]
    }

    /// Who keeps it, whether there was a key, status, what the handler said and by what it varies:
    /// what is told.
    const CASES: &str = "
        all    open  200 -                  -      = public, max-age=1    | authorization
        all    keyed 200 -                  accept = private, max-age=1   | accept, authorization
        all    open  304 max-age=10         -      = public, max-age=10   | authorization
        all    keyed 200 max-age=10         -      = private, max-age=10  | authorization
        all    open  200 no-store           x      = no-store             | x + authorization
        all    open  404 -                  -      = private, no-store    | authorization
        caller keyed 200 -                  -      = private, no-cache    | authorization
        caller keyed 200 private,max-age=60 -      = private,max-age=60   | authorization
        caller keyed 200 public,max-age=60  -      = private, no-cache    | authorization
        caller keyed 200 max-age=60         -      = private, no-cache    | authorization
        caller keyed 200 no-store           -      = private, no-store    | authorization
        caller open  401 max-age=60         -      = private, no-store    | authorization
        nobody keyed 200 max-age=60         -      = private, no-store    | authorization
        said   keyed 200 no-cache           -      = no-cache             |
        said   open  200 -                  -      = no-cache             |";

    #[test]
    fn what_may_differ_by_key_varies_and_with_one_it_is_private() {
        for case in CASES.trim().lines() {
            let (given, want) = case.split_once(" = ").unwrap();
            let words: Vec<&str> = given.split_whitespace().collect();
            let kept = match words[0] {
                "all" => Kept::ByAll,
                "caller" => Kept::ByCaller,
                "nobody" => Kept::Never,
                _ => Kept::AsSaid,
            };
            let status = words[2].parse().unwrap();
            let said = [words[3], words[4]].map(|w| if w == "-" { "" } else { w });
            let got = completed(kept, words[1] == "keyed", status, said[0], said[1]);
            let (control, varies) = want.split_once('|').unwrap();
            assert_eq!(got, [control.trim(), varies.trim()], "{case}");
        }
    }
}
