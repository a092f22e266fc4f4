//! Why a key is not issued, changed or revoked.

use super::keys::MOST;
use crate::store::StoreError;

/// Why a key or partner was not made, shown or revoked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// A field that cannot be so.
    #[error("{field} {why}")]
    Field { field: &'static str, why: String },
    /// A field that the scope report needs.
    #[error("{field} must be given with the scope report: {why}")]
    Missing {
        field: &'static str,
        why: &'static str,
    },
    /// The name is in use, or a key that is listed had it.
    #[error("the name {0:?} is taken; a name means one key, for as long as that is listed")]
    Taken(String),
    /// Only the configuration can take back what it gave.
    #[error(
        "the key {0:?} comes from the configuration: change or remove it there and restart the hub"
    )]
    Fixed(String),
    #[error("there is no such key")]
    NoSuchKey,
    #[error("there are {MOST} keys, which is as many as there may be: revoke some")]
    Full,
    /// More than the partner was granted.
    #[error(
        "{field} goes beyond what your partner was granted: {why}; an administrator may grant more, or make the key"
    )]
    NotGranted { field: &'static str, why: String },
    /// As many keys as one partner may make.
    #[error("your partner has {0} good keys, which is as many as it may have: revoke some")]
    OwnFull(u32),
    /// It would lock its owner out.
    #[error("that is the key of this call: rotate it, and revoke it with the new one")]
    KeyOfTheCall,
    #[error("there is no such partner")]
    NoSuchPartner,
    #[error(transparent)]
    Store(StoreError),
}
