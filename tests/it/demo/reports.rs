//! A report's way from a sender to a driver's query, through each door; and what a door refuses.

use super::http::{call, get, report, state, status, until_state};
use super::hub::Hub;
use super::mqtt::{flat, mosquitto_pub, publish, topic};
use reqwest::{Method, StatusCode};
use rumqttc::ConnectReturnCode;
use serde_json::json;

fn quiet_hub() -> Hub {
    Hub::start(&["--bays", "100", "--no-sim"])
}

#[tokio::test]
async fn a_report_over_mqtt_is_acknowledged_and_seen() {
    let hub = quiet_hub();
    let bay = hub.some_bay().id;
    for state in ["occupied", "vacant"] {
        publish(&hub, hub.key("report"), &topic(&hub), &flat(&bay, state))
            .await
            .expect("acknowledged");
        until_state(&hub, &bay, state).await;
    }
    let known = get(&hub, &format!("/v1/bays/{bay}")).await;
    assert!(known["observed_at"].is_string(), "{known}");
}

#[tokio::test]
async fn a_report_by_mosquitto_pub_is_acknowledged_and_seen() {
    let hub = quiet_hub();
    let bay = hub.some_bay().id;
    let Some(output) = mosquitto_pub(&hub, &topic(&hub), &flat(&bay, "occupied")) else {
        return;
    };
    assert!(output.status.success(), "{output:?}\n{}", hub.log());
    until_state(&hub, &bay, "occupied").await;
}

#[tokio::test]
async fn a_vacant_bay_is_found_nearby_and_an_occupied_one_is_not() {
    let hub = quiet_hub();
    let bay = hub.some_bay();
    report(&hub, &bay.id, "vacant").await;
    until_state(&hub, &bay.id, "vacant").await;
    let found = super::http::nearby(&hub, bay.lat, bay.lon).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0]["bay"].as_str(), found[0]["zone"].as_str()),
        (Some(&*bay.id), Some(&*bay.zone))
    );
    report(&hub, &bay.id, "occupied").await;
    until_state(&hub, &bay.id, "occupied").await;
    assert!(super::http::nearby(&hub, bay.lat, bay.lon).await.is_empty());
}

#[tokio::test]
async fn a_report_over_http_says_what_was_taken_and_what_was_refused() {
    let hub = quiet_hub();
    let bay = hub.some_bay().id;
    let bays =
        json!([{"bay": "nobody-knows-me", "state": "vacant"}, {"bay": bay, "state": "occupied"}]);
    let body = json!({"source": hub.source(), "bays": bays});
    let answer = call(
        &hub,
        Method::POST,
        "/v1/reports",
        Some(hub.key("report")),
        Some(&body),
    )
    .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    assert_eq!(answer.json["accepted"], 1);
    assert_eq!(answer.json["refused"][0]["index"], 0);
    assert_eq!(answer.json["refused"][0]["reason"], "unknown_bay");
    until_state(&hub, &bay, "occupied").await;
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_others_are_unharmed() {
    let hub = quiet_hub();
    let bay = hub.some_bay().id;
    let refused = publish(&hub, "bh_wrong", &topic(&hub), &flat(&bay, "occupied")).await;
    let codes = [
        ConnectReturnCode::BadUserNamePassword,
        ConnectReturnCode::NotAuthorized,
    ];
    assert!(refused.is_err_and(|code| codes.contains(&code)));
    let unsigned = call(
        &hub,
        Method::POST,
        "/v1/reports",
        None,
        Some(&json!({"bay": bay})),
    )
    .await;
    assert_eq!(
        unsigned.status,
        StatusCode::UNAUTHORIZED,
        "{}",
        unsigned.text
    );
    assert_eq!(state(&hub, &bay).await, "unknown");
    publish(
        &hub,
        hub.key("report"),
        &topic(&hub),
        &flat(&bay, "occupied"),
    )
    .await
    .expect("acknowledged");
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_in_the_quarantine_and_harms_nobody() {
    let hub = quiet_hub();
    let bay = hub.some_bay().id;
    publish(&hub, hub.key("report"), &topic(&hub), "{\"bay\":")
        .await
        .expect("acknowledged as refused");
    assert_eq!(
        status(&hub, "/v1/quarantine").await,
        StatusCode::UNAUTHORIZED
    );
    let kept = call(
        &hub,
        Method::GET,
        "/v1/quarantine",
        Some(hub.key("admin")),
        None,
    )
    .await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text);
    assert!(kept.text.contains("\"malformed\""), "{}", kept.text);
    publish(&hub, hub.key("report"), &topic(&hub), &flat(&bay, "vacant"))
        .await
        .expect("acknowledged");
    until_state(&hub, &bay, "vacant").await;
}
