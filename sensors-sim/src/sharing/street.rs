//! The public supply, as simple as can be: who comes takes the nearest bay on a street that is free
//! just then.
//!
//! Drivers come in the order of their arrival; nobody reserves. Others stand there as the district
//! says, but who has found a bay keeps it for the whole stay, and whom that drives away is not
//! counted: this is kinder than life to a day without sharing.

use super::district::{District, Driver};
use crate::place::Place;

/// Flat distance, metres: good to a metre within a district.
pub(super) fn distance_m(a: Place, b: Place) -> f64 {
    let north = f64::from(a.lat_e7 - b.lat_e7) * 0.011_119_5;
    let east = f64::from(a.lon_e7 - b.lon_e7) * 0.011_119_5 * a.lat().to_radians().cos();
    north.hypot(east)
}

/// A public bay that a driver found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) walk_m: u32,
    pub(super) price_cents: u32,
}

/// By driver, for those in `looking`: what they find.
pub(super) fn park(district: &District, looking: &[usize]) -> Vec<(usize, Option<Found>)> {
    let mut kept_until = vec![0; district.public.len()];
    let mut order = looking.to_vec();
    order.sort_by_key(|n| (district.drivers[*n].stay.start, *n));
    order
        .into_iter()
        .map(|n| (n, find(district, &district.drivers[n], &mut kept_until)))
        .collect()
}

fn find(district: &District, driver: &Driver, kept_until: &mut [u32]) -> Option<Found> {
    let bays = district
        .public
        .iter()
        .enumerate()
        .filter_map(|(n, (bay, busy))| {
            let bay = &district.city.bays()[*bay as usize];
            let walk_m = distance_m(bay.place, driver.place).round() as u32;
            let price_cents = bay.price_cents_per_hour * driver.minutes() / 60;
            let now = driver.stay.start;
            let free = kept_until[n] <= now && !busy.iter().any(|b| b.contains(&now));
            let fits = walk_m <= driver.max_walk_m && price_cents <= driver.max_price_cents && free;
            fits.then_some((walk_m, n, price_cents))
        });
    let (walk_m, n, price_cents) = bays.min()?;
    kept_until[n] = driver.stay.end;
    Some(Found {
        walk_m,
        price_cents,
    })
}

#[cfg(test)]
mod tests {
    use super::super::district::DistrictParams;
    use super::*;

    #[test]
    fn the_nearest_free_bay_is_taken_once() {
        let mut d = District::generate(&DistrictParams {
            bays: 0,
            public_bays: 2,
            drivers: 3,
            ..DistrictParams::default()
        });
        let [a, b] = [0, 1].map(|n| d.city.bays()[n].place);
        d.public.iter_mut().for_each(|p| p.1.clear());
        for (n, driver) in d.drivers.iter_mut().enumerate() {
            (driver.place, driver.stay) = (a, 600 + n as u32..660);
            (driver.max_walk_m, driver.max_price_cents) = (5_000, 10_000);
        }
        let found = park(&d, &[2, 1, 0]);
        let walks: Vec<_> = found
            .iter()
            .map(|(n, f)| (*n, f.map(|f| f.walk_m)))
            .collect();
        let far = distance_m(a, b).round() as u32;
        assert_eq!(walks, [(0, Some(0)), (1, Some(far)), (2, None)]);
    }

    #[test]
    fn a_walk_too_long_or_a_price_too_high_is_not_taken() {
        let mut d = District::generate(&DistrictParams {
            bays: 0,
            public_bays: 1,
            drivers: 2,
            ..DistrictParams::default()
        });
        d.public[0].1.clear();
        let place = d.city.bays()[0].place;
        for driver in &mut d.drivers {
            (driver.place, driver.max_walk_m, driver.max_price_cents) = (place, 100, 10_000);
        }
        d.drivers[0].place = place.shifted(0.0, 120.0);
        d.drivers[1].max_price_cents = 0;
        assert_eq!(
            park(&d, &[0, 1]).iter().filter(|f| f.1.is_some()).count(),
            0
        );
    }
}
