//! A look at all zones: what is seen of each now, and what is to be expected from there.
//!
//! Promise: of private zones nothing is worked out, so nothing can be told.

use super::is_known;
use crate::app::Shared;
use crate::belief::Timetable;
use crate::domain::{Millis, ZoneKind, ZoneTally};
use crate::forecast::{Calibration, City, ForecastTable, Live, USUAL_PACE, Wall, ZoneEntry};

/// Ahead of what gauges tell, ms.
const GAUGED_MS: u64 = 3_600_000;

pub(super) fn look(
    shared: &Shared,
    learnt: &City,
    wall: &Wall,
    rates: Option<&Timetable>,
    now: Millis,
) -> ForecastTable {
    let city = shared.registry.city();
    let mut zones = vec![ZoneEntry::default(); city.zone_count() as usize];
    let mut at = Vec::new();
    let mut live = Vec::new();
    for (ix, zone) in city.zones() {
        if zone.removed || zone.spec.kind == ZoneKind::Private {
            continue;
        }
        let tally = shared.live.with_parts(&city, ix);
        let number = zone.number;
        let kind = zone.spec.kind;
        at.push((ix.at(), number, kind));
        live.push(Live {
            number,
            kind,
            occupied: occupied(&tally),
        });
    }
    let outlooks = learnt.look(wall, now, &live);
    let second = (now.0 / 1000) as u32;
    for ((at, number, kind), outlook) in at.into_iter().zip(outlooks) {
        let pace = rates.map_or(USUAL_PACE, |table| {
            table.rates(table.row(number, kind), second).pace()
        });
        zones[at] = ZoneEntry { outlook, pace };
    }
    ForecastTable {
        at: now,
        zones: zones.into(),
        calibration: Calibration::default(),
    }
}

/// The share of known bays that are taken; `None` where too few are known.
fn occupied(tally: &ZoneTally) -> Option<f64> {
    let vacant: u32 = tally.vacant.iter().sum();
    let known = tally.occupied + tally.reserved + vacant;
    let enough = !tally.stale && is_known(known.into(), tally.unknown.into());
    enough.then(|| f64::from(tally.occupied + tally.reserved) / f64::from(known))
}

/// Says how full zones of each kind will be in an hour: the mean of all, and of what lies around each.
pub(super) fn gauge(shared: &Shared, table: &ForecastTable) {
    let city = shared.registry.city();
    for kind in ZoneKind::ALL {
        let of_kind = city
            .zones()
            .filter(|(_, zone)| zone.spec.kind == kind && zone.part_of.is_none() && !zone.removed);
        let mut sums = [0.0_f64; 3];
        let mut zones = 0.0;
        for (ix, _) in of_kind {
            let of_zone = table.zone(ix, table.at, GAUGED_MS);
            let Some(then) = of_zone.and_then(|(outlook, ahead)| outlook.after(ahead)) else {
                continue;
            };
            zones += 1.0;
            for (sum, x) in sums.iter_mut().zip([then.occupied, then.p10(), then.p90()]) {
                *sum += f64::from(x);
            }
        }
        if zones > 0.0 {
            shared
                .metrics
                .forecast
                .band(kind.name(), sums.map(|sum| sum / zones));
        }
    }
}
