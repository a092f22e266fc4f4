//! Each member is honoured or refused.

use super::*;
use serde_json::json;

fn good() -> Value {
    json!({
        "type": "Subscription", "entities": [{"type": "OffStreetParking"}],
        "notification": {"endpoint": {"uri": "https://example.com/n"}},
    })
}

#[test]
fn each_member_is_honoured_or_refused_by_its_full_name() {
    for (member, value, field) in [
        ("/type", json!("x"), "type"),
        ("/entities", json!([]), "entities"),
        ("/entities", json!([{}]), "entities[0].type"),
        ("/entities", json!([{"type": "a b"}]), "entities[0].type"),
        ("/entities", json!([{"id": "HE12"}]), "entities[0].id"),
        (
            "/entities",
            json!([{"idPattern": "("}]),
            "entities[0].idPattern",
        ),
        (
            "/entities",
            json!([{"id": "a:b", "idPattern": "x"}]),
            "entities[0].idPattern",
        ),
        ("/watchedAttributes", json!([]), "watchedAttributes"),
        ("/watchedAttributes", json!("status"), "watchedAttributes"),
        ("/timeInterval", json!(0), "timeInterval"),
        ("/throttling", json!(-1), "throttling"),
        ("/q", json!("status=="), "q"),
        (
            "/geoQ",
            json!({"georel": "near", "geometry": "Point"}),
            "geoQ.coordinates",
        ),
        ("/expiresAt", json!("soon"), "expiresAt"),
        ("/csf", json!("x"), "csf"),
        ("/lang", json!("de"), "lang"),
        ("/notification", json!(null), "notification"),
        (
            "/notification/format",
            json!("concise"),
            "notification.format",
        ),
        (
            "/notification/showChanges",
            json!(true),
            "notification.showChanges",
        ),
        (
            "/notification/endpoint",
            json!({}),
            "notification.endpoint.uri",
        ),
        (
            "/notification/endpoint/uri",
            json!("mqtt://h/t"),
            "notification.endpoint.uri",
        ),
        (
            "/notification/endpoint/accept",
            json!("text/csv"),
            "notification.endpoint.accept",
        ),
        (
            "/notification/endpoint/notifierInfo",
            json!([]),
            "notification.endpoint.notifierInfo",
        ),
        (
            "/notification/endpoint/receiverInfo",
            json!([{"key": "Host", "value": "x"}]),
            "notification.endpoint.receiverInfo",
        ),
        (
            "/notification/endpoint/receiverInfo",
            json!([{"key": "a", "value": "b\r\nc: d"}]),
            "notification.endpoint.receiverInfo",
        ),
    ] {
        let mut body = good();
        let (of, name) = member.rsplit_once('/').unwrap();
        body.pointer_mut(of).unwrap()[name] = value.clone();
        match SubscriptionWish::read(body.as_object().unwrap()) {
            Err(ApiError::BadParameter { field: at, .. }) => assert_eq!(at, field),
            other => panic!("{member} {value}: {other:?}"),
        }
    }
}

#[test]
fn what_is_on_time_goes_by_no_change() {
    let mut body = good();
    body["timeInterval"] = json!(60);
    assert_eq!(
        SubscriptionWish::read(body.as_object().unwrap())
            .unwrap()
            .every_s,
        Some(60)
    );
    body["throttling"] = json!(5);
    assert!(SubscriptionWish::read(body.as_object().unwrap()).is_err());
}
