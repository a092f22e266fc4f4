//! A turn: what one read of a connection brought, and what is to be said for it, when.

use super::wire::{self, Reply, kind};
use crate::domain::Parcel;
use bytes::BytesMut;

/// Filled by the session, emptied by the connection.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// To be written at once.
    pub replies: BytesMut,
    /// To be written once `parcel` and everything before it is durable; in the order of the packets.
    pub acks: BytesMut,
    /// What the publishes came to.
    pub parcel: Parcel,
    /// Publishes behind `parcel`.
    pub publishes: u64,
    /// Whether any of them is acknowledged (QoS 1 or 2), so that the parcel may not be shed.
    pub owed: bool,
    packets: [u64; 16],
}

impl Turn {
    pub(super) fn reply(&mut self, reply: Reply) {
        wire::encode(reply, &mut self.replies);
    }

    pub(super) fn ack(&mut self, reply: Reply) {
        wire::encode(reply, &mut self.acks);
    }

    pub(super) fn count(&mut self, kind: u8) {
        self.packets[usize::from(kind & 15)] += 1;
    }

    /// Packets by type since the last call, and only those that came.
    pub(super) fn drain_counts(&mut self) -> impl Iterator<Item = (&'static str, u64)> {
        std::mem::take(&mut self.packets)
            .into_iter()
            .zip(0u8..)
            .filter(|(n, _)| *n > 0)
            .map(|(n, kind)| (name(kind), n))
    }
}

const fn name(kind: u8) -> &'static str {
    match kind {
        kind::CONNECT => "connect",
        kind::PUBLISH => "publish",
        kind::PUBREL => "pubrel",
        kind::SUBSCRIBE => "subscribe",
        kind::UNSUBSCRIBE => "unsubscribe",
        kind::PINGREQ => "pingreq",
        kind::DISCONNECT => "disconnect",
        _ => "other",
    }
}
