//! Looks every five minutes at how many car parks and sources are connected and online, for the
//! months that operators and partners are graded by.
//!
//! Promises: a look tells what this hub knows and no more: a source that it has not heard since its
//! start is left out until the hub has run for a day, and so is one that several partners' keys may
//! speak for. A hub that does not run takes no looks. Dear: a pass over all zones and all sources, on a
//! thread that may block.

use super::Shared;
use crate::config::Config;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, SourceIx, ZoneKind};
use crate::ingest::gate::Ledger;
use crate::live::Live;
use crate::partners::{Keys, QualityOf, QualitySample, Speakers, UsageBook};
use crate::registry::Registry;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Between two looks, ms: they are taken as each such time begins.
const EVERY_MS: u64 = 300_000;

/// The least between two, also where the clock jumps, and after a start.
const LEAST: Duration = Duration::from_millis(EVERY_MS / 2);

/// What was heard so long ago at most is connected, ms.
const CONNECTED_MS: u64 = 24 * HOUR_MS;

/// How the names begin under which the hub itself stands behind what it fetches: no partner's.
const FETCHED: [&str; 2] = ["feed:", "broker:"];

/// What a look needs.
#[derive(Clone)]
pub(super) struct QualityLook {
    pub(super) registry: Arc<Registry>,
    pub(super) live: Arc<Live>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) keys: Arc<Keys>,
    /// Silence after which a source is not online, ms.
    pub(super) silent_after_ms: u64,
}

/// What a look found, by whose it is and name.
type Looks = BTreeMap<(QualityOf, String), QualitySample>;

impl QualityLook {
    pub(super) fn new(
        config: &Config,
        shared: &Shared,
        keys: Arc<Keys>,
        ledger: Arc<Ledger>,
    ) -> Self {
        Self {
            registry: shared.registry.clone(),
            live: shared.live.clone(),
            ledger,
            keys,
            silent_after_ms: u64::from(config.stream.stale_after_s) * 1000,
        }
    }

    /// Looks at everything once.
    pub(super) fn look(&self, now: Millis) -> Looks {
        let mut found = Looks::new();
        self.operators(now, &mut found);
        self.partners(now, &mut found);
        found
    }

    /// Zones that are no part of another, and nobody's own.
    fn operators(&self, now: Millis, found: &mut Looks) {
        let city = self.registry.city();
        for (ix, zone) in city.zones() {
            let spec = &zone.spec;
            if spec.operator.is_empty() || spec.part_of.is_some() || spec.kind == ZoneKind::Private
            {
                continue;
            }
            let whose = (QualityOf::Operator, spec.operator.clone());
            let sample = found.entry(whose).or_default();
            let tally = self.live.zone(ix);
            sample.members += 1;
            let heard = tally.observed_at;
            if heard.is_never() || now.since(heard) > CONNECTED_MS {
                continue;
            }
            let places = tally.capacity.saturating_sub(tally.closed);
            sample.connected += 1;
            sample.watched += u64::from(places);
            if !tally.stale {
                sample.online += u64::from(places.saturating_sub(tally.unknown));
            }
        }
    }

    /// Sources that watch; who passes by is silent most of the time.
    fn partners(&self, now: Millis, found: &mut Looks) {
        let ran_a_day = now.since(self.ledger.since()) > CONNECTED_MS;
        let speakers = if ran_a_day {
            Speakers::of(&self.keys)
        } else {
            Speakers::default()
        };
        for source in (0..self.registry.source_count()).map(SourceIx) {
            let Some(id) = self.registry.source_id(source) else {
                continue;
            };
            let known = self.registry.source(&id);
            if known.is_none_or(|(_, kind)| kind.passes_by()) {
                continue;
            }
            let sent = self.ledger.of(source).unwrap_or_default();
            let partner = sent.partner.or_else(|| speakers.only(&id).cloned());
            let Some(partner) = partner.filter(|p| !FETCHED.iter().any(|f| p.starts_with(f)))
            else {
                continue;
            };
            let sample = found
                .entry((QualityOf::Partner, partner.to_string()))
                .or_default();
            sample.members += 1;
            if sent.heard_at.is_never() || now.since(sent.heard_at) > CONNECTED_MS {
                continue;
            }
            sample.connected += 1;
            sample.watched += 1;
            sample.online += u64::from(now.since(sent.heard_at) <= self.silent_after_ms);
        }
    }
}

/// Looks until the hub closes.
pub(super) async fn keep(
    look: QualityLook,
    book: Arc<UsageBook>,
    shared: Shared,
    mut closed: watch::Receiver<bool>,
) {
    loop {
        let left = EVERY_MS - shared.clock.now().0 % EVERY_MS;
        let left = Duration::from_millis(left);
        // A look that is due too soon is left out.
        let wait = if left < LEAST {
            left + Duration::from_millis(EVERY_MS)
        } else {
            left
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = closed.wait_for(|c| *c) => return,
        }
        let now = shared.clock.now();
        let own = look.clone();
        let found = tokio::task::spawn_blocking(move || own.look(now)).await;
        match found {
            Ok(found) => book.observe(found).await,
            Err(e) => tracing::warn!(error = %e, "a look at how good data are has failed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::domain::{ReadModel as _, SourceKind, ZoneTally};
    use crate::ingest::gate::{self, Gate};
    use crate::live::Room;
    use crate::metrics::Metrics;
    use crate::testing;

    const NOW: Millis = Millis(1_795_399_200_123);

    #[test]
    fn an_operators_car_parks_are_connected_for_a_day_and_their_places_online_while_known() {
        let town = testing::town().zone("A").operator("hdb").capacity(10);
        let town = town.zone("B").operator("hdb").capacity(20);
        let town = town.zone("C").operator("hdb").capacity(30);
        let registry = Arc::new(town.zone("D").operator("").capacity(40).build());
        let room = Room {
            spare_bays: 0,
            spare_zones: 0,
            subscribers: 1,
        };
        let live = Arc::new(Live::new(&registry.city(), room));
        let tally = |zone: &str, tally: ZoneTally| {
            live.zones(&[(registry.zone(zone).unwrap(), tally)]);
        };
        let heard = ZoneTally {
            capacity_by_kind: [10, 0, 0, 0],
            unknown: 3,
            closed: 1,
            observed_at: NOW,
            ..ZoneTally::default()
        };
        tally("A", heard);
        let silent = Millis(NOW.0 - CONNECTED_MS);
        tally(
            "B",
            ZoneTally {
                capacity_by_kind: [20, 0, 0, 0],
                stale: true,
                observed_at: silent,
                ..ZoneTally::default()
            },
        );
        let gone = Millis(NOW.0 - CONNECTED_MS - 1);
        tally(
            "C",
            ZoneTally {
                capacity_by_kind: [30, 0, 0, 0],
                observed_at: gone,
                ..ZoneTally::default()
            },
        );
        let found = look(registry, live).look(NOW);
        let want = QualitySample {
            members: 3,
            connected: 2,
            watched: 29,
            online: 6,
        };
        assert_eq!(
            found,
            [((QualityOf::Operator, "hdb".to_owned()), want)].into()
        );
    }

    fn look(registry: Arc<Registry>, live: Arc<Live>) -> QualityLook {
        let clock = Arc::new(ManualClock::at(Millis(NOW.0 - 2 * CONNECTED_MS)));
        let metrics = Arc::new(Metrics::new());
        let gate = Gate::new(registry.clone(), clock, metrics, gate::Config::default());
        QualityLook {
            registry,
            live,
            ledger: gate.ledger(),
            keys: Arc::default(),
            silent_after_ms: 900_000,
        }
    }

    #[test]
    fn sources_that_nobody_is_known_to_speak_for_are_nobodys() {
        let registry = Arc::new(testing::town().zone("A").capacity(1).build());
        registry.enrol_source("lamp-1", SourceKind::Sensor).unwrap();
        registry.enrol_source("phone-1", SourceKind::App).unwrap();
        let room = Room {
            spare_bays: 0,
            spare_zones: 0,
            subscribers: 1,
        };
        let live = Arc::new(Live::new(&registry.city(), room));
        let found = look(registry, live).look(NOW);
        assert!(
            found.keys().all(|(of, _)| *of == QualityOf::Operator),
            "{found:?}"
        );
    }
}
