//! A data partner: reports a bay twice, over MQTT at QoS 1 and over HTTP, and looks what the hub
//! makes of it. Both answers come only once the report is on the hub's disk.
//!
//! ```sh
//! cargo run --release -- demo --no-sim > demo.json &
//! cargo run --example report -- demo.json TPY005-008
//! ```

mod demo;

use demo::{Outcome, line_and_arguments, text};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;

#[tokio::main]
async fn main() -> Outcome {
    // The one that TLS is done by, where an address is https.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let (line, arguments) = line_and_arguments("report DEMO_LINE BAY")?;
    let bay = arguments.first().ok_or("which bay?")?;
    by_mqtt(&line, bay, "occupied").await?;
    by_http(&line, bay, "vacant").await?;
    let http = text(&line, "/http")?;
    // What is stored is seen a moment later.
    for _ in 0..100 {
        let said: Value = reqwest::get(format!("{http}/v1/bays/{bay}"))
            .await?
            .json()
            .await?;
        if said["state"] == "vacant" {
            let since = text(&said, "/observed_at")?;
            println!("the hub says: {bay} is vacant, seen at {since}");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!("{bay} is not seen vacant").into())
}

/// Publishes as the source, with the key as its password, and waits for the acknowledgement.
async fn by_mqtt(line: &Value, bay: &str, state: &str) -> Outcome {
    let source = text(line, "/source")?;
    let hub: SocketAddr = text(line, "/mqtt")?.parse()?;
    let mut options = MqttOptions::new(
        format!("{source}-example"),
        hub.ip().to_string(),
        hub.port(),
    );
    options.set_credentials(source, text(line, "/keys/report")?);
    let (client, mut events) = AsyncClient::new(options, 10);
    let topic = format!("bayhub/v1/{source}/report");
    let report = json!({"bay": bay, "state": state}).to_string();
    client
        .publish(topic, QoS::AtLeastOnce, false, report)
        .await?;
    loop {
        // A refused key ends it here, as an error.
        if let Event::Incoming(Packet::PubAck(_)) = events.poll().await? {
            break;
        }
    }
    println!("MQTT: {bay} is {state}, acknowledged");
    client.disconnect().await?;
    Ok(())
}

/// Posts it; an item that the hub refuses is in the answer, with the reason.
async fn by_http(line: &Value, bay: &str, state: &str) -> Outcome {
    let report = json!({"source": text(line, "/source")?, "bays": [{"bay": bay, "state": state}]});
    let answer = reqwest::Client::new()
        .post(format!("{}/v1/reports", text(line, "/http")?))
        .bearer_auth(text(line, "/keys/report")?)
        .json(&report)
        .send()
        .await?;
    let status = answer.status();
    let said: Value = answer.json().await?;
    if status != 202 || said["accepted"] != 1 {
        return Err(format!("HTTP: {status}: {said}").into());
    }
    println!("HTTP: {bay} is {state}, accepted");
    Ok(())
}
