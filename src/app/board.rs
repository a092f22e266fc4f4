//! The live view as MQTT subscribers and outside brokers see it. An adapter: which
//! zones there are, what each says, who is told.

use super::Shared;
use crate::domain::{Availability, Clock, ZoneIx};
use crate::ingest::board::{Board, Wanted, Watch};
use crate::live::{Dirty, Live, ZoneFilter};
use crate::registry::Registry;
use std::pin::Pin;
use std::sync::Arc;

pub(super) fn board(shared: &Shared) -> Arc<dyn Board> {
    Arc::new(Shown {
        registry: shared.registry.clone(),
        live: shared.live.clone(),
        clock: shared.clock.clone(),
    })
}

struct Shown {
    registry: Arc<Registry>,
    live: Arc<Live>,
    clock: Arc<dyn Clock>,
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
        let kinds = city
            .bays_of(zone)
            .fold(0, |kinds, bay| kinds | 1 << city.attrs(bay).kind as u8);
        *id += &city.zone(zone).spec.id;
        let availability = Availability {
            zone: &city.zone(zone).spec.id,
            at: self.clock.now(),
            tally: self.live.on_offer(&city, zone),
            kinds,
        };
        availability.write(payload);
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
