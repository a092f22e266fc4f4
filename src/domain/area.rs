//! Where a partner's word counts: zones by their ids, or by who operates them. And how far a key is
//! trusted. Pure.
//!
//! Promises: an area that names nothing cannot be made; what is asked of each claim allocates
//! nothing, and of the usual area, everywhere, one comparison.

use super::source::FEEDS;
use super::{Backing, id, vocabulary};
use arc_swap::{ArcSwap, Guard};
use std::fmt;
use std::sync::Arc;

/// Some ids: one exactly, or all that begin so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdPattern {
    Exact(Box<str>),
    /// Written with a trailing `*`; the empty prefix covers all ids.
    Prefix(Box<str>),
}

impl IdPattern {
    /// Reads `lamp-7` or `lamp-*`.
    ///
    /// # Errors
    /// Says what is wrong, quoting the pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (stem, is_prefix) = text
            .strip_suffix('*')
            .map_or((text, false), |stem| (stem, true));
        // An empty stem is fine before the star only; `is_valid` also refuses a star anywhere else.
        if !(id::is_valid(stem) || (is_prefix && stem.is_empty())) {
            return Err(format!(
                "pattern {text:?}: expected an id of [A-Za-z0-9._:-], up to 64 characters, or a prefix of one \
                 followed by a single `*`"
            ));
        }
        Ok(if is_prefix {
            Self::Prefix(stem.into())
        } else {
            Self::Exact(stem.into())
        })
    }

    /// Whether every id is one of them.
    #[must_use]
    pub fn covers_all(&self) -> bool {
        matches!(self, Self::Prefix(stem) if stem.is_empty())
    }

    /// Whether `id` is one of them. Not so for what could not be an id at all.
    #[must_use]
    pub fn covers(&self, id: &str) -> bool {
        match self {
            Self::Exact(own) => **own == *id,
            Self::Prefix(stem) => id.starts_with(&**stem) && id::is_valid(id),
        }
    }

    /// The same of a source. A feed's is covered only by what begins as one.
    #[must_use]
    pub fn covers_source(&self, id: &str) -> bool {
        let (Self::Exact(stem) | Self::Prefix(stem)) = self;
        self.covers(id) && (!id.starts_with(FEEDS) || stem.starts_with(FEEDS))
    }
}

impl fmt::Display for IdPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(own) => f.write_str(own),
            Self::Prefix(stem) => write!(f, "{stem}*"),
        }
    }
}

/// Of which zones somebody may speak.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Area {
    /// Of every zone there is or will be.
    #[default]
    All,
    Part(NamedArea),
}

/// An area by what it names: never nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedArea {
    zones: Box<[IdPattern]>,
    operators: Box<[Box<str>]>,
}

/// Why an area is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreaFault {
    #[error(
        "names no zone and no operator, so the key could speak of nothing; \"all\" is everywhere"
    )]
    Empty,
    #[error("may name {most} zones and operators at most; a prefix with * covers many", most = Area::MOST)]
    TooMany,
    #[error("operators: a name has 1 to {longest} bytes", longest = Area::LONGEST)]
    Operator,
}

impl Area {
    /// Names in one area: each claim may be held against all of them.
    pub const MOST: usize = 100;

    /// The longest name of an operator that a registry takes, bytes.
    pub const LONGEST: usize = 256;

    /// The zones that one of the patterns covers, and those of the operators of these very names.
    ///
    /// # Errors
    /// [`AreaFault`].
    pub fn of(zones: Vec<IdPattern>, operators: Vec<String>) -> Result<Self, AreaFault> {
        if zones.is_empty() && operators.is_empty() {
            return Err(AreaFault::Empty);
        }
        if zones.len() + operators.len() > Self::MOST {
            return Err(AreaFault::TooMany);
        }
        // Zones without an operator must not become those of an operator without a name.
        if operators
            .iter()
            .any(|o| o.is_empty() || o.len() > Self::LONGEST)
        {
            return Err(AreaFault::Operator);
        }
        Ok(Self::Part(NamedArea {
            zones: zones.into(),
            operators: operators.into_iter().map(Into::into).collect(),
        }))
    }

    /// Whether a zone of that id and operator is inside.
    #[must_use]
    pub fn has(&self, zone: &str, operator: &str) -> bool {
        match self {
            Self::All => true,
            Self::Part(part) => part.covers(zone, operator),
        }
    }
}

impl NamedArea {
    /// Whether a zone of that id and operator is inside.
    #[must_use]
    pub fn covers(&self, zone: &str, operator: &str) -> bool {
        self.zones.iter().any(|pattern| pattern.covers(zone))
            || self.operators.iter().any(|own| **own == *operator)
    }

    #[must_use]
    pub fn zones(&self) -> &[IdPattern] {
        &self.zones
    }

    #[must_use]
    pub fn operators(&self) -> &[Box<str>] {
        &self.operators
    }
}

vocabulary! {
    /// How far an administrator trusts a key. It weighs what apps say; a sensor's or gate's kind
    /// says enough.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Standing {
        #[default]
        Trusted => "trusted",
        Unproven => "unproven",
    }
}

/// Of what a key's sources may speak, and who stands behind their words. Default: of everything,
/// trusted, of a partner without a name, number 0.
#[derive(Clone, Debug, Default)]
pub struct Remit {
    pub area: Area,
    /// Who holds the key, by name; empty: nobody.
    pub partner: Arc<str>,
    pub backing: Backing,
}

/// A remit as it was at a moment, held for as long as that is of interest.
pub type HeldRemit = Guard<Arc<Remit>>;

/// The remit of a key as it is now. All clones share it, so that what an administrator changes
/// reaches the connections that are open.
#[derive(Clone, Debug, Default)]
pub struct SharedRemit(Arc<ArcSwap<Remit>>);

impl SharedRemit {
    #[must_use]
    pub fn new(remit: Remit) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(remit)))
    }

    /// As it is now; to be held for the length of one message. Takes no lock.
    #[inline]
    #[must_use]
    pub fn now(&self) -> HeldRemit {
        self.0.load()
    }

    /// From the next message on, for all who hold it.
    pub fn change(&self, remit: Remit) {
        self.0.store(Arc::new(remit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(all: &[&str]) -> Vec<IdPattern> {
        all.iter().map(|p| IdPattern::parse(p).unwrap()).collect()
    }

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|&o| o.to_owned()).collect()
    }

    #[test]
    fn a_pattern_that_could_mislead_is_refused() {
        for bad in ["", "a*b", "**", "lamp/*", "a b", "*-7", "\u{e9}*"] {
            assert!(IdPattern::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_zone_is_inside_by_its_id_or_by_its_operator() {
        let both = Area::of(patterns(&["TPY*", "HE12"]), names(&["HDB"])).unwrap();
        let Area::Part(both) = both else {
            panic!("{both:?}")
        };
        for (zone, operator) in [("TPY12", "ura"), ("HE12", ""), ("X", "HDB"), ("TPY", "HDB")] {
            assert!(both.covers(zone, operator), "{zone} of {operator:?}");
        }
        for (zone, operator) in [
            ("HE1", "ura"),
            ("tpy12", ""),
            ("HE12-", "hdb"),
            ("XTPY1", ""),
        ] {
            assert!(!both.covers(zone, operator), "{zone} of {operator:?}");
        }
        let Ok(Area::Part(zones)) = Area::of(patterns(&["A"]), vec![]) else {
            panic!("an area")
        };
        assert!(!zones.covers("B", ""), "nobody's zones are nobody's");
    }

    #[test]
    fn an_area_that_names_nothing_too_much_or_nobody_is_none() {
        assert_eq!(Area::of(vec![], vec![]), Err(AreaFault::Empty));
        let many = vec![IdPattern::Exact("z".into()); Area::MOST];
        assert_eq!(
            Area::of(many.clone(), names(&["o"])),
            Err(AreaFault::TooMany)
        );
        assert!(Area::of(many, vec![]).is_ok());
        for odd in [String::new(), "x".repeat(257)] {
            assert_eq!(Area::of(vec![], vec![odd]), Err(AreaFault::Operator));
        }
    }

    #[test]
    fn a_change_reaches_all_who_hold_the_remit() {
        let one = SharedRemit::default();
        let held = one.clone();
        assert!(held.now().backing.of_trusted_key() && held.now().area == Area::All);
        let area = Area::of(patterns(&["A"]), vec![]).unwrap();
        one.change(Remit {
            area: area.clone(),
            backing: Backing::of_key(false, 7),
            ..Remit::default()
        });
        let now = held.now();
        assert!(now.area == area && !now.backing.of_trusted_key() && now.backing.partner() == 7);
    }
}
