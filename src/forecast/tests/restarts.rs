//! A stop and a start change nothing.

use super::*;
use crate::domain::Millis;

fn told(city: &City, index: u32) -> Vec<Option<Outlook>> {
    let live: Vec<Live> = (1..=40)
        .map(|number| Live {
            number,
            kind: ZoneKind::OnStreet,
            occupied: (number % 5 > 0).then(|| made_up(number, index)),
        })
        .collect();
    city.look(&wall(), Millis(Wall::start(index).0 + 700_000), &live)
}

#[test]
fn what_is_read_back_goes_on_to_the_same_forecasts_bit_by_bit() {
    let mut straight = City::default();
    let mut stopped = City::default();
    let mut calibration = Calibration::default();
    calibration.learn(2, 0.4, true);
    for step in 0..3 * 336 {
        let index = MONDAY + step;
        // Twenty stops, at no particular times.
        if step % 47 == 13 {
            let bytes = stopped.to_bytes(&calibration);
            let (read, was) = City::from_bytes(&bytes).unwrap();
            assert_eq!(was, calibration);
            stopped = read;
            assert_eq!(told(&straight, index), told(&stopped, index), "{step}");
        }
        for city in [&mut straight, &mut stopped] {
            city.learn(&wall(), index, &seen(40, index), &mut |_| {});
        }
    }
    let none = Calibration::default();
    assert!(straight.to_bytes(&none) == stopped.to_bytes(&none));
}

#[test]
fn bytes_that_are_damaged_or_cut_or_foreign_are_refused() {
    let bytes = learnt(5, 60).to_bytes(&Calibration::default());
    for cut in [0, 7, 8, 100, bytes.len() - 1] {
        assert!(City::from_bytes(&bytes[..cut]).is_err(), "{cut}");
    }
    for at in (0..bytes.len()).step_by(997) {
        let mut bad = bytes.clone();
        bad[at] ^= 0x10;
        assert!(City::from_bytes(&bad).is_err(), "{at}");
    }
    assert!(matches!(
        City::from_bytes(b"something else"),
        Err(NoCity::Foreign)
    ));
}

#[test]
fn a_half_hour_that_is_not_after_all_that_were_learnt_changes_nothing() {
    let mut city = learnt(5, 60);
    let none = Calibration::default();
    let before = city.to_bytes(&none);
    for index in [MONDAY, MONDAY + 59] {
        city.learn(&wall(), index, &seen(5, index), &mut |came| {
            panic!("{came:?}")
        });
    }
    city.learn(&wall(), MONDAY + 60, &[], &mut |came| panic!("{came:?}"));
    assert!(city.to_bytes(&none) == before);
    assert_eq!(city.learnt(), MONDAY..MONDAY + 60);
}

#[test]
fn what_was_gone_through_counts_as_read_though_nothing_was_seen_in_it() {
    let mut city = City::default();
    city.pass(MONDAY..MONDAY + 2);
    assert_eq!(city.learnt(), MONDAY..MONDAY + 2);
    city.learn(&wall(), MONDAY + 1, &seen(3, MONDAY + 1), &mut |_| {});
    assert_eq!(city.zones(), 0, "it is of what was read");
    city.learn(&wall(), MONDAY + 4, &seen(3, MONDAY + 4), &mut |_| {});
    city.pass(MONDAY + 2..MONDAY + 4);
    assert_eq!(city.learnt(), MONDAY..MONDAY + 5);
}
