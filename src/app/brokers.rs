//! Outside brokers: whom each is trusted for, and what it is told of the zones. Adapters only; no
//! rule lives here.

use super::{Failure, Shared};
use crate::domain::source::BOOKINGS;
use crate::domain::{Clock, Submission, ZoneIx};
use crate::ingest::board::{Availability, AvailabilityModel, Follow};
use crate::ingest::mqtt_client::{self, Broker, ClientHost, Config, Roster};
use crate::ingest::mqtt_server::Intake;
use crate::live::{Dirty, Live, ZoneFilter};
use crate::partners::SourcePattern;
use crate::registry::Registry;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Everything that can be said against `[[brokers]]` without connecting.
pub(super) fn check(brokers: &[Config]) -> Result<(), Failure> {
    if let Some(fault) = Config::fault_among(brokers) {
        return Err(Failure::Config(fault));
    }
    brokers
        .iter()
        .try_for_each(|config| roster(config).map(drop))
}

/// Starts the clients of every broker. None of them holds up the hub: a broker that is away is
/// tried again for ever.
pub(super) fn start(
    brokers: &[Config],
    shared: &Shared,
    intake: &Arc<dyn Intake>,
    journal: &mpsc::Sender<Submission>,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<(), Failure> {
    let Shared {
        registry,
        live,
        clock,
        metrics,
        ..
    } = shared.clone();
    let board = Arc::new(Picture {
        registry: registry.clone(),
        live,
        clock,
    });
    let house = ClientHost {
        intake: intake.clone(),
        registry,
        board,
        journal: journal.clone(),
        metrics,
    };
    for config in brokers {
        let broker =
            Broker::new(config.clone(), roster(config)?, house.clone()).map_err(Failure::Config)?;
        tasks.spawn(mqtt_client::serve(Arc::new(broker), closed.clone()));
    }
    Ok(())
}

fn roster(config: &Config) -> Result<Arc<dyn Roster>, Failure> {
    let patterns = config
        .sources
        .iter()
        .map(|text| SourcePattern::parse(text))
        .collect::<Result<_, _>>();
    let patterns = patterns
        .map_err(|e| Failure::Config(format!("brokers: {:?}: sources: {e}", config.name)))?;
    Ok(Arc::new(Trusted(patterns)))
}

struct Trusted(Vec<SourcePattern>);

impl Roster for Trusted {
    fn trusts(&self, source: &str) -> bool {
        source != BOOKINGS && self.0.iter().any(|pattern| pattern.covers(source))
    }
}

/// The live view as doors that publish see it.
struct Picture {
    registry: Arc<Registry>,
    live: Arc<Live>,
    clock: Arc<dyn Clock>,
}

impl AvailabilityModel for Picture {
    fn follow(&self) -> Option<Box<dyn Follow>> {
        let dirty = self
            .live
            .feed()
            .subscribe(&self.registry.city(), ZoneFilter::All)
            .ok()?;
        Some(Box::new(Follower(dirty)))
    }

    fn availability(&self, zone: ZoneIx) -> Option<Availability> {
        let city = self.registry.city();
        let known = (zone.0 < city.zone_count())
            .then(|| city.zone(zone))
            .filter(|zone| !zone.removed)?;
        let kinds = city
            .bays_of(zone)
            .fold(0, |kinds, bay| kinds | 1 << city.attrs(bay).kind as u8);
        let tally = self.live.on_offer(&city, zone);
        let zone = known.spec.id.clone();
        Some(Availability {
            zone,
            at: self.clock.now(),
            tally,
            kinds,
        })
    }
}

struct Follower(Dirty);

impl Follow for Follower {
    fn changed(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.0.wait())
    }

    fn take(&mut self, into: &mut Vec<ZoneIx>) {
        self.0.take(into);
    }
}
