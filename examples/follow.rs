//! A driver's app: follows zones live by Server-Sent Events, and when the connection is lost, comes
//! back with `Last-Event-ID` and is told what it missed. Ends with an error when the hub refuses it
//! or stays away.
//!
//! ```sh
//! cargo run --release -- demo > demo.json &
//! cargo run --example follow -- demo.json TPY005,TPY006
//! ```

mod demo;

use demo::{Outcome, line_and_arguments, text};
use serde_json::Value;
use std::time::Duration;

/// How often the hub is looked for before it is given up, and how long after a loss.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> Outcome {
    // The one that TLS is done by, where an address is https.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let (line, arguments) = line_and_arguments("follow DEMO_LINE ZONE[,ZONE...]")?;
    let zones = arguments.first().ok_or("which zones?")?;
    let address = format!("{}/v1/stream?zones={zones}", text(&line, "/http")?);
    let mut last_id = None;
    let mut lost = 0;
    loop {
        let before = last_id.clone();
        let why = match listen(&address, &mut last_id).await? {
            Some(e) => e.to_string(),
            None => "the hub has ended the stream".to_owned(),
        };
        lost = if last_id == before { lost + 1 } else { 1 };
        if lost > TRIES {
            return Err(format!("given up: {why}").into());
        }
        println!("lost ({why}), coming back with {last_id:?}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Reads events until the connection ends, and notes the last one's id. `Err`: the hub has refused.
async fn listen(address: &str, last_id: &mut Option<String>) -> Outcome<Option<reqwest::Error>> {
    let mut request = reqwest::Client::new().get(address);
    if let Some(id) = last_id {
        request = request.header("last-event-id", &*id);
    }
    let mut answer = match request.send().await {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(answer) => return Err(answer.text().await?.into()),
        Err(e) => return Ok(Some(e)),
    };
    let mut bytes = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(more)) => bytes.extend_from_slice(&more),
            Ok(None) => return Ok(None),
            Err(e) => return Ok(Some(e)),
        }
        while let Some(end) = bytes.windows(2).position(|two| two == b"\n\n") {
            let block: Vec<u8> = bytes.drain(..end + 2).collect();
            event(std::str::from_utf8(&block)?, last_id)?;
        }
    }
}

/// One block: comments keep the line open, the others are events.
fn event(block: &str, last_id: &mut Option<String>) -> Outcome {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    if let Some(id) = field("id: ") {
        *last_id = Some(id.to_owned());
    }
    let (Some(name), Some(data)) = (field("event: "), field("data: ")) else {
        return Ok(());
    };
    let data: Value = serde_json::from_str(data)?;
    match name {
        "zone" => {
            let zone = text(&data, "/zone")?;
            println!(
                "{zone}: vacant {}, occupied {}",
                data["vacant"], data["occupied"]
            );
        }
        // `resync`: what is shown may be old, and everything comes anew. `gone`: a zone was removed.
        _ => println!("{name}: {data}"),
    }
    Ok(())
}
