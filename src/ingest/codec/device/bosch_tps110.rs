//! Bosch TPS110, a parking sensor in or on the ground of its bay.
//!
//! Port 1 says that the state has changed, port 2 (some once a day) that the sensor is alive, port
//! 3 that it has started. Each carries the state in bit 0 of its last state byte, so each is a
//! reading; other bits are not ours.

use super::{Frame, Malformed, Reading};

pub(super) fn decode(frame: &Frame<'_>) -> Result<Reading, Malformed> {
    let occupied = |byte: u8| byte & 1 == 1;
    match (frame.port, frame.bytes) {
        (1, &[state]) => Ok(Reading::of(occupied(state))),
        (2, &[state, temperature]) => Ok(Reading {
            temperature_c: Some(temperature.cast_signed()),
            ..Reading::of(occupied(state))
        }),
        (3, &[.., state]) if frame.bytes.len() == STARTUP => Ok(Reading::of(occupied(state))),
        (1..=3, bytes) => {
            let port = frame.port;
            let got = bytes.len();
            let want = [1, 2, STARTUP][usize::from(port) - 1];
            Err(Malformed(format!(
                "port {port} of a bosch-tps110 has {want} byte(s), this has {got}"
            )))
        }
        (port, _) => Err(Malformed(format!(
            "a bosch-tps110 has the ports 1, 2 and 3, not {port}"
        ))),
    }
}

/// Bytes of a start-up frame: versions, reset cause, and the state at the end.
const STARTUP: usize = 17;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BayStatus::{self, Occupied, Vacant};

    fn read(port: u8, bytes: &[u8]) -> Result<(BayStatus, Option<i8>), Malformed> {
        decode(&Frame {
            port,
            bytes,
            object: None,
        })
        .map(|r| (r.status, r.temperature_c))
    }

    #[test]
    fn a_status_is_bit_0() {
        for (byte, want) in [(0, Vacant), (1, Occupied), (0xfe, Vacant), (0xff, Occupied)] {
            assert_eq!(read(1, &[byte]), Ok((want, None)), "{byte:#x}");
        }
    }

    #[test]
    fn a_heartbeat_carries_the_state_and_the_temperature() {
        assert_eq!(read(2, &[1, 255]), Ok((Occupied, Some(-1))));
        assert_eq!(read(2, &[0, 25]), Ok((Vacant, Some(25))));
        assert_eq!(read(2, &[0, 0x80]), Ok((Vacant, Some(-128))));
    }

    #[test]
    fn a_start_up_ends_with_the_state() {
        let mut frame = [0xff; 17];
        assert_eq!(read(3, &frame), Ok((Occupied, None)));
        frame[16] = 0;
        assert_eq!(read(3, &frame), Ok((Vacant, None)));
    }

    #[test]
    fn another_length_or_port_is_refused_and_named() {
        let cases: [(u8, &[u8], &str); 8] = [
            (1, &[], "has 1 byte(s), this has 0"),
            (1, &[1, 0], "has 1 byte(s), this has 2"),
            (2, &[1], "has 2 byte(s), this has 1"),
            (2, &[1, 2, 3], "this has 3"),
            (3, &[0; 16], "has 17 byte(s), this has 16"),
            (3, &[0; 18], "this has 18"),
            (0, &[1], "not 0"),
            (4, &[1], "not 4"),
        ];
        for (port, bytes, words) in cases {
            let said = read(port, bytes).unwrap_err().0;
            assert!(said.contains(words), "{said}");
        }
    }
}
