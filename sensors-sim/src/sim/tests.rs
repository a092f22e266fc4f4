//! What the simulated city does, without a socket: a day's occupancy, the reports, and each fault
//! on its own.

use super::*;
use crate::faults::Faults;
use crate::{CityParams, Topic};
use std::collections::HashMap;

const START: u64 = 1_795_402_800_000;
const HOUR: u64 = 3_600_000;

fn sim(bays: u32, change: impl FnOnce(&mut SimParams)) -> Sim {
    let mut params = SimParams {
        faults: Faults::none(),
        start_hour: Some(9.0),
        ..SimParams::default()
    };
    params.app_walks_per_min = Some(0.0);
    change(&mut params);
    params.check().unwrap();
    let city = City::generate(&CityParams {
        bays,
        ..CityParams::default()
    });
    let mut sim = Sim::new(city, params, START);
    while sim.fill(&mut Vec::new()) {}
    sim
}

fn run_for(sim: &mut Sim, ms: u64) -> Outbox {
    let mut out = Outbox::default();
    for at in (START..=START + ms).step_by(100) {
        sim.step(at, &mut out);
    }
    out
}

/// What a listener believes after hearing the messages: bay to occupied.
fn heard<'a>(messages: impl IntoIterator<Item = &'a Message>) -> HashMap<String, bool> {
    let mut state = HashMap::new();
    for m in messages.into_iter().filter(|m| m.topic == Topic::Report) {
        let v: serde_json::Value = serde_json::from_slice(&m.payload).unwrap();
        for b in v["bays"].as_array().unwrap() {
            state.insert(
                b["bay"].as_str().unwrap().to_owned(),
                b["state"] == "occupied",
            );
        }
    }
    state
}

fn seq(m: &Message) -> u64 {
    serde_json::from_slice::<serde_json::Value>(&m.payload).unwrap()["seq"]
        .as_u64()
        .unwrap()
}

/// The share of sensed bays on which a listener is wrong after the fill and an hour of reports.
fn wrong_share(change: impl FnOnce(&mut SimParams)) -> f64 {
    let mut s = sim(2_000, change);
    s.fill_from = 0;
    let mut all = Vec::new();
    while s.fill(&mut all) {}
    all.extend(run_for(&mut s, HOUR).messages);
    let heard = heard(&all);
    let wrong = (0..2_000)
        .filter(|b| heard[s.city.bay_id(*b)] != (s.lots[*b as usize] & OCCUPIED != 0))
        .count();
    wrong as f64 / 2_000.0
}

#[test]
fn a_city_that_goes_on_is_the_one_that_was_and_lives_at_its_new_speed() {
    let later = START + 2 * HOUR;
    let mut s = sim(2_000, |_| {});
    s.step(later, &mut Outbox::default());
    let lots = s.lots.clone();
    let day = s.day_ms(later);
    s.go_on(1.0, later);
    assert_eq!(s.lots, lots);
    assert!(
        s.day_ms(later).abs_diff(day) <= 1,
        "the hour of the day too"
    );
    let mut all = Vec::new();
    while s.fill(&mut all) {}
    assert_eq!(heard(&all).len(), 2_000, "all is told anew");
    let at: serde_json::Value = serde_json::from_slice(&all[0].payload).unwrap();
    assert_eq!(at["at"], crate::message::rfc3339(later));
    let changes = |speed: f64| {
        let mut s = sim(2_000, |_| {});
        s.step(later, &mut Outbox::default());
        s.go_on(speed, later);
        let mut out = Outbox::default();
        s.step(later + HOUR / 4, &mut out);
        out.truth.len()
    };
    let plain = changes(1.0);
    assert!((3 * plain..5 * plain).contains(&changes(4.0)), "{plain}");
}

#[test]
fn occupancy_stays_plausible_over_a_day() {
    let mut s = sim(4_000, |p| p.start_hour = Some(0.0));
    let mut out = Outbox::default();
    let mut offices = Vec::new();
    for hour in 0..24 {
        s.step(START + hour * HOUR, &mut out);
        let (taken, lots) = s.occupied();
        let share = f64::from(taken) / f64::from(lots);
        assert!((0.25..0.85).contains(&share), "at {hour} o'clock {share}");
        let of = |used: Use| {
            let zones = s
                .zones
                .iter()
                .zip(&s.city.zones)
                .filter(|(z, _)| z.used == used);
            let (n, of) = zones.fold((0, 0), |(n, of), (z, c)| (n + z.occupied, of + c.capacity));
            f64::from(n) / f64::from(of)
        };
        offices.push(of(Use::Offices));
    }
    assert!(
        offices[11] > offices[3] + 0.4,
        "offices fill by day: {offices:?}"
    );
    let per_lot = out.truth.len() as f64 / s.lots.len() as f64;
    assert!(
        (6.0..60.0).contains(&per_lot),
        "{per_lot} changes a lot and day"
    );
    assert_eq!(
        s.occupied().0,
        s.lots.iter().filter(|l| **l & OCCUPIED != 0).count() as u32
    );
}

#[test]
fn the_same_seed_gives_the_same_day_however_it_is_cut() {
    let params = |p: &mut SimParams| {
        p.faults = Faults::harsh();
        p.app_walks_per_min = Some(60.0);
    };
    let mut a = sim(500, params);
    let mut b = sim(500, params);
    let fine = run_for(&mut a, HOUR);
    let mut coarse = Outbox::default();
    b.step(START + HOUR, &mut coarse);
    assert_eq!(fine.truth, coarse.truth);
    assert_eq!(fine.breaks, coarse.breaks);
    assert!(fine.messages == coarse.messages);
}

#[test]
fn the_truth_does_not_depend_on_the_faults() {
    let truth = |f: Faults| run_for(&mut sim(500, |p| p.faults = f), HOUR).truth;
    assert_eq!(truth(Faults::none()), truth(Faults::harsh()));
}

#[test]
fn the_fill_tells_every_bay_and_every_counted_zone_once() {
    let mut s = sim(3_000, |p| p.plan.connections = 2);
    s.fill_from = 0;
    let mut all = Vec::new();
    while s.fill(&mut all) {}
    assert_eq!(
        all.iter().map(|m| usize::from(m.bays)).sum::<usize>(),
        3_000
    );
    assert_eq!(heard(&all).len(), 3_000);
    let counted = s.city.zones.iter().filter(|z| z.bays.is_empty()).count();
    assert!(counted > 0);
    assert_eq!(
        all.iter().filter(|m| m.topic == Topic::Count).count(),
        counted
    );
    assert!(
        all.iter()
            .all(|m| usize::from(m.bays) <= crate::message::MAX_BAYS)
    );
    assert!(
        all.iter()
            .all(|m| m.payload.len() <= crate::message::MAX_BYTES)
    );
}

#[test]
fn without_faults_a_listener_is_right_but_for_the_last_sample() {
    assert!(wrong_share(|_| {}) < 0.005);
}

#[test]
fn every_lamp_post_reports_all_its_bays_at_each_heartbeat() {
    let mut s = sim(1_000, |_| {});
    let heard = heard(&run_for(&mut s, 331_000).messages);
    assert_eq!(heard.len(), 1_000);
}

#[test]
fn gates_never_count_more_vacant_lots_than_there_are() {
    let mut s = sim(3_000, |p| p.faults.misread = 0.5);
    let out = run_for(&mut s, HOUR);
    let mut counts = 0;
    for m in out.messages.iter().filter(|m| m.topic == Topic::Count) {
        let v: serde_json::Value = serde_json::from_slice(&m.payload).unwrap();
        let zone = s
            .city
            .zones
            .iter()
            .find(|z| z.id == v["zone"].as_str().unwrap())
            .unwrap();
        assert_eq!(v["capacity"], zone.capacity);
        assert!(v["vacant"].as_u64().unwrap() <= u64::from(zone.capacity));
        counts += 1;
    }
    assert!(counts >= 60, "{counts}");
}

#[test]
fn app_users_report_a_few_neighbouring_bays() {
    let mut s = sim(1_000, |p| p.app_walks_per_min = Some(30.0));
    let apps = s.plan.apps.clone();
    let out = run_for(&mut s, HOUR);
    let walks: Vec<_> = out
        .messages
        .iter()
        .filter(|m| apps.contains(&m.link))
        .collect();
    assert!((1_500..2_100).contains(&walks.len()), "{}", walks.len());
    assert!(walks.iter().all(|m| (1..=6).contains(&m.bays)));
}

#[test]
fn numbers_of_a_source_only_rise_when_nothing_goes_wrong() {
    let mut s = sim(1_000, |_| {});
    let mut last: HashMap<u32, u64> = HashMap::new();
    for m in run_for(&mut s, HOUR)
        .messages
        .iter()
        .filter(|m| m.topic == Topic::Report)
    {
        let n = seq(m);
        assert!(last.insert(m.link, n).is_none_or(|before| before < n));
    }
}

#[test]
fn lost_messages_never_arrive() {
    let mut s = sim(1_000, |p| p.faults.loss = 1.0);
    assert!(run_for(&mut s, HOUR).messages.is_empty());
    assert!(s.happened().lost > 100);
}

#[test]
fn doubled_messages_arrive_twice_and_unchanged() {
    let mut s = sim(1_000, |p| p.faults.duplicate = 1.0);
    let out = run_for(&mut s, HOUR).messages;
    assert!(out.len() > 100 && out.chunks(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn late_messages_keep_the_time_they_were_made() {
    let mut s = sim(1_000, |p| {
        p.faults.late = 1.0;
        p.faults.late_max_s = 60.0;
    });
    let mut out = Outbox::default();
    let mut later = 0;
    for at in (START..START + HOUR).step_by(1000) {
        s.step(at, &mut out);
        for m in out.messages.drain(..).filter(|m| m.topic == Topic::Report) {
            let v: serde_json::Value = serde_json::from_slice(&m.payload).unwrap();
            let made = chrono::DateTime::parse_from_rfc3339(v["at"].as_str().unwrap())
                .unwrap()
                .timestamp_millis();
            let age = at - made as u64;
            assert!(age <= 61_000);
            later += u64::from(age > 5_000);
        }
    }
    assert!(later > 100);
}

#[test]
fn swapped_messages_arrive_after_the_sources_next_one() {
    let mut s = sim(1_000, |p| p.faults.out_of_order = 0.3);
    let mut last: HashMap<u32, u64> = HashMap::new();
    let mut back = 0;
    for m in run_for(&mut s, HOUR)
        .messages
        .iter()
        .filter(|m| m.topic == Topic::Report)
    {
        let n = seq(m);
        back += u64::from(last.insert(m.link, n).is_some_and(|before| before > n));
    }
    assert!(back > 50 && back <= s.happened().swapped, "{back}");
}

#[test]
fn stuck_sensors_go_on_saying_what_they_said() {
    let all_stuck = |p: &mut SimParams| {
        p.faults.stuck = 1.0;
        p.faults.stuck_hours = 24.0;
    };
    let mut s = sim(1_000, all_stuck);
    let start: Vec<bool> = s.lots.iter().map(|l| l & OCCUPIED != 0).collect();
    let heard = heard(&run_for(&mut s, HOUR).messages);
    assert!((0..1_000).all(|b| heard[s.city.bay_id(b)] == start[b as usize]));
    let few = wrong_share(|p| p.faults.stuck = 0.2);
    assert!((0.02..0.2).contains(&few), "{few}");
}

#[test]
fn misread_bays_are_put_right_at_the_next_look() {
    // Almost nothing moves, so that only misreadings make a post look again.
    let mut s = sim(1_000, |p| {
        p.speed = 0.001;
        p.faults.misread = 0.02;
    });
    run_for(&mut s, HOUR);
    assert!(s.happened().misread > 100);
    s.params.faults.misread = 0.0;
    s.step(START + HOUR + 24_000, &mut Outbox::default());
    let wrong = s.lots[..1_000]
        .iter()
        .filter(|l| (*l & OCCUPIED != 0) != (*l & READ != 0))
        .count();
    assert!(wrong <= 2, "{wrong}");
}

#[test]
fn clocks_are_off_by_a_constant_that_a_hub_accepts() {
    let s = sim(1_000, |p| p.faults.skew_ms = 1e9);
    assert!(
        s.skews
            .iter()
            .all(|k| k.abs() <= crate::faults::MAX_SKEW_MS)
    );
    assert!(s.skews.iter().any(|k| *k != 0));
    assert!(sim(1_000, |_| {}).skews.iter().all(|k| *k == 0));
}

#[test]
fn connections_break_at_the_rate_asked_for() {
    let mut s = sim(1_000, |p| p.faults.reconnects_per_hour = 10.0);
    let sources = s.plan.sources.len() as f64;
    let per_source = run_for(&mut s, HOUR).breaks.len() as f64 / sources;
    assert!((8.0..12.0).contains(&per_source), "{per_source}");
}

#[test]
fn speed_makes_the_city_livelier_and_leaves_the_stamps_at_the_wall_clock() {
    let slow = run_for(&mut sim(1_000, |_| {}), HOUR / 6);
    let fast = run_for(&mut sim(1_000, |p| p.speed = 6.0), HOUR / 6);
    assert!(fast.truth.len() > slow.truth.len() * 3);
    assert!(
        fast.truth
            .iter()
            .all(|c| (START..=START + HOUR / 6).contains(&c.at))
    );
}

#[test]
fn an_empty_city_is_silent() {
    let mut s = sim(0, |p| p.faults = Faults::harsh());
    let out = run_for(&mut s, HOUR / 60);
    assert!(out.messages.is_empty() && out.truth.is_empty() && out.breaks.is_empty());
}
