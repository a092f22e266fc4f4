//! Seatings against all there are, and what a plan promises whatever the picture.

use super::*;
use crate::long::cases;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

const HALF_HOUR: u64 = 30 * 60_000;

fn span(from: u64, to: u64) -> Span {
    Span {
        start: Millis(from * HALF_HOUR),
        end: Millis(to * HALF_HOUR),
    }
}

fn choice(bay: u32, price_cents: i64) -> Choice {
    Choice {
        bay,
        price_cents,
        walk_m: 0,
    }
}

fn ask(span: Span, choices: &[Choice]) -> Wish {
    let worth_cents = Weights::default().worth(span.end.since(span.start));
    Wish {
        span,
        worth_cents,
        choices: choices.to_vec(),
        held: None,
        bond: Bond::None,
    }
}

/// Where it sits, with the buffer of its bay.
fn held(picture: &Picture, span: Span, seat: Choice) -> HeldSeat {
    HeldSeat {
        seat,
        clear: span.end.plus(picture.bays[seat.bay as usize].buffer_ms),
    }
}

fn open_all_day(bays: usize) -> Vec<Bay> {
    vec![
        Bay {
            open: vec![span(0, 48)],
            ..Bay::default()
        };
        bays
    ]
}

/// From and how long, choices, how it is bound, and how loosely.
type Drawn = ((u64, u64), Vec<(u32, i64, u32)>, u8, i64);

/// Small pictures in which some hold bays: with a promise as tight as their bay or looser, pinned,
/// or told nothing.
fn pictures() -> impl Strategy<Value = Picture> {
    let hours = (0..10_u64, 1..14_u64).prop_map(|(from, long)| span(from, from + long));
    let bay = (
        proptest::collection::vec(hours.clone(), 1..3),
        proptest::option::weighted(0.2, hours),
        0..3_u64,
    );
    let bay = bay.prop_map(|(open, taken, b)| Bay {
        open,
        taken: taken.into_iter().collect(),
        buffer_ms: b * HALF_HOUR / 2,
    });
    let choices = proptest::collection::vec((0..3_u32, 0..1_500_i64, 0..500_u32), 0..4);
    let one = ((0..12_u64, 1..7_u64), choices, 0..6_u8, 0..300_i64);
    (
        proptest::collection::vec(bay, 3),
        proptest::collection::vec(one, 1..7),
    )
        .prop_map(|(bays, asks)| {
            let want = |((from, long), choices, _, _): &Drawn| {
                let choices = choices.iter().map(|&(bay, price_cents, walk_m)| Choice {
                    bay,
                    price_cents,
                    walk_m,
                });
                ask(span(*from, from + long), &choices.collect::<Vec<_>>())
            };
            let mut picture = Picture {
                bays,
                asks: asks.iter().map(want).collect(),
                weights: Weights::default(),
            };
            let seats = first_come(&picture).unwrap().seats;
            for (n, (seat, (_, _, kind, slack))) in seats.into_iter().zip(&asks).enumerate() {
                let Some(seat) = seat.filter(|_| *kind > 1) else {
                    continue;
                };
                let promise = Bond::Promised {
                    price_cents: seat.price_cents + slack,
                    walk_m: seat.walk_m + 100,
                };
                picture.asks[n].held = Some(held(&picture, picture.asks[n].span, seat));
                picture.asks[n].bond =
                    [Bond::None, Bond::Pinned, promise, promise][usize::from(*kind) - 2];
            }
            // Owners may have taken hours back since, or want more time between two bookings.
            match asks[0].3 % 5 {
                0 => drop(picture.bays[0].open.pop()),
                1 => picture.bays[1].buffer_ms += HALF_HOUR,
                _ => {}
            }
            picture
        })
}

fn gain(picture: &Picture, ask: &Wish, c: &Choice) -> i64 {
    ask.worth_cents - picture.weights.cost(c.price_cents, c.walk_m)
}

/// May an ask sit there? By the words of the promises, not by how the matcher checks them.
fn allowed(picture: &Picture, ask: &Wish, seat: Option<Choice>) -> bool {
    let Some(seat) = seat else {
        return ask.held.is_none() || ask.bond == Bond::None;
    };
    if ask.held.is_some_and(|h| h.seat == seat) {
        return true;
    }
    let bay = &picture.bays[seat.bay as usize];
    let inside = (ask.span.start.0..ask.span.end.0)
        .step_by(HALF_HOUR as usize)
        .all(|t| {
            bay.open
                .iter()
                .any(|o| o.start.0 <= t && t + HALF_HOUR <= o.end.0)
        });
    let clear = ask.span.end.0 + bay.buffer_ms;
    let undisturbed = bay
        .taken
        .iter()
        .all(|t| t.end <= ask.span.start || clear <= t.start.0);
    let kept = match ask.bond {
        Bond::None => true,
        Bond::Pinned => false,
        Bond::Promised {
            price_cents,
            walk_m,
        } => seat.price_cents <= price_cents && seat.walk_m <= walk_m,
    };
    inside && undisturbed && kept && ask.choices.contains(&seat)
}

fn clash(picture: &Picture, a: (usize, Choice), b: (usize, Choice)) -> bool {
    let times = |(n, seat): (usize, Choice)| {
        let ask = &picture.asks[n];
        let held = ask.held.filter(|h| h.seat.bay == seat.bay);
        (
            ask.span.start,
            held.unwrap_or_else(|| self::held(picture, ask.span, seat))
                .clear,
        )
    };
    let x = times(a);
    let y = times(b);
    a.1.bay == b.1.bay && x.0 < y.1 && y.0 < x.1
}

fn is_sound(picture: &Picture, seats: &[Option<Choice>]) -> bool {
    let sitting: Vec<(usize, Choice)> = seats
        .iter()
        .enumerate()
        .filter_map(|(n, s)| Some((n, (*s)?)))
        .collect();
    let disjoint = sitting
        .iter()
        .enumerate()
        .all(|(n, a)| sitting[..n].iter().all(|b| !clash(picture, *a, *b)));
    disjoint
        && picture
            .asks
            .iter()
            .zip(seats)
            .all(|(ask, seat)| allowed(picture, ask, *seat))
}

/// The most that any seating is worth: all of them are tried.
fn optimum(picture: &Picture) -> i64 {
    fn go(picture: &Picture, seats: &mut Vec<(usize, Choice)>, at: usize) -> Option<i64> {
        let Some(ask) = picture.asks.get(at) else {
            return Some(0);
        };
        let here = ask.held.iter().map(|h| &h.seat);
        let options = here.chain(&ask.choices).map(|c| Some(*c)).chain([None]);
        let mut best = None;
        for option in options
            .filter(|o| allowed(picture, ask, *o))
            .collect::<Vec<_>>()
        {
            let Some(seat) = option else {
                best = best.max(go(picture, seats, at + 1));
                continue;
            };
            if seats
                .iter()
                .all(|other| !clash(picture, *other, (at, seat)))
            {
                seats.push((at, seat));
                best = best.max(go(picture, seats, at + 1).map(|v| v + gain(picture, ask, &seat)));
                seats.pop();
            }
        }
        best
    }
    go(picture, &mut Vec::new(), 0).expect("what is held is a seating")
}

/// Does the steps as a desk would, without those in `refused` and what rests on them; `None` if a
/// step finds a bay taken.
fn carry_out(
    picture: &Picture,
    plan: &SeatingPlan,
    refused: &[bool],
) -> Option<Vec<Option<Choice>>> {
    let mut seats: Vec<Option<Choice>> = picture
        .asks
        .iter()
        .map(|a| a.held.map(|h| h.seat))
        .collect();
    let mut done = vec![false; plan.steps.len()];
    for (n, step) in plan.steps.iter().enumerate() {
        assert!(
            step.after.iter().all(|a| *a < n),
            "a step rests on earlier ones"
        );
        done[n] = !refused.get(n).copied().unwrap_or(false) && step.after.iter().all(|a| done[*a]);
        if !done[n] {
            continue;
        }
        for m in &step.moves {
            assert_eq!(seats[m.ask].map(|s| s.bay), m.from);
            seats[m.ask] = None;
        }
        for m in step.moves.iter().filter(|m| m.to.is_some()) {
            let seat = plan.seats[m.ask]?;
            let free = |(n, other): (usize, &Option<Choice>)| {
                other.is_none_or(|o| !clash(picture, (n, o), (m.ask, seat)))
            };
            if Some(seat.bay) != m.to || !seats.iter().enumerate().all(free) {
                return None;
            }
            seats[m.ask] = Some(seat);
        }
    }
    Some(seats)
}

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
