//! Which types and attributes there are.

use super::NgsiState;
use super::asker::{NgsiAsker, context_link};
use super::fault::NgsiFault;
use super::schema;
use super::terms::{EntityKind, Term};
use super::write::MediaForm;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<NgsiState>> {
    OpenApiRouter::new()
        .routes(routes!(ngsi_types))
        .routes(routes!(ngsi_attributes))
}

/// The types of entities that there may be.
///
/// The same for everybody, however many there are of each. With `details=true` each with its
/// attributes.
#[utoipa::path(
    get,
    path = "/ngsi-ld/v1/types",
    tag = "brokers",
    params(schema::NgsiListQuery),
    responses(
        schema::TypesAnswer,
        schema::BadRequestData,
        schema::NotAcceptable,
        schema::NoTenants,
    )
)]
async fn ngsi_types(asker: Result<NgsiAsker, NgsiFault>, uri: Uri) -> Result<Response, NgsiFault> {
    let asker = asker?;
    let list = if details(&uri)? {
        let all = EntityKind::ALL.map(|kind| {
            let attrs: Vec<&str> = kind.terms().map(Term::name).collect();
            json!({"id": kind.iri(), "type": "EntityType", "typeName": kind.name(), "attributeNames": attrs})
        });
        json!(all)
    } else {
        json!({
            "id": "urn:ngsi-ld:EntityTypeList:parking", "type": "EntityTypeList",
            "typeList": EntityKind::ALL.map(EntityKind::name),
        })
    };
    told(list, &asker)
}

/// The attributes that entities may have.
///
/// The same for everybody. With `details=true` each with the types whose entities may have it.
#[utoipa::path(
    get,
    path = "/ngsi-ld/v1/attributes",
    tag = "brokers",
    params(schema::NgsiListQuery),
    responses(
        schema::AttributesAnswer,
        schema::BadRequestData,
        schema::NotAcceptable,
        schema::NoTenants,
    )
)]
async fn ngsi_attributes(
    asker: Result<NgsiAsker, NgsiFault>,
    uri: Uri,
) -> Result<Response, NgsiFault> {
    let asker = asker?;
    let list = if details(&uri)? {
        let all = Term::ALL.map(|term| {
            let kinds = term.kinds().iter().map(|kind| kind.name());
            let kinds: Vec<&str> = kinds.collect();
            json!({
                "id": term.iri(), "type": "Attribute", "attributeName": term.name(), "typeNames": kinds,
                "attributeTypes": [term.form()],
            })
        });
        json!(all)
    } else {
        json!({
            "id": "urn:ngsi-ld:AttributeList:parking", "type": "AttributeList",
            "attributeList": Term::ALL.map(Term::name),
        })
    };
    told(list, &asker)
}

fn details(uri: &Uri) -> Result<bool, ApiError> {
    let p = Params::read(uri.query(), &["details", "local"])?;
    p.flag("local")?;
    p.flag("details")
}

fn told(mut list: Value, asker: &NgsiAsker) -> Result<Response, NgsiFault> {
    if asker.media == MediaForm::GeoJson {
        let offered = "application/json or application/ld+json";
        return Err(ApiError::NotAcceptable(offered).into());
    }
    let of_type = HeaderValue::from_static(asker.media.media_type());
    if asker.media == MediaForm::JsonLd {
        let each = match &mut list {
            Value::Array(all) => all.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for one in each {
            one["@context"] = json!(asker.context);
        }
    }
    let vary = HeaderValue::from_static("accept");
    let headers = [
        (header::CONTENT_TYPE, of_type),
        (header::VARY, vary),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("max-age=3600"),
        ),
    ];
    let link = context_link(&asker.context).filter(|_| asker.media == MediaForm::Json);
    let link = link.map(|link| [(header::LINK, link)]);
    Ok((headers, link, list.to_string()).into_response())
}
