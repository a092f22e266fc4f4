//! Run-time changes, kept: `changes.jsonl`, one line a batch, replayed over the GeoJSON files at
//! every start.
//!
//! Promises: a batch is on disk before anyone sees it, and on disk whole or not at all (a torn line
//! is cut). What a change said last of an id stands above what the files say of it. The file is
//! compacted at start when it holds more than twice what is needed, so its growth between starts is
//! what was changed between them.

use super::RegistryError;
use super::city::{BayAttrs, BaySpec, ZoneSpec};
use super::device::DeviceSpec;
use super::linelog::LineLog;
use crate::domain::{BayKind, LatLon, Millis, ZoneKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Below this many changes the file is left as it is.
const COMPACT_FROM: usize = 64;

/// One change as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    PutZone(StoredZone),
    RemoveZone(String),
    PutBay(StoredBay),
    RemoveBay(String),
    PutDevice(DeviceSpec),
    RemoveDevice(String),
}

/// (latitude, longitude) in 1e-7 degrees: exact, where degrees would be rounded twice.
type PlaceE7 = (i32, i32);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredZone {
    id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    name: String,
    kind: String,
    operator: String,
    /// 0: nobody has said.
    capacity: u32,
    /// In the order of the kinds; 0: nobody has said.
    #[serde(default)]
    capacity_by_kind: [u32; BayKind::COUNT],
    #[serde(default)]
    price_cents_per_hour: Option<u32>,
    #[serde(default)]
    max_height_cm: Option<u16>,
    at: PlaceE7,
    /// Outer ring of the first part, which is all that older hubs read.
    outline: Vec<PlaceE7>,
    stale_after_s: Option<u32>,
    /// Absent in files of older hubs, which pass it over as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part_of: Option<String>,
    /// The whole outline where it is more than that ring.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Vec<Vec<PlaceE7>>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredBay {
    id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    zone: String,
    at: PlaceE7,
    kind: String,
    accessible: bool,
    ev_charging: bool,
    max_height_cm: u16,
    max_stay_min: u32,
    /// A number from hubs that took 0 for what nobody had said.
    #[serde(default)]
    price_cents_per_hour: Option<u32>,
    /// When it came into service at this place, ms; absent: from the beginning.
    #[serde(default, skip_serializing_if = "is_zero")]
    since: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// What changes say of ids in the end; `None`: it is removed.
#[derive(Default)]
pub(super) struct Overlay {
    pub(super) zones: BTreeMap<String, Option<ZoneSpec>>,
    pub(super) bays: BTreeMap<String, Option<BaySpec>>,
    /// When those bays came into service that were not there from the beginning.
    pub(super) since: BTreeMap<String, Millis>,
    pub(super) devices: BTreeMap<String, Option<DeviceSpec>>,
    /// Changes in the file.
    read: usize,
}

impl Overlay {
    fn from_text(name: &str, text: &str) -> Result<Self, RegistryError> {
        let mut overlay = Self::default();
        for (n, line) in text.lines().enumerate() {
            let bad = |what: String| RegistryError(format!("{name}: line {}: {what}", n + 1));
            let batch: Vec<Change> = serde_json::from_str(line).map_err(|e| bad(e.to_string()))?;
            overlay.read += batch.len();
            for change in batch {
                overlay.apply(change).map_err(bad)?;
            }
        }
        Ok(overlay)
    }

    fn apply(&mut self, change: Change) -> Result<(), String> {
        match change {
            Change::PutZone(stored) => {
                let zone = stored.spec()?;
                self.zones.insert(zone.id.clone(), Some(zone));
            }
            Change::RemoveZone(id) => drop(self.zones.insert(id, None)),
            Change::PutBay(stored) => {
                self.since.remove(&stored.id);
                if stored.since > 0 {
                    self.since.insert(stored.id.clone(), Millis(stored.since));
                }
                let bay = stored.spec()?;
                self.bays.insert(bay.id.clone(), Some(bay));
            }
            Change::RemoveBay(id) => drop(self.bays.insert(id, None)),
            Change::PutDevice(device) => {
                drop(self.devices.insert(device.device.clone(), Some(device)));
            }
            Change::RemoveDevice(id) => drop(self.devices.insert(id, None)),
        }
        Ok(())
    }

    /// As changes that come to the same.
    fn changes(&self) -> impl Iterator<Item = Change> + '_ {
        let zones = self.zones.iter().map(|(id, zone)| match zone {
            Some(zone) => Change::from(zone),
            None => Change::RemoveZone(id.clone()),
        });
        let bays = self.bays.iter().map(|(id, bay)| match bay {
            Some(bay) => Change::put_bay(bay, self.since.get(id).copied().unwrap_or(Millis::NEVER)),
            None => Change::RemoveBay(id.clone()),
        });
        let devices = self.devices.iter().map(|(id, device)| match device {
            Some(device) => Change::PutDevice(device.clone()),
            None => Change::RemoveDevice(id.clone()),
        });
        zones.chain(bays).chain(devices)
    }
}

/// The file.
pub(super) struct ChangeLog(LineLog);

impl ChangeLog {
    pub(super) fn open(path: &Path) -> Result<(Self, Overlay), RegistryError> {
        let (log, text) = LineLog::open(path)?;
        let overlay = Overlay::from_text(&path.display().to_string(), &text)?;
        Ok((Self(log), overlay))
    }

    /// A log whose disk is full.
    #[cfg(test)]
    pub(super) fn refusing() -> Self {
        Self(LineLog::refusing())
    }

    /// Bytes of the file that are on disk.
    pub(super) const fn len(&self) -> u64 {
        self.0.len()
    }

    /// Makes a batch durable.
    pub(super) fn append(&mut self, batch: &[Change]) -> Result<(), RegistryError> {
        let mut line =
            serde_json::to_vec(batch).map_err(|e| RegistryError(format!("changes: {e}")))?;
        line.push(b'\n');
        self.0.append(&line)
    }

    /// Rewrites the file as what is needed of it, when it has grown to more than twice that.
    /// Removals of ids that the files do not have either (`is_in_files`) are not needed.
    pub(super) fn compact(
        &mut self,
        overlay: &mut Overlay,
        is_in_files: impl Fn(&str, Class) -> bool,
    ) -> Result<(), RegistryError> {
        overlay
            .zones
            .retain(|id, zone| zone.is_some() || is_in_files(id, Class::Zone));
        overlay
            .bays
            .retain(|id, bay| bay.is_some() || is_in_files(id, Class::Bay));
        overlay
            .devices
            .retain(|id, device| device.is_some() || is_in_files(id, Class::Device));
        let needed = overlay.zones.len() + overlay.bays.len() + overlay.devices.len();
        if overlay.read < COMPACT_FROM || overlay.read <= 2 * needed {
            return Ok(());
        }
        let mut lines = Vec::new();
        for change in overlay.changes() {
            serde_json::to_writer(&mut lines, &[change])
                .map_err(|e| RegistryError(format!("changes: {e}")))?;
            lines.push(b'\n');
        }
        self.0.rewrite(&lines)
    }
}

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    Zone,
    Bay,
    Device,
}

impl From<&ZoneSpec> for Change {
    fn from(zone: &ZoneSpec) -> Self {
        let ZoneSpec {
            id,
            aliases,
            name,
            kind,
            operator,
            capacity,
            capacity_by_kind,
            price_cents_per_hour,
            max_height_cm,
            place,
            outline,
            stale_after_s,
            part_of,
        } = zone;
        Self::PutZone(StoredZone {
            id: id.clone(),
            aliases: aliases.clone(),
            name: name.clone(),
            kind: kind.name().to_owned(),
            operator: operator.clone(),
            capacity: *capacity,
            capacity_by_kind: *capacity_by_kind,
            price_cents_per_hour: *price_cents_per_hour,
            max_height_cm: *max_height_cm,
            at: place.e7(),
            outline: outline
                .first()
                .and_then(|part| part.first())
                .map_or_else(Vec::new, |ring| ring.iter().map(|&p| p.e7()).collect()),
            stale_after_s: *stale_after_s,
            part_of: part_of.clone(),
            parts: match &outline[..] {
                [] => Vec::new(),
                [part] if part.len() == 1 => Vec::new(),
                parts => each_place(parts, |&p| p.e7()),
            },
        })
    }
}

impl Change {
    /// A bay that came into service at this place then.
    pub(super) fn put_bay(bay: &BaySpec, since: Millis) -> Self {
        let BayAttrs {
            kind,
            accessible,
            ev_charging,
            max_height_cm,
            max_stay_min,
            price_cents_per_hour,
        } = bay.attrs;
        Self::PutBay(StoredBay {
            id: bay.id.clone(),
            aliases: bay.aliases.clone(),
            zone: bay.zone.clone(),
            at: bay.place.e7(),
            kind: kind.name().to_owned(),
            accessible,
            ev_charging,
            max_height_cm,
            max_stay_min,
            price_cents_per_hour,
            since: since.0,
        })
    }
}

fn each_place<A, B>(parts: &[Vec<Vec<A>>], turn: impl Fn(&A) -> B + Copy) -> Vec<Vec<Vec<B>>> {
    let ring = |ring: &Vec<A>| ring.iter().map(turn).collect();
    let part = |part: &Vec<Vec<A>>| part.iter().map(ring).collect();
    parts.iter().map(part).collect()
}

impl StoredZone {
    fn spec(self) -> Result<ZoneSpec, String> {
        Ok(ZoneSpec {
            kind: ZoneKind::parse(&self.kind)
                .ok_or_else(|| format!("zone {:?}: unknown kind {:?}", self.id, self.kind))?,
            id: self.id,
            aliases: self.aliases,
            name: self.name,
            operator: self.operator,
            capacity: self.capacity,
            capacity_by_kind: self.capacity_by_kind,
            price_cents_per_hour: self.price_cents_per_hour,
            max_height_cm: self.max_height_cm,
            place: LatLon::of_e7(self.at),
            outline: if !self.parts.is_empty() {
                each_place(&self.parts, |&p| LatLon::of_e7(p))
            } else if self.outline.is_empty() {
                Vec::new()
            } else {
                vec![vec![self.outline.into_iter().map(LatLon::of_e7).collect()]]
            },
            stale_after_s: self.stale_after_s,
            part_of: self.part_of,
        })
    }
}

impl StoredBay {
    fn spec(self) -> Result<BaySpec, String> {
        let attrs = BayAttrs {
            kind: BayKind::parse(&self.kind)
                .ok_or_else(|| format!("bay {:?}: unknown kind {:?}", self.id, self.kind))?,
            accessible: self.accessible,
            ev_charging: self.ev_charging,
            max_height_cm: self.max_height_cm,
            max_stay_min: self.max_stay_min,
            price_cents_per_hour: self.price_cents_per_hour,
        };
        Ok(BaySpec {
            id: self.id,
            aliases: self.aliases,
            zone: self.zone,
            place: LatLon::of_e7(self.at),
            attrs,
        })
    }
}

#[cfg(test)]
mod tests;
