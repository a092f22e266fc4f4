//! Small cities and a read model that only remembers, for the tests of every room.

use crate::domain::{BayIx, BayKind, BayView, LatLon, ReadModel, ZoneIx, ZoneKind, ZoneTally};
use crate::registry::Registry;
use crate::registry::city::{BayAttrs, BaySpec, ZoneSpec};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A zone with nothing special about it, some 500 m from its neighbours.
pub(crate) fn zone(n: usize, capacity: u32) -> ZoneSpec {
    ZoneSpec {
        id: format!("Z{n}"),
        name: format!("Zone {n}"),
        kind: ZoneKind::OffStreet,
        operator: "city".into(),
        capacity,
        place: LatLon {
            lat: 1.3 + 0.0045 * (n / 40) as f64,
            lon: 103.8 + 0.0045 * (n % 40) as f64,
        },
        outline: vec![],
        stale_after_s: None,
    }
}

/// Bay `i` of zone `n`, an ordinary car bay; its id is `Z{n}-{i}`.
pub(crate) fn bay(n: usize, i: usize) -> BaySpec {
    let z = zone(n, 0).place;
    let place = LatLon {
        lat: z.lat + 0.00003 * (i / 10) as f64,
        lon: z.lon + 0.00003 * (i % 10) as f64,
    };
    let attrs = BayAttrs {
        kind: BayKind::Car,
        accessible: false,
        ev_charging: false,
        max_height_cm: 0,
        max_stay_min: 0,
        price_cents_per_hour: 120,
    };
    BaySpec {
        id: format!("Z{n}-{i}"),
        zone: format!("Z{n}"),
        place,
        attrs,
    }
}

/// `zones` zones with `bays` bays each.
pub(crate) fn city(zones: usize, bays: usize) -> Arc<Registry> {
    let specs = (0..zones)
        .flat_map(|n| (0..bays).map(move |i| bay(n, i)))
        .collect();
    Arc::new(
        Registry::in_memory((0..zones).map(|n| zone(n, bays as u32)).collect(), specs).unwrap(),
    )
}

/// A read model that keeps the last word on everything.
#[derive(Default)]
pub(crate) struct Remembered {
    pub(crate) bays: Mutex<BTreeMap<BayIx, BayView>>,
    pub(crate) zones: Mutex<BTreeMap<ZoneIx, ZoneTally>>,
}

impl ReadModel for Remembered {
    fn bays(&self, views: &[BayView]) {
        self.bays
            .lock()
            .unwrap()
            .extend(views.iter().map(|v| (v.bay, *v)));
    }

    fn zones(&self, tallies: &[(ZoneIx, ZoneTally)]) {
        self.zones.lock().unwrap().extend(tallies.iter().copied());
    }
}
