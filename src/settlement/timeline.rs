//! What the reports of one bay come to: its states over time, and its visits. Pure.
//!
//! The meaning of the settled record. Reports of a bay stand in order of their time, at most one at
//! each of each precedence; each stands from its time until the next, or until it lapses:
//!
//! * an app's word at its time plus the zone's limit;
//! * a sensor's or gate's at the end of the last heard minute plus the limit: from the minute of
//!   the report on, as long as the source was heard again before that instant (see
//!   [`super::heard`]);
//! * any word at its time plus the greatest age.
//!
//! Who watches (a sensor, a gate) goes before who has booked, and that one before who passes by (an
//! app). Each of the three has a newest word; told is the first that stands and is not *unknown*,
//! and the others lie [`beneath`](super::beneath) until it ends. So what watchers have said is told
//! the same, whatever others say; and a bay is unknown only where nobody's word stands. A visit is a
//! longest stretch of *occupied*; it was seen to start if the bay was vacant just before, and seen to
//! end if it is vacant right after. While an order closes the bay, time counts as closed, and no visit is
//! seen to start or to end.
//!
//! A [`BayTimeline`] is where a bay's walk through its reports has come to; walking on from a copy
//! of it, and of what lies beneath, gives the same as walking from the beginning. That is what makes
//! checkpoints, amendments and windows one and the same thing.

use super::beneath::AllBeneath;
use super::deltas::WindowDeltas;
use super::heard::MINUTE_MS;
use super::late_minutes::Hearing;
use super::report::{Precedence, Report};
use crate::domain::closure::ZoneClosings;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{
    BayIx, BayStatus, Closing, Millis, SourceIx, SourceKind, SourceKinds, Visit, closed_at,
};
use bytemuck::{Pod, Zeroable};

/// What the walk depends on besides the reports. Times in ms.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub heard: Hearing<'a>,
    /// Silence after which a word lapses: the zone's.
    pub limit: u64,
    /// Age at which any word lapses.
    pub max_age: u64,
    /// A whole visit that is shorter is a short stay.
    pub min_visit: u64,
    /// Everything before it is among the deltas already.
    pub swept: u64,
    /// Stable numbers of bay and zone, for visits. The bay may go by another name on the way: by
    /// the same its words lie beneath.
    pub bay: u32,
    pub zone: u32,
    /// What is closed of the zone by order, and when the bay is.
    pub closings: Option<&'a ZoneClosings>,
    pub shut: &'a [Closing],
}

impl Rules<'_> {
    /// Goes by what is closed of that bay from here on.
    #[inline]
    pub fn shut_as(&mut self, bay: BayIx) {
        self.shut = self.closings.map_or(&[], |zone| zone.of(bay));
    }

    fn is_shut(&self, at: u64) -> bool {
        closed_at(self.shut, Millis(at)).is_some()
    }
}

/// One bay's walk. All zeroes: in service from the beginning, never reported.
///
/// `word`, from the low bits: state 2 | source kind 2 | start seen 1 | start counted 1 | kinds of
/// the visit 3 | hour of the newest report that was passed over, if that is newer than the told one's
/// 10 | (1 spare) | time of the told report 44.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct BayTimeline {
    word: u64,
    /// Since when it has been in its state, ms; of a bay never reported, since when it has been in
    /// service.
    since: u64,
    /// Of the newest watcher's word that was told: its source in the low half; in the high one the
    /// last minute up to which it is known to have been heard without a gap.
    heard: u64,
}

const KIND: u32 = 2;
const START_SEEN: u64 = 1 << 4;
const COUNTED: u64 = 1 << 5;
const KINDS: u32 = 6;
const PASSED_OVER: u32 = 9;
const AT: u32 = 20;
const HOUR_MASK: u64 = (1 << 10) - 1;

/// Hours that [`PASSED_OVER`] tells apart; its 0 says that nothing was passed over.
const HOURS: u64 = HOUR_MASK;

const fn hour_mark(at: u64) -> u64 {
    at / HOUR_MS % HOURS + 1
}

/// All that belongs to the stretch in one state.
const STRETCH: u64 = 3 | START_SEEN | COUNTED | 7 << KINDS;

/// What a told report adds to the stretch it is part of.
const fn told(status: BayStatus, kind: SourceKind, at: u64) -> u64 {
    let vouched = match status {
        BayStatus::Occupied => 1 << (KINDS + kind.vouches_as()),
        _ => 0,
    };
    vouched | (kind as u64) << KIND | at << AT
}

impl BayTimeline {
    /// A bay that came into service then.
    #[must_use]
    pub const fn serving_since(since: u64) -> Self {
        Self {
            word: 0,
            since,
            heard: 0,
        }
    }

    #[inline]
    #[must_use]
    pub const fn state(&self) -> BayStatus {
        BayStatus::from_bits(self.word)
    }

    /// Its state, if who watches or who has booked says so; *unknown* where only who passes by does.
    #[must_use]
    pub fn vouched(&self) -> BayStatus {
        match self.precedence() {
            Precedence::PassingBy => BayStatus::Unknown,
            Precedence::Watching | Precedence::Booked => self.state(),
        }
    }

    /// Time of the report that is told, or was last, ms; 0 if there was none.
    #[inline]
    #[must_use]
    pub const fn at(&self) -> u64 {
        self.word >> AT
    }

    const fn kind(&self) -> SourceKind {
        SourceKind::from_bits(self.word >> KIND)
    }

    const fn precedence(&self) -> Precedence {
        Precedence::of(self.kind())
    }

    const fn source(&self) -> SourceIx {
        SourceIx(self.heard as u32)
    }

    /// Whose word was the newest of those who watch.
    #[inline]
    #[must_use]
    pub const fn watcher(&self) -> Option<SourceIx> {
        if self.heard == 0 {
            None
        } else {
            Some(self.source())
        }
    }

    const fn heard_in(&self) -> u64 {
        self.heard >> 32
    }

    const fn set_heard_in(&mut self, minute: u32) {
        self.heard = self.heard & 0xffff_ffff | (minute as u64) << 32;
    }

    /// Walks to the next report. What is before the bay's service is passed over.
    #[inline]
    pub fn report(
        &mut self,
        r: &Report,
        rules: &Rules<'_>,
        beneath: &mut AllBeneath,
        deltas: &mut WindowDeltas,
    ) {
        let at = r.at();
        let old = self.at();
        if old == 0 && at < self.since {
            return;
        }
        // Within the limit no word can have lapsed.
        if at - old > rules.limit.min(rules.max_age) {
            self.lapse(at, rules, beneath, deltas);
        }
        if self.state() != BayStatus::Unknown
            && r.precedence() != self.precedence()
            && !self.gives_way(r, rules, beneath)
        {
            self.pass_over(at);
            return;
        }
        let status = r.status();
        if status != self.state() {
            if status == BayStatus::Unknown && self.fall_back(at, rules, beneath, deltas) {
                self.pass_over(at);
                return;
            }
            self.turn(status, at, rules, deltas);
        }
        self.word = self.word & STRETCH | told(status, r.kind(), at);
        if r.precedence() == Precedence::Watching {
            if self.heard != 0 && self.source() != r.source() {
                self.overtaken(at, rules, beneath);
            }
            self.heard = u64::from(r.source().0) | (at / MINUTE_MS) << 32;
        }
    }

    /// Whether the walk has met a report in the hour from `hour` on, counted or passed over.
    ///
    /// What is passed over stands within the greatest age of a report that counted; so the hours
    /// that the mark cannot tell apart, six weeks from each other, are not confused.
    #[inline]
    #[must_use]
    pub const fn has_met_any_since(&self, hour: u64) -> bool {
        let passed_over = self.word >> PASSED_OVER & HOUR_MASK;
        self.at() >= hour
            || passed_over == hour_mark(hour)
                && self.at() > 0
                && hour - self.at() < (HOURS - 24) * HOUR_MS
    }

    /// The bay was in its state all the time since everything was among the deltas.
    #[inline]
    #[must_use]
    pub const fn is_since(&self, swept: u64) -> bool {
        self.since <= swept
    }

    /// Whether it has a visit that may still prove to be a short stay.
    #[inline]
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.word & (START_SEEN | COUNTED) == START_SEEN
    }

    /// Up to there its word certainly stands, whatever else is heard.
    #[inline]
    #[must_use]
    pub fn stands_until(&self, rules: &Rules<'_>) -> u64 {
        if self.state() == BayStatus::Unknown {
            return u64::MAX;
        }
        let heard = if self.kind().passes_by() {
            self.at()
        } else {
            (self.heard_in() + 1) * MINUTE_MS
        };
        (heard + rules.limit).min(self.at() + rules.max_age)
    }

    /// The same, after looking up once when its source was heard last, if it is not sure to stand
    /// up to `until`.
    pub fn look_ahead(&mut self, until: u64, rules: &Rules<'_>) -> u64 {
        if self.stands_until(rules) < until {
            self.hear_on(rules);
        }
        self.stands_until(rules)
    }

    /// Looks up the last minute in which its source was heard while its word stood; false if there
    /// is none that is not known yet. What is heard stays heard: to ask early finds now what would
    /// be found later, and whichever minute is reached from one in between is reached from the last
    /// as well.
    fn hear_on(&mut self, rules: &Rules<'_>) -> bool {
        if self.kind().passes_by() {
            return false;
        }
        let range =
            self.heard_in() as u32 + 1..=((self.stands_until(rules) - 1) / MINUTE_MS) as u32;
        let minute = rules.heard.last_in(self.source(), range);
        if let Some(minute) = minute {
            self.set_heard_in(minute);
        }
        minute.is_some()
    }

    /// Walks on to `to`, before which there is no other report, and adds everything up to there
    /// to the deltas.
    #[inline]
    pub fn advance(
        &mut self,
        to: u64,
        rules: &Rules<'_>,
        beneath: &mut AllBeneath,
        deltas: &mut WindowDeltas,
    ) {
        if self.state() != BayStatus::Unknown && to - self.at() > rules.limit.min(rules.max_age) {
            self.lapse(to, rules, beneath, deltas);
        }
        // By now it is known to be no short stay.
        if self.is_open() && to - self.since >= rules.min_visit {
            self.word |= COUNTED;
            deltas.started(self.since);
        }
        deltas.spend_unless(rules.shut, self.state(), self.since.max(rules.swept), to);
    }

    /// Ends the service at `to`: an open visit ends unseen.
    pub fn retire(
        &mut self,
        to: u64,
        rules: &Rules<'_>,
        beneath: &mut AllBeneath,
        deltas: &mut WindowDeltas,
    ) {
        if self.since < to {
            self.advance(to, rules, beneath, deltas);
            let done = Rules {
                swept: to,
                ..*rules
            };
            self.turn(BayStatus::Unknown, to, &done, deltas);
        }
    }

    fn lapse(
        &mut self,
        before: u64,
        rules: &Rules<'_>,
        beneath: &mut AllBeneath,
        deltas: &mut WindowDeltas,
    ) {
        while let Some(at) = self.lapses_before(before, rules) {
            if !self.fall_back(at, rules, beneath, deltas) {
                self.turn(BayStatus::Unknown, at, rules, deltas);
            }
        }
    }

    /// When the standing word lapses, if that is before `to`.
    fn lapses_before(&mut self, to: u64, rules: &Rules<'_>) -> Option<u64> {
        loop {
            let until = self.stands_until(rules);
            if until >= to {
                return None;
            }
            if !self.hear_on(rules) {
                return Some(until);
            }
        }
    }

    #[cold]
    fn turn(&mut self, to: BayStatus, at: u64, rules: &Rules<'_>, deltas: &mut WindowDeltas) {
        let was = self.state();
        deltas.spend_unless(rules.shut, was, self.since.max(rules.swept), at);
        if was == BayStatus::Occupied {
            let visit = Visit {
                bay: rules.bay,
                zone: rules.zone,
                start: Millis(self.since),
                end: Millis(at),
                start_seen: self.word & START_SEEN != 0,
                end_seen: to == BayStatus::Vacant && !rules.is_shut(at),
                kinds: SourceKinds((self.word >> KINDS & 7) as u8),
            };
            let short = visit.is_whole() && visit.stay_ms() < rules.min_visit;
            if visit.start_seen && self.word & COUNTED == 0 && !short {
                deltas.started(self.since);
            }
            deltas.ended(&visit, short);
        }
        let begins = to == BayStatus::Occupied && was == BayStatus::Vacant;
        let seen = if begins && !rules.is_shut(at) {
            START_SEEN
        } else {
            0
        };
        self.word = self.word & !STRETCH | to as u64 | seen;
        self.since = at;
    }
}

mod ranks;
#[cfg(test)]
mod tests;
