//! How long a group waits for more before it is made durable, when many small messages come.
//!
//! A group costs two system calls and a write of the disk whatever it holds, so where a few messages come
//! in during each of them, ten times as many a group cost a tenth. Promises: none waits where messages
//! are few, nor where groups are large as they are; nor for long where waiting brings nothing in (senders
//! that wait for their acknowledgements send nothing meanwhile), which is found out by trying, seldom.

use std::time::Duration;

/// The most that a message waits for others.
const LONGEST: Duration = Duration::from_millis(1);

/// What is tried first.
const FIRST: Duration = Duration::from_micros(125);

/// So many messages came in during the write before: more are on their way.
const FEW: usize = 4;

/// A group of so many claims is worth a write of its own.
const ENOUGH: usize = 512;

/// Groups after which waiting is tried again where it brought nothing.
const AGAIN: u32 = 1024;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Hold {
    wait: Duration,
    /// Groups since waiting last brought nothing.
    since: u32,
    /// Messages of the group before it waited; 0: it does not.
    before: usize,
}

impl Hold {
    /// How long a group of so many messages and claims, which came in during the write before, waits.
    pub(super) fn begin(&mut self, messages: usize, claims: usize) -> Duration {
        self.before = 0;
        if messages < FEW || claims >= ENOUGH {
            return Duration::ZERO;
        }
        if self.wait.is_zero() {
            self.since += 1;
            if self.since < AGAIN {
                return Duration::ZERO;
            }
            self.since = 0;
            self.wait = FIRST;
        }
        self.before = messages;
        self.wait
    }

    /// So many messages the group had in the end.
    pub(super) fn end(&mut self, messages: usize) {
        if self.before == 0 {
            return;
        }
        let brought = messages - self.before;
        self.wait = if 2 * brought >= self.before {
            (2 * self.wait).min(LONGEST)
        } else if self.wait > FIRST {
            self.wait / 2
        } else {
            Duration::ZERO
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What groups wait in the end, of which so many messages come in during a write of 150 us, and as
    /// many a microsecond of waiting.
    fn waits(messages: usize, a_microsecond: f64) -> Duration {
        let mut hold = Hold::default();
        for _ in 0..4 * AGAIN {
            let wait = hold.begin(messages, messages);
            let more = wait.as_micros() as f64 * a_microsecond;
            hold.end(messages + more as usize);
        }
        hold.wait
    }

    #[test]
    fn none_waits_while_few_come_or_many_are_there() {
        assert_eq!(waits(FEW - 1, 1.0), Duration::ZERO);
        assert_eq!(waits(ENOUGH, 1.0), Duration::ZERO);
    }

    #[test]
    fn where_more_come_groups_wait_a_millisecond_at_most() {
        assert_eq!(waits(8, 8.0 / 150.0), LONGEST);
    }

    #[test]
    fn where_senders_wait_themselves_it_is_tried_once_in_a_thousand_groups() {
        let mut hold = Hold::default();
        let mut waited = 0;
        for _ in 0..10 * AGAIN {
            waited += u32::from(!hold.begin(16, 16).is_zero());
            hold.end(16);
        }
        assert!(waited <= 10, "{waited}");
    }

    #[test]
    fn a_rush_that_is_over_ends_the_waiting() {
        let mut hold = Hold {
            wait: LONGEST,
            ..Hold::default()
        };
        for _ in 0..4 {
            hold.begin(8, 8);
            hold.end(8);
        }
        assert_eq!(hold.wait, Duration::ZERO);
    }
}
