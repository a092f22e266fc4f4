//! One client's conversation as a pure state machine: bytes in; a parcel, replies and a verdict
//! out.
//!
//! Promises: no socket, no clock, no task; the same bytes give the same outcome however they are
//! cut; whatever the bytes, no publish comes out that was not sent whole under the speaker's own
//! topic. What it must ask (may this one in, what does that payload say) it asks its
//! [`SessionHost`]. The end is final: later bytes change nothing.

mod publish;
mod subscribe;
mod welcome;

pub(super) use subscribe::Delivered;
#[cfg(test)]
pub(super) use subscribe::MAX_FILTERS;

use super::door::Denied;
use super::read_batch::ReadBatch;
use super::wire::{
    self, ConnectRefusal, Grant, Packet, PacketFault, Qos, Reply, Version, Voice, kind,
};
use crate::domain::{Parcel, Reason, Refusal, Refused, Speaker, ZoneIx};
use crate::ingest::board::{OrderSaid, Wanted};
use crate::ingest::codec::Codec;
use crate::ingest::mqtt_server::close::Close;
use bytes::{Bytes, BytesMut};
use publish::{Aliases, refuse};
use std::collections::BTreeSet;
use subscribe::Subscriptions;

/// Whom the session asks.
pub(super) trait SessionHost {
    /// Whose password is this?
    fn admit(&mut self, user: &str, password: &[u8]) -> Result<Speaker, Denied>;
    /// An id for a client that brought none, and that no other has.
    fn client_id(&mut self) -> String;
    /// May a client without a key listen?
    fn hears_strangers(&mut self) -> bool;
    /// Is there room for one more of this source, or for one more stranger? `client_id` is `None`
    /// where the client left it to the hub. Refused with [`Close::Full`] or [`Close::Rate`].
    fn seat(&mut self, speaker: Option<&Speaker>, client_id: Option<&str>) -> Result<(), Close>;
    /// What does this message say? `kept`: a broker had retained it, and gives it out again.
    fn take(
        &mut self,
        speaker: &Speaker,
        codec: &'static Codec,
        payload: &[u8],
        kept: bool,
        out: &mut Parcel,
    );
    /// What may be kept of what the session refuses by itself; counts it.
    fn refusal(&mut self, of: Refused<'_>) -> Refusal;
    /// The zone of that id.
    fn zone(&mut self, id: &str) -> Option<ZoneIx>;
    /// Watch these from now on, and show at once those of them that are `loud`. `false`: there is
    /// no room for it.
    fn watch(&mut self, wanted: Wanted, loud: &dyn Fn(ZoneIx) -> bool) -> bool;
    /// Watch nothing any more.
    fn unwatch(&mut self);
    /// Is there, or was there, an order of that name?
    fn knows_order(&mut self, name: &str) -> bool;
    /// Follow the orders from now on, and show at once what stands; again, if they are followed.
    fn follow(&mut self);
    /// Follow them no more.
    fn unfollow(&mut self);
    /// Counts what a filter came to, where it was refused.
    fn declined(&mut self, grant: Grant);
}

/// What a client may do, at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionLimits {
    /// Bytes.
    pub packet: usize,
    /// Bytes.
    pub payload: usize,
    /// Bytes.
    pub client_id: usize,
    /// Messages that are not acknowledged yet; told to clients of MQTT 5, and held against those
    /// only.
    pub receive_max: u16,
    /// Topic aliases of a connection.
    pub aliases: u16,
    /// Seconds of keep-alive.
    pub keep_alive_s: Option<u16>,
}

/// QoS 2 ids that may wait for their PUBREL. Clients use tens; this bounds what one can make the
/// hub remember.
pub(super) const MAX_HELD: usize = 4096;

pub(super) struct Session {
    limits: SessionLimits,
    voice: Voice,
    /// `None` until a CONNECT was accepted.
    open: Option<Box<Open>>,
    ended: Option<Close>,
}

struct Open {
    /// `None`: a stranger, who may listen and say nothing.
    speaker: Option<Speaker>,
    /// The client is a broker that hands on what its own clients have said.
    bridge: bool,
    will: Option<wire::Will>,
    keep_alive_s: u16,
    /// QoS 2: taken, not yet released.
    held: BTreeSet<u16>,
    /// Messages of QoS 1 and 2 whose last acknowledgement has not left.
    unsettled: u32,
    aliases: Aliases,
    /// Messages the client takes before it has acknowledged any.
    receive_max: u16,
    subscriptions: Subscriptions,
}

impl Session {
    pub(super) const fn new(limits: SessionLimits) -> Self {
        Self {
            limits,
            voice: Voice::UNKNOWN,
            open: None,
            ended: None,
        }
    }

    /// Takes every whole packet off `buf`. `Some`: the conversation is over, and what `batch` holds
    /// is the last of it.
    pub(super) fn on_bytes(
        &mut self,
        buf: &mut BytesMut,
        batch: &mut ReadBatch,
        desk: &mut impl SessionHost,
    ) -> Option<Close> {
        while self.ended.is_none() {
            batch.voice = self.voice;
            let step = match self.next(buf, batch) {
                Ok(None) => return None,
                Ok(Some(packet)) => self.on_packet(packet, batch, desk),
                Err(fault) => Err(self.faulted(fault, batch, desk)),
            };
            let step = if batch.unsayable {
                step.and(Err(Close::Unsayable))
            } else {
                step
            };
            self.ended = step.err();
        }
        buf.clear();
        self.ended
    }

    /// The keep-alive that the client asked for, in seconds; `None` before its CONNECT was
    /// accepted.
    pub(super) fn keep_alive_s(&self) -> Option<u16> {
        self.open.as_ref().map(|o| o.keep_alive_s)
    }

    /// Whose connection it is, once it was accepted; nobody's if a stranger's.
    pub(super) fn speaker(&self) -> Option<&Speaker> {
        self.open.as_ref()?.speaker.as_ref()
    }

    /// The last will, once: whose it is, what it says, and whether it may not be shed (QoS 1 or 2).
    /// None after DISCONNECT.
    pub(super) fn take_will(&mut self) -> Option<(Speaker, Bytes, bool)> {
        let open = self
            .open
            .as_mut()
            .filter(|_| self.ended != Some(Close::Goodbye))?;
        let speaker = open.speaker.clone()?;
        let will = open.will.take()?;
        Some((speaker, will.payload, will.qos != Qos::Zero))
    }

    /// Last acknowledgements of `n` messages are on their way.
    pub(super) fn settled(&mut self, n: u32) {
        if let Some(open) = &mut self.open {
            open.unsettled = open.unsettled.saturating_sub(n);
        }
    }

    /// Appends what is to be said at the end: a DISCONNECT with the reason, where the client knows
    /// such a thing.
    pub(super) fn say_goodbye(&self, why: Close, out: &mut BytesMut) {
        let by_client = matches!(
            why,
            Close::Goodbye | Close::GoodbyeWithWill | Close::PeerGone
        );
        if self.open.is_some() && !by_client && !wire::encode(&self.voice, Reply::Goodbye(why), out)
        {
            tracing::debug!(?why, "a client takes no packet as long as a DISCONNECT");
        }
    }

    /// Whether one more message may be on its way to the client.
    pub(super) fn has_room(&self) -> bool {
        self.open.as_ref().is_some_and(|o| o.has_room())
    }

    /// Appends the state of `zone` to `out` for a client that wants it; `current`: it answers a
    /// subscription.
    pub(super) fn deliver(
        &mut self,
        zone: (ZoneIx, &str),
        payload: &[u8],
        current: bool,
        out: &mut BytesMut,
    ) -> Delivered {
        let open = self.open.as_mut().filter(|_| self.ended.is_none());
        open.map_or(Delivered::Unwanted, |o| {
            o.deliver(&self.voice, zone, payload, current, out)
        })
    }

    /// The same of orders.
    pub(super) fn deliver_order(
        &mut self,
        said: &OrderSaid,
        payload: &[u8],
        out: &mut BytesMut,
    ) -> Delivered {
        let open = self.open.as_mut().filter(|_| self.ended.is_none());
        open.map_or(Delivered::Unwanted, |o| {
            o.deliver_order(&self.voice, said, payload, out)
        })
    }

    fn next(&mut self, buf: &mut BytesMut, batch: &mut ReadBatch) -> Result<Option<Packet>, Next> {
        // Judged by its first byte: a stranger's bytes are not collected.
        if self.open.is_none() && buf.first().is_some_and(|b| b >> 4 != kind::CONNECT) {
            return Err(Next::Close(Close::NoConnect));
        }
        let Some(frame) = wire::peek(buf, self.limits.packet, self.voice.version)? else {
            return Ok(None);
        };
        batch.count(frame.kind);
        if frame.kind == kind::CONNECT {
            if self.open.is_some() {
                return Err(Next::Close(Close::SecondConnect));
            }
            self.voice.version = wire::version(buf, frame)?;
            batch.voice = self.voice;
        }
        Ok(wire::decode(buf, frame, self.voice.version).map(Some)?)
    }

    fn on_packet(
        &mut self,
        packet: Packet,
        batch: &mut ReadBatch,
        desk: &mut impl SessionHost,
    ) -> Result<(), Close> {
        let Some(open) = &mut self.open else {
            let Packet::Connect(connect) = packet else {
                return Err(Close::NoConnect);
            };
            self.voice = Voice {
                max_packet: connect.max_packet,
                problems: connect.problems,
                ..self.voice
            };
            batch.voice = self.voice;
            let (open, welcome) = welcome::welcome(*connect, &self.limits, self.voice, desk)
                .map_err(|(said, why)| {
                    batch.reply(Reply::Refused(said));
                    why
                })?;
            self.open = Some(Box::new(open));
            batch.reply(Reply::Welcome(welcome));
            return Ok(());
        };
        match packet {
            Packet::Connect(_) => return Err(Close::SecondConnect),
            Packet::Publish(p) => return open.publish(&p, &self.limits, batch, desk),
            Packet::Release(id) => {
                // In line with the acks: should the message still be under way, "complete" must not
                // overtake it.
                let known = open.held.remove(&id);
                batch.settles += u32::from(known);
                batch.ack(Reply::PubComp { id, known });
            }
            Packet::Acked(id) => return open.acked(id),
            Packet::Auth => return Err(Close::Unexpected),
            Packet::Subscribe(s) => return open.subscribe(*s, batch, desk),
            Packet::Unsubscribe(id, paths) => open.unsubscribe(id, &paths, batch, desk),
            Packet::Ping => batch.reply(Reply::Pong),
            Packet::Disconnect { leave_will: false } => return Err(Close::Goodbye),
            Packet::Disconnect { leave_will: true } => return Err(Close::GoodbyeWithWill),
        }
        Ok(())
    }

    /// What bytes that are no packet come to. A PUBLISH that is too long still reaches the
    /// quarantine, without its body: that was never read.
    fn faulted(&self, fault: Next, batch: &mut ReadBatch, desk: &mut impl SessionHost) -> Close {
        let fault = match fault {
            Next::Close(why) => return why,
            Next::Fault(fault) => fault,
        };
        let speaker = self.speaker();
        let refused_in_v5 = |batch: &mut ReadBatch, what| {
            if self.open.is_none() && self.voice.version == Version::V5 {
                batch.reply(Reply::Refused(ConnectRefusal::Malformed(what)));
            }
        };
        match fault {
            PacketFault::Malformed(what) => {
                refused_in_v5(batch, what);
                Close::Malformed(what)
            }
            PacketFault::Protocol(what) => {
                refused_in_v5(batch, what);
                Close::Protocol(what)
            }
            PacketFault::Unexpected => Close::Unexpected,
            PacketFault::PacketIdZero => Close::PacketIdZero,
            PacketFault::Version(level) => {
                // Who speaks something newer than 5 understands 5 better than 3.1.1.
                batch.voice.version = if level & 0x7f > 5 {
                    Version::V5
                } else {
                    Version::V4
                };
                batch.reply(Reply::Refused(ConnectRefusal::Version));
                Close::Version
            }
            PacketFault::TooLarge { bytes, publish } => {
                if let Some(speaker) = speaker.filter(|_| publish) {
                    batch.publishes += 1;
                    batch.owed = true; // the connection ends over it: the record of why must not be shed
                    let detail = format!("packet of {bytes} bytes, at most {}", self.limits.packet);
                    refuse(speaker, Reason::TooLarge, "", detail, &[], batch, desk);
                }
                Close::TooLarge
            }
        }
    }
}

/// Why there is no next packet.
#[derive(Clone, Copy)]
enum Next {
    Fault(PacketFault),
    Close(Close),
}

impl From<PacketFault> for Next {
    fn from(fault: PacketFault) -> Self {
        Self::Fault(fault)
    }
}
