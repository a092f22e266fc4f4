//! A response body that is made as the socket asks for it: hyper polls it only when its write buffer has room.

use super::follower::Follower;
use axum::body::Bytes;
use hyper::body::{Body, Frame};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// One step: the next bytes and the follower to go on with, or the end.
type Step = Pin<Box<dyn Future<Output = Option<(Bytes, Box<Follower>)>> + Send>>;

/// Follower after follower, each step's bytes a frame.
pub(super) struct Unfold(Option<Step>);

impl Unfold {
    pub(super) fn new(follower: Box<Follower>) -> Self {
        Self(Some(Box::pin(follower.step())))
    }
}

impl Body for Unfold {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(step) = self.0.as_mut() else { return Poll::Ready(None) };
        let Some((bytes, follower)) = ready!(step.as_mut().poll(cx)) else {
            self.0 = None;
            return Poll::Ready(None);
        };
        self.0 = Some(Box::pin(follower.step()));
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}
