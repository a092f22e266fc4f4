//! Packets of MQTT 3.1.1 made by hand, so that a load costs as little as it can.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

/// A string as MQTT writes it, after its length.
pub(crate) fn string(to: &mut Vec<u8>, text: &str) {
    to.extend_from_slice(&(text.len() as u16).to_be_bytes());
    to.extend_from_slice(text.as_bytes());
}

/// A packet whose first byte is `kind`.
pub(crate) fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    let mut left = body.len();
    loop {
        let more = left >= 128;
        out.push((left % 128) as u8 | u8::from(more) << 7);
        left /= 128;
        if !more {
            break;
        }
    }
    out.extend_from_slice(body);
    out
}

/// A CONNECT with a clean session and without keep-alive.
pub(crate) fn connect(client: &str, user: &str, password: &str) -> Vec<u8> {
    let mut body = b"\x00\x04MQTT\x04\xc2\x00\x00".to_vec();
    for field in [client, user, password] {
        string(&mut body, field);
    }
    packet(0x10, &body)
}

/// A PUBLISH to the topic of a source's reports; `id` 0 for QoS 0, else QoS 1.
pub(crate) fn report(source: &str, id: u16, payload: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    string(&mut body, &format!("bayhub/v1/{source}/report"));
    if id > 0 {
        body.extend_from_slice(&id.to_be_bytes());
    }
    body.extend_from_slice(payload);
    packet(if id > 0 { 0x32 } else { 0x30 }, &body)
}

/// A connection that has been let in.
///
/// # Panics
/// If it is refused.
pub(crate) fn open(
    at: SocketAddr,
    client: &str,
    user: &str,
    password: &str,
) -> std::io::Result<TcpStream> {
    let mut socket = TcpStream::connect(at)?;
    socket.set_nodelay(true)?;
    socket.write_all(&connect(client, user, password))?;
    let mut said = [0; 4];
    socket.read_exact(&mut said)?;
    assert_eq!(said, [0x20, 2, 0, 0], "let in");
    Ok(socket)
}
