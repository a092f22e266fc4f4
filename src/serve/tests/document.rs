//! The OpenAPI document: complete, and true to what the handlers answer.

mod examples;
mod operations;
mod rules;

use super::Town;
use crate::domain::BayStatus::{Unknown, Vacant};
use operations::OPERATIONS;
use serde_json::Value;
use std::collections::BTreeSet;

async fn document(town: &Town) -> Value {
    town.get("/v1/openapi.json").await.json()
}

#[tokio::test]
async fn every_route_is_in_it_and_every_entry_is_a_route() {
    let town = Town::new();
    let api = document(&town).await;
    assert!(
        api["openapi"].as_str().unwrap().starts_with("3.1"),
        "{}",
        api["openapi"]
    );
    let mut listed = BTreeSet::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            listed.insert((method.clone(), path.clone()));
            assert!(
                operation["responses"]
                    .as_object()
                    .is_some_and(|r| !r.is_empty()),
                "{method} {path}"
            );
            let there = path
                .replace("{bay}", "EAST-1")
                .replace("{area}", "all")
                .replace("{service}", "surface.json")
                .replace("{problem}", "1")
                .replace("{operator}", "authority")
                .replace("{zone}/history", "HE12/history")
                .replace("{zone}", "EAST")
                .replace("{entity}", "urn:ngsi-ld:OffStreetParking:EAST")
                .replace("/stream", "/stream?x");
            let answer = town.call(&method.to_uppercase(), &there, &[], "").await;
            // This town has no feeds, and nobody has reported anything.
            let text = String::from_utf8_lossy(&answer.body);
            let nothing = [
                "is pushed here",
                "there is no request",
                "no such order",
                "ends in .json or .xml",
            ];
            let nothing = nothing.iter().any(|none| text.contains(none));
            assert!(
                nothing || ![404, 405].contains(&answer.status.as_u16()),
                "{method} {path}: {answer:?}"
            );
            let status = answer.status.as_u16().to_string();
            assert!(
                operation["responses"].get(&status).is_some(),
                "{method} {path} answers {status}"
            );
        }
    }
    let want = OPERATIONS
        .iter()
        .map(|(m, p)| ((*m).to_owned(), (*p).to_owned()))
        .collect();
    assert_eq!(listed, want);
}

/// Asserts that every `$ref` in it can be followed; how many there are.
fn follow_references(document: &Value) -> usize {
    fn walk(v: &Value, found: &mut Vec<String>) {
        match v {
            Value::Object(o) => {
                found.extend(o.get("$ref").and_then(Value::as_str).map(str::to_owned));
                o.values().for_each(|v| walk(v, found));
            }
            Value::Array(a) => a.iter().for_each(|v| walk(v, found)),
            _ => {}
        }
    }
    let mut found = vec![];
    walk(document, &mut found);
    for reference in &found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
    found.len()
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let api = document(&Town::new()).await;
    assert!(follow_references(&api) > 20);
    assert_eq!(
        api.pointer("/components/securitySchemes/key/scheme")
            .unwrap(),
        "bearer"
    );
}

/// Asserts that `got` has the members its schema requires and no others.
fn holds(api: &Value, schema: &str, got: &Value) {
    let schema = api
        .pointer(&format!("/components/schemas/{schema}"))
        .unwrap_or_else(|| panic!("no schema {schema}"));
    let known: BTreeSet<&String> = schema["properties"].as_object().unwrap().keys().collect();
    let there: BTreeSet<&String> = got.as_object().unwrap().keys().collect();
    assert!(there.is_subset(&known), "{schema:#} {got:#}");
    for needed in schema["required"].as_array().unwrap() {
        assert!(
            got.get(needed.as_str().unwrap()).is_some(),
            "{needed} in {got:#}"
        );
    }
}

#[tokio::test]
async fn messages_are_described_under_the_topics_of_the_contract() {
    let town = Town::new();
    let api = town.get("/v1/asyncapi.json").await.json();
    assert_eq!(api["asyncapi"], "3.0.0");
    assert!(follow_references(&api) > 30);
    let channels = api["channels"].as_object().unwrap();
    let addresses: BTreeSet<&str> = channels
        .values()
        .map(|c| c["address"].as_str().unwrap())
        .collect();
    let want = [
        "bayhub/v1/{source}/report",
        "bayhub/v1/{source}/count",
        "bayhub/v1/{source}/status",
        "application/{application}/device/{device}/event/up",
        "v3/{application}/devices/{device}/up",
        "uplinks/ctwing/{device}",
        "uplinks/onenet/{device}",
        "uplinks/iotda/{device}",
        "bayhub/v1/zones/{zone}/availability",
        "bayhub/v1/orders/{order}",
        "bayhub/v1/orders/active",
        "/v1/stream",
        "/v1/stream/ws",
        "/v1/reservations/stream",
    ];
    assert_eq!(addresses, BTreeSet::from(want));
    for (name, channel) in channels {
        // A parameter stands in the address, and nothing else does.
        let address = channel["address"].as_str().unwrap();
        let named: BTreeSet<&str> = address.split(['{', '}']).skip(1).step_by(2).collect();
        let given = channel["parameters"]
            .as_object()
            .map(|p| p.keys().map(String::as_str).collect());
        assert_eq!(named, given.unwrap_or_default(), "{name}");
        let operations = api["operations"].as_object().unwrap().values();
        let uses = |o: &&Value| o["channel"]["$ref"] == format!("#/channels/{name}");
        let actions = operations
            .filter(uses)
            .map(|o| o["action"].as_str().unwrap());
        let actions: BTreeSet<&str> = actions.collect();
        let comes_in = ["{source}", "{device}"].iter().any(|p| address.contains(p));
        // In a socket both sides speak.
        let want = match address {
            "/v1/stream/ws" => vec!["receive", "send"],
            _ if comes_in => vec!["receive"],
            _ => vec!["send"],
        };
        assert_eq!(actions, BTreeSet::from_iter(want), "{name}");
    }
    assert_eq!(
        api["components"]["securitySchemes"]["source"]["type"],
        "userPassword"
    );
    holds(&api, "Zone", &town.get("/v1/zones/EAST").await.json());
}

#[tokio::test]
async fn the_shapes_described_are_the_shapes_sent() {
    let town = Town::new();
    let api = document(&town).await;
    town.turns("TPY12-001", Vacant, Vacant);
    town.turns("EAST-1", Unknown, Vacant);
    let near = town
        .get("/v1/bays/nearby?lat=1.3327&lon=103.8474")
        .await
        .json();
    holds(&api, "Nearby", &near);
    holds(&api, "NearBay", &near["bays"][0]);
    for bay in ["TPY12-001", "TPY12-002", "EAST-1"] {
        holds(
            &api,
            "BayDetail",
            &town.get(&format!("/v1/bays/{bay}")).await.json(),
        );
    }
    let zones = town.get("/v1/zones?ids=EAST,x").await.json();
    holds(&api, "Zones", &zones);
    holds(&api, "Zone", &zones["zones"][0]);
    holds(&api, "Problem", &town.get("/v1/zones?x").await.json());
    holds(&api, "Ready", &town.get("/readyz").await.json());
    let body = r#"{"source":"lamp-1","bays":[{"bay":"nope"}]}"#;
    let accepted = town
        .call_as("report", "POST", "/v1/reports", body)
        .await
        .json();
    holds(&api, "Accepted", &accepted);
    holds(&api, "Refused", &accepted["refused"][0]);
    let quarantined = town
        .call_as("admin", "GET", "/v1/quarantine", "")
        .await
        .json();
    holds(&api, "Quarantined", &quarantined);
    holds(&api, "QuarantinedRefusal", &quarantined["refused"][0]);
    sharing_is_as_described(&town, &api).await;
}

#[tokio::test]
async fn the_shapes_for_operators_and_the_authority_are_the_shapes_sent() {
    let town = Town::new();
    let api = document(&town).await;
    let asked = r#"{"name":"k","partner":"lta","scopes":["book"]}"#;
    let mut made = town
        .call_as("admin", "POST", "/v1/admin/keys", asked)
        .await
        .json();
    assert!(made.as_object_mut().unwrap().remove("key").is_some());
    holds(&api, "KeyShown", &made);
    let keys = town
        .call_as("admin", "GET", "/v1/admin/keys", "")
        .await
        .json();
    holds(&api, "KeyList", &keys);
    keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .for_each(|k| holds(&api, "KeyShown", k));
    let partners = town
        .call_as("admin", "GET", "/v1/admin/partners", "")
        .await
        .json();
    holds(&api, "PartnerList", &partners);
    holds(&api, "Partner", &partners["partners"][0]);
    town.settle_day();
    let turnover = town
        .call_as("monitor", "GET", "/v1/turnover", "")
        .await
        .json();
    holds(&api, "TurnoverPage", &turnover);
    holds(&api, "TurnoverRow", &turnover["rows"][0]);
    let path = "/v1/zones/HE12/history";
    let history = town.call_as("monitor", "GET", path, "").await.json();
    holds(&api, "ZoneHistory", &history);
    holds(&api, "ZoneHistoryRow", &history["rows"][0]);
    holds(
        &api,
        "Gap",
        &serde_json::json!({"hour": "", "reason": "damaged", "detail": "x"}),
    );
    let sources = town
        .call_as("monitor", "GET", "/v1/sources", "")
        .await
        .json();
    holds(&api, "Sources", &sources);
    holds(&api, "SourceShown", &sources["sources"][0]);
    let suspect = r#"{"reason":"dead","bay":null,"since":"","why":["silent for 60 s"]}"#;
    let suspect = serde_json::from_str(suspect).unwrap();
    holds(&api, "SuspectShown", &suspect);
    let device =
        r#"{"device":"0102030405060708","bay":"EAST-1","model":"decoded","via":"network-1"}"#;
    holds(
        &api,
        "DevicesPut",
        &town
            .call_as("admin", "PUT", "/v1/admin/devices", device)
            .await
            .json(),
    );
    let devices = town.call_as("admin", "GET", "/v1/admin/devices", "");
    let devices = devices.await.json();
    holds(&api, "Devices", &devices);
    holds(&api, "Device", &devices["devices"][0]);
}

async fn sharing_is_as_described(town: &Town, api: &Value) {
    let owner = town
        .call_as(
            "admin",
            "PUT",
            "/v1/admin/bays/TPY12-001/owner",
            r#"{"partner":"lta"}"#,
        )
        .await
        .json();
    holds(api, "Owner", &owner);
    let windows = r#"[{"start":"2026-11-23T03:00:00Z","end":"2026-11-24T03:00:00Z"},{"days":["mon"],"from":"09:00","to":"10:00"}]"#;
    let body = format!(r#"{{"bay":"TPY12-001","windows":{windows},"price_cents_per_hour":100}}"#);
    let offer = town
        .call_as("share", "POST", "/v1/offers", body)
        .await
        .json();
    holds(api, "Offer", &offer);
    holds(api, "OfferRules", &offer["rules"]);
    holds(api, "Stretch", &offer["windows"][0]);
    holds(api, "Weekly", &offer["windows"][1]);
    holds(
        api,
        "Offers",
        &town.call_as("share", "GET", "/v1/offers", "").await.json(),
    );
    let body = r#"{"lat":1.3327,"lon":103.8474,"start":"2026-11-23T03:00:00Z","end":"2026-11-23T04:00:00Z"}"#;
    holds(
        api,
        "Reservation",
        &town
            .call_as("book", "POST", "/v1/requests", body)
            .await
            .json(),
    );
    holds(
        api,
        "Problem",
        &town
            .call_as("book", "POST", "/v1/requests", body)
            .await
            .json(),
    );
    let path = format!("/v1/offers/{}/utilisation", offer["id"].as_str().unwrap());
    let used = town.call_as("share", "GET", &path, "").await.json();
    holds(api, "Utilisation", &used);
    holds(api, "UtilisationDay", &used["days"][0]);
    let path = "/v1/partners/me/settlement?month=2026-11";
    let month = town.call_as("share", "GET", path, "").await.json();
    holds(api, "Settlement", &month);
    let path = "/v1/partners/me/reservations";
    let booked = town.call_as("share", "GET", path, "").await.json();
    holds(api, "OwnedBookings", &booked);
    holds(api, "OwnedBooking", &booked["reservations"][0]);
    let path = "/v1/partners/me/bays";
    let own = town.call_as("report", "GET", path, "").await.json();
    holds(api, "OwnedBays", &own);
    holds(api, "OwnedBay", &own["bays"][0]);
    holds(api, "SettlementRow", &month["rows"][0]);
    holds(api, "SettlementTotal", &month["totals"][0]);
}
