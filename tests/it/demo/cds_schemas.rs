//! The schemas of CDS 1.1, read by `jsonschema` of Python, against what a demo with a settled past
//! tells.

use super::http::{call, get};
use super::hub::Hub;
use super::mqtt::{missing, peer, printed};
use bayhub::clock::SystemClock;
use bayhub::domain::Clock as _;
use reqwest::Method;
use serde_json::json;
use std::path::Path;
use std::process::Command;

const SIX_HOURS_MS: u64 = 6 * 3_600_000;

const PACKAGES: &str = "import jsonschema, referencing, yaml";

#[tokio::test]
async fn every_answer_of_cds_fits_the_standards_schemas() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/schemas/cds-1.1");
    if !schemas.is_dir() {
        eprintln!("skipped: the schemas of CDS 1.1 are not beside this repository");
        return;
    }
    let there = peer(Command::new("python3").args(["-c", PACKAGES]));
    if !there.is_some_and(|there| there.status.success()) {
        return missing("jsonschema (python3 -m pip install jsonschema pyyaml)");
    }
    let hub = Hub::start(&["--bays", "300", "--past", "3"]);
    let zone = hub.some_bay().zone;
    let till = SystemClock.now().plus(3_600_000).to_string();
    for target in [
        json!({"zones": [zone]}),
        json!({"bays": [hub.some_bay().id]}),
    ] {
        let order =
            json!({"kind": "closure", "target": target, "to": till, "reason": {"en": "Race"}});
        let key = Some(hub.key("order"));
        let answer = call(&hub, Method::POST, "/v1/orders", key, Some(&order)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    let policies = get(&hub, "/v1/cds/curbs/policies").await.to_string();
    assert_eq!(policies.matches("no parking").count(), 1, "{policies}");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/demo/cds_schemas.py");
    let now = SystemClock.now().0;
    let [start, end] = [now - SIX_HOURS_MS, now].map(|t| t.to_string());
    let mut ask = Command::new("python3");
    ask.args([script, &*schemas.to_string_lossy(), &hub.http]);
    ask.args([hub.key("monitor"), &start, &end]);
    let said = peer(&mut ask).expect("it is there");
    let told = printed(&hub, &said);
    for (list, of) in told.as_object().expect("one object") {
        assert_eq!(of["faults"], json!([]), "{list}");
        assert!(of["count"].as_u64() > Some(0), "{list}: {told}");
    }
    assert!(told["spaces"]["count"].as_u64() > Some(100), "{told}");
}
