//! MQTT 5: rumqttc's codec behind a guard.
//!
//! The codec alone takes properties that run over their stated length, come twice or belong
//! elsewhere, values that the standard forbids, NUL in strings, packet id 0, an empty UNSUBSCRIBE,
//! reserved bits and bytes after the end; and it refuses a DISCONNECT without a reason or without
//! properties, which the standard allows: that one is read here.

use super::{
    BodyReader, Connect, Current, Filter, Packet, PacketFault, PacketFrame, Publish, Qos,
    Subscribe, Will, caught, connect_flags, kind,
};
use bytes::{Buf, BytesMut};
use rumqttc::v5::mqttbytes::{QoS as CodecQos, v5};

/// Stands for the will among the packet types, since it has properties of its own.
const WILL: u8 = 0;

pub(super) fn decode(buf: &mut BytesMut, frame: PacketFrame) -> Result<Packet, PacketFault> {
    let reason = guard(frame.kind, buf[0], &buf[frame.header..frame.total])?;
    if matches!(frame.kind, kind::DISCONNECT | kind::AUTH) {
        buf.advance(frame.total);
        let leave_will = reason == v5::DisconnectReasonCode::DisconnectWithWillMessage as u8;
        return Ok(if frame.kind == kind::AUTH {
            Packet::Auth
        } else {
            Packet::Disconnect { leave_will }
        });
    }
    let packet = caught(|| v5::Packet::read(buf, None))?;
    Ok(match packet {
        v5::Packet::Connect(c, will, login) => Packet::Connect(Box::new(connect(c, will, login)?)),
        v5::Packet::Publish(p) => {
            let alias = p.properties.and_then(|p| p.topic_alias);
            Packet::Publish(Publish {
                qos: p.qos.into(),
                id: p.pkid,
                topic: text(&p.topic)?,
                payload: p.payload,
                retain: p.retain,
                alias,
            })
        }
        v5::Packet::PubAck(p) => Packet::Acked(p.pkid),
        v5::Packet::PubRel(p) => Packet::Release(p.pkid),
        v5::Packet::Subscribe(s) => {
            let marked = s.properties.is_some_and(|p| p.id.is_some());
            let filters = s.filters.into_iter().map(filter).collect();
            Packet::Subscribe(Box::new(Subscribe {
                id: s.pkid,
                filters,
                marked,
            }))
        }
        v5::Packet::Unsubscribe(u) => Packet::Unsubscribe(u.pkid, u.filters),
        v5::Packet::PingReq(_) => Packet::Ping,
        _ => return Err(PacketFault::Unexpected),
    })
}

fn connect(
    c: v5::Connect,
    will: Option<v5::LastWill>,
    login: Option<v5::Login>,
) -> Result<Connect, PacketFault> {
    let p = c.properties.unwrap_or_default();
    let will = will
        .map(|w| {
            Ok(Will {
                qos: w.qos.into(),
                topic: text(&w.topic)?,
                payload: w.message,
            })
        })
        .transpose()?;
    Ok(Connect {
        keep_alive_s: c.keep_alive,
        client_id: c.client_id,
        clean: c.clean_start,
        will,
        login: login
            .filter(|l| !l.username.is_empty() && !l.password.is_empty())
            .map(|l| (l.username, l.password.into_bytes())),
        receive_max: p.receive_maximum.unwrap_or(u16::MAX),
        max_packet: p.max_packet_size.map_or(usize::MAX, |n| n as usize),
        problems: p.request_problem_info != Some(0),
        bridge: false,
        by_method: p.authentication_method.is_some(),
    })
}

fn filter(f: v5::Filter) -> Filter {
    let current = match f.retain_forward_rule {
        v5::RetainForwardRule::OnEverySubscribe => Current::Always,
        v5::RetainForwardRule::OnNewSubscribe => Current::IfNew,
        v5::RetainForwardRule::Never => Current::Never,
    };
    Filter {
        path: f.path,
        qos: f.qos.into(),
        current,
        as_published: f.preserve_retain,
    }
}

fn text(bytes: &[u8]) -> Result<String, PacketFault> {
    std::str::from_utf8(bytes)
        .map(Into::into)
        .map_err(|_| PacketFault::Malformed("a string that is not UTF-8"))
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

impl From<Qos> for CodecQos {
    fn from(q: Qos) -> Self {
        match q {
            Qos::Zero => Self::AtMostOnce,
            Qos::One => Self::AtLeastOnce,
            Qos::Two => Self::ExactlyOnce,
        }
    }
}

/// Checks the form of one packet's body; returns the reason code where there is one, else 0.
fn guard(kind: u8, first: u8, body: &[u8]) -> Result<u8, PacketFault> {
    let mut walk = BodyReader(body);
    let mut reason = 0;
    match kind {
        kind::CONNECT => guard_connect(&mut walk)?,
        kind::PUBLISH => {
            walk.text()?;
            if first & 0b0110 != 0 {
                walk.id()?;
            }
            properties(&mut walk, kind)?;
            return Ok(0); // the rest is payload
        }
        kind::PUBACK | kind::PUBREL => {
            walk.id()?;
            guard_reason(&mut walk, kind)?;
        }
        kind::SUBSCRIBE | kind::UNSUBSCRIBE => {
            walk.id()?;
            properties(&mut walk, kind)?;
            let mut first = true;
            while first || !walk.0.is_empty() {
                first = false;
                walk.text()?;
                if kind == kind::SUBSCRIBE {
                    guard_options(walk.u8()?)?;
                }
            }
        }
        kind::DISCONNECT | kind::AUTH => reason = guard_reason(&mut walk, kind)?,
        _ => {} // PINGREQ has no body
    }
    walk.end()?;
    if kind == kind::DISCONNECT && v5::DisconnectReasonCode::try_from(reason).is_err() {
        return Err(PacketFault::Malformed("reason code"));
    }
    Ok(reason)
}

/// A reason code and properties, each of which may be left out with all that follows.
fn guard_reason(walk: &mut BodyReader<'_>, kind: u8) -> Result<u8, PacketFault> {
    if walk.0.is_empty() {
        return Ok(0);
    }
    let reason = walk.u8()?;
    if !walk.0.is_empty() {
        properties(walk, kind)?;
    }
    Ok(reason)
}

fn guard_options(options: u8) -> Result<(), PacketFault> {
    if options & 0b1100_0000 != 0 || options & 0b11 == 0b11 || options & 0b11_0000 == 0b11_0000 {
        return Err(PacketFault::Malformed("subscription options"));
    }
    Ok(())
}

fn guard_connect(walk: &mut BodyReader<'_>) -> Result<(), PacketFault> {
    walk.field()?; // name and level: looked at already
    walk.u8()?;
    let flags = walk.u8()?;
    let has = |bit: u8| flags & bit != 0;
    connect_flags(flags)?;
    walk.u16()?; // keep-alive
    properties(walk, kind::CONNECT)?;
    walk.text()?; // client id
    if has(0b100) {
        properties(walk, WILL)?;
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

/// A list of properties: each allowed in this packet, within its bounds, and there once.
fn properties(walk: &mut BodyReader<'_>, kind: u8) -> Result<(), PacketFault> {
    const USER: u8 = 38;
    let length = varint(walk)?;
    let mut inner = BodyReader(walk.take(length)?);
    let mut seen = 0u64;
    let mut method = false;
    while !inner.0.is_empty() {
        let id = inner.u8()?;
        if !allowed(id, kind) {
            return Err(PacketFault::Malformed(
                "a property that does not belong here",
            ));
        }
        if id != USER && seen & (1 << id) != 0 {
            return Err(PacketFault::Protocol("a property that came twice"));
        }
        seen |= 1 << id;
        method |= id == 21;
        value(&mut inner, id)?;
    }
    if seen & (1 << 22) != 0 && !method {
        return Err(PacketFault::Protocol(
            "authentication data without a method",
        ));
    }
    Ok(())
}

fn allowed(id: u8, kind: u8) -> bool {
    match id {
        1 | 2 | 3 | 8 | 9 => matches!(kind, kind::PUBLISH | WILL),
        11 => kind == kind::SUBSCRIBE,
        17 => matches!(kind, kind::CONNECT | kind::DISCONNECT),
        21 | 22 => matches!(kind, kind::CONNECT | kind::AUTH),
        23 | 25 | 33 | 34 | 39 => kind == kind::CONNECT,
        24 => kind == WILL,
        31 => matches!(
            kind,
            kind::PUBACK | kind::PUBREL | kind::DISCONNECT | kind::AUTH
        ),
        35 => kind == kind::PUBLISH,
        38 => true,
        _ => false, // a server's, or nobody's
    }
}

/// The value of one property. A topic alias of 0 is left for the session, which has a reason code
/// for it.
fn value(walk: &mut BodyReader<'_>, id: u8) -> Result<(), PacketFault> {
    let out_of_range = PacketFault::Protocol("a property's value");
    match id {
        1 | 23 | 25 if walk.u8()? > 1 => return Err(out_of_range),
        33 if walk.u16()? == 0 => return Err(out_of_range),
        39 if walk.take(4)?.iter().all(|b| *b == 0) => return Err(out_of_range),
        11 if varint(walk)? == 0 => return Err(out_of_range),
        1 | 11 | 23 | 25 | 33 | 39 => {}
        34 | 35 => drop(walk.u16()?),
        2 | 17 | 24 => drop(walk.take(4)?),
        9 | 22 => drop(walk.field()?),
        38 => {
            walk.text()?;
            walk.text()?;
        }
        _ => walk.text()?,
    }
    Ok(())
}

fn varint(walk: &mut BodyReader<'_>) -> Result<usize, PacketFault> {
    let mut n = 0;
    for at in 0..4 {
        let byte = walk.u8()?;
        n |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok(n);
        }
    }
    Err(PacketFault::Malformed("a length of more than four bytes"))
}
