//! Bytes to packets and back: rumqttc's MQTT 3.1.1 codec, and a guard in front of it.
//!
//! Promises: no input panics; what is returned obeys the standard's rules on form. The codec alone does not see to
//! that: it takes reserved flags, NUL in strings, packet id 0 in SUBSCRIBE and PUBREL, DUP on QoS 0, an empty
//! UNSUBSCRIBE, a password without a user name and bytes after the end of a CONNECT, and it reads a CONNECT of
//! MQTT 5 as if it were 3.1.1. Version 4's own types end in this file; a version 5 beside it can fill the same
//! [`Packet`]. Secretly dear: one `String` a publish, made by the codec for the topic.

use bytes::{Bytes, BytesMut};
use rumqttc::mqttbytes::{QoS as CodecQos, v4};

/// What a client may send, free of protocol versions.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet {
    Connect(Box<Connect>),
    Publish(Publish),
    /// PUBREL
    Release(u16),
    Subscribe {
        id: u16,
        filters: usize,
    },
    Unsubscribe(u16),
    Ping,
    Disconnect,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Connect {
    pub keep_alive_s: u16,
    pub client_id: String,
    pub clean: bool,
    pub will: Option<Will>,
    /// User name and password; `None` unless both were sent.
    pub login: Option<(String, Vec<u8>)>,
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qos {
    Zero,
    One,
    Two,
}

/// What the endpoint says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Welcome,
    Refused(Refused),
    PubAck(u16),
    PubRec(u16),
    PubComp(u16),
    /// SUBACK with "failure" for each of so many filters.
    NotSubscribed(u16, usize),
    UnsubAck(u16),
    Pong,
}

/// Why a CONNECT is refused; in MQTT 3.1.1 the return codes 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Version,
    ClientId,
    Unavailable,
    BadCredentials,
    NotAuthorised,
}

/// Why bytes are not a packet the endpoint takes. Every one of them ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Malformed(&'static str),
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

/// The longest packet of any type but PUBLISH. What such a packet makes the hub hold or answer stays small.
pub(super) const SMALL: usize = 8 * 1024;

/// The packet types, as the high half of the first byte.
pub(super) mod kind {
    pub(crate) const CONNECT: u8 = 1;
    pub(crate) const PUBLISH: u8 = 3;
    pub(crate) const PUBREL: u8 = 6;
    pub(crate) const SUBSCRIBE: u8 = 8;
    pub(crate) const UNSUBSCRIBE: u8 = 10;
    pub(crate) const PINGREQ: u8 = 12;
    pub(crate) const DISCONNECT: u8 = 14;
}

/// A whole packet stands at the front of the buffer: `header` bytes of fixed header, `total` bytes in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub kind: u8,
    header: usize,
    total: usize,
}

/// Looks for a whole packet without taking it. `Ok(None)`: more bytes are needed. Judges each byte as soon as it
/// is there, so a packet that will be refused is never waited for; `max_publish` is the longest PUBLISH in bytes.
pub(super) fn peek(buf: &[u8], max_publish: usize) -> Result<Option<Frame>, Fault> {
    let Some((&first, rest)) = buf.split_first() else { return Ok(None) };
    let kind = first >> 4;
    match (kind, first & 0x0f) {
        (kind::PUBLISH, flags) if flags & 0b0110 == 0b0110 => return Err(Fault::Malformed("QoS 3")),
        (kind::PUBLISH, flags) if flags & 0b1110 == 0b1000 => return Err(Fault::Malformed("DUP on QoS 0")),
        (kind::PUBLISH, _)
        | (kind::PUBREL | kind::SUBSCRIBE | kind::UNSUBSCRIBE, 0b0010)
        | (kind::CONNECT | kind::PINGREQ | kind::DISCONNECT, 0) => {}
        (2 | 4 | 5 | 7 | 9 | 11 | 13, _) => return Err(Fault::Unexpected),
        (0 | 15, _) => return Err(Fault::Malformed("no such packet type")),
        _ => return Err(Fault::Malformed("reserved flags in the fixed header")),
    }
    let mut remaining = 0;
    for (at, &byte) in rest.iter().take(4).enumerate() {
        remaining |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            let header = at + 2;
            let total = header + remaining;
            let publish = kind == kind::PUBLISH;
            if total > if publish { max_publish } else { SMALL } {
                return Err(Fault::TooLarge { bytes: total, publish });
            }
            return Ok((buf.len() >= total).then_some(Frame { kind, header, total }));
        }
    }
    if rest.len() >= 4 { Err(Fault::Malformed("remaining length of more than four bytes")) } else { Ok(None) }
}

/// Takes the packet that [`peek`] found off the front of `buf`.
pub(super) fn decode(buf: &mut BytesMut, frame: Frame) -> Result<Packet, Fault> {
    let body = &buf[frame.header..frame.total];
    let filters = guard(frame.kind, buf[0], body)?;
    // The guard leaves the codec nothing to trip over; should it trip all the same, one client pays, not the hub.
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| v4::Packet::read(buf, usize::MAX)));
    let packet = read
        .map_err(|_| Fault::Malformed("the codec failed"))?
        .map_err(|_| Fault::Malformed("not a packet of MQTT 3.1.1"))?;
    Ok(match packet {
        v4::Packet::Connect(c) => Packet::Connect(Box::new(connect(c))),
        v4::Packet::Publish(p) => {
            Packet::Publish(Publish { qos: p.qos.into(), id: p.pkid, topic: p.topic, payload: p.payload })
        }
        v4::Packet::PubRel(p) => Packet::Release(p.pkid),
        v4::Packet::Subscribe(s) => Packet::Subscribe { id: s.pkid, filters },
        v4::Packet::Unsubscribe(u) => Packet::Unsubscribe(u.pkid),
        v4::Packet::PingReq => Packet::Ping,
        v4::Packet::Disconnect => Packet::Disconnect,
        _ => return Err(Fault::Unexpected),
    })
}

fn connect(c: v4::Connect) -> Connect {
    Connect {
        keep_alive_s: c.keep_alive,
        client_id: c.client_id,
        clean: c.clean_session,
        will: c.last_will.map(|w| Will { qos: w.qos.into(), topic: w.topic, payload: w.message }),
        login: c
            .login
            .filter(|l| !l.username.is_empty() && !l.password.is_empty())
            .map(|l| (l.username, l.password.into_bytes())),
    }
}

impl From<CodecQos> for Qos {
    fn from(q: CodecQos) -> Self {
        match q {
            CodecQos::AtMostOnce => Self::Zero,
            CodecQos::AtLeastOnce => Self::One,
            CodecQos::ExactlyOnce => Self::Two,
        }
    }
}

/// Appends `reply` to `out`.
pub(super) fn encode(reply: Reply, out: &mut BytesMut) {
    let packet = match reply {
        Reply::Welcome => v4::Packet::ConnAck(v4::ConnAck::new(v4::ConnectReturnCode::Success, false)),
        Reply::Refused(why) => v4::Packet::ConnAck(v4::ConnAck::new(return_code(why), false)),
        Reply::PubAck(id) => v4::Packet::PubAck(v4::PubAck::new(id)),
        Reply::PubRec(id) => v4::Packet::PubRec(v4::PubRec::new(id)),
        Reply::PubComp(id) => v4::Packet::PubComp(v4::PubComp::new(id)),
        Reply::NotSubscribed(id, n) => {
            v4::Packet::SubAck(v4::SubAck::new(id, vec![v4::SubscribeReasonCode::Failure; n]))
        }
        Reply::UnsubAck(id) => v4::Packet::UnsubAck(v4::UnsubAck::new(id)),
        Reply::Pong => v4::Packet::PingResp,
    };
    if let Err(e) = packet.write(out, usize::MAX) {
        // The codec fails only on sizes that none of these has.
        tracing::error!(error = %e, "an MQTT reply could not be written");
    }
}

fn return_code(why: Refused) -> v4::ConnectReturnCode {
    match why {
        Refused::Version => v4::ConnectReturnCode::RefusedProtocolVersion,
        Refused::ClientId => v4::ConnectReturnCode::BadClientId,
        Refused::Unavailable => v4::ConnectReturnCode::ServiceUnavailable,
        Refused::BadCredentials => v4::ConnectReturnCode::BadUserNamePassword,
        Refused::NotAuthorised => v4::ConnectReturnCode::NotAuthorized,
    }
}

/// Checks the form of one packet's body; returns the number of filters of a SUBSCRIBE, else 0.
fn guard(kind: u8, first: u8, body: &[u8]) -> Result<usize, Fault> {
    let mut walk = Walk(body);
    let mut filters = 0;
    match kind {
        kind::CONNECT => guard_connect(&mut walk)?,
        kind::PUBLISH => {
            walk.text()?;
            if first & 0b0110 != 0 {
                walk.id()?;
            }
            return Ok(0); // the rest is payload
        }
        kind::PUBREL => walk.id()?,
        kind::SUBSCRIBE | kind::UNSUBSCRIBE => {
            walk.id()?;
            while filters == 0 || !walk.0.is_empty() {
                walk.text()?;
                if kind == kind::SUBSCRIBE && walk.u8()? > 2 {
                    return Err(Fault::Malformed("requested QoS"));
                }
                filters += 1;
            }
        }
        _ => {} // PINGREQ and DISCONNECT have no body
    }
    if walk.0.is_empty() { Ok(filters) } else { Err(Fault::Malformed("bytes after the end")) }
}

fn guard_connect(walk: &mut Walk<'_>) -> Result<(), Fault> {
    let name = walk.field()?;
    let level = walk.u8()?;
    match (name, level) {
        (b"MQTT", 4) => {}
        (b"MQTT" | b"MQIsdp", other) => return Err(Fault::Version(other)),
        _ => return Err(Fault::Malformed("protocol name")),
    }
    let flags = walk.u8()?;
    let has = |bit: u8| flags & bit != 0;
    if has(0b0000_0001) {
        return Err(Fault::Malformed("reserved connect flag"));
    }
    if (!has(0b100) && has(0b0011_1000)) || flags & 0b0001_1000 == 0b0001_1000 {
        return Err(Fault::Malformed("will flags"));
    }
    if !has(0b1000_0000) && has(0b0100_0000) {
        return Err(Fault::Malformed("password without user name"));
    }
    walk.u16()?; // keep-alive
    walk.text()?; // client id
    if has(0b100) {
        walk.text()?;
        walk.field()?;
    }
    if has(0b1000_0000) {
        walk.text()?;
    }
    if has(0b0100_0000) {
        // The standard allows any bytes, the codec only text; the hub's keys are text.
        walk.field()?;
    }
    Ok(())
}

/// Steps through a body and never past its end.
struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Fault> {
        let (head, rest) = self.0.split_at_checked(n).ok_or(Fault::Malformed("a field crosses the end"))?;
        self.0 = rest;
        Ok(head)
    }

    fn u8(&mut self) -> Result<u8, Fault> {
        self.take(1).map(|b| b[0])
    }

    fn u16(&mut self) -> Result<u16, Fault> {
        self.take(2).map(|b| u16::from_be_bytes([b[0], b[1]]))
    }

    fn id(&mut self) -> Result<(), Fault> {
        if self.u16()? == 0 { Err(Fault::PacketIdZero) } else { Ok(()) }
    }

    fn field(&mut self) -> Result<&'a [u8], Fault> {
        let n = self.u16()?;
        self.take(usize::from(n))
    }

    fn text(&mut self) -> Result<(), Fault> {
        match std::str::from_utf8(self.field()?) {
            Ok(s) if !s.contains('\0') => Ok(()),
            Ok(_) => Err(Fault::Malformed("NUL in a string")),
            Err(_) => Err(Fault::Malformed("a string that is not UTF-8")),
        }
    }
}
