//! Keeps the record of how long each part has been well, `DATA/uptime.json`, for `/v1/status`.
//!
//! A record that cannot be read is begun anew, one that cannot be written is told of once an hour: it is
//! for people who look, and no reason to stop anything.

use super::process;
use super::shared::Shared;
use crate::config::Config;
use crate::domain::Door;
use crate::health::Part;
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(10);

/// How many looks there are between two writings.
const KEPT_EACH: u32 = 6;

/// How many writings fail between two lines of the log.
const TOLD_EACH: u32 = 60;

/// Looks until the hub closes, and keeps what was seen.
pub(super) fn keep(
    config: &Config,
    shared: &Shared,
    closed: watch::Receiver<bool>,
) -> impl Future<Output = ()> + use<> {
    let file = config.data.path.join("uptime.json");
    let shared = shared.clone();
    if let Err(why) = shared.health.uptime.load(&file) {
        tracing::warn!(%why, file = %file.display(), "the record of uptime is begun anew");
    }
    async move {
        let closing = process::closing(closed);
        tokio::pin!(closing);
        let mut looks: u32 = 0;
        let mut failed: u32 = 0;
        loop {
            look(&shared);
            let ends = tokio::time::timeout(LOOK, &mut closing).await.is_ok();
            looks += 1;
            if !ends && !looks.is_multiple_of(KEPT_EACH) {
                continue;
            }
            let saved = tokio::task::block_in_place(|| shared.health.uptime.save(&file));
            if let Err(why) = saved {
                if failed.is_multiple_of(TOLD_EACH) {
                    tracing::warn!(%why, file = %file.display(), "the record of uptime is not kept");
                }
                failed += 1;
            }
            if ends {
                return;
            }
        }
    }
}

fn look(shared: &Shared) {
    let unwell = shared.health.reasons();
    let well = |part: Part| !unwell.iter().any(|(name, _)| *name == part.name());
    let parts = Part::ALL.map(|part| (part.name(), well(part)));
    let doors = [Door::Mqtt, Door::Http, Door::Feed];
    let doors = doors.map(|door| (door.name(), shared.metrics.accepted(door)));
    let now = shared.clock.now();
    shared.health.uptime.look(now, &parts, &doors);
}
