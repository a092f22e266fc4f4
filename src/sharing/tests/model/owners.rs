//! Bays that change hands.

use super::*;

impl Model {
    /// A bay is another partner's, who offers it anew.
    pub(super) async fn change_owner(&mut self) -> &'static str {
        let at = self.rng.random_range(0..self.offers.len());
        let old = self.offers[at].clone();
        let next = if *old.owner == *"acme" {
            "other"
        } else {
            "acme"
        };
        let recorded = self.rig.desk.record_owner(&old.bay, Some(next)).await;
        recorded.unwrap();
        let offer = self.rig.offer(at as u32, 0, 1_000_000, |o| {
            o.rules = old.rules;
            o.owner = next.into();
            o.hours.zone = old.hours.zone;
        });
        self.offers[at] = offer.await;
        "handed over"
    }
}
