//! What a new key is to be, and whether it can be so.

use super::grant::{Scope, Scopes, SourcePattern};
use super::issue_error::IssueError;
use crate::domain::{Area, Millis, SourceKind, Standing, id};

/// Patterns one key may have.
const MOST_SOURCES: usize = 100;

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct KeyRequest {
    /// Unique among all keys there ever were.
    pub name: String,
    /// The name of a partner that is there.
    pub partner: String,
    pub scopes: Scopes,
    pub sources: Vec<SourcePattern>,
    /// Needed with the scope report.
    pub source_kind: Option<SourceKind>,
    /// As in [`super::Grant`].
    pub uplinks: bool,
    /// Needed with the scope report.
    pub area: Option<Area>,
    pub standing: Standing,
    /// `None`: good until it is revoked.
    pub expires_at: Option<Millis>,
}

/// What an administrator changes of a key; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct KeyChange {
    pub area: Option<Area>,
    pub standing: Option<Standing>,
}

impl KeyRequest {
    pub(super) fn check(&self, now: Millis) -> Result<(), IssueError> {
        let field = |field, why: &str| {
            Err(IssueError::Field {
                field,
                why: why.to_owned(),
            })
        };
        named("name", &self.name)?;
        named("partner", &self.partner)?;
        if self.scopes == Scopes::default() {
            return field(
                "scopes",
                "must name one at least: report, share, book, monitor, admin, partner",
            );
        }
        if self.scopes.has(Scope::Report) && self.sources.is_empty() {
            return field(
                "sources",
                "must be given with the scope report, or the key could speak for nobody",
            );
        }
        let missing = |field, why| Err(IssueError::Missing { field, why });
        if self.scopes.has(Scope::Report) && self.source_kind.is_none() {
            return missing("source_kind", "sensor, app or gate");
        }
        if self.scopes.has(Scope::Report) && self.area.is_none() {
            return missing(
                "area",
                "the zones or operators that the key may speak of, or \"all\"",
            );
        }
        if self.uplinks && !self.scopes.has(Scope::Report) {
            return field(
                "uplinks",
                "may be true with the scope report only, which handing them on takes",
            );
        }
        if self.sources.len() > MOST_SOURCES {
            return field(
                "sources",
                &format!("may be {MOST_SOURCES} at most; a prefix with * covers many"),
            );
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return field("expires_at", "must lie ahead");
        }
        Ok(())
    }
}

/// Refuses what is no name, by its field.
pub(super) fn named(field: &'static str, name: &str) -> Result<(), IssueError> {
    let why = "must be 1 to 64 characters of [A-Za-z0-9._:-]";
    if id::is_valid(name) {
        Ok(())
    } else {
        Err(IssueError::Field {
            field,
            why: why.to_owned(),
        })
    }
}
