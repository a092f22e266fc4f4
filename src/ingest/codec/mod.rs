//! Payload formats: bytes in, what the sender said out, still in the sender's own ids.
//!
//! A new format is one file here and one line in [`CODECS`]: its row says how it comes (MQTT topic,
//! HTTP path), how it is described and how it is read; doors and descriptions follow from the list.
//! A codec knows nothing of sources, bays or limits: that is the gate's part. Borrowed fields and
//! one `Vec` that is used again keep a report free of allocations.

mod chirpstack;
mod clocks;
mod count;
mod ctwing;
pub mod device;
mod fault;
mod iotda;
mod members;
mod network_event;
mod onenet;
mod platform;
mod report;
mod status;
mod ttn;

use crate::domain::{BayKind, BayStatus, BaySubset, CountWord, Millis};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use device::DeviceHealth;
pub(super) use fault::cut;
use std::borrow::Cow;
use std::fmt;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// Every format. Those of sources come first.
pub static CODECS: &[&Codec] = &[
    &report::CODEC,
    &count::CODEC,
    &status::CODEC,
    &chirpstack::CODEC,
    &ttn::CODEC,
    &ctwing::CODEC,
    &onenet::CODEC,
    &iotda::CODEC,
];

pub use count::CODEC as COUNT;
pub use fault::fault;
pub use members::MEMBERS;
pub(in crate::ingest) use onenet::signed as onenet_signed;
pub use report::CODEC as REPORT;
pub use status::CODEC as STATUS;

/// A payload format.
#[derive(Debug)]
pub struct Codec {
    /// Its name: of the message in AsyncAPI; of a source's own also the last level of its topic.
    pub name: &'static str,
    pub sender: Sender,
    /// The MQTT topic it comes on. A level in braces stands for one level of any name; `{source}`
    /// for the sender's own id.
    pub topic: &'static str,
    /// Whether it is published retained.
    pub retained: bool,
    /// Where it may be posted, if it may.
    pub http: Option<Http>,
    /// What a message has many of, in words.
    pub items: &'static str,
    /// What it is, for the descriptions.
    pub title: &'static str,
    pub schema: Describe,
    pub decode: Decode,
}

/// Who sends a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A source, of its own bays and zones, under `bayhub/v1/{source}/`.
    Source,
    /// A LoRaWAN network server or an IoT platform that hands on what its devices say; its key says
    /// that it may.
    NetworkServer,
}

/// How a format is posted.
#[derive(Clone, Copy, Debug)]
pub struct Http {
    pub path: &'static str,
    /// What the call does, for the description: a headline, an empty line, the rest.
    pub about: &'static str,
    /// The only value of the query's `event` that means something; anything else is nothing to do.
    pub event: Option<&'static str>,
    /// Of an IoT platform: its ways.
    pub platform: Option<Platform>,
}

impl Http {
    /// A call that takes whatever is posted as this format.
    const fn of(path: &'static str, about: &'static str) -> Self {
        Self {
            path,
            about,
            event: None,
            platform: None,
        }
    }
}

/// How an IoT platform pushes. It cannot set headers, so its key stands in the address; it takes any
/// answer but 200 for a failure and gives up after some of them, so it is answered 200 whatever one
/// message says, once that is durable.
#[derive(Clone, Copy, Debug)]
pub struct Platform {
    /// How it signs what it pushes, with a secret that the operator has given it.
    pub signed: Option<PlatformSignature>,
}

/// See [`Platform`].
#[derive(Clone, Copy, Debug)]
pub struct PlatformSignature {
    /// Whether a body is signed with that secret.
    pub body: fn(&[u8], &str) -> bool,
    /// Whether `msg`, `nonce` and `signature` of a first call, which asks for `msg` back, are of that
    /// secret.
    pub probe: fn(&str, &str, &str, &str) -> bool,
}

/// Appends a payload's schema and all it refers to; returns its name.
pub type Describe = fn(&mut Vec<(String, RefOr<Schema>)>) -> Cow<'static, str>;

/// Reads one payload, appending what it says in order. On an error nothing has been appended.
pub type Decode = for<'a> fn(&'a [u8], &mut Vec<Said<'a>>) -> Result<(), Malformed>;

impl Codec {
    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        CODECS.iter().copied().find(|codec| codec.name == name)
    }

    /// The format of a source's own topic with that last level.
    #[must_use]
    pub fn of_source(level: &str) -> Option<&'static Self> {
        Self::named(level).filter(|codec| codec.sender == Sender::Source)
    }

    /// The format that network servers publish on `topic`: level by level and nothing else, and
    /// one that means nothing for what they publish beside uplinks. What stands for the levels in
    /// braces is not looked up: which device it is the payload says, and the gate judges.
    #[must_use]
    pub fn of_network_server(topic: &str) -> Option<&'static Self> {
        CODECS
            .iter()
            .copied()
            .filter(|codec| codec.sender == Sender::NetworkServer)
            .find(|codec| covers(codec.topic, topic))
            .or_else(|| network_event::is_on(topic).then_some(&network_event::CODEC))
    }

    /// What to subscribe to for all formats of network servers and platforms.
    pub fn network_filters() -> impl Iterator<Item = String> {
        let codecs = CODECS.iter().filter(|c| c.sender == Sender::NetworkServer);
        codecs.map(|codec| {
            let mut filter = String::new();
            // Writing to a string does not fail.
            let _ = codec.write_topic("", &mut filter);
            filter
        })
    }

    /// Writes what `source` publishes it on, for the quarantine. Which device an uplink was of its
    /// refusal says.
    pub fn write_topic(&self, source: &str, to: &mut impl fmt::Write) -> fmt::Result {
        for (i, level) in self.topic.split('/').enumerate() {
            if i > 0 {
                to.write_char('/')?;
            }
            to.write_str(match level {
                "{source}" => source,
                any if any.starts_with('{') => "+",
                exact => exact,
            })?;
        }
        Ok(())
    }
}

impl PartialEq for Codec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Whether `topic` has the levels of `pattern`, with a name where that has braces.
fn covers(pattern: &str, topic: &str) -> bool {
    let mut levels = topic.split('/');
    let all = pattern.split('/').all(|wanted| {
        levels.next().is_some_and(|level| {
            if wanted.starts_with('{') {
                is_name(level)
            } else {
                wanted == level
            }
        })
    });
    all && levels.next().is_none()
}

/// Whether network servers could have such a name: ids, UUIDs, and `{app}@{tenant}`.
fn is_name(level: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'@');
    (1..=80).contains(&level.len()) && level.bytes().all(allowed)
}

/// For tests: the format of that name, which there is.
#[cfg(test)]
pub(crate) fn named(name: &str) -> &'static Codec {
    Codec::named(name).expect("a format")
}

/// For [`Codec::schema`].
fn described<T: ToSchema>(all: &mut Vec<(String, RefOr<Schema>)>) -> Cow<'static, str> {
    T::schemas(all);
    all.push((T::name().into_owned(), T::schema()));
    T::name()
}

/// One thing a sender said, in its own words.
#[derive(Debug, PartialEq)]
pub enum Said<'a> {
    Bay(BaySaid<'a>),
    Count(CountSaid<'a>),
    Uplink(Uplink<'a>),
    /// What a network server says besides uplinks: that a device joined, that it was answered.
    Nothing,
    /// The source is there (`true`) or says goodbye (`false`).
    Online(bool),
    /// The source was there then, and says no more; `None`: when it was received.
    Present(Option<Millis>),
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
    /// When the sender last saw that it still is so, where it says that beside `at`.
    pub seen: Option<Millis>,
    /// Whom the sender speaks for, by its own name for them.
    pub contributor: Option<Cow<'a, str>>,
}

/// A count of a zone, before anyone has asked whether the zone exists.
#[derive(Debug, PartialEq)]
pub struct CountSaid<'a> {
    pub zone: Cow<'a, str>,
    pub kind: BayKind,
    pub word: CountWord,
    /// What it says of some of them, in the order of [`BaySubset::ALL`].
    pub subsets: [Option<CountWord>; BaySubset::COUNT],
    /// A number of it could not be and was taken as what is nearest.
    pub is_clamped: bool,
    pub at: Option<Millis>,
}

/// A device's frame, before anyone has asked which device that is.
#[derive(Debug, Default, PartialEq)]
pub struct Uplink<'a> {
    /// The names it may be registered under, as the registry writes them.
    pub devices: Vec<String>,
    /// When it was heard, by each clock that says so, the best first; none: when it was received.
    pub times: [Option<Millis>; 2],
    /// The device's frame counter; starts again with the device.
    pub count: u32,
    /// The network server's own mark of this very event: equal in copies of it.
    pub copy: Option<Cow<'a, str>>,
    /// 0: a frame of the network's own, or none.
    pub port: u8,
    pub payload: Vec<u8>,
    /// JSON that the network server's decoder made of the payload.
    pub object: Option<Cow<'a, str>>,
    /// What the network server tells of the device beside its frame.
    pub health: DeviceHealth,
    /// No device said it: somebody tries out.
    pub simulated: bool,
}

/// Why a payload, or an item of it, could not be read. For a human; names the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// An `at` field: absent means "when received", anything but RFC 3339 is an error.
fn time(at: Option<&str>) -> Result<Option<Millis>, Malformed> {
    time_in("at", at)
}

/// The same for a field of another name.
fn time_in(field: &str, at: Option<&str>) -> Result<Option<Millis>, Malformed> {
    let read = |t: &str| {
        Millis::parse(t).ok_or_else(|| {
            Malformed(format!(
                "{field}: {:?} is not an RFC 3339 time, as 2026-11-23T02:00:00.123Z",
                cut(t)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_told_from_the_others_and_found_by_what_it_says() {
        for codec in CODECS.iter().copied() {
            let same = |c: &&&Codec| c.name == codec.name || c.topic == codec.topic;
            assert_eq!(CODECS.iter().filter(same).count(), 1, "{}", codec.name);
            assert_eq!(Codec::named(codec.name), Some(codec));
            let mut topic = String::new();
            codec.write_topic("lamp-1", &mut topic).unwrap();
            match codec.sender {
                Sender::Source => {
                    assert_eq!(topic, format!("bayhub/v1/lamp-1/{}", codec.name));
                    assert_eq!(Codec::of_source(codec.name), Some(codec));
                }
                Sender::NetworkServer => {
                    assert_eq!(
                        Codec::of_network_server(&topic),
                        None,
                        "{topic} is a filter"
                    );
                    let topic = topic.replace('+', "a-1.b@c");
                    assert_eq!(Codec::of_network_server(&topic), Some(codec), "{topic}");
                    assert_eq!(Codec::of_source(codec.name), None);
                }
            }
        }
    }

    #[test]
    fn no_member_that_a_format_describes_can_be_dropped() {
        use crate::domain::DropList;
        for codec in CODECS {
            let mut all = Vec::new();
            (codec.schema)(&mut all);
            for (_, schema) in &all {
                let schema = serde_json::to_value(schema).unwrap();
                for name in schema["properties"].as_object().into_iter().flatten() {
                    assert!(MEMBERS.contains(&name.0.as_str()), "{}", name.0);
                    let fault = DropList::new(&[name.0], MEMBERS).unwrap_err();
                    assert!(fault.to_string().contains(name.0), "{fault}");
                }
            }
        }
    }

    #[test]
    fn every_row_describes_its_payload_and_all_it_refers_to() {
        for codec in CODECS {
            let mut all = Vec::new();
            let name = (codec.schema)(&mut all);
            let text = serde_json::to_string(&all).unwrap();
            for part in text.split("#/components/schemas/").skip(1) {
                let referred = part.split('"').next().unwrap_or_default();
                assert!(
                    all.iter().any(|(n, _)| n == referred),
                    "{name} refers to {referred}"
                );
            }
            assert!(all.iter().any(|(n, _)| *n == name), "{name}");
        }
    }
}
