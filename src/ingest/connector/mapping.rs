//! Which members of a row are meant, as `compile` makes it of `[feeds.map]`.

use super::field::{BaysTold, Field, RowRefusal, StateWord, Words};
use super::path::Path;
use super::place::Projection;
use crate::domain::{BayKind, BaySubset, Reason, TimeFormat, ZoneKind};
use serde_json::Value;
use std::borrow::Cow;

/// Anything that members can be looked up in.
pub(super) trait RowMembers {
    /// What stands at the end of a path in the row itself.
    fn at(&self, path: &Path) -> Field<'_>;
    /// What stands at the end of a path in the whole answer.
    fn in_answer(&self, path: &Path) -> Field<'_>;
    /// The same in the row as JSON, for geometries.
    fn json(&self, path: &Path) -> Option<&Value>;
}

/// Where a member is.
#[derive(Debug, Default)]
pub(super) struct Member {
    pub(super) paths: Vec<Path>,
    pub(super) of_answer: bool,
    pub(super) fixed: Option<Box<str>>,
    pub(super) prefix: Box<str>,
    /// What holds where no path leads to a value.
    pub(super) otherwise: Option<Box<str>>,
}

impl Member {
    /// Its value: that of the first path which leads to one.
    pub(super) fn field<'a>(&'a self, row: &'a impl RowMembers) -> Field<'a> {
        if let Some(fixed) = &self.fixed {
            return Field::from(&**fixed);
        }
        let look = |path| {
            if self.of_answer {
                row.in_answer(path)
            } else {
                row.at(path)
            }
        };
        let mut all = self.paths.iter().map(look);
        let found = all.find(|field| !field.is_missing());
        let otherwise = || {
            self.otherwise
                .as_deref()
                .map_or(Field::Missing, Field::from)
        };
        found.unwrap_or_else(otherwise)
    }

    /// Its value as an id, with the prefix.
    pub(super) fn id<'a>(&'a self, row: &'a impl RowMembers) -> Option<String> {
        let field = self.field(row);
        let text = field.text()?;
        let mut id = String::with_capacity(self.prefix.len() + text.len());
        id.push_str(&self.prefix);
        id.push_str(&text);
        Some(id)
    }

    /// Its value as an owned text.
    pub(super) fn text(&self, row: &impl RowMembers) -> Option<String> {
        self.field(row).text().map(Cow::into_owned)
    }

    /// Its value as a number of bays.
    pub(super) fn bays(
        &self,
        name: &str,
        row: &impl RowMembers,
        not_told: &[Box<str>],
    ) -> Result<BaysTold, RowRefusal> {
        let told = self.field(row).bays(name, not_told);
        told.map_err(|why| (Reason::Malformed, why))
    }
}

/// A time and how it is written.
#[derive(Debug)]
pub(super) struct When {
    pub(super) member: Member,
    pub(super) format: TimeFormat,
}

/// How many bays, by three of its members.
#[derive(Debug, Default)]
pub(super) struct BayNumbers {
    pub(super) vacant: Option<Member>,
    pub(super) occupied: Option<Member>,
    pub(super) capacity: Option<Member>,
}

/// What a single claim of a row is made of.
#[derive(Debug, Default)]
pub(super) struct ClaimMap {
    pub(super) zone: Option<Member>,
    pub(super) bay: Option<Member>,
    pub(super) numbers: BayNumbers,
    pub(super) subsets: [Option<BayNumbers>; BaySubset::COUNT],
    pub(super) state: Option<(Member, Words<StateWord>)>,
    pub(super) names_open: bool,
    pub(super) kind: Option<(Member, Words<BayKind>)>,
    /// Of rows whose member does not tell.
    pub(super) usual_kind: UsualKind,
    pub(super) at: Option<When>,
    pub(super) seen: Option<When>,
    pub(super) entered: Option<Member>,
    pub(super) left: Option<Member>,
    pub(super) delta: Option<(Member, Words<i64>)>,
    pub(super) not_told: Vec<Box<str>>,
    pub(super) site: Site,
}

/// The kind of bays where no member tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct UsualKind(pub(super) BayKind);

impl Default for UsualKind {
    fn default() -> Self {
        Self(BayKind::Car)
    }
}

/// What a row says of the zone or bay itself.
#[derive(Debug, Default)]
pub(super) struct Site {
    pub(super) place: Option<PlaceMap>,
    pub(super) name: Option<Member>,
    pub(super) address: Option<Member>,
    pub(super) operator: Option<Member>,
    pub(super) kind: Option<(Member, Words<ZoneKind>)>,
    pub(super) max_height_m: Option<Member>,
}

/// Where a row's place is.
#[derive(Debug)]
pub(super) struct PlaceMap {
    pub(super) form: PlaceForm,
    pub(super) crs: Projection,
}

#[derive(Debug)]
pub(super) enum PlaceForm {
    /// Easting or longitude, northing or latitude.
    Two(Member, Member),
    /// Both in one text; whether the northing comes first.
    Text(Member, bool),
    /// A GeoJSON geometry.
    Geometry(Path),
}

impl ClaimMap {
    /// Whether a row can say anything of bays by it, or is a static one.
    pub(super) fn is_live(&self) -> bool {
        self.counts() || self.state.is_some() || self.moves()
    }

    /// Whether a row tells how many bays are vacant or occupied.
    pub(super) fn counts(&self) -> bool {
        self.numbers.vacant.is_some() || self.numbers.occupied.is_some()
    }

    /// Whether a row tells who came and left.
    pub(super) fn moves(&self) -> bool {
        self.entered.is_some() || self.left.is_some() || self.delta.is_some()
    }
}
