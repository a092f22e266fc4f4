//! What goes over the wire packed: answers as `Accept-Encoding` wishes, and bodies of requests as
//! `Content-Encoding` says.
//!
//! Promises: a stream of events is never touched; an answer is packed whole, so that no packer lives
//! while a slow client reads; a body is unpacked only as far as the call's own limit, however much
//! is in it. Dear: a look at one header for whoever wants nothing packed.

mod answer;
mod body;

pub(in crate::serve) use answer::{PackedAhead, unpacked};
pub(super) use answer::{pack, wished};
pub(super) use body::unpack;

/// The other end, for tests.
#[cfg(test)]
pub(in crate::serve) mod testing {
    use std::io::{Read as _, Write as _};

    /// As a client packs a body.
    pub(in crate::serve) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::best();
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), level);
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    /// As a client reads an answer.
    pub(in crate::serve) fn ungzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut reader = flate2::read::GzDecoder::new(bytes);
        reader.read_to_end(&mut out).unwrap();
        out
    }
}
