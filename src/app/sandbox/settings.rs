//! The sandbox's configuration, made of the hub's: the same rules, another folder, and bounds of its
//! own, so small that it can never be what the machine lacks.

use crate::config::{Calendar, Config, Data, LogSettings, SandboxSettings};
use crate::domain::Realm;
use crate::stream::RatesFrom;
use crate::{
    history, ingest, journal, limits, partners, problems, registry, serve, settlement, store,
    stream, webhooks,
};
use std::path::PathBuf;

/// In there: the data folder of its hub.
pub(super) const HUB: &str = "hub";

/// And its city.
pub(super) const CITY: &str = "city";

/// Bytes of one segment of its journal.
const SEGMENT: u64 = 1 << 20;

/// The folder of a hub's sandbox.
pub(super) fn folder(config: &Config) -> PathBuf {
    config.data.path.join(SandboxSettings::FOLDER)
}

/// The configuration of the sandbox of the hub that has `config`.
pub(in crate::app) fn of(config: &Config) -> Config {
    let own = &config.sandbox;
    let folder = folder(config);
    Config {
        registry: registry::Config {
            path: folder.join(CITY),
            bbox: None,
            crs: config.registry.crs,
            // Nobody adds any: there is no administrator.
            spare_bays: 0,
            spare_zones: 0,
            realm: Realm::Sandbox,
        },
        data: Data {
            path: folder.join(HUB),
        },
        log: LogSettings::default(),
        http: serve::Config {
            max_streams: own.max_streams,
            tls: None,
            onenet_token: None,
            realm: Realm::Sandbox,
            ..config.http.clone()
        },
        web: serve::WebConfig::default(),
        mqtt: ingest::mqtt_server::Config {
            max_connections: own.max_connections,
            max_connections_per_source: own.max_connections,
            max_connects_per_s_per_source: 10,
            tls: None,
            ..config.mqtt.clone()
        },
        brokers: Vec::new(),
        ngsi: Vec::new(),
        feeds: Vec::new(),
        webhooks: webhooks::Config {
            endpoints: config.webhooks.endpoints.min(3),
            zones: config.webhooks.zones.min(100),
            kept: config.webhooks.kept.min(1_000),
            ..config.webhooks.clone()
        },
        gate: config.gate.clone(),
        journal: journal_of(),
        stream: stream::Config {
            workers: 1,
            queue_batches: 4,
            // Learning takes a night's work, and is of no use in a city that is made up.
            rates: RatesFrom::Default,
            settle: settlement::Config {
                max_waiting: Some(1 << 16),
                kept_bytes: 16 << 20,
                ..config.stream.settle.clone()
            },
            ..config.stream.clone()
        },
        history: history::Config {
            keep_turnover_days: own.retention_days,
            keep_visits_days: own.retention_days,
            queue_hours: 2,
            cache_mb: 8,
            time_zone: config.history.time_zone.clone(),
            ..history::Config::default()
        },
        store: store::Config::default(),
        share: config.share.clone(),
        calendar: Calendar {
            file: config.calendar.file.clone(),
        },
        // Who is a partner is the hub's to know.
        partners: partners::AdmissionConfig {
            admission: partners::Admission::Closed,
            ..config.partners.clone()
        },
        mail: partners::MailConfig::default(),
        problems: problems_of(&config.problems),
        operators: Vec::new(),
        limits: limits_of(own),
        keys: own.keys.clone(),
        sandbox: SandboxSettings {
            enabled: false,
            ..own.clone()
        },
    }
}

/// Nobody deals with what is reported there.
fn problems_of(config: &problems::Config) -> problems::Config {
    problems::Config {
        authority_partner: None,
        open_in_all: config.open_in_all.min(1_000),
        open_per_partner: config.open_per_partner.min(100),
        keep_days: config.keep_days.min(31),
        ..config.clone()
    }
}

fn journal_of() -> journal::Config {
    journal::Config {
        segment_bytes: SEGMENT,
        max_bytes: 16 * SEGMENT,
        checkpoint_bytes: 4 * SEGMENT,
        quarantine_bytes: SEGMENT,
        inbox_claims: 1 << 14,
        inbox_bytes: 2 << 20,
        // A zone becomes stale half a second later: nobody minds, and the machine sleeps.
        tick_ms: 500,
        ..journal::Config::default()
    }
}

/// Rates and shares always bind, whatever the hub's do: they are what keeps it small, and what a
/// client is to learn.
fn limits_of(own: &SandboxSettings) -> limits::Config {
    let connections = own.max_connections.div_ceil(4).max(1);
    limits::Config {
        rates: true,
        shares: true,
        requests_per_min_per_key: own.requests_per_min_per_key,
        requests_per_min_per_address: own.requests_per_min_per_key,
        uplinks_per_min_per_key: own.requests_per_min_per_key,
        messages_per_s_per_source: 20,
        messages_per_s_per_key: 50,
        reports_per_s_per_source: 200,
        reports_per_s_per_key: 500,
        mqtt_connections_per_key: connections,
        mqtt_connections_per_address: own.max_connections,
        streams_per_address: own.max_streams.div_ceil(4).max(1),
        sources_per_key: 100,
        idempotency_keys_per_partner: 1000,
        ..limits::Config::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn whatever_the_hub_is_set_to_the_sandbox_stays_small_and_apart() {
        let hub = parse(
            "[registry]\npath = \"city\"\n[data]\npath = \"data\"\n[stream]\nworkers = 8\n\
             [store]\nurl = \"postgres://u@h/d\"\n[history]\nurl = \"s3://b/p\"\n\
             [limits]\nrates = false\nshares = false\n[http]\npublic_reads = false\n\
             [journal]\nmax_bytes = 100000000000\n[sandbox]\nenabled = true\nretention_days = 3\n",
            &[],
        )
        .unwrap();
        let own = of(&hub);
        assert!(own.faults().is_empty(), "{:?}", own.faults());
        assert_eq!(own.data.path, PathBuf::from("data/sandbox/hub"));
        assert_eq!((own.stream.workers, own.history.keep_visits_days), (1, 3));
        assert!(own.store.url.is_none() && own.history.url.is_empty());
        assert!(own.limits.rates && own.limits.shares && own.journal.max_bytes <= 16 << 20);
        assert!(own.brokers.is_empty() && own.keys.is_empty() && !own.sandbox.enabled);
        // Who may read without a key is the same.
        assert!(!own.http.public_reads && own.http.realm == Realm::Sandbox);
    }
}
