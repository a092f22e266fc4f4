//! A client of a hub's HTTP interface, no more than the scenario needs: one connection, one call at
//! a time, JSON.
//!
//! What the hub refuses is an answer like any other; only a hub that cannot be spoken to is an
//! error. A connection that the hub has closed is opened again, once a call. 429 and 503 mean "not
//! now": the call is made again a few times.

use super::SharingError;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::SendRequest;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a call is made that the hub has no time for, and how long is waited before the first
/// repetition.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(50);

/// The hub's answer: its status, and its body if that is JSON.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

pub(super) struct Client {
    /// `host:port`.
    address: String,
    connection: Option<SendRequest<Full<Bytes>>>,
}

/// A call: what, with which key, and once only under which name.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) key: &'a str,
    pub(super) once: Option<&'a str>,
    pub(super) body: Option<Value>,
}

impl Client {
    /// `url`: `http://host:port`.
    pub(super) fn new(url: &str) -> Result<Self, SharingError> {
        let bad = || SharingError::Config(format!("{url:?} is not http://HOST:PORT"));
        let address = url
            .strip_prefix("http://")
            .ok_or_else(bad)?
            .trim_end_matches('/');
        if address.is_empty() || address.contains('/') {
            return Err(bad());
        }
        let address = if address.contains(':') {
            address.to_owned()
        } else {
            format!("{address}:80")
        };
        Ok(Self {
            address,
            connection: None,
        })
    }

    /// Makes a call, again if the hub asks for that.
    pub(super) async fn call(&mut self, call: &Call<'_>) -> Result<Answer, SharingError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            let answer = self.once(call).await?;
            if !matches!(
                answer.status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
            ) {
                return Ok(answer);
            }
            sleep(pause).await;
            pause *= 2;
        }
        self.once(call).await
    }

    async fn once(&mut self, call: &Call<'_>) -> Result<Answer, SharingError> {
        let answer = timeout(PATIENCE, self.send(call)).await;
        let answer =
            answer.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())));
        answer.map_err(|e| {
            SharingError::Hub(format!(
                "{} {} {}: {e}",
                self.address, call.method, call.path
            ))
        })
    }

    async fn send(&mut self, call: &Call<'_>) -> Result<Answer, String> {
        // A connection that has been idle may have been closed; what was not sent may be sent
        // again.
        let mut open = self.connection.take().filter(|c| !c.is_closed());
        if let Some(c) = &mut open
            && c.ready().await.is_err()
        {
            open = None;
        }
        let mut connection = match open {
            Some(c) => c,
            None => self.connect().await?,
        };
        let response = connection
            .send_request(self.request(call)?)
            .await
            .map_err(|e| e.to_string())?;
        let status = response.status();
        let bytes = response
            .into_body()
            .collect()
            .await
            .map_err(|e| e.to_string())?
            .to_bytes();
        self.connection = Some(connection);
        Ok(Answer {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        })
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, String> {
        let stream = TcpStream::connect(&self.address)
            .await
            .map_err(|e| e.to_string())?;
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        let (send, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|e| e.to_string())?;
        // Its end is seen by the next call.
        tokio::spawn(async move { drop(connection.await) });
        Ok(send)
    }

    fn request(&self, call: &Call<'_>) -> Result<Request<Full<Bytes>>, String> {
        let body = call
            .body
            .as_ref()
            .map(|b| b.to_string().into_bytes())
            .unwrap_or_default();
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(call.path)
            .header(HOST, &self.address)
            .header(AUTHORIZATION, format!("Bearer {}", call.key));
        if call.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(name) = call.once {
            request = request.header("Idempotency-Key", name);
        }
        request
            .body(Full::new(body.into()))
            .map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_plain_http_without_a_path() {
        assert_eq!(
            Client::new("http://127.0.0.1:8080/").unwrap().address,
            "127.0.0.1:8080"
        );
        assert_eq!(Client::new("http://hub").unwrap().address, "hub:80");
        for bad in ["127.0.0.1:8080", "https://hub", "http://", "http://hub/v1"] {
            assert!(Client::new(bad).is_err(), "{bad}");
        }
    }
}
