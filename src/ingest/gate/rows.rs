//! Rows of feeds on their way through the gate: what was read already, each with its own text.
//!
//! Promises: a row is judged by the same rules as a report at any other door, and by the feed's own
//! besides (how old it may be); each that is refused is counted once, and kept with its own text as
//! far as [`RowRules`] lets so many be kept; what is no news is not told again. Dear: as a report,
//! and a look at what was told last.

use super::{Gate, Message, push_subsets};
use crate::domain::{
    Afterwards, Area, BaySubset, Claim, CountWord, Door, Millis, Parcel, Reason, SourceIx, Speaker,
};
use crate::ingest::codec::Said;
use std::fmt::Display;

/// What is said of some of a count's bays.
pub type Subsets = [Option<CountWord>; BaySubset::COUNT];

/// Who sends rows, and where.
#[derive(Clone, Copy)]
pub struct RowSender<'a> {
    pub speaker: &'a Speaker,
    pub door: Door,
    /// The feed, for the quarantine.
    pub place: &'a dyn Display,
}

/// What holds for the rows of an answer besides the gate's own rules.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowRules<'a> {
    /// Older than this by its own time a row is refused, ms.
    pub stale_after_ms: Option<u64>,
    /// Of when rows without a time are; `None`: of now.
    pub told_at: Option<Millis>,
    /// Of which zones may be spoken, besides what the speaker may.
    pub area: Option<&'a Area>,
}

/// A row as the gate judges it.
pub struct RowSaid<'a> {
    pub said: Result<Said<'a>, (Reason, String)>,
    /// As text, for the quarantine.
    pub payload: &'a str,
}

/// What the feed remembers of what it has told.
pub trait RowMemory {
    /// Whether this says anything that was not told before.
    fn is_news(&mut self, claim: &Claim, subsets: &Subsets) -> bool;

    /// Whether a refusal is to be kept with its text; those that are not are counted all the same.
    fn keeps(&mut self, reason: Reason, detail: &str) -> bool;
}

/// What became of the rows of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowTally {
    pub accepted: u64,
    /// Told before, with the same time.
    pub unchanged: u64,
    /// By reason, in the order of [`Reason::ALL`].
    pub refused: [u64; Reason::COUNT],
    /// The newest time of what passed.
    pub newest: Option<Millis>,
}

impl RowTally {
    #[must_use]
    pub fn refused_in_all(&self) -> u64 {
        self.refused.iter().sum()
    }

    /// Adds what became of more rows.
    pub fn add(&mut self, more: &Self) {
        self.accepted += more.accepted;
        self.unchanged += more.unchanged;
        for (sum, n) in self.refused.iter_mut().zip(more.refused) {
            *sum += n;
        }
        self.newest = self.newest.max(more.newest);
    }
}

impl Gate {
    /// Judges rows and appends to `out` what may pass and is news, and what may not.
    pub fn take_rows<'r>(
        &self,
        from: RowSender<'_>,
        rules: &RowRules<'_>,
        rows: impl IntoIterator<Item = RowSaid<'r>>,
        memory: &mut dyn RowMemory,
        out: &mut Parcel,
    ) -> RowTally {
        let mut tally = RowTally::default();
        let mut message = self.message(from.speaker, from.door, from.place, &[], out);
        let partner = self.ledger.partner(&message.remit.partner);
        for (index, row) in rows.into_iter().enumerate() {
            message.payload = row.payload.as_bytes();
            message.before = out.refusals.len();
            self.drop_members(message.payload);
            let subsets = match &row.said {
                Ok(Said::Count(count)) => count.subsets,
                _ => Subsets::default(),
            };
            let judged = row
                .said
                .and_then(|said| self.judge_row(&message, said, rules, &mut out.afterwards));
            match judged {
                Ok(Some(claim)) => {
                    let at = claim.said_by().map(|(_, at)| at);
                    tally.newest = tally.newest.max(at);
                    if !memory.is_news(&claim, &subsets) {
                        tally.unchanged += 1;
                        self.hear(from.speaker.source);
                        continue;
                    }
                    self.note(&message, &claim, partner);
                    out.claims.push(claim);
                    tally.accepted += 1;
                    if let Claim::Count(count) = claim {
                        push_subsets(count, subsets, &mut out.claims);
                    }
                }
                Ok(None) => {}
                Err((reason, why)) => {
                    tally.refused[reason as usize] += 1;
                    if memory.keeps(reason, &why) {
                        self.refuse(&message, reason, Some(index as u32), why, out);
                    } else {
                        self.count_refusal(&message, reason);
                    }
                }
            }
        }
        self.accept(&message, tally.accepted);
        tally
    }

    /// `Ok(None)`: it says nothing of any bay or zone.
    fn judge_row(
        &self,
        message: &Message<'_>,
        mut said: Said<'_>,
        rules: &RowRules<'_>,
        afterwards: &mut Afterwards,
    ) -> Result<Option<Claim>, (Reason, String)> {
        if !message.speaker.pass.is_good(message.now) {
            let why = "the key it came in with has been revoked or has expired".to_owned();
            return Err((Reason::Forbidden, why));
        }
        let at = match &mut said {
            Said::Count(count) => &mut count.at,
            Said::Bay(bay) => &mut bay.at,
            // The feed answers for its source.
            Said::Present(_) | Said::Online(_) => return Ok(None),
            Said::Uplink(_) | Said::Nothing | Said::Unreadable(_) => {
                return self.judge(message, said, afterwards);
            }
        };
        *at = at.or(rules.told_at);
        if let (Some(at), Some(limit)) = (*at, rules.stale_after_ms) {
            let age = message.now.since(at);
            let vouched = matches!(&said, Said::Bay(bay) if bay.seen.is_some());
            if age > limit && !vouched {
                let why = format!("at: {at} was {} s ago", age / 1000);
                return Err((Reason::TooOld, why));
            }
        }
        let claim = self.judge(message, said, afterwards)?;
        if let (Some(area), Some(claim)) = (rules.area, &claim) {
            self.within(area, claim)?;
        }
        Ok(claim)
    }

    fn within(&self, area: &Area, claim: &Claim) -> Result<(), (Reason, String)> {
        let Area::Part(area) = area else {
            return Ok(());
        };
        let city = self.registry.city();
        let zone = match claim {
            Claim::Count(count) => count.zone,
            Claim::Bay(bay) => city.zone_of(bay.bay),
            _ => return Ok(()),
        };
        let spec = &city.zone(zone).spec;
        if area.covers(&spec.id, &spec.operator) {
            return Ok(());
        }
        let why = format!("zone {:?} is outside the area of the feed", spec.id);
        Err((Reason::OutOfArea, why))
    }

    /// Notes that a source was there, though it said nothing new.
    pub fn hear(&self, source: SourceIx) {
        self.ledger.hear(source, self.clock.now());
    }
}
