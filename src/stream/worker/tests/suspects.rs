//! Which sources are suspected, and when that ends.

use super::belief::app;
use super::*;
use crate::domain::{Doubtful, Suspicion};

/// Long enough for P(stuck) to pass 0.9 where nothing changes.
const LONG: u64 = 8 * 60;

impl WorkerRig {
    /// The suspicions there are now, by bay.
    fn suspects(&self, what: Suspicion) -> Vec<(BayIx, Doubtful, Millis)> {
        let all = self.model.suspects.lock().unwrap();
        let of = all.iter().filter(|((_, of, _), _)| *of == what);
        of.map(|(_, one)| (one.bay, one.doubtful, one.since))
            .collect()
    }

    /// A round over all bays, and the one after it.
    fn rounds(&mut self, at: u64) {
        self.at(at);
        self.at(at + 15_000);
    }

    /// The bays say the same every ten minutes, from minute to minute.
    fn drone(&mut self, bays: &[&str], minutes: std::ops::Range<u64>, status: BayStatus) {
        for minute in minutes.step_by(10) {
            for bay in bays {
                self.watch(bay, T0 + minute * MIN, status);
            }
            self.at(T0 + minute * MIN);
        }
    }

    fn contradict(&mut self, minute: u64, said: BayStatus) {
        let at = T0 + minute * MIN;
        for who in [(1, 1), (1, 2), (2, 3)] {
            let word = app(self, at, who, 16, said);
            self.worker.apply(&[word], Millis(at));
        }
    }

    fn gate(&mut self, at: u64, vacant: u32, capacity: u32) {
        let count = Claim::Count(CountObservation {
            trusted: true,
            at: Millis(at),
            zone: self.registry.zone("Z0").unwrap(),
            source: SourceIx(5),
            source_kind: SourceKind::Gate,
            kind: BayKind::Car,
            subset: None,
            word: CountWord::vacant(vacant, capacity),
        });
        self.worker.apply(&[count], Millis(at));
    }

    fn words(&self, source: u32) -> (i32, i32) {
        let words = self.model.words.lock().unwrap();
        words.get(&SourceIx(source)).copied().unwrap_or_default()
    }
}

#[test]
fn sensors_that_see_nothing_happen_through_a_quiet_night_are_not_suspected() {
    let mut r = rig_of(testing::city(1, 3), true);
    let all = ["Z0-0", "Z0-1", "Z0-2"];
    r.drone(&all, 0..14 * 60, BayStatus::Occupied);
    let city = r.registry.city();
    for bay in all {
        let cell = r.worker.cells[r.registry.bay(bay).unwrap().at()];
        let beliefs = r.worker.beliefs.as_ref().unwrap();
        let watcher = beliefs.watcher(&cell, Millis(T0 + 14 * 60 * MIN)).unwrap();
        assert!(watcher.p_stuck > 240, "likely stuck, and yet: {watcher:?}");
    }
    assert_eq!(city.live_bays(), 3);
    assert!(r.model.suspects.lock().unwrap().is_empty());
    assert_eq!(r.words(1), (3, 0));
}

#[test]
fn a_sensor_is_stuck_once_apps_contradict_as_well_and_until_it_moves() {
    let mut r = rig_of(testing::city(1, 2), true);
    // Contradicted while it is likely right: no alarm.
    r.drone(&["Z0-0"], 0..20, BayStatus::Occupied);
    r.contradict(20, BayStatus::Vacant);
    r.rounds(T0 + 20 * MIN);
    assert!(r.suspects(Suspicion::Stuck).is_empty());
    r.drone(&["Z0-0"], 30..LONG, BayStatus::Occupied);
    r.rounds(T0 + LONG * MIN);
    assert!(r.suspects(Suspicion::Stuck).is_empty(), "one reason");
    r.contradict(LONG + 1, BayStatus::Occupied);
    r.rounds(T0 + (LONG + 1) * MIN);
    assert!(r.suspects(Suspicion::Stuck).is_empty(), "they agree");

    // What they said before has to be outweighed.
    r.drone(&["Z0-0"], LONG + 10..LONG + 120, BayStatus::Occupied);
    r.contradict(LONG + 120, BayStatus::Vacant);
    let found = T0 + (LONG + 120) * MIN;
    r.rounds(found);
    let suspects = r.suspects(Suspicion::Stuck);
    let [(bay, Doubtful::Stuck(why), since)] = suspects[..] else {
        panic!("{suspects:?}")
    };
    assert_eq!(
        (bay, since),
        (r.registry.bay("Z0-0").unwrap(), Millis(found))
    );
    assert_eq!((why.said, why.gate), (BayStatus::Occupied, None));
    let (contributors, partners) = why.apps.unwrap();
    assert!(contributors >= 3 && partners == 2, "{why:?}");

    // Those who said so have gone; it still says the same.
    r.drone(&["Z0-0"], LONG + 130..LONG + 400, BayStatus::Occupied);
    let suspects = r.suspects(Suspicion::Stuck);
    let [(_, Doubtful::Stuck(later), since)] = suspects[..] else {
        panic!("{suspects:?}")
    };
    assert_eq!((later.apps, since), (why.apps, Millis(found)));

    // One change a day is what stuck sensors have as well: after so long it takes another.
    for (minute, says) in [(401, BayStatus::Vacant), (421, BayStatus::Occupied)] {
        let moves = T0 + (LONG + minute) * MIN;
        r.watch("Z0-0", moves, says);
        r.rounds(moves);
    }
    assert!(r.suspects(Suspicion::Stuck).is_empty());
}

#[test]
fn a_gate_that_contradicts_for_long_is_a_reason_and_one_of_a_moment_is_none() {
    let mut r = rig_of(testing::city(1, 3), true);
    let all = ["Z0-0", "Z0-1", "Z0-2"];
    r.drone(&all, 0..LONG, BayStatus::Occupied);
    let stuck_at = |r: &mut WorkerRig, minute: u64, vacant: u32| {
        let at = T0 + minute * MIN;
        for bay in all {
            r.watch(bay, at, BayStatus::Occupied);
        }
        r.gate(at, vacant, 3);
        r.rounds(at);
        r.suspects(Suspicion::Stuck).len()
    };
    for (minute, vacant, stuck) in [
        (0, 1, 0),
        (10, 1, 0),
        (20, 0, 0), // It agrees for a moment: from here anew.
        (30, 1, 0),
        (40, 1, 0),
        (50, 1, 0),
        (60, 1, 0),
        (70, 1, 0),
        (80, 1, 3),
        (90, 0, 3),
    ] {
        assert_eq!(stuck_at(&mut r, LONG + minute, vacant), stuck, "{minute}");
    }
    let (_, Doubtful::Stuck(why), _) = r.suspects(Suspicion::Stuck)[0] else {
        panic!("not stuck")
    };
    assert_eq!((why.apps, why.gate), (None, Some((1, 0))));
}

#[test]
fn a_gate_that_counts_more_bays_than_are_watched_contradicts_nobody() {
    let mut r = rig_of(testing::city(1, 3), true);
    r.drone(&["Z0-0", "Z0-1"], 0..LONG, BayStatus::Occupied);
    for minute in (LONG..LONG + 90).step_by(10) {
        let at = T0 + minute * MIN;
        r.watch("Z0-0", at, BayStatus::Occupied);
        r.watch("Z0-1", at, BayStatus::Occupied);
        r.gate(at, 1, 3);
        r.rounds(at);
    }
    assert!(r.suspects(Suspicion::Stuck).is_empty());
}

#[test]
fn a_sensor_that_errs_for_moments_again_and_again_flickers_and_may_get_well() {
    let mut r = rig_of(testing::city(1, 2), true);
    let mut minute = 0;
    // Cars stay an hour, and each is lost for a minute every ten.
    while minute < 4 * 24 * 60 {
        let lost = minute % 10 == 9;
        let there = minute % 80 < 60;
        let bad = if there && !lost {
            BayStatus::Occupied
        } else {
            BayStatus::Vacant
        };
        let good = if there {
            BayStatus::Occupied
        } else {
            BayStatus::Vacant
        };
        r.watch("Z0-0", T0 + minute * MIN, bad);
        r.watch("Z0-1", T0 + minute * MIN, good);
        minute += 1;
    }
    r.rounds(T0 + minute * MIN);
    let suspects = r.suspects(Suspicion::Flickering);
    let [(bay, Doubtful::Flickering { per_10_000_min }, _)] = suspects[..] else {
        panic!("{suspects:?}")
    };
    assert_eq!(bay, r.registry.bay("Z0-0").unwrap(), "a healthy one is not");
    assert!(per_10_000_min >= 220, "{per_10_000_min}");
    while minute < 14 * 24 * 60 {
        let there = minute % 80 < 60;
        let good = if there {
            BayStatus::Occupied
        } else {
            BayStatus::Vacant
        };
        r.watch("Z0-0", T0 + minute * MIN, good);
        minute += 10;
    }
    r.rounds(T0 + minute * MIN);
    assert!(r.suspects(Suspicion::Flickering).is_empty());
}

#[test]
fn who_is_silent_until_its_word_has_lapsed_is_dead_until_it_is_heard() {
    for believing in [false, true] {
        let mut r = rig_of(testing::city(1, 4), believing);
        r.sensor("Z0-0", T0, BayStatus::Vacant);
        r.sensor("Z0-1", T0, BayStatus::Occupied);
        r.gate(T0, 2, 4);
        let app = claim(&r, "Z0-2", T0, 7, SourceKind::App, BayStatus::Vacant);
        r.worker.apply(&[app], Millis(T0));
        r.rounds(T0);
        assert_eq!(
            (r.words(1), r.words(5), r.words(7)),
            ((2, 0), (0, 0), (1, 0))
        );
        r.rounds(T0 + 16 * MIN);
        // An app passes by: it serves nothing and is not dead.
        assert_eq!(
            (r.words(1), r.words(5), r.words(7)),
            ((2, 2), (0, 1), (0, 0))
        );
        r.sensor("Z0-0", T0 + 20 * MIN, BayStatus::Vacant);
        r.gate(T0 + 20 * MIN, 2, 4);
        r.rounds(T0 + 20 * MIN);
        assert_eq!((r.words(1), r.words(5)), ((2, 0), (0, 0)));
    }
}

#[test]
fn a_bay_that_is_gone_is_no_reason_any_more() {
    let mut r = rig_of(testing::city(1, 2), true);
    r.drone(&["Z0-0"], 0..LONG, BayStatus::Occupied);
    r.contradict(LONG, BayStatus::Vacant);
    r.rounds(T0 + LONG * MIN);
    assert_eq!(r.suspects(Suspicion::Stuck).len(), 1);
    r.registry.remove_bays(&["Z0-0".to_owned()]).unwrap();
    r.sensor("Z0-1", T0 + LONG * MIN, BayStatus::Vacant);
    r.rounds(T0 + (LONG + 1) * MIN);
    assert!(r.suspects(Suspicion::Stuck).is_empty());
    assert_eq!(r.words(1), (1, 0));
}

#[test]
fn of_two_sensors_of_a_bay_the_one_that_never_moves_is_stuck_and_the_other_is_not() {
    let mut r = rig_of(testing::city(1, 2), true);
    let mut found = None;
    for minute in (0..LONG + 120).step_by(5) {
        let at = T0 + minute * MIN;
        r.watch("Z0-0", at, BayStatus::Occupied);
        let there = minute % 80 < 50;
        let is = if there {
            BayStatus::Occupied
        } else {
            BayStatus::Vacant
        };
        let Claim::Bay(o) = claim(&r, "Z0-0", at + 1, 2, SourceKind::Sensor, is) else {
            unreachable!()
        };
        let other = Claim::Bay(Observation {
            confidence: 247,
            ..o
        });
        r.worker.apply(&[other], Millis(at + 1));
        r.at(at + 1);
        found = found.or((!r.suspects(Suspicion::Stuck).is_empty()).then_some(minute));
    }
    // They disagree for half an hour at a time: too short to be a reason.
    assert_eq!((found, r.words(1), r.words(2)), (None, (1, 0), (1, 0)));
    for minute in (LONG + 120..LONG + 240).step_by(5) {
        let at = T0 + minute * MIN;
        r.watch("Z0-0", at, BayStatus::Occupied);
        let c = claim(&r, "Z0-0", at + 1, 2, SourceKind::Sensor, BayStatus::Vacant);
        r.worker.apply(&[c], Millis(at + 1));
        r.at(at + 1);
    }
    let suspects = r.model.suspects.lock().unwrap();
    let all: Vec<_> = suspects.values().collect();
    let [one] = all[..] else { panic!("{all:?}") };
    let Doubtful::Stuck(why) = one.doubtful else {
        panic!("{one:?}")
    };
    assert_eq!((one.source, why.twin, why.apps), (SourceIx(1), true, None));
}

#[test]
fn who_watches_a_bay_is_suspected_while_people_report_it_and_not_longer() {
    let mut r = rig_of(testing::city(1, 2), true);
    r.sensor("Z0-0", T0, BayStatus::Occupied);
    let bay = r.registry.bay("Z0-0").unwrap();
    r.rounds(T0);
    assert!(r.suspects(Suspicion::Reported).is_empty());
    *r.model.doubted.lock().unwrap() = Arc::new([(bay, 3)].into_iter().collect());
    r.rounds(T0 + MIN);
    r.rounds(T0 + 2 * MIN);
    let suspects = r.suspects(Suspicion::Reported);
    let [(at, Doubtful::Reported { partners: 3 }, since)] = suspects[..] else {
        panic!("{suspects:?}")
    };
    assert!(
        at == bay && since < Millis(T0 + 2 * MIN),
        "{since}: once found it goes on"
    );
    *r.model.doubted.lock().unwrap() = Arc::default();
    r.rounds(T0 + 3 * MIN);
    r.rounds(T0 + 4 * MIN);
    assert!(r.suspects(Suspicion::Reported).is_empty());
}

#[test]
fn what_finds_no_room_is_counted() {
    let mut r = rig_of(testing::city(1, 2), true);
    r.worker.suspects = Suspects::new(1 << 16);
    r.sensor("Z0-0", T0, BayStatus::Vacant);
    let other = claim(&r, "Z0-1", T0, 2, SourceKind::Sensor, BayStatus::Vacant);
    r.worker.apply(&[other], Millis(T0));
    r.at(T0);
    // Words lapse at the end of the first.
    for minute in 16..19 {
        r.worker.tick(Millis(T0 + minute * MIN));
    }
    assert_eq!(r.worker.publish().suspects_shed, 2, "one in each round");
    assert_eq!(r.words(1).1 + r.words(2).1, 1);
}
