//! Whose word is told, where several speak of a bay. Pure.
//!
//! Off the hot path: most bays hear of one source alone, and its words follow one another.

use super::{BayTimeline, HOUR_MASK, PASSED_OVER, Rules, STRETCH, hour_mark, told};
use crate::domain::BayStatus;
use crate::settlement::beneath::{AllBeneath, LowerWord, Overtaken};
use crate::settlement::deltas::WindowDeltas;
use crate::settlement::report::Report;

impl BayTimeline {
    /// Another watcher's word takes the place of the newest one at `at`.
    #[cold]
    pub(super) fn overtaken(&self, at: u64, rules: &Rules<'_>, beneath: &mut AllBeneath) {
        beneath.overtake(Overtaken {
            bay: rules.bay,
            source: self.source().0,
            at,
        });
    }

    /// Whether a word of another precedence is told from now on. Whichever is not lies beneath.
    #[cold]
    pub(super) fn gives_way(
        &self,
        r: &Report,
        rules: &Rules<'_>,
        beneath: &mut AllBeneath,
    ) -> bool {
        if r.precedence() > self.precedence() {
            let said = LowerWord {
                kind: r.kind(),
                status: r.status(),
                at: r.at(),
            };
            beneath.put(rules.bay, said);
            return false;
        }
        // Who says *unknown* leaves it to the others.
        if r.status() == BayStatus::Unknown {
            return false;
        }
        let told = LowerWord {
            kind: self.kind(),
            status: self.state(),
            at: self.at(),
        };
        beneath.put(rules.bay, told);
        true
    }

    pub(super) const fn pass_over(&mut self, at: u64) {
        self.word = self.word & !(HOUR_MASK << PASSED_OVER) | hour_mark(at) << PASSED_OVER;
    }

    /// Its word has ended: what lies beneath is told, if any of it stands at that time. Else
    /// nothing is done.
    #[cold]
    pub(super) fn fall_back(
        &mut self,
        at: u64,
        rules: &Rules<'_>,
        beneath: &mut AllBeneath,
        deltas: &mut WindowDeltas,
    ) -> bool {
        let stands = rules.limit.min(rules.max_age);
        let after = at.saturating_sub(stands);
        let Some(next) = beneath.take(rules.bay, self.precedence(), after) else {
            return false;
        };
        if self.word >> PASSED_OVER & HOUR_MASK == 0 {
            self.pass_over(self.at());
        }
        if next.status != self.state() {
            self.turn(next.status, at, rules, deltas);
        }
        self.word = self.word & (STRETCH | HOUR_MASK << PASSED_OVER)
            | told(next.status, next.kind, next.at);
        true
    }
}
