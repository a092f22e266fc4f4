//! An order as it is told: by HTTP, in streams, to endpoints. One shape for all.

use crate::domain::{Confirmation, LatLon, Millis, Order, OrderTarget};
use serde_json::{Map, Value, json};

/// The order, as it is at `now`.
#[must_use]
pub fn told(order: &Order, now: Millis) -> Value {
    let time = |at: Millis| at.to_string();
    let confirmation = order.confirmation(now).map(Confirmation::name);
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| _ = all.insert(name.to_owned(), value);
    put("id", json!(&*order.name));
    put("version", json!(order.version));
    put("kind", json!(order.kind.name()));
    put("state", json!(order.state(now).name()));
    put("severity", json!(order.severity.name()));
    put("affects", json!(order.affects.name()));
    put("exercise", json!(order.exercise));
    put("target", target(&order.target));
    put("from", json!(time(order.from)));
    put("to", json!(order.to.map(time)));
    put("reason", json!(order.reason));
    put("instruction", json!(order.instruction));
    put("cause", json!(order.cause));
    put("confirmation", json!(confirmation));
    put("issued_by", json!(&*order.issued_by));
    put("issued_at", json!(time(order.issued_at)));
    put("changed_at", json!(time(order.changed_at)));
    put("ended_at", json!(order.ended_at.map(time)));
    Value::Object(all)
}

/// What it is about, as it was asked for.
#[must_use]
pub(super) fn target(target: &OrderTarget) -> Value {
    match target {
        OrderTarget::Zones(ids) => json!({"zones": ids.iter().map(|id| &**id).collect::<Vec<_>>()}),
        OrderTarget::Bays(ids) => json!({"bays": ids.iter().map(|id| &**id).collect::<Vec<_>>()}),
        OrderTarget::Area(parts) => {
            let corner = |p: &LatLon| json!([p.lon, p.lat]);
            let ring = |ring: &Vec<LatLon>| Value::Array(ring.iter().map(corner).collect());
            let part = |rings: &Vec<Vec<LatLon>>| Value::Array(rings.iter().map(ring).collect());
            let polygon = match parts.as_slice() {
                [one] => json!({"type": "Polygon", "coordinates": part(one)}),
                many => {
                    let all: Vec<Value> = many.iter().map(part).collect();
                    json!({"type": "MultiPolygon", "coordinates": all})
                }
            };
            json!({"polygon": polygon})
        }
    }
}
