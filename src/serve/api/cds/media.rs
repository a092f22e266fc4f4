//! Which version of CDS a client asks for. Only one that asks for another than ours, and for nothing
//! else that would do, is told no; everybody else gets the standard's own media type.

use crate::serve::http::error::ApiError;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// What JSON of this room is.
pub(super) const JSON: &str = "application/vnd.cds+json;version=1.1";
/// What its tables are.
pub(super) const CSV: &str = "application/vnd.cds+csv;version=1.1";

/// Versions that are ours: as media types say it, and as bodies do.
const OURS: [&str; 2] = ["1.1", "1.1.0"];

/// # Errors
/// 406 for another version of the standard.
pub(super) fn check(headers: &HeaderMap, offered: &'static str) -> Result<(), ApiError> {
    let ranges = headers.get_all(ACCEPT).iter();
    let ranges = ranges.filter_map(|v| v.to_str().ok());
    let mut other = false;
    let mut takes = false;
    for range in ranges.flat_map(|v| v.split(',')) {
        let (name, version, is_refused) = read(range);
        if is_refused {
            continue;
        }
        let is_cds = name.starts_with("application/vnd.cds+");
        if is_cds && version.as_deref().is_some_and(|v| !OURS.contains(&v)) {
            other = true;
        } else {
            takes = true;
        }
    }
    if other && !takes {
        return Err(ApiError::NotAcceptable(offered));
    }
    Ok(())
}

/// Of a media range its name, its version and whether it is refused.
fn read(range: &str) -> (String, Option<String>, bool) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let mut version = None;
    let mut is_refused = false;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim().trim_matches('"');
        match key.trim().to_ascii_lowercase().as_str() {
            "version" => version = Some(value.to_owned()),
            "q" => is_refused = value.parse() == Ok(0.0),
            _ => {}
        }
    }
    (name, version, is_refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_version_and_nothing_else_is_refused() {
        for (accept, want) in [
            ("application/vnd.cds+json;version=1.1", true),
            ("application/vnd.cds+json; version=1.1", true),
            ("application/vnd.cds+json;version=\"1.1\"", true),
            ("application/vnd.cds+json;version=1.1.0", true),
            ("application/vnd.cds+json", true),
            ("application/vnd.cds+json;version=1.0", false),
            ("APPLICATION/VND.CDS+JSON; VERSION=1.0", false),
            ("application/vnd.cds+csv;version=2.0", false),
            (
                "application/vnd.cds+json;version=1.0, application/json",
                true,
            ),
            (
                "application/vnd.cds+json;version=1.0, application/vnd.cds+json;version=1.1;q=0.5",
                true,
            ),
            (
                "application/vnd.cds+json;version=1.0, application/vnd.cds+json;version=1.1;q=0",
                false,
            ),
            ("application/vnd.cds+json;version=1.0, */*;q=0", false),
            ("application/vnd.cds+json;version=1.0;q=0", true),
            ("application/vnd.cds+json;version=1.1;q=0", true),
            ("application/json", true),
            ("text/html", true),
            ("text/csv;q=0", true),
            ("*/*", true),
            (";;==,", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            assert_eq!(check(&headers, JSON).is_ok(), want, "{accept}");
        }
        assert!(check(&HeaderMap::new(), JSON).is_ok());
    }
}
