//! The filter by itself: its time, its scale, and how far apps get.

use super::*;
use crate::long::cases;
use proptest::prelude::*;

const MINUTE: u32 = 60;

fn rates() -> impl Strategy<Value = Rates> {
    (60..20_000u32, 60..20_000u32).prop_map(|(stay, vacancy)| Rates::of_means(stay, vacancy))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(2000)))]

    #[test]
    fn time_in_two_steps_is_time_in_one(
        bits in any::<u32>(),
        occupied in any::<bool>(),
        rates in rates(),
        t0 in 0..3_000_000_000u32,
        first in 0..400_000u32,
        then in 0..400_000u32,
    ) {
        let doubt = Doubt::from_bits(bits);
        let at_once = doubt.advance(occupied, rates, t0, t0 + first + then);
        let halfway = doubt.advance(occupied, rates, t0, t0 + first);
        let in_two = halfway.advance(occupied, rates, t0 + first, t0 + first + then);
        prop_assert_eq!(in_two, if first + then == 0 { doubt } else { at_once });
    }

    #[test]
    fn any_bits_at_any_times_are_a_doubt(
        bits in any::<u32>(),
        occupied in any::<bool>(),
        said in any::<bool>(),
        weight in any::<i8>(),
        stay in any::<u32>(),
        vacancy in any::<u32>(),
        t0 in any::<u32>(),
        t in any::<u32>(),
    ) {
        let rates = Rates::of_means(stay, vacancy);
        let doubt = Doubt::from_bits(bits).advance(occupied, rates, t0, t);
        let doubt = doubt.change(!occupied, rates).app(!occupied, said, weight, rates);
        let doubt = doubt.advance(!occupied, rates, t, t0);
        let odds = doubt.read(!occupied, rates).0.unsigned_abs();
        prop_assert!(odds < 30 * LogOdds::NAT.unsigned_abs(), "{}", odds);
        let _ = (doubt.p_stuck(), doubt.flicker_per_10_000_min());
        // The scale has an end, and the end is on it.
        prop_assert_eq!(Doubt::of(doubt.held()), doubt);
    }

    #[test]
    fn no_number_of_apps_says_more_of_a_sensor_than_that_it_is_stuck(
        occupied in any::<bool>(),
        rates in rates(),
        silent in 0..40_000u32,
        weights in prop::collection::vec((any::<bool>(), -28..29i8), 0..400),
    ) {
        let mut doubt = Doubt::first(occupied, rates).advance(occupied, rates, 0, silent);
        let alone = doubt.read(occupied, rates);
        let mut most = 0i32;
        for (said, weight) in &weights {
            let before = doubt.read(occupied, rates);
            doubt = doubt.app(occupied, *said, *weight, rates);
            let moved = doubt.read(occupied, rates).0.abs_diff(before.0);
            // 0.2 of the weight and what rounding to 1/64 octave adds.
            let bound = u32::from(weight.unsigned_abs()) * 1024 / 8 * 2 / 10 + 12;
            prop_assert!(u32::from(moved) <= bound, "{} by {}", moved, weight);
            most += bound as i32;
        }
        let now = i32::from(doubt.read(occupied, rates).0);
        prop_assert!((now - i32::from(alone.0)).abs() <= most);
        // Between what a sensor that is stuck leaves, and what one that cannot be would say.
        let ends = [HIGHEST, LOWEST].map(|stuck| {
            let held = Held { stuck, ..doubt.held() };
            i32::from(Doubt::of(held).read(occupied, rates).0)
        });
        prop_assert!(now >= ends[0].min(ends[1]) && now <= ends[0].max(ends[1]));
    }
}

#[test]
fn no_bits_are_the_start() {
    let start = Doubt::default();
    assert_eq!(start.bits(), 0);
    assert_eq!(start.flicker_per_10_000_min(), 80);
    assert_eq!(start.p_stuck(), 3);
    let rates = Rates::of_means(3600, 3600);
    let first = Doubt::first(true, rates);
    assert_eq!(first, Doubt::first(false, rates), "all is even");
    let odds = start.read(true, rates).nats();
    assert!(
        (odds - first.read(true, rates).nats()).abs() < 0.02,
        "{odds}"
    );
    assert!(
        (odds - 3.06).abs() < 0.02,
        "4 % and half of 1 % stuck: {odds}"
    );
}

#[test]
fn a_new_word_is_doubted_and_silence_confirms_it() {
    let rates = Rates::default();
    let mut doubt = Doubt::first(true, rates).advance(true, rates, 0, 30 * MINUTE);
    let settled = doubt.read(true, rates);
    doubt = doubt.change(false, rates);
    let fresh = doubt.read(false, rates);
    assert!(
        fresh.0 < 0 && -fresh.0 < settled.0,
        "{fresh:?} after {settled:?}"
    );
    let later = doubt.advance(false, rates, 1800, 1800 + 10 * MINUTE);
    assert!(later.read(false, rates) < fresh, "{later:?}");
}

#[test]
fn a_word_that_stands_for_days_is_believed_to_be_stuck() {
    let rates = Rates::default();
    let doubt = Doubt::first(true, rates);
    assert!(doubt.advance(true, rates, 0, 2 * 3600).p_stuck() < 40);
    let later = doubt.advance(true, rates, 0, 48 * 3600);
    assert!(later.p_stuck() > 230, "{}", later.p_stuck());
    let odds = later.read(true, rates);
    assert!(
        odds.0.abs_diff(rates.usual().0) < 300,
        "back to what is usual: {odds:?}"
    );
    let mut moving = later;
    for word in [false, true, false] {
        moving = moving.change(word, rates);
    }
    assert!(moving.p_stuck() < 25, "one that changes is not: {moving:?}");
}

#[test]
fn a_sensor_that_flickers_is_learnt_and_forgiven() {
    let rates = Rates::default();
    let mut doubt = Doubt::first(true, rates);
    let mut t = 0;
    let mut word = true;
    for _ in 0..200 {
        for stretch in [10 * MINUTE, 2 * MINUTE] {
            doubt = doubt
                .advance(word, rates, t, t + stretch)
                .change(!word, rates);
            t += stretch;
            word = !word;
        }
    }
    let flickers = doubt.flicker_per_10_000_min();
    assert!(flickers > 200, "{flickers}");
    let later = doubt.advance(word, rates, t, t + 9 * 86_400);
    assert!(later.flicker_per_10_000_min() < 60, "{later:?}");
}
