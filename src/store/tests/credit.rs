//! Credit: a day replaces itself, hubs have their own, and what is old goes.

use super::*;

fn row(day: u64, partner: &str, judge: &str, worth: i64) -> CreditRow {
    CreditRow {
        day,
        partner: partner.into(),
        judge: judge.into(),
        reports: 9,
        counted: 8,
        settled: 7,
        right: 6,
        against: 5,
        against_right: 4,
        worth,
    }
}

fn sample(day: u64, n: u32, vacant: Option<bool>) -> CreditSampleRow {
    CreditSampleRow {
        day,
        partner: "acme".into(),
        n,
        bay: "A-1".into(),
        at: day * 86_400_000 + u64::from(n),
        p0: u16::MAX,
        p1: 0,
        vacant,
        judge: "b's".into(),
    }
}

/// Runs every case; `fresh` makes an empty database of that name.
pub(super) async fn all(fresh: impl AsyncFn(&str) -> Config) {
    let config = fresh("credit").await;
    let store = Store::open(&config, Path::new("")).await.unwrap();
    // More than a double holds exactly.
    let great = i64::MAX - 1;
    let first = [row(5, "acme", "", great), row(5, "acme", "b's", -great)];
    let samples = [sample(5, 0, Some(true)), sample(5, 1, None)];
    store
        .put_credit_day(("h1", 5), &[row(5, "gone", "", 1)], &[])
        .await
        .unwrap();
    store
        .put_credit_day(("h1", 5), &first, &samples)
        .await
        .unwrap();
    store
        .put_credit_day(("h2", 5), &[row(5, "acme", "", 3)], &[])
        .await
        .unwrap();
    store
        .put_credit_day(
            ("h1", 6),
            &[row(6, "b", "", 4)],
            &[sample(6, 0, Some(false))],
        )
        .await
        .unwrap();
    let days = async |hub, partner, range| store.credit_days(hub, partner, range).await.unwrap();
    assert_eq!(
        days(Some("h1"), None, (5, 6)).await,
        first,
        "a day replaces itself"
    );
    let both = [first[0].clone(), row(5, "acme", "", 3), first[1].clone()];
    assert_eq!(days(None, Some("acme"), (0, 9)).await, both);
    assert_eq!(days(None, None, (6, 9)).await, [row(6, "b", "", 4)]);
    let newest = [sample(6, 0, Some(false)), sample(5, 1, None)];
    assert_eq!(store.credit_samples("acme", 2).await.unwrap(), newest);
    store.forget_credit(6).await.unwrap();
    assert_eq!(days(None, None, (0, 9)).await.len(), 1);
    assert_eq!(store.credit_samples("acme", 9).await.unwrap().len(), 1);
}
