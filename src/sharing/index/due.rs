//! What time brings to what is kept: looked up by when it comes, never looked for.

use super::{BayBook, BookingIndex};
use crate::domain::{Millis, Reservation, ReservationState};
use crate::sharing::eyes::WATCH_MS;

impl BookingIndex {
    /// Holds whose deadline has come, the earliest first.
    pub(in crate::sharing) fn expired(&self, now: Millis) -> impl Iterator<Item = Reservation> {
        let over = self.holds.range(..=(now, i64::MAX));
        over.filter_map(|(_, id)| self.kept(*id))
    }

    /// Whether a hold of that bay has come to its deadline.
    pub(in crate::sharing) fn expired_on(&self, bay: &str, now: Millis) -> Vec<Reservation> {
        let book = self.book_of(bay);
        let over = book
            .into_iter()
            .flat_map(|b| b.kept.iter().map(move |r| (b, r)));
        let over = over.filter(|(_, r)| r.state == ReservationState::Held && r.expires_at <= now);
        over.map(|(b, r)| r.whole(&b.bay, &self.partners)).collect()
    }

    /// What begins within `ahead` milliseconds ([`WATCH_MS`] at most), has begun, or is under way: what a
    /// sensor or the clock may have something to say of.
    pub(in crate::sharing) fn near(
        &self,
        now: Millis,
        ahead: u64,
    ) -> impl Iterator<Item = Reservation> {
        let bays = self.first.range(..=(now, u32::MAX));
        let books = bays.filter_map(|(_, number)| self.book(*number));
        books.flat_map(move |book| {
            let mut active = book.active;
            let some = book.kept.iter().take_while(move |r| {
                let more = active > 0 || r.span.start <= now.plus(ahead);
                active -= u32::from(r.state == ReservationState::Active);
                more
            });
            some.map(|r| r.whole(&book.bay, &self.partners))
        })
    }
}

impl BayBook {
    /// From when on something of this bay may be due: at once where somebody stands there.
    pub(super) fn due_from(&self) -> Millis {
        match self.kept.first() {
            None => Millis::MAX,
            Some(_) if self.active > 0 => Millis(0),
            Some(first) => due_from(first.span.start),
        }
    }
}

fn due_from(start: Millis) -> Millis {
    Millis(start.0.saturating_sub(WATCH_MS))
}
