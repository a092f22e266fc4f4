//! Stays that run over: charged, and told, as they grow, so that the ledger says at any time what is owed
//! and no driver hears of it only at the end.

use super::actor::{BookingActor, Failed};
use super::ask::DeskError;
use super::booking::Cause;
use crate::domain::{Millis, Reservation};
use crate::store::Work;

/// What it is called in the ledger.
const OVERSTAY: &str = "overstay";

impl BookingActor {
    /// Charges a stay that goes on for what it has run over by `now`.
    pub(super) async fn charge_overstay(
        &mut self,
        work: &mut Work,
        r: Reservation,
        now: Millis,
    ) -> Result<(), Failed> {
        if !r.overstay_is_due(now) {
            return Ok(());
        }
        let cents = r.overstay_cents(now);
        let next = Reservation {
            overstay_at: Some(now.min(r.overstay_ends())),
            owed_cents: r.owed_cents.saturating_add(cents),
            ..r
        };
        let next = work.advance(&next, now).await.map_err(DeskError::from)?;
        self.log(work, &next, OVERSTAY, (Cause::Clock, cents), now)
            .await?;
        self.index.put(next);
        Ok(())
    }
}
