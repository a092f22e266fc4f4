//! What the words of a timeline's layout say.

use super::*;

#[test]
fn a_report_that_was_passed_over_is_met_in_its_own_hour_alone() {
    let seen = 498_000;
    let hours = seen + 1..seen + 900;
    let mut bay = BayTimeline::serving_since(0);
    bay.word = (seen * HOUR_MS) << AT;
    let met = |bay: &BayTimeline| {
        let met = hours.clone().filter(|h| bay.has_met_any_since(h * HOUR_MS));
        met.collect::<Vec<_>>()
    };
    assert!(met(&bay).is_empty(), "nothing was passed over");
    for hour in hours.clone() {
        let mut bay = bay;
        bay.word |= hour_mark(hour * HOUR_MS) << PASSED_OVER;
        assert_eq!(met(&bay), [hour]);
    }
}
