//! Milesight's distance sensors over a bay: EM310-UDL, EM400-MUD, -TLD and -UDL, EM500-UDL, on any
//! port.
//!
//! They measure how far the next thing below them is, so each device says from which distance on
//! that is a vehicle ([`StateRule::occupied_below_mm`](crate::registry::StateRule)). A frame is
//! fields of channel, type and value, the low byte first. A frame without a distance is no reading;
//! what is told of the past is not ours.
//!
//! After the payload definitions and examples of Milesight's public `SensorDecoders` and the user
//! guides of the EM400-MUD and EM400-UDL. None of them has a vehicle's state of its own on the wire:
//! the "parking lot mode" of an EM400-MUD reports distances too.

use super::{DeviceHealth, Frame, Malformed, Reading};

const DISTANCE: u8 = 0x82;
/// From here on a number is a fault of the measurement and no distance, mm.
const NO_DISTANCE: u16 = 0xfff0;

pub(super) fn decode(frame: &Frame<'_>) -> Result<Reading, Malformed> {
    let mut health = DeviceHealth::default();
    let mut millimetres = None;
    let mut rest = frame.bytes;
    if rest.is_empty() {
        return Err(Malformed("a frame of a milesight-udl has fields".into()));
    }
    while let &[channel, kind, ref after @ ..] = rest {
        let value = length(channel, kind).and_then(|length| after.split_at_checked(length));
        let Some((value, next)) = value else {
            break;
        };
        rest = next;
        match (channel, kind, value) {
            (0x01, 0x75, &[share]) => health.battery_percent = Some(share.min(100)),
            (0x03 | 0x83, 0x67, &[low, high, ..]) => {
                health.set_celsius(f64::from(i16::from_le_bytes([low, high])) / 10.0);
            }
            (0x03 | 0x04 | 0x84, DISTANCE, &[low, high, ..]) | (0x83, 0xe9, &[low, high, ..]) => {
                millimetres = Some(u16::from_le_bytes([low, high]));
            }
            _ => {}
        }
    }
    let nearer = frame.rule.occupied_below_mm;
    match (millimetres.zip(nearer), rest) {
        (Some((mm, _)), _) if mm == 0 || mm >= NO_DISTANCE => Ok(Reading::nothing(health)),
        (Some((mm, below)), _) => Ok(Reading::with(mm < below, health)),
        (None, []) => Ok(Reading::nothing(health)),
        (None, unread) => Err(Malformed(format!(
            "the last {} byte(s) are no field of a milesight-udl",
            unread.len()
        ))),
    }
}

/// How many bytes the value of a field has; `None`: nobody's field.
const fn length(channel: u8, kind: u8) -> Option<usize> {
    Some(match (channel, kind) {
        (0xff, 0x01 | 0x0b | 0x0f) | (0x01, 0x75) | (0x04 | 0x05, 0x00) => 1,
        (0xff, 0x09 | 0x0a | 0xff) | (0x03, 0x67) | (0x03 | 0x04, DISTANCE) => 2,
        (0x83, 0x67) | (0x84, DISTANCE) => 3,
        (0x83, 0xe9) => 5,
        (0x20, 0xce) => 6,
        (0xff, 0x16) => 8,
        (0x06, 0x88) => 9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::hex;
    use super::*;
    use crate::domain::BayStatus::{Occupied, Vacant};
    use crate::registry::StateRule;

    fn read(frame: &str, below: u16) -> Result<Reading, Malformed> {
        let rule = StateRule {
            occupied_below_mm: Some(below),
            ..StateRule::default()
        };
        let bytes = hex(frame);
        decode(&Frame {
            rule: &rule,
            ..Frame::of(85, &bytes)
        })
    }

    #[test]
    fn what_is_nearer_than_the_device_says_is_a_vehicle() {
        for (frame, status, share, temperature_dc) in [
            // EM310-UDL: 2,116 mm.
            ("01755C03824408040001", Some(Vacant), Some(92), None),
            // EM400-UDL and -MUD: 2,116 and 257 mm; an alarm at 1,601.
            (
                "01755C0367010104824408050001",
                Some(Vacant),
                Some(92),
                Some(257),
            ),
            (
                "0175640367f80004820101050001",
                Some(Occupied),
                Some(100),
                Some(248),
            ),
            ("8367e800018482410601", Some(Occupied), None, Some(232)),
            // EM500-UDL: 30 mm.
            ("01756403821E00", Some(Occupied), Some(100), None),
            (
                "01756403670b0104823b01050001",
                Some(Occupied),
                Some(100),
                Some(267),
            ),
            // Who joins tells of itself alone.
            (
                "ff0bffff0101ff166329c42503920003ff090100ff0a0101ff0f00",
                None,
                None,
                None,
            ),
            ("017564", None, Some(100), None),
            ("0482ffff", None, None, None),
        ] {
            let reading = read(frame, 1800).unwrap();
            assert_eq!(
                (
                    reading.status,
                    reading.health.battery_percent,
                    reading.health.temperature_dc
                ),
                (status, share, temperature_dc),
                "{frame}"
            );
        }
        assert_eq!(read("03824408", 2117).unwrap().status, Some(Occupied));
        assert_eq!(
            read("03824408", 2116).unwrap().status,
            Some(Vacant),
            "not nearer"
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_told() {
        for (frame, words) in [("", "fields"), ("0175", "last 2"), ("aabbcc", "last 3")] {
            let said = read(frame, 1800).unwrap_err().0;
            assert!(said.contains(words), "{frame}: {said}");
        }
    }
}
