//! An offer from and to JSON. What cannot be is refused by the member's full name.

use super::{pool, schema};
use crate::domain::flexible::MOST_DISCOUNT_PERCENT;
use crate::domain::offer::Hours;
use crate::domain::overstay::MOST_OVERSTAY_MIN;
use crate::domain::pool::bay_told;
use crate::domain::{
    CancelRule, Currency, FlexRule, LeaveRule, Millis, Offer, OfferState, Price, Rules, Span,
    TimeOfDay, TimeZone, Weekly, reservation,
};
use crate::serve::http::body::Fields;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::quoted;

const MOST_WINDOWS: usize = 200;
const MOST_NOTES: usize = 2000;
/// Also where a unit of money is a small fraction of a dollar.
const MAX_PRICE: u32 = 100_000_000;
/// A minute's delay must lose nobody his bay, and no bay stands empty for half a day.
const GRACE_MIN: std::ops::RangeInclusive<u32> = 5..=240;
const WEEK_MIN: u32 = 7 * 24 * 60;
/// A year and a day: by the month that long.
const MOST_STAY_MIN: u32 = 366 * 24 * 60;
type NamedPrice = (&'static str, fn(u32) -> Price);
const PRICES: [NamedPrice; 3] = [
    ("price_cents_per_hour", Price::PerHour),
    ("price_cents_per_stay", Price::PerStay),
    ("price_cents_per_month", Price::PerMonth),
];
/// In the order of the bits of [`Weekly`].
const DAYS: [&str; 9] = [
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "workday", "dayoff",
];

/// The offer with those members changed that are given.
pub(in crate::serve) fn changed(
    old: Offer,
    fields: Fields<'_>,
    now: Millis,
) -> Result<Offer, ApiError> {
    let mut new = old;
    if let Some(state) = fields.text("state")? {
        new.state = match OfferState::parse(state) {
            Some(state @ (OfferState::Open | OfferState::Paused)) => state,
            Some(OfferState::Withdrawn) => {
                return Err(fields.bad("state", "is withdrawn by DELETE"));
            }
            None => {
                return Err(fields.bad(
                    "state",
                    format_args!("must be open or paused, not {}", quoted(state)),
                ));
            }
        };
    }
    if let Some(places) = pool::places(&fields)? {
        let Some(pool) = &mut new.pool else {
            return Err(fields.bad("bays", "is of a pool, and this offer is of one bay"));
        };
        pool.places = places;
    }
    new.hours = hours(&new.hours, fields, now)?;
    if let Some(price) = price(&fields)? {
        new.price = price;
    }
    if let Some(currency) = currency(&fields)? {
        new.currency = currency;
    }
    if let Some(given) = fields.object("rules")? {
        new.rules = rules(new.rules, given)?;
    }
    if let Some(notes) = fields.text("notes")? {
        if notes.chars().count() > MOST_NOTES {
            return Err(fields.bad(
                "notes",
                format_args!("may have at most {MOST_NOTES} characters"),
            ));
        }
        // PostgreSQL keeps none.
        if notes.contains('\0') {
            return Err(fields.bad("notes", "must not have the character U+0000"));
        }
        notes.clone_into(&mut new.notes);
    }
    Ok(new)
}

/// What is asked for a stay, where that is given: in one way only.
pub(super) fn price(fields: &Fields<'_>) -> Result<Option<Price>, ApiError> {
    let mut found: Option<(&str, Price)> = None;
    for (name, per) in PRICES {
        let Some(cents) = fields.whole(name, 0..=MAX_PRICE)? else {
            continue;
        };
        if let Some((other, _)) = found {
            let says = format_args!("cannot stand beside {other}: an offer has one price");
            return Err(fields.bad(name, says));
        }
        found = Some((name, per(cents)));
    }
    Ok(found.map(|(_, price)| price))
}

/// The same of a new offer, which needs it.
pub(super) fn needed_price(fields: &Fields<'_>) -> Result<Price, ApiError> {
    price(fields)?.ok_or_else(|| {
        fields.bad(
            PRICES[0].0,
            format_args!("is needed, or {} or {}", PRICES[1].0, PRICES[2].0),
        )
    })
}

/// The currency, where one is given.
pub(in crate::serve) fn currency(fields: &Fields<'_>) -> Result<Option<Currency>, ApiError> {
    let Some(code) = fields.text("currency")? else {
        return Ok(None);
    };
    let known = Currency::parse(code);
    known.map(Some).ok_or_else(|| {
        fields.bad(
            "currency",
            format_args!(
                "must be a code of ISO 4217 such as SGD, not {}",
                quoted(code)
            ),
        )
    })
}

fn rules(old: Rules, given: Fields<'_>) -> Result<Rules, ApiError> {
    let height = given.whole("max_height_cm", 0..=1000)?.map(|h| h as u16);
    let rules = Rules {
        max_height_cm: height.unwrap_or(old.max_height_cm),
        ev_only: given.flag("ev_only")?.unwrap_or(old.ev_only),
        min_stay_min: given
            .whole("min_stay_min", 0..=MOST_STAY_MIN)?
            .unwrap_or(old.min_stay_min),
        max_stay_min: given
            .whole("max_stay_min", 0..=MOST_STAY_MIN)?
            .unwrap_or(old.max_stay_min),
        notice_min: given
            .whole("notice_min", 0..=WEEK_MIN)?
            .unwrap_or(old.notice_min),
        buffer_min: given
            .whole("buffer_min", 0..=24 * 60)?
            .unwrap_or(old.buffer_min),
        cancel: CancelRule {
            free_min: given
                .whole("cancel_free_min", 0..=WEEK_MIN)?
                .unwrap_or(old.cancel.free_min),
            fee_percent: given
                .whole("cancel_fee_percent", 0..=100)?
                .map_or(old.cancel.fee_percent, |percent| percent as u8),
        },
        leave: LeaveRule {
            max_overstay_min: given
                .whole("max_overstay_min", 0..=MOST_OVERSTAY_MIN)?
                .unwrap_or(old.leave.max_overstay_min),
            early_refund_percent: given
                .whole("early_refund_percent", 0..=100)?
                .map_or(old.leave.early_refund_percent, |percent| percent as u8),
        },
        flex: FlexRule {
            discount_percent: given
                .whole(
                    "flexible_discount_percent",
                    0..=u32::from(MOST_DISCOUNT_PERCENT),
                )?
                .map_or(old.flex.discount_percent, |percent| percent as u8),
        },
        grace_min: given.whole("grace_min", GRACE_MIN)?.or(old.grace_min),
    };
    if rules.max_stay_min > 0 && rules.max_stay_min < rules.min_stay_min {
        return Err(given.bad("max_stay_min", "is less than min_stay_min"));
    }
    Ok(rules)
}

fn hours(old: &Hours, fields: Fields<'_>, now: Millis) -> Result<Hours, ApiError> {
    let mut new = old.clone();
    if let Some(name) = fields.text("time_zone")? {
        new.zone = TimeZone::parse(name).ok_or_else(|| {
            fields.bad(
                "time_zone",
                format_args!(
                    "must be an IANA name such as Asia/Singapore, not {}",
                    quoted(name)
                ),
            )
        })?;
    }
    if let Some(windows) = fields.objects("windows", MOST_WINDOWS)? {
        if windows.is_empty() {
            return Err(fields.bad("windows", "needs at least one window"));
        }
        (new.once, new.weekly) = (vec![], vec![]);
        for window in &windows {
            if ["days", "from", "to"].iter().any(|name| window.has(name)) {
                new.weekly.push(weekly(window)?);
            } else {
                let span = stretch(window, new.zone)?;
                // What an offer has already may be said again when it is changed.
                if span.end <= now && !old.once.contains(&span) {
                    return Err(window.bad("end", format_args!("has passed: it is {now}")));
                }
                new.once.push(span);
            }
        }
    }
    if let Some(closed) = fields.objects("exceptions", MOST_WINDOWS)? {
        new.closed = closed
            .iter()
            .map(|f| stretch(f, new.zone))
            .collect::<Result<_, _>>()?;
    }
    Ok(new)
}

fn stretch(window: &Fields<'_>, zone: TimeZone) -> Result<Span, ApiError> {
    let start = moment(window, "start", zone)?;
    let end = moment(window, "end", zone)?;
    Span::new(start, end).ok_or_else(|| {
        window.bad(
            "end",
            format_args!("must be later than start: {end} is not after {start}"),
        )
    })
}

/// With its offset, or by the wall clock of the offer's zone.
fn moment(window: &Fields<'_>, name: &str, zone: TimeZone) -> Result<Millis, ApiError> {
    let text = window.needed(name)?;
    if let Some(at) = Millis::parse(text) {
        return Ok(at);
    }
    zone.moment(text).map_err(|fault| {
        window.bad(
            name,
            format_args!("{fault} ({}, {})", quoted(text), zone.name()),
        )
    })
}

/// A window of the week.
pub(in crate::serve) fn weekly(window: &Fields<'_>) -> Result<Weekly, ApiError> {
    let wrong = || {
        window.bad(
            "days",
            format_args!("must be a list of {}", DAYS.join(", ")),
        )
    };
    let listed = window
        .get("days")
        .and_then(|v| v.as_array())
        .filter(|l| !l.is_empty())
        .ok_or_else(wrong)?;
    let mut days = 0;
    for day in listed {
        let at = day
            .as_str()
            .and_then(|d| DAYS.iter().position(|known| *known == d))
            .ok_or_else(wrong)?;
        if days >> at & 1 == 1 {
            return Err(window.bad("days", format_args!("names {} twice", DAYS[at])));
        }
        days |= 1 << at;
    }
    let time = |name: &str| -> Result<TimeOfDay, ApiError> {
        let text = window.needed(name)?;
        TimeOfDay::parse(text).ok_or_else(|| {
            window.bad(
                name,
                format_args!("must be a time of day such as 18:00, not {}", quoted(text)),
            )
        })
    };
    let from = time("from")?;
    let to = time("to")?;
    if from == to {
        return Err(window.bad(
            "to",
            "is the same as from: for the whole day write 00:00 to 24:00",
        ));
    }
    if from.0 == 24 * 60 {
        return Err(window.bad("from", "must be before 24:00"));
    }
    Ok(Weekly { days, from, to })
}

/// An offer as its owner sees it.
pub(in crate::serve) fn shown(offer: &Offer) -> schema::Offer {
    let Hours {
        zone,
        once,
        weekly,
        closed,
    } = &offer.hours;
    let stretch = |s: &Span| schema::Stretch {
        start: s.start.to_string(),
        end: s.end.to_string(),
    };
    let week = |w: &Weekly| {
        let days = DAYS
            .iter()
            .enumerate()
            .filter(|(at, _)| w.days >> at & 1 == 1)
            .map(|(_, day)| *day)
            .collect();
        schema::Weekly {
            days,
            from: w.from.to_string(),
            to: w.to.to_string(),
        }
    };
    let windows = once.iter().map(|s| schema::Window::Once(stretch(s)));
    let Rules {
        max_height_cm,
        ev_only,
        min_stay_min,
        max_stay_min,
        notice_min,
        buffer_min,
        cancel,
        leave,
        flex,
        grace_min,
    } = offer.rules;
    schema::Offer {
        id: offer.name.to_string(),
        bay: bay_told(&offer.bay).map(str::to_owned),
        zone: offer.pool.as_ref().map(|pool| pool.zone.to_string()),
        bays: offer.pool.as_ref().map(|pool| pool.places),
        state: offer.state.name(),
        time_zone: zone.name(),
        windows: windows
            .chain(weekly.iter().map(|w| schema::Window::Weekly(week(w))))
            .collect(),
        exceptions: closed.iter().map(stretch).collect(),
        price_cents_per_hour: offer.price.per_hour(),
        price_cents_per_stay: match offer.price {
            Price::PerStay(cents) => Some(cents),
            Price::PerHour(_) | Price::PerMonth(_) => None,
        },
        price_cents_per_month: match offer.price {
            Price::PerMonth(cents) => Some(cents),
            Price::PerHour(_) | Price::PerStay(_) => None,
        },
        currency: offer.currency.to_string(),
        rules: schema::OfferRules {
            max_height_cm,
            ev_only,
            min_stay_min,
            max_stay_min,
            notice_min,
            buffer_min,
            cancel_free_min: cancel.free_min,
            cancel_fee_percent: cancel.fee_percent,
            max_overstay_min: leave.max_overstay_min,
            early_refund_percent: leave.early_refund_percent,
            flexible_discount_percent: flex.discount_percent,
            grace_min: grace_min.unwrap_or(reservation::GRACE_MIN),
        },
        notes: offer.notes.clone(),
        calendar: format!(
            "/v1/offers/{}/calendar.ics?token={}",
            offer.name, offer.calendar.0
        ),
        created_at: offer.created_at.to_string(),
        version: offer.version,
    }
}
