//! An order as the store has it: JSON whose members only ever grow more.
//!
//! Promise: what an older hub wrote is read; what cannot be is named, and is none.

use super::told::target;
use crate::domain::{Affects, LatLon, Millis, Order, OrderKind, OrderTarget, Severity, Texts};
use crate::store::OrderRow;
use serde_json::{Value, json};
use std::sync::Arc;

/// The body of a version's row.
#[must_use]
pub(super) fn body(order: &Order) -> String {
    json!({
        "kind": order.kind.name(),
        "target": target(&order.target),
        "from": order.from.0,
        "to": order.to.map(|at| at.0),
        "reason": order.reason,
        "instruction": order.instruction,
        "cause": order.cause,
        "severity": order.severity.name(),
        "affects": order.affects.name(),
        "exercise": order.exercise,
        "issued_by": &*order.issued_by,
        "issued_with": &*order.issued_with,
        "issued_at": order.issued_at.0,
        "declared_at": order.declared_at.0,
        "confirmed_at": order.confirmed_at.map(|at| at.0),
        "ended_at": order.ended_at.map(|at| at.0),
    })
    .to_string()
}

/// The inverse.
///
/// # Errors
/// Names what cannot be read.
pub(super) fn read(row: &OrderRow) -> Result<Order, String> {
    let odd = |what: &str| format!("order {} version {}: {what}", row.name, row.version);
    let body: Value = serde_json::from_str(&row.body).map_err(|e| odd(&e.to_string()))?;
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let time = |name: &str| body[name].as_u64().map(Millis);
    let texts = |name: &str| -> Texts {
        let all = body[name].as_object().into_iter().flatten();
        all.filter_map(|(language, text)| Some((language.clone(), text.as_str()?.to_owned())))
            .collect()
    };
    Ok(Order {
        name: row.name.as_str().into(),
        version: row.version,
        kind: OrderKind::parse(text("kind")).ok_or_else(|| odd("kind"))?,
        target: read_target(&body["target"]).ok_or_else(|| odd("target"))?,
        from: time("from").ok_or_else(|| odd("from"))?,
        to: time("to"),
        reason: texts("reason"),
        instruction: texts("instruction"),
        cause: body["cause"].as_str().map(str::to_owned),
        severity: Severity::parse(text("severity")).ok_or_else(|| odd("severity"))?,
        affects: Affects::parse(text("affects")).ok_or_else(|| odd("affects"))?,
        exercise: body["exercise"].as_bool().unwrap_or_default(),
        issued_by: text("issued_by").into(),
        issued_with: text("issued_with").into(),
        issued_at: time("issued_at").unwrap_or(row.changed_at),
        declared_at: time("declared_at").unwrap_or(row.changed_at),
        confirmed_at: time("confirmed_at"),
        ended_at: time("ended_at"),
        changed_at: row.changed_at,
    })
}

/// What an order is about, as it is asked for and as it is written down. `None`: it is no target.
#[must_use]
pub fn read_target(value: &Value) -> Option<OrderTarget> {
    let ids = |name: &str| -> Option<Vec<Arc<str>>> {
        let all = value.get(name)?.as_array()?;
        all.iter().map(|id| Some(id.as_str()?.into())).collect()
    };
    if value.as_object()?.len() != 1 {
        return None;
    }
    if let Some(zones) = ids("zones") {
        return Some(OrderTarget::Zones(zones));
    }
    if let Some(bays) = ids("bays") {
        return Some(OrderTarget::Bays(bays));
    }
    let polygon = value.get("polygon")?;
    let coordinates = polygon.get("coordinates")?;
    let parts = match polygon.get("type")?.as_str()? {
        "Polygon" => vec![rings(coordinates)?],
        "MultiPolygon" => {
            let parts = coordinates.as_array()?.iter().map(rings);
            parts.collect::<Option<Vec<_>>>()?
        }
        _ => return None,
    };
    Some(OrderTarget::Area(parts))
}

/// Rings of at least four corners that end where they begin.
fn rings(value: &Value) -> Option<Vec<Vec<LatLon>>> {
    let rings = value.as_array().filter(|rings| !rings.is_empty())?;
    let corner = |value: &Value| match value.as_array()?.as_slice() {
        [lon, lat, ..] => LatLon::new(lat.as_f64()?, lon.as_f64()?),
        _ => None,
    };
    let ring = |value: &Value| -> Option<Vec<LatLon>> {
        let corners: Vec<LatLon> = value
            .as_array()?
            .iter()
            .map(corner)
            .collect::<Option<_>>()?;
        (corners.len() >= 4 && corners.first() == corners.last()).then_some(corners)
    };
    rings.iter().map(ring).collect()
}
