//! Cursors: where a walk over the zones or the devices goes on. Opaque to clients, so that they may change form.
//!
//! One form byte, then the stable number of the last zone that was sent, or the last device's id. Nothing is kept on the hub: a cursor works
//! after a restart, and on a city that has grown since.

use super::error::ApiError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A number.
const FORM: u8 = 1;

/// An id.
const ID: u8 = 2;

/// The cursor that continues after the zone of that number.
pub(super) fn write(last: u32) -> String {
    let [a, b, c, d] = last.to_be_bytes();
    URL_SAFE_NO_PAD.encode([FORM, a, b, c, d])
}

/// The inverse.
pub(super) fn read(cursor: &str) -> Result<u32, ApiError> {
    match URL_SAFE_NO_PAD.decode(cursor).as_deref() {
        Ok(&[FORM, a, b, c, d]) => Ok(u32::from_be_bytes([a, b, c, d])),
        _ => Err(changed()),
    }
}

/// The cursor that continues after that id.
pub(super) fn write_id(last: &str) -> String {
    URL_SAFE_NO_PAD.encode([&[ID], last.as_bytes()].concat())
}

/// The inverse.
pub(super) fn read_id(cursor: &str) -> Result<String, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
    let id = bytes.strip_prefix(&[ID]).and_then(|id| std::str::from_utf8(id).ok());
    id.map(str::to_owned).ok_or_else(changed)
}

fn changed() -> ApiError {
    ApiError::bad("cursor", "cursor must be the `next` of an earlier answer, unchanged")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_and_nothing_else() {
        for n in [0, 1, 255, 65_536, u32::MAX] {
            assert_eq!(read(&write(n)), Ok(n));
            assert!(read_id(&write(n)).is_err());
        }
        assert_eq!(read_id(&write_id("0004a30b001c0530")), Ok("0004a30b001c0530".to_owned()));
        assert!(read(&write_id("abcd")).is_err() && read_id("").is_err() && read_id("Av8").is_err());
        for bad in ["a", "AAAAAAA", "////////", "AQAAAAA=", "AgAAAAA", &"A".repeat(10_000)] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
