//! `[[ngsi]]`: a city's own context broker that entities are pushed into.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// Where Smart Data Models publish what the terms mean.
const CONTEXT: &str =
    "https://raw.githubusercontent.com/smart-data-models/dataModel.Parking/master/context.jsonld";

/// One of `[[ngsi]]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushConfig {
    /// Of the broker's API, as `http://broker:1026/ngsi-ld/v1`.
    pub url: String,
    /// The broker's tenant; absent: its usual one.
    pub tenant: Option<String>,
    /// Types of entities; none: all.
    #[serde(default)]
    pub types: Vec<String>,
    /// Where the context is, as the broker reaches it.
    #[serde(default = "published")]
    pub context: String,
    /// Headers of each call, for who must show a key.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

fn published() -> String {
    CONTEXT.to_owned()
}

impl fmt::Debug for PushConfig {
    /// Headers may hold a key, and so may what is asked behind an address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushConfig")
            .field("tenant", &self.tenant)
            .field("types", &self.types)
            .finish_non_exhaustive()
    }
}

impl PushConfig {
    /// What is wrong with it. `types` are read by who knows them.
    #[must_use]
    pub fn fault(&self, nth: usize) -> Option<String> {
        let key = |what: &str| format!("ngsi[{nth}].{what}");
        let is_http = ["http://", "https://"]
            .into_iter()
            .any(|scheme| self.url.starts_with(scheme));
        if !is_http || self.url.contains(['?', '#', ' ']) {
            return Some(key(
                "url: must be the broker's, as http://broker:1026/ngsi-ld/v1",
            ));
        }
        let is_plain = |text: &str| text.bytes().all(|b| (b' '..0x7f).contains(&b));
        if !is_plain(&self.context) || self.context.contains(['<', '>', ' ']) {
            return Some(key("context: must be an address"));
        }
        let tenant = self.tenant.as_deref().unwrap_or_default();
        let headers = self.headers.iter();
        let mut texts = headers.flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        if !is_plain(tenant) || !texts.all(is_plain) {
            return Some(key("headers: tenant and headers must be plain text"));
        }
        None
    }

    /// Headers of each call.
    pub(super) fn headers(&self) -> Vec<(String, String)> {
        let context = &self.context;
        let link = format!(
            "<{context}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""
        );
        let tenant = self.tenant.clone();
        let own = [
            ("content-type".to_owned(), "application/json".to_owned()),
            ("link".to_owned(), link),
        ];
        let tenant = tenant.map(|tenant| ("ngsild-tenant".to_owned(), tenant));
        let own = own.into_iter().chain(tenant);
        own.chain(self.headers.clone()).collect()
    }

    /// Where a batch is sent to.
    pub(super) fn call(&self, operation: &str) -> String {
        let url = self.url.trim_end_matches('/');
        format!("{url}/entityOperations/{operation}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> PushConfig {
        PushConfig {
            url: url.to_owned(),
            tenant: Some("heidelberg".to_owned()),
            types: Vec::new(),
            context: published(),
            headers: BTreeMap::from([("x-auth-token".to_owned(), "s3cret".to_owned())]),
        }
    }

    #[test]
    fn an_address_that_is_none_is_found_before_a_start() {
        for bad in ["broker:1026", "ftp://h/", "http://h/?a=b", "http://h/ x"] {
            assert!(config(bad).fault(0).unwrap().starts_with("ngsi[0].url"));
        }
        let good = config("http://10.0.0.7:1026/ngsi-ld/v1/");
        assert_eq!(good.fault(0), None);
        assert_eq!(
            good.call("upsert?options=update"),
            "http://10.0.0.7:1026/ngsi-ld/v1/entityOperations/upsert?options=update"
        );
        let names: Vec<String> = good.headers().into_iter().map(|h| h.0).collect();
        assert_eq!(
            names,
            ["content-type", "link", "ngsild-tenant", "x-auth-token"]
        );
        assert!(!format!("{good:?}").contains("s3cret"));
    }
}
