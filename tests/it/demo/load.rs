//! A sender that keeps books: which report was acknowledged, so that what the hub knows can be held
//! against it.

use super::hub::Hub;
use super::mqtt::topic;
use bayhub::clock::SystemClock;
use bayhub::domain::{Clock as _, Millis};
use rumqttc::{AsyncClient, Event, MqttOptions, Outgoing, Packet, QoS};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

/// More reports are made than there are ms, and a time ahead of the clock would count as now: so they
/// are about what was an hour ago, by sources that may be as late as that and still are believed.
pub(super) const BEHIND: [(&str, &str); 2] = [
    ("BAYHUB__STREAM__STALE_AFTER_S", "86400"),
    ("BAYHUB__STREAM__SETTLE__APP_LATENESS_S", "7200"),
];
const BEHIND_MS: u64 = 100 * 60 * 1000;

const STATES: [&str; 3] = ["vacant", "occupied", "closed"];
const PATIENCE: Duration = Duration::from_secs(30);

/// Every report has a time of its own, one ms after the one before it: by it the hub's answer names
/// the report.
pub(super) struct Books {
    bays: Vec<String>,
    first: u64,
    next: u64,
    /// By bay: the newest report that was acknowledged.
    newest: BTreeMap<usize, u64>,
    pub(super) acknowledged: u64,
    pub(super) sent: u64,
    http: reqwest::Client,
}

fn state_of(n: u64) -> &'static str {
    STATES[(n / 7 % 3) as usize]
}

impl Books {
    pub(super) fn new(bays: Vec<String>) -> Self {
        let first = SystemClock.now().0 - BEHIND_MS;
        let http = crate::web::client().build().expect("a client");
        Self {
            bays,
            first,
            next: 0,
            newest: BTreeMap::new(),
            acknowledged: 0,
            sent: 0,
            http,
        }
    }

    /// The next report: its number and its payload.
    fn report(&mut self) -> (u64, String) {
        let n = self.next;
        self.next += 1;
        self.sent += 1;
        let at = Millis(self.first + n).rfc3339();
        let at = std::str::from_utf8(&at).expect("ASCII");
        let bay = &self.bays[n as usize % self.bays.len()];
        (
            n,
            format!(
                r#"{{"bay":"{bay}","state":"{}","at":"{at}","seq":{n}}}"#,
                state_of(n)
            ),
        )
    }

    fn acknowledge(&mut self, n: u64) {
        self.acknowledged += 1;
        let newest = self.newest.entry(n as usize % self.bays.len()).or_insert(n);
        *newest = n.max(*newest);
    }

    /// One report over HTTP; whether it was acknowledged within `limit`.
    pub(super) async fn post(&mut self, hub: &Hub, limit: Duration) -> bool {
        let (n, payload) = self.report();
        let mut body: Value = serde_json::from_str(&payload).expect("JSON");
        body["source"] = hub.source().into();
        let request = self
            .http
            .post(format!("{}/v1/reports", hub.http))
            .bearer_auth(hub.key("report"))
            .json(&body);
        let taken = request
            .timeout(limit)
            .send()
            .await
            .is_ok_and(|a| a.status() == 202);
        if taken {
            self.acknowledge(n);
        }
        taken
    }

    /// Publishes at QoS 1, up to 50 under way at a time, until `stop` is ready; then calls `end`,
    /// and reads what the hub had still sent.
    pub(super) async fn publish_until(
        &mut self,
        hub: Hub,
        stop: impl Future<Output = ()>,
        end: impl FnOnce(Hub),
    ) {
        let mut options = MqttOptions::new("it-books", hub.mqtt.ip().to_string(), hub.mqtt.port());
        options
            .set_credentials(hub.source(), hub.key("report"))
            .set_inflight(50);
        let (client, mut events) = AsyncClient::new(options, 100);
        let topic = topic(&hub);
        let mut waiting = VecDeque::new();
        let mut under_way = HashMap::new();
        let mut hub = Some(hub);
        let mut end = Some(end);
        tokio::pin!(stop);
        loop {
            while hub.is_some() && waiting.len() < 50 {
                let (n, payload) = self.report();
                client
                    .try_publish(&topic, QoS::AtLeastOnce, false, payload)
                    .expect("room in its queue");
                waiting.push_back(n);
            }
            let event = tokio::select! {
                event = events.poll() => event,
                () = &mut stop, if hub.is_some() => {
                    if let (Some(hub), Some(end)) = (hub.take(), end.take()) { end(hub) }
                    continue;
                }
            };
            match event {
                Ok(Event::Outgoing(Outgoing::Publish(id))) => {
                    if let Some(n) = waiting.pop_front() {
                        under_way.insert(id, n);
                    }
                }
                Ok(Event::Incoming(Packet::PubAck(ack))) => {
                    if let Some(n) = under_way.remove(&ack.pkid) {
                        self.acknowledge(n);
                    }
                }
                Ok(_) => {}
                Err(_) if hub.is_none() => return,
                Err(e) => panic!("MQTT: {e}\n{}", hub.map(|h| h.log()).unwrap_or_default()),
            }
        }
    }

    /// Asserts that the hub knows of each bay at least the newest report that was acknowledged, and
    /// of every bay a report that was made; and that the zones count their bays once.
    pub(super) async fn hold_against(&self, hub: &Hub) {
        let mut vacant = 0;
        let mut occupied = 0;
        let mut closed = 0;
        for (i, bay) in self.bays.iter().enumerate() {
            let known = self.get(hub, &format!("/v1/bays/{bay}")).await;
            let state = known["state"].as_str().unwrap_or_default();
            if let Some(at) = known["observed_at"].as_str() {
                let n = Millis::parse(at).expect("a time").0 - self.first;
                assert_eq!(
                    n as usize % self.bays.len(),
                    i,
                    "{bay} has another bay's report: {known}"
                );
                assert!(
                    n < self.next,
                    "{bay}: a report that was never made: {known}"
                );
                assert_eq!(state, state_of(n), "{bay}: {known}");
                let acknowledged = self.newest.get(&i).copied().unwrap_or_default();
                assert!(
                    n >= acknowledged,
                    "{bay}: report {acknowledged} was acknowledged, {n} is known\n{}",
                    hub.log()
                );
            } else {
                assert!(
                    !self.newest.contains_key(&i),
                    "{bay}: acknowledged and lost: {known}\n{}",
                    hub.log()
                );
            }
            vacant += u64::from(state == "vacant");
            occupied += u64::from(state == "occupied");
            closed += u64::from(state == "closed");
        }
        let zones = self.get(hub, "/v1/zones?limit=1000").await;
        let sum = |what: &str| -> u64 {
            let zones = zones["zones"]
                .as_array()
                .unwrap_or_else(|| panic!("no zones in {zones}"));
            zones.iter().map(|z| total(&z[what])).sum()
        };
        assert_eq!(
            (sum("vacant"), sum("occupied"), sum("closed")),
            (vacant, occupied, closed),
            "{zones}"
        );
    }

    /// Asserts that every report that was acknowledged was also taken: one that is refused is
    /// acknowledged too.
    pub(super) fn none_refused(hub: &Hub) {
        let kept = std::fs::read_to_string(hub.data().join("journal/quarantine/current.jsonl"));
        assert_eq!(kept.unwrap_or_default(), "");
    }

    async fn get(&self, hub: &Hub, path: &str) -> Value {
        let answer = self
            .http
            .get(format!("{}{path}", hub.http))
            .timeout(PATIENCE)
            .send()
            .await;
        let answer = answer.unwrap_or_else(|e| panic!("{path}: {e}\n{}", hub.log()));
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }
}

/// A number, or the sum of an object of numbers.
fn total(value: &Value) -> u64 {
    match value {
        Value::Object(by_kind) => by_kind.values().map(total).sum(),
        number => number.as_u64().unwrap_or_default(),
    }
}
