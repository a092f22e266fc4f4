//! What stands behind the words of a partner's key.

use crate::domain::{Area, Backing, Remit, Standing};
use sha2::{Digest as _, Sha256};

/// ln(0.9 / 0.1), in 1/8 nat.
const TRUSTED_WEIGHT: i8 = 17;

/// The remit of a partner's key.
///
/// The partner's number, by which a claim's entry in the journal tells partners apart, is the low
/// bits of the first byte of the SHA-256 of its name: the same at every start and every hub. Two
/// partners may share one.
///
/// What an app of a trusted key says weighs as much as the word of somebody who is right nine times
/// of ten; of an unproven one nothing: until sensors have shown more of its contributors, see
/// [`ContributorDesk`](super::ContributorDesk).
#[must_use]
pub fn remit(area: Area, standing: Standing, partner: &str) -> Remit {
    let [number, ..]: [u8; 32] = Sha256::digest(partner.as_bytes()).into();
    let trusted = standing == Standing::Trusted;
    let weight = if trusted { TRUSTED_WEIGHT } else { 0 };
    Remit {
        area,
        partner: partner.into(),
        backing: Backing::of_key(trusted, number).of_contributor(0, weight, false),
    }
}
