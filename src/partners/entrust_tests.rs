//! A key that an administrator entrusts anew: at the doors, in the store, and after a restart.

use super::issuer_tests::{NOW, ask, configured, house};
use super::*;
use crate::domain::{Area, IdPattern, Standing};

#[tokio::test]
async fn a_key_is_entrusted_anew_for_who_is_in_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let config = [configured("root", "bh_root")];
    let first = house(dir.path(), &config).await.unwrap();
    let (key, info) = first.issuer.create(ask("lamps")).await.unwrap();
    let held = first.keys.grant(key.expose(), NOW).unwrap().remit.clone();
    assert!(held.now().area == Area::All && !held.now().backing.of_trusted_key());

    let area = Area::of(vec![IdPattern::parse("T*").unwrap()], vec!["HDB".into()]).unwrap();
    let change = KeyChange {
        area: Some(area.clone()),
        standing: None,
    };
    let shown = first.issuer.entrust(&info.id, change).await.unwrap();
    assert_eq!(
        (&shown.area, shown.standing),
        (&area, Standing::Unproven),
        "what is not named stays"
    );
    let change = KeyChange {
        standing: Some(Standing::Trusted),
        ..KeyChange::default()
    };
    first.issuer.entrust(&info.id, change).await.unwrap();
    let second = house(dir.path(), &config).await.unwrap();
    let stored = second.keys.grant(key.expose(), NOW).unwrap().remit.clone();
    for remit in [held, stored] {
        let now = remit.now();
        assert!(now.area == area && now.backing.of_trusted_key());
    }
    let root = KeyId::Config("root".into());
    let none = KeyId::Stored(99);
    for (id, fault) in [
        (root, IssueError::Fixed("root".into())),
        (none, IssueError::NoSuchKey),
    ] {
        let e = first.issuer.entrust(&id, KeyChange::default()).await;
        assert_eq!(e.unwrap_err(), fault);
    }
}
