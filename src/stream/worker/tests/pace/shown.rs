//! What is shown of bays and zones as half-hours turn, and what it is made of.

use super::*;

#[test]
fn what_is_usual_is_told_anew_when_the_half_hour_turns() {
    let registry = testing::city(1, 10);
    let mut r = rig_of(registry.clone(), false);
    let tables = Arc::new(TwoTables(registry));
    let schedule = Arc::new(RateSchedule::new(Some(tables), 0));
    r.worker = r.worker.at_rates(schedule.clone()).believing(None);
    r.sensor("Z0-0", T0, BayStatus::Vacant);
    r.at(T0);
    let expected = |r: &mut WorkerRig, at: u64| {
        r.at(at);
        r.zone("Z0").expected.unwrap().vacant
    };
    let assumed = expected(&mut r, T0 + 1000);
    schedule.say(Millis(T0 + 2000), 1, Millis(T0));
    assert_eq!(expected(&mut r, T0 + 2000), assumed, "not yet");
    let first = expected(&mut r, T0 + 2001);
    assert_ne!(first, assumed);
    // Then it is another half-hour.
    r.sensor("Z0-1", T0 + 30 * MIN - 1, BayStatus::Vacant);
    let before = expected(&mut r, T0 + 30 * MIN - 1);
    let after = expected(&mut r, T0 + 30 * MIN);
    assert!(before.abs_diff(after) > 30, "{before} became {after}");
    assert_eq!(T0 % (30 * MIN), 0);
}

#[test]
fn a_counts_news_fades_by_the_rates_of_each_half_hour() {
    let registry = testing::city(1, 1);
    let tables = Arc::new(TwoTables(registry.clone()));
    let pace = Pace::new(
        Arc::new(RateSchedule::new(Some(tables), 2)),
        &registry.city(),
    );
    let t0 = (T0 / 1000) as u32;
    let zone = ZoneIx(0);
    let half = t0 + HALF_HOUR_S;
    let by_then = pace.rates(zone, t0).left(1_000_000, HALF_HOUR_S);
    let left = pace.rates(zone, half).left(by_then, 300);
    assert_eq!(pace.left(zone, 1_000_000, t0, half + 300), left);
    assert_ne!(
        pace.rates(zone, t0).left(1_000_000, HALF_HOUR_S + 300),
        left
    );
}

#[test]
fn what_a_belief_is_made_of_adds_up_in_every_half_hour() {
    let registry = testing::city(1, 2);
    let mut r = rig_of(registry.clone(), false);
    let tables = Arc::new(TwoTables(registry));
    let schedule = Arc::new(RateSchedule::new(Some(tables), 1));
    r.worker = r.worker.at_rates(schedule).believing(None);
    let zone = ZoneIx(0);
    let bay = r.registry.bay("Z0-0").unwrap();
    let mut counted = 0;
    for minute in 0..8 * 60 {
        let at = T0 + minute * MIN;
        // So that a half-hour turns between two of them.
        if minute % 10 == 5 {
            let said = BayStatus::ALL[usize::from(minute % 20 == 5)];
            let word = belief::app(&r, at, (1, 1), 6, said);
            let count = gates_count(zone, Millis(at), u32::from(minute % 40 < 20));
            r.worker.apply(&[word, count], Millis(at));
        }
        // All that is shown is looked at within a round.
        r.at(at);
        let view = r.model.bays.lock().unwrap().get(&bay).copied();
        let Some(view) = view.filter(|view| view.claimed.occupied().is_some()) else {
            continue;
        };
        let p = f64::from(view.confidence) / 255.0;
        let p = if view.claimed == BayStatus::Vacant {
            1.0 - p
        } else {
            p
        };
        let beliefs = r.worker.beliefs.as_ref().unwrap();
        let apps = beliefs.evidence(bay, &r.worker.cells[bay.at()], Millis(at));
        let usual = r.model.usual.lock().unwrap()[&zone];
        let counts = r.model.counts.lock().unwrap();
        let count = counts.get(&(zone, BayKind::Car as u8)).copied().flatten();
        counted += u32::from(count.is_some());
        let parts = [
            Some(usual),
            apps.map(|a| a.log_odds),
            count.map(|c| c.log_odds),
        ];
        let odds: f64 = parts
            .iter()
            .flatten()
            .map(|part| f64::from(*part) / 1024.0)
            .sum();
        let sum = 1.0 / (1.0 + (-odds).exp());
        // Where nothing has changed at once it is told when it has moved by 8 steps.
        let most = if minute % 30 == 0 || minute % 10 == 5 {
            0.004
        } else {
            8.5 / 255.0
        };
        assert!((sum - p).abs() < most, "minute {minute}: {sum}, not {p}");
    }
    assert!(counted > 60, "{counted}");
}
