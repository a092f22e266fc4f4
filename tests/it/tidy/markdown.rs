//! As much of Markdown as the rules read: fenced blocks, code in backticks, links, headings.

use std::collections::BTreeSet;

/// The text with the lines of fenced blocks left empty, so that lines keep their numbers.
pub(super) fn outside_fences(text: &str) -> String {
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        if !inside && !fence {
            out += line;
        }
        out.push('\n');
        inside ^= fence;
    }
    out
}

/// What stands in backticks, each with its line; and the text without it.
pub(super) fn code_and_prose(text: &str) -> (Vec<(usize, String)>, String) {
    let mut spans = Vec::new();
    let mut prose = String::with_capacity(text.len());
    let mut line = 1;
    let mut open: Option<(usize, String)> = None;
    let mut last = ' ';
    for c in text.chars() {
        // A span ends with its paragraph at the latest.
        if c == '\n' && last == '\n' {
            open = None;
        }
        match (c, &mut open) {
            ('`', Some(_)) => spans.extend(open.take()),
            ('`', None) => open = Some((line, String::new())),
            (c, Some((_, span))) => {
                span.push(c);
                if c == '\n' {
                    prose.push(c);
                }
            }
            (c, None) => prose.push(c),
        }
        line += usize::from(c == '\n');
        last = c;
    }
    (spans, prose)
}

/// The targets of links and pictures, each with its line.
pub(super) fn links(prose: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut rest = prose;
    let mut line = 1;
    while let Some((before, after)) = rest.split_once("](") {
        line += before.matches('\n').count();
        let end = after.find([')', ' ', '\n']).unwrap_or(after.len());
        found.push((line, &after[..end]));
        rest = after;
    }
    found
}

/// The anchors of a document's headings, as GitHub makes them.
pub(super) fn slugs(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let headings = text.lines().filter_map(|line| {
        let title = line.trim_start_matches('#');
        let depth = line.len() - title.len();
        (1..=6).contains(&depth).then(|| title.strip_prefix(' '))?
    });
    for title in headings {
        let slug = slug(title.trim());
        let again = (1..).map(|n| format!("{slug}-{n}"));
        let mut names = std::iter::once(slug.clone()).chain(again);
        found.extend(names.find(|name| !found.contains(name)));
    }
    found
}

fn slug(title: &str) -> String {
    let kept = title
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.flat_map(char::to_lowercase)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fenced_blocks_are_left_empty_and_lines_keep_their_numbers() {
        let text = "a\n```sh\n`b`\n```\nc\n  ```\nd\n  ```\n";
        assert_eq!(outside_fences(text), "a\n\n\n\nc\n\n\n\n");
    }

    #[test]
    fn code_is_told_from_prose_also_across_lines() {
        let (spans, prose) = code_and_prose("a `b` c\n`d\ne` f\n\n`never closed\n\n`g`");
        let span = |line, text: &str| (line, text.to_owned());
        assert_eq!(spans, [span(1, "b"), span(2, "d\ne"), span(7, "g")]);
        assert_eq!(prose, "a  c\n\n f\n\n\n\n");
    }

    #[test]
    fn links_and_pictures_are_found_with_their_lines() {
        let found = links("[a](b.md) and\n![c](d.png \"e\") [f\ng](#h)");
        assert_eq!(found, [(1, "b.md"), (2, "d.png"), (3, "#h")]);
        assert_eq!(links("[a] (b) (c)[d]"), []);
    }

    #[test]
    fn a_slug_is_made_as_github_makes_it() {
        let page = "# The `x` of y: a, b & c\n## Again\n## Again\n### 泊位 与 Zones\n#neither\n";
        let want = ["again", "again-1", "the-x-of-y-a-b--c", "泊位-与-zones"];
        assert_eq!(slugs(page).into_iter().collect::<Vec<_>>(), want);
    }
}
