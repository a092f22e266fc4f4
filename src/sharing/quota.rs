//! What a booking app may take of what all share: so that nobody can take all bays by holding them and
//! never coming.
//!
//! A partner has at most so many unconfirmed holds at a time, over all its keys and all hubs:
//!
//! ```text
//! base  = max(holds_at_least, min(holds_at_most, holds_percent % of the bays on offer))
//! limit = max(min(base, 3), base * (10 + used) / (10 + used + wasted))      rounded up
//! ```
//!
//! `used` are bookings of the last 24 hours that somebody arrived at. `wasted` are holds left to expire,
//! confirmed bookings cancelled by their driver or missed, and of a hold that is given back the part of
//! its time that it stood: to hold for two minutes of three and begin anew wastes as much as to let
//! expire. What is not the driver's doing wastes nothing: a bay that was lost, a deadline that passed
//! while this hub was away. The 10 are a newcomer's credit, so that the first hold that expires does not
//! sink anybody. Who lets everything expire comes to 3, and back by coming, or by a day of waiting.
//!
//! Promises: integers and a clock that is passed in, so the same acts give the same limit anywhere; the
//! record is written with what it is of in one transaction, so it is the same at every hub and after a
//! restart. It is kept by the hour of the clock: an hour is forgotten as a whole.

use crate::domain::{Millis, Reservation, ReservationEvent, ReservationState, vocabulary};
use crate::limits;
use crate::store::UseRecord;

/// One booking, as records count.
const WHOLE: u64 = 1000;

/// What a newcomer is taken to have used.
const CREDIT: u64 = 10 * WHOLE;

/// Where a limit ends, however much is wasted.
const LEAST: u64 = 3;

const HOUR_MS: u64 = 3_600_000;

/// Hours that a record is kept: the one that has begun, and those before it.
const HOURS: u64 = 24;

vocabulary! {
    /// What there is only so much of for one partner.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Share {
        /// Holds that are not confirmed.
        Holds => "holds",
        /// The same of one driver.
        DriverHolds => "driver_holds",
        /// Answers that are remembered for its `Idempotency-Key`s.
        IdempotencyKeys => "idempotency_keys",
    }
}

/// That a share is used up. Nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of {} {}", .used, .limit, .share.says())]
pub struct UsedUp {
    pub share: Share,
    pub limit: u64,
    pub used: u64,
    /// When there is some of it again if nothing else is done, seconds from now.
    pub retry_after_s: u64,
}

impl Share {
    /// What is counted, after two numbers.
    const fn says(self) -> &'static str {
        match self {
            Self::Holds => "unconfirmed holds are in use; confirm or cancel some",
            Self::DriverHolds => {
                "unconfirmed holds of this driver are in use; confirm or cancel some"
            }
            Self::IdempotencyKeys => {
                "answers to Idempotency-Keys are remembered; send the request without one, or later"
            }
        }
    }
}

/// The hour that a record belongs to, since 1970.
pub(super) const fn hour(now: Millis) -> u64 {
    now.0 / HOUR_MS
}

/// The last hour that counts no more.
pub(super) const fn forgotten(now: Millis) -> u64 {
    hour(now).saturating_sub(HOURS)
}

/// Unconfirmed holds of a partner that has wasted nothing.
pub(super) fn base(limits: &limits::Config, on_offer: usize) -> u64 {
    let part = on_offer as u64 * u64::from(limits.holds_percent) / 100;
    part.min(limits.holds_at_most.into())
        .max(limits.holds_at_least.into())
}

/// Below this no record lowers a limit.
pub(super) const fn least(base: u64) -> u64 {
    if base < LEAST { base } else { LEAST }
}

/// See the module.
pub(super) fn lowered(base: u64, record: UseRecord) -> u64 {
    let good = u128::from(CREDIT) + u128::from(record.used);
    let all = good + u128::from(record.wasted);
    let part = (u128::from(base) * good).div_ceil(all);
    u64::try_from(part).unwrap_or(base).max(least(base))
}

/// What an event makes of a reservation. `since`: when this hub began to listen; what came to its
/// deadline before then nobody could confirm here.
pub(super) fn made_of(
    r: &Reservation,
    event: ReservationEvent,
    now: Millis,
    since: Millis,
) -> UseRecord {
    use ReservationState::{Confirmed, Held};
    // What is held and given up as one is wasted once.
    let is_first = r.season.as_ref().is_none_or(|season| season.number == 1);
    let wasted = match (event, r.state) {
        (ReservationEvent::Expire, Held) | (ReservationEvent::Cancel, _) if !is_first => 0,
        (ReservationEvent::Arrive, Confirmed) => {
            return UseRecord {
                used: WHOLE,
                wasted: 0,
            };
        }
        (ReservationEvent::Cancel, Confirmed) => WHOLE,
        (ReservationEvent::MissOut, Confirmed) if r.missed_at() > since => WHOLE,
        (ReservationEvent::Expire, Held) if r.expires_at > since => WHOLE,
        (ReservationEvent::Cancel, Held) => {
            let life = r.expires_at.since(r.created_at).max(1);
            WHOLE * now.since(r.created_at).min(life) / life
        }
        _ => 0,
    };
    UseRecord { used: 0, wasted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(used: u64, wasted: u64) -> UseRecord {
        UseRecord {
            used: used * WHOLE,
            wasted: wasted * WHOLE,
        }
    }

    #[test]
    fn the_base_is_a_part_of_what_is_on_offer_between_two_bounds() {
        let limits = limits::Config::default();
        for (on_offer, most) in [(0, 10), (43, 10), (44, 11), (47, 11), (200, 50), (9999, 50)] {
            assert_eq!(base(&limits, on_offer), most, "{on_offer}");
        }
    }

    #[test]
    fn waste_lowers_a_limit_to_three_and_use_raises_it_again() {
        assert_eq!(lowered(50, record(0, 0)), 50);
        assert_eq!(lowered(50, record(0, 1)), 46);
        assert_eq!(lowered(50, record(0, 10)), 25);
        assert_eq!(lowered(50, record(90, 100)), 25, "half of it used");
        assert_eq!(lowered(50, record(0, 1_000_000)), 3);
        assert_eq!(lowered(10, record(0, 24)), 3);
        assert_eq!(lowered(2, record(0, 1000)), 2, "never above the base");
        assert_eq!(lowered(50, record(1000, 1000)), 26);
    }

    proptest! {
        #[test]
        fn more_waste_never_raises_a_limit_and_more_use_never_lowers_it(
            base in 1..1000_u64, used in 0..10_000_u64, wasted in 0..10_000_u64, more in 0..1000_u64,
        ) {
            let limit = lowered(base, record(used, wasted));
            prop_assert!(least(base) <= limit && limit <= base);
            prop_assert!(lowered(base, record(used, wasted + more)) <= limit);
            prop_assert!(lowered(base, record(used + more, wasted)) >= limit);
        }
    }
}
