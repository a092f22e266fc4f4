//! Facts for webhooks: there with what they tell, and not without it.

use super::*;

fn endpoint(name: &str, partner: &str, events: &str) -> WebhookRow {
    WebhookRow {
        id: 0,
        name: name.into(),
        partner: partner.into(),
        url: "https://example.com/".into(),
        events: format!(" {events} "),
        places: "\"all\"".into(),
        threshold: 2,
        secret: "whsec_x".into(),
        old_secret: None,
        is_enabled: true,
        why: None,
        changed_at: NOW,
        created_at: NOW,
    }
}

async fn add_endpoint(store: &Store, row: &WebhookRow) -> WebhookRow {
    store.add_webhook(row, (10, 10)).await.unwrap()
}

fn line(r: &Reservation, event: &str, amount_cents: i64) -> LedgerLine {
    LedgerLine {
        id: 0,
        at: NOW,
        reservation: r.name.to_string(),
        bay: r.bay.to_string(),
        owner: r.owner.to_string(),
        driver: r.driver.to_string(),
        event: event.into(),
        cause: "driver".into(),
        amount_cents,
        currency: r.currency,
        offer: r.offer,
        offer_name: String::new(),
        day: 0,
    }
}

/// What an endpoint was told or is to be told: types, oldest first.
async fn told(store: &Store, row: &WebhookRow) -> Vec<DeliveryRow> {
    let page = DeliveryPage {
        status: None,
        since: Millis::NEVER,
        before: i64::MAX,
        limit: 100,
    };
    let mut rows = store.deliveries(row.id, page).await.unwrap();
    rows.reverse();
    rows
}

fn kinds(rows: &[DeliveryRow]) -> Vec<&str> {
    rows.iter().map(|row| &*row.kind).collect()
}

/// A new address for its calendar, a pause, an end.
async fn change(store: &Store, offer: Offer) {
    let calendar = Offer {
        calendar: CalendarToken("k2".into()),
        ..offer
    };
    let offer = done(store, async |w| w.put_offer(&calendar).await)
        .await
        .unwrap();
    let paused = Offer {
        state: OfferState::Paused,
        ..offer
    };
    let paused = done(store, async |w| w.put_offer(&paused).await)
        .await
        .unwrap();
    let gone = Offer {
        state: OfferState::Withdrawn,
        ..paused
    };
    done(store, async |w| w.put_offer(&gone).await)
        .await
        .unwrap();
}

pub(super) async fn facts_are_written_with_what_they_tell(store: &Store) {
    let owner = add_endpoint(store, &endpoint("wh_1", "acme", "offer.* reservation.*")).await;
    let app = add_endpoint(
        store,
        &endpoint("wh_2", "app", "reservation.confirmed zone.full"),
    )
    .await;
    let other = add_endpoint(store, &endpoint("wh_3", "rival", "offer.* reservation.*")).await;
    let offer = add(store, "B1").await;
    let made = book(store, reservation("rs_1", &offer, span(1, 2)));
    let made = made.await.unwrap();
    done(store, async |w| w.log(&line(&made, "held", 0)).await)
        .await
        .unwrap();
    // What is undone was not.
    let mut work = store.work().await.unwrap();
    work.log(&line(&made, "expired", 0)).await.unwrap();
    drop(work);
    let mut work = store.work().await.unwrap();
    work.mark().await.unwrap();
    work.log(&line(&made, "cancelled", 0)).await.unwrap();
    work.undo().await.unwrap();
    let confirmed = Reservation {
        state: ReservationState::Confirmed,
        ..made
    };
    let confirmed = work.advance(&confirmed, NOW).await.unwrap();
    let lines = [line(&confirmed, "confirmed", 300)];
    work.log_all(&[&lines[0]]).await.unwrap();
    work.commit().await.unwrap();
    change(store, offer).await;
    let all = told(store, &owner).await;
    let want = [
        "offer.created",
        "reservation.held",
        "reservation.confirmed",
        "offer.changed",
        "offer.withdrawn",
    ];
    assert_eq!(kinds(&all), want);
    assert!(
        all.iter()
            .all(|row| row.is_fact && row.status == DeliveryStatus::Pending)
    );
    let data: serde_json::Value = serde_json::from_str(&all[2].data).unwrap();
    assert_eq!(
        (
            &data["role"],
            &data["state"],
            &data["bay"],
            &data["amount_cents"]
        ),
        (
            &"owner".into(),
            &"confirmed".into(),
            &"B1".into(),
            &300.into()
        )
    );
    assert!(
        data.get("driver").is_none() && !all[2].data.contains("app"),
        "{data}"
    );
    let own = told(store, &app).await;
    assert_eq!(kinds(&own), ["reservation.confirmed"]);
    assert!(own[0].data.contains("booker"), "{}", own[0].data);
    assert_ne!(own[0].message, all[2].message);
    assert_eq!(told(store, &other).await, []);
    what_waits_is_found_noted_and_told_again(store, [&owner, &app]).await;
}

async fn what_waits_is_found_noted_and_told_again(store: &Store, [owner, app]: [&WebhookRow; 2]) {
    let all = told(store, owner).await;
    let newest = store.newest_delivery().await.unwrap();
    let mut waiting = store.waiting_endpoints(0, newest).await.unwrap();
    waiting.sort_unstable();
    assert_eq!(waiting, [owner.id, app.id]);
    assert_eq!(store.delivery_backlog().await.unwrap().rows, 6);
    assert_eq!(
        store.next_delivery(owner.id).await.unwrap().as_ref(),
        Some(&all[0])
    );
    for row in &all {
        let row = DeliveryRow {
            status: DeliveryStatus::Delivered,
            done_at: Some(NOW),
            ..row.clone()
        };
        store.note_delivery(&row).await.unwrap();
    }
    assert_eq!(store.next_delivery(owner.id).await, Ok(None));
    store.trim_deliveries(owner.id, (2, 0)).await.unwrap();
    assert_eq!(kinds(&told(store, owner).await), kinds(&all)[3..]);
    assert_eq!(store.replay_deliveries(owner.id, NOW).await, Ok(2));
    assert!(store.resend_delivery(owner.id, all[4].id).await.unwrap());
    assert!(!store.resend_delivery(app.id, all[4].id).await.unwrap());
}

pub(super) async fn an_endpoint_is_kept_changed_and_disabled(store: &Store) {
    let first = add_endpoint(store, &endpoint("wh_1", "acme", "zone.full")).await;
    let second = add_endpoint(store, &endpoint("wh_2", "acme", "zone.full")).await;
    let third = endpoint("wh_3", "acme", "zone.full");
    let full = store.add_webhook(&third, (2, 10)).await;
    assert_eq!(full, Err(StoreError::NoSuch));
    for (new, done) in [("whsec_y", true), ("whsec_z", false)] {
        let terms = (Some(NOW), NOW.plus(9));
        let rotated = store.rotate_webhook(first.id, new, terms).await;
        assert_eq!(rotated, Ok(done), "the old one signs");
    }
    let rows = store.webhooks_of("acme").await.unwrap();
    assert_eq!(rows[1], second);
    assert_eq!(rows[0].secret, "whsec_y");
    assert_eq!(rows[0].old_secret, Some(("whsec_x".into(), NOW.plus(9))));
    assert!(!format!("{rows:?}").contains("whsec"), "{rows:?}");
    let notice = Notice {
        kind: "partner.webhook_disabled",
        once: Some("msg_1".into()),
        at: NOW.plus(1),
        data: "{}".into(),
    };
    for told in [1, 0] {
        assert_eq!(store.tell_webhooks(&[second.id], &notice).await, Ok(told));
    }
    let disable = || store.disable_webhook(&first, "gone", &notice);
    assert_eq!((disable().await, disable().await), (Ok(true), Ok(false)));
    assert_eq!(told(store, &second).await.len(), 2);
    let rows = store.webhooks().await.unwrap();
    assert_eq!(
        (rows[0].is_enabled, rows[0].why.as_deref()),
        (false, Some("gone"))
    );
    let next = WebhookRow {
        is_enabled: true,
        why: None,
        threshold: 9,
        ..rows[0].clone()
    };
    store.put_webhook(&next).await.unwrap();
    assert_eq!(store.webhooks().await.unwrap()[0], next);
    assert!(store.delete_webhook(second.id).await.unwrap());
    assert!(!store.delete_webhook(second.id).await.unwrap());
    assert_eq!(told(store, &second).await, []);
    store.sweep_deliveries(NOW.plus(HOUR)).await.unwrap();
    assert_eq!(store.put_webhook(&second).await, Err(StoreError::NoSuch));
}

pub(super) async fn one_hub_tells_at_a_time(store: &Store) {
    let tells = async |hub: &str, at: u64| {
        let terms = (NOW.plus(at), NOW.plus(at + 100));
        store.tells_webhooks(hub, terms).await.unwrap()
    };
    let one_file = store.shares_waits();
    assert!(tells("a", 0).await);
    assert_eq!(tells("b", 50).await, one_file);
    assert!(tells("a", 90).await);
    assert_eq!(tells("b", 180).await, one_file);
    assert!(tells("b", 191).await);
    assert_eq!(tells("a", 192).await, one_file);
}

pub(super) async fn an_order_is_told_to_all_who_want_it_before_what_waits(store: &Store) {
    let all = add_endpoint(store, &endpoint("wh_1", "acme", "order.* key.expiring")).await;
    let some = add_endpoint(store, &endpoint("wh_2", "other", "order.ended")).await;
    let notice = Notice {
        kind: "key.expiring",
        once: None,
        at: NOW,
        data: "{}".into(),
    };
    store.tell_webhooks(&[all.id], &notice).await.unwrap();
    let version = |version: u32, event: &str| OrderRow {
        name: "or_1".into(),
        version,
        event: event.into(),
        partner: "lta".into(),
        changed_at: NOW.plus(u64::from(version)),
        body: "{}".into(),
        told: format!("{{\"version\":{version}}}"),
    };
    let request = |digest| OrderRequest {
        key: "k".into(),
        digest: [digest; 32],
    };
    let add = async |row: &OrderRow, request: Option<OrderRequest>| {
        store.add_order_version(row, request.as_ref()).await
    };
    let first = version(1, "issued");
    assert_eq!(add(&first, Some(request(1))).await, Ok(OrderKept::Kept));
    let again = OrderRow {
        name: "or_2".into(),
        ..first.clone()
    };
    let before = OrderKept::Before("or_1".into());
    assert_eq!(add(&again, Some(request(1))).await, Ok(before));
    assert_eq!(
        add(&again, Some(request(2))).await,
        Ok(OrderKept::KeyReused)
    );
    assert_eq!(add(&first, None).await, Err(StoreError::Taken));
    let last = version(2, "ended");
    assert_eq!(add(&last, None).await, Ok(OrderKept::Kept));
    let next = store.next_delivery(all.id).await.unwrap().unwrap();
    assert_eq!(
        (&*next.kind, &*next.data),
        ("order.issued", "{\"version\":1}")
    );
    assert_eq!(
        kinds(&told(store, &all).await),
        ["key.expiring", "order.issued", "order.ended"]
    );
    assert_eq!(kinds(&told(store, &some).await), ["order.ended"]);
    assert_eq!(
        store.order_versions(NOW.plus(2), 9).await.unwrap(),
        [first.clone(), last.clone()]
    );
    assert_eq!(store.order_versions(NOW.plus(3), 9).await.unwrap(), []);
    assert_eq!(store.order("or_1").await.unwrap(), [first, last]);
    store.forget_order_requests(NOW.plus(2)).await.unwrap();
    assert_eq!(
        add(&again, Some(request(2))).await,
        Ok(OrderKept::Kept),
        "forgotten"
    );
}
