//! A day in the small city: what lamp posts, gates, phones and LoRaWAN devices say every five
//! minutes, and what the town hall changes meanwhile. By the real doors.

use super::super::hub::{Call, TestHub};
use super::city::{self, About, FIXED};
use super::line::MqttLine;
use crate::domain::{Clock as _, Millis};
use serde_json::{Value, json};

/// 2026-11-23T06:00:00Z.
pub(super) const BEGIN: Millis = Millis(1_795_413_600_000);
pub(super) const MINUTE: u64 = 60_000;

/// That time of the day.
pub(super) const fn at(hour: u64, minute: u64) -> Millis {
    BEGIN.plus(((hour - 6) * 60 + minute) * MINUTE)
}

/// A hub on its day, and who speaks to it.
pub(super) struct GoldenDay {
    pub(super) hub: TestHub,
    pub(super) about: About,
    lamps: [MqttLine; 2],
    gate: MqttLine,
}

/// The keys that the town hall makes: name, and the rest of the request.
fn made_keys() -> [(&'static str, Value); 7] {
    let report = |partner: &str, sources: &str, kind: &str| json!({"partner": partner, "scopes": ["report"], "sources": [sources], "source_kind": kind, "area": "all"});
    [
        ("lamps", report("lampworks", "lamp-*", "sensor")),
        ("phones", report("phones", "app-*", "app")),
        ("revoked", report("phones", "app-*", "app")),
        (
            "acme",
            json!({"partner": "acme", "scopes": ["share", "book"]}),
        ),
        ("homes", json!({"partner": "homes", "scopes": ["share"]})),
        ("rider", json!({"partner": "rider", "scopes": ["book"]})),
        (
            "guest",
            json!({"partner": "rider", "scopes": ["monitor"], "expires_at": "2027-11-23T06:00:00Z"}),
        ),
    ]
}

/// Makes the partners and keys of `about` at a hub that has none.
pub(super) async fn make_keys(hub: &TestHub, about: &mut About) {
    about.keys = FIXED
        .map(|(name, key)| (name.to_owned(), key.to_owned()))
        .into();
    for partner in ["lampworks", "phones", "acme", "homes", "rider"] {
        admin(
            hub,
            "POST",
            "/v1/admin/partners",
            Some(&json!({"name": partner})),
        )
        .await;
    }
    for (name, mut ask) in made_keys() {
        ask["name"] = name.into();
        let made = admin(hub, "POST", "/v1/admin/keys", Some(&ask)).await;
        let key = made["key"].as_str().unwrap().to_owned();
        about.keys.insert(name.into(), key);
        if name == "revoked" {
            let path = format!("/v1/admin/keys/{}", made["id"].as_str().unwrap());
            admin(hub, "DELETE", &path, None).await;
        }
    }
}

async fn admin(hub: &TestHub, method: &str, path: &str, body: Option<&Value>) -> Value {
    let key = Some(FIXED[0].1);
    hub.done(Call {
        method,
        path,
        key,
        body,
        ..Call::default()
    })
    .await
}

impl GoldenDay {
    /// Connects whoever speaks by MQTT.
    pub(super) async fn begin(hub: TestHub, about: About) -> Self {
        let mqtt = hub.hub.mqtt;
        let lamps = &about.keys["lamps"];
        let lamps = [
            MqttLine::connect(mqtt, "lamp-1", lamps).await,
            MqttLine::connect(mqtt, "lamp-2", lamps).await,
        ];
        let gate = MqttLine::connect(mqtt, "gate-1", &about.keys["gates"]).await;
        Self {
            hub,
            about,
            lamps,
            gate,
        }
    }

    pub(super) fn now(&self) -> Millis {
        self.hub.clock.now()
    }

    /// As the holder of that key.
    pub(super) async fn call(&self, who: &str, method: &str, path: &str, body: Value) -> Value {
        let body = (!body.is_null()).then_some(&body);
        let key = Some(&*self.about.keys[who]);
        self.hub
            .done(Call {
                method,
                path,
                key,
                body,
                ..Call::default()
            })
            .await
    }

    /// Five minutes of reports up to `now`.
    pub(super) async fn tick(&mut self, now: Millis) {
        self.hub.turn(now).await;
        let minute = now.since(BEGIN) / MINUTE;
        self.lamp_posts(now, minute).await;
        if minute.is_multiple_of(10) {
            self.gate(now, minute).await;
        }
        if minute % 20 == 15 {
            self.phones(now, minute).await;
        }
        if minute.is_multiple_of(15) {
            self.devices(now, minute).await;
        }
    }

    async fn lamp_posts(&mut self, now: Millis, minute: u64) {
        // KERB-5 says one word in the morning; it stands as long as its lamp post is heard.
        let quiet = |n: u64| n == 5 && minute != 10;
        let bays = (1..=6).filter(|n| !quiet(*n)).map(|n| {
            json!({"bay": format!("KERB-{n}"), "state": state(is_taken(n, minute)), "confidence": 0.97})
        });
        let mut bays: Vec<Value> = bays.collect();
        if minute % 60 == 45 {
            // Somebody drove on after a minute: no visit.
            for (before, state) in [
                (110_000, "vacant"),
                (100_000, "occupied"),
                (40_000, "vacant"),
            ] {
                let at = Millis(now.0 - before).to_string();
                bays.push(json!({"bay": "KERB-1", "state": state, "at": at}));
            }
        }
        let batch = json!({"at": now.to_string(), "seq": minute, "bays": bays}).to_string();
        self.lamps[0]
            .publish("bayhub/v1/lamp-1/report", &batch)
            .await;
        self.lamps[0]
            .publish("bayhub/v1/lamp-1/status", r#"{"online":true}"#)
            .await;
        // A private bay with a lamp post of its own: taken by who has booked it.
        let booked = (at(9, 35)..at(10, 20)).contains(&now);
        let office = json!({"bay": "OFFICE-4", "state": state(booked), "at": now.to_string()});
        self.lamps[1]
            .publish("bayhub/v1/lamp-2/report", &office.to_string())
            .await;
    }

    async fn gate(&mut self, now: Millis, minute: u64) {
        let vacant = 100 - (minute * 7) % 90;
        let count =
            json!({"zone": "MALL", "vacant": vacant, "capacity": 105, "at": now.to_string()});
        self.gate
            .publish("bayhub/v1/gate-1/count", &count.to_string())
            .await;
        let few =
            json!({"zone": "MALL", "vacant": minute % 8, "capacity": 8, "kind": "motorcycle"});
        self.gate
            .publish("bayhub/v1/gate-1/count", &few.to_string())
            .await;
    }

    async fn phones(&self, now: Millis, minute: u64) {
        let mut bays: Vec<Value> = (1..=4)
            .map(|n| {
                // A weak word shows, and is not settled.
                let confidence = if n == 3 { 0.5 } else { 0.9 };
                let state = if n == 4 {
                    "closed"
                } else {
                    state(is_taken(n + 6, minute))
                };
                json!({"bay": format!("QUAY-{n}"), "state": state, "confidence": confidence})
            })
            .collect();
        for (n, from) in [(1, at(6, 30)), (5, at(11, 20))] {
            if now > from {
                let state = state(is_taken(n + 2, minute));
                bays.push(json!({"bay": format!("POPUP-{n}"), "state": state, "confidence": 0.9}));
            }
        }
        let body = json!({"source": "app-7", "at": now.to_string(), "bays": bays});
        self.call("phones", "POST", "/v1/reports", body).await;
    }

    async fn devices(&self, now: Millis, minute: u64) {
        for n in 1..=3 {
            // Of a device that is gone one word more comes: it is refused.
            if n == 2 && now > at(10, 15) {
                continue;
            }
            let taken = is_taken(n + 10, minute);
            let event = json!({"deduplicationId": format!("{n}-{minute}"), "time": now.to_string(),
                "deviceInfo": {"devEui": format!("0004A30B001C000{n}")}, "fCnt": minute, "fPort": 1,
                "data": if taken { "AQ==" } else { "AA==" }});
            self.call("network", "POST", "/v1/uplinks/chirpstack?event=up", event)
                .await;
        }
        let message = json!({"end_device_ids": {"device_id": "deck-4",
            "application_ids": {"application_id": "parking"}}, "received_at": now.to_string(),
            "uplink_message": {"f_port": 1, "f_cnt": minute,
                "decoded_payload": {"occupied": is_taken(14, minute)}}});
        self.call("network", "POST", "/v1/uplinks/ttn", message)
            .await;
    }

    /// What does not come every five minutes, by the clock.
    pub(super) async fn events(&mut self) {
        let now = self.now();
        for (hour, minute, what) in EVENTS {
            if at(hour, minute) == now {
                what.happens(self).await;
            }
        }
    }

    async fn put(&self, path: &str, body: Value) {
        self.call("town-hall", "PUT", path, body).await;
    }

    async fn delete(&self, path: &str) {
        self.call("town-hall", "DELETE", path, Value::Null).await;
    }
}

/// What happens once.
#[derive(Clone, Copy)]
enum Event {
    /// A zone and its bays are added at run time.
    PopUp,
    /// A bay more, after the last checkpoint: only the registry knows since when.
    OneMore,
    /// A bay moves, another goes, and so does a zone.
    Works,
    /// A device watches another bay, another is new, a third is gone.
    Devices,
    /// The phone of somebody who was out of reach: what it says amends an hour that was told.
    Late,
    /// The same of an hour that nothing amends any more.
    TooLate,
    /// Messages that cannot be taken.
    Nonsense,
    Older,
}

const EVENTS: [(u64, u64, Event); 8] = [
    (6, 30, Event::PopUp),
    (7, 0, Event::Nonsense),
    (8, 20, Event::Late),
    (9, 30, Event::Works),
    (9, 40, Event::TooLate),
    (10, 5, Event::Devices),
    (11, 20, Event::OneMore),
    (11, 40, Event::Older),
];

impl Event {
    async fn happens(self, day: &mut GoldenDay) {
        match self {
            Self::PopUp => {
                let zone =
                    json!({"id": "POPUP", "name": "Pop-up", "kind": "on_street", "capacity": 3});
                let zone = city::feature(&city::point(city::place("POPUP", 0)), &zone);
                day.put("/v1/admin/zones", zone).await;
                let bays: Vec<Value> = (1..=3).map(|n| city::bay("POPUP", n)).collect();
                let bays = json!({"type": "FeatureCollection", "features": bays});
                day.put("/v1/admin/bays", bays).await;
            }
            Self::OneMore => day.put("/v1/admin/bays", city::bay("POPUP", 5)).await,
            Self::Works => {
                let mut moved = city::bay("KERB", 4);
                moved["geometry"] = city::point(city::place("KERB", 9));
                day.put("/v1/admin/bays", moved).await;
                day.delete("/v1/admin/bays/POPUP-3").await;
                day.delete("/v1/admin/bays/YARD-1").await;
                day.delete("/v1/admin/zones/YARD").await;
            }
            Self::Devices => {
                let changed = [
                    ["0004a30b001c0003", "DECK-5", "bosch-tps110"],
                    ["0004a30b001c0006", "DECK-6", "decoded"],
                ];
                let changed: Vec<Value> = changed.iter().map(city::device).collect();
                day.put("/v1/admin/devices", changed.into()).await;
                day.delete("/v1/admin/devices/0004a30b001c0002").await;
            }
            Self::Late => day.stood("QUAY-2", at(7, 10), at(7, 20)).await,
            Self::TooLate => day.stood("QUAY-1", at(6, 40), at(6, 50)).await,
            Self::Nonsense => {
                let lamp = &mut day.lamps[0];
                lamp.publish("bayhub/v1/lamp-1/report", "{\"bay\":").await;
                lamp.publish(
                    "bayhub/v1/lamp-1/report",
                    r#"{"bay":"NOWHERE-1","state":"vacant"}"#,
                )
                .await;
                let gate = &mut day.gate;
                gate.publish(
                    "bayhub/v1/gate-1/count",
                    r#"{"zone":"GONE","vacant":1,"capacity":2}"#,
                )
                .await;
            }
            Self::Older => {
                let body = json!({"source": "app-7", "bays": [
                    {"bay": "QUAY-1", "state": "vacant", "at": "2026-11-20T00:00:00Z"},
                    {"bay": "QUAY-2", "state": "vacant", "at": "2026-11-24T00:00:00Z"},
                    {"bay": "QUAY-3", "state": "vacated"}]});
                day.call("phones", "POST", "/v1/reports", body).await;
            }
        }
    }
}

impl GoldenDay {
    /// Says late that somebody stood there for so long.
    async fn stood(&self, bay: &str, from: Millis, to: Millis) {
        let said = [
            (Millis(from.0 - 1), "vacant"),
            (from, "occupied"),
            (to, "vacant"),
        ];
        let bays =
            said.map(|(at, state)| json!({"bay": bay, "state": state, "at": at.to_string()}));
        let body = json!({"source": "app-8", "bays": bays});
        self.call("phones", "POST", "/v1/reports", body).await;
    }
}

/// Whether somebody stands in the bay with that number, at that minute of the day: for a while,
/// then not, and each bay by a measure of its own.
fn is_taken(bay: u64, minute: u64) -> bool {
    let every = 25 + 15 * (bay % 4);
    (minute + 10 * bay) % every < every / 2
}

fn state(taken: bool) -> &'static str {
    if taken { "occupied" } else { "vacant" }
}
