//! The same figures, made the plain way: second by second. Shares no code with the real one but the
//! domain's types.

use super::super::config;
use super::super::rig::STALENESS;
use super::Came;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{
    CountObservation, CountOf, CountState, CountedWindow, SourceKind, Window, ZoneIx,
};
use crate::registry::Registry;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What stands of one zone and kind in one second: vacant, occupied, unknown, closed.
type Shares = [i64; 4];

fn shares(c: &CountObservation, registered: u32) -> Shares {
    let all = i64::from(c.word.capacity.unwrap_or(registered));
    let n = i64::from(c.word.number).min(all);
    match (c.word.state, c.word.of) {
        (CountState::Closed, _) => [0, 0, 0, all],
        (CountState::Unknown, _) => [0, 0, all, 0],
        (CountState::Open, CountOf::Vacant) => [n, all - n, 0, 0],
        (CountState::Open, CountOf::Occupied) => [all - n, n, 0, 0],
    }
}

/// The same figures, second by second, of all that came before it was too late.
pub(super) fn plain(registry: &Registry, said: &[Came], to: u64) -> BTreeMap<(u32, u64), Window> {
    let limits = config().limits(&STALENESS, 0);
    let mut all: Vec<Came> = said.to_vec();
    all.sort_by_key(|(_, ingest)| *ingest);
    all.retain(|(c, ingest)| {
        c.trusted && c.subset.is_none() && c.at.0 + limits.amend >= *ingest && c.at.0 < to
    });
    let mut pairs: BTreeMap<(u32, u8), Vec<CountObservation>> = BTreeMap::new();
    for (c, _) in all {
        pairs.entry((c.zone.0, c.kind as u8)).or_default().push(c);
    }
    let mut out: BTreeMap<(u32, u64), Window> = BTreeMap::new();
    for ((zone, _), counts) in pairs {
        let city = registry.city();
        let zone = city.zone(ZoneIx(zone));
        let limit = u64::from(zone.spec.stale_after_s.unwrap_or(900)) * 1000;
        let first = counts.iter().map(|c| c.at.0).min().unwrap();
        let mut s = first / HOUR_MS * HOUR_MS;
        while s < to {
            let newest = |kind: SourceKind| {
                let of = counts
                    .iter()
                    .filter(|c| c.source_kind == kind && c.at.0 <= s);
                of.max_by_key(|c| (c.at, c.source))
            };
            let kinds = [SourceKind::Gate, SourceKind::Sensor, SourceKind::App];
            let newest = kinds.map(newest);
            let rank = |c: &CountObservation| kinds.iter().position(|k| *k == c.source_kind);
            let knows = |c: &CountObservation| c.word.state != CountState::Unknown;
            let stands = |c: &&CountObservation| c.at.0 + limit > s && knows(c);
            let of = |c: &CountObservation| shares(c, zone.capacity_by_kind[c.kind as usize]);
            let now = if let Some(c) = newest.into_iter().flatten().find(stands) {
                of(c)
            } else {
                let last = newest.into_iter().flatten();
                let last = last.min_by_key(|c| (Reverse(c.at), rank(c)));
                let first = counts.iter().filter(|c| c.at.0 == first);
                let any = last.or(first.min_by_key(|c| (rank(c), c.source)));
                [0, 0, any.map_or(0, |c| of(c).iter().sum()), 0]
            };
            let at = i64::from(s.is_multiple_of(WINDOW_MS));
            let window = out
                .entry((zone.number, s / WINDOW_MS * WINDOW_MS))
                .or_default();
            window.add(&Window::from(CountedWindow {
                vacant_ms: now[0] * 1000,
                occupied_ms: now[1] * 1000,
                unknown_ms: now[2] * 1000,
                closed_ms: now[3] * 1000,
                vacant_at: now[0] * at,
                occupied_at: now[1] * at,
                unknown_at: now[2] * at,
            }));
            s += 1000;
        }
    }
    out.retain(|_, w| !w.is_zero());
    out
}
