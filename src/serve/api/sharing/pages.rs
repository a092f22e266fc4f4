//! Pages of bookings, by start: an owner's, an offer's, a booking app's.

use crate::domain::{Millis, ReservationState};
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::state::SharingState;
use crate::sharing::{BookingPage, BookingsOf, OwnedBooking};

const MAX_LIMIT: u32 = 1_000;
const DEFAULT_LIMIT: u32 = 100;

/// Which bookings are asked for; parameters of those other names are somebody else's.
pub(in crate::serve) fn asked(
    query: Option<&str>,
    others: &[&'static str],
) -> Result<BookingPage, ApiError> {
    let names = [&["state", "from", "limit", "cursor"][..], others].concat();
    let p = Params::read(query, &names)?;
    let from = p.time("from")?.unwrap_or(Millis(0));
    Ok(BookingPage {
        state: p.one_of("state", ReservationState::parse, ReservationState::list)?,
        after: match p.text("cursor") {
            Some(text) => place(text)?.max((from, 0)),
            None => (from, 0),
        },
        limit: p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT),
    })
}

/// The inverse of what [`read`] writes.
fn place(text: &str) -> Result<(Millis, i64), ApiError> {
    let text = cursor::read_text(text)?;
    let both = text.split_once('-').and_then(|(start, id)| {
        let start: i64 = start.parse().ok()?;
        Some((Millis(u64::try_from(start).ok()?), id.parse().ok()?))
    });
    both.ok_or_else(cursor::not_ours)
}

/// A page, and the cursor of the next where there is one.
pub(in crate::serve) async fn read(
    own: &SharingState,
    of: BookingsOf<'_>,
    page: BookingPage,
) -> Result<(Vec<OwnedBooking>, Option<String>), ApiError> {
    let further = BookingPage {
        limit: page.limit + 1,
        ..page
    };
    let mut found = own.desk.owned_bookings(of, further).await?;
    let next = cursor::page(&mut found, page.limit as usize, |last| {
        let booking = &last.booking;
        format!("{}-{}", booking.span.start.0, booking.id)
    });
    Ok((found, next))
}
