//! Names that are drawn: of offers and reservations, and the secrets of calendars.

use crate::domain::offer::CalendarToken;
use crate::domain::public_name as named;

/// 80 random bits: it cannot be guessed, and says nothing of how many there are.
pub(super) fn public_name(kind: &str) -> String {
    named::public_name(kind, rand::random())
}

/// 125 random bits: a secret.
pub(in crate::sharing) fn calendar_token() -> CalendarToken {
    CalendarToken(named::digits_of(rand::random(), 25).into())
}
