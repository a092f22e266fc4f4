//! Bays that are watched to learn what told odds are worth: some that are vacant now, drawn each
//! minute, and looked at again when the time that was told of has come.
//!
//! Only where somebody watches the bay both times; of private bays none. Bounded: some sixty drawn a
//! minute, none kept longer than the furthest time ahead.

use crate::app::Shared;
use crate::domain::{BayIx, BayStatus, Millis, SourceKind};
use crate::forecast::{Calibration, ForecastTable, WATCHED_MS};
use rand::{Rng, RngExt as _};
use std::collections::VecDeque;

/// Bays that are drawn a minute, and tries to find them vacant.
const DRAWN: usize = 64;
const TRIES: usize = 1024;

/// How late a look may be and still count, ms.
const LATE_MS: u64 = 90_000;

struct ToldOdds {
    bay: BayIx,
    /// Lasting number, which another bay at the same index would not have.
    number: u32,
    due: Millis,
    p: f64,
}

/// See the module.
#[derive(Default)]
pub(super) struct OddsWatcher([VecDeque<ToldOdds>; WATCHED_MS.len()]);

impl OddsWatcher {
    /// Draws bays, and remembers what is told of them.
    pub(super) fn take(
        &mut self,
        shared: &Shared,
        table: &ForecastTable,
        now: Millis,
        rng: &mut impl Rng,
    ) {
        let city = shared.registry.city();
        let slots = city.bay_slots();
        if slots == 0 {
            return;
        }
        let mut drawn = 0;
        for _ in 0..TRIES {
            let bay = BayIx(rng.random_range(0..slots));
            if !city.is_live(bay) || city.is_private(bay) {
                continue;
            }
            let view = shared.live.bay(&city, bay);
            if view.status != BayStatus::Vacant || !is_watched(view.source_kind) {
                continue;
            }
            let p_now = f64::from(view.confidence) / 255.0;
            let number = city.bay_number(bay);
            for (queue, ahead) in self.0.iter_mut().zip(WATCHED_MS) {
                if let Some(p) = table.p_vacant_raw(view.zone, now, ahead, p_now) {
                    let due = now.plus(ahead);
                    queue.push_back(ToldOdds {
                        bay,
                        number,
                        due,
                        p,
                    });
                }
            }
            drawn += 1;
            if drawn == DRAWN {
                return;
            }
        }
    }

    /// Looks at those whose time has come.
    pub(super) fn judge(&mut self, shared: &Shared, now: Millis, into: &mut Calibration) {
        let city = shared.registry.city();
        for (watched, queue) in self.0.iter_mut().enumerate() {
            while let Some(told) = queue.pop_front_if(|told| told.due <= now) {
                let is_it = told.bay.0 < city.bay_slots()
                    && city.is_live(told.bay)
                    && city.bay_number(told.bay) == told.number;
                if !is_it || now.since(told.due) > LATE_MS {
                    continue;
                }
                let view = shared.live.bay(&city, told.bay);
                if !is_watched(view.source_kind) {
                    continue;
                }
                match view.status {
                    BayStatus::Vacant => into.learn(watched, told.p, true),
                    BayStatus::Occupied => into.learn(watched, told.p, false),
                    BayStatus::Unknown | BayStatus::Closed => {}
                }
            }
        }
    }
}

const fn is_watched(kind: SourceKind) -> bool {
    matches!(kind, SourceKind::Sensor | SourceKind::Gate)
}
