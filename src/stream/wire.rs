//! Claims as bytes, for workers in other processes: 32 bytes each, little-endian. Not a format for
//! disks.
//!
//! | bytes | bay | count | alive |
//! |---|---|---|---|
//! | 0..8 | at | at | at |
//! | 8..16 | seq | number, capacity | 0 |
//! | 16..20 | bay | zone | 0 |
//! | 20..24 | source | source | source |
//! | 24..28 | tag 0, status 2 bits, partner's next 2 bits, confidence, source kind 2 bits, partner's low 6 bits | tag 1, kind, source kind, rest of the word and whether it is of no trusted key | tag 2 |
//! | 28..32 | who stands behind it | 0; of some bays (tag 5): which | 0 |

use crate::domain::{
    Backing, BayIx, BayKind, BayStatus, BaySubset, Claim, CountObservation, CountWord, Millis,
    Observation, SourceIx, SourceKind, ZoneIx,
};

/// Beside the rest of a count's word.
const UNTRUSTED: u8 = 1 << 4;

/// Bytes of one claim.
pub(super) const BYTES: usize = 32;

pub(super) fn write(claim: &Claim) -> [u8; BYTES] {
    let mut b = [0; BYTES];
    let mut head = |at: Millis, second: u64, subject: u32, source: SourceIx| {
        b[0..8].copy_from_slice(&at.0.to_le_bytes());
        b[8..16].copy_from_slice(&second.to_le_bytes());
        b[16..20].copy_from_slice(&subject.to_le_bytes());
        b[20..24].copy_from_slice(&source.0.to_le_bytes());
    };
    let tail = match claim {
        Claim::Bay(o) => {
            head(o.at, o.seq, o.bay.0, o.source);
            let (backing, partner) = o.backing.parts();
            b[28..32].copy_from_slice(&backing.to_le_bytes());
            let kind = o.source_kind as u8 | partner << 2;
            [0, o.status as u8 | partner >> 6 << 2, o.confidence, kind]
        }
        Claim::Count(c) => {
            let (bits, capacity) = c.word.parts();
            head(
                c.at,
                u64::from(c.word.number) << 32 | u64::from(capacity),
                c.zone.0,
                c.source,
            );
            let tag = if let Some(subset) = c.subset {
                b[28] = subset as u8;
                5
            } else {
                1
            };
            let untrusted = if c.trusted { 0 } else { UNTRUSTED };
            [tag, c.kind as u8, c.source_kind as u8, bits | untrusted]
        }
        Claim::Alive { source, at } => {
            head(*at, 0, 0, *source);
            [2, 0, 0, 0]
        }
        Claim::Clock { shard, behind_ms } => {
            head(Millis::NEVER, *behind_ms, *shard, SourceIx(0));
            [3, 0, 0, 0]
        }
        Claim::Rates { table } => {
            head(Millis::NEVER, 0, *table, SourceIx(0));
            [4, 0, 0, 0]
        }
    };
    b[24..28].copy_from_slice(&tail);
    b
}

/// `None` for bytes that [`write`] cannot have written.
pub(super) fn read(b: &[u8]) -> Option<Claim> {
    let u64_at = |i: usize| b.get(i..i + 8)?.try_into().ok().map(u64::from_le_bytes);
    let u32_at = |i: usize| b.get(i..i + 4)?.try_into().ok().map(u32::from_le_bytes);
    let at = Millis(u64_at(0)?);
    let second = u64_at(8)?;
    let subject = u32_at(16)?;
    let source = SourceIx(u32_at(20)?);
    match *b.get(24..28)? {
        [0, status, confidence, kind] => Some(Claim::Bay(Observation {
            at,
            seq: second,
            bay: BayIx(subject),
            source,
            source_kind: SourceKind::from_bits(u64::from(kind)),
            status: BayStatus::from_bits(u64::from(status)),
            confidence,
            backing: Backing::from_parts(u32_at(28)?, kind >> 2 | status >> 2 << 6),
        })),
        [tag @ (1 | 5), kind, source_kind, bits] => Some(Claim::Count(CountObservation {
            at,
            zone: ZoneIx(subject),
            source,
            source_kind: SourceKind::from_bits(u64::from(source_kind)),
            kind: BayKind::from_u8(kind)?,
            subset: match tag {
                1 => None,
                _ => Some(BaySubset::from_u8(*b.get(28)?)?),
            },
            word: {
                let bits = bits & !UNTRUSTED;
                CountWord::from_parts(bits, (second >> 32) as u32, second as u32)?
            },
            trusted: bits & UNTRUSTED == 0,
        })),
        [2, ..] => Some(Claim::Alive { source, at }),
        [3, ..] => Some(Claim::Clock {
            shard: subject,
            behind_ms: second,
        }),
        [4, ..] => Some(Claim::Rates { table: subject }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CountOf, CountState};

    #[test]
    fn claims_survive_the_trip() {
        let at = Millis(1_795_402_800_123);
        let source = SourceIx(7);
        for claim in [
            Claim::Bay(Observation {
                at,
                seq: u64::MAX - 1,
                bay: BayIx(1_399_999),
                source,
                source_kind: SourceKind::Gate,
                status: BayStatus::Closed,
                confidence: 255,
                backing: Backing::of_key(false, 63)
                    .of_contributor(1 << 19, -7, true)
                    .of_number(1023),
            }),
            Claim::Count(CountObservation {
                trusted: false,
                at,
                zone: ZoneIx(13),
                source,
                source_kind: SourceKind::App,
                kind: BayKind::Bicycle,
                subset: Some(BaySubset::Reservable),
                word: CountWord {
                    state: CountState::Closed,
                    of: CountOf::Occupied,
                    number: 68,
                    capacity: None,
                },
            }),
            Claim::Alive { source, at },
            Claim::Clock {
                shard: 255,
                behind_ms: 86_400_000,
            },
            Claim::Rates { table: 77 },
        ] {
            assert_eq!(read(&write(&claim)), Some(claim));
        }
        assert_eq!(read(&[9; BYTES]), None);
        assert_eq!(read(&[0; 5]), None);
    }
}
