//! Every call that only an administrator may make is noted, whatever came of it; no key is.

use super::Town;
use super::sockets::{limits, open};
use crate::serve::{AdminCall, AuditLog, AuditQuestion, Block, ListenLimits, NotePage, NotePlace};
use std::io;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Remembers what it is told.
#[derive(Default)]
pub(in crate::serve) struct CallsNoted(Mutex<Vec<AdminCall>>);

impl AuditLog for CallsNoted {
    fn note(&self, call: AdminCall) {
        self.0.lock().unwrap().push(call);
    }

    fn read(&self, asked: &AuditQuestion) -> io::Result<NotePage> {
        let before = asked.before.map_or(usize::MAX, |place| place.at as usize);
        let all = self.all().into_iter().enumerate().rev();
        let mut older = all.filter(|(at, call)| *at < before && call.kind() == asked.kind);
        let calls: Vec<_> = older.by_ref().take(asked.limit).collect();
        let last = calls.last().map(|(at, _)| NotePlace {
            file: 1,
            at: *at as u32,
        });
        let next = older.next().and(last);
        Ok((calls.into_iter().map(|(_, call)| call).collect(), next))
    }
}

impl CallsNoted {
    fn take(&self) -> Vec<AdminCall> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// What was noted until now.
    pub(in crate::serve) fn all(&self) -> Vec<AdminCall> {
        self.0.lock().unwrap().clone()
    }

    #[track_caller]
    fn one(&self) -> AdminCall {
        let mut all = self.take();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

#[tokio::test]
async fn what_is_done_refused_and_failed_is_noted_with_who_and_what() {
    let town = Town::new();
    for (scope, method, path, body, status) in [
        ("admin", "GET", "/v1/admin/keys", "", 200),
        ("admin", "DELETE", "/v1/admin/zones/GONE?x=secret", "", 404),
        ("admin", "PUT", "/v1/admin/zones", "no JSON", 400),
        ("admin", "GET", "/v1/quarantine?limit=1", "", 200),
        ("admin", "GET", "/v1/admin/nowhere", "", 404),
        ("report", "GET", "/v1/admin/keys", "", 403),
    ] {
        let answer = town.call_as(scope, method, path, body).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let call = town.audited.one();
        assert_eq!(
            call.key.as_deref(),
            Some(&*format!("key-{scope}")),
            "{path}"
        );
        assert_eq!(call.partner.as_deref(), Some("lta"));
        let bare = path.split('?').next().unwrap();
        assert_eq!((&*call.method, &*call.path), (method, bare));
        assert_eq!(call.status, Some(status));
        assert_eq!(call.request.as_deref(), Some(answer.header("x-request-id")));
        assert_eq!(call.at, "2026-11-23T02:00:00.123Z");
    }
}

#[tokio::test]
async fn a_stranger_is_noted_without_a_name_and_no_key_is_in_a_note() {
    let town = Town::new();
    let wrong = "bh_nobody-has-this";
    let bearer = format!("Bearer {wrong}");
    for headers in [&[][..], &[("authorization", &*bearer)]] {
        let answer = town.get_with("/v1/admin/keys", headers).await;
        assert_eq!(answer.status.as_u16(), 401);
        let call = town.audited.one();
        assert_eq!((&call.key, call.status), (&None, Some(401)));
    }
    let path = format!("/v1/admin/keys/{wrong}");
    town.call_as("admin", "DELETE", &path, "").await;
    let body = format!("{{\"name\":\"{wrong}\"}}");
    town.call_as("admin", "POST", "/v1/admin/keys", body).await;
    let noted = town.audited.take();
    assert_eq!(noted.len(), 2);
    let text = serde_json::to_string(&noted).unwrap();
    assert!(
        !text.contains("bh_") && !text.contains(&town.keys["admin"]),
        "{text}"
    );
}

#[tokio::test]
async fn what_anybody_else_calls_is_not_noted() {
    let town = Town::new();
    for path in [
        "/v1/zones",
        "/readyz",
        "/metrics",
        "/nowhere",
        "/v1/reports",
    ] {
        town.get(path).await;
    }
    assert_eq!(town.audited.take(), []);
}

#[tokio::test]
async fn where_it_came_from_is_noted() {
    // A stranger's word on who he is is not believed, a trusted proxy's is.
    let (own, noted) = peer_of("").await;
    assert_eq!(noted, own);
    let forged = "Forwarded: for=192.0.2.7\r\nX-Forwarded-For: 192.0.2.7\r\n";
    let (own, noted) = peer_of(forged).await;
    assert_eq!(noted, own);
    let from_proxy = "X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n";
    let (_, noted) = peer_with(from_proxy, &["127.0.0.0/8"]).await;
    assert_eq!(noted, "192.0.2.7");
}

async fn peer_of(headers: &str) -> (String, String) {
    peer_with(headers, &["10.0.0.0/8", "::1"]).await
}

/// Where the connection came from, and what is noted of it.
async fn peer_with(headers: &str, proxies: &[&str]) -> (String, String) {
    let town = Town::new();
    let block = |text: &&str| Block::try_from((*text).to_owned()).unwrap();
    let limits = ListenLimits {
        trusted_proxies: proxies.iter().map(block).collect(),
        ..limits()
    };
    let (addr, _stop, _served) = open(&town, limits).await;
    let mut socket = tokio::net::TcpStream::connect(addr).await.unwrap();
    let own = socket.local_addr().unwrap().to_string();
    let ask =
        format!("GET /v1/admin/keys HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    socket.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    (own, town.audited.one().peer.expect("came by a socket"))
}

#[tokio::test]
async fn administrators_read_what_was_done_the_newest_first_and_page_by_page() {
    let town = Town::new();
    for _ in 0..2 {
        town.get("/v1/admin/keys").await;
    }
    for zone in ["A", "B", "C"] {
        let path = format!("/v1/admin/zones/{zone}");
        town.call_as("admin", "DELETE", &path, "").await;
    }
    let read = async |query: &str| {
        let path = format!("/v1/admin/audit?{query}");
        town.call_as("admin", "GET", &path, "").await.json()
    };
    let first = read("limit=2").await;
    let paths = |page: &serde_json::Value| {
        let calls = page["calls"].as_array().unwrap().iter();
        let paths = calls.map(|c| c["path"].as_str().unwrap().to_owned());
        paths.collect::<Vec<_>>()
    };
    assert_eq!(paths(&first), ["/v1/admin/zones/C", "/v1/admin/zones/B"]);
    assert_eq!(first["calls"][0]["key"], "key-admin");
    let next = first["next"].as_str().expect("there are older ones");
    let last = read(&format!("before={next}")).await;
    assert_eq!(paths(&last), ["/v1/admin/zones/A"]);
    assert_eq!(last["next"], serde_json::Value::Null);
    // To look is a call of an administrator as well, and told apart.
    let looks = read("reads=true").await;
    assert_eq!(paths(&looks), ["/v1/admin/audit", "/v1/admin/audit"]);
    let strangers = read("strangers=true").await;
    assert_eq!(strangers["calls"].as_array().unwrap().len(), 2);
    assert_eq!(strangers["calls"][0]["key"], serde_json::Value::Null);
}

#[tokio::test]
async fn the_log_is_nobody_elses_and_odd_questions_are_refused() {
    let town = Town::new();
    for scope in ["monitor", "report", "partner"] {
        let told = town.call_as(scope, "GET", "/v1/admin/audit", "").await;
        told.problem("forbidden");
    }
    for query in [
        "limit=0",
        "limit=501",
        "before=made-up",
        "strangers=1",
        "strangers=true&reads=true",
        "since=x",
    ] {
        let path = format!("/v1/admin/audit?{query}");
        let told = town.call_as("admin", "GET", &path, "").await;
        told.problem("bad-parameter");
    }
}
