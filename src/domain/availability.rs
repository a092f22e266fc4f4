//! How full a zone is, as it is published: topic and payload of
//! `bayhub/v1/zones/{zone}/availability`, the same at the hub's own subscribers and at outside
//! brokers.

use super::{BayKind, Millis, ZoneTally};
use std::io::Write as _;

/// One zone, now.
#[derive(Clone, Debug)]
pub struct Availability<'a> {
    /// The zone's public id.
    pub zone: &'a str,
    /// When the hub says so: its clock.
    pub at: Millis,
    /// `observed_at` in it is the newest observation.
    pub tally: ZoneTally,
    /// Bit `k` is set when the zone has bays of kind `k`.
    pub kinds: u8,
    /// The car park that it is an area or floor of: who adds up zones leaves it out.
    pub part_of: Option<&'a str>,
}

impl Availability<'_> {
    /// The topic of a zone's availability.
    #[must_use]
    pub fn topic_of(zone: &str) -> String {
        format!("bayhub/v1/zones/{zone}/availability")
    }

    /// Its own topic.
    #[must_use]
    pub fn topic(&self) -> String {
        Self::topic_of(self.zone)
    }

    /// Appends the payload:
    /// `{"zone","at","observed_at","capacity","vacant":{kind:n},"unknown","occupied"}`, and `part_of`
    /// for an area or floor.
    /// `observed_at` is null where nobody has reported; `vacant` names the kinds that the zone has
    /// bays of, and any that was counted.
    pub fn write(&self, out: &mut Vec<u8>) {
        // Ids need no escape, and writing to a vector does not fail.
        let _ = write!(out, r#"{{"zone":"{}","at":"#, self.zone);
        time(self.at, out);
        out.extend_from_slice(br#","observed_at":"#);
        time(self.tally.observed_at, out);
        let _ = write!(out, r#","capacity":{},"vacant":{{"#, self.tally.capacity);
        let mut comma = "";
        for kind in BayKind::ALL
            .into_iter()
            .filter(|kind| self.tally.tells(*kind, self.kinds))
        {
            let vacant = self.tally.vacant[kind as usize];
            let _ = write!(out, r#"{comma}"{}":{vacant}"#, kind.name());
            comma = ",";
        }
        let _ = write!(
            out,
            r#"}},"unknown":{},"occupied":{}"#,
            self.tally.unknown, self.tally.occupied
        );
        if let Some(whole) = self.part_of {
            let _ = write!(out, r#","part_of":"{whole}""#);
        }
        out.push(b'}');
    }
}

/// A time in quotes, or null for none.
fn time(at: Millis, out: &mut Vec<u8>) {
    if at.is_never() {
        out.extend_from_slice(b"null");
    } else {
        out.push(b'"');
        out.extend_from_slice(&at.rfc3339());
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::KindSet;

    fn payload(kinds: u8, tally: ZoneTally) -> String {
        let one = Availability {
            zone: "HE12",
            at: Millis(1),
            tally,
            kinds,
            part_of: None,
        };
        assert_eq!(one.topic(), "bayhub/v1/zones/HE12/availability");
        let mut out = Vec::new();
        one.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_zone_reads_as_the_contract_says() {
        let mut tally = ZoneTally {
            occupied: 34,
            unknown: 3,
            capacity: 105,
            observed_at: Millis(60_000),
            ..ZoneTally::default()
        };
        tally.vacant[BayKind::Car as usize] = 68;
        let want = concat!(
            r#"{"zone":"HE12","at":"1970-01-01T00:00:00.001Z","#,
            r#""observed_at":"1970-01-01T00:01:00.000Z","capacity":105,"#,
            r#""vacant":{"car":68},"unknown":3,"occupied":34}"#
        );
        assert_eq!(payload(1 << BayKind::Car as u8, tally), want);
    }

    #[test]
    fn a_zone_that_nobody_has_reported_says_so_and_since_when_it_is_said() {
        let want = concat!(
            r#"{"zone":"HE12","at":"1970-01-01T00:00:00.001Z","observed_at":null,"#,
            r#""capacity":0,"vacant":{},"unknown":0,"occupied":0}"#
        );
        assert_eq!(payload(0, ZoneTally::default()), want);
    }

    #[test]
    fn a_full_zone_that_only_counts_says_zero() {
        let full = ZoneTally {
            occupied: 5,
            capacity: 5,
            observed_at: Millis(9),
            counted: KindSet::from_bits(1),
            ..ZoneTally::default()
        };
        assert!(payload(0, full).contains(r#""vacant":{"car":0}"#));
        let heavy = 1 << BayKind::Heavy as u8;
        let uncounted = ZoneTally {
            counted: KindSet::default(),
            ..full
        };
        assert!(payload(heavy, uncounted).contains(r#""vacant":{"heavy":0}"#));
    }
}
