//! Policies of CDS: what a bay may be used for, how long and for what price.
//!
//! Promises: a policy is a function of its terms alone, so the same terms have the same id and say the
//! same in every zone, for ever; no two of them have the same priority, so none of a zone is in the
//! way of another.

use super::ids::{self, Urn};
use super::orders::ORDINARY;
use crate::domain::{BayKind, Millis};
use crate::registry::city::{BayAttrs, Zone};
use crate::serve::formats::text::Text;
use uuid::Uuid;

/// What tells policies apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Terms {
    kind: u8,
    accessible: bool,
    ev_charging: bool,
    /// 0: as long as one likes.
    max_stay_min: u32,
    price_cents_per_hour: Option<u32>,
}

impl Terms {
    pub(super) const fn of_bay(attrs: BayAttrs) -> Self {
        Self {
            kind: attrs.kind as u8,
            accessible: attrs.accessible,
            ev_charging: attrs.ev_charging,
            max_stay_min: attrs.max_stay_min,
            price_cents_per_hour: attrs.price_cents_per_hour,
        }
    }

    /// Those of a zone of which no bays are known: as far as the zone says, a policy a kind.
    pub(super) fn of_zone(zone: &Zone) -> impl Iterator<Item = Self> + '_ {
        let capacity = &zone.capacity_by_kind;
        let nobody_says = capacity.iter().all(|n| *n == 0);
        let has = move |kind: &BayKind| {
            capacity[*kind as usize] > 0 || nobody_says && *kind == BayKind::Car
        };
        BayKind::ALL.into_iter().filter(has).map(|kind| Self {
            kind: kind as u8,
            accessible: false,
            ev_charging: false,
            max_stay_min: 0,
            price_cents_per_hour: zone.spec.price_cents_per_hour,
        })
    }

    fn kind(self) -> BayKind {
        BayKind::from_u8(self.kind).unwrap_or(BayKind::Car)
    }

    /// Of `MAX_STAY:PRICE:ACCESSIBLE:EV:KIND`; a stay of 0 is one without limit, and no price is
    /// empty.
    pub(super) fn id(self) -> Uuid {
        let price = self.price_cents_per_hour;
        let price = price.map_or_else(String::new, |cents| cents.to_string());
        let Self {
            accessible,
            ev_charging,
            max_stay_min,
            ..
        } = self;
        let kind = self.kind().name();
        Urn::Policy.of(&format!(
            "{max_stay_min}:{price}:{accessible}:{ev_charging}:{kind}"
        ))
    }

    /// The lower goes first: what is for few before what is for all, and orders of the authority before
    /// both. Ordinary prices and stays give numbers below 2^31, all of them such as any JSON reader takes.
    fn priority(self) -> u64 {
        let kind = match self.kind() {
            BayKind::Motorcycle => 0,
            BayKind::Bicycle => 1,
            BayKind::Heavy => 2,
            BayKind::Car => 3,
        };
        let rank = u64::from(!self.accessible) << 3 | u64::from(!self.ev_charging) << 2 | kind;
        let stay = u64::from(self.max_stay_min);
        let price = self
            .price_cents_per_hour
            .map_or(0, |cents| u64::from(cents) + 1);
        let of = |stay_bits: u32, price_bits: u32| {
            rank << (stay_bits + price_bits) | stay << price_bits | price
        };
        if stay < 1 << 12 && price < 1 << 14 {
            ORDINARY + of(12, 14)
        } else {
            2 * ORDINARY + of(16, 33)
        }
    }

    fn user_classes(self) -> Vec<&'static str> {
        let mut classes = Vec::new();
        if self.accessible {
            classes.push("disabled_parking_permit");
        }
        if self.ev_charging {
            classes.push("electric");
        }
        match self.kind() {
            BayKind::Car => {}
            BayKind::Motorcycle => classes.push("motorcycle"),
            BayKind::Bicycle => classes.push("bicycle"),
            BayKind::Heavy => classes.push("truck"),
        }
        classes
    }

    /// The policy as the standard has it.
    pub(super) fn write(self, t: &mut Text, published: Millis) {
        t.raw("{\"curb_policy_id\":");
        ids::word(t, self.id());
        t.raw(",\"published_date\":").number(published.0);
        t.raw(",\"priority\":").number(self.priority());
        t.raw(",\"rules\":[{\"activity\":\"parking\"");
        if self.max_stay_min > 0 {
            t.raw(",\"max_stay\":").number(self.max_stay_min.into());
            t.raw(",\"max_stay_unit\":\"minute\"");
        }
        let classes = self.user_classes();
        for (n, class) in classes.iter().enumerate() {
            t.raw(if n > 0 { "," } else { ",\"user_classes\":[" });
            t.word(class);
        }
        t.raw(if classes.is_empty() { "" } else { "]" });
        if let Some(cents) = self.price_cents_per_hour {
            t.raw(",\"rate\":[{\"rate\":").number(cents.into());
            t.raw(",\"rate_unit\":\"hour\"}]");
        }
        t.raw("}]}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const CAR: Terms = Terms {
        kind: BayKind::Car as u8,
        accessible: false,
        ev_charging: false,
        max_stay_min: 0,
        price_cents_per_hour: None,
    };

    fn written(terms: Terms) -> serde_json::Value {
        let mut t = Text::with_capacity(0);
        terms.write(&mut t, Millis(7));
        serde_json::from_slice(&t.0).unwrap()
    }

    #[test]
    fn who_may_how_long_and_for_how_much_are_said_where_they_are_known() {
        let plain = written(CAR);
        assert_eq!(
            plain["rules"],
            serde_json::json!([{"activity": "parking"}]),
            "{plain}"
        );
        assert_eq!(plain["published_date"], 7);
        let special = written(Terms {
            accessible: true,
            ev_charging: true,
            kind: BayKind::Heavy as u8,
            max_stay_min: 90,
            price_cents_per_hour: Some(0),
        });
        let want = serde_json::json!([{
            "activity": "parking", "max_stay": 90, "max_stay_unit": "minute",
            "user_classes": ["disabled_parking_permit", "electric", "truck"],
            "rate": [{"rate": 0, "rate_unit": "hour"}],
        }]);
        assert_eq!(special["rules"], want);
    }

    #[test]
    fn the_id_is_what_anybody_can_compute() {
        // uuid.uuid5(uuid.NAMESPACE_URL, "urn:bayhub:policy:120:60:false:true:car")
        let terms = Terms {
            ev_charging: true,
            max_stay_min: 120,
            price_cents_per_hour: Some(60),
            ..CAR
        };
        assert_eq!(
            terms.id().to_string(),
            "05bc5a66-b858-5825-b679-5b10241ee947"
        );
        assert_ne!(
            CAR.id(),
            Terms {
                price_cents_per_hour: Some(0),
                ..CAR
            }
            .id()
        );
    }

    #[test]
    fn no_two_have_the_same_priority_and_what_is_for_few_goes_first() {
        let mut seen = HashSet::new();
        let prices = [
            None,
            Some(0),
            Some(1),
            Some(16_382),
            Some(16_383),
            Some(u32::MAX - 1),
        ];
        for kind in 0..4 {
            for (accessible, ev_charging) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                for max_stay_min in [0, 1, 4095, 4096, 65_535] {
                    for price_cents_per_hour in prices {
                        let terms = Terms {
                            kind,
                            accessible,
                            ev_charging,
                            max_stay_min,
                            price_cents_per_hour,
                        };
                        let priority = terms.priority();
                        assert!((ORDINARY..1 << 53).contains(&priority), "{terms:?}");
                        assert!(seen.insert(priority), "{terms:?}");
                    }
                }
            }
        }
        let accessible = Terms {
            accessible: true,
            ..CAR
        };
        assert!(accessible.priority() < CAR.priority() && CAR.priority() < 1 << 31);
    }
}
