//! Who stands in a booked bay, minute by minute.

use super::super::tests::{at, held};
use super::*;
use crate::domain::BayStatus::{Occupied, Vacant};

/// From minute 60 to 120.
fn booked() -> Reservation {
    Reservation {
        state: ReservationState::Confirmed,
        ..held()
    }
}

fn there(since: i64) -> Reservation {
    Reservation {
        state: ReservationState::Active,
        arrived_at: Some(at(since)),
        ..held()
    }
}

/// What a sensor has said, by minute.
fn seen(words: &[(BayStatus, i64)]) -> BaySight {
    let then = |p: Presence, (said, minute): &(BayStatus, i64)| p.then(*said, at(*minute));
    let last = words.last().map_or(BayStatus::Unknown, |(said, _)| *said);
    BaySight {
        presence: words.iter().fold(Presence::default(), then),
        said: last,
        ..BaySight::default()
    }
}

#[test]
fn who_has_stood_there_since_before_the_window_is_a_stranger_however_often_he_is_seen_again() {
    let stranger = seen(&[(Occupied, 20), (Occupied, 52), (Occupied, 59)]);
    assert_eq!(booked().due(&stranger, at(49)), None, "he may leave");
    for (minute, back) in [(50, false), (59, false), (60, true), (70, true)] {
        assert_eq!(
            booked().due(&stranger, at(minute)),
            Some(Due::Elsewhere(Risk::Taken, back)),
            "at {minute}"
        );
    }
}

#[test]
fn who_comes_from_ten_minutes_before_on_is_the_driver() {
    for minute in [50, 52, 59, 75, 119] {
        let came = seen(&[(Vacant, 10), (Occupied, minute)]);
        assert_eq!(
            booked().due(&came, at(minute)),
            Some(Due::Arrive(at(minute)))
        );
        let first_word = seen(&[(Occupied, minute)]);
        assert_eq!(
            booked().due(&first_word, at(minute)),
            Some(Due::Arrive(at(minute)))
        );
    }
    let early = seen(&[(Vacant, 10), (Occupied, 49)]);
    assert!(matches!(
        booked().due(&early, at(50)),
        Some(Due::Elsewhere(Risk::Taken, false))
    ));
}

#[test]
fn a_stranger_who_leaves_makes_room_and_the_driver_is_told() {
    let warned = Reservation {
        at_risk: Some(Risk::Taken),
        ..booked()
    };
    let left = seen(&[(Occupied, 20), (Vacant, 55)]);
    assert_eq!(warned.due(&left, at(55)), Some(Due::Safe));
    assert_eq!(booked().due(&left, at(55)), None);
    let next = seen(&[(Occupied, 20), (Vacant, 55), (Occupied, 57)]);
    assert_eq!(warned.due(&next, at(57)), Some(Due::Arrive(at(57))));
}

#[test]
fn while_the_stay_before_goes_on_nobody_is_a_stranger_until_it_has_run_over() {
    let before = BaySight {
        has_another: true,
        ..seen(&[(Occupied, 0)])
    };
    assert_eq!(booked().due(&before, at(59)), None);
    let over = BaySight {
        is_overstayed: true,
        ..before
    };
    assert_eq!(
        booked().due(&over, at(62)),
        Some(Due::Elsewhere(Risk::Overstay, true))
    );
}

#[test]
fn a_bay_that_is_closed_or_gone_is_lost_and_one_that_may_come_back_is_waited_for() {
    let closed = BaySight {
        said: BayStatus::Closed,
        ..seen(&[])
    };
    assert_eq!(booked().due(&closed, at(29)), None);
    assert_eq!(
        booked().due(&closed, at(30)),
        Some(Due::Elsewhere(Risk::Closed, false))
    );
    let gone = BaySight {
        gone_since: Some(at(3)),
        ..seen(&[])
    };
    assert_eq!(
        booked().due(&gone, Millis(at(4).0 - 1)),
        Some(Due::Elsewhere(Risk::Gone, false))
    );
    assert_eq!(
        booked().due(&gone, at(4)),
        Some(Due::Elsewhere(Risk::Gone, true))
    );
    assert_eq!(there(60).due(&gone, at(70)), None, "he stands there");
}

#[test]
fn where_a_sensor_sees_nobody_the_bay_is_given_up_and_where_none_looks_the_driver_is_asked() {
    let vacant = seen(&[(Vacant, 10)]);
    assert_eq!(booked().due(&vacant, at(74)), None);
    assert_eq!(booked().due(&vacant, at(75)), Some(Due::MissOut));
    let patient = Reservation {
        grace_min: 40,
        ..booked()
    };
    assert_eq!(patient.due(&vacant, at(99)), None);
    assert_eq!(patient.due(&vacant, at(100)), Some(Due::MissOut));
    let blind = seen(&[]);
    assert_eq!(booked().due(&blind, at(75)), Some(Due::Ask(Risk::Silent)));
    let asked = Reservation {
        at_risk: Some(Risk::Silent),
        ..booked()
    };
    assert_eq!(asked.due(&blind, at(119)), None);
    assert_eq!(asked.due(&blind, at(120)), Some(Due::MissOut));
}

#[test]
fn a_stay_ends_when_nobody_has_been_seen_for_two_minutes_and_then_as_of_the_first() {
    let left = |minute| seen(&[(Occupied, 60), (Vacant, minute)]);
    assert_eq!(there(60).due(&left(90), at(91)), None);
    assert_eq!(there(60).due(&left(90), at(92)), Some(Due::Depart(at(90))));
    let errand = seen(&[(Occupied, 60), (Vacant, 90), (Occupied, 91)]);
    assert_eq!(there(60).due(&errand, at(100)), None);
    assert_eq!(
        there(60).due(&left(130), at(130)),
        Some(Due::Depart(at(130))),
        "after the end there is nothing to wait for"
    );
    let awaited = BaySight {
        is_awaited: true,
        ..left(90)
    };
    let half = at(90).plus(BREAK_MS);
    assert_eq!(
        there(60).due(&awaited, half),
        Some(Due::Depart(at(90))),
        "or the next driver would be taken for this one"
    );
}

#[test]
fn who_was_there_for_a_moment_was_not_the_driver_unless_he_has_said_so() {
    let moment = seen(&[(Vacant, 10), (Occupied, 55), (Vacant, 56)]);
    assert_eq!(there(55).due(&moment, at(58)), Some(Due::Mistake));
    let said = Reservation {
        came_by_word: true,
        ..there(55)
    };
    assert_eq!(said.due(&moment, at(58)), Some(Due::Depart(at(56))));
}

#[test]
fn a_sensor_that_has_never_seen_the_vehicle_cannot_see_it_go() {
    let never = seen(&[(Vacant, 61)]);
    assert_eq!(there(60).due(&never, at(70)), None);
    assert_eq!(there(60).due(&never, at(124)), None);
    assert_eq!(there(60).due(&never, at(125)), Some(Due::TimeUp));
    let still = seen(&[(Occupied, 60)]);
    assert_eq!(there(60).due(&still, at(121)), None, "not yet told");
    assert_eq!(there(60).due(&still, at(125)), Some(Due::Overstay));
    let told = Reservation {
        overstay_at: Some(at(125)),
        ..there(60)
    };
    assert_eq!(told.due(&still, at(130)), None);
    assert_eq!(told.due(&still, at(240)), Some(Due::TooLong));
}

#[test]
fn whom_the_authority_has_leave_is_there_no_more_from_then_on_unless_he_had_left_before() {
    let cleared = |bay: BaySight, minute| BaySight {
        cleared_at: Some(at(minute)),
        ..bay
    };
    let still = cleared(seen(&[(Occupied, 60)]), 80);
    assert_eq!(there(60).due(&still, at(80)), Some(Due::Clear(at(80))));
    assert_eq!(booked().due(&still, at(80)), Some(Due::Arrive(at(60))));
    let gone = seen(&[(Occupied, 60), (Vacant, 70)]);
    let due = there(60).due(&cleared(gone, 69), at(90));
    assert_eq!(due, Some(Due::Clear(at(69))));
    let due = there(60).due(&cleared(gone, 70), at(90));
    assert_eq!(due, Some(Due::Depart(at(70))));
    let due = there(60).due(&cleared(gone, 80), at(90));
    assert_eq!(due, Some(Due::Depart(at(70))));
    // A hub that was away learns of it after the end.
    let unseen = there(60).due(&cleared(seen(&[]), 124), at(300));
    assert_eq!(unseen, Some(Due::Clear(at(124))));
    let unseen = there(60).due(&cleared(seen(&[]), 125), at(300));
    assert_eq!(unseen, Some(Due::TimeUp), "it was over by then");
    let long = there(60).due(&cleared(seen(&[(Occupied, 60)]), 240), at(300));
    assert_eq!(long, Some(Due::TooLong), "and that as well");
}

#[test]
fn who_was_sent_elsewhere_and_does_not_come_owes_nothing() {
    let moved = |taken| Reservation {
        moved: Some(super::super::Moved {
            at: at(10),
            from: "B0".into(),
            taken,
        }),
        ..booked()
    };
    for bay in [seen(&[]), seen(&[(Vacant, 10)])] {
        assert_eq!(moved(true).due(&bay, at(74)), None);
        assert_eq!(moved(true).due(&bay, at(75)), Some(Due::GiveBack));
    }
    let vacant = seen(&[(Vacant, 10)]);
    assert_eq!(moved(false).due(&vacant, at(75)), Some(Due::MissOut));
}
