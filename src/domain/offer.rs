//! An offer: one private bay or a pool of places, when it may be used by others, by which vehicles, for how much.

use super::cancelling::CancelRule;
use super::flexible::FlexRule;
use super::overstay::LeaveRule;
use super::pool::{self, Pool};
use super::price::Price;
use super::reservation::Vehicle;
use super::span::{Span, melt, without};
use super::time_zone::TimeZone;
use super::vocabulary::vocabulary;
use super::weekly::{Weekly, occurrences};
use super::workdays::Workdays;
use super::{Currency, Millis};
use std::fmt;
use std::sync::Arc;

const MINUTE_MS: u64 = 60_000;

vocabulary! {
    /// Whether an offer is matched. What is confirmed stands in every state.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OfferState {
        Open => "open",
        /// Nothing new for the time being.
        Paused => "paused",
        /// Nothing new for ever; the bay may be offered anew.
        Withdrawn => "withdrawn",
    }
}

/// What an owner asks of a stay besides its hours. 0: no such limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub max_height_cm: u16,
    /// Only for vehicles that charge.
    pub ev_only: bool,
    pub min_stay_min: u32,
    pub max_stay_min: u32,
    /// How long before its start a stay must be asked for.
    pub notice_min: u32,
    /// How long the bay is left alone after each stay.
    pub buffer_min: u32,
    /// What giving up a confirmed stay costs.
    pub cancel: CancelRule,
    /// What leaving late or early costs.
    pub leave: LeaveRule,
    /// What who may be moved pays less.
    pub flex: FlexRule,
    /// How long after its start a stay is waited for; `None`: as long as is usual.
    pub grace_min: Option<u32>,
}

/// When a bay is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The wall clock that `weekly` means.
    pub zone: TimeZone,
    pub once: Vec<Span>,
    pub weekly: Vec<Weekly>,
    /// Exceptions from both.
    pub closed: Vec<Span>,
}

impl Hours {
    /// When it is open within `span`: melted and in order.
    #[must_use]
    pub fn open(&self, span: Span, workdays: &Workdays) -> Vec<Span> {
        let mut open = occurrences(&self.weekly, self.zone, workdays, span);
        open.extend(self.once.iter().filter_map(|w| w.and(span)));
        melt(&mut open);
        without(open, &self.closed)
    }

    /// Whether it is open throughout `span`.
    #[must_use]
    pub fn covers(&self, span: Span, workdays: &Workdays) -> bool {
        // Most questions end here, without a calendar.
        if self.closed.iter().any(|c| c.overlaps(span)) {
            return false;
        }
        self.once.iter().any(|w| w.contains(span)) || self.open(span, workdays) == [span]
    }

    /// When the last of it is over; `None` where it recurs for ever.
    #[must_use]
    pub fn last(&self) -> Option<Millis> {
        if self.weekly.is_empty() {
            self.once.iter().map(|w| w.end).max()
        } else {
            None
        }
    }
}

/// What opens an offer's calendar to a program that can send no key. It is a secret: its debug form
/// does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct CalendarToken(pub Arc<str>);

impl fmt::Debug for CalendarToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CalendarToken(..)")
    }
}

/// One bay on offer, or a pool. Each change makes the next version.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Its number in the store.
    pub id: i64,
    /// Its public id.
    pub name: Arc<str>,
    /// Of a pool: what stands for it, [`super::pool::pool_name`].
    pub bay: Arc<str>,
    /// The places that are offered in place of one bay.
    pub pool: Option<Pool>,
    /// The partner who offers it.
    pub owner: Arc<str>,
    pub state: OfferState,
    pub hours: Hours,
    pub price: Price,
    pub currency: Currency,
    pub rules: Rules,
    pub notes: String,
    pub calendar: CalendarToken,
    pub created_at: Millis,
    pub version: i64,
}

impl Offer {
    /// What a stay costs.
    #[must_use]
    pub fn price_cents(&self, span: Span) -> i64 {
        self.price.cents(span, self.hours.zone)
    }

    /// What a stay costs whose driver may be moved, or may not.
    #[must_use]
    pub fn asked_cents(&self, span: Span, flexible: bool) -> i64 {
        let full = self.price_cents(span);
        if flexible {
            self.rules.flex.price_cents(full)
        } else {
            full
        }
    }

    /// Until when the bay is not given to anybody else.
    #[must_use]
    pub const fn free_at(&self, span: Span) -> Millis {
        span.end.plus(self.rules.buffer_min as u64 * MINUTE_MS)
    }

    /// Whether the owner's rules take the vehicle; the bay's own limits are the registry's.
    #[must_use]
    pub fn takes(&self, vehicle: &Vehicle) -> bool {
        let limit = self.rules.max_height_cm;
        (self.pool.is_none() || pool::takes(vehicle, self.rules.ev_only))
            && (limit == 0 || vehicle.height_cm.is_none_or(|h| h <= limit))
            && (!self.rules.ev_only || vehicle.ev)
    }

    /// Whether the owner's hours and limits of stay and notice allow it, asked for now.
    #[must_use]
    pub fn allows(&self, span: Span, now: Millis, workdays: &Workdays) -> bool {
        let Rules {
            min_stay_min,
            max_stay_min,
            notice_min,
            ..
        } = self.rules;
        let ms = |min: u32| u64::from(min) * MINUTE_MS;
        span.ms() >= ms(min_stay_min)
            && (max_stay_min == 0 || span.ms() <= ms(max_stay_min))
            && span.start.0.saturating_add(NOW_MS) >= now.plus(ms(notice_min)).0
            && self.hours.covers(span, workdays)
    }
}

/// A request takes its time on the way: a start that has passed by no more than this is now.
pub const NOW_MS: u64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BayKind, TimeOfDay};

    const NOW: Millis = Millis(1_795_399_200_000);

    fn span(from_min: u64, to_min: u64) -> Span {
        Span::new(NOW.plus(from_min * MINUTE_MS), NOW.plus(to_min * MINUTE_MS)).unwrap()
    }

    fn plain() -> Workdays {
        Workdays::default()
    }

    fn offer() -> Offer {
        Offer {
            id: 1,
            name: "of_1".into(),
            bay: "B1".into(),
            pool: None,
            owner: "acme".into(),
            state: OfferState::Open,
            hours: Hours {
                zone: TimeZone::UTC,
                once: vec![span(0, 600)],
                weekly: vec![],
                closed: vec![],
            },
            price: Price::PerHour(250),
            currency: Currency::SGD,
            rules: Rules::default(),
            notes: String::new(),
            calendar: CalendarToken("secret".into()),
            created_at: NOW,
            version: 1,
        }
    }

    #[test]
    fn a_calendars_token_is_not_shown_where_an_offer_is_written_out() {
        assert!(!format!("{:?}", offer()).contains("secret"));
    }

    #[test]
    fn a_price_is_rounded_up_to_the_cent_and_never_overflows() {
        let o = offer();
        assert_eq!(o.price_cents(span(0, 60)), 250);
        assert_eq!(o.price_cents(span(0, 61)), 255, "254.17");
        assert_eq!(
            Offer {
                price: Price::PerHour(0),
                ..offer()
            }
            .price_cents(span(0, 60)),
            0
        );
        let long = Span::new(Millis(0), Millis(u64::MAX)).unwrap();
        assert_eq!(
            Offer {
                price: Price::PerHour(u32::MAX),
                ..offer()
            }
            .price_cents(long),
            i64::MAX
        );
    }

    #[test]
    fn a_stay_must_lie_within_hours_limits_and_notice() {
        let rules = Rules {
            min_stay_min: 30,
            max_stay_min: 120,
            notice_min: 60,
            buffer_min: 15,
            ..Rules::default()
        };
        let o = Offer { rules, ..offer() };
        assert!(o.allows(span(60, 90), NOW, &plain()) && o.allows(span(480, 600), NOW, &plain()));
        for (from, to, why) in [
            (60, 89, "short"),
            (60, 181, "long"),
            (58, 100, "notice"),
            (540, 601, "hours"),
        ] {
            assert!(!o.allows(span(from, to), NOW, &plain()), "{why}");
        }
        assert_eq!(o.free_at(span(60, 90)), span(60, 105).end);
        let mut o = offer();
        o.hours.closed = vec![span(100, 110)];
        assert!(
            o.allows(span(60, 100), NOW, &plain())
                && o.allows(span(110, 120), NOW, &plain())
                && !o.allows(span(60, 101), NOW, &plain())
        );
    }

    #[test]
    fn single_and_weekly_hours_that_meet_are_one() {
        // 2026-11-23 02:00 UTC is a Monday.
        let mut o = offer();
        let daily = |from, to| Weekly {
            days: 0x7f,
            from: TimeOfDay(from),
            to: TimeOfDay(to),
        };
        o.hours = Hours {
            weekly: vec![daily(240, 300)],
            once: vec![span(0, 120)],
            ..o.hours
        };
        assert!(
            o.hours.covers(span(90, 180), &plain()),
            "02:00-04:00 once, 04:00-05:00 each day"
        );
        assert!(!o.hours.covers(span(90, 181), &plain()));
        assert_eq!(
            o.hours.open(span(30, 24 * 60 + 150), &plain()),
            [span(30, 180), span(24 * 60 + 120, 24 * 60 + 150)]
        );
        assert_eq!(
            (o.hours.last(), offer().hours.last()),
            (None, Some(span(0, 600).end))
        );
    }

    #[test]
    fn a_vehicle_must_suit_the_owner() {
        let van = Vehicle {
            kind: BayKind::Car,
            height_cm: Some(230),
            ev: false,
            accessible: false,
        };
        let low = Offer {
            rules: Rules {
                max_height_cm: 210,
                ..Rules::default()
            },
            ..offer()
        };
        assert!(offer().takes(&van) && !low.takes(&van));
        assert!(
            low.takes(&Vehicle {
                height_cm: None,
                ..van
            }),
            "who gives no height knows it fits"
        );
        let charger = Offer {
            rules: Rules {
                ev_only: true,
                ..Rules::default()
            },
            ..offer()
        };
        assert!(!charger.takes(&van) && charger.takes(&Vehicle { ev: true, ..van }));
    }
}
