//! Asks a running hub how it is, as a supervisor would: one plain HTTP request, with a limit on
//! time and on what is read.

use super::Failure;
use crate::config::Config;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// A hub that takes longer over `/livez` is not alive to anybody.
const PATIENCE: Duration = Duration::from_secs(3);

/// The most of an answer that is read, bytes.
const MOST: u64 = 64 * 1024;

/// Asks the hub of `config` at `/livez`, or with `ready` at `/readyz`.
///
/// # Errors
/// [`Failure::Unwell`] with what it said, or why nobody answered.
pub fn probe(config: &Config, ready: bool) -> Result<(), Failure> {
    let (path, at) = if ready {
        ("/readyz", config.http.operators_at())
    } else {
        ("/livez", config.http.listen)
    };
    match ask(at, path) {
        Ok((200, _)) => Ok(()),
        Ok((status, body)) => Err(Failure::Unwell(format!("{path}: {status} {body}"))),
        Err(e) => Err(Failure::Unwell(format!("nobody answers at {at}: {e}"))),
    }
}

/// Status and body of `GET path` at the hub that listens on `at`.
pub(super) fn ask(at: SocketAddr, path: &str) -> io::Result<(u16, String)> {
    let mut socket = TcpStream::connect_timeout(&reachable(at), PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    socket.take(MOST).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok());
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    status
        .map(|status| (status, body.trim().to_owned()))
        .ok_or_else(|| io::Error::other("what answers there does not speak HTTP"))
}

/// Where a listener is reached from this machine: one of all addresses, at its own.
const fn reachable(at: SocketAddr) -> SocketAddr {
    let ip = match at.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, at.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// Answers one request so.
    fn speaker(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut asked = Vec::new();
            let mut some = [0; 512];
            // It may come in pieces; what is left unread would end the connection too soon.
            while !asked.ends_with(b"\r\n\r\n") {
                let n = socket.read(&mut some).unwrap();
                asked.extend_from_slice(&some[..n]);
            }
            assert!(asked.starts_with(b"GET /readyz HTTP/1.1\r\n"));
            socket.write_all(answer.as_bytes()).unwrap();
        });
        at
    }

    #[test]
    fn status_and_body_are_told() {
        let at = speaker("HTTP/1.1 503 Service Unavailable\r\nX: y\r\n\r\n{\"ready\":false}\n");
        assert_eq!(
            ask(at, "/readyz").unwrap(),
            (503, "{\"ready\":false}".to_owned())
        );
    }

    #[test]
    fn what_is_no_http_and_who_does_not_answer_are_errors() {
        assert!(ask(speaker("SSH-2.0-x\r\n"), "/readyz").is_err());
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
        assert!(ask(gone.unwrap(), "/readyz").is_err());
    }

    #[test]
    fn a_listener_of_all_addresses_is_asked_on_this_machine() {
        for (listen, asked) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("10.0.0.7:80", "10.0.0.7:80"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
