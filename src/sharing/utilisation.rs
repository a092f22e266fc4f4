//! How well an offer is used: by day of its own wall clock, hours offered, booked and used, and
//! what they brought.
//!
//! Promises: offered, booked and used are of one span, from when the offer was made to now, so that
//! none is above the one before it. What lies ahead is told apart.

use super::ask::DeskError;
use super::desk::Desk;
use crate::domain::span::melt;
use crate::domain::{Millis, Offer, Reservation, ReservationState, Span};

/// Reservations looked at for one answer; a bay has no more in a year.
const MOST: u32 = 100_000;

/// One day of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// As `2027-03-28`, by the offer's own clock.
    pub date: String,
    /// Up to now, as the next two.
    pub offered_s: u64,
    pub booked_s: u64,
    pub used_s: u64,
    /// Booked from now on.
    pub ahead_s: u64,
    /// What was charged on that day, less what was given back.
    pub revenue_cents: i64,
    pub bookings: u32,
}

/// How an offer was used. The hours offered are those of the offer as it stands now, and what was
/// booked besides: that was on offer when it was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub days: Vec<Day>,
}

impl Desk {
    /// Day by day through `span`.
    pub async fn utilisation(&self, offer: &Offer, span: Span) -> Result<Use, DeskError> {
        let days = offer.hours.zone.days(span);
        let whole = days
            .first()
            .zip(days.last())
            .and_then(|(a, b)| Span::new(a.1.start, b.1.end))
            .unwrap_or(span);
        let bookings = self.store.bookings(offer.id, whole, MOST).await?;
        let of = |day: Span| offer.hours.zone.day(day.start);
        let numbers = days.first().zip(days.last());
        let numbers = numbers.map_or(0..0, |(a, b)| of(a.1)..of(b.1) + 1);
        let takings = self.store.takings(offer.id, numbers).await?;
        let now = self.clock.now();
        // Nothing is offered before the offer was made, and nothing is used of what lies ahead.
        let known = Span::new(offer.created_at, now);
        let coming = Span::new(now.max(offer.created_at), Millis::MAX);
        let seconds = |spans: &[Span], day: Span| -> u64 {
            let parts = spans.iter().filter_map(|s| s.and(day));
            parts.map(Span::ms).sum::<u64>() / 1000
        };
        // Melted: what one driver has left early, or not come to, may be another's.
        let cut = |spans: &[Span], part: Option<Span>| -> Vec<Span> {
            spans.iter().filter_map(|s| s.and(part?)).collect()
        };
        let within = |spans: Vec<Span>, part: Option<Span>| -> Vec<Span> {
            let mut parts = cut(&spans, part);
            // Of a pool several are had at a time.
            if offer.pool.is_none() {
                melt(&mut parts);
            }
            parts
        };
        let all = || bookings.iter().filter(|r| was_booked(r)).map(|r| r.span);
        let booked = within(all().collect(), known);
        let kept = bookings.iter().filter(|r| r.state.holds() && was_booked(r));
        let ahead = within(kept.map(|r| r.span).collect(), coming);
        let used = bookings.iter().filter_map(|r| used(r, now));
        let used = within(used.collect(), known);
        let mut open = offer.hours.open(whole, &self.workdays);
        let places = offer.pool.as_ref().map_or(1, |pool| u64::from(pool.places));
        if offer.pool.is_none() {
            open.extend(&booked);
        }
        let open = within(open, known);
        let offered = |day| (seconds(&open, day) * places).max(seconds(&booked, day));
        let day = |(date, day): (String, Span)| Day {
            date,
            offered_s: offered(day),
            booked_s: seconds(&booked, day),
            used_s: seconds(&used, day),
            ahead_s: seconds(&ahead, day),
            revenue_cents: takings.get(&of(day)).copied().unwrap_or(0),
            bookings: all().filter(|s| day.has(s.start)).count() as u32,
        };
        Ok(Use {
            days: days.into_iter().map(day).collect(),
        })
    }
}

fn was_booked(r: &Reservation) -> bool {
    use ReservationState::{Active, Completed, Confirmed, NoShow};
    matches!(r.state, Confirmed | Active | Completed | NoShow)
}

/// From arrival to departure, but no longer than was booked: an overstay is paid for, and is not
/// what was offered.
fn used(r: &Reservation, now: Millis) -> Option<Span> {
    let end = r.departed_at.unwrap_or(now).min(r.span.end);
    Span::new(r.arrived_at?.max(r.span.start), end)
}
