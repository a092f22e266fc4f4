//! The small town that most tests stand in, and what one is made of.

use crate::domain::{BayKind, LatLon, ZoneKind};
use crate::registry::Registry;
use crate::registry::city::{BayAttrs, BaySpec, ZoneSpec};

pub(super) fn at(lat: f64, lon: f64) -> LatLon {
    LatLon::new(lat, lon).unwrap()
}

pub(super) fn zone(id: &str, name: &str, kind: ZoneKind, place: LatLon, capacity: u32) -> ZoneSpec {
    let id = id.to_owned();
    let name = name.to_owned();
    let operator = "HDB \"north\"".to_owned();
    ZoneSpec {
        id,
        aliases: vec![],
        name,
        kind,
        operator,
        capacity,
        place,
        capacity_by_kind: [0; 4],
        price_cents_per_hour: None,
        max_height_cm: None,
        outline: vec![],
        stale_after_s: None,
        part_of: None,
    }
}

pub(super) fn bay(
    id: &str,
    zone: &str,
    place: LatLon,
    edit: impl FnOnce(&mut BayAttrs),
) -> BaySpec {
    let mut attrs = BayAttrs {
        kind: BayKind::Car,
        accessible: false,
        ev_charging: false,
        max_height_cm: 0,
        max_stay_min: 0,
        price_cents_per_hour: Some(120),
    };
    edit(&mut attrs);
    BaySpec {
        id: id.into(),
        aliases: vec![],
        zone: zone.into(),
        place,
        attrs,
    }
}

/// Four bays each some 111 m further north than the one before, one of them for motorcycles, and
/// two zones more.
pub(super) fn small_town() -> Registry {
    let centre = at(1.3327, 103.8474);
    let north = |n: f64| at(1.3327 + n / 1000.0, 103.8474);
    Registry::in_memory(
        vec![
            zone(
                "TPY12",
                "Toa Payoh \"12\"\n大巴窑",
                ZoneKind::OnStreet,
                centre,
                0,
            ),
            zone(
                "HE12",
                "Hougang",
                ZoneKind::OffStreet,
                at(1.37, 103.89),
                105,
            ),
            zone("EAST", "East", ZoneKind::OffStreet, at(1.32, 103.95), 0),
        ],
        vec![
            bay("TPY12-001", "TPY12", north(0.0), |a| a.max_height_cm = 210),
            bay("TPY12-002", "TPY12", north(1.0), |a| {
                (a.accessible, a.max_stay_min) = (true, 120);
            }),
            bay("TPY12-003", "TPY12", north(2.0), |a| {
                (a.ev_charging, a.price_cents_per_hour) = (true, Some(240));
            }),
            bay("TPY12-004", "TPY12", north(3.0), |a| {
                a.kind = BayKind::Motorcycle;
            }),
            bay("EAST-1", "EAST", at(1.32, 103.95), |_| {}),
        ],
    )
    .unwrap()
    .knowing(crate::ingest::codec::device::MODELS)
}
