//! What a body asks of an order, member by member. Whether it can be is for the room `orders` to say.

use crate::domain::{Affects, OrderKind, OrderTarget, Severity, Texts};
use crate::orders::{OrderChange, OrderDraft, read_target};
use crate::serve::http::body::Fields;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::quoted;
use serde_json::{Map, Value};

/// What can be changed of an order.
const CHANGED_BY: [&str; 9] = [
    "kind",
    "target",
    "from",
    "to",
    "reason",
    "instruction",
    "cause",
    "severity",
    "affects",
];

/// What is said once, when it is issued.
const BESIDES: [&str; 1] = ["exercise"];

/// A new order.
pub(super) fn draft(members: &Map<String, Value>) -> Result<OrderDraft, ApiError> {
    let fields = Fields::of(members).only(&[&CHANGED_BY[..], &BESIDES].concat())?;
    let change = changed(&fields)?;
    Ok(OrderDraft {
        kind: change.kind.ok_or_else(|| fields.bad("kind", "is needed"))?,
        target: change
            .target
            .ok_or_else(|| fields.bad("target", "is needed"))?,
        from: change.from,
        to: change.to.flatten(),
        reason: change.reason.unwrap_or_default(),
        instruction: change.instruction.unwrap_or_default(),
        cause: change.cause.flatten(),
        severity: change.severity,
        affects: change.affects.unwrap_or(Affects::NewArrivals),
        exercise: fields.flag("exercise")?.unwrap_or_default(),
    })
}

/// What is to be another.
pub(super) fn change(members: &Map<String, Value>) -> Result<OrderChange, ApiError> {
    changed(&Fields::of(members).only(&CHANGED_BY)?)
}

fn changed(fields: &Fields<'_>) -> Result<OrderChange, ApiError> {
    // To say null is to say something: without an end, without a cause.
    let says_null = |name: &str| fields.says_null(name);
    let to = fields.time("to")?;
    let cause = fields.text("cause")?.map(str::to_owned);
    Ok(OrderChange {
        kind: word(fields, "kind", OrderKind::parse, OrderKind::list)?,
        target: target(fields)?,
        from: fields.time("from")?,
        to: to.map(Some).or_else(|| says_null("to").then_some(None)),
        reason: texts(fields, "reason")?,
        instruction: texts(fields, "instruction")?,
        cause: cause
            .map(Some)
            .or_else(|| says_null("cause").then_some(None)),
        severity: word(fields, "severity", Severity::parse, Severity::list)?,
        affects: word(fields, "affects", Affects::parse, Affects::list)?,
    })
}

fn word<T>(
    fields: &Fields<'_>,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
    list: impl Fn() -> String,
) -> Result<Option<T>, ApiError> {
    let Some(text) = fields.text(name)? else {
        return Ok(None);
    };
    let says = || format!("must be one of {}, not {}", list(), quoted(text));
    parse(text)
        .map(Some)
        .ok_or_else(|| fields.bad(name, says()))
}

fn target(fields: &Fields<'_>) -> Result<Option<OrderTarget>, ApiError> {
    let Some(value) = fields.get("target") else {
        return Ok(None);
    };
    let says = "must be one of {\"zones\": [ids]}, {\"bays\": [ids]}, {\"polygon\": a GeoJSON Polygon or \
                MultiPolygon whose rings end where they begin}";
    read_target(value)
        .map(Some)
        .ok_or_else(|| fields.bad("target", says))
}

/// Texts by language; one alone is English.
fn texts(fields: &Fields<'_>, name: &'static str) -> Result<Option<Texts>, ApiError> {
    let says = "must be an object of texts by language, such as {\"en\": \"burst main\"}";
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some([("en".to_owned(), text.clone())].into())),
        Some(Value::Object(all)) => {
            let texts = all.iter().map(|(language, text)| {
                let text = text.as_str().ok_or_else(|| fields.bad(name, says))?;
                Ok((language.clone(), text.to_owned()))
            });
            texts.collect::<Result<Texts, ApiError>>().map(Some)
        }
        Some(_) => Err(fields.bad(name, says)),
    }
}
