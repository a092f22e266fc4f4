//! Bosch TPS110, a parking sensor in or on the ground of its bay.
//!
//! Port 1 says that the state has changed, port 2 (some once a day) that the sensor is alive, since
//! firmware 0.29 with its temperature; port 3 that it has started. Each carries the state in bit 0
//! of its last state byte, so each is a reading; other bits are not ours. Ports 4 to 6 tell of the
//! device, its use and its faults, and nothing of the bay.
//!
//! After Bosch's "Parking Lot Sensor, Communication Interface, Technical Description" 0.23.3 and
//! 0.29.4; the vectors are those of the public device repository of The Things Network
//! (`vendor/bosch`) and of ZENNER's public parsers.

use super::{DeviceHealth, Frame, Malformed, Reading};

pub(super) fn decode(frame: &Frame<'_>) -> Result<Reading, Malformed> {
    let occupied = |byte: u8| byte & 1 == 1;
    match (frame.port, frame.bytes) {
        (1 | 2, &[state]) => Ok(Reading::of(occupied(state))),
        (2, &[state, temperature]) => {
            let mut health = DeviceHealth::default();
            health.set_celsius(temperature.cast_signed().into());
            Ok(Reading::with(occupied(state), health))
        }
        (3, &[.., state]) if frame.bytes.len() == STARTUP => Ok(Reading::of(occupied(state))),
        (4..=6, _) => Ok(Reading::nothing(DeviceHealth::default())),
        (port @ 1..=3, bytes) => {
            let got = bytes.len();
            let want = ["1", "1 or 2", "17"][usize::from(port) - 1];
            Err(Malformed(format!(
                "port {port} of a bosch-tps110 has {want} byte(s), this has {got}"
            )))
        }
        (port, _) => Err(Malformed(format!(
            "a bosch-tps110 has the ports 1 to 6, not {port}"
        ))),
    }
}

/// Bytes of a start-up frame: debug codes, version, reset cause, and the state at the end.
const STARTUP: usize = 17;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BayStatus::{self, Occupied, Vacant};

    fn read(port: u8, bytes: &[u8]) -> Result<(Option<BayStatus>, Option<i16>), Malformed> {
        decode(&Frame::of(port, bytes)).map(|r| (r.status, r.health.temperature_dc))
    }

    #[test]
    fn a_status_is_bit_0() {
        for (byte, want) in [(0, Vacant), (1, Occupied), (0xfe, Vacant), (0xff, Occupied)] {
            assert_eq!(read(1, &[byte]), Ok((Some(want), None)), "{byte:#x}");
        }
    }

    #[test]
    fn a_heartbeat_carries_the_state_and_since_some_firmware_the_temperature() {
        assert_eq!(read(2, &[1]), Ok((Some(Occupied), None)));
        assert_eq!(read(2, &[0]), Ok((Some(Vacant), None)));
        assert_eq!(read(2, &[1, 255]), Ok((Some(Occupied), Some(-10))));
        assert_eq!(read(2, &[0, 25]), Ok((Some(Vacant), Some(250))));
        assert_eq!(read(2, &[0, 0x80]), Ok((Some(Vacant), None)), "no weather");
    }

    #[test]
    fn a_start_up_ends_with_the_state() {
        let codes_804_and_885 = [0x24, 3, 0, 0, 0x75, 3, 0, 0, 0, 0, 0, 0, 0, 29, 2, 3, 1];
        assert_eq!(read(3, &codes_804_and_885), Ok((Some(Occupied), None)));
        let older = [0, 0, 0, 0, 0x99, 2, 2, 6, 0, 0x6f, 0, 0, 0, 0x17, 3, 2, 0];
        assert_eq!(read(3, &older), Ok((Some(Vacant), None)));
    }

    #[test]
    fn what_tells_of_the_device_alone_is_no_reading_whatever_its_length() {
        for port in 4..=6 {
            for bytes in [&[][..], &[1], &[0xff; 40]] {
                assert_eq!(read(port, bytes), Ok((None, None)), "{port}");
            }
        }
    }

    #[test]
    fn another_length_or_port_is_refused_and_named() {
        let cases: [(u8, &[u8], &str); 8] = [
            (1, &[], "has 1 byte(s), this has 0"),
            (1, &[1, 0], "has 1 byte(s), this has 2"),
            (2, &[], "has 1 or 2 byte(s), this has 0"),
            (2, &[1, 2, 3], "this has 3"),
            (3, &[0; 16], "has 17 byte(s), this has 16"),
            (3, &[0; 18], "this has 18"),
            (0, &[1], "not 0"),
            (7, &[1], "not 7"),
        ];
        for (port, bytes, words) in cases {
            let said = read(port, bytes).unwrap_err().0;
            assert!(said.contains(words), "{said}");
        }
    }
}
