//! A regular city, 14,000 zones of 100 bays each, and a settlement of it that nobody is told.

use bayhub::domain::{
    AmendmentLength, BayKind, Corrections, LatLon, Millis, SettledHour, SettledSink, ZoneKind,
};
use bayhub::live::{Live, Room};
use bayhub::registry::Registry;
use bayhub::registry::city::{BayAttrs, BaySpec, ZoneSpec};
use bayhub::settlement::AmendmentFiles;
use bayhub::stream::Settlement;
use std::path::Path;
use std::sync::Arc;

pub(crate) const ZONES: usize = 14_000;
pub(crate) const BAYS: usize = 1_400_000;

pub(crate) fn city() -> Registry {
    let side = 120;
    let place = |z: usize| LatLon {
        lat: 1.22 + (z / side) as f64 * 0.002,
        lon: 103.6 + (z % side) as f64 * 0.0036,
    };
    let zones = (0..ZONES).map(|z| ZoneSpec {
        id: format!("Z{z}"),
        aliases: vec![],
        name: String::new(),
        kind: ZoneKind::OffStreet,
        operator: String::new(),
        capacity: (BAYS / ZONES) as u32,
        place: place(z),
        capacity_by_kind: [0; 4],
        price_cents_per_hour: None,
        max_height_cm: None,
        outline: vec![],
        stale_after_s: None,
        part_of: None,
    });
    let attrs = BayAttrs {
        kind: BayKind::Car,
        accessible: false,
        ev_charging: false,
        max_height_cm: 0,
        max_stay_min: 0,
        price_cents_per_hour: Some(120),
    };
    let bays = (0..BAYS).map(|b| {
        let z = b / (BAYS / ZONES);
        let i = b % (BAYS / ZONES);
        let at = place(z);
        let place = LatLon {
            lat: at.lat + (i / 10) as f64 * 3e-5,
            lon: at.lon + (i % 10) as f64 * 3e-5,
        };
        BaySpec {
            id: format!("Z{z}-{i}"),
            aliases: vec![],
            zone: format!("Z{z}"),
            place,
            attrs,
        }
    });
    Registry::in_memory(zones.collect(), bays.collect()).expect("a sound city")
}

/// A live view without room for more.
pub(crate) fn live(registry: &Registry) -> Arc<Live> {
    let room = Room {
        spare_bays: 0,
        spare_zones: 0,
        subscribers: 1,
    };
    Arc::new(Live::new(&registry.city(), room))
}

/// Takes all results and drops them.
struct Nobody;

impl SettledSink for Nobody {
    fn try_hour(&self, _: u32, _: u32, _: &Arc<SettledHour>) -> bool {
        true
    }

    fn try_corrections(&self, _: u32, _: u32, _: &Arc<Corrections>) -> bool {
        true
    }

    fn given_up(&self, _: Millis, _: bool) {}
}

/// For one worker, with files for amendments in `dir`.
pub(crate) fn settlement(dir: &Path, max_bytes: u64, kept: &[AmendmentLength]) -> Settlement {
    let kept = AmendmentFiles::open(dir, 0, max_bytes, kept).expect("a folder");
    Settlement {
        sink: Arc::new(Nobody),
        kept: Arc::new(move |me| kept.of_worker(me, 1)),
        waiting: None,
    }
}
