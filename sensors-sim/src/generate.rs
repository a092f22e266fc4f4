//! Makes up a city: zones scattered around Singapore's planning areas, along the streets of `grid`
//! and in the blocks between them, bays laid out inside them.
//!
//! Promises: the same parameters give the same city; exactly the bays asked for; capacities in
//! plausible ranges wherever the numbers leave room for that. 1.4 million bays take about a second.

use crate::areas::{AREAS, Area};
use crate::city::{Bay, BayKind, City, Zone, ZoneKind};
use crate::demand::Use;
use crate::geojson::middle;
use crate::grid::Plots;
use crate::layout::{self, Layout};
use crate::place::Place;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, LogNormal, Normal};
use std::fmt::Write as _;

/// The biggest city that is made, so that no number overflows; memory ends before (Singapore has 1.4
/// million lots).
pub const MAX_BAYS: u32 = 1_000_000_000;

/// What to generate.
#[derive(Clone, Debug)]
pub struct CityParams {
    /// 0 gives an empty city; capped at [`MAX_BAYS`].
    pub bays: u32,
    /// `None`: some 67 bays a zone in a small city, 100 in a large one. Never more zones than bays.
    pub zones: Option<u32>,
    pub seed: u64,
}

impl Default for CityParams {
    fn default() -> Self {
        Self {
            bays: 20_000,
            zones: None,
            seed: 1,
        }
    }
}

impl CityParams {
    /// How many zones that gives.
    #[must_use]
    pub fn zone_count(&self) -> u32 {
        let small = |bays: u32| (bays * 3).div_ceil(200);
        let bays = self.bays.min(MAX_BAYS);
        let own_choice = small(bays.min(100_000)).max(bays / 100);
        self.zones.unwrap_or(own_choice).clamp(1, bays.max(1))
    }
}

/// A zone before its bays are known.
struct Draft {
    kind: ZoneKind,
    /// Only counted at the gate: has a capacity, no bays.
    count_only: bool,
    size: u32,
}

impl City {
    /// A made-up city; see the module's promises.
    #[must_use]
    pub fn generate(params: &CityParams) -> Self {
        let bays = params.bays.min(MAX_BAYS);
        if bays == 0 {
            return Self::default();
        }
        let mut rng = SmallRng::seed_from_u64(params.seed);
        let mut drafts = draft_zones(params.zone_count(), &mut rng);
        fit_sizes(&mut drafts, bays, &mut rng);
        let mut per_area: Vec<Vec<Draft>> = AREAS.iter().map(|_| Vec::new()).collect();
        let total: f64 = AREAS.iter().map(|a| a.weight).sum();
        for draft in drafts {
            per_area[pick_area(rng.random::<f64>() * total)].push(draft);
        }
        let mut city = Self::with_capacity(params.zone_count() as usize, bays as usize);
        let mut plots = Plots::default();
        for (area, drafts) in AREAS.iter().zip(per_area) {
            for (n, draft) in drafts.iter().enumerate() {
                add_zone(&mut city, &mut plots, (area, n + 1), draft, &mut rng);
            }
        }
        city
    }
}

fn pick_area(mut ticket: f64) -> usize {
    for (i, a) in AREAS.iter().enumerate() {
        ticket -= a.weight;
        if ticket < 0.0 {
            return i;
        }
    }
    0
}

fn draft_zones(count: u32, rng: &mut SmallRng) -> Vec<Draft> {
    (1..=count)
        .map(|n| {
            // Every 25th is a car park that only counts; the first never is, so that one zone makes
            // a city.
            let count_only = n % 25 == 0;
            let kind = match rng.random_range(0..100) {
                _ if count_only => ZoneKind::OffStreet,
                0..35 => ZoneKind::OnStreet,
                35..88 => ZoneKind::OffStreet,
                _ => ZoneKind::Private,
            };
            Draft {
                kind,
                count_only,
                size: 0,
            }
        })
        .collect()
}

/// Gives every zone a size so that the sensed ones sum to exactly `bays`.
fn fit_sizes(drafts: &mut [Draft], bays: u32, rng: &mut SmallRng) {
    // A log-normal with sigma 0.8; its median does not matter, since all are scaled to the total.
    let spread = LogNormal::new(0.0, 0.8).expect("a fixed, finite sigma");
    let sensed = drafts.iter().filter(|d| !d.count_only).count().max(1) as u32;
    let mean = f64::from(bays) / f64::from(sensed);
    let (low_street, high_street) = if mean >= 12.0 { (5, 60) } else { (1, 60) };
    let low = if mean >= 40.0 { 20 } else { 1 };
    let high = (mean * 4.0).max(1200.0) as u32;
    let weights: Vec<f64> = drafts.iter().map(|_| spread.sample(rng)).collect();
    let mut left = i64::from(bays);
    let mut parks = 0.0;
    for (d, w) in drafts.iter_mut().zip(&weights) {
        match d.kind {
            ZoneKind::OnStreet => {
                d.size = ((w * 18.0) as u32).clamp(
                    low_street,
                    high_street.min((mean * 2.0) as u32).max(low_street),
                );
                left -= i64::from(d.size);
            }
            _ if !d.count_only => parks += w,
            _ => {}
        }
    }
    let scale = if parks > 0.0 {
        left.max(0) as f64 / parks
    } else {
        0.0
    };
    for (d, w) in drafts
        .iter_mut()
        .zip(&weights)
        .filter(|(d, _)| d.kind != ZoneKind::OnStreet)
    {
        d.size = ((w * scale).max(if d.count_only { 40.0 } else { 0.0 }) as u32).clamp(low, high);
        left -= if d.count_only { 0 } else { i64::from(d.size) };
    }
    settle_remainder(drafts, left, low, high);
}

/// Hands out (or takes back) what clamping and rounding left over, a little from each zone in turn.
/// Where the limits leave no room, they give way: exactly the bays asked for is the stronger
/// promise.
fn settle_remainder(drafts: &mut [Draft], mut left: i64, low: u32, high: u32) {
    let mut low = i64::from(low);
    let mut widened = 1;
    while left != 0 {
        let before = left;
        let share = (left.abs() / drafts.len() as i64).max(1);
        for d in drafts.iter_mut().filter(|d| !d.count_only) {
            let street = d.kind == ZoneKind::OnStreet;
            let (least, most) = if street {
                (low.min(5), 60 * widened)
            } else {
                (low, i64::from(high) * widened)
            };
            let size = i64::from(d.size);
            let step = share.min(left.abs());
            let new = if left > 0 {
                (size + step).min(most).max(size)
            } else {
                (size - step).max(least).min(size)
            };
            left -= new - size;
            d.size = new as u32;
        }
        if left == before {
            low = 1;
            widened *= 2;
        }
    }
}

fn add_zone(
    city: &mut City,
    plots: &mut Plots,
    (area, n): (&Area, usize),
    draft: &Draft,
    rng: &mut SmallRng,
) {
    let id = format!("{}{n:03}", area.code);
    let used = Use::of(draft.kind, &id);
    let (name, operator) = name_zone(area, draft.kind, used, n, rng);
    let wished = centre_of(area, rng);
    let across = rng.random_bool(0.5);
    let layout = if draft.kind == ZoneKind::OnStreet {
        let (centre, turn) = plots.kerb(wished);
        Layout::along(centre, turn, draft.size)
    } else {
        let (centre, turn) = plots.lot(wished, across);
        Layout::new(draft.kind, centre, turn, draft.size)
    };
    let first = city.bays.len() as u32;
    if !draft.count_only {
        add_bays(city, &id, draft, used, &layout, rng);
    }
    let outline = if draft.kind == ZoneKind::OnStreet {
        Vec::new()
    } else {
        layout.outline()
    };
    city.zones.push(Zone {
        id,
        name,
        kind: draft.kind,
        operator,
        capacity: draft.size,
        // As the reader works it out, so that a city read back is the same city.
        place: middle(&outline).unwrap_or_else(|| layout.middle()),
        outline,
        bays: first..city.bays.len() as u32,
    });
}

fn add_bays(
    city: &mut City,
    zone: &str,
    draft: &Draft,
    used: Use,
    layout: &Layout,
    rng: &mut SmallRng,
) {
    let price = price_of(draft.kind, used, rng);
    let off_street = draft.kind != ZoneKind::OnStreet;
    let max_height_cm = if off_street {
        layout::pick(&[200, 200, 215, 215, 450], rng)
    } else {
        0
    };
    let max_stay_min = if !off_street && rng.random_bool(0.4) {
        layout::pick(&[30, 60, 120, 120, 240], rng)
    } else {
        0
    };
    let mut id = String::new();
    for n in 0..draft.size {
        id.clear();
        write!(id, "{zone}-{:03}", n + 1).expect("writing to a string cannot fail");
        let kind = match rng.random_range(0..1000) {
            0..50 => BayKind::Motorcycle,
            50..65 if max_height_cm == 0 || max_height_cm >= 450 => BayKind::Heavy,
            65..75 => BayKind::Bicycle,
            _ => BayKind::Car,
        };
        let car = kind == BayKind::Car;
        city.push_bay(
            &id,
            Bay {
                place: layout.bay(n),
                price_cents_per_hour: if kind == BayKind::Bicycle { 0 } else { price },
                max_height_cm,
                max_stay_min,
                kind,
                accessible: car && rng.random_bool(0.021),
                ev_charging: car && rng.random_bool(0.042),
            },
        );
    }
}

fn price_of(kind: ZoneKind, used: Use, rng: &mut SmallRng) -> u32 {
    match (kind, used) {
        (ZoneKind::OnStreet, _) => layout::pick(&[120, 120, 240, 300], rng),
        (_, Use::Residents) => layout::pick(&[60, 120, 120], rng),
        (_, Use::Offices) => layout::pick(&[240, 360, 480, 600], rng),
        _ => layout::pick(&[120, 180, 240, 320], rng),
    }
}

/// A place near the area's centre, on land; the centre itself when the draw keeps falling into the
/// sea.
fn centre_of(area: &Area, rng: &mut SmallRng) -> Place {
    let centre = Place::from_degrees(area.lat, area.lon);
    let step = Normal::new(0.0, area.spread_m).expect("a fixed, finite spread");
    (0..64)
        .map(|_| centre.shifted(step.sample(rng), step.sample(rng)))
        .find(|p| p.is_on_land())
        .unwrap_or(centre)
}

fn name_zone(
    area: &Area,
    kind: ZoneKind,
    used: Use,
    n: usize,
    rng: &mut SmallRng,
) -> (String, String) {
    let road = layout::pick(
        &[
            "Avenue", "Street", "Drive", "Road", "Central", "Lorong", "Crescent", "Link",
        ],
        rng,
    );
    let number = rng.random_range(1..=12);
    let street = format!("{} {road} {number}", area.name);
    match (kind, used) {
        (ZoneKind::OnStreet, _) => (format!("{street} Kerbside {n}"), "LTA".into()),
        (ZoneKind::OffStreet, Use::Residents) => (format!("{street} Car Park {n}"), "HDB".into()),
        (ZoneKind::OffStreet, Use::Shops) => {
            (format!("{} Mall Car Park {n}", area.name), "URA".into())
        }
        (ZoneKind::OffStreet, _) => (format!("{street} Car Park {n}"), "URA".into()),
        (ZoneKind::Private, Use::Residents) => (
            format!("{} Residences {n}", area.name),
            format!("Condo {n} MCST"),
        ),
        (ZoneKind::Private, _) => (
            format!("{} Business Centre {n}", area.name),
            "Harbourfront Estates".into(),
        ),
    }
}
