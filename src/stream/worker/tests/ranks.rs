//! Whose word is told of a bay, when several speak of it.

use super::*;
use crate::stream::word::Word;

/// A claim of the bay Z0-0 as it was when it was observed.
fn said(r: &WorkerRig, at: u64, (source, kind): (u32, SourceKind), status: BayStatus) -> Claim {
    claim(r, "Z0-0", at, source, kind, status)
}

const SENSOR: (u32, SourceKind) = (1, SourceKind::Sensor);
const APP: (u32, SourceKind) = (2, SourceKind::App);
const HUB: (u32, SourceKind) = (3, SourceKind::Booking);

#[test]
fn an_apps_word_of_a_watched_bay_is_there_when_the_watcher_does_not_know() {
    use BayStatus::{Occupied, Unknown, Vacant};
    let mut r = rig(testing::city(1, 2));
    for (at, who, status, told) in [
        (0, APP, Vacant, Vacant),
        (1, SENSOR, Occupied, Occupied),
        (2, APP, Vacant, Occupied),
        (3, SENSOR, Unknown, Vacant),
        (2, SENSOR, Occupied, Vacant), // an old copy
        (4, APP, Occupied, Occupied),
        (5, APP, Unknown, Unknown),
        (6, SENSOR, Vacant, Vacant),
    ] {
        let c = said(&r, T0 + at, who, status);
        r.worker.apply(&[c], Millis(T0 + 10));
        r.at(T0 + 10);
        assert_eq!(r.status("Z0-0"), told, "after {at} {who:?} {status}");
    }
    assert_eq!(buckets(&r.zone("Z0")), (1, 0, 1, 0));
}

#[test]
fn a_strangers_app_does_not_replace_the_hubs_own_word_of_a_booked_stay() {
    use BayStatus::{Occupied, Vacant};
    let mut r = rig(testing::city(1, 2));
    let all = [said(&r, T0, HUB, Occupied), said(&r, T0 + MIN, APP, Vacant)];
    r.worker.apply(&all, Millis(T0 + MIN));
    r.at(T0 + MIN);
    assert_eq!(r.status("Z0-0"), Occupied);
    // When that has lapsed, the app's is there.
    r.at(T0 + 15 * MIN + 1);
    assert_eq!(r.status("Z0-0"), Vacant);
    r.at(T0 + 16 * MIN + 1);
    assert_eq!(r.status("Z0-0"), BayStatus::Unknown);
    assert!(r.worker.passing.iter().next().is_none(), "nothing is kept");
}

#[test]
fn a_watchers_word_that_would_have_lapsed_replaces_none_that_stands() {
    use BayStatus::{Occupied, Vacant};
    let mut r = rig(testing::city(1, 2));
    let other = (7, SourceKind::Sensor);
    let first = said(&r, T0, SENSOR, Occupied);
    r.worker.apply(&[first], Millis(T0));
    let heard = Claim::Alive {
        source: SourceIx(1),
        at: Millis(T0 + 59 * MIN),
    };
    r.worker.apply(&[heard], Millis(T0 + 59 * MIN));
    let newer = said(&r, T0 + MIN, other, Vacant);
    r.worker.apply(&[newer], Millis(T0 + 60 * MIN));
    r.at(T0 + 60 * MIN);
    assert_eq!(r.status("Z0-0"), Occupied);
}

#[test]
fn an_app_that_speaks_by_a_lamps_name_keeps_no_word_of_the_lamp_standing() {
    let mut r = rig(testing::city(1, 2));
    r.sensor("Z0-0", T0, BayStatus::Occupied);
    let at = T0 + 16 * MIN;
    let app = claim(&r, "Z0-1", at, 1, SourceKind::App, BayStatus::Vacant);
    r.worker.apply(&[app], Millis(at));
    r.at(at);
    assert_eq!(r.status("Z0-0"), BayStatus::Unknown);
}

#[test]
fn an_app_that_is_not_sure_says_no_state_and_a_sensors_word_is_its_word() {
    let mut r = rig(testing::city(1, 2));
    for (who, confidence, want) in [
        (APP, 203, BayStatus::Unknown),
        (APP, 204, BayStatus::Vacant),
        (SENSOR, 3, BayStatus::Vacant),
    ] {
        let Claim::Bay(o) = said(&r, T0, who, BayStatus::Vacant) else {
            unreachable!()
        };
        let c = Claim::Bay(Observation { confidence, ..o });
        r.worker.apply(&[c], Millis(T0));
        r.at(T0);
        let told = r.model.bays.lock().unwrap().values().next().copied();
        let (status, sure) = told.map_or((BayStatus::Unknown, true), |v| (v.status, v.sure));
        assert_eq!(
            (status, sure),
            (want, confidence != 3),
            "{who:?} {confidence}"
        );
    }
}

proptest! {
    /// Of words that stand, whoever says them and whatever they say, the told state depends on
    /// the set alone.
    #[test]
    fn any_order_and_any_copies_are_told_alike(
        claims in prop::collection::vec((1..9u64, 0..4usize, 0..4usize), 1..24),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..60),
    ) {
        let kinds = [SENSOR, APP, HUB, (4, SourceKind::App)];
        let run = |order: &[usize]| {
            let mut r = rig(testing::city(1, 2));
            for n in order {
                let (at, who, state) = claims[*n];
                // One word for each moment of a source.
                let state = BayStatus::ALL[(state + at as usize) % 4 / 2 + who % 2];
                let Claim::Bay(o) = said(&r, T0 + at, kinds[who], state) else { unreachable!() };
                let backing = Backing::of_key(who != 3, 0);
                let c = Claim::Bay(Observation { backing, seq: claims[*n].2 as u64, ..o });
                r.worker.apply(&[c], Millis(T0 + 10));
            }
            r.at(T0 + 10);
            let bays = r.model.bays.lock().unwrap();
            let view = *bays.values().next().unwrap();
            let mut beside: Vec<_> = r.worker.passing.iter().map(|(_, w)| w).collect();
            beside.sort_by_key(Word::rank);
            (view.status, view.observed_at, view.source_kind, beside)
        };
        let straight: Vec<usize> = (0..claims.len()).collect();
        let mut shuffled: Vec<usize> = order.iter().map(|i| i.index(claims.len())).collect();
        shuffled.extend(straight.iter().rev());
        prop_assert_eq!(run(&straight), run(&shuffled));
    }
}
