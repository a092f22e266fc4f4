//! Forms (`application/x-www-form-urlencoded`) as older platforms push them: one row, its members
//! texts. A member that is JSON itself is read as that.

use super::super::gather::{CompiledFeed, GatheredRows};
use super::{Shape, json};
use crate::ingest::codec::Malformed;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

pub(super) static SHAPE: Shape = Shape {
    name: "form",
    about: "a form as it is pushed (x-www-form-urlencoded)",
    usual: "",
    inside: &[],
    read,
};

/// Members of a form.
const MOST_MEMBERS: usize = 1000;

fn read(feed: &CompiledFeed, text: &str, to: &mut GatheredRows) -> Result<(), Malformed> {
    let body = text.trim();
    if body.is_empty() || body.starts_with(['{', '[', '<']) {
        return Err(Malformed(
            "not a form: name=value&name=value is wanted".into(),
        ));
    }
    let mut members = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body.as_bytes()).take(MOST_MEMBERS) {
        let looks_so = value.trim_start().starts_with(['{', '[']);
        let own = looks_so
            .then(|| serde_json::from_str::<Box<RawValue>>(&value).ok())
            .flatten();
        let text = || serde_json::value::to_raw_value(&value);
        let value = own
            .map_or_else(text, Ok)
            .map_err(|e| Malformed(format!("not a form: {e}")))?;
        members.insert(name, value);
    }
    let text =
        serde_json::to_string(&members).map_err(|e| Malformed(format!("not a form: {e}")))?;
    json::read(feed, &text, to)
}
