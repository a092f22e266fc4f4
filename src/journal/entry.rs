//! A claim as it lies on disk: 32 bytes, little-endian, with the registry's stable numbers in place
//! of indices.
//!
//! | bytes | bay claim | count claim | alive |
//! |---|---|---|---|
//! | 0 | tag 1 | tag 2 | tag 3 |
//! | 1 | status 2 bits, bits 6 and 7 of the partner's number | 1 + kind of source; 0: a gate (so before there were others) | 0 |
//! | 2 | confidence, 1/255 | 0 | 0 |
//! | 3 | kind of source 2 bits, low 6 bits of the partner's number | kind of bay | 0 |
//! | 4..8 | bay number | zone number | 0 |
//! | 8..12 | source | source | source |
//! | 12..16 | who stands behind it, see [`Backing`] | 0 | 0 |
//! | 16..24 | observed at, ms | observed at, ms | at, ms |
//! | 24..32 | sender's seq | vacant, then capacity (u32 each) | 0 |
//!
//! Tag 4 is the hub's own word that its clock was put back: bytes 4..8 the shard, 24..32 how far it is
//! behind ingest time, ms. Tag 5 is the hub's own word that what comes after is believed by another
//! table of rates: bytes 4..8 its number, 0 for none. Hubs from before a tag refuse a journal that has
//! it.
//!
//! The tag comes first so that no entry, whatever a sender puts into it, can be taken for a record
//! head. Encoding and decoding allocate nothing but growth of `out`.

use crate::domain::{
    Backing, BayIx, BayKind, BayStatus, BaySubset, Claim, CountObservation, CountWord, Millis,
    Observation, SHARDS, SourceIx, SourceKind, ZoneIx,
};
use crate::registry::{Registry, city::City};

#[cfg(target_endian = "big")]
compile_error!(
    "the journal's entries are written as they lie in memory, which must be little-endian"
);

const BAY: u8 = 1;
const COUNT: u8 = 2;
const ALIVE: u8 = 3;
const CLOCK: u8 = 4;
const RATES: u8 = 5;
const SUBSET: u8 = 6;

/// Beside the parts of a count's word: it came by a key that is not trusted.
const UNTRUSTED: u8 = 1 << 4;

/// One claim on disk. See the table above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Entry {
    tag: u8,
    status: u8,
    confidence: u8,
    kind: u8,
    number: u32,
    source: u32,
    backing: u32,
    at: u64,
    detail: u64,
}

/// An entry whose record is whole but which makes no sense: written by a fault or by a format not
/// known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Look-ups between this process's dense indices and the numbers that last. One picture of the
/// city.
pub trait View {
    fn bay_number(&self, bay: BayIx) -> u32;
    /// `None` if the bay is gone.
    fn bay(&self, number: u32) -> Option<BayIx>;
    fn zone_number(&self, zone: ZoneIx) -> u32;
    /// `None` if the zone is gone.
    fn zone(&self, number: u32) -> Option<ZoneIx>;
}

/// Translates whole batches, so that the picture of the city is taken once for each.
pub trait Numbers: Send + Sync {
    /// Appends one entry for each claim.
    fn encode(&self, claims: &[Claim], out: &mut Vec<Entry>);
    /// Appends the claims whose bay or zone still exists; returns how many do not.
    fn decode(&self, entries: &[Entry], out: &mut Vec<Claim>) -> Result<u64, Unreadable>;
}

impl View for City {
    fn bay_number(&self, bay: BayIx) -> u32 {
        self.bay_number(bay)
    }
    fn bay(&self, number: u32) -> Option<BayIx> {
        self.bay_numbered(number)
    }
    fn zone_number(&self, zone: ZoneIx) -> u32 {
        self.zone(zone).number
    }
    fn zone(&self, number: u32) -> Option<ZoneIx> {
        self.zone_numbered(number)
    }
}

impl Numbers for Registry {
    fn encode(&self, claims: &[Claim], out: &mut Vec<Entry>) {
        encode(&**self.city(), claims, out);
    }
    fn decode(&self, entries: &[Entry], out: &mut Vec<Claim>) -> Result<u64, Unreadable> {
        decode(&**self.city(), entries, out)
    }
}

/// Appends one entry for each claim.
pub fn encode(view: &impl View, claims: &[Claim], out: &mut Vec<Entry>) {
    out.extend(claims.iter().map(|c| Entry::new(view, c)));
}

/// Appends the claims whose bay or zone still exists; returns how many do not.
pub fn decode(
    view: &impl View,
    entries: &[Entry],
    out: &mut Vec<Claim>,
) -> Result<u64, Unreadable> {
    out.reserve(entries.len());
    let mut orphaned = 0;
    for e in entries {
        match e.claim(view)? {
            Some(claim) => out.push(claim),
            None => orphaned += 1,
        }
    }
    Ok(orphaned)
}

impl Entry {
    fn new(view: &impl View, claim: &Claim) -> Self {
        match *claim {
            Claim::Bay(o) => {
                let (backing, partner) = o.backing.parts();
                Self {
                    tag: BAY,
                    status: o.status as u8 | partner >> 6 << 2,
                    confidence: o.confidence,
                    kind: o.source_kind as u8 | partner << 2,
                    number: view.bay_number(o.bay),
                    source: o.source.0,
                    backing,
                    at: o.at.0,
                    detail: o.seq,
                }
            }
            Claim::Count(c) => Self::counted(view, &c),
            Claim::Alive { source, at } => Self {
                tag: ALIVE,
                source: source.0,
                at: at.0,
                ..Self::default()
            },
            Claim::Clock { shard, behind_ms } => Self {
                tag: CLOCK,
                number: shard,
                detail: behind_ms,
                ..Self::default()
            },
            Claim::Rates { table } => Self {
                tag: RATES,
                number: table,
                ..Self::default()
            },
        }
    }

    fn counted(view: &impl View, c: &CountObservation) -> Self {
        let (bits, capacity) = c.word.parts();
        Self {
            tag: if c.subset.is_none() { COUNT } else { SUBSET },
            status: 1 + c.source_kind as u8,
            confidence: if c.trusted { bits } else { bits | UNTRUSTED },
            kind: c.kind as u8,
            number: view.zone_number(c.zone),
            source: c.source.0,
            backing: c.subset.map_or(0, |subset| subset as u32),
            at: c.at.0,
            detail: u64::from(c.word.number) | u64::from(capacity) << 32,
        }
    }

    /// `Ok(None)`: its bay or zone is gone.
    #[inline]
    fn claim(&self, view: &impl View) -> Result<Option<Claim>, Unreadable> {
        let at = Millis(self.at);
        let source = SourceIx(self.source);
        match self.tag {
            BAY if self.status <= 15 => Ok(view.bay(self.number).map(|bay| {
                Claim::Bay(Observation {
                    at,
                    seq: self.detail,
                    bay,
                    source,
                    source_kind: SourceKind::from_bits(self.kind.into()),
                    status: BayStatus::from_bits(self.status.into()),
                    confidence: self.confidence,
                    backing: Backing::from_parts(
                        self.backing,
                        self.kind >> 2 | self.status >> 2 << 6,
                    ),
                })
            })),
            COUNT | SUBSET => Ok(self.count(view)?.map(Claim::Count)),
            ALIVE => Ok(Some(Claim::Alive { source, at })),
            CLOCK if self.number < SHARDS => Ok(Some(Claim::Clock {
                shard: self.number,
                behind_ms: self.detail,
            })),
            RATES => Ok(Some(Claim::Rates { table: self.number })),
            _ => Err(Unreadable),
        }
    }

    fn count(&self, view: &impl View) -> Result<Option<CountObservation>, Unreadable> {
        let kind = BayKind::from_u8(self.kind).ok_or(Unreadable)?;
        let source_kind = match self.status {
            0 => SourceKind::Gate,
            1..=4 => SourceKind::from_bits(u64::from(self.status - 1)),
            _ => return Err(Unreadable),
        };
        let number = self.detail as u32;
        let capacity = (self.detail >> 32) as u32;
        let bits = self.confidence & !UNTRUSTED;
        let word = CountWord::from_parts(bits, number, capacity);
        let word = word.ok_or(Unreadable)?;
        let subset = if self.tag == SUBSET {
            let known = u8::try_from(self.backing).ok().and_then(BaySubset::from_u8);
            Some(known.ok_or(Unreadable)?)
        } else {
            None
        };
        Ok(view.zone(self.number).map(|zone| CountObservation {
            at: Millis(self.at),
            zone,
            source: SourceIx(self.source),
            source_kind,
            kind,
            subset,
            word,
            trusted: self.confidence & UNTRUSTED == 0,
        }))
    }
}
