//! MQTT 3.1.1: rumqttc's codec behind a guard.
//!
//! The codec alone takes NUL in strings, packet id 0 in SUBSCRIBE and PUBREL, an empty UNSUBSCRIBE,
//! a password without a user name and bytes after the end of a CONNECT, and reads a CONNECT of MQTT
//! 5 as if it were its own.

use super::{
    BodyReader, Connect, ConnectRefusal, Current, Filter, Grant, Outgoing, Packet, PacketFault,
    PacketFrame, Publish, Qos, Reply, Subscribe, Will, caught, connect_flags, kind,
};
use bytes::BytesMut;
use rumqttc::mqttbytes::{QoS as CodecQos, v4};

pub(super) fn decode(buf: &mut BytesMut, frame: PacketFrame) -> Result<Packet, PacketFault> {
    guard(frame.kind, buf[0], &buf[frame.header..frame.total])?;
    let packet = caught(|| v4::Packet::read(buf, usize::MAX))?;
    Ok(match packet {
        v4::Packet::Connect(c) => Packet::Connect(Box::new(connect(c))),
        v4::Packet::Publish(p) => {
            let qos = p.qos.into();
            let id = p.pkid;
            let topic = p.topic;
            let payload = p.payload;
            Packet::Publish(Publish {
                qos,
                id,
                topic,
                payload,
                retain: p.retain,
                alias: None,
            })
        }
        v4::Packet::PubAck(p) => Packet::Acked(p.pkid),
        v4::Packet::PubRel(p) => Packet::Release(p.pkid),
        v4::Packet::Subscribe(s) => {
            let filters = s.filters.into_iter().map(|f| Filter {
                path: f.path,
                qos: f.qos.into(),
                current: Current::Always,
                as_published: false,
            });
            Packet::Subscribe(Box::new(Subscribe {
                id: s.pkid,
                filters: filters.collect(),
                marked: false,
            }))
        }
        v4::Packet::Unsubscribe(u) => Packet::Unsubscribe(u.pkid, u.topics),
        v4::Packet::PingReq => Packet::Ping,
        v4::Packet::Disconnect => Packet::Disconnect { leave_will: false },
        _ => return Err(PacketFault::Unexpected),
    })
}

fn connect(c: v4::Connect) -> Connect {
    Connect {
        keep_alive_s: c.keep_alive,
        client_id: c.client_id,
        clean: c.clean_session,
        will: c.last_will.map(|w| Will {
            qos: w.qos.into(),
            topic: w.topic,
            payload: w.message,
        }),
        login: c
            .login
            .filter(|l| !l.username.is_empty() && !l.password.is_empty())
            .map(|l| (l.username, l.password.into_bytes())),
        receive_max: u16::MAX,
        max_packet: usize::MAX,
        problems: true,
        bridge: false,
        by_method: false,
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

impl From<Qos> for CodecQos {
    fn from(q: Qos) -> Self {
        match q {
            Qos::Zero => Self::AtMostOnce,
            Qos::One => Self::AtLeastOnce,
            Qos::Two => Self::ExactlyOnce,
        }
    }
}

pub(super) fn encode(reply: Reply, out: &mut BytesMut) {
    let packet = match reply {
        Reply::Welcome(_) => {
            v4::Packet::ConnAck(v4::ConnAck::new(v4::ConnectReturnCode::Success, false))
        }
        Reply::Refused(why) => v4::Packet::ConnAck(v4::ConnAck::new(return_code(why), false)),
        Reply::PubAck(id, _) => v4::Packet::PubAck(v4::PubAck::new(id)),
        Reply::PubRec(id, _) => v4::Packet::PubRec(v4::PubRec::new(id)),
        Reply::PubComp { id, .. } => v4::Packet::PubComp(v4::PubComp::new(id)),
        Reply::SubAck(id, grants) => v4::Packet::SubAck(v4::SubAck::new(
            id,
            grants.into_iter().map(granted).collect(),
        )),
        Reply::UnsubAck(id, _) => v4::Packet::UnsubAck(v4::UnsubAck::new(id)),
        Reply::Pong => v4::Packet::PingResp,
        Reply::Goodbye(_) => return,
    };
    if let Err(e) = packet.write(out, usize::MAX) {
        // The codec fails only on sizes that none of these has.
        tracing::error!(error = %e, "an MQTT reply could not be written");
    }
}

pub(super) fn publish(message: Outgoing<'_>, out: &mut BytesMut) {
    let mut p = v4::Publish::new(message.topic, message.qos.into(), message.payload);
    (p.pkid, p.retain) = (message.id, message.retain);
    if let Err(e) = p.write(out) {
        tracing::error!(error = %e, "an MQTT message could not be written");
    }
}

fn granted(grant: Grant) -> v4::SubscribeReasonCode {
    match grant {
        Grant::Yes(qos) => v4::SubscribeReasonCode::Success(qos.into()),
        Grant::Foreign | Grant::Shared | Grant::Quota => v4::SubscribeReasonCode::Failure,
    }
}

fn return_code(why: ConnectRefusal) -> v4::ConnectReturnCode {
    match why {
        ConnectRefusal::Version => v4::ConnectReturnCode::RefusedProtocolVersion,
        ConnectRefusal::ClientId => v4::ConnectReturnCode::BadClientId,
        ConnectRefusal::BadCredentials => v4::ConnectReturnCode::BadUserNamePassword,
        ConnectRefusal::NotAuthorised => v4::ConnectReturnCode::NotAuthorized,
        ConnectRefusal::Unavailable
        | ConnectRefusal::Malformed(_)
        | ConnectRefusal::Method
        | ConnectRefusal::PacketSize
        | ConnectRefusal::Quota
        | ConnectRefusal::Rate => v4::ConnectReturnCode::ServiceUnavailable,
    }
}

/// Checks the form of one packet's body.
fn guard(kind: u8, first: u8, body: &[u8]) -> Result<(), PacketFault> {
    let mut walk = BodyReader(body);
    match kind {
        kind::CONNECT => guard_connect(&mut walk)?,
        kind::PUBLISH => {
            walk.text()?;
            if first & 0b0110 != 0 {
                walk.id()?;
            }
            return Ok(()); // the rest is payload
        }
        kind::PUBACK | kind::PUBREL => walk.id()?,
        kind::SUBSCRIBE | kind::UNSUBSCRIBE => {
            walk.id()?;
            let mut first = true;
            while first || !walk.0.is_empty() {
                first = false;
                walk.text()?;
                if kind == kind::SUBSCRIBE && walk.u8()? > 2 {
                    return Err(PacketFault::Malformed("requested QoS"));
                }
            }
        }
        _ => {} // PINGREQ and DISCONNECT have no body
    }
    walk.end()
}

fn guard_connect(walk: &mut BodyReader<'_>) -> Result<(), PacketFault> {
    walk.field()?; // name and level: looked at already
    walk.u8()?;
    let flags = walk.u8()?;
    let has = |bit: u8| flags & bit != 0;
    connect_flags(flags)?;
    if !has(0b1000_0000) && has(0b0100_0000) {
        return Err(PacketFault::Malformed("password without user name"));
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
