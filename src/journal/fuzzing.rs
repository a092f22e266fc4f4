//! Bytes as they might lie on a disk, for fuzzing: a damaged file is told, and what is read can be
//! written again.

use super::checkpoint::Whole;
use super::entry::{Entry, View, decode, encode};
use super::record::{HeadRead, Next, Records, SegmentHead, UNIT};
use crate::domain::{BayIx, ZoneIx};

/// Half of all numbers are known.
struct HalfKnown;

impl View for HalfKnown {
    fn bay_number(&self, bay: BayIx) -> u32 {
        bay.0 * 2
    }
    fn bay(&self, number: u32) -> Option<BayIx> {
        number.is_multiple_of(2).then_some(BayIx(number / 2))
    }
    fn zone_number(&self, zone: ZoneIx) -> u32 {
        zone.0 * 2
    }
    fn zone(&self, number: u32) -> Option<ZoneIx> {
        number.is_multiple_of(2).then_some(ZoneIx(number / 2))
    }
}

/// `bytes` as a segment with and without its head, and as entries whose record was found whole.
pub fn segment(bytes: &[u8]) {
    let body = bytes
        .get(64..)
        .filter(|_| matches!(SegmentHead::read(&bytes[..64]), HeadRead::Whole(_)));
    for bytes in [Some(bytes), body].into_iter().flatten() {
        let mut records = Records::new(bytes, 1, 0, bytes.len() as u64);
        let mut end = 0;
        while let Ok(Next::Record(head)) = records.next() {
            assert_eq!(
                (records.at(), records.entries().len()),
                (end + head.bytes(), head.count as usize)
            );
            end = records.at();
        }
        assert!(end <= bytes.len() as u64 && end.is_multiple_of(UNIT));
    }
    let entries: Vec<Entry> = bytes
        .chunks_exact(UNIT as usize)
        .filter_map(|unit| bytemuck::try_pod_read_unaligned(unit).ok())
        .collect();
    let mut claims = Vec::new();
    let mut again = Vec::new();
    let mut second = Vec::new();
    if let Ok(orphaned) = decode(&HalfKnown, &entries, &mut claims) {
        assert_eq!(claims.len() as u64 + orphaned, entries.len() as u64);
        encode(&HalfKnown, &claims, &mut again);
        assert_eq!(decode(&HalfKnown, &again, &mut second), Ok(0));
        assert_eq!(claims, second);
    }
}

/// `bytes` as a checkpoint: refused with a reason, or whole.
pub fn checkpoint(bytes: &[u8]) {
    match Whole::check(bytes.to_vec()) {
        Ok(whole) => {
            assert!(whole.blocks().map(|(_, block)| block.len()).sum::<usize>() <= bytes.len());
        }
        Err(why) => assert!(!why.is_empty()),
    }
}
