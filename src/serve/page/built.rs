//! The pages that the build made of `dashboards/web`: each file's path and bytes, compiled in.
//!
//! Promises: a file whose name holds its content's hash is kept for ever, any other is asked for each
//! time; what the build has packed is sent so and never packed again. Dear: a file that somebody does
//! not take packed is unpacked once and held.

use super::Front;
use crate::domain::Millis;
use crate::serve::http::document::{FixedDocument, Validators};
use crate::serve::http::encoding::{PackedAhead, unpacked};
use crate::serve::http::error::ApiError;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use std::sync::OnceLock;

/// One file: its path, whether it is packed by brotli, and its bytes.
type BuiltFile = (&'static str, bool, &'static [u8]);

/// All of them, by path; none where the pages could not be built.
static ALL: &[BuiltFile] = include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// Where pages begin: their path, and the file that is served there.
pub(super) fn entrances() -> impl Iterator<Item = (&'static str, &'static str)> {
    let pages = ALL.iter().filter_map(|(path, ..)| {
        let at = path.strip_suffix(".html")?;
        Some((if at == "/index" { "/" } else { at }, *path))
    });
    pages.filter(|(at, _)| at.matches('/').count() == 1)
}

/// Whether there is such a file.
pub(super) fn has(path: &str) -> bool {
    find(path).is_some()
}

fn find(path: &str) -> Option<usize> {
    ALL.binary_search_by(|(at, ..)| (*at).cmp(path)).ok()
}

/// The text of a page.
pub(super) fn text(path: &str) -> String {
    find(path)
        .map(|at| String::from_utf8_lossy(&bytes(&ALL[at])).into_owned())
        .unwrap_or_default()
}

fn bytes((_, is_packed, bytes): &BuiltFile) -> Vec<u8> {
    if *is_packed {
        unpacked(bytes)
    } else {
        bytes.to_vec()
    }
}

/// What was asked for by now, ready to send.
pub(super) struct BuiltFiles {
    made: Vec<OnceLock<FixedDocument>>,
    began: Millis,
}

impl BuiltFiles {
    pub(super) fn new(began: Millis) -> Self {
        Self {
            made: ALL.iter().map(|_| OnceLock::new()).collect(),
            began,
        }
    }

    /// The file, or that there is none.
    pub(super) fn answer(&self, path: &str, held: &Validators, front: &Front) -> Response {
        let Some(at) = find(path) else {
            return ApiError::no_such_path().into_response();
        };
        let file = &ALL[at];
        let made = self.made[at]
            .get_or_init(|| FixedDocument::new(bytes(file), media_type(path), self.began));
        let mut answer = made.answer(held);
        if is_named_by_content(path) {
            let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
            answer.headers_mut().insert(CACHE_CONTROL, for_ever);
        }
        if file.1 {
            answer.extensions_mut().insert(PackedAhead(file.2));
        }
        (front.headers(), answer).into_response()
    }
}

/// Whether a name is `name-HASH8.ext`.
fn is_named_by_content(path: &str) -> bool {
    let Some(name) = path.strip_prefix("/web/") else {
        return false;
    };
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let hash = stem.get(stem.len().saturating_sub(9)..).unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    hash.len() == 9 && hash.starts_with('-') && hash.chars().all(fits)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_hash_is_known() {
        for path in ["/web/index-BxN3_k2-.js", "/web/a-b-12345678.css"] {
            assert!(is_named_by_content(path), "{path}");
        }
        for path in [
            "/sw.js",
            "/web/icon.svg",
            "/web/ground/-5_10.json",
            "/web/manifest.webmanifest",
            "/",
        ] {
            assert!(!is_named_by_content(path), "{path}");
        }
    }

    #[test]
    fn what_was_built_is_found_and_is_what_it_was() {
        assert!(ALL.is_sorted_by_key(|(path, ..)| *path));
        for (at, path) in entrances() {
            assert!(at == "/" || at.len() > 1, "{at}");
            assert!(text(path).contains("<!doctype html>"), "{path}");
        }
        for file in ALL.iter().filter(|file| file.1) {
            assert!(bytes(file).len() > file.2.len(), "{}", file.0);
        }
        assert!(!has("/web/no-such-file.js"));
    }
}
