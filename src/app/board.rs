//! The live view as MQTT subscribers see it. An adapter: which zones there are, what each says, who
//! is told.

use super::Shared;
use crate::domain::{BayKind, ZoneIx, ZoneTally};
use crate::ingest::mqtt_server::{Board, Wanted, Watch};
use crate::live::{Dirty, Live, ZoneFilter};
use crate::registry::Registry;
use crate::registry::city::City;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;

pub(super) fn board(shared: &Shared) -> Arc<dyn Board> {
    Arc::new(Shown {
        registry: shared.registry.clone(),
        live: shared.live.clone(),
    })
}

struct Shown {
    registry: Arc<Registry>,
    live: Arc<Live>,
}

impl Board for Shown {
    fn zone(&self, id: &str) -> Option<ZoneIx> {
        self.registry.zone(id)
    }

    fn show(&self, zone: ZoneIx, id: &mut String, payload: &mut Vec<u8>) -> bool {
        let city = self.registry.city();
        if zone.0 >= city.zone_count() || city.zone(zone).removed {
            return false;
        }
        *id += &city.zone(zone).spec.id;
        availability(&city, zone, &self.live.on_offer(&city, zone), payload);
        true
    }

    fn watch(&self, wanted: Wanted) -> Option<Box<dyn Watch>> {
        let zones = match wanted {
            Wanted::All => ZoneFilter::All,
            Wanted::These(zones) => ZoneFilter::Some(zones),
        };
        let dirty = self
            .live
            .feed()
            .subscribe(&self.registry.city(), zones)
            .ok()?;
        Some(Box::new(Told(dirty)))
    }
}

struct Told(Dirty);

impl Watch for Told {
    fn changed<'a>(&'a mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(self.0.wait())
    }

    fn take(&mut self, into: &mut Vec<ZoneIx>) {
        self.0.take(into);
    }
}

/// Appends what is published of a zone:
/// `{"zone","at","capacity","vacant":{kind:n},"unknown","occupied"}`. `at` is its newest
/// observation, null where there is none; `vacant` names the kinds it has bays of, and any that was
/// counted.
fn availability(city: &City, zone: ZoneIx, tally: &ZoneTally, out: &mut Vec<u8>) {
    let mut kinds = [false; BayKind::COUNT];
    for bay in city.bays_of(zone) {
        kinds[city.attrs(bay).kind as usize] = true;
    }
    if !kinds.contains(&true) && !tally.observed_at.is_never() {
        kinds[BayKind::Car as usize] = true;
    }
    // Ids need no escape, and writing to a vector does not fail.
    let _ = write!(out, r#"{{"zone":"{}","at":"#, city.zone(zone).spec.id);
    if tally.observed_at.is_never() {
        out.extend_from_slice(b"null");
    } else {
        out.push(b'"');
        out.extend_from_slice(&tally.observed_at.rfc3339());
        out.push(b'"');
    }
    let _ = write!(out, r#","capacity":{},"vacant":{{"#, tally.capacity);
    let mut comma = "";
    for kind in BayKind::ALL {
        let vacant = tally.vacant[kind as usize];
        if kinds[kind as usize] || vacant > 0 {
            let _ = write!(out, r#"{comma}"{}":{vacant}"#, kind.name());
            comma = ",";
        }
    }
    let _ = write!(
        out,
        r#"}},"unknown":{},"occupied":{}}}"#,
        tally.unknown, tally.occupied
    );
}
