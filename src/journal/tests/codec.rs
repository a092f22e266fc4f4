//! The record format: what goes in comes out, and what was changed is never taken for something
//! else.

use super::super::record::{Next, Records, SegmentHead, UNIT, encode, encoded_bytes};
use super::*;
use crate::domain::Backing;
use crate::domain::BaySubset;
use crate::domain::CountWord;
use proptest::prelude::*;

fn any_claim() -> impl Strategy<Value = Claim> {
    let bay = (
        any::<u64>(),
        any::<u64>(),
        0..1_400_000u32,
        any::<u32>(),
        0..4u64,
        0..4usize,
        (any::<u8>(), any::<u32>(), any::<u8>()),
    )
        .prop_map(
            |(at, seq, bay, source, kind, status, (confidence, word, partner))| {
                Claim::Bay(Observation {
                    at: Millis(at),
                    seq,
                    bay: BayIx(bay),
                    source: SourceIx(source),
                    source_kind: SourceKind::from_bits(kind),
                    status: BayStatus::ALL[status],
                    confidence,
                    backing: Backing::from_parts(word, partner),
                })
            },
        );
    let count = (
        any::<u64>(),
        0..14_000u32,
        any::<u32>(),
        (0..4usize, 0..4u64, 0..4u8),
        any::<u32>(),
        (0..8u8, any::<u32>()),
    )
        .prop_map(
            |(at, zone, source, (kind, by, subset), number, (bits, capacity))| {
                let bits = if bits & 3 == 3 { 8 } else { bits };
                let capacity = if bits & 8 == 0 { capacity } else { 0 };
                Claim::Count(CountObservation {
                    at: Millis(at),
                    zone: ZoneIx(zone),
                    source: SourceIx(source),
                    source_kind: SourceKind::from_bits(by),
                    kind: BayKind::ALL[kind],
                    subset: BaySubset::from_u8(subset),
                    word: CountWord::from_parts(bits, number, capacity).unwrap(),
                    trusted: number.is_multiple_of(2),
                })
            },
        );
    let alive = (any::<u64>(), any::<u32>()).prop_map(|(at, s)| Claim::Alive {
        source: SourceIx(s),
        at: Millis(at),
    });
    let own = prop_oneof![
        (0..crate::domain::SHARDS, any::<u64>())
            .prop_map(|(shard, behind_ms)| Claim::Clock { shard, behind_ms }),
        any::<u32>().prop_map(|table| Claim::Rates { table }),
    ];
    prop_oneof![bay, count, alive, own]
}

fn any_groups() -> impl Strategy<Value = Vec<(u64, Vec<Claim>)>> {
    prop::collection::vec(
        (any::<u64>(), prop::collection::vec(any_claim(), 1..9)),
        1..5,
    )
}

const SEQUENCE: u64 = 42;

/// The groups as the bytes of a segment without its head.
fn written(groups: &[(u64, Vec<Claim>)]) -> Vec<u8> {
    let mut units = Vec::new();
    for (ingest, claims) in groups {
        let start = units.len() as u64 * UNIT;
        encode(
            SEQUENCE,
            start,
            Millis(*ingest),
            claims,
            &BareTown::default(),
            &mut units,
        );
        assert_eq!(
            units.len() as u64 * UNIT,
            start + encoded_bytes(claims.len())
        );
    }
    bytemuck::cast_slice(&units).to_vec()
}

/// The whole records at the start of `bytes`, and what came after them.
fn read_back(bytes: &[u8], sequence: u64) -> (Vec<(u64, Vec<Claim>)>, Next) {
    let mut records = Records::new(bytes, sequence, 0, bytes.len() as u64);
    let mut groups = Vec::new();
    loop {
        match records.next().unwrap() {
            Next::Record(head) => {
                let mut claims = Vec::new();
                BareTown::default()
                    .decode(records.entries(), &mut claims)
                    .unwrap();
                groups.push((head.ingest_ms, claims));
            }
            other => return (groups, other),
        }
    }
}

proptest! {
    #[test]
    fn what_goes_in_comes_out(groups in any_groups()) {
        prop_assert_eq!(read_back(&written(&groups), SEQUENCE), (groups, Next::End));
    }

    #[test]
    fn a_cut_anywhere_leaves_the_whole_records_before_it(groups in any_groups(), cut in any::<prop::sample::Index>()) {
        let mut bytes = written(&groups);
        bytes.truncate(cut.index(bytes.len()));
        let (read, end) = read_back(&bytes, SEQUENCE);
        prop_assert!(groups.starts_with(&read));
        let whole: u64 = read.iter().map(|(_, c)| encoded_bytes(c.len())).sum();
        prop_assert_eq!(end == Next::End, whole == bytes.len() as u64);
    }

    #[test]
    fn a_changed_byte_is_always_noticed(
        groups in any_groups(), place in any::<prop::sample::Index>(), change in 1..=255u8,
    ) {
        let mut bytes = written(&groups);
        let at = place.index(bytes.len());
        bytes[at] ^= change;
        let (read, end) = read_back(&bytes, SEQUENCE);
        prop_assert!(groups.starts_with(&read) && read.len() < groups.len());
        let whole: u64 = read.iter().map(|(_, c)| encoded_bytes(c.len())).sum();
        prop_assert!((whole..whole + encoded_bytes(groups[read.len()].1.len())).contains(&(at as u64)));
        prop_assert_eq!(end, Next::Broken);
    }

    #[test]
    fn noise_is_no_record(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read_back(&bytes, SEQUENCE).0.is_empty());
    }

    #[test]
    fn records_of_another_segment_are_no_records_of_this_one(groups in any_groups()) {
        prop_assert_eq!(read_back(&written(&groups), SEQUENCE + 1), (vec![], Next::Broken));
    }

    #[test]
    fn no_entry_looks_like_a_record_head(claim in any_claim()) {
        let mut units = Vec::new();
        BareTown::default().encode(&[claim], &mut units);
        let head: super::super::record::RecordHead = bytemuck::cast(units[0]);
        prop_assert!(!head.is_plausible());
    }

    #[test]
    fn a_changed_segment_head_is_noticed(place in 0..64usize, change in 1..=255u8) {
        use super::super::record::HeadRead;
        let head = SegmentHead::new(7, Millis(1), 4096, Millis(2), [7; 16]);
        let units = head.units();
        let mut bytes: Vec<u8> = bytemuck::cast_slice(&units).to_vec();
        prop_assert_eq!(SegmentHead::read(&bytes), HeadRead::Whole(head));
        bytes[place] ^= change;
        prop_assert_eq!(SegmentHead::read(&bytes), HeadRead::Broken);
    }
}

#[test]
fn a_group_of_more_than_a_record_takes_is_several_records() {
    let claims = claims(0..70_000);
    let (read, end) = read_back(&written(&[(5, claims.clone())]), SEQUENCE);
    assert_eq!(
        read.iter().map(|(_, c)| c.len()).collect::<Vec<_>>(),
        [65_536, 4464]
    );
    let joined: Vec<_> = read.into_iter().flat_map(|(_, c)| c).collect();
    assert_eq!((joined, end), (claims, Next::End));
}

#[test]
fn an_entry_is_32_bytes_with_the_layout_it_documents() {
    let mut units = Vec::new();
    BareTown::default().encode(&[claim(1), claim(6)], &mut units);
    let bytes: &[u8] = bytemuck::cast_slice(&units);
    assert_eq!(bytes.len(), 64);
    assert_eq!(
        bytes[..4],
        [1, BayStatus::Vacant as u8, 1, SourceKind::App as u8]
    );
    assert_eq!(bytes[4..8], ((1u32 << 31) + 3).to_le_bytes());
    assert_eq!(bytes[16..24], 1_795_000_000_001u64.to_le_bytes());
    assert_eq!(bytes[24..32], 1u64.to_le_bytes());
    assert_eq!(
        bytes[32..36],
        [2, 1 + SourceKind::Gate as u8, 0, BayKind::Heavy as u8]
    );
    assert_eq!(bytes[56..64], [6, 0, 0, 0, 255, 255, 255, 255]);
}
