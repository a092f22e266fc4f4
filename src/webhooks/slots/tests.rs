//! What an endpoint is told of a zone, second by second.

use super::*;

const ZONE: ZoneIx = ZoneIx(7);
const T0: Millis = Millis(1_795_399_200_000);

fn rules(events: &[&str]) -> ZoneRules {
    ZoneRules::new(&Events::read(events.iter().copied()).unwrap(), 2)
}

fn crossings() -> ZoneRules {
    rules(&["zone.full", "zone.available", "zone.stale"])
}

fn slots(rules: ZoneRules) -> ZoneSlots {
    ZoneSlots::new(rules, 10)
}

fn vacant(n: u32) -> ZoneFigures {
    ZoneFigures {
        vacant: n,
        unknown: 0,
        capacity: 20,
        is_stale: false,
        digest: u64::from(n) + 1,
    }
}

/// What is due at `ms`, begun.
fn begun(slots: &mut ZoneSlots, ms: u64) -> Option<StateMessage> {
    let now = T0.plus(ms);
    let zone = slots.due(now)?;
    slots.begin(zone, ("{}", format!("msg_{ms}")), now)
}

fn told(slots: &mut ZoneSlots, ms: u64) -> Option<EventType> {
    let sent = begun(slots, ms)?;
    let event = sent.event;
    assert!(slots.done(sent, Attempted::Taken, T0.plus(ms)));
    Some(event)
}

#[test]
fn between_full_and_the_threshold_nothing_is_told() {
    let mut slots = slots(crossings());
    let mut at = 0;
    let mut all = Vec::new();
    for n in [0, 1, 0, 1, 2, 1, 3, 0, 1] {
        at += 60_000;
        slots.see(ZONE, Some(&vacant(n)), T0.plus(at));
        all.push(told(&mut slots, at));
    }
    let full = Some(EventType::ZoneFull);
    let available = Some(EventType::ZoneAvailable);
    assert_eq!(
        all,
        [full, None, None, None, available, None, None, full, None]
    );
}

#[test]
fn a_zone_that_is_half_unknown_or_stale_is_not_called_full() {
    let mut slots = slots(crossings());
    let unknown = ZoneFigures {
        unknown: 1,
        ..vacant(0)
    };
    slots.see(ZONE, Some(&unknown), T0);
    assert_eq!(told(&mut slots, 0), None);
    let stale = ZoneFigures {
        is_stale: true,
        digest: 99,
        ..vacant(0)
    };
    slots.see(ZONE, Some(&stale), T0);
    assert_eq!(told(&mut slots, 0), Some(EventType::ZoneStale));
    assert_eq!(told(&mut slots, 60_000), None, "once");
    slots.see(ZONE, Some(&vacant(9)), T0);
    assert_eq!(told(&mut slots, 60_000), Some(EventType::ZoneAvailable));
}

#[test]
fn who_wants_to_know_only_when_there_is_room_is_told_each_time() {
    let mut slots = slots(rules(&["zone.available", "zone.stale"]));
    let mut count = 0;
    for (at, n) in [(0, 9), (20_000, 0), (40_000, 9), (60_000, 0), (80_000, 9)] {
        slots.see(ZONE, Some(&vacant(n)), T0.plus(at));
        count += u32::from(told(&mut slots, at) == Some(EventType::ZoneAvailable));
    }
    assert_eq!(count, 3);
}

#[test]
fn a_thousand_changes_in_a_second_are_one_message_with_the_newest_and_then_silence() {
    let mut slots = slots(rules(&["zone.changed"]));
    let mut sent = Vec::new();
    for ms in 0..30_000 {
        if ms < 1_000 {
            let figures = ZoneFigures {
                digest: ms + 1,
                ..vacant(3)
            };
            slots.see(ZONE, Some(&figures), T0.plus(ms));
        }
        if let Some(message) = begun(&mut slots, ms) {
            sent.push((ms, message.digest, message.data.clone()));
            slots.done(message, Attempted::Taken, T0.plus(ms));
        }
    }
    let data = "{\"skipped\":999,\"zone\":{}}".to_owned();
    assert_eq!(sent, [(1_500, 1_000, data)]);
}

#[test]
fn a_zone_that_never_rests_is_told_of_every_ten_seconds() {
    let mut slots = slots(rules(&["zone.changed"]));
    let mut sent = Vec::new();
    for ms in (0..60_000).step_by(50) {
        let figures = ZoneFigures {
            digest: ms + 1,
            ..vacant(3)
        };
        slots.see(ZONE, Some(&figures), T0.plus(ms));
        sent.extend(told(&mut slots, ms).map(|_| ms));
    }
    assert_eq!(sent, [1_500, 11_500, 21_500, 31_500, 41_500, 51_500]);
}

#[test]
fn what_is_refused_comes_again_under_its_id_unless_it_is_not_so_any_more() {
    let mut slots = slots(crossings());
    slots.see(ZONE, Some(&vacant(0)), T0);
    let first = begun(&mut slots, 0).unwrap();
    assert!(begun(&mut slots, 0).is_none(), "one at a time");
    assert!(slots.done(first.clone(), Attempted::Refused(0.5, None), T0));
    assert_eq!(slots.next_at(), Some(T0.plus(5_000)));
    let again = begun(&mut slots, 5_000).unwrap();
    assert_eq!((&again.id, &again.data), (&first.id, &first.data));
    assert_eq!(again.attempts, 1);
    let refused = Attempted::Refused(0.5, Some(600_000));
    assert!(slots.done(again, refused, T0.plus(5_000)));
    assert_eq!(slots.next_at(), Some(T0.plus(605_000)), "as it wished");
    slots.see(ZONE, Some(&vacant(9)), T0.plus(6_000));
    let newest = begun(&mut slots, 605_000).unwrap();
    assert_eq!(newest.event, EventType::ZoneAvailable);
    assert_ne!(newest.id, first.id);
    assert_eq!(newest.data, "{\"skipped\":1,\"zone\":{}}");
    assert!(slots.done(newest, Attempted::Taken, T0.plus(605_000)));
    assert_eq!(slots.next_at(), None);
}

#[test]
fn who_did_not_answer_is_told_the_newest_even_if_that_is_what_it_knew_before() {
    let mut slots = slots(crossings());
    slots.see(ZONE, Some(&vacant(9)), T0);
    assert_eq!(told(&mut slots, 0), Some(EventType::ZoneAvailable));
    slots.see(ZONE, Some(&vacant(0)), T0.plus(20_000));
    let full = begun(&mut slots, 20_000).unwrap();
    slots.see(ZONE, Some(&vacant(9)), T0.plus(20_001));
    assert!(slots.done(full, Attempted::Refused(0.5, None), T0.plus(35_000)));
    assert_eq!(told(&mut slots, 40_000), Some(EventType::ZoneAvailable));
}

#[test]
fn after_ten_attempts_the_endpoint_is_given_up() {
    let mut slots = slots(crossings());
    slots.see(ZONE, Some(&vacant(0)), T0);
    let mut now = 0;
    for n in 1..=10 {
        let sent = begun(&mut slots, now).unwrap();
        let goes_on = slots.done(sent, Attempted::Refused(0.5, None), T0.plus(now));
        assert_eq!(goes_on, n < 10, "{n}");
        now = slots.next_at().map_or(now, |at| at.since(T0));
    }
}

#[test]
fn a_zone_that_is_not_seen_any_more_is_not_told_of() {
    let mut slots = slots(crossings());
    slots.see(ZONE, Some(&vacant(0)), T0);
    let sent = begun(&mut slots, 0).unwrap();
    slots.see(ZONE, None, T0);
    assert!(slots.done(sent, Attempted::Refused(0.5, None), T0));
    assert_eq!(slots.next_at(), None);
}

#[test]
fn no_more_zones_are_followed_than_may_be() {
    let mut slots = slots(crossings());
    for zone in 0..20 {
        slots.see(ZoneIx(zone), Some(&vacant(0)), T0);
    }
    let told = (0..20).filter(|_| told(&mut slots, 0).is_some());
    assert_eq!(told.count(), 10);
}
