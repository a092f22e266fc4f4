//! A stranger's bytes through whole sessions, for fuzzing: without sockets, and with a desk that
//! knows three names.

use super::door::Denied;
use super::read_batch::ReadBatch;
use super::session::{Session, SessionHost, SessionLimits};
use super::topic;
use super::wire::Grant;
use crate::domain::{
    Claim, DropList, KeyAccount, Millis, Parcel, Pass, Reason, Refusal, Refused, SharedRemit,
    SourceIx, SourceKind, Speaker, ZoneIx,
};
use crate::ingest::board::Wanted;
use crate::ingest::codec::{Codec, Sender};
use crate::ingest::mqtt_server::close::Close;
use bytes::BytesMut;

/// What a conversation came to.
#[derive(Debug, Default, PartialEq)]
struct Conversation {
    replies: Vec<u8>,
    acks: Vec<u8>,
    claims: Vec<Claim>,
    refused: Vec<Reason>,
    ended: Option<Close>,
}

struct Clerk;

impl SessionHost for Clerk {
    fn admit(&mut self, user: &str, password: &[u8]) -> Result<Speaker, Denied> {
        let known = ["lamp-1", "lamp-2", "network-1"]
            .iter()
            .position(|name| *name == user);
        let number = known
            .filter(|_| password == b"key")
            .ok_or(Denied::BadCredentials)? as u32;
        let kind = SourceKind::Sensor;
        let pass = Pass::default();
        let uplinks = number == 2;
        Ok(Speaker {
            source: SourceIx(number),
            kind,
            id: user.into(),
            pass,
            uplinks,
            remit: SharedRemit::default(),
            account: KeyAccount::default(),
        })
    }
    fn client_id(&mut self) -> String {
        "made-up".to_owned()
    }
    fn hears_strangers(&mut self) -> bool {
        true
    }
    fn seat(&mut self, _: Option<&Speaker>, _: Option<&str>) -> Result<(), Close> {
        Ok(())
    }
    fn take(
        &mut self,
        speaker: &Speaker,
        _: &'static Codec,
        payload: &[u8],
        _: bool,
        out: &mut Parcel,
    ) {
        out.claims.push(Claim::Alive {
            source: speaker.source,
            at: Millis(payload.len() as u64),
        });
    }
    fn refusal(&mut self, of: Refused<'_>) -> Refusal {
        DropList::default().refusal(of)
    }
    fn zone(&mut self, id: &str) -> Option<ZoneIx> {
        id.strip_prefix('Z')?.parse().ok().map(ZoneIx)
    }
    fn watch(&mut self, _: Wanted, _: &dyn Fn(ZoneIx) -> bool) -> bool {
        true
    }
    fn unwatch(&mut self) {}
    fn knows_order(&mut self, name: &str) -> bool {
        name == "or_1"
    }
    fn follow(&mut self) {}
    fn unfollow(&mut self) {}
    fn declined(&mut self, _: Grant) {}
}

fn converse<'a>(reads: impl Iterator<Item = &'a [u8]>) -> Conversation {
    const LIMITS: SessionLimits = SessionLimits {
        packet: 4096,
        payload: 2048,
        client_id: 64,
        receive_max: 8,
        aliases: 4,
        keep_alive_s: Some(60),
    };
    let mut session = Session::new(LIMITS);
    let mut buf = BytesMut::new();
    let mut outcome = Conversation::default();
    for read in reads {
        let mut batch = ReadBatch::default();
        buf.extend_from_slice(read);
        outcome.ended = session.on_bytes(&mut buf, &mut batch, &mut Clerk);
        outcome.replies.extend_from_slice(&batch.replies);
        outcome.acks.extend_from_slice(&batch.acks);
        outcome.claims.append(&mut batch.parcel.claims);
        outcome
            .refused
            .extend(batch.parcel.refusals.iter().map(|r| r.reason));
        assert!(
            buf.len() <= LIMITS.packet,
            "{} bytes wait, more than a packet may have",
            buf.len()
        );
        if outcome.ended.is_some() {
            break;
        }
    }
    outcome
}

/// Whatever the bytes, they come to the same however they are cut, and nobody speaks as another.
pub fn packets(bytes: &[u8]) {
    let whole = converse(std::iter::once(bytes));
    let step = 1 + bytes.len() % 7;
    let pieces = converse(bytes.chunks(step));
    assert_eq!(whole, pieces, "read in pieces of {step}");
    let speaker = whole.claims.iter().map(|c| {
        if let Claim::Alive { source, .. } = c {
            source.0
        } else {
            u32::MAX
        }
    });
    assert!(
        speaker.clone().all(|s| s < 3)
            && speaker.collect::<std::collections::BTreeSet<_>>().len() <= 1
    );
}

/// A topic is a source's own, an uplink's where it may hand those on, or nobody's; nothing in
/// between.
pub fn topics(bytes: &[u8]) {
    let topic = String::from_utf8_lossy(bytes);
    for (id, uplinks) in [("lamp-1", false), ("network-1", true)] {
        let source = SourceIx(0);
        let kind = SourceKind::Sensor;
        let pass = Pass::default();
        let speaker = Speaker {
            source,
            kind,
            id: id.into(),
            pass,
            uplinks,
            remit: SharedRemit::default(),
            account: KeyAccount::default(),
        };
        match topic::allowed(&topic, &speaker) {
            None => {}
            Some(form) if form.sender == Sender::NetworkServer => {
                assert!(
                    uplinks,
                    "{topic:?} taken from a source that hands on no uplinks"
                );
                assert!(
                    !topic.contains(['+', '#', '$', ' ']) && topic.is_ascii(),
                    "{topic:?}"
                );
            }
            Some(form) => {
                let mut own = String::new();
                let written = form.write_topic(id, &mut own);
                assert!(
                    written.is_ok() && own == topic,
                    "{topic:?} passed for {own:?}"
                );
            }
        }
    }
    assert!(topic::excerpt(&topic).len() <= 256 && topic.starts_with(topic::excerpt(&topic)));
}
