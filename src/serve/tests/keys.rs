//! Making, listing and revoking keys, as an administrator's client sees it.

use super::open_stream::OpenStream;
use super::{NOW, Town};
use serde_json::{Value, json};

const REPORT: &str = r#"{"source":"lamp-1","bays":[{"bay":"EAST-1"}]}"#;

fn asked(edit: impl FnOnce(&mut Value)) -> String {
    let mut body = json!({"name": "lamps", "partner": "lta", "scopes": ["report"], "sources": ["lamp-*"],
            "source_kind": "sensor", "area": "all"});
    edit(&mut body);
    body.to_string()
}

async fn admin(town: &Town, method: &str, path: &str, body: String) -> super::Answer {
    town.call_as("admin", method, path, body).await
}

async fn report_with(town: &Town, key: &str) -> super::Answer {
    let key = format!("Bearer {key}");
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
    ];
    town.call("POST", "/v1/reports", &headers, REPORT).await
}

#[tokio::test]
async fn a_key_is_shown_once_works_at_once_and_is_refused_once_it_is_revoked() {
    let town = Town::new();
    let made = admin(&town, "POST", "/v1/admin/keys", asked(|_| ())).await;
    assert_eq!(
        (made.status.as_u16(), made.header("cache-control")),
        (201, "private, no-store"),
        "{made:?}"
    );
    let made = made.json();
    let key = made["key"].as_str().unwrap();
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        (made["origin"].as_str(), made["source_kind"].as_str()),
        (Some("store"), Some("sensor"))
    );
    assert_eq!(made["uplinks"], false);
    assert_eq!(
        (&made["area"], &made["standing"]),
        (&json!("all"), &json!("unproven"))
    );
    assert_eq!(report_with(&town, key).await.status.as_u16(), 202);
    let bearer = format!("Bearer {key}");
    let with_key = [("authorization", &*bearer)];
    let mut open = OpenStream::open_at(&town, "/v1/stream", &with_key).await;

    let listed = admin(&town, "GET", "/v1/admin/keys", String::new()).await;
    let text = String::from_utf8(listed.body.clone()).unwrap();
    assert!(
        !text.contains(&key[3..]) && !text.contains("digest") && !text.contains("sha256"),
        "{text}"
    );
    for _ in 0..2 {
        let gone = admin(
            &town,
            "DELETE",
            &format!("/v1/admin/keys/{id}"),
            String::new(),
        )
        .await;
        assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0));
    }
    report_with(&town, key).await.problem("unauthorized");
    open.until_end().await;
    let listed = admin(&town, "GET", "/v1/admin/keys", String::new())
        .await
        .json();
    assert_eq!(
        listed["keys"][0]["revoked_at"],
        NOW.to_string(),
        "it stays listed"
    );
}

#[tokio::test]
async fn an_expired_key_is_refused() {
    let town = Town::new();
    let body = asked(|b| b["expires_at"] = json!("2026-11-23T10:00:01+08:00"));
    let made = admin(&town, "POST", "/v1/admin/keys", body).await.json();
    assert_eq!(made["expires_at"], "2026-11-23T02:00:01.000Z");
    let key = made["key"].as_str().unwrap();
    assert_eq!(report_with(&town, key).await.status.as_u16(), 202);
    town.clock.advance(1000);
    report_with(&town, key).await.problem("unauthorized");
}

#[tokio::test]
async fn a_field_that_cannot_be_is_named() {
    let town = Town::new();
    for (field, value) in [
        ("name", json!("a b")),
        ("name", json!(7)),
        ("name", Value::Null),
        ("partner", json!("nobody")),
        ("partner", json!("\0")),
        ("scopes", json!([])),
        ("scopes", json!("report")),
        ("scopes", json!(["report", "everything"])),
        ("sources", json!([])),
        ("sources", json!(["a*b"])),
        ("sources", json!([7])),
        ("source_kind", json!("lamp")),
        ("standing", json!("good")),
        ("uplinks", json!("yes")),
        ("expires_at", json!("tomorrow")),
        ("expires_at", json!(NOW.to_string())),
        ("scope", json!(["report"])),
    ] {
        let said = admin(
            &town,
            "POST",
            "/v1/admin/keys",
            asked(|b| b[field] = value.clone()),
        )
        .await;
        let said = said.problem("bad-parameter");
        assert_eq!(said["field"], field, "{value}: {said}");
    }
    for body in ["", "[]", "{\"name\":", "7"] {
        admin(&town, "POST", "/v1/admin/keys", body.to_owned())
            .await
            .problem("malformed");
    }
    let huge = asked(|b| b["name"] = json!("x".repeat(70_000)));
    admin(&town, "POST", "/v1/admin/keys", huge)
        .await
        .problem("too-large");
    let key = format!("Bearer {}", town.keys["admin"]);
    let plain = [
        ("authorization", key.as_str()),
        ("content-type", "text/plain"),
    ];
    town.call("POST", "/v1/admin/keys", &plain, asked(|_| ()))
        .await
        .problem("unsupported-media-type");
    let listed = admin(&town, "GET", "/v1/admin/keys", String::new())
        .await
        .json();
    assert_eq!(
        listed["keys"].as_array().unwrap().len(),
        1,
        "only the configuration's: {listed}"
    );
}

#[tokio::test]
async fn a_report_key_without_an_area_or_with_one_that_names_nothing_is_422() {
    let town = Town::new();
    for (field, value) in [
        ("area", Value::Null),
        ("area", json!("everywhere")),
        ("area", json!({})),
        ("area", json!({"zones": [], "operators": []})),
        ("area", json!({"zones": ["a*b"]})),
        ("area", json!({"zones": ["TPY*"], "bays": ["x"]})),
        ("area", json!({"operators": [""]})),
        ("source_kind", Value::Null),
    ] {
        let body = asked(|b| b[field] = value.clone());
        let said = admin(&town, "POST", "/v1/admin/keys", body).await;
        assert_eq!(said.status.as_u16(), 422, "{value}");
        let said = said.problem("contradiction");
        assert_eq!(said["field"], field, "{value}: {said}");
        assert!(
            said["errors"][0].as_str().unwrap().contains(field),
            "{said}"
        );
    }
    // What opens no door for reports needs neither.
    let body = json!({"name": "m", "partner": "lta", "scopes": ["monitor"]}).to_string();
    let made = admin(&town, "POST", "/v1/admin/keys", body).await;
    assert_eq!(made.status.as_u16(), 201, "{made:?}");
}

#[tokio::test]
async fn an_issued_key_is_entrusted_anew() {
    let town = Town::new();
    let named = json!({"zones": ["TPY*"], "operators": ["HDB"]});
    let body = asked(|b| {
        b["area"] = named.clone();
        b["standing"] = json!("trusted");
    });
    let made = admin(&town, "POST", "/v1/admin/keys", body).await.json();
    assert_eq!(
        (&made["area"], &made["standing"]),
        (&named, &json!("trusted"))
    );
    let path = format!("/v1/admin/keys/{}", made["id"].as_str().unwrap());
    let change = |body: Value| admin(&town, "PATCH", &path, body.to_string());
    let changed = change(json!({"standing": "unproven"})).await.json();
    assert_eq!(
        (&changed["area"], &changed["standing"], &changed["name"]),
        (&named, &json!("unproven"), &json!("lamps"))
    );
    assert!(changed.get("key").is_none(), "{changed}");
    let changed = change(json!({"area": "all"})).await.json();
    assert_eq!(changed["area"], "all");
    let listed = admin(&town, "GET", "/v1/admin/keys", String::new()).await;
    assert_eq!(listed.json()["keys"][0], changed);
    for bad in [json!({}), json!({"standing": "x"}), json!({"name": "y"})] {
        change(bad).await.problem("bad-parameter");
    }
    change(json!({"area": {}})).await.problem("contradiction");
    for (id, problem) in [("config:fixed", "conflict"), ("999", "not-found")] {
        let body = json!({"standing": "trusted"}).to_string();
        admin(&town, "PATCH", &format!("/v1/admin/keys/{id}"), body)
            .await
            .problem(problem);
    }
}

#[tokio::test]
async fn what_is_taken_fixed_or_not_there_is_said() {
    let town = Town::new();
    assert_eq!(
        admin(&town, "POST", "/v1/admin/keys", asked(|_| ()))
            .await
            .status
            .as_u16(),
        201
    );
    for taken in ["lamps", "fixed"] {
        admin(
            &town,
            "POST",
            "/v1/admin/keys",
            asked(|b| b["name"] = json!(taken)),
        )
        .await
        .problem("conflict");
    }
    let said = admin(
        &town,
        "DELETE",
        "/v1/admin/keys/config:fixed",
        String::new(),
    )
    .await
    .problem("conflict");
    assert!(
        said["detail"].as_str().unwrap().contains("configuration"),
        "{said}"
    );
    for nobody in [
        "999",
        "config:nobody",
        "nobody",
        "0",
        "-1",
        "+1",
        "01",
        "99999999999999999999",
    ] {
        admin(
            &town,
            "DELETE",
            &format!("/v1/admin/keys/{nobody}"),
            String::new(),
        )
        .await
        .problem("not-found");
    }
}

#[tokio::test]
async fn pages_of_keys_meet_and_a_foreign_cursor_is_refused() {
    let town = Town::new();
    for n in 0..4 {
        let body = asked(|b| b["name"] = json!(format!("k{n}")));
        assert_eq!(
            admin(&town, "POST", "/v1/admin/keys", body)
                .await
                .status
                .as_u16(),
            201
        );
    }
    let mut seen = Vec::new();
    let mut path = "/v1/admin/keys?limit=2&partner=lta".to_owned();
    loop {
        let page = admin(&town, "GET", &path, String::new()).await.json();
        seen.extend(
            page["keys"]
                .as_array()
                .unwrap()
                .iter()
                .map(|k| k["name"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/v1/admin/keys?limit=2&partner=lta&cursor={next}");
    }
    assert_eq!(seen, ["k0", "k1", "k2", "k3", "fixed"]);
    for bad in [
        "cursor=AQAAAAA",
        "cursor=x",
        "cursor=AmFi",
        "limit=0",
        "limit=1001",
        "partners=lta",
        "partner=%00",
    ] {
        admin(
            &town,
            "GET",
            &format!("/v1/admin/keys?{bad}"),
            String::new(),
        )
        .await
        .problem("bad-parameter");
    }
}

#[tokio::test]
async fn a_partner_is_added_once_and_may_then_have_keys() {
    let town = Town::new();
    let body = json!({"name": "hdb"}).to_string();
    let made = admin(&town, "POST", "/v1/admin/partners", body.clone()).await;
    let shown = made.json();
    assert_eq!((made.status.as_u16(), &shown["name"]), (201, &json!("hdb")));
    assert_eq!(
        (&shown["created_at"], &shown["linked"], &shown["state"]),
        (&json!(NOW.to_string()), &json!(true), &json!("admitted"))
    );
    admin(&town, "POST", "/v1/admin/partners", body)
        .await
        .problem("conflict");
    for bad in [
        json!({}),
        json!({"name": "a b"}),
        json!({"name": "x", "key": 1}),
    ] {
        admin(&town, "POST", "/v1/admin/partners", bad.to_string())
            .await
            .problem("bad-parameter");
    }
    let body = asked(|b| b["partner"] = json!("hdb"));
    assert_eq!(
        admin(&town, "POST", "/v1/admin/keys", body)
            .await
            .status
            .as_u16(),
        201
    );
    let first = admin(&town, "GET", "/v1/admin/partners?limit=2", String::new())
        .await
        .json();
    assert_eq!(first["partners"][0]["name"], "lta");
    let path = format!(
        "/v1/admin/partners?cursor={}",
        first["next"].as_str().unwrap()
    );
    let second = admin(&town, "GET", &path, String::new()).await.json();
    assert_eq!(
        (second["partners"][0]["name"].as_str(), &second["next"]),
        (Some("hdb"), &Value::Null)
    );
}
