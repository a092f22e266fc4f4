//! Counts of whole zones, settled: what a plain recomputation of the same set says, second by second,
//! whatever the order, batches, workers and restarts.

mod plain;

use self::plain::plain;
use super::disk::Disk;
use super::rig::{STALENESS, SettlementRig, Taken, settled_by};
use super::{SPAN, T0, city, config, told_before};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{
    Basis, BayKind, BaySubset, CountObservation, CountOf, CountState, CountWord, Millis,
    RecentTurnover, SourceIx, SourceKind, Sums,
};
use crate::long::cases;
use crate::registry::Registry;
use crate::stream::checkpoint::Saved;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A count, and when it came in.
type Came = (CountObservation, u64);

/// Who, where, of what kind, when, what, how late.
type Draft = (usize, usize, bool, u64, u64, u64);

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let one = (
        0..6usize,
        0..3usize,
        any::<bool>(),
        0..SPAN / 1000,
        0..1_000_000u64,
        0..1_000_000u64,
    );
    prop::collection::vec(one, 1..120)
}

fn draft(registry: &Registry, (who, zone, cars, at, what, late): Draft) -> Came {
    let kinds = [
        SourceKind::Gate,
        SourceKind::Gate,
        SourceKind::Sensor,
        SourceKind::Sensor,
        SourceKind::App,
        SourceKind::App,
    ];
    let state = match what % 11 {
        0 => CountState::Closed,
        1 => CountState::Unknown,
        _ => CountState::Open,
    };
    let word = CountWord {
        state,
        of: if what % 2 == 0 {
            CountOf::Vacant
        } else {
            CountOf::Occupied
        },
        number: (what % 7) as u32,
        // Of cars the registry knows how many bays there are.
        capacity: (!cars || what % 3 > 0).then_some(5 + (what % 2) as u32),
    };
    let at = T0 + at * 1000;
    let lag = match late % 16 {
        0 => 120_001 + late * 7919 % (2 * HOUR_MS),
        1 => 120_001 + late * 7919 % (10 * 60_000),
        2 if late % 64 == 2 => 2 * HOUR_MS + 1 + late * 31 % HOUR_MS,
        _ => late * 7919 % 120_001,
    };
    let count = CountObservation {
        subset: (what % 13 == 0).then_some(BaySubset::Accessible),
        at: Millis(at),
        zone: registry.zone(["Z0", "Z1", "Z10"][zone]).unwrap(),
        source: SourceIx(who as u32),
        source_kind: kinds[who],
        kind: if cars {
            BayKind::Car
        } else {
            BayKind::Motorcycle
        },
        word,
        trusted: who < 5,
    };
    (count, at + lag)
}

fn feed(
    registry: &Arc<Registry>,
    said: &[Came],
    workers: &[u32],
    restarts: &[(usize, usize)],
    work: usize,
) -> (Arc<Taken>, SettlementRig, u64) {
    let taken = Arc::new(Taken::default());
    let disk = Disk::default();
    let mut all = said.to_vec();
    all.sort_by_key(|(_, ingest)| *ingest);
    let mut batches: Vec<(u64, Vec<CountObservation>)> = vec![(T0 - 10 * 60_000, vec![])];
    for (count, ingest) in all {
        match batches.last_mut() {
            Some((at, batch)) if *at == ingest => batch.push(count),
            _ => batches.push((ingest, vec![count])),
        }
    }
    let mut numbers = workers.iter().cycle();
    let mut fresh = |saved: &Saved| {
        let n = *numbers.next().unwrap();
        SettlementRig::new(registry, &config(), n, &taken, &disk, saved)
    };
    let mut rig = fresh(&Saved::default());
    let mut restarts = restarts.iter();
    let mut next = restarts.next();
    for i in 0..batches.len() {
        rig.counts(batches[i].0, &batches[i].1, work);
        if let Some((at, more)) = next
            && i >= at % batches.len()
        {
            let saved = rig.saved();
            for (ingest, batch) in batches[i + 1..].iter().take(*more) {
                rig.counts(*ingest, batch, work);
            }
            disk.rewind(saved.kept());
            rig = fresh(&saved);
            next = restarts.next();
        }
    }
    let end = T0 + SPAN + 4 * HOUR_MS;
    rig.until(end);
    let to = settled_by(end, config().limits(&STALENESS, 0).lateness);
    (taken, rig, to)
}

fn distinct(mut drafts: Vec<Draft>) -> Vec<Draft> {
    drafts.sort_by_key(|d| (d.0, d.1, d.2, d.3));
    drafts.dedup_by_key(|d| (d.0, d.1, d.2, d.3));
    drafts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(12)))]

    #[test]
    fn what_was_counted_is_settled_as_a_plain_recomputation_says(
        drafts in drafts(),
        workers in prop::collection::vec(1..4u32, 1..4),
        restarts in prop::collection::vec((0..150usize, 0..20usize), 0..3),
        work in prop_oneof![Just(1usize), Just(usize::MAX)],
    ) {
        let registry = city();
        let drafts = distinct(drafts).into_iter();
        let said: Vec<Came> = drafts.map(|d| draft(&registry, d)).collect();
        let (taken, rig, to) = feed(&registry, &said, &workers, &restarts, work);
        let want = plain(&registry, &said, to);
        let told: BTreeMap<_, _> = want.iter().filter(|(at, _)| at.1 < told_before(to)).collect();
        let (windows, visits) = taken.sum();
        for (at, w) in &told {
            prop_assert_eq!(windows.get(at), Some(*w), "zone {} at {}", at.0, Millis(at.1));
        }
        prop_assert_eq!((windows.len(), visits.len()), (told.len(), 0));
        // What is held in memory says the same, hour by hour.
        let recent = &rig.shared.recent;
        for zone in ["Z0", "Z1", "Z10"] {
            let zone = registry.zone(zone).unwrap();
            let number = registry.city().zone(zone).number;
            let mut hours = BTreeMap::new();
            recent.hours(zone, recent.hours_from(), Millis::MAX, &mut |at, s| {
                hours.insert(at.0, s.clone());
            });
            hours.retain(|_, s| !s.is_zero());
            let mut sums: BTreeMap<u64, Sums> = BTreeMap::new();
            let from = (number, recent.hours_from().0);
            for ((_, at), w) in want.range(from..(number, told_before(to))) {
                sums.entry(at / HOUR_MS * HOUR_MS).or_default().add(&Sums::from(w));
            }
            prop_assert_eq!(hours, sums);
        }
    }

    #[test]
    fn any_order_of_counts_within_the_lateness_and_any_duplicate_tell_the_very_same(
        drafts in drafts(),
        other in prop::collection::vec(0..120_001u64, 120),
        twice in prop::collection::vec((any::<prop::sample::Index>(), 0..9_000_000u64), 0..30),
        workers in prop::collection::vec(1..4u32, 1..4),
    ) {
        let registry = city();
        let drafts = distinct(drafts).into_iter();
        let mut said: Vec<Came> = drafts.map(|d| draft(&registry, d)).collect();
        let (plain, ..) = feed(&registry, &said, &[1], &[], usize::MAX);
        for ((c, ingest), lag) in said.iter_mut().zip(other) {
            if *ingest - c.at.0 <= 120_000 {
                *ingest = c.at.0 + lag;
            }
        }
        let again = twice.iter().map(|(i, later)| {
            let (c, ingest) = i.get(&said);
            (*c, ingest + later)
        });
        let again: Vec<Came> = again.collect();
        said.extend(again);
        said.reverse();
        let (other, ..) = feed(&registry, &said, &workers, &[(40, 5)], 1);
        prop_assert_eq!(plain.sum(), other.sum());
        prop_assert_eq!(plain.told().0, other.told().0);
    }
}

fn one(registry: &Registry, zone: &str, at: u64, source: u32, word: CountWord) -> CountObservation {
    CountObservation {
        subset: None,
        at: Millis(at),
        zone: registry.zone(zone).unwrap(),
        source: SourceIx(source),
        source_kind: SourceKind::Gate,
        kind: BayKind::Motorcycle,
        word,
        trusted: true,
    }
}

#[test]
fn a_count_of_nobody_knows_how_many_settles_nothing_until_its_source_has_said() {
    let registry = city();
    let unsaid = CountWord {
        capacity: None,
        ..CountWord::vacant(3, 0)
    };
    let said = [
        (one(&registry, "Z0", T0, 1, unsaid), T0),
        (
            one(&registry, "Z0", T0 + 600_000, 1, CountWord::vacant(3, 10)),
            T0 + 600_000,
        ),
        (one(&registry, "Z0", T0 + 900_000, 1, unsaid), T0 + 900_000),
        (
            one(&registry, "Z0", T0 + 1_200_000, 1, CountWord::vacant(0, 0)),
            T0 + 1_200_000,
        ),
    ];
    let (taken, ..) = feed(&registry, &said, &[1], &[], usize::MAX);
    let (windows, _) = taken.sum();
    let number = registry.city().zone(registry.zone("Z0").unwrap()).number;
    let at = |ms: u64| windows.get(&(number, T0 + ms)).cloned().unwrap_or_default();
    let unknown = at(0).counted.unwrap();
    assert_eq!(
        unknown.unknown_at, 10,
        "of the hour of the first that is told"
    );
    for ms in [600_000, 900_000] {
        let counted = at(ms).counted.unwrap();
        assert_eq!((counted.vacant_at, counted.occupied_at), (3, 7), "{ms}");
    }
    assert!(at(1_200_000).is_zero(), "no bays: nothing is in service");
}

#[test]
fn counts_that_are_too_late_or_find_no_room_are_counted_and_their_hours_not_complete() {
    let registry = city();
    let word = CountWord::vacant(3, 10);
    let late = one(&registry, "Z0", T0, 1, word);
    let said = [
        (
            one(&registry, "Z10", T0 + 3 * HOUR_MS, 1, word),
            T0 + 3 * HOUR_MS,
        ),
        (late, T0 + 3 * HOUR_MS),
    ];
    let (taken, mut rig, _) = feed(&registry, &said, &[1], &[], usize::MAX);
    let counts = rig.workers[0].settled();
    assert_eq!((counts.settled, counts.late, counts.too_late), (1, 1, 1));
    let city = registry.city();
    let number = |id| city.zone(registry.zone(id).unwrap()).number;
    let recent = &rig.shared.recent;
    assert!(recent.is_lost(number("Z0"), Millis(T0), Millis(T0 + 1)));
    assert!(!recent.is_lost(number("Z10"), Millis(T0), Millis(T0 + 1)));
    assert!(taken.sum().0.keys().all(|(zone, _)| *zone == number("Z10")));

    // As many as may wait, from one source: it is shed, and another is not.
    let config = crate::settlement::Config {
        max_waiting: Some(1024),
        ..config()
    };
    let saved = Saved::default();
    let disk = Disk::default();
    let mut rig = SettlementRig::new(&registry, &config, 1, &taken, &disk, &saved);
    for ms in 0..2000 {
        rig.counts(T0, &[one(&registry, "Z0", T0 - ms, 1, word)], usize::MAX);
    }
    rig.counts(T0, &[one(&registry, "Z10", T0, 2, word)], usize::MAX);
    rig.until(T0 + HOUR_MS);
    let counts = rig.workers[0].settled();
    assert_eq!(counts.settled + counts.amended + counts.too_late, 2001);
    assert!(counts.too_late > 900, "{counts:?}");
    assert!(
        !rig.shared
            .recent
            .is_lost(number("Z10"), Millis(T0), Millis(T0 + 1))
    );
}

#[test]
fn bays_that_speak_for_themselves_and_a_count_of_the_same_are_not_added_up() {
    let registry = city();
    let taken = Arc::new(Taken::default());
    let disk = Disk::default();
    let saved = Saved::default();
    let mut rig = SettlementRig::new(&registry, &config(), 2, &taken, &disk, &saved);
    let mut at = T0;
    while at < T0 + 2 * HOUR_MS {
        let count = CountObservation {
            kind: BayKind::Car,
            ..one(&registry, "Z0", at, 1, CountWord::vacant(1, 2))
        };
        rig.counts(at, &[count], usize::MAX);
        let report = |bay: &str, status| super::plain::PlainReport {
            bay: Some(registry.bay(bay).unwrap().0),
            at,
            seq: 1,
            source: 2,
            kind: SourceKind::Sensor,
            status,
            confidence: 255,
            trusted: true,
            ingest: at,
        };
        let said = [
            report("Z0-0", crate::domain::BayStatus::Occupied),
            report("Z0-1", crate::domain::BayStatus::Occupied),
        ];
        rig.batch(at, &said, usize::MAX);
        at += 60_000;
    }
    rig.until(T0 + 3 * HOUR_MS);
    let zone = registry.zone("Z0").unwrap();
    let mut hours = Vec::new();
    let recent = &rig.shared.recent;
    recent.hours(zone, Millis(T0), Millis(T0 + 2 * HOUR_MS), &mut |_, s| {
        hours.push(s.clone());
    });
    let whole = hours.first().unwrap();
    assert_eq!(whole.basis(), Basis::Bays);
    assert_eq!(
        (whole.occupied_ms, whole.vacant_ms),
        (2 * HOUR_MS as i64, 0)
    );
}
