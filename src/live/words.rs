//! What is held true of one bay, in one 64-bit word: read and written whole, so it is never half
//! new.
//!
//! | bits   | field                                                        |
//! |--------|--------------------------------------------------------------|
//! | 0..2   | status that may be served                                    |
//! | 2..4   | status that was last claimed                                 |
//! | 4..6   | kind of the source                                           |
//! | 6..8   | kind of the bay: in which bitmap a vacant bay has its bit    |
//! | 8..16  | confidence, in 1/255                                         |
//! | 16     | whoever claims it is not sure                                |
//! | 17..20 | unused, zero                                                 |
//! | 20..64 | observed at, ms since 1970 (44 bits: until the year 2527)    |
//!
//! The word 0 reads as: unknown, observed never. So zeroed memory is a city nobody has reported on
//! yet.

use crate::domain::{BayIx, BayKind, BayStatus, BayView, Millis, SourceKind, ZoneIx};

const CLAIMED: u32 = 2;
const SOURCE: u32 = 4;
const KIND: u32 = 6;
const CONFIDENCE: u32 = 8;
/// As likely as not, in 1/255.
const LIKELY: u64 = 128;

/// Where nobody watches: from one third on. Bays are vacant for less than a third of the time, so a
/// belief that knows this passes one half seldom; from a third on it finds as many as the newest word
/// does, and fewer that are taken (`cargo test --test it -- fusion`).
const LIKELY_PASSED: u64 = 85;
const UNSURE: u32 = 16;
const OBSERVED: u32 = 20;

/// The word for a view. A time beyond [`Millis::MAX`] is held as that: the gate lets none through,
/// and a wrong century must not spill into the other fields.
#[inline]
pub(super) const fn pack(view: &BayView) -> u64 {
    let at = if view.observed_at.0 > Millis::MAX.0 {
        Millis::MAX.0
    } else {
        view.observed_at.0
    };
    view.status as u64
        | (view.claimed as u64) << CLAIMED
        | (view.source_kind as u64) << SOURCE
        | (view.kind as u64) << KIND
        | (view.confidence as u64) << CONFIDENCE
        | (!view.sure as u64) << UNSURE
        | at << OBSERVED
}

/// The view a word stands for. `kind` is the registry's, which knows it before anything is
/// reported.
#[inline]
pub(super) const fn unpack(word: u64, bay: BayIx, zone: ZoneIx, kind: BayKind) -> BayView {
    BayView {
        bay,
        zone,
        kind,
        status: BayStatus::from_bits(word),
        claimed: BayStatus::from_bits(word >> CLAIMED),
        confidence: (word >> CONFIDENCE) as u8,
        sure: word >> UNSURE & 1 == 0,
        source_kind: SourceKind::from_bits(word >> SOURCE),
        observed_at: Millis(word >> OBSERVED),
    }
}

/// The bitmap (by kind) in which the word's bay has its bit set; `None` for a bay that is not
/// vacant, or rather taken though its word says vacant.
#[inline]
pub(super) const fn vacant_in(word: u64) -> Option<usize> {
    let source = SourceKind::from_bits(word >> SOURCE);
    let likely = if source.passes_by() {
        LIKELY_PASSED
    } else {
        LIKELY
    };
    if word & 3 == BayStatus::Vacant as u64 && word >> CONFIDENCE & 0xff >= likely {
        Some((word >> KIND & 3) as usize)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(
        status: BayStatus,
        claimed: BayStatus,
        kind: BayKind,
        source_kind: SourceKind,
    ) -> BayView {
        let bay = BayIx(7);
        let zone = ZoneIx(3);
        BayView {
            bay,
            zone,
            kind,
            status,
            claimed,
            confidence: 0,
            sure: true,
            source_kind,
            observed_at: Millis::NEVER,
        }
    }

    #[test]
    fn every_state_and_extreme_time_survives_packing() {
        for status in BayStatus::ALL {
            for claimed in BayStatus::ALL {
                for kind in BayKind::ALL {
                    for source in SourceKind::ALL.into_iter().chain([SourceKind::Booking]) {
                        for at in [0, 1, 1_795_402_800_999, Millis::MAX.0 - 1, Millis::MAX.0] {
                            for confidence in [0, 1, 127, 255] {
                                let mut v = view(status, claimed, kind, source);
                                (v.observed_at, v.confidence, v.sure) =
                                    (Millis(at), confidence, confidence > 1);
                                let word = pack(&v);
                                assert_eq!(unpack(word, v.bay, v.zone, kind), v);
                                let least = if source.passes_by() { 85 } else { 128 };
                                let bitmap = (status == BayStatus::Vacant && confidence >= least)
                                    .then_some(kind as usize);
                                assert_eq!(vacant_in(word), bitmap);
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_time_beyond_the_word_does_not_spill_into_the_state() {
        let mut v = view(
            BayStatus::Occupied,
            BayStatus::Vacant,
            BayKind::Heavy,
            SourceKind::Gate,
        );
        v.observed_at = Millis(u64::MAX);
        let back = unpack(pack(&v), v.bay, v.zone, v.kind);
        assert_eq!(
            back,
            BayView {
                observed_at: Millis::MAX,
                ..v
            }
        );
    }

    #[test]
    fn zeroed_memory_reads_as_never_reported() {
        let v = unpack(0, BayIx(7), ZoneIx(3), BayKind::Bicycle);
        assert_eq!(
            v,
            view(
                BayStatus::Unknown,
                BayStatus::Unknown,
                BayKind::Bicycle,
                SourceKind::Sensor
            )
        );
        assert_eq!(vacant_in(0), None);
    }
}
