//! `zones.geojson` and `bays.geojson`: written and read one feature at a time, so 1.4 million bays
//! need no more memory than the city itself. Writing them takes a second or two, reading some five.

use crate::city::{Bay, BayKind, City, Zone, ZoneKind, is_valid_id};
use crate::place::Place;
use serde::Deserialize;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Why a city could not be read. Names the file and, where there is one, the feature.
#[derive(Debug)]
pub enum LoadError {
    /// The file could not be opened or read.
    Io(PathBuf, io::Error),
    /// It is no GeoJSON of zones or bays, or a feature breaks a rule of the contract.
    Bad(PathBuf, String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(file, e) => write!(f, "{}: {e}", file.display()),
            Self::Bad(file, why) => write!(f, "{}: {why}", file.display()),
        }
    }
}

impl std::error::Error for LoadError {}

impl City {
    /// Writes `zones.geojson` and `bays.geojson` into `dir`, which is made if it is not there.
    pub fn write(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir)?;
        write_collection(&dir.join("zones.geojson"), self.zones.iter(), write_zone)?;
        let bays = self
            .zones
            .iter()
            .flat_map(|z| z.bays.clone().map(move |b| (z, b)));
        write_collection(&dir.join("bays.geojson"), bays, |out, (zone, b)| {
            self.write_bay(out, &zone.id, b)
        })
    }

    fn write_bay(&self, out: &mut impl Write, zone: &str, at: u32) -> io::Result<()> {
        let b = &self.bays[at as usize];
        // Ids need no escaping: their alphabet is checked on the way in.
        write!(
            out,
            r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":"#
        )?;
        write_place(out, b.place)?;
        write!(
            out,
            r#"}},"properties":{{"id":"{}","zone":"{zone}","kind":"{}""#,
            self.bay_id(at),
            b.kind.name()
        )?;
        write!(
            out,
            r#","accessible":{},"ev_charging":{}"#,
            b.accessible, b.ev_charging
        )?;
        if b.max_height_cm > 0 {
            write!(out, r#","max_height_cm":{}"#, b.max_height_cm)?;
        }
        if b.max_stay_min > 0 {
            write!(out, r#","max_stay_min":{}"#, b.max_stay_min)?;
        }
        write!(
            out,
            r#","price_cents_per_hour":{}}}}}"#,
            b.price_cents_per_hour
        )
    }

    /// Reads `zones.geojson` and `bays.geojson` from `dir`. Bays may come in any order; each zone's
    /// keep theirs.
    pub fn load(dir: &Path) -> Result<Self, LoadError> {
        let mut zones = Vec::new();
        let zones_file = dir.join("zones.geojson");
        read_collection(&zones_file, |f: Feature<ZoneProps>| {
            f.into_zone().map(|z| zones.push(z))
        })?;
        let mut by_id = HashMap::with_capacity(zones.len());
        for (i, z) in zones.iter().enumerate() {
            if by_id.insert(z.id.clone(), i as u32).is_some() {
                return Err(LoadError::Bad(
                    zones_file,
                    format!("zone {} is there twice", z.id),
                ));
            }
        }
        let mut bays: Vec<(u32, Box<str>, Bay)> = Vec::new();
        let bays_file = dir.join("bays.geojson");
        read_collection(&bays_file, |f: Feature<BayProps>| {
            f.into_bay(&by_id).map(|b| bays.push(b))
        })?;
        bays.sort_by_key(|(zone, ..)| *zone);
        assemble(zones, &bays).map_err(|why| LoadError::Bad(bays_file, why))
    }
}

pub(crate) fn write_collection<T>(
    file: &Path,
    features: impl Iterator<Item = T>,
    write: impl Fn(&mut BufWriter<File>, T) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 18, File::create(file)?);
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[\n")?;
    for (i, feature) in features.enumerate() {
        if i > 0 {
            out.write_all(b",\n")?;
        }
        write(&mut out, feature)?;
    }
    out.write_all(b"\n]}\n")?;
    out.flush()
}

fn write_zone(out: &mut BufWriter<File>, z: &Zone) -> io::Result<()> {
    if z.outline.is_empty() {
        write!(
            out,
            r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":"#
        )?;
        write_place(out, z.place)?;
    } else {
        write!(
            out,
            r#"{{"type":"Feature","geometry":{{"type":"Polygon","coordinates":[["#
        )?;
        for (i, p) in z.outline.iter().enumerate() {
            out.write_all(if i > 0 { b"," } else { b"" })?;
            write_place(out, *p)?;
        }
        out.write_all(b"]]")?;
    }
    let text = |s: &str| serde_json::Value::from(s).to_string();
    write!(
        out,
        r#"}},"properties":{{"id":"{}","name":{},"kind":"{}""#,
        z.id,
        text(&z.name),
        z.kind.name()
    )?;
    write!(
        out,
        r#","operator":{},"capacity":{}}}}}"#,
        text(&z.operator),
        z.capacity
    )
}

pub(crate) fn write_place(out: &mut impl Write, p: Place) -> io::Result<()> {
    let part = |n: i32| {
        (
            if n < 0 { "-" } else { "" },
            n.unsigned_abs() / 10_000_000,
            n.unsigned_abs() % 10_000_000,
        )
    };
    let (ls, l, lf) = part(p.lon_e7);
    let (bs, b, bf) = part(p.lat_e7);
    write!(out, "[{ls}{l}.{lf:07},{bs}{b}.{bf:07}]")
}

fn assemble(zones: Vec<Zone>, bays: &[(u32, Box<str>, Bay)]) -> Result<City, String> {
    let mut ids: Vec<&str> = bays.iter().map(|(_, id, _)| &**id).collect();
    ids.sort_unstable();
    if let Some([twice, _]) = ids.windows(2).find(|w| w[0] == w[1]) {
        return Err(format!("bay {twice} is there twice"));
    }
    let mut city = City::with_capacity(zones.len(), bays.len());
    let mut at = 0;
    for (i, mut zone) in zones.into_iter().enumerate() {
        let first = at;
        while let Some((_, id, bay)) = bays.get(at).filter(|b| b.0 as usize == i) {
            city.push_bay(id, *bay);
            at += 1;
        }
        if (zone.capacity as usize) < at - first {
            return Err(format!(
                "zone {} has {} bays and a capacity of {}",
                zone.id,
                at - first,
                zone.capacity
            ));
        }
        zone.bays = first as u32..at as u32;
        city.zones.push(zone);
    }
    Ok(city)
}

#[derive(Deserialize)]
struct Feature<P> {
    geometry: Geometry,
    properties: P,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Point((f64, f64)),
    Polygon(Vec<Vec<(f64, f64)>>),
}

#[derive(Deserialize)]
struct ZoneProps {
    id: String,
    #[serde(default)]
    name: String,
    kind: String,
    #[serde(default)]
    operator: String,
    capacity: u32,
}

#[derive(Deserialize)]
struct BayProps {
    id: Box<str>,
    zone: String,
    kind: Option<String>,
    #[serde(default)]
    accessible: bool,
    #[serde(default)]
    ev_charging: bool,
    max_height_cm: Option<u16>,
    max_stay_min: Option<u16>,
    price_cents_per_hour: Option<u32>,
}

fn place((lon, lat): (f64, f64), of: &str) -> Result<Place, String> {
    if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) {
        return Ok(Place::from_degrees(lat, lon));
    }
    Err(format!("{of} lies at an impossible place ({lon}, {lat})"))
}

impl Feature<ZoneProps> {
    fn into_zone(self) -> Result<Zone, String> {
        let p = self.properties;
        if !is_valid_id(&p.id) {
            return Err(format!("{:?} is no zone id", p.id));
        }
        let kind = ZoneKind::ALL.into_iter().find(|k| k.name() == p.kind);
        let kind = kind.ok_or_else(|| format!("zone {}: kind {:?} is not known", p.id, p.kind))?;
        let outline = match &self.geometry {
            Geometry::Point(_) => Vec::new(),
            Geometry::Polygon(rings) => rings
                .first()
                .into_iter()
                .flatten()
                .map(|c| place(*c, &p.id))
                .collect::<Result<_, _>>()?,
        };
        let at = match self.geometry {
            Geometry::Point(c) => place(c, &p.id)?,
            Geometry::Polygon(_) => {
                middle(&outline).ok_or_else(|| format!("zone {}: an empty polygon", p.id))?
            }
        };
        Ok(Zone {
            id: p.id,
            name: p.name,
            kind,
            operator: p.operator,
            capacity: p.capacity,
            place: at,
            outline,
            bays: 0..0,
        })
    }
}

/// Mean of the corners of a closed ring.
pub(crate) fn middle(ring: &[Place]) -> Option<Place> {
    let corners = ring.get(1..).filter(|c| !c.is_empty())?;
    let mean = |get: fn(&Place) -> i32| {
        (corners.iter().map(|p| i64::from(get(p))).sum::<i64>() / corners.len() as i64) as i32
    };
    Some(Place {
        lat_e7: mean(|p| p.lat_e7),
        lon_e7: mean(|p| p.lon_e7),
    })
}

impl Feature<BayProps> {
    fn into_bay(self, zones: &HashMap<String, u32>) -> Result<(u32, Box<str>, Bay), String> {
        let p = self.properties;
        if !is_valid_id(&p.id) {
            return Err(format!("{:?} is no bay id", p.id));
        }
        let zone = *zones
            .get(&p.zone)
            .ok_or_else(|| format!("bay {}: zone {:?} is not known", p.id, p.zone))?;
        let kind = match p.kind.as_deref() {
            None => BayKind::Car,
            Some(name) => BayKind::ALL
                .into_iter()
                .find(|k| k.name() == name)
                .ok_or_else(|| format!("bay {}: kind {name:?} is not known", p.id))?,
        };
        let Geometry::Point(at) = self.geometry else {
            return Err(format!("bay {} is no point", p.id));
        };
        let bay = Bay {
            place: place(at, &p.id)?,
            price_cents_per_hour: p.price_cents_per_hour.unwrap_or(0),
            max_height_cm: p.max_height_cm.unwrap_or(0),
            max_stay_min: p.max_stay_min.unwrap_or(0),
            kind,
            accessible: p.accessible,
            ev_charging: p.ev_charging,
        };
        Ok((zone, p.id, bay))
    }
}

/// Hands each feature of a collection to `take` while the file is being read.
fn read_collection<P, F>(file: &Path, take: F) -> Result<(), LoadError>
where
    P: DeserializeOwned,
    F: FnMut(Feature<P>) -> Result<(), String>,
{
    let open = File::open(file).map_err(|e| LoadError::Io(file.into(), e))?;
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 18, open));
    let each = Each(take, std::marker::PhantomData);
    each.deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|e| LoadError::Bad(file.into(), e.to_string()))
}

/// Used twice: on the collection's object, and on its list of features.
struct Each<P, F>(F, std::marker::PhantomData<P>);

impl<'de, P: DeserializeOwned, F: FnMut(Feature<P>) -> Result<(), String>> DeserializeSeed<'de>
    for Each<P, F>
{
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de, P: DeserializeOwned, F: FnMut(Feature<P>) -> Result<(), String>> Visitor<'de>
    for Each<P, F>
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut features = Some(self);
        while let Some(key) = map.next_key::<String>()? {
            match (key.as_str(), features.take()) {
                ("features", Some(each)) => map.next_value_seed(each)?,
                (_, kept) => {
                    features = kept;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if features.is_some() {
            return Err(serde::de::Error::missing_field("features"));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(feature) = seq.next_element::<Feature<P>>()? {
            (self.0)(feature).map_err(serde::de::Error::custom)?;
        }
        Ok(())
    }
}
