//! A lamp post's MQTT, byte by byte: one connection of MQTT 3.1.1 that publishes at QoS 1 and waits
//! for each acknowledgement.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct MqttLine {
    socket: TcpStream,
    packet_id: u16,
}

impl MqttLine {
    /// Connects as `source`, whose key is its password.
    pub(super) async fn connect(hub: SocketAddr, source: &str, key: &str) -> Self {
        let mut socket = TcpStream::connect(hub).await.unwrap();
        // Protocol, level 4, user name and password and a clean session, no keep-alive.
        let mut body = text("MQTT");
        body.extend([4, 0b1100_0010, 0, 0]);
        for field in [source, source, key] {
            body.extend(text(field));
        }
        socket.write_all(&packet(0x10, &body)).await.unwrap();
        let mut line = Self {
            socket,
            packet_id: 0,
        };
        assert_eq!(line.read().await, [0x20, 2, 0, 0], "CONNACK for {source}");
        line
    }

    /// Returns once the hub has acknowledged.
    pub(super) async fn publish(&mut self, topic: &str, payload: &str) {
        self.packet_id += 1;
        let id = self.packet_id.to_be_bytes();
        let mut body = text(topic);
        body.extend(id);
        body.extend(payload.as_bytes());
        self.socket.write_all(&packet(0x32, &body)).await.unwrap();
        assert_eq!(self.read().await, [0x40, 2, id[0], id[1]], "PUBACK");
    }

    /// The four bytes of a CONNACK or PUBACK.
    async fn read(&mut self) -> [u8; 4] {
        let mut four = [0; 4];
        tokio::time::timeout(PATIENCE, self.socket.read_exact(&mut four))
            .await
            .expect("an answer")
            .unwrap();
        four
    }
}

fn text(text: &str) -> Vec<u8> {
    let mut out = (text.len() as u16).to_be_bytes().to_vec();
    out.extend(text.as_bytes());
    out
}

fn packet(head: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![head];
    let mut left = body.len();
    loop {
        let more = if left > 127 { 128 } else { 0 };
        out.push((left % 128) as u8 | more);
        left /= 128;
        if left == 0 {
            break;
        }
    }
    out.extend(body);
    out
}
