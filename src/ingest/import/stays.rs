//! Stays that overlap: where one vehicle is said to leave while another is said to stay, the bay is not
//! vacant.
//!
//! Promise: of any stays of a bay told by one source, in the order of their claims' times, the end of one
//! that lies within another says nothing; every beginning does. Bounded by the bays.

use super::claim::{PastClaim, StayWord};
use ahash::AHashMap;

/// By bay and source, until when somebody is said to stay, ms.
#[derive(Default)]
pub struct Stays(AHashMap<(u32, u32), u64>);

impl Stays {
    /// Whether a claim stands; they come in the order of their times.
    pub fn stands(&mut self, claim: &PastClaim) -> bool {
        match claim.stay() {
            Some((of, StayWord::Lasts(until))) => {
                let known = self.0.entry(of).or_default();
                *known = until.max(*known);
                true
            }
            Some((of, StayWord::Ends)) => {
                let within = self.0.get(&of).is_some_and(|until| claim.at().0 < *until);
                if !within {
                    self.0.remove(&of);
                }
                !within
            }
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Backing, BayIx, BayStatus, Millis, Observation, SourceIx, SourceKind};

    fn claim(at: u64, status: BayStatus, seq: u64) -> PastClaim {
        let observation = Observation {
            at: Millis(at),
            seq,
            bay: BayIx(0),
            source: SourceIx(1),
            source_kind: SourceKind::Sensor,
            status,
            confidence: 255,
            backing: Backing::default(),
        };
        PastClaim::of_bay(&observation, 7)
    }

    #[test]
    fn an_end_within_another_stay_says_nothing_and_every_beginning_does() {
        use BayStatus::{Occupied, Vacant};
        // 100 to 200, 180 to 400, 250 to 300, 400 to 500.
        let told = [
            (99, Vacant, 1, true),
            (100, Occupied, 200, true),
            (179, Vacant, 1, true),
            (180, Occupied, 400, true),
            (200, Vacant, 0, false),
            (249, Vacant, 1, true),
            (250, Occupied, 300, true),
            (300, Vacant, 0, false),
            (399, Vacant, 1, true),
            (400, Vacant, 0, true),
            (400, Occupied, 500, true),
            (500, Vacant, 0, true),
            (600, Vacant, 0, true),
        ];
        let mut stays = Stays::default();
        for (at, status, seq, stands) in told {
            assert_eq!(
                stays.stands(&claim(at, status, seq)),
                stands,
                "{at} {status:?}"
            );
        }
    }
}
