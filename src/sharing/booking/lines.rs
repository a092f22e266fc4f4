//! The lines that a change writes into the ledger.
//!
//! Promises: a reservation's lines add up to what it carries as owed; and so do those of each owner it
//! has had a bay of: all of it to whose bay it has now, nothing to the others.

use crate::domain::{Millis, Reservation, TimeZone};
use crate::sharing::actor::BookingActor;
use crate::store::{LedgerLine, StoreError, Work};

/// Whose doing a change is, as the ledger has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sharing) enum Cause {
    Driver,
    Sensor,
    Clock,
    Hub,
    /// The bay's.
    Owner,
    /// By an order.
    Authority,
}

impl Cause {
    const fn name(self) -> &'static str {
        match self {
            Self::Driver => "driver",
            Self::Sensor => "sensor",
            Self::Clock => "clock",
            Self::Hub => "hub",
            Self::Owner => "owner",
            Self::Authority => "authority",
        }
    }
}

/// What a move is called in the ledger.
pub(in crate::sharing) const MOVED: &str = "moved";

impl BookingActor {
    /// By which clock an offer's lines are dated.
    async fn zone_of(&self, work: &mut Work, offer: i64) -> Result<TimeZone, StoreError> {
        match self.index.offer(offer) {
            Some(shelved) => Ok(shelved.offer.hours.zone),
            // Withdrawn; what was booked of it stands.
            None => work.zone_of(offer).await,
        }
    }

    /// Writes that something happened to `r` as it is then, and what more is owed for it.
    pub(in crate::sharing) async fn log(
        &self,
        work: &mut Work,
        r: &Reservation,
        event: &str,
        (cause, amount_cents): (Cause, i64),
        at: Millis,
    ) -> Result<(), StoreError> {
        let zone = self.zone_of(work, r.offer).await?;
        work.log(&line(r, zone, event, (cause, amount_cents), at))
            .await
    }

    /// The line that says that `r` has come to its state, to be written with others.
    pub(in crate::sharing) async fn line_of(
        &self,
        work: &mut Work,
        r: &Reservation,
        money: (Cause, i64),
        at: Millis,
    ) -> Result<LedgerLine, StoreError> {
        let zone = self.zone_of(work, r.offer).await?;
        Ok(line(r, zone, r.state.name(), money, at))
    }

    /// Writes that a booking has been moved: all that was owed for the bay before is given back, all
    /// that is owed now is owed for the other.
    pub(in crate::sharing) async fn log_move(
        &self,
        work: &mut Work,
        before: &Reservation,
        next: &Reservation,
        at: Millis,
    ) -> Result<(), StoreError> {
        if before.owed_cents != 0 {
            self.log(work, before, MOVED, (Cause::Hub, -before.owed_cents), at)
                .await?;
        }
        self.log(work, next, MOVED, (Cause::Hub, next.owed_cents), at)
            .await
    }
}

fn line(
    r: &Reservation,
    zone: TimeZone,
    event: &str,
    (cause, amount_cents): (Cause, i64),
    at: Millis,
) -> LedgerLine {
    LedgerLine {
        id: 0,
        at,
        reservation: r.name.to_string(),
        bay: r.bay.to_string(),
        owner: r.owner.to_string(),
        driver: r.driver.to_string(),
        event: event.to_owned(),
        cause: cause.name().to_owned(),
        amount_cents,
        currency: r.currency,
        offer: r.offer,
        offer_name: String::new(),
        day: zone.day(at),
    }
}
