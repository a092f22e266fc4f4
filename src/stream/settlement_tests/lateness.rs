//! What comes late comes to the same as if it had come in time: reports, copies, and when sources
//! were heard.

use super::named::{MIN, NamedTown, TEN};
use super::plain::PlainReport;
use super::{DraftReport, Feeding, config, draft, drafts};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{BayStatus, SourceKind, Visit, Window};
use crate::long::cases;
use crate::settlement::Config;
use proptest::prelude::*;
use std::collections::BTreeMap;

use BayStatus::{Occupied, Unknown, Vacant};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(12)))]

    #[test]
    fn whatever_part_of_a_set_comes_late_with_any_copies_is_settled_as_if_all_had_come_in_time(
        drafts in drafts(),
        few in 1..40_u64,
        lags in prop::collection::vec(prop_oneof![0..120_000_u64, 0..2 * HOUR_MS - 1], 250),
        copies in prop::collection::vec((any::<prop::sample::Index>(), 0..HOUR_MS), 0..60),
        workers in prop::collection::vec(1..4_u32, 1..3),
        restarts in prop::collection::vec((0..300_usize, 0..30_usize), 0..3),
    ) {
        let registry = super::city();
        // Few times, so that there are many words of one moment.
        let of_few = |(who, bay, at, what, _, seq): &DraftReport| {
            let at = if seq % 3 > 0 { at % few * 60_011 } else { *at };
            draft(&registry, (*who, *bay, at, *what, 3, *seq))
        };
        let mut in_time: Vec<PlainReport> = drafts.iter().map(of_few).collect();
        let mut late = in_time.clone();
        // Of one moment they are acknowledged in the same order.
        let mut newest: BTreeMap<u64, u64> = BTreeMap::new();
        for (i, (early, late)) in in_time.iter_mut().zip(&mut late).enumerate() {
            early.ingest = early.at + i as u64;
            let ingest = newest.entry(late.at).or_default();
            *ingest = (late.at + lags[i]).max(*ingest);
            late.ingest = *ingest;
        }
        for (which, more) in copies {
            let copy = *which.get(&late);
            let ingest = (copy.ingest + more).min((copy.at + 2 * HOUR_MS).max(copy.ingest));
            late.push(PlainReport { ingest, ..copy });
        }
        let told = |said: &[PlainReport], workers: &[u32], restarts: &[(usize, usize)]| {
            let feeding = Feeding {
                registry: &registry,
                workers: workers.to_vec(),
                restarts: restarts.to_vec(),
                work: usize::MAX, overflows: true };
            feeding.run(said).taken.sum()
        };
        let want = told(&in_time, &[1], &[]);
        let got = told(&late, &workers, &restarts);
        prop_assert_eq!(got.0, want.0);
        prop_assert_eq!(got.1, want.1);
    }
}

type Sum = (BTreeMap<(u32, u64), Window>, BTreeMap<Visit, i32>);

/// What is told in the end of what a sensor says in four hours, of two bays. All that is of after
/// `away` comes in at its time or from `back` on, in this order of minutes.
fn told_of_an_outage(away: u64, back: u64, order: impl Fn(u64) -> u64) -> Sum {
    let mut t = NamedTown::new(&config());
    let mut said = Vec::new();
    // Of one bay there is something every seven minutes, of the other in the first hour alone.
    for m in (0..240).step_by(7) {
        let state = if m / 7 % 3 == 1 { Occupied } else { Vacant };
        said.push(t.said("Z0-0", TEN + m * MIN, state));
    }
    said.push(t.said("Z0-1", TEN + 3 * MIN, Vacant));
    said.push(t.said("Z0-1", TEN + 20 * MIN, Occupied));
    said.push(t.said("Z0-1", TEN + 200 * MIN, Vacant));
    for m in (0..240).step_by(5) {
        said.push(PlainReport {
            bay: None,
            ..t.said("Z0-0", TEN + m * MIN, Unknown)
        });
    }
    for s in &mut said {
        let m = (s.at - TEN) / MIN;
        if (away..back).contains(&m) {
            s.ingest = TEN + back * MIN + order(m);
        }
    }
    said.sort_by_key(|s| s.ingest);
    for s in said {
        t.rig.batch(s.ingest, &[s], usize::MAX);
    }
    t.rig.until(TEN + 8 * HOUR_MS);
    t.taken.sum()
}

#[test]
fn an_hours_outage_that_is_delivered_afterwards_is_settled_as_if_it_had_not_been() {
    let never = told_of_an_outage(0, 0, |_| 0);
    let whole = |sum: &Sum| sum.1.keys().filter(|v| v.is_whole()).count();
    assert_eq!(whole(&never), 12);
    assert_eq!(told_of_an_outage(60, 125, |m| m), never);
    assert_eq!(told_of_an_outage(60, 125, |m| 1000 - m), never);
    // By and by, while windows are settled.
    assert_eq!(told_of_an_outage(33, 98, |m| m * 11_000), never);
    assert_eq!(told_of_an_outage(33, 98, |m| (200 - m) * 7_000), never);
}

#[test]
fn hours_before_the_first_start_are_settled_by_what_arrives_within_a_day() {
    let mut t = NamedTown::new(&Config::default());
    t.say("Z1-0", TEN, Vacant);
    let mut late = Vec::new();
    for (h, state) in [(23, Vacant), (22, Occupied), (20, Vacant)] {
        late.push(t.said("Z0-0", TEN - h * HOUR_MS, state));
    }
    // Each within the limit of the next.
    for m in (0..4 * 60).step_by(10) {
        late.push(PlainReport {
            bay: None,
            ..t.said("Z0-0", TEN - 23 * HOUR_MS + m * MIN, Unknown)
        });
    }
    for (i, said) in (1..).zip(late) {
        let ingest = TEN + i * 1000;
        t.rig
            .batch(ingest, &[PlainReport { ingest, ..said }], usize::MAX);
    }
    t.rig.until(TEN + 2 * HOUR_MS);
    let (_, visits) = t.taken.sum();
    let hours = |at: u64| (TEN - at) / HOUR_MS;
    let visits = visits.keys();
    assert_eq!(
        visits
            .map(|v| (hours(v.start.0), hours(v.end.0), v.is_whole()))
            .collect::<Vec<_>>(),
        [(22, 20, true)]
    );
    let started = t.window("Z0", TEN - 22 * HOUR_MS);
    assert_eq!(started.started, 1);
}

#[test]
fn a_bay_that_another_watcher_speaks_of_since_is_settled_anew_too() {
    let told = |late: bool| {
        let mut t = NamedTown::new(&config());
        t.say("Z0-0", TEN, Vacant);
        t.say("Z0-0", TEN + MIN, Occupied);
        let beat = PlainReport {
            bay: None,
            ..t.said("Z0-0", TEN + 10 * MIN, Unknown)
        };
        if !late {
            t.rig.batch(beat.ingest, &[beat], usize::MAX);
        }
        let twin = PlainReport {
            source: 1,
            ..t.said("Z0-0", TEN + 24 * MIN, Vacant)
        };
        t.rig.batch(twin.ingest, &[twin], usize::MAX);
        if late {
            let ingest = TEN + 70 * MIN;
            t.rig
                .batch(ingest, &[PlainReport { ingest, ..beat }], usize::MAX);
        }
        t.rig.until(TEN + 4 * HOUR_MS);
        t.taken.sum()
    };
    let want = told(false);
    assert!(want.1.keys().any(Visit::is_whole));
    assert_eq!(told(true), want);
}

#[test]
fn when_a_source_was_heard_finds_no_room_it_is_counted() {
    let mut t = NamedTown::new(&Config {
        max_waiting: Some(1),
        ..config()
    });
    for m in [0, 1, 2] {
        let beat = PlainReport {
            bay: None,
            ingest: TEN + 30 * MIN,
            ..t.said("Z0-0", TEN + m * MIN, Unknown)
        };
        t.rig.batch(beat.ingest, &[beat], usize::MAX);
    }
    let counts = t.rig.workers[0].settled();
    assert_eq!((counts.late, counts.too_late), (2, 2));
}

/// The visits of a bay, on which another source floods a worker with reports of another bay.
fn visits_beside(flood: u64) -> (Vec<Visit>, u64) {
    let mut t = NamedTown::new(&Config {
        max_waiting: Some(1000),
        ..config()
    });
    for m in 0..60 {
        let at = TEN + m * MIN;
        let loud: Vec<_> = (0..flood)
            .map(|n| PlainReport {
                source: 9,
                seq: n,
                kind: SourceKind::App,
                ..t.said("Z0-1", at, [Vacant, Occupied][n as usize % 2])
            })
            .collect();
        t.rig.batch(at, &loud, usize::MAX);
        t.say("Z0-0", at + 1, [Vacant, Occupied][(m / 10 % 2) as usize]);
    }
    t.rig.until(TEN + 4 * HOUR_MS);
    let bay = t.registry.bay("Z0-0").unwrap();
    let bay = t.registry.city().bay_number(bay);
    let visits = t.taken.sum().1.into_keys();
    let visits = visits.filter(|v| v.bay == bay).collect();
    (visits, t.rig.workers[0].settled().too_late)
}

#[test]
fn who_floods_is_shed_before_anybody_else() {
    let (want, shed) = visits_beside(0);
    assert_eq!(shed, 0);
    assert!(want.len() > 2, "{want:?}");
    let (beside, shed) = visits_beside(5000);
    assert!(shed > 100_000, "{shed}");
    assert_eq!(beside, want, "as if nobody had flooded the hub");
}
