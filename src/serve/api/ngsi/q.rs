//! The query language of NGSI-LD (`q`): `availableSpotNumber>0;status=="free"`.
//!
//! Promises: what is read is the whole text, or an error that says where it is not understood; nothing of
//! it is ignored. `;` binds closer than `|`; parentheses group. Bounds: 2,048 bytes, 32 tests, 8 levels of
//! parentheses.

use super::entity::{NgsiEntity, TermValue, urn};
use super::terms::Term;
use crate::domain::Millis;
use crate::serve::http::params::quoted;
use std::cmp::Ordering;

const LONGEST: usize = 2_048;
const MOST_TESTS: usize = 32;
const DEEPEST: usize = 8;

/// What ends an attribute's name or a value that is not quoted.
const SPECIAL: &str = "=!<>~;|(),\"";

/// A question about an entity's attributes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum AttrQuery {
    Any(Vec<AttrQuery>),
    All(Vec<AttrQuery>),
    /// It has the attribute.
    Has(Term),
    Test(Term, TestOp, Vec<QueryTarget>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TestOp {
    Equal,
    Unequal,
    Greater,
    AtLeast,
    Less,
    AtMost,
}

/// What an attribute is held against.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum QueryTarget {
    One(Operand),
    /// Both ends included.
    Range(Operand, Operand),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Number(f64),
    Time(Millis),
    Text(String),
    Flag(bool),
}

impl AttrQuery {
    /// Reads one.
    ///
    /// # Errors
    /// Says what of it is not understood, and where.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("q may have at most {LONGEST} bytes"));
        }
        let mut reader = QueryReader {
            text,
            at: 0,
            tests: 0,
            depth: 0,
        };
        let query = reader.any()?;
        if reader.at < text.len() {
            return Err(reader.fault("; or | was expected"));
        }
        Ok(query)
    }

    /// Whether an entity is such a one.
    pub(super) fn holds(&self, entity: &NgsiEntity<'_>) -> bool {
        match self {
            Self::Any(some) => some.iter().any(|q| q.holds(entity)),
            Self::All(all) => all.iter().all(|q| q.holds(entity)),
            Self::Has(term) => entity.get(*term).is_some(),
            Self::Test(term, op, targets) => entity.get(*term).is_some_and(|value| {
                let is = |op| targets.iter().any(|target| is_so(value, op, target));
                match op {
                    TestOp::Unequal => !is(TestOp::Equal),
                    op => is(*op),
                }
            }),
        }
    }
}

/// Whether one of what an attribute says is so.
fn is_so(value: &TermValue<'_>, op: TestOp, target: &QueryTarget) -> bool {
    let holds = |of: &dyn Fn(&Operand) -> Option<Ordering>| match target {
        QueryTarget::One(one) => of(one).is_some_and(|ordering| op.takes(ordering)),
        QueryTarget::Range(from, to) => {
            let from = of(from).is_some_and(Ordering::is_ge);
            from && of(to).is_some_and(Ordering::is_le)
        }
    };
    match value {
        TermValue::Text(text) => holds(&|operand| operand.against_text(text)),
        TermValue::Words(words) => words
            .iter()
            .any(|word| holds(&|operand| operand.against_text(word))),
        TermValue::Number(n) => holds(&|operand| match operand {
            Operand::Number(other) => n.partial_cmp(other),
            _ => None,
        }),
        TermValue::Time(at) => holds(&|operand| match operand {
            Operand::Time(other) => Some(at.cmp(other)),
            Operand::Text(text) => Some(at.cmp(&Millis::parse(text)?)),
            _ => None,
        }),
        TermValue::Ref(kind, name) => {
            let id = urn(*kind, name);
            holds(&|operand| operand.against_text(&id))
        }
        TermValue::Place(_) => false,
    }
}

impl Operand {
    fn against_text(&self, text: &str) -> Option<Ordering> {
        match self {
            Self::Text(other) => Some(text.cmp(other.as_str())),
            _ => None,
        }
    }
}

impl TestOp {
    /// In the order in which they are looked for.
    const ALL: [(&'static str, Self); 6] = [
        ("==", Self::Equal),
        ("!=", Self::Unequal),
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        (">", Self::Greater),
        ("<", Self::Less),
    ];

    const fn takes(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Unequal => ordering.is_ne(),
            Self::Greater => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
        }
    }
}

struct QueryReader<'t> {
    text: &'t str,
    at: usize,
    tests: usize,
    depth: usize,
}

impl<'t> QueryReader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn fault(&self, what: &str) -> String {
        let rest = self.rest();
        if rest.is_empty() {
            return format!("q: {what} at its end");
        }
        format!("q: {what} at byte {}, before {}", self.at, quoted(rest))
    }

    fn takes(&mut self, token: &str) -> bool {
        let is_there = self.rest().starts_with(token);
        self.at += if is_there { token.len() } else { 0 };
        is_there
    }

    fn any(&mut self) -> Result<AttrQuery, String> {
        let mut some = vec![self.all()?];
        while self.takes("|") {
            some.push(self.all()?);
        }
        Ok(one_or(some, AttrQuery::Any))
    }

    fn all(&mut self) -> Result<AttrQuery, String> {
        let mut all = vec![self.one()?];
        while self.takes(";") {
            all.push(self.one()?);
        }
        Ok(one_or(all, AttrQuery::All))
    }

    fn one(&mut self) -> Result<AttrQuery, String> {
        if self.rest().starts_with('(') {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(self.fault("too many parentheses in one another"));
            }
            self.at += 1;
            let inner = self.any()?;
            if !self.takes(")") {
                return Err(self.fault(") was expected"));
            }
            self.depth -= 1;
            return Ok(inner);
        }
        self.test()
    }

    fn test(&mut self) -> Result<AttrQuery, String> {
        self.tests += 1;
        if self.tests > MOST_TESTS {
            return Err(format!("q may have at most {MOST_TESTS} tests"));
        }
        let term = self.term()?;
        if self.rest().starts_with("~=") || self.rest().starts_with("!~=") {
            return Err(self.fault("patterns (~=) are not supported"));
        }
        let ops = TestOp::ALL.into_iter();
        let Some((_, op)) = ops.into_iter().find(|(token, _)| self.takes(token)) else {
            return Ok(AttrQuery::Has(term));
        };
        let mut targets = vec![self.target(op)?];
        while self.rest().starts_with(',') {
            if !matches!(op, TestOp::Equal | TestOp::Unequal) {
                return Err(self.fault("lists go with == and != only"));
            }
            if targets.len() >= MOST_TESTS {
                return Err(format!("q: a list may have at most {MOST_TESTS} values"));
            }
            self.at += 1;
            targets.push(self.target(op)?);
        }
        Ok(AttrQuery::Test(term, op, targets))
    }

    /// Text up to the next special character.
    fn bare(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| SPECIAL.contains(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn term(&mut self) -> Result<Term, String> {
        let began = self.at;
        let name = self.bare();
        if let Some(term) = Term::parse(name) {
            return Ok(term);
        }
        self.at = began;
        if name.is_empty() {
            return Err(self.fault("the name of an attribute was expected"));
        }
        let beginning = name.split(['.', '[']).next().unwrap_or_default();
        if beginning.len() < name.len() && Term::parse(beginning).is_some() {
            return Err(self.fault("parts of attributes are not supported"));
        }
        let all = Term::list();
        Err(self.fault(&format!(
            "there is no attribute {}, there are: {all}; this",
            quoted(name)
        )))
    }

    fn target(&mut self, op: TestOp) -> Result<QueryTarget, String> {
        let from = self.operand()?;
        if !self.rest().starts_with("..") {
            return Ok(QueryTarget::One(from));
        }
        if !matches!(op, TestOp::Equal | TestOp::Unequal) {
            return Err(self.fault("ranges go with == and != only"));
        }
        self.at += 2;
        Ok(QueryTarget::Range(from, self.operand()?))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        if self.rest().starts_with('"') {
            let rest = self.rest();
            let mut strings = serde_json::Deserializer::from_str(rest).into_iter::<String>();
            let Some(Ok(text)) = strings.next() else {
                return Err(self.fault("a text in quotes was expected"));
            };
            self.at += strings.byte_offset();
            return Ok(Operand::Text(text));
        }
        let began = self.at;
        let word = self.bare();
        // A range's dots are no part of its first end.
        let word = word.split_once("..").map_or(word, |(from, _)| from);
        self.at = began + word.len();
        let read = match word {
            "true" => Some(Operand::Flag(true)),
            "false" => Some(Operand::Flag(false)),
            _ => number(word)
                .map(Operand::Number)
                .or_else(|| Millis::parse(word).map(Operand::Time))
                .or_else(|| word.contains(':').then(|| Operand::Text(word.to_owned()))),
        };
        read.ok_or_else(|| {
            self.at = began;
            self.fault("a number, a time, a URI or a text in quotes was expected")
        })
    }
}

/// As JSON has numbers: no infinities.
fn number(word: &str) -> Option<f64> {
    let is_one = word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let n = word.parse::<f64>().ok().filter(|n| n.is_finite());
    n.filter(|_| is_one)
}

fn one_or(mut some: Vec<AttrQuery>, many: fn(Vec<AttrQuery>) -> AttrQuery) -> AttrQuery {
    match (some.len(), some.pop()) {
        (1, Some(one)) => one,
        (_, Some(last)) => {
            some.push(last);
            many(some)
        }
        (_, None) => many(some),
    }
}

#[cfg(test)]
mod tests;
