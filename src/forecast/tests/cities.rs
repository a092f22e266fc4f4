//! Signals-up cities: what an outlook says is what learning would have said, in little time.

use super::*;
use crate::domain::Millis;

#[test]
fn a_look_at_the_middle_of_a_half_hour_is_the_forecast_that_is_judged_later() {
    let mut city = learnt(30, 2 * 336 + 20);
    let now = MONDAY + 2 * 336 + 20;
    let live: Vec<Live> = seen(30, now)
        .iter()
        .map(|one| Live {
            number: one.number,
            kind: one.kind,
            occupied: Some(one.occupied),
        })
        .collect();
    let middle = Millis(Wall::start(now).0 + HALF_HOUR_MS / 2);
    let looked = city.look(&wall(), middle, &live);
    city.learn(&wall(), now, &seen(30, now), &mut |_| {});
    let mut judged = 0;
    city.learn(&wall(), now + 1, &seen(30, now + 1), &mut |came| {
        if came.ahead == 1 {
            let outlook = looked[came.number as usize - 1].unwrap();
            let then = outlook.after(HALF_HOUR_MS).unwrap();
            // The weights have learnt one half-hour more.
            assert!(
                (f64::from(then.occupied) - came.told).abs() < 0.02,
                "{came:?} {then:?}"
            );
            judged += 1;
        }
    });
    assert_eq!(judged, 30);
}

#[test]
fn a_city_with_weekly_ways_is_forecast_far_better_than_as_it_is() {
    let mut city = learnt(30, 4 * 336);
    let mut scores = Scores::default();
    for index in MONDAY + 4 * 336..MONDAY + 5 * 336 {
        city.learn(&wall(), index, &seen(30, index), &mut |came| {
            scores.add(&came);
        });
    }
    for score in scores.means() {
        assert!(score.forecast < 0.9 * score.persistence, "{score:?}");
        assert!((0.75..=0.85).contains(&score.covered), "{score:?}");
    }
    assert_eq!(scores.means().count(), 3);
    assert_eq!(city.zones(), 30);
    city.retain(|number| number > 10);
    assert_eq!(city.zones(), 20);
}
