//! The streets that maps are drawn on: the operator's file of lines with names, cut into squares, so that
//! a page asks for those that it looks at.
//!
//! Promises: what is no such file is refused at the start, with the feature at fault; a square is packed
//! and known by its tag as any file of a page, and its path by what the file holds, so that it is kept
//! for ever. Dear: the file is read whole, and its squares are held.

use super::Front;
use super::street_file::{Square, bytes, cut};
use crate::domain::Millis;
use crate::serve::http::document::{FixedDocument, Validators, digest};
use crate::serve::http::error::ApiError;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::path::Path;

/// Where a square is served: its file's mark, and `x_y.json`.
pub(super) const PATH: &str = "/web/streets/{mark}/{square}";

/// Of how squares are written, for the mark.
const FORM: &str = "1";

/// Streets by the square that they run through.
pub(super) struct StreetSquares {
    /// Of what the file holds.
    mark: String,
    squares: HashMap<Square, FixedDocument>,
    none: FixedDocument,
}

impl StreetSquares {
    /// Of a file; `began`: when the hub began to answer.
    pub(super) fn read(file: &Path, began: Millis) -> Result<Self, String> {
        let bytes = bytes(file)?;
        let json = |text| FixedDocument::new(text, "application/json", began);
        let squares = cut(&bytes)?;
        let squares = squares.into_iter().map(|(at, text)| (at, json(text)));
        Ok(Self {
            mark: format!("{FORM}-{}", digest(&bytes)),
            squares: squares.collect(),
            none: json(b"[]".to_vec()),
        })
    }

    /// What stands before the name of a square.
    pub(super) fn folder(&self) -> String {
        format!("/web/streets/{}/", self.mark)
    }

    /// The streets of a square; where none are known, none.
    pub(super) fn answer(
        &self,
        (mark, square): (&str, &str),
        held: &Validators,
        front: &Front,
    ) -> Response {
        let Some(at) = named(square).filter(|_| mark == self.mark) else {
            return ApiError::no_such_path().into_response();
        };
        let mut answer = self.squares.get(&at).unwrap_or(&self.none).answer(held);
        let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
        answer.headers_mut().insert(CACHE_CONTROL, for_ever);
        (front.headers(), answer).into_response()
    }
}

/// The square of `x_y.json`.
fn named(file: &str) -> Option<Square> {
    let (x, y) = file.strip_suffix(".json")?.split_once('_')?;
    Some((x.parse().ok()?, y.parse().ok()?))
}
