//! Whose a problem is: bay, zone, operator, partner. Pure.
//!
//! Promise: what nobody else answers for is the authority's; a partner that has chosen its name by itself
//! is given nobody's problems, and with them nobody's contact.

use super::config::{Config, OperatorConfig};
use crate::domain::{ProblemCode, SelfNamed, ZoneKind};
use crate::registry::city::ZoneSpec;
use std::sync::Arc;

/// Who is to deal with a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Responsible {
    /// As everybody is told.
    pub(super) operator: String,
    /// Whose keys work on it; `None`: administrators' alone.
    pub(super) partner: Option<String>,
    pub(super) due_min: u32,
}

/// How far a look at whose open problems are has come. Nothing is looked at again before something has
/// changed, but once: a report that came in with the change may have been written down after the look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RoutingRound {
    /// Up to which problem.
    pub(super) after: i64,
    /// What stood when the round began: city, owners, names.
    stamp: [u64; 3],
    /// Whole rounds since then; 2 are enough.
    whole: u8,
}

impl RoutingRound {
    /// Where to go on, or that there is nothing to look at.
    pub(super) fn at(self, stamp: [u64; 3]) -> Option<Self> {
        if stamp != self.stamp {
            return Some(Self {
                after: 0,
                stamp,
                whole: 0,
            });
        }
        (self.whole < 2).then_some(self)
    }

    /// `None`: that was the last of them.
    pub(super) fn up_to(self, last: Option<i64>) -> Self {
        Self {
            after: last.unwrap_or(0),
            whole: self.whole + u8::from(last.is_none()),
            ..self
        }
    }
}

/// Who is to deal with a problem of this code in `zone`; `owner`: of its bay, if the zone is private.
pub(super) fn responsible(
    config: &Config,
    operators: &[OperatorConfig],
    self_named: &SelfNamed,
    (zone, owner): (Option<&ZoneSpec>, Option<&Arc<str>>),
    code: ProblemCode,
) -> Responsible {
    let known = |name: &str| {
        let name = name.trim().to_lowercase();
        let is = |o: &&OperatorConfig| o.name.to_lowercase() == name;
        operators.iter().find(is)
    };
    let of_zone = zone.and_then(|zone| known(&zone.operator));
    let due_min = of_zone.map_or(code.due_min(), |of| of.due_min(code));
    match (zone, of_zone, owner) {
        (Some(zone), _, Some(owner)) if zone.kind == ZoneKind::Private => Responsible {
            operator: owner.to_string(),
            partner: Some(owner.to_string()),
            due_min,
        },
        (Some(zone), Some(of), _) if zone.kind != ZoneKind::Private => {
            let partner = of.partner();
            Responsible {
                operator: of.name.clone(),
                partner: (!self_named.has(partner)).then(|| partner.to_owned()),
                due_min,
            }
        }
        _ => Responsible {
            operator: config.authority.clone(),
            partner: config.authority_partner.clone(),
            due_min: code.due_min(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::town;

    #[test]
    fn a_bays_problem_is_its_owners_its_operators_or_else_the_authoritys() {
        let town = town().zone("E").operator("HDB").bays(1);
        let town = town
            .zone("P")
            .kind(ZoneKind::Private)
            .operator("hotel")
            .bays(1);
        let registry = town.zone("X").operator("nobody").bays(1).registry();
        let city = registry.city();
        let spec = |id: &str| &city.zone(registry.zone(id).unwrap()).spec;
        let config = Config {
            authority_partner: Some("lta".to_owned()),
            ..Config::default()
        };
        let hdb = OperatorConfig {
            name: "hdb".to_owned(),
            partner: Some("hdb-ops".to_owned()),
            deadline_min: [("bay-blocked".to_owned(), 30)].into(),
        };
        let self_named = SelfNamed::default();
        let code = ProblemCode::BayBlocked;
        let of = |zone: Option<&str>, owner: Option<&str>| {
            let owner = owner.map(Arc::from);
            let place = (zone.map(spec), owner.as_ref());
            let hdb = std::slice::from_ref(&hdb);
            let of = responsible(&config, hdb, &self_named, place, code);
            (of.operator, of.partner.unwrap_or_default(), of.due_min)
        };
        let told = |operator: &str, partner: &str, min| (operator.into(), partner.into(), min);
        assert_eq!(of(Some("E"), None), told("hdb", "hdb-ops", 30));
        assert_eq!(of(Some("P"), Some("hotel")), told("hotel", "hotel", 120));
        assert_eq!(of(Some("P"), None), told("authority", "lta", 120));
        assert_eq!(of(Some("X"), None), told("authority", "lta", 120));
        assert_eq!(of(None, None), told("authority", "lta", 120));
        self_named.replace(["hdb-ops".to_owned()]);
        assert_eq!(of(Some("E"), None), told("hdb", "", 30), "nobody vouches");
    }

    #[test]
    fn after_a_change_all_are_looked_at_twice_and_then_none() {
        let round = RoutingRound::default();
        let stamp = [1, 0, 0];
        let first = round.at(stamp).unwrap();
        let half = first.up_to(Some(2000)).at(stamp).unwrap();
        assert_eq!((first.after, half.after), (0, 2000));
        let again = half.up_to(None).at(stamp).unwrap();
        assert_eq!(again.after, 0);
        let done = again.up_to(None);
        assert!(done.at(stamp).is_none());
        // A change in the middle begins anew.
        assert_eq!(half.at([1, 1, 0]).unwrap().after, 0);
        assert!(done.at([2, 0, 0]).is_some());
    }
}
