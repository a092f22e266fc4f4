//! The examples, as an outside partner builds on them: against a real hub, with the line that it
//! prints.

use super::http::{self, call, report, until_state};
use super::hub::Hub;
use crate::broker::relay::Relay;
use reqwest::Method;
use serde_json::json;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, channel};

const PATIENCE: Duration = Duration::from_secs(30);

const QUIET: [&str; 3] = ["--bays", "2000", "--no-sim"];

/// The command of an example; `cargo test` builds them beside the tests.
fn example(name: &str, line: &Path, arguments: &[&str]) -> Command {
    let own = std::env::current_exe().expect("this test's file");
    let built = own.parent().and_then(Path::parent).expect("target/debug");
    let file = built.join("examples").join(name);
    assert!(
        file.is_file(),
        "{} is not there: `cargo test` builds the examples, `cargo test --test it` does not; \
         run `cargo build --examples` first",
        file.display()
    );
    let mut command = Command::new(file);
    command.arg(line).args(arguments).stdin(Stdio::null());
    command.env("NO_PROXY", "127.0.0.1");
    command
}

/// The hub's line, in a file.
fn line(hub: &Hub, dir: &Path) -> PathBuf {
    let file = dir.join("demo.json");
    std::fs::write(&file, hub.ready.to_string()).expect("a file");
    file
}

/// Its exit code, and what it has written to stdout and stderr.
fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().expect("the example's binary");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[tokio::test]
async fn a_bay_is_reported_over_mqtt_and_http() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start(&QUIET);
    let line = line(&hub, dir.path());
    let bay = hub.some_bay().id;
    let (code, said, failed) = run(&mut example("report", &line, &[&bay]));
    assert_eq!(code, Some(0), "{said}{failed}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], format!("MQTT: {bay} is occupied, acknowledged"));
    assert_eq!(lines[1], format!("HTTP: {bay} is vacant, accepted"));
    assert!(
        lines[2].starts_with(&format!("the hub says: {bay} is vacant, seen at 2")),
        "{said}"
    );
    until_state(&hub, &bay, "vacant").await;

    let (code, _, failed) = run(&mut example("report", &line, &["NOWHERE-1"]));
    assert_eq!(code, Some(1));
    assert!(failed.contains("unknown_bay"), "{failed}");
    // Both words were heard, and are kept for an operator to see.
    let path = "/v1/quarantine?reason=unknown_bay";
    let kept = call(&hub, Method::GET, path, Some(hub.key("admin")), None).await;
    let kept_from = kept.json["refused"].as_array().expect("a list").iter();
    let doors: Vec<&str> = kept_from.filter_map(|r| r["door"].as_str()).collect();
    assert_eq!(doors, ["http", "mqtt"], "{}", kept.text);
}

/// An example that runs on, and what it prints.
struct Following {
    child: Child,
    lines: Receiver<String>,
}

impl Following {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the example");
        let stdout = child.stdout.take().expect("a pipe");
        let (say, lines) = channel(100);
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // The test may have ended.
                let _ = say.blocking_send(line);
            }
        });
        Self { child, lines }
    }

    async fn next(&mut self) -> String {
        let next = tokio::time::timeout(PATIENCE, self.lines.recv()).await;
        next.expect("it prints nothing").expect("it has ended")
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        // Ended already is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two bays for cars, each alone in what the test says of its zone.
fn two_zones(hub: &Hub) -> [(String, String); 2] {
    let bays = hub.features("bays.geojson");
    let first = hub.some_bay();
    let other = bays
        .into_iter()
        .find(|b| b.kind == "car" && b.zone != first.zone);
    let other = other.expect("a second zone");
    [(first.zone, first.id), (other.zone, other.id)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zones_are_followed_through_a_lost_connection() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut hub = Hub::start(&QUIET);
    let port = hub
        .http
        .rsplit(':')
        .next()
        .and_then(|p| p.parse().ok())
        .expect("a port");
    let relay = Relay::to(port).await;
    let direct = hub.ready.clone();
    hub.ready["http"] = format!("http://127.0.0.1:{}", relay.port).into();
    let line = line(&hub, dir.path());
    hub.ready = direct;
    let [(first, bay), (second, other)] = two_zones(&hub);

    let zones = format!("{first},{second}");
    let mut app = Following::start(example("follow", &line, &[&zones]));
    let all = [app.next().await, app.next().await];
    for zone in [&first, &second] {
        let told = all
            .iter()
            .any(|l| l.starts_with(&format!("{zone}: ")) && l.ends_with("occupied 0"));
        assert!(told, "{all:?}");
    }
    assert_eq!(report(&hub, &bay, "occupied").await.status, 202);
    let changed = app.next().await;
    assert!(
        changed.starts_with(&first) && changed.ends_with("occupied 1"),
        "{changed}"
    );

    relay.cut();
    let lost = app.next().await;
    assert!(
        lost.starts_with("lost (") && lost.contains("coming back with Some("),
        "{lost}"
    );
    assert_eq!(report(&hub, &other, "occupied").await.status, 202);
    until_state(&hub, &other, "occupied").await;
    relay.heal();
    let missed = loop {
        let line = app.next().await;
        if !line.starts_with("lost (") {
            break line;
        }
    };
    assert!(
        missed.starts_with(&second) && missed.ends_with("occupied 1"),
        "{missed}"
    );
    // Only what it missed: the next word is the next change.
    assert_eq!(report(&hub, &bay, "vacant").await.status, 202);
    let next = app.next().await;
    assert!(
        next.starts_with(&first) && next.ends_with("occupied 0"),
        "{next}"
    );

    let (code, _, failed) = run(&mut example("follow", &line, &["NO-ZONE"]));
    assert_eq!(code, Some(1));
    assert!(failed.contains("NO-ZONE"), "{failed}");
}

#[tokio::test]
async fn a_shared_bay_is_requested_confirmed_used_and_left() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start(&QUIET);
    let line = line(&hub, dir.path());
    let own = super::sharing::own_bay(&hub);
    let place = [own.1.to_string(), own.2.to_string()];
    let place = place.each_ref().map(String::as_str);
    let (code, _, failed) = run(&mut example("book", &line, &place));
    assert_eq!(code, Some(1));
    assert!(
        failed.contains("no-match"),
        "nothing is on offer yet: {failed}"
    );

    let always = json!([{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}]);
    let offer =
        json!({"bay": own.0, "price_cents_per_hour": 250, "currency": "SGD", "windows": always});
    let made = call(
        &hub,
        Method::POST,
        "/v1/offers",
        Some(hub.key("share")),
        Some(&offer),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let (code, said, failed) = run(&mut example("book", &line, &place));
    assert_eq!(code, Some(0), "{said}{failed}");
    let lines: Vec<&str> = said.lines().collect();
    let (id, held) = lines[0].split_once(": ").expect("an id");
    assert!(
        held.starts_with(&format!("{} is held until 2", own.0)),
        "{held}"
    );
    assert!(held.ends_with(", 0 m away, for 250 cents SGD"), "{held}");
    assert_eq!(
        lines[1..],
        ["confirm: confirmed", "arrive: active", "depart: completed"]
    );

    let path = format!("/v1/reservations/{id}");
    let trip = call(&hub, Method::GET, &path, Some(hub.key("book")), None)
        .await
        .json;
    assert_eq!(
        (&trip["state"], &trip["bay"]),
        (&json!("completed"), &json!(own.0))
    );
    // The stay is a report like any other.
    let bay = http::get(&hub, &format!("/v1/bays/{}", own.0)).await;
    assert_eq!(
        (&bay["source_kind"], &bay["state"]),
        (&json!("booking"), &json!("vacant"))
    );
}
