//! What a row says: its members, by the mapping, as claims; held to what can be true.
//!
//! Promises: of each claim that a row is read for it becomes a claim or a refusal with its reason,
//! and what was odd is told beside it. Numbers that cannot be are taken as what is nearest, as the
//! `count` codec does; a row without a number that it should tell says *unknown*, so that no older
//! number stands for it.

use super::counting::count_word;
use super::field::{BaysTold, RowRefusal, StateWord};
use super::mapping::{BayNumbers, ClaimMap, Member, RowMembers};
use super::times::Times;
use super::{FeedRow, Flow, Odd};
use crate::domain::{BayKind, BayStatus, BaySubset, CountState, CountWord, Millis, Reason};
use crate::ingest::codec::{BaySaid, CountSaid, Said};
use std::borrow::Cow;

/// What a claim of a row comes to, and what is odd about it.
struct Claimed {
    said: Said<'static>,
    flow: Option<Flow>,
}

fn malformed(why: impl Into<String>) -> RowRefusal {
    (Reason::Malformed, why.into())
}

impl ClaimMap {
    /// What a row says by it; `None`: nothing, as it has no such numbers and need not.
    pub(super) fn read(
        &self,
        row: &impl RowMembers,
        times: &mut Times,
        with: &With,
    ) -> Option<FeedRow> {
        let mut odd = Odd::default();
        let said = match self.claimed(row, times, with, &mut odd) {
            Ok(None) => return None,
            Ok(Some(claimed)) => Ok(claimed),
            Err(refusal) => Err(refusal),
        };
        let place = if with.places && said.is_ok() {
            self.site.read(self, row)
        } else {
            Ok(None)
        };
        let (said, place) = match (said, place) {
            (said, Ok(place)) => (said, place),
            // What lives says so wherever it is; a static row is nothing without its place.
            (said, Err(_)) if self.is_live() => {
                odd.no_place = true;
                (said, None)
            }
            (_, Err(why)) => (Err(malformed(why)), None),
        };
        let (said, flow) = match said {
            Ok(claimed) => (Ok(claimed.said), claimed.flow),
            Err(refusal) => (Err(refusal), None),
        };
        Some(FeedRow {
            said,
            flow,
            payload: "".into(),
            place,
            odd,
        })
    }

    fn claimed(
        &self,
        row: &impl RowMembers,
        times: &mut Times,
        with: &With,
        odd: &mut Odd,
    ) -> Result<Option<Claimed>, RowRefusal> {
        if let Some(bay) = self.bay.as_ref().and_then(|member| member.id(row)) {
            let said = self.bay_said(bay, row, times, odd)?;
            return Ok(Some(Claimed { said, flow: None }));
        }
        if with.one_of_several && !with.is_static && self.counts() && self.numbers.are_absent(row) {
            return Ok(None);
        }
        let zone = self.zone.as_ref().and_then(|member| member.id(row));
        let Some(zone) = zone else {
            let whose = if self.zone.is_none() { "bay" } else { "zone" };
            return Err(malformed(format!("{whose}: not told")));
        };
        let kind = self.kind_of(row)?;
        if with.is_static || !self.is_live() {
            return Ok(Some(Claimed {
                said: Said::Present(None),
                flow: None,
            }));
        }
        let at = times.of(self.at.as_ref(), "at", row, odd)?;
        times.fresh("at", at)?;
        let flow = self.flow(&zone, kind, at, row)?;
        let moves_only = flow.is_some() && self.counts() && self.numbers.are_absent(row);
        if moves_only || !self.counts() && self.state.is_none() {
            return Ok(Some(Claimed {
                said: Said::Present(at),
                flow,
            }));
        }
        let state = self.count_state(row, odd);
        let (word, clamped) = self.numbers.word(row, state, &self.not_told, odd)?;
        let mut subsets = [None; BaySubset::COUNT];
        for ((numbers, slot), name) in self.subsets.iter().zip(&mut subsets).zip(BaySubset::NAMES) {
            let Some(numbers) = numbers else { continue };
            if numbers.are_absent(row) {
                continue;
            }
            let mut own = Odd::default();
            let read = numbers.word(row, state, &self.not_told, &mut own);
            *slot = Some(
                read.map_err(|(reason, why)| (reason, format!("{name}: {why}")))?
                    .0,
            );
        }
        let said = Said::Count(CountSaid {
            zone: Cow::Owned(zone),
            kind,
            word,
            subsets,
            is_clamped: clamped,
            at,
        });
        Ok(Some(Claimed { said, flow }))
    }

    fn bay_said(
        &self,
        bay: String,
        row: &impl RowMembers,
        times: &mut Times,
        odd: &mut Odd,
    ) -> Result<Said<'static>, RowRefusal> {
        let Some((member, words)) = &self.state else {
            return Ok(Said::Present(None));
        };
        let at = times.of(self.at.as_ref(), "at", row, odd)?;
        let seen = times.of(self.seen.as_ref(), "seen", row, odd)?;
        times.fresh(if seen.is_some() { "seen" } else { "at" }, seen.or(at))?;
        let field = member.field(row);
        let word = field.text().unwrap_or_default();
        let status = match words.meaning(&word) {
            Some(StateWord::Bay(status)) => status,
            Some(StateWord::Closed) => BayStatus::Closed,
            Some(StateWord::Unknown) => BayStatus::Unknown,
            _ if field.is_missing() => {
                odd.not_told = true;
                BayStatus::Unknown
            }
            _ => {
                let shown = field.shown();
                let list = words.list();
                return Err(malformed(format!("state: {shown} is none of {list}")));
            }
        };
        Ok(Said::Bay(BaySaid {
            bay: Cow::Owned(bay),
            status,
            confidence: None,
            at,
            seq: 0,
            // What changed before it was last seen is vouched for; a feed whose clocks differ by a
            // little is not refused for it.
            seen: seen.map(|seen| at.map_or(seen, |at| at.max(seen))),
            contributor: None,
        }))
    }

    pub(super) fn kind_of(&self, row: &impl RowMembers) -> Result<BayKind, RowRefusal> {
        let Some((member, words)) = &self.kind else {
            return Ok(self.usual_kind.0);
        };
        let field = member.field(row);
        let Some(word) = field.text() else {
            return Ok(self.usual_kind.0);
        };
        words.meaning(&word).ok_or_else(|| {
            malformed(format!(
                "kind: {} is none of {}",
                field.shown(),
                words.list()
            ))
        })
    }

    fn count_state(&self, row: &impl RowMembers, odd: &mut Odd) -> CountState {
        let Some((member, words)) = &self.state else {
            return CountState::Open;
        };
        let field = member.field(row);
        let word = field.text().unwrap_or_default();
        match words.meaning(&word) {
            Some(StateWord::Closed) => CountState::Closed,
            Some(StateWord::Unknown) => CountState::Unknown,
            None if self.names_open => {
                odd.not_told = true;
                CountState::Unknown
            }
            _ => CountState::Open,
        }
    }

    fn flow(
        &self,
        zone: &str,
        kind: BayKind,
        at: Option<Millis>,
        row: &impl RowMembers,
    ) -> Result<Option<Flow>, RowRefusal> {
        if !self.moves() {
            return Ok(None);
        }
        let total = |member: &Option<Member>, name: &str| {
            let Some(member) = member else {
                return Ok(None);
            };
            match member.bays(name, row, &self.not_told)? {
                BaysTold::Number(n) if n >= 0.0 => Ok(Some(n as u64)),
                BaysTold::Number(n) => Err(malformed(format!("{name}: {n} is below 0"))),
                BaysTold::Not => Ok(None),
            }
        };
        let entered = total(&self.entered, "in")?;
        let left = total(&self.left, "out")?;
        let mut delta = None;
        if let Some((member, words)) = &self.delta {
            let field = member.field(row);
            let word = field.text();
            delta = word.as_ref().and_then(|word| words.meaning(word));
            if delta.is_none() && word.is_some() {
                let number = field.bays("delta", &self.not_told).map_err(malformed)?;
                match number {
                    BaysTold::Number(n) if words.is_empty() && n.abs() <= 1000.0 => {
                        delta = Some(n as i64);
                    }
                    _ => return Err(malformed(format!("delta: {} is no change", field.shown()))),
                }
            }
        }
        Ok(Some(Flow {
            zone: zone.to_owned(),
            kind,
            at,
            entered,
            left,
            delta,
        }))
    }
}

/// What is asked of each row.
pub(super) struct With {
    /// What it says of the zone itself is wanted too.
    pub(super) places: bool,
    /// It is a row of a table of places, whatever the mapping could read of it.
    pub(super) is_static: bool,
    /// A row is read for several claims, of which it need not make all.
    pub(super) one_of_several: bool,
}

impl BayNumbers {
    fn are_absent(&self, row: &impl RowMembers) -> bool {
        let absent = |member: &Option<Member>| {
            member
                .as_ref()
                .is_none_or(|member| member.field(row).is_missing())
        };
        absent(&self.vacant) && absent(&self.occupied)
    }

    /// What they come to, and whether one of them was taken as what is nearest.
    fn word(
        &self,
        row: &impl RowMembers,
        state: CountState,
        not_told: &[Box<str>],
        odd: &mut Odd,
    ) -> Result<(CountWord, bool), RowRefusal> {
        let read = |member: &Option<Member>, name: &str| match member {
            Some(member) => member.bays(name, row, not_told),
            None => Ok(BaysTold::Not),
        };
        let vacant = read(&self.vacant, "vacant")?;
        let occupied = read(&self.occupied, "occupied")?;
        let capacity = read(&self.capacity, "capacity")?;
        Ok(count_word(state, [vacant, occupied, capacity], odd))
    }
}

#[cfg(test)]
#[path = "meaning_tests.rs"]
mod tests;
