//! A source's birth and last will, as JSON: `{"online":true}` and `{"online":false}`.

use super::{Malformed, Said, json};
use serde::Deserialize;

#[derive(Deserialize)]
struct Status {
    online: bool,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    let status: Status = serde_json::from_slice(payload).map_err(|e| json(&e))?;
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
