//! What the owner of a bay does with a booking there: gives it up, at its own cost.
//!
//! Promises: a driver whose booking is given up so owes nothing for it; nobody is sent away who is there.

use super::{Cause, absent};
use crate::domain::reservation::StepError;
use crate::domain::{Reservation, ReservationEvent, ReservationState};
use crate::sharing::actor::{BookingActor, Failed};
use crate::sharing::ask::DeskError;
use crate::store::Work;

impl BookingActor {
    /// Cancels a booking on the offer of that number; one on another is not there.
    pub(in crate::sharing) async fn cancel_by_owner(
        &mut self,
        work: &mut Work,
        name: &str,
        offer: i64,
    ) -> Result<Reservation, Failed> {
        let r = work.reservation(name).await.map_err(absent)?;
        if r.offer != offer {
            return Err(DeskError::NoSuch.into());
        }
        if r.state == ReservationState::Active {
            return Err(DeskError::UnderWay.into());
        }
        if r.state == ReservationState::Confirmed && self.ctx.clock.now() >= r.span.end {
            return Err(DeskError::Step(StepError::Ended(r.span.end)).into());
        }
        self.step(work, r, ReservationEvent::Revoke, Cause::Owner)
            .await
    }
}
