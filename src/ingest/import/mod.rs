//! Import: files of the past, judged line by line, sorted on disk, and kept as one set of claims in order
//! of their times. What they come to is settlement's affair.
//!
//! ```text
//! files -> pieces -> judges -> runs -> (merge: what is new) -> the set -> (merge) -> settlement
//! ```
//!
//! Promises: memory is bounded, whatever the size of a file or of a line; equal claims count once; a kill
//! at any moment costs at most the run that was being gathered. Dear: reading JSON.

pub mod claim;
pub mod folder;
pub mod format;
pub mod input;
pub mod judge;
pub mod line_format;
pub mod mapped;
pub mod merge;
pub mod read;
pub mod refusal;
pub mod run;
pub mod sources;
pub mod stays;
#[cfg(test)]
mod tests;
mod visits;
