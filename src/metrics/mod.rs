//! Everything the hub counts, by its Prometheus name. This room is the only door to the
//! `prometheus` crate.
//!
//! Names have the `bayhub_` prefix, base units and `_total`; no id is ever a label but of what is
//! told zone by zone ([`ZONE_FAMILIES`]; a broker's name is none: the configuration lists the few
//! there are). Handles are looked up once here, so counting on a hot path is one atomic addition.

mod brokers;
mod by_zone;
mod credit;
mod doors;
mod feeds;
mod forecast;
mod inbox;
mod orders;
mod problems;
mod quota;
mod register;
mod settlement;
mod sharing;
mod webhooks;

pub use brokers::Brokers;
pub use by_zone::{ZONE_FAMILIES, ZoneFamily};
pub use credit::CreditMetrics;
pub use feeds::Feeds;
pub use forecast::ForecastMetrics;
pub use inbox::InboxMetrics;
pub use orders::OrderMetrics;
pub use problems::ProblemMetrics;
pub use quota::QuotaMetrics;
pub use settlement::SettlementMetrics;
pub use sharing::Share;
pub use webhooks::WebhookMetrics;

use prometheus::{
    Encoder, GaugeVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Registry, TextEncoder,
};
use register::Register;

/// All counters, gauges and histograms of one hub.
pub struct Metrics {
    registry: Registry,
    refused: IntCounterVec,
    accepted: IntCounterVec,
    app_reports: IntCounterVec,
    /// Contributors of apps that sensors have proved.
    pub contributors_proven: IntGauge,
    /// Uplinks that had been made durable already: acknowledged, not taken twice.
    pub uplinks_duplicate: IntCounter,
    /// Events of network servers that are no uplinks (joins, acks), and uplinks that say nothing of a
    /// bay: accepted, of no use here.
    pub dropped_members: IntCounter,
    pub uplinks_ignored: IntCounter,
    /// Devices heard since the start whose battery is low.
    pub devices_low_battery: IntGauge,
    /// Reports of MQTT messages of QoS 0 that were dropped because the journal was busy.
    pub reports_shed: IntCounter,
    /// The messages they came in.
    pub messages_shed: IntCounter,
    pub store_up: IntGauge,
    pub mqtt_connections: IntGauge,
    /// Connections the endpoint ended or never accepted, by reason.
    pub mqtt_refused_connections: IntCounterVec,
    pub mqtt_packets: IntCounterVec,
    pub mqtt_refused_subscriptions: IntCounterVec,
    /// Sent, or longer than what the subscriber takes.
    pub mqtt_deliveries: IntCounterVec,
    /// How often a connection was not read for a while because its source sent too much.
    pub mqtt_throttled: IntCounter,
    pub brokers: Brokers,
    pub feeds: Feeds,
    pub share: Share,
    pub quota: QuotaMetrics,
    pub credit: CreditMetrics,
    pub webhooks: WebhookMetrics,
    pub problems: ProblemMetrics,
    /// Counts with a number that cannot be, taken as what is nearest.
    pub counts_clamped: IntCounter,
    /// Counts that name another capacity than the registry has.
    pub count_capacity_mismatches: IntCounter,
    pub inbox: InboxMetrics,
    pub journal_commits: IntCounter,
    pub journal_claims: IntCounter,
    pub journal_bytes: IntGauge,
    /// What it may take, by the configuration.
    pub journal_limit: IntGauge,
    /// Room on the data folder's disk; -1: not known.
    pub data_free: IntGauge,
    pub journal_commit_seconds: Histogram,
    pub journal_errors: IntCounter,
    pub quarantine_errors: IntCounter,
    pub checkpoints: IntCounter,
    pub checkpoint_errors: IntCounter,
    pub checkpoint_bytes: IntGauge,
    /// Up to when the newest one holds everything, ms since 1970; 0: none.
    pub checkpoint_newest: IntGauge,
    pub checkpoint_pause_seconds: Histogram,
    pub stream_claims: IntCounter,
    /// Claims older than what was known of their bay: taken, without effect on the live state.
    pub stream_superseded: IntCounter,
    /// Claims of apps that a sensor or gate outranks, or too weak to be a state: taken, no state.
    pub stream_outranked: IntCounter,
    pub stream_shed: IntCounter,
    pub suspects_shed: IntCounter,
    pub suspect_sources: IntGaugeVec,
    /// Number of the table of rates that is in force; 0: none.
    pub rates_table: IntGauge,
    /// The end of the history that it was learnt from, ms since 1970; 0: none.
    pub rates_newest: IntGauge,
    pub stream_frontier: IntGauge,
    pub stream_claims_waiting: IntGauge,
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
    /// Known share of the bays in service, now, by kind of zone.
    pub known: GaugeVec,
    /// Of the newest hour that is settled, by kind of zone.
    pub turnover: GaugeVec,
    pub settled: SettlementMetrics,
    pub forecast: ForecastMetrics,
    pub orders: OrderMetrics,
    /// Administrators' calls that are not in the audit log's files.
    pub audit_lost: IntCounter,
    pub bays: IntGauge,
    pub zones: IntGauge,
    pub zones_stale: IntGauge,
    pub sources: IntGauge,
    pub http_seconds: HistogramVec,
    pub http_responses: IntCounterVec,
    pub http_connections: IntGauge,
    pub http_streams: IntGauge,
    pub http_stream_events: IntCounter,
    /// Connections ended because the client left unread what was sent to it.
    pub http_slow_clients: IntCounter,
    pub http_tls_failures: IntCounter,
}

impl Metrics {
    /// A fresh set, registered under their names.
    ///
    /// # Panics
    /// If two share a name: a mistake in this room, found by its test.
    #[must_use]
    #[allow(clippy::too_many_lines, reason = "a list, one metric a line")]
    #[allow(
        clippy::new_without_default,
        reason = "a second set in one process would be a mistake"
    )]
    pub fn new() -> Self {
        let r = Register::new();
        Self {
            refused: r.counters(
                "reports_refused_total",
                "Reports refused, one each; a message that cannot be read is one.",
                &["door", "reason"],
            ),
            accepted: r.counters(
                "reports_accepted_total",
                "Reports taken in at a door, one a bay or zone, also those shed later.",
                &["door"],
            ),
            app_reports: r.counters(
                "app_reports_total",
                "Bays that apps reported, by whether that counts as evidence.",
                &["outcome"],
            ),
            contributors_proven: r.gauge(
                "contributors_proven",
                "Contributors of apps that sensors have proved.",
            ),
            uplinks_duplicate: r.counter(
                "uplinks_duplicate_total",
                "Uplinks that were durable already.",
            ),
            dropped_members: r.counter(
                "dropped_members_total",
                "Members of messages that are kept nowhere, by [gate] drop",
            ),
            uplinks_ignored: r.counter(
                "uplinks_ignored_total",
                "Events of network servers that are no uplinks, and uplinks without a reading.",
            ),
            devices_low_battery: r.gauge(
                "devices_low_battery",
                "Devices heard since the start whose battery is low.",
            ),
            reports_shed: r.counter(
                "reports_shed_total",
                "Reports of QoS 0 dropped under overload, never acknowledged.",
            ),
            messages_shed: r.counter(
                "mqtt_messages_shed_total",
                "Messages of QoS 0 dropped under overload, never acknowledged.",
            ),
            store_up: r.gauge("store_up", "Whether the store answered last: 1 or 0."),
            mqtt_connections: r.gauge("mqtt_connections", "Open MQTT connections."),
            mqtt_refused_connections: r.counters(
                "mqtt_connections_refused_total",
                "MQTT connections refused or ended by the hub.",
                &["reason"],
            ),
            mqtt_packets: r.counters(
                "mqtt_packets_total",
                "MQTT packets read, by type.",
                &["type"],
            ),
            mqtt_refused_subscriptions: r.counters(
                "mqtt_subscriptions_refused_total",
                "MQTT topic filters refused.",
                &["reason"],
            ),
            mqtt_deliveries: r.counters(
                "mqtt_deliveries_total",
                "Messages for MQTT subscribers.",
                &["outcome"],
            ),
            mqtt_throttled: r.counter(
                "mqtt_throttled_total",
                "Pauses in reading a source that sends too much.",
            ),
            brokers: Brokers::new(&r),
            feeds: Feeds::new(&r),
            share: Share::new(&r),
            quota: QuotaMetrics::new(&r),
            credit: CreditMetrics::new(&r),
            webhooks: WebhookMetrics::new(&r),
            problems: ProblemMetrics::new(&r),
            counts_clamped: r.counter(
                "counts_clamped_total",
                "Counts of zones with a number below 0 or above the capacity, taken as what is \
                 nearest.",
            ),
            count_capacity_mismatches: r.counter(
                "count_capacity_mismatches_total",
                "Counts of zones that name another capacity than the registry has; the count's is \
                 told.",
            ),
            inbox: InboxMetrics::new(&r),
            journal_commits: r.counter("journal_commits_total", "Group commits."),
            journal_claims: r.counter("journal_claims_total", "Claims made durable."),
            journal_bytes: r.gauge("journal_bytes", "Bytes of journal on disk."),
            journal_limit: r.gauge("journal_limit_bytes", "Bytes that it may take."),
            data_free: r.gauge(
                "data_free_bytes",
                "Bytes free on the data folder's disk; -1 for not known.",
            ),
            journal_commit_seconds: r.seconds(
                "journal_commit_seconds",
                "Time to write and sync one group.",
            ),
            journal_errors: r.counter(
                "journal_errors_total",
                "Failed writes or syncs of the journal.",
            ),
            quarantine_errors: r.counter(
                "quarantine_errors_total",
                "Refusals that could not be kept.",
            ),
            checkpoints: r.counter("checkpoints_total", "Checkpoints written."),
            checkpoint_errors: r.counter(
                "checkpoint_errors_total",
                "Checkpoints that could not be written.",
            ),
            checkpoint_bytes: r.gauge("checkpoint_bytes", "Size of the newest checkpoint."),
            checkpoint_newest: r.gauge(
                "checkpoint_newest_milliseconds",
                "Ingest time up to which the newest checkpoint holds all; 0 for none.",
            ),
            checkpoint_pause_seconds: r.seconds(
                "checkpoint_pause_seconds",
                "Time a stream worker stands still to be copied.",
            ),
            stream_claims: r.counter("stream_claims_total", "Claims the dataflow has applied."),
            stream_superseded: r.counter(
                "stream_superseded_total",
                "Claims older than what was known of their bay.",
            ),
            stream_outranked: r.counter(
                "stream_outranked_total",
                "Claims that a sensor or gate outranks, or too weak to be a state.",
            ),
            stream_shed: r.counter(
                "stream_shed_total",
                "Words of passers-by of watched bays for which there was no room.",
            ),
            suspects_shed: r.counter(
                "suspects_shed_total",
                "Suspicions of sources for which there was no room, in each round of 15 s.",
            ),
            suspect_sources: r.gauges(
                "suspect_sources",
                "Sources that are suspected, by what of.",
                &["reason"],
            ),
            rates_table: r.gauge(
                "rates_table",
                "Number of the table of rates that is in force; 0 for none.",
            ),
            rates_newest: r.gauge(
                "rates_newest_milliseconds",
                "End of the history that the rates in force were learnt from; 0 for none.",
            ),
            stream_frontier: r.gauge(
                "stream_frontier_milliseconds",
                "Ingest time the dataflow has reached.",
            ),
            stream_claims_waiting: r.gauge(
                "stream_claims_waiting",
                "Claims committed but not yet applied.",
            ),
            history_files: r.counters(
                "history_files_total",
                "Files of history written.",
                &["class"],
            ),
            history_bytes: r.counter("history_bytes_total", "Bytes of history written."),
            history_errors: r.counter(
                "history_errors_total",
                "Hours of history that could not be written.",
            ),
            history_refused: r.counter(
                "history_refused_total",
                "Hours left in the stream for lack of room.",
            ),
            history_waiting: r.gauge("history_hours_waiting", "Hours that wait to be written."),
            history_newest: r.gauge(
                "history_newest_milliseconds",
                "End of the newest hour that is written.",
            ),
            occupancy: r.ratios(
                "occupancy_ratio",
                "Occupied share of known bays.",
                &["kind"],
            ),
            known: r.ratios("known_ratio", "Known share of bays in service.", &["kind"]),
            turnover: r.ratios(
                "turnover_per_bay_hour",
                "Visits a bay-hour, newest settled hour.",
                &["kind"],
            ),
            settled: SettlementMetrics::new(&r),
            forecast: ForecastMetrics::new(&r),
            orders: OrderMetrics::new(&r),
            audit_lost: r.counter(
                "audit_lost_total",
                "Admin calls that the audit log could not keep.",
            ),
            bays: r.gauge("bays", "Bays in the registry."),
            zones: r.gauge("zones", "Zones in the registry."),
            zones_stale: r.gauge("zones_stale", "Zones whose sources have all gone silent."),
            sources: r.gauge("sources", "Sources ever heard."),
            http_seconds: r.seconds_by(
                "http_request_seconds",
                "Time to answer, by route.",
                &["route"],
            ),
            http_responses: r.counters(
                "http_responses_total",
                "Answers, by route and status.",
                &["route", "status"],
            ),
            http_connections: r.gauge("http_connections", "Open HTTP connections."),
            http_streams: r.gauge("http_streams", "Open event streams."),
            http_stream_events: r.counter("http_stream_events_total", "Events written to streams."),
            http_slow_clients: r.counter(
                "http_slow_clients_total",
                "Connections ended because the client did not read.",
            ),
            http_tls_failures: r.counter(
                "http_tls_failures_total",
                "Connections whose TLS handshake came to nothing, or took too long.",
            ),
            registry: r.done(),
        }
    }

    /// The Prometheus text format, version 0.0.4.
    #[must_use]
    pub fn render(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.inbox.look();
        if let Err(e) = TextEncoder::new().encode(&self.registry.gather(), &mut out) {
            tracing::error!(error = %e, "metrics could not be written");
        }
        out
    }
}

#[cfg(test)]
mod tests;
