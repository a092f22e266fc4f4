//! The operator's file of map tiles (`PMTiles`), by ranges: a page reads the pieces that it looks at.
//!
//! Promises: an answer holds at most [`MOST`] bytes, whatever is asked for, so that no reader of a
//! planet costs the hub more; the file is read beside the threads that answer.

use crate::serve::http::error::ApiError;
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

/// Where it is served.
pub(super) const PATH: &str = "/web/basemap.pmtiles";

/// The most bytes of one answer.
const MOST: u64 = 4 << 20;

/// Why a range gets no bytes.
enum Unread {
    Absent,
    /// None, or not one of bytes: only pieces are told.
    NoRange,
    /// Behind the end, which is here.
    Beyond(u64),
}

/// The piece that `Range` names.
pub(super) async fn answer(file: PathBuf, headers: HeaderMap) -> Response {
    let asked = headers.get(RANGE).and_then(|r| r.to_str().ok());
    let asked = asked.and_then(range);
    let read = tokio::task::spawn_blocking(move || read(&file, asked)).await;
    match read.unwrap_or(Err(Unread::Absent)) {
        Ok((bytes, named)) => {
            let headers = [
                (
                    CONTENT_TYPE,
                    HeaderValue::from_static("application/octet-stream"),
                ),
                (
                    CACHE_CONTROL,
                    HeaderValue::from_static("public, max-age=3600"),
                ),
                (ACCEPT_RANGES, HeaderValue::from_static("bytes")),
                (CONTENT_RANGE, named),
            ];
            (StatusCode::PARTIAL_CONTENT, headers, bytes).into_response()
        }
        Err(Unread::Beyond(end)) => {
            let headers = [(CONTENT_RANGE, format!("bytes */{end}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response()
        }
        Err(Unread::NoRange) => ApiError::BadParameter {
            field: "Range".into(),
            detail: "ask for a piece, `Range: bytes=0-16383`".to_owned(),
        }
        .into_response(),
        Err(Unread::Absent) => {
            ApiError::Unavailable("the base map cannot be read".to_owned()).into_response()
        }
    }
}

/// First and last byte of `bytes=first-last`; no last: to the end.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let first = first.parse().ok()?;
    if last.is_empty() {
        return Some((first, None));
    }
    let last = last.parse().ok()?;
    (last >= first).then_some((first, Some(last)))
}

fn read(
    path: &PathBuf,
    asked: Option<(u64, Option<u64>)>,
) -> Result<(Vec<u8>, HeaderValue), Unread> {
    let (first, last) = asked.ok_or(Unread::NoRange)?;
    let file = File::open(path).map_err(|_| Unread::Absent)?;
    let size = file.metadata().map_err(|_| Unread::Absent)?.len();
    if first >= size {
        return Err(Unread::Beyond(size));
    }
    let end = last.map_or(size, |last| last.saturating_add(1));
    let end = end.min(size).min(first + MOST);
    let long = usize::try_from(end - first).map_err(|_| Unread::Absent)?;
    let mut bytes = vec![0; long];
    file.read_exact_at(&mut bytes, first)
        .map_err(|_| Unread::Absent)?;
    let named = HeaderValue::try_from(format!("bytes {first}-{}/{size}", end - 1));
    Ok((bytes, named.map_err(|_| Unread::Absent)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asked(range: Option<&'static str>) -> (u16, String, usize) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("city.pmtiles");
        std::fs::write(&file, vec![7; 5 << 20]).unwrap();
        let mut headers = HeaderMap::new();
        if let Some(range) = range {
            headers.insert(RANGE, HeaderValue::from_static(range));
        }
        let answer = answer(file, headers).await;
        let named = answer.headers().get(CONTENT_RANGE);
        let named = named.map_or(String::new(), |v| v.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await;
        (status, named, bytes.unwrap().len())
    }

    #[tokio::test]
    async fn a_piece_is_told_and_never_more_than_may_be_held() {
        assert_eq!(
            asked(Some("bytes=10-19")).await,
            (206, "bytes 10-19/5242880".to_owned(), 10)
        );
        let (status, named, long) = asked(Some("bytes=0-")).await;
        assert_eq!((status, long), (206, 4 << 20));
        assert_eq!(named, "bytes 0-4194303/5242880");
        let (status, named, long) = asked(Some("bytes=5242870-9999999999")).await;
        assert_eq!((status, long), (206, 10), "{named}");
    }

    #[tokio::test]
    async fn what_is_no_piece_is_refused() {
        assert_eq!(asked(Some("bytes=5242880-")).await.0, 416);
        for range in [None, Some("bytes=9-1"), Some("bytes=-5"), Some("lines=1-2")] {
            assert_eq!(asked(range).await.0, 400, "{range:?}");
        }
    }
}
