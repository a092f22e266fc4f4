//! Bodies of requests, unpacked as they are read.

use crate::serve::http::error::ApiError;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use flate2::write::MultiGzDecoder;
use hyper::body::{Body as HttpBody, Frame};
use std::io::{self, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// How much is unpacked at once, packed bytes: a thousand times as much may come of it, and is in
/// memory until the call's limit has been looked at.
const STEP: usize = 256;

/// What a packed body may be longer than what comes out of it, bytes. Honest packers add a few: more
/// is work that comes to nothing, and has no end.
const NOTHING_IN_IT: usize = 4 * 1024;

/// The request with its body as it was before it was packed. The call's limit then counts what
/// comes out.
///
/// # Errors
/// It is packed in a way that is not known.
pub(in crate::serve::http) fn unpack(request: Request) -> Result<Request, ApiError> {
    if !request.headers().contains_key(CONTENT_ENCODING) {
        return Ok(request);
    }
    let (mut parts, body) = request.into_parts();
    let body = if is_gzip(&parts.headers)? {
        // What is said of the packed bytes is not true of the others.
        parts.headers.remove(CONTENT_LENGTH);
        Body::new(Unpacked::new(body))
    } else {
        body
    };
    parts.headers.remove(CONTENT_ENCODING);
    Ok(Request::from_parts(parts, body))
}

/// Whether the body is packed once, by gzip; not at all is `false`.
fn is_gzip(headers: &HeaderMap) -> Result<bool, ApiError> {
    let mut packed = false;
    for line in headers.get_all(CONTENT_ENCODING) {
        let line = line.to_str().map_err(|_| ApiError::UnsupportedEncoding)?;
        for name in line.split(',').map(str::trim).filter(|n| !n.is_empty()) {
            let is_gzip = name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip");
            if is_gzip && !packed {
                packed = true;
            } else if !name.eq_ignore_ascii_case("identity") {
                return Err(ApiError::UnsupportedEncoding);
            }
        }
    }
    Ok(packed)
}

/// A body that is unpacked as it is read, a step at a time.
struct Unpacked {
    packed: Body,
    /// Read and not yet unpacked.
    pending: Bytes,
    unpacker: MultiGzDecoder<Vec<u8>>,
    /// Bytes unpacked, and bytes that came of them.
    taken: usize,
    given: usize,
    ended: bool,
}

impl Unpacked {
    fn new(packed: Body) -> Self {
        Self {
            packed,
            pending: Bytes::new(),
            unpacker: MultiGzDecoder::new(Vec::new()),
            taken: 0,
            given: 0,
            ended: false,
        }
    }

    /// Unpacks one step of what is pending.
    fn step(&mut self) -> io::Result<Bytes> {
        let step = self.pending.split_to(STEP.min(self.pending.len()));
        self.unpacker.write_all(&step)?;
        self.taken += step.len();
        self.given += self.unpacker.get_ref().len();
        if self.taken > self.given.saturating_add(NOTHING_IN_IT) {
            return Err(io::Error::other("hardly anything is in what is packed"));
        }
        Ok(std::mem::take(self.unpacker.get_mut()).into())
    }

    fn end(&mut self) -> io::Result<Bytes> {
        self.ended = true;
        self.unpacker.try_finish()?;
        Ok(std::mem::take(self.unpacker.get_mut()).into())
    }
}

impl HttpBody for Unpacked {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        while !self.ended {
            let out = if self.pending.is_empty() {
                match ready!(Pin::new(&mut self.packed).poll_frame(cx)) {
                    Some(Ok(frame)) => {
                        // Trailers say nothing of bytes.
                        self.pending = frame.into_data().unwrap_or_default();
                        continue;
                    }
                    Some(Err(e)) => Err(e.into()),
                    None => self.end().map_err(Into::into),
                }
            } else {
                self.step().map_err(Into::into)
            };
            match out {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Err(e) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(e)));
                }
            }
        }
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::http::encoding::testing::gzip;
    use axum::http::HeaderValue;

    async fn unpacked(packed: impl Into<Body>, limit: usize) -> Result<Bytes, axum::Error> {
        let request = Request::builder()
            .header(CONTENT_ENCODING, "gzip")
            .body(packed.into());
        let request = unpack(request.unwrap()).unwrap();
        assert!(!request.headers().contains_key(CONTENT_ENCODING));
        axum::body::to_bytes(request.into_body(), limit).await
    }

    #[tokio::test]
    async fn a_body_comes_out_as_it_was() {
        for text in ["", "x", &"z".repeat(100_000)] {
            assert_eq!(
                unpacked(gzip(text.as_bytes()), 1 << 20).await.unwrap(),
                text
            );
        }
        // What cannot be packed is longer packed.
        let mut n = 1_u32;
        let mut next = || {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 24) as u8
        };
        let noise: Vec<u8> = (0..200_000).map(|_| next()).collect();
        assert_eq!(unpacked(gzip(&noise), 1 << 20).await.unwrap(), noise);
        let two = [gzip(b"one, "), gzip(b"two")].concat();
        assert_eq!(unpacked(two, 100).await.unwrap(), "one, two");
    }

    #[tokio::test]
    async fn what_is_cut_or_no_gzip_is_an_error() {
        let whole = gzip(b"{\"source\":\"lamp-1\"}");
        for at in 0..whole.len() {
            assert!(
                unpacked(whole[..at].to_vec(), 100).await.is_err() || at == 0,
                "{at}"
            );
        }
        assert!(unpacked("{\"source\":\"lamp-1\"}", 100).await.is_err());
        let garbage = [&whole[..], b"rubbish after it"].concat();
        assert!(unpacked(garbage, 100).await.is_err());
    }

    /// A thousand times its size: what is over the limit is not unpacked.
    #[tokio::test]
    async fn a_bomb_is_unpacked_only_as_far_as_the_limit() {
        let bomb = gzip(&vec![0; 64 << 20]);
        assert!(unpacked(bomb.clone(), 1 << 20).await.is_err());
        let mut body = Unpacked::new(Body::from(bomb));
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let mut all = 0;
        let mut most = 0;
        while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut cx) {
            let n = frame.into_data().unwrap().len();
            (all, most) = (all + n, most.max(n));
        }
        assert!(
            all == 64 << 20 && most <= 512 << 10,
            "{all}, at once {most}"
        );
    }

    #[test]
    fn only_gzip_once_is_known() {
        for (said, want) in [
            ("gzip", Some(true)),
            ("X-GZIP", Some(true)),
            ("identity", Some(false)),
            ("identity, gzip", Some(true)),
            ("gzip, gzip", None),
            ("br", None),
            ("deflate", None),
            ("\u{fe}", None),
        ] {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_bytes(said.as_bytes()).unwrap();
            headers.insert(CONTENT_ENCODING, value);
            assert_eq!(is_gzip(&headers).ok(), want, "{said}");
        }
    }

    /// Members of gzip that hold nothing, one after the other: work without an end.
    #[tokio::test]
    async fn what_unpacks_to_nothing_is_refused_early() {
        let nothing = gzip(b"").repeat(100_000);
        let mut body = Unpacked::new(Body::from(nothing));
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let Poll::Ready(Some(Err(_))) = Pin::new(&mut body).poll_frame(&mut cx) else {
            panic!("it goes on");
        };
        assert!(body.taken <= NOTHING_IN_IT + STEP, "{}", body.taken);
    }
}
