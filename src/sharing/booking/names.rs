//! Names that are drawn: of offers and reservations, and the secrets of calendars.

use crate::domain::offer::CalendarToken;
use rand::RngExt as _;

/// 80 random bits: it cannot be guessed, and says nothing of how many there are.
pub(super) fn public_name(kind: &str) -> String {
    format!("{kind}_{}", random_digits(16))
}

/// 125 random bits: a secret.
pub(in crate::sharing) fn calendar_token() -> CalendarToken {
    CalendarToken(random_digits(25).into())
}

/// Of 5 bits each; at most 25.
fn random_digits(count: usize) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let bits: u128 = rand::rng().random();
    (0..count)
        .map(|at| char::from(DIGITS[(bits >> (5 * at) & 31) as usize]))
        .collect()
}
