//! Two key rooms on one store: each comes to what the store says, and no further.

use super::issuer_tests::{NOW, ask, configured, house};
use super::*;
use crate::domain::{Area, Standing};
use crate::store::StoreError;

#[tokio::test]
async fn what_another_has_made_changed_and_revoked_is_known_after_a_look() {
    let dir = tempfile::tempdir().unwrap();
    let first = house(dir.path(), &[]).await.unwrap();
    first.issuer.add_partner("lta").await.unwrap();
    let second = house(dir.path(), &[]).await.unwrap();
    let (key, info) = first.issuer.create(ask("lamps")).await.unwrap();
    let key = key.expose();
    assert!(second.keys.grant(key, NOW).is_none());
    second.issuer.refresh().await.unwrap();
    let held = second.keys.grant(key, NOW).unwrap();

    let change = KeyChange {
        area: Some(Area::of(vec![SourcePattern::parse("Z").unwrap()], vec![]).unwrap()),
        standing: Some(Standing::Trusted),
    };
    first.issuer.entrust(&info.id, change).await.unwrap();
    second.issuer.refresh().await.unwrap();
    let now = held.remit.now();
    assert!(now.area != Area::All && now.backing.of_trusted_key());
    assert!(held.pass.is_good(NOW), "whoever is in stays in");
    second.issuer.refresh().await.unwrap();
    assert!(held.pass.is_good(NOW), "nothing has changed");

    first.issuer.revoke(&info.id).await.unwrap();
    second.issuer.refresh().await.unwrap();
    assert!(second.keys.grant(key, NOW).is_none() && !held.pass.is_good(NOW));
}

#[tokio::test]
async fn what_a_key_opened_ends_if_somebody_lets_it_do_other_things() {
    let dir = tempfile::tempdir().unwrap();
    let here = house(dir.path(), &[]).await.unwrap();
    here.issuer.add_partner("lta").await.unwrap();
    let (key, made) = here.issuer.create(ask("lamps")).await.unwrap();
    let digest = Keys::digest(key.expose());
    let held = here.keys.grant(key.expose(), NOW).unwrap();
    let KeyId::Stored(id) = made.id else {
        panic!("{:?}", made.id)
    };
    let mut other = made.clone();
    assert!(!here.keys.follow(digest, &other, id) && held.pass.is_good(NOW));
    other.scopes = [Scope::Monitor].into_iter().collect();
    assert!(here.keys.follow(digest, &other, id) && !held.pass.is_good(NOW));
    let held = here.keys.grant(key.expose(), NOW).unwrap();
    assert!(held.scopes.has(Scope::Monitor) && !held.scopes.has(Scope::Report));
    other.expires_at = Some(NOW.plus(1));
    assert!(here.keys.follow(digest, &other, id) && !here.keys.follow(digest, &other, id));
    // A sooner end reaches what is open, and ends it then.
    assert!(held.pass.is_good(NOW) && !held.pass.is_good(NOW.plus(1)));
    assert!(here.keys.grant(key.expose(), NOW.plus(1)).is_none());
}

#[tokio::test]
async fn keys_of_the_configuration_stay_whatever_the_store_says() {
    let dir = tempfile::tempdir().unwrap();
    let other = house(dir.path(), &[]).await.unwrap();
    other.issuer.add_partner("lta").await.unwrap();
    let here = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    let (key, _) = other.issuer.create(ask("root")).await.unwrap();
    here.issuer.refresh().await.unwrap();
    assert!(here.keys.grant("bh_root", NOW).is_some());
    assert!(
        here.keys.grant(key.expose(), NOW).is_none(),
        "its name is taken here"
    );
}

#[tokio::test]
async fn a_revocation_that_could_not_be_stored_is_stored_later() {
    let dir = tempfile::tempdir().unwrap();
    let here = house(dir.path(), &[]).await.unwrap();
    here.issuer.add_partner("lta").await.unwrap();
    let (key, made) = here.issuer.create(ask("lamps")).await.unwrap();
    let (other, _) = here.issuer.create(ask("gates")).await.unwrap();
    here.store.hide_keys().await;
    let failed = here.issuer.revoke(&made.id).await.unwrap_err();
    assert!(
        matches!(failed, IssueError::Store(StoreError::Failed(_))),
        "{failed:?}"
    );
    assert!(here.keys.grant(key.expose(), NOW).is_none() && here.issuer.owes().await);
    assert!(here.issuer.refresh().await.is_err());
    assert!(
        here.keys.grant(other.expose(), NOW).is_some(),
        "the doors are as they were"
    );
    here.store.show_keys().await;
    here.issuer.refresh().await.unwrap();
    assert!(here.keys.grant(key.expose(), NOW).is_none() && !here.issuer.owes().await);
    let next = house(dir.path(), &[]).await.unwrap();
    assert!(next.keys.grant(key.expose(), NOW).is_none());
    assert!(next.keys.grant(other.expose(), NOW).is_some());
}
