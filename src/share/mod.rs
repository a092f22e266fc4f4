//! Sharing: private bays offered for the hours they stand empty, and who gets them.

pub mod matcher;
