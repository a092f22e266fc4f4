//! Sign-ups, and partners that have named themselves: the same on both databases.

use super::*;
use crate::domain::Millis;

const NOW: Millis = Millis(1_795_399_200_123);

const DAY_MS: u64 = 86_400_000;

const MOST: SignupBounds = SignupBounds {
    in_all: 4,
    of_origin: 3,
    of_contact: 2,
};

/// Runs every case; `fresh` makes an empty database of that name.
pub(super) async fn all(fresh: impl AsyncFn(&str) -> Config) {
    let open = async |name: &str| {
        let config = fresh(name).await;
        let opened = Store::open(&config, Path::new("")).await;
        opened.unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    a_link_is_spent_by_one_of_many_at_once(&open("signup_race").await).await;
    the_bounds_hold_and_what_is_over_makes_room(&open("signup_bounds").await).await;
    an_administrators_word_makes_a_partner_and_links_it(&open("signup_admit").await).await;
    who_is_suspended_has_no_key_and_hubs_hear_of_it(&open("signup_suspend").await).await;
    a_new_key_takes_the_place_of_an_old_one(&open("key_replaced").await).await;
}

fn asked<'a>(name: &'a str, origin: &'a str, contact: &'a str, link: u8) -> NewSignup<'a> {
    NewSignup {
        name,
        contact,
        wants: "to try; 'things'",
        origin,
        link: [link; 32],
        unsent: "bh_link_x",
        created_at: NOW,
        expires_at: NOW.plus(DAY_MS),
    }
}

fn key<'a>(name: &'a str, partner: &'a str, digest: u8) -> NewKey<'a> {
    NewKey {
        partner,
        name,
        digest: [digest; 32],
        scopes: "partner",
        sources: "",
        source_kind: "app",
        uplinks: false,
        area: "\"all\"",
        standing: "unproven",
        created_at: NOW,
        expires_at: None,
    }
}

fn stranger(name: &str) -> NewPartner<'_> {
    NewPartner {
        name,
        linked: false,
        grants: None,
        contact: Some("dev@acme.example"),
    }
}

async fn a_link_is_spent_by_one_of_many_at_once(store: &Store) {
    let new = asked("acme", "1", "dev@acme.example", 7);
    let id = store.ask_signup(&new, MOST).await.unwrap().unwrap();
    let row = store.signup_of_link(&[7; 32], NOW).await.unwrap();
    assert_eq!((row.id, row.state), (id, SignupState::Asked));
    assert_eq!(row.unsent.as_deref(), Some("bh_link_x"));
    store.link_sent(&[7; 32]).await.unwrap();
    let row = store.signup(id, NOW).await.unwrap();
    assert_eq!(row.unsent, None);
    let mut running = tokio::task::JoinSet::new();
    for n in 0..8 {
        let store = store.clone();
        running.spawn(async move {
            let name = format!("acme:login.{n}");
            let key = key(&name, "acme", n);
            let new = Some(stranger("acme"));
            store.spend_signup(id, &[7; 32], new, &key).await.is_ok()
        });
    }
    let spent = running
        .join_all()
        .await
        .into_iter()
        .filter(|is| *is)
        .count();
    assert_eq!(spent, 1);
    for e in [
        store.signup_of_link(&[7; 32], NOW).await.unwrap_err(),
        store.signup(id, NOW).await.unwrap_err(),
    ] {
        assert_eq!(e, StoreError::NoSuch);
    }
    assert_eq!(store.live_keys().await.unwrap().len(), 1);
    assert_eq!(store.self_named().await.unwrap(), ["acme"]);
    assert!(!store.partner("acme").await.unwrap().linked);
}

async fn the_bounds_hold_and_what_is_over_makes_room(store: &Store) {
    let ask = async |origin: &str, contact: &str, link: u8| {
        let new = asked("acme", origin, contact, link);
        store.ask_signup(&new, MOST).await.unwrap()
    };
    assert!(ask("1", "a@x.example", 1).await.is_ok());
    assert!(ask("1", "a@x.example", 2).await.is_ok());
    let of_contact = ask("2", "a@x.example", 3).await;
    assert_eq!(of_contact, Err(SignupBound::OfContact));
    let tagged = ask("2", "a+more@x.example", 3).await;
    assert_eq!(tagged, Err(SignupBound::OfContact), "the same mailbox");
    assert!(ask("1", "b@x.example", 4).await.is_ok());
    let of_origin = ask("1", "c@x.example", 5).await;
    assert_eq!(of_origin, Err(SignupBound::OfOrigin));
    let id = store.signup_of_link(&[1; 32], NOW).await.unwrap().id;
    let until = NOW.plus(2 * DAY_MS);
    store
        .confirm_signup(id, &[1; 32], NOW, until)
        .await
        .unwrap();
    let again = store.confirm_signup(id, &[1; 32], NOW, until).await;
    assert_eq!(again.unwrap_err(), StoreError::NoSuch);
    assert!(ask("1", "c@x.example", 6).await.is_ok(), "one is confirmed");
    assert_eq!(ask("3", "d@x.example", 7).await, Err(SignupBound::InAll));
    let listed = store.signups(2, NOW).await.unwrap();
    assert_eq!(
        (listed.len(), listed[0].state, listed[0].confirmed_at),
        (2, SignupState::Confirmed, Some(NOW))
    );
    let over = NOW.plus(DAY_MS);
    let gone = store.signup_of_link(&[4; 32], over).await;
    assert_eq!(gone.unwrap_err(), StoreError::NoSuch, "its time is over");
    assert_eq!(store.expire_signups(over).await.unwrap(), 3);
    assert_eq!(store.expire_signups(over).await.unwrap(), 0);
    assert!(ask("3", "d@x.example", 7).await.is_ok());
}

async fn an_administrators_word_makes_a_partner_and_links_it(store: &Store) {
    let new = asked("acme", "1", "a@x.example", 1);
    let id = store.ask_signup(&new, MOST).await.unwrap().unwrap();
    let admit = async |partner: &str, linked: bool, link| {
        let told = AdmittedSignup {
            partner,
            new: Some(NewPartner {
                linked,
                ..stranger(partner)
            }),
            link,
            expires_at: NOW.plus(9 * DAY_MS),
        };
        store.admit_signup(id, &told, NOW).await
    };
    let row = admit("acme", false, None).await.unwrap();
    assert_eq!(
        (row.state, row.partner.as_deref()),
        (SignupState::Admitted, Some("acme"))
    );
    let same = store.signup_of_link(&[1; 32], NOW).await.unwrap();
    assert_eq!(same.id, id, "the link that is out stays good");
    assert_eq!(store.self_named().await.unwrap(), ["acme"]);
    let taken = admit("acme", false, None).await.unwrap_err();
    assert_eq!(taken, StoreError::Taken);
    let row = admit("acme", true, Some(([2; 32], "bh_link_y")))
        .await
        .unwrap();
    assert_eq!(row.unsent.as_deref(), Some("bh_link_y"));
    let old = store.signup_of_link(&[1; 32], NOW).await;
    assert_eq!(old.unwrap_err(), StoreError::NoSuch);
    assert!(store.self_named().await.unwrap().is_empty());
    let login = key("acme:login", "acme", 1);
    let spent = store.spend_signup(id, &[2; 32], None, &login).await;
    assert_eq!(spent.unwrap().partner, "acme");
    let other = asked("other", "1", "b@x.example", 3);
    let other = store.ask_signup(&other, MOST).await.unwrap().unwrap();
    assert_eq!(
        store.refuse_signup(other).await.unwrap().state,
        SignupState::Refused
    );
    let refused = store.signup_of_link(&[3; 32], NOW).await;
    assert_eq!(refused.unwrap_err(), StoreError::NoSuch);
    store.record_owner("B1", Some("shop")).await.unwrap();
    let mut names = store.names_in_use().await.unwrap();
    names.sort();
    assert_eq!(names, ["acme", "shop"]);
}

async fn who_is_suspended_has_no_key_and_hubs_hear_of_it(store: &Store) {
    store.add_partner("acme", NOW).await.unwrap();
    store.add_key(&key("one", "acme", 1)).await.unwrap();
    let mut watch = store.watch();
    let mut last = watch.look().await.unwrap();
    for (suspended, keys) in [(true, 0), (false, 1)] {
        let change = PartnerChange {
            suspended: Some(suspended),
            ..PartnerChange::default()
        };
        let row = store.change_partner("acme", change).await.unwrap();
        assert_eq!((row.suspended, row.linked), (suspended, true));
        assert_eq!(store.live_keys().await.unwrap().len(), keys);
        let now = watch.look().await.unwrap();
        assert_ne!(now, last, "it is heard of");
        last = now;
        let more = store.add_key(&key("two", "acme", 2)).await;
        assert_eq!(more.is_err(), suspended, "{more:?}");
    }
    let change = PartnerChange {
        linked: Some(false),
        grants: Some("{}"),
        ..PartnerChange::default()
    };
    let row = store.change_partner("acme", change).await.unwrap();
    assert_eq!((row.linked, row.grants.as_deref()), (false, Some("{}")));
    assert_ne!(watch.look().await.unwrap(), last);
    let none = store.change_partner("nobody", change).await;
    assert_eq!(none.unwrap_err(), StoreError::NoSuch);
}

async fn a_new_key_takes_the_place_of_an_old_one(store: &Store) {
    store.add_partner("acme", NOW).await.unwrap();
    let old = store.add_key(&key("one", "acme", 1)).await.unwrap();
    let ends = NOW.plus(1000);
    let new = store
        .replace_key(old.id, ends, &key("two", "acme", 2))
        .await;
    assert_ne!(new.unwrap().id, old.id);
    assert_eq!(store.key(old.id).await.unwrap().1.expires_at, Some(ends));
    let later = NOW.plus(9000);
    let third = key("three", "acme", 3);
    store.replace_key(old.id, later, &third).await.unwrap();
    let (_, row) = store.key(old.id).await.unwrap();
    assert_eq!(row.expires_at, Some(ends), "never later than it was");
    let taken = store.replace_key(old.id, NOW, &third).await.unwrap_err();
    assert_eq!(taken, StoreError::Taken);
    let (_, row) = store.key(old.id).await.unwrap();
    assert_eq!(row.expires_at, Some(ends), "all or nothing");
}
