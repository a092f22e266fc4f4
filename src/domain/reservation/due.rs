//! What time and the eyes on a bay bring for its reservation: who stands there, who has gone, and
//! when a driver must get another bay.
//!
//! Promises: pure. Nobody who is there within his time is sent away but by the authority: a vehicle that comes from
//! [`EARLY_MS`] before the start on is taken for the driver's, one that stands there since before
//! that is not, however often it is seen again. What nobody watches is never taken for empty.

use super::{EARLY_MS, PIN_MS, Reservation, ReservationState};
use crate::domain::presence::{ABSENCE_MS, BREAK_MS, Presence};
use crate::domain::vocabulary::vocabulary;
use crate::domain::{BayStatus, Millis};

/// How long a bay may be missing from the registry before those who have booked it get their money
/// back: a registry that was read wrong is put right in that time.
pub const GONE_MS: u64 = 60_000;

vocabulary! {
    /// Why a driver may not get the bay that was booked.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Risk {
        /// Somebody else stands there.
        Taken => "taken",
        /// The stay before has run over.
        Overstay => "overstay",
        /// Works, a barrier, an order of the authority.
        Closed => "closed",
        /// The registry has no such bay any more, or it is another's now.
        Gone => "gone",
        /// Nobody watches the bay, and the driver has not said that he is there.
        Silent => "silent",
    }
}

/// What is known of a reservation's bay.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is seen by itself, and none follows from another"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BaySight {
    pub presence: Presence,
    /// What a sensor or gate says of it now; unknown: nothing that stands.
    pub said: BayStatus,
    /// Since when the registry has no such bay, or it is another's.
    pub gone_since: Option<Millis>,
    /// Whether the authority has closed it for any of that time.
    pub is_shut: bool,
    /// Since when the authority has all leave, the driver too.
    pub cleared_at: Option<Millis>,
    /// Whether another's stay there has run over for longer than is forgiven.
    pub is_overstayed: bool,
    /// Whether another's stay there goes on.
    pub has_another: bool,
    /// Whether another may come to the bay by now.
    pub is_awaited: bool,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The hold's deadline has passed.
    Expire,
    /// The driver has been there since.
    Arrive(Millis),
    /// Who was there for a moment was not the driver.
    Mistake,
    /// The driver has gone then.
    Depart(Millis),
    /// What was paid for is over, and nobody sees a vehicle.
    TimeUp,
    /// What has not been paid for yet is to be charged: the vehicle is still there.
    Overstay,
    /// It has stood there for longer than is charged for: the stay is over.
    TooLong,
    /// The authority has had him leave then: the stay is over.
    Clear(Millis),
    MissOut,
    /// Who was sent to another bay than his own has not come: he owes nothing.
    GiveBack,
    /// Another bay is to be found; `true`: if there is none, the money goes back now.
    Elsewhere(Risk, bool),
    /// The driver is to be asked.
    Ask(Risk),
    /// The driver is to be told that the risk is over.
    Safe,
}

impl Reservation {
    /// What is due by `now`.
    #[must_use]
    pub fn due(&self, bay: &BaySight, now: Millis) -> Option<Due> {
        match self.state {
            ReservationState::Held => (now >= self.expires_at).then_some(Due::Expire),
            ReservationState::Confirmed => self.due_before(bay, now),
            ReservationState::Active => self.due_during(bay, now),
            _ => None,
        }
    }

    /// From when on who comes is the driver.
    #[must_use]
    pub const fn window(&self) -> Millis {
        Millis(self.span.start.0.saturating_sub(EARLY_MS))
    }

    fn due_before(&self, bay: &BaySight, now: Millis) -> Option<Due> {
        if let Some(risk) = self.risk(bay, now) {
            let gone = bay
                .gone_since
                .is_some_and(|since| now.since(since) >= GONE_MS);
            let at_once = gone || bay.is_shut || now >= self.span.start;
            return Some(Due::Elsewhere(risk, at_once));
        }
        let came = bay.presence.occupied_since().filter(|_| !bay.has_another);
        if let Some(since) = came.filter(|since| *since >= self.window())
            && now < self.span.end
        {
            return Some(Due::Arrive(since));
        }
        if now < self.missed_at() {
            self.at_risk.map(|_| Due::Safe)
        } else if self.moved.as_ref().is_some_and(|m| m.taken) {
            // He did not choose that bay, and whoever was told of it can say that he is there.
            Some(Due::GiveBack)
        } else if bay.said != BayStatus::Unknown || now >= self.span.end {
            Some(Due::MissOut)
        } else {
            (self.at_risk != Some(Risk::Silent)).then_some(Due::Ask(Risk::Silent))
        }
    }

    /// What stands in the way of a booking that is confirmed, if anything does.
    #[must_use]
    pub fn risk(&self, bay: &BaySight, now: Millis) -> Option<Risk> {
        if self.state != ReservationState::Confirmed || now >= self.span.end {
            return None;
        }
        if bay.gone_since.is_some() {
            return Some(Risk::Gone);
        }
        if bay.is_shut {
            return Some(Risk::Closed);
        }
        if bay.said == BayStatus::Closed && now.plus(PIN_MS) >= self.span.start {
            return Some(Risk::Closed);
        }
        if now < self.window() {
            return None;
        }
        if bay.is_overstayed {
            return Some(Risk::Overstay);
        }
        let stranger = bay
            .presence
            .occupied_since()
            .is_some_and(|since| since < self.window());
        // Within its time a stay before this one has a right to be there.
        (stranger && !bay.has_another).then_some(Risk::Taken)
    }

    fn due_during(&self, bay: &BaySight, now: Millis) -> Option<Due> {
        let by_itself = self.due_by_itself(bay, now);
        let Some(at) = bay.cleared_at else {
            return by_itself;
        };
        // What came before stands, however late it is learnt of.
        let was_over = match by_itself {
            Some(Due::Mistake) => true,
            Some(Due::Depart(left)) => left <= at,
            Some(Due::TimeUp) => self.free_at <= at,
            Some(Due::TooLong) => self.overstay_ends() <= at,
            _ => false,
        };
        if was_over {
            by_itself
        } else {
            Some(Due::Clear(at))
        }
    }

    fn due_by_itself(&self, bay: &BaySight, now: Millis) -> Option<Due> {
        let arrived = self.arrived_at.unwrap_or_default();
        if let Some((since, left)) = bay.presence.last()
            && left > arrived
        {
            // Who is expected next must not be taken for the one who has left.
            let patience = if now >= self.span.end {
                0
            } else if bay.is_awaited {
                BREAK_MS
            } else {
                ABSENCE_MS
            };
            if now.since(left) >= patience {
                let moment = !self.came_by_word && left.since(since) < ABSENCE_MS;
                return Some(if moment && left < self.span.end {
                    Due::Mistake
                } else {
                    Due::Depart(left)
                });
            }
        }
        if bay.said != BayStatus::Occupied {
            return (now >= self.free_at).then_some(Due::TimeUp);
        }
        if now >= self.overstay_ends() {
            return Some(Due::TooLong);
        }
        self.overstay_is_due(now).then_some(Due::Overstay)
    }
}

#[cfg(test)]
mod tests;
