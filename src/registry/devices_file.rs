//! Devices out of JSON: `devices.json` at start, a body through the admin API.
//!
//! Promises: every fault names the element's position and its id; reading goes on after the fault
//! of one element and ends at one of the text itself (with line and column). Files are streamed;
//! unknown members are ignored.

use super::device::DeviceSpec;
use super::faults::Faults;
use super::{RegistryError, bom};
use serde::Deserialize;
use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// What is wrong with an element, and its id if it has one.
pub(super) type DeviceFault = (Option<String>, String);

/// The devices of an array, or the one of an object.
///
/// # Errors
/// Every fault found, one a line (up to 20); or where the text is not JSON.
pub fn parse_devices(json: &[u8]) -> Result<Vec<DeviceSpec>, RegistryError> {
    let json = bom::without(json);
    let mut faults = Faults::of("devices");
    let mut all = Vec::new();
    let mut take = |at, one: Result<DeviceSpec, DeviceFault>| match one {
        Ok(device) => all.push(device),
        Err((id, what)) => faults.add("devices", at, id.as_deref(), what),
    };
    if json.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{') {
        take(
            0,
            element(
                serde_json::from_slice(json).map_err(|e| RegistryError(format!("devices: {e}")))?,
            ),
        );
    } else {
        array("devices", serde_json::Deserializer::from_slice(json), take)?;
    }
    faults.check()?;
    Ok(all)
}

/// Streams the devices of a file with their positions. `Err` where the text itself ends the
/// reading.
pub(super) fn read_devices(
    path: &Path,
    each: impl FnMut(usize, Result<DeviceSpec, DeviceFault>),
) -> Result<(), RegistryError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|e| RegistryError(format!("{name}: cannot open: {e}")))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    bom::pass(&mut reader).map_err(|e| RegistryError(format!("{name}: cannot read: {e}")))?;
    array(&name, serde_json::Deserializer::from_reader(reader), each)
}

fn array<'de, R: serde_json::de::Read<'de>>(
    name: &str,
    mut json: serde_json::Deserializer<R>,
    each: impl FnMut(usize, Result<DeviceSpec, DeviceFault>),
) -> Result<(), RegistryError> {
    let read = json.deserialize_seq(Each(each)).and_then(|()| json.end());
    read.map_err(|e| RegistryError(format!("{name}: {e}")))
}

/// Hands on each element of an array.
struct Each<F>(F);

impl<'de, F: FnMut(usize, Result<DeviceSpec, DeviceFault>)> Visitor<'de> for Each<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of {\"device\", \"bay\", \"model\"}")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        let mut at = 0;
        while let Some(raw) = elements.next_element::<Box<RawValue>>()? {
            (self.0)(at, element(&raw));
            at += 1;
        }
        Ok(())
    }
}

fn element(raw: &RawValue) -> Result<DeviceSpec, DeviceFault> {
    #[derive(Deserialize)]
    struct Named {
        device: String,
    }
    serde_json::from_str(raw.get()).map_err(|e| {
        let named = serde_json::from_str::<Named>(raw.get()).ok();
        // Its line and column count from the element's start: of no use to anybody.
        let what = e.to_string();
        let what = what
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        (named.map(|n| n.device), what)
    })
}
