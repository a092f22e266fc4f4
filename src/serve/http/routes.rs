//! What is known of each route before it is asked: who keeps its answers, and which methods it has, and
//! whether it is for operators alone. One lookup a request.

use super::bom;
use super::caching::Kept;
use axum::http::HeaderValue;
use std::collections::HashMap;
use utoipa::openapi::PathItem;
use utoipa::openapi::path::Paths;

/// The call that tries an endpoint out.
const WAITS: &str = "/v1/webhooks/{webhook}/test";

/// One route, as what lies around all handlers sees it.
#[derive(Clone, Debug)]
pub(in crate::serve) struct Route {
    pub(super) kept: Kept,
    /// Whether web pages of any origin may ask.
    pub(super) for_pages: bool,
    /// Whether it answers on the operators' own listener only.
    pub(super) for_operators: bool,
    /// Whether it answers with CSV, which may begin with a mark.
    pub(super) tells_csv: bool,
    pub(super) patience: Patience,
    /// Its methods, as preflights are told them.
    pub(super) methods: HeaderValue,
}

/// How long a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// What the configuration says.
    Usual,
    /// It waits for somebody else's answer, and takes as long as that may.
    AsOthersTake,
}

/// All routes by their pattern.
pub(in crate::serve) struct Routes {
    all: HashMap<String, Route, ahash::RandomState>,
    /// Paths that are none.
    none: Route,
    /// Whether operators have a listener of their own.
    apart: bool,
}

impl Routes {
    /// `apart`: whether operators have a listener of their own.
    pub(in crate::serve) fn new(apart: bool) -> Self {
        Self {
            apart,
            all: HashMap::default(),
            none: Route {
                kept: Kept::ByCaller,
                for_pages: true,
                for_operators: false,
                tells_csv: false,
                patience: Patience::Usual,
                methods: HeaderValue::from_static("GET, HEAD"),
            },
        }
    }

    /// Adds those that a part of the description lists. What is no call is for machines that look after
    /// the hub, and not for web pages.
    pub(in crate::serve) fn add(&mut self, described: &Paths, kept: Kept) {
        for (path, item) in &described.paths {
            let of_api = is_api(path);
            let route = Route {
                kept: if of_api { kept } else { Kept::Never },
                for_pages: of_api,
                for_operators: self.apart && is_for_operators(path),
                tells_csv: bom::is_for(item),
                patience: if path == WAITS {
                    Patience::AsOthersTake
                } else {
                    Patience::Usual
                },
                methods: methods(item),
            };
            self.all.insert(path.clone(), route);
        }
    }

    /// Adds a document, the same for everybody. `for_pages`: whether web pages of any origin may read
    /// it.
    pub(in crate::serve) fn add_document(&mut self, path: &str, for_pages: bool) {
        let route = Route {
            kept: Kept::AsSaid,
            for_pages,
            for_operators: self.apart && is_for_operators(path),
            ..self.none.clone()
        };
        self.all.insert(path.to_owned(), route);
    }

    /// Adds the tools of assistants. `for_pages`: whether web pages of some origin may ask.
    pub(in crate::serve) fn add_tools(&mut self, path: &str, for_pages: bool) {
        let route = Route {
            kept: Kept::Never,
            for_pages,
            methods: HeaderValue::from_static("POST"),
            ..self.none.clone()
        };
        self.all.insert(path.to_owned(), route);
    }

    pub(super) fn of(&self, pattern: Option<&str>) -> &Route {
        pattern.and_then(|p| self.all.get(p)).unwrap_or(&self.none)
    }
}

/// Whether a path is a call's: those have quotas, and keys may make a difference.
pub(in crate::serve) fn is_api(path: &str) -> bool {
    ["/v1/", "/ngsi-ld/v1/"]
        .into_iter()
        .any(|below| path.starts_with(below))
}

/// Whether a path is the operators'.
fn is_for_operators(path: &str) -> bool {
    let below = |part: &str| {
        let rest = path.strip_prefix(part);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let theirs = ["/metrics", "/v1/admin", "/v1/quarantine", "/operator"];
    theirs.into_iter().any(below)
}

fn methods(item: &PathItem) -> HeaderValue {
    let all = [
        ("GET, HEAD", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
        ("PATCH", item.patch.is_some()),
        ("DELETE", item.delete.is_some()),
    ];
    let there: Vec<&str> = all
        .iter()
        .filter(|(_, is)| *is)
        .map(|(name, _)| *name)
        .collect();
    // Names of methods are a header's value.
    HeaderValue::try_from(there.join(", ")).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_operators_is_known_by_its_path() {
        for path in [
            "/metrics",
            "/v1/admin/keys/{key}",
            "/v1/quarantine",
            "/operator",
        ] {
            assert!(is_for_operators(path), "{path}");
        }
        for path in ["/v1/zones", "/readyz", "/v1/administer", "/operators", "/"] {
            assert!(!is_for_operators(path), "{path}");
        }
    }
}
