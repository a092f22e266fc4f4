//! An MQTT 3.1.1 server for tests: takes every connection and publish, acknowledges, and remembers
//! what it saw.
#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use bytes::BytesMut;
use rumqttc::QoS;
use rumqttc::mqttbytes::Error;
use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode, Packet, PubAck};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What has been seen so far.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) users: BTreeSet<String>,
    pub(crate) passwords: BTreeSet<String>,
    pub(crate) wills: BTreeSet<String>,
    /// Topic and payload of what was acknowledged.
    pub(crate) taken: Vec<(String, Vec<u8>)>,
    /// Topics that did not belong to the one who published there.
    pub(crate) foreign: Vec<String>,
    seen_before: BTreeSet<String>,
}

impl Log {
    /// Sources whose status has been published with `online` true or false.
    pub(crate) fn status(&self, online: &str) -> BTreeSet<String> {
        let wanted = format!(r#"{{"online":{online}}}"#);
        let said = self
            .taken
            .iter()
            .filter(|(t, p)| t.ends_with("/status") && *p == wanted.as_bytes());
        said.filter_map(|(t, _)| t.split('/').nth(2))
            .map(str::to_owned)
            .collect()
    }
}

pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) log: Arc<Mutex<Log>>,
    breaking: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_at(0).await
    }

    pub(crate) async fn start_at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let log = Arc::new(Mutex::new(Log::default()));
        let breaking = Arc::new(AtomicBool::new(false));
        let port = listener.local_addr().unwrap().port();
        let for_all = log.clone();
        let breaks = breaking.clone();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, for_all.clone(), breaks.clone()));
            }
        });
        Self {
            port,
            log,
            breaking,
            task,
        }
    }

    pub(crate) async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    /// Each client's first connection is closed at its first report, which is not acknowledged.
    pub(crate) fn break_first_connections(&self, on: bool) {
        self.breaking.store(on, Relaxed);
    }

    /// Bays whose state has been taken.
    pub(crate) fn bays(&self) -> BTreeSet<String> {
        let log = self.log.lock().unwrap();
        let mut bays = BTreeSet::new();
        for (_, payload) in log.taken.iter().filter(|(t, _)| t.ends_with("/report")) {
            let v: serde_json::Value = serde_json::from_slice(payload).unwrap();
            bays.extend(
                v["bays"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|b| b["bay"].as_str().unwrap().to_owned()),
            );
        }
        bays
    }

    /// Waits until the log looks as wanted.
    pub(crate) async fn until(&self, wanted: impl Fn(&Log) -> bool) {
        while !wanted(&self.log.lock().unwrap()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn serve(mut socket: TcpStream, log: Arc<Mutex<Log>>, breaking: Arc<AtomicBool>) {
    let mut input = BytesMut::new();
    let mut output = BytesMut::new();
    let mut user = String::new();
    while socket.read_buf(&mut input).await.is_ok_and(|n| n > 0) {
        loop {
            match Packet::read(&mut input, 1 << 20) {
                Ok(packet) => {
                    if !answer(packet, &mut user, &mut output, &log, breaking.load(Relaxed)) {
                        return;
                    }
                }
                Err(Error::InsufficientBytes(_)) => break,
                Err(e) => panic!("the simulator sent nonsense: {e}"),
            }
        }
        if socket.write_all_buf(&mut output).await.is_err() {
            return;
        }
    }
}

/// False to close the connection.
fn answer(
    packet: Packet,
    user: &mut String,
    output: &mut BytesMut,
    log: &Mutex<Log>,
    breaking: bool,
) -> bool {
    let mut log = log.lock().unwrap();
    let reply = match packet {
        Packet::Connect(c) => {
            let login = c.login.unwrap();
            assert_eq!(login.username, c.client_id);
            user.clone_from(&login.username);
            log.users.insert(login.username);
            log.passwords.insert(login.password);
            log.wills.insert(c.last_will.unwrap().topic);
            Packet::ConnAck(ConnAck::new(ConnectReturnCode::Success, false))
        }
        Packet::Publish(p) => {
            if breaking && p.topic.ends_with("/report") && log.seen_before.insert(user.clone()) {
                return false;
            }
            if !p.topic.starts_with(&format!("bayhub/v1/{user}/")) {
                log.foreign.push(p.topic.clone());
            }
            assert_eq!(p.retain, p.topic.ends_with("/status"));
            log.taken.push((p.topic, p.payload.to_vec()));
            if p.qos == QoS::AtMostOnce {
                return true;
            }
            Packet::PubAck(PubAck::new(p.pkid))
        }
        Packet::PingReq => Packet::PingResp,
        Packet::Disconnect => return false,
        other => panic!("the simulator sent {other:?}"),
    };
    reply.write(output, 1 << 20).unwrap();
    true
}
