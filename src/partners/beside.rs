//! Who makes keys of the sandbox, for the hub that it stands beside: the sandbox has a store of its
//! own, comes later than the hub, and may be away.

use super::issue_error::IssueError;
use super::issuer::Issuer;
use crate::store::StoreError;
use std::sync::{Arc, PoisonError, RwLock};

/// The sandbox's issuer, while it runs. Locks are held for a look.
#[derive(Debug, Default)]
pub struct SandboxIssuer(RwLock<Option<Arc<Issuer>>>);

impl SandboxIssuer {
    /// It runs, or does not any more.
    pub fn lead_to(&self, issuer: Option<Arc<Issuer>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = issuer;
    }

    /// The issuer of keys `bh_test_...`: its keys are good in the sandbox, when they are answered.
    ///
    /// # Errors
    /// [`IssueError::Store`] while the sandbox does not run: later, it may.
    pub fn get(&self) -> Result<Arc<Issuer>, IssueError> {
        let issuer = self.0.read().unwrap_or_else(PoisonError::into_inner);
        issuer.clone().ok_or_else(|| {
            let why = "the sandbox does not run now".to_owned();
            IssueError::Store(StoreError::Unreachable(why))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::realm::TEST_KEY;
    use crate::partners::KeySpace;

    #[test]
    fn what_the_sandbox_makes_begins_so_that_its_door_knows_it() {
        assert_eq!(KeySpace::Test.prefix(), TEST_KEY);
    }

    #[test]
    fn a_sandbox_that_is_away_makes_no_keys_and_says_so() {
        let away = SandboxIssuer::default().get().unwrap_err().to_string();
        assert!(away.contains("does not run now"), "{away}");
    }
}
