//! A booking app: asks for a shared bay near a place for the next hour, confirms it, arrives and
//! departs. Some bay there must be on offer; `docs/sharing.md` shows how.
//!
//! ```sh
//! cargo run --release -- demo > demo.json &
//! cargo run --example book -- demo.json 1.33 103.924
//! ```

mod demo;

use chrono::{SecondsFormat, TimeDelta, Utc};
use demo::{Outcome, line_and_arguments, text};
use serde_json::{Value, json};

struct App<'l> {
    http: &'l str,
    key: &'l str,
    client: reqwest::Client,
}

#[tokio::main]
async fn main() -> Outcome {
    // The one that TLS is done by, where an address is https.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let (line, arguments) = line_and_arguments("book DEMO_LINE LAT LON")?;
    let [lat, lon] = &arguments[..] else {
        return Err("where? LAT LON".into());
    };
    let app = App {
        http: text(&line, "/http")?,
        key: text(&line, "/keys/book")?,
        client: reqwest::Client::new(),
    };
    let held = app.request(lat.parse()?, lon.parse()?).await?;
    let id = text(&held, "/id")?;
    println!(
        "{id}: {} is held until {}, {} m away, for {} cents {}",
        text(&held, "/bay")?,
        text(&held, "/expires_at")?,
        held["walk_m"],
        held["price_cents"],
        text(&held, "/currency")?
    );
    for step in ["confirm", "arrive", "depart"] {
        let now = app.step(id, step).await?;
        println!("{step}: {}", text(&now, "/state")?);
    }
    Ok(())
}

impl App<'_> {
    /// Asks for a bay from now on. With an `Idempotency-Key`, so that who has lost the answer may
    /// ask again and is not given a second bay.
    async fn request(&self, lat: f64, lon: f64) -> Outcome<Value> {
        #[allow(clippy::disallowed_methods, reason = "an app has only its own clock")]
        let now = Utc::now();
        let end = now + TimeDelta::hours(1);
        let wish = json!({"lat": lat, "lon": lon, "max_walk_m": 500,
            "end": end.to_rfc3339_opts(SecondsFormat::Secs, true)});
        let trip = format!("trip-{}", now.timestamp_millis());
        let request = self.client.post(format!("{}/v1/requests", self.http));
        self.done(request.header("idempotency-key", trip).json(&wish))
            .await
    }

    /// Said again, a step that was done changes nothing.
    async fn step(&self, id: &str, step: &str) -> Outcome<Value> {
        self.done(
            self.client
                .post(format!("{}/v1/reservations/{id}/{step}", self.http)),
        )
        .await
    }

    /// The answer, or what the hub says why there is none: `no-match` where no bay suits.
    async fn done(&self, request: reqwest::RequestBuilder) -> Outcome<Value> {
        let answer = request.bearer_auth(self.key).send().await?;
        let status = answer.status();
        let said: Value = answer.json().await?;
        if status.is_success() {
            Ok(said)
        } else {
            Err(format!("{status}: {said}").into())
        }
    }
}
