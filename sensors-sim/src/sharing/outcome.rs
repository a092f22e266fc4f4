//! What came of a day, in figures that can be compared.

use super::district::{District, Purpose};
use std::fmt::Write as _;

/// Where a driver parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parked {
    /// In a shared bay; otherwise on the street.
    pub shared: bool,
    pub walk_m: u32,
    pub price_cents: u32,
    /// To another bay than was told first.
    pub moved: bool,
    /// Than was told first.
    pub farther_m: u32,
}

/// One way to run the day.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub name: String,
    /// By driver.
    pub parked: Vec<Option<Parked>>,
    /// Drivers beside these who came at once, parked and left.
    pub at_once: usize,
}

/// The figures of one way to run the day.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Of all drivers who came.
    pub served: f64,
    /// In shared bays, and which part that is of all drivers who came.
    pub shared: usize,
    pub by_sharing: f64,
    pub walk_m: f64,
    /// An hour.
    pub price_cents: f64,
    /// Booked time / offered time of the shared bays.
    pub utilisation: f64,
    /// Visits a bay, shared and public.
    pub turnover: f64,
}

/// What became of a group of drivers in shared bays after they had been told their bay.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moves {
    pub drivers: usize,
    pub moved: usize,
    /// Those who walk farther than they were told, and how much on average.
    pub farther: usize,
    pub farther_m: f64,
}

impl Outcome {
    /// Drivers who cancelled did not come, and are left out.
    #[must_use]
    pub fn figures(&self, district: &District, whom: Option<Purpose>) -> Figures {
        let came = district.drivers.iter().zip(&self.parked);
        let came: Vec<_> = came
            .filter(|(d, _)| !d.cancels && whom.is_none_or(|w| d.purpose == w))
            .collect();
        let parked: Vec<_> = came
            .iter()
            .filter_map(|(d, p)| Some((*d, (**p)?)))
            .collect();
        let mean = |of: &dyn Fn(&Parked) -> f64| {
            share(parked.iter().map(|(_, p)| of(p)).sum(), parked.len() as f64)
        };
        let minutes: u32 = parked.iter().map(|(d, _)| d.minutes()).sum();
        let in_shared: u32 = parked
            .iter()
            .filter(|(_, p)| p.shared)
            .map(|(d, _)| d.minutes())
            .sum();
        let offered: u32 = district
            .offered
            .iter()
            .map(|o| o.open.end - o.open.start)
            .sum();
        let paid: f64 = parked.iter().map(|(_, p)| f64::from(p.price_cents)).sum();
        let shared = parked.iter().filter(|(_, p)| p.shared).count();
        Figures {
            served: share(parked.len() as f64, came.len() as f64),
            shared,
            by_sharing: share(shared as f64, came.len() as f64),
            walk_m: mean(&|p| f64::from(p.walk_m)),
            price_cents: share(paid * 60.0, f64::from(minutes)),
            utilisation: share(f64::from(in_shared), f64::from(offered)),
            turnover: share(parked.len() as f64, district.city.bays().len() as f64),
        }
    }
}

impl Outcome {
    /// Of those who are flexible or those who are not, who came for a purpose or for any.
    #[must_use]
    pub fn moves(&self, district: &District, flexible: bool, whom: Option<Purpose>) -> Moves {
        let came = district.drivers.iter().zip(&self.parked);
        let of =
            came.filter(|(d, _)| d.flexible == flexible && whom.is_none_or(|w| d.purpose == w));
        let parked: Vec<Parked> = of.filter_map(|(_, p)| p.filter(|p| p.shared)).collect();
        let farther = parked.iter().filter(|p| p.farther_m > 0).count();
        let more: f64 = parked.iter().map(|p| f64::from(p.farther_m)).sum();
        Moves {
            drivers: parked.len(),
            moved: parked.iter().filter(|p| p.moved).count(),
            farther,
            farther_m: share(more, farther as f64),
        }
    }
}

fn share(part: f64, of: f64) -> f64 {
    if of > 0.0 { part / of } else { 0.0 }
}

/// A table of several ways to run the same day.
#[must_use]
pub fn table(district: &District, outcomes: &[Outcome]) -> String {
    let mut out = String::from(
        "| matching     | served | office | stadium | home   | in shared bays  | walk m | cents/h | utilisation | visits/bay | moved | at once |\n\
         |--------------|--------|--------|---------|--------|-----------------|--------|---------|-------------|------------|-------|---------|\n",
    );
    for o in outcomes {
        let all = o.figures(district, None);
        let of = |purpose| o.figures(district, Some(purpose)).served * 100.0;
        writeln!(
            out,
            "| {:<12} | {:>4.1} % | {:>4.1} % | {:>5.1} % | {:>4.1} % | {:>15} | {:>6.0} | {:>7.0} | {:>9.1} % | {:>10.2} | {:>5} | {:>7} |",
            o.name,
            all.served * 100.0,
            of(Purpose::Office),
            of(Purpose::Stadium),
            of(Purpose::Home),
            format!("{} ({:.1} %)", all.shared, all.by_sharing * 100.0),
            all.walk_m,
            all.price_cents,
            all.utilisation * 100.0,
            all.turnover,
            o.parked.iter().flatten().filter(|p| p.moved).count(),
            o.at_once,
        )
        .expect("writing to a string cannot fail");
    }
    out.push_str(
        "\n| matching     | drivers                | in shared bays | moved          | farther than told | by m |\n\
         |--------------|------------------------|----------------|----------------|-------------------|------|\n",
    );
    for (o, flexible, whom) in outcomes.iter().flat_map(|o| {
        [false, true].into_iter().flat_map(move |flexible| {
            [None, Some(Purpose::Stadium)].map(|whom| (o, flexible, whom))
        })
    }) {
        let m = o.moves(district, flexible, whom);
        let part = |n: usize| share(n as f64 * 100.0, m.drivers as f64);
        let group = if flexible { "flexible" } else { "not flexible" };
        let there = if whom.is_some() { ", stadium" } else { "" };
        writeln!(
            out,
            "| {:<12} | {:<22} | {:>14} | {:>14} | {:>17} | {:>4.0} |",
            o.name,
            format!("{group}{there}"),
            m.drivers,
            format!("{} ({:.1} %)", m.moved, part(m.moved)),
            format!("{} ({:.1} %)", m.farther, part(m.farther)),
            m.farther_m,
        )
        .expect("writing to a string cannot fail");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::district::DistrictParams;
    use super::*;

    #[test]
    fn figures_are_of_those_who_came() {
        let mut d = District::generate(&DistrictParams {
            bays: 2,
            public_bays: 2,
            drivers: 4,
            ..DistrictParams::default()
        });
        for (n, driver) in d.drivers.iter_mut().enumerate() {
            (driver.cancels, driver.stay) = (n == 3, 600..660);
            (driver.flexible, driver.purpose) = (n == 0, Purpose::Stadium);
        }
        d.offered.iter_mut().for_each(|o| o.open = 600..900);
        let parked = |shared, walk_m| {
            Some(Parked {
                shared,
                walk_m,
                price_cents: 240,
                moved: walk_m == 100,
                farther_m: walk_m / 2,
            })
        };
        let parked = vec![parked(true, 100), parked(false, 300), None, parked(true, 1)];
        let o = Outcome {
            name: "x".into(),
            parked,
            at_once: 0,
        };
        let want = Figures {
            served: 2.0 / 3.0,
            shared: 1,
            by_sharing: 1.0 / 3.0,
            walk_m: 200.0,
            price_cents: 240.0,
            utilisation: 0.1,
            turnover: 0.5,
        };
        assert_eq!(o.figures(&d, None), want);
        let moves = Moves {
            drivers: 1,
            moved: 1,
            farther: 1,
            farther_m: 50.0,
        };
        assert_eq!(o.moves(&d, true, Some(Purpose::Stadium)), moves);
        assert_eq!(o.moves(&d, true, Some(Purpose::Home)), Moves::default());
        let table = table(&d, &[o]);
        assert!(
            table.contains("66.7 %")
                && table.contains("1 (33.3 %)")
                && table.contains("1 (100.0 %) |   50 |"),
            "{table}"
        );
    }

    #[test]
    fn a_day_without_anybody_has_figures_too() {
        let d = District::generate(&DistrictParams {
            bays: 0,
            public_bays: 0,
            drivers: 0,
            ..DistrictParams::default()
        });
        let o = Outcome {
            name: "empty".into(),
            parked: vec![],
            at_once: 0,
        };
        assert_eq!(o.figures(&d, None).served.to_bits(), 0_f64.to_bits());
    }
}
