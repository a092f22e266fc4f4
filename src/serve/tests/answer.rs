//! What came back from the router.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub(in crate::serve) struct Answer {
    pub(in crate::serve) status: StatusCode,
    pub(in crate::serve) headers: HeaderMap,
    pub(in crate::serve) body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(in crate::serve) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The body as it came.
    pub(in crate::serve) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(in crate::serve) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// Asserts that this is a problem of that type, and gives it.
    #[track_caller]
    pub(in crate::serve) fn problem(&self, slug: &str) -> Value {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{slug}"), "{problem}");
        assert_eq!(problem["status"], self.status.as_u16());
        assert!(
            problem["title"].is_string() && problem["detail"].is_string(),
            "{problem}"
        );
        problem
    }
}
