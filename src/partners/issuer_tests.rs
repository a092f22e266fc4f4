//! Keys as they are issued and taken back: what the store keeps and what the doors look up, in
//! step.

use super::*;
use crate::clock::ManualClock;
use crate::domain::{Area, Clock as _, Millis, SourceKind, Standing};
use crate::store::{self, Store, StoreError};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

pub(super) const NOW: Millis = Millis(1_795_399_200_123);

pub(in crate::partners) struct KeyHouse {
    pub(in crate::partners) keys: Arc<Keys>,
    pub(in crate::partners) issuer: Arc<Issuer>,
    pub(in crate::partners) clock: Arc<ManualClock>,
    pub(in crate::partners) store: Store,
}

pub(in crate::partners) async fn house(
    dir: &Path,
    config: &[KeyConfig],
) -> Result<KeyHouse, IssueError> {
    let store = Store::open(&store::Config::default(), dir).await.unwrap();
    let keys = Arc::new(
        Config {
            keys: config.to_vec(),
            sources_per_key: None,
        }
        .keys()
        .unwrap(),
    );
    let clock = Arc::new(ManualClock::at(NOW));
    let issuer = Arc::new(Issuer::open(store.clone(), keys.clone(), config, clock.clone()).await?);
    Ok(KeyHouse {
        keys,
        issuer,
        clock,
        store,
    })
}

pub(in crate::partners) fn configured(name: &str, key: &str) -> KeyConfig {
    KeyConfig {
        name: name.into(),
        partner: "lta".into(),
        sha256: Keys::digest(key),
        scopes: vec![Scope::Admin],
        sources: vec![],
        source_kind: SourceKind::Sensor,
        uplinks: false,
        area: None,
        standing: Standing::Trusted,
    }
}

pub(super) fn ask(name: &str) -> KeyRequest {
    KeyRequest {
        name: name.into(),
        partner: "lta".into(),
        scopes: [Scope::Report].into_iter().collect(),
        sources: vec![
            SourcePattern::parse("x-*").unwrap(),
            SourcePattern::parse("y").unwrap(),
        ],
        source_kind: Some(SourceKind::Gate),
        uplinks: true,
        area: Some(Area::All),
        standing: Standing::Unproven,
        expires_at: None,
    }
}

impl KeyHouse {
    fn opens(&self, key: &str) -> bool {
        self.keys.grant(key, self.clock.now()).is_some()
    }
}

#[tokio::test]
async fn a_key_opens_at_once_and_after_a_restart_until_it_is_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let config = [configured("root", "bh_root")];
    let first = house(dir.path(), &config).await.unwrap();
    let (key, info) = first.issuer.create(ask("lamps")).await.unwrap();
    let key = key.expose().to_owned();
    let id = info.id;
    let grant = first.keys.grant(&key, NOW).unwrap();
    assert!(Keys::may_speak_for(&grant, "x-1") && Keys::may_speak_for(&grant, "y"));
    assert!(
        !Keys::may_speak_for(&grant, "z") && grant.source_kind == SourceKind::Gate && grant.uplinks
    );

    let second = house(dir.path(), &config).await.unwrap();
    let same = second.keys.grant(&key, NOW).unwrap();
    assert_eq!(
        (&same.name, &same.partner, same.scopes),
        (&grant.name, &grant.partner, grant.scopes)
    );
    assert_eq!(
        (&same.sources, same.source_kind, same.uplinks),
        (&grant.sources, grant.source_kind, true)
    );
    second.issuer.revoke(&id).await.unwrap();
    second.issuer.revoke(&id).await.expect("again is no fault");
    assert!(
        !second.opens(&key) && !same.pass.is_good(NOW),
        "what it had opened ends too"
    );

    let third = house(dir.path(), &config).await.unwrap();
    assert!(!third.opens(&key) && third.opens("bh_root"));
}

#[tokio::test]
async fn a_key_ends_at_its_time_by_the_hubs_clock() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    let asked = KeyRequest {
        expires_at: Some(NOW.plus(1000)),
        ..ask("short")
    };
    let (key, _) = house.issuer.create(asked).await.unwrap();
    house.clock.advance(999);
    assert!(house.opens(key.expose()));
    house.clock.advance(1);
    assert!(!house.opens(key.expose()));
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_its_field_and_nothing_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    let star = SourcePattern::parse("*").unwrap();
    for (field, asked) in [
        ("name", ask("")),
        ("name", ask("a b")),
        ("name", ask(&"x".repeat(65))),
        (
            "partner",
            KeyRequest {
                partner: "nobody".into(),
                ..ask("k")
            },
        ),
        (
            "scopes",
            KeyRequest {
                scopes: Scopes::default(),
                ..ask("k")
            },
        ),
        (
            "sources",
            KeyRequest {
                sources: vec![],
                ..ask("k")
            },
        ),
        (
            "sources",
            KeyRequest {
                sources: vec![star; 101],
                ..ask("k")
            },
        ),
        (
            "source_kind",
            KeyRequest {
                source_kind: None,
                ..ask("k")
            },
        ),
        (
            "area",
            KeyRequest {
                area: None,
                ..ask("k")
            },
        ),
        (
            "uplinks",
            KeyRequest {
                scopes: [Scope::Monitor].into_iter().collect(),
                ..ask("k")
            },
        ),
        (
            "expires_at",
            KeyRequest {
                expires_at: Some(NOW),
                ..ask("k")
            },
        ),
    ] {
        let e = house.issuer.create(asked).await.unwrap_err();
        assert!(
            matches!(&e, IssueError::Field { field: f, .. } | IssueError::Missing { field: f, .. }
                if *f == field),
            "{field}: {e:?}"
        );
    }
    assert_eq!(
        house.issuer.create(ask("root")).await.unwrap_err(),
        IssueError::Taken("root".into())
    );
    assert_eq!(house.keys.len(), 1);
    assert!(house.store.keys(0, 10, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn keys_of_the_configuration_are_listed_last_and_only_the_configuration_takes_them_back() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(
        dir.path(),
        &[configured("zoo", "bh_1"), configured("ape", "bh_2")],
    )
    .await
    .unwrap();
    for name in ["m1", "m2", "m3"] {
        house.issuer.create(ask(name)).await.unwrap();
    }
    for limit in 1..7 {
        let mut after = None;
        let mut seen = Vec::new();
        loop {
            let page = house
                .issuer
                .list(after.as_ref(), limit, Some("lta"))
                .await
                .unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = KeyId::parse(&last.id.to_string());
            seen.extend(page.into_iter().map(|k| k.name));
        }
        assert_eq!(seen, ["m1", "m2", "m3", "ape", "zoo"], "{limit} a page");
    }
    assert!(
        house
            .issuer
            .list(None, 10, Some("nobody"))
            .await
            .unwrap()
            .is_empty()
    );
    let zoo = KeyId::Config("zoo".into());
    assert_eq!(
        house.issuer.revoke(&zoo).await.unwrap_err(),
        IssueError::Fixed("zoo".into())
    );
    assert!(house.opens("bh_1"));
    for nobody in [KeyId::Stored(999), KeyId::Config("nobody".into())] {
        assert_eq!(
            house.issuer.revoke(&nobody).await.unwrap_err(),
            IssueError::NoSuchKey
        );
    }
    assert_eq!(
        house.issuer.partners(0, 10).await.unwrap()[0].name,
        "lta",
        "the configuration's are partners too"
    );
}

#[tokio::test]
async fn a_configuration_that_takes_a_name_of_the_store_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let first = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    let (_, info) = first.issuer.create(ask("lamps")).await.unwrap();
    let clash = [configured("lamps", "bh_x")];
    let e = house(dir.path(), &clash).await.err();
    assert_eq!(e, Some(IssueError::Taken("lamps".into())));
    first.issuer.revoke(&info.id).await.unwrap();
    assert!(
        house(dir.path(), &clash).await.is_ok(),
        "one that is revoked is in nobody's way"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_at_once_are_a_hundred_keys() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let issuer = house.issuer.clone();
            tokio::spawn(async move { issuer.create(ask(&format!("k{n}"))).await.unwrap() })
        })
        .collect();
    let mut texts = HashSet::new();
    let mut ids = HashSet::new();
    for task in tasks {
        let (key, info) = task.await.unwrap();
        assert!(house.opens(key.expose()));
        assert!(texts.insert(key.expose().to_owned()) && ids.insert(info.id.to_string()));
    }
    assert_eq!((texts.len(), ids.len(), house.keys.len()), (100, 100, 101));
}

#[tokio::test]
async fn the_day_of_use_is_stored_and_shown() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    let (key, info) = house.issuer.create(ask("lamps")).await.unwrap();
    assert!(house.opens(key.expose()));
    house.issuer.save_uses().await.unwrap();
    let shown = house.issuer.list(None, 1, None).await.unwrap();
    assert_eq!(
        (&shown[0].id, shown[0].last_used.unwrap().to_string()),
        (&info.id, "2026-11-23T00:00:00.000Z".into())
    );
    assert!(house.keys.unsaved_uses().is_empty());
}

#[tokio::test]
async fn a_row_changed_by_hand_into_nonsense_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let first = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    let odd = store::NewKey {
        partner: "lta",
        name: "odd",
        digest: [1; 32],
        scopes: "report everything",
        sources: "*",
        source_kind: "sensor",
        uplinks: false,
        area: "\"all\"",
        standing: "trusted",
        created_at: NOW,
        expires_at: None,
    };
    first.store.add_key(&odd).await.unwrap();
    let e = house(dir.path(), &[]).await.err();
    assert!(
        matches!(&e, Some(IssueError::Store(StoreError::Failed(why))) if why.contains("\"odd\"")),
        "{e:?}"
    );
}

#[tokio::test]
async fn no_debug_form_shows_a_key_or_its_digest() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    let (key, info) = house.issuer.create(ask("lamps")).await.unwrap();
    let rows = house.store.keys(0, 10, None).await.unwrap();
    let shown = format!(
        "{key:?} {info:?} {:?} {:?} {:?} {rows:?}",
        house.issuer, house.keys, house.store
    );
    let digest = Keys::digest(key.expose());
    let listed = format!("{digest:?}");
    let hex = digest
        .iter()
        .fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    for secret in [&key.expose()[3..], &listed[1..20], &hex] {
        assert!(
            !shown.to_lowercase().contains(&secret.to_lowercase()),
            "{secret} in {shown}"
        );
    }
}
