//! Problems for those who deal with them: whose they are, deadlines by the clock, states, ratings, and what
//! is told of it.

use super::open311::report;
use super::{Answer, Town};
use crate::domain::{ProblemCode, ZoneKind};
use crate::problems::{Config, OperatorConfig};
use crate::testing;
use serde_json::{Value, json};

/// `KERB` is `hdb`'s, whose partner is `ura`; `LOT` is private, of `lta`; `PARK` is nobody's that is known.
/// Of keys, those called `...2` are `ura`'s and all others `lta`'s.
pub(super) fn city() -> Town {
    let city = testing::town().zone("KERB").operator("HDB").bays(3);
    let city = city
        .zone("LOT")
        .kind(ZoneKind::Private)
        .operator("lta")
        .bays(1);
    let city = city.zone("PARK").operator("someone").bays(12);
    let hdb = OperatorConfig {
        name: "hdb".to_owned(),
        partner: Some("ura".to_owned()),
        deadline_min: [("bay-blocked".to_owned(), 30)].into(),
    };
    let config = Config {
        authority_partner: Some("lta".to_owned()),
        ..Config::default()
    };
    Town::reporting(city.build(), (config, vec![hdb]))
}

/// A key of `ura` that manages its partner.
pub(super) async fn of_ura(town: &Town) -> String {
    let ask = json!({"name": "ura:desk", "partner": "ura", "scopes": ["partner"]}).to_string();
    let made = town.call_as("admin", "POST", "/v1/admin/keys", ask).await;
    made.json()["key"]
        .as_str()
        .unwrap_or_else(|| panic!("{made:?}"))
        .to_owned()
}

pub(super) async fn by(town: &Town, key: &str, method: &str, path: &str, body: Value) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [
        ("authorization", &*bearer),
        ("content-type", "application/json"),
    ];
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    town.call(method, path, &headers, body).await
}

pub(super) async fn at(town: &Town, bay: &str, more: &[(&str, &str)]) -> Value {
    let form = [
        &[("service_code", "bay-blocked"), ("attribute[bay]", bay)][..],
        more,
    ]
    .concat();
    report(town, &form).await
}

pub(super) fn id(of: &Value) -> &str {
    of["service_request_id"].as_str().unwrap()
}

#[tokio::test]
async fn each_operator_has_its_own_list_and_anothers_is_not_there() {
    let town = city();
    let ura = of_ura(&town).await;
    let contact = [
        ("email", "me@home.example"),
        ("attribute[plate]", "sba 1"),
        ("description", "call 91234567"),
    ];
    let kerb = at(&town, "KERB-0", &contact).await;
    let park = at(&town, "PARK-0", &contact).await;
    let own = by(&town, &ura, "GET", "/v1/problems", Value::Null)
        .await
        .json();
    let rows = own["problems"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{own}");
    assert_eq!(
        (&rows[0]["id"], &rows[0]["operator"]),
        (&kerb["service_request_id"], &json!("hdb"))
    );
    assert_eq!(
        rows[0]["expected_at"], "2026-11-23T02:30:00.123Z",
        "30 min by the configuration"
    );
    let all = town
        .call_as("admin", "GET", "/v1/problems", "")
        .await
        .json();
    assert_eq!(all["problems"].as_array().unwrap().len(), 2);
    let said = &all["problems"][0]["description"];
    assert_eq!(said, "call (hidden)", "hdb's, not the authority's");
    let authority = town
        .call_as("partner", "GET", "/v1/problems", "")
        .await
        .json();
    assert_eq!(
        authority["problems"][0]["id"], park["service_request_id"],
        "the authority's partner"
    );
    let one = |of: &Value| format!("/v1/problems/{}", id(of));
    // Who may read how to reach who reported: the partner responsible, and no other.
    let told = by(&town, &ura, "GET", &one(&kerb), Value::Null)
        .await
        .json();
    assert_eq!(told["reports"][0]["email"], "me@home.example");
    assert_eq!(
        (
            &told["reports"][0]["plate"],
            &told["problem"]["description"]
        ),
        (&json!("SBA 1"), &json!("call 91234567"))
    );
    for key in ["admin", "monitor"] {
        let told = town.call_as(key, "GET", &one(&kerb), "").await;
        assert!(
            told.text().contains("(hidden)") && !told.text().contains("home.example"),
            "{key}: {told:?}"
        );
    }
    let told = town.call_as("admin", "GET", &one(&park), "").await.text();
    assert!(told.contains("home.example"), "the authority's own: {told}");
    nobody_else_reaches(&town, &ura, [&kerb, &park]).await;
}

async fn nobody_else_reaches(town: &Town, ura: &str, [kerb, park]: [&Value; 2]) {
    let one = |of: &Value| format!("/v1/problems/{}", id(of));
    // Another's is not there, whatever is done to it.
    let foreign = by(town, ura, "PATCH", &one(park), json!({"state": "resolved"})).await;
    foreign.problem("not-found");
    town.call_as("partner", "GET", &one(kerb), "")
        .await
        .problem("not-found");
    let theirs = one(kerb);
    let watched = town.call_as(
        "monitor",
        "PATCH",
        &theirs,
        json!({"state": "resolved"}).to_string(),
    );
    watched.await.problem("forbidden");
    for key in ["report", "book", "share"] {
        town.call_as(key, "GET", "/v1/problems", "")
            .await
            .problem("forbidden");
    }
    town.get("/v1/problems").await.problem("unauthorized");
}

#[tokio::test]
async fn a_problem_goes_forward_with_notices_and_bad_steps_are_refused() {
    let town = city();
    let ura = of_ura(&town).await;
    let kerb = at(&town, "KERB-0", &[]).await;
    let other = at(&town, "KERB-1", &[]).await;
    let path = format!("/v1/problems/{}", id(&kerb));
    let say = async |said: Value| by(&town, &ura, "PATCH", &path, said).await;
    for (bad, slug) in [
        (json!({}), "bad-parameter"),
        (json!({"state": "done"}), "bad-parameter"),
        (json!({"notice": "<b>x</b>"}), "bad-parameter"),
        (json!({"notice": "x".repeat(501)}), "bad-parameter"),
        (
            json!({"state": "resolved", "duplicate_of": id(&other)}),
            "bad-parameter",
        ),
        (
            json!({"state": "duplicate", "duplicate_of": id(&kerb)}),
            "bad-parameter",
        ),
        (
            json!({"state": "duplicate", "duplicate_of": "999"}),
            "bad-parameter",
        ),
        (json!({"status": "resolved"}), "bad-parameter"),
    ] {
        say(bad).await.problem(slug);
    }
    let seen = say(json!({"state": "acknowledged"})).await.json();
    assert_eq!(seen["problem"]["state"], "acknowledged");
    say(json!({"notice": "A tow truck comes"})).await.json();
    say(json!({"state": "open"})).await.problem("conflict");
    say(json!({"state": "in_progress"})).await.json();
    let dup = say(json!({"state": "duplicate", "duplicate_of": id(&other), "notice": "see there"}))
        .await
        .json();
    assert_eq!(dup["problem"]["duplicate_of"], id(&other));
    let history = dup["history"].as_array().unwrap();
    let states: Vec<_> = history
        .iter()
        .map(|h| h["state"].as_str().unwrap())
        .collect();
    assert_eq!(
        states,
        ["acknowledged", "acknowledged", "in_progress", "duplicate"]
    );
    assert_eq!(
        (&history[1]["notice"], &history[1]["by"]),
        (&json!("A tow truck comes"), &json!("ura"))
    );
    say(json!({"state": "resolved"})).await.problem("conflict");
    say(json!({"notice": "once more"}))
        .await
        .problem("conflict");
    let open = by(&town, &ura, "GET", "/v1/problems", Value::Null)
        .await
        .json();
    assert_eq!(open["problems"].as_array().unwrap().len(), 1);
    let over = by(
        &town,
        &ura,
        "GET",
        "/v1/problems?state=duplicate",
        Value::Null,
    )
    .await
    .json();
    assert_eq!(over["problems"][0]["id"], id(&kerb));
}

/// Types of what an endpoint was told.
async fn told(town: &Town, key: &str, of: &Value) -> Vec<String> {
    let path = format!("/v1/webhooks/{}/deliveries", of["id"].as_str().unwrap());
    let all = by(town, key, "GET", &path, Value::Null).await.json();
    let mut all: Vec<String> = all["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["type"].as_str().unwrap().to_owned())
        .collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn what_is_late_is_marked_once_by_the_clock_and_told_to_operator_and_authority() {
    let town = city();
    let ura = of_ura(&town).await;
    let hook = json!({"url": "https://example.com/hook", "events": ["problem.*"]});
    let own = by(&town, &ura, "POST", "/v1/webhooks", hook.clone())
        .await
        .json();
    let authority = town
        .call_as("partner", "POST", "/v1/webhooks", hook.to_string())
        .await
        .json();
    town.call_as("book", "POST", "/v1/webhooks", hook.to_string())
        .await
        .problem("forbidden");
    let kerb = at(&town, "KERB-0", &[]).await;
    let later = at(&town, "PARK-0", &[]).await;
    assert_eq!(town.problems.tick().await.unwrap(), 0);
    let standing = town.metrics.problems.standing(ProblemCode::BayBlocked);
    assert_eq!(standing, (2, 0));
    town.clock.advance(30 * 60_000 - 1);
    assert_eq!(
        town.problems.tick().await.unwrap(),
        0,
        "a millisecond before"
    );
    town.clock.advance(1);
    assert_eq!(town.problems.tick().await.unwrap(), 1);
    town.clock.advance(60_000);
    assert_eq!(town.problems.tick().await.unwrap(), 0, "once");
    assert_eq!(
        town.metrics.problems.standing(ProblemCode::BayBlocked),
        (2, 1)
    );
    let late = town
        .call_as("monitor", "GET", "/v1/problems?overdue=true", "")
        .await
        .json();
    let late = late["problems"].as_array().unwrap();
    assert_eq!(
        (late.len(), &late[0]["id"]),
        (1, &kerb["service_request_id"])
    );
    let all = town
        .call_as("monitor", "GET", "/v1/problems?limit=1", "")
        .await
        .json();
    assert_eq!(
        all["problems"][0]["id"], kerb["service_request_id"],
        "what is late comes first"
    );
    let next = format!(
        "/v1/problems?limit=1&cursor={}",
        all["next"].as_str().unwrap()
    );
    let all = town.call_as("monitor", "GET", &next, "").await.json();
    assert_eq!(
        (&all["problems"][0]["id"], &all["next"]),
        (&later["service_request_id"], &Value::Null)
    );
    let path = format!("/v1/problems/{}", id(&kerb));
    by(
        &town,
        &ura,
        "PATCH",
        &path,
        json!({"state": "resolved", "notice": "towed"}),
    )
    .await
    .json();
    assert_eq!(
        told(&town, &ura, &own).await,
        ["problem.changed", "problem.opened", "problem.overdue"]
    );
    let partner = town.keys["partner"].clone();
    assert_eq!(
        told(&town, &partner, &authority).await,
        ["problem.opened", "problem.overdue"]
    );
}
