//! What vendors' devices put into their LoRaWAN frames: port and bytes in, the state of a bay out.
//!
//! A new vendor is one file here and one line in [`DEVICES`]. A decoder knows nothing of network
//! servers, bays or time: those are the codecs' and the gate's part.

mod bosch_tps110;
mod decoded;

use super::Malformed;
use crate::domain::BayStatus;

/// One frame of a device.
#[derive(Debug)]
pub struct Frame<'a> {
    /// The LoRaWAN port: which form the bytes have.
    pub port: u8,
    pub bytes: &'a [u8],
    /// The JSON that the network server's own decoder made of the bytes, where it has one.
    pub object: Option<&'a str>,
}

/// What a device said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub status: BayStatus,
    /// Degrees Celsius at the sensor, where it says.
    pub temperature_c: Option<i8>,
}

impl Reading {
    const fn of(occupied: bool) -> Self {
        Self {
            status: if occupied {
                BayStatus::Occupied
            } else {
                BayStatus::Vacant
            },
            temperature_c: None,
        }
    }
}

/// How one model's frames are read.
pub struct DeviceModel {
    /// Its name in the registry.
    pub model: &'static str,
    pub decode: fn(&Frame<'_>) -> Result<Reading, Malformed>,
}

/// Every model.
pub const DEVICES: &[DeviceModel] = &[
    DeviceModel {
        model: "bosch-tps110",
        decode: bosch_tps110::decode,
    },
    DeviceModel {
        model: "decoded",
        decode: decoded::decode,
    },
];

/// The names of [`DEVICES`], for the registry.
pub const MODELS: &[&str] = &{
    let mut names = [""; DEVICES.len()];
    let mut i = 0;
    while i < DEVICES.len() {
        names[i] = DEVICES[i].model;
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

    #[test]
    fn every_model_has_a_name_of_its_own() {
        assert_eq!(MODELS.iter().collect::<BTreeSet<_>>().len(), DEVICES.len());
        assert!(MODELS.iter().all(|m| crate::domain::id::is_valid(m)));
    }

    #[test]
    fn no_frame_makes_a_decoder_panic() {
        for device in DEVICES {
            for port in 0..=255 {
                for len in 0..=20 {
                    let frame = Frame {
                        port,
                        bytes: &vec![0xff; len],
                        object: Some("{\"occupied\":{}}"),
                    };
                    let _ = (device.decode)(&frame);
                }
            }
        }
    }
}
