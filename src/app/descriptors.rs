//! Descriptors: each connection is one, and so is each file of the hub's own.
//!
//! Promise: what clients may hold is counted against what the system gives before anybody is let
//! in, so that a crowd can never take the descriptors that the journal needs for its next segment,
//! nor those of sensors (MQTT) for readers (HTTP), nor one address the most of either.

use crate::config::Config;
use crate::ingest::mqtt_server::LOBBY;

/// The hub's own: segments, checkpoints, history, the store, brokers, listeners. Of a system that
/// gives few, a quarter.
const OWN: u64 = 512;

/// Of what there is, one address may hold this part.
const PART_OF_ONE_ADDRESS: usize = 4;

/// How many of `limit` descriptors are no client's.
pub(super) fn own(limit: u64) -> u64 {
    OWN.min(limit / 4)
}

/// How many descriptors the clients of this configuration may take.
pub(super) fn wanted(config: &Config) -> u64 {
    of_clients(config).saturating_add(of_sandbox(config))
}

/// Those of the hub's own clients.
fn of_clients(config: &Config) -> u64 {
    let clients = [
        config.http.max_connections,
        config.mqtt.max_connections,
        LOBBY,
    ];
    clients
        .iter()
        .fold(0, |sum: u64, n| sum.saturating_add(*n as u64))
}

/// Those of the sandbox's.
fn of_sandbox(config: &Config) -> u64 {
    let own = &config.sandbox;
    if own.enabled {
        own.max_connections as u64
    } else {
        0
    }
}

/// The same configuration, with as many connections as there are descriptors for: where they do not
/// do for all, in the proportion that was asked for. `limit`: what the system gives; `None`, no
/// limit.
pub(super) fn fitted(mut config: Config, limit: Option<u64>) -> Config {
    let wanted = of_clients(&config);
    let room = limit.map_or(u64::MAX, |limit| limit - own(limit));
    let room = room.saturating_sub(of_sandbox(&config));
    if wanted > room {
        let part = |n: usize| (n as u128 * u128::from(room) / u128::from(wanted)) as usize;
        let mqtt = part(config.mqtt.max_connections.saturating_add(LOBBY));
        config.http.max_connections = part(config.http.max_connections).max(1);
        config.mqtt.max_connections = mqtt.saturating_sub(LOBBY).max(1);
        config.http.max_streams = part(config.http.max_streams).max(1);
        tracing::warn!(
            http = config.http.max_connections,
            mqtt = config.mqtt.max_connections,
            descriptors = limit,
            "connections are fewer than configured, since descriptors do not do for more"
        );
    }
    let limits = &mut config.limits;
    for (of_one, of_all) in [
        (
            &mut limits.http_connections_per_address,
            config.http.max_connections,
        ),
        (
            &mut limits.mqtt_connections_per_address,
            config.mqtt.max_connections,
        ),
    ] {
        *of_one = (*of_one).min((of_all / PART_OF_ONE_ADDRESS).max(1));
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn config(toml: &str) -> Config {
        parse(&format!("[registry]\npath = \"city\"\n{toml}"), &[]).unwrap()
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        for limit in [None, Some(1 << 20)] {
            let fitted = fitted(config(""), limit);
            assert_eq!(
                (fitted.http.max_connections, fitted.mqtt.max_connections),
                (16_000, 20_000)
            );
            assert_eq!(fitted.limits, crate::limits::Config::default());
        }
    }

    #[test]
    fn however_few_descriptors_there_are_the_hubs_own_stay_free_and_both_doors_open() {
        for limit in [0, 16, 100, 256, 1024, 4096, 36_000] {
            let fitted = fitted(config(""), Some(limit));
            let http = fitted.http.max_connections;
            let mqtt = fitted.mqtt.max_connections;
            assert!(http >= 1 && mqtt >= 1 && fitted.http.max_streams <= 12_000);
            if limit >= 256 {
                assert!(
                    wanted(&fitted) + own(limit) <= limit,
                    "{limit}: {http} {mqtt}"
                );
                assert!(
                    own(limit) >= 64 && (mqtt >= http || limit < 1024),
                    "{limit}: {http} {mqtt}"
                );
                assert!(fitted.limits.http_connections_per_address <= http / 4);
            }
        }
    }
}
