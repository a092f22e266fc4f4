//! What an operator can set of the gate. Each default says why it is what it is.

use crate::domain::DropList;
use crate::ingest::codec;
use serde::{Deserialize, Deserializer, de};

/// What a message may be. Every limit can be set; time checks can be turned off.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How far ahead of the hub's clock a report's time may lie, in s: a phone's clock errs by
    /// seconds, not minutes.
    #[serde(deserialize_with = "seconds_or_off")]
    pub future_s: Option<u32>,
    /// How old a report may be, in s: a day covers what a lamp post stores through an outage.
    #[serde(deserialize_with = "seconds_or_off")]
    pub past_s: Option<u32>,
    /// Bays in one message.
    pub max_bays: usize,
    /// Bytes of one payload.
    pub max_bytes: usize,
    /// Members whose values are kept nowhere, with `*` at either end: whoever a plate or a phone
    /// belongs to has not been asked. An empty list drops nothing.
    #[serde(deserialize_with = "names_to_drop")]
    pub drop: DropList,
    /// Whether uplinks that a network server's console has simulated are taken as those of the
    /// device. Off: who tries out a webhook does not mean to move a bay that drivers see.
    pub simulated_uplinks: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            future_s: Some(60),
            past_s: Some(24 * 3600),
            max_bays: 1000,
            max_bytes: 256 * 1024,
            drop: DropList::usual(codec::MEMBERS),
            simulated_uplinks: false,
        }
    }
}

impl Config {
    /// Names of the keys, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> [(&'static str, u64, std::ops::RangeInclusive<u64>); 2] {
        [
            ("gate.max_bays", self.max_bays as u64, 1..=1_000_000),
            ("gate.max_bytes", self.max_bytes as u64, 64..=1 << 24),
        ]
    }
}

/// A number of seconds, or `"off"`.
fn seconds_or_off<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Seconds(u32),
        Word(String),
    }
    match Either::deserialize(d) {
        Ok(Either::Seconds(s)) => Ok(Some(s)),
        Ok(Either::Word(w)) if w == "off" => Ok(None),
        _ => Err(de::Error::custom(
            "expected a number of seconds, or \"off\"",
        )),
    }
}

fn names_to_drop<'de, D: Deserializer<'de>>(d: D) -> Result<DropList, D::Error> {
    let patterns = Vec::<String>::deserialize(d)?;
    DropList::new(&patterns, codec::MEMBERS).map_err(de::Error::custom)
}
