//! What is believed where several watch a bay, and how their words take turns in its cell; why is
//! said in [`super::twins`]. Each is doubted for itself, by the rates of the half-hours that pass.

use super::super::fuse::BayState;
use super::super::word::{Beside, Word};
use super::believe::{Beliefs, watched};
use super::twins::Twin;
use crate::belief::LogOdds;
use crate::domain::{BayIx, Millis, Observation, SourceIx};

impl Beliefs {
    /// What is believed from all who watch, the cell's word being the newest and saying `is`: the mean
    /// of what each comes to.
    pub(super) fn watchers(&self, bay: BayIx, cell: &BayState, is: bool, now: Millis) -> LogOdds {
        let newest = self.sensor(cell, is, now);
        if !cell.has_lower() {
            return newest;
        }
        let mut sum = i32::from(newest.0);
        let mut all = 1;
        for twin in self.twins.beside(bay, cell.word.source(), now) {
            if let Some(is) = watched(&twin.word) {
                sum += i32::from(self.sensor(&twin.in_place_of(cell), is, now).0);
                all += 1;
            }
        }
        LogOdds((sum / all) as i16)
    }

    /// Another watcher than the cell's speaks last: its own word and doubt take the cell's place.
    pub(super) fn change_watcher(&mut self, bay: BayIx, cell: &mut BayState, to: SourceIx) -> bool {
        let own = self.twins.get(bay, to);
        let mut kept = true;
        if cell.word.standing() {
            let before = self.twins.get(bay, cell.word.source());
            kept = self.twins.put(bay, Twin::of(cell).aside(before));
            cell.set_lower(true);
        }
        let new = own.unwrap_or(Twin {
            word: Word::none(cell.word.bay_kind()),
            doubt: 0,
        });
        *cell = new.in_place_of(cell);
        kept
    }

    /// An older word than the newest, of another watcher: true if it is that one's newest. `None`:
    /// there is no room for it.
    pub(super) fn hear_twin(
        &mut self,
        cell: &BayState,
        o: &Observation,
        at: Millis,
    ) -> Option<bool> {
        let known = self.twins.get(o.bay, o.source);
        let own = known.unwrap_or(Twin {
            word: Word::none(cell.word.bay_kind()),
            doubt: 0,
        });
        let beside = own.word.beside(o, at.0);
        if beside == Beside::Older {
            return Some(false);
        }
        let mut before = own.in_place_of(cell);
        before.doubt = self.after(&before, o, at);
        before.word.take(o, at.0, beside);
        let twin = Twin::of(&before).aside(known);
        self.twins.put(o.bay, twin).then_some(true)
    }
}
