//! The own-topic rule: a source publishes under its own name and nowhere else.

use crate::domain::Topic;

/// What `topic` means if it is exactly `bayhub/v1/{source}/report|count|status`; `None` for anything else.
///
/// There is nothing to normalise or match here, hence nothing to get around: the topic is compared byte by byte
/// with the only three that are allowed. `source` must be a valid public id (no `/`, no wildcard).
pub(super) fn own(topic: &str, source: &str) -> Option<Topic> {
    let last = topic.strip_prefix("bayhub/v1/")?.strip_prefix(source)?.strip_prefix('/')?;
    Topic::parse(last)
}

/// As much of a topic as a refusal keeps, cut between characters.
pub(super) fn excerpt(topic: &str) -> &str {
    const KEPT: usize = 256;
    let end = (0..=KEPT.min(topic.len())).rev().find(|at| topic.is_char_boundary(*at)).unwrap_or(0);
    &topic[..end]
}
