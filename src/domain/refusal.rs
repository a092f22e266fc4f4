//! What was refused and why. Every refusal is counted by reason and kept in the quarantine.

use super::redact::redacted;
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
    }
}

/// One refused message, or one refused item of a message.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub reason: Reason,
    pub door: Door,
    /// Who sent it (the authenticated name), not who it claimed to be.
    pub source: Box<str>,
    /// MQTT topic or HTTP path.
    pub topic: Box<str>,
    /// Position in the message's `bays`, when only that item was refused.
    pub index: Option<u32>,
    /// For a human: what was wrong, naming the field or id.
    pub detail: Box<str>,
    /// The start of the offending payload, at most [`Refusal::EXCERPT`] bytes.
    pub payload: Box<[u8]>,
}

impl Refusal {
    /// How much of a refused payload is kept.
    pub const EXCERPT: usize = 1024;

    /// The part of `payload` that is kept. Whom it names as contributor is not: only a pseudonym of
    /// that ever leaves the gate.
    #[must_use]
    pub fn excerpt(payload: &[u8]) -> Box<[u8]> {
        redacted(payload, Self::EXCERPT, |name| name == "contributor")
    }
}
