//! Any device whose network server or platform decodes for it: reads the state out of the object
//! that comes with its frames.
//!
//! Without being told, the member is `occupied`, `occupancy`, `parking_status`, `parkingStatus` or
//! `status`, in any case, and its value true or false, 1 or 0, or a word; a device may say otherwise
//! ([`StateRule`]). An object that tells no state is no reading. A word that is not known is refused
//! by name: it may be the one that says that a car stands there. So a vendor without a decoder here
//! is taken in without a change of the hub; one with many devices is worth its own file, which
//! trusts nobody else.

use super::{DeviceHealth, Frame, Malformed, Reading};
use crate::ingest::codec::fault::cut;
use crate::registry::{StateRule, StateWord, StateWords};
use serde_json::{Map, Value};

/// Where a state is looked for, in this order, if nobody says.
const MEMBERS: [&str; 5] = [
    "occupied",
    "occupancy",
    "parking_status",
    "parkingStatus",
    "status",
];

const OCCUPIED: [&str; 4] = ["1", "true", "occupied", "busy"];
const VACANT: [&str; 5] = ["0", "false", "vacant", "free", "empty"];

pub(super) fn decode(frame: &Frame<'_>) -> Result<Reading, Malformed> {
    let own = || {
        frame
            .bytes
            .first()
            .filter(|b| **b == b'{')
            .map(|_| frame.bytes)
    };
    // A platform that hands bytes through may have got JSON from the device itself.
    let object = frame.object.map(str::as_bytes).or_else(own);
    let object =
        object.ok_or_else(|| Malformed("the network server sent no decoded object".into()))?;
    let object: Map<String, Value> =
        serde_json::from_slice(object).map_err(|e| Malformed(format!("decoded object: {e}")))?;
    let health = DeviceHealth::of_object(&object);
    let Some((name, value)) = found(&object, frame.rule) else {
        return Ok(Reading::nothing(health));
    };
    let occupied = occupied(value, frame.rule).ok_or_else(|| unknown(name, value, frame.rule))?;
    Ok(Reading::with(occupied, health))
}

/// The member that tells the state, if one does: null tells nothing.
fn found<'o>(object: &'o Map<String, Value>, rule: &'o StateRule) -> Option<(&'o str, &'o Value)> {
    if let Some(path) = &rule.state {
        let value = object.get(path).or_else(|| follow(object, path));
        return Some((path.as_str(), told(value?)?));
    }
    MEMBERS.into_iter().find_map(|name| {
        let value = member(object, name)?;
        Some((name, told(value)?))
    })
}

/// The value itself: some decoders put it into an object with its unit.
fn told(value: &Value) -> Option<&Value> {
    let value = value.get("value").unwrap_or(value);
    (!value.is_null()).then_some(value)
}

/// A member by its name, or by that name in another case.
fn member<'o>(object: &'o Map<String, Value>, name: &str) -> Option<&'o Value> {
    object.get(name).or_else(|| {
        let mut named = object.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value)
    })
}

/// What a path with dots leads to.
fn follow<'o>(object: &'o Map<String, Value>, path: &str) -> Option<&'o Value> {
    let mut steps = path.split('.');
    let first = member(object, steps.next()?)?;
    steps.try_fold(first, |at, step| match at {
        Value::Object(inner) => member(inner, step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Whether the value says that the bay is occupied. What the device has been said to mean goes
/// first; of two states of which one is described, any usual word of the other is that.
fn occupied(value: &Value, rule: &StateRule) -> Option<bool> {
    let is = |words: &StateWords| words.0.iter().any(|word| same(word, value));
    if is(&rule.occupied) {
        return Some(true);
    }
    if is(&rule.vacant) {
        return Some(false);
    }
    usual(value).filter(|occupied| {
        let own = if *occupied {
            &rule.occupied
        } else {
            &rule.vacant
        };
        own.is_empty()
    })
}

fn usual(value: &Value) -> Option<bool> {
    let word = |text: &str| {
        let text = text.trim();
        let of = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(text));
        let occupied = of(&OCCUPIED);
        (occupied || of(&VACANT)).then_some(occupied)
    };
    match value {
        Value::Bool(is) => Some(*is),
        // ChirpStack's decoders are JavaScript: its numbers may come as 1.0.
        Value::Number(n) if n.as_f64() == Some(1.0) => Some(true),
        Value::Number(n) if n.as_f64() == Some(0.0) => Some(false),
        Value::String(text) => word(text).or_else(|| match text.trim().parse::<f64>() {
            Ok(1.0) => Some(true),
            Ok(0.0) => Some(false),
            _ => None,
        }),
        _ => None,
    }
}

/// Whether a value is that word: 1, 1.0 and "1" are the same, and so are texts in another case.
fn same(word: &StateWord, value: &Value) -> bool {
    match (word, value) {
        (StateWord::Bool(word), Value::Bool(is)) => word == is,
        (StateWord::Number(word), Value::Number(n)) => n.as_f64() == Some(*word as f64),
        (StateWord::Number(word), Value::String(text)) => {
            text.trim().parse::<f64>().ok() == Some(*word as f64)
        }
        (StateWord::Text(word), Value::String(text)) => {
            word.trim().to_lowercase() == text.trim().to_lowercase()
        }
        (StateWord::Text(word), Value::Number(n)) => word
            .trim()
            .parse::<f64>()
            .ok()
            .is_some_and(|w| n.as_f64() == Some(w)),
        (StateWord::Text(word), Value::Bool(is)) => {
            word.trim()
                .eq_ignore_ascii_case(if *is { "true" } else { "false" })
        }
        _ => false,
    }
}

fn unknown(name: &str, value: &Value, rule: &StateRule) -> Malformed {
    let said = match value {
        Value::String(text) => format!("{:?}", cut(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    };
    let words = if rule.occupied.is_empty() && rule.vacant.is_empty() {
        "neither true or false, 1 or 0, nor occupied, busy, vacant, free or empty; the device's \
         `occupied` and `vacant` may say what it means"
    } else {
        "none of the values that the device is said to have"
    };
    Malformed(format!("{}: {said} is {words}", cut(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BayStatus::{Occupied, Vacant};

    fn read_by(rule: &StateRule, object: &str) -> Result<Reading, Malformed> {
        decode(&Frame {
            port: 9,
            bytes: &[7],
            object: Some(object),
            rule,
        })
    }

    fn read(object: &str) -> Result<Reading, Malformed> {
        read_by(&StateRule::default(), object)
    }

    fn rule(json: &str) -> StateRule {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_servers_word_is_taken_by_any_usual_name_and_word() {
        for (object, want) in [
            (r#"{"occupied":true,"battery":3.6}"#, Occupied),
            (r#"{"occupied":false}"#, Vacant),
            (r#"{"parking_status":1.0}"#, Occupied),
            (r#"{"parking_status":0}"#, Vacant),
            (r#"{"parking_status":"Occupied"}"#, Occupied),
            (r#"{"parking_status":"free"}"#, Vacant),
            (r#"{"occupancy":"1"}"#, Occupied),
            (r#"{"occupancy":" BUSY "}"#, Occupied),
            (r#"{"parkingStatus":"Empty"}"#, Vacant),
            (r#"{"PARKINGSTATUS":"VACANT"}"#, Vacant),
            (r#"{"Status":"0"}"#, Vacant),
            (r#"{"status":"1.0"}"#, Occupied),
            (r#"{"status":"TRUE"}"#, Occupied),
            (r#"{"occupied":{"value":1,"unit":""}}"#, Occupied),
            (r#"{"occupied":null,"parking_status":1}"#, Occupied),
            (r#"{"status":"ok","occupied":false}"#, Vacant),
        ] {
            assert_eq!(read(object).unwrap().status, Some(want), "{object}");
        }
    }

    #[test]
    fn an_object_without_a_state_is_no_reading_and_tells_of_the_device() {
        for object in [
            "{}",
            r#"{"occupied":null}"#,
            r#"{"type":"user_registration","occupied":null,"tag_id":"A1"}"#,
            r#"{"type":"debug","bytes":[1]}"#,
            r#"{"occupied":{"value":null}}"#,
        ] {
            assert_eq!(read(object).unwrap().status, None, "{object}");
        }
        let told = read(r#"{"type":"heartbeat","battery_voltage":3.3}"#).unwrap();
        assert_eq!((told.status, told.health.battery_mv), (None, Some(3300)));
    }

    #[test]
    fn a_word_that_is_not_known_is_refused_with_it() {
        for (object, words) in [
            (r#"{"occupied":2}"#, "occupied: 2 is neither"),
            (r#"{"parking_status":"maybe"}"#, "parking_status: \"maybe\""),
            (r#"{"status":[1]}"#, "status: a list"),
            (r#"{"occupied":{}}"#, "occupied: an object"),
            ("[]", "decoded object: "),
            ("7", "decoded object: "),
        ] {
            let said = read(object).unwrap_err().0;
            assert!(said.contains(words), "{object}: {said}");
        }
        let none = Frame::of(9, &[7]);
        assert!(decode(&none).unwrap_err().0.contains("no decoded object"));
    }

    #[test]
    fn a_device_may_say_where_its_state_is_and_what_its_values_mean() {
        let parking = rule(r#"{"state":"parking_state","occupied":[1]}"#);
        let deep = rule(r#"{"state":"sensors.0.Lot","occupied":["besetzt",7],"vacant":"frei"}"#);
        let turned = rule(r#"{"state":"free","occupied":[0,false],"vacant":[1,true]}"#);
        let words = rule(r#"{"occupied":"parked"}"#);
        for (rule, object, want) in [
            (
                &parking,
                r#"{"parking_state":1,"occupied":false}"#,
                Some(Occupied),
            ),
            (&parking, r#"{"parking_state":"1"}"#, Some(Occupied)),
            (&parking, r#"{"parking_state":0}"#, Some(Vacant)),
            (&parking, r#"{"occupied":true}"#, None),
            (&parking, r#"{"parking_state":null}"#, None),
            (&deep, r#"{"sensors":[{"lot":"Besetzt"}]}"#, Some(Occupied)),
            (&deep, r#"{"sensors":[{"lot":"7"}]}"#, Some(Occupied)),
            (&deep, r#"{"sensors":[{"lot":"FREI"}]}"#, Some(Vacant)),
            (
                &deep,
                r#"{"sensors.0.Lot":"frei","sensors":[{"lot":7}]}"#,
                Some(Vacant),
            ),
            (&deep, r#"{"sensors":[]}"#, None),
            (&turned, r#"{"free":0}"#, Some(Occupied)),
            (&turned, r#"{"free":true}"#, Some(Vacant)),
            (&words, r#"{"status":"parked"}"#, Some(Occupied)),
            (&words, r#"{"status":"free"}"#, Some(Vacant)),
        ] {
            assert_eq!(read_by(rule, object).unwrap().status, want, "{object}");
        }
        for (rule, object) in [
            (&parking, r#"{"parking_state":2}"#),
            // Said to be 1 when occupied: any other word for it is not believed.
            (&parking, r#"{"parking_state":"busy"}"#),
            (&deep, r#"{"sensors":[{"lot":"vacant"}]}"#),
            (&words, r#"{"status":"occupied"}"#),
        ] {
            let said = read_by(rule, object).unwrap_err().0;
            assert!(said.contains("none of the values"), "{object}: {said}");
        }
    }

    #[test]
    fn json_that_a_device_itself_has_sent_is_an_object_too() {
        let frame = Frame::of(2, br#"{"occupied":1}"#);
        assert_eq!(decode(&frame).unwrap().status, Some(Occupied));
    }
}
