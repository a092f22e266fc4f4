//! Cursors: where a walk over zones, keys or devices goes on. Opaque to clients, so that they may
//! change form.
//!
//! One form byte, then the stable number of the last zone that was sent, or the id of what it was.
//! Nothing is kept on the hub: a cursor works after a restart, and on a city that has grown since.

use super::error::ApiError;
use axum::http::{HeaderValue, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// After a zone, by its number.
const FORM: u8 = 1;

/// After something with an id that is text.
const TEXT: u8 = 2;

/// The cursor that continues after the zone of that number.
pub(in crate::serve) fn write(last: u32) -> String {
    let [a, b, c, d] = last.to_be_bytes();
    URL_SAFE_NO_PAD.encode([FORM, a, b, c, d])
}

/// The inverse.
pub(in crate::serve) fn read(cursor: &str) -> Result<u32, ApiError> {
    match URL_SAFE_NO_PAD.decode(cursor).as_deref() {
        Ok(&[FORM, a, b, c, d]) => Ok(u32::from_be_bytes([a, b, c, d])),
        _ => Err(not_ours()),
    }
}

/// At a place in time and, there, at a zone.
const PLACE: u8 = 3;

/// The cursor that continues at `zone` of the rows that start at `start`.
pub(in crate::serve) fn write_place(start: u64, zone: u32) -> String {
    URL_SAFE_NO_PAD.encode([&[PLACE], &start.to_be_bytes()[..], &zone.to_be_bytes()[..]].concat())
}

/// The inverse.
pub(in crate::serve) fn read_place(cursor: &str) -> Result<(u64, u32), ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| not_ours())?;
    let (Some((&PLACE, place)), 13) = (bytes.split_first(), bytes.len()) else {
        return Err(not_ours());
    };
    let (start, zone) = place.split_at(8);
    let read = || {
        Some((
            u64::from_be_bytes(start.try_into().ok()?),
            u32::from_be_bytes(zone.try_into().ok()?),
        ))
    };
    read().ok_or_else(not_ours)
}

/// The cursor that continues after what has this id.
pub(in crate::serve) fn write_text(last: &str) -> String {
    URL_SAFE_NO_PAD.encode([&[TEXT], last.as_bytes()].concat())
}

/// The inverse.
pub(in crate::serve) fn read_text(cursor: &str) -> Result<String, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| not_ours())?;
    match bytes.split_first() {
        Some((&TEXT, text)) => String::from_utf8(text.to_vec()).map_err(|_| not_ours()),
        _ => Err(not_ours()),
    }
}

/// The number after which to go on; 0 without a cursor.
pub(in crate::serve) fn read_number(cursor: Option<&str>) -> Result<i64, ApiError> {
    cursor.map_or(Ok(0), |text| {
        read_text(text)?.parse().map_err(|_| not_ours())
    })
}

pub(in crate::serve) fn not_ours() -> ApiError {
    ApiError::bad(
        "cursor",
        "cursor must be the `next` of an earlier answer, unchanged",
    )
}

/// Cuts what was found to `limit`. One more than that was asked for, which tells whether another page
/// would be empty: the cursor of the next is made of the id of the last that is shown.
pub(in crate::serve) fn page<T>(
    found: &mut Vec<T>,
    limit: usize,
    id: impl FnOnce(&T) -> String,
) -> Option<String> {
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    last.map(|last| write_text(&id(last)))
}

/// `Link: <...>; rel="next"`, for forms that have no member for it.
pub(in crate::serve) fn link(uri: &Uri, next: &str) -> Option<HeaderValue> {
    let kept = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
        .filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("cursor", next)
        .finish();
    HeaderValue::from_str(&format!("<{}?{query}>; rel=\"next\"", uri.path())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_and_nothing_else() {
        for n in [0, 1, 255, 65_536, u32::MAX] {
            assert_eq!(read(&write(n)), Ok(n));
        }
        assert_eq!(read_place(&write_place(u64::MAX, 7)), Ok((u64::MAX, 7)));
        assert!(read_place(&write(7)).is_err() && read_place("AwAAAA").is_err());
        assert_eq!(
            read_text(&write_text("0004a30b001c0530")),
            Ok("0004a30b001c0530".to_owned())
        );
        for bad in [
            "a",
            "AAAAAAA",
            "////////",
            "AQAAAAA=",
            "AgAAAAA",
            &"A".repeat(10_000),
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        for bad in ["", "a", "AAAAAAA", "////////", "AmFi=", "Av8"] {
            assert!(read_text(bad).is_err(), "{bad}");
        }
        assert_eq!(
            read_text(&write_text("config:a")),
            Ok("config:a".to_owned())
        );
        assert!(read(&write_text("1234")).is_err() && read_text(&write(7)).is_err());
    }
}
