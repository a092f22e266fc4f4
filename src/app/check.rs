//! `bayhub check-config`: whether a run would start, without changing anything.

use super::{Failure, brokers, certificates, exposure, feed_try, feeds, partners, workdays};
use crate::config::Config;
use crate::ingest::codec::device;
use crate::registry::Registry;

/// Reads everything a run would read, changes nothing, and prints what was found.
///
/// # Errors
/// [`Failure::Config`] with every fault that was found.
pub fn check(config: &Config) -> Result<(), Failure> {
    let keys = partners::of_config(config)?;
    partners::check_sandbox(config)?;
    config.store.check()?;
    certificates::open(config)?;
    brokers::check(&config.brokers)?;
    feeds::check(&config.feeds)?;
    workdays::read(config)?;
    partners::warn_of_areas(config);
    exposure::warn(config);
    let samples = feed_try::check_feeds(&config.feeds)?;
    let scratch = tempfile::tempdir().map_err(|e| Failure::Internal(e.to_string()))?;
    let registry = Registry::open_as(
        &config.registry.path,
        scratch.path(),
        device::MODELS,
        config.registry.reading(),
    )?;
    let city = registry.city();
    let devices = registry.device_count();
    for line in samples {
        println!("{line}");
    }
    println!(
        "ok: {} zones, {} bays, {devices} devices, {} keys",
        city.zone_count(),
        city.live_bays(),
        keys.len()
    );
    Ok(())
}
