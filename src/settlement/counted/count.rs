//! A count as settlement holds it: 32 bytes, in order of time, then whatever breaks a tie. Pure.

use crate::domain::{CountObservation, CountShares, CountState, CountWord, SourceIx, SourceKind};
use bytemuck::{Pod, Zeroable};

/// Kinds of sources that count.
pub(in crate::settlement) const PLACES: usize = 3;

/// One count of the bays of a kind in a zone. `zone` is an index while it waits in memory, a stable
/// number where it is kept on disk. All zeroes: none.
///
/// `word`, from the low bits: the rest of what it says ([`CountWord::parts`]) 4 | kind of bay 4 |
/// whose it is ([`CountRecord::place`]) 2 | whether it is where a walk stood 1 | 8 spare |
/// [`CountRecord::MARK`] 1 | time 44.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(in crate::settlement) struct CountRecord {
    word: u64,
    /// The number in the low half, of how many bays in the high one: as it says itself, or as is
    /// known when it is settled.
    numbers: u64,
    source: u64,
    who: u64,
}

const KIND: u32 = 4;
const PLACE: u32 = 8;
const STOOD: u64 = 1 << 10;
const AT: u32 = 20;
/// What it says is of as many bays as others say there are.
const UNSIZED: u64 = 1 << 3;

impl CountRecord {
    /// In the first word: what neither a report nor a bay's timeline has there.
    pub(in crate::settlement) const MARK: u64 = 1 << 19;

    /// In the last word: what a bay's number does not have there.
    pub(in crate::settlement) const COUNTED: u64 = 1 << 33;

    /// `None` for one that settles nothing: nobody stands behind that app, or it is of some bays only
    /// that another count is of too. It counts as of `at`: its own time, or when it came in if that is
    /// ahead.
    pub(in crate::settlement) fn new(c: &CountObservation, at: u64) -> Option<Self> {
        if c.subset.is_some() {
            return None;
        }
        let by = match c.source_kind {
            SourceKind::Gate => 0,
            SourceKind::Sensor => 1,
            SourceKind::App if c.trusted => 2,
            SourceKind::App | SourceKind::Booking => return None,
        };
        let (bits, capacity) = c.word.parts();
        Some(Self {
            word: u64::from(bits)
                | (c.kind as u64) << KIND
                | by << PLACE
                | Self::MARK
                | at.min((1 << 44) - 1) << AT,
            numbers: u64::from(c.word.number) | u64::from(capacity) << 32,
            source: u64::from(c.source.0),
            who: u64::from(c.zone.0) | Self::COUNTED,
        })
    }

    /// ms since 1970.
    pub(in crate::settlement) const fn at(&self) -> u64 {
        self.word >> AT
    }

    pub(in crate::settlement) const fn zone(&self) -> u32 {
        self.who as u32
    }

    pub(in crate::settlement) const fn source(&self) -> SourceIx {
        SourceIx(self.source as u32)
    }

    /// As a number, for keys.
    pub(in crate::settlement) const fn kind(&self) -> u8 {
        (self.word >> KIND & 0xf) as u8
    }

    /// Of whom it is: a gate's (0) goes before a sensor's (1), and that one before an app's (2).
    pub(in crate::settlement) const fn place(&self) -> usize {
        let place = (self.word >> PLACE & 3) as usize;
        if place < PLACES { place } else { PLACES - 1 }
    }

    /// The same of a zone by another name: its number, or its index.
    pub(in crate::settlement) const fn of(self, zone: u32) -> Self {
        Self {
            who: zone as u64 | Self::COUNTED,
            ..self
        }
    }

    /// The same as where a walk stood, or as itself.
    pub(in crate::settlement) const fn standing(self, stood: bool) -> Self {
        let word = self.word & !STOOD;
        Self {
            word: if stood { word | STOOD } else { word },
            ..self
        }
    }

    pub(in crate::settlement) const fn stood(&self) -> bool {
        self.word & STOOD != 0
    }

    pub(in crate::settlement) const fn is_none(&self) -> bool {
        self.word == 0
    }

    /// Whether it is one, and says something of its bays.
    pub(in crate::settlement) fn tells(&self) -> bool {
        let state = self.word & 3;
        !self.is_none() && state != CountState::Unknown as u64
    }

    /// How many bays it says there are itself.
    pub(in crate::settlement) const fn named(&self) -> Option<u32> {
        if self.word & UNSIZED == 0 {
            Some(self.capacity())
        } else {
            None
        }
    }

    /// Of how many bays it is; of one that was not sized and does not say: 0.
    pub(in crate::settlement) const fn capacity(&self) -> u32 {
        (self.numbers >> 32) as u32
    }

    /// Of as many bays as it says itself, or else of `others`. `None`: nobody has said how many
    /// there are, so nobody knows what share of them it is.
    pub(in crate::settlement) fn sized(self, others: Option<u32>) -> Option<Self> {
        let capacity = self.named().or(others)?;
        Some(Self {
            numbers: self.numbers & 0xffff_ffff | u64::from(capacity) << 32,
            ..self
        })
    }

    /// What it says of each of them, once it is sized.
    pub(in crate::settlement) fn shares(&self) -> CountShares {
        let word = CountWord::from_parts((self.word & 0xf) as u8, self.numbers as u32, 0);
        let unknown = CountWord {
            state: CountState::Unknown,
            ..CountWord::default()
        };
        word.unwrap_or(unknown).shares(Some(self.capacity()))
    }

    const fn rank(&self) -> (u64, usize, u64) {
        (self.at(), self.place(), self.source)
    }

    /// What it says, however many bays it was found to be of.
    const fn says(&self) -> (u64, u64) {
        let numbers = match self.named() {
            Some(_) => self.numbers,
            None => self.numbers & 0xffff_ffff,
        };
        (self.word & 0xf, numbers)
    }
}

/// Orders counts of one kind of bay in one zone, which are in the order they came in, by time. Of
/// those of one source and time the first that says each thing is left: one that says what was said
/// is a copy. The last one left stands.
pub(in crate::settlement) fn order(counts: &mut Vec<CountRecord>) {
    counts.sort_by_key(CountRecord::rank);
    let mut from = 0;
    let mut left = 0;
    for at in 0..counts.len() {
        let count = counts[at];
        if counts[from].rank() != count.rank() {
            from = left;
        }
        let is_copy = counts[from..left].iter().any(|c| c.says() == count.says());
        if !is_copy || left == from {
            counts[left] = count;
            left += 1;
        }
    }
    counts.truncate(left);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BayKind, CountOf, Millis, ZoneIx};

    fn count(at: u64, source: u32, number: u32, capacity: Option<u32>) -> CountRecord {
        let c = CountObservation {
            subset: None,
            at: Millis(at),
            zone: ZoneIx(7),
            source: SourceIx(source),
            source_kind: SourceKind::Gate,
            kind: BayKind::Motorcycle,
            word: CountWord {
                state: CountState::Open,
                of: CountOf::Occupied,
                number,
                capacity,
            },
            trusted: true,
        };
        CountRecord::new(&c, at).unwrap()
    }

    #[test]
    fn a_count_keeps_what_it_says_and_is_of_as_many_bays_as_is_known() {
        let said = count(9, 3, 40, Some(100));
        assert_eq!((said.at(), said.zone(), said.source().0), (9, 7, 3));
        assert_eq!(said.kind(), BayKind::Motorcycle as u8);
        assert_eq!(said.sized(Some(50)).unwrap().shares().vacant, 60);
        let unsaid = count(9, 3, 40, None);
        assert_eq!(unsaid.sized(None), None);
        let sized = unsaid.sized(Some(50)).unwrap();
        assert_eq!((sized.shares().occupied, sized.shares().vacant), (40, 10));
        assert_eq!(sized.of(8).standing(true).standing(false).of(7), sized);
    }

    #[test]
    fn a_copy_is_left_out_and_the_last_of_one_source_and_time_stands() {
        let said = [
            count(9, 3, 5, Some(10)),
            count(9, 3, 7, Some(10)),
            count(8, 4, 1, Some(10)),
            count(9, 3, 5, Some(10)),
            count(9, 2, 5, Some(10)),
            count(9, 3, 5, None).sized(Some(10)).unwrap(),
            count(9, 3, 5, None).sized(Some(11)).unwrap(),
        ];
        let mut counts = said.to_vec();
        order(&mut counts);
        assert_eq!(counts, [said[2], said[4], said[0], said[1], said[5]]);
    }
}
