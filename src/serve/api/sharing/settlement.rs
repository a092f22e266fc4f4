//! What a partner's bays have brought in a month, or what its drivers owe: from the ledger, line by
//! line. A line is of the month that it was by its own offer's clock, or by the clock that is asked for.

use super::{schema, statement};
use crate::domain::TimeZone;
use crate::domain::pool::bay_told;
use crate::partners::Scope;
use crate::serve::http::auth::Trader;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::negotiate::{csv, takes_csv};
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::state::SharingState;
use crate::sharing::{LedgerLine, LedgerPeriod, Party, StatementPage, Total};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_LIMIT: u32 = 10_000;
const DEFAULT_LIMIT: u32 = 1_000;

pub(in crate::serve) fn routes() -> OpenApiRouter<Arc<SharingState>> {
    OpenApiRouter::new().routes(routes!(settlement))
}

/// Your settlement of a month.
///
/// A row is of the day, and month, that it was by its offer's own clock; with `tz`, by that one. Rows come
/// by day; the pages of one listing are of the same rows as its totals, whatever is written meanwhile. As
/// CSV it has the rows only; the header `Link` leads to the next page where there is one.
#[utoipa::path(
    get, path = "/v1/partners/me/settlement", tag = "sharing businesses", security(("key" = ["share"]), ("key" = ["book"])),
    params(schema::SettlementQuery),
    responses(
        (status = 200, description = "A page of the ledger", content(
            (schema::Settlement = "application/json"), (String = "text/csv"))),
        problems::BadParameter, problems::Keyed, problems::NotInThatFormat, problems::NotNow,
    )
)]
async fn settlement(
    Trader(grant): Trader,
    State(own): State<Arc<SharingState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let as_csv = takes_csv(&headers)?;
    let p = Params::read(uri.query(), &["month", "role", "tz", "limit", "cursor"])?;
    let month = p
        .text("month")
        .ok_or_else(|| ApiError::bad("month", "month is needed, such as 2026-11"))?;
    let zone = zone(&p)?;
    let period = match zone {
        Some(zone) => zone.month(month).map(LedgerPeriod::of_moments),
        None => TimeZone::month_days(month).map(LedgerPeriod::of_days),
    };
    let period = period.ok_or_else(|| {
        ApiError::bad(
            "month",
            format!("month must be such as 2026-11, not {}", quoted(month)),
        )
    })?;
    let shares = grant.scopes.has(Scope::Share);
    let party = match p.text("role") {
        None | Some("owner") if shares => Party::Owner,
        None => Party::Driver,
        Some("driver") if grant.scopes.has(Scope::Book) => Party::Driver,
        Some("owner" | "driver") => {
            return Err(ApiError::Forbidden(
                "that role needs the scope share (owner) or book (driver)".to_owned(),
            ));
        }
        Some(other) => {
            return Err(ApiError::bad(
                "role",
                format!("role must be owner or driver, not {}", quoted(other)),
            ));
        }
    };
    let limit = p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let role = if party == Party::Owner {
        "owner"
    } else {
        "driver"
    };
    let listing = listing(&[&grant.partner, role, month, zone.map_or("", TimeZone::name)]);
    let page = p.text("cursor").map(|c| place(c, listing)).transpose()?;
    let found = own
        .desk
        .statement((party, &grant.partner), &period, page, limit)
        .await?;
    let next = found.next.map(|page| written(page, listing));
    if as_csv {
        let link = next.map(|next| {
            // A zone's name needs no more than this to stand in a query.
            let tz = zone.map(|zone| format!("&tz={}", zone.name().replace('+', "%2B")));
            let tz = tz.unwrap_or_default();
            format!("</v1/partners/me/settlement?month={month}&role={role}{tz}&limit={limit}&cursor={next}>; rel=\"next\"")
        });
        let link = link.map(|link| [(header::LINK, link)]);
        let rows = csv(statement::settlement_csv(&found.lines));
        return Ok((link, rows).into_response());
    }
    let total = |t: Total| schema::SettlementTotal {
        currency: t.currency.to_string(),
        amount_cents: t.amount_cents,
        rows: t.lines,
    };
    Ok(Json(schema::Settlement {
        partner: grant.partner.to_string(),
        month: month.to_owned(),
        role,
        tz: zone.map(TimeZone::name),
        totals: found.totals.into_iter().map(total).collect(),
        rows: found.lines.into_iter().map(row).collect(),
        next,
    })
    .into_response())
}

/// By which clock the month is, if not by each offer's own.
fn zone(p: &Params<'_>) -> Result<Option<TimeZone>, ApiError> {
    let Some(name) = p.text("tz") else {
        return Ok(None);
    };
    let zone = TimeZone::parse(name);
    zone.map(Some).ok_or_else(|| {
        let said = quoted(name);
        let form = "must be the IANA name of a place, such as Asia/Singapore";
        ApiError::bad("tz", format!("tz {form}, not {said}"))
    })
}

/// A number of the listing that a cursor is of, so that it is none of another.
fn listing(of: &[&str]) -> u32 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish() as u32
}

fn written(page: StatementPage, listing: u32) -> String {
    let (day, id) = page.after;
    cursor::write_text(&format!("{day},{id},{},{listing}", page.newest))
}

/// The inverse.
fn place(text: &str, listing: u32) -> Result<StatementPage, ApiError> {
    let text = cursor::read_text(text)?;
    let numbers: Result<Vec<i64>, _> = text.split(',').map(str::parse).collect();
    match numbers.as_deref() {
        Ok(&[day, id, newest, of]) if of == i64::from(listing) => Ok(StatementPage {
            after: (day, id),
            newest,
        }),
        _ => Err(cursor::not_ours()),
    }
}

fn row(entry: LedgerLine) -> schema::SettlementRow {
    schema::SettlementRow {
        at: entry.at.to_string(),
        reservation: entry.reservation,
        bay: bay_told(&entry.bay).map(str::to_owned),
        event: entry.event,
        cause: entry.cause,
        amount_cents: entry.amount_cents,
        currency: entry.currency.to_string(),
        offer: entry.offer_name,
        date: TimeZone::date_of(entry.day),
    }
}
