//! Compiles `[feeds.map]`.
//!
//! Promises: an unknown key names the nearest; a path that is none, a word list without a path, a
//! format that tells no time are found here and not when the first answer comes.

use super::field::{Field, StateWord, Words};
use super::mapping::{BayNumbers, ClaimMap, Member, PlaceForm, PlaceMap, Site, UsualKind, When};
use super::path::Path;
use super::place::Projection;
use super::preset::near;
use crate::domain::{BayKind, BayStatus, BaySubset, TimeFormat, TimeZone, ZoneKind};
use serde_json::{Map, Value};

/// Our names of members.
const MEMBERS: &[&str] = &[
    "zone",
    "bay",
    "vacant",
    "occupied",
    "capacity",
    "at",
    "seen",
    "state",
    "kind",
    "place",
    "name",
    "address",
    "operator",
    "zone_kind",
    "max_height_m",
    "in",
    "out",
    "delta",
    "not_told",
    "accessible",
    "ev_charging",
    "reservable",
    "counts",
];

/// Texts that feeds write where there is no number.
const NOT_TOLD: [&str; 5] = ["-", "--", "---", "n/a", "null"];

/// Compiles the maps of feeds: what is the same for all members of one.
#[derive(Default)]
pub(super) struct Compiler<'a> {
    /// Members that a plain name is looked for in.
    pub(super) inside: &'a [&'a str],
    pub(super) time_zone: Option<TimeZone>,
    /// The paths so far, by their numbers.
    pub(super) columns: Vec<Column>,
}

/// A path of a mapping.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) written: Box<str>,
    /// The column that it is, if it is the path of one member.
    pub(super) name: Option<Box<str>>,
    pub(super) path: Path,
    /// It is looked for around the rows.
    pub(super) of_answer: bool,
    /// There are others that may lead to the same member.
    pub(super) one_of_several: bool,
}

type Compiled<T> = Result<T, String>;

fn within<T>(key: &str, made: Compiled<T>) -> Compiled<T> {
    made.map_err(|e| format!("{key}: {e}"))
}

impl Compiler<'_> {
    /// The claims that a row is read for.
    pub(super) fn claims(&mut self, map: &Map<String, Value>) -> Compiled<Vec<ClaimMap>> {
        let mut base = map.clone();
        let Some(counts) = base.remove("counts") else {
            return Ok(vec![self.claim(&base)?]);
        };
        let list = counts.as_array().filter(|list| !list.is_empty());
        let list = list.ok_or("counts: a list of tables is wanted")?;
        let claims = list.iter().map(|one| {
            let more = one
                .as_object()
                .ok_or("counts: a list of tables is wanted")?;
            let mut whole = base.clone();
            whole.extend(more.iter().map(|(k, v)| (k.clone(), v.clone())));
            within("counts", self.claim(&whole))
        });
        claims.collect()
    }

    fn claim(&mut self, map: &Map<String, Value>) -> Compiled<ClaimMap> {
        if let Some(key) = map.keys().find(|key| !MEMBERS.contains(&key.as_str())) {
            return Err(format!("{key}: no such member{}", near(key, MEMBERS)));
        }
        let mut claim = ClaimMap {
            zone: self.given(map, "zone")?,
            bay: self.given(map, "bay")?,
            numbers: self.numbers(map)?,
            at: self.when(map, "at")?,
            seen: self.when(map, "seen")?,
            entered: self.given(map, "in")?,
            left: self.given(map, "out")?,
            not_told: not_told(map)?,
            site: self.site(map)?,
            ..ClaimMap::default()
        };
        for (slot, name) in claim.subsets.iter_mut().zip(BaySubset::NAMES) {
            let Some(value) = map.get(name) else { continue };
            let table = value
                .as_object()
                .ok_or(format!("{name}: a table is wanted"))?;
            only(name, table, &["vacant", "occupied", "capacity"])?;
            *slot = Some(within(name, self.numbers(table))?);
        }
        if let Some(state) = map.get("state") {
            let (member, words) = within("state", self.worded(state, &STATES))?;
            claim.names_open = state.get("open").is_some();
            claim.state = Some((member, words));
        }
        if let Some(delta) = map.get("delta") {
            let signs = [("in", 1), ("out", -1)];
            claim.delta = Some(within("delta", self.worded(delta, &signs))?);
        }
        self.kind(map, &mut claim)?;
        if claim.bay.is_some() && claim.state.is_none() && claim.counts() {
            return Err("bay: a bay is told by `state` with `occupied` and `vacant` words".into());
        }
        if claim.zone.is_none() && claim.bay.is_none() {
            return Err("zone: missing (or `bay`, of a feed of single bays)".into());
        }
        Ok(claim)
    }

    fn kind(&mut self, map: &Map<String, Value>, claim: &mut ClaimMap) -> Compiled<()> {
        let Some(kind) = map.get("kind") else {
            return Ok(());
        };
        let named = |word: &str| {
            BayKind::parse(word).ok_or(format!("kind: {word:?} is none of {}", BayKind::list()))
        };
        if let Some(word) = kind.as_str().filter(|word| !word.starts_with('$')) {
            claim.usual_kind = UsualKind(named(word)?);
            return Ok(());
        }
        let mut table = kind.as_object().cloned().unwrap_or_default();
        if let Some(usual) = table.remove("usual") {
            claim.usual_kind = UsualKind(named(usual.as_str().unwrap_or_default())?);
        }
        let kind = if table.is_empty() {
            kind.clone()
        } else {
            Value::Object(table)
        };
        let words = BayKind::ALL.map(|kind| (kind.name(), kind));
        let (member, mut words) = within("kind", self.worded(&kind, &words))?;
        if words.is_empty() {
            for kind in BayKind::ALL {
                words.add(kind.name(), kind);
            }
        }
        claim.kind = Some((member, words));
        Ok(())
    }

    fn site(&mut self, map: &Map<String, Value>) -> Compiled<Site> {
        let mut site = Site {
            name: self.given(map, "name")?,
            address: self.given(map, "address")?,
            operator: self.given(map, "operator")?,
            max_height_m: self.given(map, "max_height_m")?,
            ..Site::default()
        };
        if let Some(kind) = map.get("zone_kind") {
            let words = ZoneKind::ALL.map(|kind| (kind.name(), kind));
            let word = kind.as_str().filter(|word| !word.starts_with('$'));
            let kind = word.map_or_else(|| kind.clone(), |word| serde_json::json!({"is": word}));
            let (member, mut own) = within("zone_kind", self.worded(&kind, &words))?;
            for (name, kind) in words {
                own.add(name, kind);
            }
            if let Some(word) = word.filter(|word| own.meaning(word).is_none()) {
                return Err(format!("zone_kind: {word:?} is none of {}", own.list()));
            }
            site.kind = Some((member, own));
        }
        if let Some(place) = map.get("place") {
            site.place = Some(within("place", self.place(place))?);
        }
        Ok(site)
    }

    fn place(&mut self, place: &Value) -> Compiled<PlaceMap> {
        let wanted =
            "a table is wanted: lat and lon, x and y with crs, text with order, or geometry";
        let table = place.as_object().ok_or(wanted)?;
        only(
            "place",
            table,
            &["lat", "lon", "x", "y", "crs", "text", "order", "geometry"],
        )?;
        let crs = table
            .get("crs")
            .map(|crs| Projection::named(crs.as_str().unwrap_or_default()));
        let crs = crs.transpose()?.unwrap_or_default();
        let x = self.given(table, "x")?.or(self.given(table, "lon")?);
        let y = self.given(table, "y")?.or(self.given(table, "lat")?);
        let form = if let (Some(x), Some(y)) = (x, y) {
            PlaceForm::Two(x, y)
        } else if let Some(text) = self.given(table, "text")? {
            let order = table
                .get("order")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let northing_first = match order {
                "lat lon" | "y x" => true,
                "lon lat" | "x y" => false,
                _ => return Err("order: expected \"lat lon\" or \"x y\"".into()),
            };
            PlaceForm::Text(text, northing_first)
        } else if let Some(geometry) = table.get("geometry").and_then(Value::as_str) {
            PlaceForm::Geometry(Path::new(geometry, &[])?)
        } else {
            return Err(wanted.into());
        };
        Ok(PlaceMap { form, crs })
    }

    fn numbers(&mut self, map: &Map<String, Value>) -> Compiled<BayNumbers> {
        Ok(BayNumbers {
            vacant: self.given(map, "vacant")?,
            occupied: self.given(map, "occupied")?,
            capacity: self.given(map, "capacity")?,
        })
    }

    fn when(&mut self, map: &Map<String, Value>, key: &str) -> Compiled<Option<When>> {
        let Some(value) = map.get(key) else {
            return Ok(None);
        };
        let mut table = value.as_object().cloned().unwrap_or_default();
        let format = match table.remove("format") {
            None => TimeFormat::iso(),
            Some(format) => within(key, TimeFormat::new(format.as_str().unwrap_or_default()))?,
        };
        if format.needs_zone() && self.time_zone.is_none() {
            return Err(format!(
                "time_zone: missing: {key} is written without an offset"
            ));
        }
        let value = if table.is_empty() {
            value.clone()
        } else {
            Value::Object(table)
        };
        let member = within(key, self.member(&value))?;
        Ok(Some(When { member, format }))
    }

    /// A member with lists of words, and what each list means.
    fn worded<T: Copy>(
        &mut self,
        value: &Value,
        lists: &[(&str, T)],
    ) -> Compiled<(Member, Words<T>)> {
        let mut words = Words::default();
        let mut table = value.as_object().cloned().unwrap_or_default();
        for (name, meaning) in lists {
            let Some(list) = table.remove(*name) else {
                continue;
            };
            let list = list.as_array().cloned().unwrap_or_else(|| vec![list]);
            for word in &list {
                let field = Field::from(word);
                let word = field.text().ok_or(format!("{name}: words are wanted"))?;
                words.add(&word, *meaning);
            }
        }
        let value = if table.is_empty() {
            value.clone()
        } else {
            Value::Object(table)
        };
        Ok((self.member(&value)?, words))
    }

    fn given(&mut self, map: &Map<String, Value>, key: &str) -> Compiled<Option<Member>> {
        let made = map.get(key).map(|value| self.member(value));
        within(key, made.transpose())
    }

    /// A path; several, of which the first that leads anywhere is taken; or a table.
    fn member(&mut self, value: &Value) -> Compiled<Member> {
        let mut member = Member::default();
        let paths = match value {
            Value::Object(table) => {
                only("", table, &["path", "prefix", "from", "is", "or"])?;
                let text = |key| table.get(key).and_then(Value::as_str).unwrap_or_default();
                member.prefix = text("prefix").into();
                member.of_answer = match text("from") {
                    "answer" => true,
                    "" | "row" => false,
                    other => return Err(format!("from: {other:?} is neither row nor answer")),
                };
                if let Some(is) = table.get("is") {
                    let is = Field::from(is).text().map(|text| (*text).into());
                    member.fixed = Some(is.ok_or("is: a text or a number is wanted")?);
                    return Ok(member);
                }
                let or = table.get("or").map(|or| {
                    let word = Field::from(or).text().map(|text| Box::from(&*text));
                    word.ok_or("or: a text or a number is wanted")
                });
                member.otherwise = or.transpose()?;
                table
                    .get("path")
                    .ok_or("path: missing (or `is`, of what is always the same)")?
            }
            other => other,
        };
        let one = std::slice::from_ref(paths);
        let list = paths.as_array().map_or(one, Vec::as_slice);
        for path in list {
            let text = path
                .as_str()
                .ok_or("a path is wanted, as $.free or the name of a member")?;
            let inside = if member.of_answer { &[] } else { self.inside };
            let mut path = Path::new(text, inside)?;
            path.number = self.columns.len();
            self.columns.push(Column {
                written: text.into(),
                name: path.name().map(Into::into),
                path: path.clone(),
                of_answer: member.of_answer,
                one_of_several: list.len() > 1 || member.otherwise.is_some(),
            });
            member.paths.push(path);
        }
        if member.paths.is_empty() {
            return Err("no path".into());
        }
        Ok(member)
    }
}

const STATES: [(&str, StateWord); 5] = [
    ("open", StateWord::Open),
    ("closed", StateWord::Closed),
    ("unknown", StateWord::Unknown),
    ("occupied", StateWord::Bay(BayStatus::Occupied)),
    ("vacant", StateWord::Bay(BayStatus::Vacant)),
];

fn only(name: &str, table: &Map<String, Value>, keys: &[&str]) -> Compiled<()> {
    match table.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let dot = if name.is_empty() { "" } else { "." };
            Err(format!("{name}{dot}{key}: unknown key{}", near(key, keys)))
        }
    }
}

fn not_told(map: &Map<String, Value>) -> Compiled<Vec<Box<str>>> {
    let Some(list) = map.get("not_told") else {
        return Ok(NOT_TOLD.map(Into::into).into());
    };
    let list = list.as_array().ok_or("not_told: a list is wanted")?;
    let words = list.iter().map(|word| match Field::from(word).text() {
        Some(text) => Ok(text.to_lowercase().into()),
        None if word.as_str() == Some("") || word.is_null() => Ok("".into()),
        None => Err("not_told: texts or numbers are wanted".to_owned()),
    });
    words.collect()
}
