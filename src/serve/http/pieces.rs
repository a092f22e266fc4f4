//! A body that is made piece by piece while it is sent: of answers too long to be held whole for
//! every client that reads slowly.
//!
//! Promise: the next piece is made when the socket has room for it, and none before.

use axum::body::{Body, Bytes};
use axum::response::Response;
use hyper::body::{Body as HttpBody, Frame};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// That an answer's body ends, though its length is not known: it may be packed. Rides with the
/// answer, never sent.
#[derive(Clone, Copy)]
pub(super) struct Ends;

struct Pieces<I>(I);

impl<I: Iterator<Item = Bytes> + Send + Unpin + 'static> HttpBody for Pieces<I> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece))))
    }
}

/// An answer of all these, which are made as they are sent.
pub(in crate::serve) fn answer(
    pieces: impl Iterator<Item = Bytes> + Send + Unpin + 'static,
) -> Response {
    let mut answer = Response::new(Body::new(Pieces(pieces)));
    answer.extensions_mut().insert(Ends);
    answer
}
