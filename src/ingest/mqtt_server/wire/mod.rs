//! Bytes to packets and back: rumqttc's codecs of MQTT 3.1.1 and 5, and a guard in front of each.
//!
//! Promises: no input panics; what is returned obeys the standard's rules on form. The codecs alone
//! do not see to that (see [`v4`] and [`v5`]), and no type of theirs leaves this folder: the
//! session sees one [`Packet`] and says one [`Reply`], whatever the version. Secretly dear: one
//! `String` a publish, for the topic.

mod frame;
mod packet;
mod reply;
mod say5;
pub(super) mod v4;
pub(super) mod v5;

pub(super) use frame::{PacketFault, PacketFrame, kind, peek, version};
pub(super) use packet::{Connect, Current, Filter, Packet, Publish, Qos, Subscribe, Will};
pub(super) use reply::{ConnectRefusal, Grant, Outgoing, Reply, Verdict, Welcome};

use bytes::BytesMut;
use frame::{BodyReader, connect_flags, take_bridge_bit};

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

/// Takes the packet that [`peek`] found off the front of `buf`.
pub(super) fn decode(
    buf: &mut BytesMut,
    frame: PacketFrame,
    version: Version,
) -> Result<Packet, PacketFault> {
    let bridge = frame.kind == kind::CONNECT && take_bridge_bit(buf, frame);
    let mut packet = match version {
        Version::V4 => v4::decode(buf, frame)?,
        Version::V5 => v5::decode(buf, frame)?,
    };
    if let Packet::Connect(connect) = &mut packet {
        connect.bridge = bridge;
    }
    Ok(packet)
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
