//! A partner who is suspended has no good key in the sandbox either, and makes none there.

use super::hub::{Call, PATIENCE, TestHub};
use super::sandbox::settled;
use crate::config::Config;
use crate::domain::Clock as _;
use crate::partners::Scope;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const LIVE: &str = "bh_live_key";
const OWN_KEYS: &str = "/v1/partners/me/keys";
const ME: &str = "/v1/partners/me";

/// Whose key of the configuration administers, and manages its partner.
fn managed(folder: &Path) -> Config {
    let mut config = settled(folder);
    config.keys[0].scopes = vec![Scope::Admin, Scope::Partner];
    config
}

async fn started(folder: &Path) -> TestHub {
    let now = crate::clock::SystemClock.now();
    let hub = TestHub::start(managed(folder), now).await;
    hub.hub.sandbox_open().await;
    hub
}

impl TestHub {
    async fn said(&self, method: &str, path: &str, key: &str, body: Value) -> (u16, Value) {
        let call = Call {
            method,
            path,
            key: Some(key),
            body: Some(&body),
            ..Call::default()
        };
        let (status, body) = self.call(call).await;
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    async fn turns(&self, state: &str) {
        let body = json!({"state": state});
        let (status, told) = self
            .said("PATCH", "/v1/admin/partners/acme", LIVE, body)
            .await;
        assert_eq!(status, 200, "{told}");
    }

    async fn until_answered(&self, key: &str, want: u16) {
        let end = Instant::now() + PATIENCE;
        while self.asked(ME, Some(key)).await.0 != want {
            assert!(Instant::now() < end, "{want} was not answered");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_partners_sandbox_keys_are_refused_and_good_again_with_its_others() {
    let folder = tempfile::tempdir().unwrap();
    let hub = started(folder.path()).await;
    let wish = |name: &str| json!({"name": name, "scopes": ["partner"], "sandbox": true});
    let (status, made) = hub.said("POST", OWN_KEYS, LIVE, wish("try")).await;
    assert_eq!(status, 201, "{made}");
    let test = made["key"].as_str().unwrap().to_owned();
    assert!(test.starts_with("bh_test_"), "{made}");
    assert_eq!(hub.asked(ME, Some(&test)).await.0, 200);
    hub.turns("suspended").await;
    hub.until_answered(&test, 401).await;
    let wanted = json!({"name": "more", "scopes": ["report"]});
    assert_eq!(hub.said("POST", OWN_KEYS, &test, wanted).await.0, 401);
    // A key of the configuration is good all the same, and makes none there either.
    let (status, told) = hub.said("POST", OWN_KEYS, LIVE, wish("again")).await;
    assert!((400..500).contains(&status), "{told}");
    hub.hub.stop().await.unwrap();

    // What a sandbox that begins later is told first.
    let hub = started(folder.path()).await;
    assert_eq!(hub.asked(ME, Some(&test)).await.0, 401);
    hub.turns("admitted").await;
    hub.until_answered(&test, 200).await;
    hub.hub.stop().await.unwrap();
}
