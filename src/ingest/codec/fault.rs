//! What is wrong with a payload, in words that its sender can act on.
//!
//! Promise: of a value of a wrong type or size the member that holds it is named, with what is wanted
//! there; the value itself is never repeated: it may be long, or somebody's name. Dear: the payload is
//! read again member by member, in time proportional to its length; only what is refused comes here.

use super::Malformed;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How deep a member may lie and be named: no format has any deeper.
const DEEPEST: usize = 4;

/// Why `payload` was refused with `error`. `reads` reads a text as the same format and says why it
/// cannot: the first member, by its name, that cannot even be read alone is told.
pub fn fault(
    payload: &[u8],
    error: &serde_json::Error,
    reads: impl Fn(&str) -> Option<serde_json::Error>,
) -> Malformed {
    let text = std::str::from_utf8(payload).unwrap_or_default();
    let mut path = Vec::new();
    let why = match first_bad(text, ("", ""), &reads, &mut path) {
        Some(inner) => told(&inner.to_string()),
        None if error.is_data() => told(&error.to_string()),
        None => format!("not JSON: {}", without_value(&error.to_string())),
    };
    path.push(why);
    Malformed(path.join(": "))
}

/// The error of the first member of the object `text` that cannot be read alone, and the way to it.
/// `around` is what stands before and after the object in the payload, but for its neighbours.
fn first_bad(
    text: &str,
    around: (&str, &str),
    reads: &impl Fn(&str) -> Option<serde_json::Error>,
    path: &mut Vec<String>,
) -> Option<serde_json::Error> {
    let bad = |text: &str| reads(text).filter(|e| !lacks_a_member(e));
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(text).ok()?;
    for (name, value) in members {
        let before = format!("{}{{{}:", around.0, serde_json::Value::from(name.as_ref()));
        let after = format!("}}{}", around.1);
        let with = |value: &str| format!("{before}{value}{after}");
        let Some(error) = bad(&with(value.get())) else {
            continue;
        };
        path.push(cut(&name).to_owned());
        let may_be_within = path.len() < DEEPEST && bad(&with("{}")).is_none();
        let within = may_be_within
            .then(|| first_bad(value.get(), (&before, &after), reads, path))
            .flatten();
        return within.or(Some(error));
    }
    None
}

/// Whether nothing is wrong but that something is not there.
pub(super) fn lacks_a_member(e: &serde_json::Error) -> bool {
    e.to_string().starts_with("missing field")
}

/// What serde says, in words: `invalid type: string "x", expected f64 at line 1 column 4` becomes
/// `a number is wanted, not a string`.
fn told(error: &str) -> String {
    let error = without_value(error);
    let error = error.find(" at line ").map_or(&*error, |at| &error[..at]);
    let split = |what: &str| error.strip_prefix(what)?.split_once(", expected ");
    if let Some((found, wanted)) = split("invalid type: ") {
        format!("{} is wanted, not {}", in_words(wanted), in_words(found))
    } else if let Some((found, wanted)) = split("invalid value: ") {
        format!("{} is wanted, and this {found} is none", in_words(wanted))
    } else if let Some((_, wanted)) = split("invalid length ") {
        // serde takes a list for the members in our order, if it is long enough.
        format!("{} is wanted, not a list", in_words(wanted))
    } else {
        error.to_owned()
    }
}

fn in_words(serdes: &str) -> &str {
    match serdes {
        "string" => "a string",
        "integer" => "an integer",
        "floating" => "a decimal number",
        "boolean" | "a boolean" => "true or false",
        "map" => "an object",
        "sequence" | "a sequence" => "a list",
        "f64" => "a number",
        "u8" => "a whole number from 0 to 255",
        "u32" | "u64" => "a whole number from 0 on",
        object if object.starts_with("struct ") => "an object",
        other => other,
    }
}

/// What serde says of a value of the wrong type, without the value: it may be long, or somebody's
/// name. `invalid type: string "x", expected u64` becomes `invalid type: string, expected u64`.
fn without_value(error: &str) -> String {
    let wrong = ["invalid type: ", "invalid value: "];
    let Some(at) = wrong.iter().find_map(|w| Some(error.find(w)? + w.len())) else {
        return error.to_owned();
    };
    let found = &error[at..];
    let kind = found.find([' ', ',']).map_or(found, |end| &found[..end]);
    let expected = found.rfind(", expected ").map_or("", |at| &found[at..]);
    format!("{}{kind}{expected}", &error[..at])
}

/// How [`fault`] reads a text as a type of that name.
macro_rules! reads {
    ($format:ident) => {
        |text: &str| serde_json::from_str::<$format<'_>>(text).err()
    };
}
pub(super) use reads;

/// That `member` is none of the words that it may be.
pub(super) fn none_of(member: &str, said: Option<&str>, words: &str) -> Malformed {
    let said = cut(said.unwrap_or_default());
    Malformed(format!("{member}: {said:?} is none of {words}"))
}

/// As much of a sender's string as an error text should carry.
pub(in crate::ingest) fn cut(text: &str) -> &str {
    text.char_indices()
        .nth(40)
        .map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::super::{CODECS, named};

    fn refusals(codec: &str, payload: &str) -> Vec<String> {
        let mut out = Vec::new();
        match (named(codec).decode)(payload.as_bytes(), &mut out) {
            Err(why) => vec![why.0],
            Ok(()) => (out.into_iter())
                .filter_map(|said| match said {
                    super::super::Said::Unreadable(why) => Some(why.0),
                    _ => None,
                })
                .collect(),
        }
    }

    #[test]
    fn what_is_wrong_with_a_count_is_told_by_its_member_and_what_is_wanted_there() {
        for (payload, why) in [
            (
                r#"{"zone":"Z","vacant":"5"}"#,
                "vacant: a number is wanted, not a string",
            ),
            (
                r#"{"counts":[{"zone":"Z","vacant":[]}]}"#,
                "vacant: a number is wanted, not a list",
            ),
            (
                r#"{"zone":7,"vacant":5}"#,
                "zone: a string is wanted, not an integer",
            ),
            (
                r#"{"zone":"Z","vacant":5,"ev_charging":{"vacant":2,"capacity":"4"}}"#,
                "ev_charging: capacity: a number is wanted, not a string",
            ),
            (
                r#"{"zone":"Z","vacant":5,"accessible":2}"#,
                "accessible: an object is wanted, not an integer",
            ),
            (
                r#"{"zone":"Z","vacant":1e400}"#,
                "vacant: number out of range",
            ),
            (
                r#"{"counts":{"zone":"Z"}}"#,
                "counts: a list is wanted, not an object",
            ),
            (r#"{"counts":[7]}"#, "an object is wanted, not an integer"),
            (
                r#"{"at":5,"counts":[]}"#,
                "at: a string is wanted, not an integer",
            ),
            (
                r#"{"at":"2026-11-23T02:00:00Z"}"#,
                "missing field `counts` (or `zone` and `vacant` or `occupied`)",
            ),
            (
                r#"{"zone":"Z","vacant":1,"kind":"bus"}"#,
                "kind: \"bus\" is none of car, motorcycle, heavy, bicycle",
            ),
        ] {
            assert_eq!(refusals("count", payload), [why], "{payload}");
        }
    }

    #[test]
    fn what_is_wrong_with_other_payloads_is_told_likewise() {
        for (codec, payload, why) in [
            (
                "report",
                r#"{"bays":7}"#,
                "bays: a list is wanted, not an integer",
            ),
            (
                "report",
                r#"{"bays":[{"bay":7,"state":"vacant"}]}"#,
                "bay: a string is wanted, not an integer",
            ),
            (
                "report",
                r#"{"bay":"A","state":"vacant","seq":-1}"#,
                "seq: a whole number from 0 on is wanted, and this integer is none",
            ),
            (
                "report",
                r#"{"seq":1.5,"bays":[{"bay":"A","state":"vacant"}]}"#,
                "seq: a whole number from 0 on is wanted, not a decimal number",
            ),
            (
                "report",
                r#"{"bay":{"id":"A"},"state":"vacant"}"#,
                "bay: a string is wanted, not an object",
            ),
            (
                "status",
                r#"{"online":"yes"}"#,
                "online: true or false is wanted, not a string",
            ),
            ("status", "[]", "an object is wanted, not a list"),
            (
                "chirpstack",
                r#"{"deviceInfo":{"devEui":7},"fCnt":1}"#,
                "deviceInfo: devEui: a string is wanted, not an integer",
            ),
        ] {
            assert_eq!(refusals(codec, payload), [why], "{payload}");
        }
    }

    #[test]
    fn no_refusal_repeats_a_value_of_the_wrong_type_and_each_says_what_it_is_of() {
        let secret = "S1234567A, expected f64 at line 1";
        for codec in CODECS {
            for payload in [
                String::new(),
                "7".to_owned(),
                "[]".to_owned(),
                format!("{secret:?}"),
                format!("{{{secret:?}"),
                format!(r#"{{"online":{secret:?},"bays":{secret:?},"counts":{secret:?}}}"#),
                format!(r#"{{"deviceInfo":{secret:?},"end_device_ids":{secret:?}}}"#),
            ] {
                let why = refusals(codec.name, &payload);
                assert!(!why.is_empty(), "{payload}");
                assert!(why.iter().all(|w| !w.contains("S1234567A")), "{why:?}");
            }
        }
        assert_eq!(
            refusals("count", "{"),
            ["not JSON: EOF while parsing an object at line 1 column 1"]
        );
    }
}
