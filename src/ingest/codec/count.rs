//! A gate's count of a zone, as JSON:
//! `{"zone":"HE12","vacant":68,"capacity":105,"kind":"car","at":"..."}`.
//!
//! `kind` defaults to car. More vacant bays than the capacity is a fault of the sender and is
//! refused: served on, it would be the "12 car parks with more free lots than lots" that public
//! feeds are known for.

use super::{Codec, CountSaid, Malformed, Said, Sender, described, json, time};
use crate::domain::BayKind;
use serde::Deserialize;
use std::borrow::Cow;
use utoipa::ToSchema;

#[derive(Deserialize)]
struct Count<'a> {
    #[serde(borrow)]
    zone: Cow<'a, str>,
    vacant: u32,
    capacity: u32,
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    at: Option<Cow<'a, str>>,
}

pub(in crate::ingest) static CODEC: Codec = Codec {
    name: "count",
    sender: Sender::Source,
    topic: "bayhub/v1/{source}/count",
    retained: false,
    http: None,
    title: "What a gate counts",
    schema: described::<ZoneCount>,
    decode,
};

/// What a gate or a car park counts.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct ZoneCount {
    zone: String,
    /// Not more than `capacity`.
    vacant: u32,
    capacity: u32,
    /// Absent: car.
    kind: Option<crate::schema::BayKind>,
    /// Absent: when it was received.
    #[schema(format = DateTime)]
    at: Option<String>,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    let c: Count<'a> = serde_json::from_slice(payload).map_err(|e| json(&e))?;
    let kind = c.kind.as_deref().map_or(Some(BayKind::Car), BayKind::parse);
    let kind = kind.ok_or_else(|| Malformed(format!("kind: none of {}", BayKind::list())))?;
    if c.vacant > c.capacity {
        return Err(Malformed(format!(
            "vacant: {} is more than the capacity of {}",
            c.vacant, c.capacity
        )));
    }
    let at = time(c.at.as_deref())?;
    out.push(Said::Count(CountSaid {
        zone: c.zone,
        kind,
        vacant: c.vacant,
        capacity: c.capacity,
        at,
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_read_and_an_impossible_one_is_not() {
        let mut out = Vec::new();
        decode(
            br#"{"zone":"HE12","vacant":68,"capacity":105,"at":"2026-11-23T02:00:00Z"}"#,
            &mut out,
        )
        .unwrap();
        let Said::Count(c) = &out[0] else {
            panic!("{out:?}")
        };
        assert_eq!(
            (&*c.zone, c.kind, c.vacant, c.capacity),
            ("HE12", BayKind::Car, 68, 105)
        );
        for bad in [
            r#"{"zone":"HE12","vacant":106,"capacity":105}"#,
            r#"{"zone":"HE12","vacant":-1,"capacity":105}"#,
            r#"{"zone":"HE12","vacant":"68","capacity":"105"}"#,
            r#"{"zone":"HE12","vacant":1.5,"capacity":105}"#,
            r#"{"zone":"HE12","vacant":1,"capacity":105,"kind":"C"}"#,
            r#"{"vacant":1,"capacity":105}"#,
        ] {
            assert!(decode(bad.as_bytes(), &mut Vec::new()).is_err(), "{bad}");
        }
    }
}
