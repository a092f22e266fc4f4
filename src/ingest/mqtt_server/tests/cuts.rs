//! What must hold of any bytes in either version of the protocol: cut, bent.

use super::fakes::Talk;
use crate::ingest::mqtt_server::close::Close;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

/// Bytes to overwrite, and with what.
pub(super) type Bends = Vec<(prop::sample::Index, u8)>;

/// All that can be seen of a conversation.
#[derive(Debug, PartialEq)]
struct Conversed {
    end: Option<Close>,
    replies: Vec<u8>,
    acks: Vec<u8>,
    payloads: Vec<Vec<u8>>,
    parcel: String,
    owed: bool,
    settles: u32,
}

fn outcome(pieces: &[&[u8]]) -> Conversed {
    let mut t = Talk::new();
    for p in pieces {
        t.say(p);
    }
    Conversed {
        end: t.end,
        replies: t.replies(),
        acks: t.acks(),
        payloads: t.desk.takes.iter().map(|(_, p)| p.clone()).collect(),
        parcel: format!("{:?}", t.batch.parcel),
        owed: t.batch.owed,
        settles: t.batch.settles,
    }
}

/// Asserts that it does not matter where the bytes of each stream are cut.
pub(super) fn same_wherever_cut(streams: &[Vec<u8>]) {
    for stream in streams {
        let whole = outcome(&[stream]);
        for cut in 0..=stream.len() {
            let (a, b) = stream.split_at(cut);
            assert_eq!(outcome(&[a, b]), whole, "cut at {cut} of {stream:x?}");
        }
        assert_eq!(
            outcome(&stream.chunks(1).collect::<Vec<_>>()),
            whole,
            "byte by byte"
        );
    }
}

/// Asserts that of a stream that is bent and broken off nothing is published that it does not say.
pub(super) fn only_what_was_sent(
    mut bytes: Vec<u8>,
    bends: Bends,
    cut: prop::sample::Index,
) -> TestCaseResult {
    for (at, byte) in bends {
        let at = at.index(bytes.len());
        bytes[at] = byte;
    }
    bytes.truncate(cut.index(bytes.len()) + 1);
    let mut t = Talk::new();
    t.say(&bytes);
    for (topic, payload) in &t.desk.takes {
        let sent = format!("bayhub/v1/lamp-1/{}", topic.name);
        let spelled = bytes.windows(sent.len()).any(|w| w == sent.as_bytes());
        let carried = payload.is_empty() || bytes.windows(payload.len()).any(|w| w == payload);
        prop_assert!(spelled && carried);
    }
    Ok(())
}
