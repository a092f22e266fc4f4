//! The measured city: car parks of Birmingham, where their file is at hand.

use super::*;
use crate::domain::Millis;
use std::collections::BTreeMap;
use std::path::Path;

/// Shares by zone (from 1) and half-hour; `None` where the file is not there.
fn file() -> Option<BTreeMap<u32, Vec<ZoneSeen>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/birmingham_parking.csv");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the file of Birmingham's car parks is not at hand");
        return None;
    };
    let mut parks: BTreeMap<&str, BTreeMap<u32, Vec<f64>>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let [name, capacity, occupied, at] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let share = occupied.parse::<f64>().unwrap() / capacity.parse::<f64>().unwrap();
        let at = Millis::parse(&format!("{}Z", at.trim().replace(' ', "T"))).unwrap();
        let nearest = Wall::index(at.plus(HALF_HOUR_MS / 2));
        let of_park = parks.entry(name).or_default();
        of_park
            .entry(nearest)
            .or_default()
            .push(share.clamp(0.0, 1.0));
    }
    // Two were hardly ever heard of.
    parks.retain(|_, seen| seen.len() > 300);
    let mut halves: BTreeMap<u32, Vec<ZoneSeen>> = BTreeMap::new();
    for (number, seen) in (1..).zip(parks.values()) {
        for (index, shares) in seen {
            halves.entry(*index).or_default().push(ZoneSeen {
                number,
                kind: ZoneKind::OffStreet,
                occupied: shares.iter().sum::<f64>() / shares.len() as f64,
            });
        }
    }
    Some(halves)
}

#[test]
fn birminghams_car_parks_are_forecast_better_than_by_gradient_boosting() {
    let Some(halves) = file() else { return };
    let judged_from = Wall::index(Millis::parse("2016-11-28T00:00:00Z").unwrap());
    let mut city = City::default();
    let mut scores = Scores::default();
    for (index, seen) in &halves {
        city.learn(&wall(), *index, seen, &mut |came| {
            if *index >= judged_from {
                scores.add(&came);
            }
        });
    }
    let goals = [(0.0122, 0.97), (0.0184, 0.97), (0.0288, 0.97)];
    for (score, (goal, of_formula)) in scores.means().zip(goals) {
        println!("{score:.4?}");
        assert!(score.judged > 7_000, "{score:?}");
        assert!(score.forecast <= goal, "{score:?}");
        assert!(score.forecast <= of_formula * score.formula, "{score:?}");
        assert!(score.persistence > 3.0 * score.forecast, "{score:?}");
        assert!((0.75..=0.85).contains(&score.covered), "{score:?}");
    }
}
