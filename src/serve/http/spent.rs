//! What is told of a quota that is used up.

/// What a caller has used up, and when there is some of it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) struct Quota {
    /// The member of the problem that names it: `share` of what is had at one time, `class` of
    /// calls in a minute.
    pub(in crate::serve) member: &'static str,
    /// Its name there.
    pub(in crate::serve) name: &'static str,
    pub(in crate::serve) detail: String,
    pub(in crate::serve) limit: u64,
    pub(in crate::serve) used: u64,
    /// At least one, whatever stands here.
    pub(in crate::serve) retry_after_s: u64,
}
