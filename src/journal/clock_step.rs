//! When the hub's clock is put back: how far it is behind ingest time, which never goes back.
//!
//! Promises: the stream hears of it with the first claims or tick after the step, then as the clock
//! catches up, once a second, and when it has; `/readyz` and the log name it. Dear: 8 KiB of journal
//! a second while it lasts.

use crate::domain::{Claim, Millis, SHARDS};

/// A step that counts, ms: less is what a well-kept clock does now and then.
const STEP_MS: u64 = 1000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct ClockStep {
    behind_ms: u64,
}

/// What there is to say of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Put back, by so many ms.
    Back(u64),
    /// Still behind.
    Behind(u64),
    CaughtUp,
}

impl ClockStep {
    /// Where the clock is, when ingest time has reached `last`; `None` when that was said already.
    pub(super) fn news(&mut self, last: Millis, clock: Millis) -> Option<Step> {
        let behind = match last.since(clock) {
            little if little < STEP_MS => 0,
            ms => ms,
        };
        let was = self.behind_ms;
        if behind.abs_diff(was) < STEP_MS && (behind == 0) == (was == 0) {
            return None;
        }
        self.behind_ms = behind;
        Some(match behind {
            0 => Step::CaughtUp,
            ms if ms > was => Step::Back(ms),
            ms => Step::Behind(ms),
        })
    }

    /// The same for every shard of the stream.
    pub(super) fn claims(&self) -> impl Iterator<Item = Claim> {
        let behind_ms = self.behind_ms;
        (0..SHARDS).map(move |shard| Claim::Clock { shard, behind_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_back_is_said_once_a_second_until_the_clock_has_caught_up() {
        let mut step = ClockStep::default();
        let last = Millis(100_000);
        let said = [
            100_000, 99_500, 40_000, 40_900, 41_000, 30_000, 99_500, 100_000,
        ]
        .map(|clock| step.news(last, Millis(clock)));
        assert_eq!(
            said,
            [
                None,
                None,
                Some(Step::Back(60_000)),
                None,
                Some(Step::Behind(59_000)),
                Some(Step::Back(70_000)),
                Some(Step::CaughtUp),
                None,
            ]
        );
        assert_eq!(step.claims().count(), SHARDS as usize);
    }
}
