//! A settled yesterday for a fresh demo: before its doors open, a hub of its own on the same folder, by
//! a clock that is turned, hears the simulated city live through the day before, by MQTT like any
//! other. Then it stops, and the hub of today finds all that: journal, checkpoint, history.
//!
//! Promises: nobody else can speak to that hub (its doors are on addresses of the system's choice, on
//! the loopback alone); what it stores is what a hub that had run yesterday would have stored.

use super::{Options, passwords};
use crate::app::{Failure, Hub, are_free};
use crate::clock::{ManualClock, SystemClock};
use crate::config::Config;
use crate::domain::{Clock as _, Millis};
use crate::stream::RatesFrom;
use sensors_sim::{City, Sim, SimConfig, SimParams, live_through};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Reports of a step come in as late as the step is long: less than what counts as late.
const STEP_MS: u64 = 90_000;

/// How far settling may be behind the clock: what waits for it is bounded.
const BEHIND_MS: u64 = 25 * 60_000;

/// Bay-hours that are lived through at most, so that it does not take long: a day of the usual city.
const MOST_BAY_HOURS: u64 = 24 * 20_000;

/// Whether the folder is a fresh one; to be asked before a hub opens it.
pub(super) fn is_fresh(data: &Path) -> bool {
    !data.join("journal").exists()
}

/// How many hours of the past a city of so many bays is given; 0: none.
fn hours(wanted: u32, bays: u64) -> u64 {
    u64::from(wanted).min(MOST_BAY_HOURS.checked_div(bays).unwrap_or(0))
}

/// Lives through the hours before now, and gives the city as it is then. `None`: there is nothing to
/// live through, or the hub is told to stop meanwhile.
///
/// # Errors
/// As [`Hub::start`]; and when the simulator fails.
pub(super) async fn live(
    options: &Options,
    city: City,
    keys: &super::DemoKeys,
    config: Config,
    stop: impl Future<Output = ()>,
) -> Result<Option<Sim>, Failure> {
    let bays = city.bays().len() as u64;
    if bays == 0 || options.past == 0 {
        return Ok(None);
    }
    let hours = hours(options.past, bays);
    if hours == 0 {
        tracing::info!(bays, "the city is too large to begin with a simulated past");
        return Ok(None);
    }
    // Found out now, and not when the past is over.
    are_free(&config).await?;
    let began = Instant::now();
    let end = SystemClock.now();
    let past = end.0 - hours * 3_600_000..end.0;
    tracing::info!(
        hours,
        "a fresh folder: simulating the past, some seconds; --past 0 leaves it out"
    );
    let clock = Arc::new(ManualClock::at(Millis(past.start)));
    let hub = Hub::start_by(alone(config), clock.clone(), Vec::new()).await?;
    let mut sim = SimConfig::new(hub.mqtt.ip().to_string(), hub.mqtt.port(), "");
    sim.passwords = passwords(keys);
    let params = SimParams {
        seed: options.seed,
        ..SimParams::default()
    };
    sim.params = params.clone();
    let start = past.start;
    let city = tokio::task::spawn_blocking(move || Sim::new(city, params, start));
    let city = city.await.map_err(|e| Failure::Internal(e.to_string()))?;
    let turn = async |at: u64| {
        clock.set(Millis(at));
        if at >= start + BEHIND_MS {
            settled(&hub, at - BEHIND_MS).await;
        }
    };
    let lived = tokio::select! {
        lived = live_through(city, sim, past, STEP_MS, turn) => Some(lived),
        () = stop => None,
    };
    hub.stop().await?;
    let Some(lived) = lived else { return Ok(None) };
    let mut lived = lived.map_err(|e| Failure::Internal(e.to_string()))?;
    tracing::info!(hours, took = ?began.elapsed(), "the past is simulated and settled");
    lived.go_on(options.speed, SystemClock.now().0);
    Ok(Some(lived))
}

/// Waits until all before that time is settled, but not for ever: a hub that settles nothing says so
/// itself.
async fn settled(hub: &Hub, before: u64) {
    let patience = Instant::now() + Duration::from_secs(5);
    while hub.settled_to().0 < before && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The same hub where nobody finds it.
fn alone(mut config: Config) -> Config {
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.http.listen = anywhere;
    config.http.tls = None;
    config.http.admin = None;
    config.mqtt.listen = anywhere;
    config.mqtt.tls = None;
    config.brokers.clear();
    config.sandbox.enabled = false;
    // The hub of today learns from all of the day, not from its first hour.
    config.stream.rates = RatesFrom::Default;
    config
}
