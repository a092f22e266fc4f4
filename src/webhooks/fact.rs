//! Facts as they are told: a row of the store becomes the `data` of a message.
//!
//! Promise: the same row makes the same bytes, at every attempt. An owner's view has no word of who
//! drives, and of a place of a pool nobody is told which.

use crate::domain::Millis;
use crate::domain::pool::bay_told;
use serde_json::{Map, Value, json};

/// Members that are times, in milliseconds as the store has them.
const TIMES: [&str; 3] = ["start", "end", "expected"];

/// Families of facts that triggers of the store write.
const OURS: [&str; 3] = ["reservation.", "offer.", "problem."];

/// The data of a row of this type; what is no fact of a booking, an offer or a problem stays as it is.
#[must_use]
pub(super) fn data(kind: &str, stored: &str) -> String {
    let is_ours = OURS.iter().any(|family| kind.starts_with(family));
    let members = serde_json::from_str::<Map<String, Value>>(stored);
    let (true, Ok(mut members)) = (is_ours, members) else {
        return stored.to_owned();
    };
    for name in TIMES {
        if let Some(at) = members.get(name).and_then(Value::as_u64) {
            members.insert(name.to_owned(), json!(Millis(at).to_string()));
        }
    }
    if let Some(bay) = members.get("bay").and_then(Value::as_str) {
        let told = json!(bay_told(bay));
        members.insert("bay".to_owned(), told);
    }
    members.retain(|name, value| !value.is_null() || name == "bay");
    Value::Object(members).to_string()
}

/// The body of a message. `data` is JSON.
#[must_use]
pub(super) fn body(kind: &str, at: Millis, data: &str) -> String {
    format!("{{\"type\":\"{kind}\",\"timestamp\":\"{at}\",\"data\":{data}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_told_with_times_and_without_the_seat_of_a_pool() {
        let stored = r#"{"role":"owner","reservation":"rs_1","offer":"of_1","bay":"~EAST~of_1~3","state":"held",
            "cause":"driver","start":1795399200123,"end":1795402800123,"at_risk":null,"season":null,
            "amount_cents":0,"currency":"SGD"}"#;
        let told: Value = serde_json::from_str(&data("reservation.held", stored)).unwrap();
        let want = json!({
            "role": "owner", "reservation": "rs_1", "offer": "of_1", "bay": null, "state": "held",
            "cause": "driver", "start": "2026-11-23T02:00:00.123Z", "end": "2026-11-23T03:00:00.123Z",
            "amount_cents": 0, "currency": "SGD",
        });
        assert_eq!(told, want);
        let stored = r#"{"role":"operator","problem":"7","bay":null,"expected":1795402800123,"notice":null}"#;
        let told: Value = serde_json::from_str(&data("problem.opened", stored)).unwrap();
        let want = json!({
            "role": "operator", "problem": "7", "bay": null, "expected": "2026-11-23T03:00:00.123Z",
        });
        assert_eq!(told, want);
        assert_eq!(data("zone.full", "{\"start\":1}"), "{\"start\":1}");
        let whole = body("zone.full", Millis(1_795_399_200_123), "{}");
        assert_eq!(
            whole,
            "{\"type\":\"zone.full\",\"timestamp\":\"2026-11-23T02:00:00.123Z\",\"data\":{}}"
        );
    }
}
