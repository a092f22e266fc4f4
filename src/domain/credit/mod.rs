//! Credit: what a partner's reports were worth, where the hub did not know.
//!
//! One sentence: where we did not know, you told us, and sensors later agreed: that raises your
//! quota; where they disagreed, it falls. A report of a partner on a bay is a [`CreditSample`]:
//! `p0`, how likely the hub held the bay to be vacant just before, and `p1`, how likely the partner
//! said it is. Once `y` is known (1: it was vacant), the report is worth `(p0 - y)² - (p1 - y)²`
//! ([`worth`]). That is a proper score: nobody does better than by saying what it holds true, as
//! sure as it is; and who repeats `p0` earns nothing.
//!
//! Promises: whole numbers only. A probability is a number of 1/65,535, a worth one of 1/65,535²
//! ([`ONE`]); sums are exact in 64 bits for two thousand million reports. So they come to the same
//! in any order, on any machine, and again when they are worked out again.

mod board;
mod day;
mod month;
#[cfg(test)]
mod simulation;

pub use board::{CreditBoard, CreditStanding};
pub use day::{CreditDay, CreditVerdict, VERDICT_MS, each_verdict, settle_day};
pub use month::{CREDIT_DAYS, anchored, credit_of, factor_of, is_doubted};

use super::{BayStatus, Millis};
use bytemuck::{Pod, Zeroable};

/// A worth of 1.
pub const ONE: i64 = 65_535 * 65_535;

/// Of one partner and bay one report counts in so long a time, ms.
pub const ONCE_MS: u64 = 5 * 60_000;

/// A report that is older when it comes in is none of what the hub did not know: it may have known
/// it at the time. ms
pub const FRESH_MS: u64 = 2 * 60_000;

/// What the hub knows is at most 0.1, or at least 0.9.
const KNOWN: std::ops::RangeInclusive<u16> = 6554..=58_981;

/// Partners' numbers are below it; those of whom nothing is counted lie below [`FIRST_NUMBER`].
pub const MOST_NUMBERS: u16 = 1024;

/// The least number of a partner of whose reports credit is kept.
pub const FIRST_NUMBER: u16 = 64;

/// P(vacant) as a claim of that confidence (in 1/255) says it, in 1/65,535.
#[must_use]
pub const fn claimed(occupied: bool, confidence: u8) -> u16 {
    let sure = confidence as u16 * 257;
    if occupied { u16::MAX - sure } else { sure }
}

/// Whether the hub did not know: P(vacant) lies between 0.1 and 0.9.
#[must_use]
pub fn is_open(p0: u16) -> bool {
    KNOWN.contains(&p0)
}

/// `(p0 - y)² - (p1 - y)²`, in 1/65,535²; between -[`ONE`] and [`ONE`].
#[must_use]
pub const fn worth(p0: u16, p1: u16, vacant: bool) -> i64 {
    let y = if vacant { u16::MAX } else { 0 } as i64;
    let before = p0 as i64 - y;
    let after = p1 as i64 - y;
    before * before - after * after
}

/// What watchers or a booking say of a moment, once it is settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CreditWord {
    #[default]
    Nothing,
    Occupied,
    Vacant,
}

impl CreditWord {
    /// Of a state that was settled; *closed* says nothing of vehicles.
    #[must_use]
    pub const fn of(status: BayStatus) -> Self {
        match status {
            BayStatus::Occupied => Self::Occupied,
            BayStatus::Vacant => Self::Vacant,
            BayStatus::Unknown | BayStatus::Closed => Self::Nothing,
        }
    }

    /// `y`.
    #[must_use]
    pub const fn vacant(self) -> Option<bool> {
        match self {
            Self::Nothing => None,
            Self::Occupied => Some(false),
            Self::Vacant => Some(true),
        }
    }
}

/// One report of a partner, as credit sees it: 16 bytes, in memory and on disk.
///
/// `word`, from the low bits: partner 10 | counted 1 | settled word 2 | (7 spare) | at 44.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
#[repr(C)]
pub struct CreditSample {
    /// The bay's lasting number.
    bay: u32,
    p0: u16,
    p1: u16,
    word: u64,
}

const COUNTED: u64 = 1 << 10;
const WORD: u32 = 11;
const AT: u32 = 20;

impl CreditSample {
    /// Of a bay by its lasting number, at a time, by a partner's number; not settled yet.
    #[must_use]
    pub const fn new((bay, at): (u32, Millis), partner: u16, (p0, p1): (u16, u16)) -> Self {
        let partner = (partner % MOST_NUMBERS) as u64;
        Self {
            bay,
            p0,
            p1,
            word: partner | at.0 << AT,
        }
    }

    /// It is worth something. Others only tell what others' reports are worth.
    #[must_use]
    pub const fn counting(self) -> Self {
        let word = self.word | COUNTED;
        Self { word, ..self }
    }

    /// Settled so.
    #[must_use]
    pub const fn settled(self, word: CreditWord) -> Self {
        let word = self.word & !(3 << WORD) | (word as u64) << WORD;
        Self { word, ..self }
    }

    /// For the disk: 16 bytes each, little-endian.
    #[must_use]
    pub fn bytes_of(all: &[Self]) -> &[u8] {
        bytemuck::cast_slice(all)
    }

    /// The inverse; what does not come out even is left off.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Vec<Self> {
        let each = bytes.chunks_exact(size_of::<Self>());
        each.map(bytemuck::pod_read_unaligned).collect()
    }

    /// By the bay's lasting number, or by another name of it while in memory.
    #[must_use]
    pub const fn of(self, bay: u32) -> Self {
        Self { bay, ..self }
    }

    #[must_use]
    pub const fn bay(&self) -> u32 {
        self.bay
    }

    #[must_use]
    pub const fn at(&self) -> Millis {
        Millis(self.word >> AT)
    }

    #[must_use]
    pub const fn partner(&self) -> u16 {
        self.word as u16 % MOST_NUMBERS
    }

    /// The hub's belief that the bay was vacant, just before; in 1/65,535.
    #[must_use]
    pub const fn p0(&self) -> u16 {
        self.p0
    }

    /// What was said; in 1/65,535.
    #[must_use]
    pub const fn p1(&self) -> u16 {
        self.p1
    }

    #[must_use]
    pub const fn counts(&self) -> bool {
        self.word & COUNTED != 0
    }

    /// What was settled of its moment.
    #[must_use]
    pub const fn word(&self) -> CreditWord {
        match self.word >> WORD & 3 {
            1 => CreditWord::Occupied,
            2 => CreditWord::Vacant,
            _ => CreditWord::Nothing,
        }
    }

    /// Of those with the same one counts.
    const fn once(&self) -> (u32, u16, u64) {
        (self.bay, self.partner(), self.at().0 / ONCE_MS)
    }

    /// Whether another is of the same bay and five minutes.
    const fn is_near(&self, other: &Self) -> bool {
        self.bay == other.bay && self.at().0 / ONCE_MS == other.at().0 / ONCE_MS
    }

    /// In which order samples stand: by bay, time and partner.
    const fn place(&self) -> u128 {
        let rest = self.at().0 << 10 | self.partner() as u64;
        (self.bay as u128) << 64 | rest as u128
    }

    /// Whether it says *vacant*.
    #[must_use]
    pub const fn says_vacant(&self) -> bool {
        self.p1 > u16::MAX / 2
    }

    /// Whether it says other than what the hub held more likely.
    #[must_use]
    pub const fn contradicts(&self) -> bool {
        self.says_vacant() != (self.p0 > u16::MAX / 2)
    }

    /// Whether it is said as surely as a state is (0.8).
    fn is_sure(&self) -> bool {
        self.p1.max(u16::MAX - self.p1) >= claimed(false, super::observation::SURE)
    }
}

/// What a number of settled reports comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreditTally {
    pub settled: u64,
    /// Of those, how many said what was so.
    pub right: u64,
    /// How many contradicted the hub.
    pub against: u64,
    /// Of those, how many were right.
    pub against_right: u64,
    /// In 1/65,535².
    pub worth: i64,
}

impl CreditTally {
    pub(super) fn take(&mut self, sample: &CreditSample, vacant: bool) {
        let right = u64::from(sample.says_vacant() == vacant);
        let against = u64::from(sample.contradicts());
        self.settled += 1;
        self.right += right;
        self.against += against;
        self.against_right += against * right;
        self.worth += worth(sample.p0, sample.p1, vacant);
    }

    pub fn add(&mut self, other: &Self) {
        self.settled += other.settled;
        self.right += other.right;
        self.against += other.against;
        self.against_right += other.against_right;
        self.worth += other.worth;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_a_probability_of_a_vacant_bay_exactly() {
        assert_eq!((claimed(false, 255), claimed(true, 255)), (u16::MAX, 0));
        assert_eq!(claimed(false, 204), 52_428, "0.8");
        assert_eq!(claimed(true, 204), 13_107, "0.2");
        assert!(!is_open(6553) && is_open(6554) && is_open(58_981) && !is_open(58_982));
    }

    #[test]
    fn telling_the_truth_as_surely_as_one_knows_it_is_the_best_one_can_do() {
        // Vacant with 0.7: the expected worth over both outcomes, by what is claimed.
        let p0 = claimed(false, 128);
        let expected = |p1| 7 * worth(p0, p1, true) + 3 * worth(p0, p1, false);
        let truth = 45_875;
        for p1 in (0..=u16::MAX).step_by(97).filter(|p| p.abs_diff(truth) > 1) {
            assert!(expected(p1) < expected(truth), "{p1}");
        }
        // Whoever repeats the hub earns nothing, whatever is so.
        assert_eq!((worth(p0, p0, true), worth(p0, p0, false)), (0, 0));
        assert_eq!(
            (worth(0, u16::MAX, true), worth(0, u16::MAX, false)),
            (ONE, -ONE)
        );
    }

    #[test]
    fn a_sample_keeps_all_it_is_made_of() {
        let at = Millis((1 << 44) - 1);
        let sample = CreditSample::new((u32::MAX, at), 1023, (7, 65_000));
        assert!(!sample.counts());
        assert_eq!(sample.word(), CreditWord::Nothing);
        for word in [
            CreditWord::Occupied,
            CreditWord::Vacant,
            CreditWord::Nothing,
        ] {
            let s = sample.counting().settled(CreditWord::Vacant).settled(word);
            assert_eq!((s.bay(), s.at(), s.partner()), (u32::MAX, at, 1023));
            assert_eq!(
                (s.p0(), s.p1(), s.counts(), s.word()),
                (7, 65_000, true, word)
            );
            assert!(s.says_vacant() && s.contradicts());
        }
        assert_eq!(CreditWord::of(BayStatus::Closed).vacant(), None);
    }
}
