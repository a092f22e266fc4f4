//! What several rooms share: who and where, what is true now, how well the hub is, what time it is.

use super::{Failure, workdays};
use crate::config::Config;
use crate::domain::{Clock, Workdays};
use crate::health::{Health, Part};
use crate::ingest::codec::device;
use crate::limits::Limits;
use crate::live::{Live, Room};
use crate::metrics::Metrics;
use crate::orders::OrderBook;
use crate::registry::Registry;
use std::sync::Arc;
use std::time::Instant;

/// Change-feed subscriptions at a time.
const SUBSCRIBERS: usize = 20_000;

/// What several rooms share; cheap to clone.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) registry: Arc<Registry>,
    pub(super) live: Arc<Live>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health: Arc<Health>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Arc<Limits>,
    pub(super) workdays: Arc<Workdays>,
    pub(super) orders: Arc<OrderBook>,
}

impl Shared {
    /// Reads the registry and lays out the live view.
    pub(super) fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let workdays = Arc::new(workdays::read(config)?);
        let begun = Instant::now();
        let registry = Registry::open_as(
            &config.registry.path,
            &config.data.path,
            device::MODELS,
            config.registry.reading(),
        )?;
        let registry = Arc::new(registry);
        let city = registry.city();
        let room = Room {
            spare_bays: config.registry.spare_bays,
            spare_zones: config.registry.spare_zones,
            subscribers: SUBSCRIBERS,
        };
        let live = Arc::new(Live::new(&city, room));
        tracing::info!(
            zones = city.zone_count(),
            bays = city.live_bays(),
            took = ?begun.elapsed(),
            "registry read"
        );
        drop(city);
        let orders = Arc::new(OrderBook::new(registry.clone(), clock.clone()));
        let health = Arc::new(Health::default());
        health.well(Part::Registry);
        let metrics = Arc::new(Metrics::new());
        let limits = Arc::new(Limits::new(&config.limits, &metrics));
        for (name, n) in [
            ("http_connections", config.http.max_connections),
            ("mqtt_connections", config.mqtt.max_connections),
            ("streams", config.http.max_streams),
        ] {
            metrics.quota.limit(name, n as u64);
        }
        Ok(Self {
            registry,
            live,
            metrics,
            health,
            clock,
            limits,
            workdays,
            orders,
        })
    }
}
