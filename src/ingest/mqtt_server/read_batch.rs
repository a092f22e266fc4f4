//! What one read of a connection brought, and what is to be said for it, when.

use super::wire::{self, Reply, Voice, kind};
use crate::domain::Parcel;
use bytes::BytesMut;

/// Filled by the session, emptied by the connection.
#[derive(Debug)]
pub(super) struct ReadBatch {
    /// How its client is spoken to; set by the session.
    pub voice: Voice,
    /// Something had to be said that is longer than what the client takes.
    pub unsayable: bool,
    /// To be written at once.
    pub replies: BytesMut,
    /// To be written once `parcel` and everything before it is durable; in the order of the
    /// packets.
    pub acks: BytesMut,
    /// How many messages are settled with `acks`: nothing more will be said of them.
    pub settles: u32,
    /// What the publishes came to.
    pub parcel: Parcel,
    /// Publishes behind `parcel`.
    pub publishes: u64,
    /// Whether any of them is acknowledged (QoS 1 or 2), so that the parcel may not be shed.
    pub owed: bool,
    packets: [u64; 16],
}

impl Default for ReadBatch {
    fn default() -> Self {
        Self {
            voice: Voice::UNKNOWN,
            unsayable: false,
            replies: BytesMut::new(),
            acks: BytesMut::new(),
            settles: 0,
            parcel: Parcel::default(),
            publishes: 0,
            owed: false,
            packets: [0; 16],
        }
    }
}

impl ReadBatch {
    pub(super) fn reply(&mut self, reply: Reply) {
        self.unsayable |= !wire::encode(&self.voice, reply, &mut self.replies);
    }

    pub(super) fn ack(&mut self, reply: Reply) {
        self.unsayable |= !wire::encode(&self.voice, reply, &mut self.acks);
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
        kind::PUBACK => "puback",
        kind::PUBREL => "pubrel",
        kind::SUBSCRIBE => "subscribe",
        kind::UNSUBSCRIBE => "unsubscribe",
        kind::PINGREQ => "pingreq",
        kind::DISCONNECT => "disconnect",
        kind::AUTH => "auth",
        _ => "other",
    }
}
