//! What one endpoint knows of the zones that it follows, and what it is to be told next. Pure: what is
//! seen and what time it is are passed in.
//!
//! Promises: of a zone one message is under way at a time, and what is sent is the newest that was seen:
//! after it nothing older comes. What was not sent and is not so any more is dropped and counted. After
//! an attempt that failed the endpoint is taken to know nothing: it may or may not have heard. Dear: to
//! find what is due every zone that has changed is looked at.

use super::event::{EventType, Events};
use super::retry;
use crate::domain::{Millis, ZoneIx};
use std::collections::BTreeMap;

/// A zone's change is told at most so often, ms; a crossing as well.
const PACE_MS: u64 = 10_000;

/// Changes that come together are told together: so long after the first, ms.
const GATHER_MS: u64 = 1_500;

/// What of a zone an endpoint may be told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZoneFigures {
    pub vacant: u32,
    pub unknown: u32,
    pub capacity: u32,
    pub is_stale: bool,
    /// A number that another state of the zone does not have.
    pub digest: u64,
}

/// Full, or available again; in between a zone stays what it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Level {
    #[default]
    Unknown,
    Full,
    Available,
}

/// What is wanted of zones, and from how many vacant bays on one is available.
#[derive(Clone, Copy, Debug)]
pub(super) struct ZoneRules {
    wants: [bool; EventType::OF_ZONES.len()],
    threshold: u32,
}

impl ZoneRules {
    pub(super) fn new(events: &Events, threshold: u32) -> Self {
        let wants = EventType::OF_ZONES.map(|event| events.has(event));
        Self { wants, threshold }
    }

    /// Whether it wants to be told of zones at all.
    pub(super) fn wants_any(self) -> bool {
        self.wants.contains(&true)
    }

    const fn want(self, event: EventType) -> bool {
        self.wants[event as usize]
    }
}

/// A message of a state, as each attempt sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StateMessage {
    pub(super) zone: ZoneIx,
    pub(super) event: EventType,
    /// The `webhook-id`.
    pub(super) id: String,
    /// When it was read.
    pub(super) at: Millis,
    /// JSON.
    pub(super) data: String,
    /// Attempts before this one.
    pub(super) attempts: u32,
    digest: u64,
    skipped: u32,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Attempted {
    Taken,
    /// Not taken; the dice, and how long the endpoint wishes to be left alone, ms.
    Refused(f64, Option<u64>),
}

#[derive(Default)]
struct ZoneSlot {
    seen: ZoneFigures,
    level: Level,
    told_level: Level,
    told_stale: bool,
    /// `None`: it knows nothing.
    told_digest: Option<u64>,
    /// Since when it does not know the newest.
    since: Option<Millis>,
    /// When it was last told: full, available, stale, changed.
    told_at: [Option<Millis>; 4],
    attempts: u32,
    not_before: Millis,
    /// What was not taken, to be sent again if it still is so.
    refused: Option<StateMessage>,
    under_way: bool,
    skipped: u32,
}

/// See the module.
pub(super) struct ZoneSlots {
    rules: ZoneRules,
    most: usize,
    slots: BTreeMap<ZoneIx, ZoneSlot>,
}

impl ZoneSlots {
    /// For at most that many zones.
    pub(super) const fn new(rules: ZoneRules, most: usize) -> Self {
        Self {
            rules,
            most,
            slots: BTreeMap::new(),
        }
    }

    /// Takes in what is seen of a zone now; `None`: it is not seen any more.
    pub(super) fn see(&mut self, zone: ZoneIx, seen: Option<&ZoneFigures>, now: Millis) {
        let Some(seen) = seen else {
            // Nothing more is told of it; a message that is under way ends as if it had not been.
            self.slots.remove(&zone);
            return;
        };
        if !self.slots.contains_key(&zone) && self.slots.len() >= self.most {
            return;
        }
        let rules = self.rules;
        self.slots.entry(zone).or_default().see(seen, now, rules);
    }

    /// The zone whose turn it is, if one has something due.
    pub(super) fn due(&self, now: Millis) -> Option<ZoneIx> {
        let due = self.slots.iter().filter_map(|(zone, slot)| {
            let (at, _) = slot.next(self.rules)?;
            (at <= now).then_some((at, *zone))
        });
        due.min().map(|(_, zone)| zone)
    }

    /// When something is due next.
    pub(super) fn next_at(&self) -> Option<Millis> {
        let next = |slot: &ZoneSlot| slot.next(self.rules).map(|(at, _)| at);
        self.slots.values().filter_map(next).min()
    }

    /// The message that is due of a zone, `json` being what was just seen of it and taken in; `id` is
    /// for a new one.
    pub(super) fn begin(
        &mut self,
        zone: ZoneIx,
        (json, id): (&str, String),
        now: Millis,
    ) -> Option<StateMessage> {
        let rules = self.rules;
        let slot = self.slots.get_mut(&zone)?;
        let (at, event) = slot.next(rules)?;
        if at > now {
            return None;
        }
        slot.under_way = true;
        slot.told_at[event as usize] = Some(now);
        let again = slot
            .refused
            .take()
            .filter(|old| old.event == event && old.digest == slot.seen.digest);
        if let Some(old) = again {
            let attempts = slot.attempts;
            return Some(StateMessage { attempts, ..old });
        }
        let skipped = std::mem::take(&mut slot.skipped);
        Some(StateMessage {
            zone,
            event,
            id,
            at: now,
            data: format!("{{\"skipped\":{skipped},\"zone\":{json}}}"),
            attempts: slot.attempts,
            digest: slot.seen.digest,
            skipped,
        })
    }

    /// What came of it. False: it was the last attempt, and the endpoint is to be given up.
    pub(super) fn done(&mut self, sent: StateMessage, came: Attempted, now: Millis) -> bool {
        let Some(slot) = self.slots.get_mut(&sent.zone) else {
            return true;
        };
        slot.under_way = false;
        match came {
            Attempted::Taken => slot.taken(&sent),
            Attempted::Refused(die, wish) => {
                slot.attempts += 1;
                slot.told_level = Level::Unknown;
                slot.told_stale = false;
                slot.told_digest = None;
                slot.since = slot.since.or(Some(now));
                let Some(wait) = retry::wait_ms(slot.attempts, die, wish) else {
                    return false;
                };
                slot.not_before = now.plus(wait);
                if slot.seen.digest == sent.digest {
                    slot.refused = Some(sent);
                } else {
                    slot.skipped = sent.skipped + slot.skipped + 1;
                }
            }
        }
        true
    }
}

impl ZoneSlot {
    fn see(&mut self, seen: &ZoneFigures, now: Millis, rules: ZoneRules) {
        let is_new = seen.digest != self.seen.digest;
        if is_new && self.next(rules).is_some() {
            // What was due is not so any more.
            self.skipped += 1 + self.refused.take().map_or(0, |old| old.skipped);
        }
        self.seen = *seen;
        let from = rules.threshold.clamp(1, seen.capacity.max(1));
        if seen.vacant == 0 && seen.unknown == 0 && seen.capacity > 0 && !seen.is_stale {
            self.level = Level::Full;
        } else if seen.vacant >= from {
            self.level = Level::Available;
        }
        let is_wanted = match self.level {
            Level::Unknown => false,
            Level::Full => rules.want(EventType::ZoneFull),
            Level::Available => rules.want(EventType::ZoneAvailable),
        };
        if !is_wanted {
            self.told_level = self.level;
        }
        if !seen.is_stale {
            self.told_stale = false;
        }
        if self.told_digest != Some(seen.digest) {
            self.since = self.since.or(Some(now));
        }
    }

    /// What is to be told next, and from when on.
    fn next(&self, rules: ZoneRules) -> Option<(Millis, EventType)> {
        if self.under_way {
            return None;
        }
        let paced = |event: EventType| {
            let last = self.told_at[event as usize];
            last.map_or(Millis::NEVER, |last| last.plus(PACE_MS))
        };
        let crossed = |event: EventType, level: Level| {
            rules.want(event) && self.level == level && self.told_level != level
        };
        let changed =
            rules.want(EventType::ZoneChanged) && self.told_digest != Some(self.seen.digest);
        let all = [
            crossed(EventType::ZoneFull, Level::Full)
                .then(|| (paced(EventType::ZoneFull), EventType::ZoneFull)),
            crossed(EventType::ZoneAvailable, Level::Available)
                .then(|| (paced(EventType::ZoneAvailable), EventType::ZoneAvailable)),
            (rules.want(EventType::ZoneStale) && self.seen.is_stale && !self.told_stale)
                .then(|| (paced(EventType::ZoneStale), EventType::ZoneStale)),
            self.since.filter(|_| changed).map(|since| {
                let gathered = since.plus(GATHER_MS);
                (
                    gathered.max(paced(EventType::ZoneChanged)),
                    EventType::ZoneChanged,
                )
            }),
        ];
        // An attempt that failed is paced by its own steps.
        let (at, event) = all.into_iter().flatten().min()?;
        let at = if self.attempts > 0 {
            self.not_before
        } else {
            at
        };
        Some((at, event))
    }

    fn taken(&mut self, sent: &StateMessage) {
        self.attempts = 0;
        self.not_before = Millis::NEVER;
        match sent.event {
            EventType::ZoneFull => self.told_level = Level::Full,
            EventType::ZoneAvailable => self.told_level = Level::Available,
            EventType::ZoneStale => self.told_stale = self.seen.is_stale,
            _ => {
                self.told_digest = Some(sent.digest);
                self.since = (sent.digest != self.seen.digest).then_some(sent.at);
            }
        }
    }
}

#[cfg(test)]
mod tests;
