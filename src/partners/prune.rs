//! Keys that are good no more, forgotten in time: who makes and revokes keys all day must not fill the
//! store.
//!
//! Promise: of each partner the newest are listed still, and no good key is touched.

use super::issue_error::IssueError;
use super::issuer::Issuer;

/// Keys of a partner that are revoked or over and stay listed.
const KEPT: u32 = 100;

impl Issuer {
    /// Forgets dead keys beyond those that stay listed; how many. Call it now and then.
    ///
    /// # Errors
    /// The store's.
    pub async fn prune(&self) -> Result<u64, IssueError> {
        let pruned = self.store.prune_keys(self.clock.now(), KEPT).await;
        pruned.map_err(IssueError::Store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Clock as _;
    use crate::partners::issuer_tests::{ask, configured, house};
    use crate::partners::{KeyId, KeyRequest};

    #[tokio::test]
    async fn of_dead_keys_the_newest_stay_listed_and_good_ones_are_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let house = house(dir.path(), &[configured("root", "bh_root")])
            .await
            .unwrap();
        let issuer = &house.issuer;
        issuer.ensure_partner("lta").await.unwrap();
        issuer.ensure_partner("other").await.unwrap();
        let made = async |name: String, partner: &str| {
            let partner = partner.to_owned();
            let ask = KeyRequest {
                name,
                partner,
                ..ask("x")
            };
            issuer.create(ask).await.unwrap().1.id
        };
        let good = made("good".to_owned(), "lta").await;
        let others = made("others".to_owned(), "other").await;
        issuer.revoke(&others).await.unwrap();
        let ends_at = house.clock.now().plus(1_000);
        let ends = KeyRequest {
            name: "ends".to_owned(),
            partner: "lta".to_owned(),
            expires_at: Some(ends_at),
            ..ask("x")
        };
        issuer.create(ends).await.unwrap();
        let mut last = good.clone();
        for n in 0..KEPT + 5 {
            last = made(format!("k{n}"), "lta").await;
            issuer.revoke(&last).await.unwrap();
        }
        assert_eq!(issuer.prune().await, Ok(5));
        house.clock.advance(1_000);
        assert_eq!(
            issuer.prune().await,
            Ok(1),
            "one is over now, and the oldest"
        );
        assert_eq!(issuer.prune().await, Ok(0));
        let listed = issuer.list(None, 1_000, None).await.unwrap();
        let is_listed = |id: &KeyId| listed.iter().any(|key| key.id == *id);
        assert!(is_listed(&good) && is_listed(&others) && is_listed(&last));
        let of_lta = listed
            .iter()
            .filter(|key| key.partner == "lta" && key.revoked_at.is_some());
        assert_eq!(of_lta.count(), KEPT as usize);
    }
}
