//! Nwave parking sensors NPS310 and NPS405.
//!
//! Port 1 says that the state has changed, port 2 that the sensor is alive (an NPS405 with battery
//! and temperature), port 3 that it has started, port 10 that a driver's tag was heard: that proves
//! a vehicle where the frame says so, and nothing where it does not. Port 6 is for the maker. The
//! state is bit 0 of the first byte, of a start-up the last.
//!
//! After the public device repository of The Things Network (`vendor/nwave`: `nps310sm` and
//! `nps405`, with their examples, which are the vectors here). An earlier codec there read bit 7 of
//! an NPS405; its own examples and every later version have bit 0.

use super::{DeviceHealth, Frame, Malformed, Reading};

pub(super) fn decode(frame: &Frame<'_>) -> Result<Reading, Malformed> {
    let occupied = |byte: u8| byte & 1 == 1;
    match (frame.port, frame.bytes) {
        (1 | 2, &[state]) | (3, &[_, _, _, _, state]) => Ok(Reading::of(occupied(state))),
        (2, &[state, battery, temperature, ..]) => {
            let health = health(battery, temperature.cast_signed());
            Ok(Reading::with(occupied(state), health))
        }
        (10, &[state, ..]) if occupied(state) => Ok(Reading::of(true)),
        (6, _) | (10, &[_, ..]) => Ok(Reading::nothing(DeviceHealth::default())),
        (port @ (1..=3 | 10), bytes) => Err(Malformed(format!(
            "port {port} of an nwave sensor has no frame of {} byte(s)",
            bytes.len()
        ))),
        (port, _) => Err(Malformed(format!(
            "an nwave sensor has the ports 1, 2, 3, 6 and 10, not {port}"
        ))),
    }
}

/// 4 mV a step from 2.5 V on; half a degree a step from 10 degrees on. A cold battery gives less.
fn health(battery: u8, temperature: i8) -> DeviceHealth {
    let millivolts = 2500 + u16::from(battery) * 4;
    let tenths = i16::from(temperature) * 5 + 100;
    let low = if tenths < -50 { 2900 } else { 3000 };
    DeviceHealth {
        battery_mv: Some(millivolts),
        battery_low: Some(millivolts < low),
        temperature_dc: Some(tenths),
        ..DeviceHealth::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BayStatus::{self, Occupied, Vacant};

    fn status(port: u8, bytes: &[u8]) -> Option<BayStatus> {
        decode(&Frame::of(port, bytes)).unwrap().status
    }

    #[test]
    fn frames_are_read_as_the_repositorys_examples_say() {
        assert_eq!(
            status(1, &[0x95]),
            Some(Occupied),
            "74 min in the state before"
        );
        assert_eq!(status(1, &[0x94]), Some(Vacant));
        assert_eq!(status(1, &[1]), Some(Occupied));
        assert_eq!(status(2, &[0]), Some(Vacant));
        assert_eq!(status(3, &[2, 4, 9, 2, 0]), Some(Vacant));
        assert_eq!(status(3, &[1, 0x0d, 0, 2, 1]), Some(Occupied));
        assert_eq!(status(10, &[0xd1, 0x1f, 0x34, 0x56, 0x78]), Some(Occupied));
        assert_eq!(
            status(10, &[0xd1, 0x20, 0x1f, 0x34, 0x56, 0x78]),
            Some(Occupied)
        );
        assert_eq!(status(10, &[0xd0, 0x1f, 0x34, 0x56, 0x78]), None);
        assert_eq!(status(6, &[1, 2, 3]), None);
    }

    #[test]
    fn a_heartbeat_tells_battery_and_temperature() {
        let beat = decode(&Frame::of(2, &[0, 0xd3, 0xd8, 0, 0x59, 0x0b])).unwrap();
        let health = beat.health;
        assert_eq!(
            (
                beat.status,
                health.battery_mv,
                health.temperature_dc,
                health.battery_low
            ),
            (Some(Vacant), Some(3344), Some(-100), Some(false))
        );
        // 2,940 mV: enough in the cold, low at 10 degrees.
        let low = |t| {
            decode(&Frame::of(2, &[1, 110, t]))
                .unwrap()
                .health
                .battery_low
        };
        assert_eq!((low(0xd8), low(0)), (Some(false), Some(true)));
    }

    #[test]
    fn another_length_or_port_is_refused_and_named() {
        for (port, bytes, words) in [
            (1, &[][..], "0 byte(s)"),
            (1, &[1, 2], "2 byte(s)"),
            (2, &[1, 2], "2 byte(s)"),
            (3, &[1], "1 byte(s)"),
            (10, &[], "port 10"),
            (4, &[1], "not 4"),
        ] {
            let said = decode(&Frame::of(port, bytes)).unwrap_err().0;
            assert!(said.contains(words), "{said}");
        }
    }
}
