//! What was refused and why. Every refusal is counted by reason and kept in the quarantine.

use super::drop_list::DropList;
use super::redact::Excerpt;
use super::vocabulary::vocabulary;

vocabulary! {
    /// Why a report, or a part of it, was not taken. The names are public: metrics label, API field,
    /// MQTT 5 reason.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Reason {
        Malformed => "malformed",
        UnknownBay => "unknown_bay",
        UnknownZone => "unknown_zone",
        UnknownSource => "unknown_source",
        UnknownDevice => "unknown_device",
        Forbidden => "forbidden",
        /// The zone is none that the key may speak of.
        OutOfArea => "out_of_area",
        TooFarInFuture => "too_far_in_future",
        TooOld => "too_old",
        TooLarge => "too_large",
        /// A broker says again, without its own time, what somebody said once.
        RetainedWithoutTime => "retained_without_time",
    }
}

vocabulary! {
    /// The door a message came through.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Door {
        Mqtt => "mqtt",
        Http => "http",
        /// What the hub itself has asked for.
        Feed => "feed",
    }
}

/// What was refused, as the door that refuses it knows it; [`DropList::refusal`] makes of it what
/// may be kept.
#[derive(Clone, Debug)]
pub struct Refused<'a> {
    pub reason: Reason,
    pub door: Door,
    /// Who sent it (the authenticated name), not who it claimed to be.
    pub source: &'a str,
    /// Number of the account of the key it came by; 0: by none.
    pub key: u32,
    /// Who holds that key, by name; empty: nobody.
    pub partner: &'a str,
    /// MQTT topic or HTTP path.
    pub topic: &'a str,
    /// Position in the message's `bays`, when only that item was refused.
    pub index: Option<u32>,
    /// For a human: what was wrong, naming the field or id; what it repeats of the sender's in
    /// double quotes, as `{:?}` writes it.
    pub detail: String,
    /// The whole of it, or nothing where it is kept with another refusal.
    pub payload: &'a [u8],
}

/// One refused message, or one refused item of a message, as it is kept and told: without the values
/// of members that are dropped.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub reason: Reason,
    pub door: Door,
    pub source: Box<str>,
    /// Number of the account of the key it came by; 0: by none.
    pub key: u32,
    /// Who holds that key, by name; empty: nobody.
    pub partner: Box<str>,
    pub topic: Box<str>,
    pub index: Option<u32>,
    pub detail: Box<str>,
    /// The beginning of the offending payload.
    pub payload: Excerpt,
}

impl Refusal {
    /// What it takes in memory, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        128 + self.payload.len() + self.detail.len() + self.topic.len()
    }
}

impl DropList {
    /// What may be kept and told of a refusal.
    #[must_use]
    pub fn refusal(&self, of: Refused<'_>) -> Refusal {
        Refusal {
            reason: of.reason,
            door: of.door,
            source: of.source.into(),
            key: of.key,
            partner: of.partner.into(),
            topic: self.told_topic(of.topic, of.source),
            index: of.index,
            detail: self.told(of.detail),
            payload: self.excerpt(of.payload),
        }
    }
}
