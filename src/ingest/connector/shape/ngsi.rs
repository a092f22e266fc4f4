//! NGSI v2 and NGSI-LD entities, normalised or as key-values, asked for or notified: a row an entity
//! of the Smart Data Models' parking (`OffStreetParking`, `OnStreetParking`, `ParkingSpot`).
//!
//! An entity is laid flat first: each attribute's value by its name, and its time as `{name}_at`.

use super::super::gather::{CompiledFeed, GatheredRows};
use super::super::path::Path;
use super::Shape;
use super::json::{self, JsonRow};
use crate::ingest::codec::Malformed;
use serde_json::{Map, Value};
use std::sync::LazyLock;

pub(super) static SHAPE: Shape = Shape {
    name: "ngsi",
    about: "NGSI v2 and NGSI-LD entities",
    usual: r#"
[map]
zone = "zone"
bay = "bay"
vacant = "availableSpotNumber"
occupied = "occupiedSpotNumber"
capacity = "totalSpotNumber"
name = "name"
operator = "operator"
place = { geometry = "$.location" }

[map.at]
path = ["availableSpotNumber_at", "occupiedSpotNumber_at", "status_at", "observationDateTime",
    "dateObserved", "dateModified", "modifiedAt", "TimeInstant"]
or = "now"

[map.state]
path = "status"
closed = ["closed", "closedAbnormal"]
unknown = ["unknown"]
vacant = ["free"]
occupied = ["occupied"]
"#,
    inside: &[],
    read,
};

fn read(feed: &CompiledFeed, text: &str, to: &mut GatheredRows) -> Result<(), Malformed> {
    // A notification holds its entities in `data`.
    static NOTIFIED: LazyLock<Option<Path>> = LazyLock::new(|| Path::new("$.data[*]", &[]).ok());
    let is_notified = !text.trim_start().starts_with('[') && text.contains("\"data\"");
    let rows = feed.rows.as_ref();
    let rows = rows.or_else(|| NOTIFIED.as_ref().filter(|_| is_notified));
    json::each(rows, text, to, |entity, answer, payload, to| {
        let Some(flat) = flat(entity) else {
            return to.unreadable("no entity: an object with an id is wanted".into(), payload);
        };
        let row = JsonRow { row: &flat, answer };
        feed.take(&row, || payload.into(), to);
    })
}

/// An entity with its attributes' values beside each other.
fn flat(entity: &Value) -> Option<Value> {
    let entity = entity.as_object()?;
    let id = entity.get("id")?.as_str()?;
    let kind = entity
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_bay = short(kind) == "ParkingSpot";
    let mut flat = Map::new();
    flat.insert(if is_bay { "bay" } else { "zone" }.into(), id.into());
    for (name, attribute) in entity {
        let name = short(name);
        let (value, at) = valued(attribute);
        if is_bay && name == "refParkingSite" {
            flat.insert("zone".into(), value.clone());
            continue;
        }
        if ["zone", "bay"].contains(&name) {
            continue;
        }
        if let Some(at) = at {
            flat.insert(format!("{name}_at"), at.clone());
        }
        flat.insert(name.into(), status(name, value));
    }
    Some(Value::Object(flat))
}

/// A status that is several words: closed, if it is one of them, else the first.
fn status(name: &str, value: &Value) -> Value {
    match value {
        Value::Array(words) if name == "status" => {
            let closed = words
                .iter()
                .find(|w| w.as_str().is_some_and(|w| w.starts_with("closed")));
            closed.or(words.first()).cloned().unwrap_or_default()
        }
        other => other.clone(),
    }
}

/// The value of an attribute, and when it was so.
fn valued(attribute: &Value) -> (&Value, Option<&Value>) {
    let Some(parts) = attribute
        .as_object()
        .filter(|parts| parts.contains_key("type"))
    else {
        return (attribute, None);
    };
    let Some(value) = parts.get("value").or_else(|| parts.get("object")) else {
        // A geometry as key-value has a type too.
        return (attribute, None);
    };
    let metadata = parts.get("metadata");
    let of_metadata = |name: &str| metadata?.get(name)?.get("value");
    let at = parts.get("observedAt");
    let at = at.or_else(|| {
        ["timestamp", "TimeInstant", "dateModified"]
            .into_iter()
            .find_map(of_metadata)
    });
    (value, at)
}

/// A name without the vocabulary that it is expanded to.
fn short(name: &str) -> &str {
    let is_expanded = name.starts_with("http://") || name.starts_with("https://");
    let last = name.rsplit(['/', '#']).next().unwrap_or(name);
    if is_expanded { last } else { name }
}
