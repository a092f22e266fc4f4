//! Webhooks of the real process: other people's libraries verify what it sends, and a fact outlives
//! `kill -9`.

use super::http;
use super::hub::Hub;
use super::mqtt::missing;
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody's endpoint: what it was sent, each with its headers; it answers with a status or not at
/// all.
pub(super) struct Receiver {
    pub(super) url: String,
    got: Arc<Mutex<Vec<Value>>>,
}

impl Receiver {
    pub(super) async fn start(
        answers: impl Fn(usize) -> Option<u16> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("bound"));
        let got = Arc::<Mutex<Vec<Value>>>::default();
        let all = got.clone();
        let answers = Arc::new(answers);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, all.clone(), answers.clone()));
            }
        });
        Self { url, got }
    }

    pub(super) fn got(&self) -> Vec<Value> {
        self.got.lock().expect("no panic").clone()
    }

    /// Once so many have come.
    pub(super) async fn until(&self, count: usize) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let got = self.got();
            if got.len() >= count {
                return got;
            }
            assert!(begun.elapsed() < PATIENCE, "{count} are wanted: {got:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn serve(
    mut socket: TcpStream,
    all: Arc<Mutex<Vec<Value>>>,
    answers: Arc<impl Fn(usize) -> Option<u16>>,
) {
    let mut read = Vec::new();
    let mut some = [0; 4096];
    while let Ok(n @ 1..) = socket.read(&mut some).await {
        read.extend_from_slice(&some[..n]);
        let Some((message, used)) = whole(&read) else {
            continue;
        };
        read.drain(..used);
        let nth = {
            let mut all = all.lock().expect("no panic");
            all.push(message);
            all.len() - 1
        };
        let Some(status) = answers(nth) else {
            std::future::pending::<()>().await;
            return;
        };
        let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
        if socket.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The first whole request as `{"headers", "body"}`, and how long it is.
fn whole(read: &[u8]) -> Option<(Value, usize)> {
    let text = std::str::from_utf8(read).ok()?;
    let (head, rest) = text.split_once("\r\n\r\n")?;
    let mut headers = serde_json::Map::new();
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(": ")?;
        headers.insert(name.to_lowercase(), json!(value));
    }
    let length: usize = headers["content-length"].as_str()?.parse().ok()?;
    let body = rest.get(..length)?;
    let used = head.len() + 4 + length;
    Some((json!({"headers": headers, "body": body}), used))
}

pub(super) async fn call(hub: &Hub, key: &str, method: Method, path: &str, body: Value) -> Value {
    let body = Some(&body).filter(|body| !body.is_null());
    let answer = http::call(hub, method, path, Some(hub.key(key)), body).await;
    let is_done = answer.status.is_success();
    assert!(is_done, "{path}: {answer:?}\n{}", hub.log());
    answer.json
}

/// What a library makes of these messages; `None` where it is not installed.
fn verified(command: &mut Command, cases: &[Value], package: &str) -> Option<Vec<bool>> {
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        missing(package);
        return None;
    };
    let mut input = child.stdin.take().expect("piped");
    // One that is not installed has ended by now.
    let _ = input.write_all(json!(cases).to_string().as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("No module named") || said.contains("Cannot find module") {
        missing(package);
        return None;
    }
    assert!(output.status.success(), "{package}: {said}");
    Some(serde_json::from_slice(&output.stdout).expect("a list"))
}

/// A message under a name, and whether it is to be trusted.
fn cases(
    message: &Value,
    rotated: &Value,
    [old, new]: [&str; 2],
) -> Vec<(&'static str, Value, bool)> {
    let case = |message: &Value, secret: &str, later_s: i64| {
        let mut case = message.clone();
        case["secret"] = json!(secret);
        case["later_s"] = json!(later_s);
        case
    };
    let mut changed = case(message, old, 0);
    let body = changed["body"].as_str().expect("a body");
    changed["body"] = json!(body.replace("webhook.test", "webhook.tess"));
    let mut moved = case(message, old, 0);
    moved["headers"]["webhook-id"] = json!("msg_another");
    vec![
        ("as it came", case(message, old, 0), true),
        ("a byte is changed", changed, false),
        ("another message's id", moved, false),
        ("another secret", case(message, new, 0), false),
        ("six minutes later", case(message, old, 360), false),
        ("four minutes later", case(message, old, 240), true),
        ("rotated, by the new secret", case(rotated, new, 0), true),
        ("rotated, by the old secret", case(rotated, old, 0), true),
    ]
}

#[tokio::test]
async fn libraries_of_others_verify_what_is_sent_and_refuse_what_is_not() {
    let hub = Hub::start(&["--bays", "100", "--no-sim"]);
    let receiver = Receiver::start(|_| Some(204)).await;
    let asked = json!({"url": receiver.url, "events": ["partner.*"]});
    let made = call(&hub, "partner", Method::POST, "/v1/webhooks", asked).await;
    let path = format!("/v1/webhooks/{}", made["id"].as_str().expect("an id"));
    let old = made["secret"].as_str().expect("a secret");
    let test = format!("{path}/test");
    let tried = call(&hub, "partner", Method::POST, &test, json!({})).await;
    assert_eq!(tried["delivered"], true, "{tried}");
    let rotate = format!("{path}/rotate");
    let new = call(&hub, "partner", Method::POST, &rotate, json!({})).await;
    let new = new["secret"].as_str().expect("a secret");
    call(&hub, "partner", Method::POST, &test, json!({})).await;
    let got = receiver.until(2).await;
    let all = cases(&got[0], &got[1], [old, new]);
    let asked: Vec<Value> = all.iter().map(|(_, case, _)| case.clone()).collect();
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/demo");
    let mut python = Command::new("python3");
    python.arg(format!("{here}/verify.py"));
    let mut node = Command::new("node");
    node.arg(format!("{here}/verify.cjs"));
    // As `.ci/peers` has installed them; else as they may be there.
    if let Ok(folder) = std::env::var("BAYHUB_NODE_PEERS") {
        node.env("NODE_PATH", format!("{folder}/node_modules"));
    }
    if let Ok(folder) = std::env::var("BAYHUB_PYTHON_PEERS") {
        python.env("PYTHONPATH", folder);
    }
    for (mut command, package) in [
        (
            python,
            "standardwebhooks (python3 -m pip install standardwebhooks)",
        ),
        (node, "standardwebhooks (npm install -g standardwebhooks)"),
    ] {
        let Some(said) = verified(&mut command, &asked, package) else {
            continue;
        };
        assert_eq!(said.len(), all.len());
        for ((name, _, is_good), said) in all.iter().zip(said) {
            assert_eq!(said, *is_good, "{package}: {name}");
        }
    }
}

#[tokio::test]
async fn a_fact_is_told_after_kill_9_under_the_id_that_it_had() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = || Hub::start_in(folder.path(), &["--bays", "100", "--no-sim"]);
    let hub = start();
    // It takes the first and says nothing: nobody knows whether it has it.
    let receiver = Receiver::start(|nth| (nth > 0).then_some(200)).await;
    let asked = json!({"url": receiver.url, "events": ["offer.*"]});
    call(&hub, "share", Method::POST, "/v1/webhooks", asked).await;
    let bays = call(
        &hub,
        "share",
        Method::GET,
        "/v1/partners/me/bays?limit=1",
        Value::Null,
    )
    .await;
    let bay = bays["bays"][0]["bay"].clone();
    let bay = if bay.is_null() {
        let bay = hub.some_bay().id;
        let owner = json!({"partner": "demo"});
        call(
            &hub,
            "admin",
            Method::PUT,
            &format!("/v1/admin/bays/{bay}/owner"),
            owner,
        )
        .await;
        json!(bay)
    } else {
        bay
    };
    let offer = json!({"bay": bay, "price_cents_per_hour": 100,
        "windows": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}]});
    let offer = call(&hub, "share", Method::POST, "/v1/offers", offer).await;
    receiver.until(1).await;
    hub.kill();
    let _hub = start();
    let got = receiver.until(2).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(receiver.got().len(), 2, "once more, and never again");
    let id = |message: &Value| message["headers"]["webhook-id"].clone();
    assert_eq!(id(&got[0]), id(&got[1]));
    assert_eq!(got[0]["body"], got[1]["body"]);
    let body = got[0]["body"].as_str().expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["type"], "offer.created");
    assert_eq!(body["data"]["offer"], offer["id"]);
}
