//! What is settled is what a plain recomputation of the same set says, whatever the order, batches,
//! workers, restarts.

mod closed;
mod counted;
mod credit;
mod disk;
mod feeding;
mod lateness;
mod named;
mod plain;
mod ranks;
mod rig;
mod ties;

use self::feeding::{Feeding, SettledTotals};
use self::plain::{Figures, PlainBay, PlainReport, Terms, figures};
use self::rig::STALENESS;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{BayIx, BayStatus, Millis, RecentTurnover, SourceKind, Sums, Window, ZoneIx};
use crate::long::cases;
use crate::registry::Registry;
use crate::settlement::*;
use crate::testing;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// 20:40 UTC.
const T0: u64 = 1_795_380_000_000 + 40 * 60_000;
const SPAN: u64 = 5 * HOUR_MS;

fn city() -> Arc<Registry> {
    // Zones 0 and 1 are of one shard, 10 and 19 of others; one zone has a limit of its own.
    let alike = testing::town().zones(20, 2);
    alike.of("Z1").stale_after_s(200).registry()
}

fn config() -> Config {
    Config {
        amend_h: 2,
        app_lateness_s: 60,
        ..Config::default()
    }
}

fn places(registry: &Registry) -> Vec<PlainBay> {
    let city = registry.city();
    let place = |b| {
        let zone = city.zone(city.zone_of(BayIx(b)));
        let limit = u64::from(zone.spec.stale_after_s.unwrap_or(900)) * 1000;
        PlainBay {
            bay: city.bay_number(BayIx(b)),
            zone: zone.number,
            limit,
            since: 0,
            until: u64::MAX,
        }
    };
    (0..city.bay_slots()).map(place).collect()
}

/// By index what the reference has by number.
fn numbered(registry: &Registry, said: &[PlainReport]) -> Vec<PlainReport> {
    let number = |b| registry.city().bay_number(BayIx(b));
    said.iter()
        .map(|s| PlainReport {
            bay: s.bay.map(number),
            ..*s
        })
        .collect()
}

fn terms(to: u64) -> Terms {
    let l = config().limits(&STALENESS, 0);
    Terms {
        lateness: l.lateness,
        amend: l.amend,
        min_visit: l.min_visit,
        max_age: l.max_age,
        to,
    }
}

/// One report: who, of what, when (s), how late it comes.
type DraftReport = (usize, usize, u64, usize, u64, u64);

fn draft(registry: &Registry, (who, bay, at, what, late, seq): DraftReport) -> PlainReport {
    let kinds = [
        SourceKind::Sensor,
        SourceKind::Sensor,
        SourceKind::App,
        SourceKind::Gate,
        SourceKind::Booking,
        SourceKind::App,
    ];
    let bays = ["Z0-0", "Z0-1", "Z1-0", "Z10-0", "Z19-1"];
    let at = T0 + at * 997 % SPAN;
    let status = [
        BayStatus::Vacant,
        BayStatus::Occupied,
        BayStatus::Occupied,
        BayStatus::Vacant,
        BayStatus::Unknown,
    ];
    let status = *status.get(what % 16).unwrap_or(if what % 16 == 5 {
        &BayStatus::Closed
    } else {
        &status[what % 2]
    });
    // One in eight is late, and some of those very late.
    let lag = match late % 16 {
        0 => 120_001 + late * 7919 % (2 * HOUR_MS),
        1 => 120_001 + late * 7919 % (10 * 60_000),
        2 if late % 64 == 2 => 2 * HOUR_MS + 1 + late * 31 % HOUR_MS,
        _ => late * 7919 % 120_001,
    };
    let alive = what % 16 == 15 && !kinds[who].passes_by();
    let bay = (!alive).then(|| registry.bay(bays[bay]).unwrap().0);
    let confidence = [255, 204, 203, 247][(seq % 4) as usize];
    PlainReport {
        bay,
        at,
        seq: seq % 3,
        source: who as u32,
        kind: kinds[who],
        status,
        confidence,
        trusted: who < 5 || seq % 5 > 0,
        ingest: at + lag,
    }
}

fn drafts() -> impl Strategy<Value = Vec<DraftReport>> {
    prop::collection::vec(
        (
            0..6usize,
            0..5usize,
            0..SPAN,
            0..64usize,
            0..1_000_000u64,
            0..1000u64,
        ),
        1..250,
    )
}

/// The hours that have been told by the time all is settled up to `to`.
fn told_before(to: u64) -> u64 {
    (to - config().limits(&STALENESS, 0).pad) / HOUR_MS * HOUR_MS
}

fn check(
    registry: &Registry,
    said: &[PlainReport],
    got: &SettledTotals,
) -> Result<(), TestCaseError> {
    let want = figures(&numbered(registry, said), &places(registry), &terms(got.to));
    let end = told_before(got.to);
    let (windows, visits) = got.taken.sum();
    let told: BTreeMap<_, _> = want
        .windows
        .iter()
        .filter(|(at, _)| at.1 < end)
        .map(|(at, w)| (*at, w.clone()))
        .collect();
    for (at, w) in &told {
        prop_assert_eq!(
            windows.get(at),
            Some(w),
            "zone {} at {}",
            at.0,
            Millis(at.1)
        );
    }
    prop_assert_eq!(&windows, &told);
    let told: BTreeMap<_, _> = want
        .visits
        .iter()
        .filter(|v| v.end.0 < end)
        .map(|v| (*v, 1))
        .collect();
    prop_assert_eq!(&visits, &told);
    held(registry, &want, got)
}

/// What is held in memory says the same.
fn held(registry: &Registry, want: &Figures, got: &SettledTotals) -> Result<(), TestCaseError> {
    let recent = &got.rig.shared.recent;
    let city = registry.city();
    let settled = recent.settled();
    prop_assert_eq!(settled.0, got.to - config().limits(&STALENESS, 0).pad);
    for zone in (0..city.zone_count()).map(ZoneIx) {
        let number = city.zone(zone).number;
        let of = |from: Millis, to: u64| want.windows.range((number, from.0)..(number, to));
        let mut fine = BTreeMap::new();
        recent.windows(zone, recent.windows_from(), Millis::MAX, &mut |at, w| {
            fine.insert((number, at.0), w.clone());
        });
        fine.retain(|_, w| !w.is_zero());
        let whole: BTreeMap<_, Window> = of(recent.windows_from(), settled.0)
            .map(|(a, w)| (*a, w.clone()))
            .collect();
        prop_assert_eq!(fine, whole);
        let mut hours = BTreeMap::new();
        recent.hours(zone, recent.hours_from(), Millis::MAX, &mut |at, s| {
            drop(hours.insert(at.0, s.clone()));
        });
        hours.retain(|_, s| !s.is_zero());
        let mut sums: BTreeMap<u64, Sums> = BTreeMap::new();
        for ((_, at), w) in of(recent.hours_from(), settled.0 / HOUR_MS * HOUR_MS) {
            sums.entry(at / HOUR_MS * HOUR_MS)
                .or_default()
                .add(&Sums::from(w));
        }
        prop_assert_eq!(hours, sums);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(16)))]

    #[test]
    fn settled_is_what_a_plain_recomputation_says(
        drafts in drafts(),
        workers in prop::collection::vec(1..4u32, 1..4),
        restarts in prop::collection::vec((0..300usize, 0..30usize), 0..3),
        work in prop_oneof![Just(1usize), Just(usize::MAX)],
        overflows in any::<bool>(),
    ) {
        let registry = city();
        let said: Vec<PlainReport> = drafts.iter().map(|d| draft(&registry, *d)).collect();
        let got = Feeding { registry: &registry, workers, restarts, work, overflows }.run(&said);
        check(&registry, &said, &got)?;
    }

    #[test]
    fn any_order_within_the_lateness_and_any_duplicate_tell_the_very_same(
        drafts in drafts(),
        other in prop::collection::vec(0..120_001u64, 250),
        twice in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        workers in prop::collection::vec(1..4u32, 1..4),
        restarts in prop::collection::vec((0..300usize, 0..30usize), 0..3),
    ) {
        let registry = city();
        let mut said: Vec<PlainReport> = drafts.iter().map(|d| draft(&registry, *d)).collect();
        let plain = Feeding { registry: &registry, workers: vec![1], restarts: vec![], work: usize::MAX, overflows: false }.run(&said);
        for (s, lag) in said.iter_mut().zip(other) {
            if s.ingest - s.at <= 120_000 {
                s.ingest = s.at + lag;
            }
        }
        let again: Vec<PlainReport> = twice.iter().map(|i| *i.get(&said)).collect();
        said.extend(again);
        said.reverse();
        let got = Feeding { registry: &registry, workers, restarts, work: 1, overflows: true }.run(&said);
        check(&registry, &said, &got)?;
        let one = plain.taken.told();
        let other = got.taken.told();
        prop_assert_eq!(one.0, other.0);
        prop_assert_eq!(one.1, other.1);
    }
}

#[test]
fn many_reports_at_once_go_every_way_there_is() {
    let registry = city();
    let mut n = 42_u64;
    let mut next = |below: u64| {
        n = n
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (n >> 33) % below
    };
    let drafts: Vec<DraftReport> = (0..4500)
        .map(|_| {
            (
                next(6) as usize,
                next(5) as usize,
                next(SPAN),
                next(64) as usize,
                next(1_000_000),
                next(1000),
            )
        })
        .collect();
    let said: Vec<PlainReport> = drafts.iter().map(|d| draft(&registry, *d)).collect();
    let mut got = Feeding {
        registry: &registry,
        workers: vec![2],
        restarts: vec![],
        work: 10,
        overflows: true,
    }
    .run(&said);
    check(&registry, &said, &got).unwrap();
    assert!(got.disk.waiting() > 10, "reports wait in files");
    let counts: Vec<SettledCounts> = got
        .rig
        .workers
        .iter_mut()
        .map(crate::stream::worker::Worker::settled)
        .collect();
    let sum = |of: fn(&SettledCounts) -> u64| counts.iter().map(of).sum::<u64>();
    assert!(
        sum(|c| c.settled) > 1000 && sum(|c| c.visits) > 100 && sum(|c| c.short) > 20,
        "{counts:?}"
    );
    assert!(
        sum(|c| c.amended) > 100 && sum(|c| c.too_late) > 10,
        "{counts:?}"
    );
    assert_eq!(sum(|c| c.late), sum(|c| c.amended) + sum(|c| c.too_late));
    assert_eq!((sum(|c| c.lost), sum(|c| c.unkept)), (0, 0));
    assert!(
        got.taken
            .told()
            .1
            .iter()
            .any(|c| c.visits.len() > 3 && c.windows.len() > 10)
    );
}
