//! A device's uplink at the gate: which device, which bay, what it says, and whether it has been
//! taken already.
//!
//! Promises: an uplink is called a duplicate only when its first copy is on disk; while that is not
//! known it is taken again, which changes nothing, since the same claim is fused once. What is
//! remembered is bounded ([`RecentUplinks`]); what was forgotten is taken again likewise. A device
//! that starts its counter anew is not held up: its time is new.

use super::{Gate, Message, named};
use crate::domain::{
    Afterwards, Backing, BayStatus, Claim, Millis, Observation, Reason, SourceIx, SourceKind,
};
use crate::ingest::codec::device::{self, Frame};
use crate::ingest::codec::{Said, Uplink};
use crate::registry::{Device, StateRule};
use ahash::AHashSet;
use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

type RefusedUplink = (Reason, String);

/// Of a device that says nothing beyond its model.
static NO_RULE: LazyLock<StateRule> = LazyLock::new(StateRule::default);

impl Gate {
    /// Whether there is nothing to do about it.
    pub(super) fn is_nothing(&self, said: &Said<'_>) -> bool {
        match said {
            Said::Nothing => true,
            Said::Uplink(up) => up.simulated && !self.config.simulated_uplinks,
            _ => false,
        }
    }

    pub(super) fn uplink(
        &self,
        message: &Message<'_>,
        said: &Uplink<'_>,
        afterwards: &mut Afterwards,
    ) -> Result<Option<Claim>, RefusedUplink> {
        let (id, device) = self.device(message, said)?;
        let bay = self.registry.bay_called(&device.bay);
        // Also what says only that the device is there: its last word would stand on.
        if let Some(bay) = bay {
            let asked = (Reason::UnknownDevice, "device", id);
            self.inside(message, asked, |city| city.zone_of(bay))?;
        }
        let key = self.recent.key(device.source, said);
        if key.is_some_and(|key| self.recent.holds(key)) {
            self.metrics.uplinks_duplicate.inc();
            return Ok(None);
        }
        let at = self.heard(said.times, message)?;
        let status = self.reading(message.now, said, id, &device)?;
        let claim = if let Some(status) = status {
            let unmapped = || format!("device {id}: {}", named("bay", &device.bay));
            Claim::Bay(Observation {
                at,
                seq: u64::from(said.count),
                bay: bay.ok_or_else(|| (Reason::UnknownBay, unmapped()))?,
                source: device.source,
                source_kind: SourceKind::Sensor,
                status,
                confidence: SourceKind::Sensor.default_confidence(),
                backing: Backing::default(),
            })
        } else {
            // It proves the device alive, and no more.
            Claim::Alive {
                source: device.source,
                at,
            }
        };
        if let Some(key) = key {
            let recent = Arc::clone(&self.recent);
            afterwards.call(move || recent.note(key));
        }
        Ok(Some(claim))
    }

    /// What the frame says of the bay, if anything; what it tells of the device is noted.
    fn reading(
        &self,
        now: Millis,
        said: &Uplink<'_>,
        id: &str,
        device: &Device,
    ) -> Result<Option<BayStatus>, RefusedUplink> {
        if said.port == 0 && said.payload.is_empty() && said.object.is_none() {
            // A frame of the network's own: a link check, an answer.
            self.healths.note(device.source, now, said.health);
            return Ok(None);
        }
        let frame = Frame {
            port: said.port,
            bytes: &said.payload,
            object: said.object.as_deref(),
            rule: device.rule.as_deref().unwrap_or(&NO_RULE),
        };
        let read = device::decode(device.model, &frame);
        let reading = read.map_err(|e| (Reason::Malformed, format!("device {id}: {e}")))?;
        let health = reading.health.beside(said.health);
        self.healths.note(device.source, now, health);
        if reading.status.is_none() {
            self.metrics.uplinks_ignored.inc();
        }
        Ok(reading.status)
    }

    /// The device, by whichever of its names the registry knows, if the speaker may hand on what it
    /// says.
    fn device<'u>(
        &self,
        message: &Message<'_>,
        said: &'u Uplink<'_>,
    ) -> Result<(&'u str, Device), RefusedUplink> {
        let speaker = message.speaker;
        if !speaker.uplinks {
            return Err((
                Reason::Forbidden,
                format!("{} may not hand on uplinks", speaker.id),
            ));
        }
        let found = said
            .devices
            .iter()
            .find_map(|id| Some((&**id, self.registry.device(id)?)));
        let (id, device) = found.ok_or_else(|| {
            let id = said.devices.first().map_or("", |id| id);
            (Reason::UnknownDevice, named("device", id))
        })?;
        if device.via.as_ref().is_some_and(|via| *via != speaker.id) {
            return Err((
                Reason::Forbidden,
                format!("device {id} is not handed on by {}", speaker.id),
            ));
        }
        Ok((id, device))
    }
}

/// One uplink: whose, its counter, and the network server's mark of it - or its time, where there
/// is no mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct UplinkId {
    source: SourceIx,
    count: u32,
    mark: u64,
}

/// Uplinks lately made durable: the last 65,536, in parts so that connections seldom meet. Some 5
/// MB when full.
pub(super) struct RecentUplinks {
    parts: [Mutex<RecentPart>; PARTS],
    hash: RandomState,
}

const PARTS: usize = 16;
const PER_PART: usize = 4096;

#[derive(Default)]
struct RecentPart {
    known: AHashSet<UplinkId>,
    /// In order of their coming: the oldest makes room.
    order: VecDeque<UplinkId>,
}

impl Default for RecentUplinks {
    fn default() -> Self {
        Self {
            parts: std::array::from_fn(|_| Mutex::default()),
            hash: RandomState::new(),
        }
    }
}

impl RecentUplinks {
    /// `None`: nothing tells this uplink from another one with the same counter.
    fn key(&self, source: SourceIx, said: &Uplink<'_>) -> Option<UplinkId> {
        let mark = match (&said.copy, said.times.into_iter().flatten().next()) {
            (Some(copy), _) => self.hash.hash_one(&**copy),
            (None, Some(at)) => at.0,
            (None, None) => return None,
        };
        Some(UplinkId {
            source,
            count: said.count,
            mark,
        })
    }

    fn holds(&self, key: UplinkId) -> bool {
        self.part(key)
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .known
            .contains(&key)
    }

    fn note(&self, key: UplinkId) {
        let mut part = self
            .part(key)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !part.known.insert(key) {
            return;
        }
        part.order.push_back(key);
        if part.order.len() > PER_PART
            && let Some(oldest) = part.order.pop_front()
        {
            part.known.remove(&oldest);
        }
    }

    fn part(&self, key: UplinkId) -> &Mutex<RecentPart> {
        &self.parts[self.hash.hash_one(key) as usize % PARTS]
    }
}

#[cfg(test)]
mod tests;
