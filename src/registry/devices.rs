//! Devices behind network servers (LoRaWAN) and platforms (NB-IoT): which bay each one watches, how
//! its payloads are read, and who hands them on.
//!
//! Promises: bounded ([`MAX_DEVICES`]); a look-up is one access to a concurrent map; a change is
//! durable before it is seen, whole or not at all. Each device is a source of its own
//! (`dev.{device}`), so its silence voids its own bay only, however lively the network server is.
//! Dear: some 400 bytes a device, its source included; 200 more where it says how its state is told.
//!
//! A device stays when its bay is removed: its uplinks are then refused as `unknown_bay` until
//! somebody maps it anew.

use super::changes::Change;
use super::device::{Device, DeviceSpec, ModelName, StateRule};
use super::faults::{Faults, invalid_id};
use super::{Registry, RegistryError};
use crate::domain::{BayIx, SourceIx, SourceKind, id};
use ahash::AHashSet;
use dashmap::DashMap;
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Devices a hub will hold; more is an error.
pub const MAX_DEVICES: usize = 2_000_000;

/// The payload decoders there are; whoever opens the registry knows them.
pub type Models = &'static [ModelName];

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
    /// How often a device was mapped or forgotten.
    turns: AtomicU64,
}

impl Devices {
    pub(super) fn new(models: Models) -> Self {
        Self {
            by_id: DashMap::default(),
            order: RwLock::default(),
            models,
            max: MAX_DEVICES,
            turns: AtomicU64::new(0),
        }
    }

    /// Another number than before where a device may have been mapped anew since.
    pub(super) fn turns(&self) -> u64 {
        self.turns.load(Ordering::Acquire)
    }

    /// Devices in no order, each with the bay that it watches.
    pub(super) fn each(&self, mut see: impl FnMut(&Arc<str>, &str)) {
        for one in &self.by_id {
            see(one.key(), &one.bay);
        }
    }

    fn set(&self, id: &str, device: Device) {
        self.put(id, device);
        self.turns.fetch_add(1, Ordering::AcqRel);
    }

    fn put(&self, id: &str, device: Device) {
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
        self.turns.fetch_add(1, Ordering::AcqRel);
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
            .filter_map(|id| self.device_spec(id))
            .collect()
    }

    /// The device of that id, as it is described.
    pub fn device_spec(&self, id: &str) -> Option<DeviceSpec> {
        let Device {
            bay,
            model,
            via,
            rule,
            ..
        } = self.device(id)?;
        let via = via.map(|v| v.as_ref().to_owned());
        Some(DeviceSpec {
            device: id.to_owned(),
            bay: bay.as_ref().to_owned(),
            model: model.to_owned(),
            via,
            rule: rule.map(|rule| StateRule::clone(&rule)).unwrap_or_default(),
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
                Ok(spec) if self.device_spec(&spec.device).as_ref() == Some(&spec) => {}
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
        let Some(model) = self.devices.models.iter().find(|m| m.name == spec.model) else {
            let model: String = spec.model.chars().take(80).collect();
            let known: Vec<&str> = self.devices.models.iter().map(|m| m.name).collect();
            return Err(format!(
                "unknown model {model:?}; known are: {}",
                known.join(", ")
            ));
        };
        if let Some(fault) = spec.rule.fault(model.name, model.wanted) {
            return Err(fault);
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
                .find(|m| m.name == spec.model)
                .map_or("", |m| m.name);
            // A known bay lends its id, so that a million devices hold no second copy.
            let bay = self
                .bay(&spec.bay)
                .map(|ix| Arc::from(self.city().bay_id(ix)));
            let bay = bay.unwrap_or_else(|| Arc::from(&*spec.bay));
            self.devices.set(
                &spec.device,
                Device {
                    bay,
                    model,
                    source,
                    via: spec.via.map(Arc::from),
                    rule: (!spec.rule.is_empty()).then(|| Arc::new(spec.rule)),
                },
            );
        }
    }
}

pub(super) fn unknown_bay(bay: &str) -> String {
    format!("unknown bay {:?}", bay.chars().take(80).collect::<String>())
}

/// The id as it is kept: a DevEUI in lower case and without separators, The Things Stack's two names,
/// `imei:` and its digits, or an NB-IoT platform's product and device.
///
/// # Errors
/// Says what an id must be.
pub fn normal(device: &str) -> Result<String, String> {
    if let Some(eui) = dev_eui(device) {
        return Ok(eui);
    }
    if let Some((label, digits)) = device.split_once(':')
        && label.eq_ignore_ascii_case(IMEI)
        && digits.len() == 15
        && digits.bytes().all(|b| b.is_ascii_digit())
    {
        return Ok(format!("{IMEI}:{digits}"));
    }
    let fits = || {
        if SOURCE_PREFIX.len() + device.len() <= id::MAX_LEN {
            return Ok(device.to_owned());
        }
        Err(format!(
            "a device id of more than {} characters; use its DevEUI or IMEI",
            id::MAX_LEN - SOURCE_PREFIX.len()
        ))
    };
    let is_name = |n: &str, more: fn(u8) -> bool| !n.is_empty() && n.bytes().all(more);
    if let Some((device_id, application)) = device.split_once('@') {
        let ours = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        if is_name(device_id, ours) && is_name(application, ours) {
            return fits();
        }
    } else if let Some((product, name)) = device.split_once('/') {
        let ours = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let names = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
        if is_name(product, ours) && is_name(name, names) && !product.eq_ignore_ascii_case(IMEI) {
            return fits();
        }
    }
    Err(
        "invalid id: a DevEUI of 16 hexadecimal digits, {device_id}@{application_id}, imei: and \
         15 digits, or {product}/{device}"
            .to_owned(),
    )
}

/// What the id of a device begins with that is known by its modem's number.
const IMEI: &str = "imei";

/// A DevEUI as it is kept; also where its bytes are written apart, by `-` or `:`.
fn dev_eui(text: &str) -> Option<String> {
    let digits: String = match text.len() {
        16 => text.to_owned(),
        23 if text.bytes().skip(2).step_by(3).all(|b| b == b'-')
            || text.bytes().skip(2).step_by(3).all(|b| b == b':') =>
        {
            text.replace(['-', ':'], "")
        }
        _ => return None,
    };
    (digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
        .then(|| digits.to_ascii_lowercase())
}

/// Neither `@` nor `/` stands in a public id; `:` stands in no name of The Things Stack, and `.` in no
/// product, none of which is called `imei`: so no two devices have one source.
fn source_id(device: &str) -> String {
    let own = match device.strip_prefix(IMEI) {
        Some(digits) if digits.starts_with(':') => format!("{IMEI}.{}", &digits[1..]),
        _ => device.replace('@', ":").replacen('/', ".", 1),
    };
    format!("{SOURCE_PREFIX}{own}")
}
