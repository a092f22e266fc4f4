//! `[web]` of the configuration: what the hub's own pages draw their maps on.

use super::street_file;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `[web]`: the hub's own pages.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebConfig {
    /// What maps are drawn on: the address of a `MapLibre` style or of a `PMTiles` file (`https:`), or
    /// the path of a `PMTiles` file here, which the hub serves. Absent: coasts and outlines.
    pub basemap: Option<String>,
    /// Origins (`https://tiles.example.org`) that the style names besides its own. Pages ask nobody
    /// else.
    pub basemap_origins: Vec<String>,
    /// Where there is no base map: the path of a `GeoJSON` file of streets, lines with a `name`.
    pub streets: Option<PathBuf>,
    /// Keys that a demo offers on its pages, by scope. No operator sets them.
    #[serde(skip)]
    pub keys: BTreeMap<&'static str, String>,
}

impl WebConfig {
    /// What is wrong with it, if anything is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let streets = self.streets.as_deref().and_then(street_file::fault);
        let streets = streets.map(|why| format!("web.streets: {why}"));
        self.basemap_fault().or(streets)
    }

    fn basemap_fault(&self) -> Option<String> {
        let bad = self.basemap_origins.iter().find(|o| !is_origin(o));
        if let Some(origin) = bad {
            return Some(format!(
                "web.basemap_origins: {origin:?} is no origin like https://tiles.example.org"
            ));
        }
        let given = self.basemap.as_deref()?;
        if let Some(file) = self.file() {
            let is_file = has_end(given) && file.is_file();
            return (!is_file).then(|| {
                format!(
                    "web.basemap: {given:?} is neither an https address nor a .pmtiles file here"
                )
            });
        }
        let known = origin_of(given).is_some_and(is_origin);
        (!known).then(|| format!("web.basemap: {given:?} is no https address"))
    }

    /// The file that the hub serves, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        let given = self.basemap.as_deref()?;
        (!given.contains("://")).then(|| Path::new(given).to_owned())
    }

    /// Whom pages may ask besides the hub.
    pub(super) fn origins(&self) -> impl Iterator<Item = &str> {
        let own = self.basemap.as_deref().and_then(origin_of);
        own.into_iter()
            .chain(self.basemap_origins.iter().map(String::as_str))
    }
}

fn has_end(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|e| e == "pmtiles")
}

/// `https://host:port` of an address.
fn origin_of(address: &str) -> Option<&str> {
    let host = address.strip_prefix("https://")?;
    let end = host.find(['/', '?', '#']).unwrap_or(host.len());
    address.get(..end + "https://".len())
}

/// Whether it is fit to stand in a page's policy.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
    !host.is_empty() && host.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(basemap: &str, origins: &[&str]) -> WebConfig {
        WebConfig {
            basemap: Some(basemap.to_owned()),
            basemap_origins: origins.iter().map(|o| (*o).to_owned()).collect(),
            ..WebConfig::default()
        }
    }

    #[test]
    fn an_address_names_its_own_origin_and_others_are_told() {
        let style = of(
            "https://maps.example.org:8443/style.json?key=1",
            &["https://tiles.example.org"],
        );
        assert_eq!(style.fault(), None);
        let origins: Vec<&str> = style.origins().collect();
        assert_eq!(
            origins,
            ["https://maps.example.org:8443", "https://tiles.example.org"]
        );
        assert_eq!(WebConfig::default().fault(), None);
    }

    #[test]
    fn what_would_open_the_policy_or_is_not_there_is_refused() {
        for (basemap, origins) in [
            ("http://maps.example.org/style.json", &[][..]),
            ("https://a b/style.json", &[]),
            ("https://;script-src *", &[]),
            ("no-such-file.pmtiles", &[]),
            ("Cargo.toml", &[]),
            ("https://maps.example.org/s.json", &["*"]),
            (
                "https://maps.example.org/s.json",
                &["https://x; script-src *"],
            ),
            ("https://maps.example.org/s.json", &["https://x/path"]),
        ] {
            assert!(
                of(basemap, origins).fault().is_some(),
                "{basemap} {origins:?}"
            );
        }
        let streets = WebConfig {
            streets: Some("no-such-file.geojson".into()),
            ..WebConfig::default()
        };
        let fault = streets.fault().unwrap();
        assert!(
            fault.starts_with("web.streets: no-such-file.geojson: "),
            "{fault}"
        );
    }
}
