//! When entities that were not taken are sent again: soon, and as they are then. Pure: the dice are
//! passed in.

/// The longest wait between two attempts, ms.
const LONGEST_MS: u64 = 300_000;

/// As long as is waited at an endpoint's wish at most, ms.
const WISHED_MS: u64 = 3_600_000;

/// How long after `failed` attempts in a row, 1 or more, the next is made, ms: a second, then twice as
/// long each time, a fifth more or less by `die` (0 to 1), and not before the endpoint wishes.
pub(in crate::webhooks) fn pause_ms(failed: u32, die: f64, retry_after_ms: Option<u64>) -> u64 {
    let doubled = 1_000_u64 << failed.saturating_sub(1).min(10);
    let step = doubled.min(LONGEST_MS) as f64;
    let jittered = (step * (0.8 + 0.4 * die.clamp(0.0, 1.0))) as u64;
    jittered.max(retry_after_ms.unwrap_or(0).min(WISHED_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_five_minutes_and_a_wish_is_heeded_within_reason() {
        let waits: Vec<u64> = (1..=12).map(|n| pause_ms(n, 0.5, None)).collect();
        assert_eq!(waits[..4], [1_000, 2_000, 4_000, 8_000]);
        assert_eq!(waits[8..], [256_000, 300_000, 300_000, 300_000]);
        assert_eq!(pause_ms(1, 0.0, None), 800);
        assert_eq!(pause_ms(1, 1.0, Some(60_000)), 60_000);
        assert_eq!(pause_ms(u32::MAX, 0.5, Some(u64::MAX)), 3_600_000);
    }
}
