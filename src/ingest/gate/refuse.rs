//! What the gate turns away, and what may be kept of it.
//!
//! Promises: each refusal is counted once; no value of a member that is dropped goes into one.

use super::{Gate, Message};
use crate::domain::{Parcel, Reason, Refusal, Refused, UsageKind};

impl Message<'_> {
    /// Whose key it came by; empty for what the hub has fetched itself.
    fn partner(&self) -> &str {
        if self.speaker.account.number() == 0 {
            return "";
        }
        &self.remit.partner
    }
}

impl Gate {
    pub(super) fn refuse(
        &self,
        message: &Message<'_>,
        reason: Reason,
        index: Option<u32>,
        why: String,
        out: &mut Parcel,
    ) {
        self.count_refusal(message, reason);
        // A batch of a thousand bad items is kept once, with its first refusal; the others name
        // their index.
        let first = out.refusals.len() == message.before;
        out.refusals.push(self.config.drop.refusal(Refused {
            reason,
            door: message.door,
            source: &message.speaker.id,
            key: message.speaker.account.number(),
            partner: message.partner(),
            topic: &message.place.to_string(),
            index,
            detail: why,
            payload: if first { message.payload } else { &[] },
        }));
    }

    /// Of what is not kept.
    pub(super) fn count_refusal(&self, message: &Message<'_>, reason: Reason) {
        self.metrics.refuse(message.door, reason);
        message.speaker.account.count(UsageKind::Refused(reason), 1);
        self.ledger
            .refuse(message.speaker.source, message.now, reason);
    }

    /// What a door may keep of what it refuses by itself. Counts what is dropped of it, and not the
    /// refusal.
    #[must_use]
    pub fn refusal(&self, of: Refused<'_>) -> Refusal {
        self.drop_members(of.payload);
        self.config.drop.refusal(of)
    }

    /// Counts the members that are dropped. No codec reads one, so there is nothing else to do.
    pub(super) fn drop_members(&self, payload: &[u8]) {
        let dropped = self.config.drop.count(payload);
        if dropped > 0 {
            self.metrics.dropped_members.inc_by(dropped);
        }
    }
}
