//! A `bayhub run` with a small city and one broker, and the publisher whose last words it must hold
//! in the end.

use super::mosquitto::{Mosquitto, PATIENCE, free_port};
use bayhub::clock::SystemClock;
use bayhub::domain::{Clock, Millis};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ZONES: usize = 4;
const BAYS_EACH: usize = 50;
pub(super) const BAYS: usize = ZONES * BAYS_EACH;

/// A city's folder, and the hub that runs on it.
pub(super) struct Hub {
    dir: tempfile::TempDir,
    http: u16,
    child: Option<Child>,
}

impl Hub {
    /// A hub that is ready, with a `[[brokers]]` at `port` and `more` of its settings.
    pub(super) async fn start(url: &str, more: &str) -> Self {
        Self::start_on(free_port(), url, more).await
    }

    /// The same, listening for MQTT on that port.
    pub(super) async fn start_on(mqtt: u16, url: &str, more: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let http = free_port();
        write_city(dir.path());
        let settings = format!(
            "[limits]\nrates = false # every bay is asked for\n[registry]\npath = \"{dir}\"\n[data]\npath = \"{dir}/data\"\n[http]\nlisten = \"127.0.0.1:{http}\"\n\
             [mqtt]\nlisten = \"127.0.0.1:{mqtt}\"\n[[brokers]]\nname = \"city\"\nurl = {url:?}\nsources = [\"lamp-*\"]\n{more}",
            dir = dir.path().display(),
        );
        std::fs::write(dir.path().join("bayhub.toml"), settings).expect("its settings");
        let mut hub = Self {
            dir,
            http,
            child: None,
        };
        hub.restart().await;
        hub
    }

    pub(super) async fn restart(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.dir.path().join("log"))
            .expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_bayhub"));
        command
            .args(["run", "--config"])
            .arg(self.dir.path().join("bayhub.toml"))
            .env("NO_COLOR", "1");
        self.child = Some(
            command
                .stdin(Stdio::null())
                .stderr(log)
                .spawn()
                .expect("the hub"),
        );
        let end = Instant::now() + PATIENCE * 3;
        while self.get("/readyz").await.is_none() {
            assert!(Instant::now() < end, "not ready:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Writes a file of its city, to be read at the next start.
    pub(super) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.dir.path().join(file), text).expect("a file");
    }

    pub(super) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it runs");
        child.wait().expect("its exit");
    }

    /// SIGTERM; it must end well.
    pub(super) fn stop(&mut self) {
        let mut child = self.child.take().expect("it runs");
        kill_process(Pid::from_child(&child), Signal::TERM).expect("it runs");
        assert!(child.wait().expect("its exit").success(), "{}", self.log());
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// The body of a good answer.
    pub(super) async fn get(&self, path: &str) -> Option<String> {
        let client = crate::web::client()
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        let answer = client
            .get(format!("http://127.0.0.1:{}{path}", self.http))
            .send()
            .await
            .ok()?;
        answer.status().is_success().then_some(())?;
        answer.text().await.ok()
    }

    /// The answer to a call with a key, which must be good.
    pub(super) async fn post(&self, path: &str, key: &str, body: &Value) -> Value {
        let client = crate::web::client()
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        let request = client
            .post(format!("http://127.0.0.1:{}{path}", self.http))
            .bearer_auth(key)
            .json(body);
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// The sum of a metric over its labels; those of `with` only.
    pub(super) async fn metric(&self, name: &str, with: &str) -> u64 {
        let text = self.get("/metrics").await.expect("metrics");
        let lines = text
            .lines()
            .filter(|l| l.starts_with(&format!("bayhub_{name}")) && l.contains(with));
        lines
            .filter_map(|l| l.rsplit(' ').next()?.parse::<f64>().ok())
            .sum::<f64>() as u64
    }

    /// Waits until that metric is `wanted`.
    pub(super) async fn until(&self, name: &str, wanted: u64) {
        let end = Instant::now() + PATIENCE;
        loop {
            let now = self.metric(name, "").await;
            if now == wanted {
                return;
            }
            assert!(
                Instant::now() < end,
                "{name} is {now}, not {wanted}\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether the quarantine's files hold that text.
    pub(super) fn quarantined(&self, text: &str) -> bool {
        let folder = self.dir.path().join("data/journal/quarantine");
        let files = std::fs::read_dir(folder)
            .expect("a quarantine")
            .filter_map(Result::ok);
        let has = |bytes: Vec<u8>| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        files.filter_map(|f| std::fs::read(f.path()).ok()).any(has)
    }

    /// Waits until every bay is in the state that was last published for it, and checks the zones'
    /// sums.
    pub(super) async fn until_as_published(&self, publisher: &Publisher) {
        let end = Instant::now() + PATIENCE;
        for (bay, wanted) in &publisher.last {
            loop {
                let answer = self.get(&format!("/v1/bays/{bay}")).await.expect("a bay");
                let answer: Value = serde_json::from_str(&answer).expect("JSON");
                if answer["state"] == *wanted {
                    break;
                }
                assert!(
                    Instant::now() < end,
                    "{bay} is not {wanted}: {answer}\n{}",
                    self.log()
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        let zones = self.get("/v1/zones?bbox=103,1,104,2").await.expect("zones");
        let zones: Value = serde_json::from_str(&zones).expect("JSON");
        let zones = zones["zones"].as_array().expect("zones");
        let sum = |of: &dyn Fn(&Value) -> u64| zones.iter().map(of).sum::<u64>() as usize;
        let words = |word: &str| publisher.last.values().filter(|w| **w == word).count();
        assert_eq!(
            sum(&|z| z["vacant"]["car"].as_u64().unwrap_or(0)),
            words("vacant")
        );
        assert_eq!(
            sum(&|z| z["occupied"].as_u64().unwrap_or(0)),
            words("occupied")
        );
        assert_eq!(sum(&|z| z["capacity"].as_u64().unwrap_or(0)), BAYS);
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the hub's log:\n{}", self.log());
        }
        if let Some(child) = &mut self.child {
            // Ended already is what a killed one answers.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub(super) fn zone_id(n: usize) -> String {
    format!("Z{n}")
}

fn bay_id(n: usize) -> String {
    format!("Z{}-{n}", n % ZONES)
}

fn write_city(dir: &Path) {
    let at = |n: usize| json!({"type": "Point", "coordinates": [103.8 + n as f64 * 1e-5, 1.3]});
    let write = |file: &str, features: Vec<Value>| {
        let all = json!({"type": "FeatureCollection", "features": features});
        std::fs::write(dir.join(file), all.to_string()).expect("the city");
    };
    let feature = |place: Value, properties: Value| json!({"type": "Feature", "geometry": place, "properties": properties});
    let zone = |n: usize| {
        let id = zone_id(n);
        json!({"id": id, "name": id, "kind": "off_street", "operator": "city", "capacity": BAYS_EACH})
    };
    write(
        "zones.geojson",
        (0..ZONES).map(|n| feature(at(n), zone(n))).collect(),
    );
    let bay = |n: usize| json!({"id": bay_id(n), "zone": zone_id(n % ZONES), "kind": "car"});
    write(
        "bays.geojson",
        (0..BAYS).map(|n| feature(at(n), bay(n))).collect(),
    );
}

/// The lamp posts of the city together: what they said last of each bay, once the broker had it.
pub(super) struct Publisher {
    port: u16,
    begun: Millis,
    said: u64,
    last: BTreeMap<String, &'static str>,
}

impl Publisher {
    pub(super) fn to(broker: &Mosquitto) -> Self {
        // A minute ago, and a millisecond for each report: no two have the same time, none lies
        // ahead.
        let begun = Millis(SystemClock.now().0 - 60_000);
        Self {
            port: broker.port,
            begun,
            said: 0,
            last: BTreeMap::new(),
        }
    }

    /// One report for every bay, each the other state than the time before; returns once the broker
    /// has them all.
    pub(super) async fn round(&mut self) {
        self.part(0, BAYS).await;
    }

    /// The same for the bays of `from..to`.
    pub(super) async fn part(&mut self, from: usize, to: usize) {
        let reports: Vec<(String, String)> = (from..to).map(|n| self.report(n)).collect();
        send(self.port, &reports).await;
    }

    fn report(&mut self, n: usize) -> (String, String) {
        let bay = bay_id(n);
        let state = if self.last.get(&bay) == Some(&"vacant") {
            "occupied"
        } else {
            "vacant"
        };
        self.said += 1;
        let at = self.begun.plus(self.said).to_string();
        let payload = json!({"bay": bay, "state": state, "at": at, "seq": self.said}).to_string();
        self.last.insert(bay, state);
        (format!("bayhub/v1/lamp-{}/report", n % 10), payload)
    }

    /// What the city's bays were last said to be.
    pub(super) fn vacant_in(&self, zone: &str) -> usize {
        let prefix = format!("{zone}-");
        self.last
            .iter()
            .filter(|(bay, state)| bay.starts_with(&prefix) && **state == "vacant")
            .count()
    }
}

/// Publishes at QoS 1 and waits until the broker has acknowledged all of it.
pub(super) async fn send(port: u16, messages: &[(String, String)]) {
    publish(port, messages, false).await;
}

/// The same; with `retain` the broker is to keep them.
pub(super) async fn publish(port: u16, messages: &[(String, String)], retain: bool) {
    let mut options = MqttOptions::new(format!("it-{}", rand::random::<u32>()), "127.0.0.1", port);
    options.set_inflight(50);
    let (client, mut events) = AsyncClient::new(options, messages.len());
    for (topic, payload) in messages {
        client
            .try_publish(topic, QoS::AtLeastOnce, retain, payload.as_str())
            .expect("room");
    }
    let all = async {
        let mut acknowledged = 0;
        while acknowledged < messages.len() {
            if let Event::Incoming(Packet::PubAck(_)) = events.poll().await.expect("the broker") {
                acknowledged += 1;
            }
        }
        client.try_disconnect().expect("room");
        while events
            .poll()
            .await
            .is_ok_and(|e| e != Event::Outgoing(rumqttc::Outgoing::Disconnect))
        {}
    };
    tokio::time::timeout(PATIENCE, all)
        .await
        .expect("acknowledged by the broker");
}
