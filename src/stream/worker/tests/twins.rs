//! Several sensors at one bay.

use super::*;
use BayStatus::{Occupied, Unknown, Vacant};

impl WorkerRig {
    /// As sure as sensors are.
    fn says(&mut self, source: u32, at: u64, status: BayStatus) {
        let kind = SourceKind::Sensor;
        let Claim::Bay(o) = claim(self, "Z0-0", at, source, kind, status) else {
            unreachable!()
        };
        let confidence = 247;
        let c = Claim::Bay(Observation { confidence, ..o });
        self.worker.apply(&[c], Millis(at));
    }

    fn p_occupied(&self) -> f64 {
        let bays = self.model.bays.lock().unwrap();
        let view = bays[&self.registry.bay("Z0-0").unwrap()];
        let p = f64::from(view.confidence) / 255.0;
        if view.claimed == Occupied { p } else { 1.0 - p }
    }

    fn twins(&self) -> Vec<(u32, BayStatus, u32)> {
        let beliefs = self.worker.beliefs.as_ref().unwrap();
        let all = beliefs.twins.iter();
        let mut all: Vec<_> = all
            .map(|(_, t)| (t.word.source().0, t.word.claimed(), t.doubt))
            .collect();
        all.sort_unstable_by_key(|twin| twin.0);
        all
    }
}

/// Two who each say one thing, every minute.
fn after(minutes: u64, first: BayStatus, second: BayStatus) -> WorkerRig {
    let mut r = rig_of(testing::city(1, 2), true);
    for minute in 0..minutes {
        r.says(1, T0 + minute * MIN, first);
        r.says(2, T0 + minute * MIN + 1000, second);
        r.at(T0 + minute * MIN + 2000);
    }
    r
}

/// What is shown is told anew when it has moved by 8/255.
fn off(one: &WorkerRig, other: &WorkerRig) -> f64 {
    (one.p_occupied() - other.p_occupied()).abs()
}

fn alone(minutes: u64, (source, later): (u32, u64), says: BayStatus) -> WorkerRig {
    let mut r = rig_of(testing::city(1, 2), true);
    for minute in 0..minutes {
        r.says(source, T0 + minute * MIN + later, says);
    }
    r
}

#[test]
fn two_that_disagree_for_ever_leave_it_open_and_neither_is_held_to_flicker() {
    let r = after(10, Occupied, Vacant);
    // An occupied bay stays so for longer than a vacant one, so that word weighs somewhat more.
    assert!((0.35..0.8).contains(&r.p_occupied()), "{}", r.p_occupied());
    let r = after(60, Occupied, Vacant);
    assert_eq!(r.status("Z0-0"), Vacant, "the newest word is the state");
    // Bays are occupied for 0.71 of the time, and vacant for an hour but seldom.
    assert!((0.35..0.85).contains(&r.p_occupied()), "{}", r.p_occupied());
    // Each is doubted as one that has been alone all the time.
    let doubt = |r: &WorkerRig| r.worker.cells[r.registry.bay("Z0-0").unwrap().at()].doubt;
    let first = doubt(&alone(60, (1, 0), Occupied));
    assert_eq!(r.twins()[0], (1, Occupied, first));
    assert_eq!(doubt(&r), doubt(&alone(60, (2, 1000), Vacant)));
}

#[test]
fn two_that_agree_are_as_sure_as_one() {
    let two = after(60, Occupied, Occupied);
    let mut one = rig_of(testing::city(1, 2), true);
    for minute in 0..60 {
        one.says(1, T0 + minute * MIN, Occupied);
    }
    one.at(T0 + 60 * MIN);
    assert!(
        off(&two, &one) < 0.01 && two.p_occupied() > 0.9,
        "{}",
        two.p_occupied()
    );
}

#[test]
fn a_watcher_that_falls_silent_or_does_not_know_has_no_say() {
    let mut r = after(60, Occupied, Vacant);
    // The first is silent for longer than the zone's 15 minutes.
    for minute in 60..77 {
        r.says(2, T0 + minute * MIN + 1000, Vacant);
    }
    r.at(T0 + 77 * MIN);
    assert_eq!(
        r.twins().len(),
        1,
        "what it said itself before the other did"
    );
    let mut other = alone(77, (2, 1000), Vacant);
    other.at(T0 + 77 * MIN);
    assert!(off(&r, &other) < 0.04, "{}", r.p_occupied());
    let mut r = after(10, Occupied, Vacant);
    r.says(1, T0 + 10 * MIN, Unknown);
    r.says(2, T0 + 10 * MIN + 1000, Vacant);
    r.at(T0 + 11 * MIN);
    let mut other = alone(11, (2, 1000), Vacant);
    other.at(T0 + 11 * MIN);
    assert!(off(&r, &other) < 0.04, "{}", r.p_occupied());
}

#[test]
fn a_sensor_that_now_one_gateway_hears_and_now_another_is_believed_at_once() {
    let mut r = rig_of(testing::city(1, 2), true);
    for minute in 0..20 {
        r.says(1, T0 + minute * MIN, Occupied);
    }
    r.at(T0 + 20 * MIN);
    r.says(2, T0 + 21 * MIN, Vacant);
    r.at(T0 + 21 * MIN);
    assert!(r.p_occupied() < 0.2, "{}", r.p_occupied());
    // It is heard by the first again, and once more by the second.
    r.says(1, T0 + 40 * MIN, Occupied);
    r.says(2, T0 + 60 * MIN, Vacant);
    r.at(T0 + 60 * MIN);
    assert!(r.p_occupied() < 0.35, "{}", r.p_occupied());
}

#[test]
fn what_each_said_comes_to_the_same_in_whatever_order_the_two_come_in() {
    let words: Vec<(u32, u64, BayStatus)> = (0..40)
        .map(|n| {
            let source = 1 + (n % 2) as u32;
            let status = [Occupied, Vacant][usize::from(n / 7 % 2 == 0)];
            (source, T0 + n * 20_000, status)
        })
        .collect();
    let held = |words: &[(u32, u64, BayStatus)]| {
        let mut r = rig_of(testing::city(1, 2), true);
        let now = Millis(T0 + 20 * MIN);
        for (source, at, status) in words {
            let kind = SourceKind::Sensor;
            let c = claim(&r, "Z0-0", *at, *source, kind, *status);
            r.worker.apply(&[c], now);
        }
        r.at(now.0);
        let cell = r.worker.cells[r.registry.bay("Z0-0").unwrap().at()];
        let mut others = r.twins();
        others.retain(|twin| twin.0 != cell.word.source().0);
        (cell.word, cell.doubt, others)
    };
    let whole = held(&words);
    let mut one_then_other = words.clone();
    one_then_other.sort_by_key(|(source, at, _)| (*source, *at));
    assert_eq!(held(&one_then_other), whole);
    one_then_other.sort_by_key(|(source, at, _)| (3 - *source, *at));
    assert_eq!(held(&one_then_other), whole);
    // Copies are nothing new.
    let twice: Vec<_> = words.iter().chain(&words).copied().collect();
    assert_eq!(held(&twice), whole);
}

#[test]
fn of_very_many_watchers_the_newest_are_kept() {
    let mut r = rig_of(testing::city(1, 2), true);
    for source in 1..20 {
        r.says(source, T0 + u64::from(source), Occupied);
    }
    let kept: Vec<_> = r.twins().iter().map(|twin| twin.0).collect();
    assert_eq!(kept, [15, 16, 17, 18]);
}

#[test]
fn they_are_there_after_a_restart_and_go_with_their_bay() {
    let mut r = after(60, Occupied, Vacant);
    let mut again = after_a_restart(&mut r);
    assert_eq!(again.twins(), r.twins());
    for rig in [&mut r, &mut again] {
        rig.says(1, T0 + 61 * MIN, Occupied);
        rig.at(T0 + 61 * MIN);
    }
    assert_eq!(again.twins(), r.twins());
    assert_eq!(again.p_occupied().to_bits(), r.p_occupied().to_bits());
    r.registry.remove_bays(&["Z0-0".into()]).unwrap();
    r.worker.apply(&[], Millis(T0 + 62 * MIN));
    assert_eq!(r.twins(), []);
}

#[test]
fn words_from_the_future_are_put_back_with_the_clock() {
    let mut r = rig_of(testing::city(1, 2), true);
    let ahead = T0 + 600 * MIN;
    r.says(1, ahead, Occupied);
    r.says(2, ahead + 1, Vacant);
    let behind = Claim::Clock {
        shard: 0,
        behind_ms: 600 * MIN,
    };
    r.worker.apply(&[behind], Millis(ahead + 1));
    let beliefs = r.worker.beliefs.as_ref().unwrap();
    assert!(
        beliefs
            .twins
            .iter()
            .all(|(_, twin)| twin.word.at() <= Millis(T0 + 1))
    );
    // What is said from then on is newer.
    let c = claim(&r, "Z0-0", T0 + 900, 1, SourceKind::Sensor, Vacant);
    r.worker.apply(&[c], Millis(ahead + 1));
    assert_eq!(r.twins().iter().map(|t| t.0).collect::<Vec<_>>(), [1, 2]);
}
