//! The hub's own pages in a browser: each group of people does its job there, in English and Chinese,
//! on a desk and on a phone held either way.
//!
//! The stories are told in `dashboards/web/stories`, by the system's Chromium and the packages that
//! `BAYHUB_WEB_PEERS` names; `.ci/peers` installs both. With `BAYHUB_WEB_SHOTS`, a folder, each story
//! leaves pictures there. Dear: a minute each story.

use super::hub::Hub;
use super::mqtt::missing;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with the packages of `dashboards/web`, and a browser; `None` where one is not there.
fn browser() -> Option<PathBuf> {
    let peers = std::env::var_os("BAYHUB_WEB_PEERS").map(PathBuf::from);
    let chromium = std::env::var_os("BAYHUB_CHROMIUM");
    let chromium = chromium.map_or_else(|| "/usr/bin/chromium".into(), PathBuf::from);
    if peers.is_none() {
        missing("what BAYHUB_WEB_PEERS should name (. .ci/peers; peers)");
    } else if !chromium.is_file() {
        missing("chromium");
        return None;
    }
    peers
}

/// Tells a story to a hub.
///
/// # Panics
/// With all that it said, if it does not end well.
fn tell(peers: &Path, story: &str, hub: &Hub) {
    let story = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("dashboards/web/stories")
        .join(story);
    let mut node = Command::new("node");
    node.arg(&story).arg(peers).arg(hub.ready.to_string());
    if let Some(shots) = std::env::var_os("BAYHUB_WEB_SHOTS") {
        node.arg(shots);
    }
    let out = node.output().expect("node");
    let said = [out.stdout, out.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(out.status.success(), "{}:\n{said}", story.display());
    println!("{said}");
}

/// Whether the hub has its pages; one that was built without them has none to look at.
async fn has_pages(hub: &Hub) -> bool {
    let client = crate::web::client().build().expect("a client");
    let root = client.get(&hub.http).send().await.expect("an answer");
    let text = root.text().await.expect("a text");
    let there = text.contains("/web/index-");
    if !there {
        missing("the pages (BAYHUB_WEB=require builds them)");
    }
    there
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_finds_and_books() {
    let Some(peers) = browser() else {
        return;
    };
    let hub = Hub::start(&["--bays", "3000"]);
    if has_pages(&hub).await {
        tell(&peers, "driver.js", &hub);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_looks_at_what_is_settled() {
    let Some(peers) = browser() else {
        return;
    };
    let hub = Hub::start(&["--bays", "600", "--past", "30"]);
    if has_pages(&hub).await {
        tell(&peers, "authority.js", &hub);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_changes_its_hours_and_sees_a_booking() {
    let Some(peers) = browser() else {
        return;
    };
    let hub = Hub::start(&["--bays", "1500"]);
    if has_pages(&hub).await {
        tell(&peers, "business.js", &hub);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_rotates_a_key_and_has_a_webhook_told_again() {
    let Some(peers) = browser() else {
        return;
    };
    let own = tempfile::tempdir().expect("a folder");
    let with_sandbox = [("BAYHUB__SANDBOX__ENABLED", "true")];
    let hub = Hub::start_with(own.path(), &["--bays", "1500"], &with_sandbox);
    if has_pages(&hub).await {
        tell(&peers, "partner.js", &hub);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_reports_a_blocked_bay_and_says_how_it_was_dealt_with() {
    let Some(peers) = browser() else {
        return;
    };
    let hub = Hub::start(&["--bays", "600"]);
    if has_pages(&hub).await {
        tell(&peers, "problems.js", &hub);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_finds_a_refused_report() {
    let Some(peers) = browser() else {
        return;
    };
    let hub = Hub::start(&["--bays", "1500"]);
    if has_pages(&hub).await {
        tell(&peers, "operator.js", &hub);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_street_is_closed_and_a_driver_sees_it() {
    let Some(peers) = browser() else {
        return;
    };
    let hub = Hub::start(&["--bays", "3000", "--no-sim"]);
    if has_pages(&hub).await {
        tell(&peers, "orders.js", &hub);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_city_says_so() {
    let Some(peers) = browser() else {
        return;
    };
    let hub = Hub::start(&["--bays", "0", "--no-sim"]);
    if has_pages(&hub).await {
        tell(&peers, "empty.js", &hub);
    }
}
