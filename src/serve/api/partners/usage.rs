//! What a partner's keys have made of the hub, for itself; and all partners', for administrators.
//!
//! A partner is found by the key alone, so nobody reads another's. What was counted in the last ten
//! seconds is not told yet.

use super::usage_schema::{self as schema, UsagePeriod, UsageTold};
use crate::domain::Millis;
use crate::domain::turnover::HOUR_MS;
use crate::partners::{IssueError, KEPT_HOURS, UsageAsk, UsageBook, UsagePage};
use crate::serve::http::auth::{Admin, Doorman, KeyHolder};
use crate::serve::http::cursor::{self, link};
use crate::serve::http::error::ApiError;
use crate::serve::http::negotiate::{by_accept, csv, takes_csv};
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::header::LINK;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Rows of a page.
const MOST: usize = 1000;

/// What these routes need.
pub(in crate::serve) struct UsageState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) usage: Arc<UsageBook>,
}

impl FromRef<Arc<UsageState>> for Doorman {
    fn from_ref(own: &Arc<UsageState>) -> Self {
        own.doorman.clone()
    }
}

pub(super) fn routes(usage_state: Arc<UsageState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(own_usage))
        .routes(routes!(all_usage))
        .with_state(usage_state)
}

/// What your keys made of the hub, by hour or day and key.
///
/// With any key of the partner. Calls by class and status, bytes out, live streams, MQTT messages,
/// and reports taken and refused. Of the last ten seconds nothing is told yet; 62 days are kept.
#[utoipa::path(
    get, path = "/v1/partners/me/usage", tag = "partners", security(("key" = [])),
    params(schema::UsageQuery),
    responses(
        (status = 200, description = "A page of usage", content(
            (UsageTold = "application/json"), (String = "text/csv"))),
        problems::BadParameter, problems::NoKey, problems::NotInThatFormat, problems::Unreadable,
    )
)]
async fn own_usage(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<UsageState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let p = Params::read(uri.query(), &["from", "to", "interval", "limit", "cursor"])?;
    own.answer(&p, Some(&grant.partner), &headers, &uri).await
}

/// What every partner made of the hub, or by `partner` what each of one partner's keys did.
///
/// As a partner sees it at `/v1/partners/me/usage`.
#[utoipa::path(
    get, path = "/v1/admin/usage", tag = "operators", security(("key" = ["admin"])),
    params(schema::UsageQuery, schema::UsagePartner),
    responses(
        (status = 200, description = "A page of usage", content(
            (UsageTold = "application/json"), (String = "text/csv"))),
        problems::BadParameter, problems::Keyed, problems::NotInThatFormat, problems::Unreadable,
    )
)]
async fn all_usage(
    _: Admin,
    State(own): State<Arc<UsageState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let known = ["partner", "from", "to", "interval", "limit", "cursor"];
    let p = Params::read(uri.query(), &known)?;
    own.answer(&p, p.text("partner"), &headers, &uri).await
}

impl UsageState {
    async fn answer(
        &self,
        p: &Params<'_>,
        partner: Option<&str>,
        headers: &HeaderMap,
        uri: &Uri,
    ) -> Result<Response, ApiError> {
        let as_csv = takes_csv(headers)?;
        let now = self.doorman.clock.now();
        let (interval, ask) = asked(p, partner, now)?;
        let UsagePage { rows, next } = self.usage.read(&ask).await.map_err(IssueError::Store)?;
        let next = next.map(|(period, label)| cursor::write_text(&format!("{period} {label}")));
        let mut answer = by_accept(if as_csv {
            csv(schema::csv(&rows))
        } else {
            let rows = rows.into_iter().map(UsagePeriod::from).collect();
            let at = now.to_string();
            let next = next.clone();
            Json(UsageTold {
                at,
                interval,
                next,
                rows,
            })
            .into_response()
        });
        let headers = answer.headers_mut();
        if let Some(link) = next.and_then(|next| link(uri, &next)) {
            headers.insert(LINK, link);
        }
        Ok(answer)
    }
}

fn asked(
    p: &Params<'_>,
    partner: Option<&str>,
    now: Millis,
) -> Result<(&'static str, UsageAsk), ApiError> {
    let lengths = [("1h", 1), ("1d", 24)];
    let of = |name: &str| lengths.into_iter().find(|(n, _)| *n == name);
    let asked = p.one_of("interval", of, || "1h, 1d".to_owned())?;
    let (interval, hours) = asked.unwrap_or(lengths[0]);
    let to = p.time("to")?.unwrap_or(now);
    let usual = if hours == 1 { 24 } else { 31 * 24 };
    let from = p.time("from")?;
    let from = from.unwrap_or(Millis(to.0.saturating_sub(usual * HOUR_MS)));
    if from >= to {
        let why = format!("from ({from}) must be before to ({to})");
        return Err(ApiError::bad("from", why));
    }
    if to.since(from) > KEPT_HOURS * HOUR_MS {
        let why = format!("from must be at most {} days before to", KEPT_HOURS / 24);
        return Err(ApiError::bad("from", why));
    }
    let after = p.text("cursor").map(|text| {
        let text = cursor::read_text(text)?;
        let (period, label) = text.split_once(' ').ok_or_else(cursor::not_ours)?;
        let period = period.parse().map_err(|_| cursor::not_ours())?;
        Ok::<_, ApiError>((period, label.to_owned()))
    });
    let ask = UsageAsk {
        partner: partner.map(str::to_owned),
        from,
        to,
        hours,
        after: after.transpose()?,
        limit: p.number("limit", 1..=MOST)?.unwrap_or(MOST),
    };
    Ok((interval, ask))
}
