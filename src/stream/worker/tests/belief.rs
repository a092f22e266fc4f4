//! What is believed of a bay, beside the words that are told.

use super::*;
use crate::belief::Windows;
use std::sync::Mutex;

/// What was handed in.
#[derive(Default)]
struct HandedIn(Mutex<Vec<(u32, Windows)>>);

impl FeedbackSink for HandedIn {
    fn hand_in(&self, _: u32, through: u32, windows: Windows) {
        self.0.lock().unwrap().push((through, windows));
    }
}

/// An app's word of Z0-0: by a partner's contributor, with a weight in 1/8 nat.
pub(super) fn app(
    r: &WorkerRig,
    at: u64,
    (partner, slot): (u8, u32),
    weight: i8,
    s: BayStatus,
) -> Claim {
    let source = 10 + u32::from(partner);
    let Claim::Bay(o) = claim(r, "Z0-0", at, source, SourceKind::App, s) else {
        unreachable!()
    };
    let backing = Backing::of_key(false, partner).of_contributor(slot, weight, weight > 0);
    Claim::Bay(Observation {
        backing,
        seq: u64::from(slot),
        ..o
    })
}

impl WorkerRig {
    /// As sure as sensors are.
    pub(super) fn watch(&mut self, bay: &str, at: u64, s: BayStatus) {
        let Claim::Bay(o) = claim(self, bay, at, 1, SourceKind::Sensor, s) else {
            unreachable!()
        };
        let c = Claim::Bay(Observation {
            confidence: 247,
            ..o
        });
        self.worker.apply(&[c], Millis(at));
    }

    fn p_vacant(&self, bay: &str) -> f64 {
        let bays = self.model.bays.lock().unwrap();
        let view = bays[&self.registry.bay(bay).unwrap()];
        let p = f64::from(view.confidence) / 255.0;
        match view.claimed {
            BayStatus::Vacant => p,
            BayStatus::Occupied => 1.0 - p,
            other => panic!("{other} says nothing of a car"),
        }
    }
}

#[test]
fn any_number_of_apps_moves_a_watched_bay_by_a_bound_and_its_state_not_at_all() {
    let mut r = rig_of(testing::city(1, 2), true);
    r.watch("Z0-0", T0, BayStatus::Occupied);
    r.watch("Z0-0", T0 + 10 * MIN, BayStatus::Occupied);
    r.at(T0 + 10 * MIN);
    let before = r.p_vacant("Z0-0");
    assert!(before < 0.06, "{before}");
    let flood = |r: &mut WorkerRig, reports: u64| {
        for n in 0..reports {
            let at = T0 + 10 * MIN + n * 10;
            let c = app(r, at, ((n % 7) as u8, n as u32 + 1), 16, BayStatus::Vacant);
            r.worker.apply(&[c], Millis(at));
        }
        r.at(T0 + 11 * MIN);
        assert_eq!(r.status("Z0-0"), BayStatus::Occupied);
        r.p_vacant("Z0-0")
    };
    let few = flood(&mut r, 7);
    assert!(few > before && few < 0.4, "{before} became {few}");
    // As many proven contributors as ever say no more than that the sensor is stuck.
    let usual = app(&r, T0 + 10 * MIN, (1, 9), 16, BayStatus::Vacant);
    let mut unwatched = rig_of(testing::city(1, 2), true);
    unwatched.worker.apply(&[usual], Millis(T0 + 10 * MIN));
    unwatched.at(T0 + 10 * MIN);
    let most = unwatched.p_vacant("Z0-0") + 0.01;
    let many = flood(&mut r, 1000);
    assert!(many > few && many < most, "{few} became {many} of {most}");
}

#[test]
fn where_nobody_watches_the_weight_of_who_says_it_decides() {
    let mut r = rig_of(testing::city(1, 2), true);
    let newcomer = app(&r, T0, (1, 1), 0, BayStatus::Vacant);
    r.worker.apply(&[newcomer], Millis(T0));
    r.at(T0);
    // 25 minutes vacant of 85, where nothing is known.
    let p = r.p_vacant("Z0-0");
    assert_eq!(r.status("Z0-0"), BayStatus::Vacant);
    assert!((p - 0.294).abs() < 0.01, "{p}");
    let trusted = app(&r, T0 + 1000, (2, 2), 17, BayStatus::Vacant);
    r.worker.apply(&[trusted], Millis(T0 + 1000));
    r.at(T0 + 1000);
    let p = r.p_vacant("Z0-0");
    assert!(p > 0.7 && p < 0.8, "{p}");
    // The same word again, as a broker delivers it twice, is no more evidence.
    r.worker.apply(&[trusted], Millis(T0 + 1001));
    r.at(T0 + 1001);
    assert!((r.p_vacant("Z0-0") - p).abs() < 0.01);
}

#[test]
fn a_sensor_that_says_to_be_unsure_is_not_believed_further() {
    let mut r = rig_of(testing::city(1, 2), true);
    for (confidence, least, most) in [(3, 0.49, 0.51), (153, 0.55, 0.61), (247, 0.85, 1.0)] {
        let at = T0 + u64::from(confidence);
        let Claim::Bay(o) = claim(&r, "Z0-0", at, 1, SourceKind::Sensor, BayStatus::Vacant) else {
            unreachable!()
        };
        let c = Claim::Bay(Observation { confidence, ..o });
        r.worker.apply(&[c], Millis(at));
        r.at(at);
        let p = r.p_vacant("Z0-0");
        assert!((least..=most).contains(&p), "{confidence}: {p}");
    }
}

#[test]
fn a_sensor_that_flickers_is_doubted() {
    let mut r = rig_of(testing::city(1, 2), true);
    let said = |n: u64| [BayStatus::Vacant, BayStatus::Occupied][(n % 2) as usize];
    for n in 0..60 {
        r.watch("Z0-0", T0 + n * 20_000, said(n));
        r.watch("Z0-1", T0 + n * 20_000, BayStatus::Occupied);
    }
    r.at(T0 + 60 * 20_000);
    let steady = r.p_vacant("Z0-1");
    let flickers = r.p_vacant("Z0-0");
    assert!(flickers > 3.0 * steady, "{flickers} beside {steady}");
}

#[test]
fn reports_on_watched_bays_are_judged_by_the_watcher_alone() {
    let told = Arc::new(HandedIn::default());
    let mut r = rig(testing::city(1, 2));
    r.worker = r.worker.believing(Some(told.clone()));
    let blind = app(&r, T0, (1, 5), 0, BayStatus::Vacant);
    r.worker.apply(&[blind], Millis(T0));
    r.worker.hand_in(Millis(T0 + 5 * MIN));
    let first = std::mem::take(&mut *told.0.lock().unwrap());
    assert!(
        matches!(&first[..], [(_, windows)] if windows.is_empty()),
        "nobody watches: {first:?}"
    );
    r.watch("Z0-0", T0 + MIN, BayStatus::Occupied);
    r.watch("Z0-0", T0 + 6 * MIN, BayStatus::Occupied);
    let at = T0 + 7 * MIN;
    let wrong = app(&r, at, (1, 5), 0, BayStatus::Vacant);
    r.worker.apply(&[wrong], Millis(at));
    let before = u32::try_from(at / 300_000).unwrap();
    r.worker.hand_in(Millis(at));
    r.worker.hand_in(Millis(at + 5 * MIN));
    let told = told.0.lock().unwrap();
    let [(through, windows)] = &told[..] else {
        panic!("once a window, when it has ended: {told:?}")
    };
    assert_eq!(*through, before);
    let rows: Vec<_> = windows.rows().collect();
    let [(window, 5, judged)] = rows[..] else {
        panic!("{rows:?}")
    };
    let [_, _, wrong, right] = judged.counts;
    assert_eq!((window, judged.reports), (before, 1));
    assert!(wrong >= 14 * 8 && right < 30, "{judged:?}");
}

#[test]
fn rounds_and_sweeps_leave_no_trace_in_what_is_believed() {
    let run = |looking: bool| {
        let mut r = rig_of(testing::city(1, 2), true);
        for n in 0..400_u64 {
            let at = T0 + n * 47_000;
            let says = BayStatus::ALL[(n / 3 % 3) as usize];
            let c = if n % 3 == 0 {
                claim(&r, "Z0-0", at, 1, SourceKind::Sensor, says)
            } else {
                app(&r, at, ((n % 5) as u8, n as u32), (n % 20) as i8, says)
            };
            r.worker.apply(&[c], Millis(at));
            if looking {
                r.at(at + 20_000);
            }
        }
        r.worker.publish();
        let cell = r.worker.cells[r.registry.bay("Z0-0").unwrap().at()];
        let pools: Vec<_> = r.worker.beliefs.iter().flat_map(Beliefs::pools).collect();
        (cell.doubt, cell.word, pools)
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn a_zone_tells_how_many_vacant_bays_are_to_be_expected() {
    let mut r = rig_of(testing::city(1, 10), true);
    r.at(T0);
    assert_eq!(r.zone("Z0").expected, None, "nothing is known");
    for n in 0..7 {
        let s = [BayStatus::Vacant, BayStatus::Occupied][usize::from(n >= 4)];
        r.watch(&format!("Z0-{n}"), T0, s);
    }
    r.at(T0);
    let t = r.zone("Z0");
    let (mean, low, high) = t.expected.unwrap().range(10);
    // Four of seven, and of three nobody knows what is usual.
    assert!((4.0..5.5).contains(&mean), "{mean}");
    assert!(low < 4 && high > 4 && high <= 8, "{low} to {high}");
}
