//! What a count of a zone says of those of its bays that nobody watches.

use super::*;
use crate::belief::CountError;
use crate::domain::{CountEvidence, CountWord, shard_of};
use BayStatus::{Closed, Occupied, Vacant};

const BAYS: usize = 12;

fn gates_count(rig: &WorkerRig, at: u64, vacant: u32) -> Claim {
    let Claim::Count(c) = count(rig.registry.zone("Z0").unwrap(), at, vacant) else {
        unreachable!()
    };
    let capacity = BAYS as u32;
    Claim::Count(CountObservation {
        word: CountWord {
            capacity: Some(capacity),
            ..c.word
        },
        ..c
    })
}

/// A zone of a dozen bays: half of them are watched and taken, of the others apps of unproven keys
/// say that they are vacant.
fn half_watched() -> WorkerRig {
    let mut r = rig_of(testing::city(1, BAYS), true);
    halfway(&mut r, T0);
    r
}

fn halfway(r: &mut WorkerRig, at: u64) {
    for n in 0..BAYS {
        let (source, kind, status) = if n < BAYS / 2 {
            (1, SourceKind::Sensor, Occupied)
        } else {
            (2, SourceKind::App, Vacant)
        };
        let Claim::Bay(o) = claim(r, &format!("Z0-{n}"), at, source, kind, status) else {
            unreachable!()
        };
        let confidence = 247;
        let sure = Claim::Bay(Observation { confidence, ..o });
        r.worker.apply(&[sure], Millis(at));
    }
}

impl WorkerRig {
    fn counted(&mut self, at: u64, vacant: u32) {
        let c = gates_count(self, at, vacant);
        self.worker.apply(&[c], Millis(at));
    }

    fn evidence(&self) -> Option<CountEvidence> {
        let zone = self.registry.zone("Z0").unwrap();
        let told = self.model.counts.lock().unwrap();
        told.get(&(zone, BayKind::Car as u8)).copied().flatten()
    }

    fn p(&self, bay: usize) -> f64 {
        let bays = self.model.bays.lock().unwrap();
        let view = bays[&self.registry.bay(&format!("Z0-{bay}")).unwrap()];
        let p = f64::from(view.confidence) / 255.0;
        if view.claimed == Vacant { p } else { 1.0 - p }
    }

    fn error(&self) -> CountError {
        let zone = self.registry.zone("Z0").unwrap();
        let count = self.worker.zones[zone.at()].counted_by(BayKind::Car, SourceKind::Gate);
        count.unwrap().error
    }
}

#[test]
fn a_count_moves_what_is_shown_of_bays_that_nobody_watches_and_of_no_other() {
    let mut r = half_watched();
    r.at(T0);
    let usual = (r.p(0), r.p(11));
    assert!((usual.1 - 0.294).abs() < 0.01 && r.evidence().is_none());
    for (minute, vacant, least, most) in [(1, 5, 0.6, 0.95), (2, 1, 0.1, 0.25)] {
        let at = T0 + minute * MIN;
        r.counted(at, vacant);
        r.at(at);
        assert!((r.p(0) - usual.0).abs() < 0.05, "{}", r.p(0));
        assert!(
            (least..most).contains(&r.p(11)),
            "{vacant} vacant: {}",
            r.p(11)
        );
        assert_eq!((r.status("Z0-0"), r.status("Z0-11")), (Occupied, Vacant));
        let told = r.evidence().unwrap();
        assert_eq!((told.at, told.log_odds > 0), (Millis(at), vacant < 3));
        // What it is made of adds up to what is shown, to half a step.
        let odds = f64::from(told.log_odds) / 1024.0 + (60.0f64 / 25.0).ln();
        let sum = 1.0 / (1.0 + odds.exp());
        assert!((sum - r.p(11)).abs() < 0.004, "{sum}, not {}", r.p(11));
    }
}

#[test]
fn what_a_count_says_fades_and_goes_with_it() {
    let mut r = half_watched();
    r.counted(T0, 6);
    r.at(T0);
    let first = r.p(11);
    halfway(&mut r, T0 + 10 * MIN);
    r.at(T0 + 10 * MIN);
    let later = r.p(11);
    assert!(first > later && later > 0.4, "{first}, then {later}");
    r.at(T0 + 15 * MIN + 1000);
    r.at(T0 + 16 * MIN);
    assert_eq!(r.evidence(), None, "the count has lapsed");
    assert!((r.p(11) - 0.294).abs() < 0.01, "{}", r.p(11));
}

#[test]
fn a_count_that_cannot_be_held_against_the_bays_is_no_evidence() {
    let of = |capacity| {
        let mut r = half_watched();
        let Claim::Count(c) = gates_count(&r, T0, 5) else {
            unreachable!()
        };
        let c = Claim::Count(CountObservation {
            word: CountWord {
                capacity: Some(capacity),
                ..c.word
            },
            ..c
        });
        r.worker.apply(&[c], Millis(T0));
        r.at(T0);
        r.evidence()
    };
    assert!(of(12).is_some());
    assert_eq!(of(11), None, "one bay is not counted");
    assert!(of(13).is_some(), "one that nobody has listed");
    // Watched bays rule it out: six are taken.
    let mut r = half_watched();
    r.counted(T0, 12);
    r.at(T0);
    assert_eq!(r.evidence(), None);
    let app = |r: &WorkerRig| {
        let Claim::Count(c) = gates_count(r, T0, 5) else {
            unreachable!()
        };
        let source_kind = SourceKind::App;
        Claim::Count(CountObservation { source_kind, ..c })
    };
    let mut r = half_watched();
    let c = app(&r);
    r.worker.apply(&[c], Millis(T0));
    r.at(T0);
    assert_eq!(r.evidence(), None, "nobody watches");
}

#[test]
fn bays_that_come_and_close_are_taken_into_account() {
    let mut r = half_watched();
    r.counted(T0, 5);
    r.at(T0);
    let before = r.evidence().unwrap().log_odds;
    // A closed bay is neither, and seven cars are there: one of the other five is taken.
    r.sensor("Z0-11", T0 + 1000, Closed);
    r.counted(T0 + 2000, 5);
    r.at(T0 + 16_000);
    let closed = r.evidence().unwrap().log_odds;
    assert!(closed > before && closed < -1000, "{before}, then {closed}");
    r.registry.put_zones(vec![testing::zone(0, 13)]).unwrap();
    r.registry.put_bays(vec![testing::bay(0, 70)]).unwrap();
    r.worker.apply(&[], Millis(T0 + 17_000));
    r.at(T0 + 33_000);
    let more = r.evidence().unwrap().log_odds;
    assert!(
        more > closed,
        "eight of thirteen are taken: {closed}, then {more}"
    );
    r.counted(T0 + 34_000, 5);
    r.at(T0 + 50_000);
    assert_eq!(r.evidence(), None, "it counts one bay less than there are");
}

/// All bays are watched, and two of them vacant at any time; a gate counts `vacant`.
fn all_watched(r: &mut WorkerRig, hours: u64, vacant: u32) -> u64 {
    for n in 0..hours * 12 {
        let at = T0 + n * 5 * MIN;
        for bay in 0..BAYS {
            let status = [Occupied, Vacant][usize::from((n as usize + bay).is_multiple_of(6))];
            let kind = SourceKind::Sensor;
            let Claim::Bay(o) = claim(r, &format!("Z0-{bay}"), at, 1, kind, status) else {
                unreachable!()
            };
            let confidence = 247;
            let c = Claim::Bay(Observation { confidence, ..o });
            r.worker.apply(&[c], Millis(at));
        }
        r.counted(at, vacant);
    }
    T0 + hours * 60 * MIN
}

#[test]
fn a_gate_that_was_wrong_while_all_bays_were_watched_is_not_believed_when_they_are_not() {
    let evidence_after = |vacant| {
        let mut r = rig_of(testing::city(1, BAYS), true);
        let at = all_watched(&mut r, 8, vacant);
        // The sensors are silent from then on.
        r.at(at + 20 * MIN);
        halfway(&mut r, at + 21 * MIN);
        r.counted(at + 22 * MIN, 5);
        r.at(at + 22 * MIN);
        assert_eq!(r.status("Z0-11"), Vacant);
        (r.evidence().is_some(), r.error())
    };
    let (good, small) = evidence_after(2);
    let (bad, large) = evidence_after(6);
    assert!(good && !bad, "{small:?}, {large:?}");
}

#[test]
fn what_is_learnt_of_a_gate_is_kept_and_the_rest_is_made_anew() {
    let mut r = rig_of(testing::city(1, BAYS), true);
    let at = all_watched(&mut r, 1, 1);
    r.at(at + 20 * MIN);
    let at = at + 21 * MIN;
    halfway(&mut r, at);
    r.counted(at, 5);
    r.at(at);
    let learnt = r.error();
    assert!(learnt != CountError::default() && r.evidence().is_some());
    let mut again = after_a_restart(&mut r);
    again.at(at);
    assert_eq!(again.error(), learnt);
    assert_eq!(again.evidence(), r.evidence());
    assert_eq!((again.p(11), again.p(0)), (r.p(11), r.p(0)));
}

#[test]
fn a_count_from_before_the_clock_was_put_back_is_weighed_anew() {
    let mut r = rig_of(testing::city(1, BAYS), true);
    let ahead = T0 + 600 * MIN;
    halfway(&mut r, ahead);
    r.counted(ahead, 5);
    r.at(ahead);
    let first = r.evidence().unwrap();
    let behind = Claim::Clock {
        shard: 0,
        behind_ms: 600 * MIN,
    };
    r.worker.apply(&[behind], Millis(ahead));
    // Ingest time stands still, and the clock goes on.
    let soon = Claim::Clock {
        shard: 0,
        behind_ms: 600 * MIN - 20_000,
    };
    r.worker.apply(&[soon], Millis(ahead));
    r.at(ahead);
    let then = r.evidence().unwrap();
    assert_eq!((first.at, then.at), (Millis(ahead), Millis(T0)));
    let later = Claim::Clock {
        shard: 0,
        behind_ms: 599 * MIN,
    };
    let c = gates_count(&r, T0 + MIN, 1);
    r.worker.apply(&[later, c], Millis(ahead));
    r.at(ahead);
    assert!(r.evidence().unwrap().log_odds > 0);
}

/// What workers hold in the end, in an order of its own: words, doubts, evidence and counts.
fn held(
    registry: &Arc<Registry>,
    batches: &[(u64, Vec<Claim>)],
    peers: u32,
    looks: bool,
) -> Vec<String> {
    let city = registry.city();
    let staleness = Staleness {
        default_s: 900,
        max_age_ms: 24 * 60 * MIN,
        sweep_ms: u64::MAX,
    };
    let seen = Arc::new(SourcesSeen::new(100, peers as usize));
    let model = Arc::new(Remembered::default());
    let mut workers: Vec<_> = (0..peers)
        .map(|me| {
            let reg = registry.clone();
            Worker::new((me, peers), reg, seen.clone(), model.clone(), staleness).believing(None)
        })
        .collect();
    for (at, claims) in batches {
        for worker in &mut workers {
            let zone_of = |claim: &Claim| match claim {
                Claim::Bay(o) => city.zone_of(o.bay),
                Claim::Count(c) => c.zone,
                _ => ZoneIx(0),
            };
            let me = worker.me;
            let ours = claims.iter().copied();
            let ours = ours.filter(|c| owner(shard_of(zone_of(c)), peers) == me);
            worker.apply(&ours.collect::<Vec<_>>(), Millis(*at));
            if looks {
                worker.tick(Millis(*at));
            }
        }
    }
    let mut all = Vec::new();
    for worker in &workers {
        for (zone, z) in worker.zones.iter().zip(0..) {
            all.extend(zone.counted().map(|count| format!("{z} {count:?}")));
        }
        for bay in (0..city.bay_slots()).map(BayIx) {
            let cell = &worker.cells[bay.at()];
            if !cell.word.is_none() {
                all.push(format!("{bay:?} {:?} {}", cell.word, cell.doubt));
            }
        }
        all.extend(
            worker
                .beliefs
                .iter()
                .flat_map(Beliefs::pools)
                .map(|p| format!("{p:?}")),
        );
    }
    for worker in &workers {
        let twins = worker.beliefs.iter().flat_map(|b| b.twins.iter());
        all.extend(twins.map(|twin| format!("{twin:?}")));
    }
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::long::cases(30)))]

    #[test]
    fn any_number_of_workers_looking_or_not_learns_the_same(
        steps in prop::collection::vec((0..9usize, 0..4usize, 0..4usize, 0..40u64, 0..6u8), 1..300),
    ) {
        let registry = testing::city(9, 4);
        let bare = rig(registry.clone());
        let mut now = T0;
        let mut batches = Vec::new();
        for chunk in steps.chunks(7) {
            let mut claims = Vec::new();
            for (z, b, s, seconds, what) in chunk {
                now += seconds * 1000;
                let bay = format!("Z{z}-{b}");
                claims.push(match what {
                    0 | 1 => {
                        let zone = registry.zone(&format!("Z{z}")).unwrap();
                        let Claim::Count(c) = count(zone, now, *s as u32) else { unreachable!() };
                        Claim::Count(CountObservation {
 word: CountWord { capacity: Some(4), ..c.word },
 ..c
 })
                    }
                    2 => claim(&bare, &bay, now, 2, SourceKind::App, BayStatus::ALL[*s]),
                    n => claim(&bare, &bay, now, 5 + u32::from(*n == 3), SourceKind::Sensor, BayStatus::ALL[*s]),
                });
            }
            batches.push((now, claims));
        }
        let one = held(&registry, &batches, 1, false);
        for (peers, looks) in [(1, true), (2, false), (2, true), (7, true)] {
            prop_assert_eq!(&one, &held(&registry, &batches, peers, looks));
        }
    }
}
