//! Feeds and the command itself: killed in mid-poll and right after a push it loses and doubles
//! nothing, and asking for many costs next to nothing.

use super::http::call;
use super::hub::Hub;
use crate::long::figure;
use bayhub::clock::SystemClock;
use bayhub::domain::{Clock as _, Millis};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a server answers at each path; a path without an answer hangs.
#[derive(Clone, Default)]
struct Answers {
    said: Arc<Mutex<HashMap<String, String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Answers {
    fn say(&self, path: &str, body: impl Into<String>) {
        self.said
            .lock()
            .expect("said")
            .insert(path.into(), body.into());
    }

    fn times_asked(&self, path: &str) -> usize {
        let asked = self.asked.lock().expect("asked");
        asked.iter().filter(|p| *p == path).count()
    }

    /// Serves from threads of its own until the test ends.
    fn serve(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("an address");
        let own = self.clone();
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                let own = own.clone();
                std::thread::spawn(move || own.converse(&line));
            }
        });
        at
    }

    fn converse(&self, line: &TcpStream) {
        let mut lines = BufReader::new(line).lines();
        while let Some(Ok(first)) = lines.next() {
            let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
            while lines.next().is_some_and(|l| l.is_ok_and(|l| !l.is_empty())) {}
            self.asked.lock().expect("asked").push(path.clone());
            let body = loop {
                let body = self.said.lock().expect("said").get(&path).cloned();
                if let Some(body) = body {
                    break body;
                }
                #[allow(
                    clippy::disallowed_methods,
                    reason = "a server of the test's own, on a thread of its own"
                )]
                std::thread::sleep(Duration::from_millis(20));
            };
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            let mut to = line;
            if to.write_all((head + &body).as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// Writes a city of those zones, and a configuration with those feeds.
fn settle(dir: &Path, zones: usize, feeds: &str) -> PathBuf {
    let zone = |n: usize| {
        json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [103.8, 1.3]},
            "properties": {"id": format!("P{n}"), "kind": "off_street", "capacity": 100}})
    };
    let zones: Vec<Value> = (0..zones).map(zone).collect();
    for (name, features) in [("zones", zones), ("bays", Vec::new())] {
        let text = json!({"type": "FeatureCollection", "features": features}).to_string();
        std::fs::write(dir.join(format!("{name}.geojson")), text).expect("a file");
    }
    let config = dir.join("bayhub.toml");
    let text = format!(
        "[registry]\npath = \"{0}\"\n[data]\npath = \"{0}/data\"\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [mqtt]\nlisten = \"127.0.0.1:0\"\n{feeds}",
        dir.display()
    );
    std::fs::write(&config, text).expect("a file");
    config
}

fn feed(name: &str, at: SocketAddr, every: &str) -> String {
    format!(
        "[[feeds]]\nname = \"{name}\"\nshape = \"json\"\nurl = \"http://{at}/{name}\"\nevery = \"{every}\"\n\
         allow_private = true\narea = \"all\"\nrows = \"$.rows[*]\"\nnext = \"$.next\"\n\
         [feeds.map]\nzone = \"$.id\"\nvacant = \"$.free\"\nat = \"$.at\"\n"
    )
}

/// RFC 3339, so many seconds ago.
fn ago(s: u64) -> String {
    Millis(SystemClock.now().0 - s * 1000).to_string()
}

async fn until_vacant(hub: &Hub, zone: &str, vacant: u32) {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let path = format!("/v1/zones/{zone}");
        let told = call(hub, Method::GET, &path, None, None).await.json;
        if told["vacant"]["car"] == vacant {
            return;
        }
        assert!(Instant::now() < end, "{told}\n{}", hub.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_two_pages_it_has_the_first_and_asks_for_both_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = Answers::default();
    let at = server.serve();
    let config = settle(dir.path(), 3, &feed("town", at, "60s"));
    let when = ago(5);
    let row = |id: &str, free: u32| json!({"id": id, "free": free, "at": when});
    let first = json!({"rows": [row("P1", 31)], "next": "/second"});
    server.say("/town", first.to_string());
    let hub = Hub::run(dir.path(), &config, Value::Null);
    until_vacant(&hub, "P1", 31).await;
    let end = Instant::now() + Duration::from_secs(30);
    while server.times_asked("/second") == 0 {
        assert!(Instant::now() < end, "{}", hub.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    hub.kill();
    server.said.lock().expect("said").clear();
    let hub = Hub::run(dir.path(), &config, Value::Null);
    until_vacant(&hub, "P1", 31).await;
    hub.kill();
    server.say("/town", first.to_string());
    server.say("/second", json!({"rows": [row("P2", 17)]}).to_string());
    let hub = Hub::run(dir.path(), &config, Value::Null);
    until_vacant(&hub, "P2", 17).await;
    until_vacant(&hub, "P1", 31).await;
    let told = call(&hub, Method::GET, "/v1/zones/P1", None, None)
        .await
        .json;
    assert_eq!(
        (&told["occupied"], &told["capacity"]),
        (&json!(69), &json!(100))
    );
    assert_eq!(hub.stop().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pushed_and_answered_survives_kill_9_and_is_not_counted_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let pushed = "[[feeds]]\nname = \"gates\"\nshape = \"json\"\narea = \"all\"\nrows = \"$\"\n[feeds.push]\n\
        auth = \"secret\"\nsecret = \"s3cret\"\n[feeds.map]\nzone = \"$.id\"\nvacant = \"$.free\"\n\
        at = \"$.at\"\ndelta = { path = \"$.way\", in = [\"in\"], out = [\"out\"] }\n";
    let config = settle(dir.path(), 2, pushed);
    let push = async |hub: &Hub, body: &Value| {
        let path = "/v1/push/gates?secret=s3cret";
        let answer = call(hub, Method::POST, path, None, Some(body)).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    };
    let hub = Hub::run(dir.path(), &config, Value::Null);
    push(&hub, &json!({"id": "P1", "free": 50, "at": ago(20)})).await;
    let entry = json!({"id": "P1", "way": "in", "at": ago(10)});
    push(&hub, &entry).await;
    push(&hub, &entry).await;
    // Killed in the moment of its answer.
    hub.kill();
    let hub = Hub::run(dir.path(), &config, Value::Null);
    until_vacant(&hub, "P1", 49).await;
    // Its sender did not hear the answer: nothing is known any more that it could move.
    push(&hub, &entry).await;
    push(&hub, &json!({"id": "P0", "free": 1, "at": ago(5)})).await;
    until_vacant(&hub, "P0", 1).await;
    until_vacant(&hub, "P1", 49).await;
    assert!(!hub.log().contains("s3cret"), "{}", hub.log());
    assert_eq!(hub.stop().code(), Some(0));
}

/// Seconds of a processor that a process has used.
fn used_s(hub: &Hub) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", hub.pid())).expect("it runs");
    let behind = stat.rsplit_once(')').expect("a name").1;
    let fields: Vec<&str> = behind.split_whitespace().collect();
    let ticks = |n: usize| fields[n].parse::<f64>().expect("ticks");
    // A tick is 10 ms on every Linux there is.
    (ticks(11) + ticks(12)) / 100.0
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_feeds_a_minute_cost_less_than_a_fiftieth_of_a_core() {
    const FEEDS: usize = 50;
    const SECONDS: u64 = 15;
    let dir = tempfile::tempdir().expect("a folder");
    let server = Answers::default();
    let at = server.serve();
    // One as large as a whole country's, the others as a town's.
    let begun = Millis::parse(&ago(60)).expect("a time").0;
    let rows = |of: usize, round: usize| {
        let row = |n: usize| {
            // Three in ten stay as they are.
            let round = if n % 10 < 3 { 0 } else { round };
            json!({"id": format!("P{n}"), "free": (n + round) % 100, "at": Millis(begun + round as u64 * 1000).to_string()})
        };
        json!({"rows": (0..of).map(row).collect::<Vec<_>>()}).to_string()
    };
    let of = |n: usize| if n == 0 { 1965 } else { 40 };
    let feeds: String = (0..FEEDS)
        .map(|n| feed(&format!("f{n}"), at, "2s"))
        .collect();
    let idle = settle(dir.path(), 2000, "");
    let hub = Hub::run(dir.path(), &idle, Value::Null);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = used_s(&hub);
    tokio::time::sleep(Duration::from_secs(SECONDS)).await;
    let idle_s = used_s(&hub) - before;
    assert_eq!(hub.stop().code(), Some(0));
    for n in 0..FEEDS {
        server.say(&format!("/f{n}"), rows(of(n), 0));
    }
    let config = settle(dir.path(), 2000, &feeds);
    let hub = Hub::run(dir.path(), &config, Value::Null);
    tokio::time::sleep(Duration::from_secs(4)).await;
    let polls = || server.asked.lock().expect("asked").len();
    let first = polls();
    let before = used_s(&hub);
    for second in 1..=SECONDS as usize {
        for n in 0..FEEDS {
            server.say(&format!("/f{n}"), rows(of(n), second));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let used = used_s(&hub) - before - idle_s;
    let polls = polls() - first;
    assert!(
        polls >= FEEDS * SECONDS as usize / 3,
        "{polls} polls\n{}",
        hub.log()
    );
    let a_minute = used / polls as f64 * FEEDS as f64;
    let share = a_minute / 60.0 * 100.0;
    figure(&format!(
        "{FEEDS} feeds, one of 1,965 rows and the others of 40: {:.2} ms a poll, {share:.2} % of a core at 60 s",
        used / polls as f64 * 1000.0
    ));
    assert!(share < 2.0, "{share} %");
    assert_eq!(hub.stop().code(), Some(0));
}
