//! `[partners]` and `[mail]`: how strangers become partners, each bound with its reason.

use serde::Deserialize;
use std::ops::RangeInclusive;

/// Who decides whether a stranger becomes a partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Admission {
    /// Nobody: a proven address is enough, and opens little.
    Open,
    /// An administrator.
    #[default]
    Approve,
    /// Nobody can sign up.
    Closed,
}

impl Admission {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approve => "approve",
            Self::Closed => "closed",
        }
    }
}

/// The `[partners]` part of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdmissionConfig {
    pub admission: Admission,
    /// Names that nobody gets by signing up, in whatever spelling, besides those in use.
    pub reserved: Vec<String>,
    /// Keys that a partner may have made by itself and not revoked.
    pub keys_per_partner: u32,
    /// Sign-ups that may wait at a time, whoever asks: an administrator reads them.
    pub signups_waiting: u32,
    /// Unconfirmed sign-ups of one address (IPv6: of one /64).
    pub signups_per_address: u32,
    /// Sign-ups of one contact: nobody's mailbox is flooded in another's name.
    pub signups_per_contact: u32,
    /// Sign-ups an hour, whoever asks.
    pub signups_per_hour: u32,
    /// The same of one address.
    pub signups_per_hour_per_address: u32,
    /// How long a link to prove an address is good, hours.
    pub confirm_within_h: u32,
    /// How long a confirmed sign-up waits for an administrator, and an admitted one for its owner, days.
    pub keep_days: u32,
}

impl Default for AdmissionConfig {
    fn default() -> Self {
        Self {
            admission: Admission::Approve,
            reserved: Vec::new(),
            keys_per_partner: 20,
            signups_waiting: 1000,
            signups_per_address: 10,
            signups_per_contact: 3,
            signups_per_hour: 200,
            signups_per_hour_per_address: 5,
            confirm_within_h: 48,
            keep_days: 30,
        }
    }
}

impl AdmissionConfig {
    /// Names of the settings, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> Vec<(&'static str, u64, RangeInclusive<u64>)> {
        let of = |name, n: u32, range| (name, u64::from(n), range);
        vec![
            of("partners.keys_per_partner", self.keys_per_partner, 1..=1000),
            of(
                "partners.signups_waiting",
                self.signups_waiting,
                1..=100_000,
            ),
            of(
                "partners.signups_per_address",
                self.signups_per_address,
                1..=100_000,
            ),
            of(
                "partners.signups_per_contact",
                self.signups_per_contact,
                1..=100,
            ),
            of(
                "partners.signups_per_hour",
                self.signups_per_hour,
                1..=10_000,
            ),
            of(
                "partners.signups_per_hour_per_address",
                self.signups_per_hour_per_address,
                1..=10_000,
            ),
            of("partners.confirm_within_h", self.confirm_within_h, 1..=720),
            of("partners.keep_days", self.keep_days, 1..=365),
        ]
    }
}

/// The `[mail]` part of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// A program and its arguments, started without a shell for each letter, which it gets as a line of
    /// JSON on its standard input. Empty: nobody sends letters, and administrators see the links.
    pub command: Vec<String>,
    /// How long it may take, seconds; then it is killed.
    pub timeout_s: u32,
    /// What a link begins with, the secret following: a page of the hub's or another. Absent: letters have
    /// no link, only the secret.
    pub link: Option<String>,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            command: Vec::new(),
            timeout_s: 10,
            link: None,
        }
    }
}

impl MailConfig {
    /// Names of the settings, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> Vec<(&'static str, u64, RangeInclusive<u64>)> {
        vec![("mail.timeout_s", u64::from(self.timeout_s), 1..=300)]
    }
}
