//! `bayhub registry make`: zones and bays of a registry out of any static file, by a mapping.
//!
//! Promises: nothing is overwritten; what is written has been read back as a registry; a place that
//! lies far from all others is left out and named. Rows of one zone are one zone, with the
//! capacities of its kinds.

use super::{Failure, feed_try};
use crate::domain::{BBox, BayKind, LatLon, ZoneKind};
use crate::ingest::codec::{Said, device};
use crate::ingest::connector::{FeedConfig, FeedRow, Place, Reader, place};
use crate::registry::{Reading, Registry};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What is made of what.
#[derive(Debug, clap::Args)]
pub struct RegistryMake {
    /// A static file: CSV, JSON, GeoJSON, DATEX II.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// How it is read: a mapping that comes with the hub.
    #[arg(long, value_name = "NAME", conflicts_with = "mapping")]
    preset: Option<String>,
    /// How it is read: a mapping file, as a `[[feeds]]` table without its head.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// A saved answer of the live feed, for how many bays there are.
    #[arg(long, value_name = "FILE", requires = "capacities_preset")]
    capacities: Option<PathBuf>,
    /// How that is read.
    #[arg(long, value_name = "NAME")]
    capacities_preset: Option<String>,
    /// The registry's folder. It may exist, but not what is to be made.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// Zones and bays as they are gathered.
#[derive(Debug, Default)]
struct CityDraft {
    zones: BTreeMap<String, DraftZone>,
    bays: BTreeMap<String, DraftBay>,
    /// What was left out and why: how many, and the first few.
    left_out: u64,
    examples: Vec<String>,
    /// Of which capacities were told, and which are no zones here.
    homeless: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct DraftZone {
    name: Option<String>,
    operator: Option<String>,
    kind: Option<ZoneKind>,
    at: Option<LatLon>,
    capacity: [u32; BayKind::COUNT],
    max_height_cm: Option<u16>,
}

#[derive(Debug)]
struct DraftBay {
    zone: String,
    at: LatLon,
    kind: BayKind,
}

/// Writes `zones.geojson`, and `bays.geojson` where there are any.
///
/// # Errors
/// [`Failure::Config`]: what cannot be read, a file that is there already, or nothing to write.
pub fn registry_make(options: &RegistryMake) -> Result<(), Failure> {
    let bad = Failure::Config;
    let feed = match (&options.preset, &options.mapping) {
        (_, Some(file)) => {
            let text = fs::read_to_string(file);
            let text = text.map_err(|e| bad(format!("{}: {e}", file.display())))?;
            FeedConfig::from_file("static", &text)
                .map_err(|e| bad(format!("{}: {e}", file.display())))?
        }
        (Some(name), None) => of_preset(name)?,
        (None, None) => return Err(bad("--preset or --mapping: missing".into())),
    };
    let mut draft = CityDraft::default();
    let rows = rows_of(&feed, &options.from)?;
    draft.add_all(rows);
    if let (Some(file), Some(preset)) = (&options.capacities, &options.capacities_preset) {
        let rows = rows_of(&of_preset(preset)?, file)?;
        draft.add_capacities(&rows);
    }
    draft.leave_out_the_far();
    draft.zones_of_bays();
    draft.only_placed();
    if draft.zones.is_empty() {
        let why = draft.examples.join("; ");
        return Err(bad(format!(
            "{}: no zone or bay with a place: {why}",
            options.from.display()
        )));
    }
    write_all(&draft, &options.to)?;
    for example in &draft.examples {
        println!("left out: {example}");
    }
    for note in draft.notes(options.capacities.is_some()) {
        println!("note: {note}");
    }
    println!(
        "ok: {} zones, {} bays; {} rows left out",
        draft.zones.len(),
        draft.bays.len(),
        draft.left_out
    );
    Ok(())
}

fn of_preset(name: &str) -> Result<FeedConfig, Failure> {
    let quoted = Value::from(name);
    FeedConfig::from_file("static", &format!("preset = {quoted}")).map_err(Failure::Config)
}

/// The rows of a file: an answer, or one a line by its name (`.jsonl`, `.ndjson`).
fn rows_of(feed: &FeedConfig, file: &Path) -> Result<Vec<FeedRow>, Failure> {
    let reader = Reader::new(feed).map_err(Failure::Config)?.with_places();
    let body = feed_try::read(file)?;
    let says = |why: String| Failure::Config(format!("{}: {why}", file.display()));
    let is_lines = file
        .extension()
        .is_some_and(|e| e == "jsonl" || e == "ndjson");
    if is_lines {
        let lines = reader.read_lines(&*body).map_err(|e| says(e.to_string()))?;
        return lines
            .collect::<Result<_, _>>()
            .map_err(|e| says(e.to_string()));
    }
    reader
        .read_any_age(&body)
        .map(|answer| answer.rows)
        .map_err(|e| says(e.0))
}

impl CityDraft {
    fn add_all(&mut self, rows: Vec<FeedRow>) {
        for row in rows {
            match (row.said, row.place) {
                (Err((reason, why)), _) => self.leave_out(format!("{}: {why}", reason.name())),
                (Ok(_), Some(place)) => self.add(*place),
                (Ok(_), None) => {}
            }
        }
    }

    fn leave_out(&mut self, why: String) {
        self.left_out += 1;
        if self.examples.len() < 5 && !self.examples.contains(&why) {
            self.examples.push(why);
        }
    }

    fn add(&mut self, place: Place) {
        if let Some(bay) = place.bay {
            let Some(at) = place.at else {
                return self.leave_out(format!("bay {bay:?} has no place"));
            };
            let zone = place.zone.unwrap_or_else(|| "bays".to_owned());
            let kind = place.bay_kind;
            self.bays.insert(bay, DraftBay { zone, at, kind });
            return;
        }
        let Some(zone) = place.zone else { return };
        let own = self.zones.entry(zone).or_default();
        own.name = own.name.take().or(place.name).or(place.address);
        own.operator = own.operator.take().or(place.operator);
        own.kind = own.kind.or(place.kind);
        own.at = own.at.or(place.at);
        own.max_height_cm = own.max_height_cm.or(place.max_height_cm);
        let capacity = &mut own.capacity[place.bay_kind as usize];
        *capacity = place.capacity.unwrap_or(*capacity).max(*capacity);
    }

    /// Of zones that are there already, how many bays a live feed says that they have.
    fn add_capacities(&mut self, rows: &[FeedRow]) {
        for row in rows {
            let Ok(Said::Count(count)) = &row.said else {
                continue;
            };
            let Some(zone) = self.zones.get_mut(&*count.zone) else {
                self.homeless.insert(count.zone.to_string());
                continue;
            };
            let capacity = &mut zone.capacity[count.kind as usize];
            *capacity = count.word.capacity.unwrap_or(0).max(*capacity);
        }
    }

    /// What the two files do not have of each other.
    fn notes(&self, capacities_are_told: bool) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.homeless.is_empty() {
            let some: Vec<&str> = self.homeless.iter().take(5).map(|id| &**id).collect();
            notes.push(format!(
                "capacities were told of {} places that are no zones here: {}{}",
                self.homeless.len(),
                some.join(", "),
                if self.homeless.len() > 5 { ", ..." } else { "" }
            ));
        }
        let bare = self
            .zones
            .values()
            .filter(|z| z.capacity.iter().sum::<u32>() == 0);
        let bare = bare.count();
        if capacities_are_told && bare > 0 {
            notes.push(format!(
                "of {bare} zones no capacity was told: it is what their feed will say"
            ));
        }
        notes
    }

    /// Leaves out what lies more than 50 km outside the box of the middle eight tenths.
    fn leave_out_the_far(&mut self) {
        let zones = self.zones.values().filter_map(|zone| zone.at);
        let all: Vec<_> = zones.chain(self.bays.values().map(|bay| bay.at)).collect();
        let Some(city) = middle_box(&all) else { return };
        let mut far = Vec::new();
        for (id, zone) in &mut self.zones {
            if let Some(why) = zone.at.and_then(|at| place::implausible(at, city)) {
                zone.at = None;
                far.push(format!("zone {id:?}: implausible_place: {why}"));
            }
        }
        self.bays
            .retain(|id, bay| match place::implausible(bay.at, city) {
                None => true,
                Some(why) => {
                    far.push(format!("bay {id:?}: implausible_place: {why}"));
                    false
                }
            });
        for why in far {
            self.leave_out(why);
        }
    }

    /// Zones that only bays name lie in the middle of their bays.
    fn zones_of_bays(&mut self) {
        let mut around: BTreeMap<&str, Vec<&DraftBay>> = BTreeMap::new();
        for bay in self.bays.values() {
            around.entry(&bay.zone).or_default().push(bay);
        }
        for (id, bays) in around {
            let zone = self.zones.entry(id.to_owned()).or_default();
            let n = bays.len() as f64;
            let lat = bays.iter().map(|bay| bay.at.lat).sum::<f64>() / n;
            let lon = bays.iter().map(|bay| bay.at.lon).sum::<f64>() / n;
            zone.at = zone.at.or(LatLon::new(lat, lon));
            zone.kind = zone.kind.or(Some(ZoneKind::OnStreet));
            for kind in BayKind::ALL {
                let own = bays.iter().filter(|bay| bay.kind == kind).count() as u32;
                let capacity = &mut zone.capacity[kind as usize];
                *capacity = own.max(*capacity);
            }
        }
    }

    fn only_placed(&mut self) {
        let mut none = Vec::new();
        self.zones.retain(|id, zone| {
            let is_placed = zone.at.is_some();
            if !is_placed {
                none.push(format!("zone {id:?} has no place"));
            }
            is_placed
        });
        for why in none {
            self.leave_out(why);
        }
        self.bays
            .retain(|_, bay| self.zones.contains_key(&bay.zone));
    }
}

/// The box around the middle eight tenths of places, by latitude and by longitude.
fn middle_box(all: &[LatLon]) -> Option<BBox> {
    let edges = |of: fn(&LatLon) -> f64| {
        let mut sorted: Vec<f64> = all.iter().map(of).collect();
        sorted.sort_by(f64::total_cmp);
        let tenth = sorted.len() / 10;
        Some((
            *sorted.get(tenth)?,
            *sorted.get(sorted.len().checked_sub(1 + tenth)?)?,
        ))
    };
    let (south, north) = edges(|p| p.lat)?;
    let (west, east) = edges(|p| p.lon)?;
    BBox::new(west, south, east, north)
}

fn write_all(draft: &CityDraft, to: &Path) -> Result<(), Failure> {
    let failed =
        |what: &Path, e: std::io::Error| Failure::Config(format!("{}: {e}", what.display()));
    fs::create_dir_all(to).map_err(|e| failed(to, e))?;
    let mut files = vec![(
        "zones.geojson",
        draft.zones.iter().map(zone_feature).collect::<Vec<_>>(),
    )];
    files.push(("bays.geojson", draft.bays.iter().map(bay_feature).collect()));
    for (name, _) in &files {
        let file = to.join(name);
        if file.exists() {
            return Err(Failure::Config(format!(
                "{}: is there already",
                file.display()
            )));
        }
    }
    // Read back before it stands where a hub would find it.
    let staged = tempfile::tempdir_in(to).map_err(|e| failed(to, e))?;
    for (name, features) in &files {
        let file = staged.path().join(name);
        write(&file, features).map_err(|e| failed(&file, e))?;
    }
    let scratch = tempfile::tempdir().map_err(|e| Failure::Internal(e.to_string()))?;
    Registry::open_as(
        staged.path(),
        scratch.path(),
        device::MODELS,
        Reading::default(),
    )?;
    for (name, _) in &files {
        fs::rename(staged.path().join(name), to.join(name)).map_err(|e| failed(to, e))?;
    }
    Ok(())
}

/// A feature a line, so that people can read and compare it.
fn write(file: &Path, features: &[Value]) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(fs::File::create(file)?);
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[\n")?;
    for (at, feature) in features.iter().enumerate() {
        let comma = if at + 1 < features.len() { "," } else { "" };
        writeln!(out, "{feature}{comma}")?;
    }
    out.write_all(b"]}\n")?;
    out.flush()
}

fn point(at: LatLon) -> Value {
    // A tenth of a micrometre is nothing; more digits are only longer.
    let short = |degrees: f64| (degrees * 1e9).round() / 1e9;
    json!({"type": "Point", "coordinates": [short(at.lon), short(at.lat)]})
}

fn zone_feature((id, zone): (&String, &DraftZone)) -> Value {
    let mut properties = Map::new();
    let kind = zone.kind.unwrap_or(ZoneKind::OffStreet);
    properties.insert("id".into(), json!(id));
    properties.insert("name".into(), json!(zone.name.as_ref().unwrap_or(id)));
    properties.insert("kind".into(), json!(kind.name()));
    if let Some(operator) = &zone.operator {
        properties.insert("operator".into(), json!(operator));
    }
    let all: u32 = zone
        .capacity
        .iter()
        .fold(0, |sum, n| sum.saturating_add(*n));
    if all > 0 {
        let told = BayKind::ALL
            .into_iter()
            .zip(zone.capacity)
            .filter(|(_, n)| *n > 0);
        let by_kind: Map<_, _> = told
            .map(|(kind, n)| (kind.name().to_owned(), json!(n)))
            .collect();
        properties.insert("capacity".into(), json!(all));
        properties.insert("capacity_by_kind".into(), Value::Object(by_kind));
    }
    if let Some(cm) = zone.max_height_cm {
        properties.insert("max_height_cm".into(), json!(cm));
    }
    let geometry = zone.at.map(point);
    json!({"type": "Feature", "geometry": geometry, "properties": properties})
}

fn bay_feature((id, bay): (&String, &DraftBay)) -> Value {
    let DraftBay { zone, at, kind } = bay;
    let properties = json!({"id": id, "zone": zone, "kind": kind.name()});
    json!({"type": "Feature", "geometry": point(*at), "properties": properties})
}

#[cfg(test)]
#[path = "registry_make_tests.rs"]
mod tests;
