//! Seatings against all there are, and what a plan promises whatever the picture.

mod pictures;

use super::*;
use crate::long::cases;
use pictures::{ask, carry_out, choice, gain, is_sound, open_all_day, optimum, pictures, span};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(600)))]

    #[test]
    fn a_plan_keeps_pins_and_promises_and_never_books_twice(picture in pictures()) {
        for plan in [first_come(&picture).unwrap(), improve(&picture, Effort::default()).unwrap()] {
            prop_assert!(is_sound(&picture, &plan.seats), "{:?}", plan);
            let value = picture.asks.iter().zip(&plan.seats).filter_map(|(a, s)| Some(gain(&picture, a, s.as_ref()?)));
            prop_assert_eq!(value.sum::<i64>(), plan.value);
            prop_assert_eq!(plan.seats.iter().flatten().count(), plan.served);
        }
    }

    #[test]
    fn a_plan_never_loses_and_no_seating_beats_its_bound(picture in pictures(), rounds in 0..30_u32) {
        let first = first_come(&picture).unwrap();
        let plan = improve(&picture, Effort { rounds, ..Effort::default() }).unwrap();
        let best = optimum(&picture);
        prop_assert!(plan.value_before <= first.value && first.value <= plan.value);
        prop_assert!(plan.value <= best && best <= plan.bound && best <= first.bound);
    }

    #[test]
    fn steps_lead_there_one_by_one_even_if_some_are_refused(
        picture in pictures(),
        refused in proptest::collection::vec(proptest::bool::weighted(0.3), 8),
    ) {
        let plan = improve(&picture, Effort::default()).unwrap();
        let wholly = carry_out(&picture, &plan, &[]);
        prop_assert_eq!(wholly.as_ref(), Some(&plan.seats));
        let partly = carry_out(&picture, &plan, &refused);
        prop_assert!(partly.is_some_and(|seats| is_sound(&picture, &seats)));
    }

    #[test]
    fn the_same_picture_gives_the_same_plan(picture in pictures()) {
        prop_assert_eq!(improve(&picture, Effort::default()), improve(&picture, Effort::default()));
    }
}

#[test]
fn small_pictures_are_seated_within_a_percent_of_the_best() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut value = 0;
    let mut best = 0;
    for _ in 0..400 {
        let picture = pictures().new_tree(&mut runner).unwrap().current();
        value += improve(&picture, Effort::default()).unwrap().value;
        best += optimum(&picture);
    }
    assert!(value * 100 >= best * 99, "{value} of {best}");
}

/// One sits on the only bay another can have, and could sit elsewhere.
fn in_the_way(bond: Bond) -> Picture {
    let sits = choice(0, 200);
    let held = Some(HeldSeat {
        seat: sits,
        clear: span(4, 8).end,
    });
    let first = Wish {
        held,
        bond,
        ..ask(span(4, 8), &[sits, choice(1, 250)])
    };
    Picture {
        bays: open_all_day(2),
        asks: vec![first, ask(span(6, 10), &[choice(0, 200)])],
        ..Picture::default()
    }
}

#[test]
fn a_promised_booking_moves_within_its_promise_to_make_room() {
    let plan = improve(
        &in_the_way(Bond::Promised {
            price_cents: 250,
            walk_m: 0,
        }),
        Effort::default(),
    )
    .unwrap();
    assert_eq!(plan.served, 2);
    let moved = Move {
        ask: 0,
        from: Some(0),
        to: Some(1),
    };
    let came = Move {
        ask: 1,
        from: None,
        to: Some(0),
    };
    let steps = [
        JointMove {
            moves: vec![moved],
            after: vec![],
        },
        JointMove {
            moves: vec![came],
            after: vec![0],
        },
    ];
    assert_eq!(plan.steps, steps);
}

#[test]
fn a_tight_promise_and_a_pin_stay() {
    for bond in [
        Bond::Promised {
            price_cents: 249,
            walk_m: 0,
        },
        Bond::Pinned,
    ] {
        let plan = improve(&in_the_way(bond), Effort::default()).unwrap();
        assert_eq!((plan.served, plan.steps.len()), (1, 0));
    }
}

#[test]
fn two_who_change_places_go_in_one_step() {
    let there = |at: u32| {
        let here = choice(at, 500);
        let other = choice(1 - at, 100);
        let held = Some(HeldSeat {
            seat: here,
            clear: span(4, 8).end,
        });
        Wish {
            held,
            bond: Bond::Promised {
                price_cents: 500,
                walk_m: 0,
            },
            ..ask(span(4, 8), &[here, other])
        }
    };
    let picture = Picture {
        bays: open_all_day(2),
        asks: vec![there(0), there(1)],
        ..Picture::default()
    };
    let plan = improve(&picture, Effort::default()).unwrap();
    assert_eq!(
        plan.seats
            .iter()
            .map(|s| s.unwrap().bay)
            .collect::<Vec<_>>(),
        [1, 0]
    );
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(plan.steps[0].moves.len(), 2);
}

#[test]
fn a_booking_may_span_hours_that_touch_but_no_gap() {
    let seats = |open: Vec<Span>| {
        let bays = vec![Bay {
            open,
            ..Bay::default()
        }];
        let picture = Picture {
            bays,
            asks: vec![ask(span(2, 8), &[choice(0, 0)])],
            ..Picture::default()
        };
        first_come(&picture).unwrap().served
    };
    assert_eq!(seats(vec![span(4, 9), span(0, 4)]), 1);
    assert_eq!(seats(vec![span(5, 9), span(0, 4)]), 0);
    assert_eq!(seats(vec![]), 0);
}

#[test]
fn a_buffer_keeps_the_bay_free_after_each_booking() {
    let mut picture = Picture {
        bays: open_all_day(1),
        ..Picture::default()
    };
    picture.asks = vec![
        ask(span(2, 4), &[choice(0, 0)]),
        ask(span(4, 6), &[choice(0, 0)]),
    ];
    assert_eq!(first_come(&picture).unwrap().served, 2);
    picture.bays[0].buffer_ms = 1;
    assert_eq!(first_come(&picture).unwrap().served, 1);
}

#[test]
fn a_broken_picture_is_refused_with_what_is_wrong() {
    let held = |span: Span, bond: Bond| Wish {
        held: Some(HeldSeat {
            seat: choice(0, 0),
            clear: span.end,
        }),
        bond,
        ..ask(span, &[])
    };
    let fault = |asks: Vec<Wish>| {
        improve(
            &Picture {
                bays: open_all_day(1),
                asks,
                ..Picture::default()
            },
            Effort::default(),
        )
        .unwrap_err()
    };
    assert_eq!(
        fault(vec![ask(span(3, 3), &[])]),
        PictureFault::Empty { ask: 0 }
    );
    assert_eq!(
        fault(vec![ask(span(1, 2), &[choice(7, 0)])]),
        PictureFault::NoSuchBay { ask: 0, bay: 7 }
    );
    assert_eq!(
        fault(vec![Wish {
            bond: Bond::Pinned,
            ..ask(span(1, 2), &[])
        }]),
        PictureFault::PinnedNowhere { ask: 0 }
    );
    for (a, b) in [
        (Bond::None, Bond::None),
        (Bond::None, Bond::Pinned),
        (Bond::Pinned, Bond::Pinned),
    ] {
        let asks = vec![held(span(1, 4), a), held(span(3, 5), b)];
        assert_eq!(fault(asks), PictureFault::Clash { ask: 0, other: 1 });
    }
}
