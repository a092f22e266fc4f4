//! Gaps, strange numbers, zones of which little is known.

use super::*;
use crate::domain::{ForecastBasis, Millis};

fn look(city: &City, index: u32, live: Live) -> Option<Outlook> {
    city.look(&wall(), Wall::start(index), &[live])[0]
}

fn live(number: u32, occupied: Option<f64>) -> Live {
    Live {
        number,
        kind: ZoneKind::OnStreet,
        occupied,
    }
}

fn is_sound(outlook: &Outlook) {
    for ahead in [
        0,
        1,
        600_000,
        1_800_000,
        5_000_000,
        7_200_000,
        10_000_000,
        FURTHEST_MS,
    ] {
        let then = outlook.after(ahead).unwrap();
        for share in [then.occupied, then.p10(), then.p90()] {
            assert!((0.0..=1.0).contains(&share), "{ahead} {then:?}");
        }
        assert!(
            then.p10() <= then.occupied && then.occupied <= then.p90(),
            "{then:?}"
        );
        for capacity in [0, 1, 7, 100_000] {
            let p = then.p_any_vacant(capacity);
            assert!((0.0..=1.0).contains(&p), "{ahead} {then:?}");
        }
    }
    assert_eq!(outlook.after(FURTHEST_MS + 1), None);
}

#[test]
fn after_a_week_without_data_it_is_as_good_again_in_one_half_hour() {
    let mut city = learnt(30, 4 * 336);
    let first = MONDAY + 5 * 336;
    let mut off = Vec::new();
    for index in first..first + 60 {
        city.learn(&wall(), index, &seen(30, index), &mut |came| {
            off.push((index, (came.truth - came.told).abs()));
        });
    }
    // Nothing had been told of the first; from the second on a forecast is judged.
    assert_eq!(off.iter().map(|(index, _)| *index).min(), Some(first + 1));
    let mean = |all: &[(u32, f64)]| all.iter().map(|o| o.1).sum::<f64>() / all.len() as f64;
    let (soon, later) = off.split_at(off.len() / 6);
    assert!(
        mean(soon) < 1.5 * mean(later),
        "{} {}",
        mean(soon),
        mean(later)
    );
}

#[test]
fn no_number_that_comes_in_makes_one_that_cannot_be() {
    let mut city = learnt(3, 400);
    for (step, occupied) in [f64::NAN, f64::INFINITY, -3.0, 9.0, 0.0, 1.0]
        .into_iter()
        .enumerate()
    {
        let index = MONDAY + 400 + step as u32;
        let one = ZoneSeen {
            number: 2,
            kind: ZoneKind::OffStreet,
            occupied,
        };
        city.learn(&wall(), index, &[one], &mut |came| {
            assert!(came.told.is_finite() && came.low <= came.high, "{came:?}");
        });
        for occupied in [Some(occupied), Some(0.4), None] {
            is_sound(&look(&city, index, live(2, occupied)).unwrap());
        }
    }
}

#[test]
fn what_a_zone_rests_on_is_said_and_where_there_is_nothing_nothing_is() {
    let nobody = City::default();
    assert_eq!(look(&nobody, MONDAY, live(7, None)), None);
    let stays = look(&nobody, MONDAY, live(7, Some(0.4))).unwrap();
    assert_eq!(stays.basis, ForecastBasis::Persistence);
    assert!((stays.after(7_200_000).unwrap().occupied - 0.4).abs() < 1e-6);
    is_sound(&stays);
    let city = learnt(30, 2 * 48);
    // New in a city of two days: by the usual day of its kind.
    let new = look(&city, MONDAY + 96 + 14, live(99, Some(0.2))).unwrap();
    assert_eq!(new.basis, ForecastBasis::Profile);
    assert!(
        new.after(7_200_000).unwrap().occupied > 0.25,
        "mornings fill: {new:?}"
    );
    is_sound(&new);
    let unseen = look(&city, MONDAY + 96 + 14, live(3, None)).unwrap();
    assert_eq!(unseen.basis, ForecastBasis::Profile);
    is_sound(&unseen);
}

#[test]
fn a_zone_that_was_closed_for_months_begins_where_it_is() {
    let city = learnt(30, 3 * 336);
    let months_later = MONDAY + 20 * 336 + 20;
    let outlook = look(&city, months_later, live(4, Some(0.05))).unwrap();
    is_sound(&outlook);
    let now = outlook.after(0).unwrap().occupied;
    assert!((now - 0.05).abs() < 1e-6, "now is what is seen: {now}");
}

#[test]
fn between_the_times_that_are_worked_out_it_lies_between() {
    let city = learnt(30, 3 * 336);
    let at = Wall::start(MONDAY + 3 * 336 + 18);
    let outlook = city.look(&wall(), Millis(at.0 + 77_000), &[live(5, Some(0.3))])[0].unwrap();
    is_sound(&outlook);
    let p = |ahead| outlook.after(ahead).unwrap().occupied;
    let half = f32::midpoint(p(1_800_000), p(3_600_000));
    assert!((p(2_700_000) - half).abs() < 1e-6);
    assert!((p(900_000) - f32::midpoint(0.3, p(1_800_000))).abs() < 1e-6);
}

#[test]
fn the_odds_of_room_fall_as_a_car_park_fills_and_with_its_size() {
    let city = learnt(30, 3 * 336);
    let index = MONDAY + 3 * 336 + 6;
    let p = |occupied, capacity| {
        let outlook = look(&city, index, live(5, Some(occupied))).unwrap();
        outlook.after(1_800_000).unwrap().p_any_vacant(capacity)
    };
    assert!(p(0.2, 100) > 0.99);
    assert!(p(1.0, 100) < p(0.95, 100) && p(0.95, 100) < p(0.8, 100));
    assert!(
        p(0.97, 5) < p(0.97, 500),
        "one of five, one of five hundred"
    );
}
