//! Whose account something is taken from: a key's, as every door knows it.
//!
//! Promises: all clones are one account, also of what a key has opened before it was changed; its
//! number is unique in the process and means nothing outside it.

use super::usage::{CallClass, Usage, UsageKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

/// Nobody has counted yet.
const UNCOUNTED: u32 = u32::MAX;

/// What one key has of what all share.
#[derive(Clone, Debug)]
pub struct KeyAccount(Arc<AccountState>);

#[derive(Debug)]
struct AccountState {
    number: u32,
    /// Sources it may speak for that are enrolled.
    enrolled: AtomicU32,
    /// As many may be.
    most: u32,
    usage: Usage,
    /// A bit for each class whose quota was nearly used up.
    pressed: AtomicU8,
}

// A bit each.
const _: () = assert!(CallClass::COUNT <= 8);

impl KeyAccount {
    /// One whose key may enrol sources until it has `most`.
    #[must_use]
    pub fn new(number: u32, most: u32) -> Self {
        Self(Arc::new(AccountState {
            number,
            enrolled: AtomicU32::new(UNCOUNTED),
            most,
            usage: Usage::default(),
            pressed: AtomicU8::new(0),
        }))
    }

    /// Counts `n` more of what its holder has made of the hub.
    #[inline]
    pub fn count(&self, kind: UsageKind, n: u64) {
        self.0.usage.add(kind, n);
    }

    /// What was counted and not yet taken out.
    #[must_use]
    pub fn usage(&self) -> &Usage {
        &self.0.usage
    }

    /// Notes that its quota of that class is nearly used up.
    #[inline]
    pub fn press(&self, class: CallClass) {
        let bit = 1 << class as u8;
        // Mostly it is known already, and what is only read is not taken from other threads.
        if self.0.pressed.load(Relaxed) & bit == 0 {
            self.0.pressed.fetch_or(bit, Relaxed);
        }
    }

    /// The classes that this was noted of since it was last asked.
    pub fn take_pressed(&self) -> impl Iterator<Item = CallClass> {
        let bits = self.0.pressed.swap(0, Relaxed);
        CallClass::ALL
            .into_iter()
            .filter(move |class| bits & (1 << *class as u8) != 0)
    }

    /// How many hold it, this one included: each may count yet.
    #[must_use]
    pub fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    /// Tells it from every other account of this process.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.0.number
    }

    /// Takes room for one more source. `known` counts those that it has; it is asked once in the
    /// account's life.
    ///
    /// # Errors
    /// How many it may have, which it has.
    pub fn enrol(&self, known: impl FnOnce() -> u32) -> Result<(), u32> {
        let own = &self.0;
        if own.enrolled.load(Relaxed) == UNCOUNTED {
            let known = known().min(UNCOUNTED - 1);
            // Who was quicker has counted the same.
            let _ = own
                .enrolled
                .compare_exchange(UNCOUNTED, known, Relaxed, Relaxed);
        }
        let more = |n: u32| (n < own.most).then_some(n + 1);
        let taken = own.enrolled.fetch_update(Relaxed, Relaxed, more);
        taken.map(drop).map_err(|_| own.most)
    }

    /// Gives the room of one back: it could not be enrolled.
    pub fn forgo(&self) {
        let less = |n: u32| (n != UNCOUNTED).then(|| n.saturating_sub(1));
        let _ = self.0.enrolled.fetch_update(Relaxed, Relaxed, less);
    }
}

impl Default for KeyAccount {
    /// An account of nobody's, without a bound: of what the hub itself says.
    fn default() -> Self {
        Self::new(0, UNCOUNTED - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_taken_up_to_the_bound_counting_those_that_are_known() {
        let account = KeyAccount::new(1, 3);
        let same = account.clone();
        assert_eq!(account.enrol(|| 2), Ok(()));
        assert_eq!(same.enrol(|| unreachable!("it is counted")), Err(3));
        account.forgo();
        assert_eq!(same.enrol(|| 0), Ok(()));
        assert_eq!(KeyAccount::new(2, 3).enrol(|| 7), Err(3));
    }

    #[test]
    fn that_a_quota_is_nearly_used_up_is_told_once() {
        let account = KeyAccount::default();
        for class in [CallClass::Search, CallClass::Admin, CallClass::Search] {
            account.press(class);
        }
        let told: Vec<_> = account.take_pressed().collect();
        assert_eq!(told, [CallClass::Search, CallClass::Admin]);
        assert_eq!(account.take_pressed().count(), 0);
    }
}
