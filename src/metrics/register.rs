//! How a metric is made: under the hub's prefix, and registered at once.

use prometheus::core::Collector;
use prometheus::{
    GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry,
};

/// From 100 us to 10 s: a fast sync to a stalled disk.
const BUCKETS_S: [f64; 16] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];

/// Where one hub's metrics are registered. Each call makes one.
///
/// # Panics
/// All do if two metrics share a name: a mistake in this room, found by its test.
pub(super) struct Register(Registry);

impl Register {
    pub(super) fn new() -> Self {
        Self(Registry::new())
    }

    /// The registry with all that was made.
    pub(super) fn done(self) -> Registry {
        self.0
    }

    pub(super) fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.add(IntCounter::with_opts(named(name, help)))
    }

    pub(super) fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.add(IntCounterVec::new(named(name, help), labels))
    }

    pub(super) fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.add(IntGauge::with_opts(named(name, help)))
    }

    pub(super) fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.add(IntGaugeVec::new(named(name, help), labels))
    }

    /// Gauges of what is no whole number.
    pub(super) fn ratios(&self, name: &str, help: &str, labels: &[&str]) -> GaugeVec {
        self.add(GaugeVec::new(named(name, help), labels))
    }

    pub(super) fn seconds(&self, name: &str, help: &str) -> Histogram {
        self.add(Histogram::with_opts(timed(name, help)))
    }

    pub(super) fn seconds_by(&self, name: &str, help: &str, labels: &[&str]) -> HistogramVec {
        self.add(HistogramVec::new(timed(name, help), labels))
    }

    fn add<M: Collector + Clone + 'static>(&self, metric: prometheus::Result<M>) -> M {
        let metric = metric.expect("a valid metric");
        self.0
            .register(Box::new(metric.clone()))
            .expect("a name of its own");
        metric
    }
}

fn named(name: &str, help: &str) -> Opts {
    Opts::new(name, help).namespace("bayhub")
}

fn timed(name: &str, help: &str) -> HistogramOpts {
    HistogramOpts {
        common_opts: named(name, help),
        buckets: BUCKETS_S.to_vec(),
    }
}
