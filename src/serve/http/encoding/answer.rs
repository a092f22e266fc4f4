//! Answers, packed as the client wishes.

use crate::serve::http::pieces::Ends;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::future::poll_fn;
use std::io::{self, Read as _, Write as _};
use std::pin::Pin;

/// The shortest answer that is packed, bytes: a shorter one fits a packet either way.
const SHORTEST: u64 = 1024;

/// The longest that is packed where it is; a longer one on a thread that may take its time.
const LONGEST_IN_PLACE: usize = 64 * 1024;

/// Levels for what is made anew for each caller: three quarters of what can be saved, at a tenth of
/// the work.
const GZIP_LEVEL: u32 = 4;
const BROTLI_LEVEL: u32 = 4;

/// Bits of brotli's window: 256 KiB, not the 4 MiB that it takes unasked.
const BROTLI_WINDOW: u32 = 18;

/// How an answer can be packed, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve::http) enum Packing {
    Brotli,
    Gzip,
}

impl Packing {
    const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    fn of(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut packer = self.packer(Vec::with_capacity(bytes.len() / 4));
        packer.write_all(bytes)?;
        packer.end()
    }

    fn packer(self, out: Vec<u8>) -> Packer {
        match self {
            Self::Gzip => Packer::Gzip(GzEncoder::new(out, Compression::new(GZIP_LEVEL))),
            Self::Brotli => {
                let packer = brotli::CompressorWriter::new(out, 4096, BROTLI_LEVEL, BROTLI_WINDOW);
                Packer::Brotli(Box::new(packer))
            }
        }
    }
}

/// What packs a body.
enum Packer {
    Gzip(GzEncoder<Vec<u8>>),
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
}

impl Packer {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Gzip(packer) => packer.write_all(bytes),
            Self::Brotli(packer) => packer.write_all(bytes),
        }
    }

    fn end(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(packer) => packer.finish(),
            Self::Brotli(mut packer) => {
                packer.flush()?;
                Ok(packer.into_inner())
            }
        }
    }
}

/// How the client wishes its answer; `None`: as it is. What weighs as much goes by our own order.
pub(in crate::serve::http) fn wished(headers: &HeaderMap) -> Option<Packing> {
    if !headers.contains_key(ACCEPT_ENCODING) {
        return None;
    }
    let weight = |name: &str| {
        let asked = headers.get_all(ACCEPT_ENCODING).iter();
        let asked = asked.filter_map(|v| v.to_str().ok());
        let mut asked = asked.flat_map(|v| v.split(',')).filter_map(weigh);
        asked
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, q)| q)
    };
    let any = weight("*").unwrap_or(0);
    // Unpacked is always welcome but where it is said not to be, and then only as a last resort.
    let plain = weight("identity").unwrap_or(1);
    let brotli = weight("br").unwrap_or(any);
    let gzip = weight("gzip").or_else(|| weight("x-gzip")).unwrap_or(any);
    if brotli.max(gzip) < plain.max(1) {
        None
    } else if brotli >= gzip {
        Some(Packing::Brotli)
    } else {
        Some(Packing::Gzip)
    }
}

/// A name and its weight in thousandths; nothing that cannot be read weighs anything.
fn weigh(item: &str) -> Option<(&str, u32)> {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().filter(|n| !n.is_empty())?;
    let q = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
    let q = q.map_or(Some(1.0), |q| q.parse::<f64>().ok());
    let q = q.filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0);
    Some((name, (q * 1000.0) as u32))
}

/// Beside an answer: the same, packed by brotli when the hub was built.
#[derive(Clone, Copy)]
pub(in crate::serve) struct PackedAhead(pub(in crate::serve) &'static [u8]);

/// What was packed by brotli when the hub was built.
pub(in crate::serve) fn unpacked(packed: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(packed.len() * 4);
    // The build packed it, so it can be read.
    let _ = brotli::Decompressor::new(packed, 4096).read_to_end(&mut out);
    out
}

/// Packs an answer if it is worth it, and says where it would have been another for another wish.
/// For `HEAD` as well, whose body goes further out: its headers are those of `GET`.
pub(in crate::serve::http) async fn pack(mut answer: Response, wish: Option<Packing>) -> Response {
    if !is_worth_it(&answer) {
        return answer;
    }
    let headers = answer.headers_mut();
    headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    let Some(wish) = wish else {
        return answer;
    };
    let (mut parts, body) = answer.into_parts();
    if let (Packing::Brotli, Some(ahead)) = (wish, parts.extensions.get::<PackedAhead>()) {
        let packed = Bytes::from_static(ahead.0);
        named(&mut parts.headers, wish);
        return Response::from_parts(parts, Body::from(packed));
    }
    if parts.extensions.remove::<Ends>().is_some() {
        named(&mut parts.headers, wish);
        return Response::from_parts(parts, Body::from(packed_pieces(wish, body).await));
    }
    // Bytes that are there already: no limit is needed, and nothing can fail.
    let bytes = axum::body::to_bytes(body, usize::MAX).await;
    let bytes = bytes.unwrap_or_default();
    match packed(wish, bytes.clone()).await {
        Some(packed) if packed.len() < bytes.len() => {
            named(&mut parts.headers, wish);
            Response::from_parts(parts, Body::from(packed))
        }
        _ => Response::from_parts(parts, Body::from(bytes)),
    }
}

/// Packs a body while it is made, so that it is never there unpacked.
async fn packed_pieces(wish: Packing, mut body: Body) -> Vec<u8> {
    let mut packer = wish.packer(Vec::new());
    while let Some(Ok(piece)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        // Writing to a Vec cannot fail.
        let _ = piece.data_ref().map(|bytes| packer.write_all(bytes));
        // Pieces are ready at once: others have their turn between two.
        tokio::task::yield_now().await;
    }
    packer.end().unwrap_or_default()
}

async fn packed(wish: Packing, bytes: Bytes) -> Option<Vec<u8>> {
    if bytes.len() <= LONGEST_IN_PLACE {
        return wish.of(&bytes).ok();
    }
    let packing = tokio::task::spawn_blocking(move || wish.of(&bytes));
    packing.await.ok()?.ok()
}

/// Marks the headers as those of a packed answer.
fn named(headers: &mut HeaderMap, wish: Packing) {
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static(wish.name()));
    // A strong tag names bytes, and these are others; the weak one names what they say.
    let strong = headers
        .get(ETAG)
        .filter(|tag| tag.as_bytes().starts_with(b"\""));
    let weak =
        strong.and_then(|tag| HeaderValue::try_from(["W/", tag.to_str().ok()?].concat()).ok());
    if let Some(weak) = weak {
        headers.insert(ETAG, weak);
    }
}

/// Whether an answer is text, whole, and long enough.
fn is_worth_it(answer: &Response) -> bool {
    let headers = answer.headers();
    let size = answer.body().size_hint().exact();
    let is_long = size.map_or_else(
        || answer.extensions().get::<Ends>().is_some(),
        |size| size >= SHORTEST,
    );
    is_long
        && headers
            .get(CONTENT_TYPE)
            .is_some_and(|v| v.to_str().is_ok_and(is_text))
        && !headers.contains_key(CONTENT_ENCODING)
}

/// Whether a media type packs well. Events are text, and must not wait for more of them.
fn is_text(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim_end();
    let is_text = essence.starts_with("text/") && essence != "text/event-stream";
    is_text
        || essence == "application/json"
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || essence.ends_with("+csv")
        || essence == "application/xml"
        || essence == "application/javascript"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::http::encoding::testing;

    fn wish(accept: &str) -> Option<Packing> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
        wished(&headers)
    }

    #[test]
    fn the_clients_weights_decide() {
        for (accept, want) in [
            ("gzip", Some(Packing::Gzip)),
            ("x-gzip", Some(Packing::Gzip)),
            ("BR", Some(Packing::Brotli)),
            ("gzip, deflate, br, zstd", Some(Packing::Brotli)),
            ("br;q=0.5, gzip;q=0.6", Some(Packing::Gzip)),
            ("br;q=0, *", Some(Packing::Gzip)),
            ("*", Some(Packing::Brotli)),
            ("*;q=0", None),
            ("gzip;q=0", None),
            ("gzip;q=0.5, identity", None),
            ("identity;q=0.5, gzip", Some(Packing::Gzip)),
            ("identity;q=0", None),
            ("deflate, zstd", None),
            ("gzip;q=rubbish", None),
            ("gzip;q=7", None),
            ("", None),
        ] {
            assert_eq!(wish(accept), want, "{accept:?}");
        }
        assert_eq!(wished(&HeaderMap::new()), None);
    }

    #[test]
    fn what_is_packed_comes_out_as_it_was() {
        let text = "{\"zone\":\"TPY12\"},".repeat(5000).into_bytes();
        let gzip = Packing::Gzip.of(&text).unwrap();
        assert!(testing::ungzip(&gzip) == text && gzip.len() < text.len() / 50);
        let br = Packing::Brotli.of(&text).unwrap();
        let mut out = Vec::new();
        brotli::Decompressor::new(&*br, 4096)
            .read_to_end(&mut out)
            .unwrap();
        assert!(out == text && br.len() < text.len() / 50);
    }

    #[test]
    fn text_packs_and_events_and_what_is_packed_already_do_not() {
        for media_type in [
            "application/json",
            "application/geo+json; x=y",
            "text/csv",
            "application/vnd.cds+csv;version=1.1",
        ] {
            assert!(is_text(media_type), "{media_type}");
        }
        for media_type in [
            "text/event-stream",
            "text/event-stream; charset=utf-8",
            "application/vnd.apache.parquet",
            "image/png",
        ] {
            assert!(!is_text(media_type), "{media_type}");
        }
    }
}
