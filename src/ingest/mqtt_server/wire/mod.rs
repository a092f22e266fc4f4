//! Bytes to packets and back: rumqttc's codecs of MQTT 3.1.1 and 5, and a guard in front of each.
//!
//! Promises: no input panics; what is returned obeys the standard's rules on form. The codecs alone
//! do not see to that (see [`v4`] and [`v5`]), and no type of theirs leaves this folder: the
//! session sees one [`Packet`] and says one [`Reply`], whatever the version. Secretly dear: one
//! `String` a publish, for the topic.

mod say5;
pub(super) mod v4;
pub(super) mod v5;

use crate::domain::Reason;
use crate::ingest::mqtt_server::close::Close;
use bytes::{Bytes, BytesMut};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// MQTT 3.1.1
    V4,
    V5,
}

/// How one client is to be spoken to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    pub version: Version,
    /// The longest packet it takes, in bytes.
    pub max_packet: usize,
    /// Whether it wants to read reasons.
    pub problems: bool,
}

impl Voice {
    /// Before anything is known of the client.
    pub(super) const UNKNOWN: Self = Self {
        version: Version::V4,
        max_packet: usize::MAX,
        problems: true,
    };
}

/// What a client may send, free of protocol versions.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet {
    Connect(Box<Connect>),
    Publish(Publish),
    /// PUBACK
    Acked(u16),
    /// PUBREL
    Release(u16),
    Subscribe(Box<Subscribe>),
    Unsubscribe(u16, Vec<String>),
    Ping,
    Disconnect {
        leave_will: bool,
    },
    Auth,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Connect {
    pub keep_alive_s: u16,
    pub client_id: String,
    pub clean: bool,
    pub will: Option<Will>,
    /// User name and password; `None` unless both were sent.
    pub login: Option<(String, Vec<u8>)>,
    /// How many unacknowledged publishes it takes. Never 0.
    pub receive_max: u16,
    pub max_packet: usize,
    pub problems: bool,
    /// It wants to prove who it is by some exchange of AUTH packets.
    pub by_method: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Will {
    pub qos: Qos,
    pub topic: String,
    pub payload: Bytes,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Publish {
    pub qos: Qos,
    /// Never 0, except with [`Qos::Zero`].
    pub id: u16,
    pub topic: String,
    pub payload: Bytes,
    pub alias: Option<u16>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subscribe {
    pub id: u16,
    /// At least one.
    pub filters: Vec<Filter>,
    /// It wants its deliveries marked with a number of its own.
    pub marked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    pub path: String,
    pub qos: Qos,
    /// When the current state is wanted.
    pub current: Current,
    /// Whether live messages keep the retain flag they were published with.
    pub as_published: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Current {
    Always,
    IfNew,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Qos {
    Zero,
    One,
    Two,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Welcome(Welcome),
    Refused(ConnectRefusal),
    PubAck(u16, Verdict),
    PubRec(u16, Verdict),
    /// `known`: whether there was something to complete.
    PubComp {
        id: u16,
        known: bool,
    },
    SubAck(u16, Vec<Grant>),
    /// For each filter, whether it was subscribed to.
    UnsubAck(u16, Vec<bool>),
    Pong,
    /// DISCONNECT, which in MQTT 3.1.1 a server cannot say.
    Goodbye(Close),
}

/// What a client is told when it is let in; MQTT 3.1.1 has no words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Welcome {
    pub receive_max: u16,
    pub max_packet: usize,
    pub aliases: u16,
    /// The id given to a client that brought none.
    pub client_id: Option<String>,
    /// Seconds, where it is held to less than it asked for.
    pub keep_alive_s: Option<u16>,
}

/// What became of a publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Taken,
    /// Taken but for some of its items; says which.
    Partly(String),
    Refused(Reason, String),
}

/// What became of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grant {
    Yes(Qos),
    /// Not a topic that is served here.
    Foreign,
    Shared,
    /// Beyond a limit.
    Quota,
}

/// Why a CONNECT is refused; in MQTT 3.1.1 the return codes 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectRefusal {
    Version,
    ClientId,
    Unavailable,
    BadCredentials,
    NotAuthorised,
    /// These are said in MQTT 5 only.
    Malformed(&'static str),
    Method,
    /// Its largest packet is too small for what has to be said.
    PacketSize,
    Rate,
}

/// Why bytes are not a packet the server takes. Every one of them ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PacketFault {
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
pub(super) const SMALL: usize = 8 * 1024;

/// The packet types, as the high half of the first byte.
pub(super) mod kind {
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
pub(super) struct PacketFrame {
    pub kind: u8,
    header: usize,
    total: usize,
}

/// Looks for a whole packet without taking it. `Ok(None)`: more bytes are needed. Judges each byte
/// as soon as it is there, so a packet that will be refused is never waited for; `max_publish` is
/// the longest PUBLISH in bytes.
pub(super) fn peek(
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
pub(super) fn version(buf: &[u8], frame: PacketFrame) -> Result<Version, PacketFault> {
    let mut walk = BodyReader(&buf[frame.header..frame.total]);
    match (walk.field()?, walk.u8()?) {
        (b"MQTT", 4) => Ok(Version::V4),
        (b"MQTT", 5) => Ok(Version::V5),
        (b"MQTT" | b"MQIsdp", other) => Err(PacketFault::Version(other)),
        _ => Err(PacketFault::Malformed("protocol name")),
    }
}

/// Takes the packet that [`peek`] found off the front of `buf`.
pub(super) fn decode(
    buf: &mut BytesMut,
    frame: PacketFrame,
    version: Version,
) -> Result<Packet, PacketFault> {
    match version {
        Version::V4 => v4::decode(buf, frame),
        Version::V5 => v5::decode(buf, frame),
    }
}

/// Appends `reply` to `out` as the client is to hear it. `false`: it takes no packet as long as
/// that.
#[must_use]
pub(super) fn encode(voice: &Voice, reply: Reply, out: &mut BytesMut) -> bool {
    match voice.version {
        Version::V4 => {
            v4::encode(reply, out);
            true
        }
        Version::V5 => say5::encode(voice, reply, out),
    }
}

/// A message for a subscriber.
pub(super) struct Outgoing<'a> {
    pub topic: String,
    pub payload: &'a [u8],
    pub qos: Qos,
    /// 0 with [`Qos::Zero`] only.
    pub id: u16,
    pub retain: bool,
}

/// Appends a PUBLISH to `out`. `false`: the client takes no packet as long as that.
#[must_use]
pub(super) fn publish(voice: &Voice, message: Outgoing<'_>, out: &mut BytesMut) -> bool {
    match voice.version {
        Version::V4 => {
            v4::publish(message, out);
            true
        }
        Version::V5 => say5::publish(voice, message, out),
    }
}

/// Runs a codec. The guards leave it nothing to trip over; should it trip all the same, one client
/// pays, not the hub.
fn caught<P, E>(read: impl FnOnce() -> Result<P, E>) -> Result<P, PacketFault> {
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    read.map_err(|_| PacketFault::Malformed("the codec failed"))?
        .map_err(|_| PacketFault::Malformed("not a packet of MQTT"))
}

/// What a will, a user name and a password may look like in the flags of a CONNECT.
fn connect_flags(flags: u8) -> Result<(), PacketFault> {
    if flags & 1 != 0 {
        return Err(PacketFault::Malformed("reserved connect flag"));
    }
    if (flags & 0b100 == 0 && flags & 0b0011_1000 != 0) || flags & 0b0001_1000 == 0b0001_1000 {
        return Err(PacketFault::Malformed("will flags"));
    }
    Ok(())
}

/// Steps through a body and never past its end.
struct BodyReader<'a>(&'a [u8]);

impl<'a> BodyReader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], PacketFault> {
        let (head, rest) = self
            .0
            .split_at_checked(n)
            .ok_or(PacketFault::Malformed("a field crosses the end"))?;
        self.0 = rest;
        Ok(head)
    }

    fn u8(&mut self) -> Result<u8, PacketFault> {
        self.take(1).map(|b| b[0])
    }

    fn u16(&mut self) -> Result<u16, PacketFault> {
        self.take(2).map(|b| u16::from_be_bytes([b[0], b[1]]))
    }

    fn id(&mut self) -> Result<(), PacketFault> {
        if self.u16()? == 0 {
            Err(PacketFault::PacketIdZero)
        } else {
            Ok(())
        }
    }

    fn field(&mut self) -> Result<&'a [u8], PacketFault> {
        let n = self.u16()?;
        self.take(usize::from(n))
    }

    fn text(&mut self) -> Result<(), PacketFault> {
        match std::str::from_utf8(self.field()?) {
            Ok(s) if !s.contains('\0') => Ok(()),
            Ok(_) => Err(PacketFault::Malformed("NUL in a string")),
            Err(_) => Err(PacketFault::Malformed("a string that is not UTF-8")),
        }
    }

    fn end(&self) -> Result<(), PacketFault> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(PacketFault::Malformed("bytes after the end"))
        }
    }
}
