//! Endpoints of a partner who is suspended: nothing reaches them, and what was noted waits.

use super::*;
use crate::store::PartnerChange;

impl House {
    /// As the issuer of keys does it: the store first, then who follows.
    async fn suspend(&self, suspended: bool) {
        let change = PartnerChange {
            suspended: Some(suspended),
            ..PartnerChange::default()
        };
        let changed = self.store.change_partner(PARTNER, change).await;
        assert_eq!(changed.unwrap().suspended, suspended);
        let now = self.store.suspended_partners().await.unwrap();
        self.suspended.send_replace(now);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_suspended_is_called_by_nothing_and_told_what_waited_when_let_in_again() {
    let house = House::new().await;
    house.store.ensure_partners(&[PARTNER], NOW).await.unwrap();
    let receiver = Receiver::start(|_| Behaviour::Status(200)).await;
    let hook = house.hook(&receiver.url, &["partner.*"]).await;
    house.happens(&[&hook], 0).await;
    until("one is told", async || receiver.got().len() == 1).await;
    house.suspend(true).await;
    let endpoints = &house.metrics.webhooks.endpoints;
    until("nobody is told", async || endpoints.get() == 0).await;
    house.happens(&[&hook], 1).await;
    house.happens(&[&hook], 2).await;
    // By a key of the configuration, which is good all the same.
    let scopes = crate::partners::Scope::ALL.into_iter().collect();
    let tried = house.desk.test((PARTNER, scopes), &hook.id).await.unwrap();
    assert!(tried.why.unwrap().contains("suspended"));
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(whats(&receiver), [0]);
    let backlog = house.store.delivery_backlog().await.unwrap();
    assert_eq!(backlog.rows, 0, "an operator is not warned of it");
    // For a month, and no longer.
    house.store.sweep_deliveries(NOW).await.unwrap();
    assert_eq!(house.log(&hook).await.len(), 3);
    house.suspend(false).await;
    until("the rest is told", async || receiver.got().len() == 3).await;
    assert_eq!(whats(&receiver), [0, 1, 2]);
    house.suspend(true).await;
    house.store.sweep_deliveries(NOW.plus(1)).await.unwrap();
    assert_eq!(house.log(&hook).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_suspended_is_known_from_the_issuer_at_once_and_the_store_is_not_asked() {
    let house = House::new().await;
    let receiver = Receiver::start(|_| Behaviour::Status(200)).await;
    house.hook(&receiver.url, &["partner.*"]).await;
    let endpoints = &house.metrics.webhooks.endpoints;
    until("one is told", async || endpoints.get() == 1).await;
    // The store says nothing of it.
    let away = [PARTNER.to_owned()].into();
    house.suspended.send_replace(away);
    until("nobody is told", async || endpoints.get() == 0).await;
    house.suspended.send_replace(BTreeSet::new());
    until("one is told again", async || endpoints.get() == 1).await;
}
