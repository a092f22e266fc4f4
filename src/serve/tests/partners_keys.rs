//! The keys that a partner makes by itself, and what it cannot make of them.

use super::Town;
use super::partners_signup::{let_in, open_town, with_key};
use serde_json::{Value, json};

const KEYS: &str = "/v1/partners/me/keys";

async fn made(town: &Town, login: &str, body: Value) -> (String, String) {
    let made = with_key(town, login, "POST", KEYS, body).await;
    assert_eq!(made.status.as_u16(), 201, "{made:?}");
    let made = made.json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("key"), text("id"))
}

fn app(name: &str) -> Value {
    json!({"name": name, "scopes": ["report", "book"]})
}

async fn report(town: &Town, key: &str, source: &str) -> u16 {
    let body = json!({"source": source, "bays": [{"bay": "EAST-1", "state": "vacant"}]});
    let told = with_key(town, key, "POST", "/v1/reports", body).await;
    told.status.as_u16()
}

#[tokio::test]
async fn a_login_makes_keys_that_are_good_for_what_was_granted() {
    let town = open_town();
    let login = let_in(&town, "newco").await;
    let (key, id) = made(&town, &login, app("phone")).await;
    let me = with_key(&town, &key, "GET", "/v1/partners/me", Value::Null)
        .await
        .json();
    assert_eq!(
        (
            &me["key"]["name"],
            &me["key"]["source_kind"],
            &me["key"]["sources"]
        ),
        (&json!("newco:phone"), &json!("app"), &json!(["newco:*"]))
    );
    assert_eq!(report(&town, &key, "newco:app-1").await, 202);
    assert_eq!(report(&town, &key, "lamp-1").await, 403, "another's source");
    let listed = with_key(&town, &login, "GET", KEYS, Value::Null).await;
    assert!(!listed.text().contains(&key[8..]), "{listed:?}");
    let listed = listed.json();
    let names: Vec<&str> = listed["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|k| k["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["newco:login", "newco:phone"]);
    // A key for reports manages nothing.
    for (method, path) in [("GET", KEYS.to_owned()), ("DELETE", format!("{KEYS}/{id}"))] {
        let refused = with_key(&town, &key, method, &path, Value::Null).await;
        refused.problem("forbidden");
    }
    let gone = with_key(
        &town,
        &login,
        "DELETE",
        &format!("{KEYS}/{id}"),
        Value::Null,
    )
    .await;
    assert_eq!(gone.status.as_u16(), 204);
    assert_eq!(report(&town, &key, "newco:app-1").await, 401);
    let taken = with_key(&town, &login, "POST", KEYS, app("phone")).await;
    taken.problem("conflict");
}

#[tokio::test]
async fn nobody_grants_itself_more_than_it_has() {
    let town = open_town();
    let login = let_in(&town, "newco").await;
    for (word, more) in [
        ("admin", json!({"scopes": ["admin"]})),
        ("monitor", json!({"scopes": ["report", "monitor"]})),
        ("sensor", json!({"source_kind": "sensor"})),
        ("gate", json!({"source_kind": "gate"})),
        ("lamp-*", json!({"sources": ["lamp-*"]})),
        ("*", json!({"sources": ["newco:1", "*"]})),
        ("uplinks", json!({"uplinks": true})),
    ] {
        let mut body = json!({"name": "more", "scopes": ["report"]});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let said = with_key(&town, &login, "POST", KEYS, body)
            .await
            .problem("forbidden");
        let said = said["detail"].as_str().unwrap();
        assert!(
            said.contains(word) && said.contains("administrator"),
            "{said}"
        );
    }
    for (field, value) in [
        ("partner", json!("lta")),
        ("standing", json!("trusted")),
        ("scopes", json!(["everything"])),
        ("scopes", json!([])),
        ("name", json!("a b")),
        ("expires_at", json!("2020-01-01T00:00:00Z")),
    ] {
        let mut body = app("odd");
        body[field] = value;
        let said = with_key(&town, &login, "POST", KEYS, body).await;
        assert_eq!(said.problem("bad-parameter")["field"], field);
    }
    // What could be had is told, and nothing else.
    let said = with_key(&town, &login, "POST", KEYS, json!({"name": "all"})).await;
    let said = said.problem("bad-parameter")["detail"].to_string();
    assert!(said.contains("report, share, book, partner\""), "{said}");
    let mut sandbox = app("try");
    sandbox["sandbox"] = json!(true);
    let said = with_key(&town, &login, "POST", KEYS, sandbox).await;
    assert_eq!(said.problem("contradiction")["field"], "sandbox");
    // What an administrator grants is to be had at once.
    let grants = json!({"grants": {"source_kinds": ["sensor"], "sources": ["lamp-new-*"], "area": {"zones": ["EAST"]}}});
    let path = "/v1/admin/partners/newco";
    let more = town
        .call_as("admin", "PATCH", path, grants.to_string())
        .await;
    assert_eq!(more.status.as_u16(), 200, "{more:?}");
    let (key, _) = made(
        &town,
        &login,
        json!({"name": "lamps", "scopes": ["report"]}),
    )
    .await;
    let me = with_key(&town, &key, "GET", "/v1/partners/me", Value::Null)
        .await
        .json();
    assert_eq!(
        (&me["key"]["source_kind"], &me["key"]["area"]["zones"]),
        (&json!("sensor"), &json!(["EAST"]))
    );
    let everywhere = json!({"name": "all", "scopes": ["report"], "area": "all"});
    with_key(&town, &login, "POST", KEYS, everywhere)
        .await
        .problem("forbidden");
}

#[tokio::test]
async fn nobody_touches_anothers_keys_or_learns_of_them() {
    let town = open_town();
    let mine = let_in(&town, "newco").await;
    let theirs = let_in(&town, "otherco").await;
    let (key, id) = made(&town, &theirs, app("phone")).await;
    let body = json!({"overlap_s": 0});
    for id in [&*id, "999", "config:fixed", "config:none", "x", "sbx-1"] {
        let gone = with_key(&town, &mine, "DELETE", &format!("{KEYS}/{id}"), Value::Null).await;
        gone.problem("not-found");
        let path = format!("{KEYS}/{id}/rotate");
        let rotated = with_key(&town, &mine, "POST", &path, body.clone()).await;
        rotated.problem("not-found");
    }
    assert_eq!(report(&town, &key, "otherco:1").await, 202, "still good");
    let listed = with_key(&town, &mine, "GET", KEYS, Value::Null).await;
    assert!(!listed.text().contains("otherco"), "{listed:?}");
    let own = town
        .call_as("partner", "DELETE", &format!("{KEYS}/config:fixed"), "")
        .await;
    own.problem("conflict");
}

#[tokio::test]
async fn a_key_that_an_administrator_made_for_more_is_not_handed_out_anew() {
    let town = Town::new();
    let make = async |body: Value| {
        let made = town
            .call_as("admin", "POST", "/v1/admin/keys", body.to_string())
            .await;
        assert_eq!(made.status.as_u16(), 201, "{made:?}");
        made.json()["id"].as_str().unwrap().to_owned()
    };
    let root = make(json!({"name": "root", "partner": "lta", "scopes": ["admin"]})).await;
    let lamps = json!({"name": "lamps", "partner": "lta", "scopes": ["report"], "sources": ["lta:*"],
        "source_kind": "sensor", "area": "all"});
    let lamps = make(lamps).await;
    let own = async |method: &str, path: String| {
        let answer = town.call_as("partner", method, &path, "{}").await;
        answer.status.as_u16()
    };
    for id in [&root, &lamps] {
        assert_eq!(
            own("POST", format!("{KEYS}/{id}/rotate")).await,
            403,
            "{id}"
        );
    }
    assert_eq!(own("DELETE", format!("{KEYS}/{root}")).await, 403);
    assert_eq!(own("DELETE", format!("{KEYS}/{lamps}")).await, 204);
}

#[tokio::test]
async fn a_key_is_rotated_and_both_are_good_for_a_while() {
    let town = open_town();
    let login = let_in(&town, "newco").await;
    let (old, id) = made(&town, &login, app("phone")).await;
    let path = format!("{KEYS}/{id}/rotate");
    let body = json!({"overlap_s": 3600});
    let rotated = with_key(&town, &login, "POST", &path, body).await.json();
    assert_eq!(
        (&rotated["name"], &rotated["replaces"]),
        (&json!("newco:phone.2"), &json!(id))
    );
    let new = rotated["key"].as_str().unwrap();
    for key in [&*old, new] {
        assert_eq!(report(&town, key, "newco:1").await, 202);
    }
    town.clock.advance(3_600_000);
    assert_eq!(report(&town, &old, "newco:1").await, 401);
    assert_eq!(report(&town, new, "newco:1").await, 202);
    let over = with_key(&town, &login, "POST", &path, json!({})).await;
    over.problem("not-found");
    // The login changes itself: not by taking away what it stands on.
    let listed = with_key(&town, &login, "GET", KEYS, Value::Null)
        .await
        .json();
    let id = listed["keys"][0]["id"].as_str().unwrap().to_owned();
    let gone = with_key(
        &town,
        &login,
        "DELETE",
        &format!("{KEYS}/{id}"),
        Value::Null,
    )
    .await;
    gone.problem("conflict");
    let path = format!("{KEYS}/{id}/rotate");
    let second = with_key(&town, &login, "POST", &path, json!({"overlap_s": 60}))
        .await
        .json();
    let second = second["key"].as_str().unwrap();
    let gone = with_key(
        &town,
        second,
        "DELETE",
        &format!("{KEYS}/{id}"),
        Value::Null,
    )
    .await;
    assert_eq!(gone.status.as_u16(), 204);
    let refused = with_key(&town, &login, "GET", KEYS, Value::Null).await;
    refused.problem("unauthorized");
    let long = with_key(
        &town,
        second,
        "POST",
        &path,
        json!({"overlap_s": 9_999_999}),
    )
    .await;
    assert_eq!(long.problem("bad-parameter")["field"], "overlap_s");
}

#[tokio::test]
async fn a_partner_has_as_many_keys_as_it_may_and_none_while_it_is_suspended() {
    let town = open_town();
    let login = let_in(&town, "newco").await;
    for n in 1..20 {
        made(&town, &login, app(&format!("k{n}"))).await;
    }
    let full = with_key(&town, &login, "POST", KEYS, app("one-more")).await;
    assert!(
        full.problem("conflict")["detail"]
            .as_str()
            .unwrap()
            .contains("20")
    );
    let suspend = |state: &str| json!({"state": state}).to_string();
    let path = "/v1/admin/partners/newco";
    let told = town
        .call_as("admin", "PATCH", path, suspend("suspended"))
        .await
        .json();
    assert_eq!(
        (&told["state"], &told["keys_of_configuration"]),
        (&json!("suspended"), &json!([]))
    );
    let refused = with_key(&town, &login, "GET", "/v1/partners/me", Value::Null).await;
    refused.problem("unauthorized");
    town.call_as("admin", "PATCH", path, suspend("admitted"))
        .await;
    let back = with_key(&town, &login, "GET", "/v1/partners/me", Value::Null).await;
    assert_eq!(back.json()["state"], "admitted");
    let lta = town
        .call_as(
            "admin",
            "PATCH",
            "/v1/admin/partners/lta",
            suspend("suspended"),
        )
        .await;
    assert_eq!(lta.json()["keys_of_configuration"], json!(["fixed"]));
    let none = town
        .call_as(
            "admin",
            "PATCH",
            "/v1/admin/partners/nobody",
            suspend("admitted"),
        )
        .await;
    none.problem("not-found");
    for (field, body) in [
        ("state", json!({})),
        ("state", json!({"state": "asked"})),
        ("linked", json!({"linked": 1})),
        ("grants", json!({"grants": {"scopes": ["admin"]}})),
    ] {
        let said = town.call_as("admin", "PATCH", path, body.to_string()).await;
        assert_eq!(said.problem("bad-parameter")["field"], field);
    }
}

/// A private zone of that operator with a bay.
async fn private_zone(town: &Town, operator: &str) {
    let at = json!({"type": "Point", "coordinates": [103.85, 1.333]});
    let zone = json!({"type": "Feature", "geometry": at,
        "properties": {"id": "P", "name": "P", "kind": "private", "operator": operator}});
    let bay = json!({"type": "Feature", "geometry": at,
        "properties": {"id": "P-1", "zone": "P", "kind": "car"}});
    for (path, what) in [("/v1/admin/zones", zone), ("/v1/admin/bays", bay)] {
        let put = town.call_as("admin", "PUT", path, what.to_string()).await;
        assert_eq!(put.status.as_u16(), 200, "{put:?}");
    }
}

#[tokio::test]
async fn who_has_named_itself_owns_nothing_by_that_name_also_where_the_operator_comes_later() {
    let town = open_town();
    let login = let_in(&town, "newco").await;
    let (key, _) = made(&town, &login, json!({"name": "shop", "scopes": ["share"]})).await;
    private_zone(&town, "newco").await;
    let owned = async || {
        let bays = with_key(&town, &key, "GET", "/v1/partners/me/bays", Value::Null)
            .await
            .json();
        let bays = bays["bays"].as_array().unwrap().len();
        let seen = with_key(&town, &key, "GET", "/v1/bays/P-1", Value::Null).await;
        let offer = json!({"bay": "P-1", "windows": [{"start": "2026-11-23T03:00:00Z",
            "end": "2026-11-23T05:00:00Z"}], "price_cents_per_hour": 100});
        let offered = with_key(&town, &key, "POST", "/v1/offers", offer).await;
        (bays, seen.status.as_u16(), offered.status.as_u16())
    };
    let (bays, seen, offered) = owned().await;
    assert_eq!((bays, seen), (0, 404), "it is not seen");
    assert!(offered >= 400, "{offered}");
    let linked = json!({"linked": true}).to_string();
    let told = town
        .call_as("admin", "PATCH", "/v1/admin/partners/newco", linked)
        .await;
    assert_eq!(told.json()["linked"], true);
    assert_eq!(owned().await, (1, 200, 201));
}

#[tokio::test]
async fn what_partners_do_with_keys_is_noted_and_no_key_is() {
    let town = open_town();
    let login = let_in(&town, "newco").await;
    made(&town, &login, app("phone")).await;
    let noted = town.audited.all();
    let of = |path: &str| noted.iter().filter(|call| call.path == path).count();
    assert_eq!(
        (of("/v1/partners"), of("/v1/partners/confirm"), of(KEYS)),
        (1, 1, 1),
        "{noted:?}"
    );
    let made = noted.iter().find(|call| call.path == KEYS).unwrap();
    assert_eq!(
        (made.partner.as_deref(), made.key.as_deref(), made.status),
        (Some("newco"), Some("newco:login"), Some(201))
    );
    assert!(!format!("{noted:?}").contains("bh_"));
}
