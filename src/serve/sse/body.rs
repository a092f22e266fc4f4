//! A response body that is made as the socket asks for it: hyper polls it only when its write
//! buffer has room.

use axum::body::Bytes;
use hyper::body::{Body, Frame};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// One step: the next bytes and who goes on, or the end.
pub(super) type NextBytes<T> = Pin<Box<dyn Future<Output = Option<(Bytes, Box<T>)>> + Send>>;

/// Whoever tells a client something, piece by piece.
pub(super) trait Telling: Send + 'static {
    /// The next bytes, once there are any; `None` when there will be no more.
    fn step(self: Box<Self>) -> NextBytes<Self>;
}

/// Step after step, each one's bytes a frame.
pub(super) struct Unfold<T>(Option<NextBytes<T>>);

impl<T: Telling> Unfold<T> {
    pub(super) fn new(teller: Box<T>) -> Self {
        Self(Some(teller.step()))
    }
}

impl<T: Telling> Body for Unfold<T> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(step) = self.0.as_mut() else {
            return Poll::Ready(None);
        };
        let Some((bytes, teller)) = ready!(step.as_mut().poll(cx)) else {
            self.0 = None;
            return Poll::Ready(None);
        };
        self.0 = Some(teller.step());
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}
