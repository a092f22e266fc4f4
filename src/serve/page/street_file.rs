//! A file of streets, GeoJSON lines with names, cut into squares while it is read.
//!
//! Promises: pure but for the reading of the file; bounded, whatever it says. What is wrong is told with
//! the feature at fault.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Read as _;
use std::path::Path;

/// The longest file, bytes.
const MOST_BYTES: u64 = 32 << 20;
/// Points of all lines, once they are cut.
const MOST_POINTS: usize = 4_000_000;
const LONGEST_NAME: usize = 200;

/// A square is a fiftieth of a degree wide; places are in millionths.
const SQUARE: i32 = 20_000;

/// Longitude and latitude, in millionths of a degree.
type Spot = (i32, i32);
/// Which square: whole squares from the equator and from Greenwich.
pub(super) type Square = (i32, i32);

/// What is wrong with a file, if anything is.
pub(super) fn fault(file: &Path) -> Option<String> {
    let read = bytes(file).and_then(|bytes| cut(&bytes));
    read.err().map(|why| format!("{}: {why}", file.display()))
}

pub(super) fn bytes(file: &Path) -> Result<Vec<u8>, String> {
    let mut all = Vec::new();
    let open = std::fs::File::open(file).map_err(|e| e.to_string())?;
    let read = open.take(MOST_BYTES + 1).read_to_end(&mut all);
    read.map_err(|e| e.to_string())?;
    if all.len() as u64 > MOST_BYTES {
        return Err(format!("is longer than {} MiB", MOST_BYTES >> 20));
    }
    Ok(all)
}

/// What a file says, by square: `[["Name",[lon,lat,further lon,further lat,..],..],..]` in millionths of a
/// degree, the first point of a line as it is and each other from the one before.
pub(super) fn cut(file: &[u8]) -> Result<HashMap<Square, Vec<u8>>, String> {
    let mut squares = StreetCut::default();
    let mut json = serde_json::Deserializer::from_slice(file);
    let read = InFile(&mut squares).deserialize(&mut json);
    read.and_then(|()| json.end()).map_err(|e| e.to_string())?;
    for text in squares.texts.values_mut() {
        text.push(b']');
    }
    Ok(squares.texts)
}

/// What was cut so far.
#[derive(Default)]
struct StreetCut {
    texts: HashMap<Square, Vec<u8>>,
    points: usize,
}

impl StreetCut {
    fn add(&mut self, street: &StreetFeature) -> Result<(), String> {
        let name = street.properties.as_ref().and_then(|p| p.name.as_deref());
        let name = name.unwrap_or_default();
        if name.chars().count() > LONGEST_NAME {
            return Err(format!("its name has more than {LONGEST_NAME} characters"));
        }
        let lines: Vec<&[StreetPoint]> = match &street.geometry {
            StreetGeometry::LineString(line) => vec![line],
            StreetGeometry::MultiLineString(lines) => lines.iter().map(Vec::as_slice).collect(),
        };
        let mut parts: BTreeMap<Square, Vec<Vec<Spot>>> = BTreeMap::new();
        for line in lines {
            if line.len() < 2 {
                return Err("a line has two points at least".to_owned());
            }
            for ends in line.windows(2) {
                self.stretch(&mut parts, ends[0].0, ends[1].0)?;
            }
        }
        let name = serde_json::Value::from(name).to_string();
        for (square, lines) in parts {
            let text = self.texts.entry(square).or_default();
            text.push(if text.is_empty() { b'[' } else { b',' });
            write_street(text, &name, &lines);
        }
        Ok(())
    }

    /// One stretch, in pieces no longer than a square, each in all squares that it could touch.
    fn stretch(
        &mut self,
        parts: &mut BTreeMap<Square, Vec<Vec<Spot>>>,
        from: Spot,
        to: Spot,
    ) -> Result<(), String> {
        let east = to.0 - from.0;
        let north = to.1 - from.1;
        let pieces = (east.abs().max(north.abs()) / SQUARE + 1).max(1);
        let part =
            |whole: i32, n: i32| (i64::from(whole) * i64::from(n) / i64::from(pieces)) as i32;
        let mut at = from;
        for n in 1..=pieces {
            let next = (from.0 + part(east, n), from.1 + part(north, n));
            let span = |a: i32, b: i32| a.min(b).div_euclid(SQUARE)..=a.max(b).div_euclid(SQUARE);
            for square in span(at.0, next.0).flat_map(|x| span(at.1, next.1).map(move |y| (x, y))) {
                self.points += 1;
                let lines = parts.entry(square).or_default();
                match lines.last_mut() {
                    Some(line) if line.last() == Some(&at) => line.push(next),
                    _ => lines.push(vec![at, next]),
                }
            }
            if self.points > MOST_POINTS {
                return Err(format!(
                    "with it the lines have more than {MOST_POINTS} points where they are cut at each {} degrees",
                    f64::from(SQUARE) / 1e6
                ));
            }
            at = next;
        }
        Ok(())
    }
}

fn write_street(text: &mut Vec<u8>, name: &str, lines: &[Vec<Spot>]) {
    text.push(b'[');
    text.extend_from_slice(name.as_bytes());
    let mut number = itoa::Buffer::new();
    for line in lines {
        let mut before = (0, 0);
        text.extend_from_slice(b",[");
        for (n, at) in line.iter().enumerate() {
            for (m, step) in [at.0 - before.0, at.1 - before.1].into_iter().enumerate() {
                text.extend_from_slice(if n + m > 0 { b"," } else { b"" });
                text.extend_from_slice(number.format(step).as_bytes());
            }
            before = *at;
        }
        text.push(b']');
    }
    text.push(b']');
}

#[derive(Deserialize)]
struct StreetFeature {
    geometry: StreetGeometry,
    properties: Option<StreetProperties>,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum StreetGeometry {
    LineString(Vec<StreetPoint>),
    MultiLineString(Vec<Vec<StreetPoint>>),
}

#[derive(Deserialize)]
struct StreetProperties {
    name: Option<String>,
}

/// Longitude, latitude, and perhaps a height.
struct StreetPoint(Spot);

impl<'de> Deserialize<'de> for StreetPoint {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let all = Vec::<f64>::deserialize(d)?;
        let &[lon, lat, ..] = all.as_slice() else {
            return Err(D::Error::custom("a point is [longitude, latitude]"));
        };
        if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
            let why = format!("a point lies at an impossible place ({lon}, {lat})");
            return Err(D::Error::custom(why));
        }
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        Ok(Self((millionths(lon), millionths(lat))))
    }
}

/// Cuts the features of a collection while it is read.
struct InFile<'c>(&'c mut StreetCut);
struct InFeatures<'c>(&'c mut StreetCut);

impl<'de> DeserializeSeed<'de> for InFile<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> serde::de::Visitor<'de> for InFile<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut is_there = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "features" {
                is_there = true;
                map.next_value_seed(InFeatures(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if is_there {
            Ok(())
        } else {
            Err(A::Error::missing_field("features"))
        }
    }
}

impl<'de> DeserializeSeed<'de> for InFeatures<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> serde::de::Visitor<'de> for InFeatures<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the features of a GeoJSON FeatureCollection")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<(), A::Error> {
        let named = |nth: usize, why: &dyn fmt::Display| {
            A::Error::custom(format_args!("features[{nth}]: {why}"))
        };
        for nth in 0.. {
            let street = all.next_element::<StreetFeature>();
            let Some(street) = street.map_err(|e| named(nth, &e))? else {
                break;
            };
            self.0.add(&street).map_err(|e| named(nth, &e))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn file(features: Value) -> Vec<u8> {
        let all = [("type", "FeatureCollection".into()), ("features", features)];
        Value::from_iter(all).to_string().into_bytes()
    }

    fn street(kind: &str, coordinates: Value, properties: Value) -> Value {
        let geometry = Value::from_iter([("type", kind.into()), ("coordinates", coordinates)]);
        Value::from_iter([("geometry", geometry), ("properties", properties)])
    }

    fn squares(features: Value) -> BTreeMap<Square, Value> {
        let cut = cut(&file(features)).unwrap();
        cut.into_iter()
            .map(|(at, text)| (at, serde_json::from_slice(&text).unwrap()))
            .collect()
    }

    #[test]
    fn a_street_is_told_where_it_runs_through_and_whole_again_if_it_comes_back() {
        let long = json!([[103.001, 1.301], [103.021, 1.301, 15.0], [103.001, 1.302]]);
        let short = json!([
            [[103.002, 1.31], [103.003, 1.311]],
            [[-0.5, -0.5], [-0.501, -0.5]]
        ]);
        let told = squares(json!([
            street("LineString", long, json!({"name": "A \"1\"", "lanes": 2})),
            street("MultiLineString", short, json!(null)),
        ]));
        let at: Vec<&Square> = told.keys().collect();
        assert_eq!(at, [&(-26, -25), &(-25, -25), &(5150, 65), &(5151, 65)]);
        assert_eq!(told[&(-26, -25)], told[&(-25, -25)]);
        assert_eq!(
            told[&(-25, -25)][0],
            json!(["", [-500_000, -500_000, -1000, 0]])
        );
        let first = &told[&(5150, 65)];
        assert_eq!(first[0][0], "A \"1\"");
        assert_eq!(first[1], json!(["", [103_002_000, 1_310_000, 1000, 1000]]));
        // Both ways of it, from the point where it is cut.
        let points = |line: &Value| line.as_array().unwrap().len() / 2;
        assert_eq!(
            first[0].as_array().unwrap()[1..]
                .iter()
                .map(points)
                .sum::<usize>(),
            5
        );
        assert_eq!(told[&(5151, 65)][0][0], "A \"1\"");
    }

    #[test]
    fn what_is_no_file_of_streets_is_refused_with_the_feature_at_fault() {
        let good = street("LineString", json!([[1, 2], [1, 3]]), json!({}));
        let long = "x".repeat(LONGEST_NAME + 1);
        for (bad, why) in [
            (
                street("Point", json!([1, 2]), json!({})),
                "unknown variant `Point`",
            ),
            (
                street("LineString", json!([[1, 2]]), json!({})),
                "two points",
            ),
            (
                street("LineString", json!([[1, 2], [1, 93]]), json!({})),
                "(1, 93)",
            ),
            (
                street("LineString", json!([[1, 2], [3]]), json!({})),
                "[longitude, latitude]",
            ),
            (
                street("LineString", json!([[1, 2], [1, 3]]), json!({"name": 4})),
                "string",
            ),
            (
                street("LineString", json!([[1, 2], [1, 3]]), json!({"name": long})),
                "200",
            ),
            (json!({"type": "Feature"}), "geometry"),
        ] {
            let told = cut(&file(json!([good, bad]))).unwrap_err();
            assert!(
                told.contains("features[1]: ") && told.contains(why),
                "{told}"
            );
        }
        for (text, why) in [
            ("", "EOF"),
            ("[]", "FeatureCollection"),
            ("{}", "features"),
            ("{\"features\":[]} x", "trailing"),
        ] {
            let told = cut(text.as_bytes()).unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
        let around = json!([[-180, -90], [180, 90]]);
        let around = street("LineString", around, json!({}));
        let many = vec![around; MOST_POINTS / (360_000_000 / SQUARE as usize)];
        let told = cut(&file(json!(many))).unwrap_err();
        assert!(told.contains("more than 4000000 points"), "{told}");
    }

    #[test]
    fn a_file_that_is_too_long_or_not_there_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("streets.geojson");
        let told = || fault(&path).unwrap_or_default();
        assert!(
            told().contains("streets.geojson: No such file"),
            "{}",
            told()
        );
        let file = std::fs::File::create(&path).unwrap();
        file.set_len(MOST_BYTES + 1).unwrap();
        assert!(told().ends_with("is longer than 32 MiB"), "{}", told());
        std::fs::write(&path, "{\"features\":[]}").unwrap();
        assert_eq!(fault(&path), None);
    }
}
