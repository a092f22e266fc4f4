//! A source's birth and last will, as JSON: `{"online":true}` and `{"online":false}`.

use super::{Codec, Malformed, Said, Sender, described, fault};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize)]
struct Status {
    online: bool,
}

pub static CODEC: Codec = Codec {
    name: "status",
    sender: Sender::Source,
    topic: "bayhub/v1/{source}/status",
    retained: true,
    http: None,
    items: "messages",
    title: "A source's birth and last will",
    schema: described::<SourceStatus>,
    decode,
};

/// Whether a source is there; `false` as its last will.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct SourceStatus {
    online: bool,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    let status: Status = serde_json::from_slice(payload).map_err(|e| {
        fault(payload, &e, |text| {
            serde_json::from_str::<Status>(text).err()
        })
    })?;
    out.push(Said::Online(status.online));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birth_and_last_will() {
        let mut out = Vec::new();
        decode(br#"{"online":true}"#, &mut out).unwrap();
        decode(br#"{"online":false}"#, &mut out).unwrap();
        assert_eq!(out, [Said::Online(true), Said::Online(false)]);
        assert!(decode(br#"{"online":"yes"}"#, &mut out).is_err());
    }
}
