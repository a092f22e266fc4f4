//! How good the data of operators and partners are, month by month: what is added up, and what is
//! told of it.
//!
//! Promises: sums only, of samples taken every five minutes and of reports as the gate judged them;
//! a share is a ratio of two of them, taken last, and none where there is nothing to divide by. A
//! month belongs to the hub's own calendar.

use super::grant::Scope;
use super::keys::Keys;
use crate::domain::{Calendar, IdPattern, Millis, UsageKind, vocabulary};
use crate::store::MonthSum;
use ahash::AHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

vocabulary! {
    /// Whose data are judged.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum QualityOf {
        /// Who operates zones, as the registry names it.
        Operator => "operator",
        /// Who holds the keys by which reports come.
        Partner => "partner",
    }
}

vocabulary! {
    /// What is added up in a month. The names are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum QualityKind {
        /// Looks that were taken.
        Samples => "samples",
        /// In each of them: an operator's car parks, a partner's sources that watch.
        Members => "members",
        /// Of those, heard in the last 24 hours.
        Connected => "connected",
        /// Of a connected car park its places, of a partner the connected sources.
        Watched => "watched",
        /// Of those, places of which something is known, sources that are not silent.
        Online => "online",
        Accepted => "accepted",
        Late => "late",
        Refused => "refused",
    }
}

impl QualityKind {
    /// What of usage counts for a partner's month.
    pub(super) const fn of(usage: UsageKind) -> Option<Self> {
        match usage {
            UsageKind::Accepted => Some(Self::Accepted),
            UsageKind::Late => Some(Self::Late),
            UsageKind::Refused(_) => Some(Self::Refused),
            _ => None,
        }
    }
}

/// The month that `at` lies in, in months since the year 0.
#[must_use]
pub fn month_of(calendar: Calendar, at: Millis) -> u64 {
    let wall = calendar.wall(at);
    u64::try_from(wall.year).unwrap_or(0) * 12 + u64::from(wall.month.saturating_sub(1))
}

/// One look at one operator or partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QualitySample {
    pub members: u64,
    pub connected: u64,
    pub watched: u64,
    pub online: u64,
}

impl QualitySample {
    pub(super) fn sums(self) -> [(QualityKind, u64); 5] {
        [
            (QualityKind::Samples, 1),
            (QualityKind::Members, self.members),
            (QualityKind::Connected, self.connected),
            (QualityKind::Watched, self.watched),
            (QualityKind::Online, self.online),
        ]
    }
}

/// A month of one operator or partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QualityRow {
    pub name: String,
    sums: [u64; QualityKind::COUNT],
}

impl QualityRow {
    /// How much there was.
    #[must_use]
    pub const fn sum(&self, of: QualityKind) -> u64 {
        self.sums[of as usize]
    }

    /// `part` of `whole`; `None` where there was none of that.
    #[must_use]
    pub fn share(&self, part: QualityKind, whole: &[QualityKind]) -> Option<f64> {
        let whole: u64 = whole.iter().map(|kind| self.sum(*kind)).sum();
        (whole > 0).then(|| self.sum(part) as f64 / whole as f64)
    }

    /// Of a month's sums, by name.
    pub(super) fn of(sums: Vec<MonthSum>) -> Vec<Self> {
        let mut rows: BTreeMap<String, Self> = BTreeMap::new();
        for MonthSum { name, what, n } in sums {
            // What a newer hub adds up is not told here.
            let Some(kind) = QualityKind::parse(&what) else {
                continue;
            };
            let row = rows.entry(name.clone()).or_default();
            row.name = name;
            row.sums[kind as usize] = n;
        }
        rows.into_values().collect()
    }
}

/// Whose keys may speak for which sources, for those that have not been heard since the start.
///
/// Dear: a pass over all keys to make it; then as many look-ups a source as its id has characters.
#[derive(Debug, Default)]
pub struct Speakers {
    exact: AHashMap<Box<str>, Option<Arc<str>>>,
    prefix: AHashMap<Box<str>, Option<Arc<str>>>,
}

impl Speakers {
    /// By the keys that are good now.
    #[must_use]
    pub fn of(keys: &Keys) -> Self {
        let mut all = Self::default();
        for held in &keys.held {
            let grant = &held.grant;
            if grant.scopes.has(Scope::Report) {
                for pattern in &grant.sources {
                    all.add(pattern, &grant.partner);
                }
            }
        }
        all
    }

    fn add(&mut self, pattern: &IdPattern, partner: &Arc<str>) {
        let (map, stem) = match pattern {
            IdPattern::Exact(id) => (&mut self.exact, id),
            IdPattern::Prefix(stem) => (&mut self.prefix, stem),
        };
        map.entry(stem.clone())
            .and_modify(|known| {
                if known.as_ref() != Some(partner) {
                    *known = None;
                }
            })
            .or_insert_with(|| Some(partner.clone()));
    }

    /// The one partner whose keys may speak for a source; `None` where there is none, or several.
    #[must_use]
    pub fn only(&self, source: &str) -> Option<&Arc<str>> {
        let ends = source
            .char_indices()
            .map(|(at, _)| at)
            .chain([source.len()]);
        let prefixes = ends.filter_map(|end| self.prefix.get(&source[..end]));
        let mut all = prefixes.chain(self.exact.get(source));
        let first = all.next()?.as_ref()?;
        all.all(|one| one.as_ref() == Some(first)).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_one_partners_only_where_no_others_key_may_speak_for_it() {
        let mut all = Speakers::default();
        for (pattern, partner) in [
            ("lamp-*", "lta"),
            ("lamp-7", "lta"),
            ("lamp-8", "acme"),
            ("gate-1", "acme"),
            ("cam-*", "acme"),
            ("cam-*", "ura"),
        ] {
            all.add(&IdPattern::parse(pattern).unwrap(), &partner.into());
        }
        let only = |source| all.only(source).map(|partner| &**partner);
        assert_eq!(only("lamp-1"), Some("lta"));
        assert_eq!(only("lamp-7"), Some("lta"));
        assert_eq!(only("lamp-8"), None, "two may");
        assert_eq!((only("gate-1"), only("gate-10")), (Some("acme"), None));
        assert_eq!(
            (only("cam-1"), only("nobody"), only("")),
            (None, None, None)
        );
        all.add(&IdPattern::parse("*").unwrap(), &"lta".into());
        assert_eq!(all.only("nobody").map(|p| &**p), Some("lta"));
        assert_eq!(all.only("gate-1"), None);
    }

    #[test]
    fn shares_are_ratios_of_sums_and_none_of_nothing() {
        let sum = |what: &str, n| MonthSum {
            name: "hdb".into(),
            what: what.into(),
            n,
        };
        let rows = QualityRow::of(vec![
            sum("members", 4),
            sum("connected", 3),
            sum("of tomorrow", 9),
        ]);
        assert_eq!(rows.len(), 1);
        let connected = rows[0].share(QualityKind::Connected, &[QualityKind::Members]);
        assert_eq!(connected, Some(0.75));
        assert_eq!(
            rows[0].share(QualityKind::Online, &[QualityKind::Watched]),
            None
        );
    }

    #[test]
    fn a_month_is_the_places_own() {
        let china = Calendar::parse("Asia/Shanghai").unwrap();
        let at = Millis::parse("2026-11-30T16:00:00Z").unwrap();
        assert_eq!(month_of(china, at), 2026 * 12 + 11);
        assert_eq!(month_of(Calendar::UTC, at), 2026 * 12 + 10);
    }
}
