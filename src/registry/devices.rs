//! LoRaWAN devices: which bay each one watches, how its payloads are read, and which network server
//! hands them on.
//!
//! Promises: bounded ([`MAX_DEVICES`]); a look-up is one access to a concurrent map; a change is
//! durable before it is seen, whole or not at all. Each device is a source of its own
//! (`dev.{device}`), so its silence voids its own bay only, however lively the network server is.
//! Dear: some 400 bytes a device, its source included.
//!
//! A device stays when its bay is removed: its uplinks are then refused as `unknown_bay` until
//! somebody maps it anew.

use super::changes::Change;
use super::device::{Device, DeviceSpec};
use super::faults::{Faults, invalid_id};
use super::{Registry, RegistryError};
use crate::domain::{BayIx, SourceIx, SourceKind, id};
use ahash::AHashSet;
use dashmap::DashMap;
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

/// Devices a hub will hold; more is an error.
pub const MAX_DEVICES: usize = 2_000_000;

/// The names of the payload decoders there are; whoever opens the registry knows them.
pub type Models = &'static [&'static str];

/// What the id of a device's source begins with.
const SOURCE_PREFIX: &str = "dev.";

/// A bay that its device has left: what that device said of it last is worth nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub bay: BayIx,
    pub source: SourceIx,
}

/// All devices by id.
pub(super) struct Devices {
    by_id: DashMap<Arc<str>, Device, ahash::RandomState>,
    /// For listing only; written for the length of an insertion.
    order: RwLock<BTreeSet<Arc<str>>>,
    pub(super) models: Models,
    pub(super) max: usize,
}

impl Devices {
    pub(super) fn new(models: Models) -> Self {
        Self {
            by_id: DashMap::default(),
            order: RwLock::default(),
            models,
            max: MAX_DEVICES,
        }
    }

    fn set(&self, id: &str, device: Device) {
        if let Some(mut known) = self.by_id.get_mut(id) {
            *known = device;
            return;
        }
        let id: Arc<str> = Arc::from(id);
        self.order
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(Arc::clone(&id));
        self.by_id.insert(id, device);
    }

    fn unset(&self, id: &str) {
        self.by_id.remove(id);
        self.order
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id);
    }
}

impl Registry {
    /// The device of that id, as [`normal`] writes ids.
    #[inline]
    pub fn device(&self, id: &str) -> Option<Device> {
        self.devices.by_id.get(id).map(|d| d.clone())
    }

    /// How many are mapped.
    pub fn device_count(&self) -> usize {
        self.devices.by_id.len()
    }

    /// Up to `limit` devices in the order of their ids, those after `after`.
    pub fn devices_after(&self, after: &str, limit: usize) -> Vec<DeviceSpec> {
        let order = self
            .devices
            .order
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let from = (Bound::Excluded(after), Bound::Unbounded);
        order
            .range::<str, _>(from)
            .take(limit)
            .filter_map(|id| self.spec(id))
            .collect()
    }

    fn spec(&self, id: &str) -> Option<DeviceSpec> {
        let Device {
            bay, model, via, ..
        } = self.device(id)?;
        let via = via.map(|v| v.as_ref().to_owned());
        Some(DeviceSpec {
            device: id.to_owned(),
            bay: bay.as_ref().to_owned(),
            model: model.to_owned(),
            via,
        })
    }

    /// Maps devices or maps them anew, durably; all or nothing. Returns the bays that are without
    /// them now.
    ///
    /// # Errors
    /// Every fault found (an id, a bay or a model that is not known, an id that comes twice), too
    /// many devices or sources, or the disk.
    pub fn put_devices(&self, devices: &[DeviceSpec]) -> Result<Vec<Left>, RegistryError> {
        let mut log = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut faults = Faults::of("devices");
        let mut seen = AHashSet::new();
        let mut put = Vec::new();
        for (at, spec) in devices.iter().enumerate() {
            match self.checked(spec) {
                Ok(spec) if self.bay(&spec.bay).is_none() => {
                    faults.add("devices", at, Some(&spec.device), unknown_bay(&spec.bay));
                }
                Ok(spec) if !seen.insert(spec.device.clone()) => {
                    faults.add("devices", at, Some(&spec.device), "duplicate id");
                }
                Ok(spec) if self.spec(&spec.device).as_ref() == Some(&spec) => {}
                Ok(spec) => put.push(spec),
                Err(what) => faults.add("devices", at, Some(&spec.device), what),
            }
        }
        faults.check()?;
        if put.is_empty() {
            return Ok(Vec::new());
        }
        let sources = self.enrol_devices(&put)?;
        if let Some(log) = &mut *log {
            log.append(
                &put.iter()
                    .cloned()
                    .map(Change::PutDevice)
                    .collect::<Vec<_>>(),
            )?;
        }
        let left = put
            .iter()
            .filter_map(|d| self.left(&d.device, Some(&d.bay)))
            .collect();
        self.map(put, &sources);
        Ok(left)
    }

    /// Forgets a device, durably; `Ok(None)`: there is none of that id. Its source keeps its
    /// number.
    ///
    /// # Errors
    /// The disk.
    pub fn remove_device(&self, id: &str) -> Result<Option<Vec<Left>>, RegistryError> {
        let mut log = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.devices.by_id.contains_key(id) {
            return Ok(None);
        }
        if let Some(log) = &mut *log {
            log.append(&[Change::RemoveDevice(id.to_owned())])?;
        }
        let left = self.left(id, None).into_iter().collect();
        self.devices.unset(id);
        Ok(Some(left))
    }

    /// The bay that the device watches now, unless it is `stays`.
    fn left(&self, id: &str, stays: Option<&str>) -> Option<Left> {
        let Device { bay, source, .. } = self.device(id)?;
        self.bay(&bay)
            .filter(|_| stays != Some(&bay))
            .map(|bay| Left { bay, source })
    }

    /// The spec with its ids written as they are kept, or what is wrong with it. Whether there is such a
    /// bay is for the caller.
    pub(super) fn checked(&self, spec: &DeviceSpec) -> Result<DeviceSpec, String> {
        let device = normal(&spec.device)?;
        let bay = match self.bay_id(&spec.bay) {
            Some(known) => known.to_string(),
            None if id::is_valid(&spec.bay) => spec.bay.clone(),
            None => return Err(unknown_bay(&spec.bay)),
        };
        if !self.devices.models.contains(&&*spec.model) {
            let model: String = spec.model.chars().take(80).collect();
            return Err(format!(
                "unknown model {model:?}; known are: {}",
                self.devices.models.join(", ")
            ));
        }
        if spec.via.as_deref().is_some_and(|via| !id::is_valid(via)) {
            return Err(format!("via: {}", invalid_id()));
        }
        Ok(DeviceSpec {
            device,
            bay,
            ..spec.clone()
        })
    }

    /// The sources of devices about to be mapped, numbered durably.
    pub(super) fn enrol_devices(
        &self,
        devices: &[DeviceSpec],
    ) -> Result<Vec<SourceIx>, RegistryError> {
        let fresh = devices
            .iter()
            .filter(|d| !self.devices.by_id.contains_key(&*d.device))
            .count();
        if self.device_count() + fresh > self.devices.max {
            let known = self.device_count();
            let max = self.devices.max;
            return Err(RegistryError(format!(
                "{known} devices are mapped: no more than {max} are taken"
            )));
        }
        let ids: Vec<String> = devices.iter().map(|d| source_id(&d.device)).collect();
        self.enrol_sources(
            &ids.iter()
                .map(|id| (&**id, SourceKind::Sensor))
                .collect::<Vec<_>>(),
        )
    }

    /// Lets ids lead to their devices from now on. All is checked, and `sources` are theirs.
    pub(super) fn map(&self, devices: Vec<DeviceSpec>, sources: &[SourceIx]) {
        for (spec, &source) in devices.into_iter().zip(sources) {
            let model = self
                .devices
                .models
                .iter()
                .find(|m| **m == spec.model)
                .copied()
                .unwrap_or_default();
            // A known bay lends its id, so that a million devices hold no second copy.
            let bay = self
                .bay(&spec.bay)
                .map(|ix| Arc::clone(self.city().bay_id(ix)));
            let bay = bay.unwrap_or_else(|| Arc::from(&*spec.bay));
            self.devices.set(
                &spec.device,
                Device {
                    bay,
                    model,
                    source,
                    via: spec.via.map(Arc::from),
                },
            );
        }
    }
}

pub(super) fn unknown_bay(bay: &str) -> String {
    format!("unknown bay {:?}", bay.chars().take(80).collect::<String>())
}

/// The id as it is kept: a DevEUI in lower case, or The Things Stack's two names.
///
/// # Errors
/// Says what an id must be.
pub fn normal(device: &str) -> Result<String, String> {
    if device.len() == 16 && device.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(device.to_ascii_lowercase());
    }
    let name = |n: &str| {
        !n.is_empty()
            && n.bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    let fits = SOURCE_PREFIX.len() + device.len() <= id::MAX_LEN;
    match device.split_once('@') {
        Some((device_id, application)) if name(device_id) && name(application) && fits => {
            Ok(device.to_owned())
        }
        Some((device_id, application)) if name(device_id) && name(application) => Err(format!(
            "a device id of more than {} characters; use its DevEUI",
            id::MAX_LEN - SOURCE_PREFIX.len()
        )),
        _ => Err(
            "invalid id: a DevEUI of 16 hexadecimal digits, or {device_id}@{application_id}"
                .to_owned(),
        ),
    }
}

/// `@` stands in no public id; `:` stands in no name of The Things Stack.
fn source_id(device: &str) -> String {
    format!("{SOURCE_PREFIX}{}", device.replace('@', ":"))
}
