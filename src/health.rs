//! Whether the hub is well: each part says so for itself, and `/readyz` reads it back with the
//! reasons.
//!
//! A part that has said nothing yet is not ready. Reading takes a short lock; it is not for hot
//! paths.

pub mod uptime;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The parts that must be well before the hub takes traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Registry,
    Journal,
    Stream,
    Mqtt,
    History,
    Store,
    /// Only ever noted: a hub without its forecasts, feeds, webhooks or pushes, or that does not
    /// look which problems are late, takes traffic.
    Forecast,
    Feeds,
    /// The hub that stands beside.
    Sandbox,
    Webhooks,
    ContextBrokers,
    Orders,
    Problems,
}

impl Part {
    /// Those that must be well.
    pub const ALL: [Self; 6] = [
        Self::Registry,
        Self::Journal,
        Self::Stream,
        Self::Mqtt,
        Self::History,
        Self::Store,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Journal => "journal",
            Self::Stream => "stream",
            Self::Mqtt => "mqtt",
            Self::History => "history",
            Self::Store => "store",
            Self::Forecast => "forecast",
            Self::Feeds => "feeds",
            Self::Sandbox => "sandbox",
            Self::Webhooks => "webhooks",
            Self::ContextBrokers => "ngsi",
            Self::Orders => "orders",
            Self::Problems => "problems",
        }
    }
}

/// What each part last said.
#[derive(Debug, Default)]
pub struct Health {
    /// `None` = well.
    said: Mutex<BTreeMap<Part, Option<String>>>,
    /// What an operator should know though the hub is well.
    notes: Mutex<BTreeMap<Part, String>>,
    /// Losses that an operator has accepted and not acknowledged yet, by id.
    losses: Mutex<BTreeMap<String, String>>,
    /// How long each part has been well so far.
    pub uptime: uptime::Uptime,
}

/// What losses are noted under.
const DATA: &str = "data";

impl Health {
    pub fn well(&self, part: Part) {
        self.set(part, None);
    }

    pub fn unwell(&self, part: Part, reason: impl Into<String>) {
        self.set(part, Some(reason.into()));
    }

    /// The reasons not to be ready; empty means ready.
    #[must_use]
    pub fn reasons(&self) -> Vec<(&'static str, String)> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        Part::ALL
            .into_iter()
            .filter_map(|p| match said.get(&p) {
                Some(None) => None,
                Some(Some(why)) => Some((p.name(), why.clone())),
                None => Some((p.name(), "starting".to_owned())),
            })
            .collect()
    }

    /// Says what an operator should know of a part, though it works; in place of what was noted
    /// before.
    pub fn note(&self, part: Part, note: impl Into<String>) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.insert(part, note.into());
    }

    /// Takes the note of a part back.
    pub fn no_note(&self, part: Part) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.remove(&part);
    }

    /// What is noted.
    #[must_use]
    pub fn notes(&self) -> Vec<(&'static str, String)> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let losses = self.losses.lock().unwrap_or_else(PoisonError::into_inner);
        let of_parts = notes.iter().map(|(p, n)| (p.name(), n.clone()));
        let lost = losses.values().map(|text| (DATA, text.clone()));
        of_parts.chain(lost).collect()
    }

    /// Notes something of the data folder that is lost, until it is acknowledged.
    pub fn lost(&self, id: &str, text: impl Into<String>) {
        let mut losses = self.losses.lock().unwrap_or_else(PoisonError::into_inner);
        losses.insert(id.to_owned(), text.into());
    }

    /// Takes the note of a loss back.
    pub fn acknowledged(&self, id: &str) {
        let mut losses = self.losses.lock().unwrap_or_else(PoisonError::into_inner);
        losses.remove(id);
    }

    fn set(&self, part: Part, word: Option<String>) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.insert(part, word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_ready_until_every_part_has_said_so() {
        let h = Health::default();
        assert_eq!(h.reasons().len(), Part::ALL.len());
        for p in Part::ALL {
            h.well(p);
        }
        assert!(h.reasons().is_empty());
        h.unwell(Part::Journal, "no space left on device");
        assert_eq!(
            h.reasons(),
            [("journal", "no space left on device".to_owned())]
        );
    }
}
