//! Partners that have named themselves: that an operator has the same name makes nothing theirs.
//!
//! Promises: all clones are one set; to ask takes no lock and, while nobody has signed up, no hash.

use arc_swap::ArcSwap;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// See the module. Bounded by the partners there are.
#[derive(Clone, Debug, Default)]
pub struct SelfNamed(Arc<SelfNamedState>);

#[derive(Debug, Default)]
struct SelfNamedState {
    names: ArcSwap<HashSet<Arc<str>>>,
    changes: AtomicU64,
}

impl SelfNamed {
    /// Whether the partner of that name has chosen it by itself and nobody has vouched for it.
    #[must_use]
    pub fn has(&self, partner: &str) -> bool {
        let names = self.0.names.load();
        !names.is_empty() && names.contains(partner)
    }

    /// Those and no others from now on.
    pub fn replace(&self, names: impl IntoIterator<Item = String>) {
        let new: HashSet<Arc<str>> = names.into_iter().map(Arc::from).collect();
        if **self.0.names.load() != new {
            self.0.names.store(Arc::new(new));
            self.0.changes.fetch_add(1, Ordering::Release);
        }
    }

    /// Another number whenever they have changed.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reaches_every_clone_and_what_is_the_same_is_none() {
        let held = SelfNamed::default();
        let clone = held.clone();
        assert!(!clone.has("acme"));
        held.replace(["acme".to_owned()]);
        held.replace(["acme".to_owned()]);
        assert!(clone.has("acme") && !clone.has("Acme") && clone.changes() == 1);
        held.replace([]);
        assert!(!clone.has("acme") && clone.changes() == 2);
    }
}
