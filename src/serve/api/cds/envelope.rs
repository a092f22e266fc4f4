//! What stands around the data of every answer in JSON: version, time zone, currency, who publishes
//! it, and where it goes on.

use super::media;
use crate::domain::{Calendar, Currency, Millis};
use crate::serve::PublisherConfig;
use crate::serve::formats::text::Text;
use crate::serve::http::document::Validators;
use crate::serve::http::unchanged::Unchanged;
use axum::http::Uri;
use axum::response::Response;

/// The version that answers keep to.
const VERSION: &str = "1.1.0";

/// Where the hub says what `custom_attributes` mean.
const DICTIONARY: &str = "/docs/formats/cds";

/// What every answer of a hub says of itself.
pub(super) struct Publication {
    pub(super) calendar: Calendar,
    pub(super) currency: Currency,
    pub(super) publisher: PublisherConfig,
}

/// One page of a list.
pub(super) struct CdsPage {
    /// The name of the list.
    pub(super) list: &'static str,
    /// Its items, commas between them.
    pub(super) items: Text,
    /// The newest of what it tells.
    pub(super) last_updated: Millis,
    /// The cursor of the next.
    pub(super) next: Option<String>,
}

impl CdsPage {
    pub(super) const fn new(list: &'static str) -> Self {
        Self {
            list,
            items: Text(Vec::new()),
            last_updated: Millis::NEVER,
            next: None,
        }
    }

    /// A comma, unless it is the first item.
    pub(super) fn item(&mut self) -> &mut Text {
        let comma = if self.items.0.is_empty() { "" } else { "," };
        self.items.raw(comma)
    }

    pub(super) fn updated(&mut self, at: Millis) {
        self.last_updated = self.last_updated.max(at);
    }
}

impl Publication {
    /// The whole body.
    pub(super) fn body(&self, page: &CdsPage, uri: &Uri) -> Vec<u8> {
        let mut t = Text::with_capacity(page.items.0.len() + 768);
        t.raw("{\"version\":\"")
            .raw(VERSION)
            .raw("\",\"time_zone\":");
        t.word(self.calendar.name());
        t.raw(",\"last_updated\":").number(page.last_updated.0);
        t.raw(",\"currency\":").word(self.currency.code());
        let PublisherConfig {
            name,
            license_url,
            url,
            ..
        } = &self.publisher;
        if !name.is_empty() {
            t.raw(",\"author\":").string(name);
        }
        if !license_url.is_empty() {
            t.raw(",\"license_url\":").string(license_url);
        }
        if !url.is_empty() {
            t.raw(",\"custom_attributes_dictionary\":")
                .string(&format!("{}{DICTIONARY}", self.base()));
        }
        t.raw(",\"data\":{\"").raw(page.list).raw("\":[");
        t.0.extend_from_slice(&page.items.0);
        t.raw("]},\"links\":{\"next\":");
        match &page.next {
            Some(next) => t.string(&self.address(uri, next)),
            None => t.raw("null"),
        };
        t.raw("}}");
        t.0
    }

    /// The answer, or that the client holds it.
    pub(super) fn answer(
        &self,
        page: &CdsPage,
        uri: &Uri,
        known: (&Unchanged, &Validators, Millis),
    ) -> Response {
        let (unchanged, held, now) = known;
        let question = uri.path_and_query().map_or("", |p| p.as_str());
        let body = self.body(page, uri);
        unchanged.answer(question, body, media::JSON, (held, now))
    }

    /// Where the page goes on: an address as a whole, where the hub knows its own.
    pub(super) fn address(&self, uri: &Uri, next: &str) -> String {
        let query = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
        let kept = query.filter(|(name, _)| name != "cursor");
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("cursor", next)
            .finish();
        format!("{}{}?{query}", self.base(), uri.path())
    }

    /// Where the hub is found from outside; empty: nobody says.
    pub(super) fn base(&self) -> &str {
        self.publisher.url.trim_end_matches('/')
    }
}
