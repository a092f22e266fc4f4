//! Who may call what: every route with no key, a wrong one, one of each scope; and the ways a key
//! can be given wrongly.

use super::{Town, small_town};
use crate::serve::Config;

/// Method, path, and the scopes one of which it needs (empty: none; network: that of reports, in
/// the hands of a network server).
const ROUTES: [(&str, &str, &str); 57] = [
    ("GET", "/", ""),
    ("GET", "/livez", ""),
    ("GET", "/readyz", ""),
    ("GET", "/metrics", ""),
    ("GET", "/v1/openapi.json", ""),
    ("GET", "/v1/bays/nearby?lat=1&lon=103", ""),
    ("GET", "/v1/bays/EAST-1", ""),
    ("GET", "/v1/zones", ""),
    ("GET", "/v1/zones/EAST", ""),
    ("POST", "/v1/reports", "report"),
    ("POST", "/v1/uplinks/chirpstack", "network"),
    ("POST", "/v1/uplinks/ttn", "network"),
    ("POST", "/v1/uplinks/ctwing", "network"),
    (
        "GET",
        "/v1/uplinks/onenet?msg=m&nonce=n&signature=s",
        "network",
    ),
    ("POST", "/v1/uplinks/onenet", "network"),
    ("POST", "/v1/uplinks/iotda", "network"),
    ("GET", "/v1/quarantine", "admin"),
    ("PUT", "/v1/admin/devices", "admin"),
    ("GET", "/v1/admin/devices", "admin"),
    ("GET", "/v1/admin/devices/nope", "admin"),
    ("DELETE", "/v1/admin/devices/nope", "admin"),
    ("PUT", "/v1/admin/zones", "admin"),
    ("PUT", "/v1/admin/bays", "admin"),
    ("DELETE", "/v1/admin/zones/nope", "admin"),
    ("DELETE", "/v1/admin/bays/nope", "admin"),
    ("POST", "/v1/admin/keys", "admin"),
    ("GET", "/v1/admin/keys", "admin"),
    ("PATCH", "/v1/admin/keys/999", "admin"),
    ("DELETE", "/v1/admin/keys/999", "admin"),
    ("GET", "/v1/admin/audit", "admin"),
    ("GET", "/v1/admin/registry/faults", "admin"),
    ("GET", "/v1/admin/losses", "admin"),
    ("POST", "/v1/admin/losses/4f2a90c1/ack", "admin"),
    ("POST", "/v1/admin/partners", "admin"),
    ("GET", "/v1/admin/partners", "admin"),
    ("PATCH", "/v1/admin/partners/nobody", "admin"),
    ("PATCH", "/v1/admin/signups/999", "admin"),
    ("PUT", "/v1/admin/bays/EAST-1/owner", "admin"),
    ("POST", "/v1/partners/me/keys", "partner"),
    ("GET", "/v1/partners/me/keys", "partner"),
    ("DELETE", "/v1/partners/me/keys/999", "partner"),
    ("POST", "/v1/partners/me/keys/999/rotate", "partner"),
    ("POST", "/v1/offers", "share"),
    ("GET", "/v1/offers", "share"),
    ("GET", "/v1/offers/nope", "share"),
    ("PATCH", "/v1/offers/nope", "share"),
    ("DELETE", "/v1/offers/nope", "share"),
    ("GET", "/v1/offers/nope/calendar.ics", "share"),
    ("GET", "/v1/offers/nope/utilisation", "share"),
    ("POST", "/v1/offers/nope/reservations/nope/cancel", "share"),
    (
        "GET",
        "/v1/partners/me/settlement?month=2026-11",
        "share book",
    ),
    ("POST", "/v1/requests", "book"),
    ("GET", "/v1/reservations/nope", "book"),
    ("POST", "/v1/reservations/nope/confirm", "book"),
    ("POST", "/v1/reservations/nope/cancel", "book"),
    ("POST", "/v1/reservations/nope/arrive", "book"),
    ("POST", "/v1/reservations/nope/depart", "book"),
];

const WRONG: &str = "Bearer bh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test]
async fn each_route_opens_to_its_scope_and_to_no_other() {
    let town = Town::new();
    for (method, path, needs) in ROUTES {
        let bare = town.call(method, path, &[], "").await;
        let wrong = town
            .call(method, path, &[("authorization", WRONG)], "")
            .await;
        for answer in [bare, wrong] {
            if needs.is_empty() {
                assert!(
                    ![401, 403].contains(&answer.status.as_u16()),
                    "{method} {path}: {answer:?}"
                );
            } else {
                answer.problem("unauthorized");
                assert!(
                    answer.header("www-authenticate").starts_with("Bearer"),
                    "{method} {path}"
                );
            }
        }
        let networks = if needs == "network" {
            &["network"][..]
        } else {
            &[]
        };
        for scope in ["report", "share", "book", "monitor", "admin", "partner"]
            .iter()
            .chain(networks)
            .copied()
        {
            let answer = town.call_as(scope, method, path, "").await;
            if needs.is_empty() || needs.split(' ').any(|n| n == scope) {
                assert!(
                    ![401, 403].contains(&answer.status.as_u16()),
                    "{method} {path} as {scope}: {answer:?}"
                );
            } else {
                answer.problem("forbidden");
            }
        }
    }
}

#[tokio::test]
async fn a_closed_hub_wants_any_good_key_for_reads() {
    let town = Town::with(
        Config {
            public_reads: false,
            ..Config::default()
        },
        small_town(),
        None,
    );
    for (method, path, _) in ROUTES
        .iter()
        .filter(|r| r.1.starts_with("/v1/bays") || r.1.starts_with("/v1/zones"))
    {
        town.call(method, path, &[], "")
            .await
            .problem("unauthorized");
        town.call(method, path, &[("authorization", WRONG)], "")
            .await
            .problem("unauthorized");
        assert_eq!(
            town.call_as("monitor", method, path, "")
                .await
                .status
                .as_u16(),
            200
        );
    }
    assert_eq!(town.get("/livez").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_key_is_taken_in_one_form_only() {
    let town = Town::new();
    let key = town.keys["admin"].clone();
    let with = async |value: String| {
        town.get_with("/v1/quarantine", &[("authorization", &value)])
            .await
    };
    assert_eq!(
        with(format!("bearer {key}")).await.status.as_u16(),
        200,
        "the scheme's case is free"
    );
    for bad in [
        key.clone(),
        format!("Basic {key}"),
        format!("Bearer {key}x"),
        format!("Bearer {}", &key[..45]),
        format!("Bearer {}", key.to_uppercase()),
        "Bearer ".to_owned(),
        format!("Bearer {}", "x".repeat(10_000)),
    ] {
        with(bad).await.problem("unauthorized");
    }
    let good = format!("Bearer {key}");
    let twice = [
        ("authorization", good.as_str()),
        ("authorization", good.as_str()),
    ];
    town.get_with("/v1/quarantine", &twice)
        .await
        .problem("unauthorized");
    let in_query = town.get(&format!("/v1/quarantine?key={key}")).await;
    assert!(
        !String::from_utf8_lossy(&in_query.body).contains(&key),
        "a key is never repeated"
    );
}

#[tokio::test]
async fn a_key_is_checked_before_the_body_is_looked_at() {
    let town = Town::new();
    let huge = "x".repeat(300 * 1024);
    town.call(
        "POST",
        "/v1/reports",
        &[("content-type", "application/json")],
        huge,
    )
    .await
    .problem("unauthorized");
    assert_eq!(
        town.metrics
            .refused(crate::domain::Door::Http, crate::domain::Reason::TooLarge),
        0
    );
}
