//! How strangers become partners, where many ask at a time, and where two hubs share a store.

use super::*;
use crate::domain::KeyAccount;
use crate::partners::issuer_tests::{KeyHouse, configured, house};
use crate::testing::town;
use std::sync::Mutex;
use tokio::task::JoinSet;

/// Letters as they were taken.
#[derive(Default)]
struct Letters(Mutex<Vec<Letter>>);

impl Courier for Letters {
    fn take(&self, letter: Letter) {
        self.0.lock().unwrap().push(letter);
    }
}

impl Letters {
    fn last(&self) -> Letter {
        self.0.lock().unwrap().last().unwrap().clone()
    }

    fn token(&self) -> String {
        self.last().link.unwrap().expose().to_owned()
    }
}

struct Bureau {
    house: KeyHouse,
    desk: Arc<AdmissionDesk>,
    letters: Arc<Letters>,
}

async fn bureau(dir: &std::path::Path, admission: Admission) -> Bureau {
    let house = house(dir, &[configured("root", "bh_root")]).await.unwrap();
    let letters = Arc::new(Letters::default());
    let registry = town().zone("P").bays(1).registry();
    let clock: Arc<dyn Clock> = house.clock.clone();
    let known = (registry, clock, Arc::new(Metrics::new()));
    let desk = AdmissionDesk::new(AdmissionParts {
        config: AdmissionConfig {
            admission,
            ..AdmissionConfig::default()
        },
        courier: letters.clone(),
        ..AdmissionParts::usual(house.store.clone(), house.issuer.clone(), known)
    });
    Bureau {
        house,
        desk: Arc::new(desk),
        letters,
    }
}

impl Bureau {
    async fn asks(&self, name: &str) -> String {
        let ask = SignupRequest {
            name,
            contact: "Dev@Acme.example",
            wants: "",
        };
        self.desk.sign_up(ask, Owner::Ip4(1)).await.unwrap();
        self.letters.token()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_use_one_link_at_a_time_one_gets_the_key() {
    let dir = tempfile::tempdir().unwrap();
    let own = bureau(dir.path(), Admission::Open).await;
    let token = own.asks("acme").await;
    let letter = own.letters.last();
    assert_eq!(
        (letter.kind, &*letter.to),
        (LetterKind::Confirm, "dev@acme.example")
    );
    assert!(!format!("{letter:?}").contains(&token));
    let mut many = JoinSet::new();
    for _ in 0..16 {
        let desk = own.desk.clone();
        let token = token.clone();
        many.spawn(async move { desk.follow_link(&token).await });
    }
    let mut keys = Vec::new();
    for done in many.join_all().await {
        match done {
            Ok(SignupOutcome::Key(plain, info)) => keys.push((plain, info)),
            other => assert_eq!(other.unwrap_err(), AdmissionError::BadLink),
        }
    }
    let [(plain, info)] = &keys[..] else {
        panic!("{keys:?}")
    };
    assert_eq!(info.name, "acme:login");
    let now = own.house.clock.now();
    let grant = own.house.keys.grant(plain.expose(), now).unwrap();
    assert_eq!(&*grant.partner, "acme");
    assert!(own.house.issuer.self_named().has("acme"));
    assert_ne!(grant.account.number(), KeyAccount::default().number());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_with_one_name_the_first_to_prove_its_address_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let own = bureau(dir.path(), Admission::Open).await;
    let one = own.asks("acme").await;
    let other = own.asks("acme").await;
    let done = own.desk.follow_link(&other).await.unwrap();
    assert!(matches!(done, SignupOutcome::Key(..)));
    let SignupOutcome::Waits { because, .. } = own.desk.follow_link(&one).await.unwrap() else {
        panic!("two of one name")
    };
    assert!(because.is_some_and(|what| what.contains("partner")));
}

#[tokio::test]
async fn a_hub_on_the_same_store_learns_who_owns_nothing_before_it_lets_them_in() {
    let dir = tempfile::tempdir().unwrap();
    let own = bureau(dir.path(), Admission::Open).await;
    let second = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    let token = own.asks("acme").await;
    let SignupOutcome::Key(plain, _) = own.desk.follow_link(&token).await.unwrap() else {
        panic!("it is open")
    };
    let opens = |house: &KeyHouse| {
        let now = house.clock.now();
        house.keys.grant(plain.expose(), now).is_some()
    };
    assert!(!opens(&second));
    second.issuer.refresh().await.unwrap();
    assert!(opens(&second) && second.issuer.self_named().has("acme"));
    let suspended = crate::partners::PartnerDecision {
        suspended: Some(true),
        ..Default::default()
    };
    second
        .issuer
        .change_partner("acme", suspended)
        .await
        .unwrap();
    assert!(!opens(&second) && opens(&own.house));
    own.house.issuer.refresh().await.unwrap();
    assert!(!opens(&own.house));
    let third = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    assert!(!opens(&third) && third.issuer.self_named().has("acme"));
}

#[tokio::test]
async fn a_link_of_who_is_suspended_meanwhile_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let own = bureau(dir.path(), Admission::Approve).await;
    let token = own.asks("acme").await;
    let done = own.desk.follow_link(&token).await.unwrap();
    assert!(matches!(done, SignupOutcome::Waits { because: None, .. }));
    let admit = Decision::Admit {
        partner: None,
        grants: None,
    };
    let row = own.desk.decide(1, admit).await.unwrap();
    assert_eq!(own.letters.last().kind, LetterKind::Admitted);
    assert_eq!(row.unsent, Some(own.letters.token()), "until it is sent");
    let suspend = |suspended| crate::partners::PartnerDecision {
        suspended: Some(suspended),
        ..Default::default()
    };
    let issuer = &own.house.issuer;
    issuer.change_partner("acme", suspend(true)).await.unwrap();
    let token = own.letters.token();
    let closed = own.desk.follow_link(&token).await.unwrap_err();
    assert_eq!(closed, AdmissionError::BadLink);
    issuer.change_partner("acme", suspend(false)).await.unwrap();
    let done = own.desk.follow_link(&token).await.unwrap();
    assert!(matches!(done, SignupOutcome::Key(..)));
    own.desk.expire().await.unwrap();
}

#[tokio::test]
async fn what_a_key_that_is_rotated_has_opened_stays_open_for_as_long_as_it_is_good() {
    let dir = tempfile::tempdir().unwrap();
    let own = bureau(dir.path(), Admission::Open).await;
    let second = house(dir.path(), &[configured("root", "bh_root")])
        .await
        .unwrap();
    let token = own.asks("acme").await;
    let SignupOutcome::Key(plain, info) = own.desk.follow_link(&token).await.unwrap() else {
        panic!("it is open")
    };
    second.issuer.refresh().await.unwrap();
    let now = own.house.clock.now();
    let held = |house: &KeyHouse| house.keys.grant(plain.expose(), now).unwrap();
    let passes = [&own.house, &second].map(|house| held(house).pass.clone());
    let rotated = own.house.issuer.rotate_own("acme", &info.id, 1000).await;
    let (new, _, ends) = rotated.unwrap();
    second.issuer.refresh().await.unwrap();
    for pass in passes {
        assert!(pass.is_good(Millis(ends.0 - 1)) && !pass.is_good(ends));
    }
    let good = |key: &str, at| second.keys.grant(key, at).is_some();
    assert!(good(plain.expose(), now) && !good(plain.expose(), ends) && good(new.expose(), ends));
}
