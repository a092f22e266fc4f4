//! Answers in the form that the path's ending names.

use crate::serve::http::error::ApiError;
use crate::serve::http::open_report::{JSON, XML};
use crate::serve::http::open_xml::xml;
use crate::serve::http::params::quoted;
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

/// By the ending of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpenForm {
    Json,
    Xml,
}

impl OpenForm {
    /// Of the last part of a path: what stands before the ending, and the form.
    pub(super) fn of(file: &str) -> Result<(&str, Self), ApiError> {
        let known = [(".json", Self::Json), (".xml", Self::Xml)];
        let found = known
            .iter()
            .find_map(|(ending, form)| Some((file.strip_suffix(ending)?, *form)));
        let none = || {
            ApiError::NotFound(format!(
                "there is no {}: what is asked for ends in .json or .xml",
                quoted(file)
            ))
        };
        found.filter(|(name, _)| !name.is_empty()).ok_or_else(none)
    }

    /// What is told, in XML with a root of this name; `told_in_language`: by `Accept-Language`.
    pub(super) fn answer(
        self,
        status: StatusCode,
        (root, value): (&str, &Value),
        told_in_language: bool,
    ) -> Response {
        let (media_type, body) = match self {
            Self::Json => (JSON, value.to_string()),
            Self::Xml => (XML, xml(root, value)),
        };
        let mut answer = (status, [(CONTENT_TYPE, media_type)], body).into_response();
        if told_in_language {
            let vary = HeaderValue::from_static("accept-language");
            answer.headers_mut().append(VARY, vary);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_names_the_form() {
        assert_eq!(OpenForm::of("17.json").unwrap(), ("17", OpenForm::Json));
        assert_eq!(OpenForm::of("a.b.xml").unwrap(), ("a.b", OpenForm::Xml));
        for bad in ["17", "17.txt", ".json", "", "xml"] {
            let e = OpenForm::of(bad).unwrap_err();
            assert_eq!(e.status(), StatusCode::NOT_FOUND, "{bad}");
        }
    }
}
