//! When something was heard, out of the clocks of those who heard it.
//!
//! Promise: what is no time is none: a clock that was never set says 1970 or 1980, and a field that
//! was never filled the year 1. Whether a time may be believed otherwise is the gate's part.

use super::{Malformed, time_in};
use crate::domain::Millis;
use serde_json::Value;

/// 2015-01-01: LoRaWAN's first specification, and NB-IoT's, are younger; nothing was heard before.
const EARLIEST: Millis = Millis(1_420_070_400_000);

/// A time in RFC 3339. `None`: there is none, or it is none.
pub(super) fn rfc3339(field: &str, text: Option<&str>) -> Result<Option<Millis>, Malformed> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if Millis::parse(text).is_none() && is_before_1970(text) {
        return Ok(None);
    }
    time_in(field, Some(text)).map(|at| at.and_then(real))
}

/// A time that may be none.
pub(super) fn real(at: Millis) -> Option<Millis> {
    Some(at).filter(|at| *at >= EARLIEST)
}

/// A time as a number of milliseconds, or of seconds where it is too small for that; also as a text.
pub(super) fn epoch(value: &Value) -> Option<Millis> {
    let number = match value {
        Value::Number(n) => n.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    // As milliseconds it would be of 1973 at the latest.
    let ms = if number < 1e11 {
        number * 1000.0
    } else {
        number
    };
    (0.0..9e15)
        .contains(&ms)
        .then_some(Millis(ms as u64))
        .and_then(real)
}

/// `20151212T121212Z`, as some platforms write it.
pub(super) fn compact(text: &str) -> Option<Millis> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let fits =
        |part: &str, len: usize| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    if !fits(date, 8) || !fits(time, 6) {
        return None;
    }
    let written = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &time[..2],
        &time[2..4],
        &time[4..]
    );
    Millis::parse(&written).and_then(real)
}

/// Whether it is a time in one of the years 0000 to 1969.
fn is_before_1970(text: &str) -> bool {
    let Some((year, rest)) = text.split_at_checked(4) else {
        return false;
    };
    // 2000 has all days that there can be.
    year.bytes().all(|b| b.is_ascii_digit())
        && year.parse::<u16>().is_ok_and(|year| year <= 1970)
        && Millis::parse(&format!("2000{rest}")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_milliseconds_or_seconds_and_may_be_texts() {
        let at = Some(Millis(1_700_000_000_000));
        for value in [
            json!(1_700_000_000_000_u64),
            json!("1700000000000"),
            json!(1_700_000_000),
        ] {
            assert_eq!(epoch(&value), at, "{value}");
        }
        for none in [
            json!(0),
            json!(-1),
            json!(1e300),
            json!("soon"),
            json!(null),
            json!(4711),
        ] {
            assert_eq!(epoch(&none), None, "{none}");
        }
        assert_eq!(compact("20231114T221320Z"), at);
        for none in [
            "",
            "20231114T221320",
            "20231314T221320Z",
            "2023x114T221320Z",
            "T",
        ] {
            assert_eq!(compact(none), None, "{none}");
        }
    }

    #[test]
    fn what_was_never_set_is_no_time_and_what_cannot_be_read_is_refused() {
        for none in [
            "",
            "0001-01-01T00:00:00Z",
            "0000-12-31T00:00:00Z",
            "1969-12-31T23:59:59+08:00",
            "1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00+08:00",
            "1980-01-21T23:17:20.234+00:00",
        ] {
            assert_eq!(rfc3339("time", Some(none)), Ok(None), "{none}");
        }
        assert_eq!(rfc3339("time", None), Ok(None));
        let now = "2026-11-29T10:00:00.123456789+08:00";
        assert_eq!(
            rfc3339("time", Some(now)),
            Ok(Millis::parse("2026-11-29T02:00:00.123Z"))
        );
        for bad in [
            "noon",
            "2026-11-29",
            "19x0-01-01T00:00:00Z",
            "0001-13-01T00:00:00Z",
        ] {
            let said = rfc3339("time", Some(bad)).unwrap_err().0;
            assert!(said.starts_with("time: "), "{said}");
        }
    }
}
