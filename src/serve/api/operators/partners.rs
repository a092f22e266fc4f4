//! Partners and who wants to be one, for administrators: list, add, admit, link, suspend.

use super::key_members::{MAX_BODY, Members};
use super::keys::KeysState;
use super::schema;
use crate::partners::{
    AdmissionError, Decision, IssueError, PartnerDecision, PartnerGrants, PartnerInfo, SignupInfo,
};
use crate::serve::http::auth::Admin;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::http::spent::Quota;
use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_LIMIT: usize = 1000;
const DEFAULT_LIMIT: usize = 100;

pub(super) fn routes(keys_state: Arc<KeysState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(post_partner, get_partners))
        .routes(routes!(patch_partner))
        .routes(routes!(patch_signup))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(keys_state)
}

impl From<AdmissionError> for ApiError {
    fn from(e: AdmissionError) -> Self {
        let says = e.to_string();
        match e {
            AdmissionError::Closed => Self::Forbidden(says),
            AdmissionError::Field { field, .. } => Self::bad(field, says),
            AdmissionError::Flood(flood) => Self::QuotaExceeded(Quota {
                member: "share",
                name: "signups",
                detail: says,
                limit: flood.limit,
                used: flood.limit,
                retry_after_s: flood.retry_after_s,
            }),
            AdmissionError::BadLink | AdmissionError::NoSuch => Self::NotFound(says),
            AdmissionError::Unclear(_) => Self::Conflict(says),
            AdmissionError::Issue(e) => e.into(),
        }
    }
}

/// Add a partner, who may then have keys.
///
/// A name cannot be given twice. Keys for it are made by `POST /v1/admin/keys`.
#[utoipa::path(
    post, path = "/v1/admin/partners", tag = "operators", security(("key" = ["admin"])),
    request_body = schema::PartnerAsked,
    responses(
        (status = 201, description = "There, durably", body = schema::Partner),
        problems::BadField, problems::Keyed, problems::NameTaken, problems::Over64KiB,
        problems::NotJson, problems::NotNow,
    )
)]
async fn post_partner(
    _: Admin,
    State(own): State<Arc<KeysState>>,
    request: Request,
) -> Result<Response, ApiError> {
    let name = Members::of(request, &["name"]).await?.needed("name")?;
    let made = own.issuer.add_partner(&name).await?;
    Ok((StatusCode::CREATED, Json(shown(made))).into_response())
}

/// All partners, the configuration's too; and who wants to be one.
///
/// Page by page by `cursor`, until `next` is null. Sign-ups are on the first page.
#[utoipa::path(
    get, path = "/v1/admin/partners", tag = "operators", security(("key" = ["admin"])),
    params(schema::PartnersQuery),
    responses(
        (status = 200, description = "A page of partners", body = schema::PartnerList),
        problems::BadParameter, problems::Keyed, problems::NotNow,
    )
)]
async fn get_partners(
    _: Admin,
    State(own): State<Arc<KeysState>>,
    uri: Uri,
) -> Result<Json<schema::PartnerList>, ApiError> {
    let p = Params::read(uri.query(), &["limit", "cursor"])?;
    let limit = p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let (after, signups) = if let Some(text) = p.text("cursor") {
        let after = cursor::read_text(text)?.parse();
        (after.map_err(|_| cursor::not_ours())?, Vec::new())
    } else {
        (0, own.admission.signups(limit).await?)
    };
    let mut found = own.issuer.partners(after, limit + 1).await?;
    let next = cursor::page(&mut found, limit, |partner| partner.id.to_string());
    Ok(Json(schema::PartnerList {
        partners: found.into_iter().map(shown).collect(),
        signups: signups
            .into_iter()
            .map(|(s, like)| signup(s, like))
            .collect(),
        next,
    }))
}

/// Suspend a partner or let it in again, link it to the operator of its name, grant it more or less.
///
/// Keys that it has made stay as they are when it is granted less.
#[utoipa::path(
    patch, path = "/v1/admin/partners/{partner}", tag = "operators", security(("key" = ["admin"])),
    params(("partner" = String, Path, description = "The partner's name")),
    request_body = schema::PartnerChanged,
    responses(
        (status = 200, description = "So from now on, durably", body = schema::PartnerNow),
        problems::BadField, problems::Keyed, problems::NoSuchPartner, problems::Over64KiB,
        problems::NotJson, problems::ChangedNotStored,
    )
)]
async fn patch_partner(
    _: Admin,
    State(own): State<Arc<KeysState>>,
    Id(name): Id,
    request: Request,
) -> Result<Json<schema::PartnerNow>, ApiError> {
    let mut members = Members::of(request, &["state", "linked", "grants"]).await?;
    let suspended = members.word("state", &["admitted", "suspended"], |word| match word {
        "admitted" => Some(false),
        "suspended" => Some(true),
        _ => None,
    })?;
    let said = PartnerDecision {
        suspended,
        linked: members.maybe_flag("linked")?,
        grants: grants(&mut members, &name)?,
    };
    if said.suspended.is_none() && said.linked.is_none() && said.grants.is_none() {
        return Err(ApiError::bad("state", "state, linked or grants is needed"));
    }
    let (partner, keys_of_configuration) = own.issuer.change_partner(&name, said).await?;
    Ok(Json(schema::PartnerNow {
        partner: shown(partner),
        keys_of_configuration,
    }))
}

/// Admit or refuse who wants to be a partner.
///
/// Who is admitted gets a one-time link, by mail or by you, and with it the first key. To admit once more
/// makes another link, for who has lost the first or its key.
#[utoipa::path(
    patch, path = "/v1/admin/signups/{signup}", tag = "operators", security(("key" = ["admin"])),
    params(("signup" = String, Path, description = "The sign-up's id")),
    request_body = schema::SignupDecided,
    responses(
        (status = 200, description = "So from now on, durably", body = schema::Signup),
        problems::BadField, problems::Keyed, problems::NoSuchSignup, problems::NameKnown,
        problems::Over64KiB, problems::NotJson, problems::NotNow,
    )
)]
async fn patch_signup(
    _: Admin,
    State(own): State<Arc<KeysState>>,
    Id(id): Id,
    request: Request,
) -> Result<Json<schema::Signup>, ApiError> {
    let mut members = Members::of(request, &["state", "partner", "grants"]).await?;
    let admit = members.word("state", &["admitted", "refused"], |word| match word {
        "admitted" => Some(true),
        "refused" => Some(false),
        _ => None,
    })?;
    let admit = admit.ok_or_else(|| ApiError::bad("state", "state is needed"))?;
    let number = id.parse().ok().filter(|n: &i64| n.to_string() == id);
    let number =
        number.ok_or_else(|| ApiError::NotFound(format!("there is no sign-up {}", quoted(&id))))?;
    let said = if admit {
        let partner = members.text("partner")?;
        // What is left out of the grants is as usual for that partner.
        let whom = match &partner {
            Some(name) => name.clone(),
            None => own.admission.name_of(number).await?,
        };
        Decision::Admit {
            grants: grants(&mut members, &whom)?,
            partner,
        }
    } else {
        Decision::Refuse
    };
    let row = own.admission.decide(number, said).await?;
    Ok(Json(signup(row, None)))
}

fn grants(members: &mut Members, partner: &str) -> Result<Option<PartnerGrants>, IssueError> {
    let told = members.value("grants");
    told.map(|told| PartnerGrants::read(&told, partner))
        .transpose()
}

fn shown(row: PartnerInfo) -> schema::Partner {
    let told = row.grants.as_ref();
    let told = told.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let granted = told.and_then(|told| PartnerGrants::read(&told, &row.name).ok());
    let granted = granted.unwrap_or_else(|| PartnerGrants::usual(&row.name));
    schema::Partner {
        may_grant: granted.write(),
        created_at: row.created_at.to_string(),
        state: state(&row),
        linked: row.linked,
        contact: row.contact,
        name: row.name,
    }
}

/// Whether a partner's keys are good, in a word.
pub(in crate::serve) const fn state(row: &PartnerInfo) -> &'static str {
    if row.suspended {
        "suspended"
    } else {
        "admitted"
    }
}

fn signup(row: SignupInfo, like: Option<&'static str>) -> schema::Signup {
    schema::Signup {
        id: row.id.to_string(),
        name: row.name,
        contact: row.contact,
        wants: row.wants,
        state: row.state.name(),
        like,
        partner: row.partner,
        token: row.unsent,
        created_at: row.created_at.to_string(),
        confirmed_at: row.confirmed_at.map(|t| t.to_string()),
        expires_at: row.expires_at.to_string(),
    }
}
