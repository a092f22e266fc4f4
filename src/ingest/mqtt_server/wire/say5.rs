//! What the server says in MQTT 5: reason codes, and reason strings where the client wants them
//! and has room.
//!
//! The codec writes a DISCONNECT without a reason string wrong - one byte too many, or with an
//! empty list of properties without its reason - so that one is written here.

use super::{ConnectRefusal, Grant, Outgoing, Reply, Verdict, Voice, Welcome};
use crate::domain::Reason;
use crate::ingest::mqtt_server::close::Close;
use bytes::BytesMut;
use rumqttc::v5::mqttbytes::v5::{
    ConnAck, ConnAckProperties, ConnectReturnCode, Disconnect, DisconnectProperties,
    DisconnectReasonCode, Packet, PingResp, PubAck, PubAckProperties, PubAckReason, PubComp,
    PubCompReason, PubRec, PubRecProperties, PubRecReason, Publish, SubAck, SubscribeReasonCode,
    UnsubAck, UnsubAckReason,
};

/// The longest reason string, in bytes: for a human, who finds the whole of it in the quarantine.
const REASON: usize = 256;

pub(super) fn encode(voice: &Voice, reply: Reply, out: &mut BytesMut) -> bool {
    let mut packet = packet(reply);
    let too_long = |p: &Packet| p.size() > voice.max_packet;
    if !voice.problems || too_long(&packet) {
        strip(&mut packet);
    }
    if too_long(&packet) {
        return false;
    }
    if let Packet::Disconnect(d) = &packet
        && d.properties
            .as_ref()
            .is_none_or(|p| p.reason_string.is_none())
    {
        out.extend_from_slice(&[0xe0, 2, d.reason_code as u8, 0]);
    } else if let Err(e) = packet.write(out, None) {
        // The codec fails only on sizes that none of these has.
        tracing::error!(error = %e, "an MQTT reply could not be written");
    }
    true
}

pub(super) fn publish(voice: &Voice, message: Outgoing<'_>, out: &mut BytesMut) -> bool {
    let mut p = Publish::new(
        message.topic,
        message.qos.into(),
        message.payload.to_vec(),
        None,
    );
    (p.pkid, p.retain) = (message.id, message.retain);
    if p.size() > voice.max_packet {
        return false;
    }
    if let Err(e) = p.write(out) {
        tracing::error!(error = %e, "an MQTT message could not be written");
    }
    true
}

fn packet(reply: Reply) -> Packet {
    match reply {
        Reply::Welcome(w) => connack(ConnectReturnCode::Success, Some(limits(w))),
        Reply::Refused(why) => {
            let (code, text) = refused(why);
            connack(
                code,
                text.map(|t| ConnAckProperties {
                    reason_string: Some(t.into()),
                    ..nothing()
                }),
            )
        }
        Reply::PubAck(pkid, verdict) => {
            let (reason, text) = verdict_of(verdict, PubAckReason::Success, puback_reason);
            let properties = text.map(|t| PubAckProperties {
                reason_string: Some(t),
                user_properties: Vec::new(),
            });
            Packet::PubAck(PubAck {
                pkid,
                reason,
                properties,
            })
        }
        Reply::PubRec(pkid, verdict) => {
            let (reason, text) = verdict_of(verdict, PubRecReason::Success, pubrec_reason);
            let properties = text.map(|t| PubRecProperties {
                reason_string: Some(t),
                user_properties: Vec::new(),
            });
            Packet::PubRec(PubRec {
                pkid,
                reason,
                properties,
            })
        }
        Reply::PubComp { id: pkid, known } => {
            let reason = if known {
                PubCompReason::Success
            } else {
                PubCompReason::PacketIdentifierNotFound
            };
            Packet::PubComp(PubComp {
                pkid,
                reason,
                properties: None,
            })
        }
        Reply::SubAck(pkid, grants) => Packet::SubAck(SubAck {
            pkid,
            return_codes: grants.into_iter().map(granted).collect(),
            properties: None,
        }),
        Reply::UnsubAck(pkid, were) => {
            let reason = |was| {
                if was {
                    UnsubAckReason::Success
                } else {
                    UnsubAckReason::NoSubscriptionExisted
                }
            };
            Packet::UnsubAck(UnsubAck {
                pkid,
                reasons: were.into_iter().map(reason).collect(),
                properties: None,
            })
        }
        Reply::Pong => Packet::PingResp(PingResp),
        Reply::Goodbye(why) => disconnect(why),
    }
}

fn disconnect(why: Close) -> Packet {
    let (code, text) = why.reason();
    let properties = DisconnectProperties {
        session_expiry_interval: None,
        reason_string: text.map(Into::into),
        user_properties: Vec::new(),
        server_reference: None,
    };
    let reason_code =
        DisconnectReasonCode::try_from(code).unwrap_or(DisconnectReasonCode::UnspecifiedError);
    Packet::Disconnect(Disconnect {
        reason_code,
        properties: Some(properties),
    })
}

/// Takes the reason string off.
fn strip(packet: &mut Packet) {
    match packet {
        Packet::ConnAck(p) => {
            if let Some(p) = &mut p.properties {
                p.reason_string = None;
            }
        }
        Packet::PubAck(p) => p.properties = None,
        Packet::PubRec(p) => p.properties = None,
        Packet::Disconnect(p) => {
            if let Some(p) = &mut p.properties {
                p.reason_string = None;
            }
        }
        _ => {}
    }
}

fn connack(code: ConnectReturnCode, properties: Option<ConnAckProperties>) -> Packet {
    Packet::ConnAck(ConnAck {
        session_present: false,
        code,
        properties,
    })
}

const fn nothing() -> ConnAckProperties {
    ConnAckProperties {
        session_expiry_interval: None,
        receive_max: None,
        max_qos: None,
        retain_available: None,
        max_packet_size: None,
        assigned_client_identifier: None,
        topic_alias_max: None,
        reason_string: None,
        user_properties: Vec::new(),
        wildcard_subscription_available: None,
        subscription_identifiers_available: None,
        shared_subscription_available: None,
        server_keep_alive: None,
        response_information: None,
        server_reference: None,
        authentication_method: None,
        authentication_data: None,
    }
}

/// The server's limits. There is no word for a maximum QoS of 2: leaving it out is how it is said.
fn limits(w: Welcome) -> ConnAckProperties {
    ConnAckProperties {
        session_expiry_interval: Some(0),
        receive_max: Some(w.receive_max),
        retain_available: Some(1),
        max_packet_size: u32::try_from(w.max_packet).ok(),
        assigned_client_identifier: w.client_id,
        topic_alias_max: Some(w.aliases),
        wildcard_subscription_available: Some(1),
        subscription_identifiers_available: Some(0),
        shared_subscription_available: Some(0),
        server_keep_alive: w.keep_alive_s,
        ..nothing()
    }
}

const fn refused(why: ConnectRefusal) -> (ConnectReturnCode, Option<&'static str>) {
    match why {
        ConnectRefusal::Version => (ConnectReturnCode::UnsupportedProtocolVersion, None),
        ConnectRefusal::ClientId => (
            ConnectReturnCode::ClientIdentifierNotValid,
            Some("client id too long"),
        ),
        ConnectRefusal::Unavailable => (
            ConnectReturnCode::ServerUnavailable,
            Some("no room for one more now; try again later"),
        ),
        ConnectRefusal::BadCredentials => (ConnectReturnCode::BadUserNamePassword, None),
        ConnectRefusal::NotAuthorised => (ConnectReturnCode::NotAuthorized, None),
        ConnectRefusal::Malformed(what) => (ConnectReturnCode::MalformedPacket, Some(what)),
        ConnectRefusal::Method => (
            ConnectReturnCode::BadAuthenticationMethod,
            Some("user name and password only"),
        ),
        ConnectRefusal::PacketSize => (ConnectReturnCode::PacketTooLarge, None),
        ConnectRefusal::Quota => (
            ConnectReturnCode::QuotaExceeded,
            Some("the key has as many connections or sources as one key may have"),
        ),
        ConnectRefusal::Rate => (
            ConnectReturnCode::ConnectionRateExceeded,
            Some("too many connections a second"),
        ),
    }
}

const fn granted(grant: Grant) -> SubscribeReasonCode {
    use rumqttc::v5::mqttbytes::QoS;
    match grant {
        Grant::Yes(super::Qos::Zero) => SubscribeReasonCode::Success(QoS::AtMostOnce),
        Grant::Yes(super::Qos::One) => SubscribeReasonCode::Success(QoS::AtLeastOnce),
        Grant::Yes(super::Qos::Two) => SubscribeReasonCode::Success(QoS::ExactlyOnce),
        Grant::Foreign => SubscribeReasonCode::TopicFilterInvalid,
        Grant::Shared => SubscribeReasonCode::SharedSubscriptionsNotSupported,
        Grant::Quota => SubscribeReasonCode::QuotaExceeded,
    }
}

fn verdict_of<R>(verdict: Verdict, success: R, code: impl Fn(Reason) -> R) -> (R, Option<String>) {
    match verdict {
        Verdict::Taken => (success, None),
        Verdict::Partly(text) => (success, Some(readable(&text))),
        Verdict::Refused(reason, text) => (code(reason), Some(readable(&text))),
    }
}

/// As much as is worth sending, without the control characters that the standard advises against.
fn readable(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if out.len() + c.len_utf8() > REASON {
            break;
        }
        out.push(c);
    }
    out
}

const fn puback_reason(reason: Reason) -> PubAckReason {
    match reason {
        Reason::Malformed => PubAckReason::PayloadFormatInvalid,
        Reason::Forbidden | Reason::OutOfArea => PubAckReason::NotAuthorized,
        Reason::TooLarge => PubAckReason::QuotaExceeded,
        Reason::UnknownBay
        | Reason::UnknownZone
        | Reason::UnknownSource
        | Reason::UnknownDevice
        | Reason::TooFarInFuture
        | Reason::TooOld
        | Reason::RetainedWithoutTime => PubAckReason::ImplementationSpecificError,
    }
}

const fn pubrec_reason(reason: Reason) -> PubRecReason {
    match puback_reason(reason) {
        PubAckReason::PayloadFormatInvalid => PubRecReason::PayloadFormatInvalid,
        PubAckReason::NotAuthorized => PubRecReason::NotAuthorized,
        PubAckReason::QuotaExceeded => PubRecReason::QuotaExceeded,
        _ => PubRecReason::ImplementationSpecificError,
    }
}
