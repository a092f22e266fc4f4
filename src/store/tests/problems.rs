//! Problems: joined, bounded, changed and rated once, late once, forgotten; the same on both databases.

mod lists;

use super::*;
use crate::domain::{Millis, ProblemCode, ProblemState};

const NOW: Millis = Millis(1_795_399_200_123);

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

const MOST: ProblemBounds = ProblemBounds {
    in_all: 4,
    of_origin: 2,
    reporters: 3,
    reporters_of_origin: 2,
};

/// Runs every case; `fresh` makes an empty database of that name.
pub(super) async fn all(fresh: impl AsyncFn(&str) -> Config) {
    let open = async |name: &str| {
        let config = fresh(name).await;
        let opened = Store::open(&config, Path::new("")).await;
        opened.unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    the_same_joins_and_the_bounds_hold(&open("problem_bounds").await).await;
    of_many_at_once_one_opens_it(&open("problem_race").await).await;
    what_is_over_stays_over_and_is_rated_once(&open("problem_states").await).await;
    lists::are_of_whom_and_what_they_ask(&open("problem_lists").await).await;
    time_marks_once_and_forgets(&open("problem_duty").await).await;
    facts_go_to_who_is_concerned(&open("problem_facts").await).await;
    doubts_are_of_partners_and_a_day(&open("problem_doubts").await).await;
}

const CONTACT: ProblemContact = ProblemContact {
    email: None,
    phone: None,
    plate: None,
};

fn new<'a>(spot: &'a str, origin: &'a str, contact: &'a ProblemContact) -> NewProblem<'a> {
    NewProblem {
        code: ProblemCode::BayBlocked,
        spot,
        bay: Some("B1"),
        zone: Some("Z"),
        is_private: false,
        address: None,
        place_e7: Some((13_327_000, 1_038_474_000)),
        description: "it's <blocked>; '\u{6162}'",
        media_url: None,
        operator: "hdb",
        partner: Some("hdb-ops"),
        reporter: None,
        origin,
        at: NOW,
        expected_at: NOW.plus(2 * HOUR_MS),
        contact,
        token: None,
    }
}

async fn kept(store: &Store, new: &NewProblem<'_>) -> KeptProblem {
    store.report_problem(new, MOST).await.unwrap().unwrap()
}

fn to(from: ProblemState, to: ProblemState, at: Millis) -> ProblemChange<'static> {
    ProblemChange {
        from,
        to,
        notice: Some("towed"),
        duplicate_of: None,
        author: "hdb-ops",
        authority: None,
        at,
    }
}

async fn the_same_joins_and_the_bounds_hold(store: &Store) {
    let first = kept(store, &new("bay:B1", "1", &CONTACT)).await;
    assert!(first.is_new && first.is_kept && first.row.votes == 1);
    assert_eq!(store.problem(first.row.id).await.unwrap(), first.row);
    let mut last = first.clone();
    for n in 2..=6 {
        last = kept(store, &new("bay:B1", "1", &CONTACT)).await;
        assert_eq!(
            (last.row.id, last.is_new, last.row.votes),
            (first.row.id, false, n)
        );
        assert_eq!(last.is_kept, n == 2, "two of one origin");
    }
    assert!(kept(store, &new("bay:B1", "2", &CONTACT)).await.is_kept);
    assert!(
        !kept(store, &new("bay:B1", "3", &CONTACT)).await.is_kept,
        "three in all"
    );
    assert_eq!(store.problem_reporters(last.row.id).await.unwrap().len(), 3);
    let other = NewProblem {
        code: ProblemCode::Surface,
        ..new("bay:B1", "1", &CONTACT)
    };
    assert!(kept(store, &other).await.is_new, "another code");
    let third = store
        .report_problem(&new("bay:B2", "1", &CONTACT), MOST)
        .await;
    assert_eq!(third.unwrap().unwrap_err(), ProblemBound::OfOrigin);
    assert!(
        !kept(store, &new("bay:B1", "1", &CONTACT)).await.is_new,
        "who joins opens none"
    );
    assert!(kept(store, &new("bay:B2", "2", &CONTACT)).await.is_new);
    assert!(kept(store, &new("bay:B3", "3", &CONTACT)).await.is_new);
    let fifth = store
        .report_problem(&new("bay:B4", "4", &CONTACT), MOST)
        .await;
    assert_eq!(fifth.unwrap().unwrap_err(), ProblemBound::InAll);
    let change = to(ProblemState::Open, ProblemState::Resolved, NOW);
    store.change_problem(first.row.id, &change).await.unwrap();
    let again = kept(store, &new("bay:B1", "1", &CONTACT)).await;
    assert!(
        again.is_new && again.row.id != first.row.id,
        "what is over is not joined"
    );
}

async fn of_many_at_once_one_opens_it(store: &Store) {
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        running.spawn(async move { kept(&store, &new("bay:B1", "1", &CONTACT)).await });
    }
    let all = running.join_all().await;
    assert_eq!(all.iter().filter(|kept| kept.is_new).count(), 1);
    let row = store.problem(all[0].row.id).await.unwrap();
    assert_eq!(row.votes, 8);
}

async fn what_is_over_stays_over_and_is_rated_once(store: &Store) {
    use ProblemState::{Acknowledged, Open, Resolved};
    let contact = ProblemContact {
        email: Some("me@home.example".to_owned()),
        phone: None,
        plate: Some("SBA 1".to_owned()),
    };
    let report = NewProblem {
        token: Some([7; 32]),
        ..new("bay:B1", "1", &contact)
    };
    let id = kept(store, &report).await.row.id;
    let rate = async |token: u8, after_ms: u64| {
        let now = NOW.plus(after_ms);
        let since = Millis(now.0 - 30 * DAY_MS);
        let token = [token; 32];
        let rated = store.rate_problem(id, (&token, 4), (since, now));
        rated.await.unwrap()
    };
    assert_eq!(rate(7, 0).await, RatingOutcome::StillOpen);
    assert_eq!(rate(8, 0).await, RatingOutcome::BadToken);
    let row = store.change_problem(id, &to(Open, Acknowledged, NOW)).await;
    assert_eq!(row.unwrap().state, Acknowledged);
    let stale = store.change_problem(id, &to(Open, Resolved, NOW)).await;
    assert_eq!(stale.unwrap_err(), StoreError::Stale);
    let at = NOW.plus(HOUR_MS);
    let row = store
        .change_problem(id, &to(Acknowledged, Resolved, at))
        .await
        .unwrap();
    assert_eq!((row.closed_at, row.changed_at), (Some(at), at));
    assert_eq!(row.notice.as_deref(), Some("towed"));
    let notices = store.problem_notices(id).await.unwrap();
    let states: Vec<_> = notices.iter().map(|n| n.state).collect();
    assert_eq!(states, [Acknowledged, Resolved]);
    assert_eq!(
        rate(7, 32 * DAY_MS).await,
        RatingOutcome::BadToken,
        "too late"
    );
    assert_eq!(rate(7, DAY_MS).await, RatingOutcome::Rated);
    assert_eq!(rate(7, DAY_MS).await, RatingOutcome::BadToken, "spent");
    let reporters = store.problem_reporters(id).await.unwrap();
    assert_eq!(
        (reporters[0].stars, &reporters[0].email),
        (Some(4), &contact.email)
    );
    let of = store.operator_service("hdb", NOW).await.unwrap();
    let times = (NOW, NOW.plus(2 * HOUR_MS), at);
    assert_eq!((of.closed, of.ratings, of.stars), (vec![times], 1, 4));
    let none = store.problem(id + 1).await.unwrap_err();
    assert_eq!(none, StoreError::NoSuch);
}

async fn time_marks_once_and_forgets(store: &Store) {
    let contact = ProblemContact {
        phone: Some("+65 6123 4567".to_owned()),
        ..CONTACT
    };
    let report = NewProblem {
        token: Some([9; 32]),
        ..new("bay:B1", "1", &contact)
    };
    let id = kept(store, &report).await.row.id;
    let due = NOW.plus(2 * HOUR_MS);
    let mark = async |at: Millis| store.mark_overdue(at, Some("lta"), 10).await.unwrap();
    assert_eq!(mark(Millis(due.0 - 1)).await, 0);
    assert_eq!(mark(due).await, 1);
    assert_eq!(mark(due.plus(1)).await, 0, "once");
    let row = store.problem(id).await.unwrap();
    assert_eq!(row.overdue_at, Some(due));
    let [_, late] = store.problem_counts().await.unwrap();
    assert_eq!(late, [(ProblemCode::BayBlocked, 1)]);
    assert_eq!(
        store.forget_contacts(due.plus(DAY_MS), 10).await.unwrap(),
        0,
        "it is open"
    );
    let change = to(ProblemState::Open, ProblemState::Resolved, due);
    store.change_problem(id, &change).await.unwrap();
    assert_eq!(
        store.forget_contacts(Millis(due.0 - 1), 10).await.unwrap(),
        0
    );
    assert_eq!(store.forget_contacts(due, 10).await.unwrap(), 1);
    assert_eq!(store.forget_contacts(due, 10).await.unwrap(), 0, "once");
    let who = store.problem_reporters(id).await.unwrap();
    assert_eq!((who[0].phone.as_deref(), &*who[0].said), (None, ""));
    let rated = store
        .rate_problem(id, (&[9; 32], 5), (NOW, due))
        .await
        .unwrap();
    assert_eq!(rated, RatingOutcome::BadToken);
    assert_eq!(store.forget_problems(due, 10).await.unwrap(), 1);
    assert_eq!(store.problem(id).await.unwrap_err(), StoreError::NoSuch);
    assert!(store.problem_reporters(id).await.unwrap().is_empty());
    assert!(store.problem_notices(id).await.unwrap().is_empty());
}

async fn facts_go_to_who_is_concerned(store: &Store) {
    let endpoint = async |name: &str, partner: &str| {
        let row = WebhookRow {
            id: 0,
            name: name.to_owned(),
            partner: partner.to_owned(),
            url: "https://example.com/".to_owned(),
            events: " problem.* ".to_owned(),
            places: "{}".to_owned(),
            threshold: 1,
            secret: "x".to_owned(),
            old_secret: None,
            is_enabled: true,
            why: None,
            changed_at: NOW,
            created_at: NOW,
        };
        store.add_webhook(&row, (10, 10)).await.unwrap().id
    };
    let operator = endpoint("wh_1", "hdb-ops").await;
    let app = endpoint("wh_2", "app").await;
    let authority = endpoint("wh_3", "lta").await;
    let rival = endpoint("wh_4", "rival").await;
    let report = NewProblem {
        reporter: Some("app"),
        ..new("bay:B1", "key:app", &CONTACT)
    };
    let id = kept(store, &report).await.row.id;
    kept(store, &report).await;
    store
        .mark_overdue(NOW.plus(DAY_MS), Some("lta"), 10)
        .await
        .unwrap();
    let change = to(ProblemState::Open, ProblemState::Resolved, NOW.plus(DAY_MS));
    store.change_problem(id, &change).await.unwrap();
    let told = async |endpoint: i64| {
        let mut all = Vec::new();
        while let Some(row) = store.next_delivery(endpoint).await.unwrap() {
            let data: serde_json::Value = serde_json::from_str(&row.data).unwrap();
            let role = data["role"].as_str().unwrap().to_owned();
            assert_eq!(data["problem"], id.to_string());
            assert!(
                !row.data.contains("blocked>"),
                "no word of who reported: {}",
                row.data
            );
            all.push(format!("{} {role}", row.kind));
            let done = DeliveryRow {
                status: DeliveryStatus::Delivered,
                ..row
            };
            store.note_delivery(&done).await.unwrap();
        }
        all
    };
    let want = [
        "problem.opened operator",
        "problem.overdue operator",
        "problem.changed operator",
    ];
    assert_eq!(
        told(operator).await,
        want,
        "one more of the same is no news"
    );
    assert_eq!(told(app).await, ["problem.changed reporter"]);
    assert_eq!(told(authority).await, ["problem.overdue authority"]);
    assert_eq!(told(rival).await, [""; 0]);
}

async fn doubts_are_of_partners_and_a_day(store: &Store) {
    for (partner, at) in [("a", 0), ("b", 1), ("a", 2), ("c", 3)] {
        store
            .doubt_sensor("B1", partner, NOW.plus(at))
            .await
            .unwrap();
    }
    store.doubt_sensor("B2", "a", NOW).await.unwrap();
    let found = async |since: Millis, least| store.doubted_bays(since, least).await.unwrap();
    let before = Millis(NOW.0 - 1);
    assert_eq!(found(before, 3).await, [("B1".to_owned(), 3)]);
    assert_eq!(found(before, 4).await, []);
    assert_eq!(found(NOW.plus(1), 3).await, [], "two are left");
    store.forget_doubts(NOW.plus(1)).await.unwrap();
    assert_eq!(found(before, 1).await, [("B1".to_owned(), 2)]);
    let report = NewProblem {
        code: ProblemCode::SensorWrong,
        ..new("bay:B1", "1", &CONTACT)
    };
    let id = kept(store, &report).await.row.id;
    let change = to(ProblemState::Open, ProblemState::Resolved, NOW);
    store.change_problem(id, &change).await.unwrap();
    assert_eq!(found(before, 1).await, [], "it was dealt with");
}
