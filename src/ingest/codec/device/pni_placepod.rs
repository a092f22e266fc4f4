//! PNI PlacePod, a parking sensor in or on the ground of its bay: Cayenne LPP on any port.
//!
//! A frame is fields of channel, type and value. Channel 0x15 says that the state has changed, 0x37
//! that the sensor is alive with that state; of two in one frame the last is the newest. What a
//! counting PlacePod counts is no bay's state.
//!
//! After "PlacePod Sensor Communications Protocol" of PNI Sensor; the vectors are those of its
//! public `PlacePod-Api` tests and of ZENNER's public parsers.

use super::{DeviceHealth, Frame, Malformed, Reading};

const PRESENCE: u8 = 0x66;
const CHANGED: u8 = 0x15;
const ALIVE: u8 = 0x37;

pub(super) fn decode(frame: &Frame<'_>) -> Result<Reading, Malformed> {
    let mut health = DeviceHealth::default();
    let mut occupied = None;
    let mut rest = frame.bytes;
    if rest.is_empty() {
        return Err(Malformed("a frame of a pni-placepod has fields".into()));
    }
    while let &[channel, kind, ref after @ ..] = rest {
        let value = length(kind).and_then(|length| after.split_at_checked(length));
        let Some((value, next)) = value else {
            break;
        };
        rest = next;
        match (channel, kind, value) {
            (CHANGED | ALIVE, PRESENCE, &[state @ (0 | 1)]) => occupied = Some(state == 1),
            (CHANGED | ALIVE, PRESENCE, &[state, ..]) => {
                return Err(Malformed(format!(
                    "parking status {state} of a pni-placepod is neither 0 nor 1"
                )));
            }
            (0x02, 0x67, &[high, low]) => {
                health.set_celsius(f64::from(i16::from_be_bytes([high, low])) / 10.0);
            }
            (0x03, 0x02, &[high, low]) => {
                let volts = u16::from_be_bytes([high, low]);
                health.battery_mv = volts.checked_mul(10);
            }
            _ => {}
        }
    }
    match (occupied, rest) {
        (Some(occupied), _) => Ok(Reading::with(occupied, health)),
        (None, []) => Ok(Reading::nothing(health)),
        (None, unread) => Err(Malformed(format!(
            "the last {} byte(s) are no field of a pni-placepod",
            unread.len()
        ))),
    }
}

/// How many bytes a type's value has; `None`: nobody's type.
const fn length(kind: u8) -> Option<usize> {
    Some(match kind {
        0x00 | 0x01 | 0x66 | 0x68 => 1,
        0x02 | 0x03 | 0x65 | 0x67 | 0x73 => 2,
        0x71 | 0x86 => 6,
        0x88 => 9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::hex;
    use super::*;
    use crate::domain::BayStatus::{Occupied, Vacant};

    #[test]
    fn frames_are_read_as_the_protocols_examples_say() {
        for (frame, status, battery_mv, temperature_dc) in [
            ("156601", Some(Occupied), None, None),
            ("376601", Some(Occupied), None, None),
            ("156601156600", Some(Vacant), None, None),
            ("026700C3376601", Some(Occupied), None, Some(195)),
            (
                "0302016D026700E1156600",
                Some(Vacant),
                Some(3650),
                Some(225),
            ),
            (
                "0302016D026700EB156601",
                Some(Occupied),
                Some(3650),
                Some(235),
            ),
            ("0302016D026700EB", None, Some(3650), Some(235)),
            ("0267FFF6156600", Some(Vacant), None, Some(-10)),
            ("0302016D026700EB210080", None, Some(3650), Some(235)),
            ("21001F", None, None, None),
            ("370020", None, None, None),
            ("050006060003", None, None, None),
            (
                "3F01013766002100201C01011566010302015E026700F0010101CAFEBABE",
                Some(Occupied),
                Some(3500),
                Some(240),
            ),
        ] {
            let reading = decode(&Frame::of(2, &hex(frame))).unwrap();
            assert_eq!(
                (
                    reading.status,
                    reading.health.battery_mv,
                    reading.health.temperature_dc
                ),
                (status, battery_mv, temperature_dc),
                "{frame}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_named() {
        for (frame, words) in [
            ("", "fields"),
            ("156602", "status 2"),
            ("1566", "last 2 byte(s)"),
            ("CAFEBABE", "last 4 byte(s)"),
            ("026700C315", "last 1 byte(s)"),
        ] {
            let said = decode(&Frame::of(2, &hex(frame))).unwrap_err().0;
            assert!(said.contains(words), "{frame}: {said}");
        }
    }
}
