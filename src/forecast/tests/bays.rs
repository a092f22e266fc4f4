//! Single bays, in a simulator whose rates are known: what is told comes as often as it is told.

use super::*;
use crate::domain::{Millis, ZoneIx};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

const BAYS: usize = 1_500;
const STEP_S: u64 = 60;
const STAY_MIN: f64 = 60.0;
const VACANCY_MIN: f64 = 25.0;

/// A bay: whether it is vacant, and when that ends, s.
struct SimulatedBay(bool, f64);

fn exponential(rng: &mut StdRng, mean_min: f64) -> f64 {
    -rng.random::<f64>().max(1e-12).ln() * mean_min * 60.0
}

/// With sigma 1.2, of the same mean.
fn lognormal(rng: &mut StdRng, mean_min: f64) -> f64 {
    let [u, v] = [rng.random::<f64>().max(1e-12), rng.random::<f64>()];
    let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
    (mean_min.ln() - 0.72 + 1.2 * normal).exp() * 60.0
}

/// Mean distance of what was told from how often it came, by tenths of odds, weighted.
#[derive(Default)]
struct Bins([(f64, f64, f64); 10]);

impl Bins {
    fn add(&mut self, told: f64, vacant: bool) {
        let bin = &mut self.0[((told * 10.0) as usize).min(9)];
        bin.0 += 1.0;
        bin.1 += told;
        bin.2 += f64::from(u8::from(vacant));
    }

    fn error(&self) -> f64 {
        let all: f64 = self.0.iter().map(|b| b.0).sum();
        self.0.iter().map(|b| (b.1 - b.2).abs()).sum::<f64>() / all
    }
}

/// Simulates 72 hours; calibrates in the first half, and gives the error of each time ahead in the
/// second: as told, and held against what came.
fn errors(stay: fn(&mut StdRng, f64) -> f64) -> [(f64, f64); 4] {
    let mut rng = StdRng::seed_from_u64(7);
    let mut bays: Vec<SimulatedBay> = (0..BAYS)
        .map(|_| SimulatedBay(true, exponential(&mut rng, 20.0)))
        .collect();
    let vacant_share = VACANCY_MIN / (VACANCY_MIN + STAY_MIN);
    let mut city = City::default();
    let table = table(&mut city, 1.0 - vacant_share);
    let zone = ZoneIx(0);
    let mut calibration = Calibration::default();
    let mut waiting: Vec<Vec<(u64, usize, f64)>> = vec![Vec::new(); 4];
    let mut bins: [(Bins, Bins); 4] = Default::default();
    for step in 0..72 * 60 {
        let now_s = (step * STEP_S) as f64;
        for bay in &mut bays {
            while bay.1 <= now_s {
                bay.0 = !bay.0;
                let mean = if bay.0 { VACANCY_MIN } else { STAY_MIN };
                bay.1 += if bay.0 {
                    exponential(&mut rng, mean)
                } else {
                    stay(&mut rng, mean)
                };
            }
        }
        for (watched, queue) in waiting.iter_mut().enumerate() {
            let due = queue.partition_point(|(due, ..)| *due <= step);
            for (_, bay, told) in queue.drain(..due) {
                if step < 36 * 60 {
                    calibration.learn(watched, told, bays[bay].0);
                } else {
                    let better = calibration.told(WATCHED_MS[watched], told);
                    bins[watched].0.add(told, bays[bay].0);
                    bins[watched].1.add(better, bays[bay].0);
                }
            }
        }
        // From any state: a bay that is taken has odds too.
        for (watched, ahead_ms) in WATCHED_MS
            .into_iter()
            .enumerate()
            .filter(|_| step > 12 * 60)
        {
            for _ in 0..40 {
                let bay = rng.random_range(0..BAYS);
                let p_now = if bays[bay].0 { 0.98 } else { 0.02 };
                let told = table.p_vacant_raw(zone, table.at, ahead_ms, p_now).unwrap();
                waiting[watched].push((step + ahead_ms / 60_000, bay, told));
            }
        }
    }
    bins.map(|(raw, held)| (raw.error(), held.error()))
}

/// One zone that stays as full as that.
fn table(city: &mut City, occupied: f64) -> ForecastTable {
    let live = Live {
        number: 1,
        kind: ZoneKind::OnStreet,
        occupied: Some(occupied),
    };
    let at = Wall::start(MONDAY);
    let entry = ZoneEntry {
        outlook: city.look(&wall(), at, &[live])[0],
        pace: USUAL_PACE,
    };
    ForecastTable {
        at,
        zones: Box::new([entry]),
        calibration: Calibration::default(),
    }
}

#[test]
fn with_exponential_stays_odds_come_as_often_as_told() {
    for (raw, held) in errors(exponential) {
        println!("as told {raw:.4}, held against what came {held:.4}");
        assert!(raw <= 0.02 && held <= 0.01, "{raw} {held}");
    }
}

#[test]
fn with_lognormal_stays_they_do_once_held_against_what_came() {
    let all = errors(lognormal);
    for (raw, held) in all {
        println!("as told {raw:.4}, held against what came {held:.4}");
        assert!(held <= 0.02, "{raw} {held}");
    }
    assert!(all[3].0 > 0.03, "as told it is far off: {all:?}");
}

#[test]
fn beyond_four_hours_or_of_an_old_table_nothing_of_zones_is_told() {
    let mut city = City::default();
    let table = table(&mut city, 0.9);
    let zone = ZoneIx(0);
    let now = table.at;
    assert_eq!(table.p_vacant(zone, now, 0, 0.97), Some(0.97), "now is now");
    assert_eq!(table.p_vacant(zone, now, FURTHEST_MS + 1, 0.97), None);
    let far = |now: Millis| table.p_vacant(zone, now, FURTHEST_MS, 0.97).unwrap();
    assert!(
        (far(now) - 0.1).abs() < 0.01,
        "as the zone is: {}",
        far(now)
    );
    let later = now.plus(4 * 60_000);
    assert!(
        (far(later) - 0.1).abs() < 0.01,
        "still within four hours: {}",
        far(later)
    );
    let old = now.plus(6 * 60_000);
    assert!(
        (far(old) - 0.294).abs() < 0.01,
        "what is assumed of anywhere: {}",
        far(old)
    );
    assert!(table.zone(ZoneIx(7), now, 0).is_none());
}

#[test]
fn any_of_some_bays_is_likelier_than_each_and_less_than_if_they_were_strangers() {
    let mut city = City::default();
    let table = table(&mut city, 0.8);
    let p = table
        .p_vacant(ZoneIx(0), table.at, 3_600_000, 0.97)
        .unwrap();
    let any = |n: usize| {
        let bays = vec![(ZoneIx(0), 0.97); n];
        table.p_any_vacant(&bays, table.at, 3_600_000).unwrap()
    };
    assert!((any(1) - p).abs() < 0.03, "{} {p}", any(1));
    assert!(
        any(3) > any(1) && any(3) < 1.0 - (1.0 - p).powi(3) + 1e-9,
        "{}",
        any(3)
    );
    assert_eq!(table.p_any_vacant(&[], table.at, 0), None);
}
