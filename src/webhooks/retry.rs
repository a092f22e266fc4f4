//! When a message that was not taken is sent again. Pure: the dice are passed in.

/// Between two attempts, s; after the last the endpoint is disabled. Some 75 hours.
const STEPS_S: [u64; 9] = [
    5,
    5 * 60,
    30 * 60,
    2 * 3600,
    5 * 3600,
    10 * 3600,
    14 * 3600,
    20 * 3600,
    24 * 3600,
];

/// As long as is waited at an endpoint's wish at most, ms: a day.
const LONGEST_MS: u64 = 24 * 3600 * 1000;

/// How long after `attempts` that have failed the next is made, ms: the step, a fifth more or less by
/// `die` (0 to 1), and not before the endpoint wishes, `retry_after_ms`. `None`: no more are made.
#[must_use]
pub(super) fn wait_ms(attempts: u32, die: f64, retry_after_ms: Option<u64>) -> Option<u64> {
    let step = STEPS_S.get(attempts.checked_sub(1)? as usize)? * 1000;
    let jittered = (step as f64 * (0.8 + 0.4 * die.clamp(0.0, 1.0))) as u64;
    let wished = retry_after_ms.unwrap_or(0).min(LONGEST_MS);
    Some(jittered.max(wished))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_more_attempts_are_made_ever_later_a_fifth_more_or_less() {
        let whole: u64 = (1..=9).map(|n| wait_ms(n, 0.5, None).unwrap()).sum();
        assert_eq!(whole / 1000, 5 + 300 + 1_800 + 3_600 * 75);
        assert_eq!(wait_ms(1, 0.0, None), Some(4_000));
        assert_eq!(wait_ms(1, 1.0, None), Some(6_000));
        assert_eq!(wait_ms(10, 0.5, None), None);
        assert_eq!(wait_ms(0, 0.5, None), None);
    }

    #[test]
    fn an_endpoint_s_wish_is_heeded_within_reason() {
        assert_eq!(wait_ms(1, 0.5, Some(60_000)), Some(60_000));
        assert_eq!(wait_ms(2, 0.5, Some(60_000)), Some(300_000));
        assert_eq!(wait_ms(1, 0.5, Some(u64::MAX)), Some(24 * 3_600_000));
    }
}
