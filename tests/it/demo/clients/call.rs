//! What a program in Rust does with the generated client: asks for a zone, and reads a refusal.

use bayhub_client::apis::configuration::Configuration;
use bayhub_client::apis::drivers_api::{ZoneParams, ZonesParams, zone, zones};

fn main() {
    let mut hub = Configuration::new();
    hub.base_path = std::env::args().nth(1).expect("usage: call BASE");
    let page = ZonesParams {
        ids: None,
        bbox: None,
        kind: None,
        limit: Some(1),
        cursor: None,
        crs: None,
    };
    let page = zones(&hub, page).expect("a page of zones");
    let first = page.zones.into_iter().next().expect("a zone").zone;
    let ask = |zone: &str| ZoneParams {
        zone: zone.to_owned(),
        crs: None,
    };
    assert_eq!(zone(&hub, ask(&first)).expect("that zone").zone, first);
    let none = zone(&hub, ask("no-such")).expect_err("no zone");
    assert!(none.to_string().contains("404"), "{none}");
    println!("zone {first}");
}
