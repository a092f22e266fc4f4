//! Lists of problems, for everybody and for who works on them.

use super::*;

pub(super) async fn are_of_whom_and_what_they_ask(store: &Store) {
    let ids = filled(store).await;
    let change = to(ProblemState::Open, ProblemState::Rejected, NOW.plus(DAY_MS));
    store.change_problem(ids[0], &change).await.unwrap();
    let all = ProblemQuestion {
        span: (NOW, NOW.plus(DAY_MS)),
        limit: 10,
        ..ProblemQuestion::default()
    };
    let found = async |of: ProblemQuestion| {
        let rows = store.problems(&of).await.unwrap();
        rows.iter().map(|row| row.id - ids[0]).collect::<Vec<_>>()
    };
    assert_eq!(found(all.clone()).await, [4, 3, 2, 1, 0]);
    let named = store
        .problems_named(&[ids[3], ids[0], i64::MAX, ids[3]])
        .await;
    let named: Vec<i64> = named.unwrap().iter().map(|row| row.id).collect();
    assert_eq!(named, [ids[0], ids[3]], "each once");
    assert_eq!(store.problems_named(&[]).await.unwrap(), []);
    for (eyes, sees) in [
        (ProblemEyes::All, true),
        (ProblemEyes::Partner("app".to_owned()), true),
        (ProblemEyes::Partner("hdb-ops".to_owned()), true),
        (ProblemEyes::Partner("rival".to_owned()), false),
    ] {
        let seen_by = eyes.clone();
        let rows = found(ProblemQuestion {
            seen_by,
            ..all.clone()
        })
        .await;
        assert_eq!(rows.contains(&5), sees, "{eyes:?}");
    }
    let codes = |codes: &[ProblemCode]| Some(codes.to_vec());
    let of = |q: ProblemQuestion| found(q);
    let one = codes(&[ProblemCode::Surface]);
    assert_eq!(
        of(ProblemQuestion {
            codes: one,
            ..all.clone()
        })
        .await,
        [4, 2, 0]
    );
    let some = codes(&[ProblemCode::PriceWrong, ProblemCode::BayBlocked]);
    assert_eq!(
        of(ProblemQuestion {
            codes: some,
            ..all.clone()
        })
        .await,
        [3, 1]
    );
    let over = ProblemQuestion {
        is_over: Some(true),
        ..all.clone()
    };
    assert_eq!(of(over).await, [0]);
    let page = ProblemQuestion {
        limit: 2,
        offset: 2,
        ..all.clone()
    };
    assert_eq!(of(page).await, [2, 1]);
    let early = ProblemQuestion {
        span: (NOW, NOW.plus(1500)),
        ..all
    };
    assert_eq!(of(early).await, [1, 0]);
    work_is_listed_by_when_it_is_due(store, &ids).await;
}

/// Six problems, of two codes in turn, the last one private.
async fn filled(store: &Store) -> Vec<i64> {
    let roomy = ProblemBounds {
        in_all: 100,
        of_origin: 100,
        ..MOST
    };
    let mut ids = Vec::new();
    for n in 0..6_u64 {
        let spot = format!("bay:{n}");
        let report = NewProblem {
            code: if n % 2 == 0 {
                ProblemCode::Surface
            } else {
                ProblemCode::PriceWrong
            },
            is_private: n == 5,
            reporter: (n == 5).then_some("app"),
            partner: (n > 2).then_some("hdb-ops"),
            at: NOW.plus(n * 1000),
            expected_at: NOW.plus(DAY_MS - n * 1000),
            ..new(&spot, "1", &CONTACT)
        };
        let kept = store.report_problem(&report, roomy).await.unwrap().unwrap();
        ids.push(kept.row.id);
    }
    ids
}

async fn work_is_listed_by_when_it_is_due(store: &Store, ids: &[i64]) {
    let work = |partner: Option<&str>, is_over| ProblemWork {
        partner: partner.map(str::to_owned),
        is_over,
        state: None,
        code: None,
        only_overdue: false,
        after: None,
        limit: 10,
    };
    let due = async |of: ProblemWork| {
        let rows = store.problem_work(&of).await.unwrap();
        rows.iter().map(|row| row.id - ids[0]).collect::<Vec<_>>()
    };
    assert_eq!(
        due(work(None, false)).await,
        [5, 4, 3, 2, 1],
        "by when it is due"
    );
    assert_eq!(due(work(Some("hdb-ops"), false)).await, [5, 4, 3]);
    assert_eq!(due(work(Some("rival"), false)).await, [0_i64; 0]);
    assert_eq!(due(work(None, true)).await, [0]);
    let code = Some(ProblemCode::PriceWrong);
    assert_eq!(
        due(ProblemWork {
            code,
            ..work(None, false)
        })
        .await,
        [5, 3, 1]
    );
    let after = Some((NOW.plus(DAY_MS - 4000), ids[4]));
    assert_eq!(
        due(ProblemWork {
            after,
            ..work(None, false)
        })
        .await,
        [3, 2, 1]
    );
    let [open, late] = store.problem_counts().await.unwrap();
    assert_eq!(open.iter().map(|(_, n)| n).sum::<i64>(), 5);
    assert!(late.is_empty());
}
