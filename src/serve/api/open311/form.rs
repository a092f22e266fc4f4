//! A report as it comes: a form, as the standard has it, or JSON with the same members.
//!
//! Promises: a member that is empty is one that is absent, as the standard says; one that a form gives
//! twice is refused, since which was meant is not known (of JSON the last counts); what nobody asks for is not looked at. XML is not read at
//! all, so it has no entities to expand.

use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{says_json, whole};
use crate::serve::http::params::quoted;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::MAX_BODY;

const FORM: &str = "application/x-www-form-urlencoded";

/// Members that are texts.
const TEXTS: [&str; 14] = [
    "service_code",
    "address_string",
    "address_id",
    "description",
    "media_url",
    "email",
    "phone",
    "api_key",
    "jurisdiction_id",
    "attribute[bay]",
    "attribute[zone]",
    "attribute[plate]",
    "attribute[seen]",
    "attribute[reservation]",
];

/// Members of a report at most, known or not.
const MOST: usize = 100;

/// The members of one report.
#[derive(Debug)]
pub(super) struct ReportForm(Vec<(String, String)>);

impl ReportForm {
    pub(super) async fn of(request: Request) -> Result<Self, ApiError> {
        let is_json = says_json(request.headers());
        if !is_json && !says_form(request.headers()) {
            return Err(ApiError::UnsupportedMediaType(FORM));
        }
        let body = whole(request, MAX_BODY).await?;
        let pairs = if is_json {
            of_json(&body)?
        } else {
            of_form(&body)?
        };
        if pairs.len() > MOST {
            return Err(ApiError::malformed(format!(
                "{} members; {MOST} are taken",
                pairs.len()
            )));
        }
        Ok(Self(pairs))
    }

    /// A member's text; `None` if it is absent or empty.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, ApiError> {
        let mut own = self.0.iter().filter(|(own, _)| own == name);
        let first = own.next();
        if own.next().is_some() {
            return Err(ApiError::bad(name, format!("{name} is given twice")));
        }
        let text = first.map(|(_, text)| text.trim());
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// A member that has been judged by `read`, which says what is wrong with it.
    pub(super) fn read<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ApiError> {
        let text = self.text(name)?;
        let judged = text.map(|text| read(text).map_err(|why| bad(name, &why)));
        judged.transpose()
    }

    /// A number of degrees, `most` at most either way.
    pub(super) fn degrees(&self, name: &'static str, most: f64) -> Result<Option<f64>, ApiError> {
        let read = |text: &str| {
            let number = text.parse::<f64>().ok().filter(|n| n.abs() <= most);
            number.ok_or_else(|| {
                format!(
                    "must be a number from -{most} to {most}, not {}",
                    quoted(text)
                )
            })
        };
        self.read(name, read)
    }
}

pub(super) fn bad(name: &'static str, why: &str) -> ApiError {
    ApiError::bad(name, format!("{name} {why}"))
}

fn says_form(headers: &HeaderMap) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let essence = given.and_then(|v| v.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM))
}

fn of_form(body: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    let mut pairs = Vec::new();
    for (name, value) in form_urlencoded::parse(body).take(MOST + 1) {
        // What is no UTF-8 has been replaced, and would be kept so.
        if value.contains('\u{fffd}') {
            let shown = quoted(&name);
            return Err(ApiError::malformed(format!("{shown} is not UTF-8")));
        }
        pairs.push((name.into_owned(), value.into_owned()));
    }
    Ok(pairs)
}

fn of_json(body: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    let members: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|e| ApiError::malformed(format!("not a JSON object: {e}")))?;
    let mut pairs = Vec::new();
    for (name, value) in &members {
        match value {
            Value::Object(attributes) if name == "attribute" => {
                for (code, value) in attributes {
                    let name = format!("attribute[{code}]");
                    let text = plain(&name, value)?;
                    pairs.extend(text.map(|text| (name, text)));
                }
            }
            value => pairs.extend(plain(name, value)?.map(|text| (name.clone(), text))),
        }
    }
    Ok(pairs)
}

/// What of a member of JSON stands in a form; `None`: nothing, or nobody asks for it.
fn plain(name: &str, value: &Value) -> Result<Option<String>, ApiError> {
    let wants = match name {
        "lat" | "long" => "a number",
        "attribute" => "an object",
        _ if TEXTS.contains(&name) => "a string",
        _ => return Ok(None),
    };
    match (value, wants) {
        (Value::Null, _) => Ok(None),
        (Value::String(text), "a string") => Ok(Some(text.clone())),
        (Value::Number(n), "a number") => Ok(Some(n.to_string())),
        _ => Err(ApiError::bad(
            name.to_owned(),
            format!("{name} must be {wants}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn read(media_type: &str, body: &str) -> Result<ReportForm, ApiError> {
        let request = Request::builder().header(CONTENT_TYPE, media_type);
        ReportForm::of(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    #[tokio::test]
    async fn a_form_and_json_say_the_same() {
        let form = "service_code=surface&lat=1.5&attribute%5Bbay%5D=B1&phone=&x=1";
        let json =
            r#"{"service_code":"surface","lat":1.5,"attribute":{"bay":"B1"},"phone":null,"x":[1]}"#;
        for (media_type, body) in [
            ("application/x-www-form-urlencoded; charset=utf-8", form),
            ("application/json", json),
        ] {
            let read = read(media_type, body).await.unwrap();
            assert_eq!(read.text("service_code").unwrap(), Some("surface"));
            assert_eq!(read.text("attribute[bay]").unwrap(), Some("B1"));
            assert_eq!(read.text("phone").unwrap(), None, "empty is absent");
            assert_eq!(read.degrees("lat", 90.0).unwrap(), Some(1.5));
        }
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused() {
        let form = "application/x-www-form-urlencoded";
        let many = "a=1&".repeat(101);
        for (media_type, body) in [
            ("application/json", r#"{"lat":"1.5"}"#),
            ("application/json", r#"{"description":["a"]}"#),
            ("application/json", r#"{"attribute":"bay"}"#),
            ("application/json", r#"{"attribute":{"bay":7}}"#),
            ("text/xml", "<a/>"),
            ("application/json", "[1]"),
            ("application/json", "{\"a\":"),
            (form, "a=%ff"),
            (form, &many),
        ] {
            assert!(read(media_type, body).await.is_err(), "{body:.20}");
        }
        let twice = read(form, "lat=1&lat=2").await.unwrap();
        assert!(twice.text("lat").is_err());
        for bad in ["lat=NaN", "lat=91", "lat=inf", "lat=1,5", "lat=0x1"] {
            let read = read(form, bad).await.unwrap();
            assert!(read.degrees("lat", 90.0).is_err(), "{bad}");
        }
    }
}
