//! Libelium Plug & Sense! Smart Parking: 11 bytes on any port, with the firmware 1 twelve.
//!
//! The first byte of every frame holds the state (bit 7), whether the battery is low (bit 6) and
//! what the frame is of. A frame of type 3 says that the sensor itself is faulty: its state is none.
//!
//! After Libelium's "Smart Parking Technical Guide" (frames of the firmware 1 and 2, with their
//! example); the other vectors are those of ZENNER's public parsers, of real nodes.

use super::{DeviceHealth, Frame, Malformed, Reading};

const ERROR: u8 = 3;

pub(super) fn decode(frame: &Frame<'_>) -> Result<Reading, Malformed> {
    let bytes = frame.bytes;
    let first = match *bytes {
        [first, ..] if matches!(bytes.len(), 11 | 12) => first,
        _ => {
            return Err(Malformed(format!(
                "a frame of a libelium-parking has 11 or 12 byte(s), this has {}",
                bytes.len()
            )));
        }
    };
    let kind = first & 0x0f;
    let mut health = DeviceHealth {
        battery_low: Some(first & 0x40 != 0),
        ..DeviceHealth::default()
    };
    if bytes.len() == 11 {
        let celsius = match kind {
            0 | 4 => Some(bytes[2]),
            ERROR => Some(bytes[3]),
            1 | 6..=8 => Some(bytes[4]),
            _ => None,
        };
        if let Some(celsius) = celsius {
            health.set_celsius(celsius.cast_signed().into());
        }
        health.battery_mv = match kind {
            0 | ERROR => Some(2800 + u16::from(bytes[10]) * 4),
            4 => Some(u16::from_be_bytes([bytes[9], bytes[10]])),
            _ => None,
        };
    } else if kind == 4 {
        health.battery_mv = Some(u16::from_be_bytes([bytes[10], bytes[11]]));
    }
    if kind == ERROR {
        return Ok(Reading::nothing(health));
    }
    Ok(Reading::with(first & 0x80 != 0, health))
}

#[cfg(test)]
mod tests {
    use super::super::tests::hex;
    use super::*;
    use crate::domain::BayStatus::{Occupied, Vacant};

    #[test]
    fn frames_are_read_as_the_guides_and_nodes_examples_say() {
        for (frame, status, battery_mv, temperature_dc) in [
            (
                "80041E01AD109393EE00C7",
                Some(Occupied),
                Some(3596),
                Some(300),
            ),
            ("8114160011F35A1095F3B5", Some(Occupied), None, Some(170)),
            ("829F665700000D9F00FF00", Some(Occupied), None, None),
            ("0303071E01921085853AC6", None, Some(3592), Some(300)),
            (
                "04001E0E7CF2D9F91E0DDF",
                Some(Vacant),
                Some(3551),
                Some(300),
            ),
            ("050106160801010100014B", Some(Vacant), None, None),
            ("060A00001F00C60561ED91", Some(Vacant), None, Some(310)),
            ("0400003f34b909173f600fc2", Some(Vacant), Some(4034), None),
        ] {
            let reading = decode(&Frame::of(3, &hex(frame))).unwrap();
            let health = reading.health;
            assert_eq!(
                (
                    reading.status,
                    health.battery_mv,
                    health.temperature_dc,
                    health.battery_low
                ),
                (status, battery_mv, temperature_dc, Some(false)),
                "{frame}"
            );
        }
        let low = decode(&Frame::of(3, &hex("C0041E01AD109393EE0010"))).unwrap();
        assert_eq!(
            (low.status, low.health.battery_low),
            (Some(Occupied), Some(true))
        );
    }

    #[test]
    fn another_length_is_refused_and_told() {
        for (frame, words) in [
            ("", "has 0"),
            ("80", "has 1"),
            ("80041E01AD109393EE00C70102", "has 13"),
        ] {
            let said = decode(&Frame::of(3, &hex(frame))).unwrap_err().0;
            assert!(said.contains(words), "{said}");
        }
    }
}
