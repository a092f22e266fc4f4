//! What a partner's bays have brought in a month, or what its drivers owe: from the ledger, line by
//! line.

use super::{schema, statement};
use crate::domain::{Millis, TimeZone};
use crate::partners::Scope;
use crate::serve::http::auth::Trader;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::negotiate::takes_csv;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::state::SharingState;
use crate::sharing::{LedgerLine, Party};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
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
/// As CSV it has the rows only; the header `Link` leads to the next page where there is one.
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
    let csv = takes_csv(&headers)?;
    let p = Params::read(uri.query(), &["month", "role", "limit", "cursor"])?;
    let month = p
        .text("month")
        .ok_or_else(|| ApiError::bad("month", "month is needed, such as 2026-11"))?;
    let span = TimeZone::UTC.month(month);
    let span = span.ok_or_else(|| {
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
    let after = p.text("cursor").map(place).transpose()?;
    let (mut rows, totals) = own
        .desk
        .settlement((party, &grant.partner), span, after, limit + 1)
        .await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| cursor::write_text(&format!("{}-{}", row.at.0, row.id)));
    let role = if party == Party::Owner {
        "owner"
    } else {
        "driver"
    };
    if csv {
        let link = next.map(|next| {
            format!("</v1/partners/me/settlement?month={month}&role={role}&limit={limit}&cursor={next}>; rel=\"next\"")
        });
        let link = link.map(|link| [(header::LINK, link)]);
        let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
        return Ok((kind, link, statement::settlement_csv(&rows)).into_response());
    }
    let total = |t: crate::sharing::Total| schema::SettlementTotal {
        currency: t.currency.to_string(),
        amount_cents: t.amount_cents,
        rows: t.lines,
    };
    Ok(Json(schema::Settlement {
        partner: grant.partner.to_string(),
        month: month.to_owned(),
        role,
        totals: totals.into_iter().map(total).collect(),
        rows: rows.into_iter().map(row).collect(),
        next,
    })
    .into_response())
}

/// After which line a page begins: its time and number.
fn place(text: &str) -> Result<(Millis, i64), ApiError> {
    let text = cursor::read_text(text)?;
    let both = text.split_once('-').and_then(|(at, id)| {
        let at: i64 = at.parse().ok()?;
        Some((Millis(u64::try_from(at).ok()?), id.parse().ok()?))
    });
    both.ok_or_else(cursor::not_ours)
}

fn row(entry: LedgerLine) -> schema::SettlementRow {
    schema::SettlementRow {
        at: entry.at.to_string(),
        reservation: entry.reservation,
        bay: entry.bay,
        event: entry.event,
        cause: entry.cause,
        amount_cents: entry.amount_cents,
        currency: entry.currency.to_string(),
    }
}
