//! Any device whose network server decodes for it: reads the state out of the object that the
//! server adds.
//!
//! The member is `occupied` or `parking_status`: true or false, 1 or 0, or a word. So a vendor
//! without a decoder here is taken in without a change of the hub; one with many devices is worth
//! its own file, which trusts nobody else.

use super::{Frame, Malformed, Reading};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Object {
    occupied: Option<Value>,
    parking_status: Option<Value>,
}

pub(super) fn decode(frame: &Frame<'_>) -> Result<Reading, Malformed> {
    let object = frame
        .object
        .ok_or_else(|| Malformed("the network server sent no decoded object".into()))?;
    let object: Object =
        serde_json::from_str(object).map_err(|e| Malformed(format!("decoded object: {e}")))?;
    let (name, value) = match object {
        Object {
            occupied: Some(value),
            ..
        } => ("occupied", value),
        Object {
            parking_status: Some(value),
            ..
        } => ("parking_status", value),
        _ => {
            return Err(Malformed(
                "the decoded object has neither `occupied` nor `parking_status`".into(),
            ));
        }
    };
    let occupied = match &value {
        Value::Bool(is) => Some(*is),
        // ChirpStack's decoders are JavaScript: its numbers may come as 1.0.
        Value::Number(n) if n.as_f64() == Some(1.0) => Some(true),
        Value::Number(n) if n.as_f64() == Some(0.0) => Some(false),
        Value::String(word) if word.eq_ignore_ascii_case("occupied") => Some(true),
        Value::String(word)
            if ["vacant", "free"]
                .iter()
                .any(|w| word.eq_ignore_ascii_case(w)) =>
        {
            Some(false)
        }
        _ => None,
    };
    let said = || {
        Malformed(format!(
            "{name}: neither true or false, 1 or 0, nor occupied, vacant or free"
        ))
    };
    occupied.map(Reading::of).ok_or_else(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BayStatus::{Occupied, Vacant};

    fn read(object: Option<&str>) -> Result<Reading, Malformed> {
        decode(&Frame {
            port: 9,
            bytes: &[7],
            object,
        })
    }

    #[test]
    fn the_servers_word_is_taken() {
        for (object, want) in [
            (r#"{"occupied":true,"battery":3.6}"#, Occupied),
            (r#"{"occupied":false}"#, Vacant),
            (r#"{"parking_status":1.0}"#, Occupied),
            (r#"{"parking_status":0}"#, Vacant),
            (r#"{"parking_status":"Occupied"}"#, Occupied),
            (r#"{"parking_status":"free"}"#, Vacant),
        ] {
            assert_eq!(read(Some(object)).unwrap().status, want, "{object}");
        }
    }

    #[test]
    fn what_says_nothing_of_the_bay_is_refused() {
        for object in [
            "{}",
            "[]",
            "7",
            r#"{"occupied":2}"#,
            r#"{"occupied":null}"#,
            r#"{"parking_status":"maybe"}"#,
        ] {
            assert!(read(Some(object)).is_err(), "{object}");
        }
        assert!(read(None).is_err());
    }
}
