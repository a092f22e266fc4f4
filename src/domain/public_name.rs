//! Names that are drawn, as they are written. Pure: the bits come from who draws.

/// Of 80 bits: it cannot be guessed, and says nothing of how many there are.
#[must_use]
pub fn public_name(kind: &str, bits: u128) -> String {
    format!("{kind}_{}", digits_of(bits, 16))
}

/// Of 5 bits each, the lowest first; at most 25.
#[must_use]
pub fn digits_of(bits: u128, count: usize) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    (0..count)
        .map(|at| char::from(DIGITS[(bits >> (5 * at) & 31) as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_kind_and_sixteen_digits() {
        assert_eq!(public_name("or", 0), "or_0000000000000000");
        assert_eq!(public_name("rv", u128::MAX), "rv_zzzzzzzzzzzzzzzz");
        assert_eq!(digits_of(31 | 10 << 5, 3), "za0");
    }
}
