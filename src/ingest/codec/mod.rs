//! Payload formats: bytes in, what the sender said out, still in the sender's own ids.
//!
//! A new format is one file here and one line in `CODECS`. A codec knows nothing of sources, bays
//! or limits: that is the gate's part. Borrowed fields and one `Vec` that is used again keep a
//! report free of allocations.

mod chirpstack;
mod count;
pub mod device;
mod report;
mod status;
mod ttn;

use crate::domain::{BayKind, BayStatus, Millis, Topic};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// One thing a sender said, in its own words.
#[derive(Debug, PartialEq)]
pub enum Said<'a> {
    Bay(BaySaid<'a>),
    Count(CountSaid<'a>),
    Uplink(Uplink<'a>),
    /// The source is there (`true`) or says goodbye (`false`).
    Online(bool),
    /// One item of a batch could not be read; the others stand.
    Unreadable(Malformed),
}

/// A claim about a bay, before anyone has asked whether the bay exists.
#[derive(Debug, PartialEq)]
pub struct BaySaid<'a> {
    pub bay: Cow<'a, str>,
    pub status: BayStatus,
    /// 0..=1.
    pub confidence: Option<f32>,
    /// `None`: when it was received.
    pub at: Option<Millis>,
    pub seq: u64,
}

/// A count of a zone, before anyone has asked whether the zone exists.
#[derive(Debug, PartialEq)]
pub struct CountSaid<'a> {
    pub zone: Cow<'a, str>,
    pub kind: BayKind,
    pub vacant: u32,
    pub capacity: u32,
    pub at: Option<Millis>,
}

/// A device's frame, before anyone has asked which device that is.
#[derive(Debug, PartialEq)]
pub struct Uplink<'a> {
    /// The names it may be registered under, as the registry writes them.
    pub devices: Vec<String>,
    /// `None`: when it was received.
    pub at: Option<Millis>,
    /// The device's frame counter; starts again with the device.
    pub count: u32,
    /// The network server's own mark of this very event: equal in copies of it.
    pub copy: Option<Cow<'a, str>>,
    /// 0: a frame of the network's own, or none.
    pub port: u8,
    pub payload: Vec<u8>,
    /// JSON that the network server's decoder made of the payload.
    pub object: Option<&'a str>,
}

/// Why a payload, or an item of it, could not be read. For a human; names the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// Reads one payload, appending what it says in order. On an error nothing has been appended.
pub type Decode = for<'a> fn(&'a [u8], &mut Vec<Said<'a>>) -> Result<(), Malformed>;

/// Every format, by the topic it comes on.
const CODECS: [(Topic, Decode); 5] = [
    (Topic::Report, report::decode),
    (Topic::Count, count::decode),
    (Topic::Status, status::decode),
    (Topic::ChirpStack, chirpstack::decode),
    (Topic::Ttn, ttn::decode),
];

/// The codec of a topic.
#[must_use]
pub fn codec(topic: Topic) -> Decode {
    CODECS
        .iter()
        .find(|(t, _)| *t == topic)
        .map_or(report::decode, |(_, decode)| *decode)
}

/// An `at` field: absent means "when received", anything but RFC 3339 is an error.
fn time(at: Option<&str>) -> Result<Option<Millis>, Malformed> {
    time_in("at", at)
}

/// The same for a field of another name.
fn time_in(field: &str, at: Option<&str>) -> Result<Option<Millis>, Malformed> {
    let read = |t: &str| {
        Millis::parse(t).ok_or_else(|| {
            Malformed(format!(
                "{field}: {t:?} is not an RFC 3339 time, as 2026-11-23T02:00:00.123Z"
            ))
        })
    };
    at.map(read).transpose()
}

/// A field of base64; absent: no bytes.
fn bytes(field: &str, text: Option<&str>) -> Result<Vec<u8>, Malformed> {
    STANDARD
        .decode(text.unwrap_or_default())
        .map_err(|e| Malformed(format!("{field}: not base64: {e}")))
}

fn json(e: &serde_json::Error) -> Malformed {
    Malformed(e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_its_own_codec() {
        for t in Topic::ALL.into_iter().chain(Topic::UPLINKS) {
            assert_eq!(
                CODECS.iter().filter(|(x, _)| *x == t).count(),
                1,
                "{}",
                t.name()
            );
        }
    }
}
