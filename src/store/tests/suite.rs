//! What both databases must do alike. Each case gets a database that is empty.

use super::*;
use crate::domain::Millis;
use std::collections::BTreeSet;

const NOW: Millis = Millis(1_795_399_200_123);

/// Runs every case; `fresh` makes an empty database of that name.
pub(super) async fn all(fresh: impl AsyncFn(&str) -> Config) {
    let open = async |name: &str| {
        let config = fresh(name).await;
        Store::open(&config, Path::new(""))
            .await
            .unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    partners_are_listed_by_age_and_named_once(&open("partners").await).await;
    a_key_is_kept_whole(&open("keys").await).await;
    names_and_digests_are_taken_once(&open("taken").await).await;
    pages_meet_without_gap_or_overlap(&open("pages").await).await;
    a_revoked_key_stays_listed_and_is_live_no_more(&open("revoked").await).await;
    a_day_of_use_never_goes_back(&open("used").await).await;
    odd_text_is_text(&open("odd").await).await;
    of_many_at_once_one_gets_the_name(&open("race").await).await;
    a_database_keeps_its_id_and_knows_folders(&open("folders").await).await;
    the_version_of_keys_goes_up_with_what_they_open(&open("version").await).await;
    what_is_undone_is_undone_whole(&open("undone").await).await;
    what_is_written_is_there_for_the_next(&fresh("again").await).await;
    newer_tables_are_left_alone(&fresh("newer").await).await;
}

fn key<'a>(name: &'a str, partner: &'a str, digest: u8) -> NewKey<'a> {
    NewKey {
        partner,
        name,
        digest: [digest; 32],
        scopes: "report admin",
        sources: "lamp-* gate-1",
        source_kind: "sensor",
        uplinks: digest % 2 == 1,
        area: r#"{"zones":["A*"],"operators":["HDB 'north'"]}"#,
        standing: "unproven",
        created_at: NOW,
        expires_at: None,
    }
}

async fn a_database_keeps_its_id_and_knows_folders(store: &Store) {
    assert_eq!(store.identity("first").await.unwrap(), "first");
    assert_eq!(store.identity("second").await.unwrap(), "first");
    assert_eq!(store.folders().await.unwrap(), [""; 0]);
    for folder in ["b", "a", "b"] {
        store.know_folder(folder, NOW).await.unwrap();
    }
    assert_eq!(store.folders().await.unwrap(), ["a", "b"]);
}

async fn the_version_of_keys_goes_up_with_what_they_open(store: &Store) {
    let mut watch = store.watch();
    let mut last = watch.look().await.unwrap();
    let mut moved = async || {
        let now = watch.look().await.unwrap();
        std::mem::replace(&mut last, now) != now
    };
    store.add_partner("lta", NOW).await.unwrap();
    assert!(!moved().await, "a partner without keys opens nothing");
    let id = store.add_key(&key("lamps", "lta", 1)).await.unwrap().id;
    assert!(moved().await);
    store.used(&[(id, 20_000)]).await.unwrap();
    assert!(!moved().await, "a day of use");
    store.entrust_key(id, "{}", "trusted").await.unwrap();
    assert!(moved().await);
    store.revoke_key(id, NOW).await.unwrap();
    assert!(moved().await && !moved().await);
}

async fn partners_are_listed_by_age_and_named_once(store: &Store) {
    let first = store.add_partner("lta", NOW).await.unwrap();
    assert_eq!((first.name.as_str(), first.created_at), ("lta", NOW));
    assert_eq!(store.add_partner("lta", NOW).await, Err(StoreError::Taken));
    store
        .ensure_partners(&["ura", "lta", "hdb"], NOW.plus(1))
        .await
        .unwrap();
    store.ensure_partners(&[], NOW).await.unwrap();
    store
        .add_partner("LTA", NOW)
        .await
        .expect("case tells names apart");
    let all = store.partners(0, 10).await.unwrap();
    assert_eq!(
        all.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(),
        ["lta", "ura", "hdb", "LTA"]
    );
    assert_eq!(all[0], first, "what was there is as it was");
    assert_eq!(store.partners(all[1].id, 1).await.unwrap(), all[2..3]);
}

async fn a_key_is_kept_whole(store: &Store) {
    store.add_partner("lta", NOW).await.unwrap();
    let made = store
        .add_key(&NewKey {
            expires_at: Some(Millis::MAX),
            ..key("lamps", "lta", 7)
        })
        .await
        .unwrap();
    assert_eq!(
        (made.created_at, made.expires_at, made.revoked_at),
        (NOW, Some(Millis::MAX), None)
    );
    assert_eq!(store.key(made.id).await, Ok(([7; 32], made.clone())));
    assert_eq!(store.live_keys().await.unwrap(), [([7; 32], made.clone())]);
    assert_eq!(
        store.keys(0, 10, None).await.unwrap(),
        std::slice::from_ref(&made)
    );
    assert_eq!(store.key(made.id + 1).await, Err(StoreError::NoSuch));
    assert_eq!(
        store.add_key(&key("x", "nobody", 8)).await,
        Err(StoreError::NoSuch)
    );
    assert!(
        !format!("{made:?}").contains("7, 7"),
        "a digest is not shown"
    );
}

async fn names_and_digests_are_taken_once(store: &Store) {
    store.ensure_partners(&["a", "b"], NOW).await.unwrap();
    let first = store.add_key(&key("lamps", "a", 1)).await.unwrap();
    assert_eq!(
        store.add_key(&key("lamps", "b", 2)).await,
        Err(StoreError::Taken)
    );
    assert_eq!(
        store.add_key(&key("other", "b", 1)).await,
        Err(StoreError::Taken)
    );
    store.revoke_key(first.id, NOW).await.unwrap();
    assert_eq!(
        store.add_key(&key("lamps", "a", 3)).await,
        Err(StoreError::Taken),
        "also after it is revoked"
    );
}

async fn pages_meet_without_gap_or_overlap(store: &Store) {
    store.ensure_partners(&["a", "b"], NOW).await.unwrap();
    for n in 0..7 {
        store
            .add_key(&key(
                &format!("k{n}"),
                if n % 2 == 0 { "a" } else { "b" },
                n,
            ))
            .await
            .unwrap();
    }
    for (of, want) in [
        (None, 7),
        (Some("a"), 4),
        (Some("b"), 3),
        (Some("nobody"), 0),
    ] {
        let mut after = 0;
        let mut seen = Vec::new();
        loop {
            let page = store.keys(after, 2, of).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= 2 && page[0].id > after);
            after = last.id;
            seen.extend(page.into_iter().map(|k| k.name));
        }
        assert_eq!(seen.len(), want, "{of:?}: {seen:?}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), want);
    }
}

async fn a_revoked_key_stays_listed_and_is_live_no_more(store: &Store) {
    store.add_partner("a", NOW).await.unwrap();
    let one = store.add_key(&key("1", "a", 1)).await.unwrap();
    let two = store.add_key(&key("2", "a", 2)).await.unwrap();
    store.revoke_key(one.id, NOW.plus(5)).await.unwrap();
    store
        .revoke_key(one.id, NOW.plus(9))
        .await
        .expect("again is no fault");
    assert_eq!(
        store.key(one.id).await.unwrap().1.revoked_at,
        Some(NOW.plus(5)),
        "the first time stays"
    );
    assert_eq!(store.live_keys().await.unwrap(), [([2; 32], two)]);
    assert_eq!(store.keys(0, 10, None).await.unwrap().len(), 2);
    assert_eq!(
        store.revoke_key(one.id + 100, NOW).await,
        Err(StoreError::NoSuch)
    );
}

async fn a_day_of_use_never_goes_back(store: &Store) {
    store.add_partner("a", NOW).await.unwrap();
    let one = store.add_key(&key("1", "a", 1)).await.unwrap().id;
    let two = store.add_key(&key("2", "a", 2)).await.unwrap().id;
    let days = async || [one, two].map(async |id| store.key(id).await.unwrap().1.last_used_day);
    store
        .used(&[(one, 20_780), (two + 100, 20_780)])
        .await
        .expect("one that is gone is no fault");
    store.used(&[(one, 20_779), (two, 20_781)]).await.unwrap();
    let [one, two] = days().await;
    assert_eq!((one.await, two.await), (Some(20_780), Some(20_781)));
}

async fn odd_text_is_text(store: &Store) {
    let odd = [
        "'; DROP TABLE partner; --",
        "\u{5927}\u{5df4}\u{7a91}",
        "%_\\",
        "$1",
        "a\nb",
    ];
    for (n, odd) in (0..).zip(odd) {
        store.add_partner(odd, NOW).await.unwrap();
        store
            .add_key(&NewKey {
                sources: odd,
                ..key(odd, odd, n)
            })
            .await
            .unwrap();
        let found = store.keys(0, 10, Some(odd)).await.unwrap();
        assert_eq!(found.len(), 1, "{odd:?}");
        assert_eq!(
            (found[0].partner.as_str(), found[0].sources.as_str()),
            (odd, odd)
        );
    }
}

async fn of_many_at_once_one_gets_the_name(store: &Store) {
    store.add_partner("a", NOW).await.unwrap();
    let tasks: Vec<_> = (0..100)
        .map(|n: u8| {
            let store = store.clone();
            // Half want one name, half want one each.
            let name = if n.is_multiple_of(2) {
                "wanted".to_owned()
            } else {
                format!("own-{n}")
            };
            tokio::spawn(async move { store.add_key(&key(&name, "a", n)).await })
        })
        .collect();
    let mut made = 0;
    let mut taken = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => made += 1,
            Err(StoreError::Taken) => taken += 1,
            Err(e) => panic!("{e}"),
        }
    }
    assert_eq!((made, taken), (51, 49));
    assert_eq!(store.live_keys().await.unwrap().len(), 51);
}

async fn what_is_undone_is_undone_whole(store: &Store) {
    async fn broken_off(store: &Store) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO partner (name, created_at) VALUES ($1, $2)";
        transaction!(store, tx => {
            for name in ["first", "second", "first"] {
                sqlx::query(SQL).bind(name).bind(1_i64).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }
    assert_eq!(broken_off(store).await, Err(StoreError::Taken));
    assert!(store.partners(0, 10).await.unwrap().is_empty());
    store
        .add_partner("first", NOW)
        .await
        .expect("the connection is good for more");
}

async fn what_is_written_is_there_for_the_next(config: &Config) {
    let store = Store::open(config, Path::new("")).await.unwrap();
    store.add_partner("a", NOW).await.unwrap();
    let made = store.add_key(&key("k", "a", 1)).await.unwrap();
    // Both hold it: the second finds what the first has answered, without the first's end.
    let next = Store::open(config, Path::new("")).await.unwrap();
    assert_eq!(next.live_keys().await.unwrap(), [([1; 32], made)]);
    store.close().await;
    next.close().await;
    let last = Store::open(config, Path::new("")).await.unwrap();
    assert_eq!(last.keys(0, 10, None).await.unwrap().len(), 1);
}

async fn newer_tables_are_left_alone(config: &Config) {
    const SQL: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    let store = Store::open(config, Path::new("")).await.unwrap();
    writing!(store, db => sqlx::query(SQL).execute(db).await.map(drop)).unwrap();
    store.close().await;
    let e = Store::open(config, Path::new("")).await.unwrap_err();
    assert!(
        matches!(&e, StoreError::Unfit(why) if why.contains("newer bayhub")),
        "{e:?}"
    );
}
