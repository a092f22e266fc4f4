//! What an owner reads of its bays and of what is booked there: all of its own, nothing of others,
//! and never who drives.

use super::Town;
use super::sharing::{ask, later, market, offer, post_offer, request, step};
use crate::domain::BayStatus::{Occupied, Vacant};
use serde_json::{Value, json};

async fn read(town: &Town, key: &str, path: &str) -> Value {
    let answer = town.call_as(key, "GET", path, "").await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {answer:?}");
    answer.json()
}

fn ids(page: &Value) -> Vec<&str> {
    let each = page["reservations"].as_array().unwrap().iter();
    each.map(|r| r["id"].as_str().unwrap()).collect()
}

/// Bookings an hour long that begin in so many minutes, each in a bay of the first business.
async fn booked(town: &Town, starts: &[u64]) -> Vec<String> {
    let mut made = Vec::new();
    for start in starts {
        let mut body = request(*start);
        body["driver"] = json!("Ms Tan, SGX1234A");
        let held = ask(town, &body).await.json();
        made.push(held["id"].as_str().unwrap().to_owned());
    }
    made
}

#[tokio::test]
async fn an_owner_reads_what_is_booked_of_an_offer_and_never_by_whom() {
    let town = market().await;
    let made = post_offer(&town, &offer("TPY12-001")).await.json();
    let path = format!("/v1/offers/{}/reservations", made["id"].as_str().unwrap());
    assert_eq!(
        read(&town, "share", &path).await,
        json!({"reservations": [], "next": null})
    );
    let [late, early, given_up] = booked(&town, &[300, 60, 180]).await.try_into().unwrap();
    step(&town, &early, "confirm").await;
    step(&town, &given_up, "cancel").await;

    let all = read(&town, "share", &path).await;
    assert_eq!(ids(&all), [&early, &given_up, &late], "by their start");
    let want = json!({
        "id": early, "offer": made["id"], "state": "confirmed", "bay": "TPY12-001", "zone": "TPY12",
        "start": later(60), "end": later(120), "price_cents": 240, "currency": "SGD", "owed_cents": 240,
        "created_at": later(0), "expires_at": null, "arrived_at": null, "departed_at": null,
    });
    assert_eq!(all["reservations"][0], want);
    assert_eq!(all["reservations"][2]["expires_at"], later(3));
    let held = read(&town, "share", &format!("{path}?state=held")).await;
    assert_eq!(ids(&held), [&late]);
    let from = read(&town, "share", &format!("{path}?from={}", later(180))).await;
    assert_eq!(ids(&from), [&given_up, &late]);

    let mut walked = Vec::new();
    let mut next = format!("{path}?limit=1");
    loop {
        let page = read(&town, "share", &next).await;
        walked.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next"].as_str() else {
            break;
        };
        next = format!("{path}?limit=1&cursor={cursor}");
    }
    assert_eq!(walked, [early, given_up, late]);
}

#[tokio::test]
async fn a_foreign_offer_is_answered_as_one_that_is_not_there() {
    let town = market().await;
    let made = post_offer(&town, &offer("TPY12-001")).await.json();
    let id = made["id"].as_str().unwrap();
    booked(&town, &[60]).await;
    let ask = async |key: &str, id: &str| {
        let path = format!("/v1/offers/{id}/reservations");
        town.call_as(key, "GET", &path, "").await
    };
    let foreign = ask("share2", id).await.problem("not-found");
    let unknown = ask("share2", "of_nowhere").await.problem("not-found");
    let told = |p: &Value, id: &str| p["detail"].as_str().unwrap().replace(id, "X");
    assert_eq!(told(&foreign, id), told(&unknown, "of_nowhere"));
    for key in ["book", "report", "monitor", "admin"] {
        assert_eq!(ask(key, id).await.status.as_u16(), 403, "{key}");
    }
    let path = "/v1/partners/me/reservations";
    assert_eq!(ids(&read(&town, "share2", path).await), [""; 0]);
    assert_eq!(ids(&read(&town, "share", path).await).len(), 1);
    let none = town.get(path).await;
    assert_eq!(none.status.as_u16(), 401);
    for (query, field) in [
        ("state=gone", "state"),
        ("from=yesterday", "from"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("cursor=AAAA", "cursor"),
        ("cursor=Ai0", "cursor"),
        ("driver=x", "driver"),
    ] {
        let path = format!("{path}?{query}");
        let refused = town.call_as("share", "GET", &path, "").await;
        assert_eq!(refused.problem("bad-parameter")["field"], field, "{query}");
    }
}

#[tokio::test]
async fn a_partner_sees_its_own_bays_with_what_is_seen_and_booked_there() {
    let town = market().await;
    let path = "/v1/partners/me/bays";
    let made = post_offer(&town, &offer("TPY12-001")).await.json();
    town.turns("TPY12-001", Occupied, Occupied);
    town.turns("EAST-1", Vacant, Vacant);
    let [now, next] = booked(&town, &[20, 120]).await.try_into().unwrap();
    step(&town, &now, "confirm").await;
    town.clock.advance(30 * 60_000);
    // Any key of the partner will do.
    for key in ["share", "report", "monitor", "book", "admin"] {
        let own = read(&town, key, path).await;
        assert_eq!(own["partner"], "lta", "{key}");
        let bays = own["bays"].as_array().unwrap();
        let named: Vec<&str> = bays.iter().map(|b| b["bay"].as_str().unwrap()).collect();
        assert_eq!(named, ["TPY12-001", "EAST-1"]);
        assert_eq!(bays[0]["offer"], json!({"id": made["id"], "state": "open"}));
        assert_eq!(
            (&bays[0]["state"], &bays[0]["zone"], &bays[0]["zone_kind"]),
            (&json!("occupied"), &json!("TPY12"), &json!("on_street"))
        );
        let brief = |id: &str, state: &str, start, end| json!({"id": id, "state": state, "start": later(start), "end": later(end)});
        assert_eq!(bays[0]["booked_now"], brief(&now, "confirmed", 20, 80));
        assert_eq!(bays[0]["booked_next"]["start"], later(120));
        assert_eq!(bays[0]["booked_next"]["id"], next);
        assert_eq!(
            (&bays[1]["state"], &bays[1]["offer"], &bays[1]["booked_now"]),
            (&json!("vacant"), &json!(null), &json!(null))
        );
    }
    let other = read(&town, "share2", path).await;
    assert_eq!(other["bays"][0]["bay"], "TPY12-002");
    assert_eq!(other["bays"].as_array().unwrap().len(), 1);
    assert_eq!(other["bays"][0]["observed_at"], json!(null));
    assert_eq!(town.get(path).await.status.as_u16(), 401);

    let first = read(&town, "share", &format!("{path}?limit=1")).await;
    assert_eq!(first["bays"][0]["bay"], "TPY12-001");
    let cursor = first["next"].as_str().unwrap();
    let last = read(&town, "share", &format!("{path}?limit=1&cursor={cursor}")).await;
    assert_eq!(
        (&last["bays"][0]["bay"], &last["next"]),
        (&json!("EAST-1"), &json!(null))
    );
}

#[tokio::test]
async fn a_new_owner_sees_who_is_still_there_by_the_former_ones_offer_but_not_for_how_much() {
    let town = market().await;
    let made = post_offer(&town, &offer("TPY12-001")).await.json();
    let id = booked(&town, &[0]).await.remove(0);
    step(&town, &id, "confirm").await;
    step(&town, &id, "arrive").await;
    let owner = "/v1/admin/bays/TPY12-001/owner";
    let body = json!({"partner": "ura"}).to_string();
    town.call_as("admin", "PUT", owner, body).await;
    let theirs = read(&town, "share2", "/v1/partners/me/reservations").await;
    let there = &theirs["reservations"][0];
    let said = ["id", "state", "bay", "offer", "price_cents", "owed_cents"];
    let said = said.map(|member| there[member].clone());
    let none = Value::Null;
    let want = [
        json!(id),
        json!("active"),
        json!("TPY12-001"),
        none.clone(),
        none.clone(),
        none,
    ];
    assert_eq!(said, want);
    let bays = read(&town, "share2", "/v1/partners/me/bays").await;
    let bay = bays["bays"].as_array().unwrap().iter();
    let bay = bay.clone().find(|b| b["bay"] == "TPY12-001").unwrap();
    assert_eq!(
        (&bay["booked_now"]["id"], &bay["offer"]),
        (&json!(id), &Value::Null)
    );
    let before = read(&town, "share", "/v1/partners/me/reservations").await;
    let before = &before["reservations"][0];
    assert_eq!(
        (&before["offer"], &before["owed_cents"]),
        (&made["id"], &json!(240))
    );
    for state in ["active", "held"] {
        let path = format!("/v1/partners/me/reservations?state={state}");
        let found = read(&town, "share2", &path).await;
        assert_eq!(ids(&found).len(), usize::from(state == "active"));
    }
    step(&town, &id, "depart").await;
    let over = read(&town, "share2", "/v1/partners/me/reservations").await;
    assert_eq!(ids(&over).len(), 0, "it was never theirs");
}
