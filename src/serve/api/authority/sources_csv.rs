//! Sources as rows of CSV: what stands in their JSON, flat, with a column for each reason of refusal.

use crate::domain::Reason;
use crate::history::csv::field;
use serde_json::Value;
use std::fmt::Write as _;

/// Members that are columns of the same name.
const MEMBERS: [&str; 15] = [
    "source",
    "kind",
    "partner",
    "health",
    "online",
    "heard_at",
    "silent_s",
    "observed_at",
    "lag_s",
    "accepted",
    "counts_clamped",
    "counts_of_other_capacity",
    "bays",
    "suspect_total",
    "suspect",
];

/// The header and a line for each source.
pub(super) fn lines(shown: &[Value]) -> String {
    let reasons = Reason::NAMES.map(|name| format!("refused_{name}"));
    let mut out = MEMBERS.join(",");
    for column in &reasons {
        out.push(',');
        out.push_str(column);
    }
    for source in shown {
        out.push_str("\r\n");
        let members = MEMBERS.map(|name| cell(&source[name]));
        out.push_str(&members.join(","));
        for name in Reason::NAMES {
            let n = source["refused"][name].as_u64().unwrap_or(0);
            // Writing to a string does not fail.
            let _ = write!(out, ",{n}");
        }
    }
    out.push_str("\r\n");
    out
}

/// Null is empty; of what a source is suspected of, the reasons.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => field(text).into_owned(),
        Value::Array(all) => {
            let mut reasons: Vec<_> = all
                .iter()
                .filter_map(|one| one["reason"].as_str())
                .collect();
            reasons.sort_unstable();
            reasons.dedup();
            reasons.join(" ")
        }
        other => other.to_string(),
    }
}
