//! Chapters as pages: Markdown of this repository into HTML.
//!
//! Promises: headings have the anchors that the chapters' own links name; a link leads to where the hub
//! serves that chapter, or is plain text where it does not; HTML within Markdown is shown as text.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use std::collections::HashMap;

/// Renders a chapter. `led`: where a link of the chapter leads to on this hub, if anywhere.
pub(super) fn render(chapter: &str, led: impl Fn(&str) -> Option<String>) -> String {
    let mut events = Vec::new();
    // Of each link that is open, whether it is one here.
    let mut open = Vec::new();
    let mut heading = None;
    let mut anchors = HashMap::new();
    for event in Parser::new_ext(chapter, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                heading = Some((events.len(), String::new()));
                events.push(event);
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((at, text)) = heading.take() {
                    name(&mut events[at], &text, &mut anchors);
                }
                events.push(event);
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let leads = led(&dest_url);
                open.push(leads.is_some());
                let link = leads.map(|to| Tag::Link {
                    link_type,
                    dest_url: to.into(),
                    title,
                    id,
                });
                events.extend(link.map(Event::Start));
            }
            Event::End(TagEnd::Link) => {
                if open.pop() == Some(true) {
                    events.push(event);
                }
            }
            // Pictures are not served.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
            other => {
                if let (Some((_, said)), Event::Text(text) | Event::Code(text)) =
                    (&mut heading, &other)
                {
                    said.push_str(text);
                }
                events.push(other);
            }
        }
    }
    let mut out = String::with_capacity(chapter.len() * 2);
    html::push_html(&mut out, events.into_iter());
    out
}

/// Gives a heading the anchor that GitHub gives it.
fn name(heading: &mut Event<'_>, text: &str, anchors: &mut HashMap<String, u32>) {
    let kept = text.to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    let mut anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
    let before = anchors.entry(anchor.clone()).or_insert(0);
    if *before > 0 {
        anchor = format!("{anchor}-{before}");
    }
    *before += 1;
    if let Event::Start(Tag::Heading { id, .. }) = heading {
        *id = Some(CowStr::from(anchor));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> String {
        render(text, |to| to.starts_with('#').then(|| to.to_owned()))
    }

    #[test]
    fn headings_have_the_anchors_that_links_name() {
        let page = rendered("# What a `stay` costs, now\n\n[x](#a) ## no\n\n## A\n\n## A\n");
        assert!(page.contains("id=\"what-a-stay-costs-now\""), "{page}");
        assert!(
            page.contains("<h2 id=\"a\">") && page.contains("<h2 id=\"a-1\">"),
            "{page}"
        );
        assert!(page.contains("<a href=\"#a\">x</a>"), "{page}");
    }

    #[test]
    fn a_link_to_what_is_not_served_is_text_and_html_is_shown() {
        let page = rendered("See [the *map*](../x.md) <script>alert(1)</script>\n\n<b>x</b>\n");
        assert!(page.contains("See the <em>map</em> "), "{page}");
        assert!(
            !page.contains("<a") && !page.contains("<script") && !page.contains("<b>"),
            "{page}"
        );
    }
}
