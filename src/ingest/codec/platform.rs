//! What the messages of NB-IoT platforms have in common: ids that are texts or numbers, times that
//! are numbers, and objects that come as they are, as text, or as the device's bytes.
//!
//! Platforms cannot set headers and give up on a hub that does not answer as they want, so their
//! calls have rules of their own ([`Platform`](super::Platform)).

use super::fault::fault;
use super::{Malformed, Said, Uplink, bytes, clocks};
use crate::domain::Millis;
use serde_json::{Map, Value};
use std::borrow::Cow;

pub(super) type JsonMembers = Map<String, Value>;

/// Reads a payload of one message or a list of them, each by `one`, which appends what it says.
pub(super) fn each<'a>(
    payload: &'a [u8],
    out: &mut Vec<Said<'a>>,
    one: impl Fn(&JsonMembers, &mut Vec<Said<'a>>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let read: Value = serde_json::from_slice(payload).map_err(|e| {
        fault(payload, &e, |text| {
            serde_json::from_str::<Value>(text).err()
        })
    })?;
    let before = out.len();
    match read {
        Value::Object(message) => one(&message, out).inspect_err(|_| out.truncate(before)),
        Value::Array(all) if !all.is_empty() => {
            for message in &all {
                let before = out.len();
                let said = match message {
                    Value::Object(message) => one(message, out),
                    _ => Err(no_object()),
                };
                if let Err(why) = said {
                    out.truncate(before);
                    out.push(Said::Unreadable(why));
                }
            }
            Ok(())
        }
        _ => Err(no_object()),
    }
}

fn no_object() -> Malformed {
    Malformed("an object is wanted, or a list of them".to_owned())
}

/// That a member is missing, or of another type than it must have.
pub(super) fn lacks(name: &str, wanted: &str) -> Malformed {
    Malformed(format!("{name}: {wanted} is wanted"))
}

/// A member that is an object, if it is there.
pub(super) fn object<'m>(message: &'m JsonMembers, name: &str) -> Option<&'m JsonMembers> {
    message.get(name)?.as_object()
}

/// A member that is a text or a whole number, as text; the first of `names` that is there.
pub(super) fn text(message: &JsonMembers, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match message.get(*name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(n) if n.is_u64() => Some(n.to_string()),
        _ => None,
    })
}

/// The same where it must be there.
pub(super) fn needed(message: &JsonMembers, name: &str) -> Result<String, Malformed> {
    text(message, &[name]).ok_or_else(|| lacks(name, "a string"))
}

/// A time in milliseconds or seconds, or as text.
pub(super) fn time(message: &JsonMembers, name: &str) -> Option<Millis> {
    message.get(name).and_then(clocks::epoch)
}

/// The names that a device may be registered under: its modem's number, and by product.
pub(super) fn names(
    imei: Option<String>,
    product: Option<&str>,
    ids: &[Option<String>],
) -> Vec<String> {
    let modem = imei.filter(|imei| is_imei(imei));
    let by_product = ids
        .iter()
        .flatten()
        .filter_map(|id| Some(format!("{}/{id}", product?)));
    modem
        .map(|imei| format!("imei:{imei}"))
        .into_iter()
        .chain(by_product)
        .collect()
}

/// Whether it is the 15 digits of a modem.
pub(super) fn is_imei(text: &str) -> bool {
    text.len() == 15 && text.bytes().all(|b| b.is_ascii_digit())
}

/// What was said, as an object or as bytes. `field` names it in a refusal.
pub(super) fn fill(up: &mut Uplink<'_>, field: &str, said: &Value) -> Result<(), Malformed> {
    match said {
        Value::Object(inner) => {
            let through = inner
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("APPdata"));
            if let Some((name, Value::String(base64))) = through {
                up.payload = bytes(name, Some(base64.trim()))?;
            } else {
                up.object = Some(said.to_string().into());
            }
        }
        Value::String(text) if text.trim_start().starts_with('{') => {
            up.object = Some(text.clone().into());
        }
        Value::String(base64) => up.payload = bytes(field, Some(base64.trim()))?,
        Value::Null => {}
        _ => return Err(lacks(field, "an object")),
    }
    Ok(())
}

/// Of two messages with the same mark the second is a copy.
pub(super) fn mark(parts: &[&str]) -> Cow<'static, str> {
    parts.join("\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modems_number_has_15_digits_and_other_names_need_their_product() {
        let imei = |text: &str| names(Some(text.to_owned()), None, &[Some("d".to_owned())]);
        assert_eq!(imei("864016059485616"), ["imei:864016059485616"]);
        for no in ["86401605948561", "86401605948561x", "8640160594856160", ""] {
            assert!(imei(no).is_empty(), "{no}");
        }
        let both = names(
            None,
            Some("p"),
            &[Some("a".to_owned()), None, Some("b".to_owned())],
        );
        assert_eq!(both, ["p/a", "p/b"]);
    }

    #[test]
    fn a_payload_is_an_object_its_text_or_bytes() {
        let filled = |json: &str| {
            let mut up = Uplink::default();
            let said: Value = serde_json::from_str(json).unwrap();
            fill(&mut up, "payload", &said).map(|()| (up.object.map(String::from), up.payload))
        };
        let object = |text: &str| Ok((Some(text.to_owned()), Vec::new()));
        assert_eq!(filled(r#"{"a":1}"#), object(r#"{"a":1}"#));
        assert_eq!(filled(r#"" {\"a\":1}""#), object(r#" {"a":1}"#));
        for through in [
            r#"{"APPdata":"AQI="}"#,
            r#"{"appData":" AQI="}"#,
            r#""AQI=""#,
        ] {
            assert_eq!(filled(through), Ok((None, vec![1, 2])), "{through}");
        }
        assert_eq!(filled("null"), Ok((None, Vec::new())));
        for bad in ["7", "[]", "true", r#""!""#] {
            assert!(filled(bad).is_err(), "{bad}");
        }
    }
}
