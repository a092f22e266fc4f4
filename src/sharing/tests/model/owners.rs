//! What owners do at random: change their offers, hand their bays over, give bookings up.

use super::*;
use crate::domain::{CancelRule, LeaveRule};

impl Model {
    /// Another price, other hours, a pause, or the end of one offer and the beginning of the next.
    pub(super) async fn change_offer(&mut self) -> &'static str {
        let at = self.rng.random_range(0..self.offers.len());
        let mut next = self.offers[at].clone();
        match self.rng.random_range(0..5) {
            0 => {
                let cents = self.rng.random_range(100..500);
                next.price = match self.rng.random_range(0..6) {
                    0 => Price::PerStay(cents),
                    1 => Price::PerMonth(cents * 31),
                    _ => Price::PerHour(cents),
                };
            }
            1 => {
                let from = self.minutes + self.rng.random_range(0..400);
                next.hours.closed = vec![span(from, from + self.rng.random_range(1..300))];
            }
            2 => {
                next.rules.buffer_min = self.rng.random_range(0..20);
                next.rules.cancel = CancelRule {
                    free_min: self.rng.random_range(0..120),
                    fee_percent: self.rng.random_range(0..=100),
                };
                next.rules.flex.discount_percent = self.rng.random_range(0..=50);
                next.rules.leave = LeaveRule {
                    max_overstay_min: self.rng.random_range(0..60),
                    early_refund_percent: self.rng.random_range(0..=100),
                };
            }
            3 if next.state == OfferState::Open => next.state = OfferState::Paused,
            3 => next.state = OfferState::Open,
            _ => {
                self.rig.desk.withdraw(next.clone()).await.unwrap();
                self.offers[at] = self
                    .rig
                    .offer(at as u32, 0, 1_000_000, |o| {
                        o.rules = next.rules;
                        o.owner = next.owner.clone();
                        o.hours.zone = next.hours.zone;
                    })
                    .await;
                return "offered";
            }
        }
        self.offers[at] = self.rig.desk.put_offer(next).await.unwrap();
        "offered"
    }

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

    /// By the owner.
    pub(super) async fn give_up(&mut self) -> &'static str {
        let at = self.rng.random_range(0..self.open.len());
        let r = self.rig.now(&self.told[&self.open[at]]).await;
        let Some(offer) = self.offers.iter().find(|o| o.id == r.offer) else {
            return "stepped in vain";
        };
        let done = self.rig.desk.cancel_by_owner(offer, r.name.to_string());
        match done.await {
            Ok(_) => "given up",
            Err(DeskError::UnderWay | DeskError::Step(_)) => "stepped in vain",
            Err(e) => panic!("{e}"),
        }
    }
}
