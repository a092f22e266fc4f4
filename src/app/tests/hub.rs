//! A whole hub by a clock that the test turns, and its HTTP door as a stranger finds it.
//!
//! Requests are written by hand: the library has no HTTP client, and what a test says here is what
//! goes over the wire.

use crate::app::{Failure, Hub, LossKind};
use crate::clock::ManualClock;
use crate::config::Config;
use crate::domain::{Clock as _, Millis};
use crate::partners::Keys;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long an effect may take to show before the test gives up on it.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// A hub that runs in this process.
pub(super) struct TestHub {
    pub(super) hub: Hub,
    pub(super) clock: Arc<ManualClock>,
}

/// Writes a city of those zones and bays.
pub(super) fn write_city(folder: &Path, zones: &[Value], bays: &[Value]) {
    for (name, features) in [("zones.geojson", zones), ("bays.geojson", bays)] {
        let text = json!({"type": "FeatureCollection", "features": features}).to_string();
        std::fs::write(folder.join(name), text).unwrap();
    }
}

/// Settings of a hub on that city and data, at addresses that the system picks.
pub(super) fn settings(city: &Path, data: &Path) -> [(&'static str, String); 4] {
    [
        ("registry.path", city.display().to_string()),
        ("data.path", data.display().to_string()),
        ("http.listen", "127.0.0.1:0".to_owned()),
        ("mqtt.listen", "127.0.0.1:0".to_owned()),
    ]
}

/// A key as the configuration names it.
pub(super) fn digest(key: &str) -> String {
    let bytes = Keys::digest(key);
    bytes
        .iter()
        .fold(String::new(), |text, b| text + &format!("{b:02x}"))
}

/// One request; `path` as it stands in the request line.
#[derive(Clone, Copy, Default)]
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) key: Option<&'a str>,
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: Option<&'a Value>,
}

impl TestHub {
    pub(super) async fn start(config: Config, now: Millis) -> Self {
        Self::start_without(config, now, Vec::new()).await.unwrap()
    }

    /// The same, without what is lost of the kinds `accepted`.
    pub(super) async fn start_without(
        config: Config,
        now: Millis,
        accepted: Vec<LossKind>,
    ) -> Result<Self, Failure> {
        let clock = Arc::new(ManualClock::at(now));
        let hub = Hub::start_by(config, clock.clone(), accepted).await?;
        Ok(Self { hub, clock })
    }

    pub(super) fn clock_now(&self) -> Millis {
        self.clock.now()
    }

    /// Turns the clock on to `to`, and waits until the stream has reached that time. In several
    /// steps: what is settled goes by the time that all was seen to have reached at the one before.
    pub(super) async fn turn(&self, to: Millis) {
        let end = Instant::now() + PATIENCE;
        for before in [3, 2, 1, 0] {
            let now = Millis(to.0 - before);
            self.clock.set(now);
            while self.hub.running.stream.progress.frontier() < now {
                assert!(Instant::now() < end, "the stream does not reach {now}");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    /// The status and the body.
    pub(super) async fn call(&self, call: Call<'_>) -> (u16, String) {
        let mut line = TcpStream::connect(self.hub.http).await.unwrap();
        let body = call.body.map(Value::to_string).unwrap_or_default();
        let mut head = vec![
            format!("{} {} HTTP/1.1", call.method, call.path),
            "host: hub\r\nconnection: close\r\ncontent-type: application/json".to_owned(),
            format!("content-length: {}", body.len()),
        ];
        head.extend(call.key.map(|key| format!("authorization: Bearer {key}")));
        let more = call.headers.iter();
        head.extend(more.map(|(name, value)| format!("{name}: {value}")));
        let head = head.join("\r\n") + "\r\n\r\n";
        line.write_all((head + &body).as_bytes()).await.unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no HTTP: {answer}"));
        (status, body.to_owned())
    }

    /// The sum of a metric over the series that name all of `labels`.
    pub(super) async fn metric(&self, name: &str, labels: &[&str]) -> u64 {
        let call = Call {
            method: "GET",
            path: "/metrics",
            ..Call::default()
        };
        let (_, text) = self.call(call).await;
        let series = text.lines().filter(|line| {
            let begin = line.strip_prefix(name);
            begin.is_some_and(|rest| rest.starts_with(['{', ' ']))
                && labels.iter().all(|label| line.contains(label))
        });
        series
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum()
    }

    /// The JSON of a request that must succeed; null where it has no body.
    pub(super) async fn done(&self, call: Call<'_>) -> Value {
        let (status, body) = self.call(call).await;
        let Call { method, path, .. } = call;
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {body}"
        );
        if body.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&body).unwrap_or_else(|e| panic!("{method} {path}: {e}: {body}"))
    }

    /// The answer to a report in `body` by `key`, which must succeed.
    pub(super) async fn reported(&self, key: &str, body: &Value) -> Value {
        let call = Call {
            method: "POST",
            path: "/v1/reports",
            key: Some(key),
            body: Some(body),
            ..Call::default()
        };
        self.done(call).await
    }

    /// Asks until the answer is as wanted.
    pub(super) async fn until(
        &self,
        path: &str,
        key: Option<&str>,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let got = self
                .done(Call {
                    method: "GET",
                    path,
                    key,
                    ..Call::default()
                })
                .await;
            if wanted(&got) {
                return got;
            }
            assert!(Instant::now() < end, "{path} stays {got}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
