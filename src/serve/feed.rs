//! Feeds of the whole city, in the forms that other people's programs read: all zones as everybody
//! sees them, in one answer.
//!
//! Promises: an answer is known by its content, by tag and by time; what a slow client holds of one
//! is a row of a few numbers a zone, never the text, which is made as it is sent; the text is what
//! the tag was made of, whatever happens meanwhile. Dear: the text is made twice, once for its tag.

use super::atlas::Atlas;
use super::formats::ZoneTold;
use super::formats::text::Text;
use super::http::error::ApiError;
use super::http::modified::{HeldAnswer, ModifiedBook};
use super::http::pieces;
use super::sight::Sight;
use crate::domain::{Millis, ZoneIx};
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use std::hash::{BuildHasher as _, Hasher as _};
use tokio::sync::Semaphore;

/// Feeds that are looked up at a time: each keeps a core busy for some ten milliseconds.
const AT_A_TIME: usize = 2;

/// What is made at a time of an answer that is sent in pieces, bytes.
const PIECE: usize = 64 * 1024;

/// Up to so many bytes an answer is sent whole, so that its length is known.
const WHOLE: usize = 256 * 1024;

/// What a feed tells.
pub(in crate::serve) struct CityFeed<R> {
    /// What stands before the rows; the time of the answer, which makes no other answer of it. It
    /// is told since when the answer is so.
    pub(in crate::serve) head: HeadWriter,
    pub(in crate::serve) rows: Vec<R>,
    /// Between two rows.
    pub(in crate::serve) between: &'static str,
    pub(in crate::serve) tail: &'static str,
    pub(in crate::serve) write: RowWriter<R>,
    /// Without a row the answer is 204 and has no body.
    pub(in crate::serve) none_is_nothing: bool,
}

/// Writes what stands before the rows.
pub(in crate::serve) type HeadWriter = Box<dyn FnOnce(Millis) -> Vec<u8> + Send>;

/// Writes one row.
pub(in crate::serve) type RowWriter<R> = Box<dyn Fn(&mut Text, &R) + Send>;

/// How a feed is sent.
#[derive(Clone, Copy)]
pub(in crate::serve) struct Sent {
    pub(in crate::serve) media_type: &'static str,
    /// For `Cache-Control`.
    pub(in crate::serve) keep: &'static str,
}

/// Every zone that everybody sees, by stable number; areas and floors are told with their car park.
pub(in crate::serve) fn each_zone<'a>(
    sight: Sight<'a>,
    atlas: &'a Atlas,
) -> impl Iterator<Item = (ZoneIx, ZoneTold<'a>)> {
    let all = atlas.after(None).iter().map(|(_, zone)| *zone);
    let own = all.filter(move |zone| sight.whole(*zone).is_none());
    own.filter_map(move |zone| Some((zone, sight.zone(atlas, zone)?)))
}

/// Where feeds are made.
pub(in crate::serve) struct FeedDesk {
    room: Semaphore,
    book: ModifiedBook,
}

impl Default for FeedDesk {
    fn default() -> Self {
        Self {
            room: Semaphore::new(AT_A_TIME),
            book: ModifiedBook::default(),
        }
    }
}

impl FeedDesk {
    /// The answer to `question`, unless the client holds it. `make` runs on a thread that may take
    /// its time.
    ///
    /// # Errors
    /// What `make` says, or that the hub stops.
    pub(in crate::serve) async fn answer<R: Send + Unpin + 'static>(
        &self,
        (question, held): (&Uri, &HeldAnswer),
        sent: Sent,
        now: Millis,
        make: impl FnOnce() -> Result<CityFeed<R>, ApiError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let stops = || ApiError::Unavailable("the hub stops".to_owned());
        let permit = self.room.acquire().await.map_err(|_| stops())?;
        let survey = move || -> Result<_, ApiError> {
            let feed = make()?;
            let (tag, whole) = feed.survey();
            Ok((feed, tag, whole))
        };
        let surveyed = tokio::task::spawn_blocking(survey);
        let (feed, tag, whole) = surveyed.await.map_err(|_| stops())??;
        drop(permit);
        let version = self.book.version(&question.to_string(), tag, now);
        let headers = version.headers(sent.keep);
        if version.is_held(held) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        if feed.rows.is_empty() && feed.none_is_nothing {
            return Ok((StatusCode::NO_CONTENT, headers).into_response());
        }
        let mut answer = match whole {
            Some(rest) => {
                let mut text = (feed.head)(version.since());
                text.extend(rest);
                Response::new(Body::from(text))
            }
            None => pieces::answer(FeedPieces::of(feed, version.since())),
        };
        let media_type = HeaderValue::from_static(sent.media_type);
        answer.headers_mut().insert(CONTENT_TYPE, media_type);
        answer.headers_mut().extend(headers);
        Ok(answer)
    }
}

impl<R> CityFeed<R> {
    /// A hash of all but the head, and all but the head itself where it is short.
    fn survey(&self) -> (u64, Option<Vec<u8>>) {
        // Fixed seeds: clients may come back to another process.
        let mut hash = ahash::RandomState::with_seeds(1, 2, 3, 4).build_hasher();
        let mut whole = Some(Vec::new());
        let mut row_text = Text::with_capacity(1024);
        let mut keep = |bytes: &[u8]| {
            hash.write(bytes);
            let fits = whole
                .as_ref()
                .is_some_and(|w| w.len() + bytes.len() <= WHOLE);
            whole = whole.take().filter(|_| fits);
            if let Some(whole) = &mut whole {
                whole.extend_from_slice(bytes);
            }
        };
        for (n, row) in self.rows.iter().enumerate() {
            row_text.0.clear();
            row_text.raw(if n > 0 { self.between } else { "" });
            (self.write)(&mut row_text, row);
            keep(&row_text.0);
        }
        keep(self.tail.as_bytes());
        (hash.finish(), whole)
    }
}

/// A feed's text, some rows at a time.
struct FeedPieces<R> {
    head: Option<Vec<u8>>,
    rows: std::vec::IntoIter<R>,
    is_first: bool,
    is_over: bool,
    between: &'static str,
    tail: &'static str,
    write: RowWriter<R>,
}

impl<R> FeedPieces<R> {
    fn of(feed: CityFeed<R>, since: Millis) -> Self {
        Self {
            head: Some((feed.head)(since)),
            rows: feed.rows.into_iter(),
            is_first: true,
            is_over: false,
            between: feed.between,
            tail: feed.tail,
            write: feed.write,
        }
    }
}

impl<R> Iterator for FeedPieces<R> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let mut piece = Text::with_capacity(PIECE + PIECE / 8);
        piece.0.extend(self.head.take().unwrap_or_default());
        while piece.0.len() < PIECE {
            let Some(row) = self.rows.next() else {
                piece.raw(self.tail);
                self.is_over = true;
                break;
            };
            piece.raw(if self.is_first { "" } else { self.between });
            self.is_first = false;
            (self.write)(&mut piece, &row);
        }
        Some(Bytes::from(piece.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(rows: u32) -> CityFeed<u32> {
        CityFeed {
            head: Box::new(|_| b"[".to_vec()),
            rows: (0..rows).collect(),
            between: ",",
            tail: "]",
            write: Box::new(|t, row| _ = t.number(u64::from(*row) + 1_000_000)),
            none_is_nothing: false,
        }
    }

    #[test]
    fn pieces_are_the_text_that_was_surveyed_whether_it_is_sent_whole_or_not() {
        let pieces = |rows| FeedPieces::of(feed(rows), Millis(1));
        let bytes = |rows| -> Vec<u8> { pieces(rows).flatten().collect() };
        for rows in [0, 1, 5_000] {
            let (_, whole) = feed(rows).survey();
            assert_eq!([b"[", &*whole.unwrap()].concat(), bytes(rows));
        }
        let (_, whole) = feed(50_000).survey();
        assert_eq!(whole, None);
        let all: Vec<u32> = serde_json::from_slice(&bytes(50_000)).unwrap();
        assert_eq!((all.len(), all[49_999]), (50_000, 1_049_999));
        let sizes: Vec<usize> = pieces(50_000).map(|p| p.len()).collect();
        assert!(sizes.iter().all(|size| *size < PIECE + 16), "{sizes:?}");
    }

    #[test]
    fn the_head_makes_no_other_answer_and_any_row_does() {
        let later = CityFeed {
            head: Box::new(|_| b"later[".to_vec()),
            ..feed(9)
        };
        assert_eq!(feed(9).survey().0, later.survey().0);
        assert_ne!(feed(9).survey().0, feed(10).survey().0);
    }
}
