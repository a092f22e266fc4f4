//! May this caller speak as this source? Asked by both doors, so the answer cannot differ between them.

use super::keys::{Grant, Keys};
use crate::domain::{SourceIx, SourceKind, id};
use crate::registry::Registry;
use std::sync::Arc;

/// Why a caller may not speak as the source it named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No such key, or none given.
    #[error("the key is not known")]
    BadKey,
    /// The key is good but has no scope `report`, or does not cover this source.
    #[error("the key may not speak for this source")]
    NotAllowed,
    /// No source can have this name.
    #[error("a source id is 1 to 64 characters of [A-Za-z0-9._:-]")]
    UnknownSource,
    /// The source is new and cannot be enrolled: the registry is full or cannot be written.
    #[error("the source could not be enrolled: {0}")]
    Full(String),
}

/// The source `user`, spoken for by whoever knows `password`; also its id as text, to keep.
/// Writes to disk when the source is new: call it where blocking is allowed.
///
/// # Errors
/// See [`Denied`].
pub fn authenticate(
    keys: &Keys,
    registry: &Registry,
    user: &str,
    password: &str,
) -> Result<(SourceIx, SourceKind, Arc<str>), Denied> {
    let grant = keys.grant(password).ok_or(Denied::BadKey)?;
    let (source, kind) = speaker(&grant, registry, user)?;
    Ok((source, kind, registry.source_id(source).unwrap_or_else(|| user.into())))
}

/// The number and kind of `source`, for a caller that holds `grant`. One that was never heard is enrolled, with the
/// grant's kind, durably: that case blocks on the disk, all others are one map access.
///
/// # Errors
/// [`Denied::NotAllowed`], [`Denied::UnknownSource`] or [`Denied::Full`].
pub fn speaker(grant: &Grant, registry: &Registry, source: &str) -> Result<(SourceIx, SourceKind), Denied> {
    if !id::is_valid(source) {
        return Err(Denied::UnknownSource);
    }
    if !Keys::may_speak_for(grant, source) {
        return Err(Denied::NotAllowed);
    }
    match registry.source(source) {
        // The key decides what its sources are: a changed configuration must reach those already enrolled.
        Some((number, kind)) if kind == grant.source_kind => Ok((number, kind)),
        _ => match registry.enrol_source(source, grant.source_kind) {
            Ok(number) => Ok((number, grant.source_kind)),
            Err(e) => Err(Denied::Full(e.to_string())),
        },
    }
}
