//! Where operators have a listener of their own, what is theirs is nowhere else.

use super::Town;
use super::places::small_town;
use super::sockets::limits;
use crate::health::Part;
use crate::serve::{AdminConfig, Config, Entrance, serve};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A hub that has one.
fn town() -> Town {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let config = Config {
        admin: Some(AdminConfig { listen }),
        ..Config::default()
    };
    Town::with(config, small_town(), None)
}

/// Status and body of a question at the operators' listener, with a key of that scope.
async fn ask_there(town: &Town, method: &str, path: &str) -> (u16, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let entrance = Entrance::for_operators(limits(), town.metrics.clone());
    let router = town.router.clone();
    let never = std::future::pending();
    let served = tokio::spawn(serve(Arc::new(entrance), listener, None, router, never));
    let mut socket = TcpStream::connect(at).await.unwrap();
    let key = &town.keys["admin"];
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    served.abort();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), body.to_owned())
}

const THEIRS: [(&str, &str); 6] = [
    ("GET", "/metrics"),
    ("GET", "/v1/admin/keys"),
    ("GET", "/v1/quarantine"),
    ("GET", "/v1/admin/audit"),
    ("GET", "/v1/admin/registry/faults"),
    ("GET", "/v1/admin/losses"),
];

#[tokio::test]
async fn what_is_the_operators_answers_on_their_listener_only() {
    let town = town();
    for (method, path) in THEIRS {
        let hidden = town.call_as("admin", method, path, "").await;
        assert_eq!(hidden.problem("not-found")["status"], 404, "{path}");
        let (status, body) = ask_there(&town, method, path).await;
        assert_eq!(status, 200, "{path}: {body}");
    }
    // A page is not told that there is anything.
    let ask = [
        ("origin", "https://x.example"),
        ("access-control-request-method", "PUT"),
    ];
    let preflight = town.call("OPTIONS", "/v1/admin/zones", &ask, "").await;
    assert_eq!(preflight.status.as_u16(), 404);
    for path in ["/livez", "/v1/zones"] {
        assert!(town.get(path).await.status.is_success(), "{path}");
        assert_eq!(ask_there(&town, "GET", path).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn why_it_is_not_ready_is_told_there_only() {
    let town = town();
    town.all_well();
    town.health
        .unwell(Part::Journal, "the disk is full: /srv/secret");
    let told = town.get("/readyz").await;
    assert_eq!(told.status.as_u16(), 503);
    assert_eq!(told.json(), serde_json::json!({"ready": false}));
    let (status, why) = ask_there(&town, "GET", "/readyz").await;
    assert!(status == 503 && why.contains("/srv/secret"), "{why}");
}

#[tokio::test]
async fn without_one_everything_is_where_it_always_was() {
    let town = Town::new();
    for (method, path) in THEIRS {
        let answer = town.call_as("admin", method, path, "").await;
        assert!(answer.status.is_success(), "{path}");
    }
}
