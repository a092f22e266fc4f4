//! A WebSocket's binary messages as a stream of bytes, which is what MQTT is written for: its packets
//! may begin and end anywhere in them.
//!
//! Promises: no message is collected beyond the socket's bounds; a text message, or bytes that are no
//! WebSocket, end it with a close frame that says so; pings are answered, whoever reads or writes, and
//! nothing is read before the pong is gone: who pings and does not read is pushed back by TCP. An idle
//! line holds nothing but the socket's own buffer. Dear: what is written is copied once.

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures_util::{Sink, Stream};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Said of a text message.
const TEXT: &str = "MQTT comes in binary messages, this one was text";

/// Said of what cannot be read.
const NO_FRAME: &str = "no WebSocket frame, or one longer than the longest packet";

/// What one message takes of what is written, bytes: far less than a socket may hold unsent.
const MOST_AT_ONCE: usize = 64 * 1024;

/// See the module. One task reads and writes it: a pong is sent for who reads.
pub struct WsLine {
    socket: WebSocket,
    /// A ping was read whose pong may not be gone yet.
    owes_pong: bool,
    /// Of a message that was not read to its end.
    rest: Bytes,
    stage: Stage,
}

enum Stage {
    Open,
    /// A close frame is to be sent, or on its way. `deaf`: nothing is read after it.
    Closing {
        frame: Option<Message>,
        deaf: bool,
    },
    /// It was sent; what the client still says is read.
    Closed,
    Over,
}

impl WsLine {
    pub(super) fn new(socket: WebSocket) -> Self {
        Self {
            socket,
            owes_pong: false,
            rest: Bytes::new(),
            stage: Stage::Open,
        }
    }

    /// Begins the end, if it has not begun yet.
    fn close(&mut self, code: u16, reason: &'static str, deaf: bool) {
        let reason = Utf8Bytes::from_static(reason);
        let frame = Some(Message::Close(Some(CloseFrame { code, reason })));
        self.stage = match self.stage {
            Stage::Open => Stage::Closing { frame, deaf },
            _ => Stage::Over,
        };
    }

    /// The next message, once the pong to the last ping is gone.
    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Message, axum::Error>>> {
        let mut socket = Pin::new(&mut self.socket);
        if self.owes_pong {
            if ready!(socket.as_mut().poll_flush(cx)).is_err() {
                return Poll::Ready(None);
            }
            self.owes_pong = false;
        }
        let next = ready!(socket.poll_next(cx));
        self.owes_pong = matches!(next, Some(Ok(Message::Ping(_))));
        Poll::Ready(next)
    }

    /// Sends the close frame. Whether it could be or not, that was it.
    fn poll_closing(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Stage::Closing { frame, deaf } = &mut self.stage else {
            return Poll::Ready(());
        };
        let mut socket = Pin::new(&mut self.socket);
        let sent = if frame.is_none() || ready!(socket.as_mut().poll_ready(cx)).is_ok() {
            let begun = frame.take().map(|frame| socket.as_mut().start_send(frame));
            begun.is_none_or(|begun| begun.is_ok()) && ready!(socket.poll_flush(cx)).is_ok()
        } else {
            false
        };
        self.stage = if sent && !*deaf {
            Stage::Closed
        } else {
            Stage::Over
        };
        Poll::Ready(())
    }
}

impl AsyncRead for WsLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let own = &mut *self;
        while own.rest.is_empty() {
            match own.stage {
                Stage::Over => return Poll::Ready(Ok(())),
                Stage::Closing { deaf: true, .. } => ready!(own.poll_closing(cx)),
                _ => match ready!(own.poll_message(cx)) {
                    Some(Ok(Message::Binary(bytes))) => own.rest = bytes,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Text(_))) => own.close(close_code::UNSUPPORTED, TEXT, true),
                    Some(Ok(Message::Close(_))) | None => own.stage = Stage::Over,
                    Some(Err(_)) => own.close(close_code::PROTOCOL, NO_FRAME, true),
                },
            }
        }
        let some = own.rest.len().min(into.remaining());
        into.put_slice(&own.rest.split_to(some));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for WsLine {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut socket = Pin::new(&mut self.socket);
        ready!(socket.as_mut().poll_ready(cx)).map_err(io::Error::other)?;
        let some = &bytes[..bytes.len().min(MOST_AT_ONCE)];
        let message = Message::Binary(Bytes::copy_from_slice(some));
        socket.start_send(message).map_err(io::Error::other)?;
        Poll::Ready(Ok(some.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = Pin::new(&mut self.socket);
        socket.poll_flush(cx).map_err(io::Error::other)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if matches!(self.stage, Stage::Open) {
            self.close(close_code::NORMAL, "", false);
        }
        self.poll_closing(cx).map(Ok)
    }
}
