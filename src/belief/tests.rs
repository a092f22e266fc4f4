//! How far apps get at a bay that a sensor serves, with all that they can reach.

use super::*;
use crate::long::cases;
use proptest::prelude::*;

/// What pools add at most, in 1/1,024 nat.
const CAP: i32 = 2048;

/// Both `error` and `stuck` are rounded to 1/64 octave, 11 in 1/1,024 nat.
const ROUNDED: i32 = 22;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(10_000)))]

    /// The bound is twofold. Each report moves what is believed of the sensor by 0.2 of its weight
    /// at most; and all of them, of any number, never carry it past what is usual without a sensor.
    /// To either the pools add their cap.
    #[test]
    fn no_run_of_apps_moves_a_sensed_bay_beyond_its_bound(
        occupied in any::<bool>(),
        stay in 300..20_000u32,
        vacancy in 300..20_000u32,
        silent in 0..20_000u32,
        all in prop::collection::vec((0..64u8, -3..29i8, 0..4u8), 0..40),
        times in 1..20usize,
    ) {
        let rates = Rates::of_means(stay, vacancy);
        let t = 1_000_000 + silent;
        let mut doubt = Doubt::first(occupied, rates).advance(occupied, rates, 1_000_000, t);
        let mut pools = Pools::default();
        let alone = i32::from(doubt.read(occupied, rates).0);
        let mut moved = 0;
        for _ in 0..times {
            for (partner, weight, against) in &all {
                let said = occupied == (*against == 0);
                doubt = doubt.app(occupied, said, *weight, rates);
                let slot = u32::from(*partner) + 1;
                let report = AppReport { partner: *partner, slot, weight: *weight, said };
                pools.add(report, true, rates, t);
                // 0.2 of the weight, and a half of 1/64 octave for rounding.
                moved += i32::from((*weight).max(0)) * 128 / 5 + 8;
            }
        }
        let now = i32::from(doubt.read(occupied, rates).plus(pools.sum()).0);
        prop_assert!((now - alone).abs() <= CAP + moved, "{} from {}", now, alone);
        let usual = i32::from(rates.usual().0);
        // A sensor that cannot be stuck is believed the more for it, by what `stuck` was.
        let sure = i32::from(never_stuck(doubt, occupied, rates).0);
        let low = usual.min(alone).min(sure) - CAP - ROUNDED;
        let high = usual.max(alone).max(sure) + CAP + ROUNDED;
        prop_assert!((low..=high).contains(&now), "{} not in {}..{}", now, low, high);
    }
}

/// The belief of the same sensor after apps have agreed with it without end.
fn never_stuck(doubt: Doubt, occupied: bool, rates: Rates) -> LogOdds {
    let agreed = (0..300).fold(doubt, |d, _| d.app(occupied, occupied, 28, rates));
    agreed.read(occupied, rates)
}
