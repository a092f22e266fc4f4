//! Pools by themselves: their bounds, how they fade, and what is let go.

use super::*;
use crate::long::cases;
use proptest::prelude::*;

fn report(partner: u8, weight: i8, said: bool) -> AppReport {
    let slot = u32::from(partner) + 1;
    AppReport {
        partner,
        slot,
        weight,
        said,
    }
}

fn reports() -> impl Strategy<Value = Vec<(AppReport, u32)>> {
    let one = (
        0..64u8,
        any::<u32>(),
        any::<i8>(),
        any::<bool>(),
        0..2000u32,
    );
    let one = one.prop_map(|(partner, slot, weight, said, after)| {
        (
            AppReport {
                partner,
                slot,
                weight,
                said,
            },
            after,
        )
    });
    prop::collection::vec(one, 0..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(1000)))]

    #[test]
    fn no_run_of_reports_passes_the_cap(
        all in reports(),
        stay in 60..20_000u32,
        sensor in any::<bool>(),
    ) {
        let rates = Rates::of_means(stay, 1500);
        let mut pools = Pools::default();
        let mut t = 1_000_000;
        for (report, after) in all {
            t += after;
            pools.add(report, sensor, rates, t);
            let sum = i32::from(pools.sum().0);
            prop_assert!(sum.abs() <= CAP, "{}", sum);
            let later = i32::from(pools.sum_at(sensor, rates, t + 600).0);
            prop_assert!(later.abs() <= CAP);
            prop_assert_eq!(Pools::from_bytes(pools.to_bytes()), pools);
        }
        pools.relax(sensor, rates, t + 40 * stay.max(1500));
        prop_assert!(pools.is_spent(), "{:?}", pools);
    }

    #[test]
    fn any_bytes_are_pools(bytes in any::<[u8; 20]>(), stay in any::<u32>(), t in any::<u32>()) {
        let mut pools = Pools::from_bytes(bytes);
        let rates = Rates::of_means(stay, 1500);
        pools.relax(t % 2 == 0, rates, t);
        prop_assert!(i32::from(pools.sum().0).abs() <= CAP);
    }
}

#[test]
fn one_partner_of_three_has_no_more_than_its_share() {
    let rates = Rates::default();
    let mut pools = Pools::default();
    for _ in 0..50 {
        pools.add(report(1, 28, true), true, rates, 1000);
    }
    assert_eq!(i32::from(pools.sum().0), CAP, "alone it has all");
    for partner in [2, 3] {
        pools.add(report(partner, 3, false), true, rates, 1000);
    }
    assert_eq!(i32::from(pools.sum().0), CAP_OF_ONE - 2 * 384);
    assert_eq!((pools.partners(), pools.reports()), (3, 52));
}

#[test]
fn evidence_fades_however_often_somebody_speaks() {
    for sensor in [true, false] {
        let rates = Rates::default();
        let mut quiet = Pools::default();
        quiet.add(report(1, 12, true), sensor, rates, 1000);
        let mut noisy = quiet;
        for t in 1001..4600 {
            noisy.add(report(2, 0, true), sensor, rates, t);
        }
        let quiet = quiet.sum_at(sensor, rates, 4600).0;
        assert!(quiet < 100, "an hour later: {quiet}");
        assert!(noisy.sum_at(sensor, rates, 4600).0 <= quiet, "{noisy:?}");
    }
}

#[test]
fn without_a_sensor_the_probability_leads_back_to_what_is_usual() {
    let rates = Rates::default();
    for said in [true, false] {
        let mut pools = Pools::default();
        pools.add(report(1, 12, said), false, rates, 8000);
        let p = |t: u32| {
            let odds = rates.usual().plus(pools.sum_at(false, rates, t));
            f64::from(odds.p_occupied_fine()) / 65_535.0
        };
        let pi = 60.0 / 85.0;
        for minutes in [1u32, 5, 20, 60] {
            let kept = (-f64::from(minutes) * (1.0 / 60.0 + 1.0 / 25.0)).exp();
            let exact = pi + (p(8000) - pi) * kept;
            // A quantum of eight seconds is 0.8 % of what is left.
            assert!(
                (p(8000 + minutes * 60) - exact).abs() < 0.004,
                "{minutes} min, {said}"
            );
        }
    }
}

#[test]
fn the_weakest_partner_gives_way_to_who_has_more_to_say() {
    let rates = Rates::default();
    let mut pools = Pools::default();
    for (partner, weight) in [(1, 4), (2, 2), (3, 4), (4, 4), (5, 1), (6, 3)] {
        pools.add(report(partner, weight, true), true, rates, 1000);
    }
    assert_eq!(i32::from(pools.sum().0), (4 + 4 + 4 + 3) * 128);
    assert_eq!(pools.reports(), 6);
    pools.after_change();
    assert_eq!(i32::from(pools.sum().0), 3 * (512 / 5) + 384 / 5);
}

#[test]
fn a_word_without_weight_is_counted_and_moves_nothing() {
    let rates = Rates::default();
    let mut pools = Pools::default();
    for weight in [0, -1, i8::MIN] {
        pools.add(report(1, weight, true), true, rates, 1000);
    }
    assert!(pools.is_spent());
    assert_eq!((pools.reports(), pools.contributors()), (3, 1));
    assert_eq!(size_of::<Pools>(), 20);
}
