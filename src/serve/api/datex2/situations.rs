//! Situations: the orders of the authority that have not ended (`sit:SituationPublication`).
//!
//! Promises: an order is one situation with one record, whose version is the order's; where it is in the
//! registry is told as far as everybody may see it, and otherwise what it names; that there is none is
//! told as well, so that who pulls forgets what has ended.

use super::table::{area, point};
use super::xml::Xml;
use super::{DatexState, begin};
use crate::domain::order::Texts;
use crate::domain::{Millis, Order, OrderKind, OrderTarget, Severity};
use crate::registry::city::City;
use crate::serve::api::orders::seen::{self, OrderSpot, spots};
use crate::serve::feed::CityFeed;
use crate::serve::formats::text::Text;
use crate::serve::sight::{Eyes, Sight};
use std::sync::Arc;

/// Ids that stand for places that nobody may see.
const NAMED: usize = 20;

/// Where a record is.
const NAME: &str = "sit:locationReference";

/// An order, and where everybody may see that it is.
pub(super) struct SituationRow {
    order: Arc<Order>,
    spots: Vec<OrderSpot>,
}

/// The publication.
pub(super) fn feed(own: &Arc<DatexState>, now: Millis) -> CityFeed<SituationRow> {
    let city = Arc::clone(&own.reads.registry.city());
    let sight = Sight::new(&own.reads, &city, &Eyes::Public);
    let known = own.reads.orders.book().picture();
    let rows = known.standing().map(|one| SituationRow {
        spots: spots(&own.reads, sight, &one.order.target),
        order: one.order.clone(),
    });
    let rows = rows.collect();
    let datex_state = own.clone();
    let head = move |_| begin(&datex_state, "sit:SituationPublication", now).0;
    CityFeed {
        head: Box::new(head),
        rows,
        between: "\n",
        tail: "</d2:payload>",
        write: Box::new(move |t, row| write(t, &city, row)),
        none_is_nothing: false,
    }
}

fn write(t: &mut Text, city: &City, row: &SituationRow) {
    let order = &*row.order;
    let mut x = Xml::on(t);
    x.element("sit:situation", &[("id", &order.name)], |x| {
        x.raw("sit:overallSeverity", severity(order.severity));
        x.raw("sit:situationVersionTime", &order.changed_at.to_string());
        x.element("sit:headerInformation", &[], |x| {
            x.raw("com:confidentiality", "noRestriction");
            let is_exercise = order.exercise;
            let status = if is_exercise {
                "securityExercise"
            } else {
                "real"
            };
            x.raw("com:informationStatus", status);
        });
        let version = order.version.to_string();
        let id = format!("{}-1", order.name);
        let attributes = [
            ("xsi:type", "sit:RoadOrCarriagewayOrLaneManagement"),
            ("id", &*id),
            ("version", &*version),
        ];
        x.element("sit:situationRecord", &attributes, |x| {
            record(x, order, city, &row.spots);
        });
    });
}

fn record(x: &mut Xml<'_>, order: &Order, city: &City, spots: &[OrderSpot]) {
    x.raw(
        "sit:situationRecordCreationTime",
        &order.issued_at.to_string(),
    );
    x.raw(
        "sit:situationRecordVersionTime",
        &order.changed_at.to_string(),
    );
    x.raw("sit:probabilityOfOccurrence", "certain");
    x.raw("sit:severity", severity(order.severity));
    x.element("sit:source", &[], |x| {
        x.text("com:sourceIdentification", &order.issued_by);
    });
    x.element("sit:validity", &[], |x| {
        x.raw("com:validityStatus", "definedByValidityTimeSpec");
        x.element("com:validityTimeSpecification", &[], |x| {
            x.raw("com:overallStartTime", &order.from.to_string());
            if let Some(end) = order.end() {
                x.raw("com:overallEndTime", &end.to_string());
            }
        });
    });
    cause(x, order);
    comment(x, &order.reason, "description");
    comment(x, &order.instruction, "other");
    place(x, order, city, spots);
    x.raw("sit:complianceOption", "mandatory");
    let extended = match order.kind {
        OrderKind::NoStopping => "waitingProhibitionInOperation",
        OrderKind::Closure | OrderKind::Event | OrderKind::Works | OrderKind::Emergency => {
            "parkingProhibitionInOperation"
        }
    };
    x.element(
        "sit:roadOrCarriagewayOrLaneManagementType",
        &[("_extendedValue", extended)],
        |x| x.word("_extended"),
    );
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "low",
        Severity::Warning => "medium",
        Severity::Emergency => "highest",
    }
}

/// What has led to it, as far as the kind and the order's own words say.
fn cause(x: &mut Xml<'_>, order: &Order) {
    let of_type = match order.kind {
        OrderKind::Event => Some("publicEvent"),
        OrderKind::Works => Some("constructionWork"),
        OrderKind::Closure | OrderKind::NoStopping | OrderKind::Emergency => None,
    };
    if of_type.is_none() && order.cause.is_none() {
        return;
    }
    x.element("sit:cause", &[], |x| {
        if let Some(text) = &order.cause {
            let said = [(None, &**text)];
            x.in_languages("sit:causeDescription", &said);
        }
        if let Some(of_type) = of_type {
            x.raw("sit:causeType", of_type);
        }
    });
}

fn comment(x: &mut Xml<'_>, texts: &Texts, of_type: &str) {
    if texts.is_empty() {
        return;
    }
    let texts = texts.iter();
    let said: Vec<(Option<&str>, &str)> = texts
        .map(|(language, text)| (Some(&**language).filter(|l| is_language(l)), &**text))
        .collect();
    x.element("sit:generalPublicComment", &[], |x| {
        x.in_languages("sit:comment", &said);
        x.raw("sit:commentType", of_type);
    });
}

/// By `xs:language`, which has at most eight characters between two hyphens.
fn is_language(tag: &str) -> bool {
    let fits = |part: &str| (1..=8).contains(&part.len());
    tag.split('-').all(fits)
}

fn place(x: &mut Xml<'_>, order: &Order, city: &City, spots: &[OrderSpot]) {
    match (&order.target, spots) {
        (OrderTarget::Area(parts), _) => area(x, NAME, parts, None),
        (OrderTarget::Zones(ids) | OrderTarget::Bays(ids), []) => named(x, ids),
        (_, [one]) => spot(x, NAME, city, one),
        (_, many) => {
            let of_type = [("xsi:type", "loc:LocationGroupByList")];
            x.element(NAME, &of_type, |x| {
                for one in many {
                    spot(x, "loc:locationContainedInGroup", city, one);
                }
            });
        }
    }
}

fn spot(x: &mut Xml<'_>, name: &'static str, city: &City, spot: &OrderSpot) {
    match spot {
        OrderSpot::Bay(bay) => point(x, name, city.place_e7(*bay)),
        OrderSpot::Zone(zone) => {
            let spec = &city.zone(*zone).spec;
            if spec.outline.is_empty() {
                point(x, name, spec.place.e7());
            } else {
                area(x, name, &spec.outline, Some(spec.place.e7()));
            }
        }
    }
}

/// What is not, or not any more, to be seen by everybody is told by the ids that the order names.
fn named(x: &mut Xml<'_>, ids: &[Arc<str>]) {
    let of_type = [("xsi:type", "loc:AreaLocation")];
    let text = seen::named(ids, NAMED);
    x.element(NAME, &of_type, |x| {
        x.element("loc:namedArea", &[], |x| {
            x.in_languages("loc:areaName", &[(None, &text)]);
        });
    });
}
