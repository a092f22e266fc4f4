//! One client's conversation as a pure state machine: bytes in; a parcel, replies and a verdict out.
//!
//! Promises: no socket, no clock, no task; the same bytes give the same outcome however they are cut; whatever the
//! bytes, no publish comes out that was not sent whole under the speaker's own topic. What it must ask (may this
//! one in, what does that payload say) it asks its [`Desk`]. The end is final: later bytes change nothing.

use super::door::Denied;
use super::topic;
use super::turn::Turn;
use super::wire::{self, Connect, Fault, Packet, Publish, Qos, Refused, Reply, Will, kind};
use crate::domain::{Door, Parcel, Reason, Refusal, Speaker, Topic, id};
use bytes::{Bytes, BytesMut};
use std::collections::BTreeSet;

/// Whom the session asks.
pub(super) trait Desk {
    /// Whose password is this?
    fn admit(&mut self, user: &str, password: &[u8]) -> Result<Speaker, Denied>;
    /// Is there room for one more of this source? `client_id` is `None` where the client left it to the hub.
    fn seat(&mut self, speaker: &Speaker, client_id: Option<&str>) -> bool;
    /// What does this message say?
    fn take(&mut self, speaker: &Speaker, topic: Topic, payload: &[u8], out: &mut Parcel);
    /// Counts a refusal that the session made itself.
    fn refused(&mut self, reason: Reason);
}

/// The longest of each, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub packet: usize,
    pub payload: usize,
    pub client_id: usize,
}

/// Why a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// DISCONNECT
    Goodbye,
    /// The client went without a word.
    PeerGone,
    NoConnect,
    SecondConnect,
    /// A version of MQTT that is not spoken here.
    Version,
    ClientId,
    BadCredentials,
    NotAuthorised,
    /// A last will for a topic that is not the source's own status.
    Will,
    /// No room in the house, or none for this source.
    Full,
    Malformed(&'static str),
    Unexpected,
    PacketIdZero,
    TooLarge,
    /// Too many QoS 2 messages never released.
    Unreleased,
    ConnectTimeout,
    KeepAlive,
    /// A packet that was begun and not finished in time.
    Stalled,
    TakenOver,
    /// The client does not read its acknowledgements.
    SlowReader,
    /// The journal dropped a submission: it is not durable and must not be acknowledged.
    NotDurable,
    Shutdown,
}

impl Close {
    /// The label of `mqtt_connections_refused_total`; `None` where the client itself chose to go.
    pub(super) const fn label(self) -> Option<&'static str> {
        Some(match self {
            Self::Goodbye | Self::PeerGone => return None,
            Self::NoConnect => "no_connect",
            Self::SecondConnect => "second_connect",
            Self::Version => "version",
            Self::ClientId => "client_id",
            Self::BadCredentials => "bad_credentials",
            Self::NotAuthorised => "not_authorised",
            Self::Will => "forbidden_will",
            Self::Full => "full",
            Self::Malformed(_) => "malformed",
            Self::Unexpected => "unexpected_packet",
            Self::PacketIdZero => "packet_id_zero",
            Self::TooLarge => "too_large",
            Self::Unreleased => "unreleased",
            Self::ConnectTimeout => "connect_timeout",
            Self::KeepAlive => "keep_alive",
            Self::Stalled => "stalled",
            Self::TakenOver => "taken_over",
            Self::SlowReader => "slow_reader",
            Self::NotDurable => "not_durable",
            Self::Shutdown => "shutdown",
        })
    }
}

/// QoS 2 ids that may wait for their PUBREL. Clients use tens; this bounds what one can make the hub remember.
pub(super) const MAX_HELD: usize = 4096;

pub(super) struct Session {
    limits: Limits,
    /// `None` until a CONNECT was accepted.
    open: Option<Box<Open>>,
    ended: Option<Close>,
}

struct Open {
    speaker: Speaker,
    will: Option<Will>,
    keep_alive_s: u16,
    /// QoS 2: taken, not yet released.
    held: BTreeSet<u16>,
}

impl Session {
    pub(super) const fn new(limits: Limits) -> Self {
        Self { limits, open: None, ended: None }
    }

    /// Takes every whole packet off `buf`. `Some`: the conversation is over, and what `turn` holds is the last of it.
    pub(super) fn on_bytes(&mut self, buf: &mut BytesMut, turn: &mut Turn, desk: &mut impl Desk) -> Option<Close> {
        while self.ended.is_none() {
            let speaker = self.open.as_ref().map(|o| &o.speaker);
            // Judged by its first byte: a stranger's bytes are not collected.
            let step = if speaker.is_none() && buf.first().is_some_and(|b| b >> 4 != kind::CONNECT) {
                Err(Close::NoConnect)
            } else {
                match next(buf, &self.limits, turn) {
                    Ok(None) => return None,
                    Ok(Some(packet)) => self.on_packet(packet, turn, desk),
                    Err(fault) => Err(faulted(fault, speaker, &self.limits, turn, desk)),
                }
            };
            self.ended = step.err();
        }
        buf.clear();
        self.ended
    }

    /// The keep-alive that the client asked for, in seconds; `None` before its CONNECT was accepted.
    pub(super) fn keep_alive_s(&self) -> Option<u16> {
        self.open.as_ref().map(|o| o.keep_alive_s)
    }

    /// The last will, once: whose it is, what it says, and whether it may not be shed (QoS 1 or 2).
    /// None after DISCONNECT.
    pub(super) fn take_will(&mut self) -> Option<(Speaker, Bytes, bool)> {
        let open = self.open.as_mut().filter(|_| self.ended != Some(Close::Goodbye))?;
        let will = open.will.take()?;
        Some((open.speaker.clone(), will.payload, will.qos != Qos::Zero))
    }

    fn on_packet(&mut self, packet: Packet, turn: &mut Turn, desk: &mut impl Desk) -> Result<(), Close> {
        let Some(open) = &mut self.open else {
            let Packet::Connect(connect) = packet else { return Err(Close::NoConnect) };
            let open = match welcome(*connect, &self.limits, desk) {
                Ok(open) => open,
                Err((refused, why)) => {
                    turn.reply(Reply::Refused(refused));
                    return Err(why);
                }
            };
            self.open = Some(Box::new(open));
            turn.reply(Reply::Welcome);
            return Ok(());
        };
        match packet {
            Packet::Connect(_) => return Err(Close::SecondConnect),
            Packet::Publish(p) => return open.publish(&p, &self.limits, turn, desk),
            Packet::Release(id) => {
                // In line with the acks: should the message still be under way, "complete" must not overtake it.
                open.held.remove(&id);
                turn.ack(Reply::PubComp(id));
            }
            Packet::Subscribe { id, filters } => turn.reply(Reply::NotSubscribed(id, filters)),
            Packet::Unsubscribe(id) => turn.reply(Reply::UnsubAck(id)),
            Packet::Ping => turn.reply(Reply::Pong),
            Packet::Disconnect => return Err(Close::Goodbye),
        }
        Ok(())
    }
}

impl Open {
    fn publish(&mut self, p: &Publish, limits: &Limits, turn: &mut Turn, desk: &mut impl Desk) -> Result<(), Close> {
        if p.qos == Qos::Two && !self.held.insert(p.id) {
            // Sent again before its PUBREL: taken once, answered twice - and not before the first is durable.
            turn.ack(Reply::PubRec(p.id));
            return Ok(());
        }
        if self.held.len() > MAX_HELD {
            return Err(Close::Unreleased);
        }
        turn.publishes += 1;
        match topic::allowed(&p.topic, &self.speaker) {
            Some(topic) if p.payload.len() <= limits.payload => {
                desk.take(&self.speaker, topic, &p.payload, &mut turn.parcel);
            }
            Some(_) => {
                let detail = format!("payload of {} bytes, at most {}", p.payload.len(), limits.payload);
                refuse(&self.speaker, Reason::TooLarge, &p.topic, detail, &p.payload, turn, desk);
            }
            None => {
                let detail = format!("{} may publish under bayhub/v1/{}/ only", self.speaker.id, self.speaker.id);
                refuse(&self.speaker, Reason::Forbidden, &p.topic, detail, &p.payload, turn, desk);
            }
        }
        match p.qos {
            Qos::Zero => {}
            Qos::One => turn.ack(Reply::PubAck(p.id)),
            Qos::Two => turn.ack(Reply::PubRec(p.id)),
        }
        turn.owed |= p.qos != Qos::Zero;
        Ok(())
    }
}

fn next(buf: &mut BytesMut, limits: &Limits, turn: &mut Turn) -> Result<Option<Packet>, Fault> {
    let Some(frame) = wire::peek(buf, limits.packet)? else { return Ok(None) };
    turn.count(frame.kind);
    wire::decode(buf, frame).map(Some)
}

/// Decides on a CONNECT: form first, then who, then what they leave behind, then room.
fn welcome(c: Connect, limits: &Limits, desk: &mut impl Desk) -> Result<Open, (Refused, Close)> {
    let given = !c.client_id.is_empty();
    if c.client_id.len() > limits.client_id || !(given || c.clean) {
        return Err((Refused::ClientId, Close::ClientId));
    }
    let Some((user, password)) = &c.login else { return Err((Refused::NotAuthorised, Close::NotAuthorised)) };
    let speaker = desk.admit(user, password).map_err(|denied| match denied {
        Denied::BadCredentials => (Refused::BadCredentials, Close::BadCredentials),
        Denied::NotAuthorised => (Refused::NotAuthorised, Close::NotAuthorised),
    })?;
    // The own-topic rule stands on this: an id with a slash in it would name someone else's topics.
    if !id::is_valid(&speaker.id) {
        return Err((Refused::NotAuthorised, Close::NotAuthorised));
    }
    let own_status = |w: &Will| topic::own(&w.topic, &speaker.id) == Some(Topic::Status);
    if !c.will.as_ref().is_none_or(own_status) {
        return Err((Refused::NotAuthorised, Close::Will));
    }
    if !desk.seat(&speaker, given.then_some(&c.client_id)) {
        return Err((Refused::Unavailable, Close::Full));
    }
    // The payload shares its memory with the read it came in; a will waits for hours and must not keep that.
    let will = c.will.map(|w| Will { payload: Bytes::copy_from_slice(&w.payload), ..w });
    Ok(Open { speaker, will, keep_alive_s: c.keep_alive_s, held: BTreeSet::new() })
}

/// What bytes that are no packet come to. A PUBLISH that is too long still reaches the quarantine, without its body:
/// that was never read.
fn faulted(f: Fault, speaker: Option<&Speaker>, limits: &Limits, turn: &mut Turn, desk: &mut impl Desk) -> Close {
    match f {
        Fault::Malformed(what) => Close::Malformed(what),
        Fault::Unexpected => Close::Unexpected,
        Fault::PacketIdZero => Close::PacketIdZero,
        Fault::Version(_) if speaker.is_some() => Close::SecondConnect,
        Fault::Version(_) => {
            turn.reply(Reply::Refused(Refused::Version));
            Close::Version
        }
        Fault::TooLarge { bytes, publish } => {
            if let Some(speaker) = speaker.filter(|_| publish) {
                turn.publishes += 1;
                turn.owed = true; // the connection ends over it: the record of why must not be shed
                let detail = format!("packet of {bytes} bytes, at most {}", limits.packet);
                refuse(speaker, Reason::TooLarge, "", detail, &[], turn, desk);
            }
            Close::TooLarge
        }
    }
}

fn refuse(
    speaker: &Speaker,
    reason: Reason,
    topic: &str,
    detail: String,
    payload: &[u8],
    turn: &mut Turn,
    desk: &mut impl Desk,
) {
    desk.refused(reason);
    turn.parcel.refusals.push(Refusal {
        reason,
        door: Door::Mqtt,
        source: speaker.id.as_ref().into(),
        topic: topic::excerpt(topic).into(),
        index: None,
        detail: detail.into(),
        payload: Refusal::excerpt(payload),
    });
}
