//! Usage: added once, by several hubs, in rows by hour or day, and forgotten.

use super::*;

/// Hours since 1970, at the start of a day.
const DAY: u64 = 498_720;

fn more(partner: &str, key: &str, hour: u64, what: &str, n: u64) -> UsageMore {
    UsageMore {
        partner: partner.into(),
        key: key.into(),
        name: format!("name of {key}"),
        hour,
        what: what.into(),
        n,
    }
}

fn by(writer: &str, batch: u64) -> UsageBatch<'_> {
    UsageBatch {
        writer,
        batch,
        hour: DAY,
    }
}

const ALL: UsageQuestion<'static> = UsageQuestion {
    partner: None,
    from: 0,
    to: u64::MAX,
    hours: 1,
    after: None,
    limit: 1000,
};

async fn told(store: &Store, asked: UsageQuestion<'_>) -> Vec<(u64, String, String, u64)> {
    let sums = store.usage(&asked).await.unwrap();
    let row = |s: UsageSum| (s.period, s.label, s.what, s.n);
    sums.into_iter().map(row).collect()
}

fn row(period: u64, label: &str, what: &str, n: u64) -> (u64, String, String, u64) {
    (period, label.into(), what.into(), n)
}

/// Runs every case; `fresh` makes an empty database of that name.
pub(super) async fn all(fresh: impl AsyncFn(&str) -> Config) {
    let open = async |name: &str| {
        let config = fresh(name).await;
        Store::open(&config, Path::new("")).await.unwrap()
    };
    a_batch_is_added_once_and_hubs_add_up(&open("usage_once").await).await;
    rows_are_by_hour_or_day_of_a_partners_keys_or_of_partners(&open("usage_rows").await).await;
    a_day_at_a_time_is_forgotten_with_its_keys(&open("usage_forgotten").await).await;
}

async fn a_batch_is_added_once_and_hubs_add_up(store: &Store) {
    let batch = [
        more("lta", "1", DAY, "read.2xx", 3),
        more("lta", "1", DAY, "read.bytes", u64::from(u32::MAX) * 1000),
        more("lta", "config:it's", DAY, "read.2xx", 1),
    ];
    assert_eq!(store.add_usage(by("a", 1), &batch).await, Ok(true));
    assert_eq!(
        store.add_usage(by("a", 1), &batch).await,
        Ok(false),
        "again"
    );
    assert_eq!(store.add_usage(by("b", 1), &batch[..1]).await, Ok(true));
    assert_eq!(store.add_usage(by("a", 2), &batch[..1]).await, Ok(true));
    let of_lta = UsageQuestion {
        partner: Some("lta"),
        ..ALL
    };
    assert_eq!(
        told(store, of_lta).await,
        [
            row(DAY, "1", "read.2xx", 9),
            row(DAY, "1", "read.bytes", u64::from(u32::MAX) * 1000),
            row(DAY, "config:it's", "read.2xx", 1),
        ]
    );
}

async fn rows_are_by_hour_or_day_of_a_partners_keys_or_of_partners(store: &Store) {
    let batch = [
        more("lta", "1", DAY, "read.2xx", 1),
        more("lta", "1", DAY + 23, "read.2xx", 10),
        more("lta", "2", DAY + 23, "read.2xx", 100),
        more("lta", "1", DAY + 24, "read.2xx", 1000),
        more("ura", "3", DAY + 24, "read.2xx", 5),
    ];
    store.add_usage(by("a", 1), &batch).await.unwrap();
    let days = UsageQuestion {
        partner: Some("lta"),
        hours: 24,
        ..ALL
    };
    assert_eq!(
        told(store, days).await,
        [
            row(DAY / 24, "1", "read.2xx", 11),
            row(DAY / 24, "2", "read.2xx", 100),
            row(DAY / 24 + 1, "1", "read.2xx", 1000),
        ]
    );
    let rest = UsageQuestion {
        after: Some((DAY / 24, "1")),
        ..days
    };
    assert_eq!(told(store, rest).await.len(), 2, "after the first");
    let part = UsageQuestion {
        from: DAY + 1,
        to: DAY + 24,
        ..days
    };
    assert_eq!(
        told(store, part).await[0].3,
        10,
        "hours outside do not count"
    );
    assert_eq!(
        told(
            store,
            UsageQuestion {
                from: DAY + 23,
                ..ALL
            }
        )
        .await,
        [
            row(DAY + 23, "lta", "read.2xx", 110),
            row(DAY + 24, "lta", "read.2xx", 1000),
            row(DAY + 24, "ura", "read.2xx", 5),
        ]
    );
    let nobody = UsageQuestion {
        partner: Some("l%' OR '1'='1"),
        ..ALL
    };
    assert_eq!(told(store, nobody).await, []);
}

async fn a_day_at_a_time_is_forgotten_with_its_keys(store: &Store) {
    let batch = [
        more("lta", "1", DAY, "read.2xx", 1),
        more("lta", "2", DAY + 30, "read.2xx", 1),
        more("lta", "2", DAY + 60, "read.2xx", 1),
    ];
    store.add_usage(by("a", 1), &batch).await.unwrap();
    // A clock that has jumped far ahead.
    store.forget_usage(DAY + 50).await.unwrap();
    assert_eq!(told(store, ALL).await.len(), 2);
    store.forget_usage(DAY + 50).await.unwrap();
    store.forget_usage(DAY + 50).await.unwrap();
    assert_eq!(
        told(store, ALL).await,
        [row(DAY + 60, "lta", "read.2xx", 1)]
    );
    assert_eq!(
        store.add_usage(by("a", 1), &batch[..1]).await,
        Ok(true),
        "a writer of before then is forgotten too"
    );
    let again = UsageQuestion {
        partner: Some("lta"),
        ..ALL
    };
    assert_eq!(told(store, again).await.len(), 2);
}
