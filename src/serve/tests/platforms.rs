//! IoT platforms over HTTP: the key in the address, the answer that they insist on, OneNET's question
//! and signature.

use super::answer::Answer;
use super::{Town, small_town};
use crate::domain::{Door, Reason};
use crate::serve::Config;
use serde_json::json;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
const KNOWN: &str = r#"{"device":"dev"}"#;
const TOKEN: &str = "tok-1";
const SIGNED: &str = "msg=hello&nonce=xyz98765&signature=jh%2BOTHs2YFi0As0YVx73cQ%3D%3D";

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// A town whose OneNET signs with [`TOKEN`].
fn signing() -> Town {
    let config = Config {
        onenet_token: Some(serde_json::from_value(json!(TOKEN)).unwrap()),
        ..Config::default()
    };
    Town::with(config, small_town(), None)
}

#[tokio::test]
async fn a_push_with_its_key_in_the_address_is_answered_200_whatever_it_says() {
    let town = Town::new();
    let key = &town.keys["network"];
    for name in ["ctwing", "onenet", "iotda"] {
        for (body, accepted) in [(KNOWN, 1), ("{}", 0)] {
            let path = format!("/v1/uplinks/{name}?key={key}&source=network-1&other=x");
            for headers in [&JSON[..], &[], &[("content-type", "text/plain")]] {
                let answer = town.call("POST", &path, headers, body).await;
                assert_eq!(answer.status.as_u16(), 200, "{name} {body}");
                let told = answer.json();
                assert_eq!(told["accepted"], accepted, "{told}");
                assert_eq!(told["refused"].as_array().unwrap().len(), 1 - accepted);
            }
        }
    }
    assert_eq!(town.metrics.refused(Door::Http, Reason::UnknownDevice), 9);
    let kept = town
        .call_as("admin", "GET", "/v1/quarantine", "")
        .await
        .json();
    assert_eq!(kept["refused"][0]["topic"], "/v1/uplinks/iotda");
    assert!(!kept.to_string().contains(key.as_str()), "{kept}");
}

#[tokio::test]
async fn a_key_that_is_not_good_or_for_no_network_server_opens_nothing() {
    let town = Town::new();
    let path = |key: &str| format!("/v1/uplinks/ctwing?key={key}");
    for bad in ["bh_stranger", ""] {
        let answer = town.call("POST", &path(bad), &JSON, KNOWN).await;
        assert_eq!(answer.status.as_u16(), 401);
        assert!(!answer.json().to_string().contains("stranger"));
    }
    let no_network = path(&town.keys["report"]);
    let answer = town.call("POST", &no_network, &JSON, KNOWN).await;
    answer.problem("forbidden");
    // And nowhere else does a key in the address open anything.
    let ttn = format!("/v1/uplinks/ttn?key={}", town.keys["network"]);
    let answer = town.call("POST", &ttn, &JSON, KNOWN).await;
    assert_eq!(answer.status.as_u16(), 401);
    let long = " ".repeat(256 * 1024 + 1);
    let answer = town
        .call("POST", &path(&town.keys["network"]), &JSON, long)
        .await;
    answer.problem("too-large");
}

#[tokio::test]
async fn onenet_gets_its_message_back_if_the_signature_is_of_the_token() {
    let town = signing();
    let key = &town.keys["network"];
    // Its own parameters come behind the address with a mark of their own.
    let good = format!("/v1/uplinks/onenet?key={key}?{SIGNED}");
    let answer = town.call("GET", &good, &[], "").await;
    assert_eq!(
        (answer.status.as_u16(), text(&answer)),
        (200, "hello".to_owned())
    );
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(answer.headers["cache-control"], "private, no-store");
    let wrong = format!(
        "/v1/uplinks/onenet?key={key}&{}",
        SIGNED.replace("hello", "hallo")
    );
    town.call("GET", &wrong, &[], "").await.problem("forbidden");
    let nobody = format!("/v1/uplinks/onenet?{SIGNED}");
    assert_eq!(
        town.call("GET", &nobody, &[], "").await.status.as_u16(),
        401
    );
    // A hub that knows no token believes the key.
    let town = Town::new();
    let path = format!("/v1/uplinks/onenet?msg=hi&key={}", town.keys["network"]);
    assert_eq!(text(&town.call("GET", &path, &[], "").await), "hi");
    let ctwing = format!("/v1/uplinks/ctwing?key={}", town.keys["network"]);
    assert_eq!(
        town.call("GET", &ctwing, &[], "").await.status.as_u16(),
        405
    );
}

#[tokio::test]
async fn a_push_without_the_tokens_signature_is_refused_and_kept() {
    let town = signing();
    let path = format!("/v1/uplinks/onenet?key={}", town.keys["network"]);
    let signed = json!({"device": "dev", "msg": "hello", "nonce": "xyz98765",
        "signature": "jh+OTHs2YFi0As0YVx73cQ=="});
    let answer = town.call("POST", &path, &JSON, signed.to_string()).await;
    assert_eq!(answer.json()["accepted"], 1);
    let mut forged = signed.clone();
    forged["msg"] = "hallo".into();
    for body in [forged.to_string(), KNOWN.to_owned(), "no JSON".to_owned()] {
        let answer = town.call("POST", &path, &JSON, body).await;
        answer.problem("forbidden");
    }
    assert_eq!(town.metrics.refused(Door::Http, Reason::Forbidden), 3);
    // Others sign nothing.
    let iotda = format!("/v1/uplinks/iotda?key={}", town.keys["network"]);
    assert_eq!(
        town.call("POST", &iotda, &JSON, KNOWN)
            .await
            .status
            .as_u16(),
        200
    );
}

#[test]
fn a_token_is_a_text_or_in_the_environment_and_no_debug_form_shows_it() {
    let read = |value| serde_json::from_value::<crate::serve::PlatformToken>(value);
    let token = read(json!(TOKEN)).unwrap();
    assert_eq!(
        (token.expose(), &*format!("{token:?}")),
        (TOKEN, "(hidden)")
    );
    for (bad, words) in [
        (json!(""), "empty"),
        (json!({"env": "BAYHUB_TEST_NO_SUCH"}), "BAYHUB_TEST_NO_SUCH"),
        (json!(7), "env"),
    ] {
        let said = read(bad).unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    }
}
