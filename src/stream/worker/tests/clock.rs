//! A clock that was ahead and is put right.

use super::*;

const DAY: u64 = 24 * 60 * MIN;

/// What the journal writes when the clock is so far behind.
fn behind(ms: u64) -> Claim {
    Claim::Clock {
        shard: 0,
        behind_ms: ms,
    }
}

#[test]
fn words_from_the_future_yield_to_what_is_said_now_and_age_from_now() {
    use BayStatus::{Occupied, Unknown, Vacant};
    let mut r = rig(testing::city(1, 3));
    // The clock is a day ahead.
    let ahead = T0 + DAY;
    r.sensor("Z0-0", ahead, Vacant);
    r.sensor("Z0-1", ahead, Vacant);
    let app = claim(&r, "Z0-1", ahead, 2, SourceKind::App, Occupied);
    r.worker.apply(&[app], Millis(ahead));
    r.at(ahead);
    assert_eq!(r.zone("Z0").observed_at, Millis(ahead));
    // It is put right; ingest time stands still.
    let word = claim(&r, "Z0-0", T0 + 5, 1, SourceKind::Sensor, Occupied);
    r.worker.apply(&[behind(DAY - 5), word], Millis(ahead));
    r.at(ahead);
    assert_eq!((r.status("Z0-0"), r.status("Z0-1")), (Occupied, Vacant));
    let observed = r.zone("Z0").observed_at;
    assert_eq!(observed, Millis(T0 + 5), "nothing was observed later");
    // What is said again is taken; what is not said again goes as any silent word does.
    let minute = |n: u64| T0 + n * MIN;
    let other = claim(&r, "Z0-2", minute(16), 7, SourceKind::Sensor, Vacant);
    r.worker
        .apply(&[behind(DAY - 16 * MIN), other], Millis(ahead));
    r.at(ahead);
    assert_eq!(
        (r.status("Z0-0"), r.status("Z0-1"), r.status("Z0-2")),
        (Unknown, Unknown, Vacant)
    );
    // It has caught up.
    r.worker.apply(&[behind(0)], Millis(ahead));
    r.sensor("Z0-0", ahead + 1, Vacant);
    r.at(ahead + 1);
    assert_eq!(r.status("Z0-0"), Vacant);
}

#[test]
fn a_count_from_the_future_yields_to_a_count_of_now() {
    let mut r = rig(testing::city(1, 0));
    r.registry.put_zones(vec![testing::zone(7, 105)]).unwrap();
    let zone = r.registry.zone("Z7").unwrap();
    let ahead = T0 + DAY;
    r.worker.apply(&[count(zone, ahead, 68)], Millis(ahead));
    let now = [behind(DAY - 9), count(zone, T0 + 9, 3)];
    r.worker.apply(&now, Millis(ahead));
    r.at(ahead);
    assert_eq!(buckets(&r.zone("Z7")), (3, 102, 0, 0));
}
