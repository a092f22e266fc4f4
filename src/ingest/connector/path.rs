//! Ways to members: JSONPath (RFC 9535), compiled once; a plain name is the member of that name.
//!
//! The only door to `serde_json_path`. Paths of names and positions alone, as nearly all are, are
//! walked without it: that allocates nothing.

use serde_json::Value;
use serde_json_path::JsonPath;

/// One step of a plain path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PathStep {
    Name(Box<str>),
    At(usize),
    /// Each of them (`[*]`): in a path of rows.
    All,
}

/// A compiled path.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) text: Box<str>,
    /// Its place among the paths of its mapping.
    pub(super) number: usize,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Plain(Box<[PathStep]>),
    Query(Box<JsonPath>),
}

impl Path {
    /// Compiles a path. `inside` are members that a plain name is looked for in.
    ///
    /// # Errors
    /// Says where the path ends to be one.
    pub(super) fn new(text: &str, inside: &[&str]) -> Result<Self, String> {
        let way = if text.starts_with('$') {
            let query = JsonPath::parse(text).map_err(|e| {
                let at = e.position();
                format!("{text:?} is no JSONPath, from character {} on", at + 1)
            })?;
            steps(text).map_or_else(|| Way::Query(Box::new(query)), |s| Way::Plain(s.into()))
        } else if text.trim().is_empty() {
            return Err("the path is empty".into());
        } else {
            let names = inside.iter().copied().chain([text]);
            Way::Plain(names.map(|name| PathStep::Name(name.into())).collect())
        };
        Ok(Self {
            text: text.into(),
            number: 0,
            way,
        })
    }

    /// Its steps, if they are names, positions and `[*]` alone.
    pub(super) fn plain(&self) -> Option<&[PathStep]> {
        match &self.way {
            Way::Plain(steps) => Some(steps),
            Way::Query(_) => None,
        }
    }

    /// The name, if it is the path of one member.
    pub(super) fn name(&self) -> Option<&str> {
        match self.plain() {
            Some([PathStep::Name(name)]) => Some(name),
            _ => None,
        }
    }

    /// The first value at its end.
    pub(super) fn first<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match &self.way {
            Way::Plain(steps) => first(value, steps),
            Way::Query(path) => path.query(value).first(),
        }
    }

    /// All values at its end.
    pub(super) fn all<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match &self.way {
            Way::Query(path) => path.query(value).all(),
            Way::Plain(steps) => {
                let mut now = vec![value];
                for step in steps {
                    now = now.into_iter().flat_map(|v| taken(v, step)).collect();
                }
                now
            }
        }
    }
}

fn first<'a>(value: &'a Value, steps: &[PathStep]) -> Option<&'a Value> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(value);
    };
    match step {
        PathStep::Name(name) => first(value.get(&**name)?, rest),
        PathStep::At(n) => first(value.get(n)?, rest),
        PathStep::All => taken(value, step).into_iter().find_map(|v| first(v, rest)),
    }
}

fn taken<'a>(value: &'a Value, step: &PathStep) -> Vec<&'a Value> {
    match (step, value) {
        (PathStep::Name(name), _) => value.get(&**name).into_iter().collect(),
        (PathStep::At(n), _) => value.get(n).into_iter().collect(),
        (PathStep::All, Value::Array(all)) => all.iter().collect(),
        (PathStep::All, Value::Object(all)) => all.values().collect(),
        (PathStep::All, _) => Vec::new(),
    }
}

/// The steps of a valid path, if there is nothing in it but names, positions and `[*]`.
fn steps(text: &str) -> Option<Vec<PathStep>> {
    let mut rest = text.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, after) = if let Some(dot) = rest.strip_prefix('.') {
            let end = dot.find(['.', '[']).unwrap_or(dot.len());
            let (name, after) = dot.split_at(end);
            match name {
                "" => return None,
                "*" => (PathStep::All, after),
                name => (PathStep::Name(name.into()), after),
            }
        } else {
            let inner = rest.strip_prefix('[')?;
            if let Some(quote @ (b'\'' | b'"')) = inner.as_bytes().first() {
                let name = &inner[1..];
                let end = name.find(*quote as char)?;
                let after = name[end + 1..].strip_prefix(']')?;
                let name = &name[..end];
                if name.contains('\\') {
                    return None;
                }
                (PathStep::Name(name.into()), after)
            } else {
                let (within, after) = inner.split_once(']')?;
                let step = match within.trim() {
                    "*" => PathStep::All,
                    number => PathStep::At(number.parse().ok()?),
                };
                (step, after)
            }
        };
        steps.push(step);
        rest = after;
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_of_names_and_positions_find_what_the_crate_finds() {
        let doc = json!({"a": {"b c": [{"d": 1}, {"d": 2}]}, "e": [[3, 4], [5]], "x.y": 6});
        for text in [
            "$",
            "$.a",
            "$.a['b c'][1].d",
            "$.a[\"b c\"][*].d",
            "$.e[*][0]",
            "$.*",
            "$.nothing.at.all",
            "$['x.y']",
            "$.e[7]",
            "$.e[*][*]",
        ] {
            let path = Path::new(text, &[]).unwrap();
            assert!(path.plain().is_some(), "{text}");
            let query = JsonPath::parse(text).unwrap();
            assert_eq!(path.all(&doc), query.query(&doc).all(), "{text}");
            assert_eq!(path.first(&doc), query.query(&doc).first(), "{text}");
        }
    }

    #[test]
    fn others_are_the_crates_and_a_bare_name_is_a_member() {
        let doc = json!({"links": [{"rel": "self", "href": "a"}, {"rel": "next", "href": "b"}]});
        let next = Path::new("$.links[?@.rel=='next'].href", &[]).unwrap();
        assert!(next.plain().is_none());
        assert_eq!(next.first(&doc), Some(&json!("b")));
        assert_eq!(Path::new("$..rel", &[]).unwrap().all(&doc).len(), 2);
        let name = Path::new("freie Plätze", &["properties"]).unwrap();
        assert_eq!(
            name.first(&json!({"properties": {"freie Plätze": 7}})),
            Some(&json!(7))
        );
        assert_eq!(
            Path::new("$['lat lon']", &[]).unwrap().name(),
            Some("lat lon")
        );
        for bad in ["$.", "$[", "$.a b", "", "  "] {
            assert!(Path::new(bad, &[]).is_err(), "{bad:?}");
        }
    }
}
