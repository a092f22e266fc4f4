//! What an owner reads of its bays and of what is booked there.
//!
//! Promises: bookings come in pages by start and number, each found by an index however long the
//! book is; only what was booked at an owner's own offers is told. Dear: a page of bays is two
//! look-ups in an index for each.

use super::row::from_row;
use super::{Store, StoreError, reading, sql};
use crate::domain::{Millis, OfferState, Reservation, ReservationState, Span};
use std::collections::HashMap;
use std::sync::Arc;

/// Bookings that stand at bays which an administrator has recorded as a partner's, on another's offer: who is
/// there stays when the bay changes hands.
const AT_BAYS: &str = concat!(
    "SELECT r.*, b.bay AS bay_id, m.bay AS moved_from_id, o.name AS offer_name FROM shared_bay b ",
    "CROSS JOIN reservation r JOIN offer o ON o.id = r.offer LEFT JOIN shared_bay m ON m.id = r.moved_from ",
    "WHERE b.owner = $1 AND r.seat = b.id AND r.owner <> $1 AND (r.start_at, r.id) > ($2, $3) ",
    "ORDER BY r.start_at, r.id LIMIT $4"
);

/// A booking and the public id of the offer it stands on.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedBooking {
    pub booking: Reservation,
    pub offer: Arc<str>,
}

from_row!(OwnedBooking, |row| {
    Ok(Self {
        booking: Reservation::from_row(row.0)?,
        offer: row.text("offer_name")?,
    })
});

/// Whose bookings.
#[derive(Clone, Copy, Debug)]
pub enum BookingsOf<'a> {
    /// At all bays of a partner.
    Owner(&'a str),
    /// On the offer of that number.
    Offer(i64),
    /// By the apps of a partner.
    Driver(&'a str),
}

/// Which of them.
#[derive(Clone, Copy, Debug)]
pub struct BookingPage {
    /// Absent: in any state.
    pub state: Option<ReservationState>,
    /// Those whose start and number come later.
    pub after: (Millis, i64),
    pub limit: u32,
}

/// One of a bay's bookings, in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BriefBooking {
    pub name: Arc<str>,
    pub state: ReservationState,
    pub span: Span,
}

/// What an owner has made of a bay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedBay {
    /// The offer that it is on, if that is not withdrawn.
    pub offer: Option<(Arc<str>, OfferState)>,
    /// What keeps the bay and has begun.
    pub now: Option<BriefBooking>,
    /// The next after that.
    pub next: Option<BriefBooking>,
}

struct BayRow {
    bay: String,
    of: OwnedBay,
}

from_row!(BayRow, |row| {
    let state = row.maybe_text::<String>("offer_state")?;
    let offer = row.maybe_text("offer_name")?;
    let brief = |[name, state, start, end]: [&'static str; 4]| {
        let state = row.maybe_text::<String>(state)?;
        let span = row.maybe_time(start)?.zip(row.maybe_time(end)?);
        let state = state.as_deref().and_then(ReservationState::parse);
        let span = span.and_then(|(start, end)| Span::new(start, end));
        let name = row.maybe_text(name)?;
        let all = name.zip(state).zip(span);
        Ok::<_, sqlx::Error>(all.map(|((name, state), span)| BriefBooking { name, state, span }))
    };
    Ok(Self {
        bay: row.text("bay")?,
        of: OwnedBay {
            offer: offer.zip(state.as_deref().and_then(OfferState::parse)),
            now: brief(["now_name", "now_state", "now_start", "now_end"])?,
            next: brief(["next_name", "next_state", "next_start", "next_end"])?,
        },
    })
});

/// Followed by a condition on `r` (reservation) with $2 and $3 the start and number before.
macro_rules! select_owned {
    ($which:literal) => {
        concat!(
            "SELECT r.*, b.bay AS bay_id, m.bay AS moved_from_id, o.name AS offer_name FROM reservation r ",
            "JOIN shared_bay b ON b.id = r.bay JOIN offer o ON o.id = r.offer ",
            "LEFT JOIN shared_bay m ON m.id = r.moved_from ",
            "WHERE ", $which, " AND (r.start_at, r.id) > ($2, $3) ORDER BY r.start_at, r.id LIMIT $4"
        )
    };
}

const OF_OWNER: &str = select_owned!("r.owner = $1");
const OF_OWNER_IN_STATE: &str = select_owned!("r.owner = $1 AND r.state = $5");
const OF_OFFER: &str = select_owned!("r.offer = $1");
const OF_OFFER_IN_STATE: &str = select_owned!("r.offer = $1 AND r.state = $5");

const OF_DRIVER: &str = select_owned!("r.driver = $1");
const OF_DRIVER_IN_STATE: &str = select_owned!("r.driver = $1 AND r.state = $5");

/// Every page, and the index it goes by.
#[cfg(test)]
pub(super) const PAGES: [(&str, &str); 7] = [
    (OF_OWNER, "reservation_owner"),
    (OF_OWNER_IN_STATE, "reservation_owner_state"),
    (OF_OFFER, "reservation_offer"),
    (OF_OFFER_IN_STATE, "reservation_offer_state"),
    (OF_DRIVER, "reservation_driver"),
    (OF_DRIVER_IN_STATE, "reservation_driver_state"),
    (BAYS, "reservation_seat"),
];

/// Bays of one statement: the same text whatever their number, so that it is prepared once.
const AT_ONCE: usize = 32;

/// The offer, what keeps each bay at a moment and what comes next; $1 is the owner and $2 the moment.
/// `free_at` is not looked at: a stay that has run over keeps its bay.
const BAYS: &str = "SELECT b.bay, o.name AS offer_name, o.state AS offer_state, \
     n.name AS now_name, n.state AS now_state, n.start_at AS now_start, n.end_at AS now_end, \
     x.name AS next_name, x.state AS next_state, x.start_at AS next_start, x.end_at AS next_end \
     FROM shared_bay b \
     LEFT JOIN offer o ON o.bay = b.id AND o.state <> 'withdrawn' AND o.owner = $1 \
     LEFT JOIN reservation n ON (n.owner = $1 OR b.owner = $1) AND n.id = (SELECT r.id FROM reservation r \
         WHERE r.seat = b.id AND r.start_at <= $2 ORDER BY r.start_at DESC LIMIT 1) \
     LEFT JOIN reservation x ON (x.owner = $1 OR b.owner = $1) AND x.id = (SELECT r.id FROM reservation r \
         WHERE r.seat = b.id AND r.start_at > $2 ORDER BY r.start_at LIMIT 1) \
     WHERE b.bay IN ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
         $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)";

impl Store {
    /// A page of what was booked, by start and then by number.
    pub async fn owned_bookings(
        &self,
        of: BookingsOf<'_>,
        page: BookingPage,
    ) -> Result<Vec<OwnedBooking>, StoreError> {
        let (start, id) = page.after;
        let start = sql(start);
        let limit = i64::from(page.limit);
        let partner = match of {
            BookingsOf::Owner(partner) => Some((partner, [OF_OWNER, OF_OWNER_IN_STATE])),
            BookingsOf::Driver(partner) => Some((partner, [OF_DRIVER, OF_DRIVER_IN_STATE])),
            BookingsOf::Offer(_) => None,
        };
        if let Some((partner, [any, in_state])) = partner {
            let text = if page.state.is_some() { in_state } else { any };
            let found = reading!(self, db => {
                let ask = sqlx::query_as(text).bind(partner).bind(start).bind(id).bind(limit);
                let ask = match page.state {
                    Some(state) => ask.bind(state.name()),
                    None => ask,
                };
                ask.fetch_all(db).await
            });
            return Ok(found?);
        }
        let BookingsOf::Offer(offer) = of else {
            return Ok(Vec::new());
        };
        let found = match page.state {
            None => reading!(self, db => {
                let ask = sqlx::query_as(OF_OFFER).bind(offer).bind(start).bind(id).bind(limit);
                ask.fetch_all(db).await
            }),
            Some(state) => reading!(self, db => {
                let ask = sqlx::query_as(OF_OFFER_IN_STATE).bind(offer).bind(start).bind(id);
                ask.bind(limit).bind(state.name()).fetch_all(db).await
            }),
        };
        Ok(found?)
    }

    /// Up to `limit` that stand at a partner's bays on another's offer, by start and then by number, after
    /// those. Dear: looks through all bays that were ever on offer.
    pub async fn standing_at(
        &self,
        owner: &str,
        (start, id): (Millis, i64),
        limit: u32,
    ) -> Result<Vec<OwnedBooking>, StoreError> {
        Ok(reading!(self, db => {
            let ask = sqlx::query_as(AT_BAYS).bind(owner).bind(sql(start)).bind(id);
            ask.bind(i64::from(limit)).fetch_all(db).await
        })?)
    }

    /// What `owner` has made of each of these bays, those left out of which nothing is known.
    pub async fn owned_bays(
        &self,
        owner: &str,
        bays: &[Arc<str>],
        now: Millis,
    ) -> Result<HashMap<String, OwnedBay>, StoreError> {
        let mut found = HashMap::with_capacity(bays.len());
        for some in bays.chunks(AT_ONCE) {
            // Too few are made up by the last of them.
            let padded = some.iter().chain(some.last().into_iter().cycle());
            let names = padded.take(AT_ONCE);
            let rows: Vec<BayRow> = reading!(self, db => {
                let ask = sqlx::query_as(BAYS).bind(owner).bind(sql(now));
                names.fold(ask, |ask, bay| ask.bind(&**bay)).fetch_all(db).await
            })?;
            found.extend(rows.into_iter().map(|row| (row.bay, row.of)));
        }
        Ok(found)
    }
}
