//! The Common Alerting Protocol, version 1.2 of OASIS: an order as an alert, and all of them as an index
//! in Atom. Sirens, boards and broadcasters read these.
//!
//! Promises: what is sent is valid by the schema; each version of an order is a message of its own, which
//! names those before it; an order that has ended is the cancelling of what it was; where it is is told in
//! `cap_area`.

use super::cap_area::{areas, write_areas};
use crate::domain::{Millis, Order, OrderKind, OrderState, Severity};
use crate::registry::city::City;
use crate::serve::api::datex2::xml::Xml;
use crate::serve::formats::text::Text;
use crate::serve::http::auth::Reader;
use crate::serve::http::problems;
use crate::serve::state::ReadState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MEDIA_TYPE: &str = "application/cap+xml";
const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Orders in the index.
const LISTED: usize = 1_000;

pub(super) fn routes(reads: Arc<ReadState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_cap_index))
        .with_state(reads)
}

/// Orders of the authority as an Atom index of CAP 1.2 alerts.
///
/// Those that have not ended, the last changed first; each entry leads to `/v1/orders/{order}.cap`.
#[utoipa::path(
    get, path = "/v1/orders.cap", tag = "orders",
    responses(
        (status = 200, description = "The index", body = String, content_type = "application/atom+xml"),
        problems::NoKey,
    )
)]
async fn get_cap_index(_: Reader, State(own): State<Arc<ReadState>>) -> Response {
    let known = own.orders.book().picture();
    let now = own.clock.now();
    let mut t = Text::with_capacity(4096);
    t.raw(HEAD);
    let mut x = Xml::on(&mut t);
    let attributes = [("xmlns", "http://www.w3.org/2005/Atom")];
    x.element("feed", &attributes, |x| {
        x.text("id", "urn:bayhub:orders");
        x.text("title", "Orders of the parking authority");
        let last = known.standing().last().map(|one| one.order.changed_at);
        x.text("updated", &last.unwrap_or(now).to_string());
        x.element("author", &[], |x| x.text("name", "bayhub"));
        for one in known
            .standing()
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .take(LISTED)
        {
            let order = &one.order;
            x.element("entry", &[], |x| {
                x.text(
                    "id",
                    &format!(
                        "urn:bayhub:order:{}",
                        identifier(&order.name, order.version)
                    ),
                );
                x.text("title", &headline(order, "en"));
                x.text("updated", &order.changed_at.to_string());
                let place = format!("/v1/orders/{}.cap", order.name);
                x.empty("link", &[("type", MEDIA_TYPE), ("href", &place)]);
                x.text("summary", order.kind.name());
            });
        }
    });
    ([(CONTENT_TYPE, "application/atom+xml")], t.0).into_response()
}

/// Whether a caller asks for it by `Accept`.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains(MEDIA_TYPE))
}

/// An order as an alert.
pub(super) fn answer(own: &ReadState, order: &Order) -> Response {
    let city = own.registry.city();
    let body = alert(order, own, &city, own.clock.now());
    ([(CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
}

fn alert(order: &Order, own: &ReadState, city: &City, now: Millis) -> Vec<u8> {
    let mut t = Text::with_capacity(4096);
    t.raw(HEAD);
    let mut x = Xml::on(&mut t);
    let ended = order.state(now) == OrderState::Ended;
    x.element("alert", &[("xmlns", NAMESPACE)], |x| {
        let sender = sender(order);
        x.text("identifier", &identifier(&order.name, order.version));
        x.text("sender", &sender);
        x.text("sent", &time(order.changed_at));
        x.text("status", if order.exercise { "Exercise" } else { "Actual" });
        x.text(
            "msgType",
            match order.version {
                _ if ended => "Cancel",
                1 => "Alert",
                _ => "Update",
            },
        );
        x.text("scope", "Public");
        if order.version > 1 {
            let before = earlier(own, order);
            x.text("references", &before);
        }
        let areas = areas(order, own, city);
        for language in languages(order) {
            x.element("info", &[], |x| {
                info(x, order, &language, now);
                write_areas(x, &areas);
            });
        }
    });
    t.0
}

/// The messages before this: `sender,identifier,sent`.
fn earlier(own: &ReadState, order: &Order) -> String {
    let versions = own.orders.book().versions(&order.name);
    let before = versions.iter().filter(|v| v.version < order.version);
    let named = before.map(|v| {
        let identifier = identifier(&v.name, v.version);
        format!("{},{identifier},{}", sender(v), time(v.changed_at))
    });
    // As many as the text holds: the last ones.
    let mut named: Vec<String> = named.collect();
    let from = named.len().saturating_sub(8);
    named.drain(..from);
    named.join(" ")
}

fn info(x: &mut Xml<'_>, order: &Order, language: &str, now: Millis) {
    x.text("language", language);
    x.text("category", "Transport");
    if order.severity == Severity::Emergency {
        x.text("category", "Safety");
    }
    x.text("event", order.kind.name());
    x.text(
        "responseType",
        match order.kind {
            OrderKind::Emergency => "Evacuate",
            _ => "Avoid",
        },
    );
    let state = order.state(now);
    x.text(
        "urgency",
        match state {
            OrderState::Ended => "Past",
            OrderState::Active => "Immediate",
            OrderState::Planned => "Future",
        },
    );
    x.text(
        "severity",
        match order.severity {
            Severity::Info => "Minor",
            Severity::Warning => "Moderate",
            Severity::Emergency => "Severe",
        },
    );
    x.text("certainty", "Observed");
    x.text("effective", &time(order.changed_at));
    x.text("onset", &time(order.from));
    if let Some(end) = order.end() {
        x.text("expires", &time(end));
    }
    x.text("senderName", &order.issued_by);
    x.text("headline", &headline(order, language));
    if let Some(text) = order.reason.get(language) {
        x.text("description", text);
    }
    if let Some(text) = order.instruction.get(language) {
        x.text("instruction", text);
    }
}

/// What the order says in a language, in a line.
fn headline(order: &Order, language: &str) -> String {
    let reason = order.reason.get(language);
    let reason = reason.or_else(|| order.reason.values().next());
    let exercise = if order.exercise { "EXERCISE: " } else { "" };
    let text = reason.map_or(order.kind.name(), |text| {
        text.lines().next().unwrap_or_default()
    });
    format!("{exercise}{}", text.chars().take(160).collect::<String>())
}

/// Those in which it says anything; English if it says nothing.
fn languages(order: &Order) -> Vec<String> {
    let mut all: Vec<String> = order
        .reason
        .keys()
        .chain(order.instruction.keys())
        .cloned()
        .collect();
    all.sort_unstable();
    all.dedup();
    if all.is_empty() {
        all.push("en".to_owned());
    }
    all
}

/// CAP takes no space, comma, `<` or `&` there.
fn sender(order: &Order) -> String {
    order
        .issued_by
        .replace(|c: char| c.is_whitespace() || ",<&".contains(c), "_")
}

fn identifier(name: &str, version: u32) -> String {
    format!("{name}.{version}")
}

/// `2026-11-23T02:00:00-00:00`: CAP wants an offset of UTC so, and no fractions.
fn time(at: Millis) -> String {
    let text = at.to_string();
    format!("{}-00:00", &text[..19])
}
