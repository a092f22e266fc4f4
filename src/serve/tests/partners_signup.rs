//! How a stranger becomes a partner, as it and the administrator see it; and what strangers try.

use super::places::small_town;
use super::{Answer, Town};
use crate::partners::{Admission, AdmissionConfig};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");

/// A town that admits whoever proves an address.
pub(super) fn open_town() -> Town {
    admitting(|c| c.admission = Admission::Open)
}

fn admitting(edit: impl FnOnce(&mut AdmissionConfig)) -> Town {
    let mut config = AdmissionConfig::default();
    edit(&mut config);
    Town::admitting(small_town(), config)
}

async fn post(town: &Town, path: &str, body: Value) -> Answer {
    town.call("POST", path, &[JSON], body.to_string()).await
}

async fn sign_up(town: &Town, name: &str) -> Answer {
    let body =
        json!({"name": name, "contact": format!("dev@{name}.example"), "wants": "live data"});
    post(town, "/v1/partners", body).await
}

async fn signups(town: &Town) -> Vec<Value> {
    let listed = town.call_as("admin", "GET", "/v1/admin/partners", "").await;
    listed.json()["signups"].as_array().unwrap().clone()
}

async fn token_of(town: &Town, name: &str) -> String {
    let all = signups(town).await;
    let one = all.iter().find(|s| s["name"] == name).unwrap();
    one["token"].as_str().unwrap().to_owned()
}

pub(super) async fn confirm(town: &Town, token: &str) -> Answer {
    post(town, "/v1/partners/confirm", json!({"token": token})).await
}

/// The login of a stranger who was let in.
pub(super) async fn let_in(town: &Town, name: &str) -> String {
    assert_eq!(sign_up(town, name).await.status.as_u16(), 202);
    let made = confirm(town, &token_of(town, name).await).await;
    assert_eq!(made.status.as_u16(), 201, "{made:?}");
    made.json()["key"].as_str().unwrap().to_owned()
}

pub(super) async fn with_key(
    town: &Town,
    key: &str,
    method: &str,
    path: &str,
    body: Value,
) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", &*bearer), JSON];
    town.call(method, path, &headers, body.to_string()).await
}

async fn decide(town: &Town, id: &str, body: Value) -> Answer {
    let path = format!("/v1/admin/signups/{id}");
    town.call_as("admin", "PATCH", &path, body.to_string())
        .await
}

#[tokio::test]
async fn an_open_hub_lets_in_who_proves_an_address_and_grants_little() {
    let town = open_town();
    let asked = sign_up(&town, "newco").await;
    assert_eq!(asked.header("cache-control"), "private, no-store");
    let told = asked.json();
    assert_eq!(
        (&told["state"], &told["because"]),
        (&json!("asked"), &Value::Null)
    );
    assert!(
        !asked.text().contains("bh_link_"),
        "the answer proves nothing"
    );
    let token = token_of(&town, "newco").await;
    let made = confirm(&town, &token).await;
    assert_eq!(made.status.as_u16(), 201, "{made:?}");
    let made = made.json();
    let key = made["key"].as_str().unwrap();
    assert!(key.starts_with("bh_live_"));
    assert_eq!(
        (&made["partner"], &made["scopes"], &made["state"]),
        (&json!("newco"), &json!(["partner"]), &json!("admitted"))
    );
    let me = with_key(&town, key, "GET", "/v1/partners/me", Value::Null)
        .await
        .json();
    let granted = json!({"scopes": ["report", "share", "book", "partner"], "source_kinds": ["app"],
        "sources": ["newco:*"], "area": "all", "uplinks": false, "standing": "unproven"});
    assert_eq!(
        (&me["may_grant"], &me["linked"], &me["admission"]),
        (&granted, &json!(false), &json!("open"))
    );
    // The link is spent, for everybody.
    for _ in 0..2 {
        confirm(&town, &token).await.problem("not-found");
    }
    assert!(signups(&town).await.is_empty());
}

#[tokio::test]
async fn an_administrator_lets_in_with_one_call_and_the_key_goes_to_who_has_the_link() {
    let town = Town::new();
    assert_eq!(sign_up(&town, "newco").await.status.as_u16(), 202);
    let first = token_of(&town, "newco").await;
    let waits = confirm(&town, &first).await;
    assert_eq!(waits.status.as_u16(), 202, "{waits:?}");
    assert_eq!(waits.json()["state"], "confirmed");
    confirm(&town, &first).await.problem("not-found");
    let waiting = signups(&town).await;
    assert_eq!(
        (
            &waiting[0]["state"],
            &waiting[0]["token"],
            &waiting[0]["like"]
        ),
        (&json!("confirmed"), &Value::Null, &Value::Null)
    );
    let id = waiting[0]["id"].as_str().unwrap();
    let admitted = decide(&town, id, json!({"state": "admitted"})).await;
    assert_eq!(admitted.status.as_u16(), 200, "{admitted:?}");
    let second = admitted.json()["token"].as_str().unwrap().to_owned();
    assert!(second != first && admitted.json()["partner"] == "newco");
    // Lost: another takes its place.
    let again = decide(&town, id, json!({"state": "admitted"})).await.json();
    let third = again["token"].as_str().unwrap().to_owned();
    confirm(&town, &second).await.problem("not-found");
    let made = confirm(&town, &third).await.json();
    let key = made["key"].as_str().unwrap();
    let me = with_key(&town, key, "GET", "/v1/partners/me", Value::Null)
        .await
        .json();
    assert_eq!(
        (&me["name"], &me["linked"]),
        (&json!("newco"), &json!(false))
    );
    let listed = town.call_as("admin", "GET", "/v1/admin/partners", "").await;
    assert!(!listed.text().contains("bh_link_"), "{listed:?}");
    let partners = listed.json()["partners"].clone();
    let of = |name: &str| {
        let all = partners.as_array().unwrap().iter();
        all.clone().find(|p| p["name"] == name).unwrap().clone()
    };
    assert_eq!(
        (&of("newco")["linked"], &of("lta")["linked"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(of("newco")["contact"], "dev@newco.example");
}

#[tokio::test]
async fn who_is_admitted_before_the_address_is_proven_gets_the_key_with_the_first_link() {
    let town = Town::new();
    sign_up(&town, "newco").await;
    let waiting = signups(&town).await;
    let token = waiting[0]["token"].as_str().unwrap();
    let grants = json!({"source_kinds": ["sensor", "app"], "uplinks": true});
    let said = json!({"state": "admitted", "grants": grants});
    let admitted = decide(&town, waiting[0]["id"].as_str().unwrap(), said).await;
    assert_eq!(admitted.json()["token"], *token, "{admitted:?}");
    let made = confirm(&town, token).await.json();
    let key = made["key"].as_str().unwrap();
    let me = with_key(&town, key, "GET", "/v1/partners/me", Value::Null)
        .await
        .json();
    assert_eq!(
        (
            &me["may_grant"]["source_kinds"],
            &me["may_grant"]["sources"]
        ),
        (&json!(["sensor", "app"]), &json!(["newco:*"]))
    );
}

#[tokio::test]
async fn who_is_refused_or_late_gets_nothing() {
    let town = open_town();
    sign_up(&town, "newco").await;
    let token = token_of(&town, "newco").await;
    let id = signups(&town).await[0]["id"].as_str().unwrap().to_owned();
    let refused = decide(&town, &id, json!({"state": "refused"})).await.json();
    assert_eq!(
        (&refused["state"], &refused["token"]),
        (&json!("refused"), &Value::Null)
    );
    confirm(&town, &token).await.problem("not-found");
    sign_up(&town, "later").await;
    let token = token_of(&town, "later").await;
    town.clock.advance(48 * 3_600_000);
    confirm(&town, &token).await.problem("not-found");
    assert!(signups(&town).await.is_empty());
    for (id, body) in [
        (&*id, json!({"state": "admitted"})),
        ("999", json!({"state": "refused"})),
        ("x", json!({"state": "refused"})),
    ] {
        decide(&town, id, body).await.problem("not-found");
    }
}

#[tokio::test]
async fn a_name_that_could_be_taken_for_another_is_let_in_by_an_administrator_only() {
    let town = admitting(|c| {
        c.admission = Admission::Open;
        c.reserved = vec!["Land Transport".into()];
        c.signups_per_hour_per_address = 100;
    });
    // A zone of the operator "X-Park"; a partner of the configuration is "lta".
    let zone = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [103.85, 1.333]},
        "properties": {"id": "XP", "name": "XP", "kind": "off_street", "operator": "X-Park", "capacity": 5}});
    let put = town
        .call_as("admin", "PUT", "/v1/admin/zones", zone.to_string())
        .await;
    assert_eq!(put.status.as_u16(), 200, "{put:?}");
    for (name, what) in [
        ("x-park", "operator"),
        ("xpark", "operator"),
        ("lta", "partner"),
        ("land-transport", "reserved"),
        ("bayhub", "own"),
    ] {
        assert_eq!(
            sign_up(&town, name).await.status.as_u16(),
            202,
            "nothing is told of it"
        );
        let waits = confirm(&town, &token_of(&town, name).await).await;
        assert_eq!(waits.status.as_u16(), 202, "{name}: {waits:?}");
        let because = waits.json()["because"].as_str().unwrap().to_owned();
        assert!(because.contains(what), "{name}: {because}");
        let all = signups(&town).await;
        let one = all.iter().find(|s| s["name"] == name).unwrap();
        assert!(one["like"].as_str().unwrap().contains(what), "{one}");
        let id = one["id"].as_str().unwrap();
        // Not by a slip of the pen either.
        let unclear = decide(&town, id, json!({"state": "admitted"})).await;
        assert!(
            unclear.problem("conflict")["detail"]
                .as_str()
                .unwrap()
                .contains("partner")
        );
    }
    let all = signups(&town).await;
    let one = all.iter().find(|s| s["name"] == "x-park").unwrap();
    let said = json!({"state": "admitted", "partner": "X-Park"});
    let linked = decide(&town, one["id"].as_str().unwrap(), said)
        .await
        .json();
    let made = confirm(&town, linked["token"].as_str().unwrap())
        .await
        .json();
    let key = made["key"].as_str().unwrap();
    let me = with_key(&town, key, "GET", "/v1/partners/me", Value::Null)
        .await
        .json();
    assert_eq!(
        (&me["name"], &me["linked"]),
        (&json!("X-Park"), &json!(true))
    );
}

#[tokio::test]
async fn a_closed_hub_takes_nobody() {
    let town = admitting(|c| c.admission = Admission::Closed);
    sign_up(&town, "newco").await.problem("forbidden");
    assert!(signups(&town).await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_is_named_and_nothing_is_kept() {
    let town = open_town();
    for (field, value) in [
        ("name", json!("<b>newco</b>")),
        ("name", json!("NewCo")),
        ("name", json!("n\u{435}wco")),
        ("name", json!("ne\u{0}co")),
        ("name", json!("x".repeat(41))),
        ("name", json!(7)),
        ("name", Value::Null),
        ("contact", json!("nobody")),
        ("contact", json!("a@b.example\r\nBcc: c@d.example")),
        ("contact", json!("a@b.example,c@d.example")),
        ("contact", Value::Null),
        ("wants", json!("<script>alert(1)</script>")),
        ("wants", json!("x".repeat(501))),
        ("scopes", json!(["admin"])),
    ] {
        let mut body = json!({"name": "newco", "contact": "dev@newco.example", "wants": "data"});
        body[field] = value.clone();
        let said = post(&town, "/v1/partners", body).await;
        assert_eq!(said.problem("bad-parameter")["field"], field, "{value}");
    }
    let long = json!({"name": "newco", "contact": "a@b.example", "wants": "x".repeat(10_000)});
    post(&town, "/v1/partners", long).await.problem("too-large");
    for token in [
        "",
        "bh_link_",
        "bh_link_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "\u{0}",
    ] {
        confirm(&town, token).await.problem("not-found");
    }
    assert!(signups(&town).await.is_empty());
}

#[tokio::test]
async fn floods_are_bounded_for_each_address_each_contact_and_in_all() {
    let town = admitting(|c| {
        c.signups_per_hour = 8;
        c.signups_per_hour_per_address = 6;
        c.signups_per_contact = 2;
        c.signups_waiting = 4;
    });
    let ask = async |n: u32, contact: &str| {
        let body = json!({"name": format!("newco-{n}"), "contact": contact});
        post(&town, "/v1/partners", body).await
    };
    for n in 0..2 {
        assert_eq!(ask(n, "victim@x.example").await.status.as_u16(), 202);
    }
    // However it is spelt.
    let said = ask(2, "Victim@X.example").await;
    let said = said.problem("quota-exceeded");
    assert_eq!(
        (&said["share"], &said["limit"]),
        (&json!("signups"), &json!(2)),
        "{said}"
    );
    for n in 3..5 {
        assert_eq!(
            ask(n, &format!("a{n}@x.example")).await.status.as_u16(),
            202
        );
    }
    let said = ask(5, "a5@x.example").await;
    assert_eq!(said.problem("quota-exceeded")["limit"], 4, "rows in all");
    let said = ask(6, "a6@x.example").await;
    assert_eq!(said.header("retry-after"), "3601");
    assert_eq!(said.problem("quota-exceeded")["limit"], 6, "an hour");
    let metrics = String::from_utf8(town.metrics.render()).unwrap();
    for line in [
        r#"bayhub_partner_signups_total{outcome="asked"} 4"#,
        r#"bayhub_partner_signups_total{outcome="flooded"} 3"#,
    ] {
        assert!(metrics.contains(line), "{line}");
    }
}
