//! An answer's body, unpacked as it comes in.
//!
//! Promise: never more than the limit is held, counted after unpacking; what ends in the middle is
//! known for it.

use super::{Failure, Fault};
use brotli::DecompressorWriter;
use flate2::write::MultiGzDecoder;
use std::io::{Error, ErrorKind, Write};

/// What is unpacked at a time, bytes.
const BUFFER: usize = 64 * 1024;

/// A body that grows.
pub(super) struct Body {
    packed: Packed,
    limit: usize,
    /// What came over the wire.
    taken: usize,
}

enum Packed {
    Not(Unpacked),
    Gzip(Box<MultiGzDecoder<Unpacked>>),
    Brotli(Box<DecompressorWriter<Unpacked>>),
}

impl Body {
    /// `encoding`: the answer's `Content-Encoding`, if it has one. At most `limit` bytes are held.
    ///
    /// # Errors
    /// An encoding that was not asked for.
    pub(super) fn new(encoding: Option<&str>, limit: usize) -> Result<Self, Failure> {
        let to = Unpacked {
            held: Vec::new(),
            limit,
        };
        let packed = match encoding.map(str::trim).unwrap_or_default() {
            "" | "identity" => Packed::Not(to),
            "gzip" | "x-gzip" => Packed::Gzip(Box::new(MultiGzDecoder::new(to))),
            "br" => Packed::Brotli(Box::new(DecompressorWriter::new(to, BUFFER))),
            other => {
                let why = format!("it is packed as {other:?}; gzip and br were asked for");
                return Err(Failure::new(Fault::Encoding, why));
            }
        };
        let taken = 0;
        Ok(Self {
            packed,
            limit,
            taken,
        })
    }

    pub(super) fn add(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        self.taken += chunk.len();
        if self.taken > self.limit {
            return Err(self.too_large());
        }
        let written = match &mut self.packed {
            Packed::Not(to) => to.write_all(chunk),
            Packed::Gzip(to) => to.write_all(chunk),
            Packed::Brotli(to) => to.write_all(chunk),
        };
        written.map_err(|e| self.fault(&e))
    }

    /// All of it.
    pub(super) fn end(mut self) -> Result<Vec<u8>, Failure> {
        let ended = match &mut self.packed {
            Packed::Not(_) => Ok(()),
            // Nothing at all is packed as nothing by some servers.
            _ if self.taken == 0 => return Ok(Vec::new()),
            Packed::Gzip(to) => to.try_finish(),
            Packed::Brotli(to) => to.close(),
        };
        ended.map_err(|e| match (&self.packed, e.kind()) {
            // It does not tell an end in the middle from any other.
            (Packed::Brotli(_), kind) if kind != ErrorKind::FileTooLarge => cut(),
            _ => self.fault(&e),
        })?;
        match self.packed {
            Packed::Not(to) => Ok(to.held),
            Packed::Gzip(mut to) => Ok(std::mem::take(&mut to.get_mut().held)),
            Packed::Brotli(mut to) => Ok(std::mem::take(&mut to.get_mut().held)),
        }
    }

    fn fault(&self, e: &Error) -> Failure {
        match e.kind() {
            ErrorKind::FileTooLarge => self.too_large(),
            ErrorKind::UnexpectedEof | ErrorKind::WriteZero => cut(),
            _ => Failure::new(Fault::Encoding, format!("the packed body is broken: {e}")),
        }
    }

    fn too_large(&self) -> Failure {
        let why = format!("unpacked it has more than {} bytes", self.limit);
        Failure::new(Fault::TooLarge, why)
    }
}

fn cut() -> Failure {
    Failure::new(Fault::Cut, "the packed body ends in the middle")
}

/// Takes no more than its limit.
struct Unpacked {
    held: Vec<u8>,
    limit: usize,
}

impl Write for Unpacked {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.held.len() + bytes.len() > self.limit {
            return Err(ErrorKind::FileTooLarge.into());
        }
        self.held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut to = GzEncoder::new(Vec::new(), Compression::default());
        to.write_all(bytes).unwrap();
        to.finish().unwrap()
    }

    fn br(bytes: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        let mut to = brotli::CompressorWriter::new(&mut packed, 4096, 5, 22);
        to.write_all(bytes).unwrap();
        drop(to);
        packed
    }

    fn unpacked(encoding: &str, packed: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
        let mut body = Body::new(Some(encoding), limit).map_err(|e| e.fault)?;
        for chunk in packed.chunks(7) {
            body.add(chunk).map_err(|e| e.fault)?;
        }
        body.end().map_err(|e| e.fault)
    }

    #[test]
    fn a_body_is_unpacked_whatever_it_is_packed_as() {
        let text = b"{\"zones\":[]}".repeat(1000);
        for (encoding, packed) in [("gzip", gzip(&text)), ("br", br(&text)), ("", text.clone())] {
            assert_eq!(
                unpacked(encoding, &packed, 1 << 20),
                Ok(text.clone()),
                "{encoding}"
            );
        }
        assert_eq!(unpacked("zstd", b"x", 1 << 20), Err(Fault::Encoding));
        assert_eq!(
            unpacked("gzip", b"<html><body>repair", 1 << 20),
            Err(Fault::Encoding)
        );
        assert_eq!(unpacked("gzip", b"", 1 << 20), Ok(vec![]));
    }

    #[test]
    fn a_bomb_is_known_before_it_fills_the_memory() {
        let zeros = vec![0; 4 << 20];
        for (encoding, packed) in [("gzip", gzip(&zeros)), ("br", br(&zeros))] {
            assert!(packed.len() < 10_000);
            assert_eq!(
                unpacked(encoding, &packed, 1 << 20),
                Err(Fault::TooLarge),
                "{encoding}"
            );
        }
        assert_eq!(unpacked("", &zeros, 1 << 20), Err(Fault::TooLarge));
    }

    #[test]
    fn a_packed_body_that_ends_in_the_middle_is_no_body() {
        let text: Vec<u8> = (0..20_000_u32)
            .flat_map(|n| (n * n).to_le_bytes())
            .collect();
        for (encoding, packed) in [("gzip", gzip(&text)), ("br", br(&text))] {
            let half = &packed[..packed.len() / 2];
            assert_eq!(
                unpacked(encoding, half, 1 << 20),
                Err(Fault::Cut),
                "{encoding}"
            );
        }
    }
}
