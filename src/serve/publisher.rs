//! Who publishes what the hub tells in the forms of standards.

use axum::http::Uri;

/// `[http.publisher]` of the configuration file: whom data in the forms of standards name as their
/// publisher. What is empty is not said.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PublisherConfig {
    /// The organisation's name.
    pub name: String,
    /// Where the terms are under which the data may be used: `https://...`.
    pub license_url: String,
    /// Where this API is found from outside, `https://hub.example.org`: addresses in answers begin with
    /// it.
    pub url: String,
    /// ISO 3166-1, two letters. `XX`: nobody has said.
    pub country: String,
    /// By what the publisher is known in that country.
    pub national_identifier: String,
    /// In which language the registry's names are: a tag such as `en` or `zh-Hans`.
    pub language: String,
}

impl Default for PublisherConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            license_url: String::new(),
            url: String::new(),
            country: "XX".to_owned(),
            national_identifier: "bayhub".to_owned(),
            language: "en".to_owned(),
        }
    }
}

impl PublisherConfig {
    /// What is wrong with these values, naming the key; `None` if nothing is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let wrong = |key: &str, why: &str| Some(format!("http.publisher.{key}: {why}"));
        if self.name.len() > 256 {
            return wrong("name", "may have at most 256 bytes");
        }
        let addresses = [("license_url", &self.license_url), ("url", &self.url)];
        if let Some((key, _)) = addresses.into_iter().find(|(_, url)| !is_address(url)) {
            return wrong(key, "must be an address such as https://hub.example.org");
        }
        if self.country.len() != 2 || !self.country.bytes().all(|b| b.is_ascii_uppercase()) {
            return wrong("country", "must be two letters of ISO 3166-1, such as SG");
        }
        if !(1..=1024).contains(&self.national_identifier.chars().count()) {
            return wrong("national_identifier", "must have 1 to 1024 characters");
        }
        if !is_language(&self.language) {
            return wrong("language", "must be a language tag, such as en or zh-Hans");
        }
        None
    }
}

/// Whether it may stand where a standard wants a URI; nothing may.
fn is_address(url: &str) -> bool {
    let is_uri = url.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("https" | "http")) && uri.host().is_some()
    });
    url.is_empty() || is_uri && url.len() <= 1024
}

/// Whether it has the form of a tag of BCP 47.
fn is_language(tag: &str) -> bool {
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let first = tag.split('-').next().unwrap_or_default();
    first.bytes().all(|b| b.is_ascii_alphabetic()) && tag.split('-').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_that_no_publication_can_name_is_a_fault_that_names_its_key() {
        assert_eq!(PublisherConfig::default().fault(), None);
        let of = |country: &str, id: &str, language: &str| {
            let publisher = PublisherConfig {
                country: country.to_owned(),
                national_identifier: id.to_owned(),
                language: language.to_owned(),
                ..PublisherConfig::default()
            };
            publisher.fault().unwrap_or_default()
        };
        assert_eq!(of("SG", "LTA & Co", "zh-Hans"), "");
        for country in ["", "sg", "SGP", "S1", "新"] {
            assert!(
                of(country, "x", "en").starts_with("http.publisher.country: "),
                "{country}"
            );
        }
        assert!(of("SG", "", "en").contains("national_identifier"));
        for language in ["", "e n", "en_US", "1en", "en-", "abcdefghi"] {
            assert!(
                of("SG", "x", language).contains("http.publisher.language"),
                "{language}"
            );
        }
    }
}
