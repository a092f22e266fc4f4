//! Outside brokers: whom each is trusted for, and what it is told of zones and orders. Adapters only; no
//! rule lives here.

use super::{Failure, Shared};
use crate::domain::source::BOOKINGS;
use crate::domain::{SharedRemit, Standing};
use crate::inbox::InboxSender;
use crate::ingest::board::Boards;
use crate::ingest::mqtt_client::{self, Broker, ClientHost, Config, Roster};
use crate::ingest::mqtt_server::Intake;
use crate::partners::{self, SourcePattern};
use std::sync::Arc;
use tokio::sync::watch;
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
    config: &crate::config::Config,
    shared: &Shared,
    intake: &Arc<dyn Intake>,
    boards: &Boards,
    journal: &InboxSender,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<(), Failure> {
    let house = ClientHost {
        intake: intake.clone(),
        registry: shared.registry.clone(),
        boards: boards.clone(),
        journal: journal.clone(),
        metrics: shared.metrics.clone(),
    };
    for config in &config.brokers {
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
    let area = config.area.clone().unwrap_or_default();
    // An operator has vouched for it, as for the keys of the configuration.
    let remit = partners::remit(area, Standing::Trusted, &format!("broker:{}", config.name));
    let remit = SharedRemit::new(remit);
    Ok(Arc::new(Trusted { patterns, remit }))
}

struct Trusted {
    patterns: Vec<SourcePattern>,
    remit: SharedRemit,
}

impl Roster for Trusted {
    fn trusts(&self, source: &str) -> bool {
        source != BOOKINGS && self.patterns.iter().any(|p| p.covers_source(source))
    }

    fn remit(&self) -> &SharedRemit {
        &self.remit
    }
}
