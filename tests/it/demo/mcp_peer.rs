//! The Model Context Protocol's own client (Python's `mcp`) against the real process, with the newest
//! handshake and with the one before: it is told what the calls tell.

use super::hub::Hub;
use super::mqtt::{missing, peer, printed};
use serde_json::json;
use std::process::Command;

#[tokio::test]
async fn the_protocols_own_client_finds_the_tools_and_is_told_what_the_calls_tell() {
    let there = peer(Command::new("python3").args(["-c", "from mcp.client.client import Client"]));
    if !there.is_some_and(|there| there.status.success()) {
        return missing("mcp (python3 -m pip install 'mcp>=2')");
    }
    let hub = Hub::start(&["--bays", "100", "--no-sim"]);
    let bay = hub.some_bay();
    super::http::report(&hub, &bay.id, "vacant").await;
    super::http::until_state(&hub, &bay.id, "vacant").await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/demo/ask_tools.py");
    let [lat, lon] = [bay.lat, bay.lon].map(|n| n.to_string());
    let asked = [&*hub.http, &bay.zone, &lat, &lon];
    let said = peer(Command::new("python3").arg(script).args(asked)).expect("it is there");
    let told = printed(&hub, &said);
    let zone = super::http::get(&hub, &format!("/v1/zones/{}", bay.zone)).await;
    for mode in ["auto", "legacy"] {
        let told = &told[mode];
        assert_eq!(
            told["tools"],
            json!(["nearby", "zone", "forecast"]),
            "{told}"
        );
        assert_eq!(told["read_only"], true, "{told}");
        assert_eq!(told["zone"], json!({"error": false, "says": zone}));
        let nearest = &told["nearby"]["says"]["bays"][0];
        assert_eq!(
            (&nearest["bay"], &nearest["state"]),
            (&json!(bay.id), &json!("vacant"))
        );
        assert_eq!(told["missing"]["error"], true, "{told}");
        assert_eq!(told["missing"]["says"]["type"], "/problems/not-found");
    }
    assert_ne!(told["auto"]["version"], told["legacy"]["version"], "{told}");
}
