//! GeoJSON geometries: one position that stands for all of it.
//!
//! Promise: bounded in depth; what is no geometry has no position.

use serde_json::Value;

/// Lists in lists: a multipolygon has three around its positions.
const DEEPEST: usize = 5;

/// The position of a point, else the middle of the box around a geometry; x before y.
pub(super) fn middle(geometry: &Value) -> Option<(f64, f64)> {
    let mut around = None;
    widen(geometry.get("coordinates")?, DEEPEST, &mut around);
    let [west, south, east, north]: [f64; 4] = around?;
    Some((west.midpoint(east), south.midpoint(north)))
}

fn widen(value: &Value, depth: usize, around: &mut Option<[f64; 4]>) {
    let Some(list) = value.as_array().filter(|_| depth > 0) else {
        return;
    };
    if let (Some(x), Some(y)) = (number(list.first()), number(list.get(1))) {
        let [west, south, east, north] = around.get_or_insert([x, y, x, y]);
        *west = west.min(x);
        *south = south.min(y);
        *east = east.max(x);
        *north = north.max(y);
        return;
    }
    for inner in list {
        widen(inner, depth - 1, around);
    }
}

fn number(value: Option<&Value>) -> Option<f64> {
    value?.as_f64().filter(|n| n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_geometry_is_its_middle_and_rubbish_is_nowhere() {
        let of = |coordinates| middle(&json!({"coordinates": coordinates}));
        assert_eq!(of(json!([103.8, 1.3])), Some((103.8, 1.3)));
        let ring = json!([[[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [0.0, 2.0], [0.0, 0.0]]]);
        assert_eq!(of(ring), Some((2.0, 1.0)));
        for bad in [
            json!([]),
            json!(null),
            json!(["a", "b"]),
            json!([[[[[[[1, 2]]]]]]]),
        ] {
            assert_eq!(of(bad.clone()), None, "{bad}");
        }
    }
}
