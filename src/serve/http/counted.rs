//! A key's call, counted for its account once it is answered: by class and status, with the bytes
//! that go out, and live streams with the time they are held.
//!
//! Promises: a call is counted once, also one that is refused for its quota; an answer whose length
//! is known costs three atomics and no allocation. One that is not is counted as it goes out, and a
//! stream's time with each piece, so that a stream of days is spread over its hours.

use super::caller::Caller;
use crate::domain::{CallClass, CallOutcome, KeyAccount, UsageKind};
use axum::body::{Body, Bytes};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use hyper::body::{Body as _, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// See the module.
pub(super) struct CountedCall {
    account: KeyAccount,
    class: CallClass,
    /// Whose body does not go out.
    is_head: bool,
}

impl CountedCall {
    /// `None` for who has no key.
    pub(super) fn of(caller: &Caller, class: CallClass, method: &Method) -> Option<Self> {
        let grant = caller.grant.as_ref()?;
        Some(Self {
            account: grant.account.clone(),
            class,
            is_head: method == Method::HEAD,
        })
    }

    /// Counts the answer, and what is yet to come of it.
    pub(super) fn answered(self, answer: Response) -> Response {
        let status = answer.status();
        let outcome = CallOutcome::of(status.as_u16());
        self.account.count(UsageKind::Calls(self.class, outcome), 1);
        if self.is_head {
            return answer;
        }
        if let Some(bytes) = answer.body().size_hint().exact() {
            self.account.count(UsageKind::Bytes(self.class), bytes);
            return answer;
        }
        let of_type = answer.headers().get(CONTENT_TYPE);
        let is_stream = status.is_success()
            && of_type.is_some_and(|v| v.as_bytes().starts_with(b"text/event-stream"));
        let held = is_stream.then(|| HeldStream::begin(self.account.clone()));
        answer.map(|body| {
            Body::new(CountedBody {
                body,
                call: self,
                held,
            })
        })
    }
}

/// A live stream that a key holds open; its time is counted until it is dropped.
pub(in crate::serve) struct HeldStream {
    account: KeyAccount,
    /// Counted up to here.
    counted: Instant,
}

impl HeldStream {
    /// Counts one more that was opened.
    pub(in crate::serve) fn begin(account: KeyAccount) -> Self {
        account.count(UsageKind::Streams, 1);
        Self {
            account,
            counted: Instant::now(),
        }
    }

    /// Counts the time since this was last done. To be called now and then.
    pub(in crate::serve) fn go_on(&mut self) {
        let ms = self.counted.elapsed().as_millis();
        // What is less than a millisecond counts later.
        if let (Ok(ms), true) = (u64::try_from(ms), ms > 0) {
            self.counted += std::time::Duration::from_millis(ms);
            self.account.count(UsageKind::StreamMs, ms);
        }
    }
}

impl Drop for HeldStream {
    fn drop(&mut self) {
        self.go_on();
    }
}

/// A body that is counted piece by piece.
struct CountedBody {
    body: Body,
    call: CountedCall,
    held: Option<HeldStream>,
}

impl hyper::body::Body for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let next = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let bytes = next.as_ref().and_then(|next| next.as_ref().ok());
        if let Some(bytes) = bytes.and_then(Frame::data_ref) {
            let kind = UsageKind::Bytes(self.call.class);
            self.call.account.count(kind, bytes.len() as u64);
        }
        if let Some(held) = &mut self.held {
            held.go_on();
        }
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
