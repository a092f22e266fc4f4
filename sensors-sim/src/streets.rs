//! The streets of a made-up city as lines with names: those of `grid` around where people park, and
//! the ways along which areas meet.
//!
//! Promises: pure; a street is called as the kerbs on it say; as large as the island at most, however
//! many bays there are. Of a city that was not made up here there are none, or such as mean nothing.

use crate::areas::AREAS;
use crate::city::{City, ZoneKind};
use crate::geojson::{write_collection, write_place};
use crate::grid::{BLOCK_M, NEIGHBOURS_M, Spot, centre};
use crate::place::Place;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// Streets are drawn so far around a zone.
const AROUND_M: f64 = 800.0;
/// How far apart it is looked whether a street is still there; shorter ones are left out.
const STEP_M: f64 = 25.0;
/// Of the squares in which is noted where people park.
const SQUARE_M: f64 = 100.0;

/// A street, or a part of it that has a name of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Street {
    pub name: String,
    pub line: Vec<Place>,
}

/// Which way a street runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Axis {
    Along,
    Across,
}

/// A street by its area and its place among those that run the same way.
type Line = (usize, Axis, i32);
/// Kerbs on a street: where, and what they say that it is called.
type Kerbs<'c> = BTreeMap<Line, Vec<(f64, &'c str)>>;

impl City {
    /// The streets that its bays lie along, and those around.
    #[must_use]
    pub fn streets(&self) -> Vec<Street> {
        let parked = Parked::of(self);
        let kerbs = self.kerbs();
        let mut all = Vec::new();
        for (area, (u, v)) in parked.reach() {
            for (axis, lines, along) in [(Axis::Along, v, u), (Axis::Across, u, v)] {
                let first = (lines.0 / BLOCK_M).ceil() as i32;
                let last = (lines.1 / BLOCK_M).floor() as i32;
                for (n, line) in (first..=last).enumerate() {
                    let at = |t: f64| on((area, axis, line), t);
                    let near = |t: f64| parked.has(at(t).place());
                    // A street is not broken off where nobody parks for less than a block.
                    let between = |t: f64| near(t - BLOCK_M / 2.0) && near(t + BLOCK_M / 2.0);
                    let is_there = |t: f64| (near(t) || between(t)) && at(t).is_own();
                    let own = kerbs
                        .get(&(area, axis, line))
                        .map_or(&[][..], Vec::as_slice);
                    for run in runs(along, &is_there) {
                        let name = || plain_name(area, axis, n + 1);
                        all.extend(named(run, own, name).map(|(name, from, to)| Street {
                            name,
                            line: vec![at(from).place(), at(to).place()],
                        }));
                    }
                }
            }
        }
        all.extend(ways(&parked));
        all
    }

    /// Writes the streets that bays lie along as `streets.geojson` into `dir`.
    pub fn write_streets(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir)?;
        let streets = self.streets();
        write_collection(&dir.join("streets.geojson"), streets.iter(), write_street)
    }

    fn kerbs(&self) -> Kerbs<'_> {
        let mut all = Kerbs::new();
        let streets = self.zones.iter().filter(|z| z.kind == ZoneKind::OnStreet);
        for zone in streets {
            let Some((name, _)) = zone.name.split_once(" Kerbside") else {
                continue;
            };
            let spot = Spot::of(zone.place);
            let near = |x: f64| (x / BLOCK_M).round();
            let off = |x: f64| (x - near(x) * BLOCK_M).abs();
            let (line, along) = if off(spot.v) < off(spot.u) {
                ((spot.area, Axis::Along, near(spot.v) as i32), spot.u)
            } else {
                ((spot.area, Axis::Across, near(spot.u) as i32), spot.v)
            };
            all.entry(line).or_default().push((along, name));
        }
        for own in all.values_mut() {
            own.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        all
    }
}

fn write_street(out: &mut BufWriter<File>, street: &Street) -> io::Result<()> {
    out.write_all(br#"{"type":"Feature","geometry":{"type":"LineString","coordinates":["#)?;
    for (i, p) in street.line.iter().enumerate() {
        out.write_all(if i > 0 { b"," } else { b"" })?;
        write_place(out, *p)?;
    }
    let name = serde_json::Value::from(&*street.name);
    write!(out, r#"]}},"properties":{{"name":{name}}}}}"#)
}

/// What a street is called on which no kerb says it.
fn plain_name(area: usize, axis: Axis, n: usize) -> String {
    let word = match axis {
        Axis::Along => "Walk",
        Axis::Across => "Rise",
    };
    format!("{} {word} {n}", AREAS[area].name)
}

/// A spot of a street, metres from where its area's middle is.
fn on((area, axis, line): Line, t: f64) -> Spot {
    let aside = f64::from(line) * BLOCK_M;
    let (u, v) = match axis {
        Axis::Along => (t, aside),
        Axis::Across => (aside, t),
    };
    Spot { area, u, v }
}

/// The stretches of a line that are there; their ends to a metre.
fn runs((from, to): (f64, f64), is_there: &dyn Fn(f64) -> bool) -> Vec<(f64, f64)> {
    let is_there = |t: f64| t <= to && is_there(t);
    let edge = |mut inside: f64, mut outside: f64| {
        while (outside - inside).abs() > 1.0 {
            let middle = f64::midpoint(inside, outside);
            if is_there(middle) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    };
    let mut all = Vec::new();
    let mut begun = None;
    let steps = ((to - from) / STEP_M).ceil().max(0.0) as u32;
    for step in 0..=steps + 1 {
        let t = from + f64::from(step) * STEP_M;
        match (begun, is_there(t)) {
            (None, true) if step == 0 => begun = Some(t),
            (None, true) => begun = Some(edge(t, t - STEP_M)),
            (Some(start), false) => {
                let end = edge(t - STEP_M, t);
                if end - start >= 2.0 * STEP_M {
                    all.push((start, end));
                }
                begun = None;
            }
            _ => {}
        }
    }
    all
}

/// A stretch by its names: each kerb's, as far as the crossing halfway to one of another name.
fn named(
    (from, to): (f64, f64),
    kerbs: &[(f64, &str)],
    plain: impl Fn() -> String,
) -> impl Iterator<Item = (String, f64, f64)> {
    let mut parts: Vec<(String, f64, f64)> = Vec::new();
    for &(along, name) in kerbs.iter().filter(|k| (from..=to).contains(&k.0)) {
        let Some(last) = parts.last_mut() else {
            parts.push((name.to_owned(), from, along));
            continue;
        };
        if last.0 != name {
            let halfway = f64::midpoint(last.2, along);
            let crossing = (halfway / BLOCK_M).round() * BLOCK_M;
            last.2 = crossing;
            parts.push((name.to_owned(), crossing, along));
        }
        if let Some(last) = parts.last_mut() {
            last.2 = along;
        }
    }
    match parts.last_mut() {
        Some(last) => last.2 = to,
        None => parts.push((plain(), from, to)),
    }
    parts.into_iter()
}

/// Where two areas are as near as each other a way runs between their streets.
fn ways(parked: &Parked) -> Vec<Street> {
    let mut all = Vec::new();
    for (a, area) in AREAS.iter().enumerate() {
        for b in a + 1..AREAS.len() {
            let (east, north) = centre(b).metres_from(centre(a));
            let far = east.hypot(north);
            if far > NEIGHBOURS_M {
                continue;
            }
            let c = east / far;
            let s = north / far;
            let at = |t: f64| centre(a).shifted(east / 2.0 - t * s, north / 2.0 + t * c);
            let is_there = |t: f64| {
                let place = at(t);
                let (east, north) = place.metres_from(centre(a));
                let own = east.hypot(north);
                let nearer = |other: usize| {
                    let (east, north) = place.metres_from(centre(other));
                    other != a && other != b && east.hypot(north) < own
                };
                parked.has(place) && place.is_on_land() && !(0..AREAS.len()).any(nearer)
            };
            let found = runs((-NEIGHBOURS_M, NEIGHBOURS_M), &is_there);
            all.extend(found.into_iter().map(|(from, to)| Street {
                name: format!("{} Way", area.name),
                line: vec![at(from), at(to)],
            }));
        }
    }
    all
}

/// Where people park, and a little around.
struct Parked(HashSet<(i32, i32)>);

/// From the least to the most.
type Span = (f64, f64);

impl Parked {
    fn of(city: &City) -> Self {
        let reach = (AROUND_M / SQUARE_M) as i32;
        let mut squares = HashSet::new();
        for zone in &city.zones {
            let (x, y) = square(zone.place);
            for dx in -reach..=reach {
                let around = (-reach..=reach).filter(|dy| dx * dx + dy * dy <= reach * reach);
                squares.extend(around.map(|dy| (x + dx, y + dy)));
            }
        }
        Self(squares)
    }

    fn has(&self, place: Place) -> bool {
        self.0.contains(&square(place))
    }

    /// How far each area's streets go, along and across.
    fn reach(&self) -> BTreeMap<usize, (Span, Span)> {
        let mut all: BTreeMap<usize, (Span, Span)> = BTreeMap::new();
        for &(x, y) in &self.0 {
            let middle = |n: i32| (f64::from(n) + 0.5) * SQUARE_M;
            let spot = Spot::of(centre(0).shifted(middle(x), middle(y)));
            let none = (f64::MAX, f64::MIN);
            let (u, v) = all.entry(spot.area).or_insert((none, none));
            *u = wider(*u, spot.u);
            *v = wider(*v, spot.v);
        }
        all
    }
}

fn wider(span: Span, by: f64) -> Span {
    (span.0.min(by - SQUARE_M), span.1.max(by + SQUARE_M))
}

fn square(place: Place) -> (i32, i32) {
    let (east, north) = place.metres_from(centre(0));
    let of = |m: f64| (m / SQUARE_M).floor() as i32;
    (of(east), of(north))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_street_has_the_name_of_its_kerbs_and_changes_it_at_a_crossing() {
        let kerbs = [(100.0, "A"), (300.0, "A"), (900.0, "B"), (2_000.0, "C")];
        let parts: Vec<_> = named((-50.0, 1_200.0), &kerbs, String::new).collect();
        let part = |name: &str, from, to| (name.to_owned(), from, to);
        assert_eq!(parts, [part("A", -50.0, 600.0), part("B", 600.0, 1_200.0)]);
        let bare: Vec<_> = named((0.0, 70.0), &kerbs, || "P".to_owned()).collect();
        assert_eq!(bare, [part("P", 0.0, 70.0)]);
    }

    #[test]
    fn what_is_there_of_a_line_is_found_to_a_metre() {
        let there = |t: f64| (110.0..333.0).contains(&t) || (500.0..520.0).contains(&t);
        let found = runs((0.0, 1_000.0), &there);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((found[0].0 - 110.0).abs() <= 1.0 && (found[0].1 - 333.0).abs() <= 1.0);
        assert_eq!(runs((0.0, 100.0), &|_| true), [(0.0, 100.0)]);
    }
}
