//! The documentation that the hub serves itself: `/docs` (the API reference), its chapters, `/status`.
//!
//! Promises: offline, under the plain page's strict policy: no text of others, no inline script or
//! style. Why none of the known viewers: docs/README.md.

use super::markdown;
use crate::domain::Millis;
use crate::serve::http::error::ApiError;
use crate::serve::page;
use axum::Router;

/// What stands around every page: `{title}`, `{scripts}`, `{main}`.
const FRAME: &str = include_str!("../../../dashboards/web/docs/page.html");

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, media type and text of what pages are made with.
const FILES: [(&str, &str, &str); 4] = [
    (
        "/docs/docs.css",
        "text/css; charset=utf-8",
        include_str!("../../../dashboards/web/docs/docs.css"),
    ),
    (
        "/docs/site.js",
        SCRIPT,
        include_str!("../../../dashboards/web/docs/site.js"),
    ),
    (
        "/docs/reference.js",
        SCRIPT,
        include_str!("../../../dashboards/web/docs/reference.js"),
    ),
    (
        "/docs/status.js",
        SCRIPT,
        include_str!("../../../dashboards/web/docs/status.js"),
    ),
];

/// Pages that a script fills: path, title, script, and what it fills.
const LIVE: [(&str, &str, &str, &str); 2] = [
    (
        "/docs",
        "API reference",
        "/docs/reference.js",
        include_str!("../../../dashboards/web/docs/reference.html"),
    ),
    (
        "/status",
        "Status",
        "/docs/status.js",
        include_str!("../../../dashboards/web/docs/status.html"),
    ),
];

/// Chapters: path, title, the file they are in, and their Markdown.
const CHAPTERS: [(&str, &str, &str, &str); 19] = [
    (
        "/docs/quickstart",
        "Quickstart",
        "quickstart.md",
        include_str!("../../../docs/quickstart.md"),
    ),
    (
        "/docs/drivers",
        "Drivers' apps",
        "drivers.md",
        include_str!("../../../docs/drivers.md"),
    ),
    (
        "/docs/partners",
        "Data partners",
        "partners.md",
        include_str!("../../../docs/partners.md"),
    ),
    (
        "/docs/contributing-data",
        "Contributing data",
        "contributing-data.md",
        include_str!("../../../docs/contributing-data.md"),
    ),
    (
        "/docs/sharing",
        "Sharing",
        "sharing.md",
        include_str!("../../../docs/sharing.md"),
    ),
    (
        "/docs/feeds",
        "Feeds",
        "feeds.md",
        include_str!("../../../docs/feeds.md"),
    ),
    (
        "/docs/orders",
        "Orders",
        "orders.md",
        include_str!("../../../docs/orders.md"),
    ),
    (
        "/docs/authority",
        "Authority",
        "authority.md",
        include_str!("../../../docs/authority.md"),
    ),
    (
        "/docs/problems",
        "Problems",
        "problems.md",
        include_str!("../../../docs/problems.md"),
    ),
    (
        "/docs/formats",
        "Formats",
        "formats/README.md",
        include_str!("../../../docs/formats/README.md"),
    ),
    (
        "/docs/formats/cds",
        "CDS",
        "formats/cds.md",
        include_str!("../../../docs/formats/cds.md"),
    ),
    (
        "/docs/formats/datex2",
        "DATEX II",
        "formats/datex2.md",
        include_str!("../../../docs/formats/datex2.md"),
    ),
    (
        "/docs/formats/ngsi-ld",
        "NGSI-LD",
        "formats/ngsi-ld.md",
        include_str!("../../../docs/formats/ngsi-ld.md"),
    ),
    (
        "/docs/formats/datagovsg",
        "data.gov.sg",
        "formats/datagovsg.md",
        include_str!("../../../docs/formats/datagovsg.md"),
    ),
    (
        "/docs/formats/datamall",
        "LTA DataMall",
        "formats/datamall.md",
        include_str!("../../../docs/formats/datamall.md"),
    ),
    (
        "/docs/formats/parkapi",
        "ParkAPI",
        "formats/parkapi.md",
        include_str!("../../../docs/formats/parkapi.md"),
    ),
    (
        "/docs/limits",
        "Limits",
        "limits.md",
        include_str!("../../../docs/limits.md"),
    ),
    (
        "/docs/deprecation",
        "Deprecation",
        "deprecation.md",
        include_str!("../../../docs/deprecation.md"),
    ),
    (
        "/docs/changelog",
        "Changelog",
        "CHANGELOG.md",
        include_str!("../../../CHANGELOG.md"),
    ),
];

/// Where they are.
pub(in crate::serve) fn paths() -> impl Iterator<Item = &'static str> {
    let files = FILES.iter().map(|(path, ..)| *path);
    let live = LIVE.iter().map(|(path, ..)| *path);
    files
        .chain(live)
        .chain(CHAPTERS.iter().map(|(path, ..)| *path))
}

/// All pages. `began`: when the hub began to answer.
pub(in crate::serve) fn routes(began: Millis) -> Router {
    let mut all = Router::new();
    for (path, media_type, text) in FILES {
        all = all.route(path, page::file(move || text.to_owned(), media_type, began));
    }
    for (path, title, script, main) in LIVE {
        let html = move || {
            let scripts = format!("<script src=\"{script}\" defer></script>");
            framed(title, &scripts, main)
        };
        all = all.route(path, page::file(html, HTML, began));
    }
    for (path, title, _, text) in CHAPTERS {
        let html = move || {
            let text = markdown::render(text, led);
            let main =
                format!("<main class=\"chapter\" id=\"main\" tabindex=\"-1\">\n{text}</main>");
            framed(title, "", &main)
        };
        all = all.route(path, page::file(html, HTML, began));
    }
    all.method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// A page in its frame.
fn framed(title: &str, scripts: &str, main: &str) -> String {
    // What is put in last may hold braces of its own.
    let frame = FRAME.replace("{title}", title);
    frame.replace("{scripts}", scripts).replace("{main}", main)
}

/// Where a link of a chapter leads to: to a chapter that is served, within its own page, or outside.
fn led(link: &str) -> Option<String> {
    if link.starts_with(['#', '/']) || link.starts_with("https://") {
        return Some(link.to_owned());
    }
    let (file, anchor) = link
        .split_once('#')
        .map_or((link, None), |(f, a)| (f, Some(a)));
    // Chapters have names of their own; only of formats there is a folder, with a list in it.
    let name = if file.ends_with("formats/README.md") {
        "formats/README.md"
    } else {
        file.rsplit('/').next()?
    };
    let is_it = |file: &str| file == name || file.strip_prefix("formats/") == Some(name);
    if name == "README.md" {
        return None;
    }
    let (path, ..) = CHAPTERS.iter().find(|(_, _, file, _)| is_it(file))?;
    Some(anchor.map_or_else(|| (*path).to_owned(), |a| format!("{path}#{a}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_between_chapters_lead_to_anchors_that_are_there() {
        let pages = CHAPTERS.map(|(path, _, _, text)| (path, markdown::render(text, led)));
        let mut followed = 0;
        for (path, page) in &pages {
            for link in page.split("href=\"").skip(1) {
                let link = link.split('"').next().unwrap();
                let Some((to, anchor)) = link.split_once('#').filter(|_| !link.contains("://"))
                else {
                    continue;
                };
                let to = if to.is_empty() { path } else { to };
                // What a script shows has its names from the description.
                if to == "/docs" {
                    continue;
                }
                let (_, target) = pages.iter().find(|(p, _)| *p == to).unwrap();
                assert!(
                    target.contains(&format!("id=\"{anchor}\"")),
                    "{path}: {link}"
                );
                followed += 1;
            }
        }
        assert!(followed > 50, "{followed}");
    }

    const FORMATS: &str = include_str!("../../../docs/formats/README.md");

    #[test]
    fn a_page_has_every_part_and_nothing_that_its_policy_forbids() {
        for place in ["{title}", "{scripts}", "{main}"] {
            assert_eq!(FRAME.matches(place).count(), 1, "{place}");
        }
        for (path, title, script, main) in LIVE {
            let page = framed(title, script, main);
            assert!(
                !page.contains("style=") && !page.contains("onclick"),
                "{path}"
            );
            assert!(paths().any(|p| p == script), "{path}: {script}");
        }
        for (path, ..) in CHAPTERS {
            // Each format is led to by the list of them.
            let format = path.strip_prefix("/docs/formats/").map(|_| FORMATS);
            let linked = format!("href=\"{path}\"");
            let leads = format.map_or(FRAME.contains(&linked), |list| {
                markdown::render(list, led).contains(&linked)
            });
            assert!(leads, "{path} is in no menu");
        }
        assert_eq!(led("../ARCHITECTURE.md"), None);
        assert_eq!(led("../README.md"), None);
        let to = |link| led(link).unwrap_or_default();
        assert_eq!(to("formats/README.md"), "/docs/formats");
        assert_eq!(to("formats/cds.md#x"), "/docs/formats/cds#x");
        assert_eq!(led("docs/limits.md#x").as_deref(), Some("/docs/limits#x"));
    }
}
