//! What vendors' devices put into their frames: port and bytes in, the state of a bay out.
//!
//! A new vendor is one file here and one line in [`DEVICES`]. A decoder knows nothing of network
//! servers, bays or time: those are the codecs' and the gate's part.

mod bosch_tps110;
mod decoded;
mod health;
mod libelium;
mod milesight;
mod nwave;
mod pni_placepod;

pub use health::DeviceHealth;
pub(in crate::ingest::codec) use health::{dbm, tenths};

use super::Malformed;
use crate::domain::BayStatus;
use crate::registry::{LeftOpen, ModelName, StateRule};

/// One frame of a device.
#[derive(Debug)]
pub struct Frame<'a> {
    /// The LoRaWAN port: which form the bytes have. 0 where there are no ports.
    pub port: u8,
    pub bytes: &'a [u8],
    /// The JSON that the network server's own decoder made of the bytes, where it has one.
    pub object: Option<&'a str>,
    /// What the device is said to mean by it, where its model leaves that open.
    pub rule: &'a StateRule,
}

/// What a device said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// `None`: nothing of the bay.
    pub status: Option<BayStatus>,
    /// What it told of itself.
    pub health: DeviceHealth,
}

impl Reading {
    fn of(occupied: bool) -> Self {
        Self::with(occupied, DeviceHealth::default())
    }

    const fn with(occupied: bool, health: DeviceHealth) -> Self {
        let status = if occupied {
            BayStatus::Occupied
        } else {
            BayStatus::Vacant
        };
        Self {
            status: Some(status),
            health,
        }
    }

    const fn nothing(health: DeviceHealth) -> Self {
        Self {
            status: None,
            health,
        }
    }
}

/// How one model's frames are read.
pub struct DeviceModel {
    /// Its name in the registry.
    pub model: &'static str,
    /// What it leaves for its devices to say.
    pub wanted: LeftOpen,
    pub decode: fn(&Frame<'_>) -> Result<Reading, Malformed>,
}

const fn row(
    model: &'static str,
    wanted: LeftOpen,
    decode: fn(&Frame<'_>) -> Result<Reading, Malformed>,
) -> DeviceModel {
    DeviceModel {
        model,
        wanted,
        decode,
    }
}

/// Every model.
pub const DEVICES: &[DeviceModel] = &[
    row("bosch-tps110", LeftOpen::Nothing, bosch_tps110::decode),
    row("decoded", LeftOpen::Words, decoded::decode),
    row("libelium-parking", LeftOpen::Nothing, libelium::decode),
    row("milesight-udl", LeftOpen::Distance, milesight::decode),
    row("nwave", LeftOpen::Nothing, nwave::decode),
    row("pni-placepod", LeftOpen::Nothing, pni_placepod::decode),
];

/// [`DEVICES`], for the registry.
pub const MODELS: &[ModelName] = &{
    let mut names = [ModelName {
        name: "",
        wanted: LeftOpen::Nothing,
    }; DEVICES.len()];
    let mut i = 0;
    while i < DEVICES.len() {
        names[i].name = DEVICES[i].model;
        names[i].wanted = DEVICES[i].wanted;
        i += 1;
    }
    names
};

/// Reads a frame of that model. The registry holds no model but those of [`MODELS`].
///
/// # Errors
/// Names the port or the length that the model does not have.
pub fn decode(model: &str, frame: &Frame<'_>) -> Result<Reading, Malformed> {
    let device = DEVICES.iter().find(|d| d.model == model);
    (device
        .ok_or_else(|| Malformed(format!("model {model:?} has no decoder")))?
        .decode)(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::sync::LazyLock;

    static NO_RULE: LazyLock<StateRule> = LazyLock::new(StateRule::default);

    impl<'a> Frame<'a> {
        /// A frame without an object, of a device that says nothing more.
        pub(super) fn of(port: u8, bytes: &'a [u8]) -> Self {
            Self {
                port,
                bytes,
                object: None,
                rule: &NO_RULE,
            }
        }
    }

    /// The bytes that hexadecimal digits stand for.
    pub(super) fn hex(digits: &str) -> Vec<u8> {
        let digits = digits.as_bytes().chunks(2);
        digits
            .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn every_model_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = MODELS.iter().map(|m| m.name).collect();
        assert_eq!(names.len(), DEVICES.len());
        assert!(names.iter().all(|m| crate::domain::id::is_valid(m)));
    }

    #[test]
    fn no_frame_makes_a_decoder_panic() {
        for device in DEVICES {
            for port in 0..=255 {
                for len in 0..=20 {
                    for byte in [0x00, 0x03, 0x82, 0xff] {
                        let bytes = vec![byte; len];
                        let frame = Frame {
                            object: Some("{\"occupied\":{}}"),
                            ..Frame::of(port, &bytes)
                        };
                        let _ = (device.decode)(&frame);
                    }
                }
            }
        }
    }
}
