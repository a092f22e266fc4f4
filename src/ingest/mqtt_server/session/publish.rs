//! What becomes of a publish: who may publish where, the limits, and the verdict its sender is
//! told.

use super::{MAX_HELD, Open, SessionHost, SessionLimits};
use crate::domain::{Door, Parcel, Reason, Refused, Speaker, UsageKind};
use crate::ingest::codec::Codec;
use crate::ingest::mqtt_server::close::Close;
use crate::ingest::mqtt_server::read_batch::ReadBatch;
use crate::ingest::mqtt_server::topic;
use crate::ingest::mqtt_server::wire::{Publish, Qos, Reply, Verdict, Version};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The topic aliases of a connection: as many as were announced at most, and no more of a topic
/// than is needed.
#[derive(Default)]
pub(super) struct Aliases(BTreeMap<u16, ResolvedTopic>);

/// What a topic name comes to.
#[derive(Clone)]
enum ResolvedTopic {
    Allowed(&'static Codec),
    /// Where a bridge says that it is there: heard, and of no further interest.
    BridgeNotice,
    /// Its beginning, for the quarantine.
    Foreign(Box<str>),
}

impl ResolvedTopic {
    fn new(name: &str, open: &Open) -> Self {
        let speaker = open.speaker.as_ref();
        match speaker.and_then(|speaker| topic::allowed(name, speaker)) {
            Some(codec) => Self::Allowed(codec),
            None if open.bridge && topic::is_bridge_notice(name) => Self::BridgeNotice,
            None => Self::Foreign(topic::excerpt(name).into()),
        }
    }
}

impl Open {
    pub(super) fn publish(
        &mut self,
        p: &Publish,
        limits: &SessionLimits,
        batch: &mut ReadBatch,
        desk: &mut impl SessionHost,
    ) -> Result<(), Close> {
        let five = batch.voice.version == Version::V5;
        let place = if five {
            self.place(p, limits)?
        } else {
            ResolvedTopic::new(&p.topic, self)
        };
        if p.qos == Qos::Two && !self.held.insert(p.id) {
            // Sent again before its PUBREL: taken once, answered twice - and not before the first
            // is durable.
            batch.ack(Reply::PubRec(p.id, Verdict::Taken));
            return Ok(());
        }
        if p.qos != Qos::Zero {
            self.unsettled += 1;
            if five && self.unsettled > u32::from(limits.receive_max) {
                return Err(Close::ReceiveMaximum);
            }
        }
        if self.held.len() > MAX_HELD {
            return Err(Close::Unreleased);
        }
        let Some(speaker) = &self.speaker else {
            return Err(Close::Stranger);
        };
        batch.publishes += 1;
        let claims = batch.parcel.claims.len();
        let refusals = batch.parcel.refusals.len();
        match place {
            ResolvedTopic::Allowed(codec) if p.payload.len() <= limits.payload => {
                // A bridge hands on RETAIN as it finds it: on what its broker has kept for hours, and
                // on what is said now to be kept. A device means only the latter.
                let kept = self.bridge && p.retain;
                desk.take(speaker, codec, &p.payload, kept, &mut batch.parcel);
            }
            ResolvedTopic::Allowed(codec) => {
                let detail = format!(
                    "payload of {} bytes, at most {}",
                    p.payload.len(),
                    limits.payload
                );
                let mut name = String::new();
                // Writing to a string does not fail.
                let _ = codec.write_topic(&speaker.id, &mut name);
                refuse(
                    speaker,
                    Reason::TooLarge,
                    &name,
                    detail,
                    &p.payload,
                    batch,
                    desk,
                );
            }
            ResolvedTopic::BridgeNotice => {}
            ResolvedTopic::Foreign(name) => {
                let detail = format!(
                    "{} may publish under bayhub/v1/{}/ only",
                    speaker.id, speaker.id
                );
                refuse(
                    speaker,
                    Reason::Forbidden,
                    &name,
                    detail,
                    &p.payload,
                    batch,
                    desk,
                );
            }
        }
        if p.qos != Qos::Zero {
            batch.owed = true;
            let verdict = if five {
                verdict(&batch.parcel, claims, refusals)
            } else {
                Verdict::Taken
            };
            self.acknowledge(p, verdict, batch);
        }
        Ok(())
    }

    fn acknowledge(&mut self, p: &Publish, verdict: Verdict, batch: &mut ReadBatch) {
        if p.qos == Qos::One {
            batch.settles += 1;
            batch.ack(Reply::PubAck(p.id, verdict));
            return;
        }
        if matches!(verdict, Verdict::Refused(..)) {
            // In MQTT 5 a refusal is the end of the exchange: no PUBREL follows, and the id is
            // free.
            self.held.remove(&p.id);
            batch.settles += 1;
        }
        batch.ack(Reply::PubRec(p.id, verdict));
    }

    /// The topic by its name or by its alias, and what that alias stands for from now on.
    fn place(&mut self, p: &Publish, limits: &SessionLimits) -> Result<ResolvedTopic, Close> {
        let Some(alias) = p.alias else {
            if p.topic.is_empty() {
                return Err(Close::Protocol("neither a topic nor an alias"));
            }
            return Ok(ResolvedTopic::new(&p.topic, self));
        };
        if alias == 0 || alias > limits.aliases {
            return Err(Close::TopicAlias);
        }
        if p.topic.is_empty() {
            return self
                .aliases
                .0
                .get(&alias)
                .cloned()
                .ok_or(Close::Protocol("an alias that was never set"));
        }
        let place = ResolvedTopic::new(&p.topic, self);
        self.aliases.0.insert(alias, place.clone());
        Ok(place)
    }
}

/// What to tell the sender of the message whose outcome begins at these positions of `parcel`.
fn verdict(parcel: &Parcel, claims: usize, refusals: usize) -> Verdict {
    let taken = parcel.claims.len() - claims;
    let refused = &parcel.refusals[refusals..];
    let Some(first) = refused.first() else {
        return Verdict::Taken;
    };
    if taken == 0 && refused.len() == 1 {
        return Verdict::Refused(
            first.reason,
            format!("{}: {}", first.reason.name(), first.detail),
        );
    }
    let mut text = format!("{} of {} refused", refused.len(), refused.len() + taken);
    let mut lead = ": ";
    for reason in Reason::ALL {
        let n = refused.iter().filter(|r| r.reason == reason).count();
        if n > 0 {
            // Writing to a string does not fail.
            let _ = write!(text, "{lead}{} {n}", reason.name());
            lead = ", ";
        }
    }
    if taken > 0 {
        Verdict::Partly(text)
    } else {
        Verdict::Refused(first.reason, text)
    }
}

pub(super) fn refuse(
    speaker: &Speaker,
    reason: Reason,
    topic: &str,
    detail: String,
    payload: &[u8],
    batch: &mut ReadBatch,
    desk: &mut impl SessionHost,
) {
    speaker.account.count(UsageKind::Refused(reason), 1);
    let remit = speaker.remit.now();
    let refusal = desk.refusal(Refused {
        reason,
        door: Door::Mqtt,
        source: &speaker.id,
        key: speaker.account.number(),
        partner: &remit.partner,
        topic: topic::excerpt(topic),
        index: None,
        detail,
        payload,
    });
    batch.parcel.refusals.push(refusal);
}
