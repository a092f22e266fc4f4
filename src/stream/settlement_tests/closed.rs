//! Time that the authority has closed settles as closed, whatever is reported meanwhile, and whenever
//! the order was learnt of, the late reports came and the hub was started anew.

use super::named::{MIN, NamedTown, TEN};
use super::plain::PlainReport;
use super::rig::Taken;
use super::{DraftReport, Feeding, SPAN, T0, city, config, draft, drafts};
use crate::domain::closure::ClosedSpan;
use crate::domain::{
    Affects, BayIx, BayStatus, Closing, Millis, RecentTurnover as _, Span, ZoneIx,
};
use crate::long::cases;
use crate::registry::Registry;
use proptest::prelude::*;
use std::sync::Arc;

use BayStatus::{Occupied, Vacant};

/// From and for how many minutes of the span, and which zone or bay.
type Ordered = (u64, u64, u32, bool);

fn closed(registry: &Registry, (from, minutes, which, whole): Ordered) -> ClosedSpan {
    let city = registry.city();
    let bay = BayIx(which % city.bay_slots());
    let start = Millis(T0 + from * 1_000);
    ClosedSpan {
        zone: city.zone_of(bay),
        bay: (!whole).then_some(bay),
        closing: Closing {
            span: Span::new(start, start.plus(minutes * MIN)).unwrap(),
            order: which,
            affects: Affects::NewArrivals,
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(12)))]

    #[test]
    fn closed_time_is_the_same_however_it_was_learnt_of(
        drafts in drafts(),
        orders in prop::collection::vec((0..SPAN / 1000, 1..200_u64, 0..40_u32, any::<bool>()), 1..6),
        lags in prop::collection::vec(prop_oneof![0..60_000_u64, 0..5_400_000_u64], 250),
        workers in prop::collection::vec(1..4_u32, 1..3),
        restarts in prop::collection::vec((0..300_usize, 0..30_usize), 0..3),
        work in prop_oneof![Just(1), Just(usize::MAX)],
    ) {
        let registry = city();
        let orders: Vec<ClosedSpan> = orders.into_iter().map(|o| closed(&registry, o)).collect();
        let of = |(who, bay, at, what, _, seq): &DraftReport| {
            draft(&registry, (*who, *bay, *at, *what, 3, *seq))
        };
        let mut in_time: Vec<PlainReport> = drafts.iter().map(of).collect();
        // No two of one moment: which of those stands is decided by which was acknowledged last.
        for (i, said) in in_time.iter_mut().enumerate() {
            said.at = said.at / 1_000 * 1_000 + i as u64;
            said.ingest = said.at;
        }
        let mut late = in_time.clone();
        for (said, lag) in late.iter_mut().zip(&lags) {
            said.ingest = said.at + lag;
        }
        let all = |taken: &Taken, _: u64| taken.closures.set(orders.clone());
        // An order is learnt of when it begins.
        let as_issued = |taken: &Taken, now: u64| {
            let begun = orders.iter().filter(|o| o.closing.span.start.0 <= now);
            taken.closures.set(begun.copied());
        };
        let of = |workers: &[u32], restarts: &[(usize, usize)], work| Feeding {
            registry: &registry,
            workers: workers.to_vec(),
            restarts: restarts.to_vec(),
            work,
            overflows: false,
        };
        let want = of(&[1], &[], usize::MAX).run_into(&in_time, Arc::default(), all);
        let got = of(&workers, &restarts, work).run_into(&late, Arc::default(), as_issued);
        prop_assert_eq!(&got.taken.sum().0, &want.taken.sum().0);
        prop_assert_eq!(got.taken.sum().1, want.taken.sum().1);
        // Nothing is lost, nothing told twice: each moment of each bay is in one bucket.
        let open = of(&[1], &[], usize::MAX).run(&in_time);
        let time = |sum: &Taken| {
            let windows = sum.sum().0;
            let of = |w: &crate::domain::Window| {
                w.occupied_ms + w.vacant_ms + w.unknown_ms + w.closed_ms
            };
            windows.iter().map(|(at, w)| (*at, of(w))).collect::<Vec<_>>()
        };
        prop_assert_eq!(time(&want.taken), time(&open.taken));
    }
}

fn close(t: &NamedTown, zone: &str, bay: Option<&str>, from: u64, to: u64) {
    let zone: ZoneIx = t.registry.zone(zone).unwrap();
    t.taken.closures.set([ClosedSpan {
        zone,
        bay: bay.map(|bay| t.registry.bay(bay).unwrap()),
        closing: Closing {
            span: Span::new(Millis(from), Millis(to)).unwrap(),
            order: 0,
            affects: Affects::NewArrivals,
        },
    }]);
}

#[test]
fn the_time_of_an_order_is_part_of_no_ratio_and_visits_begin_and_end_outside_it() {
    let mut t = NamedTown::new(&config());
    t.say("Z0-0", TEN, Vacant);
    t.say("Z0-1", TEN, Vacant);
    t.say("Z0-0", TEN + MIN, Occupied);
    close(&t, "Z0", Some("Z0-0"), TEN + 7 * MIN, TEN + 18 * MIN);
    // It drives away while the bay is closed, and another comes and goes.
    t.say("Z0-0", TEN + 11 * MIN, Vacant);
    t.say("Z0-0", TEN + 12 * MIN, Occupied);
    t.say("Z0-0", TEN + 25 * MIN, Vacant);
    t.say("Z0-1", TEN + 26 * MIN, Vacant);
    t.rig.until(TEN + 190 * MIN);
    let min = |ms: i64| ms / MIN as i64;
    let all: Vec<_> = (0..30)
        .step_by(5)
        .map(|m| t.window("Z0", TEN + m * MIN))
        .map(|w| (min(w.occupied_ms), min(w.vacant_ms), min(w.closed_ms)))
        .collect();
    let want = [
        (4, 6, 0),
        (2, 5, 3),
        (0, 5, 5),
        (2, 5, 3),
        (5, 5, 0),
        (0, 10, 0),
    ];
    assert_eq!(all, want);
    let counts = |m: u64| {
        let w = t.window("Z0", TEN + m * MIN);
        (w.started, w.ended, w.censored)
    };
    assert_eq!(counts(0), (1, 0, 0), "seen to begin before the order");
    assert_eq!(
        counts(10),
        (0, 0, 1),
        "its end was not seen, nor the next one's beginning"
    );
    assert_eq!(counts(25), (0, 0, 1));
    assert_eq!(t.window("Z0", TEN + 10 * MIN).vacant_at, 1, "the other bay");
}

#[test]
fn while_an_order_is_being_written_down_no_time_that_it_may_close_is_settled() {
    let mut t = NamedTown::new(&config());
    t.say("Z0-0", TEN, Vacant);
    t.taken.closures.write_from(Millis(TEN + 20 * MIN));
    t.rig.until(TEN + 190 * MIN);
    let settled = || t.rig.shared.recent.settled().0;
    assert!(settled() <= TEN + 20 * MIN, "{}", Millis(settled()));
    t.taken.closures.write_from(Millis(u64::MAX));
    t.rig.until(TEN + 190 * MIN);
    assert!(t.rig.shared.recent.settled().0 > TEN + 170 * MIN);
}
