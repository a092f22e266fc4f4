//! The zones' availability, as doors that also publish see it: who changed, and what is now true.
//!
//! Architecture Invariant: `ingest` does not know the read model; the wiring lends it this view of
//! it.

use crate::domain::{BayKind, Millis, ZoneIx, ZoneTally};
use serde_json::{Map, Value};
use std::pin::Pin;

/// The read model, as far as publishing needs it.
pub trait AvailabilityModel: Send + Sync {
    /// Begins to follow all zones; each counts as changed to begin with. `None`: the hub takes no
    /// more followers.
    fn follow(&self) -> Option<Box<dyn Follow>>;

    /// What is true of a zone now; `None` once it has been removed.
    fn availability(&self, zone: ZoneIx) -> Option<Availability>;
}

/// One follower's news. Changes that come close together melt into one; there is no queue that
/// could overflow.
pub trait Follow: Send {
    /// Waits until a zone has changed. Safe to cancel.
    fn changed(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Appends the zones that changed since the last call. What [`AvailabilityModel::availability`]
    /// says of them afterwards is at least as new as the change.
    fn take(&mut self, into: &mut Vec<ZoneIx>);
}

/// One zone, now.
#[derive(Clone, Debug)]
pub struct Availability {
    /// The zone's public id.
    pub zone: String,
    /// The hub's clock.
    pub at: Millis,
    pub tally: ZoneTally,
    /// Bit `k` is set when the zone has bays of kind `k`.
    pub kinds: u8,
}

impl Availability {
    /// `bayhub/v1/zones/{zone}/availability`
    #[must_use]
    pub fn topic(&self) -> String {
        format!("bayhub/v1/zones/{}/availability", self.zone)
    }

    /// `{"zone","at","capacity","vacant":{kind:n},"unknown","occupied"}`, as the contract has it.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let tally = &self.tally;
        let counted = BayKind::ALL
            .into_iter()
            .filter(|k| self.kinds & (1 << *k as u8) != 0 || self.vacant(*k) > 0);
        let mut vacant: Map<String, Value> = counted
            .map(|k| (k.name().to_owned(), self.vacant(k).into()))
            .collect();
        if vacant.is_empty() && !tally.observed_at.is_never() {
            // Only counted, and full: that must not look like "not counted".
            vacant.insert(BayKind::Car.name().to_owned(), 0.into());
        }
        serde_json::json!({
            "zone": self.zone,
            "at": self.at.to_string(),
            "capacity": tally.capacity,
            "vacant": vacant,
            "unknown": tally.unknown,
            "occupied": tally.occupied,
        })
        .to_string()
        .into_bytes()
    }

    fn vacant(&self, kind: BayKind) -> u32 {
        self.tally.vacant[kind as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kinds: u8, tally: ZoneTally) -> Value {
        let one = Availability {
            zone: "HE12".into(),
            at: Millis(1),
            tally,
            kinds,
        };
        assert_eq!(one.topic(), "bayhub/v1/zones/HE12/availability");
        serde_json::from_slice(&one.payload()).unwrap()
    }

    #[test]
    fn a_zone_reads_as_the_contract_says() {
        let mut tally = ZoneTally {
            occupied: 34,
            unknown: 3,
            capacity: 105,
            ..ZoneTally::default()
        };
        tally.vacant[BayKind::Car as usize] = 68;
        let want = serde_json::json!({"zone": "HE12", "at": "1970-01-01T00:00:00.001Z", "capacity": 105,
            "vacant": {"car": 68}, "unknown": 3, "occupied": 34});
        assert_eq!(shown(1 << BayKind::Car as u8, tally), want);
    }

    #[test]
    fn a_full_zone_that_only_counts_says_zero_and_an_unheard_one_says_nothing() {
        let full = ZoneTally {
            occupied: 5,
            capacity: 5,
            observed_at: Millis(9),
            ..ZoneTally::default()
        };
        assert_eq!(shown(0, full)["vacant"], serde_json::json!({"car": 0}));
        assert_eq!(
            shown(0, ZoneTally::default())["vacant"],
            serde_json::json!({})
        );
    }
}
