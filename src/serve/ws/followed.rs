//! What is followed on one socket: its streams, and which of them is asked next.
//!
//! Promise: each has its turn; one that has always something to tell keeps no other from being heard.

use crate::serve::http::counted::HeldStream;
use axum::body::{Body, HttpBody as _};
use std::pin::Pin;
use std::task::{Context, Poll};

pub(super) struct FollowedStream {
    pub(super) id: String,
    pub(super) stream: Body,
    /// Of who has a key.
    pub(super) held: Option<HeldStream>,
}

/// The next piece of any of the streams, each asked first in its turn.
pub(super) fn poll_any(
    all: &mut [FollowedStream],
    first: &mut usize,
    cx: &mut Context<'_>,
) -> Poll<(usize, Option<String>)> {
    let count = all.len();
    for step in 0..count {
        let at = (*first + step) % count;
        let Poll::Ready(frame) = Pin::new(&mut all[at].stream).poll_frame(cx) else {
            continue;
        };
        *first = at + 1;
        let data = frame.and_then(|frame| frame.ok()?.into_data().ok());
        // A stream is text.
        let piece = data.map(|data| String::from_utf8_lossy(&data).into_owned());
        return Poll::Ready((at, piece));
    }
    Poll::Pending
}
