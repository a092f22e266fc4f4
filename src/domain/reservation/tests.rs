//! The states and events of a reservation: every pair, every time, and histories at random.

use super::*;
use proptest::prelude::*;

const NOW: Millis = Millis(1_795_399_200_000);

/// Held at [`NOW`] for an hour that begins an hour later, for 300 cents.
pub(crate) fn held() -> Reservation {
    let hour = 60 * MINUTE_MS;
    let span = Span::new(NOW.plus(hour), NOW.plus(2 * hour)).unwrap();
    let vehicle = Vehicle {
        kind: BayKind::Car,
        height_cm: None,
        ev: false,
        accessible: false,
    };
    Reservation {
        id: 1,
        name: "rs_1".into(),
        offer: 1,
        bay: "B1".into(),
        owner: "acme".into(),
        driver: "app".into(),
        state: Held,
        span,
        free_at: span.end.plus(5 * MINUTE_MS),
        price_cents: 300,
        currency: Currency::SGD,
        promise: Promise {
            place: LatLon {
                lat: 1.3,
                lon: 103.8,
            },
            max_walk_m: 400,
            walk_m: 120,
            max_price_cents: 300,
            flexible: false,
            vehicle,
        },
        walk_m: 120,
        cancel: CancelRule::default(),
        leave: LeaveRule::default(),
        overstay_at: None,
        owed_cents: 0,
        expires_at: NOW.plus(3 * MINUTE_MS),
        created_at: NOW,
        arrived_at: None,
        came_by_word: false,
        departed_at: None,
        seen_since: None,
        at_risk: None,
        grace_min: GRACE_MIN,
        moved: None,
        moves: 0,
        season: None,
        version: 1,
    }
}

pub(super) fn at(minutes: i64) -> Millis {
    Millis(NOW.0.saturating_add_signed(minutes * MINUTE_MS as i64))
}

/// Every state and every event, at a time when nothing but the state stands in the way of each.
#[test]
#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn every_event_in_every_state_does_what_the_table_says() {
    use StepError::{Arrived, NotArrived, NotDue, Over, Unconfirmed};
    let to = |to, amount_cents| Ok(Some(Transition { to, amount_cents }));
    let same = Ok(None);
    let over = |state| Err(Over(state));
    // In the order of `ReservationEvent::ALL`: confirm, cancel, revoke, arrive, depart, expire, miss out,
    // mistake, return.
    let table = [
        (
            Held,
            [
                to(Confirmed, 300),
                to(Cancelled, 0),
                to(Cancelled, 0),
                Err(Unconfirmed),
                Err(NotArrived),
                to(Expired, 0),
                Err(Unconfirmed),
                Err(NotArrived),
                Err(Unconfirmed),
            ],
        ),
        (
            Confirmed,
            [
                same,
                to(Cancelled, -300),
                to(Cancelled, -300),
                to(Active, 0),
                Err(NotArrived),
                Err(NotDue),
                to(NoShow, 0),
                same,
                Err(NotDue),
            ],
        ),
        (
            Active,
            [
                same,
                Err(Arrived),
                Err(Arrived),
                same,
                to(Completed, 0),
                Err(NotDue),
                Err(NotDue),
                to(Confirmed, 0),
                same,
            ],
        ),
        (
            Completed,
            [
                over(Completed),
                over(Completed),
                over(Completed),
                over(Completed),
                same,
                over(Completed),
                over(Completed),
                over(Completed),
                to(Active, 0),
            ],
        ),
        (
            Cancelled,
            [
                over(Cancelled),
                same,
                same,
                over(Cancelled),
                over(Cancelled),
                over(Cancelled),
                over(Cancelled),
                over(Cancelled),
                over(Cancelled),
            ],
        ),
        (
            Expired,
            [
                over(Expired),
                over(Expired),
                over(Expired),
                over(Expired),
                over(Expired),
                same,
                over(Expired),
                over(Expired),
                over(Expired),
            ],
        ),
        (
            NoShow,
            [
                over(NoShow),
                over(NoShow),
                over(NoShow),
                over(NoShow),
                over(NoShow),
                over(NoShow),
                same,
                over(NoShow),
                over(NoShow),
            ],
        ),
    ];
    assert_eq!(table.map(|row| row.0), ReservationState::ALL);
    for (state, row) in table {
        for (event, want) in ReservationEvent::ALL.into_iter().zip(row) {
            let now = match event {
                ReservationEvent::Confirm | ReservationEvent::Cancel | ReservationEvent::Revoke => {
                    at(1)
                }
                ReservationEvent::Expire => at(3),
                _ => at(75),
            };
            assert_eq!(
                Reservation {
                    state,
                    owed_cents: 300,
                    ..held()
                }
                .step(event, now),
                want,
                "{event:?} when {state:?}"
            );
        }
    }
}

#[test]
fn a_hold_is_confirmed_before_its_deadline_and_never_at_it() {
    let deadline = held().expires_at;
    assert!(
        held()
            .step(ReservationEvent::Confirm, Millis(deadline.0 - 1))
            .is_ok()
    );
    assert_eq!(
        held().step(ReservationEvent::Confirm, deadline),
        Err(StepError::Late(deadline))
    );
    assert_eq!(
        held().step(ReservationEvent::Expire, Millis(deadline.0 - 1)),
        Err(StepError::NotDue)
    );
}

#[test]
fn arriving_and_being_missed_have_their_times() {
    let booked = Reservation {
        state: Confirmed,
        ..held()
    };
    assert_eq!(
        booked.step(ReservationEvent::Arrive, at(49)),
        Err(StepError::Early(booked.span.start))
    );
    assert!(
        booked.step(ReservationEvent::Arrive, at(50)).is_ok()
            && booked.step(ReservationEvent::Arrive, at(119)).is_ok()
    );
    assert_eq!(
        booked.step(ReservationEvent::Arrive, at(120)),
        Err(StepError::Ended(booked.span.end))
    );
    assert_eq!(
        booked.step(ReservationEvent::MissOut, at(74)),
        Err(StepError::NotDue)
    );
    let short = Reservation {
        span: Span::new(at(60), at(65)).unwrap(),
        ..booked
    };
    assert!(
        short.step(ReservationEvent::MissOut, at(65)).is_ok(),
        "a stay shorter than the time of grace"
    );
}

#[test]
fn who_cancels_in_time_pays_nothing_and_who_overstays_pays_more() {
    let booked = Reservation {
        state: Confirmed,
        ..held()
    };
    assert_eq!(
        booked
            .step(ReservationEvent::Cancel, at(60))
            .unwrap()
            .unwrap()
            .amount_cents,
        0,
        "too late for money back"
    );
    assert_eq!(
        booked
            .step(ReservationEvent::Revoke, at(60))
            .unwrap()
            .unwrap()
            .amount_cents,
        -300,
        "the hub's own fault"
    );
    let there = Reservation {
        state: Active,
        ..held()
    };
    assert_eq!(
        there
            .step(ReservationEvent::Depart, at(61))
            .unwrap()
            .unwrap()
            .amount_cents,
        0
    );
    assert_eq!(
        there
            .step(ReservationEvent::Depart, at(132))
            .unwrap()
            .unwrap()
            .amount_cents,
        60,
        "12 minutes at 300 an hour"
    );
}

#[test]
fn giving_up_late_costs_what_was_agreed_and_a_hold_or_a_lost_bay_nothing() {
    use ReservationEvent::{Cancel, Revoke};
    let agreed = CancelRule {
        free_min: 30,
        fee_percent: 50,
    };
    let amount = |state, event, minutes| {
        let r = Reservation {
            state,
            price_cents: 301,
            cancel: agreed,
            ..held()
        };
        r.step(event, at(minutes)).unwrap().unwrap().amount_cents
    };
    for (state, event, minutes, cents) in [
        (Held, Cancel, 2, 0),
        (Held, Cancel, 59, 0),
        (Confirmed, Cancel, 29, -301),
        (Confirmed, Cancel, 30, -151),
        (Confirmed, Cancel, 59, -151),
        (Confirmed, Cancel, 60, 0),
        (Confirmed, Revoke, 59, -301),
        (Confirmed, Revoke, 70, -301),
    ] {
        assert_eq!(
            amount(state, event, minutes),
            cents,
            "{event:?} of {state:?} at {minutes}"
        );
    }
}

#[test]
fn a_booking_is_pinned_half_an_hour_before() {
    let of = |state, moves| Reservation {
        state,
        moves,
        ..held()
    };
    let booked = of(Confirmed, 1);
    assert!(!booked.is_pinned(at(29)) && booked.is_pinned(at(30)));
    for (state, moves) in [(Held, 0), (Active, 0), (Confirmed, 2)] {
        assert!(of(state, moves).is_pinned(at(0)), "{state:?} {moves}");
    }
}

proptest! {
    /// Whatever happens in whatever order: nothing leaves a last state, and the driver never pays
    /// less than 0.
    #[test]
    fn no_history_revives_or_pays_out(events in prop::collection::vec((0_usize..9, 0_i64..40), 1..30)) {
        let mut it = held();
        let mut paid = 0;
        let mut minutes = 0;
        for (event, pass) in events {
            minutes += pass;
            let before = it.state;
            if let Ok(Some(step)) = it.step(ReservationEvent::ALL[event], at(minutes)) {
                let back = (before, step.to) == (Completed, Active);
                prop_assert!((before.holds() || back) && step.to != before);
                paid += step.amount_cents;
                it.state = step.to;
            }
            prop_assert!(paid >= 0);
            prop_assert!(!matches!(it.state, Expired) || paid == 0);
        }
    }
}
