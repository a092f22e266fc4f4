//! Packets as bytes: where one begins and ends, and a reader of bodies that never leaves them.
//!
//! The guard in front of the codecs. Promise: a packet that will be refused is never waited for.

use super::Version;

/// Why bytes are not a packet the endpoint takes. Every one of them ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) enum PacketFault {
    Malformed(&'static str),
    /// Well formed, against the rules.
    Protocol(&'static str),
    /// A CONNECT of a version that is not spoken here.
    Version(u8),
    /// A packet of a type that only a server sends, or that answers what was never asked.
    Unexpected,
    PacketIdZero,
    TooLarge {
        bytes: usize,
        publish: bool,
    },
}

/// The longest packet of any type but PUBLISH. What such a packet makes the hub hold or answer
/// stays small.
const SMALL: usize = 8 * 1024;

/// The packet types, as the high half of the first byte.
pub(in crate::ingest::mqtt_server) mod kind {
    pub(crate) const CONNECT: u8 = 1;
    pub(crate) const PUBLISH: u8 = 3;
    pub(crate) const PUBACK: u8 = 4;
    pub(crate) const PUBREL: u8 = 6;
    pub(crate) const SUBSCRIBE: u8 = 8;
    pub(crate) const UNSUBSCRIBE: u8 = 10;
    pub(crate) const PINGREQ: u8 = 12;
    pub(crate) const DISCONNECT: u8 = 14;
    pub(crate) const AUTH: u8 = 15;
}

/// A whole packet stands at the front of the buffer: `header` bytes of fixed header, `total` bytes
/// in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) struct PacketFrame {
    pub kind: u8,
    pub(super) header: usize,
    pub(super) total: usize,
}

/// Looks for a whole packet without taking it. `Ok(None)`: more bytes are needed. Judges each byte
/// as soon as it is there, so a packet that will be refused is never waited for; `max_publish` is
/// the longest PUBLISH in bytes.
pub(in crate::ingest::mqtt_server) fn peek(
    buf: &[u8],
    max_publish: usize,
    version: Version,
) -> Result<Option<PacketFrame>, PacketFault> {
    let Some((&first, rest)) = buf.split_first() else {
        return Ok(None);
    };
    let kind = first >> 4;
    match (kind, first & 0x0f) {
        (kind::PUBLISH, flags) if flags & 0b0110 == 0b0110 => {
            return Err(PacketFault::Malformed("QoS 3"));
        }
        (kind::PUBLISH, flags) if flags & 0b1110 == 0b1000 => {
            return Err(PacketFault::Malformed("DUP on QoS 0"));
        }
        (kind::PUBLISH, _)
        | (kind::PUBREL | kind::SUBSCRIBE | kind::UNSUBSCRIBE, 0b0010)
        | (kind::CONNECT | kind::PUBACK | kind::PINGREQ | kind::DISCONNECT, 0) => {}
        (kind::AUTH, 0) if version == Version::V5 => {}
        (2 | 4 | 5 | 7 | 9 | 11 | 13, _) => return Err(PacketFault::Unexpected),
        (0 | 15, _) => return Err(PacketFault::Malformed("no such packet type")),
        _ => return Err(PacketFault::Malformed("reserved flags in the fixed header")),
    }
    let mut remaining = 0;
    for (at, &byte) in rest.iter().take(4).enumerate() {
        remaining |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            let header = at + 2;
            let total = header + remaining;
            let publish = kind == kind::PUBLISH;
            if total > if publish { max_publish } else { SMALL } {
                return Err(PacketFault::TooLarge {
                    bytes: total,
                    publish,
                });
            }
            return Ok((buf.len() >= total).then_some(PacketFrame {
                kind,
                header,
                total,
            }));
        }
    }
    if rest.len() >= 4 {
        Err(PacketFault::Malformed(
            "remaining length of more than four bytes",
        ))
    } else {
        Ok(None)
    }
}

/// The version that a CONNECT asks for.
pub(in crate::ingest::mqtt_server) fn version(
    buf: &[u8],
    frame: PacketFrame,
) -> Result<Version, PacketFault> {
    let mut walk = BodyReader(&buf[frame.header..frame.total]);
    match (walk.field()?, walk.u8()?) {
        (b"MQTT", 4 | 0x84) => Ok(Version::V4),
        (b"MQTT", 5 | 0x85) => Ok(Version::V5),
        (b"MQTT" | b"MQIsdp", other) => Err(PacketFault::Version(other)),
        _ => Err(PacketFault::Malformed("protocol name")),
    }
}

/// Takes the bit by which a bridge of mosquitto's says what it is off the protocol level of a
/// CONNECT of a known version, since the codecs do not know it. Whether it was there.
pub(super) fn take_bridge_bit(buf: &mut [u8], frame: PacketFrame) -> bool {
    const BRIDGE: u8 = 0x80;
    // Behind the length and the four letters of the protocol's name.
    let Some(level) = buf.get_mut(frame.header + 6) else {
        return false;
    };
    let bridge = *level & BRIDGE != 0;
    *level &= !BRIDGE;
    bridge
}

/// What a will, a user name and a password may look like in the flags of a CONNECT.
pub(super) fn connect_flags(flags: u8) -> Result<(), PacketFault> {
    if flags & 1 != 0 {
        return Err(PacketFault::Malformed("reserved connect flag"));
    }
    if (flags & 0b100 == 0 && flags & 0b0011_1000 != 0) || flags & 0b0001_1000 == 0b0001_1000 {
        return Err(PacketFault::Malformed("will flags"));
    }
    Ok(())
}

/// Steps through a body and never past its end.
pub(super) struct BodyReader<'a>(pub(super) &'a [u8]);

impl<'a> BodyReader<'a> {
    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], PacketFault> {
        let (head, rest) = self
            .0
            .split_at_checked(n)
            .ok_or(PacketFault::Malformed("a field crosses the end"))?;
        self.0 = rest;
        Ok(head)
    }

    pub(super) fn u8(&mut self) -> Result<u8, PacketFault> {
        self.take(1).map(|b| b[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16, PacketFault> {
        self.take(2).map(|b| u16::from_be_bytes([b[0], b[1]]))
    }

    pub(super) fn id(&mut self) -> Result<(), PacketFault> {
        if self.u16()? == 0 {
            Err(PacketFault::PacketIdZero)
        } else {
            Ok(())
        }
    }

    pub(super) fn field(&mut self) -> Result<&'a [u8], PacketFault> {
        let n = self.u16()?;
        self.take(usize::from(n))
    }

    pub(super) fn text(&mut self) -> Result<(), PacketFault> {
        match std::str::from_utf8(self.field()?) {
            Ok(s) if !s.contains('\0') => Ok(()),
            Ok(_) => Err(PacketFault::Malformed("NUL in a string")),
            Err(_) => Err(PacketFault::Malformed("a string that is not UTF-8")),
        }
    }

    pub(super) fn end(&self) -> Result<(), PacketFault> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(PacketFault::Malformed("bytes after the end"))
        }
    }
}
