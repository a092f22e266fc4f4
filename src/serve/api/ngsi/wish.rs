//! What a subscription asks for, read out of its body.
//!
//! Promise: each member is honoured or refused by its full name, as parameters are.

use super::asker::context_link;
use super::geo::GeoQuery;
use super::q::AttrQuery;
use super::selection::{self, EntitySelection, EntitySelector, is_name};
use super::terms::{EntityKind, Term};
use super::write::{EntityForm, MediaForm};
use crate::domain::Millis;
use crate::serve::http::body::Fields;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::quoted;
use axum::http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

/// The most selectors, names of attributes, and headers of one.
const MOST: usize = 50;
const MOST_HEADERS: usize = 20;

/// The longest time from one notification to the next, s: a day.
const LONGEST_PACE_S: u32 = 86_400;

/// Headers that are the sender's own.
const OURS: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "link",
    "te",
    "transfer-encoding",
    "upgrade",
];

const MEMBERS: [&str; 16] = [
    "id",
    "type",
    "@context",
    "subscriptionName",
    "description",
    "entities",
    "watchedAttributes",
    "timeInterval",
    "q",
    "geoQ",
    "isActive",
    "notification",
    "expiresAt",
    "throttling",
    "status",
    "lang",
];

/// See the module.
#[derive(Debug)]
pub(super) struct SubscriptionWish {
    pub(super) selection: EntitySelection,
    /// A change of one of these is news; `None`: of any but of when it was observed.
    pub(super) watched: Option<Vec<Term>>,
    /// Told with these; `None`: all.
    pub(super) attrs: Option<Vec<Term>>,
    pub(super) form: EntityForm,
    pub(super) media: MediaForm,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) pace_s: u32,
    pub(super) every_s: Option<u32>,
    pub(super) is_active: bool,
    pub(super) expires_at: Option<Millis>,
}

impl SubscriptionWish {
    /// # Errors
    /// Names the member at fault.
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, ApiError> {
        only(body, "", &MEMBERS)?;
        let fields = Fields::of(body);
        if fields.text("type")? != Some("Subscription") {
            return Err(fields.bad("type", "must be Subscription"));
        }
        for never in ["lang", "status"] {
            if fields.has(never) {
                return Err(fields.bad(never, "is not supported here"));
            }
        }
        for text in ["subscriptionName", "description"] {
            fields.text(text)?;
        }
        let watched = names(&fields, body, "watchedAttributes")?;
        let selectors = selectors(&fields)?;
        if selectors.is_empty() && watched.is_none() {
            return Err(fields.bad("entities", "or watchedAttributes is needed"));
        }
        let every_s = fields.whole("timeInterval", 1..=LONGEST_PACE_S)?;
        let pace_s = fields.whole("throttling", 1..=LONGEST_PACE_S)?;
        if every_s.is_some() && (watched.is_some() || pace_s.is_some()) {
            let why = "goes with neither watchedAttributes nor throttling";
            return Err(fields.bad("timeInterval", why));
        }
        let q = fields.text("q")?.map(AttrQuery::parse).transpose();
        let geo = geo(&fields, body)?;
        let all = vec![EntitySelector::default()];
        let is_of_all = selectors.is_empty();
        let notification = Notification::read(&fields, body)?;
        Ok(Self {
            selection: EntitySelection {
                selectors: if is_of_all { all } else { selectors },
                attrs: None,
                q: q.map_err(|why| ApiError::bad("q", why))?,
                geo,
            },
            watched,
            attrs: notification.attrs,
            form: notification.form,
            media: notification.media,
            url: notification.url,
            headers: notification.headers,
            pace_s: pace_s.unwrap_or(0),
            every_s,
            is_active: fields.flag("isActive")?.unwrap_or(true),
            expires_at: fields.time("expiresAt")?,
        })
    }

    /// Headers that it is sent with, beside the subscriber's own.
    pub(super) fn own_headers(&self, context: &str) -> Vec<(String, String)> {
        let media = self.media.media_type().to_owned();
        let mut headers = vec![("content-type".to_owned(), media)];
        let link = context_link(context).filter(|_| self.media == MediaForm::Json);
        if let Some(Ok(link)) = link.as_ref().map(HeaderValue::to_str) {
            headers.push(("link".to_owned(), link.to_owned()));
        }
        headers
    }
}

/// What is told, and to whom.
struct Notification {
    attrs: Option<Vec<Term>>,
    form: EntityForm,
    media: MediaForm,
    url: String,
    headers: Vec<(String, String)>,
}

impl Notification {
    fn read(fields: &Fields<'_>, body: &Map<String, Value>) -> Result<Self, ApiError> {
        let Some(of) = fields.object("notification")? else {
            return Err(fields.bad("notification", "is needed"));
        };
        let members = &body["notification"];
        let members = members.as_object().cloned().unwrap_or_default();
        only(
            &members,
            "notification.",
            &["attributes", "format", "endpoint"],
        )?;
        let form = match of.text("format")? {
            None | Some("normalized") => EntityForm::Normalized,
            Some("keyValues" | "simplified") => EntityForm::Simplified,
            Some(other) => {
                let why = format!("must be normalized or keyValues, not {}", quoted(other));
                return Err(of.bad("format", why));
            }
        };
        let attrs = names(&of, &members, "attributes")?;
        let Some(Value::Object(endpoint)) = members.get("endpoint") else {
            return Err(of.bad("endpoint", "is needed: an object"));
        };
        let at = "notification.endpoint.";
        only(endpoint, at, &["uri", "accept", "receiverInfo"])?;
        let text = |name: &str| endpoint.get(name).and_then(Value::as_str);
        let bad = |name: &str, why: String| {
            ApiError::bad(format!("{at}{name}"), format!("{at}{name} {why}"))
        };
        let Some(url) = text("uri") else {
            return Err(bad("uri", "is needed: a text".to_owned()));
        };
        if url.starts_with("mqtt") {
            let why = "must begin with https://; notifications go by HTTP alone".to_owned();
            return Err(bad("uri", why));
        }
        let media = match endpoint.get("accept").map(Value::as_str) {
            None | Some(Some("application/json")) => MediaForm::Json,
            Some(Some("application/ld+json")) => MediaForm::JsonLd,
            Some(_) => {
                let why = "must be application/json or application/ld+json".to_owned();
                return Err(bad("accept", why));
            }
        };
        let headers = headers(endpoint.get("receiverInfo"));
        Ok(Self {
            attrs,
            form,
            media,
            url: url.to_owned(),
            headers: headers.map_err(|why| bad("receiverInfo", why))?,
        })
    }
}

/// # Errors
/// Names a member that is none of `known`.
fn only(body: &Map<String, Value>, of: &str, known: &[&str]) -> Result<(), ApiError> {
    let Some(other) = body.keys().find(|name| !known.contains(&name.as_str())) else {
        return Ok(());
    };
    let name: String = other.chars().take(64).collect();
    let why = format!(
        "there is no member {of}{name}; there are: {}",
        known.join(", ")
    );
    Err(ApiError::bad(format!("{of}{name}"), why))
}

/// Names of attributes; those that are none of ours are had by no entity.
fn names(
    fields: &Fields<'_>,
    body: &Map<String, Value>,
    name: &str,
) -> Result<Option<Vec<Term>>, ApiError> {
    let Some(value) = body.get(name).filter(|v| !v.is_null()) else {
        return Ok(None);
    };
    let list = value
        .as_array()
        .filter(|l| !l.is_empty() && l.len() <= MOST);
    let texts: Option<Vec<&str>> = list.and_then(|l| l.iter().map(Value::as_str).collect());
    let texts = texts.filter(|all| all.iter().all(|text| is_name(text)));
    let Some(texts) = texts else {
        let why = format!("must be a list of 1 to {MOST} names of attributes");
        return Err(fields.bad(name, why));
    };
    Ok(Some(texts.into_iter().filter_map(Term::parse).collect()))
}

fn selectors(fields: &Fields<'_>) -> Result<Vec<EntitySelector>, ApiError> {
    let all = fields.objects("entities", MOST)?.unwrap_or_default();
    let mut read = Vec::with_capacity(all.len());
    for one in all {
        let kind = one.text("type")?;
        if let Some(odd) = kind.filter(|kind| !is_name(kind)) {
            return Err(one.bad("type", format!("must be a type, not {}", quoted(odd))));
        }
        let kinds = kind.map(|name| EntityKind::parse(name).into_iter().collect());
        let id = one.text("id")?;
        let pattern = one.text("idPattern")?;
        if kind.is_none() && id.is_none() && pattern.is_none() {
            return Err(one.bad("type", "is needed"));
        }
        if id.is_some() && pattern.is_some() {
            return Err(one.bad("idPattern", "cannot be given together with id"));
        }
        let named = |name: &str, e: &ApiError| match e {
            ApiError::BadParameter { detail, .. } => one.bad(name, format!("cannot be: {detail}")),
            other => other.clone(),
        };
        let id = id.map(|id| selection::uri("id", id)).transpose();
        let pattern = pattern
            .map(|p| selection::pattern("idPattern", p))
            .transpose();
        read.push(EntitySelector {
            kinds,
            ids: id.map_err(|e| named("id", &e))?.map(|id| vec![id]),
            pattern: pattern.map_err(|e| named("idPattern", &e))?,
        });
    }
    Ok(read)
}

fn geo(fields: &Fields<'_>, body: &Map<String, Value>) -> Result<Option<GeoQuery>, ApiError> {
    let Some(of) = fields.object("geoQ")? else {
        return Ok(None);
    };
    let members = body["geoQ"].as_object().cloned().unwrap_or_default();
    let known = ["georel", "geometry", "coordinates", "geoproperty"];
    only(&members, "geoQ.", &known)?;
    if of
        .text("geoproperty")?
        .is_some_and(|name| name != "location")
    {
        return Err(of.bad("geoproperty", "must be location"));
    }
    let georel = of.needed("georel")?;
    let geometry = of.needed("geometry")?;
    let coordinates = members.get("coordinates").unwrap_or(&Value::Null);
    // Some write them as a text.
    let read = coordinates
        .as_str()
        .and_then(|t| serde_json::from_str(t).ok());
    let coordinates = read.as_ref().unwrap_or(coordinates);
    GeoQuery::of(georel, geometry, coordinates)
        .map(Some)
        .map_err(|(name, why)| of.bad(name, format!("cannot be: {why}")))
}

/// Pairs of `key` and `value`.
fn headers(given: Option<&Value>) -> Result<Vec<(String, String)>, String> {
    let Some(given) = given.filter(|v| !v.is_null()) else {
        return Ok(Vec::new());
    };
    let form = || format!("must be a list of up to {MOST_HEADERS} objects with key and value");
    let list = given.as_array().filter(|l| l.len() <= MOST_HEADERS);
    let mut read = Vec::new();
    for one in list.ok_or_else(form)? {
        let text = |name: &str| one[name].as_str().map(str::to_owned);
        let (key, value) = text("key").zip(text("value")).ok_or_else(form)?;
        let name =
            HeaderName::try_from(&key).map_err(|_| format!("{} is no header", quoted(&key)))?;
        if OURS.contains(&name.as_str()) {
            return Err(format!("cannot set {name}, which is the sender's own"));
        }
        let is_good = value.len() <= 4_096 && HeaderValue::try_from(&value).is_ok();
        if !is_good {
            return Err(format!("has a value of {name} that no header can have"));
        }
        read.push((key, value));
    }
    Ok(read)
}

#[cfg(test)]
mod tests;
