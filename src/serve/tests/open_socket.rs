//! One open socket at `/v1/stream/ws`, on a real listener, read message by message.

use super::Town;
use super::sockets::{limits, open};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Long enough for anything that will happen at all.
const EVER: Duration = Duration::from_mins(1);

pub(super) struct OpenSocket {
    socket: WebSocketStream<TcpStream>,
    /// Its own listener stops with it.
    _stop: oneshot::Sender<()>,
}

impl OpenSocket {
    /// `query`: what stands behind the path.
    pub(super) async fn try_open(
        town: &Town,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let (at, stop, _) = open(town, limits()).await;
        let address = format!("ws://{at}/v1/stream/ws{query}");
        let mut request = address.into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(at).await.unwrap();
        let (socket, _) = client_async(request, stream).await?;
        Ok(Self {
            socket,
            _stop: stop,
        })
    }

    pub(super) async fn open(town: &Town) -> Self {
        Self::try_open(town, "", &[]).await.unwrap()
    }

    /// One that has shown the key of that scope.
    pub(super) async fn keyed(town: &Town, scope: &str) -> Self {
        let mut socket = Self::open(town).await;
        socket.show(&town.keys[scope]).await;
        assert_eq!(socket.hear().await, json!({"type": "key_taken"}));
        socket
    }

    pub(super) async fn show(&mut self, key: &str) {
        self.say(&json!({"type": "key", "key": key})).await;
    }

    pub(super) async fn say(&mut self, request: &Value) {
        self.send(Message::text(request.to_string())).await;
    }

    pub(super) async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// Follows something, which must be granted.
    pub(super) async fn follow(&mut self, wish: &Value) {
        let mut request = wish.clone();
        request["type"] = "subscribe".into();
        self.say(&request).await;
        let granted = json!({"type": "subscribed", "id": wish["id"]});
        assert_eq!(self.hear().await, granted);
    }

    /// The next message; heartbeats are none.
    pub(super) async fn hear(&mut self) -> Value {
        loop {
            let next = tokio::time::timeout(EVER, self.socket.next()).await;
            match next.expect("a message in time") {
                Some(Ok(Message::Text(text))) => {
                    let told: Value = serde_json::from_str(&text).unwrap();
                    if told["type"] != "heartbeat" {
                        return told;
                    }
                }
                Some(Ok(Message::Ping(_))) => {}
                other => panic!("{other:?} is no message"),
            }
        }
    }

    /// The next frame of any kind, as it came.
    pub(super) async fn frame(&mut self) -> Message {
        let next = tokio::time::timeout(EVER, self.socket.next()).await;
        next.expect("a frame in time").unwrap().unwrap()
    }

    /// The next event: its subscription, name, id and data.
    pub(super) async fn event(&mut self) -> [Value; 4] {
        let mut told = self.hear().await;
        assert_eq!(told["type"], "event", "{told}");
        ["id", "event", "event_id", "data"].map(|member| told[member].take())
    }

    /// The problem that answers a request; checks its type.
    #[track_caller]
    pub(super) fn is_problem(told: &Value, slug: &str) {
        assert_eq!(told["type"], "problem", "{told}");
        let its = &told["problem"]["type"];
        assert_eq!(its, &json!(format!("/problems/{slug}")), "{told}");
    }

    /// Reads on until the hub ends it; the close code.
    pub(super) async fn end(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.frame().await {
                return frame.expect("a reason").code.into();
            }
        }
    }

    /// The hub ends it, and its word on why may be lost behind what was not read of ours.
    pub(super) async fn breaks(&mut self) {
        let end = async { while let Some(Ok(_)) = self.socket.next().await {} };
        tokio::time::timeout(EVER, end)
            .await
            .expect("an end in time");
    }
}
