//! What was learnt, for the disk: bytes of this machine's order, with a checksum.
//!
//! Promises: what is read back goes on to the same bits; bytes that are not such a file's, or are
//! damaged, are refused. Little-endian machines only, as all that the hub runs on are.

use super::calibration::Calibration;
use super::city::City;
use super::fit::{CityFit, Mood};
use super::memory::{Daily, ZoneMemory};
use crate::domain::ZoneKind;
use bytemuck::{Pod, Zeroable, bytes_of, cast_slice, pod_read_unaligned};

const MAGIC: [u8; 8] = *b"BAYHUBO\x01";

const SUM: usize = 4;

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Head {
    magic: [u8; 8],
    from: u32,
    until: u32,
    zones: u64,
    fits: [CityFit; 3],
    spread: [[f64; 2]; 3],
    width: [f64; 3],
    off: f64,
    moods: [Mood; 4],
    calibration: Calibration,
    kinds: [Daily; ZoneKind::ALL.len()],
}

/// Why bytes are nothing that was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCity {
    #[error("not a file of forecasts, or of a format that this hub does not know")]
    Foreign,
    #[error("damaged: it is cut short, or its checksum is not its own")]
    Damaged,
}

impl City {
    /// With what was learnt of bays beside it.
    #[must_use]
    pub fn to_bytes(&self, calibration: &Calibration) -> Vec<u8> {
        let head = Head {
            magic: MAGIC,
            from: self.from,
            until: self.until,
            zones: self.zones.len() as u64,
            fits: self.fits,
            spread: self.spread,
            width: self.width,
            off: self.off,
            moods: self.moods,
            calibration: *calibration,
            kinds: self.kinds,
        };
        let zones: &[u8] = cast_slice(&self.zones);
        let mut out = Vec::with_capacity(size_of::<Head>() + zones.len() + SUM);
        out.extend_from_slice(bytes_of(&head));
        out.extend_from_slice(zones);
        let sum = crc32c::crc32c(&out);
        out.extend(sum.to_le_bytes());
        out
    }

    /// The inverse of [`Self::to_bytes`].
    ///
    /// # Errors
    /// For bytes that it cannot have made.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, Calibration), NoCity> {
        if bytes.get(..MAGIC.len()) != Some(&MAGIC[..]) {
            return Err(NoCity::Foreign);
        }
        let split = bytes.len().checked_sub(SUM).map(|at| bytes.split_at(at));
        let (body, sum) = split.ok_or(NoCity::Damaged)?;
        let head = body.get(..size_of::<Head>()).ok_or(NoCity::Damaged)?;
        if crc32c::crc32c(body).to_le_bytes() != sum {
            return Err(NoCity::Damaged);
        }
        let head: Head = pod_read_unaligned(head);
        let rest = &body[size_of::<Head>()..];
        let (zones, odd) = rest.as_chunks::<{ size_of::<ZoneMemory>() }>();
        if !odd.is_empty() || zones.len() as u64 != head.zones {
            return Err(NoCity::Damaged);
        }
        let city = Self {
            zones: zones.iter().map(|zone| pod_read_unaligned(zone)).collect(),
            fits: head.fits,
            spread: head.spread,
            width: head.width,
            off: head.off,
            kinds: head.kinds,
            moods: head.moods,
            from: head.from,
            until: head.until,
        };
        Ok((city, head.calibration))
    }
}
