//! Everything the hub counts, by its Prometheus name. The only door to the `prometheus` crate.
//!
//! Names have the `bayhub_` prefix, base units and `_total`; no id is ever a label (a broker's name
//! is none: the configuration lists the few there are). Handles are looked up once here, so
//! counting on a hot path is one atomic addition.

use crate::domain::{Door, Reason};
use prometheus::{
    Encoder, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};

/// All counters, gauges and histograms of one hub.
pub struct Metrics {
    registry: Registry,
    refused: IntCounterVec,
    accepted: IntCounterVec,
    /// Uplinks that had been made durable already: acknowledged, not taken twice.
    pub uplinks_duplicate: IntCounter,
    /// Events of network servers that are no uplinks (joins, acks): accepted, of no use here.
    pub uplinks_ignored: IntCounter,
    /// MQTT messages of QoS 0 that were dropped because the journal was busy.
    pub shed: IntCounter,
    pub mqtt_connections: IntGauge,
    /// Connections the MQTT server ended or never accepted, by reason.
    pub mqtt_refused_connections: IntCounterVec,
    pub mqtt_packets: IntCounterVec,
    pub mqtt_refused_subscriptions: IntCounterVec,
    /// Sent, or longer than what the subscriber takes.
    pub mqtt_deliveries: IntCounterVec,
    /// How often a connection was not read for a while because its source sent too much.
    pub mqtt_throttled: IntCounter,
    pub brokers: Brokers,
    pub share: Share,
    pub journal_commits: IntCounter,
    pub journal_claims: IntCounter,
    pub journal_bytes: IntGauge,
    pub journal_commit_seconds: Histogram,
    pub journal_errors: IntCounter,
    pub quarantine_errors: IntCounter,
    pub checkpoints: IntCounter,
    pub checkpoint_errors: IntCounter,
    pub checkpoint_bytes: IntGauge,
    /// How long a worker stands still to be copied.
    pub checkpoint_pause_seconds: Histogram,
    pub stream_claims: IntCounter,
    /// Claims older than what was already known of their bay: taken, but without effect on the live
    /// state.
    pub stream_superseded: IntCounter,
    /// Ingest time reached by the stream, ms since 1970.
    pub stream_frontier: IntGauge,
    pub stream_claims_waiting: IntGauge,
    /// Files of history written, by class.
    pub history_files: IntCounterVec,
    pub history_bytes: IntCounter,
    pub history_errors: IntCounter,
    /// Hours that were not taken for lack of room: the stream keeps them.
    pub history_refused: IntCounter,
    pub history_waiting: IntGauge,
    /// The end of the newest hour that is written, ms since 1970.
    pub history_newest: IntGauge,
    /// Occupied share of the bays that are known, now, by kind of zone.
    pub occupancy: GaugeVec,
    /// Of the newest hour that is settled, by kind of zone.
    pub turnover: GaugeVec,
    pub settled: SettlementMetrics,
    pub bays: IntGauge,
    pub zones: IntGauge,
    pub zones_stale: IntGauge,
    pub sources: IntGauge,
    pub http_seconds: HistogramVec,
    pub http_responses: IntCounterVec,
    /// Open event streams.
    pub http_streams: IntGauge,
    pub http_stream_events: IntCounter,
    /// Connections ended because the client left unread what was sent to it.
    pub http_slow_clients: IntCounter,
}

/// Outside brokers, each under its name in the configuration.
pub struct Brokers {
    /// Clients whose connection stands.
    pub connected: IntGaugeVec,
    pub failures: IntCounterVec,
    pub messages: IntCounterVec,
    /// Among the messages: marked by the broker as sent before.
    pub redelivered: IntCounterVec,
    /// Acknowledgements that were still owed when their connection ended.
    pub stale_acks: IntCounterVec,
    pub published: IntCounterVec,
}

impl Brokers {
    fn new(r: &Registry) -> Self {
        let named = |name: &str, help: &str| {
            Opts::new(name, help)
                .namespace("bayhub")
                .subsystem("broker")
        };
        let counter = |name: &str, help: &str| {
            let m = IntCounterVec::new(named(name, help), &["broker"]).expect("a valid metric");
            r.register(Box::new(m.clone())).expect("a name of its own");
            m
        };
        let connected = IntGaugeVec::new(
            named("connected", "Clients whose connection stands."),
            &["broker"],
        );
        let connected = connected.expect("a valid metric");
        r.register(Box::new(connected.clone()))
            .expect("a name of its own");
        Self {
            connected,
            failures: counter(
                "connection_failures_total",
                "Connections that ended or were never made.",
            ),
            messages: counter("messages_total", "Messages received."),
            redelivered: counter(
                "redelivered_total",
                "Messages that the broker marked as sent before.",
            ),
            stale_acks: counter(
                "stale_acks_total",
                "Acknowledgements dropped as their connection had ended.",
            ),
            published: counter(
                "published_total",
                "Availability messages handed to the broker.",
            ),
        }
    }
}

/// The settlement. Labels are few and fixed.
pub struct SettlementMetrics {
    pub reports: IntCounter,
    /// Ended visits: those that count, and short stays.
    pub visits: IntCounter,
    pub short: IntCounter,
    /// Late reports; each is then either amended or too late.
    pub late: IntCounter,
    pub amended: IntCounter,
    pub too_late: IntCounter,
    /// Parts of hours of results that were handed over, one a worker.
    pub hours: IntCounter,
    /// Hours of results that were not taken by anybody.
    pub hours_lost: IntCounter,
    /// Settled reports that could not be kept for amendments.
    pub unkept: IntCounter,
    /// From the newest settled window to the ingest time that the stream has reached.
    pub lag: IntGauge,
}

impl SettlementMetrics {
    fn new(r: &Registry) -> Self {
        let named = |name: &str, help: &str| Opts::new(name, help).namespace("bayhub");
        let counter = |name: &str, help: &str| {
            let m = IntCounter::with_opts(named(name, help)).expect("a valid metric");
            r.register(Box::new(m.clone())).expect("a name of its own");
            m
        };
        let lag = IntGauge::with_opts(named(
            "settled_lag_seconds",
            "Age of the newest settled window.",
        ))
        .expect("a valid metric");
        r.register(Box::new(lag.clone()))
            .expect("a name of its own");
        Self {
            reports: counter("settled_reports_total", "Reports settled in time."),
            visits: counter("settled_visits_total", "Settled visits that ended."),
            short: counter(
                "settled_short_stays_total",
                "Settled stays too short to be visits.",
            ),
            late: counter(
                "settled_late_reports_total",
                "Reports that came after the watermark.",
            ),
            amended: counter(
                "settled_amended_reports_total",
                "Late reports that amended what was settled.",
            ),
            too_late: counter(
                "settled_too_late_reports_total",
                "Reports too late to amend, kept aside.",
            ),
            hours: counter(
                "settled_hours_total",
                "Parts of hours of settled results handed over.",
            ),
            hours_lost: counter(
                "settled_hours_lost_total",
                "Hours of settled results that nobody took.",
            ),
            unkept: counter(
                "settled_unkept_reports_total",
                "Settled reports that could not be kept for amendments.",
            ),
            lag,
        }
    }
}

/// Shared private bays.
pub struct Share {
    /// Offers that are not withdrawn.
    pub offers: IntGauge,
    /// Reservations that keep a bay.
    pub kept: IntGauge,
    /// Requests that got a bay.
    pub served: IntCounter,
    /// Requests that got none, by reason.
    pub unserved: IntCounterVec,
    /// Reservations that came to a state.
    pub transitions: IntCounterVec,
    /// Bookings that were given another bay.
    pub moved: IntCounter,
    /// Parts of a plan that had become impossible when they were carried out.
    pub stale_moves: IntCounter,
    /// Reports of bays made of what drivers' apps say of their stays.
    pub reports: IntCounter,
}

impl Share {
    fn new(r: &Registry) -> Self {
        let named = |name: &str, help: &str| Opts::new(name, help).namespace("bayhub");
        let counter = |name: &str, help: &str| {
            let m = IntCounter::with_opts(named(name, help)).expect("a valid metric");
            r.register(Box::new(m.clone())).expect("a name of its own");
            m
        };
        let by = |name: &str, help: &str, label: &str| {
            let m = IntCounterVec::new(named(name, help), &[label]).expect("a valid metric");
            r.register(Box::new(m.clone())).expect("a name of its own");
            m
        };
        let gauge = |name: &str, help: &str| {
            let m = IntGauge::with_opts(named(name, help)).expect("a valid metric");
            r.register(Box::new(m.clone())).expect("a name of its own");
            m
        };
        Self {
            offers: gauge(
                "share_offers",
                "Offers of private bays that are not withdrawn.",
            ),
            kept: gauge(
                "share_reservations",
                "Reservations that keep a bay now or later.",
            ),
            served: counter(
                "share_requests_served_total",
                "Requests for a private bay that got one.",
            ),
            unserved: by(
                "share_requests_unserved_total",
                "Requests that got none, by reason.",
                "reason",
            ),
            transitions: by(
                "share_transitions_total",
                "Reservations that came to a state, by state.",
                "state",
            ),
            moved: counter("share_moved_total", "Bookings that were given another bay."),
            reports: counter(
                "share_reports_total",
                "Reports of bays made of what drivers' apps say of their stays.",
            ),
            stale_moves: counter(
                "share_stale_moves_total",
                "Planned moves that were not possible any more.",
            ),
        }
    }
}

impl Metrics {
    /// A fresh set, registered under their names.
    ///
    /// # Panics
    /// If two share a name: a mistake in this file, found by its test.
    #[must_use]
    #[allow(clippy::too_many_lines, reason = "a list, one metric a line")]
    #[allow(
        clippy::new_without_default,
        reason = "a second set in one process would be a mistake"
    )]
    pub fn new() -> Self {
        let r = Registry::new();
        let hub = |name: &str, help: &str| Opts::new(name, help).namespace("bayhub");
        macro_rules! add {
            ($metric:expr) => {{
                let m = $metric.expect("a valid metric");
                r.register(Box::new(m.clone())).expect("a name of its own");
                m
            }};
        }
        let counter = |n, h| IntCounter::with_opts(hub(n, h));
        let gauge = |n, h| IntGauge::with_opts(hub(n, h));
        let counters = |n, h, labels: &[&str]| IntCounterVec::new(hub(n, h), labels);
        let shares = |n, h, labels: &[&str]| GaugeVec::new(hub(n, h), labels);
        let seconds = |n: &str, h: &str| HistogramOpts {
            common_opts: hub(n, h),
            buckets: BUCKETS_S.to_vec(),
        };
        Self {
            refused: add!(counters(
                "reports_refused_total",
                "Reports or parts of reports refused.",
                &["door", "reason"]
            )),
            accepted: add!(counters(
                "reports_accepted_total",
                "Claims taken in at a door.",
                &["door"]
            )),
            uplinks_duplicate: add!(counter(
                "uplinks_duplicate_total",
                "Uplinks that were durable already."
            )),
            uplinks_ignored: add!(counter(
                "uplinks_ignored_total",
                "Events of network servers that are no uplinks."
            )),
            shed: add!(counter(
                "reports_shed_total",
                "QoS 0 messages dropped under overload, never acknowledged."
            )),
            mqtt_connections: add!(gauge("mqtt_connections", "Open MQTT connections.")),
            mqtt_refused_connections: add!(counters(
                "mqtt_connections_refused_total",
                "MQTT connections refused or ended by the hub.",
                &["reason"]
            )),
            mqtt_packets: add!(counters(
                "mqtt_packets_total",
                "MQTT packets read, by type.",
                &["type"]
            )),
            mqtt_refused_subscriptions: add!(counters(
                "mqtt_subscriptions_refused_total",
                "MQTT topic filters refused.",
                &["reason"]
            )),
            mqtt_deliveries: add!(counters(
                "mqtt_deliveries_total",
                "Messages for MQTT subscribers.",
                &["outcome"]
            )),
            mqtt_throttled: add!(counter(
                "mqtt_throttled_total",
                "Pauses in reading a source that sends too much."
            )),
            brokers: Brokers::new(&r),
            share: Share::new(&r),
            journal_commits: add!(counter("journal_commits_total", "Group commits.")),
            journal_claims: add!(counter("journal_claims_total", "Claims made durable.")),
            journal_bytes: add!(gauge("journal_bytes", "Bytes of journal on disk.")),
            journal_commit_seconds: add!(Histogram::with_opts(seconds(
                "journal_commit_seconds",
                "Time to write and sync one group."
            ))),
            journal_errors: add!(counter(
                "journal_errors_total",
                "Failed writes or syncs of the journal."
            )),
            quarantine_errors: add!(counter(
                "quarantine_errors_total",
                "Refusals that could not be kept."
            )),
            checkpoints: add!(counter("checkpoints_total", "Checkpoints written.")),
            checkpoint_errors: add!(counter(
                "checkpoint_errors_total",
                "Checkpoints that could not be written."
            )),
            checkpoint_bytes: add!(gauge("checkpoint_bytes", "Size of the newest checkpoint.")),
            checkpoint_pause_seconds: add!(Histogram::with_opts(seconds(
                "checkpoint_pause_seconds",
                "Time a stream worker stands still to be copied."
            ))),
            stream_claims: add!(counter(
                "stream_claims_total",
                "Claims the dataflow has applied."
            )),
            stream_superseded: add!(counter(
                "stream_superseded_total",
                "Claims older than what was known of their bay."
            )),
            stream_frontier: add!(gauge(
                "stream_frontier_milliseconds",
                "Ingest time the dataflow has reached."
            )),
            stream_claims_waiting: add!(gauge(
                "stream_claims_waiting",
                "Claims committed but not yet applied."
            )),
            history_files: add!(counters(
                "history_files_total",
                "Files of history written.",
                &["class"]
            )),
            history_bytes: add!(counter("history_bytes_total", "Bytes of history written.")),
            history_errors: add!(counter(
                "history_errors_total",
                "Hours of history that could not be written."
            )),
            history_refused: add!(counter(
                "history_refused_total",
                "Hours left in the stream for lack of room."
            )),
            history_waiting: add!(gauge(
                "history_hours_waiting",
                "Hours that wait to be written."
            )),
            history_newest: add!(gauge(
                "history_newest_milliseconds",
                "End of the newest hour that is written."
            )),
            occupancy: add!(shares(
                "occupancy_ratio",
                "Occupied share of known bays.",
                &["kind"]
            )),
            turnover: add!(shares(
                "turnover_per_bay_hour",
                "Visits a bay-hour, newest settled hour.",
                &["kind"]
            )),
            settled: SettlementMetrics::new(&r),
            bays: add!(gauge("bays", "Bays in the registry.")),
            zones: add!(gauge("zones", "Zones in the registry.")),
            zones_stale: add!(gauge(
                "zones_stale",
                "Zones whose sources have all gone silent."
            )),
            sources: add!(gauge("sources", "Sources ever heard.")),
            http_seconds: add!(HistogramVec::new(
                seconds("http_request_seconds", "Time to answer, by route."),
                &["route"]
            )),
            http_responses: add!(counters(
                "http_responses_total",
                "Answers, by route and status.",
                &["route", "status"]
            )),
            http_streams: add!(gauge("http_streams", "Open event streams.")),
            http_stream_events: add!(counter(
                "http_stream_events_total",
                "Events written to streams."
            )),
            http_slow_clients: add!(counter(
                "http_slow_clients_total",
                "Connections ended because the client did not read."
            )),
            registry: r,
        }
    }

    pub fn refuse(&self, door: Door, reason: Reason) {
        self.refused
            .with_label_values(&[door.name(), reason.name()])
            .inc();
    }

    pub fn accept(&self, door: Door, claims: u64) {
        self.accepted
            .with_label_values(&[door.name()])
            .inc_by(claims);
    }

    /// How many were refused at `door` for `reason` since the start.
    #[must_use]
    pub fn refused(&self, door: Door, reason: Reason) -> u64 {
        self.refused
            .with_label_values(&[door.name(), reason.name()])
            .get()
    }

    /// The Prometheus text format, version 0.0.4.
    #[must_use]
    pub fn render(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if let Err(e) = TextEncoder::new().encode(&self.registry.gather(), &mut out) {
            tracing::error!(error = %e, "metrics could not be written");
        }
        out
    }
}

/// From 100 us to 10 s: a fast sync to a stalled disk.
const BUCKETS_S: [f64; 16] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_counted_by_door_and_reason() {
        let m = Metrics::new();
        m.refuse(Door::Mqtt, Reason::UnknownBay);
        let text = String::from_utf8(m.render()).unwrap();
        assert!(
            text.contains(r#"bayhub_reports_refused_total{door="mqtt",reason="unknown_bay"} 1"#),
            "{text}"
        );
    }
}
