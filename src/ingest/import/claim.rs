//! A claim of the past as it is sorted and kept: 32 bytes, by numbers that last.
//!
//! Promise: the order of [`PastClaim`]s is that of their times; equal ones are the same claim, whatever
//! file they came from. Nothing in it depends on this process: zones and bays stand by the registry's
//! lasting numbers, sources by their place in the import's own list.

use crate::domain::{
    Backing, BayIx, BayKind, BayStatus, BaySubset, Claim, CountObservation, CountWord, Millis,
    Observation, SourceIx, SourceKind,
};
use crate::registry::city::City;

/// See the module. Compared member by member, in this order.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, bytemuck::Pod, bytemuck::Zeroable,
)]
#[repr(C)]
pub struct PastClaim {
    /// When it was so, ms since 1970.
    at: u64,
    /// The bay's or the zone's lasting number.
    number: u32,
    /// Place in the list of sources.
    source: u32,
    /// A report's running number; of a count its two numbers; of a presence its end, ms.
    seq: u64,
    /// From the low bits: what it is 2 | source's kind 2 | the rest by what it is.
    word: u64,
}

const BAY: u64 = 0;
const COUNT: u64 = 1;
const PRESENCE: u64 = 2;

/// What a [`PastClaim`] comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Recalled {
    /// Of a bay or a zone that the registry has.
    Claim(Claim),
    /// The source was there from the claim's time to this one.
    Presence(SourceIx, Millis),
    /// Of a bay or zone that is gone.
    Gone,
}

/// What a claim says of a stay, as files of visits tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StayWord {
    /// Somebody stays until this time, ms.
    Lasts(u64),
    /// Somebody leaves.
    Ends,
}

impl PastClaim {
    /// Of whose bay and by whom, and what it says of a stay: of files of visits a claim that a bay is
    /// occupied has the stay's end for its number, and its end has none.
    #[must_use]
    pub fn stay(&self) -> Option<((u32, u32), StayWord)> {
        let occupied = u64::from(BayStatus::Occupied as u8);
        let vacant = u64::from(BayStatus::Vacant as u8);
        let word = match (self.word & 3, self.word >> 4 & 3) {
            (BAY, status) if status == occupied && self.seq > self.at => StayWord::Lasts(self.seq),
            (BAY, status) if status == vacant && self.seq == 0 => StayWord::Ends,
            _ => return None,
        };
        Some(((self.number, self.source), word))
    }

    /// Of a bay by its lasting number; `o.bay` is not looked at, and neither is who stands behind it:
    /// whoever imports vouches for what is imported.
    #[must_use]
    pub fn of_bay(o: &Observation, number: u32) -> Self {
        let word = BAY
            | (o.source_kind as u64) << 2
            | (o.status as u64) << 4
            | u64::from(o.confidence) << 8;
        Self {
            at: o.at.0,
            number,
            source: o.source.0,
            seq: o.seq,
            word,
        }
    }

    /// Of a zone by its lasting number; `c.zone` is not looked at.
    #[must_use]
    pub fn of_count(c: &CountObservation, number: u32) -> Self {
        let (bits, capacity) = c.word.parts();
        let subset = c.subset.map_or(0, |s| s as u64 + 1);
        let word = COUNT
            | (c.source_kind as u64) << 2
            | u64::from(bits) << 4
            | (c.kind as u64) << 8
            | subset << 16;
        Self {
            at: c.at.0,
            number,
            source: c.source.0,
            seq: u64::from(capacity) << 32 | u64::from(c.word.number),
            word,
        }
    }

    /// The source was there from `from` to `to`.
    #[must_use]
    pub const fn of_presence(source: SourceIx, kind: SourceKind, from: Millis, to: Millis) -> Self {
        Self {
            at: from.0,
            number: u32::MAX,
            source: source.0,
            seq: to.0,
            word: PRESENCE | (kind as u64) << 2,
        }
    }

    #[must_use]
    pub const fn at(&self) -> Millis {
        Millis(self.at)
    }

    /// What it says, in this process's numbers; `ranks` has those of the sources.
    #[must_use]
    pub fn recall(&self, city: &City, ranks: &[SourceIx]) -> Recalled {
        let at = Millis(self.at);
        let Some(source) = ranks.get(self.source as usize).copied() else {
            return Recalled::Gone;
        };
        let source_kind = SourceKind::from_bits(self.word >> 2);
        let claim = match self.word & 3 {
            BAY => self.observation(city, at, source, source_kind),
            COUNT => self.count(city, at, source, source_kind),
            _ => return Recalled::Presence(source, Millis(self.seq)),
        };
        claim.map_or(Recalled::Gone, Recalled::Claim)
    }

    fn observation(
        &self,
        city: &City,
        at: Millis,
        source: SourceIx,
        source_kind: SourceKind,
    ) -> Option<Claim> {
        let bay: BayIx = city.bay_numbered(self.number)?;
        Some(Claim::Bay(Observation {
            at,
            seq: self.seq,
            bay,
            source,
            source_kind,
            status: BayStatus::from_bits(self.word >> 4 & 3),
            confidence: (self.word >> 8) as u8,
            backing: Backing::of_key(true, 0),
        }))
    }

    fn count(
        &self,
        city: &City,
        at: Millis,
        source: SourceIx,
        source_kind: SourceKind,
    ) -> Option<Claim> {
        let zone = city.zone_numbered(self.number)?;
        let kind = *BayKind::ALL.get((self.word >> 8) as usize & 0xff)?;
        let bits = (self.word >> 4) as u8 & 0xf;
        let word = CountWord::from_parts(bits, self.seq as u32, (self.seq >> 32) as u32)?;
        let subset = ((self.word >> 16) as u8).checked_sub(1);
        Some(Claim::Count(CountObservation {
            at,
            zone,
            source,
            source_kind,
            kind,
            subset: subset.and_then(BaySubset::from_u8),
            word,
            trusted: true,
        }))
    }
}
