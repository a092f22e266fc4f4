//! JSON of any form: rows by JSONPath, each row's members by the mapping.
//!
//! Covers OpenDataSoft, CKAN, Socrata, ParkAPI, ArcGIS (`f=json`) and what cities make themselves.
//! Promises: an answer is gone through once, and one row is held as a tree at a time; what stands
//! around the rows is held up to [`MOST_AROUND`] values. Dear: a path of rows with filters or `..`
//! holds the whole answer, so such answers may have [`LARGEST_TREE`] bytes only.

use super::super::field::{Field, cut};
use super::super::gather::{CompiledFeed, GatheredRows};
use super::super::mapping::RowMembers;
use super::super::path::{Path, PathStep};
use super::super::preset::near;
use super::super::text::no_json;
use super::Shape;
use crate::ingest::codec::Malformed;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;

pub(super) static SHAPE: Shape = Shape {
    name: "json",
    about: "JSON of any form, by a mapping",
    usual: "",
    inside: &[],
    read,
};

/// Values around the rows of an answer that are kept.
const MOST_AROUND: usize = 100_000;

/// Bytes of an answer that is held as a tree.
const LARGEST_TREE: usize = 16 << 20;

/// Bytes of a row.
const LARGEST_ROW: usize = 1 << 20;

/// Steps to the elements of a list.
static EACH: [PathStep; 1] = [PathStep::All];

/// Steps that lead to no row.
static NOWHERE: [PathStep; 1] = [PathStep::At(usize::MAX)];

/// A row of an answer.
pub(super) struct JsonRow<'a> {
    pub(super) row: &'a Value,
    pub(super) answer: &'a Value,
}

impl RowMembers for JsonRow<'_> {
    fn at(&self, path: &Path) -> Field<'_> {
        path.first(self.row).map_or(Field::Missing, Field::from)
    }

    fn in_answer(&self, path: &Path) -> Field<'_> {
        path.first(self.answer).map_or(Field::Missing, Field::from)
    }

    fn json(&self, path: &Path) -> Option<&Value> {
        path.first(self.row)
    }
}

pub(super) fn read(
    feed: &CompiledFeed,
    text: &str,
    to: &mut GatheredRows,
) -> Result<(), Malformed> {
    each(feed.rows.as_ref(), text, to, |row, answer, payload, to| {
        feed.take(&JsonRow { row, answer }, || payload.into(), to);
    })
}

/// Goes through the rows of an answer: at the end of `rows`, else the elements of the list that it
/// is, else itself.
pub(super) fn each(
    rows: Option<&Path>,
    text: &str,
    to: &mut GatheredRows,
    mut take: impl FnMut(&Value, &Value, &str, &mut GatheredRows),
) -> Result<(), Malformed> {
    let is_list = text.trim_start().starts_with('[');
    let steps: &[PathStep] = match rows {
        None if is_list => &EACH,
        None => &[],
        Some(path) => match path.plain() {
            Some(steps) => steps,
            None => return by_query(path, text, to, take),
        },
    };
    let mut found = Found::default();
    let mut json = serde_json::Deserializer::from_str(text);
    let walk = RowWalk {
        steps,
        found: &mut found,
    };
    let answer = walk
        .deserialize(&mut json)
        .and_then(|answer| json.end().map(|()| answer));
    let answer = answer.map_err(|e| no_json(text, &e))?;
    if !found.arrived {
        return Err(nowhere(rows.map_or("$", |path| &path.text), &answer));
    }
    to.told_by_answer(&answer);
    for raw in found.rows {
        let raw = raw.get();
        if raw.len() > LARGEST_ROW {
            to.too_large(raw);
            continue;
        }
        // It has been read once, so it can be again: only its numbers may be beyond telling.
        match serde_json::from_str::<Value>(raw) {
            Ok(row) => take(&row, &answer, raw, to),
            Err(e) => to.unreadable(no_json(raw, &e).0, raw),
        }
    }
    Ok(())
}

fn by_query(
    path: &Path,
    text: &str,
    to: &mut GatheredRows,
    mut take: impl FnMut(&Value, &Value, &str, &mut GatheredRows),
) -> Result<(), Malformed> {
    if text.len() > LARGEST_TREE {
        return Err(Malformed(format!(
            "rows: {:?} has to hold the whole answer, which may have {LARGEST_TREE} bytes for that",
            path.text
        )));
    }
    let answer: Value = serde_json::from_str(text).map_err(|e| no_json(text, &e))?;
    to.told_by_answer(&answer);
    for row in path.all(&answer) {
        take(row, &answer, &row.to_string(), to);
    }
    Ok(())
}

/// That the path of rows leads nowhere, and where it could.
fn nowhere(path: &str, answer: &Value) -> Malformed {
    let names: Vec<&str> = match answer {
        Value::Object(all) => all.keys().map(|key| cut(key)).take(20).collect(),
        Value::Array(_) => {
            return Malformed(format!(
                "rows: {path:?} leads nowhere; the answer is a list: $[*]"
            ));
        }
        _ => {
            return Malformed(format!(
                "rows: {path:?} leads nowhere; the answer is a single value"
            ));
        }
    };
    let first = path.trim_start_matches("$.");
    let first = first.split(['.', '[']).next().unwrap_or_default();
    let hint = if names.contains(&first) {
        String::new()
    } else {
        near(first, &names)
    };
    Malformed(format!(
        "rows: {path:?} leads nowhere; the answer's members are {}{hint}",
        names.join(", ")
    ))
}

#[derive(Default)]
struct Found<'de> {
    rows: Vec<&'de RawValue>,
    /// Values around the rows so far.
    around: usize,
    /// The path has come to where rows are, or would be.
    arrived: bool,
}

/// Walks along the steps to the rows, which are left as they are; what lies beside is kept.
struct RowWalk<'s, 'f, 'de> {
    steps: &'s [PathStep],
    found: &'f mut Found<'de>,
}

impl<'de> DeserializeSeed<'de> for RowWalk<'_, '_, 'de> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        if self.steps.is_empty() {
            use serde::Deserialize;
            self.found.arrived = true;
            self.found.rows.push(<&RawValue>::deserialize(d)?);
            return Ok(Value::Null);
        }
        d.deserialize_any(self)
    }
}

/// Keeps a value, or where too many are kept already nothing.
struct KeptAround<'f, 'de>(&'f mut Found<'de>);

impl<'de> DeserializeSeed<'de> for KeptAround<'_, 'de> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        if self.0.around >= MOST_AROUND {
            use serde::Deserialize;
            return IgnoredAny::deserialize(d).map(|_| Value::Null);
        }
        self.0.around += 1;
        d.deserialize_any(RowWalk {
            steps: &NOWHERE,
            found: self.0,
        })
    }
}

impl<'de> Visitor<'de> for RowWalk<'_, '_, 'de> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(b.into())
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_f64<E>(self, n: f64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        let step = &self.steps[0];
        let rest = &self.steps[1..];
        self.found.arrived |= *step == PathStep::All && rest.is_empty();
        for at in 0.. {
            let on_the_way = *step == PathStep::All || *step == PathStep::At(at);
            let value = if on_the_way {
                let walk = RowWalk {
                    steps: rest,
                    found: self.found,
                };
                list.next_element_seed(walk)?
            } else {
                list.next_element_seed(KeptAround(self.found))?
            };
            let Some(value) = value else { break };
            // Positions count for paths: what was let go leaves its place. Rows leave none.
            if !(on_the_way && rest.is_empty()) && kept.len() <= MOST_AROUND {
                kept.push(value);
            }
        }
        Ok(Value::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        let step = &self.steps[0];
        let rest = &self.steps[1..];
        self.found.arrived |= *step == PathStep::All && rest.is_empty();
        while let Some(key) = map.next_key::<String>()? {
            let on_the_way = match step {
                PathStep::All => true,
                PathStep::Name(name) => **name == *key,
                PathStep::At(_) => false,
            };
            let value = if on_the_way {
                map.next_value_seed(RowWalk {
                    steps: rest,
                    found: self.found,
                })?
            } else {
                map.next_value_seed(KeptAround(self.found))?
            };
            if kept.len() <= MOST_AROUND {
                kept.insert(key, value);
            }
        }
        Ok(Value::Object(kept))
    }
}
