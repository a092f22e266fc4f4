//! Which of a feed's rows are of zones and bays that the registry has: the others a hub would refuse.

use crate::config::Config;
use crate::ingest::codec::{Said, device};
use crate::ingest::connector::FeedAnswer;
use crate::registry::Registry;

/// Ids that are shown.
const SHOWN: usize = 5;

/// A line of what the registry does not have of what is taken; `None`: it has all.
pub(super) fn unknown(config: &Config, answer: &FeedAnswer) -> Option<String> {
    let scratch = match tempfile::tempdir() {
        Ok(scratch) => scratch,
        Err(e) => return Some(format!("note: not held against the registry: {e}")),
    };
    let city = &config.registry;
    let models = device::MODELS;
    let registry = match Registry::open_as(&city.path, scratch.path(), models, city.reading()) {
        Ok(registry) => registry,
        Err(e) => return Some(format!("note: not held against the registry: {e}")),
    };
    let mut missing: Vec<&str> = Vec::new();
    for said in answer.rows.iter().filter_map(|row| row.said.as_ref().ok()) {
        match said {
            Said::Count(count) if registry.zone_called(&count.zone).is_none() => {
                missing.push(&count.zone);
            }
            Said::Bay(bay) if registry.bay_called(&bay.bay).is_none() => missing.push(&bay.bay),
            _ => {}
        }
    }
    if missing.is_empty() {
        return None;
    }
    let rows = missing.len();
    missing.sort_unstable();
    missing.dedup();
    let some = missing.iter().take(SHOWN).copied();
    let some: Vec<&str> = some.collect();
    Some(format!(
        "of those taken a hub refuses {rows} whose zones or bays the registry does not have: {}{}",
        some.join(", "),
        if missing.len() > SHOWN { ", ..." } else { "" }
    ))
}
