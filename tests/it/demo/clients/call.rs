//! What a program in Rust does with the generated client: asks how the hub is, and reads a refusal. Calls with
//! parameters take a struct of all of them, so each new one would have to be named here.

use bayhub_client::apis::configuration::Configuration;
use bayhub_client::apis::operators_api::{get_losses, status};

fn main() {
    let mut hub = Configuration::new();
    hub.base_path = std::env::args().nth(1).expect("usage: call BASE");
    let told = status(&hub).expect("how the hub is");
    assert!(told.up, "{told:?}");
    let part = told.parts.into_iter().next().expect("a part").part;
    let refused = get_losses(&hub).expect_err("no key");
    assert!(refused.to_string().contains("401"), "{refused}");
    println!("part {part}");
}
